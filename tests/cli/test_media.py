"""``media`` as it is run: a session of a server of its own, and what it says of itself."""

from __future__ import annotations

import re
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from fileroom.cli import media_keep
from fileroom.cli.exits import Exit
from fileroom.model.outcomes import Outcome
from tests.cli.test_serve import ended, get, ready, running
from tests.patience import until
from tests.web.test_bad_discs import of
from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    from fileroom.archive import Archive
    from fileroom.model.ledger import ImportSummary
    from tests.cli.conftest import Fileroom

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a process is not ended by SIGTERM")


def test_a_medium_opens_as_a_session_with_its_own_dicomweb_root(fileroom: Fileroom, tmp_path: Path) -> None:
    disc = plant(tmp_path / "disc", {"IM1": instance(patient_name="ROSSI^Mario")})
    with running("--archive", fileroom.folder, "media", disc, "--port", "0", "--json", "--no-open") as process:
        said = ready(process)
        assert set(said) == {"url", "token", "dicomweb"}
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/sessions/[\w-]+/dicomweb", said["dicomweb"])
        assert said["url"].partition("/?")[0] == said["dicomweb"].removesuffix("/dicomweb")
        until(lambda: get(said, "/dicomweb/studies").status_code == 200)
        assert get(said, "/api/patients").json()["items"][0]["name"]["alphabetic"] == "ROSSI^Mario"
        assert get(said, "/dicomweb/studies", "wrong").status_code == 401
        assert ended(process, signal.SIGTERM) == (0, "", "")
    assert fileroom("list", "--json").json["items"] == []


def test_what_is_no_medium_is_refused(fileroom: Fileroom, tmp_path: Path) -> None:
    (tmp_path / "x.iso").write_bytes(b"no disc")
    answer = fileroom("media", tmp_path / "x.iso", "--no-open")
    assert answer.code == Exit.NOT_FOUND
    assert "neither a folder nor the image of a disc" in answer.err


def test_without_a_path_what_is_plugged_in_is_listed(fileroom: Fileroom) -> None:
    assert isinstance(fileroom("media", "--json").json["media"], list)


def test_what_a_dicomdir_lies_about_is_named(fileroom: Fileroom, tmp_path: Path) -> None:
    listed = of("/etc/passwd", "DICOM\\NONE")
    disc = plant(tmp_path / "disc", {"IM1": instance(study="1.2.3"), "DICOMDIR": listed})
    told = fileroom("media", disc, "--studies")
    assert "1.2.3" in told.out
    assert "leads out of the medium, which was refused: /etc/passwd" in told.err
    assert "lists what is not there: DICOM" in told.err
    said = fileroom("media", disc, "--studies", "--json").json
    assert (said["refused"], len(said["missing"]), len(said["items"])) == (["/etc/passwd"], 1, 1)


def test_studies_are_listed_and_kept_without_a_page(fileroom: Fileroom, tmp_path: Path) -> None:
    disc = plant(
        tmp_path / "disc",
        {
            "IM1": instance(patient_name="ROSSI^Mario", study="1.2.3"),
            "IM2": instance(patient_name="VERDI^Anna", patient_id="2", study="1.2.4", number=2),
        },
    )
    listed = fileroom("media", disc, "--studies", "--json").json["items"]
    assert {one["study_instance_uid"]: one["images"] for one in listed} == {"1.2.3": 1, "1.2.4": 1}
    told = fileroom("media", disc, "--studies")
    assert "ROSSI, Mario" in told.out
    assert "1.2.3" in told.out
    assert fileroom("list", "--json").json["items"] == []  # nothing of it is kept by listing

    refused = fileroom("media", disc, "--keep", "1.2.9")
    assert refused.code == Exit.NOT_FOUND
    assert "no study '1.2.9'" in refused.err
    kept = fileroom("media", disc, "--keep", "1.2.3")
    assert kept.code == Exit.OK
    assert "Copied into the archive's own folder: 1 file." in kept.out
    assert "It is safe to eject the medium." in kept.out
    assert [one["name"]["alphabetic"] for one in fileroom("list", "--json").json["items"]] == ["ROSSI^Mario"]

    whole = fileroom("media", disc, "--keep", "all", "--json").json
    assert (whole["safe_to_eject"], whole["unread"], whole["instances"]) == (True, [], 1)
    assert len(fileroom("media", "--opened", "--json").json["items"]) == 5


