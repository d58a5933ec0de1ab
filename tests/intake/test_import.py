"""Imports over small worlds: what is found, what is found again, and what is never lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.catalog.home import FolderHome
from fileroom.dicom.reading import Reading, read_header
from fileroom.errors import Busy, SourceError
from fileroom.intake.lock import import_lock
from fileroom.jobs import CancelToken, Progress
from fileroom.model.drives import State
from fileroom.model.entries import Instance, Level, Series
from fileroom.model.outcomes import Outcome, Reason
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.world import instance, plant, sop_uid, without_privileges

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fileroom.model.ledger import ImportSummary


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[fileroom.Archive]:
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as opened:
        yield opened


def told(summary: ImportSummary) -> dict[str, int]:
    """The outcomes that occurred."""
    return {outcome.value: n for outcome, n in summary.outcomes.items() if n}


def counts(archive: fileroom.Archive) -> tuple[int, int, int, int]:
    p, s, e, i = (archive.search(Query(level=level)).total for level in Level)
    return p, s, e, i


def instances(archive: fileroom.Archive) -> dict[str, Instance]:
    return {item.header.sop_instance_uid: item for item in archive.search(Query(level=Level.INSTANCE)).items}


def by_name(archive: fileroom.Archive, summary: ImportSummary) -> dict[str, tuple[Outcome, Reason]]:
    return {os.path.basename(e.path): (e.outcome, e.reason) for e in archive.ledger(summary.id).items}  # noqa: PTH119


def ledger(archive: fileroom.Archive, summary: ImportSummary) -> dict[str, str]:
    return {one.path: one.reason.value for one in archive.ledger(summary.id).items}


WORLD = {
    "ct/IM0001": instance(number=1),
    "ct/IM0002": instance(number=2),
    "ct/IM0003.dcm": instance(number=3),
    "mr/1": instance(
        patient_name="Müller^Anna", patient_id="7", study=2, modality="MR", SpecificCharacterSet="ISO_IR 192"
    ),
    "readme.txt": b"hello, this is no image",
    "zeros.dcm": bytes(4096),
    "empty.dcm": b"",
    "text.dcm": b"a text file that is called so" * 40,
    "no-uid.dcm": instance(SOPInstanceUID=None, study=3),
    "cut.dcm": instance(study=4)[:200],
}


def test_every_path_has_an_outcome_and_the_files_stay(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", WORLD)
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in root.rglob("*") if p.is_file()}
    summary = archive.bring_in(root)
    assert summary.files == len(WORLD) == sum(summary.outcomes.values())
    assert told(summary) == {"added": 4, "not_dicom": 4, "no_identity": 1, "unreadable": 1}
    assert (summary.patients, summary.studies, summary.series, summary.instances) == (2, 2, 2, 4)
    assert by_name(archive, summary) == {
        "IM0001": (Outcome.ADDED, Reason.NEW_INSTANCE),
        "IM0002": (Outcome.ADDED, Reason.NEW_INSTANCE),
        "IM0003.dcm": (Outcome.ADDED, Reason.NEW_INSTANCE),
        "1": (Outcome.ADDED, Reason.NEW_INSTANCE),
        "readme.txt": (Outcome.NOT_DICOM, Reason.NO_DICOM),
        "zeros.dcm": (Outcome.NOT_DICOM, Reason.ALL_ZEROS),
        "empty.dcm": (Outcome.NOT_DICOM, Reason.EMPTY_FILE),
        "text.dcm": (Outcome.NOT_DICOM, Reason.NO_DICOM),
        "no-uid.dcm": (Outcome.NO_IDENTITY, Reason.NO_SOP_INSTANCE_UID),
        "cut.dcm": (Outcome.UNREADABLE, Reason.TRUNCATED),
    }
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in root.rglob("*") if p.is_file()} == before
    counted = {(row.outcome, row.reason): row.files for row in archive.reasons(summary.id)}
    assert counted == Counter(by_name(archive, summary).values())
    (ct,) = archive.search(Query(level=Level.SERIES, words="rossi")).items
    assert isinstance(ct, Series)
    assert (ct.counts.instances, ct.counts.frames, ct.modality, ct.plane) == (3, 3, "CT", "axial")
    assert ct.counts.bytes == sum((root / "ct" / n).stat().st_size for n in ("IM0001", "IM0002", "IM0003.dcm"))


def test_a_second_import_opens_nothing(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = plant(tmp_path / "scans", {k: v for k, v in WORLD.items() if k != "cut.dcm"})
    archive.bring_in(root)
    opened: list[str] = []
    monkeypatch.setattr("fileroom.intake.run.read_header", opened.append)
    again = archive.bring_in(root)
    assert told(again) == {"unchanged": 9}
    assert opened == []
    assert archive.ledger(again.id).total == 0


def test_changed_touched_and_overwritten(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"a": instance(number=1), "b": instance(number=2), "c": instance(number=3)})
    archive.bring_in(root)
    plant(root, {"a": instance(number=1, SeriesDescription="after all"), "b": instance(number=9)})
    summary = archive.bring_in(root)
    assert told(summary) == {"changed": 2, "unchanged": 1}
    found = instances(archive)
    assert found[sop_uid(number=1)].header.series_description == "after all"
    assert found[sop_uid(number=9)].state is State.ONLINE
    assert found[sop_uid(number=2)].state is State.MISSING  # its file holds another image now; it is not deleted


def test_moved_renamed_and_copied(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"a/1": instance(number=1), "a/2": instance(number=2)})
    archive.bring_in(root)
    ids = {uid: item.id for uid, item in instances(archive).items()}
    (root / "a").rename(root / "z")
    (root / "z" / "2").rename(root / "z" / "renamed")
    shutil.copy(root / "z" / "1", root / "copy")
    summary = archive.bring_in(root)
    assert told(summary) == {"moved": 2, "duplicate": 1}
    found = instances(archive)
    assert {uid: item.id for uid, item in found.items()} == ids
    assert {item.state for item in found.values()} == {State.ONLINE}
    assert {os.path.relpath(f.path, root) for f in found[sop_uid(number=1)].files} == {"copy", "z/1"}
    assert [os.path.relpath(f.path, root) for f in found[sop_uid(number=2)].files] == ["z/renamed"]
    assert told(archive.bring_in(root)) == {"unchanged": 3}


def test_gone_is_missing_and_never_deleted_and_back_again(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"a/1": instance(number=1), "a/2": instance(number=2), "b/3": instance(number=3)})
    archive.bring_in(root)
    aside = tmp_path / "aside"
    (root / "a").rename(aside)
    summary = archive.bring_in(root)
    assert (told(summary), summary.files) == ({"unchanged": 1, "gone": 2}, 1)
    assert ledger(archive, summary) == {str(root / "a/1"): "not_there", str(root / "a/2"): "not_there"}
    states = {uid: item.state for uid, item in instances(archive).items()}
    assert states == {
        sop_uid(number=1): State.MISSING,
        sop_uid(number=2): State.MISSING,
        sop_uid(number=3): State.ONLINE,
    }
    assert told(archive.bring_in(root)) == {"unchanged": 1}  # once is enough
    aside.rename(root / "a")
    summary = archive.bring_in(root)
    assert (told(summary), summary.files) == ({"unchanged": 1, "back": 2}, 3)
    assert ledger(archive, summary) == {str(root / "a/1"): "back_again", str(root / "a/2"): "back_again"}
    assert {item.state for item in instances(archive).values()} == {State.ONLINE}
    assert told(archive.bring_in(root)) == {"unchanged": 3}


def test_the_archive_itself_is_not_imported(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path, {"scans/1": instance()})
    archive.bring_in(root / "scans", copy=True)
    (tmp_path / "link").symlink_to(tmp_path / "archive")
    for ours in ("archive", "link", "archive/catalog.db", "archive/files/.inbox"):
        if (tmp_path / ours).exists():
            with pytest.raises(SourceError, match="the archive itself"):
                archive.bring_in(tmp_path / ours)
    assert told(archive.bring_in(tmp_path / "archive/files")) == {"unchanged": 1}
    assert told(archive.bring_in(tmp_path)) == {"unchanged": 1}


def test_what_was_no_image_and_goes_is_told_too(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(), "letter.txt": b"a letter"})
    archive.bring_in(root)
    (root / "letter.txt").unlink()
    summary = archive.bring_in(root)
    assert (told(summary), ledger(archive, summary)) == (
        {"unchanged": 1, "gone": 1},
        {str(root / "letter.txt"): "not_there"},
    )
    assert told(archive.bring_in(root)) == {"unchanged": 1}


def test_what_is_only_at_another_place_is_not_told_to_be_gone(archive: fileroom.Archive, tmp_path: Path) -> None:
    one_at_a_time = Settings(archive=tmp_path / "archive", use_keyring=False, batch=1)
    root = plant(tmp_path / "scans", {"m/1": instance(number=1), "m/2": instance(number=2), "n/3": instance(number=3)})
    archive.bring_in(root)
    archive.close()
    (root / "m/1").rename(root / "m/0")
    (root / "m/2").rename(root / "z")  # met before its old place
    (root / "n").rename(root / "o")  # its old place is no folder any more
    with fileroom.Archive.open(one_at_a_time) as again:
        assert told(again.bring_in(root)) == {"moved": 3}
        assert told(again.bring_in(root)) == {"unchanged": 3}
        (root / "a").mkdir()
        (root / "z").rename(root / "a/late")  # met after its old place
        assert told(again.bring_in(root)) == {"moved": 1, "unchanged": 2}
        assert {item.state for item in instances(again).values()} == {State.ONLINE}


def test_a_root_that_is_suddenly_empty_loses_nothing(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(number=1), "a/2": instance(number=2)})
    archive.bring_in(root)
    shutil.rmtree(root)
    root.mkdir()  # an empty mount point
    summary = archive.bring_in(root)
    assert "empty" in summary.message
    assert {item.state for item in instances(archive).values()} == {State.ONLINE}


def test_one_uid_two_contents(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"a": instance(), "b": instance(SeriesDescription="other")})
    summary = archive.bring_in(root)
    assert told(summary) == {"added": 1, "conflict": 1}
    (one,) = instances(archive).values()
    assert [(os.path.basename(f.path), f.outcome) for f in one.files] == [  # noqa: PTH119
        ("a", Outcome.ADDED),
        ("b", Outcome.CONFLICT),
    ]
    assert one.header.series_description == ""  # the first stays the one that is shown


def test_one_uid_two_pictures(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"a": instance(), "b": instance(pixels=bytes(32))})
    assert told(archive.bring_in(root)) == {"added": 1, "conflict": 1}


def test_one_uid_two_patients_are_kept_apart(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"a": instance(), "b": instance(patient_name="VERDI^Anna", patient_id="9")})
    summary = archive.bring_in(root)
    assert told(summary) == {"added": 1, "conflict": 1}
    assert counts(archive) == (2, 2, 2, 2)
    for words, name in (("rossi", "ROSSI^Mario"), ("verdi", "VERDI^Anna")):
        (series,) = archive.search(Query(level=Level.SERIES, words=words)).items
        assert series.study.patient.name.alphabetic == name
        (item,) = archive.search(Query(level=Level.INSTANCE, parent=series.id)).items
        assert item.header.patient_name == name


def test_removed_entries_come_back_when_brought_in_again(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(number=1), "2": instance(number=2, series=2)})
    archive.bring_in(root)
    (patient,) = archive.search(Query(level=Level.PATIENT)).items
    removed = archive.forget([patient.id])
    assert (removed.studies, removed.series, removed.instances) == (1, 2, 2)
    assert counts(archive) == (0, 0, 0, 0)
    assert (root / "1").exists()
    again = archive.bring_in(root)
    assert told(again) == {"added": 2}
    assert {entry.reason for entry in archive.ledger(again.id).items} == {Reason.BROUGHT_BACK}
    assert counts(archive) == (1, 1, 2, 2)
    assert told(archive.bring_in(root)) == {"unchanged": 2}


def test_an_import_is_undone_exactly(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"a/1": instance(number=1), "b/1": instance(number=2), "b/9": instance(study=9)})
    archive.bring_in(root / "a")
    before = archive.search(Query(level=Level.SERIES)).items
    second = archive.bring_in(root)
    assert counts(archive) == (1, 2, 2, 3)
    undone = archive.undo_import(second.id)
    assert (undone.studies, undone.series, undone.instances) == (1, 1, 2)
    assert archive.search(Query(level=Level.SERIES)).items == before
    assert archive.undo_import(second.id).instances == 0
    assert told(archive.bring_in(root)) == {"unchanged": 1, "added": 2}


def test_a_limit_on_patients(tmp_path: Path) -> None:
    def people(*ids: int) -> dict[str, bytes]:
        return {f"{n}/1": instance(patient_id=str(n), study=n) for n in ids}

    root = plant(tmp_path / "scans", people(1, 2, 3))
    settings = Settings(archive=tmp_path / "archive", use_keyring=False, max_patients=2)
    with fileroom.Archive.open(settings) as archive:
        summary = archive.bring_in(root)
        assert told(summary) == {"added": 2, "refused": 1}
        assert {e.reason for e in archive.ledger(summary.id, outcome=Outcome.REFUSED).items} == {Reason.PATIENT_LIMIT}
        plant(root, {"1/2": instance(patient_id="1", study=1, number=2)})
        assert told(archive.bring_in(root)) == {"added": 1, "refused": 1, "unchanged": 2}  # known ones go on growing
        first = archive.search(Query(level=Level.PATIENT)).items[0]
        archive.forget([first.id])
        again = archive.bring_in(root / "3")  # forgetting one makes room
        assert told(again) == {"added": 1}
        assert told(archive.bring_in(root))["refused"] == 2  # and the one that was forgotten finds none
        assert archive.status().max_patients == 2


def test_an_archive_inside_the_folder_is_left_out(tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance()})
    with fileroom.Archive.open(Settings(archive=root / "archive", use_keyring=False)) as archive:
        assert archive.bring_in(root).files == 1


@pytest.mark.skipif(sys.platform != "linux", reason="file names that are not UTF-8 need a filesystem of bytes")
def test_names_that_are_not_utf8(archive: fileroom.Archive, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9 \n.dcm")
    root = plant(tmp_path / os.fsdecode(b"sc\xe0ns"), {name: instance()})
    summary = archive.bring_in(root)
    assert told(summary) == {"added": 1}
    (entry,) = archive.ledger(summary.id).items
    assert entry.path.endswith(r"sc\xe0ns/caf\xe9 \n.dcm")
    (one,) = instances(archive).values()
    assert (root / name).samefile(one.files[0].path)
    assert archive.read(one.id).path == one.files[0].path
    assert told(archive.bring_in(root)) == {"unchanged": 1}


def test_what_one_may_not_read_is_told_and_tried_again(archive: fileroom.Archive, tmp_path: Path) -> None:
    # Once before, for what is imported late: the modules of Python may lie where only the super-user may look.
    archive.bring_in(plant(tmp_path / "before", {"1": instance(), "2": b"no image"}))
    tree = {"1": instance(number=1), "2": instance(number=2), "closed/3": instance(number=3)}
    with without_privileges() as folder:
        root = plant(folder / "scans", tree)
        with fileroom.Archive.open(Settings(archive=folder / "archive", use_keyring=False)) as own:
            own.bring_in(root)
            (root / "2").chmod(0)
            os.utime(root / "2", (1, 1))
            (root / "closed").chmod(0)
            summary = own.bring_in(root)
            assert told(summary) == {"unchanged": 1, "unreadable": 2}
            assert by_name(own, summary) == {
                "2": (Outcome.UNREADABLE, Reason.PERMISSION_DENIED),
                "closed": (Outcome.UNREADABLE, Reason.PERMISSION_DENIED),
            }
            states = {item.header.instance_number: item.state for item in instances(own).values()}
            assert states == {1: State.ONLINE, 2: State.CHANGED, 3: State.ONLINE}  # nothing known is lost
            (root / "2").chmod(0o600)
            (root / "closed").chmod(0o700)
            assert told(own.bring_in(root)) == {"unchanged": 3}
            assert len(instances(own)) == 3


def test_a_file_that_was_to_be_looked_at_again_and_has_gone(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance(number=1), "2": instance(number=2)})
    archive.bring_in(root)
    (root / "2").write_bytes(instance(number=2)[:200])
    assert told(archive.bring_in(root)) == {"unchanged": 1, "unreadable": 1}
    (root / "2").unlink()
    archive.bring_in(root)
    assert archive.roots()[0].files == 1


def test_an_empty_folder_and_one_that_is_not_there(archive: fileroom.Archive, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert archive.bring_in(tmp_path / "empty").files == 0
    root = plant(tmp_path / "scans", {"1": instance()})
    with pytest.raises(SourceError, match="no such"):
        archive.bring_in([root, tmp_path / "nowhere"])
    assert counts(archive) == (0, 0, 0, 0)  # all or nothing is begun


def test_of_roots_that_hold_each_other_the_outer_one_is_walked(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"a/1": instance()})
    (tmp_path / "link").symlink_to(root)
    summary = archive.bring_in([root / "a", root, tmp_path / "link"])
    assert counts(archive) == (1, 1, 1, 1)
    assert told(summary) == {"added": 1}


def test_cancel_keeps_what_is_done_and_tells_the_rest(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(path: str) -> Reading:
        time.sleep(0.002)
        return read_header(path)

    monkeypatch.setattr("fileroom.intake.run.read_header", slowly)
    root = plant(tmp_path / "scans", {f"{n // 50}/{n}": instance(number=n) for n in range(1, 601)})
    token = CancelToken()

    def stop_early(progress: Progress) -> None:
        if progress.done > 20:
            token.cancel()

    summary = archive.bring_in(root, on_progress=stop_early, cancel=token)
    assert summary.state == "cancelled"
    assert summary.files == sum(summary.outcomes.values())
    assert summary.outcomes[Outcome.ADDED] == counts(archive)[3] >= 1
    assert archive.ledger(summary.id).total == summary.files
    rest = archive.bring_in(root)
    assert counts(archive)[3] == 600
    assert rest.outcomes[Outcome.ADDED] + summary.outcomes[Outcome.ADDED] == 600


def test_two_imports_at_once(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {"1": instance()})
    with import_lock(FolderHome(tmp_path / "archive")), pytest.raises(Busy):
        archive.bring_in(root)
    assert told(archive.bring_in(root)) == {"added": 1}


def test_an_import_that_was_killed_is_told_as_interrupted(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {f"{n // 100}/{n}": instance(number=n) for n in range(1, 3001)})
    code = (
        "import sys, fileroom; from fileroom.settings import Settings; from pathlib import Path\n"
        "a = fileroom.Archive.open(Settings(archive=Path(sys.argv[1]), use_keyring=False, batch=50))\n"
        "a.bring_in(sys.argv[2], on_progress=lambda p: p.instances > 100 and print('now', flush=True))\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "archive"), str(root)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child.stdout as out:
        assert out.readline() == "now\n"
    child.kill()
    child.wait()
    done = counts(archive)[3]
    assert archive.import_summary(1).instances == done  # counts, ledger and entries were committed together
    assert archive.ledger(1).total == done
    assert archive.import_summary(1).state == "interrupted"
    archive.bring_in(root)
    assert counts(archive)[3] == 3000
    assert archive.import_summary(1).state == "interrupted"
    assert archive.import_summary(2).state == "done"


def test_browsing_goes_on_while_importing(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {f"{n}": instance(number=n, study=n) for n in range(1, 400)})
    seen: list[int] = []
    stop = threading.Event()

    def browse() -> None:
        while not stop.is_set():
            page = archive.search(Query(level=Level.STUDY, limit=50))
            assert len(page.items) == min(50, page.total)
            seen.append(page.total)
            time.sleep(0.001)

    reader = threading.Thread(target=browse)
    reader.start()
    try:
        archive.bring_in(root)
    finally:
        stop.set()
        reader.join()
    assert seen == sorted(seen)


def test_progress_tells_where_it_is(archive: fileroom.Archive, tmp_path: Path) -> None:
    root = plant(tmp_path / "scans", {f"{n}": instance(number=n) for n in range(1, 100)})
    os.mkfifo(root / "pipe")
    told_of: list[Progress] = []
    archive.bring_in(root, on_progress=told_of.append)
    last = told_of[-1]
    assert (last.seen, last.done, last.read, last.total, last.instances) == (100, 100, 99, 100, 99)
    assert last.phase == "finishing"


def test_a_large_folder_is_compared_part_by_part(
    archive: fileroom.Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fileroom.sources.folder.PART", 2)
    scans = tmp_path / "scans"
    plant(scans, {f"{number}.dcm": instance(number=number) for number in range(1, 8)})
    assert told(archive.bring_in(scans)) == {"added": 7}
    before = {uid: item.id for uid, item in instances(archive).items()}
    (scans / "7.dcm").rename(scans / "0.dcm")  # from the last part into the first
    (scans / "1.dcm").rename(scans / "9.dcm")  # and from the first into the last
    (scans / "4.dcm").unlink()
    plant(scans, {"5.dcm": instance(number=5, SeriesDescription="again")})
    assert told(archive.bring_in(scans)) == {"moved": 2, "changed": 1, "unchanged": 3, "gone": 1}
    after = instances(archive)
    assert {uid: item.id for uid, item in after.items()} == before
    assert [uid for uid, item in after.items() if item.state is State.MISSING] == [sop_uid(number=4)]
    assert told(archive.bring_in(scans)) == {"unchanged": 6}
