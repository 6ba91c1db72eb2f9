"""What every page may say without asking."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from tracte.core.models import Administration


def administration(request: HttpRequest) -> dict[str, object]:
    return {"administration": SimpleLazyObject(lambda: Administration.objects.first())}
