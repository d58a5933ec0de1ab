from __future__ import annotations

import struct
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

import fileroom
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.pixels.diffusion import BValues, private_b_value
from fileroom.settings import Settings
from tests.pixels.files import header_of, planted
from tests.world import IMPLICIT_LE, instance, plant, shared_data_folder

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.model.headers import Header

SIEMENS: dict[str, Any] = {
    "Manufacturer": "SIEMENS",
    "x00190010": ("LO", "SIEMENS MR HEADER"),
    "x0019100C": ("IS", "500"),
}
GE: dict[str, Any] = {
    "Manufacturer": "GE MEDICAL SYSTEMS",
    "x00430010": ("LO", "GEMS_PARM_01"),
    "x00431039": ("IS", ["1000000800", "8", "0", "0"]),
}
PHILIPS: dict[str, Any] = {
    "Manufacturer": "Philips Medical Systems",
    "x20010010": ("LO", "Philips Imaging DD 001"),
    "x20011003": ("FL", struct.pack("<f", 1000)),
}


def told(folder: Path, syntax: str, **values: Any) -> float | None:
    path, header = planted(folder, instance(modality="MR", transfer_syntax=syntax, **values))
    return private_b_value(path, header)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", IMPLICIT_LE])
@pytest.mark.parametrize(("values", "expected"), [(SIEMENS, 500), (GE, 800), (PHILIPS, 1000), ({}, None)])
def test_each_maker_has_an_attribute_of_its_own(
    tmp_path: Path, syntax: str, values: dict[str, Any], expected: float | None
) -> None:
    assert told(tmp_path, syntax, **values) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # the maker reserved another block
        ({"x00190011": ("LO", "SIEMENS MR HEADER"), "x0019110C": ("IS", "250"), "x00190010": ("LO", "OTHERS")}, 250),
        # the same place in the block of somebody else
        (SIEMENS | {"x00190010": ("LO", "GEMS_ACQU_01")}, None),
        # the creator was taken away: the manufacturer decides
        (SIEMENS | {"x00190010": None}, 500),
        (SIEMENS | {"x00190010": None, "Manufacturer": "Bruker"}, None),
        # no b-values
        (GE | {"x00431039": ("IS", ["268435456", "0"])}, None),
        (GE | {"x00431039": ("IS", "-5")}, None),
        (PHILIPS | {"x20011003": ("FL", struct.pack("<f", float("nan")))}, None),
    ],
)
def test_what_is_not_sure_to_be_one_is_none(tmp_path: Path, values: dict[str, Any], expected: float | None) -> None:
    assert told(tmp_path, "1.2.840.10008.1.2.1", **values) == expected


def series(folder: Path, weights: list[str], **more: Any) -> tuple[list[Header], list[tuple[str, int] | None]]:
    """Two places, each with an image of each weight."""
    found = []
    for number, (weight, height) in enumerate((weight, height) for weight in weights for height in (0, 5)):
        values = SIEMENS | {"x0019100C": ("IS", weight), "ImagePositionPatient": [0, 0, height]} | more
        place = folder / str(number)
        place.mkdir(parents=True)
        found.append(planted(place, instance(modality="MR", number=number + 1, **values)))
    return [header for _, header in found], [(str(path), 1) for path, _ in found]


def test_images_of_one_place_are_told_apart(tmp_path: Path) -> None:
    headers, files = series(tmp_path, ["0", "50", "800"])
    assert BValues().told_apart(headers, files) == {0: 0, 1: 0, 2: 50, 3: 50, 4: 800, 5: 800}


def test_nothing_is_said_where_all_are_alike_or_the_standard_tells(tmp_path: Path) -> None:
    assert BValues().told_apart(*series(tmp_path / "alike", ["0", "0"])) == {}
    headers, files = series(tmp_path / "said", ["0", "50"], DiffusionBValue=("FD", struct.pack("<d", 7)))
    assert BValues().told_apart([replace(one, diffusion_b_value=7.0) for one in headers], files) == {}
    headers, files = series(tmp_path / "times", ["0", "50"])
    times = [replace(one, temporal_position_identifier=index // 2) for index, one in enumerate(headers)]
    assert BValues().told_apart(times, files) == {}
    assert BValues().told_apart(headers, [None] * len(headers)) == {}


def test_a_file_is_read_again_only_when_it_has_changed(tmp_path: Path) -> None:
    headers, files = series(tmp_path, ["0", "50"])
    known = BValues()
    before = known.told_apart(headers, files)
    for file in files:
        assert file is not None
        (tmp_path / file[0]).unlink()
    assert known.told_apart(headers, files) == before
    assert known.told_apart(headers, [(file[0], 2) for file in files if file is not None]) == {}


def test_the_viewer_is_told(tmp_path: Path) -> None:
    tree = {
        f"{weight}-{height}": instance(
            modality="MR",
            number=weight * 10 + height,
            **(SIEMENS | {"x0019100C": ("IS", str(weight)), "ImagePositionPatient": [0, 0, height]}),
        )
        for weight in (0, 900)
        for height in (1, 2)
    }
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        archive.bring_in([plant(tmp_path / "scans", tree)])
        [one] = archive.search(Query(level=Level.SERIES)).items
        images = archive.images(one.id)["instances"]
        assert [image["diffusion_b_value"] for image in images] == [0, 900, 0, 900]


def test_a_real_series_of_ge() -> None:
    data = shared_data_folder()
    if data is None:
        pytest.skip("no shared data here")
    paths = sorted((data / "dicom/dicom2nifti/ge/dti/001").iterdir())
    headers = [header_of(path) for path in paths]
    # its private creators were taken away when it was cleaned
    found = BValues().told_apart(headers, [(str(path), 0) for path in paths])
    assert list(found.values()) == [0, 0, 0, 0, 1000, 1000, 1000, 1000]
