from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from fileroom.cli.progress import EVERY, Bar, Lines, figures
from fileroom.jobs import Progress


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(phase="walking", seen=1), "1 file seen, 0 read"),
        (
            Progress(phase="reading", seen=12000, read=800, files_per_second=299.6, seconds_left=4.2, total=12000),
            "12,000 files seen, 800 read, 300 per second, 4.2 s left",
        ),
        (Progress(phase="finishing", seen=5, read=5, seconds_left=3.0), "5 files seen, 5 read"),
    ],
)
def test_the_figures(progress: Progress, words: str) -> None:
    assert figures(progress) == words


def test_without_a_terminal_a_line_comes_now_and_then() -> None:
    now = 100.0
    written: list[str] = []
    lines = Lines(written.append, clock=lambda: now)
    for seen in range(3):
        lines(Progress(phase="walking", seen=seen))
    assert written == []
    now += EVERY
    lines(Progress(phase="reading", seen=70, read=60))
    lines(Progress(phase="reading", seen=80, read=70))
    assert written == ["Reading: 70 files seen, 60 read"]


def test_the_bar_shows_the_figures_and_no_escapes_of_a_folder() -> None:
    file = io.StringIO()
    console = Console(file=file, width=120, force_terminal=True, markup=False)
    progress: dict[str, Any] = {"phase": "reading", "seen": 200, "done": 50, "read": 40, "total": 200}
    with Bar(console) as report:
        report(Progress(**progress, current="/scans/\x1b]0;owned\x07[red]"))
    text = file.getvalue()
    assert "200 files seen, 40 read" in text
    assert "25%" in text
    assert r"/scans/\x1b]0;owned\x07[red]" in text
    assert "\x1b]0;" not in text
