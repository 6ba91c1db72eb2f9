"""Addresses that fail on purpose, beside the real ones."""

from django.core.exceptions import PermissionDenied
from django.urls import path

from tracte.config.urls import urlpatterns as real


def forbidden(request):
    raise PermissionDenied


def broken(request):
    raise RuntimeError("on purpose")


urlpatterns = [*real, path("forbidden/", forbidden), path("broken/", broken)]
