"""The conformance statement says what the tables of the door say."""

from __future__ import annotations

from pathlib import Path

from fileroom.dimse.statement import written_into

STATEMENT = Path(__file__).parents[2] / "docs" / "conformance.md"


def test_the_conformance_statement_is_true_to_the_code() -> None:
    text = STATEMENT.read_text("utf-8")
    assert written_into(text) == text, "python -m fileroom.dimse.statement docs/conformance.md writes it anew"
