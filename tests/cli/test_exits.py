from __future__ import annotations

import pytest

from fileroom import errors
from fileroom.cli import exits
from fileroom.cli.exits import Exit
from fileroom.model.ledger import ImportSummary
from fileroom.model.outcomes import Outcome


def every_error(root: type[errors.FileroomError]) -> list[type[errors.FileroomError]]:
    return [root, *(kind for child in root.__subclasses__() for kind in every_error(child))]


@pytest.mark.parametrize("kind", every_error(errors.FileroomError))
def test_every_error_has_an_exit_code_that_help_explains(kind: type[errors.FileroomError]) -> None:
    code, word = exits.of_error(kind("no"))
    assert code is not Exit.OK
    assert word
    assert f"{code.value}  {exits.MEANING[code]}" in exits.EPILOG


def test_a_subclass_ends_as_the_class_above_it() -> None:
    assert exits.of_error(errors.WrongKey("no")) == (Exit.CATALOG, "catalog")
    assert exits.of_error(errors.NewerCatalog("no")) == (Exit.CATALOG, "catalog")


def test_every_code_is_explained() -> None:
    assert set(exits.MEANING) == set(Exit)


def summary(state: str, **outcomes: int) -> ImportSummary:
    return ImportSummary(
        id=1,
        roots=("/scans",),
        started="2024-01-31T10:15:00Z",
        state=state,
        files=sum(outcomes.values()),
        outcomes={Outcome(kind): n for kind, n in outcomes.items()},
    )


@pytest.mark.parametrize(
    ("of", "code"),
    [
        (summary("done"), 0),
        (summary("done", added=3, not_dicom=2, no_identity=1, conflict=1, unreadable=0), 0),
        (summary("done", added=3, unreadable=1), 4),
        (summary("cancelled", added=3, unreadable=1, cancelled=5), 130),
        (summary("failed", added=3), 1),
    ],
)
def test_an_import_ends_as_its_ledger_says(of: ImportSummary, code: int) -> None:
    assert exits.of_import(of) == code
