"""A government with its units, territories and a few services."""

import uuid

import pytest


@pytest.fixture
def town(administration: uuid.UUID):
    from tracte.knowledge.tests.town import build

    return build()