def test_what_cannot_be_read_is_tried_again_and_named(
    fileroom: Fileroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disc = plant(tmp_path / "disc", {"IM1": instance(number=1), "IM2": instance(number=2)})
    look = media_keep.look_in
    asked: list[str] = []

    def and_scratch(session: Archive, *, as_json: bool) -> None:
        look(session, as_json=as_json)
        (disc / "IM2").rename(tmp_path / "IM2")

    def wipe(_house: Archive, summary: ImportSummary, *, as_json: bool) -> bool:
        asked.append(f"{summary.outcomes[Outcome.UNREADABLE]}{as_json}")
        (tmp_path / "IM2").rename(disc / "IM2")
        return True

    monkeypatch.setattr(media_keep, "look_in", and_scratch)
    left = fileroom("media", disc, "--keep", "all")
    assert left.code == Exit.UNREADABLE
    assert "1 image could not be read; once more" in left.err
    assert "not read: " in left.out
    assert "IM2" in left.out
    assert "do not eject the medium" in left.out
    (tmp_path / "IM2").rename(disc / "IM2")
    monkeypatch.setattr(media_keep, "_asked", wipe)
    whole = fileroom("media", disc, "--keep", "all")
    assert asked == ["1False"]
    assert whole.code == Exit.OK
    assert "It is safe to eject the medium." in whole.out


def test_options_that_contradict_each_other_are_refused(fileroom: Fileroom, tmp_path: Path) -> None:
    disc = plant(tmp_path / "disc", {"IM1": instance()})
    answer = fileroom("media", disc, "--keep", "all", "--prove")
    assert answer.code == Exit.USAGE
    assert "--keep goes with none of" in " ".join(answer.err.split())


def test_a_medium_in_memory_can_be_ejected_while_it_is_looked_at(fileroom: Fileroom, tmp_path: Path) -> None:
    disc = plant(tmp_path / "disc", {"a/1": instance(patient_name="ROSSI^Mario"), "a/2": instance(number=2)})
    looked = ("media", disc, "--in-memory", "--port", "0", "--json", "--no-open")
    with running("--archive", fileroom.folder, *looked) as one:
        said = ready(one)
        (disc / "a").rename(tmp_path / "gone")
        [study] = get(said, "/dicomweb/studies").json()
        uid = study["0020000D"]["Value"][0]
        assert get(said, f"/dicomweb/studies/{uid}").status_code == 200
        assert ended(one, signal.SIGTERM)[0] == 0


def test_a_stick_that_is_torn_out_while_it_is_kept_is_told_as_such_and_the_same_command_goes_on(
    fileroom: Fileroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disc = plant(tmp_path / "disc", {f"CT/{n}": instance(number=n) for n in (1, 2, 3)})
    look = media_keep.look_in

    def torn(session: Archive, *, as_json: bool) -> None:
        look(session, as_json=as_json)
        disc.rename(tmp_path / "gone")

    monkeypatch.setattr(media_keep, "look_in", torn)
    answer = fileroom("media", disc, "--keep", "all")
    assert answer.code == Exit.UNREADABLE
    assert answer.out.splitlines()[-1] == media_keep.TORN
    assert [f"not read: CT/{n}: " in answer.out for n in (1, 2, 3)] == [True, True, True]
    assert not [path for path in (fileroom.folder / "files").rglob("*") if path.is_file()]
    monkeypatch.setattr(media_keep, "look_in", look)
    (tmp_path / "gone").rename(disc)
    assert fileroom("media", disc, "--keep", "all", "--json").json["instances"] == 3


@pytest.mark.parametrize("locked", [True, False])
def test_where_memory_may_be_swapped_out_that_is_said(
    fileroom: Fileroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    disc = plant(tmp_path / "disc", {"IM1": instance()})
    monkeypatch.setattr("fileroom.sources.secrecy.protect", lambda: locked)
    monkeypatch.setattr("fileroom.cli.media.stay_up", lambda *_, **__: None)
    told = fileroom("media", disc, "--no-open")
    assert told.code == Exit.OK
    assert "Nothing of this is kept" in told.err
    assert ("may swap its memory out" in told.err) is not locked
