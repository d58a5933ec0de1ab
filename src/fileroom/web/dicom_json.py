"""Entries as the DICOM JSON model (PS3.18 F), with the attributes that a search answers (Tables 10.6.3-3 to -5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from fileroom.attributes import IF_KNOWN, INSTANCE, SERIES, STUDY, Attribute
from fileroom.model.entries import PersonName

if TYPE_CHECKING:
    from collections.abc import Collection

    from fileroom.model.entries import Instance, Series, Study
    from fileroom.model.headers import Header

T = TypeVar("T")
Dataset = dict[str, dict[str, Any]]

# Everything in JSON is UTF-8 (PS3.18 F.2.1), whatever the file's character set.
UTF_8 = "ISO_IR 192"
# A backslash does not separate values in these (PS3.5 6.2).
TEXT_VRS = {"ST", "LT", "UT", "UR"}


def element(vr: str, value: Any) -> dict[str, Any]:
    """One attribute: without a value it is its value representation alone (PS3.18 F.2.2)."""
    values = _values(vr, value)
    return {"vr": vr, "Value": values} if values else {"vr": vr}


def _values(vr: str, value: Any) -> list[Any]:
    if isinstance(value, PersonName):
        groups = (("Alphabetic", value.alphabetic), ("Ideographic", value.ideographic), ("Phonetic", value.phonetic))
        return [{name: text for name, text in groups if text}] if value else []
    if isinstance(value, str):
        value = (value,) if vr in TEXT_VRS else value.split("\\")
    elif not isinstance(value, tuple):
        value = () if value is None else (value,)
    # An empty value between others is null (PS3.18 F.2.5).
    return [one if one != "" else None for one in value] if any(one not in {None, ""} for one in value) else []


def study_json(study: Study, base: str, include: Collection[str] = ()) -> Dataset:
    """A study, with the attributes of Table 10.6.3-3 and those in ``include`` (keywords, or ``all``)."""
    return _data_set(study_url(base, study), _rows(STUDY, study, include))


def series_json(series: Series, base: str, include: Collection[str] = (), *, whole: bool = False) -> Dataset:
    """A series (Table 10.6.3-4). ``whole`` adds the study's attributes: a search over all studies needs them."""
    above = _above(STUDY, series.study, include, whole=whole, uid="StudyInstanceUID")
    own = _rows(SERIES, series, include)
    return _data_set(series_url(base, series), above, own)


def instance_json(
    instance: Instance,
    base: str,
    include: Collection[str] = (),
    *,
    whole_study: bool = False,
    whole_series: bool = False,
) -> Dataset:
    """An instance (Table 10.6.3-5), with its study's and series' attributes where the search ran over all of them."""
    series = instance.series
    study = _above(STUDY, series.study, include, whole=whole_study, uid="StudyInstanceUID")
    above = _above(SERIES, series, include, whole=whole_series, uid="SeriesInstanceUID")
    own = _rows(INSTANCE, instance, include)
    return _data_set(header_url(base, instance.header), study, above, own)


def _rows(rows: tuple[Attribute[T], ...], entry: T, include: Collection[str]) -> Dataset:
    everything = "all" in include
    return {
        row.tag: found
        for row in rows
        if row.always or everything or row.keyword in include
        if "Value" in (found := element(row.vr, row.value(entry))) or row.keyword not in IF_KNOWN
    }


def _above(rows: tuple[Attribute[T], ...], entry: T, include: Collection[str], *, whole: bool, uid: str) -> Dataset:
    """Attributes of an entry above: all that its own search would answer, or only what was asked for by name."""
    wanted = {row.keyword for row in rows if whole and row.always} | set(include) - {"all"} | {uid}
    return {row.tag: element(row.vr, row.value(entry)) for row in rows if row.keyword in wanted}


def _data_set(retrieve_url: str, *parts: Dataset) -> Dataset:
    found = {"00080005": element("CS", UTF_8), "00081190": element("UR", retrieve_url)}
    for part in parts:
        found |= part
    return dict(sorted(found.items()))  # by ascending tag (PS3.18 F.2.2)


def study_url(base: str, study: Study) -> str:
    """Where WADO-RS has that study."""
    return _address(base, study.study_instance_uid)


def series_url(base: str, series: Series) -> str:
    """Where WADO-RS has that series."""
    return _address(base, series.study.study_instance_uid, series.series_instance_uid)


def header_url(base: str, header: Header) -> str:
    """Where WADO-RS has the instance of that header."""
    return _address(base, header.study_instance_uid, header.series_instance_uid, header.sop_instance_uid)


def _address(base: str, *uids: str) -> str:
    """The address of the resource that one, two or three UIDs name (PS3.18 10.1)."""
    levels = ("studies", "series", "instances")
    return base + "".join(f"/{level}/{quote(uid, safe='')}" for level, uid in zip(levels, uids, strict=False))
