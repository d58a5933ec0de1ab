"""Where a copy goes in the archive's own folder: pure, from what its header says.

``files/PATIENT/STUDY/SERIES/IMAGE.dcm``: in every part words for people come first and a tag for us last. The tag is a
keyed hash of the identity, so two patients never share a folder however alike their names are; the words come from
files that anybody may have written, and nothing of them but harmless characters gets into a path.
"""

from __future__ import annotations

import base64
import hmac
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fileroom.catalog import identity
from fileroom.dicom.names import display_name, person_name

if TYPE_CHECKING:
    from fileroom.model.headers import Header

# The whole path below the archive stays under 180 characters: Windows allows 260 for all of it.
_WORDS = 40
_TAG = 10  # characters of base32: 50 bits, enough for any number of patients anybody has
SUFFIX = ".dcm"

# Names that Windows keeps for devices, whatever follows the first dot, the superscript digits included.
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789\u00b9\u00b2\u00b3"]
)
_FORBIDDEN = frozenset('<>:"/\\|?*')  # by Windows; "/" and NUL by everybody
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Part:
    """One name of a path: words for people, and the tag that it is known by."""

    words: str
    tag: str

    @property
    def name(self) -> str:
        """The name as it is made when there is none with this tag yet."""
        return f"{self.words} {self.tag}" if self.words else self.tag


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of patient, study and series, and the file's name without its suffix."""

    folders: tuple[Part, Part, Part]
    file: Part


def layout_of(header: Header, key: bytes) -> Layout:
    """Where the image of ``header`` belongs; ``key`` is the archive's own."""
    who = identity.identify(header)
    name = "Anonymous" if who.anonymous else display_name(person_name(header.patient_name))
    study = (who.key, header.study_instance_uid)
    series = (*study, header.series_instance_uid)
    number = "" if header.series_number is None else f"{header.series_number:03d}"
    image = "IM" if header.instance_number is None else f"IM{header.instance_number:05d}"
    return Layout(
        (
            Part(safe_words(name), _tag(key, who.key)),
            Part(safe_words(f"{_day(header.study_date)} {header.study_description}"), _tag(key, *study)),
            Part(
                safe_words(f"{number} {header.modality} {header.series_description or header.protocol_name}"),
                _tag(key, *series),
            ),
        ),
        Part(safe_words(image), _tag(key, *series, header.sop_instance_uid)),
    )


def safe_words(text: str) -> str:
    """``text`` as a part of a name that every file system takes and shows as it is, ``""`` when nothing is left.

    >>> safe_words(" ../../etc/passwd "), safe_words("CON.txt"), safe_words("a\\u202eb\\x00c..  ")
    ('etc passwd', '_CON.txt', 'a b c')
    """
    clean = "".join(
        " " if char in _FORBIDDEN or unicodedata.category(char) in _INVISIBLE else char
        for char in unicodedata.normalize("NFC", text[: 4 * _WORDS])
    )
    # No dot or space at the end (Windows drops them), none in front (hidden), no dash (taken for an option).
    words = " ".join(clean.split())[:_WORDS].lstrip(" .-~").rstrip(" .")
    return f"_{words}" if words.partition(".")[0].strip().casefold() in _DEVICES else words


def _day(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isascii() and text.isdecimal() else text  # noqa: PLR2004 - DA, PS3.5 6.2


def _tag(key: bytes, *identity_of: str) -> str:
    said = "\x1f".join(identity_of).encode("utf-8", "surrogatepass")
    return base64.b32encode(hmac.digest(key, said, "sha256")).decode("ascii")[:_TAG].lower()
