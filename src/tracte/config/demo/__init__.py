"""The demo: a believable Catalan government and its people, made up the same way every time. No Django here."""

from tracte.config.demo.generate import SIZES, Summary, generate
from tracte.config.demo.population import population

__all__ = ["SIZES", "Summary", "generate", "population"]
