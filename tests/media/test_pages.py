"""Pages on a medium: the right pictures in the right order, links that lead somewhere, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import struct
import zipfile
from html import unescape
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from fileroom.model.media import Deidentify
from tests.media.conftest import everybody
from tests.world import instance

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.archive import Archive

SIDE = 16
MAIN = "<main data-pictures"


def flat(grey: int) -> bytes:
    return struct.pack(f"<{SIDE * SIDE}H", *[grey] * (SIDE * SIDE))


def half(bright: int) -> bytes:
    return struct.pack(f"<{SIDE * SIDE}H", *([0] * (SIDE * SIDE // 2) + [bright] * (SIDE * SIDE // 2)))


HEAD: dict[str, Any] = {
    "rows": SIDE,
    "columns": SIDE,
    "WindowCenter": 100,
    "WindowWidth": 201,
    "SeriesDescription": "Rossi's <head> & neck",
}
WORLD: dict[str, bytes] = {  # numbers run against places: a viewer goes by places, from where the numbers begin
    **{f"a{n}": instance(number=n, pixels=flat(n * 50), ImagePositionPatient=[0, 0, -n], **HEAD) for n in (3, 1, 2)},
    **{f"b{n}": instance(series=2, number=n, rows=SIDE, columns=SIDE, pixels=half(n * 100)) for n in (1, 2, 3)},
    "c": instance(series=3, rows=0, modality="SR"),
    "d": instance(series=4, rows=SIDE, columns=SIDE, pixels=b"\0\0", modality="MR"),
    "e": instance(study=2, patient_id="7", patient_name="NERI^Anna", number=1, NumberOfFrames=2, pixels=bytes(64)),
}


def pages(folder: Path) -> dict[str, str]:
    found = [folder / "INDEX.HTM", *sorted((folder / "VIEWER").glob("*.HTM"))]
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in found}


def pictures(page: str) -> list[tuple[str, list[str]]]:
    (listed,) = re.findall(r'data-pictures="([^"]*)"', page)
    return [(one, letters) for one, letters in json.loads(unescape(listed))]


def middle(path: Path) -> int:
    with Image.open(path) as image:
        return int(np.asarray(image.convert("L"))[-2, SIDE // 2])


def test_pictures_are_those_of_the_window_in_the_order_of_the_body(house: Archive, tmp_path: Path) -> None:
    report = house.write_media(everybody(house), tmp_path / "out", viewer=True)
    told = pages(tmp_path / "out")
    (head,) = [page for page in told.values() if "&lt;head&gt; &amp; neck" in page and MAIN in page]
    listed = pictures(head)
    assert [middle(tmp_path / "out" / "VIEWER" / name) for name, _ in listed] == [64, 128, 192]
    assert [letters for _, letters in listed] == [["R", "L", "A", "P"]] * 3
    assert (report.pictures, report.unpictured) == (8, 2)  # not of a report, nor of what is cut
    assert report.files == len([path for path in (tmp_path / "out").rglob("*") if path.is_file()])


def test_a_series_without_a_window_is_shown_in_one(house: Archive, tmp_path: Path) -> None:
    """Each with a window of its own would be white where it is brightest."""
    house.write_media(everybody(house), tmp_path / "out", viewer=True)
    told = pages(tmp_path / "out")
    (page,) = [page for page in told.values() if MAIN in page and "<title>2 · CT" in page]
    greys = [middle(tmp_path / "out" / "VIEWER" / name) for name, _ in pictures(page)]
    assert greys[0] < 140
    assert greys[1:] == [255, 255]


def test_all_links_lead_to_files_and_all_names_are_of_iso_9660(house: Archive, tmp_path: Path) -> None:
    house.write_media(everybody(house), tmp_path / "out", viewer=True)
    out = tmp_path / "out"
    for name, page in pages(out).items():
        links = re.findall(r'(?:href|src)="([^"#][^"]*)"', page)
        links += [one for one, _ in pictures(page)] if MAIN in page else []
        assert links
        assert [link for link in links if not ((out / name).parent / link).resolve().is_file()] == []
    names = [path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()]
    part, file = r"[A-Z0-9_]{1,8}", r"[A-Z0-9_]{1,8}(\.[A-Z0-9_]{1,3})?"
    assert [name for name in names if not re.fullmatch(rf"({part}/){{0,7}}{file}", name)] == []


def test_a_page_allows_its_own_script_and_style_and_nothing_from_elsewhere(house: Archive, tmp_path: Path) -> None:
    house.write_media(everybody(house), tmp_path / "out", viewer=True)
    for page in pages(tmp_path / "out").values():
        assert "http:" not in page
        assert "https:" not in page
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        assert policy.startswith("default-src 'none'; img-src 'self' file:;")
        for kind in ("style", "script"):
            (text,) = re.findall(rf"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"{kind}-src 'sha256-{digest}'" in policy
        for tongue in ("en", "it"):
            assert f'<span lang="{tongue}">Non' in page or f'<span lang="{tongue}">Not' in page


def test_pages_of_a_de_identified_medium_name_nobody(house: Archive, tmp_path: Path) -> None:
    cleaned = Deidentify(force=True)
    house.write_media(everybody(house), tmp_path / "out.zip", viewer=True, deidentify=cleaned)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        told = {name: archive.read(name) for name in archive.namelist()}
    assert "VIEWER/S00001.HTM" in told
    said = b"".join(told.values()).lower()
    assert [word for word in (b"rossi", b"neri", b"1970-01-02", b"19700102", b"2024-01-31") if word in said] == []
    assert Image.open(BytesIO(told["VIEWER/S00001/F000001.JPG"])).size == (4, 4)


def test_an_image_of_a_disc_holds_them(house: Archive, tmp_path: Path) -> None:
    from pycdlib import PyCdlib

    house.write_media(everybody(house), tmp_path / "out.iso", viewer=True)
    disc = PyCdlib()
    disc.open(str(tmp_path / "out.iso"))
    try:
        out = BytesIO()
        disc.get_file_from_iso_fp(out, iso_path="/VIEWER/S00001.HTM;1")
        assert b"data-pictures" in out.getvalue()
    finally:
        disc.close()


def test_without_being_asked_there_are_none(house: Archive, tmp_path: Path) -> None:
    assert house.write_media(everybody(house), tmp_path / "out").pictures == 0
    assert not (tmp_path / "out" / "VIEWER").exists()
