"""Is there a case of this already? Of the same service, near and lately: as near and as lately as the service says.

One statement. The index gives a band of latitude; longitude and time are checked on its rows, and the exact distance on
what is left, on a sphere. It gives at most LIMIT, the nearest first.
"""

from __future__ import annotations

import datetime as dt
import math
import uuid
from dataclasses import dataclass

from tracte.core.sql import rows
from tracte.inbox import numbers
from tracte.knowledge.models import Service

LIMIT = 20
RADIUS = 6_371_008.8  # metres, the mean of the Earth (IUGG)
STATEMENT = f"""
SELECT id, number, opened_at, closure_id IS NULL, job_id, place, metres FROM (
  SELECT id, number, opened_at, closure_id, job_id, place, 2 * {RADIUS} * asin(least(1, sqrt(
    sin(radians(latitude - %s::float8) / 2) ^ 2
    + cos(radians(%s::float8)) * cos(radians(latitude)) * sin(radians(longitude - %s::float8) / 2) ^ 2))) AS metres
  FROM inbox_case WHERE service_id = %s::uuid AND latitude BETWEEN %s::float8 AND %s::float8
    AND longitude BETWEEN %s::float8 AND %s::float8 AND (closure_id IS NULL OR opened_at >= %s::timestamptz)
) near WHERE metres <= %s::float8 ORDER BY metres, number LIMIT {LIMIT}
"""  # noqa: S608 - constants


@dataclass(frozen=True)
class Similar:
    """A case that may be about the same thing."""

    id: uuid.UUID
    number: int
    opened_at: dt.datetime
    is_open: bool
    job: uuid.UUID | None
    place: str
    metres: float

    @property
    def reference(self) -> str:
        return numbers.said(self.number)


def to_the_centimetre(degrees: float | None) -> float | None:
    """As coordinates are kept: no lamp is told better, and the square of a smaller difference could underflow."""
    return None if degrees is None else round(degrees, 7)


def find(service: Service, latitude: float | None, longitude: float | None, at: dt.datetime) -> list[Similar]:
    """None where the service does not say how near, or nobody says where."""
    metres = service.similar_metres
    latitude, longitude = to_the_centimetre(latitude), to_the_centimetre(longitude)
    if not metres or latitude is None or longitude is None:
        return []
    north = math.degrees(metres / RADIUS)
    east = north / max(math.cos(math.radians(min(abs(latitude) + north, 89.9))), 1e-6)
    lately = at - dt.timedelta(hours=service.similar_hours or 24 * 365 * 10)
    band = (latitude - north, latitude + north, longitude - east, longitude + east)
    return [Similar(*row) for row in rows(STATEMENT, latitude, latitude, longitude, service.pk, *band, lately, metres)]
