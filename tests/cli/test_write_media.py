"""``fileroom write-media``: as a person and as a program asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyzipper

from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.cli.conftest import Fileroom


def of_a_study(fileroom: Fileroom, tmp_path: Path) -> str:
    fileroom("import", plant(tmp_path / "in", {"1": instance(number=1), "2": instance(number=2, modality="US")}))
    study: str = fileroom("list", "studies", "--json").json["items"][0]["id"]
    return study


def test_a_study_to_an_image_of_a_disc(fileroom: Fileroom, tmp_path: Path) -> None:
    study = of_a_study(fileroom, tmp_path)
    said = fileroom("write-media", study, tmp_path / "disc.iso")
    assert said.code == 0
    assert said.out.startswith("Wrote 5 files (")
    assert "not sealed" in said.err
    assert fileroom("write-media", study, tmp_path / "disc.iso").code != 0


def test_without_what_identifies_and_with_a_list_of_what_was_left_out(fileroom: Fileroom, tmp_path: Path) -> None:
    study = of_a_study(fileroom, tmp_path)
    said = fileroom("write-media", study, tmp_path / "out", "--deidentify", "--json")
    assert said.code == 4
    assert said.json["deidentified"] is True
    assert [one["reason"] for one in said.json["left_out"]] == ["burned-in"]
    assert said.json["changed"]["replaced SOPInstanceUID"] == 1
    assert fileroom("write-media", study, tmp_path / "b", "--retain-uids", "--json").error["code"] == "bad_request"


def test_a_password(fileroom: Fileroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILEROOM_MEDIA_PASSWORD", "open sesame")
    study = of_a_study(fileroom, tmp_path)
    said = fileroom("write-media", study, tmp_path / "a.zip", "--password")
    assert said.code == 0
    assert "sealed" not in said.err
    with pyzipper.AESZipFile(tmp_path / "a.zip") as sealed:
        sealed.setpassword(b"open sesame")
        assert sealed.testzip() is None


def test_a_password_that_is_set_is_taken_at_its_word(
    fileroom: Fileroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = of_a_study(fileroom, tmp_path)
    monkeypatch.setenv("FILEROOM_MEDIA_PASSWORD", "open sesame")
    said = fileroom("write-media", study, tmp_path / "a.zip")
    assert (said.code, "sealed" in said.err) == (0, False)
    with pyzipper.AESZipFile(tmp_path / "a.zip") as sealed:
        assert all(one.flag_bits & 1 for one in sealed.infolist())
    assert fileroom("write-media", study, tmp_path / "folder").code == 0
