"""What we ask other DICOMweb services, as it goes over the wire."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from fileroom.network.dicomweb import Service

if TYPE_CHECKING:
    from collections.abc import Iterator

ASKED: list[str] = []


class _Listener(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        ASKED.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Say nothing."""


@pytest.fixture
def service() -> Iterator[Service]:
    with HTTPServer(("127.0.0.1", 0), _Listener) as server:
        threading.Thread(target=server.serve_forever).start()
        yield Service(f"http://127.0.0.1:{server.server_port}/dicom-web")
        server.shutdown()


def test_what_need_not_be_encoded_is_not(service: Service) -> None:
    """Orthanc's plugin does not decode the query: a wildcard that is encoded finds nothing there."""
    service.search("/studies", {"PatientName": "MISTER^C?*", "StudyDate": "20200101-", "ModalitiesInStudy": "CT,MR"})
    assert ASKED[-1] == "/dicom-web/studies?PatientName=MISTER^C?*&StudyDate=20200101-&ModalitiesInStudy=CT,MR"


def test_everything_else_is(service: Service) -> None:
    service.search("/studies", {"PatientID": "a b&c=d#e+f%", "PatientName": "山"})
    assert ASKED[-1] == "/dicom-web/studies?PatientID=a%20b%26c%3Dd%23e%2Bf%25&PatientName=%E5%B1%B1"
