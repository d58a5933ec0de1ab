"""The demo studies: whole, believable in their numbers, and plainly nobody's."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fileroom.demo import heart, phantoms, torso, xray
from fileroom.demo.head import LESION_CENTER, LESION_DIAMETER, LESION_DIAMETER_BEFORE
from fileroom.demo.writing import uid
from fileroom.dicom.reading import read_header
from fileroom.model.pictures import Plane
from fileroom.pixels.frames import decoded_frame
from fileroom.pixels.geometry import display_order, plane_of
from fileroom.pixels.thumbnail import thumbnail

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from fileroom.model.headers import Header

    Image = tuple[Path, Header]

CT, MPR, T1, T2, BEFORE, US, DX = (
    uid(visit, number)
    for visit, number in (("ct1", 2), ("ct1", 3), ("mr2", 2), ("mr2", 3), ("mr1", 2), ("us1", 1), ("dx1", 1))
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[int, int]]]:
    """The demo, made once, and what it reported meanwhile."""
    folder = tmp_path_factory.mktemp("demo") / "below" / "here"
    progress: list[tuple[int, int]] = []
    phantoms.make(folder, lambda done, total: progress.append((done, total)))
    return folder, progress


@pytest.fixture(scope="module")
def series(made: tuple[Path, list[tuple[int, int]]]) -> dict[str, list[Image]]:
    """The images of each series by Series Instance UID, in order of display."""
    found: dict[str, list[Image]] = defaultdict(list)
    for path in sorted(made[0].rglob("*")):
        if path.is_file() and path.name != "readme.txt":
            header = read_header(str(path)).header
            assert header is not None, path
            found[header.series_instance_uid].append((path, header))
    return {key: [images[index] for index in display_order([h for _, h in images])] for key, images in found.items()}


def pixels(image: Image) -> NDArray[Any]:
    values = decoded_frame(image[0], image[1], 1).astype(np.float64)
    return values * (image[1].rescale_slope or 1) + (image[1].rescale_intercept or 0)


def places(header: Header) -> tuple[NDArray[Any], NDArray[Any]]:
    """x of the columns and y of the rows of an axial image."""
    x, y, _ = header.image_position
    down, across = header.pixel_spacing
    return x + across * np.arange(header.columns or 0), y + down * np.arange(header.rows or 0)


def at_height(images: list[Image], z: float) -> Image:
    return min(images, key=lambda image: abs(image[1].image_position[2] - z))


def test_three_people_five_studies_seven_series(
    made: tuple[Path, list[tuple[int, int]]], series: dict[str, list[Image]]
) -> None:
    headers = [header for images in series.values() for _, header in images]
    assert {key: len(images) for key, images in series.items()} == {
        CT: 124,
        MPR: 44,
        T1: 112,
        T2: 26,
        BEFORE: 24,
        US: 1,
        DX: 1,
    }
    assert len({header.study_instance_uid for header in headers}) == 5
    assert {header.patient_id: header.patient_name for header in headers} == {
        "DEMO-001": "Fantôme^Aurélien",
        "DEMO-002": "Genzou^Tarou=幻像^太郎=げんぞう^たろう",
        "DEMO-003": "Specimen^Sam",
    }
    assert len({header.sop_instance_uid for header in headers}) == len(headers)
    assert all(header.sop_instance_uid.startswith("2.25.") for header in headers)
    folder, progress = made
    assert progress == [(done, len(headers)) for done in range(1, len(headers) + 1)]
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 120_000_000


def test_it_says_that_nobody_is_in_it(made: tuple[Path, list[tuple[int, int]]], series: dict[str, list[Image]]) -> None:
    for images in series.values():
        for _, header in images:
            assert header.study_description.startswith("PHANTOM")
            assert header.image_comments == "Synthetic phantom, not a person"
            assert header.institution_name == "fileroom demo"
    assert "NOT A PERSON" in (made[0] / "readme.txt").read_text(encoding="utf-8")


def test_names_of_files_are_as_scanners_give_them(made: tuple[Path, list[tuple[int, int]]]) -> None:
    suffixes = Counter(path.suffix for path in made[0].rglob("*") if path.is_file())
    assert suffixes == {"": 169, ".dcm": 163, ".txt": 1}
    assert all(str(path).isascii() for path in made[0].rglob("*"))


@pytest.mark.parametrize(
    ("key", "plane", "step", "modality", "kind"),
    [
        (CT, Plane.AXIAL, 2.5, "CT", "ORIGINAL"),
        (MPR, Plane.CORONAL, 4.0, "CT", "DERIVED"),
        (T1, Plane.SAGITTAL, 1.5, "MR", "ORIGINAL"),
        (T2, Plane.AXIAL, 5.5, "MR", "ORIGINAL"),
        (BEFORE, Plane.AXIAL, 5.5, "MR", "ORIGINAL"),
    ],
)
def test_the_geometry_is_regular(
    series: dict[str, list[Image]], key: str, plane: Plane, step: float, modality: str, kind: str
) -> None:
    headers = [header for _, header in series[key]]
    assert {plane_of(header.image_orientation) for header in headers} == {plane}
    positions = np.array([header.image_position for header in headers])
    assert np.allclose(np.linalg.norm(np.diff(positions, axis=0), axis=1), step)
    assert {header.spacing_between_slices for header in headers} == {step}
    assert {header.modality for header in headers} == {modality}
    assert {header.image_type[0] for header in headers} == {kind}
    assert [header.instance_number for header in headers] == list(range(1, len(headers) + 1))
    assert {header.patient_position for header in headers} == {"HFS"}
    assert all(header.window_center and header.window_width for header in headers)


def test_the_reformat_shows_what_the_slices_show(series: dict[str, list[Image]]) -> None:
    """A voxel of the CT, found by its coordinates, has the value of the reformat at the same place."""
    image = series[MPR][len(series[MPR]) // 2]
    x0, y, top = image[1].image_position
    values = pixels(image)
    for z in (100.0, 0.0, -100.0):
        axial = at_height(series[CT], z)
        xs, ys = places(axial[1])
        assert xs[0] == pytest.approx(x0)
        rows = np.abs(ys - y) <= 2.0
        expected = pixels(axial)[rows].mean(0)
        found = values[round((top - axial[1].image_position[2]) / image[1].pixel_spacing[0])]
        assert np.corrcoef(found, expected)[0, 1] > 0.99


# -- known sizes ------------------------------------------------------------------------------------------------------


def diameter(image: Image, center: tuple[float, float], reach: float, threshold: float) -> float:
    """Of the circle with the area of what lies above ``threshold`` around ``center``."""
    xs, ys = places(image[1])
    near = np.hypot(xs[None, :] - center[0], ys[:, None] - center[1]) < reach
    down, across = image[1].pixel_spacing
    return 2 * math.sqrt(np.count_nonzero(near & (pixels(image) > threshold)) * down * across / math.pi)


def mean(image: Image, center: tuple[float, float], radius: float) -> float:
    xs, ys = places(image[1])
    return float(pixels(image)[np.hypot(xs[None, :] - center[0], ys[:, None] - center[1]) < radius].mean())


def test_the_insert_has_its_size_and_value_in_every_slice(series: dict[str, list[Image]]) -> None:
    for image in series[CT][::20]:
        assert diameter(image, torso.INSERT_CENTER, 26, -450) == pytest.approx(torso.INSERT_DIAMETER, abs=0.2)
        assert mean(image, torso.INSERT_CENTER, 20) == pytest.approx(torso.INSERT_VALUE, abs=0.5)


def test_the_rods_have_their_values(series: dict[str, list[Image]]) -> None:
    image = series[CT][60]
    for x, _, value in torso.RODS:
        assert mean(image, (x, torso.ROD_Y), 6) == pytest.approx(value, abs=3)


def test_nodules_and_cyst_are_where_they_are_said_to_be(series: dict[str, list[Image]]) -> None:
    for (x, y, z), size in torso.NODULES:
        image = at_height(series[CT], z)
        off = abs(image[1].image_position[2] - z)
        chord = 2 * math.sqrt((size / 2) ** 2 - off**2)
        assert diameter(image, (x, y), size / 2 + 1.5, -420) == pytest.approx(chord, abs=1.5)
    (x, y, z), size = torso.CYST
    image = at_height(series[CT], z)
    assert mean(image, (x, y), size / 2 - 3) == pytest.approx(torso.CYST_VALUE, abs=4)
    assert mean(image, (x + size, y), 4) > 90  # in the liver


def test_left_is_left(series: dict[str, list[Image]]) -> None:
    """The liver lies on the right (x < 0), the heart's cavities on the left, the spine at the back (y > 0)."""
    liver, chest = at_height(series[CT], -60), at_height(series[CT], -10)
    assert mean(liver, (-80, -20), 12) == pytest.approx(torso.LIVER, abs=25)
    assert mean(chest, (44, -20), 8) > 180
    assert mean(chest, (-100, -20), 12) < -700
    xs, ys = places(chest[1])
    bone = pixels(chest)[:, np.abs(xs) < 12] > 300
    assert np.median(ys[bone.any(1)]) > 20


