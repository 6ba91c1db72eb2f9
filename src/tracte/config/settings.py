"""Settings: everything comes from the environment (`config.postgres` names the database) or has a safe default."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from tracte.config import locales, postgres

BASE = Path(__file__).resolve().parents[1]
TRACTE_HOME = postgres.home()
DEBUG = os.environ.get("TRACTE_DEBUG") == "1"
SECRET_KEY = postgres.installation_secret().hex()
ALLOWED_HOSTS = os.environ.get("TRACTE_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]
TRACTE_SITE = os.environ.get("TRACTE_SITE", "").rstrip("/")
IS_HTTPS = os.environ.get("TRACTE_HTTPS") == "1"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "procrastinate.contrib.django",
    "ninja",  # the pages of the API's documentation, from here and from nowhere else
    "tracte.core",
    "tracte.privacy",
    "tracte.vocabularies",
    "tracte.people",
    "tracte.knowledge",
    "tracte.channels",
    "tracte.inbox",
    "tracte.desk",
    "tracte.portal",
    "tracte.config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "tracte.core.middleware.administration_by_host",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "tracte.config.urls"
ASGI_APPLICATION = "tracte.config.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "tracte.config.context.administration",
                "tracte.config.context.at_work",
            ]
        },
    }
]

# Outside the commands (an editor, a linter) there may be no database: then its absence shows at the first query.
_owner = os.environ.get("TRACTE_OWNER_URL", "postgresql:///tracte")
_app = os.environ.get("TRACTE_APP_URL", "postgresql:///tracte")
DATABASES = {"default": postgres.django_database(_app), "owner": postgres.django_database(_owner)}
# No statement keeps its plan but those that ask for it (`core.sql`): with Django's None not even these could.
DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 1_000_000_000
if os.environ.get("TRACTE_POOL"):
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": int(os.environ["TRACTE_POOL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # an e-mail is unique within its administration: core.User says so

AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/desk/sign-in/"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_ADAPTER = "tracte.config.accounts.StaffAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/desk/sign-in/"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # there is no sign-up to invite a stranger to
ACCOUNT_SESSION_REMEMBER = True  # as long as a working day: SESSION_COOKIE_AGE
MFA_ADAPTER = "tracte.config.accounts.SecondFactorAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever hires writes the address
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_HSTS_SECONDS = 31536000 if IS_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "ca"
LANGUAGES = [("ca", _("català")), ("es", _("castellà")), ("oc", _("occità (aranès)")), ("en", _("anglès"))]
LOCALE_PATHS = [BASE / "config" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 86400
locales.register()
TIME_ZONE = "Europe/Madrid"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE / "config" / "static"]
STATIC_ROOT = TRACTE_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

_self = "'self'"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [_self],
        "style-src": [_self],
        "img-src": [_self, "data:"],
        "connect-src": [_self],
        "manifest-src": [_self],
        "form-action": [_self],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
# A body may be large when it is a stream of interactions; everything else is a form.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "tracte.core.uploads.Measured",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
TRACTE_API_MAX_BYTES = 64 * 1024 * 1024
EMAIL_BACKEND = os.environ.get("TRACTE_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
PROCRASTINATE_IMPORT_PATHS = ["tracte.channels.tasks", "tracte.inbox.tasks"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("TRACTE_LOG", "WARNING")},
    "loggers": {"django.request": {"level": "ERROR"}},  # a page refused or not found is no fault of ours
}
