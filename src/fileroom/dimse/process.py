"""The door in a process of its own: in that of the web both would be half as quick, for they share one interpreter.

The parent starts it, tells it what to do on its standard input, and is told the port; it starts it again when it
dies. When the parent goes, the pipe closes, and the child goes too.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import ssl
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fileroom.errors import BadRequest, Busy, FileroomError
from fileroom.jobs import CancelToken
from fileroom.loopback import is_loopback, listening
from fileroom.settings import Settings

if TYPE_CHECKING:
    import socket

    from fileroom.archive import Archive

_SEARCH: Final = str(Path(__file__).parents[2])  # where the child finds what runs here
_START: Final = "import sys; sys.path.insert(0, sys.argv[1]); from fileroom.dimse.process import main; main()"
_READY_SECONDS = 30.0
_GRACE = 5.0  # seconds that messages under way have at the end
_PAUSES = (0.2, 1.0, 5.0)  # seconds before it is started again; the last for good
log = logging.getLogger("fileroom.dimse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Where and as whom the door answers. ``tls`` are files: certificate, key, and whose certificates callers must
    have (or none)."""

    port: int
    title: str = "FILEROOM"
    address: str = "127.0.0.1"
    tls: tuple[str, ...] = ()
    any_class: bool = False  # storage classes that the standard does not know are taken as well

    def __post_init__(self) -> None:
        """BadRequest for what cannot be served."""
        if not is_loopback(self.address):
            # As with HTTP: what crosses a network needs more than this computer has. A tunnel ends here.
            raise BadRequest("fileroom serves this computer only: the address must be 127.0.0.1, ::1 or localhost.")
        title = self.title
        if not (1 <= len(title) <= 16 and title.isascii() and title.isprintable() and title == title.strip()):  # noqa: PLR2004 - PS3.5 6.2: AE
            raise BadRequest("an AE title has 1 to 16 characters of ASCII")
        if "\\" in title:
            raise BadRequest("an AE title has no backslash")


