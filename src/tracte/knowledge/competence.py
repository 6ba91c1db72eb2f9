"""Who is competent for a service in a territory on a day. One statement routes any number of cases.

From near to far: the service's own rules, the most specific territory first and «everywhere» last; then those of the
service above, and so on; then the first fallback unit on the way up; then the root unit. A unit that was closed on that
day is passed over.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext

from tracte.core.models import Unit, UnitVersion
from tracte.core.sql import column, rows
from tracte.knowledge.models import Service
from tracte.vocabularies.models import Concept

RULE, FALLBACK, ROOT = "rule", "fallback", "root"
Case = tuple[uuid.UUID, uuid.UUID | None, dt.date]  # service, territory, day

# `place`: a territory and all that it lies in on that day, by its memberships and its tree. A kind ranks by its size;
# one without a kind is smaller than all that have one; of the same rank, the nearest.
ROUTE = """
WITH RECURSIVE asked AS MATERIALIZED (
  SELECT DISTINCT service, territory, day FROM unnest(%s::uuid[], %s::uuid[], %s::date[]) AS a(service, territory, day)
), line AS (
  SELECT DISTINCT service, service AS ancestor, 0 AS depth FROM asked
  UNION SELECT l.service, s.parent_id, l.depth + 1 FROM line l JOIN knowledge_service s ON s.id = l.ancestor
    WHERE s.parent_id IS NOT NULL AND l.depth < 10
), place AS (
  SELECT DISTINCT territory, day, territory AS wider, 0 AS distance FROM asked WHERE territory IS NOT NULL
  UNION SELECT p.territory, p.day, up.id, p.distance + 1 FROM place p CROSS JOIN LATERAL (
    SELECT parent_id AS id FROM vocabularies_concept WHERE id = p.wider AND parent_id IS NOT NULL
    UNION (SELECT last.member_of_id FROM (SELECT DISTINCT ON (level) member_of_id FROM vocabularies_territorymembership
      WHERE territory_id = p.wider AND valid_from <= p.day ORDER BY level, valid_from DESC) last)
  ) up WHERE p.distance < 10
), wider AS (
  SELECT p.territory, p.day, p.wider, (100 * array_position(
    '{"",municipality,comarca,vegueria,province,country}'::text[], c.kind::text) + min(p.distance))::int AS rank
  FROM place p JOIN vocabularies_concept c ON c.id = p.wider GROUP BY p.territory, p.day, p.wider, c.kind
), open_on AS (
  SELECT d.day, v.unit_id FROM (SELECT DISTINCT day FROM asked) d CROSS JOIN LATERAL (
    SELECT DISTINCT ON (unit_id) unit_id, is_closed FROM core_unitversion WHERE valid_from <= d.day
    ORDER BY unit_id, valid_from DESC) v WHERE NOT v.is_closed
), standing AS (
  SELECT d.day, c.* FROM (SELECT DISTINCT day FROM asked) d CROSS JOIN LATERAL (
    SELECT DISTINCT ON (service_id, territory_id) service_id, territory_id, unit_id, valid_from
    FROM knowledge_competence
    WHERE service_id IN (SELECT ancestor FROM line) AND valid_from <= d.day
    ORDER BY service_id, territory_id, valid_from DESC) c
  JOIN open_on o ON o.day = d.day AND o.unit_id = c.unit_id
), ruled AS (
  SELECT DISTINCT ON (a.service, a.territory, a.day) a.service, a.territory, a.day,
    c.unit_id, l.ancestor, c.territory_id, c.valid_from
  FROM asked a JOIN line l ON l.service = a.service JOIN standing c ON c.day = a.day AND c.service_id = l.ancestor
  LEFT JOIN wider w ON w.territory = a.territory AND w.day = a.day AND w.wider = c.territory_id
  WHERE c.territory_id IS NULL OR w.wider IS NOT NULL
  ORDER BY a.service, a.territory, a.day, l.depth, w.rank NULLS LAST, c.territory_id
), fallen AS (
  SELECT DISTINCT ON (a.service, a.day) a.service, a.day, s.fallback_unit_id AS unit_id, l.ancestor
  FROM (SELECT DISTINCT service, day FROM asked) a JOIN line l ON l.service = a.service
  JOIN knowledge_service s ON s.id = l.ancestor JOIN open_on o ON o.day = a.day AND o.unit_id = s.fallback_unit_id
  ORDER BY a.service, a.day, l.depth
), root AS (
  SELECT u.id FROM core_unit u JOIN core_administration a ON a.id = u.administration_id
  ORDER BY u.code <> a.slug, u.id LIMIT 1
)
SELECT a.service, a.territory, a.day, coalesce(r.unit_id, f.unit_id, root.id),
  CASE WHEN r.unit_id IS NOT NULL THEN 'rule' WHEN f.unit_id IS NOT NULL THEN 'fallback' ELSE 'root' END,
  coalesce(r.ancestor, f.ancestor), r.territory_id, r.valid_from
