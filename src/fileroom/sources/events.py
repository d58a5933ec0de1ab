"""What the operating system tells of changes below a folder, heard in a thread of its own (watchfiles)."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

import watchfiles

_GROUP_MS = 400  # what happens within so long is told together
_STEP_MS = 100
_TIMEOUT_MS = 500
FLOOD = 8000  # so many at once, and the system may have lost some


@dataclass(frozen=True, slots=True)
class Happening:
    """Something came, changed or went at ``path``."""

    path: str
    kind: str  # "added", "modified", "deleted"


class Listener:
    """Listens to a folder and all below it, or to a single file.

    ``listening`` once nothing can be missed any more; ``deaf`` when the system tells nothing of this folder (it went,
    the limit of watched folders is reached, the filesystem has no events); ``flooded`` when too much came at once.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._end = threading.Event()
        self._lock = threading.Lock()
        self._heard: set[Happening] = set()
        self.listening = False
        self.deaf = False
        self.flooded = False
        self._thread = threading.Thread(target=self._listen, name="fileroom-events", daemon=True)
        self._thread.start()

    def take(self) -> set[Happening]:
        """What has happened since this was asked last."""
        with self._lock:
            heard, self._heard = self._heard, set()
        return heard

    def stop(self) -> None:
        """Listen no longer."""
        self._end.set()

    def _listen(self) -> None:
        try:
            for changes in watchfiles.watch(
                self._path,
                watch_filter=None,  # its own leaves out editors' files; a scan may be called anything
                debounce=_GROUP_MS,
                step=_STEP_MS,
                rust_timeout=_TIMEOUT_MS,
                yield_on_timeout=True,
                stop_event=self._end,
                raise_interrupt=False,
                force_polling=False,  # it would stat every file all the time; a pass now and then costs less
                ignore_permission_denied=True,
            ):
                self._hear({Happening(path, change.raw_str()) for change, path in changes})
        except (OSError, RuntimeError):  # what watchfiles raises when the system says no
            self.deaf = True
        self.listening = False

    def _hear(self, happenings: set[Happening]) -> None:
        with self._lock:
            self._heard |= happenings
            if len(self._heard) > FLOOD:
                self.flooded = True
                self._heard.clear()
        self.listening = True
        if not Path(self._path).exists():
            self.deaf = True
            self.stop()
