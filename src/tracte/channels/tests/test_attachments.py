"""Files: sealed, scanned, in quarantine until a scanner found nothing; they come with mail and leave with it."""

import datetime as dt
from email.message import EmailMessage

import pytest
from django.utils import translation
from procrastinate.contrib.django.models import ProcrastinateJob

from tracte.channels import actions, connectors, delivery, scanning, tasks
from tracte.channels.actions import attaching
from tracte.channels.actions.sending import send
from tracte.channels.models import Attachment, Dispatch, Scan
from tracte.channels.tests.servers import clamd, mailroom
from tracte.core.clock import now

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture(autouse=True)
def in_catalan():
    with translation.override("ca"):
        yield


@pytest.fixture
def scanner(monkeypatch):
    with clamd() as scanner:
        monkeypatch.setenv("TRACTE_CLAMD", scanner.address)
        yield scanner


@pytest.fixture
def box(administration):
    box = actions.open_account(key="bustia", kind="email", name="Bústia", own=["bustia@exemple.cat"])
    actions.attend(box, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    return box


def attach(body=b"un text", name="nota.txt"):
    return attaching.attach(name, "text/plain", body, at=now())


def scanned(administration, *attachments):
    tasks.scan(str(administration), [str(one.id) for one in attachments])
    return [Attachment.objects.get(id=one.id) for one in attachments]


def mail(*files, date="Mon, 02 Mar 2026 09:12:00 +0000", id="a"):
    letter = EmailMessage()
    letter["From"], letter["Date"], letter["Message-ID"] = "merce@exemple.org", date, f"<{id}@exemple.org>"
    letter.set_content("Bon dia")
    for name, body in files:
        letter.add_attachment(body, maintype="application", subtype="pdf", filename=name)
    return letter.as_bytes()


def come(box, *letters):
    return actions.receive_many(box, [one for raw in letters for one in connectors.parse("email", raw)])


def jobs(name):
    return ProcrastinateJob.objects.filter(task_name=f"tracte.channels.tasks.{name}")


def test_a_file_is_sealed_and_waits_for_the_scanner(administration, scanner):
    file = attach(b"El meu DNI")
    assert b"DNI" not in bytes(file.body_sealed) and not file.may_open and "quarantena" in file.why_not
    with pytest.raises(attaching.Quarantined, match="quarantena"):
        attaching.read(file)
    assert jobs("scan").get().args["attachments"] == [str(file.id)]
    [file] = scanned(administration, file)
    assert file.may_open and not file.why_not and attaching.read(file) == b"El meu DNI"


@pytest.mark.parametrize(
    ("behaves", "verdict", "said"),
    [
        ("found", "infected", "maliciós"),
        ("error", "unscanned", "quarantena"),
        ("hangs", "unscanned", "quarantena"),
        ("breaks", "unscanned", "quarantena"),
        ("babbles", "unscanned", "quarantena"),
    ],
)
def test_what_the_scanner_did_not_find_clean_stays_closed(administration, scanner, monkeypatch, behaves, verdict, said):
    scanner.behaves = behaves
    real = scanning.scan
    monkeypatch.setattr(scanning, "scan", lambda body: real(body, timeout=0.3))
    [file] = scanned(administration, attach(EICAR))
    assert file.last_verdict == verdict and said in file.why_not and file.scans.get().detail
    with pytest.raises(attaching.Quarantined):
        attaching.read(file)


def test_the_whole_file_reaches_the_scanner(scanner):
    body = bytes(range(256)) * 1000
    assert scanning.scan(body) == scanning.Said("clean") and scanner.got == [body]
    assert scanning.scan(b"").verdict == "clean" and scanner.got[-1] == b""


def test_without_a_scanner_everything_is_in_quarantine_and_says_why(administration, monkeypatch):
    monkeypatch.delenv("TRACTE_CLAMD", raising=False)
    [file] = scanned(administration, attach())
    assert not file.may_open and file.scans.get().detail == "no scanner: set TRACTE_CLAMD"
    monkeypatch.setenv("TRACTE_CLAMD", "127.0.0.1:1")
    [file] = scanned(administration, file)
    assert "does not answer" in file.scans.latest("at").detail
    monkeypatch.setenv("TRACTE_CLAMD", "no port")
    assert scanning.scan(b"x").verdict == "unscanned"


def test_a_scanner_that_comes_later_looks_at_what_waits(administration, scanner):
    waiting, seen = attach(), attach()
    Scan.objects.create(attachment=waiting, verdict="unscanned")
    Scan.objects.create(attachment=seen, verdict="infected")
    tasks.scan_waiting(administration)
    assert Attachment.objects.get(id=waiting.id).may_open and seen.scans.count() == 1


def test_a_scanner_on_a_socket_of_this_machine(monkeypatch, tmp_path):
    with clamd(path=str(tmp_path / "clamd.ctl")) as scanner:
        monkeypatch.setenv("TRACTE_CLAMD", scanner.address)
        assert scanning.scan(b"x").verdict == "clean"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "és buit"),
        (b"x" * (attaching.LARGEST + 1), "massa gran"),
        (b"MZ\x90\x00", "programa"),
        (b"\x7fELF\x02", "programa"),
        (b"#!/bin/sh\n", "programa"),
    ],
)
def test_what_cannot_be_attached_says_why(administration, body, said):
    with pytest.raises(attaching.CannotAttach, match=said):
        attach(body, "foto.jpg")
    assert not Attachment.objects.exists()


