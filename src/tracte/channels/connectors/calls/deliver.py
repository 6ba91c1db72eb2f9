"""A call that somebody of ours made: the note of what was said."""

from tracte.channels.connectors.by_hand import BY_HAND, SETTINGS, deliver, known_as, problem

__all__ = ["BY_HAND", "KIND", "SETTINGS", "deliver", "known_as", "problem"]

KIND = "call"
