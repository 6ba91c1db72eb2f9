"""Who a person shares a home with: their names, each opened and written in the read log like any other opening."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tracte.core.guard import staff
from tracte.desk import visit
from tracte.desk.views import ATTENDS
from tracte.people.models import Relation
from tracte.people.profile import Profile
from tracte.people.protections import relations


@require_GET
@staff(*ATTENDS)
@visit.opens
def sharing(request: visit.AgentRequest, profile: Profile, relation: uuid.UUID) -> HttpResponse:
    """The others of one household. Of an organisation nobody's name is told: there is no reason to read so many."""
    shares = relations.of_records(record.id for record in profile.records)
    one = next((one for one in shares if one.relation.id == relation), None)
    if one is None or one.relation.kind != Relation.Kind.HOUSEHOLD:
        raise Http404("this person is in no such household")
    others = [other for person in one.others if (other := visit.open_one(request, person, what="relation"))]
    return render(request, "desk/sharing.html", {"person": profile, "one": one, "others": others})
