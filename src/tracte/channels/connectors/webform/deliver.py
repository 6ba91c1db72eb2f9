"""The answer to a form waits at its follow-up page: it is delivered when it is written."""

from tracte.channels.connectors.by_hand import SETTINGS, deliver, known_as, problem

__all__ = ["BY_HAND", "KIND", "SETTINGS", "deliver", "known_as", "problem"]

KIND = "message"
BY_HAND = False  # held like any other: who thinks again within seconds takes it back before it is seen
