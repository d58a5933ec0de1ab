"""WADO-RS of files that were cut short: what cannot be encoded anew is told before the answer begins."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from pydicom import dcmread
from starlette.testclient import TestClient

from fileroom.archive import Archive
from fileroom.settings import Settings
from fileroom.web.app import create_app
from fileroom.web.sign_in import SignIn
from tests import world
from tests.web.parts import parts_of
from tests.web.real import FRAMES, RAMP, rle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from httpx2 import Response

CINE: dict[str, Any] = {"NumberOfFrames": 3, "BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
WHOLE = {n: world.instance(number=n, pixels=RAMP) for n in (1, 3)}
CUT = world.instance(number=2, pixels=RAMP)[:-10]
CINE_CUT = world.instance(series=2, pixels=b"".join(FRAMES), **CINE)[:-10]
CLIP = world.instance(series=3, pixels=[rle(RAMP)] * 3, transfer_syntax=world.RLE, NumberOfFrames=3)
CLIP_CUT = CLIP[: CLIP.rindex(rle(RAMP)) + 70]
# Whole, as far as it shows without decoding.
DAMAGE = b"\xff" * 64
DAMAGED = {
    n: world.instance(series=4, number=n, pixels=[DAMAGE if n == 2 else rle(RAMP)], transfer_syntax=world.RLE)
    for n in (1, 2, 3)
}
CLIP_DAMAGED = world.instance(
    series=5, pixels=[rle(RAMP), DAMAGE, rle(RAMP)], transfer_syntax=world.RLE, NumberOfFrames=3
)
JPEG_LS = "1.2.840.10008.1.2.4.80"
SERIES = "/dicomweb/studies/2.999.1/series/2.999.1.{}"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A series of three slices of which the second is cut short, and two clips that lack the end of the last frame; a
    series and a clip whose second frame is damaged."""
    folder: Path = tmp_path_factory.mktemp("cut")
    files = {"1": WHOLE[1], "2": CUT, "3": WHOLE[3], "cine": CINE_CUT, "clip": CLIP_CUT}
    files |= {f"damaged/{n}": file for n, file in DAMAGED.items()} | {"damaged/clip": CLIP_DAMAGED}
    with Archive.open(Settings(archive=folder / "archive", use_keyring=False)) as archive:
        assert archive.bring_in([world.plant(folder / "files", files)]).instances == 9
        sign_in = SignIn(archive.check_token)
        app = create_app(archive, static=None, sign_in=sign_in)
        with TestClient(app, base_url="http://127.0.0.1:8177") as found:
            found.headers["Authorization"] = f"Bearer {sign_in.bearer}"
            yield found


def get(client: TestClient, path: str, syntax: str, kind: str = "application/dicom") -> Response:
    accept = f'multipart/related; type="{kind}"; transfer-syntax={syntax}'
    return client.get(path, headers={"Accept": accept})


def test_a_series_comes_without_it_and_says_so(client: TestClient) -> None:
    answer = get(client, SERIES.format(1), JPEG_LS)
    assert (answer.status_code, answer.headers["Warning"]) == (206, "299 fileroom: 1 instances cannot be read now")
    places = [headers["Content-Location"] for headers, _ in parts_of(answer, "application/dicom")]
    assert [one.rpartition(".")[2] for one in places] == ["1", "3"]


def test_what_is_not_encoded_anew_comes_as_it_is(client: TestClient) -> None:
    answer = get(client, SERIES.format(1), "*")
    assert (answer.status_code, "Warning" in answer.headers) == (200, False)
    assert [body for _, body in parts_of(answer, "application/dicom")] == [WHOLE[1], CUT, WHOLE[3]]


