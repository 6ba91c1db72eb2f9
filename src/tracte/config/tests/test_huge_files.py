"""A mail of 200 MB, a bomb in an attachment, a bomb as a file: one clear line, and modest memory."""

import base64
import gzip
import io
import json
import zipfile

import pytest

from tests import commands
from tracte.channels import actions
from tracte.channels.models import Interaction, Reject
from tracte.core import tenancy

pytestmark = pytest.mark.slow
MAIL_MIB, IMPORT_MIB = 250, 350  # of memory; the largest mail that is read whole has 50 MiB
BOMB_MIB = 1_000  # of zeros, in an attachment of 1 MB
HEAD = """From: =?utf-8?q?Merc=C3=A8?= <merce@exemple.cat>
To: atencio@exemple.cat
Subject: Fotos del forat
Message-ID: <{}@exemple.cat>
Date: Mon, 2 Mar 2026 09:12:00 +0100
"""
BOMB = """MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="x"

--x

Bon dia
--x
Content-Type: application/zip
Content-Disposition: attachment; filename="fotos.zip"
Content-Transfer-Encoding: base64

{}
--x--
"""


@pytest.fixture
def huge(tmp_path):
    """A mail of 200 MB, taken away afterwards."""
    path = tmp_path / "huge.eml"
    with path.open("wb") as file:
        file.write(HEAD.format("huge").encode() + b"\nBon dia\n")
        for _ in range(200):
            file.write(b"Una linia de text.\n" * 55_000)
    assert path.stat().st_size > 200_000_000
    yield path
    path.unlink()


@pytest.fixture
def bomb(tmp_path):
    """A mail whose attachment would unpack to BOMB_MIB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("fotos.bmp", "w") as file:
        for _ in range(BOMB_MIB):
            file.write(bytes(1 << 20))
    attachment = base64.encodebytes(packed.getvalue()).decode()
    (tmp_path / "bomb.eml").write_text(HEAD.format("bomb") + BOMB.format(attachment))
    return tmp_path / "bomb.eml"


@pytest.fixture
def mailbox(administration):
    with tenancy.acting_for(administration):
        actions.open_account(key="correu", kind="email", name="Correu")
        actions.open_account(key="trucades", kind="calls", name="Trucades")


def told(done):
    """The lines for people: without the progress."""
    return [line for line in done.stderr.splitlines() if line.startswith("tracte: ")]


def test_mail_parse_of_200_megabytes(huge):
    done, mib = commands.measure("mail", "parse", huge, "--json")
    [mail] = map(json.loads, done.stdout.splitlines())
    assert mail["subject"] == "Fotos del forat" and "too_large" in mail["defects"]
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert told(done) == [f"tracte: {mail['error']}"] and "mail over 50 MiB" in mail["error"]
    assert str(huge) in mail["error"] and mib < MAIL_MIB


def test_mail_parse_of_200_megabytes_inside_a_mailbox_reads_the_next_one(huge):
    box = huge.with_name("box.mbox")
    envelope = b"From merce@exemple.cat Mon Mar  2 09:12:00 2026\n"
    with box.open("wb") as file, huge.open("rb") as mail:
        file.write(envelope)
        while piece := mail.read(1 << 20):
            file.write(piece)
        file.write(b"\n" + envelope + HEAD.format("small").encode() + b"\nAdeu\n")
    done, mib = commands.measure("mail", "parse", box, "--json")
    box.unlink()
    first, second = map(json.loads, done.stdout.splitlines())
    assert "mail over 50 MiB" in first["error"] and "error" not in second and second["text"] == "Adeu"
    assert done.returncode == 1 and len(told(done)) == 1 and mib < MAIL_MIB


def test_mail_parse_of_a_bomb_tells_of_the_attachment_and_never_unpacks_it(bomb):
    done, mib = commands.measure("mail", "parse", bomb, "--json")
    assert done.returncode == 0 and not done.stderr, done.stderr
    [mail] = map(json.loads, done.stdout.splitlines())
    [attachment] = mail["attachments"]
    assert mail["text"] == "Bon dia" and attachment["name"] == "fotos.zip" and attachment["size"] < 2_000_000
    assert mib < MAIL_MIB


@pytest.mark.django_db(transaction=True)
def test_import_of_huge_files(administration, mailbox, huge, bomb):
    done, mib = commands.measure("import", huge, "--channel", "correu", "--json")
    assert done.returncode == 1 and mib < IMPORT_MIB
    figures = json.loads(done.stdout)
    assert (figures["received"], figures["rejected"]) == (1, 1)
    [line] = told(done)
    assert line == f"tracte: {huge}: nothing in it could come in; {figures['rejects']} says why"
    with tenancy.acting_for(administration):
        assert "mail over 50 MiB" in Reject.objects.get().reason and not Interaction.objects.exists()

    done, mib = commands.measure("import", bomb, "--channel", "correu", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["new"] == 1 and mib < IMPORT_MIB
    with tenancy.acting_for(administration):
        assert Interaction.objects.get().data["attachments"][0]["name"] == "fotos.zip"


@pytest.mark.django_db(transaction=True)
def test_import_of_a_gzip_bomb_holds_no_line_of_it(administration, mailbox, tmp_path):
    path = tmp_path / "bomb.csv.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b"id,started_at,direction,summary\n")
        for _ in range(BOMB_MIB):
            file.write(b"a" * (1 << 20))
        file.write(b"\nC-1,2026-03-02T09:01:00,in,Bon dia\n")
    done, mib = commands.measure("import", path, "--channel", "trucades", "--json")
    figures = json.loads(done.stdout)
    assert done.returncode == 0 and (figures["new"], figures["rejected"]) == (1, 1)
    assert mib < IMPORT_MIB and not told(done)
    with tenancy.acting_for(administration):
        assert "longer than 8 MiB" in Reject.objects.get().reason
