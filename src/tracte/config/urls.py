"""Addresses. Those of the surface (docs/reference) are fixed: other programs and people's bookmarks use them."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView, TemplateView
from django.views.i18n import set_language

from tracte.config import health
from tracte.config.api import api

# Of allauth's pages, those of people who were hired: nobody signs up by themselves.
account_patterns: list[URLPattern | URLResolver] = [
    path("login/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    path("password/reset/key/done/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("2fa/", include("allauth.mfa.urls")),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tracte.portal.front_urls")),
    path("language/", set_language, name="set_language"),
    path("desk/sign-in/", account.login, name="account_login"),
    path("desk/account/", include(account_patterns)),
    path("form/", include("tracte.portal.urls")),
    path("referral/", include("tracte.portal.referral_urls")),
    path("opinion/", include("tracte.portal.opinion_urls")),
    path("hooks/", include("tracte.channels.urls")),
    path("api/v1/", api.urls),
    path("health/live", health.live, name="live"),
    path("health/ready", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
    path("desk/components/", TemplateView.as_view(template_name="components.html"), name="components"),
    path("desk/", include("tracte.desk.urls")),
]