@pytest.mark.parametrize(
    ("series", "syntax"), [(2, JPEG_LS), (2, world.RLE), (3, JPEG_LS), (3, world.EXPLICIT_LE)], ids=str
)
@pytest.mark.parametrize("multipart", [True, False])
def test_of_a_single_instance_nothing_comes(client: TestClient, series: int, syntax: str, *, multipart: bool) -> None:
    path = f"{SERIES.format(series)}/instances/2.999.1.{series}.1"
    if multipart:
        answer = get(client, path, syntax)
    else:
        answer = client.get(path, headers={"Accept": f"application/dicom; transfer-syntax={syntax}"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (406, "application/problem+json")
    assert "cannot be had in that transfer syntax" in answer.json()["detail"]


def test_frames_up_to_the_cut_come_and_no_more(client: TestClient) -> None:
    frames = f"{SERIES.format(2)}/instances/2.999.1.2.1/frames"
    octets = "application/octet-stream"
    for asked, status in (("1,2", 200), ("2,1", 200), ("1,2,3", 422), ("1,3,2", 422), ("3", 422)):
        answer = get(client, f"{frames}/{asked}", world.EXPLICIT_LE, octets)
        assert answer.status_code == status, asked
    whole = parts_of(get(client, f"{frames}/2,1", world.EXPLICIT_LE, octets), octets)
    assert [body for _, body in whole] == [FRAMES[1], FRAMES[0]]


@pytest.mark.parametrize("syntax", [JPEG_LS, world.EXPLICIT_LE])
def test_what_turns_out_to_be_damaged_is_left_out_of_a_series(
    client: TestClient, caplog: pytest.LogCaptureFixture, syntax: str
) -> None:
    answer = get(client, SERIES.format(4), syntax)
    assert answer.status_code == 200
    found = parts_of(answer, "application/dicom")
    assert [headers["Content-Location"].rpartition(".")[2] for headers, _ in found] == ["1", "3"]
    assert all(dcmread(BytesIO(body)).file_meta.TransferSyntaxUID == syntax for _, body in found)
    (line,) = caplog.messages
    assert "left out of an answer" in line
    assert "2.999" not in line


def test_of_a_damaged_one_there_is_no_picture_among_those_of_its_series(client: TestClient) -> None:
    answer = client.get(f"{SERIES.format(4)}/rendered", headers={"Accept": 'multipart/related; type="image/png"'})
    places = [headers["Content-Location"] for headers, _ in parts_of(answer, "image/png")]
    assert [one.removesuffix("/rendered").rpartition(".")[2] for one in places] == ["1", "3"]


@pytest.mark.parametrize("syntax", [JPEG_LS, world.EXPLICIT_LE])
@pytest.mark.parametrize("multipart", [True, False])
def test_of_a_clip_with_a_damaged_frame_nothing_comes(client: TestClient, syntax: str, *, multipart: bool) -> None:
    path = f"{SERIES.format(5)}/instances/2.999.1.5.1"
    accept = f"application/dicom; transfer-syntax={syntax}"
    answer = get(client, path, syntax) if multipart else client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (406, "application/problem+json")


def test_a_damaged_frame_is_told_before_the_others_come(client: TestClient) -> None:
    frames, octets = f"{SERIES.format(5)}/instances/2.999.1.5.1/frames", "application/octet-stream"
    for asked, decoded, encoded in (("1,3", 200, 200), ("1,2,3", 422, 406), ("3,2,1", 422, 406), ("2", 422, 406)):
        assert get(client, f"{frames}/{asked}", world.EXPLICIT_LE, octets).status_code == decoded, asked
        assert get(client, f"{frames}/{asked}", JPEG_LS, octets).status_code == encoded, asked
    stored = parts_of(get(client, f"{frames}/1,2,3", world.RLE, octets), octets)
    assert [body for _, body in stored] == [rle(RAMP), DAMAGE, rle(RAMP)]


@pytest.mark.parametrize("held", [0, 40])
def test_what_is_more_than_is_held_comes_whole_and_in_its_order(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    """Of three frames of 32 bytes one or two are made before the answer begins."""
    monkeypatch.setattr("fileroom.web.wado.CHUNK", held)
    path, octets = f"{SERIES.format(5)}/instances/2.999.1.5.1/frames/1,3,1", "application/octet-stream"
    assert [body for _, body in parts_of(get(client, path, world.EXPLICIT_LE, octets), octets)] == [RAMP] * 3
