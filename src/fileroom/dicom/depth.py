"""How deep sequences lie in each other, looked at level by level, before anything goes down into them.

What lies thousands deep is made to break its readers: pydicom, at the end of its stack, tries every value
representation again at every level on the way back, and takes all memory there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fileroom.errors import Undecodable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydicom.dataset import Dataset

DEEPEST: Final = 64


def check_depth(data_set: Dataset) -> None:
    """Undecodable when sequences lie in each other deeper than any real file's."""
    if is_too_deep(data_set):
        raise Undecodable("its sequences lie in each other deeper than any real file's")


def is_too_deep(data_set: Dataset) -> bool:
    """Whether they do."""
    level = [data_set]
    for _ in range(DEEPEST):
        level = [item for one in level for item in _items(one)]
        if not level:
            return False
    return True


def _items(data_set: Dataset) -> Iterator[Dataset]:
    from pydicom.datadict import dictionary_has_tag, dictionary_VR

    for tag in list(data_set.keys()):
        vr = data_set.get_item(tag).VR
        if vr in {None, "UN"} and dictionary_has_tag(tag):
            vr = dictionary_VR(tag)
        if vr == "SQ":
            value = data_set[tag].value
            yield from value if not isinstance(value, bytes) else ()
