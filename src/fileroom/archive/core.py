"""The core, on which every part of the archive leans: the opened catalog, and single entries of it."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any, Self

from fileroom.catalog import (
    queries,
)
from fileroom.catalog.home import FolderHome
from fileroom.catalog.store import Catalog
from fileroom.deep import Files
from fileroom.errors import NotFound
from fileroom.model.entries import Instance, Series
from fileroom.pixels.diffusion import BValues

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from fileroom.catalog.home import Home
    from fileroom.intake.medium import Medium
    from fileroom.intake.receive import Receiver
    from fileroom.model.entries import Patient, Study
    from fileroom.model.others import Others
    from fileroom.model.queries import Found, Query
    from fileroom.settings import Settings


class Core:
    """The core, on which every part of the archive leans; a part of :class:`fileroom.archive.Archive`."""

    def __init__(self, settings: Settings, home: Home | None = None) -> None:
        self.settings = settings
        self.medium: Medium | None = None  # what an ephemeral one was opened over
        self.opened_others: Others | None = None  # what is said of the files of :meth:`others`
        self.on_close: Callable[[Any], None] | None = None  # asked for a last time, before it forgets
        self._catalog = Catalog(home or FolderHome(settings.archive, use_keyring=settings.use_keyring))
        self._files = Files(self._catalog)
        self._b_values = BValues()
        self._lock = threading.Lock()
        self._received_by: Receiver | None = None

    def close(self) -> None:
        """Close the catalog. An archive that was closed answers nothing more."""
        if self.on_close is not None:
            last, self.on_close = self.on_close, None
            last(self)
        if self.medium is not None:
            self.medium.close()
        self._catalog.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def search(self, query: Query) -> Found[Any]:
        """Entries of ``query.level`` (Patient, Study, Series or Instance) in a stable order.

        BadRequest for a field or key that is not known, NotFound for a parent that is not there.
        """
        return self._files.search(query) if query.in_files else queries.search(self._catalog, query)

    def get(self, entry_id: str) -> Patient | Study | Series | Instance:
        """The entry with this id, or with the one id that begins so (at least 6 characters). NotFound otherwise."""
        return queries.get(self._catalog, entry_id)

    def _series(self, series_id: str) -> Series:
        series = self.get(series_id)
        if not isinstance(series, Series):
            raise NotFound("there is no such series")
        return series

    def _instance(self, instance_id: str) -> Instance:
        instance = self.get(instance_id)
        if not isinstance(instance, Instance):
            raise NotFound("there is no such instance")
        return instance


def user() -> str:
    """Who runs this program, as far as the system knows."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in containers
        return str(os.getuid()) if hasattr(os, "getuid") else ""
