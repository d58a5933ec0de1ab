"""Waiting for what comes by itself."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

SOON = 30.0  # seconds; a machine may be slow, and nothing is timed by this


def until(true: Callable[[], object]) -> None:
    """Wait until ``true()``; fail when it does not come to pass."""
    end = time.monotonic() + SOON
    while not true():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)
