"""Searching by what only files say: matching as in PS3.4 C.2.2.2 over data sets of the DICOM JSON model (PS3.18 F).

One file of each entry is opened, so what the catalog leaves over has to be few.
"""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from fileroom.attributes import EMPTY
from fileroom.catalog import queries
from fileroom.catalog.locate import locate
from fileroom.catalog.memory import Memory
from fileroom.dicom.metadata import dicom_json
from fileroom.errors import BadRequest, NotFound, Unavailable, Undecodable
from fileroom.model.drives import REACHABLE
from fileroom.model.entries import Instance, Level
from fileroom.model.queries import FileKey, Found, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fileroom.catalog.store import Catalog
    from fileroom.model.entries import Series, Study

MOST = 2_000  # entries of which a file is opened for one search
REQUEST_ATTRIBUTES = "00400275"
_REMEMBERED = 5_000
_NUMBERS = {"IS", "DS", "US", "SS", "UL", "SL", "UV", "SV", "FL", "FD"}
_TIMES = {"DA", "TM", "DT"}
Json = dict[str, Any]


class Files:
    """The data sets of the entries of one catalog."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._requests: Memory[tuple[str, int, int], Json | None] = Memory(_REMEMBERED)
        self._lock = threading.Lock()

    def search(self, query: Query) -> Found[Any]:
        """The entries of a query with keys that only files tell. BadRequest when too many would have to be opened."""
        found: list[Any] = []
        matched = 0
        for looked, entry in enumerate(queries.walk(self._catalog, replace(query, in_files=(), limit=None, offset=0))):
            if looked >= MOST:
                raise BadRequest(f"To search by that, files are opened: ask for less than {MOST} entries besides.")
            data_set = self.data_set(entry, str)
            if data_set is not None and matches(data_set, query.in_files):
                matched += 1
                if matched > query.offset and (query.limit is None or len(found) < query.limit):
                    found.append(entry)
        return Found(tuple(found), matched, query.offset)

    def data_set(self, entry: Study | Series | Instance, bulk_data_uri: Callable[[str], str]) -> Json | None:
        """What a file of an entry says, the first one of a study or series; None when none can be read now."""
        instance = self._first(entry)
        if instance is None:
            return None
        try:
            return dicom_json(locate(self._catalog, instance.id).path, bulk_data_uri)
        except (Unavailable, Undecodable, NotFound):
            return None

    def request_attributes(self, series: Series) -> Json | None:
        """Request Attributes Sequence (0040,0275) of a series, where it has one; kept as long as the file stands."""
        instance = self._first(series)
        if instance is None:
            return None
        file = instance.files[0]
        key = (file.path, file.size, file.mtime_ns)
        with self._lock:
            if key in self._requests:
                return self._requests[key]
        found = (self.data_set(instance, str) or {}).get(REQUEST_ATTRIBUTES)
        kept = found if found and found.get("Value") else None
        with self._lock:
            self._requests.keep(key, kept)
        return kept

    def _first(self, entry: Study | Series | Instance) -> Instance | None:
        if entry.state not in REACHABLE:
            return None
        if isinstance(entry, Instance):
            return entry
        found = queries.search(self._catalog, Query(level=Level.INSTANCE, parent=entry.id, limit=1)).items
        return found[0] if found else None


def matches(data_set: Json, keys: Sequence[FileKey]) -> bool:
    """Whether a data set fits all keys; those in one sequence have to fit one of its items (PS3.4 C.2.2.2.6)."""
    inside: dict[str, list[FileKey]] = {}
    for key in keys:
        element = data_set.get(key.tags[0], {})
        if len(key.tags) > 1:
            inside.setdefault(key.tags[0], []).append(FileKey(key.tags[1:], key.vr, key.value))
        elif not _fits(element.get("Value", []), element.get("vr", key.vr), key.value):
            return False
    return all(
        any(isinstance(item, dict) and matches(item, those) for item in data_set.get(tag, {}).get("Value", []))
        for tag, those in inside.items()
    )


def _fits(values: list[Any], vr: str, asked: str) -> bool:
    held = [text for value in values if value is not None for text in _texts(value) if text]
    if asked == EMPTY:
        return not held
    if vr in _TIMES:
        low, dash, high = asked.partition("-")
        if dash:  # PS3.4 C.2.2.2.5
            return any((not low or one >= low) and (not high or one <= high + "~") for one in held)
        return asked in held
    if vr in _NUMBERS:
        return any(_number(one) == _number(asked) for one in held)
    if vr == "UI":
        return any(one in re.split(r"[,\\]", asked) for one in held)
    if vr == "PN":  # whether case counts is left to us (PS3.4 C.2.2.2.1)
        held, asked = [one.casefold() for one in held], asked.casefold()
    return any(fnmatchcase(one, asked.replace("[", "[[]")) for one in held)


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value.values()] if isinstance(value, dict) else [str(value)]


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
