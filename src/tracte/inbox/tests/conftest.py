"""A clock that never stops, and Mercè's open conversation."""

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
