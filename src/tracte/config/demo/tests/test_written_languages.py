"""In which language the demo's phrases seem to be: the half of them on which nothing of the guess was chosen."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
import yaml

from tracte.config import demo
from tracte.inbox.suggesting.languages import guess


def phrases(language: str) -> list[str]:
    page = files(demo).joinpath(f"phrases_{language}.yml").read_text("utf-8")
    found = list(_leaves(yaml.safe_load(page)))
    return [re.sub(r"\{.*?\}", "", text) for text in found if len(text) >= 40]


def _leaves(node):
    if isinstance(node, str):
        yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _leaves(one)


@pytest.mark.parametrize("language", ["ca", "es", "oc", "en"])
def test_phrases_of_the_demo(language):
    texts = phrases(language)[1::2]
    right = sum(said == language for said in guess(texts))
    assert right >= 0.95 * len(texts), (right, len(texts))
