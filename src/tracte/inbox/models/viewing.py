"""Views of one's own: a fixed view with filters, kept under a name."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from tracte.core import tenancy
from tracte.core.clock import now
from tracte.core.declared import Declared
from tracte.core.ids import uuid7
from tracte.core.models import Unit, User


class SavedViews(models.QuerySet):
    def seen_by(self, user: User, units: list[uuid.UUID]) -> SavedViews:
        """One's own, and what others share with the units that one sees; each owner's in their own order."""
        mine = models.Case(models.When(owner=user, then=0), default=1)
        return self.filter(Q(owner=user) | Q(unit__in=units)).order_by(mine, "place", "id")


class SavedView(models.Model):
    """`view` is the key of a fixed view, `filters` what of it is wanted: name of a filter -> its value, as the address
    of the list says them. What they name may be gone one day: whoever shows it says so. `unit`: whom it is shared with.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    administration = tenancy.owner()
    name = models.TextField()
    view = models.TextField()
    filters = models.JSONField(default=dict)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True)
    place = models.IntegerField(default=0)
    at = models.DateTimeField(default=now)

    objects = SavedViews.as_manager()
    privacy = Declared("attend", "P5Y", personal="owner name", open="id administration view filters unit place at")

    class Meta:
        constraints = [
            models.UniqueConstraint("owner", Lower("name"), name="saved_view_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
