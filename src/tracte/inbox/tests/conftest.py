"""A clock that never stops, Mercè's open conversation, and her case."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def clock(request):
    from tracte.inbox.tests import cast

    marked = request.node.get_closest_marker("django_db")
    if "administration" in request.fixturenames and not (marked and marked.kwargs.get("transaction")):
        request.getfixturevalue("administration")
        cast.clock()


@pytest.fixture
def conversation(administration):
    from tracte.inbox.tests import cast

    [one] = cast.write("bustia", cast.message(cast.merce(), "Em falta un document?", id="a@exemple.org", hours=2))
    return one


@pytest.fixture
def place(administration):
    """A town whose lamps belong to somebody."""
    from tracte.inbox.tests import town

    return town.build()


@pytest.fixture
def lamp(place):
    return place.services["carrer.llum.fanal"]


@pytest.fixture
def nuria(place):
    """Núria works where the lamps are."""
    from tracte.inbox.tests import town

    return town.hired("Núria Pla", place.units["llums"])


@pytest.fixture
def case(conversation, lamp, agent):
    """Mercè's lamp, opened by Jordi."""
    from tracte.inbox.tests import town

    return town.opened(lamp, agent, conversation=conversation)
