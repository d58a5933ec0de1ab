"""``search``: what one waits for as one types 1 to 12 characters of names, IDs, descriptions, of what is not there.

The 95th percentile of a thousand searches in a small and a large catalog, each search answering what the page asks
for: the first 50 patients, how many there are, and what was found where. Beside them the bare look-up in the full-text
index of the large one: the row numbers of all hits. The patients have studies, series and words, but no rows of
instances: no search of patients looks at these.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.catalogs import make, searches
from benchmarks.harness import Comparison, alternate
from fileroom.archive import Archive
from fileroom.catalog.finding import expression
from fileroom.catalog.language import parse
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = 50
# A page of a list is held against the same page of so few patients.
FEWEST = 1_000


def measure(patients: int = 100_000, few: int = 10_000, count: int = 1000, runs: int = 3) -> Comparison:
    """Fill archives with people, and search in each."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        for wanted in {FEWEST, few, patients}:
            make(Path(place) / str(wanted), wanted, searched=(Level.PATIENT,))
        return of(Path(place), patients, few, count, runs)


def of(place: Path, patients: int, few: int, count: int, runs: int) -> Comparison:
    """The same with archives that are there: folders of ``place`` named after how many patients they have."""
    typed = list(searches(count))
    with _opened(place / str(FEWEST)) as least:
        first = _page(least, 0)
        worst = max(_ordered(least, name) for name in least.sort_fields(Level.PATIENT))
    with _opened(place / str(few)) as small, _opened(place / str(patients)) as large:
        seconds = alternate(
            {
                _title(few): lambda: _p95(typed, lambda words: _search(small, words)),
                _title(patients): lambda: _p95(typed, lambda words: _search(large, words)),
                "bare look-up in the large one": lambda: _p95(typed, lambda words: _bare(large, words)),
            },
            runs,
        )
        pages = {f"page at row {row:,}": _page(large, row) for row in (0, patients // 2, patients * 9 // 10)}
        orders = {f"ordered by {name}": _ordered(large, name) for name in large.sort_fields(Level.PATIENT)}
    return Comparison(
        name="search as one types: 95th percentile of one search",
        ours=_title(patients),
        unit="",
        amount=1,
        seconds=seconds,
        notes=(
            f"first page of {FEWEST:,} patients {first * 1e3:.1f} ms, by the slowest order {worst * 1e3:.1f} ms; "
            f"of {patients:,}: " + ", ".join(f"{name} {took * 1e3:.1f} ms" for name, took in (pages | orders).items()),
        ),
        extra={"patients": patients, "few": few, "pages": pages, "orders": orders, "first": first, "worst": worst},
    )


def _title(patients: int) -> str:
    return f"{patients:,} patients"


def _opened(place: Path) -> Archive:
    return Archive.open(Settings(archive=place, use_keyring=False))


def _p95(typed: list[str], search: Callable[[str], object]) -> float:
    took = sorted(_timed(partial(search, words)) for words in typed)
    return took[int(len(took) * 0.95)]


def _timed(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return time.perf_counter() - start


def _search(archive: Archive, words: str) -> object:
    return archive.search(Query(level=Level.PATIENT, words=words, limit=PAGE))


def _bare(archive: Archive, words: str) -> object:
    asked = " AND ".join(expression(term) for term in parse(words))
    with archive._catalog.database.reading() as cursor:
        return cursor.execute("SELECT rowid FROM patient_words WHERE patient_words MATCH ?", (asked,)).fetchall()


def _page(archive: Archive, row: int) -> float:
    query = Query(level=Level.PATIENT, limit=PAGE, offset=row)
    return statistics.median(_timed(lambda: archive.search(query)) for _ in range(9))


def _ordered(archive: Archive, name: str) -> float:
    query = Query(level=Level.PATIENT, limit=PAGE, order=(f"-{name}",))
    return statistics.median(_timed(lambda: archive.search(query)) for _ in range(9))
