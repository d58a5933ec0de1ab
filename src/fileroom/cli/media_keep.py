"""What ``fileroom media`` does without a page: list what is on a medium, keep studies of it, take it into memory."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from fileroom.cli import exits
from fileroom.cli.import_ import heard
from fileroom.cli.interrupt import cancelling
from fileroom.cli.output import err, out, print_json
from fileroom.cli.progress import reporter
from fileroom.cli.summary import in_words, why, why_of
from fileroom.cli.tables import patient_name
from fileroom.cli.terminal import count, day, safe
from fileroom.errors import NotFound
from fileroom.jobs import CancelToken
from fileroom.model.entries import Level
from fileroom.model.outcomes import Outcome
from fileroom.model.plain import plain
from fileroom.model.queries import Query

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.archive import Archive
    from fileroom.model.entries import Study
    from fileroom.model.ledger import ImportSummary

ALL = "all"
MOST_NAMED = 20
WRONG = {
    "refused": "The DICOMDIR leads out of the medium, which was refused",
    "missing": "The DICOMDIR lists what is not there",
}
TORN = "The medium is not there any more: put it in again and give the same command, which goes on from there."


def look_in(session: "Archive", *, as_json: bool) -> None:
    """Look through the whole medium, and show how far it is. Ctrl-C: Cancelled."""
    cancel = CancelToken()
    with cancelling(cancel, heard), reporter(as_json=as_json) as report:
        session.look_in(on_progress=report, cancel=cancel)
    cancel.check()


def tell_studies(session: "Archive", *, as_json: bool) -> None:
    """Print the studies of a medium, each with the UID by which it is kept."""
    studies = _studies(session)
    found = session.medium_found()
    if as_json:
        items = [{"study_instance_uid": one.study_instance_uid, **_facts(one)} for one in studies]
        print_json({"items": items, **{what: found[what] for what in WRONG}})
        return
    if not studies:
        out().print("There are no images on it.")
    for one in studies:
        facts = [
            safe(patient_name(one.patient)),
            day(one.date),
            safe(one.description),
            count(one.counts.instances, "image"),
        ]
        out().print("  ".join(fact for fact in facts if fact), soft_wrap=True)
        out().print(f"    {safe(one.study_instance_uid)}", soft_wrap=True)
    for what, words in WRONG.items():
        for path in found[what][:MOST_NAMED]:
            err().print(f"{words}: {safe(path)}", soft_wrap=True)
        if len(found[what]) > MOST_NAMED:
            err().print(f"… and {len(found[what]) - MOST_NAMED} more")


def keep(house: "Archive", session: "Archive", wanted: "Sequence[str]", *, as_json: bool) -> exits.Exit:
    """Take studies into ``house`` by verified copies; what could not be read is tried once more, and as often as asked.

    ``wanted`` are Study Instance UIDs, or "all". NotFound when one of them is not there: nothing is kept then.
    """
    ids = _chosen(_studies(session), wanted)
    cancel = CancelToken()
    with cancelling(cancel, heard):
        summary = _once(house, session, ids, cancel, as_json=as_json)
        again = True
        while again and _may_be_better(session, summary):
            before = summary.outcomes[Outcome.UNREADABLE]
            if not as_json:
                _tell_import(house, summary)
                err().print(f"{count(before, 'image')} could not be read; once more …")
            summary = _once(house, session, ids, cancel, as_json=as_json)
            again = bool(summary.outcomes.get(Outcome.UNREADABLE)) and _asked(house, summary, as_json=as_json)
    _tell(house, session, summary, as_json=as_json)
    return exits.of_import(summary)


def _may_be_better(session: "Archive", summary: "ImportSummary") -> bool:
    """Whether what could not be read is worth another try: not of a medium that was torn out."""
    return summary.state == "done" and bool(summary.outcomes.get(Outcome.UNREADABLE)) and session.medium_is_there()


def take_into_memory(session: "Archive", *, as_json: bool) -> None:
    """Copy the medium into memory, what cannot be read once more, and say whether it may be ejected."""
    look_in(session, as_json=as_json)
    cancel = CancelToken()
    with cancelling(cancel, heard), reporter(as_json=as_json) as report:
        done = session.copy_into_memory(on_progress=report, cancel=cancel)
        if done.unread:
            done = session.copy_into_memory(on_progress=report, cancel=cancel)
    for path in done.unread:
        err().print(f"not read: {safe(path)}", soft_wrap=True)
    if done.unread:
        err().print(f"{count(len(done.unread), 'image')} could not be read: do not eject it yet.")
    elif not as_json:
        err().print(f"{count(done.files, 'file')} in memory: it can be ejected.")


def _once(
    house: "Archive", session: "Archive", ids: "Sequence[str]", cancel: CancelToken, *, as_json: bool
) -> "ImportSummary":
    with reporter(as_json=as_json) as report:
        return house.keep(session, ids, on_progress=report, cancel=cancel)


def _asked(house: "Archive", summary: "ImportSummary", *, as_json: bool) -> bool:
    """Whether somebody sits there who wants it tried again, perhaps after wiping the disc."""
    if as_json or not sys.stdin.isatty():
        return False
    for entry in house.not_kept(summary.id):
        err().print(f"not read: {safe(entry.path)}: {why_of(entry)}", soft_wrap=True)
    return typer.confirm("Try these again?", err=True)


def _tell(house: "Archive", session: "Archive", summary: "ImportSummary", *, as_json: bool) -> None:
    unread = house.not_kept(summary.id)
    whole = exits.of_import(summary) is exits.Exit.OK
    if as_json:
        print_json(
            {**summary.as_line(), "unread": [one.path for one in unread], **_left(session), "safe_to_eject": whole}
        )
        return
    _tell_import(house, summary)
    for entry in unread:
        out().print(f"not read: {safe(entry.path)}: {why_of(entry)}", soft_wrap=True)
    if lost := _left(session)["unreadable"]:
        files = count(lost, "file")
        out().print(f"{files} of the medium could not be read at all; nobody knows whose they are.", soft_wrap=True)
    if whole:
        out().print("It is in the archive. It is safe to eject the medium.")
    elif not _left(session)["there"]:
        out().print(TORN, soft_wrap=True)
    else:
        out().print("Not all of it is in the archive: do not eject the medium if you want the rest.")


def _left(session: "Archive") -> dict[str, int]:
    """What stays on a medium: files that could not be read at all, and whether the medium itself still answers."""
    return {"unreadable": int(session.medium_found()["unreadable"]), "there": session.medium_is_there()}


def _tell_import(house: "Archive", summary: "ImportSummary") -> None:
    for line in in_words(summary, replace(why(house, summary), examples=())):
        out().print(line, soft_wrap=True)


def _studies(session: "Archive") -> "tuple[Study, ...]":
    return tuple(session.search(Query(level=Level.STUDY)).items)


def _chosen(studies: "Sequence[Study]", wanted: "Sequence[str]") -> list[str]:
    if ALL in wanted:
        return [one.id for one in studies]
    for uid in wanted:
        if all(one.study_instance_uid != uid for one in studies):
            raise NotFound(f"there is no study {uid!r} on it; --studies lists them")
    return [one.id for one in studies if one.study_instance_uid in wanted]


def _facts(study: "Study") -> dict[str, object]:
    who, counts = study.patient, study.counts
    return {
        "patient_name": plain(who.name),
        "patient_id": who.patient_id,
        "birth_date": who.birth_date,
        "date": study.date,
        "description": study.description,
        "modalities": list(study.modalities),
        "series": counts.series,
        "images": counts.instances,
    }
