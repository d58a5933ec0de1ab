"""Lists: entries in all their forms, and what the archive says of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fileroom.archive.core import Core
from fileroom.archive.handed import Status
from fileroom.catalog import (
    anew,
    queries,
    userdata,
)
from fileroom.catalog.schema import SCHEMA_VERSION
from fileroom.model.queries import Query
from fileroom.tabular import csv_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from fileroom.model.drives import State
    from fileroom.model.entries import Instance, Level, Series, Study


class Lists(Core):
    """Lists; a part of :class:`fileroom.archive.Archive`."""

    def described(self, entry: Study | Series | Instance, bulk_data_uri: Callable[[str], str]) -> dict[str, Any] | None:
        """The data set of an entry's first file in the DICOM JSON model; None when no file of it can be read now."""
        return self._files.data_set(entry, bulk_data_uri)

    def request_attributes(self, series: Series) -> dict[str, Any] | None:
        """Request Attributes Sequence (0040,0275) of a series, an element of the DICOM JSON model, if it has one."""
        return self._files.request_attributes(series)

    def walk(self, query: Query) -> Iterator[Any]:
        """All entries of a query one after the other, without holding them all: for what :meth:`search` would give in
        pages. The catalog as it stood at the first one."""
        return queries.walk(self._catalog, query)

    def walk_texts(
        self, query: Query, wanted: Sequence[tuple[Level, str]]
    ) -> Iterator[tuple[State, Sequence[str]]] | None:
        """As :meth:`walk`, for long lists: of each entry its state and attributes (level and keyword) as a data set has
        them. None when the catalog's columns do not tell them all, as those of instances."""
        return queries.texts(self._catalog, query, wanted)

    def to_arrow(self, level: Level, query: Query | None = None) -> Any:
        """The entries of a level, or those of a query, as a ``pyarrow.Table``: the catalog as a data frame
        (``.to_pandas()``), without a file being opened. Its columns are those of :mod:`fileroom.tabular`.

        Unavailable without pyarrow (``pip install fileroom[arrow]``).
        """
        from fileroom import arrow

        return arrow.table(level, self.walk(replace(query or Query(level=level), level=level)))

    def export_csv(self, query: Query) -> Iterator[str]:
        """The entries of a query as lines of a table (CSV), the head first."""
        return csv_lines(query.level, self.walk(query))

    def export_parquet(self, path: Path, query: Query) -> int:
        """Write the entries of a query to a Parquet file; returns how many. Unavailable without pyarrow."""
        from fileroom import arrow

        return arrow.write_parquet(path, query.level, self.walk(query))

    def sort_fields(self, level: Level) -> tuple[str, ...]:
        """The fields that ``Query.order`` may name at a level."""
        return queries.sort_fields(level)

    def status(self) -> Status:
        """What archive this is, how it is sealed and how much it holds."""
        from fileroom import __version__
        from fileroom.dicom.reading import KIND

        catalog = self._catalog
        return Status(
            version=__version__,
            demo=self.settings.demo,
            archive_id=catalog.key.archive_id,
            folder=str(catalog.folder),
            catalog=str(catalog.path),
            catalog_bytes=catalog.home.size(),
            sealed=catalog.home.sealed(),
            cipher=catalog.database.cipher(),
            key_source=catalog.key.source,
            key_place=catalog.key.place,
            schema_version=str(SCHEMA_VERSION),
            header_reader=KIND,
            outdated=self.outdated(),
            max_patients=self.settings.max_patients,
            revision=catalog.revision(),
            **userdata.totals(catalog),
        )

    def outdated(self) -> bool:
        """Whether files were read by a version that took less from them: a rebuild would fill in what is new."""
        return anew.outdated(self._catalog)
