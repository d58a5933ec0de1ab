"""The meaning of a query, said in plain Python over entries in memory.

The catalog answers a ``Query`` by SQL; this says what the answer has to be, and a test with random queries holds the
two against each other. It serves wherever entries are not in a catalog.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from fileroom.catalog.explain import matches
from fileroom.catalog.fields import FIELDS, document
from fileroom.catalog.finding import of_study
from fileroom.catalog.language import Field
from fileroom.catalog.matching import KEYWORDS
from fileroom.model.entries import Level
from fileroom.model.queries import Match

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from fileroom.catalog.language import Term
    from fileroom.model.queries import Condition


@dataclass(slots=True)
class Entry:
    """An entry by the columns of the catalog, with what stands above it and what lies below."""

    level: Level
    values: Mapping[str, str]
    above: Entry | None = None
    below: list[Entry] = field(default_factory=list)

    def line(self) -> Iterator[Entry]:
        """This entry and all above it."""
        entry: Entry | None = self
        while entry is not None:
            yield entry
            entry = entry.above

    def tree(self) -> Iterator[Entry]:
        """This entry and all below it."""
        yield self
        for entry in self.below:
            yield from entry.tree()


def holds(entry: Entry, terms: Sequence[Term], conditions: Sequence[Condition]) -> bool:
    """Whether ``entry`` is an answer to a query of its level."""
    return _found(entry, terms) and all(_fits(entry, condition) for condition in conditions)


def _found(entry: Entry, terms: Sequence[Term]) -> bool:
    texts = [
        (name, of.values.get(column, ""))
        for of in {id(e): e for e in (*entry.line(), *entry.tree())}.values()
        for name, column in FIELDS.get(of.level, ())
    ]
    dates = {name: {text for at, text in texts if at is name and text} for name in (Field.BORN, Field.DATE)}
    if not matches(terms, document(texts), dates):
        return False
    together = [term for term in terms if of_study(term)]
    if entry.level is not Level.PATIENT or len(together) < 2:  # noqa: PLR2004 - "mod:CT date:2024" is one study that is both
        return True
    return any(_found(study, together) for study in entry.below)


def _fits(entry: Entry, condition: Condition) -> bool:
    _, kind, columns = KEYWORDS[condition.keyword]
    empty = condition.match is Match.EMPTY
    if not empty and all(
        not value or (value == "*" and condition.match is Match.WILDCARD) for value in condition.values
    ):
        return True
    if kind == "modalities":
        study = next(of for of in entry.line() if of.level is Level.STUDY)
        if empty:
            return not any(series.values["modality"] for series in study.below)
        return any(_one("text", series.values["modality"], condition) for series in study.below)
    values = [
        of.values.get(column.name, "")
        for column in columns
        for of in entry.line()
        if of.level.value == column.table.name
    ]
    if empty:
        return not any(values)
    if kind == "moment":
        return _in_range("".join(values), condition)
    if kind == "names":
        return any(_is_named(name.split("="), condition) for name in values[0].split("\\"))
    if kind == "pn":
        return _is_named(values if len(values) > 1 else values[0].split("="), condition)
    return any(_one(kind, value, condition) for value in values)


def _is_named(groups: list[str], condition: Condition) -> bool:
    groups = [*groups, "", ""][:3]
    if any("=" in value for value in condition.values):
        return any(_in_groups(groups, asked) for asked in condition.values)
    return any(_one("pn", group, condition) for group in groups)


def _in_groups(groups: list[str], asked: str) -> bool:
    return all(_like(group, one) for group, one in zip(groups, asked.split("="), strict=False) if one.strip("*"))


def _one(kind: str, value: str, condition: Condition) -> bool:
    if kind == "number":
        return value in {str(int(v)) for v in condition.values if v.strip().lstrip("+-").isdecimal()}
    if condition.match is Match.RANGE:
        return _in_range(value, condition)
    if kind == "pn":
        return any(_like(value, asked) for asked in condition.values)
    if condition.match is Match.WILDCARD:
        return any(fnmatchcase(value, asked.replace("[", "[[]")) for asked in condition.values)
    return value in condition.values


def _in_range(value: str, condition: Condition) -> bool:
    low, high = condition.values[0], condition.values[-1]
    return bool(value) and (not low or value >= low) and (not high or value <= high + "~")


def _like(value: str, asked: str) -> bool:
    """Case of ASCII letters aside, as the catalog compares names."""
    return fnmatchcase(_lower(value), _lower(asked).replace("[", "[[]"))


def _lower(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)
