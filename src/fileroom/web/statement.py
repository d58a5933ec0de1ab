"""The DICOMweb part of the conformance statement (PS3.2), made of the tables that the door itself works by.

``python -m fileroom.web.statement`` writes it into docs/conformance.md; a test holds the two against each other.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fileroom.attributes import BY_LEVEL, IF_KNOWN, INDEXED
from fileroom.model.entries import Level
from fileroom.tabular import markdown
from fileroom.web import qido, rendered, stow
from fileroom.web.accept import MADE, MEDIA_TYPES
from fileroom.web.dicomweb import RESOURCES
from fileroom.web.openapi import ANSWERS, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN, END = "<!-- DICOMweb: generated -->", "<!-- DICOMweb: end -->"
_NAMES = {
    "1.2.840.10008.1.2.1": "Explicit VR Little Endian",
    "1.2.840.10008.1.2.5": "RLE Lossless",
    "1.2.840.10008.1.2.4.80": "JPEG-LS Lossless",
    "1.2.840.10008.1.2.4.90": "JPEG 2000 (Lossless Only)",
    "1.2.840.10008.1.2.4.201": "HTJ2K (Lossless Only)",
}
_REASONS = {
    stow.NO_ROOM: "Refused: out of resources (the disk is full, or the archive holds as many patients as it may)",
    stow.NO_MATCH: "Error: no identity, or an instance of another study than the one that is stored to",
    stow.NOT_UNDERSTOOD: "Error: cannot understand (no DICOM, damaged, cut short, or metadata that make no instance)",
    stow.PROCESSING: "Processing failure",
}


def statement() -> str:
    """The part, as Markdown."""
    return "\n".join((*_resources(), *_searching(), *_retrieving(), *_storing(), *_not_done()))


def _resources() -> Iterator[str]:
    yield "### Resources and transactions\n"
    rows = []
    for path, transactions in RESOURCES.items():
        for one in transactions:
            types, well, other = ANSWERS[kind_of(path, one)]
            shown = re.sub(r":path", "", path)
            statuses = ", ".join(map(str, sorted({*well, *other, 400, 401, 404, 406})))
            rows.append((f"`{shown}`", one.method, f"{one.name}, PS3.18 {one.clause}", ", ".join(types), statuses))
    yield from markdown("resource|method|transaction|media types|statuses", rows)


def _searching() -> Iterator[str]:
    yield "### Search (QIDO-RS): attributes\n"
    yield """*Indexed* attributes are matched in the catalog; all others, private ones and those in sequences are
matched in the first file of each entry. *Always* attributes are returned unasked.
"""
    for level in (Level.STUDY, Level.SERIES, Level.INSTANCE):
        yield f"{level.value.capitalize()}:\n"
        rows = []
        for row in BY_LEVEL[level]:
            returned = "if known" if row.keyword in IF_KNOWN else "always" if row.always else "on request"
            rows.append((f"({row.tag[:4]},{row.tag[4:]})", row.keyword, row.vr, _yes(row.keyword in INDEXED), returned))
        if level is Level.SERIES:
            rows.append(("(0040,0275)", "RequestAttributesSequence", "SQ", "", "if known"))
        yield from markdown("tag|keyword|VR|indexed|returned", rows)
    yield f"""Matching (PS3.4 C.2.2.2): single value, list of UID, universal, wildcard, range, combined date and time,
sequence, empty value (`""`, with or without `emptyvaluematching`), and with `multiplevaluematching` multiple values.
Person Names match whatever the case of ASCII letters; with `fuzzymatching` without
accents, in any order, by the beginnings of words. At most {qido.MAX_RESULTS} results come at once; what is left is told
of by `Warning: 299`.
"""


def _retrieving() -> Iterator[str]:
    yield "### Retrieve (WADO-RS, WADO-URI): transfer syntaxes\n"
    yield """As stored, whatever it is, for `transfer-syntax=*`. Encoded anew without loss on request; compressed
instances are sent as Explicit VR Little Endian unless something else is asked for.
"""
    yield from markdown("transfer syntax|name|media type of frames", (
        (one, _NAMES[one], MEDIA_TYPES.get(one, "application/octet-stream")) for one in MADE
    ))  # fmt: skip
    yield f"""Pictures: {", ".join(one.type for one in rendered.STILL)}. Several frames move in a GIF. No video
is rendered (docs/decisions/0052).
Annotations: {", ".join(sorted(rendered.ANNOTATIONS))}. Windows: {", ".join(sorted(rendered.FUNCTIONS))}.
"""


def _storing() -> Iterator[str]:
    yield "### Store (STOW-RS)\n"
    yield f"""Taken: {", ".join(f"`multipart/related; type={one}`" for one in stow.TYPES)}, and one
`application/dicom`. Every SOP class and transfer syntax; instances are kept byte for byte, no element is coerced.
"""
    yield from markdown("failure reason|meaning", ((f"{code:04X}", words) for code, words in _REASONS.items()))
    yield f"""Warning {stow.COERCED:04X}: the instance is kept, but another file of its SOP Instance UID, with other
content, is the one that is shown.
"""


# What the standard advises or leaves open, and is not done.
_NOT_DONE = (
    (
        "8.7.4",
        "video of rendered frames",
        "no encoder may be given away with fileroom; several frames move in a GIF",
    ),
    ("8.3.5.1.5", "rendering with an ICC profile of the caller's", "pictures are sRGB"),
    ("10.4.1.1.3", "rendered documents and presentation states", "the viewer shows them; their bytes can be retrieved"),
    ("9", "instances made anonymous by WADO-URI", "media are written without names instead"),
    ("11", "worklists (UPS-RS)", "out of scope"),
)


def _not_done() -> Iterator[str]:
    yield "### What is advised or optional, and not done\n"
    yield """Each *shall* and each *should* of the checklist that the tests go through holds
(tests/web/dicomweb_rows.md). Beyond it:
"""
    yield from markdown("PS3.18|what|why", _NOT_DONE)


def _yes(holds: bool) -> str:  # noqa: FBT001 - there is nothing else to it
    return "yes" if holds else ""


def written_into(text: str) -> str:
    """``text`` with this part in its place."""
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{statement()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(written_into(path.read_text("utf-8")), "utf-8")
