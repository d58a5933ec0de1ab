"""Imports of containers: their members are files like others, and the container has an outcome of its own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.intake import inside
from fileroom.intake.ahead import Area
from fileroom.intake.run import look_again
from fileroom.jobs import CancelToken, Progress
from fileroom.model.checks import Trouble
from fileroom.model.drives import State
from fileroom.model.entries import Instance, Level
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.packing import KINDS, pack
from tests.world import DEFLATED_LE, IMPLICIT_LE, instance, plant, shared_data_folder, sop_uid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from fileroom.model.ledger import ImportSummary

SCAN = {f"DICOM/IM{n:04}": instance(number=n, rows=64, columns=64) for n in range(1, 6)}


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        yield opened


def told(summary: ImportSummary) -> dict[str, int]:
    return {outcome.value: n for outcome, n in summary.outcomes.items() if n}


def ledger(archive: fileroom.Archive, summary: ImportSummary, root: Path) -> dict[str, tuple[Outcome, Reason]]:
    """What became of each path that was not unchanged, from the root on."""
    lines = archive.ledger(summary.id).items
    assert len({line.path for line in lines}) == len(lines), "a path has two outcomes"
    return {os.path.relpath(line.path, root): (line.outcome, line.reason) for line in lines}


def instances(archive: fileroom.Archive) -> dict[str, Instance]:
    return {item.header.sop_instance_uid: item for item in archive.search(Query(level=Level.INSTANCE)).items}


def paths(archive: fileroom.Archive, root: Path) -> list[str]:
    return sorted(os.path.relpath(item.files[0].path, root) for item in instances(archive).values())


def nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a container was looked into")

    monkeypatch.setattr(inside, "look_into", never)
    monkeypatch.setattr("fileroom.intake.run.read_header", never)
    monkeypatch.setattr(inside, "read_header_from", never)


@pytest.mark.parametrize("kind", KINDS)
def test_members_are_brought_in_and_known_again(
    kind: str, archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(tmp_path / "scans", {"plain": instance(number=99)})
    pack(root / "old" / kind, SCAN | {"readme.txt": b"no image", "DICOM/empty": b""})
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in root.rglob("*") if p.is_file()}
    summary = archive.bring_in(root)
    assert told(summary) == {"added": 6, "not_dicom": 3}
    assert ledger(archive, summary, root) == {
        "plain": (Outcome.ADDED, Reason.NEW_INSTANCE),
        f"old/{kind}": (Outcome.NOT_DICOM, Reason.CONTAINER),
        f"old/{kind}/readme.txt": (Outcome.NOT_DICOM, Reason.NO_DICOM),
        f"old/{kind}/DICOM/empty": (Outcome.NOT_DICOM, Reason.EMPTY_FILE),
        **{f"old/{kind}/{name}": (Outcome.ADDED, Reason.NEW_INSTANCE) for name in SCAN},
    }
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in root.rglob("*") if p.is_file()} == before
    nothing_is_read(monkeypatch)
    again = archive.bring_in(root)
    assert (told(again), again.files, archive.ledger(again.id).total) == ({"unchanged": 9}, 9, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_shown_is_the_same_as_of_a_plain_file(kind: str, tmp_path: Path) -> None:
    """Frames, metadata, thumbnail, the whole file: from a member as from a file."""
    scans: Mapping[str, bytes] = {
        "1": instance(number=1, rows=64, columns=64),
        "2": instance(number=2, rows=64, columns=64, transfer_syntax=IMPLICIT_LE),
        "3": instance(number=3, rows=64, columns=64, transfer_syntax=DEFLATED_LE),
        "4": instance(number=4, NumberOfFrames=3, rows=100, columns=100, pixels=bytes(range(250)) * 240),
        "5": instance(number=5, NumberOfFrames=2, PerFrameFunctionalGroupsSequence=[{}, {}], pixels=bytes(64)),
    }
    seen: list[tuple[list[tuple[object, ...]], list[object], bytes]] = []
    for place in (plant(tmp_path / "plain", scans), pack(tmp_path / "packed" / kind, scans)):
        with fileroom.Archive.open(Settings(archive=tmp_path / f"a{len(seen)}", use_keyring=False)) as archive:
            assert told(archive.bring_in(place))["added"] == 5
            shown: list[tuple[object, ...]] = []
            for uid, item in sorted(instances(archive).items()):
                file = archive.read(item.id)
                data = archive.stored_bytes(file, 0, file.size)
                shown.append(
                    (
                        uid,
                        item.header,
                        [archive.frame(file, n + 1).data for n in range(item.frames)],
                        archive.frame(file, 1, decoded=True).data,
                        archive.metadata(file, str),
                        archive.bulk_data(file, "7FE00010"),
                        data,
                    )
                )
            (series,) = archive.search(Query(level=Level.SERIES)).items
            images = [image["per_frame"] for image in archive.images(series.id)["instances"]]
            picture = archive.thumbnail(series.id)
            assert picture is not None
            seen.append((shown, images, picture.data))
    assert seen[0] == seen[1]
    assert [row[-1] for row in seen[1][0]] == list(scans.values())


def test_a_container_named_by_itself(archive: fileroom.Archive, tmp_path: Path) -> None:
    path = pack(tmp_path / "deflated.zip", SCAN)
    assert told(archive.bring_in(path)) == {"added": 5, "not_dicom": 1}
    assert told(archive.bring_in(path)) == {"unchanged": 6}
    (root,) = archive.roots()
    assert (root.path, root.state) == (str(path), State.ONLINE)
    pack(path, {name: SCAN[name] for name in list(SCAN)[:3]} | {"new/1": instance(number=9)})
    summary = archive.bring_in(path)
    assert told(summary) == {"added": 1, "unchanged": 3, "not_dicom": 1, "gone": 2}
    assert {uid: item.state for uid, item in instances(archive).items()} == {
        sop_uid(number=n): State.MISSING if n in {4, 5} else State.ONLINE for n in (1, 2, 3, 4, 5, 9)
    }


def test_a_changed_container_is_planned_by_its_members(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pack(tmp_path / "scans" / "stored.zip", SCAN)
    archive.bring_in(tmp_path / "scans")
    changed = dict(SCAN)
    changed["DICOM/IM0002"] = instance(number=2, rows=64, columns=64, SeriesDescription="said anew")
    changed["moved/IM0003"] = changed.pop("DICOM/IM0003")
    del changed["DICOM/IM0004"]
    pack(path, changed)
    read: list[str] = []
    reader = inside.read_member

    def noting(path: str, entry: object, **said: object) -> object:
        read.append(os.path.relpath(path, tmp_path / "scans"))
        return reader(path, entry, **said)  # type: ignore[arg-type]  # what it was given

    monkeypatch.setattr("fileroom.intake.run.read_member", noting)
    summary = archive.bring_in(tmp_path / "scans")
    assert sorted(read) == ["stored.zip/DICOM/IM0002", "stored.zip/moved/IM0003"]
    assert ledger(archive, summary, tmp_path / "scans") == {
        "stored.zip": (Outcome.NOT_DICOM, Reason.CONTAINER),
        "stored.zip/DICOM/IM0002": (Outcome.CHANGED, Reason.CONTENT_CHANGED),
        "stored.zip/moved/IM0003": (Outcome.MOVED, Reason.MOVED_FROM),
        "stored.zip/DICOM/IM0004": (Outcome.GONE, Reason.NOT_THERE),
    }
    found = instances(archive)
    assert found[sop_uid(number=4)].state is State.MISSING
    assert found[sop_uid(number=2)].header.series_description == "said anew"


def test_a_container_that_moves_goes_and_comes_back(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"keep.txt": b"so that it is never empty"})
    path = pack(root / "a" / "packed.tar.gz", SCAN)
    archive.bring_in(root)
    ids = {uid: item.id for uid, item in instances(archive).items()}
    (root / "b").mkdir()
    path.rename(root / "b" / "renamed.tgz")
    summary = archive.bring_in(root)
    assert told(summary) == {"moved": 5, "not_dicom": 1, "unchanged": 1, "gone": 1}
    assert {uid: item.id for uid, item in instances(archive).items()} == ids
    assert paths(archive, root)[0] == "b/renamed.tgz/DICOM/IM0001"
    (root / "b" / "renamed.tgz").rename(tmp_path / "away.tgz")
    assert told(archive.bring_in(root)) == {"unchanged": 1, "gone": 6}
    assert {item.state for item in instances(archive).values()} == {State.MISSING}
    (tmp_path / "away.tgz").rename(root / "b" / "renamed.tgz")
    back = archive.bring_in(root)
    assert back.outcomes[Outcome.ADDED] == 0
    assert {item.state for item in instances(archive).values()} == {State.ONLINE}
    assert told(archive.bring_in(root)) == {"unchanged": 7}


def test_unpacked_beside_itself(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = tmp_path / "scans"
    pack(root / "a.zip", SCAN)
    archive.bring_in(root)
    plant(root, SCAN)
    assert told(archive.bring_in(root)) == {"duplicate": 5, "unchanged": 6}
    (root / "a.zip").unlink()
    assert told(archive.bring_in(root)) == {"unchanged": 5, "gone": 6}
    assert {item.state for item in instances(archive).values()} == {State.ONLINE}
    assert archive.read(next(iter(instances(archive).values())).id).path.startswith(str(root / "DICOM"))


def test_a_folder_in_the_place_of_a_container(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = tmp_path / "scans"
    pack(root / "a.zip", SCAN)
    archive.bring_in(root)
    (root / "a.zip").unlink()
    plant(root / "a.zip", SCAN)
    archive.bring_in(root)
    assert {item.state for item in instances(archive).values()} == {State.ONLINE}
    (root / "a.zip" / "DICOM" / "IM0001").unlink()
    archive.bring_in(root)
    assert instances(archive)[sop_uid(number=1)].state is State.MISSING


def test_what_is_refused_inside_is_told_once(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nested = pack(tmp_path / "inner.zip", SCAN).read_bytes()
    tree = {"../up": b"x", "inner.zip": nested, "bomb": bytes(70 << 20), "letter.zip": b"only called so"}
    pack(tmp_path / "scans" / "a.zip", tree | {"IM1": instance(), "name\n\x1b[2J": instance(number=2)})
    summary = archive.bring_in(tmp_path / "scans")
    assert ledger(archive, summary, tmp_path / "scans") == {
        "a.zip": (Outcome.NOT_DICOM, Reason.CONTAINER),
        "a.zip/..%2Fup": (Outcome.REFUSED, Reason.OUTSIDE_CONTAINER),
        "a.zip/inner.zip": (Outcome.REFUSED, Reason.NESTED_CONTAINER),
        "a.zip/letter.zip": (Outcome.REFUSED, Reason.NESTED_CONTAINER),
        "a.zip/bomb": (Outcome.REFUSED, Reason.BOMB),
        "a.zip/IM1": (Outcome.ADDED, Reason.NEW_INSTANCE),
        r"a.zip/name\n\x1b[2J": (Outcome.ADDED, Reason.NEW_INSTANCE),
    }
    nothing_is_read(monkeypatch)
    assert told(archive.bring_in(tmp_path / "scans")) == {"unchanged": 7}


def test_a_container_that_is_damaged_is_tried_again(archive: fileroom.Archive, tmp_path: Path) -> None:
    path = pack(tmp_path / "scans" / "plain.tar", SCAN)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    summary = archive.bring_in(tmp_path / "scans")
    lines = ledger(archive, summary, tmp_path / "scans")
    assert lines["plain.tar"] == (Outcome.UNREADABLE, Reason.BROKEN_CONTAINER)
    assert lines["plain.tar/DICOM/IM0001"] == (Outcome.ADDED, Reason.NEW_INSTANCE)
    path.write_bytes(whole)
    archive.bring_in(tmp_path / "scans")
    assert len(instances(archive)) == 5
    path.write_bytes(whole[: len(whole) // 2])
    archive.bring_in(tmp_path / "scans")
    assert {item.state for item in instances(archive).values()} == {State.ONLINE}, "nothing known is lost"


def test_a_limit_on_patients_is_tried_again_in_a_container(tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", {str(n): instance(patient_id=str(n), study=n) for n in (1, 2)})
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False, max_patients=1)) as archive:
        assert told(archive.bring_in(tmp_path / "a.zip")) == {"added": 1, "refused": 1, "not_dicom": 1}
        assert told(archive.bring_in(tmp_path / "a.zip")) == {"refused": 1, "unchanged": 2}
        archive.forget([archive.search(Query(level=Level.PATIENT)).items[0].id])
        assert told(archive.bring_in(tmp_path / "a.zip"))["added"] == 1


def test_removed_and_brought_in_again(archive: fileroom.Archive, tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", SCAN)
    archive.bring_in(path)
    archive.forget([archive.search(Query(level=Level.PATIENT)).items[0].id])
    again = archive.bring_in(path)
    assert told(again) == {"added": 5, "unchanged": 1}
    assert {line.reason for line in archive.ledger(again.id).items} == {Reason.BROUGHT_BACK}


def test_what_only_has_the_name(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"letter.zip": b"a letter", "image.iso": instance()})
    summary = archive.bring_in(root)
    assert ledger(archive, summary, root) == {
        "letter.zip": (Outcome.NOT_DICOM, Reason.NO_CONTAINER),
        "image.iso": (Outcome.ADDED, Reason.NEW_INSTANCE),
    }
    assert told(archive.bring_in(root)) == {"unchanged": 2}


def test_containers_may_stay_closed(tmp_path: Path) -> None:
    root = tmp_path / "scans"
    pack(root / "a.zip", SCAN)
    settings = Settings(archive=tmp_path / "archive", use_keyring=False, containers=False)
    with fileroom.Archive.open(settings) as archive:
        assert ledger(archive, archive.bring_in(root), root) == {"a.zip": (Outcome.NOT_DICOM, Reason.NO_DICOM)}
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as archive:
        assert told(archive.bring_in(root)) == {"added": 5, "not_dicom": 1}
    with fileroom.Archive.open(settings) as archive:
        archive.bring_in(root)
        assert {item.state for item in instances(archive).values()} == {State.ONLINE}


def test_cancelled_among_its_members(archive: fileroom.Archive, tmp_path: Path) -> None:
    path = pack(tmp_path / "a.zip", {str(n): instance(number=n) for n in range(1, 3001)})
    token = CancelToken()

    def stop_early(progress: Progress) -> None:
        if progress.read > 20:
            token.cancel()

    summary = archive.bring_in(path, on_progress=stop_early, cancel=token)
    assert summary.state == "cancelled"
    assert 0 < summary.outcomes[Outcome.ADDED] < 3000
    assert archive.ledger(summary.id).total == summary.files == 3001
    rest = archive.bring_in(path)
    assert len(instances(archive)) == 3000
    assert rest.outcomes[Outcome.ADDED] + summary.outcomes[Outcome.ADDED] == 3000


def test_a_check_looks_at_members(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = tmp_path / "scans"
    path = pack(root / "stored.zip", SCAN)
    archive.bring_in(root)
    report = archive.check(read_data=True)
    assert (report.files, report.read, report.first_read, report.well) == (5, 5, 5, True)
    assert archive.check(read_data=True).well
    raw, facts = bytearray(path.read_bytes()), path.stat()
    raw[raw.index(SCAN["DICOM/IM0002"]) + len(SCAN["DICOM/IM0002"]) - 1] ^= 1
    path.write_bytes(raw)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert archive.check(read_data=True).counts[Trouble.DAMAGED] == 1
    path.unlink()
    assert archive.check().counts[Trouble.MISSING] == 5


def test_passes_over_a_watched_folder(archive: fileroom.Archive, tmp_path: Path) -> None:
    """Of a folder alone, as the system's events name it: what happened to a container in it is seen all the same."""

    def look() -> ImportSummary:
        area = Area(str(root), str(root), deep=False)
        return look_again(
            archive._catalog, archive.settings, str(root), [area], lambda *_: True, cancel=CancelToken()
        ).summary

    root = plant(tmp_path / "scans", {"keep.txt": b"so that it is never empty"})
    path = pack(root / "stored.zip", SCAN | {"../up": b"x"})
    assert told(look()) == {"added": 5, "not_dicom": 2, "refused": 1}
    assert (look().id, told(look())) == (0, {"unchanged": 8})
    pack(path, {"DICOM/IM0001": SCAN["DICOM/IM0001"], "new/9": instance(number=9)})
    assert told(look()) == {"added": 1, "not_dicom": 1, "unchanged": 2, "gone": 5}
    states = {uid: item.state for uid, item in instances(archive).items()}
    assert [uid for uid, state in states.items() if state is State.ONLINE] == [sop_uid(number=1), sop_uid(number=9)]
    path.write_bytes(path.read_bytes()[:-30])
    assert told(look()) == {"unreadable": 1, "unchanged": 1}
    assert (look().id, told(look())) == (0, {"unchanged": 2})
    path.unlink()
    look()
    assert {item.state for item in instances(archive).values()} == {State.MISSING}


