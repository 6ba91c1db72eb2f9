"""The API of all rooms, one document: /api/v1/openapi.json."""

from ninja import NinjaAPI

from tracte.channels.api import router as channels
from tracte.inbox.api import router as inbox

api = NinjaAPI(
    title="tracte",
    version="1",
    description="Interactions in, and cases opened, once. Keys are bound to a channel account.",
    urls_namespace="api",
)
api.add_router("", channels)
api.add_router("", inbox)
