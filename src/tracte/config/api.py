"""The API of all rooms, one document: /api/v1/openapi.json."""

from ninja import NinjaAPI

from tracte.channels.api import router as channels

api = NinjaAPI(
    title="tracte",
    version="1",
    description="Interactions in, once. Keys are bound to a channel account.",
    urls_namespace="api",
)
api.add_router("", channels)