@pytest.mark.parametrize("kind", ["deflated.zip", "packed.tar.gz", "disc.iso"])
def test_members_are_copied_when_that_is_asked(kind: str, archive: fileroom.Archive, tmp_path: Path) -> None:
    path = pack(tmp_path / kind, SCAN)
    assert told(archive.bring_in(path, copy=True)) == {"added": 5, "not_dicom": 1}
    assert told(archive.bring_in(path, copy=True)) == {"unchanged": 6}
    path.unlink()
    held = {archive.stored_bytes(item.id, 0, 1 << 20) for item in instances(archive).values()}
    assert held == set(SCAN.values())


def test_progress_counts_members(archive: fileroom.Archive, tmp_path: Path) -> None:
    pack(tmp_path / "a.zip", {str(n): instance(number=n) for n in range(1, 100)})
    told_of: list[Progress] = []
    archive.bring_in(tmp_path / "a.zip", on_progress=told_of.append)
    archive.bring_in(tmp_path / "a.zip", on_progress=told_of.append)
    assert (told_of[-1].seen, told_of[-1].done, told_of[-1].total, told_of[-1].read) == (100, 100, 100, 0)


@pytest.mark.skipif(shared_data_folder() is None, reason="the hostile files are not at hand")
def test_hostile_containers(archive: fileroom.Archive) -> None:
    shared = shared_data_folder()
    assert shared is not None
    root = (shared / "hostile").resolve()
    summary = archive.bring_in([p for p in root.iterdir() if p.suffix == ".zip"])
    lines = {path: reason for path, (_, reason) in ledger(archive, summary, root).items()}
    assert lines["084_zip_bomb.zip"] is Reason.BOMB
    assert lines["087_zip_size_lies.zip/a.dcm"] is Reason.BOMB
    assert lines["086_zip_symlink.zip/link"] is Reason.LINK_MEMBER
    outside = [path for path, reason in lines.items() if reason is Reason.OUTSIDE_CONTAINER]
    assert [path.rsplit("%", 1)[-1] for path in sorted(outside)] == [
        "2Fzip_abs_escaped.dcm",
        "2Fzip_slip_escaped.dcm",
        "5Cwin_escaped.dcm",
    ]
    assert lines["085_zip_slip.zip/ok.dcm"] is Reason.NEW_INSTANCE
