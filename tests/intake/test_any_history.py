"""Whatever happens to a tree between imports, the catalog says what is there, and forgets nothing that was."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import fileroom
from fileroom.model.drives import State
from fileroom.model.entries import Instance, Level
from fileroom.model.outcomes import Outcome
from fileroom.model.queries import Query
from fileroom.settings import Settings
from tests.world import instance, sop_uid

if TYPE_CHECKING:
    from fileroom.model.ledger import ImportSummary, LedgerEntry

FOLDERS = ("", "a", "b", "a/deep")
NAMES = ("1", "2", "3.dcm")
# (SOP instance, version of its content); None is a file that is not DICOM
CONTENTS = [(number, version) for number in (1, 2, 3) for version in ("one", "two")]
PATHS = st.sampled_from([f"{folder}/{name}".lstrip("/") for folder in FOLDERS for name in NAMES])
THINGS = st.sampled_from([*CONTENTS, None])


class AnyHistory(RuleBasedStateMachine):
    """A tree of files, edited at random; ``disk`` is what we know of it without asking the catalog."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.root = self.home / "scans"
        self.root.mkdir()
        (self.root / "keep.txt").write_bytes(b"so that the root is never empty")
        self.archive = fileroom.Archive.open(Settings(archive=self.home / "archive", use_keyring=False))
        self.disk: dict[str, tuple[int, str] | None] = {}
        self.told: set[str] = set()  # what was there after the last import
        self.met: dict[str, str] = {}  # SOP Instance UID: id, of every instance there ever was
        self.clock = 1_600_000_000
        self.fresh = True

    def teardown(self) -> None:
        self.archive.close()
        shutil.rmtree(self.home)

    # -- what may happen to files ----------------------------------------------------------------------------------

    @rule(path=PATHS, thing=THINGS)
    def write(self, path: str, thing: tuple[int, str] | None) -> None:
        whole = self.root / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        if thing is None:
            whole.write_bytes(b"a letter, and no image at all")
        else:
            whole.write_bytes(instance(number=thing[0], SeriesDescription=thing[1]))
        self.disk[path] = thing
        self._touch(whole)

    @precondition(lambda self: self.disk)
    @rule(data=st.data())
    def touch(self, data: st.DataObject) -> None:
        self._touch(self.root / data.draw(st.sampled_from(sorted(self.disk))))

    @precondition(lambda self: self.disk)
    @rule(data=st.data(), to=PATHS)
    def move(self, data: st.DataObject, to: str) -> None:
        path = data.draw(st.sampled_from(sorted(self.disk)))
        (self.root / to).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).replace(self.root / to)
        self.disk[to] = self.disk.pop(path)
        self.fresh = False

    @precondition(lambda self: self.disk)
    @rule(data=st.data(), to=PATHS)
    def copy(self, data: st.DataObject, to: str) -> None:
        path = data.draw(st.sampled_from(sorted(self.disk)))
        if path != to:
            (self.root / to).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(self.root / path, self.root / to)
            self.disk[to] = self.disk[path]
            self.fresh = False

    @precondition(lambda self: self.disk)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.disk)))
        (self.root / path).unlink()
        del self.disk[path]
        self.fresh = False

    @rule(folder=st.sampled_from(FOLDERS[1:]))
    def delete_folder(self, folder: str) -> None:
        shutil.rmtree(self.root / folder, ignore_errors=True)
        self.disk = {path: thing for path, thing in self.disk.items() if not path.startswith(folder + "/")}
        self.fresh = False

    @rule()
    def bring_in(self) -> None:
        summary = self.archive.bring_in(self.root)
        assert summary.files == len(self.disk) + 1 == sum(summary.outcomes.values()) - summary.outcomes[Outcome.GONE]
        assert not any(summary.outcomes[o] for o in (Outcome.UNREADABLE, Outcome.CANCELLED, Outcome.NO_IDENTITY))
        self.tell_what_went(summary)
        again = self.archive.bring_in(self.root)
        assert again.outcomes[Outcome.ADDED] == again.outcomes[Outcome.MOVED] == 0
        last = self.archive.bring_in(self.root)
        assert last.outcomes[Outcome.UNCHANGED] == last.files
        self.fresh = True

    def tell_what_went(self, summary: ImportSummary) -> None:
        """Every path that was there after the import before is met, gone, or has been followed to where it is."""
        went = {path for path in self.told if path not in self.disk}
        gone = {os.path.relpath(one.path, self.root) for one in self.lines(summary, Outcome.GONE)}
        moved = {os.path.relpath(one.detail, self.root) for one in self.lines(summary, Outcome.MOVED)}
        assert gone <= went <= gone | moved
        assert not gone & moved
        back = {os.path.relpath(one.path, self.root) for one in self.lines(summary, Outcome.BACK)}
        assert back <= self.disk.keys() - self.told
        self.told = set(self.disk)

    def lines(self, summary: ImportSummary, outcome: Outcome) -> tuple[LedgerEntry, ...]:
        return self.archive.ledger(summary.id, outcome=outcome).items

    # -- what must hold after every import -------------------------------------------------------------------------

    @invariant()
    def the_catalog_says_what_is_there(self) -> None:
        if not self.fresh:
            return
        found: dict[str, Instance] = {
            item.header.sop_instance_uid: item for item in self.archive.search(Query(level=Level.INSTANCE)).items
        }
        ids = {uid: item.id for uid, item in found.items()}
        assert ids | self.met == ids, "an instance was forgotten, or has another id"
        self.met = ids
        for number in (1, 2, 3):
            here = {path: thing[1] for path, thing in self.disk.items() if thing and thing[0] == number}
            item = found.get(sop_uid(number=number))
            if item is None:
                assert not here
                continue
            assert (item.state is State.ONLINE) == bool(here)
            present = {os.path.relpath(f.path, self.root) for f in item.files if f.state is State.ONLINE}
            assert present == set(here)
            if here:
                first = os.path.relpath(item.files[0].path, self.root)
                assert item.header.series_description == here[first], "what is shown is not what its file says"
        (count,) = [sum(p.counts.instances for p in self.archive.search(Query(level=Level.PATIENT)).items)]
        assert count == len(found)

    def _touch(self, path: Path) -> None:
        self.clock += 1
        os.utime(path, (self.clock, self.clock))
        self.fresh = False


AnyHistory.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
TestAnyHistory = AnyHistory.TestCase
