"""Keys of each administration, kept outside the database: whoever steals the tables reads no value.

One file per administration under TRACTE_HOME/keys, mode 0600. Each key id holds two independent 256-bit keys:
`data` (AES-256-GCM of values and payloads) and `match` (HMAC-SHA-256 of identifiers, so that equal values meet
without being readable; a plain hash of a DNI can be reversed by trying all of them in a minute).
"""

from __future__ import annotations

import base64
import functools
import hmac
import json
import os
import secrets
import uuid
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class KeyMissing(ValueError):
    """The key that sealed this value is not in TRACTE_HOME/keys: restore it from the backup of the keys."""


class Keyring:
    """Keys of one administration: seals, opens and fingerprints."""

    def __init__(self, path: Path):
        try:
            content = json.loads(path.read_text())
            self.current: int = content["current"]
            self._keys = {
                int(k): {n: base64.b64decode(v) for n, v in pair.items()} for k, pair in content["keys"].items()
            }
            self._ciphers = {k: AESGCM(pair["data"]) for k, pair in self._keys.items()}
            self._cipher, self._match = self._ciphers[self.current], self._keys[self.current]["match"]
            self._prefix = self.current.to_bytes(2, "big")
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
            raise KeyMissing(f"{path} is not a keyring: restore it from the backup of the keys") from error

    def seal(self, plain: bytes) -> bytes:
        """key id (2 bytes) + nonce (12) + ciphertext and tag."""
        nonce = secrets.token_bytes(12)
        return self._prefix + nonce + self._cipher.encrypt(nonce, plain, self._prefix)

    def open(self, sealed: bytes | memoryview) -> bytes:
        sealed = bytes(sealed)
        key_id = int.from_bytes(sealed[:2], "big")
        if key_id not in self._ciphers:
            raise KeyMissing(
                f"no key {key_id} in the keyring: restore the keys directory of TRACTE_HOME from its backup"
            )
        try:
            return self._ciphers[key_id].decrypt(sealed[2:14], sealed[14:], sealed[:2])
        except (InvalidTag, ValueError) as error:  # ValueError: cut before its nonce ends
            raise KeyMissing(f"key {key_id} does not open this value: the keys directory belongs elsewhere") from error

    def fingerprint(self, domain: str, value: str) -> bytes:
        """Keyed hash of a normalised value, separated by domain (a telephone never equals a document). 16 bytes."""
        return hmac.digest(self._match, f"{domain}\0{value}".encode(), "sha256")[:16]


def keyring(administration: uuid.UUID | str) -> Keyring:
    return _load(settings.TRACTE_HOME / "keys", uuid.UUID(str(administration)))


@functools.lru_cache(maxsize=256)
def _load(directory: Path, administration: uuid.UUID) -> Keyring:
    path = directory / f"{administration}.json"
    if not path.exists():
        _create(path)
    return Keyring(path)


def _create(path: Path) -> None:
    """Write a new keyring whole or not at all: two processes at once agree on one file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pair = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("data", "match")}
    draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({"current": 1, "keys": {"1": pair}}))
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
