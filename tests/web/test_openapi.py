"""The OpenAPI document is true to the routes: schemathesis asks what it allows, and every answer is one it names."""

from __future__ import annotations

import copy
import os
from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fileroom.web import stow
from fileroom.web.dicomweb import RESOURCES
from fileroom.web.openapi import document
from tests.web.real import Web, opened
from tests.web.test_dicomweb_store import ONE, multipart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from httpx2 import Response

BASE = "http://127.0.0.1:8177/dicomweb"
DOCUMENT = document(BASE)
EXAMPLES = int(os.environ.get("FILEROOM_OPENAPI_EXAMPLES", "12"))
OPERATIONS = [(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods]
# Bodies are made here: schemathesis writes no DICOM.
WITHOUT_BODIES = copy.deepcopy(DOCUMENT)
for _methods in WITHOUT_BODIES["paths"].values():
    _methods.get("post", {}).pop("requestBody", None)
TYPES = [
    *(f'multipart/related; type="{one}"; boundary=bnd' for one in stow.TYPES),
    "application/dicom",
    "text/plain",
    "",
]
# Values that get past the door, among whatever else comes.
KNOWN = {"study": "2.999.1", "series": "2.999.1.1", "instance": "2.999.1.1.1", "frames": "1", "path": "7FE00010"}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with opened(tmp_path_factory.mktemp("world")) as door:
        yield door


def as_told(answer: Response, path: str, method: str) -> None:
    responses = DOCUMENT["paths"][path][method]["responses"]
    assert answer.status_code < 500 or answer.status_code == 503, answer.text[:200]
    assert str(answer.status_code) in responses, f"{answer.status_code} is not told of: {answer.text[:200]}"
    content = responses[str(answer.status_code)].get("content")
    if content and answer.content:
        assert answer.headers["Content-Type"].partition(";")[0] in content


@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=[" ".join(one) for one in OPERATIONS])
def test_every_answer_is_one_that_the_document_names(web: Web, path: str, method: str) -> None:
    operation = schemathesis.openapi.from_dict(WITHOUT_BODIES)[path][method.upper()]
    bodies = st.one_of(st.binary(max_size=200), st.just(ONE), st.just(multipart(ONE)))

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(), st.booleans(), bodies, st.sampled_from(TYPES))
    def ask(case: Any, known: bool, body: bytes, kind: str) -> None:
        names = {name: KNOWN[name] if known else str(value) for name, value in (case.path_parameters or {}).items()}
        address = path
        for name, value in names.items():
            address = address.replace("{" + name + "}", value)
        given_types = {"Content-Type": kind} if method == "post" else {}
        query = {name: str(value) for name, value in (case.query or {}).items()}
        try:
            request = web.client.build_request(
                method, BASE + address, params=query, headers=given_types, content=body if method == "post" else None
            )
        except ValueError:  # what no address may hold, no client can send
            return
        if "?" in address or "#" in address or request.url.path.rstrip("/") != f"/dicomweb{address}".rstrip("/"):
            return  # it became another resource on its way
        as_told(web.client.send(request), path, method)

    ask()


def test_all_resources_are_told() -> None:
    told = {path.replace("{path}", "{path:path}"): set(methods) for path, methods in DOCUMENT["paths"].items()}
    assert told == {path: {one.method.lower() for one in those} for path, those in RESOURCES.items()}


def test_it_is_served(web: Web) -> None:
    assert web.client.get("/api/openapi.json").json() == DOCUMENT
