"""Mercè is known and Jordi is at the desk, with or without having said why."""

from __future__ import annotations

import uuid

import pytest


@pytest.fixture
def merce(administration: uuid.UUID) -> uuid.UUID:
    from tracte.desk.tests import cast
    from tracte.privacy.actions import install_purposes

    install_purposes()
    return cast.tell()


@pytest.fixture
def jordi(signed_in, agent, merce):
    """Jordi's client: signed in, purpose not said."""
    return signed_in(agent)


@pytest.fixture
def desk(jordi):
    """Jordi, answering an enquiry."""
    assert jordi.post("/desk/purpose/", {"purpose": "attend", "next": "/desk/people/"}).status_code == 302
    return jordi
