"""Who may come in: one-time tokens, sessions, and the secrets of programs. All in memory, all gone at the end."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_SESSIONS = 64
# A program asks many times a second, and each look into the catalog costs; a revoked token lives this much longer.
TOKEN_SECONDS = 5.0


def _digest(secret: str) -> bytes:
    # Secrets are looked up by digest: the time that a look-up takes tells nothing about the secret.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


class SignIn:
    """The keys of one running server.

    ``bearer`` is the secret that programs may send for this server's life; ``cookie`` the name of the session's
    cookie. Browsers keep one jar per host and not per port, so that the name should hold the port.
    """

    def __init__(
        self,
        check_token: Callable[[str], bool],
        *,
        cookie: str = "fileroom",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.bearer = secrets.token_urlsafe(32)
        self.cookie = cookie
        self._check_token = check_token
        self._clock = clock
        self._lock = threading.Lock()
        self._once: set[bytes] = set()
        self._sessions: dict[bytes, None] = {}  # oldest first
        self._tokens: dict[bytes, float] = {}

    def issue(self) -> str:
        """A token that signs one browser in, once."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._once.add(_digest(token))
        return token

    def redeem(self, token: str) -> str | None:
        """A session for a one-time token, which is used up; None when it is wrong or used."""
        with self._lock:
            if _digest(token) not in self._once:
                return None
            self._once.remove(_digest(token))
            session = secrets.token_urlsafe(32)
            self._sessions[_digest(session)] = None
            while len(self._sessions) > MAX_SESSIONS:
                del self._sessions[next(iter(self._sessions))]
        return session

    def has_session(self, session: str) -> bool:
        """Whether that is a session of ours."""
        return _digest(session) in self._sessions

    def sign_out(self, session: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(_digest(session), None)

    def knows(self, bearer: str) -> bool | None:
        """Whether that secret may come in; None when the catalog must be asked (:meth:`check`)."""
        digest = _digest(bearer)
        if hmac.compare_digest(digest, _digest(self.bearer)):
            return True
        until = self._tokens.get(digest)
        return True if until is not None and self._clock() < until else None

    def check(self, bearer: str) -> bool:
        """Ask the catalog whether that is the secret of a program. It may wait for a disk."""
        digest = _digest(bearer)
        good = self._check_token(bearer)
        with self._lock:
            now = self._clock()
            self._tokens = {known: until for known, until in self._tokens.items() if now < until}
            if good:
                self._tokens[digest] = now + TOKEN_SECONDS
        return good

    def set_cookie(self, session: str) -> str:
        """The Set-Cookie header of a session: not for scripts, and never sent from another site."""
        return f"{self.cookie}={session}; Path=/; HttpOnly; SameSite=Strict"

    def drop_cookie(self) -> str:
        """The Set-Cookie header that takes the session's cookie away."""
        return f"{self.cookie}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
