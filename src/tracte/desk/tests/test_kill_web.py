"""The web server is killed at random while messages come in and an answer is typed: what it said it had taken is
stored, once; and the draft is what it last said it had saved, or what was typed after it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import pytest
from django.test import Client

from tests import commands
from tracte.channels.actions import attend, open_account
from tracte.channels.models import Interaction, RawPayload
from tracte.core import tenancy
from tracte.core.actions import issue_key
from tracte.core.clock import now
from tracte.desk.tests.serving import free_port
from tracte.inbox.models import Conversation, Draft, Turn
from tracte.inbox.tests import cast
from tracte.privacy.actions import install_purposes

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]
KILLS, TOKEN = 6, "x" * 32


class Web:
    """Two workers on one port, that can be killed without a word and started again."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "granian", "--interface", "asginl", "--host", "127.0.0.1", "--workers", "2"]
        command += ["--port", str(self.port), "--no-ws", "--log-level", "error", "tracte.config.asgi:application"]
        environment = {**os.environ, "TRACTE_POOL": "4"}
        self.process = subprocess.Popen(command, env=environment, start_new_session=True)
        commands.wait_until(lambda: self.ask("/health/live", None, {}) == 200, seconds=60)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def ask(self, path: str, body: bytes | None, headers: dict[str, str]) -> int:
        """The status, or 0 when the line broke: then nobody knows."""
        request = urllib.request.Request(f"http://localhost:{self.port}{path}", body, headers)
        try:
            return urllib.request.urlopen(request, timeout=30).status
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0


def test_what_was_accepted_is_stored_once_and_drafts_survive(administration, agent):
    with tenancy.acting_for(administration):
        install_purposes()
        cast.clock()
        attend(open_account(key="web", kind="cloudevents", name="Web"), cast.ago(1000))
        secret = issue_key(name="web", scopes=["interactions:web"], by=None)
        [open_] = cast.write("bustia", cast.message(cast.merce()))
        client = Client()
        client.force_login(agent)
    web, ends, said = Web(), threading.Event(), Said()
    session = client.cookies["sessionid"].value
    work = [threading.Thread(target=said.write, args=(web, secret, ends, n)) for n in range(3)]
    work.append(threading.Thread(target=said.type, args=(web, session, open_, ends)))
    try:
        for one in work:
            one.start()
        dice = random.Random(417)
        for _ in range(KILLS):
            enough = len(said.taken) + dice.randint(5, 25)
            commands.wait_until(lambda enough=enough: len(said.taken) > enough)
            time.sleep(dice.uniform(0, 0.05))
            web.kill()
            web.start()
        commands.wait_until(lambda enough=enough: len(said.taken) > enough + 10)
    finally:
        ends.set()
        for one in work:
            one.join(60)
        web.kill()
    with tenancy.acting_for(administration):
        stored = list(Interaction.objects.filter(account__key="web").values_list("id", "text"))
        texts = [text for _, text in stored]
        assert said.broken > KILLS and len(said.taken) > 50, "nothing was being said when it was killed"
        assert len(texts) == len(set(texts)) and set(said.taken) <= set(texts) <= set(said.taken) | set(said.doubtful)
        ids = [id_ for id_, _ in stored]
        assert RawPayload.objects.filter(interaction__in=ids).count() == len(ids)
        assert Turn.objects.filter(interaction__in=ids).count() == len(ids), "each has its conversation"
        assert Conversation.objects.filter(account__key="web").count() == len(ids), "of as many people"
        kept = Draft.objects.get(conversation=open_, by=agent).text
    assert said.saved and kept in said.typed[said.typed.index(said.saved[-1]) :]


class Said:
    """What was said to the server, and what it answered."""

    def __init__(self) -> None:
        self.taken: list[str] = []
        self.doubtful: list[str] = []
        self.typed: list[str] = []
        self.saved: list[str] = []
        self.broken = 0

    def write(self, web: Web, secret: str, ends: threading.Event, who: int) -> None:
        """One message after another; one whose fate is unknown is said again, as senders do."""
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/x-ndjson"}
        n = 0
        while not ends.is_set():
            n += 1
            text = f"missatge {who}.{n}"
            person = {"identifiers": [{"kind": "email", "value": f"p{who}.{n}@exemple.cat"}]}
            event = {"specversion": "1.0", "id": text, "source": "prova", "type": "message", "time": now().isoformat()}
            body = json.dumps(event | {"data": {"kind": "message", "text": text, "person": person}}).encode()
            while (status := web.ask("/api/v1/interactions", body, headers)) == 0 and not ends.is_set():
                self.broken += 1
                time.sleep(0.1)
            (self.taken if status == 200 else self.doubtful).append(text)

    def type(self, web: Web, session: str, open_: Conversation, ends: threading.Event) -> None:
        headers = {"Cookie": f"sessionid={session}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN, "HX-Request": "true"}
        while not ends.is_set():
            self.typed.append(f"Bon dia {uuid.uuid4()}")
            body = urllib.parse.urlencode({"text": self.typed[-1], "seen": 1}).encode()
            if web.ask(f"/desk/inbox/{open_.id}/draft/", body, headers) == 200:
                self.saved.append(self.typed[-1])
            time.sleep(0.05)
