"""Sets of row numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fileroom.catalog.rows import Rows

NUMBERS = st.sets(st.integers(0, 5_000))


@given(NUMBERS, st.integers(1, 50))
def test_what_was_put_in_is_in_and_comes_out_in_order(wanted: set[int], size: int) -> None:
    rows = Rows()
    for row in wanted:
        rows.add((row, row))
    chunks = list(rows.chunks(size))
    assert [row for chunk in chunks for row in chunk] == sorted(wanted)
    assert all(size <= len(chunk) < size + 8 for chunk in chunks[:-1])
    assert all((row in rows) == (row in wanted) for row in range(5_100))
