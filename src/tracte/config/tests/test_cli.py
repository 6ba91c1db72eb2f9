"""The command line: whatever is wrong with what it is given is one clear line, and nothing is stored."""

import gzip
import io
import json
import os
import socket
import sys
import zipfile

import psycopg
import pytest
from django.db import OperationalError

from tests import commands
from tracte.channels import actions
from tracte.channels.models import Account, Import, Interaction, InteractionKey, RawPayload, Reject
from tracte.config import cli
from tracte.core import tenancy
from tracte.people.models import SourceRecord

TABLES = (Interaction, InteractionKey, RawPayload, Reject, Import, SourceRecord)
CALLS = """id,started_at,direction,phone,name,summary
C-1,2026-03-02T09:01:00,in,600 111 222,Mercè Puig Ferrer,Pregunta per la beca
C-2,2026-03-02T09:05:00,in,600 111 222,Mercè Puig Ferrer,"Horari de l'oficina"
C-3,31/02/2026,in,,,Un dia que no existeix
"""
ACCOUNTS = {"trucades": "calls", "taula": "tabular", "correu": "email"}
MAPPINGS = {
    "good": "id: id\nat: started_at\ntext: summary",
    "column": "id: identificador\nat: started_at\ntext: summary",
    "yaml": "id: [id\n at: {",
    "key": "id: id\ntxet: summary",
    "zone": "id: id\ntimezone: Europe/Vic",
    "data": CALLS,
    "empty": "",
}


