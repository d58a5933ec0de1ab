"""The terminal door. One command is one file; :mod:`fileroom.cli.app` lists them in the order of ``--help``."""

from __future__ import annotations

import sys


def main() -> None:
    """What the ``fileroom`` program runs."""
    from fileroom.cli.app import run

    sys.exit(run(sys.argv[1:]))
