"""``fileroom token``: long-lived keys for programs that talk to the server."""

import sys
from typing import Annotated

import typer

from fileroom.cli.exits import EPILOG
from fileroom.cli.options import ArchiveOption, JsonOption, open_archive
from fileroom.cli.output import err, out, print_json
from fileroom.cli.tables import Column, print_table
from fileroom.cli.terminal import safe
from fileroom.model.queries import Page

TOKENS = (
    Column("Name", lambda token: safe(token.name)),
    Column("Made", lambda token: safe(token.created)),
    Column("Last used", lambda token: safe(token.last_used) or "never"),
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="What the token is called.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    token = typer.Typer(help="Long-lived keys for programs: new, list, revoke.", epilog=EPILOG, no_args_is_help=True)
    token.command("new", epilog=EPILOG)(new)
    token.command("list", epilog=EPILOG)(list_)
    token.command("revoke", epilog=EPILOG)(revoke)
    app.add_typer(token, name="token")


def new(
    context: typer.Context, name: NameArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Make a token and print its secret, once.

    Programs send it as `Authorization: Bearer SECRET`.
    """
    with open_archive(context, archive) as house:
        secret = house.new_token(name)
    if as_json:
        print_json({"name": name, "token": secret})
        return
    sys.stdout.write(secret + "\n")
    sys.stdout.flush()
    err().print("This is the only time it is shown; the archive keeps just a fingerprint of it.")


def list_(context: typer.Context, *, as_json: JsonOption = False, archive: ArchiveOption = None) -> None:
    """List the tokens, without their secrets."""
    with open_archive(context, archive) as house:
        tokens = house.tokens()
    if as_json:
        print_json(Page(tokens, total=len(tokens)))
    elif tokens:
        print_table(out(), TOKENS, tokens)
    else:
        out().print("There are no tokens. Make one:  fileroom token new NAME")


def revoke(
    context: typer.Context, name: NameArgument, *, as_json: JsonOption = False, archive: ArchiveOption = None
) -> None:
    """Revoke a token: programs that use it are locked out at once."""
    with open_archive(context, archive) as house:
        house.revoke_token(name)
    if as_json:
        print_json({"revoked": name})
    else:
        out().print(f"Revoked: {safe(name)}")