def test_a_name_is_no_path(administration):
    assert attach(name="../../etc/passwd\0").name == "_.._etc_passwd"
    assert attach(name="...").name == "sense nom"


def test_the_files_of_a_mail_that_is_attended_are_unpacked_by_a_job(administration, box, scanner):
    report = come(box, mail(("plànol.pdf", b"%PDF-1"), ("buit.pdf", b"%PDF-2")), mail(id="b"))
    assert not Attachment.objects.exists(), "nothing is unpacked while receiving"
    [job] = jobs("unpack")
    assert job.args["interactions"] == [str(report.interactions[0])]
    for _ in range(2):
        tasks.unpack(**job.args)
    files = list(Attachment.objects.of(report.interactions[0]))
    assert [(file.name, file.content_type, file.size) for file in files] == [
        ("plànol.pdf", "application/pdf", 6),
        ("buit.pdf", "application/pdf", 6),
    ]
    assert [attaching.read(file) for file in scanned(administration, *files)] == [b"%PDF-1", b"%PDF-2"]


def test_those_of_an_archive_wait_until_somebody_asks(administration, box):
    report = come(box, mail(("vell.pdf", b"%PDF"), date="Mon, 02 Mar 2020 09:12:00 +0000"))
    assert not jobs("unpack").exists()
    [file] = attaching.unpack(box, report.interactions[0], at=now())
    assert file.name == "vell.pdf" and attaching.unpack(box, report.interactions[0], at=now()) == [file]


def test_too_large_ones_and_programs_are_named_and_never_opened(administration, box, scanner, monkeypatch):
    monkeypatch.setattr(attaching, "LARGEST", 50)
    report = come(box, mail(("gran.pdf", b"x" * 51), ("factura.pdf", b"MZ" + b"x" * 20)))
    large, program = scanned(administration, *attaching.unpack(box, report.interactions[0], at=now()))
    assert large.body_sealed is None and "massa gran" in large.why_not and not large.scans.exists()
    assert "programa" in program.why_not and program.last_verdict == "clean"


def test_what_is_sent_takes_its_files_with_it(administration, box, scanner):
    with mailroom() as room:
        actions.set_way_out(box, {"url": room.url})
        [file] = scanned(administration, attach(b"adjunt"))
        dispatch = send(box, record=None, to="a@exemple.org", text="Aquí ho tens", key="a", by=None, at=now(),
                        hold=dt.timedelta(0), attachments=[file])  # fmt: skip
        delivery.deliver(administration, dispatch.id)
        [mail] = room.mails
    assert [part.get_filename() for part in mail.iter_attachments()] == ["nota.txt"]
    assert Attachment.objects.get(id=file.id).interaction == dispatch.id
    with pytest.raises(attaching.CannotAttach, match="ja s’havia enviat"):
        send(box, record=None, to="a@exemple.org", text="I ara", key="b", by=None, at=now(), attachments=[file])


def test_an_infected_one_does_not_leave(administration, box, scanner):
    file = attach()
    Scan.objects.create(attachment=file, verdict="infected")
    dispatch = send(box, record=None, to="a@exemple.org", text="x", key="a", by=None, at=now(),
                    hold=dt.timedelta(0), attachments=[file])  # fmt: skip
    delivery.deliver(administration, dispatch.id)
    assert Dispatch.objects.get().state == "failed" and "infected" in dispatch.last_word().detail


def test_together_they_have_a_limit(administration, box, monkeypatch):
    monkeypatch.setattr(attaching, "LARGEST_TOGETHER", 10)
    with pytest.raises(attaching.CannotAttach, match="junts"):
        send(box, record=None, to="a@exemple.org", text="x", key="a", by=None, at=now(),
             attachments=[attach(), attach()])  # fmt: skip


def test_files_of_drafts_that_nobody_sent_are_forgotten(administration, box):
    draft, kept = attach(), attach()
    Scan.objects.create(attachment=draft, verdict="clean")
    attaching.claim([kept], draft.id, at=now())
    assert attaching.forget(before=now() - dt.timedelta(days=1)) == 0
    assert attaching.forget(before=now() + dt.timedelta(days=1)) == 1 and Attachment.objects.get() == kept
