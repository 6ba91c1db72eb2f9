"""The server's door: `granian --interface asgi tracte.config.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

from tracte.config import postgres

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracte.config.settings")
postgres.ensure()
application = get_asgi_application()
