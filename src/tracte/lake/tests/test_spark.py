"""What Spark lacks is said in one line, before anything is done. That it works: people/linkage/tests."""

import sys

import pytest

from tracte.lake import spark


@pytest.fixture
def java(tmp_path, monkeypatch):
    """`java("11.0.2")`: the only Java there is says that it is this."""

    def is_there(version):
        program = tmp_path / "bin" / "java"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
        program.chmod(0o755)
        monkeypatch.setenv("JAVA_HOME", str(tmp_path))

    return is_there


def refused():
    with pytest.raises(spark.NoSpark) as raised:
        spark.session("local[1]")
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_no_java_is_said_with_what_to_install(monkeypatch, tmp_path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "there is none in PATH nor JAVA_HOME: install Java 17" in refused()


def test_a_java_home_without_java_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "java does not run" in refused()


@pytest.mark.parametrize(("version", "number"), [("1.8.0_392", "8"), ("11.0.2", "11")])
def test_a_java_that_is_too_old_is_refused(java, version, number):
    java(version)
    assert f"java is {number}: install Java 17" in refused()


def test_no_pyspark_is_said_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    assert refused() == "Spark is not installed: pip install 'tracte[spark]', or leave --engine spark out"


def test_a_cluster_needs_a_folder_that_all_see(monkeypatch, tmp_path):
    monkeypatch.delenv(spark.FOLDER, raising=False)
    monkeypatch.setenv(spark.MASTER, "spark://nobody.example:7077")
    with pytest.raises(spark.NoSpark, match=r"set TRACTE_SPARK_DIR to a folder that every worker sees"):
        spark.shared()
    monkeypatch.setenv(spark.FOLDER, str(tmp_path / "none"))
    with pytest.raises(spark.NoSpark, match="there is no such folder"):
        spark.shared()
    monkeypatch.setenv(spark.FOLDER, str(tmp_path))
    assert spark.shared() == str(tmp_path)


def test_on_this_machine_temporary_files_will_do(monkeypatch):
    monkeypatch.delenv(spark.FOLDER, raising=False)
    monkeypatch.delenv(spark.MASTER, raising=False)
    assert spark.master() == "local[*]" and spark.shared() is None
