"""Keeping what is in memory off the disk: no crash dumps, and no swapping where the system lets us say so."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Final

_EVERYTHING: Final = 1 | 2 | 4  # MCL_CURRENT, MCL_FUTURE, MCL_ONFAULT (mlock2(2)): what is used, when it is used


def protect() -> bool:
    """Let this process leave no crash dump, and keep its memory from being swapped out; whether that could be done.

    All of its memory is locked only where no limit stands against that: with one, a lock on all that is to come would
    make the next larger piece of memory fail.
    """
    if sys.platform == "win32":
        return False
    import resource

    _, hardest = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hardest))
    if sys.platform != "linux" or resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] != resource.RLIM_INFINITY:
        return False
    try:
        return bool(_system().mlockall(_EVERYTHING) == 0)
    except (OSError, AttributeError):
        return False


def lock(memory: Any) -> bool:
    """Keep a piece of memory (an anonymous ``mmap``) from being swapped out; whether that could be done."""
    if sys.platform == "win32":
        return False
    try:
        first = ctypes.c_char.from_buffer(memory)
        return bool(_system().mlock(ctypes.c_void_p(ctypes.addressof(first)), ctypes.c_size_t(len(memory))) == 0)
    except (OSError, AttributeError):
        return False


def _system() -> Any:
    return ctypes.CDLL(None, use_errno=True)
