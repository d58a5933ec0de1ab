"""A whole data set, pixels left out, and its values as they are meant; a hostile file costs little and says why."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.metadata import as_asked
from fileroom.dicom.names import display_name, person_name
from fileroom.dicom.parsing import Parsed, parse, value_of
from fileroom.dicom.quiet import load_pydicom, quiet_pydicom
from fileroom.dicom.reading import HEAD
from fileroom.dicom.source import VALUE_LIMIT, OpenedSource
from fileroom.errors import FileroomError, Unavailable, Undecodable
from fileroom.sources.opened import opened

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from pydicom.dataset import Dataset

# Nothing that is read by a person or drawn by a page is larger; what is would only fill the memory.
MOST_BYTES: Final = 256 << 20


@contextmanager
def opened_whole(
    path: str | os.PathLike[str], *, wanted: tuple[int, ...] = (), defer: int = VALUE_LIMIT, charset: str = ""
) -> Iterator[Parsed]:
    """The data set at ``path`` up to its pixels; values longer than ``defer`` are left in the file, and all
    that are not ``wanted``, where something is. ``charset`` as :func:`~fileroom.dicom.metadata.dicom_json` has it.

    What is read inside comes from a file, too: whatever goes wrong there is told as damage.
    """
    with ExitStack() as stack:
        try:
            source = OpenedSource.of(stack.enter_context(opened(path)), HEAD)
        except OSError as error:
            raise Unavailable("the file cannot be opened") from error
        stack.enter_context(quiet_pydicom())
        try:
            parsed = parse(source, wanted=wanted, defer=defer)
            if charset:
                _read_as(parsed.data_set, charset)
            yield parsed
        except FileroomError:
            raise
        except OSError as error:
            raise Unavailable("the file cannot be read") from error
        except Exception as error:
            raise Undecodable("what the file holds is damaged") from error


def _read_as(data_set: Dataset, charset: str) -> None:
    """Text that can be read in more than one way is read by ``charset``, inside sequences, too."""
    load_pydicom()
    from pydicom.dataelem import DataElement

    waiting = [data_set]
    while waiting:  # and not by recursion: a file may nest as deeply as it likes
        here = waiting.pop()
        for tag in list(here.keys()):
            if asked := as_asked(here, here.get_item(tag, keep_deferred=True), charset):
                here[tag] = DataElement(tag, *asked)
            elif here.get_item(tag, keep_deferred=True).VR == "SQ":
                waiting += value_of(here, tag) or ()


def items_of(data_set: Any, keyword: str) -> list[Dataset]:
    """The items of a sequence; none where there is none."""
    found = _value(data_set, keyword)
    return list(found) if type(found).__name__ == "Sequence" else []


def first_of(data_set: Any, keyword: str) -> Any:
    """The first item of a sequence, or None."""
    found = items_of(data_set, keyword)
    return found[0] if found else None


def text_of(data_set: Any, keyword: str) -> str:
    """A value as text, several of them with their backslash; ``""`` where there is none."""
    found = _value(data_set, keyword)
    if found is None or isinstance(found, bytes):
        return ""
    if _is_several(found):
        return "\\".join(map(str, found))
    return str(found).strip(" \0")


def name_of(data_set: Any, keyword: str) -> str:
    """A Person Name as people write it."""
    return display_name(person_name(text_of(data_set, keyword)))


def numbers_of(data_set: Any, keyword: str) -> list[float]:
    """Values as numbers; none when one of them is no number."""
    found = _value(data_set, keyword)
    several = found if _is_several(found) else [] if found is None else [found]
    try:
        return [float(one) for one in several]
    except (TypeError, ValueError):
        return []


def number_of(data_set: Any, keyword: str) -> float | None:
    """The first of them."""
    found = numbers_of(data_set, keyword)
    return found[0] if found else None


def meaning_of(data_set: Any, keyword: str) -> str:
    """What the code in a sequence means; the code itself where it does not say (PS3.3 8.8)."""
    item = first_of(data_set, keyword)
    if item is None:
        return ""
    code = text_of(item, "CodeValue") or text_of(item, "LongCodeValue") or text_of(item, "URNCodeValue")
    return text_of(item, "CodeMeaning") or code


def raw_of(data_set: Any, tag: int) -> bytes | None:
    """The bytes of a value as they stand in the file; None when it is not there, or was too long to be read."""
    if tag not in data_set:
        return None
    element = data_set.get_item(tag, keep_deferred=True)
    if isinstance(element.value, bytes):
        return element.value
    return b"" if getattr(element, "length", 0) == 0 else None


def _is_several(value: Any) -> bool:
    """pydicom gives several numbers of a binary VR as a list, all others as its own kind of one."""
    return isinstance(value, list) or type(value).__name__ == "MultiValue"


def _value(data_set: Any, keyword: str) -> Any:
    """A value, None where there is none or pydicom cannot make one of its bytes."""
    load_pydicom()
    from pydicom.datadict import tag_for_keyword

    tag = tag_for_keyword(keyword)
    return None if tag is None else value_of(data_set, tag)
