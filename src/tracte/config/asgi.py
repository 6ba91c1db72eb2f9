"""The server's door: `granian --interface asgi tracte.config.asgi:application`."""

import gc
import os
import warnings

import django

from tracte.config import postgres

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracte.config.settings")
postgres.ensure()
django.setup(set_prefix=False)
from tracte.config.handler import OneThread  # noqa: E402 - it reads the settings

application = OneThread()
# Static files are read whole before they are sent: they are small.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")

# What stands now stands for good: the collector need not look at it again, and looks seldom at the rest (a batch of
# interactions makes many objects and no cycles; looking for them took a third of the time).
gc.collect()
gc.freeze()
gc.set_threshold(100_000, 50, 50)
