"""Whether a root is what it was: an unplugged drive must not look like a folder that somebody emptied."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from fileroom.catalog.roots import recorded_roots
from fileroom.sources.paths import display

if TYPE_CHECKING:
    from fileroom.catalog.store import Catalog
    from fileroom.sources.drives import Mounts


def why_not(catalog: Catalog, mounts: Mounts, root: str) -> str:
    """Why nothing may be concluded from what stands at ``root`` now; ``""`` when all is well.

    Where a drive used to be mounted and is not, the empty folder it was mounted on shows. Another drive in the same
    place is another thing: it has files of its own, those of the one before are offline, and nothing speaks against
    bringing it in.
    """
    mount, inside = mounts.locate(root)
    recorded = [one for one in recorded_roots(catalog) if one.shown_at(root)]
    if any((one.filesystem_id, one.inside) == (mount.filesystem_id, inside) for one in recorded):
        return ""
    for one in recorded:
        if mount.point != one.mount_point and mounts.absolute(one.filesystem_id, one.inside) is None:
            return (
                f"{display(root)} is on another filesystem now: the drive “{display(one.label)}” is not connected; "
                "what is known of it was left as it is"
            )
    return ""


def is_absent(path: str) -> bool:
    """Whether there is surely nothing at ``path``; what may not be looked at may well be there."""
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
