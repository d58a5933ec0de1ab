"""``fileroom check``: is what the catalog says still so?"""

import re
from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from fileroom.cli import exits
from fileroom.cli.interrupt import cancelling
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import err, out, print_json
from fileroom.cli.terminal import count, day, duration, person, safe, short, size
from fileroom.errors import BadRequest
from fileroom.jobs import CancelToken, Progress
from fileroom.model.checks import TROUBLE_TEXT, Trouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fileroom.archive import Archive
    from fileroom.model.checks import CheckReport, Finding, Subject

FEW = 20  # findings of one kind that a terminal shows


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("check", epilog=exits.EPILOG)(check)


def check(
    context: typer.Context,
    *,
    read_data: Annotated[bool, typer.Option("--read-data", help="Read every byte and compare.")] = False,
    sample: Annotated[
        str, typer.Option("--sample", metavar="PERCENT", help="With --read-data: so many files, at random.")
    ] = "100%",
    as_json: JsonOption = False,
    archive: ArchiveOption = None,
) -> None:
    """Compare the catalog with the files: presence, sizes, times; on demand their bytes.

    With --read-data the first reading of a file is recorded and later ones are
    compared with it, so that silent damage is named. Series with slices missing
    and studies of which there is only one copy are told as well. No file is
    changed. Exit code 4 when something is wrong.
    """
    cancel, share = CancelToken(), _share(sample)
    with open_archive(context, archive) as house:
        with cancelling(cancel, lambda: None), err().status("Checking …") as status:

            def tell(progress: Progress) -> None:
                of = f" of {progress.total:,}" if progress.total else ""
                status.update(f"Checking … {progress.done:,}{of} files")

            shown = None if as_json else tell
            report = house.check(read_data=read_data, sample=share, on_progress=shown, cancel=cancel)
        if as_json:
            print_json({"check": report, "findings": house.findings(report.id).items})
        else:
            for line in in_words(house, report):
                out().print(line, soft_wrap=True)
    if report.state == "cancelled":
        raise typer.Exit(exits.Exit.CANCELLED)
    raise typer.Exit(exits.Exit.OK if report.well else exits.Exit.UNREADABLE)


def _share(text: str) -> float:
    if not (found := re.fullmatch(r"(\d{1,3}(?:\.\d+)?)\s*%?", text.strip())) or float(found[1]) > 100:  # noqa: PLR2004 - per cent
        raise BadRequest("--sample is a percentage, like 5%")
    return float(found[1]) / 100


def in_words(archive: "Archive", report: "CheckReport") -> list[str]:
    """The report: what was looked at, then kind by kind what was found and what to do about it."""
    offline = f", {report.offline:,} of them on drives that are not connected" if report.offline else ""
    stopped = "; then it was stopped" if report.state == "cancelled" else ""
    lines = [f"{count(report.files, 'file')} looked at in {duration(report.seconds)}{offline}{stopped}."]
    if report.read:
        first = f", {report.first_read:,} of them for the first time" if report.first_read else ""
        lines.append(f"{count(report.read, 'file')} read{first} ({size(report.bytes)}).")
    if report.well:
        lines.append("All is as it was recorded.")
    for trouble in (trouble for trouble in Trouble if report.counts.get(trouble)):
        what, do = TROUBLE_TEXT[trouble]
        found = report.counts[trouble]
        page = archive.findings(report.id, trouble=trouble, limit=None if trouble is Trouble.ONE_DRIVE else FEW)
        lines += ["", f"{what[0].upper()}{what[1:]}: {found:,}", f"  {do}"]
        lines += _by_drive(page.items) if trouble is Trouble.ONE_DRIVE else [_line(one) for one in page.items]
        if trouble is not Trouble.ONE_DRIVE and found > FEW:
            lines.append(f"    … and {found - FEW:,} more: --json has them all")
    return lines


def _line(finding: "Finding") -> str:
    about = [subject(finding.subject)] if finding.subject else []
    if finding.entry:
        about.append(short(finding.entry))
    where = safe(finding.path) or ", ".join(about)
    return (
        f"    {where}: {safe(finding.detail)}" if where and finding.detail else f"    {where or safe(finding.detail)}"
    )


def subject(one: "Subject") -> str:
    """``Rossi, Mario, 2024-01-31, CT 4 Lung 1.0``."""
    name = "Anonymous" if one.anonymous else person(one.patient) or "(no name)"
    series = " ".join(part for part in (one.modality, "" if one.number is None else str(one.number)) if part)
    told = (name, day(one.study_date), f"{safe(series)} {safe(one.description)}".strip())
    return ", ".join(part for part in told if part)


def _by_drive(found: "Sequence[Finding]") -> list[str]:
    """One line for each drive: of most archives all studies would stand here."""
    drives = Counter(one.detail.partition(" on ")[2].removesuffix(" alone") for one in found)
    return [f"    {safe(drive)}: {count(n, 'study')}" for drive, n in drives.items()]
