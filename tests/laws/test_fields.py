"""Every field of every model is sorted into personal, pseudonymous or open, with purpose and retention."""

from tracte.privacy import declarations


def test_every_field_is_sorted():
    assert not declarations.unsorted()


def test_the_register_shows_all_rooms():
    models = {row.model.split(".")[0] for row in declarations.report()}
    assert {"core", "privacy", "vocabularies", "people", "channels", "sessions", "mfa"} <= models
