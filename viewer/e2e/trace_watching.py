"""Put before a Python of a test (as ``sitecustomize``): it tells what it, or a worker of it, opens to write."""

import os
import sys

_TOLD = os.open(os.environ["TOLD_IN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def _hear(event: str, given: tuple[object, ...]) -> None:
    if event != "open" or not isinstance(given[0], (str, bytes)):
        return
    mode, flags = given[1], given[2]
    if (isinstance(flags, int) and flags & _WRITING) or (isinstance(mode, str) and set(mode) & set("wax+")):
        os.write(_TOLD, os.fsencode(given[0]) + b"\n")


sys.addaudithook(_hear)
