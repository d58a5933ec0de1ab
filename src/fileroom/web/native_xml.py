"""The Native DICOM Model (PS3.19 A.1), as application/dicom+xml: data sets of the DICOM JSON
model written so, and read.

One data set is one document. The two models say the same (PS3.18 F), so everything here goes by way of JSON.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from fileroom.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

Dataset = dict[str, dict[str, Any]]

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_COMPONENTS = ("FamilyName", "GivenName", "MiddleName", "NamePrefix", "NameSuffix")  # PS3.5 6.2.1.1
_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")
_NUMBERS = {"FL", "FD", "SL", "SS", "SV", "UL", "US", "UV", "IS"}
_DEEPEST = 64
# What XML 1.0 cannot hold, not even as a reference (2.2).
_NO_XML = {code: None for code in (*range(0x20), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)) if code not in {9, 10, 13}}


def to_xml(data_set: Dataset) -> bytes:
    """One data set as a document."""
    root = ET.Element("NativeDicomModel", {"xml:space": "preserve"})
    _write(root, data_set)
    document: bytes = ET.tostring(root, encoding="utf-8")
    return DECLARATION + document


def _write(parent: ET.Element, data_set: Dataset) -> None:
    from pydicom.datadict import keyword_for_tag

    for tag, element in data_set.items():
        about = {"tag": tag, "vr": element["vr"]}
        keyword = keyword_for_tag(int(tag, 16))
        if keyword:
            about["keyword"] = keyword
        creator = _creator(data_set, tag)
        if creator:
            about["privateCreator"] = creator
        node = ET.SubElement(parent, "DicomAttribute", about)
        if "BulkDataURI" in element:
            ET.SubElement(node, "BulkData", {"uri": element["BulkDataURI"]})
        elif "InlineBinary" in element:
            ET.SubElement(node, "InlineBinary").text = element["InlineBinary"]
        for number, value in enumerate(element.get("Value", ()), 1):
            _write_value(node, element["vr"], str(number), value)


def _creator(data_set: Dataset, tag: str) -> str:
    """The private creator of a private attribute (PS3.5 7.8.1)."""
    if int(tag[3], 16) % 2 == 0 or tag[4:6] == "00":
        return ""
    found = data_set.get(f"{tag[:4]}00{tag[4:6]}", {}).get("Value") or [""]
    return str(found[0] or "")


def _write_value(node: ET.Element, vr: str, number: str, value: Any) -> None:
    if vr == "SQ":
        _write(ET.SubElement(node, "Item", {"number": number}), value)
    elif vr == "PN":
        name = ET.SubElement(node, "PersonName", {"number": number})
        for group in _GROUPS:
            if value and value.get(group):
                _write_group(ET.SubElement(name, group), value[group])
    elif value is not None:
        ET.SubElement(node, "Value", {"number": number}).text = str(value).translate(_NO_XML)


def _write_group(node: ET.Element, text: str) -> None:
    for name, part in zip(_COMPONENTS, text.split("^"), strict=False):
        if part:
            ET.SubElement(node, name).text = part.translate(_NO_XML)


def from_xml(document: bytes) -> Dataset:
    """The data set of a document. BadRequest when it is none.

    Documents that define entities of their own are not read: they are made to grow.
    """
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        raise BadRequest("An XML document must not define entities.")
    try:
        root = ET.fromstring(document)  # noqa: S314 - without entities there is nothing to expand or to fetch
    except ET.ParseError:
        raise BadRequest("The metadata are no XML.") from None
    if _local(root) != "NativeDicomModel":
        raise BadRequest("The metadata are no Native DICOM Model.")
    return _read(root, 0)


def _local(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def _read(parent: ET.Element, depth: int) -> Dataset:
    if depth > _DEEPEST:
        raise BadRequest("The sequences of the metadata lie too deep in each other.")
    found: Dataset = {}
    for node in parent:
        tag, vr = node.get("tag", "").upper(), node.get("vr", "")
        if _local(node) == "DicomAttribute":
            found[tag] = {"vr": vr} | _read_values(node, vr, depth)
    return found


def _read_values(node: ET.Element, vr: str, depth: int) -> dict[str, Any]:
    values: list[Any] = []
    for child in node:
        kind = _local(child)
        if kind == "BulkData":
            return {"BulkDataURI": child.get("uri") or child.get("uuid") or ""}
        if kind == "InlineBinary":
            return {"InlineBinary": "".join((child.text or "").split())}
        if kind == "Item":
            values.append(_read(child, depth + 1))
        elif kind == "PersonName":
            values.append(dict(_read_groups(child)))
        elif kind == "Value":
            values.append(_number(child.text or "") if vr in _NUMBERS else child.text or "")
    return {"Value": values} if values else {}


def _read_groups(node: ET.Element) -> Iterator[tuple[str, str]]:
    for group in node:
        parts = {_local(part): part.text or "" for part in group}
        yield _local(group), "^".join(parts.get(name, "") for name in _COMPONENTS).rstrip("^")


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
