"""How a model sorts its fields: personal, pseudonymous or open, with purpose and retention.

Every model carries one `Declared` as its attribute `privacy`; a test refuses a field that is not sorted.
Erasure, access reports and facts follow the declaration.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Declared:
    """Field names separated by spaces. `retention` is an ISO 8601 duration, or `installation`: as long as it stands."""

    purpose: str
    retention: str
    personal: str = ""
    pseudonymous: str = ""
    open: str = ""

    def sorted_fields(self) -> list[str]:
        return [*self.personal.split(), *self.pseudonymous.split(), *self.open.split()]
