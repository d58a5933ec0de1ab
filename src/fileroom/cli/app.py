"""The program: its commands in the order of ``--help``, its global options, and how it ends."""

import os
import sys
import traceback
from typing import Annotated

import typer

from fileroom import __version__, errors
from fileroom.cli import (
    charset,
    check,
    choose,
    conflicts,
    convert,
    demo,
    export,
    import_,
    imports,
    list_,
    matches,
    media,
    note,
    open_,
    peers,
    purge,
    rebuild,
    relink,
    remove,
    restore,
    roots,
    serve,
    show,
    status,
    surface,
    token,
    undo,
    write_media,
)
from fileroom.cli.exits import EPILOG, Exit, of_error
from fileroom.cli.options import ArchiveOption
from fileroom.cli.output import print_error

# A command is a file with `register(app)`; to add one, write the file and name it here.
COMMANDS = (
    serve,
    demo,
    media,
    open_,
    import_,
    imports,
    undo,
    roots,
    relink,
    rebuild,
    list_,
    show,
    export,
    convert,
    surface,
    write_media,
    note,
    matches,
    charset,
    remove,
    restore,
    purge,
    check,
    conflicts,
    choose,
    peers,
    status,
    token,
)
TRACEBACK_VARIABLE = "FILEROOM_TRACEBACK"  # set it to see where an unexpected error comes from


def build() -> typer.Typer:
    """The command line with all its commands."""
    app = typer.Typer(
        name="fileroom",
        help="A local DICOM archive with its viewer. Your files stay where they are.\n\n"
        "Without a command, fileroom opens the archive in the browser.\n"
        "Not a medical device; not for diagnosis.",
        epilog=EPILOG,
        invoke_without_command=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback()(_fileroom)
    for command in COMMANDS:
        command.register(app)
    return app


def _fileroom(
    context: typer.Context,
    *,
    archive: ArchiveOption = None,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.", is_eager=True)] = False,
) -> None:
    if version:
        sys.stdout.write(f"fileroom {__version__}\n")
        raise typer.Exit
    context.obj = archive
    if context.invoked_subcommand is None:
        serve.run(context, None, port=None, show=True, as_json=False)


def run(arguments: list[str]) -> int:
    """Run one command line; gives the exit code."""
    _speak_any_encoding()
    as_json = "--json" in arguments
    try:
        code = build()(arguments, prog_name="fileroom", standalone_mode=not as_json)
    except SystemExit as end:
        code = end.code
    except typer.TyperException as error:  # a usage error, which typer itself shows where no JSON is asked for
        print_error(error.format_message(), "usage", as_json=as_json)
        code = error.exit_code
    except typer.Abort:
        print_error("cancelled", "cancelled", as_json=as_json)
        code = Exit.CANCELLED
    except errors.FileroomError as error:
        code, word = of_error(error)
        print_error(str(error), word, as_json=as_json)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a sentence instead of a page of code
        print_error(f"{type(error).__name__}: {error}", "internal", as_json=as_json)
        if os.environ.get(TRACEBACK_VARIABLE):
            traceback.print_exc()
        code = Exit.FAILED
    return code if isinstance(code, int) else Exit.OK


def _speak_any_encoding() -> None:
    """A name that the terminal's encoding lacks is shown by its code points; it must not end the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
