"""Identifiers: UUIDv7, so that rows made together lie together and ids sort by birth (RFC 9562)."""

import uuid

import uuid_utils


def uuid7() -> uuid.UUID:
    return uuid.UUID(int=uuid_utils.uuid7().int)
