"""Many rows in few statements.

What a statement costs besides its rows (to be begun, to hand the interpreter over and to take it back) is a fifth of
what a row costs. Some tens of rows at a time save it; with more of them the statement itself grows too long.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

AT_ONCE: Final = 40


def insert(cursor: Any, into: str, row: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert ``rows``; ``into`` is the statement up to its values, ``row`` what stands there for each."""
    whole = len(rows) - len(rows) % AT_ONCE
    for start in range(0, whole, AT_ONCE):
        cursor.execute(_statement(into, row), list(chain.from_iterable(rows[start : start + AT_ONCE])))
    cursor.executemany(into + row, rows[whole:])


@lru_cache(maxsize=16)
def _statement(into: str, row: str) -> str:
    return into + ", ".join([row] * AT_ONCE)
