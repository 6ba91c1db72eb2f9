"""What every page may say without asking."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tracte.core.models import Administration
from tracte.inbox.models import Availability, Notice

MOST = 99


def administration(request: HttpRequest) -> dict[str, object]:
    return {"administration": SimpleLazyObject(lambda: Administration.objects.first())}


def at_work(request: HttpRequest) -> dict[str, object]:
    """Where a page asks, of whoever attends: what rang and they have not seen, and whether they are there."""
    user = getattr(request, "user", None)

    def unseen() -> str:
        n = Notice.objects.filter(user=user, seen_at=None)[: MOST + 1].count()
        return f"{MOST}+" if n > MOST else str(n or "")

    def is_there() -> bool:
        last = Availability.objects.filter(user=user).order_by("-at", "-id").first()
        return bool(last and last.is_there)

    return {"unseen": unseen, "is_there": is_there}