class Running:
    """The door at work in its process."""

    def __init__(self, settings: Settings, station: Station) -> None:
        self._settings = settings
        self._stopping = threading.Event()
        self._child, self.port = _started(settings, station)
        self.station = replace(station, port=self.port)  # the same port when it has to be started again
        self._watcher = threading.Thread(target=self._watch, name="dimse", daemon=True)
        self._watcher.start()

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._child.pid

    def _watch(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            self._child.wait()
            _close_pipes(self._child)
            if self._stopping.wait(_PAUSES[min(failures, len(_PAUSES) - 1)]):
                return
            log.warning("the DIMSE door died; it is started again")
            try:
                self._child, _ = _started(self._settings, self.station)
                failures = 0
            except FileroomError as error:
                failures += 1
                log.error("the DIMSE door cannot be started: %s", error)  # noqa: TRY400 - our own words

    def stop(self) -> None:
        """End it: messages under way are ended first."""
        self._stopping.set()
        child = self._child
        with contextlib.suppress(OSError):
            if child.stdin is not None:
                child.stdin.close()
        try:
            child.wait(_GRACE + 2.0)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        _close_pipes(child)


def _close_pipes(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _started(settings: Settings, station: Station) -> tuple[subprocess.Popen[bytes], int]:
    """A child that listens, and its port. Busy when the port is taken, BadRequest for TLS files that are none."""
    if not sys.executable or getattr(sys, "frozen", False):
        raise BadRequest("DIMSE needs a Python that can be started a second time")
    child = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-P", "-c", _START, _SEARCH], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - pipes were asked for
    told = {"settings": {**asdict(settings), "archive": str(settings.archive)}, "station": asdict(station)}
    with contextlib.suppress(OSError):
        child.stdin.write(json.dumps(told).encode() + b"\n")
        child.stdin.flush()
    timer = threading.Timer(_READY_SECONDS, child.kill)
    timer.start()
    line = child.stdout.readline()
    timer.cancel()
    try:
        answer: dict[str, Any] = json.loads(line)
        return child, int(answer["port"])
    except (ValueError, KeyError):
        child.stdin.close()
        child.stdout.close()
        child.kill()
        child.wait()
    kinds = {"busy": Busy, "bad_request": BadRequest}
    with contextlib.suppress(ValueError):
        said = json.loads(line)
        raise kinds.get(said.get("error"), FileroomError)(said.get("message", "")) from None
    raise FileroomError("the DIMSE door could not be started")


# -- there ---------------------------------------------------------------------------------------------------------


def main() -> None:
    """What the child does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which tells us
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    told = json.loads(sys.stdin.buffer.readline())
    settings = Settings(**{**told["settings"], "archive": Path(told["settings"]["archive"])})
    station = Station(**{**told["station"], "tls": tuple(told["station"]["tls"])})
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    try:
        listener = listening(station.address, station.port)
        _serve(settings, station, listener, out)
    except FileroomError as error:
        word = "busy" if isinstance(error, Busy) else "bad_request" if isinstance(error, BadRequest) else ""
        out.write(json.dumps({"error": word, "message": str(error)}).encode() + b"\n")
        out.flush()


def _serve(settings: Settings, station: Station, listener: socket.socket, out: Any) -> None:
    from fileroom.archive import Archive
    from fileroom.dimse.door import Door
    from fileroom.dimse.server import Server
    from fileroom.dimse.services import EXTENDED, SERVICES
    from fileroom.network import uids
    from fileroom.network.negotiation import Offer

    with Archive.open(settings) as archive:
        door = Door(
            archive=archive,
            title=station.title,
            offer=Offer(services=SERVICES, unknown=station.any_class, extended=EXTENDED),
            tls=tls_context(station.tls),
            calls_with=tls_to_others(station.tls),
        )
        server = Server(door, listener)
        threading.Thread(target=_until_parent_goes, args=(door.stopping,), daemon=True).start()
        end = CancelToken()
        taking = threading.Thread(target=_take_in, args=(archive, end), daemon=True)
        taking.start()
        out.write(json.dumps({"port": listener.getsockname()[1]}).encode() + b"\n")
        out.flush()
        uids.storage_classes(), uids.transfer_syntaxes()  # so that the first caller does not wait for them
        server.run()
        server.close(_GRACE)
        end.cancel()
        taking.join(_GRACE)


def _take_in(archive: Archive, end: CancelToken) -> None:
    try:
        archive.receive(stop=end, much=True)
    except Exception as error:  # noqa: BLE001 - what has arrived is safe, and the web's process takes it in as well
        log.error("taking in has ended: %s", type(error).__name__)  # noqa: TRY400 - a traceback could hold a path


def _until_parent_goes(stopping: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while sys.stdin.buffer.read(1):
            pass
    stopping.set()


# -- TLS -----------------------------------------------------------------------------------------------------------

# PS3.15 B.12, the BCP 195 profile: TLS 1.2 or newer, ephemeral keys, authenticated encryption.
_CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:!aNULL:!eNULL:!PSK"


def tls_context(files: tuple[str, ...]) -> ssl.SSLContext | None:
    """How callers come in; None when in the clear. With a third file only those come whose certificate it signed."""
    if not files:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    return _filled(context, files, ask=len(files) > 2)  # noqa: PLR2004 - certificate, key, authority


def tls_to_others(files: tuple[str, ...]) -> ssl.SSLContext:
    """How we call peers over TLS: with the same certificate, and trusting the same authority, else the system's."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH)
    return _filled(context, files, ask=True) if files else context


def _filled(context: ssl.SSLContext, files: tuple[str, ...], *, ask: bool) -> ssl.SSLContext:
    try:
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(_CIPHERS)
        context.load_cert_chain(files[0], files[1])
        for authority in files[2:]:
            context.load_verify_locations(authority)
        if ask:
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError, IndexError):
        raise BadRequest("the files for TLS cannot be used: a certificate, its key, and an authority") from None
    return context
