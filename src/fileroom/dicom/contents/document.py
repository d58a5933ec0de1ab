"""Encapsulated documents (PS3.3 C.24.2): PDF, CDA, and models as STL, OBJ and MTL; what they are, and their bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.contents.opening import MOST_BYTES, meaning_of, number_of, opened_whole, text_of
from fileroom.dicom.source import VALUE_LIMIT, EndsEarly
from fileroom.errors import NotFound, Undecodable

if TYPE_CHECKING:
    import os

KIND: Final = "document"
ENCAPSULATED: Final = 0x00420011
_DEFER: Final = 64 << 10

# What a document may be called when it leaves, by its MIME type; everything else is bytes.
ENDINGS: Final = {
    "application/pdf": "pdf",
    "text/xml": "xml",
    "application/xml": "xml",
    "model/stl": "stl",
    "application/sla": "stl",
    "model/obj": "obj",
    "model/mtl": "mtl",
}
PDF_MARK: Final = b"%PDF-"
MARK_WITHIN: Final = 1024  # readers look for it in the first kilobyte (ISO 32000-1, annex H.3.4.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is known of a document without reading it."""

    title: str
    media_type: str
    size: int | None
    ending: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentBytes:
    """A document as it was put in. ``is_pdf``: it says so, and begins like one."""

    data: bytes
    ending: str
    is_pdf: bool


def is_one(data_set: Any) -> bool:
    """Whether a document is in it."""
    return ENCAPSULATED in data_set


def read(data_set: Any) -> Document:
    """What it says of itself."""
    media_type = text_of(data_set, "MIMETypeOfEncapsulatedDocument").lower()
    size = number_of(data_set, "EncapsulatedDocumentLength")
    return Document(
        title=text_of(data_set, "DocumentTitle") or meaning_of(data_set, "ConceptNameCodeSequence"),
        media_type=media_type,
        size=int(size) if size is not None else _length(data_set),
        ending=ENDINGS.get(media_type, "bin"),
    )


def _length(data_set: Any) -> int | None:
    element = data_set.get_item(ENCAPSULATED, keep_deferred=True)
    length: int | None = getattr(element, "length", None)
    return length


def document_bytes(path: str | os.PathLike[str]) -> DocumentBytes:
    """The document in the file at ``path``, without the byte that makes its length even where the file says so.

    NotFound when there is none, Undecodable when it is not whole or larger than 256 MiB.
    """
    with opened_whole(path, defer=_DEFER) as whole:
        data_set = whole.data_set
        if not is_one(data_set):
            raise NotFound("there is no document in it")
        said = read(data_set)
        element: Any = data_set.get_item(ENCAPSULATED, keep_deferred=True)
        data = element.value
        if not isinstance(data, bytes):
            if element.length > MOST_BYTES:
                raise Undecodable("the document is too large")
            pieces = range(0, element.length, VALUE_LIMIT)
            read_at = whole.source.read_at
            data = b"".join(read_at(element.value_tell + at, min(VALUE_LIMIT, element.length - at)) for at in pieces)
            if len(data) < element.length:
                raise EndsEarly("the document is cut")
        if said.size is not None and 0 < len(data) - said.size <= 1:
            data = data[: said.size]
    is_pdf = said.media_type == "application/pdf" and PDF_MARK in data[:MARK_WITHIN]
    return DocumentBytes(data=data, ending=said.ending, is_pdf=is_pdf)
