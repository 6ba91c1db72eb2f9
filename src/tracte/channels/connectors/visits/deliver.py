"""What somebody of ours said at the counter: the note of it."""

from tracte.channels.connectors.by_hand import BY_HAND, SETTINGS, deliver, known_as, problem

__all__ = ["BY_HAND", "KIND", "SETTINGS", "deliver", "known_as", "problem"]

KIND = "visit"
