"""``fileroom surface``."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests import world

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Fileroom

RAMP = struct.pack("<16H", *range(16))


def test_writes_a_surface(fileroom: Fileroom, tmp_path: Path) -> None:
    files = {f"CT/{n}": world.instance(number=n, pixels=RAMP, ImagePositionPatient=[0, 0, 2 * n]) for n in range(1, 5)}
    assert fileroom("import", world.plant(tmp_path / "files", files)).code == 0
    (series,) = [one["id"] for one in fileroom("list", "series", "--json").json["items"]]
    target = tmp_path / "out.stl"
    said = fileroom("surface", series[:8], "--level", "7.5", "-o", target)
    assert said.code == 0
    assert "triangles from 4 slices" in said.out
    assert target.stat().st_size > 84
    report = fileroom("surface", series, "--level", "7.5", "-o", target, "--downsample", "2", "--json").json
    assert (report["state"], report["downsample"]) == ("done", 2)
    refused = fileroom("surface", series, "--level", "99", "-o", tmp_path / "none.stl")
    assert refused.code != 0
    assert "no surface" in refused.err
    assert not (tmp_path / "none.stl").exists()


def test_is_made_of_series_alone(fileroom: Fileroom, tmp_path: Path) -> None:
    world.plant(tmp_path / "files", {"a": world.instance(), "b": world.instance(number=2)})
    fileroom("import", tmp_path / "files")
    (study,) = fileroom("list", "studies", "--json").json["items"]
    said = fileroom("surface", study["id"], "--level", "1", "-o", tmp_path / "none.stl")
    assert said.code == 2
    assert "made of a series" in said.err
