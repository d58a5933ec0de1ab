"""A series as one volume: what is one, and what is refused with which reason. All of it small and literal."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fileroom.archive import Archive, convert_file
from fileroom.errors import BadRequest, Cancelled, Unavailable, Undecodable
from fileroom.jobs import CancelToken
from fileroom.model.entries import Level
from fileroom.model.others import Refusal, Remark
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.volumes.making import AFFINE_LPS, NUMBERS, nifti
from tests.world import instance, plant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from fileroom.jobs import Progress


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        yield opened


def brought_in(archive: Archive, folder: Path, files: Mapping[str, bytes]) -> str:
    """Import one series; gives its id."""
    archive.bring_in(plant(folder, files))
    found: str = archive.search(Query(level=Level.SERIES)).items[0].id
    return found


def slices(steps: list[float], **attributes: Any) -> dict[str, bytes]:
    return {
        f"IM{number}": instance(number=number, ImagePositionPatient=[-10, 5, 20 + step], **attributes)
        for number, step in enumerate(steps, 1)
    }


def scan(**attributes: Any) -> dict[str, bytes]:
    """``NUMBERS`` as three slices, written from the head down."""
    return {
        f"IM{3 - place}": instance(
            number=3 - place,
            rows=4,
            columns=5,
            pixels=NUMBERS[:, :, place].T.astype("<u2").tobytes(),
            PixelSpacing=[3, 2],
            ImagePositionPatient=[-10, 5, 20 + 4 * place],
            **attributes,
        )
        for place in range(3)
    }


@pytest.mark.parametrize("name", ["out.nii", "out.nii.gz", "out.nrrd"])
def test_a_series_becomes_a_file_that_reads_back_the_same(archive: Archive, tmp_path: Path, name: str) -> None:
    series = brought_in(archive, tmp_path / "in", scan(RescaleSlope="2", RescaleIntercept="-1000"))
    seen: list[Progress] = []
    (told,) = archive.convert(series, tmp_path / name, on_progress=seen.append)
    assert (told.shape, told.orientation, told.unit) == ((5, 4, 3, 1), "LPH", "HU")
    assert [(one.done, one.total) for one in seen] == [(0, 3), (1, 3), (2, 3), (3, 3)]
    if name.endswith(".nrrd"):
        import SimpleITK

        image = SimpleITK.ReadImage(str(tmp_path / name))
        values = SimpleITK.GetArrayFromImage(image).transpose(2, 1, 0)
        assert np.allclose(image.GetOrigin(), AFFINE_LPS[:3, 3])
        assert np.allclose(image.GetSpacing(), (2, 3, 4))
    else:
        import nibabel

        loaded = nibabel.load(tmp_path / name)
        values = loaded.get_fdata()
        assert np.allclose(loaded.affine, np.diag([-1, -1, 1, 1]) @ AFFINE_LPS)
        assert loaded.get_data_dtype() == np.uint16  # with its scale beside it, as the images have it
    assert np.allclose(values, NUMBERS * 2.0 - 1000)


def test_a_tilted_gantry_leaves_slices_askew_and_the_transform_says_so(archive: Archive, tmp_path: Path) -> None:
    files = {
        f"IM{n}": instance(
            number=n, ImagePositionPatient=[0, 1.5 * n, 5 * n], ImageOrientationPatient=[1, 0, 0, 0, 1, 0]
        )
        for n in range(4)
    }
    archive.convert(brought_in(archive, tmp_path / "in", files), tmp_path / "out.nii")
    import nibabel

    loaded = nibabel.load(tmp_path / "out.nii")
    assert np.allclose(loaded.affine[:3, 2], [0, -1.5, 5])
    assert int(loaded.header["qform_code"]) == 0  # which cannot say it
    assert int(loaded.header["sform_code"]) == 1


def test_points_in_time_become_the_fourth_axis(archive: Archive, tmp_path: Path) -> None:
    files = {
        f"IM{n}": instance(
            number=n + 1,
            ImagePositionPatient=[0, 0, n % 3],
            pixels=np.full(16, n, "<u2").tobytes(),
            TemporalPositionIdentifier=str(n // 3 + 1),
        )
        for n in range(6)
    }
    archive.convert(brought_in(archive, tmp_path / "in", files), tmp_path / "out.nii")
    import nibabel

    values = nibabel.load(tmp_path / "out.nii").get_fdata()
    assert values.shape == (4, 4, 3, 2)
    assert values[0, 0].tolist() == [[0, 3], [1, 4], [2, 5]]


def test_slices_with_scales_of_their_own_are_scaled(archive: Archive, tmp_path: Path) -> None:
    files = {f"IM{n}": instance(number=n, modality="PT", RescaleSlope=str(n), RescaleIntercept="0") for n in (1, 2, 3)}
    archive.convert(brought_in(archive, tmp_path / "in", files), tmp_path / "out.nii")
    import nibabel

    loaded = nibabel.load(tmp_path / "out.nii")
    assert loaded.get_data_dtype() == np.float32
    assert loaded.get_fdata()[3, 3].tolist() == [15, 30, 45]


CASES: dict[str, tuple[Mapping[str, bytes], Refusal, str]] = {
    "a slice is missing": (slices([0, 1, 2, 4, 5]), Refusal.UNEVEN, ""),
    "uneven steps": (slices([0, 1.1, 3, 3.4, 7]), Refusal.UNEVEN, "0.40 – 3.60 mm"),
    "a place seen twice": (
        {**slices([0, 1, 2]), "x": instance(number=9, ImagePositionPatient=[-10, 5, 21])},
        Refusal.PLACES_DIFFER,
        "more often",
    ),
    "no pixels": ({"x": instance(rows=0)}, Refusal.NO_IMAGE, ""),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_no_volume_is_refused_and_nothing_is_written(archive: Archive, tmp_path: Path, name: str) -> None:
    files, reason, word = CASES[name]
    series = brought_in(archive, tmp_path / "in", files)
    with pytest.raises(Undecodable, match=word or None) as caught:
        archive.convert(series, tmp_path / "out.nii.gz")
    assert caught.value.reason == reason
    assert sorted(path.name for path in tmp_path.iterdir()) == ["archive", "in"]


@pytest.mark.parametrize("out", ["out.nii", "out.nrrd", "images"])
def test_a_file_that_changes_while_it_is_converted_is_noticed_and_nothing_is_left(tmp_path: Path, out: str) -> None:
    path = nifti(tmp_path / "a.nii", np.zeros((64, 64, 40), np.int16))

    def change(progress: Progress) -> None:
        if progress.done == 3:
            nifti(path, np.ones((64, 64, 41), np.int16))

    with pytest.raises(Unavailable, match="has changed"):
        convert_file(path, tmp_path / out, on_progress=change)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.nii"]


@pytest.mark.parametrize("out", ["out.nii", "images"])
def test_an_image_of_a_medium_that_changes_meanwhile_is_not_taken_for_it(tmp_path: Path, out: str) -> None:
    folder = plant(tmp_path / "in", scan())
    last = max(folder.iterdir())

    def change(progress: Progress) -> None:
        if progress.done == 1:
            last.write_bytes(instance(number=9, patient_name="SOMEBODY^Else", SeriesDescription="of another length"))

    with Archive.ephemeral(folder) as session:
        session.look_in()
        [series] = session.search(Query(level=Level.SERIES)).items
        with pytest.raises(Unavailable, match="has changed"):
            session.convert(series.id, tmp_path / out, on_progress=change)
        assert not (tmp_path / out).exists()
        assert session.search(Query(level=Level.SERIES)).items == (series,)


def test_a_film_without_a_place_becomes_a_file_that_claims_none(archive: Archive, tmp_path: Path) -> None:
    """As of ultrasound: nothing is said of the patient, and the sizes of pixels only where they are known."""
    import nibabel

    film = instance(modality="US", NumberOfFrames="2", pixels=np.arange(32, dtype="<u2").tobytes(), PixelSpacing=None)
    (told,) = archive.convert(brought_in(archive, tmp_path / "in", {"x": film}), tmp_path / "out.nii")
    assert (told.shape, told.orientation, told.spacing) == ((4, 4, 1, 2), "", ())
    assert told.remarks == (Remark.NO_ORIENTATION, Remark.NO_SPACING)
    loaded = nibabel.load(tmp_path / "out.nii")
    assert (int(loaded.header["qform_code"]), int(loaded.header["sform_code"])) == (0, 0)
    assert np.array_equal(np.asanyarray(loaded.dataobj).ravel("F"), np.arange(32))


def test_photographs_follow_each_other_and_keep_the_size_of_their_pixels(archive: Archive, tmp_path: Path) -> None:
    files = {
        f"IM{n}": instance(
            number=n, ImageOrientationPatient=None, PixelSpacing=[3, 2], pixels=np.full(16, n, "<u2").tobytes()
        )
        for n in (2, 1)
    }
    (told,) = archive.convert(brought_in(archive, tmp_path / "in", files), tmp_path / "out.nrrd")
    assert (told.shape, told.spacing[:2], told.remarks) == ((4, 4, 1, 2), (2, 3), (Remark.NO_ORIENTATION,))
    import nrrd

    values, header = nrrd.read(str(tmp_path / "out.nrrd"))
    assert values[0, 0, 0].tolist() == [1, 2]
    assert "space" not in header


def test_tiles_of_united_imaging_lie_where_their_private_sequence_says(archive: Archive, tmp_path: Path) -> None:
    """Which has no Image Position of the picture: five tiles of 2 x 2, three in a row."""
    import nibabel
    import pydicom

    tiles = np.zeros((4, 6), "<u2")
    for tile in range(5):
        row, column = divmod(tile, 3)
        tiles[row * 2 : row * 2 + 2, column * 2 : column * 2 + 2] = tile + 1
    plain = instance(modality="MR", rows=4, Columns=6, ImagePositionPatient=None, pixels=tiles.tobytes())
    image = pydicom.dcmread(io.BytesIO(plain))
    items = [pydicom.Dataset() for _ in range(5)]
    for number, item in enumerate(items):
        item.ImagePositionPatient = [10, 20, 4 * number]
    image.private_block(0x0065, "Image Private Header", create=True).add_new(0x51, "SQ", pydicom.Sequence(items))
    image.save_as(tmp_path / "tiles.dcm")
    (told,) = archive.convert(
        brought_in(archive, tmp_path / "in", {"x": (tmp_path / "tiles.dcm").read_bytes()}), tmp_path / "out.nii"
    )
    assert (told.shape, told.orientation, told.spacing[2]) == ((2, 2, 5, 1), "LPH", 4)
    loaded = nibabel.load(tmp_path / "out.nii")
    assert np.asanyarray(loaded.dataobj)[0, 0].tolist() == [1, 2, 3, 4, 5]
    assert loaded.affine[:3, 3].tolist() == [-10, -20, 0]


def test_colours_by_a_palette_become_colours(archive: Archive, tmp_path: Path) -> None:
    import nibabel
    import pydicom

    indices = np.arange(16, dtype="u1") % 3
    plain = instance(modality="US", BitsAllocated=8, BitsStored=8, HighBit=7, pixels=indices.tobytes())
    image = pydicom.dcmread(io.BytesIO(plain))
    image.PhotometricInterpretation = "PALETTE COLOR"
    for name, table in (("Red", (9, 0, 0)), ("Green", (0, 8, 0)), ("Blue", (0, 0, 7))):
        image.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [3, 0, 16])
        setattr(image, f"{name}PaletteColorLookupTableData", np.array(table, "<u2").tobytes())
    image.save_as(tmp_path / "palette.dcm")
    archive.convert(
        brought_in(archive, tmp_path / "in", {"x": (tmp_path / "palette.dcm").read_bytes()}), tmp_path / "out.nii"
    )
    values = np.asanyarray(nibabel.load(tmp_path / "out.nii").dataobj)
    assert [tuple(int(part) for part in value) for value in values[:3, 0, 0]] == [(9, 0, 0), (0, 8, 0), (0, 0, 7)]


def with_table(first: int, entries: list[int], **attributes: Any) -> bytes:
    """An image of 0 to 15 with a table of the modality in place of a slope."""
    import pydicom

    pixels = np.arange(16, dtype="<u2").tobytes()
    image = pydicom.dcmread(io.BytesIO(instance(modality="CT", RescaleSlope=None, pixels=pixels, **attributes)))
    item = pydicom.Dataset()
    item.add_new("LUTDescriptor", "US", [4, first, 16])
    item.ModalityLUTType = "OD"
    item.add_new("LUTData", "US", entries)
    image.ModalityLUTSequence = [item]
    image.save_as(out := io.BytesIO())
    return out.getvalue()


@pytest.mark.parametrize("name", ["out.nii", "out.nrrd"])
def test_values_go_through_the_table_of_the_modality(archive: Archive, tmp_path: Path, name: str) -> None:
    files = {"x": with_table(5, [100, 300, 700, 65000])}
    (told,) = archive.convert(brought_in(archive, tmp_path / "in", files), tmp_path / name)
    import SimpleITK

    values = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(tmp_path / name))).ravel()
    assert values.tolist() == [*[100] * 6, 300, 700, *[65000] * 8]
    assert told.unit == ""


def test_a_table_that_is_cut_is_refused(archive: Archive, tmp_path: Path) -> None:
    series = brought_in(archive, tmp_path / "in", {"x": with_table(5, [100, 300])})
    with pytest.raises(Undecodable, match="look-up table is damaged"):
        archive.convert(series, tmp_path / "out.nii")


PARTS: dict[str, tuple[bytes, tuple[int, ...], str]] = {
    "another direction": (instance(number=9, ImageOrientationPatient=[0, 1, 0, 0, 0, -1]), (4, 4, 1, 1), "PFR"),
    "another size": (instance(number=9, rows=8, pixels=bytes(64)), (4, 8, 1, 1), "LPH"),
    "another size of pixels": (instance(number=9, PixelSpacing=[2, 2]), (4, 4, 1, 1), "LPH"),
    "no place": (instance(number=9, ImagePositionPatient=None), (4, 4, 1, 1), ""),
}


@pytest.mark.parametrize("name", PARTS)
def test_what_is_several_volumes_becomes_several_files(archive: Archive, tmp_path: Path, name: str) -> None:
    """As of scouts in three directions: each by itself, with a number, and none written over."""
    other, shape, orientation = PARTS[name]
    series = brought_in(archive, tmp_path / "in", {**slices([0, 1]), "x": other})
    told = archive.convert(series, tmp_path / "out.nii.gz")
    assert [one.shape for one in told] == [(4, 4, 2, 1), shape]
    assert [one.orientation for one in told] == ["LPH", orientation]
    assert sorted(path.name for path in tmp_path.glob("out*")) == ["out-1.nii.gz", "out-2.nii.gz"]
    (tmp_path / "out-1.nii.gz").unlink()
    with pytest.raises(BadRequest, match=r"out-2\.nii\.gz is there already"):
        archive.convert(series, tmp_path / "out.nii.gz")
    conversion, data = archive.convert_to(series, "nrrd")
    assert (conversion.parts, conversion.media_type) == (2, "application/zip")
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert [packed.read(one)[:4] for one in packed.namelist()] == [b"NRRD"] * 2


def test_when_one_of_several_is_no_volume_none_is_written(archive: Archive, tmp_path: Path) -> None:
    files = {
        **slices([0, 1]),
        **{
            f"x{n}": instance(number=9 + n, rows=8, ImagePositionPatient=[0, 0, n * n], pixels=bytes(64))
            for n in range(5)
        },
    }
    with pytest.raises(Undecodable, match="evenly"):
        archive.convert(brought_in(archive, tmp_path / "in", files), tmp_path / "out.nii.gz")
    assert not list(tmp_path.glob("out*"))


def test_planes_of_a_dose_lie_where_its_offsets_say(archive: Archive, tmp_path: Path) -> None:
    file = instance(
        modality="RTDOSE", NumberOfFrames="3", pixels=bytes(96), GridFrameOffsetVector=[0, 2.5, 5], RescaleSlope=None
    )
    (told,) = archive.convert(brought_in(archive, tmp_path / "in", {"x": file}), tmp_path / "out.nii")
    assert (told.shape, told.spacing) == ((4, 4, 3, 1), (1, 1, 2.5))


def test_nothing_is_written_over_and_a_cancelled_one_leaves_nothing(archive: Archive, tmp_path: Path) -> None:
    series = brought_in(archive, tmp_path / "in", scan())
    (tmp_path / "out.nii").write_text("mine")
    with pytest.raises(BadRequest, match="there already"):
        archive.convert(series, tmp_path / "out.nii")
    assert (tmp_path / "out.nii").read_text() == "mine"
    with pytest.raises(BadRequest, match="name a file"):
        archive.convert(series, tmp_path / "out.jpg")
    cancel = CancelToken()

    def stop(progress: Progress) -> None:
        if progress.done:
            cancel.cancel()

    with pytest.raises(Cancelled):
        archive.convert(series, tmp_path / "other.nii", on_progress=stop, cancel=cancel)
    assert not (tmp_path / "other.nii").exists()
    assert not list(tmp_path.glob(".*"))


def test_a_file_of_another_kind_becomes_dicom_and_comes_back(tmp_path: Path) -> None:
    (told,) = convert_file(nifti(tmp_path / "a.nii"), tmp_path / "images")
    assert told.remarks == ()
    assert len(list((tmp_path / "images").iterdir())) == 3
    with Archive.others([str(tmp_path / "images")]) as session:
        session.look_in()
        series = session.search(Query(level=Level.SERIES)).items
        assert [one.description for one in series] == ["a.nii"]
        session.convert(series[0].id, tmp_path / "back.nii")
    import nibabel

    one, other = (nibabel.as_closest_canonical(nibabel.load(tmp_path / name)) for name in ("a.nii", "back.nii"))
    assert np.array_equal(one.get_fdata(), other.get_fdata())
    assert np.allclose(one.affine, other.affine)


def test_floating_point_as_dicom_says_that_it_is_rounded(tmp_path: Path) -> None:
    (told,) = convert_file(nifti(tmp_path / "a.nii", NUMBERS / np.float32(3)), tmp_path / "images")
    assert Remark.ROUNDED_TO_16_BITS in told.remarks


def test_several_images_of_a_file_get_numbers(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", one=np.ones((4, 5), np.int16), two=np.zeros((3, 4, 5), np.uint8))
    convert_file(tmp_path / "a.npz", tmp_path / "out.nii.gz")
    assert sorted(path.name for path in tmp_path.glob("*.nii.gz")) == ["out-1.nii.gz", "out-2.nii.gz"]
