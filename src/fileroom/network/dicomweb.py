"""Asking other DICOMweb services (PS3.18): QIDO-RS, WADO-RS and STOW-RS, over the standard library's HTTP."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from fileroom.errors import PeerError
from fileroom.model.peers import PeerTrouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

SECONDS: Final = 60.0
_PIECE: Final = 1 << 20
_LONGEST_HEADS: Final = 64 << 10
_MOST_JSON: Final = 256 << 20
_NO_CONTENT, _OK, _REFUSED = 204, range(200, 300), {401, 403}
_STORED: Final = {200, 202, 409}  # with a data set that says what became of each (PS3.18 10.5.3)


class Refusal(PeerError):
    """The other service says no to this one question; the next may be answered."""


class Service:
    """A DICOMweb service at ``url``. ``secret`` is a bearer token, or NAME:PASSWORD."""

    def __init__(self, url: str, secret: str = "") -> None:
        parts = urlsplit(url)
        self._root = parts.path.rstrip("/")
        self._tls = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port
        self._headers = {"User-Agent": "fileroom"}
        if ":" in secret:
            self._headers["Authorization"] = "Basic " + base64.b64encode(secret.encode()).decode("ascii")
        elif secret:
            self._headers["Authorization"] = f"Bearer {secret}"

    def search(self, path: str, parameters: Mapping[str, str]) -> list[dict[str, Any]]:
        """QIDO-RS: the data sets (PS3.18 F) of one page."""
        # As browsers write addresses: some services, Orthanc for one, do not decode what need not be encoded.
        asked = urlencode(parameters, quote_via=quote, safe="*?^,")
        with self._asked("GET", f"{path}?{asked}", {"Accept": "application/dicom+json"}) as answer:
            if answer.status == _NO_CONTENT:
                return []
            data = answer.read(_MOST_JSON)
        try:
            found = json.loads(data)
        except ValueError:
            found = None
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise PeerError("the other service does not answer a search as DICOM JSON", reason=PeerTrouble.NOT_DICOM)
        return found

    @contextmanager
    def instance(self, study: str, series: str, uid: str) -> Iterator[Iterator[bytes]]:
        """WADO-RS: the file of an instance as it is stored, in pieces."""
        path = "/studies/{}/series/{}/instances/{}".format(*(quote(one, safe="") for one in (study, series, uid)))
        wanted = 'multipart/related; type="application/dicom"; transfer-syntax=*'
        with self._asked("GET", path, {"Accept": wanted}) as answer:
            kind = answer.headers.get_content_type()
            boundary = answer.headers.get_param("boundary")
            if kind == "multipart/related" and isinstance(boundary, str):
                yield _first_part(answer, boundary.encode("ascii", "replace"))
            elif kind == "application/dicom":
                yield iter(lambda: answer.read(_PIECE), b"")
            else:
                raise PeerError("the other service does not send DICOM files", reason=PeerTrouble.NOT_DICOM)

    def store(self, pieces: Iterable[bytes], size: int) -> bool:
        """STOW-RS: one file. Whether it was taken."""
        boundary = secrets.token_hex(16)
        head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        tail = f"\r\n--{boundary}--\r\n".encode()

        def body() -> Iterator[bytes]:
            yield head
            yield from pieces
            yield tail

        headers = {
            "Content-Type": f'multipart/related; type="application/dicom"; boundary={boundary}',
            "Content-Length": str(len(head) + size + len(tail)),
            "Accept": "application/dicom+json",
        }
        with self._asked("POST", "/studies", headers, body(), allowed=_STORED) as answer:
            try:
                said = json.loads(answer.read(_MOST_JSON) or b"{}")
            except ValueError:
                said = {}
            said = said[0] if isinstance(said, list) and said else said
            return answer.status in _OK and not (isinstance(said, dict) and said.get("00081198", {}).get("Value"))

    @contextmanager
    def _asked(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Iterable[bytes] | None = None,
        allowed: Iterable[int] = (),
    ) -> Iterator[http.client.HTTPResponse]:
        connection: http.client.HTTPConnection
        if self._tls:
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(self._host, self._port, timeout=SECONDS, context=context)
        else:
            connection = http.client.HTTPConnection(self._host, self._port, timeout=SECONDS)
        try:
            connection.request(method, self._root + path, body=body, headers={**self._headers, **headers})
            answer = connection.getresponse()
            if answer.status in _REFUSED:
                raise PeerError(
                    "the other service does not let us in: look at its secret", reason=PeerTrouble.NOT_ALLOWED
                )
            if answer.status not in _OK and answer.status not in allowed:
                says = str(answer.status)
                raise Refusal(f"the other service says no: {says}", reason=PeerTrouble.SAYS_NO, detail=says)
            yield answer
        except ssl.SSLError:
            raise PeerError(
                "no secure connection to the other service could be made", reason=PeerTrouble.INSECURE
            ) from None
        except (OSError, http.client.HTTPException):
            raise PeerError(
                "the other service cannot be reached, or breaks off", reason=PeerTrouble.NO_ANSWER
            ) from None
        finally:
            connection.close()


def _first_part(answer: http.client.HTTPResponse, boundary: bytes) -> Iterator[bytes]:
    """The body of the first part of a multipart answer (RFC 2046 5.1)."""
    held = b""
    while b"\r\n\r\n" not in held:
        piece = answer.read(4096)
        if not piece or len(held) > _LONGEST_HEADS:
            raise PeerError("the other service sends no part", reason=PeerTrouble.NOT_DICOM)
        held += piece
    held = held.partition(b"\r\n\r\n")[2]
    end = b"\r\n--" + boundary
    while True:
        at = held.find(end)
        if at >= 0:
            yield held[:at]
            return
        keep = len(end) - 1
        if len(held) > keep:
            yield held[:-keep]
            held = held[-keep:]
        piece = answer.read(_PIECE)
        if not piece:
            raise PeerError("the other service broke off in the middle", reason=PeerTrouble.BROKE_OFF)
        held += piece


def value(data_set: Mapping[str, Any], tag: str) -> Any:
    """The first value of an attribute; None when there is none."""
    found = data_set.get(tag)
    values = found.get("Value") if isinstance(found, dict) else None
    return values[0] if isinstance(values, list) and values else None