def test_the_lesion_has_grown_since_the_study_before(series: dict[str, list[Image]]) -> None:
    for key, size in ((T2, LESION_DIAMETER), (BEFORE, LESION_DIAMETER_BEFORE)):
        image = at_height(series[key], LESION_CENTER[2])
        assert image[1].image_position[2] == LESION_CENTER[2]
        assert diameter(image, (LESION_CENTER[0], LESION_CENTER[1]), size, 560) == pytest.approx(size, abs=0.8)
    assert series[BEFORE][0][1].study_date < series[T2][0][1].study_date
    assert series[BEFORE][0][1].patient_id == series[T2][0][1].patient_id


def test_the_heart_beats_in_colour(series: dict[str, list[Image]]) -> None:
    path, header = series[US][0]
    assert (header.number_of_frames, header.frame_time) == (heart.FRAMES, heart.FRAME_TIME)
    assert header.transfer_syntax_uid == "1.2.840.10008.1.2.4.50"
    systole, diastole = (decoded_frame(path, header, number).astype(int) for number in (5, 11))
    assert systole.shape == (heart.ROWS, heart.COLUMNS, 3)
    blue = systole[..., 2] - systole[..., 0] > 80
    red = diastole[..., 0] - diastole[..., 2] > 80
    sector = np.s_[:, 50:590]
    assert blue[sector].sum() > 2000  # away from the transducer, out of the ventricle
    assert red[sector].sum() > 2000  # towards it, into the ventricle
    assert np.abs(systole - diastole)[sector].mean() > 3


