"""A map with a limit, for what an import wants to keep at hand."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memory(OrderedDict[K, V]):
    """Forgets what was put in longest ago, so that memory does not grow with the number of files."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def keep(self, key: K, value: V) -> None:
        """Remember ``value``; the oldest goes when there are too many."""
        self[key] = value
        if len(self) > self._most:
            self.popitem(last=False)
