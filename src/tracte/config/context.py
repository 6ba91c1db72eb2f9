"""What every page may say without asking."""

import functools

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tracte.core.models import Administration
from tracte.core.sql import rows

MOST = 99
AT_WORK = """
SELECT (SELECT count(*) FROM (
    SELECT 1 FROM inbox_notice WHERE user_id = %s::uuid AND seen_at IS NULL LIMIT %s::bigint) q),
  coalesce((SELECT is_there FROM inbox_availability WHERE user_id = %s::uuid ORDER BY at DESC, id DESC LIMIT 1), false),
  coalesce((SELECT max(id) FROM core_event), 0)
"""


def administration(request: HttpRequest) -> dict[str, object]:
    return {"administration": SimpleLazyObject(lambda: Administration.objects.first())}


def at_work(request: HttpRequest) -> dict[str, object]:
    """Of whoever attends, where a page asks: what rang that they have not seen, if they are there, and the last event
    before it was drawn, so that its line brings what happened since. One query."""
    user = getattr(request, "user", None)

    @functools.cache
    def asked() -> tuple[int, bool, int]:
        [found] = rows(AT_WORK, user.pk, MOST + 1, user.pk) if user else [(0, False, 0)]
        return found

    def unseen() -> str:
        n = asked()[0]
        return f"{MOST}+" if n > MOST else str(n or "")

    return {"unseen": unseen, "is_there": lambda: asked()[1], "happened": lambda: asked()[2]}
