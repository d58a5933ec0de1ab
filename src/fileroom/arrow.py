"""Entries as Arrow tables, for data frames and Parquet files. Needs pyarrow: ``pip install fileroom[arrow]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fileroom.errors import Unavailable
from fileroom.tabular import COLUMNS, row

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fileroom.model.entries import Level

_ROWS = 5000


def _pyarrow() -> Any:
    try:
        import pyarrow as pa
    except ImportError:
        raise Unavailable("this needs pyarrow: pip install 'fileroom[arrow]'") from None
    return pa


def schema(level: Level) -> Any:
    """The columns of a level as a ``pyarrow.Schema``."""
    arrow = _pyarrow()
    kinds = {
        str: arrow.string(), int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_(),
        "texts": arrow.list_(arrow.string()), "numbers": arrow.list_(arrow.float64()),
    }  # fmt: skip
    return arrow.schema([(column.name, kinds[column.kind]) for column in COLUMNS[level]])


def table(level: Level, entries: Iterable[Any]) -> Any:
    """The entries as one ``pyarrow.Table``."""
    arrow, columns = _pyarrow(), schema(level)
    return arrow.Table.from_batches(_batches(level, entries), schema=columns)


def write_parquet(path: Path, level: Level, entries: Iterable[Any]) -> int:
    """Write the entries to a Parquet file, some thousand at a time; returns how many there were."""
    _pyarrow()
    from pyarrow.parquet import ParquetWriter

    rows = 0
    with ParquetWriter(path, schema(level)) as writer:
        for batch in _batches(level, entries):
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows


def _batches(level: Level, entries: Iterable[Any]) -> Iterable[Any]:
    arrow, columns = _pyarrow(), schema(level)
    for some in _some(entries):
        yield arrow.RecordBatch.from_pylist([row(level, entry) for entry in some], schema=columns)


def _some(entries: Iterable[Any]) -> Iterable[list[Any]]:
    gathered: list[Any] = []
    for entry in entries:
        gathered.append(entry)
        if len(gathered) == _ROWS:
            yield gathered
            gathered = []
    if gathered:
        yield gathered
