"""``fileroom status``: what archive this is, how much is in it, and whether it is sealed."""

from typing import TYPE_CHECKING

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import out, print_json
from fileroom.cli.terminal import count, safe, size

if TYPE_CHECKING:
    from fileroom.archive import Status

KEPT_IN = {"keyring": "in the keyring of the operating system", "file": "in a file that only its owner can read"}

OUTDATED = "files were read by an older version, which took less from them: fileroom rebuild fills in what is new"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("status", epilog=EPILOG)(status)


def status(context: typer.Context, *, as_json: JsonOption = False, archive: ArchiveOption = None) -> None:
    """Say what archive this is, what it holds and whether it is sealed."""
    with open_archive(context, archive) as house:
        state = house.status()
    if as_json:
        print_json(state)
        return
    for name, value in lines(state):
        out().print(f"{name + ':':<10} {value}", soft_wrap=True)


def lines(state: "Status") -> list[tuple[str, str]]:
    """The status in words."""
    sealed = (
        f"sealed by {safe(state.cipher)}" if state.sealed else "NOT SEALED: anybody who can read the file can read it"
    )
    return [
        ("fileroom", safe(state.version)),
        ("Archive", f"{safe(state.folder)} ({safe(state.archive_id)}){' of phantoms' if state.demo else ''}"),
        ("Catalog", f"{safe(state.catalog)} ({size(state.catalog_bytes)}, {sealed})"),
        ("Key", f"{KEPT_IN.get(state.key_source, state.key_source)}: {safe(state.key_place)}"),
        ("Holds", f"{_patients(state)}, {_series(state)}, {size(state.bytes)}"),
        ("Files", f"{count(state.files, 'file')} known, {count(state.imports, 'import')}"),
        ("Schema", safe(state.schema_version)),
        ("Reader", safe(state.header_reader)),
        *([("Advice", OUTDATED)] if state.outdated else []),
    ]


def _series(state: "Status") -> str:
    named = ((state.studies, "study"), (state.series, "series"), (state.instances, "image"), (state.frames, "frame"))
    return ", ".join(count(value, noun) for value, noun in named)


def _patients(state: "Status") -> str:
    limit = "" if state.max_patients is None else f" of at most {state.max_patients}"
    return count(state.patients, "patient") + limit
