"""What long work reports (:class:`Progress`) and obeys (:class:`CancelToken`)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from fileroom.errors import Cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is. ``total`` is ``None`` while folders are still being walked.

    ``seen`` counts files met, ``done`` files that have their outcome, ``read`` those that had to be opened;
    ``files_per_second`` and ``seconds_left`` are estimates; ``current`` is a folder, fit to be shown.
    """

    phase: str  # "walking", "reading", "finishing"
    seen: int = 0
    done: int = 0
    read: int = 0
    total: int | None = None
    files_per_second: float = 0.0
    seconds: float = 0.0
    seconds_left: float | None = None
    patients: int = 0
    studies: int = 0
    series: int = 0
    instances: int = 0
    problems: int = 0
    current: str = ""


OnProgress = Callable[[Progress], None]


class CancelToken:
    """A flag that long work looks at between steps; safe to set from any thread or a signal handler."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask for the end."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether the end was asked for."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise :class:`~fileroom.errors.Cancelled` when the end was asked for."""
        if self._event.is_set():
            raise Cancelled("cancelled")
