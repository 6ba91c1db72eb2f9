"""The one door to Spark, for what a machine alone is too small for: a session, where TRACTE_SPARK_MASTER says.

On this machine (`local[*]`, the default, and `local-cluster`) everything listens on loopback only. What else a cluster
needs comes from the folder that SPARK_CONF_DIR names, as in any program of Spark (docs/how-to/spark.md).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MASTER, FOLDER = "TRACTE_SPARK_MASTER", "TRACTE_SPARK_DIR"
LEAST_JAVA = 17
LOOPBACK = "127.0.0.1"


class NoSpark(ValueError):
    """Spark cannot start here: one line that says what is missing and how to mend it."""


def master() -> str:
    """Where a session of this process runs when nobody says."""
    return os.environ.get(MASTER) or "local[*]"


def is_here(where: str) -> bool:
    """Does it run on this machine, and nowhere else?"""
    return where.startswith("local")


def shared() -> str | None:
    """The folder for what is handed over as files; None is that of temporary files. Raises NoSpark.

    A cluster has no files of this machine: the folder must be at the same path on every worker."""
    folder = os.environ.get(FOLDER)
    if folder is None and not is_here(master()):
        raise NoSpark(f"{MASTER} is {master()}: set {FOLDER} to a folder that every worker sees at the same path")
    if folder is not None and not Path(folder).is_dir():
        raise NoSpark(f"{FOLDER} is {folder}, and there is no such folder")
    return folder


def session(where: str | None = None) -> SparkSession:
    """The session of this process, started if there is none. `where`: a master's address. Raises NoSpark."""
    where = where or master()
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise NoSpark("Spark is not installed: pip install 'tracte[spark]', or leave --engine spark out") from error
    _refuse_old_java()
    told: dict[str, bool | float | int | str | None] = {
        "spark.app.name": "tracte",
        "spark.log.level": "ERROR",
        "spark.ui.enabled": "false",  # it would listen on every address, for anybody
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.files.openCostInBytes": "65536",  # a small file, too, is shared out among the cores
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": tempfile.gettempdir(),  # no table is ever kept; it must only exist
    }
    if is_here(where):
        os.environ["SPARK_LOCAL_IP"] = os.environ["SPARK_LOCAL_HOSTNAME"] = LOOPBACK  # of `local-cluster`'s workers
        told |= {"spark.driver.host": LOOPBACK, "spark.driver.bindAddress": LOOPBACK}
    with failing():
        return SparkSession.builder.master(where).config(map=told).getOrCreate()


@contextlib.contextmanager
def failing() -> Iterator[None]:
    """What Spark says when it fails, as NoSpark: one line instead of Java's pages."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JError, PySparkException) as error:
        java = getattr(error, "java_exception", None)
        lines = [line.strip() for line in str(java or error).splitlines() if line.strip()]
        raise NoSpark(f"Spark failed on {master()}: {lines[0] if lines else type(error).__name__}") from error


def _refuse_old_java() -> None:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home, "bin", "java")) if home else shutil.which("java")
    mend = f"install Java {LEAST_JAVA} (Debian: apt-get install openjdk-17-jre-headless)"
    if java is None:
        raise NoSpark(f"Spark needs Java, and there is none in PATH nor JAVA_HOME: {mend}")
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=True).stderr
    except (OSError, subprocess.SubprocessError) as error:
        raise NoSpark(f"Spark needs Java, and {java} does not run: {mend}, or mend JAVA_HOME") from error
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    if found is None or int(found[1]) < LEAST_JAVA:
        version = found[1] if found else said.strip().partition("\n")[0]
        raise NoSpark(f"Spark needs Java {LEAST_JAVA} or later, and {java} is {version}: {mend}, or set JAVA_HOME")