FROM asked a CROSS JOIN root
LEFT JOIN ruled r ON r.service = a.service AND r.territory IS NOT DISTINCT FROM a.territory AND r.day = a.day
LEFT JOIN fallen f ON f.service = a.service AND f.day = a.day
"""


@dataclass(frozen=True)
class Route:
    """The unit, and the rule that decided: of which service, for which territory (none: everywhere), since when."""

    unit: uuid.UUID
    rule: str
    of_service: uuid.UUID | None = None
    territory: uuid.UUID | None = None
    since: dt.date | None = None


class Who(NamedTuple):
    unit: Unit
    why: str


def route(cases: Iterable[Case]) -> dict[Case, Route]:
    """Each different case with its route. One statement, whatever their number."""
    asked = list(set(cases))
    if not asked:
        return {}
    services, territories, days = zip(*asked, strict=True)
    found = rows(ROUTE, column("uuid", services), column("uuid", territories), column("date", days))
    return {(service, territory, day): Route(*rest) for service, territory, day, *rest in found}


def who(service: Service, territory: Concept | None, on: dt.date) -> Who:
    """The competent unit, and in words which rule decided."""
    case = (service.id, territory.id if territory else None, on)
    found = route([case])[case]
    return Who(Unit.objects.get(id=found.unit), why(found, service, territory, on))


def why(found: Route, service: Service, territory: Concept | None, on: dt.date) -> str:
    """«Ho diu la norma de «Fanal apagat» per a Aran.»"""
    names = {"unit": unit_name(found.unit, on), "service": service.name()}
    if found.of_service and found.of_service != service.id:
        names["above"] = Service.objects.get(id=found.of_service).name()
    if found.rule == ROOT:
        return (
            gettext(
                "No hi ha cap norma per a «%(service)s» ni cap unitat de reserva: li arriba a %(unit)s, que és l’arrel."
            )
            % names
        )
    if found.rule == FALLBACK:
        return _fallback(names)
    if found.territory:
        place = Concept.objects.get(id=found.territory)
        names["place"] = place.label()
        if territory and place.id != territory.id:
            names["asked"] = territory.label()
            return _wider(names)
        return _there(names)
    return _everywhere(names)


def _fallback(names: dict[str, str]) -> str:
    if "above" in names:
        return (
            gettext("Cap norma no hi encaixa. «%(above)s», que és més amunt, té %(unit)s com a unitat de reserva.")
            % names
        )
    return gettext("Cap norma no hi encaixa: %(unit)s és la unitat de reserva de «%(service)s».") % names


def _there(names: dict[str, str]) -> str:
    if "above" in names:
        return gettext("Ho hereta de «%(above)s»: a %(place)s se n’ocupa %(unit)s.") % names
    return gettext("De «%(service)s», a %(place)s se n’ocupa %(unit)s.") % names


def _wider(names: dict[str, str]) -> str:
    if "above" in names:
        return gettext("Ho hereta de «%(above)s»: %(asked)s és dins de %(place)s, i allà se n’ocupa %(unit)s.") % names
    return gettext("%(asked)s és dins de %(place)s, i allà de «%(service)s» se n’ocupa %(unit)s.") % names


def _everywhere(names: dict[str, str]) -> str:
    if "above" in names:
        return gettext("Ho hereta de «%(above)s»: se n’ocupa %(unit)s a tot arreu.") % names
    return gettext("De «%(service)s» se n’ocupa %(unit)s a tot arreu.") % names


def unit_name(unit: uuid.UUID, on: dt.date) -> str:
    """What it was called on that day, or its first name, or its code."""
    versions = UnitVersion.objects.filter(unit=unit)
    last = versions.filter(valid_from__lte=on).order_by("-valid_from").first()
    found = last or versions.order_by("valid_from").first()
    return found.name if found else Unit.objects.get(id=unit).code
