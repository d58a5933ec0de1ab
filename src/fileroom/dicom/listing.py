"""A data set as lines for people: every attribute with its tag, name and value, those of sequences below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fileroom.dicom.metadata import dicom_json
from fileroom.dicom.quiet import load_pydicom
from fileroom.model.entries import Attribute

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_VALUE = 1024
MOST_LINES = 20_000


def listing(path: str, charset: str = "") -> tuple[Attribute, ...]:
    """The attributes of the file at ``path`` in their order, at most 20 000 lines; values of more than 1024 characters
    are cut, binary ones told by their kind. Group 2 and the pixels are left out. ``charset`` as :func:`dicom_json`
    takes it."""
    load_pydicom()
    lines: list[Attribute] = []
    for line in _lines(dicom_json(path, lambda attribute: attribute, charset), 0):
        if len(lines) == MOST_LINES:
            break
        lines.append(line)
    return tuple(lines)


def _lines(data_set: dict[str, Any], depth: int) -> Iterator[Attribute]:
    from pydicom.datadict import dictionary_description, dictionary_has_tag, dictionary_keyword

    for key in sorted(data_set):
        element, tag = data_set[key], int(key, 16)
        known = dictionary_has_tag(tag)
        items = element.get("Value", []) if element["vr"] == "SQ" else []
        yield Attribute(
            depth=depth,
            tag=f"({key[:4]},{key[4:]})",
            vr=element["vr"],
            keyword=dictionary_keyword(tag) if known else "",
            name=dictionary_description(tag) if known else "",
            value=f"{len(items)}" if element["vr"] == "SQ" else _value(element),
        )
        for item in items:
            yield from _lines(item or {}, depth + 1)


def _value(element: dict[str, Any]) -> str:
    if "BulkDataURI" in element or "InlineBinary" in element:
        return ""
    text = "\\".join(_one(value) for value in element.get("Value", []))
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…"


def _one(value: Any) -> str:
    if isinstance(value, dict):  # a Person Name (PS3.18 F.2.2)
        groups = [value.get(group, "") for group in ("Alphabetic", "Ideographic", "Phonetic")]
        return "=".join(groups).rstrip("=")
    return "" if value is None else str(value)
