"""What a medium would leave behind, if anything were left: what to look for on the disk to know that nothing is.

Names, numbers, dates, UIDs and descriptions as its files say them, the paths they lie at, and pieces of their pixels;
each text in the ways in which programs write it, its own character set among them.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

from fileroom.catalog import queries
from fileroom.errors import FileroomError
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.pixels.frames import stored_frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fileroom.catalog.store import Catalog
    from fileroom.model.headers import Header

_SHORTEST: Final = 5  # characters: less stands in many a file by chance
_MOST: Final = 2_000  # of texts
_PIECE: Final = 24  # bytes of pixels
_VARIED: Final = 8  # different values among them: a black edge is everybody's
_PIXELS_OF: Final = 100  # images
# What PS3.3 C.12.1.1.2 knows, and what programs write their own files in.
_CODECS: Final = (
    "utf-8 utf-16-le utf-16-be latin-1 cp1252 iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 "
    "iso8859-9 iso8859-15 tis-620 shift_jis euc_jp iso2022_jp euc_kr gb18030"
).split()
_FACTS: Final = (
    "patient_name patient_id patient_birth_date study_instance_uid series_instance_uid sop_instance_uid "
    "study_description series_description accession_number institution_name referring_physician_name study_id"
).split()


def traces(catalog: Catalog) -> tuple[bytes, ...]:
    """All that would betray what is in a catalog, as bytes to look for."""
    texts: dict[str, None] = {}
    pieces: dict[bytes, None] = {}
    for number, image in enumerate(queries.walk(catalog, Query(level=Level.INSTANCE))):
        texts.update(dict.fromkeys(_said(image.header)))
        for file in image.files:
            texts.update(dict.fromkeys(_path(file.path)))
        if number < _PIXELS_OF and image.files:
            with contextlib.suppress(FileroomError, OSError):  # what cannot be read leaves no pixels behind
                pieces.update(dict.fromkeys(_pixels(image.files[0].path, image.header)))
        if len(texts) > _MOST:
            break
    return (*dict.fromkeys(way for text in texts for way in _ways(text)), *pieces)


def _said(header: Header) -> Iterator[str]:
    for name in _FACTS:
        whole = str(getattr(header, name) or "").strip()
        for part in {whole, *whole.replace("=", "^").split("^")}:
            if len(part) >= _SHORTEST or (len(part) > 1 and not part.isascii()):
                yield part


def _path(path: str) -> Iterator[str]:
    """The last two parts of a path: either alone is often everybody's."""
    above, name = os.path.split(path)
    if above.strip(os.sep):
        yield os.path.join(os.path.basename(above), name)


def _ways(text: str) -> Iterator[bytes]:
    for codec in _CODECS:
        with contextlib.suppress(UnicodeError):
            yield text.encode(codec)


def _pixels(path: str, header: Header) -> Iterator[bytes]:
    data = stored_frame(path, header, 1).data
    for share in (3, 2):
        piece = data[len(data) // share : len(data) // share + _PIECE]
        if len(piece) == _PIECE and len(set(piece)) >= _VARIED:
            yield piece
