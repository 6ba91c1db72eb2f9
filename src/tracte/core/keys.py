"""Keys of each administration, kept outside the database: whoever steals the tables reads no value.

One file per administration under TRACTE_HOME/keys, mode 0600. Each key id holds two independent 256-bit keys:
`data` (AES-256-GCM of values and payloads) and `match` (HMAC-SHA-256 of identifiers, so that equal values meet
without being readable; a plain hash of a DNI can be reversed by trying all of them in a minute).

Facts leave the database under pseudonyms, whose key is in a file of its own beside (`<administration>.lake`): it has
nothing to do with the others, is made when it is first asked for, and a keyring is never written again.
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
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB
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


class Pseudonyms:
    """Names under which ids leave the database: a keyed permutation of UUIDs for each domain.

    One AES-256 block for one UUID: nobody tells the names from random ones without the key, two ids never fall
    together, and a whole column is one call. `mark` tells one key from another and nothing about it.
    """

    def __init__(self, path: Path):
        try:
            self._key = base64.b64decode(path.read_text(), validate=True)
        except ValueError:
            self._key = b""
        if len(self._key) != 32:
            raise KeyMissing(f"{path} is not a key: restore it from the backup of the keys")
        self.mark = self._derived("mark").hex()[:16]

    def of(self, domain: str, ids: bytes) -> bytes:
        """The names of ids, 16 bytes each and one after another, in the same order."""
        encryptor = Cipher(AES256(self._derived(domain)), ECB()).encryptor()  # noqa: S305 - blocks are whole UUIDs
        return encryptor.update(ids) + encryptor.finalize()

    def _derived(self, domain: str) -> bytes:
        return hmac.digest(self._key, f"tracte.lake\0{domain}".encode(), "sha256")


def pseudonyms(administration: uuid.UUID | str) -> Pseudonyms:
    """Those of the facts of one administration. Without the file there are new ones, and the lake is written anew."""
    path = settings.TRACTE_HOME / "keys" / f"{uuid.UUID(str(administration))}.lake"
    if not path.exists():
        _write_once(path, _random())
    return Pseudonyms(path)


def keyring(administration: uuid.UUID | str) -> Keyring:
    return _load(settings.TRACTE_HOME / "keys", uuid.UUID(str(administration)))


@functools.lru_cache(maxsize=256)
def _load(directory: Path, administration: uuid.UUID) -> Keyring:
    path = directory / f"{administration}.json"
    if not path.exists():
        _create(path)
    return Keyring(path)


def _create(path: Path) -> None:
    _write_once(path, json.dumps({"current": 1, "keys": {"1": {name: _random() for name in ("data", "match")}}}))


def _random() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _write_once(path: Path, content: str) -> None:
    """Write a new file whole or not at all: two processes at once agree on one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
