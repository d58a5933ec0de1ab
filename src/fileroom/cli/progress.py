"""How an import shows that it goes on: a bar on a terminal, a line now and then elsewhere, nothing for programs."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from fileroom.cli.output import err
from fileroom.cli.terminal import count, duration, number, safe

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rich.console import Console
    from rich.progress import Progress as RichProgress

    from fileroom.jobs import OnProgress, Progress

BAR = 20  # cells
EVERY = 5.0  # seconds between lines where there is no terminal
PHASES = {
    "walking": "Looking",
    "reading": "Reading",
    "finishing": "Finishing",
    "converting": "Converting",
    "exchanging": "Exchanging",
    "writing": "Writing",
    "picturing": "Making pages",
    "verifying": "Verifying",
}


def figures(progress: Progress) -> str:
    """``1,200 files seen, 800 read, 300 per second, 4 s left``."""
    if progress.phase == "converting":
        return f"{number(progress.done)} of {count(progress.total or 0, 'slice')}"
    if progress.phase in {"exchanging", "writing", "picturing"}:
        return f"{number(progress.done)} of {count(progress.total or 0, 'image')}"
    if progress.phase == "verifying":
        return f"{number(progress.done)} of {count(progress.total or 0, 'file')}"
    parts = [f"{count(progress.seen, 'file')} seen", f"{number(progress.read)} read"]
    if progress.files_per_second:
        parts.append(f"{number(round(progress.files_per_second))} per second")
    if progress.seconds_left is not None and progress.phase != "finishing":
        parts.append(f"{duration(progress.seconds_left)} left")
    return ", ".join(parts)


def phase(progress: Progress) -> str:
    """What the import is doing, in one word."""
    return PHASES.get(progress.phase, safe(progress.phase))


class Lines:
    """A line every few seconds, for logs and pipes."""

    def __init__(self, write: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._write = write
        self._clock = clock
        self._next = clock() + EVERY

    def __call__(self, progress: Progress) -> None:
        """Write a line if it is time."""
        now = self._clock()
        if now >= self._next:
            self._next = now + EVERY
            self._write(f"{phase(progress)}: {figures(progress)}")

    def __enter__(self) -> OnProgress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held."""


class Bar:
    """One live line: a bar, the figures, and the folder at hand."""

    def __init__(self, console: Console) -> None:
        from rich.progress import BarColumn, SpinnerColumn, TaskProgressColumn, TextColumn
        from rich.progress import Progress as RichProgress
        from rich.table import Column

        self._bars: RichProgress = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False, table_column=Column(min_width=len("Converting"))),
            BarColumn(bar_width=BAR, table_column=Column(min_width=BAR)),
            TaskProgressColumn(table_column=Column(min_width=len("100%"))),
            # The folder is cut where the line ends; the figures before it matter more.
            TextColumn(
                "{task.fields[words]}", markup=False, table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
            ),
            console=console,
            transient=True,
            expand=True,
        )
        self._task = self._bars.add_task("Looking", total=None, words="")

    def __call__(self, progress: Progress) -> None:
        """Bring the line up to date."""
        words = figures(progress) + (f"  {safe(progress.current)}" if progress.current else "")
        self._bars.update(
            self._task, description=phase(progress), total=progress.total, completed=progress.done, words=words
        )

    def __enter__(self) -> OnProgress:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()


def reporter(*, as_json: bool) -> AbstractContextManager[OnProgress | None]:
    """The fitting way to report on stderr."""
    if sys.stderr.isatty():
        return Bar(err())
    return nullcontext() if as_json else Lines(_to_stderr)


def _to_stderr(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
