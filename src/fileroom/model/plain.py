"""Values as JSON knows them."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any


def plain(value: Any) -> Any:
    """``value`` as JSON knows it: dataclasses become objects with their field names, tuples lists, enums text.

    Text that came from undecodable file names (surrogate escapes) is shown with ``\\xNN`` in their place.
    """
    kind = type(value)
    if value is None or kind is int or kind is bool:  # most values are such, or short text
        return value
    if isinstance(value, str):
        return value if value.isascii() else _showable(str(value))
    if isinstance(value, float):
        return value if math.isfinite(value) else None  # JSON has no such number (RFC 8259, 6)
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "as_line"):
            return value.as_line()  # it knows its flat form itself
        value = {f.name: getattr(value, f.name) for f in fields(value)}
    if isinstance(value, frozenset):
        return sorted(plain(item) for item in value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return value


def _showable(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
