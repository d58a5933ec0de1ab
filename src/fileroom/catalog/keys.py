"""The key of an archive: made once, kept in the keyring of the operating system or in a file of its owner alone.

One random key of 256 bits per archive; what seals the catalog and what makes public ids are derived from it, so that
neither can be had from the other.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fileroom.errors import CatalogError, NewerCatalog, WrongKey

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from keyring.backend import KeyringBackend

_SERVICE = "fileroom"
_KEY_BYTES = 32
_HASH_BLOCK = 64  # bytes (FIPS 180-4)
_FORMAT = 1
_FACTS = "archive.json"
_KEY_FILE = "archive.key"
# By one of these a program finds the bus of its session, or has one started.
_SESSION = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY")


@dataclass(frozen=True, slots=True)
class ArchiveKey:
    """The key of one archive, where it came from ("keyring" or "file") and that place in words."""

    archive_id: str
    secret: bytes
    source: str
    place: str

    def derive(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose (one step of HKDF-Expand, RFC 5869)."""
        return hmac.digest(self.secret, f"fileroom {purpose}\x01".encode(), "sha256")


def load_or_make(folder: Path, *, use_keyring: bool) -> ArchiveKey:
    """The key of the archive in ``folder``; a new archive gets a new one. WrongKey when the key is gone."""
    facts = folder / _FACTS
    if facts.exists():
        return _load(folder, facts)
    if (folder / "catalog.db").exists():
        raise WrongKey(f"{facts} is missing: without it the key of this catalog cannot be found")
    return _make(folder, facts, use_keyring=use_keyring)


def _load(folder: Path, facts: Path) -> ArchiveKey:
    try:
        known = json.loads(facts.read_text(encoding="utf-8"))
        archive_id, source, version = str(known["archive"]), str(known["key"]), int(known["format"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CatalogError(f"{facts} cannot be read: {type(error).__name__}") from error
    if version > _FORMAT:
        raise NewerCatalog("this archive was made by a newer fileroom")
    if source == "keyring":
        backend = _keyring()
        text = _ask(backend, archive_id) if backend else None
        if text is None:
            raise WrongKey("the key of this archive is not in the keyring of this user on this machine")
        return ArchiveKey(archive_id, bytes.fromhex(text), source, _place(backend))
    path = folder / _KEY_FILE
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise WrongKey(f"the key file {path} cannot be read: {type(error).__name__}") from error
    return ArchiveKey(archive_id, secret, "file", str(path))


def _make(folder: Path, facts: Path, *, use_keyring: bool) -> ArchiveKey:
    archive_id, secret = str(uuid.uuid4()), secrets.token_bytes(_KEY_BYTES)
    backend = _keyring() if use_keyring and _may_have_one() else None
    if backend is not None and _keep(backend, archive_id, secret.hex()):
        source, place = "keyring", _place(backend)
    else:
        path = folder / _KEY_FILE
        write_private(path, secret.hex() + "\n")
        source, place = "file", str(path)
    write_private(facts, json.dumps({"archive": archive_id, "key": source, "format": _FORMAT}) + "\n")
    return ArchiveKey(archive_id, secret, source, place)


def write_private(path: Path, text: str) -> None:
    """Write ``text`` to a new file that its owner alone may read; a reader sees all of it or no file."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def _may_have_one(environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> bool:
    """Whether it is worth asking for a keyring: the real ones of Linux all live on the bus of a session.

    Where there is none, loading them only to hear so takes a tenth of a second.
    """
    if not system.startswith("linux") or any(environment.get(name) for name in _SESSION):
        return True
    return Path(f"/run/user/{os.getuid()}/bus").exists()


def _keyring() -> KeyringBackend | None:
    """The keyring of the system, when it is a real one: plain-text backends are refused."""
    try:
        import keyring
        from keyring.backends.chainer import ChainerBackend

        backend = keyring.get_keyring()
        candidates = list(backend.backends) if isinstance(backend, ChainerBackend) else [backend]
    except Exception:  # noqa: BLE001 - a keyring that is not there fails in many ways, and all mean: none
        return None
    good = [b for b in candidates if _is_real(b)]
    return good[0] if good else None


def _is_real(backend: KeyringBackend) -> bool:
    module = type(backend).__module__
    return module.startswith("keyring.backends.") and not module.startswith(
        ("keyring.backends.fail", "keyring.backends.null", "keyring.backends.chainer")
    )


def _keep(backend: KeyringBackend, archive_id: str, text: str) -> bool:
    with contextlib.suppress(Exception):  # a locked or broken keyring: the key file is the answer
        backend.set_password(_SERVICE, archive_id, text)
        return backend.get_password(_SERVICE, archive_id) == text
    return False


def _ask(backend: KeyringBackend, archive_id: str) -> str | None:
    with contextlib.suppress(Exception):  # the same: no answer is an answer
        return backend.get_password(_SERVICE, archive_id)
    return None


def _place(backend: KeyringBackend | None) -> str:
    return f"keyring of this user ({type(backend).__module__.rpartition('.')[2]})"


class PublicIds:
    """The 128 bits by which an entry is known outside: stable in one archive, meaningless elsewhere.

    HMAC-SHA256 of level and identity, over its two hashes (RFC 2104, 2): so the key, and what the ids of a whole series
    begin with, are hashed once and copied for each id, in half the time and without handing the interpreter to
    another thread.
    """

    def __init__(self, key: bytes) -> None:
        block = key.ljust(_HASH_BLOCK, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def of(self, level: str, identity: str) -> bytes:
        """The id of the entry that ``identity`` names at ``level``."""
        inner, whole = self._inner.copy(), self._outer.copy()
        inner.update(_bytes_of(f"{level}\x00{identity}"))
        whole.update(inner.digest())
        return whole.digest()[:16]

    def beginning(self, level: str, identity: str, start: bytes = b"") -> Callable[[str], bytes]:
        """What gives the ids of entries whose identity begins so, from the rest of it; the ids begin with ``start``."""
        inner, outer = self._inner.copy(), self._outer
        inner.update(_bytes_of(f"{level}\x00{identity}"))

        def of(rest: str) -> bytes:
            message = inner.copy()
            message.update(_bytes_of(rest))
            whole = outer.copy()
            whole.update(message.digest())
            return (start + whole.digest())[:16]

        return of


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def secret_digest(secret: str) -> bytes:
    """What is kept of a program's token; the secret has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()
