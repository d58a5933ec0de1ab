"""What the user says: notes, labels, measurements, searches, who is the same person, how letters are written."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from fileroom.archive.core import Core, user
from fileroom.catalog import (
    charset_rules,
    notes,
    other_paths,
    persons,
    recent,
)
from fileroom.catalog import measurements as measurements_kept
from fileroom.errors import NotFound
from fileroom.measuring import as_table, checked
from fileroom.model.entries import Level, Series
from fileroom.model.queries import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.entries import Study
    from fileroom.model.ledger import (
        ImportSummary,
    )
    from fileroom.model.others import RecentPaths
    from fileroom.model.pictures import Measurement
    from fileroom.model.queries import LabelCount, SavedSearch
    from fileroom.model.rules import CharsetRule, PatientRule, PossibleMatch, Verdict


class Said(Core):
    """What the user says; a part of :class:`fileroom.archive.Archive`."""

    def set_note(self, entry_id: str, text: str) -> None:
        """Keep a note on a patient, study or series, or take it away (empty text). It is searched, sealed, and never
        written to files. BadRequest for an instance or more than 10 000 characters, NotFound for an unknown id."""
        notes.set_note(self._catalog, entry_id, text)

    def measurements(self, series_id: str) -> tuple[Measurement, ...]:
        """What the user measured on a series, in the order in which it was kept."""
        return checked(measurements_kept.kept(self._catalog, series_id))

    def set_measurements(self, series_id: str, items: Any) -> None:
        """Keep these measurements (as JSON has them) and no others. BadRequest when any of them is none."""
        measurements_kept.keep(self._catalog, series_id, checked(items))

    def export_measurements(self, series_id: str, form: str) -> bytes:
        """What was measured as a file: ``csv``, or ``sr`` (DICOM, TID 1500). NotFound when nothing was."""
        found = self.measurements(series_id)
        if not found:
            raise NotFound("nothing was measured on this series")
        if form == "csv":
            return "".join(as_table(found)).encode()
        from fileroom.dicom.measurement_report import measurement_report

        images = self.search(Query(level=Level.INSTANCE, parent=series_id)).items
        headers = {image.header.sop_instance_uid: image.header for image in images}
        return measurement_report(headers, found, datetime.now().astimezone())

    def set_labels(self, entry_id: str, labels: Sequence[str]) -> None:
        """Keep these labels, and no others, on a patient, study or series.

        BadRequest for an instance or what is no label, NotFound for an unknown id.
        """
        notes.set_labels(self._catalog, entry_id, labels)

    def labels(self) -> tuple[LabelCount, ...]:
        """All labels in use, most used first."""
        return notes.labels(self._catalog)

    def opened(self, entry_id: str) -> None:
        """Remember that a study or series was opened now. BadRequest for another level, NotFound for an unknown id."""
        recent.opened(self._catalog, entry_id)

    def recent(self, *, limit: int = 20) -> tuple[Study | Series, ...]:
        """What was opened last and is still shown, the newest first."""
        return recent.recent(self._catalog, limit)

    def forget_recent(self) -> None:
        """Forget what was opened."""
        recent.forget_recent(self._catalog)

    def recent_paths(self) -> RecentPaths:
        """The other files that were opened last, if the user wants that to be kept."""
        return other_paths.recent_paths(self._catalog)

    def keep_paths(self, *, keep: bool) -> None:
        """Keep the paths of other files from now on, or not; then those that were kept are forgotten."""
        other_paths.keep_paths(self._catalog, keep=keep)

    def note_paths(self, paths: Sequence[str]) -> None:
        """Remember that other files were opened, if that is wanted. Those of discs and sticks never are."""
        other_paths.note_paths(self._catalog, paths)

    def forget_paths(self) -> None:
        """Forget the other files that were opened."""
        other_paths.forget_paths(self._catalog)

    def save_search(self, search: SavedSearch) -> None:
        """Keep a search; one of the same name is replaced. BadRequest for a name or words that are too long."""
        recent.save_search(self._catalog, search)

    def saved_searches(self) -> tuple[SavedSearch, ...]:
        """The searches that are kept, by name."""
        return recent.saved_searches(self._catalog)

    def drop_search(self, name: str) -> None:
        """Forget a search. NotFound when there is none of this name."""
        recent.drop_search(self._catalog, name)

    def possible_matches(self, *, limit: int = 200) -> tuple[PossibleMatch, ...]:
        """Patients that might be one person, as long as the user has not said whether they are.

        Nothing is merged unasked.
        """
        return persons.possible_matches(self._catalog, limit=limit)

    def decide(self, verdict: Verdict, ids: Sequence[str]) -> tuple[PatientRule, ...]:
        """Keep that patients are the same person, the first of them shown, or that they are not; files are not touched.

        BadRequest for fewer than two patients or entries of another level, NotFound for an unknown id.
        """
        return persons.decide(self._catalog, verdict, ids)

    def rules(self) -> tuple[PatientRule, ...]:
        """What the user said of patients, oldest first."""
        return persons.rules(self._catalog)

    def take_back(self, rule_id: int) -> None:
        """Forget a rule: all is as if it had never been said. NotFound when there is none of this number."""
        persons.take_back(self._catalog, rule_id)

    def charsets(self) -> tuple[CharsetRule, ...]:
        """The character sets that the user set, oldest first."""
        return charset_rules.rules(self._catalog)

    def set_charset(
        self,
        entry: int | str,
        charset: str,
        *,
        who: str = "",
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> ImportSummary:
        """Say what the files of a root (its number) or of a patient (an id) are written in, and read them again.

        ``charset`` is one of :data:`CHARSETS`; ``""`` takes it back. It holds for files that come later and outlives a
        rebuild; no file is changed. What cannot be reached now is read so when it can. Busy when an import is running;
        BadRequest for an unknown set, NotFound for an unknown entry.
        """
        from fileroom.intake.run import set_charset

        return set_charset(
            self._catalog,
            self.settings,
            lambda: charset_rules.whose(self._catalog, entry),
            charset,
            who=who or user(),
            on_progress=on_progress,
            cancel=cancel,
        )

    def unset_charset(
        self, rule_id: int, *, who: str = "", on_progress: OnProgress | None = None, cancel: CancelToken | None = None
    ) -> ImportSummary:
        """Take one of :meth:`charsets` back, and read its files again. NotFound when there is none of this number."""
        from fileroom.intake.run import set_charset

        return set_charset(
            self._catalog,
            self.settings,
            lambda: charset_rules.concerned_by(self._catalog, rule_id),
            "",
            who=who or user(),
            on_progress=on_progress,
            cancel=cancel,
        )
