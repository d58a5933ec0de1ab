"""STOW-RS row by row: what PS3.18 10.5 asks, over a real archive."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from fileroom.archive import Archive
from fileroom.catalog.home import FolderHome
from fileroom.intake.lock import import_lock
from fileroom.settings import Settings
from fileroom.web import stow
from fileroom.web.app import create_app
from fileroom.web.reading_multipart import Reader
from fileroom.web.sign_in import SignIn
from tests import world
from tests.web.parts import parts_of
from tests.web.real import RAMP, Web, rle
from tests.web.rows import covers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from httpx2 import Response

DICOM = "application/dicom"
ONE, TWO, THREE = (world.instance(number=n) for n in (1, 2, 3))
OTHER = world.instance(study=2)
STUDY, SERIES = world.study_uid(1), world.uid(1, 1)
INSTANCE = f"/studies/{STUDY}/series/{SERIES}/instances/{world.sop_uid(number=1)}"
# Longer than RFC 2046 allows: what Orthanc's plugin sends, two UUIDs.
ORTHANCS = "8e889fa1-40d2-46df-97ed-cd1798ee4971-8e889fa1-40d2-46df-97ed-cd1798ee4971"
REFERENCED, FAILED, OTHERS = "00081199", "00081198", "0008119A"


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        sign_in = SignIn(archive.check_token)
        app = create_app(archive, static=None, sign_in=sign_in)
        with TestClient(app, base_url="http://127.0.0.1:8177", follow_redirects=False) as client:
            client.headers["Authorization"] = f"Bearer {sign_in.bearer}"
            del client.headers["Accept"]
            yield Web(client, archive, {})


def multipart(*parts: bytes, kind: str = DICOM, boundary: str = "bnd") -> bytes:
    head = f"--{boundary}\r\nContent-Type: {kind}\r\n\r\n".encode()
    return b"".join(head + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()


def store(web: Web, *parts: bytes, path: str = "/studies", accept: str = "") -> Response:
    return post(web, multipart(*parts), f'multipart/related; type="{DICOM}"; boundary=bnd', path=path, accept=accept)


def post(web: Web, body: Any, kind: str, *, path: str = "/studies", accept: str = "") -> Response:
    headers = {"Content-Type": kind} | ({"Accept": accept} if accept else {})
    return web.client.post("/dicomweb" + path, content=body, headers=headers)


def items(answer: Response, sequence: str) -> list[dict[str, Any]]:
    return list(answer.json().get(sequence, {}).get("Value", []))


def waiting(web: Web) -> list[str]:
    folder = web.archive.settings.archive / "files/.inbox"
    return [p.name for p in folder.rglob("*") if p.is_file()] if folder.exists() else []


def kept(web: Web) -> int:
    return web.archive.status().instances


# -- shall, 10.5.3 and I.2 ---------------------------------------------------------------------------------------


@covers("shall", "10.5.3", "STOW of new instances answers 200")
@covers("shall", "10.5.3.2", "STOW response media type is application/dicom+json")
def test_10_5_3_new_instances_answer_200_as_dicom_json(web: Web) -> None:
    answer = store(web, ONE, TWO, THREE)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/dicom+json")
    assert waiting(web) == []


@covers(
    "shall",
    "I.2",
    "STOW response has ReferencedSOPSequence item per instance",
    "STOW ReferencedSOPSequence items have class, instance, RetrieveURL",
)
def test_i_2_an_item_for_each_instance_with_class_instance_and_address(web: Web) -> None:
    found = items(store(web, ONE, TWO), REFERENCED)
    assert [one["00081155"]["Value"] for one in found] == [[world.sop_uid(number=n)] for n in (1, 2)]
    assert all(one["00081150"]["Value"] == [world.SOP_CLASSES["CT"]] for one in found)
    ((_, body),) = parts_of(web.client.get(found[0]["00081190"]["Value"][0]), DICOM)
    assert body == ONE


@covers("shall", "I.2", "STOW without failures has no FailedSOPSequence items")
def test_i_2_without_failures_there_are_no_failed_items(web: Web) -> None:
    assert {FAILED, OTHERS}.isdisjoint(store(web, ONE).json())


@covers("shall", "10.5.3", "STOW again of the same bytes is not an error (200/202)")
def test_10_5_3_the_same_bytes_again_are_no_error(web: Web) -> None:
    assert [store(web, ONE).status_code for _ in range(2)] == [200, 200]
    assert kept(web) == 1


def test_ps3_5_a_4_native_pixels_in_a_file_that_says_they_are_compressed(web: Web) -> None:
    """Those of a file that is encapsulated have no length of their own."""
    ramp = world.instance(number=5, transfer_syntax="1.2.840.10008.1.2.4.50", pixels=bytes(32))
    answer = store(web, ramp)
    assert (answer.status_code, kept(web), waiting(web)) == (409, 0, [])
    assert [one["00081197"]["Value"] for one in items(answer, FAILED) + items(answer, OTHERS)] == [[0xC000]]


def test_10_5_3_other_content_of_one_uid_is_kept_with_a_warning(web: Web) -> None:
    store(web, ONE)
    answer = store(web, world.instance(number=1, StudyDescription="another"))
    assert answer.status_code == 202
    assert items(answer, REFERENCED)[0]["00081196"]["Value"] == [stow.COERCED]


@covers("shall", "10.5.1", "STOW to /studies/{study} with matching UID answers 200")
def test_10_5_1_a_study_takes_its_own(web: Web) -> None:
    answer = store(web, ONE, path=f"/studies/{STUDY}")
    assert answer.status_code == 200
    assert answer.json()["00081190"]["Value"][0].endswith(f"/dicomweb/studies/{STUDY}")


@covers("shall", "10.5.1", "STOW to /studies/{other} with a wrong UID fails (409, FailedSOPSequence)")
def test_10_5_1_a_study_refuses_another(web: Web) -> None:
    answer = store(web, OTHER, path=f"/studies/{STUDY}")
    assert (answer.status_code, kept(web)) == (409, 0)
    (item,) = items(answer, FAILED)
    assert item["00081155"]["Value"] == [world.sop_uid(study=2)]
    assert item["00081197"]["Value"] == [stow.NO_MATCH]


@covers("shall", "10.5.3", "STOW of a mix good+wrong study answers 202 with both sequences")
def test_10_5_3_good_and_wrong_answer_202_with_both_sequences(web: Web) -> None:
    answer = store(web, ONE, OTHER, path=f"/studies/{STUDY}")
    assert (answer.status_code, len(items(answer, REFERENCED)), len(items(answer, FAILED))) == (202, 1, 1)


@covers("shall", "10.5.3", "STOW of garbage bytes answers 4xx, not 2xx/5xx")
def test_10_5_3_garbage_answers_409_and_is_not_kept(web: Web) -> None:
    answer = store(web, b"garbage" * 100)
    assert (answer.status_code, items(answer, OTHERS)) == (409, [{"00081197": {"vr": "US", "Value": [0xC000]}}])
    assert (kept(web), waiting(web)) == (0, [])


@covers("shall", "10.5.3", "STOW of a truncated instance is not reported as stored")
def test_10_5_3_a_truncated_instance_is_not_stored(web: Web) -> None:
    for cut in (ONE[:-10], ONE[: len(ONE) // 2], ONE[:140]):
        answer = store(web, cut)
        assert (answer.status_code, items(answer, REFERENCED)) == (409, [])
    assert kept(web) == 0


@covers("shall", "10.5.1", "STOW with unsupported part media type answers 415")
def test_10_5_1_another_media_type_of_parts_answers_415(web: Web) -> None:
    for parts, whole in (("image/png", DICOM), ("image/png", "image/png")):
        answer = post(web, multipart(ONE, kind=parts), f'multipart/related; type="{whole}"; boundary=bnd')
        assert answer.status_code == 415
    assert (kept(web), waiting(web)) == (0, [])


@covers("shall", "8.7", "STOW with Content-Type text/plain answers 415")
def test_8_7_text_answers_415(web: Web) -> None:
    for kind in ("text/plain", "", "application/json", "multipart/form-data; boundary=bnd"):
        assert post(web, multipart(ONE), kind).status_code == 415


def test_a_compressed_body_answers_415_and_says_what_is_taken(web: Web) -> None:
    """RFC 9110 15.5.16, 12.5.3: not 400, as if the multipart in it were malformed."""
    headers = {"Content-Type": f'multipart/related; type="{DICOM}"; boundary=bnd', "Content-Encoding": "gzip"}
    answer = web.client.post("/dicomweb/studies", content=gzip.compress(multipart(ONE)), headers=headers)
    assert (answer.status_code, answer.headers["Accept-Encoding"]) == (415, "identity")
    assert (kept(web), waiting(web)) == (0, [])


@covers("shall", "8.7", "STOW without boundary answers 400")
def test_8_7_without_a_boundary_400(web: Web) -> None:
    for kind in ('multipart/related; type="application/dicom"', "multipart/related; boundary="):
        assert post(web, multipart(ONE), kind).status_code == 400


@covers("shall", "10.5", "STOW with quoted and unquoted boundary both work")
@pytest.mark.parametrize("boundary", ["bnd", '"bnd"', '"a b"', "----=_x.1", '"x:y?z"', ORTHANCS])
def test_10_5_boundaries_with_and_without_quotes(web: Web, boundary: str) -> None:
    body = multipart(ONE, boundary=boundary.strip('"'))
    assert post(web, body, f"multipart/related; type=application/dicom; boundary={boundary}").status_code == 200


@covers("should", "10.5", "STOW with an empty body answers 400")
def test_10_5_an_empty_body_answers_400(web: Web) -> None:
    for body in (b"", b"--bnd--\r\n"):
        assert post(web, body, f'multipart/related; type="{DICOM}"; boundary=bnd').status_code == 400
    assert post(web, b"", DICOM).status_code == 400


def test_8_7_4_a_single_instance_without_a_multipart(web: Web) -> None:
    assert post(web, ONE, DICOM).status_code == 200
    assert web.get(INSTANCE, DICOM).content == ONE


@covers("should", "10.5", "STOW Accept application/dicom+xml answers XML or 406")
def test_10_5_the_answer_as_xml(web: Web) -> None:
    answer = store(web, ONE, accept="application/dicom+xml")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/dicom+xml")
    root = ET.fromstring(answer.content)  # noqa: S314 - our own answer
    assert [node.get("keyword") for node in root] == ["RetrieveURL", "ReferencedSOPSequence"]


def test_8_7_5_an_answer_that_nobody_takes_is_406_and_nothing_is_stored(web: Web) -> None:
    assert store(web, ONE, accept="image/png").status_code == 406
    assert kept(web) == 0


# -- metadata and bulk data (10.5.2) -----------------------------------------------------------------------------


def with_bulk(metadata: bytes, kind: str, bulk: list[tuple[str, str, bytes]]) -> tuple[bytes, str]:
    body = f"--bnd\r\nContent-Type: {kind}\r\n\r\n".encode() + metadata + b"\r\n"
    for media_type, location, data in bulk:
        body += f"--bnd\r\nContent-Type: {media_type}\r\nContent-Location: {location}\r\n\r\n".encode() + data + b"\r\n"
    return body + b"--bnd--\r\n", f'multipart/related; type="{kind}"; boundary=bnd'


def described(**more: Any) -> dict[str, Any]:
    elements: dict[str, Any] = {
        "00080016": {"vr": "UI", "Value": [world.SECONDARY_CAPTURE]},
        "00080018": {"vr": "UI", "Value": ["2.999.7.1.1"]},
        "00080060": {"vr": "CS", "Value": ["OT"]},
        "00091001": {"vr": "OB", "InlineBinary": base64.b64encode(b"1234").decode()},
        "00100010": {"vr": "PN", "Value": [{"Alphabetic": "MÜLLER^Jörg"}]},
        "00100020": {"vr": "LO", "Value": ["P7"]},
        "0020000D": {"vr": "UI", "Value": ["2.999.7"]},
        "0020000E": {"vr": "UI", "Value": ["2.999.7.1"]},
        "00280002": {"vr": "US", "Value": [1]},
        "00280004": {"vr": "CS", "Value": ["MONOCHROME2"]},
        "00280010": {"vr": "US", "Value": [4]},
        "00280011": {"vr": "US", "Value": [4]},
        "00280100": {"vr": "US", "Value": [16]},
        "00280101": {"vr": "US", "Value": [16]},
        "00280102": {"vr": "US", "Value": [15]},
        "00280103": {"vr": "US", "Value": [0]},
        "7FE00010": {"vr": "OW", "BulkDataURI": "pixels"},
    }
    return elements | more


MADE = "/studies/2.999.7/series/2.999.7.1/instances/2.999.7.1.1"


@covers("may", "10.5.2", "STOW of metadata+bulkdata (application/dicom+json) supported or 415")
def test_10_5_2_metadata_and_bulk_data_make_an_instance(web: Web) -> None:
    metadata = json.dumps([described()]).encode()
    answer = post(web, *with_bulk(metadata, "application/dicom+json", [("application/octet-stream", "pixels", RAMP)]))
    assert answer.status_code == 200, answer.text
    assert web.get(f"{MADE}/frames/1", "application/octet-stream").content == RAMP
    (found,) = web.get(f"{MADE}/metadata").json()
    assert found["00100010"]["Value"] == [{"Alphabetic": "MÜLLER^Jörg"}]
    assert found["00091001"]["InlineBinary"] == base64.b64encode(b"1234").decode()


def test_10_5_2_compressed_bulk_data_keeps_its_transfer_syntax(web: Web) -> None:
    metadata = json.dumps([described()]).encode()
    kind = f"image/dicom-rle; transfer-syntax={world.RLE}"
    answer = post(web, *with_bulk(metadata, "application/dicom+json", [(kind, "pixels", rle(RAMP))]))
    assert answer.status_code == 200, answer.text
    assert web.get(f"{MADE}/frames/1", "application/octet-stream; transfer-syntax=*").content == rle(RAMP)
    assert web.get(f"{MADE}/frames/1", "application/octet-stream").content == RAMP


def test_10_5_2_metadata_as_xml(web: Web) -> None:
    from fileroom.web.native_xml import from_xml, to_xml

    assert from_xml(to_xml(described())) == described()
    answer = post(
        web, *with_bulk(to_xml(described()), "application/dicom+xml", [("application/octet-stream", "pixels", RAMP)])
    )
    assert answer.status_code == 200, answer.text
    assert web.get(f"{MADE}/frames/1", "application/octet-stream").content == RAMP


@pytest.mark.parametrize(
    "metadata",
    [
        b"no json",
        b"7",
        b"[]",
        b"[7]",
        b'["a"]',
        b"[" * 100_000,
        b'{"a": NaN',
        b"\xff\xfe",
    ],
)
def test_what_is_no_dicom_json_answers_400(web: Web, metadata: bytes) -> None:
    assert post(web, *with_bulk(metadata, "application/dicom+json", [])).status_code == 400
    assert (kept(web), waiting(web)) == (0, [])


def within(depth: int) -> dict[str, Any]:
    """Sequences in each other."""
    inside: dict[str, Any] = {"vr": "SQ"}
    for _ in range(depth):
        inside = {"vr": "SQ", "Value": [{"00400275": inside}]}
    return inside


@pytest.mark.parametrize(
    "change",
    [
        {"00080018": {"vr": "UI", "Value": ["../../etc/passwd"]}},
        {"00080018": {"vr": "UI"}},
        {"0020000D": {"vr": "UI", "Value": [7]}},
        {"00280010": {"vr": "US", "Value": ["four"]}},
        {"00280010": {"vr": "US", "Value": [70000]}},
        {"00280010": {"vr": "XX", "Value": [1]}},
        {"00280010": 4},
        {"rubbish": {"vr": "US", "Value": [1]}},
        {"7FE00010": {"vr": "OW", "BulkDataURI": "elsewhere"}},
        {"00091002": {"vr": "OB", "BulkDataURI": "http://127.0.0.1:1/"}},
        {"00400275": within(300)},
    ],
)
def test_metadata_that_make_no_instance_fail_one_by_one(web: Web, change: dict[str, Any]) -> None:
    metadata = json.dumps([described(**change)]).encode()
    answer = post(web, *with_bulk(metadata, "application/dicom+json", [("application/octet-stream", "pixels", RAMP)]))
    assert (answer.status_code, items(answer, REFERENCED)) == (409, [])
    assert (kept(web), waiting(web)) == (0, [])


def test_xml_with_entities_is_not_read(web: Web) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><NativeDicomModel>&b;</NativeDicomModel>'
    for document in (laughs, b"<NativeDicomModel>", b"<other/>"):
        assert post(web, *with_bulk(document, "application/dicom+xml", [])).status_code == 400


# -- what goes wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        multipart(ONE).removesuffix(b"--bnd--\r\n"),
        multipart(ONE)[:300],
        multipart(ONE, boundary="other"),
        b"x" * 1_000_000,
        b"--bnd\r\n" + b"A: b\r\n" * 10_000,
    ],
)
def test_a_malformed_multipart_answers_400_and_nothing_is_kept(web: Web, body: bytes) -> None:
    assert post(web, body, f'multipart/related; type="{DICOM}"; boundary=bnd').status_code == 400
    assert (kept(web), waiting(web)) == (0, [])


@pytest.mark.parametrize("uid", [b"../../../etc/passwd", b"a\\b", b"..", b"1/../2", b"/etc/passwd"])
def test_path_characters_in_uids_are_refused(web: Web, uid: bytes) -> None:
    answer = store(web, world.instance(SOPInstanceUID=uid))
    assert (answer.status_code, kept(web), waiting(web)) == (409, 0, [])


def test_an_unknown_transfer_syntax_is_kept_as_it_came(web: Web) -> None:
    strange = world.instance(transfer_syntax="2.999.42", pixels=[b"abcd"])
    assert store(web, strange).status_code == 200
    assert web.get(INSTANCE, f"{DICOM}; transfer-syntax=*").content == strange


def in_pieces(web: Web, pieces: list[bytes], *, breaks_off: bool = False) -> int:
    """Send a body piece by piece, as a network does; the status of the answer, 0 when there is none."""
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.disconnect"} if breaks_off else {"type": "http.request", "body": b""})
    said = [0]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            said.append(message["status"])

    headers = {
        "host": "127.0.0.1:8177",
        "authorization": web.client.headers["Authorization"],
        "content-type": f'multipart/related; type="{DICOM}"; boundary=bnd',
    }
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/dicomweb/studies",
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "scheme": "http",
        "server": ("127.0.0.1", 8177),
        "http_version": "1.1",
    }
    assert isinstance(web.client, TestClient)
    asyncio.run(web.client.app(scope, receive, send))  # type: ignore[arg-type]  # plain dictionaries are messages
    return said[-1]


def test_a_body_larger_than_any_memory_is_written_as_it_comes(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    held = []

    class Spy(Reader):
        def feed(self, data: bytes) -> Any:
            held.append(len(data) + len(self._held))
            return super().feed(data)

    monkeypatch.setattr(stow, "Reader", Spy)
    head, _, tail = multipart(b"@").partition(b"@")
    assert in_pieces(web, [head, *[b"\0" * (1 << 18)] * 128, tail]) == 409
    assert max(held) < 2 << 20
    assert waiting(web) == []


def test_pieces_of_a_body_may_be_cut_anywhere(web: Web) -> None:
    body = multipart(ONE, TWO)
    assert in_pieces(web, [body[at : at + 1] for at in range(len(body))]) == 200
    assert kept(web) == 2


def test_a_sender_that_breaks_off_leaves_nothing(web: Web) -> None:
    body = multipart(ONE, TWO)
    assert in_pieces(web, [body[:-20]], breaks_off=True) == 0
    assert (kept(web), waiting(web)) == (0, [])


def test_a_sender_that_falls_silent_is_given_up(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    import anyio

    async def silence(_: object) -> Any:
        await anyio.sleep(60)
        yield b""

    monkeypatch.setattr(stow, "PATIENCE", 0.01)
    monkeypatch.setattr(Request, "stream", silence)
    assert in_pieces(web, []) == 408


def test_a_full_disk_is_said_of_each_instance(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    usage = shutil.disk_usage(web.archive.settings.archive)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
        answer = store(web, ONE, TWO)
    assert answer.status_code == 409
    assert [one["00081197"]["Value"] for one in items(answer, OTHERS)] == [[stow.NO_ROOM]] * 2
    assert waiting(web) == []


def test_while_an_import_runs_202(web: Web) -> None:
    with import_lock(FolderHome(web.archive.settings.archive)):
        answer = store(web, ONE)
    assert answer.status_code == 202
    assert [sorted(one) for one in items(answer, REFERENCED)] == [["00081150", "00081155"]]
    web.archive.take_in()
    assert kept(web) == 1


def test_strangers_store_nothing(web: Web) -> None:
    del web.client.headers["Authorization"]
    assert store(web, ONE).status_code == 401
    assert kept(web) == 0
