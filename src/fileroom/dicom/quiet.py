"""pydicom, imported when first needed (it costs a third of a second) and kept from talking."""

from __future__ import annotations

import importlib
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOCK = threading.RLock()
_loaded = threading.Event()


def load_pydicom() -> None:
    """Import pydicom whole, in one thread; to be called before every import of a part of it.

    Its modules import each other in circles. Two threads that begin at different modules are each let through with
    half of the other, to get out of the deadlock, and the process is left with a pydicom that does not work.
    """
    if _loaded.is_set():
        return
    with _LOCK:
        for name in ("pydicom", "pydicom.charset", "pydicom.filereader", "pydicom.sequence", "pydicom.pixels"):
            importlib.import_module(name)
        _loaded.set()


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Run pydicom without its warnings and log lines: both quote values, and values are names and birth dates.

    Warning filters belong to the whole process, so one thread at a time is in here.
    """
    import logging  # pydicom has it loaded; who reads without pydicom need not

    logger = logging.getLogger("pydicom")
    with _LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        was_disabled, logger.disabled = logger.disabled, True
        try:
            yield
        finally:
            logger.disabled = was_disabled
