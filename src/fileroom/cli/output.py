"""What is printed, and where: answers on stdout, everything else on stderr.

Rich's markup, highlighting and emoji names are off: ``[bold]`` in a patient's name is part of the name.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from fileroom.cli.terminal import safe
from fileroom.model.plain import plain

if TYPE_CHECKING:
    from rich.console import Console

UNCUT = 10_000  # columns: what goes to a program or a file is not squeezed to a screen nobody looks at


def out() -> Console:
    """The console of answers."""
    return _console(stderr=False)


def err() -> Console:
    """The console of progress, questions and errors."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else UNCUT
    return Console(stderr=stderr, width=width, markup=False, highlight=False, emoji=False)


def print_json(value: Any) -> None:
    """One line of JSON on stdout. In ASCII: it needs no agreed encoding and can hold no escape sequence."""
    sys.stdout.write(json.dumps(plain(value)) + "\n")
    sys.stdout.flush()


def print_error(message: str, code: str, *, as_json: bool) -> None:
    """An error on stderr: a sentence for people, or one line ``{"error": {"code", "message"}}`` for programs."""
    line = json.dumps({"error": {"code": code, "message": plain(message)}}) if as_json else f"fileroom: {safe(message)}"
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
