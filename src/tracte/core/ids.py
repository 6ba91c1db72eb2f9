"""Identifiers: UUIDv7, so that rows made together lie together and ids sort by birth (RFC 9562)."""

import uuid

import uuid_utils


def uuid7() -> uuid.UUID:
    return uuid.UUID(int=uuid_utils.uuid7().int)


def uuid7_bytes() -> bytes:
    """The same as its 16 bytes, for where thousands are made at once."""
    return uuid_utils.uuid7().bytes
