"""Why an entry was found: which texts match, and which part of each. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from fileroom.catalog.fields import tokens_of
from fileroom.catalog.language import Field
from fileroom.catalog.scripts import hiragana
from fileroom.catalog.words import JOINERS, fold
from fileroom.model.queries import Hit

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fileroom.catalog.language import Term

# A run of letters and digits, with the hyphens and apostrophes inside it.
_UNIT = re.compile(r"[^\W_]+(?:[-‐‑‒–'’ʼ`´.][^\W_]+)*")
_DATED = frozenset({Field.BORN, Field.DATE})


def matches(terms: Sequence[Term], document: dict[Field, set[str]], dates: dict[Field, set[str]]) -> bool:
    """Whether an entry with these words and dates (DA), by field, is what ``terms`` ask for: the rule for SQL too."""
    return all(_holds(term, document, dates) is not term.negated for term in terms)


def _holds(term: Term, document: dict[Field, set[str]], dates: dict[Field, set[str]]) -> bool:
    fields = [term.field] if term.field else list(Field)
    if term.days:
        return any(term.days.has(day) for field in fields for day in dates.get(field, ()))
    return all(
        any(token.startswith(way) for field in fields for token in document.get(field, ()) for way in word)
        for word in term.words
    )


Spans = Callable[["Term", Field, str], tuple[tuple[int, int], ...]]


def hits(terms: Sequence[Term], texts: Iterable[tuple[Field, str]], spans_of: Spans | None = None) -> tuple[Hit, ...]:
    """The texts in which what was asked for stands, each once, with the parts that match.

    >>> from fileroom.catalog.language import parse
    >>> hits(parse("mul 1970"), [(Field.NAME, "Müller^Hans"), (Field.BORN, "19700312"), (Field.ID, "4711")])
    (Hit(field='name', text='Müller^Hans', spans=((0, 3),)), Hit(field='born', text='19700312', spans=((0, 4),)))
    """
    look = spans_of or spans
    found: dict[tuple[Field, str], Hit] = {}
    for field, text in texts:
        if text and (field, text) not in found:
            marked = {span for term in terms for span in look(term, field, text)}
            if marked:
                found[field, text] = Hit(field.value, text, _joined(marked))
    return tuple(found.values())


def spans(term: Term, field: Field, text: str) -> tuple[tuple[int, int], ...]:
    """The parts of ``text`` that ``term`` asks for, as (start, end) in characters."""
    if term.negated or (term.field and term.field is not field):
        return ()
    if term.days is not None:
        return ((0, len(text)),) if field in _DATED and term.days.has(text) else ()
    found: set[tuple[int, int]] = set()
    for word in term.words:
        # the first spelling that is found says it best: the others may be marked as a whole only
        found.update(next(filter(None, (_of_word(field, text, way) for way in word)), ()))
    return _joined(found)


def _of_word(field: Field, text: str, way: str) -> list[tuple[int, int]]:
    if field in _DATED or field is Field.UID:  # one value, found as a whole
        if not way.isdecimal() and text.replace(".", "").isdecimal():
            return []
        begins = any(token.startswith(way) for token in tokens_of(field, text))
        return [_beginning(text, way, 0, len(text))] if begins else []
    if _surely_not(text, way):
        return []
    found: list[tuple[int, int]] = []
    for unit in _UNIT.finditer(text):
        if any(token.startswith(way) for token in tokens_of(field, unit[0])):
            found += _inside(text, way, unit.start(), unit.end())
    if not found and not text.isascii() and any(token.startswith(way) for token in tokens_of(field, text)):
        return [(0, len(text))]  # in a sign that stands for letters, and is none
    return found


_OTHER_SPELLING = re.compile(
    r"[-'`´.]|[aou]e", re.IGNORECASE
)  # a text with any of these has words that it does not hold


def _surely_not(text: str, way: str) -> bool:
    """At a glance: most texts do not hold what was typed, and a page has thousands."""
    return text.isascii() and way.isascii() and way not in text.lower() and not _OTHER_SPELLING.search(text)


def _inside(text: str, way: str, start: int, end: int) -> list[tuple[int, int]]:
    """The part of a unit that matches: of its parts between hyphens those that do, else all of it."""
    part = re.compile(r"[^\W_]+")
    own = [m.span() for m in part.finditer(text, start, end) if hiragana(fold(m[0])).startswith(way)]
    return [_beginning(text, way, *span) for span in own] or [_beginning(text, way, start, end)]


def _beginning(text: str, way: str, start: int, end: int) -> tuple[int, int]:
    """As far as the letters that were typed go, when they can be followed letter by letter; else the whole."""
    for stop in range(start + 1, end + 1):
        if hiragana(fold(JOINERS.sub("", text[start:stop]))).replace(" ", "") == way:
            return start, stop
    return start, end


def _joined(spans: set[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)
