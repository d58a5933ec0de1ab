"""De-identifying by the Basic Application Level Confidentiality Profile (PS3.15 E.1, Table E.1-1).

The table is that of the package ``dicom-anonymizer``, which keeps it up with the standard; its engine does not go into
sequences for most attributes and keeps removed dates, so applying the table is ours. Stricter than the table where it
leaves a choice: what may be removed or replaced is replaced, so that an object stays what it was (Type 1 and 2);
private attributes, those that no dictionary knows and every person's name go. The table names no attribute twice, and
misses some that say the same: dates, addresses and UIDs that it does not list are treated like those that it lists.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.depth import is_too_deep
from fileroom.dicom.quiet import quiet_pydicom
from fileroom.errors import Undecodable
from fileroom.sources.opened import as_file, opened

if TYPE_CHECKING:
    from pydicom import DataElement, Dataset, FileDataset
    from pydicom.uid import UID

    from fileroom.model.entries import Instance
    from fileroom.model.media import Deidentify

_ACTIONS: Final = {
    "D_TAGS": "replace",
    "Z_TAGS": "empty",
    "X_TAGS": "remove",
    "U_TAGS": "uid",
    "Z_D_TAGS": "replace",
    "X_Z_TAGS": "empty",
    "X_D_TAGS": "replace",
    "X_Z_D_TAGS": "replace",
    "X_Z_U_STAR_TAGS": "uid",
}
_TIMES: Final = frozenset({"DA", "TM", "DT"})
_BORN: Final = frozenset({0x00100030, 0x00100032})  # a birth date is kept by no option
_CHARACTERISTICS: Final = frozenset(  # PS3.15 E.3.7, those that are kept and not to be cleaned
    {0x00100040, 0x00101010, 0x00101020, 0x00101030, 0x00102160, 0x001021A0, 0x001021C0, 0x00102203}
)
_DUMMIES: Final = {"DA": "19000101", "TM": "000000", "DT": "19000101000000", "AS": "000Y", "DS": "0", "IS": "0"}
_NUMBERS: Final = frozenset({"FD", "FL", "SL", "SS", "UL", "US", "SV", "UV"})
_TEXT: Final = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_PROSE: Final = frozenset({"LO", "LT", "SH", "ST", "UC", "UT"})
_SHORTEST: Final = 4  # of a name or number that is looked for in text
_SHORTEST_WORD: Final = 2  # of one that is looked for as a word by itself: KIM, not the end of MAXIKIM
_TELLING: Final = ("PatientID", "AccessionNumber", "OtherPatientIDs", "InstitutionName")
_MORE: Final = {  # not in the table, and of the same kind as what is in it
    0x00100024: "remove",  # Issuer of Patient ID Qualifiers
    0x00100033: "remove",  # Patient's Birth Date in Alternative Calendar
    0x00100034: "remove",  # Patient's Death Date, too
    0x00100035: "remove",
    0x00102295: "remove",  # Breed Registration Number
    0x00080051: "remove",  # Issuer of Accession Number
    0x0018991F: "empty",  # Target Position Reference Indicator
    0x00201040: "empty",  # Position Reference Indicator: free text, Type 2
    0x30020020: "empty",  # Radiation Machine Name, as Treatment Machine Name
    0x00401006: "remove",  # Placer and Filler Order Number, where they stood before
    0x00401007: "remove",
    0x00402006: "remove",
    0x00402007: "remove",
    0x0040E001: "remove",  # HL7 Instance Identifier
}
_NAMES_A_CODE: Final = frozenset({0x0008010E, 0x00080120})  # Coding Scheme URL, URN Code Value
# UIDs of what everybody has: classes, syntaxes, codes. All others name something of this patient or house.
_KINDS: Final = re.compile("SOPClass|TransferSyntax|CodingScheme|Context|MappingResource|CreatorUID|TemplateUID")
_MARKED: Final = {  # PS3.16 CID 7050
    "basic": ("113100", "Basic Application Confidentiality Profile"),
    "dates": ("113106", "Retain Longitudinal Temporal Information Full Dates Option"),
    "characteristics": ("113108", "Retain Patient Characteristics Option"),
    "uids": ("113110", "Retain UIDs Option"),
}
_CONTENT, _DOCUMENT = 0x0040A730, 0x00420011
_OVERLAYS, _BIT_POSITION = 0x60, 0x0102
# Screens are photographed with the name in the corner, glass slides with their label, people with their face
# ((0028,0301), PS3.3 C.7.6.1.1.5; a class stands for those below it).
_OFTEN_BURNED_IN: Final = (
    "1.2.840.10008.5.1.4.1.1.3",  # Ultrasound, retired and not
    "1.2.840.10008.5.1.4.1.1.6",
    "1.2.840.10008.5.1.4.1.1.7",  # Secondary Capture
    "1.2.840.10008.5.1.4.1.1.77.1.4",  # VL Photographic
)
_SHOWN: Final = ("SCREEN SAVE", "SCREENSHOT", "LABEL", "OVERVIEW")  # of Image Type


class Deidentifier:
    """One export: what one UID or person becomes is the same in all of it, and guessed by nobody afterwards."""

    def __init__(self, wanted: Deidentify) -> None:
        self.counts: Counter[str] = Counter()  # "removed PatientAddress": how often
        self._wanted = wanted
        self._key = secrets.token_bytes(32)
        self._people: dict[str, str] = {}
        self._telling: re.Pattern[str] | None = (
            None  # what the file at hand calls its patient, to be found in free text
        )

    def read(self, path: str, image: Instance) -> tuple[Dataset, bytes]:
        """A file without what identifies: what it says now, and its bytes. Undecodable, with the reason, if refused."""
        from pydicom import dcmread

        try:
            with quiet_pydicom():
                with opened(path) as file:
                    data = dcmread(as_file(file), force=True)
                self._check(data)
                syntax = data.file_meta.get("TransferSyntaxUID") or _syntax_of(data)
                self._telling = _telling(data)
                self._clean(data)
                self._mark(data, image)
                meta = type(data.file_meta)()
                meta.TransferSyntaxUID = syntax
                data.file_meta, data.preamble = meta, bytes(128)
                out = io.BytesIO()
                data.save_as(out, enforce_file_format=True)
        except (AttributeError, ValueError, KeyError, TypeError, NotImplementedError, EOFError) as error:
            raise _refused("unreadable", "it cannot be read whole, so it cannot be cleaned") from error
        return data, out.getvalue()

    def _check(self, data: Dataset) -> None:
        """Refuse what the table cannot clean: pixels that may show a name, and documents."""
        if is_too_deep(data):
            raise _refused("unreadable", "its sequences lie too deep in each other to be cleaned")
        if _CONTENT in data or _DOCUMENT in data:
            raise _refused("document", "a report or document: its text cannot be cleaned")
        if self._wanted.force:
            return
        said = str(data.get("BurnedInAnnotation", "")).upper()
        kind = data.get("ImageType") or []
        words = " ".join(map(str, [kind] if isinstance(kind, str) else kind)).upper()
        sop_class = f"{data.SOPClassUID}."
        doubtful = any(sop_class.startswith(f"{one}.") for one in _OFTEN_BURNED_IN) or any(
            one in words for one in _SHOWN
        )
        if said == "YES" or (doubtful and said != "NO"):
            raise _refused("burned-in", "its pixels may show who it is")
        # PS3.3 C.9.2 of before 2004: an overlay in bits of the pixels that these do not need
        if any(_is_overlay(one.tag) and one.tag.element == _BIT_POSITION and one.value for one in data):
            raise _refused("burned-in", "an overlay lies in its pixels, and may show who it is")

    def _clean(self, data: Dataset) -> None:
        for element in [data[tag] for tag in list(data.keys())]:
            tag = int(element.tag)
            action = self._action(element)
            if action in {"keep", "uid"} and element.VR == "SQ":
                for item in element.value:
                    self._clean(item)
            if action == "keep" and self._tells(element):
                action = "empty"
            if action == "keep":
                continue
            if action == "uid" and element.VR == "SQ":
                continue
            name = "private attributes" if element.tag.is_private else (element.keyword or f"{tag:08X}")
            self.counts[f"{_DONE[action]} {name}"] += 1
            if action == "remove":
                del data[element.tag]
            elif action == "empty":
                element.value = [] if element.VR == "SQ" else None
            elif action == "uid":
                element.value = self._uids(element)
            else:
                _replace(element)

    def _action(self, element: DataElement) -> str:
        tag, wanted = int(element.tag), self._wanted
        if element.tag.is_private or element.VR == "UN" or (not element.keyword and not _repeats(tag)):
            return "remove"
        action = _table().get(tag) or _repeating(tag) or _unlisted(tag, element)
        if wanted.retain_uids and action == "uid":
            return "keep"
        if wanted.retain_dates and action != "keep" and element.VR in _TIMES and tag not in _BORN:
            return "keep"
        if wanted.retain_characteristics and tag in _CHARACTERISTICS:
            return "keep"
        return action

    def _tells(self, element: DataElement) -> bool:
        """Whether an attribute that is kept speaks of the patient all the same, as descriptions do."""
        if element.VR not in _PROSE or not element.value:
            return False
        return self._telling is not None and self._telling.search(str(element.value).casefold()) is not None

    def _uids(self, element: DataElement) -> Any:
        from pydicom.multival import MultiValue

        if isinstance(element.value, MultiValue):
            return [self._uid(one) for one in element.value]
        return self._uid(element.value) if element.value else element.value

    def _uid(self, uid: str) -> str:
        """Another UID for one, always the same (PS3.5 B.2: under 2.25, a number of 128 bits)."""
        whole = hashlib.blake2b(str(uid).encode(), key=self._key, digest_size=16).digest()
        return f"2.25.{int.from_bytes(whole, 'big')}"

    def _mark(self, data: Dataset, image: Instance) -> None:
        """Who it is now, and what was done to it (PS3.15 E.1.1, E.3.6)."""
        from pydicom import Dataset, Sequence

        who = image.series.study.patient.id
        pseudonym = self._people.setdefault(who, f"ANON{len(self._people) + 1:05}")
        data.PatientName, data.PatientID = pseudonym, pseudonym
        data.PatientIdentityRemoved = "YES"
        data.DeidentificationMethod = "fileroom: PS3.15 Table E.1-1"
        wanted = self._wanted
        used = ["basic"] + [
            name
            for name, on in (
                ("dates", wanted.retain_dates),
                ("characteristics", wanted.retain_characteristics),
                ("uids", wanted.retain_uids),
            )
            if on
        ]
        codes = []
        for name in used:
            code = Dataset()
            code.CodeValue, code.CodeMeaning = _MARKED[name]
            code.CodingSchemeDesignator = "DCM"
            codes.append(code)
        data.DeidentificationMethodCodeSequence = Sequence(codes)
        data.LongitudinalTemporalInformationModified = "UNMODIFIED" if wanted.retain_dates else "REMOVED"


_DONE: Final = {"remove": "removed", "empty": "emptied", "replace": "replaced", "uid": "replaced"}


def _refused(reason: str, words: str) -> Undecodable:
    error = Undecodable(words)
    error.reason = reason
    return error


def _telling(data: Dataset) -> re.Pattern[str] | None:
    """What a text says that speaks of the patient: the ID, numbers of the house, and the parts of all persons' names.

    Short ones count as words by themselves alone, those of one letter not at all.
    """
    words = [str(one) for keyword in _TELLING for one in _values(data.get(keyword))]
    for element in data:
        if element.VR == "PN":
            words += [part for one in _values(element.value) for part in re.split(r"[=^\s]", str(one))]
    wanted = {one.strip().casefold() for one in words}
    looked_for = [re.escape(one) for one in wanted if len(one) >= _SHORTEST]
    looked_for += [rf"\b{re.escape(one)}\b" for one in wanted if _SHORTEST_WORD <= len(one) < _SHORTEST]
    return re.compile("|".join(looked_for)) if looked_for else None


def _values(value: Any) -> list[Any]:
    from pydicom.multival import MultiValue

    return list(value) if isinstance(value, MultiValue) else [value] if value else []


def _unlisted(tag: int, element: DataElement) -> str:
    """What is done with an attribute that the table does not list."""
    if tag in _MORE:
        return _MORE[tag]
    if _is_overlay(tag) or (element.VR == "UR" and tag not in _NAMES_A_CODE):  # its data are gone by the table
        return "remove"
    if element.VR == "PN" or element.VR in _TIMES:
        return "empty"
    return "uid" if element.VR == "UI" and not _KINDS.search(element.keyword) else "keep"


def _syntax_of(data: FileDataset) -> UID:
    """How a data set without a meta group is written, as it was read: one of the three that need none to be told."""
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    implicit, little = data.original_encoding
    if implicit:
        return ImplicitVRLittleEndian
    return ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _is_overlay(tag: int) -> bool:
    return tag >> 24 == _OVERLAYS


def _replace(element: DataElement) -> None:
    """A dummy of the same VR; a sequence has nothing left in it."""
    if element.VR == "SQ":
        element.value = []
    elif element.VR in _NUMBERS:
        element.value = 0
    elif element.VR in _TEXT:
        element.value = "ANONYMIZED"
    elif element.VR == "UI":
        element.value = None
    else:
        element.value = _DUMMIES.get(element.VR, b"" if element.VR.startswith("O") else "")


@cache
def _table() -> dict[int, str]:
    return {tag[0] << 16 | tag[1]: action for tag, action in _rows() if len(tag) == 2}  # noqa: PLR2004 - group, element


@cache
def _masks() -> tuple[tuple[int, int, str], ...]:
    """The rows of repeating groups: a tag, what of it counts, and the action."""
    whole = [(tag, action) for tag, action in _rows() if len(tag) > 2]  # noqa: PLR2004 - with two masks
    return tuple((tag[0] << 16 | tag[1], tag[2] << 16 | tag[3], action) for tag, action in whole)


def _rows() -> list[tuple[tuple[int, ...], str]]:
    from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as table

    return [(tuple(tag), action) for name, action in _ACTIONS.items() for tag in getattr(table, name)]


def _repeating(tag: int) -> str:
    return next((action for wanted, mask, action in _masks() if tag & mask == wanted & mask), "")


def _repeats(tag: int) -> bool:
    return tag >> 24 in {0x50, _OVERLAYS}