@pytest.fixture
def tracte(monkeypatch, capsys):
    """`tracte("import", file)`: what `main` does with it, in this process: (status, stdout, stderr)."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tracte", *map(str, arguments)])
        status = 0
        try:
            cli.main()
        except SystemExit as leave:
            status = leave.code
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def doors(administration):
    with tenancy.acting_for(administration):
        for key, kind in ACCOUNTS.items():
            actions.open_account(key=key, kind=kind, name=key.capitalize())


@pytest.fixture
def folder(tmp_path):
    """Files good and bad, and where the commands are run."""
    (tmp_path / "calls.csv").write_text(CALLS)
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty.csv").touch()
    (tmp_path / "binary.csv").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(CALLS.encode())[:-60])
    with zipfile.ZipFile(tmp_path / "sheet.xlsx", "w") as sheet:
        sheet.writestr("xl/workbook.xml", "<workbook/>")
    for name, text in MAPPINGS.items():
        (tmp_path / f"{name}.yml").write_text(text)
    return tmp_path


def line(answer, status=1):
    """The one line that somebody reads who did something wrong."""
    code, out, problems = answer
    told = [text for text in problems.splitlines() if text.startswith("tracte: ")]
    assert code == status and len(told) == 1 and "Traceback" not in problems, problems
    assert not out
    return told[0]


def stored():
    return {model.__name__: count for model in TABLES if (count := model.objects.count())}


database = pytest.mark.django_db(databases=["default", "owner"])
BAD_FILES = {
    "missing.csv": "missing.csv: there is no such file",
    "folder": "folder: is a folder; name one file in it",
    "empty.csv": "empty.csv is empty",
    "binary.csv": "binary.csv is binary, not text",
    "cut.csv.gz": "the gzip data break off here; fetch the file again",
    "sheet.xlsx": "save the sheet as CSV",
}


@database
@pytest.mark.parametrize("name", BAD_FILES)
def test_an_unreadable_file_is_one_line(tracte, doors, folder, name):
    assert line(tracte("import", folder / name, "--channel", "trucades")).endswith(BAD_FILES[name])
    assert not stored() and not list(folder.glob("*.rejects*"))


@database
@pytest.mark.skipif(os.geteuid() == 0, reason="whoever is root may read everything")
def test_a_file_that_may_not_be_read_is_one_line(tracte, doors, folder):
    (folder / "calls.csv").chmod(0)
    told = line(tracte("import", folder / "calls.csv", "--channel", "trucades"))
    assert told.endswith("calls.csv: cannot be opened (Permission denied)") and not stored()


BAD_MAPPINGS = {
    "column.yml": "id: there is no column 'identificador' in the table. Columns: id, started_at, ",
    "yaml.yml": "mapping yaml.yml, line 2, column 4: bad YAML",
    "key.yml": "unknown key 'txet'; did you mean 'text'?",
    "zone.yml": "timezone: 'Europe/Vic' is no time zone; write it like Europe/Madrid",
    "data.yml": "mapping data.yml",
    "empty.yml": "mapping empty.yml",
    "missing.yml": "missing.yml: cannot be opened (No such file or directory)",
    "folder": "no mapping '",
    "iris_bnc": "no mapping 'iris_bnc'; did you mean 'iris_bcn'? Ready: georeport_v2, iris_bcn",
}


@database
@pytest.mark.parametrize("name", BAD_MAPPINGS)
def test_a_wrong_mapping_is_one_line(tracte, doors, folder, name):
    mapping = name if name == "iris_bnc" else folder / name
    told = line(tracte("import", folder / "calls.csv", "--channel", "taula", "--mapping", mapping))
    assert BAD_MAPPINGS[name] in told and not stored()


@database
def test_an_unknown_channel_or_one_that_lacks_its_mapping_is_one_line(tracte, doors, folder):
    told = line(tracte("import", folder / "calls.csv", "--channel", "trucada"))
    assert "no channel account 'trucada'; there are: correu, taula, trucades. Make one" in told
    assert "needs a mapping" in line(tracte("import", folder / "calls.csv", "--channel", "taula"))
    assert not stored()


OTHERS = {
    ("channel", "add", "x", "--kind", "telegran", "--name", "X"): "did you mean 'telegram'?",
    ("channel", "add", "el meu", "--kind", "calls", "--name", "X"): "the key 'el meu' stands in addresses",
    ("channel", "key", "nope"): "there is no channel account 'nope'",
    ("channel", "attend", "trucades", "--since", "ahir"): "--since 'ahir': write a date such as 2026-11-02",
    ("channel", "webhook", "trucades", "--site", "https://exemple.cat"): "only a telegram account with a token",
    ("channel", "revoke", "abcdefgh"): "0 keys end in 'abcdefgh'",
    ("bench", "ingets"): "no benchmark 'ingets'; there are: ",
}


@database
@pytest.mark.parametrize("arguments", OTHERS, ids=" ".join)
def test_what_the_other_commands_do_not_know_is_one_line(tracte, doors, arguments):
    assert OTHERS[arguments] in line(tracte(*arguments))
    assert Account.objects.count() == len(ACCOUNTS)


USAGE = {
    (
        "import",
        "calls.csv",
        "--channel",
        "trucades",
        "--dryrun",
    ): "No such option '--dryrun'. Did you mean '--dry-run'?",
    ("import", "calls.csv"): "Missing option '--channel'.",
    ("import", "--channel", "trucades"): "Missing argument 'FILE'.",
    ("improt",): "No such command 'improt'. Did you mean 'import'?",
    ("up", "--port", "vuit"): "Invalid value for '--port': 'vuit' is not a valid integer.",
    ("up", "--demo", "huge"): "Invalid value for '--demo': 'huge' is not one of 'small', 'large', 'none'.",
    ("demo", "load", "missing"): "Directory 'missing' does not exist.",
}


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_a_command_that_is_written_wrong_has_status_2_and_says_where(tracte, arguments):
    status, out, problems = tracte(*arguments)
    assert status == 2 and not out and problems.splitlines()[-1].endswith(USAGE[arguments]), problems


@database
def test_a_dry_run_says_the_same_and_writes_nothing(tracte, doors, folder):
    command = ("import", folder / "calls.csv", "--channel", "trucades", "--json")
    rehearsed, done, again = (json.loads(tracte(*command, *more)[1]) for more in (["--dry-run"], [], []))
    shown = ("received", "new", "duplicate", "rejected")
    assert [rehearsed[name] for name in shown] == [done[name] for name in shown] == [3, 2, 0, 1]
    assert [again[name] for name in shown] == [3, 0, 2, 1]


@database
def test_after_a_dry_run_nothing_is_there(tracte, doors, folder):
    before = sorted(folder.iterdir())
    status, out, _ = tracte("import", folder / "calls.csv", "--channel", "trucades", "--dry-run")
    assert status == 0 and out.startswith("3 received: 2 new, 0 duplicate, 1 rejected")
    assert not stored() and sorted(folder.iterdir()) == before


@database
def test_a_bad_row_goes_to_a_file_beside_and_its_neighbours_come_in(tracte, doors, folder):
    status, out, _ = tracte("import", folder / "calls.csv", "--channel", "trucades")
    rejects = folder / "calls.csv.rejects.ndjson"
    assert status == 0 and out.splitlines()[-1] == f"rejects, with line and reason: {rejects}"
    [reject] = map(json.loads, rejects.read_text().splitlines())
    assert reject["line"] == 4 and reject["id"] == "C-3" and "31/02/2026" in reject["raw"] and reject["reason"]
    assert stored()["Interaction"] == 2 and stored()["Reject"] == 1


@database
@pytest.mark.parametrize(("more", "why"), [([], "calls.csv.rejects.ndjson says why"), (["--dry-run"], "without --dry")])
def test_a_file_of_another_kind_of_which_nothing_comes_in_fails(tracte, doors, folder, more, why):
    status, out, problems = tracte("import", folder / "calls.csv", "--channel", "correu", "--json", *more)
    assert json.loads(out)["rejected"] == 1 and why in line((status, "", problems))
    assert not Interaction.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_json_is_alone_on_stdout_and_progress_on_stderr(administration, doors, folder):
    """In a process of its own, as a program runs it."""
    done = commands.run("import", folder / "calls.csv", "--channel", "trucades", "--json")
    assert done.returncode == 0 and done.stdout.count("\n") == 1
    assert {"received", "new", "duplicate", "rejected", "seconds"} <= json.loads(done.stdout).keys()
    assert "3 rows" in done.stderr and "{" not in done.stderr
    with tenancy.acting_for(administration):
        assert stored()["Interaction"] == 2


def test_a_database_that_fails_at_work_is_one_line(tracte, monkeypatch):
    def breaks(*_):
        raise OperationalError("server closed the connection\nDETAIL: more") from psycopg.OperationalError()

    monkeypatch.setattr(cli.installation, "ready", breaks)
    told = line(tracte("import", "calls.csv", "--channel", "trucades"))
    assert told.endswith("server closed the connection; mend it and run the same command again")


def test_a_fault_of_ours_is_not_hidden(tracte, monkeypatch):
    monkeypatch.setattr(cli.installation, "ready", lambda: {}["administration"])
    with pytest.raises(KeyError):
        tracte("import", "calls.csv", "--channel", "trucades")


def nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"postgresql://tracte@127.0.0.1:{free.getsockname()[1]}/tracte"


@pytest.mark.parametrize(
    ("url", "why"),
    [
        (nobody_listens, "the database of DATABASE_URL: "),
        (lambda: "el servidor", "DATABASE_URL is not an address like postgresql://"),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_line(tmp_path, url, why):
    none = dict.fromkeys(("TRACTE_OWNER_URL", "TRACTE_APP_URL", "TRACTE_WORKER_URL"))
    done = commands.run("doctor", DATABASE_URL=url(), TRACTE_HOME=str(tmp_path), **none)
    told = line((done.returncode, done.stdout, done.stderr))
    assert why in told
    assert done.stderr.count("\n") == 1


@database
def test_the_way_out_of_a_channel_is_read_from_standard_input(tracte, doors, administration, monkeypatch):
    for said, told in (
        ('{"url": "smtp://u:secret@mail.exemple.cat"}', "correu: url"),
        ("{}", "correu: no way out of its own"),
    ):
        monkeypatch.setattr(sys, "stdin", io.StringIO(said))
        assert tracte("channel", "way-out", "correu") == (0, told + "\n", "")
    for said in ("", "[]", '{"url": 7}', '{"urll": "x"}'):
        monkeypatch.setattr(sys, "stdin", io.StringIO(said))
        assert "correu: " in (told := line(tracte("channel", "way-out", "correu"))) or "one JSON object" in told


@database
def test_a_channel_is_attended_since_a_moment(tracte, doors, administration):
    for since, told in (("2026-11-02", "correu: attended since 2026-11-02T00:00+01:00"), ("never", "not attended")):
        status, out, _ = tracte("channel", "attend", "correu", "--since", since)
        assert status == 0 and told in out
        with tenancy.acting_for(administration):
            assert bool(Account.objects.get(key="correu").attended_since) == (since != "never")