def test_the_loop_closes(series: dict[str, list[Image]]) -> None:
    """The step from the last frame to the first is no larger than any other."""
    path, header = series[US][0]
    frames = [decoded_frame(path, header, number)[..., 1].astype(int) for number in range(1, heart.FRAMES + 1)]
    steps = [float(np.abs(a - b).mean()) for a, b in zip(frames, [*frames[1:], frames[0]], strict=True)]
    assert steps[-1] <= max(steps[:-1])


def test_the_radiograph(series: dict[str, list[Image]]) -> None:
    image = series[DX][0]
    header = image[1]
    assert header.imager_pixel_spacing == (xray.PIXEL, xray.PIXEL)
    assert (header.photometric_interpretation, header.bits_stored) == ("MONOCHROME2", 12)
    assert header.rows is not None
    assert header.columns is not None
    assert header.rows > 1500 < header.columns

    def shade(x: float, z: float) -> float:
        row, column = int((xray.TOP - z) / xray.PIXEL), int(x / xray.PIXEL + xray.COLUMNS / 2)
        return float(pixels(image)[row - 20 : row + 20, column - 20 : column + 20].mean())

    lung, heart_shadow, spine, outside = shade(-95, 50), shade(50, 0), shade(0, 0), shade(-165, 195)
    assert outside < lung < heart_shadow < spine


def test_each_series_has_a_thumbnail(series: dict[str, list[Image]]) -> None:
    for images in series.values():
        path, header = images[len(images) // 2]
        data = thumbnail(path, header)
        assert data is not None
        assert len(data) > 2000  # something is to be seen


def test_it_is_the_same_each_time(series: dict[str, list[Image]]) -> None:
    again = phantoms._ct_slice(17)
    assert np.array_equal(decoded_frame(*series[CT][17], 1), again)
    frame = next(iter(heart.frames()))
    assert np.array_equal(frame, next(iter(heart.frames())))
