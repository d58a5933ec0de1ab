"""The DIMSE part of the conformance statement (PS3.2), made of the tables that the door itself works by.

``python -m fileroom.dimse.statement FILE`` writes it between its marks; a test holds the two against each other.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from fileroom.attributes import BY_LEVEL, INDEXED
from fileroom.dimse.door import Limits
from fileroom.dimse.services import EXTENDED, SERVICES
from fileroom.dimse.status import BY_ERROR, Status
from fileroom.network import uids
from fileroom.network.negotiation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME, PLAIN
from fileroom.network.uids import NAMES, UNIQUE
from fileroom.network.wire import LONGEST
from fileroom.tabular import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGIN, END = "<!-- DIMSE: generated -->", "<!-- DIMSE: end -->"


def statement() -> str:
    """The part, as Markdown."""
    return "\n".join((*_policies(), *_contexts(), *_query(), *_statuses()))


def written_into(text: str) -> str:
    """``text`` with the part between its marks made anew."""
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{statement()}\n{END}{after}"


def _policies() -> Iterator[str]:
    limits = Limits()
    yield "### Association policies\n"
    yield from markdown(
        "policy|value",
        (
            ("application context", "1.2.840.10008.3.1.1.1"),
            ("implementation class UID", IMPLEMENTATION_CLASS_UID),
            ("implementation version name", IMPLEMENTATION_VERSION_NAME),
            ("longest PDU received", f"{LONGEST} bytes"),
            ("associations at once", f"{limits.associations}, of one address {limits.from_one_address}"),
            ("asynchronous operations", "none: one message at a time"),
            ("time to ask for an association", f"{limits.asking:.0f} s"),
            ("idle time", f"{limits.idle:.0f} s"),
            ("who is accepted", "AE title and address of a peer that may call; all others are refused"),
        ),
    )


def _contexts() -> Iterator[str]:
    from pydicom.uid import UID

    yield "### Presentation contexts accepted\n"
    plain = ", ".join(UID(one).name for one in PLAIN)
    yield from markdown(
        "SOP class|UID|transfer syntaxes|role|extended negotiation",
        (
            (UID(one).name, one, plain, "SCP", "".join(map(str, EXTENDED[one])) if one in EXTENDED else "")
            for one in sorted(SERVICES)
        ),
    )
    classes, syntaxes = len(uids.storage_classes()), len(uids.transfer_syntaxes())
    yield f"Storage as SCP, as SCU of C-GET by role selection, and of C-MOVE: {classes} classes of the standard,"
    yield f"retired ones too, in {syntaxes} transfer syntaxes. Of those proposed the first is taken, but Implicit VR"
    yield "and Explicit VR Big Endian only where there is no other; of a context in which we send (C-GET)"
    yield "Explicit, else Implicit VR Little Endian, if it is proposed, and where neither is proposed for the class one"
    yield "of those that images are compressed in. Level 2 (full): data sets are kept as they come."
    yield "What is compressed for who takes nothing else, always without loss:"
    yield ", ".join(f"{UID(one).name} ({one})" for one in uids.LOSSLESS) + "."
    yield "With `--dimse-any-class` also classes that the standard does not know.\n"


def _query() -> Iterator[str]:
    yield "### Query\n"
    yield "Patient Root and Study Root, hierarchical, and relational where it is negotiated. Unique keys:"
    yield ", ".join(f"{NAMES[level]} {keyword}" for level, keyword in UNIQUE.items()) + ".\n"
    yield from markdown(
        "level|matching keys|return keys besides",
        (
            (
                NAMES[level],
                ", ".join(row.keyword for row in rows if row.keyword in INDEXED),
                ", ".join(row.keyword for row in rows if row.keyword not in INDEXED),
            )
            for level, rows in BY_LEVEL.items()
        ),
    )
    yield "Keys of levels above are matched as well. Other keys are answered empty; when one had a value, the status is"
    yield "FF01."
    yield "Responses have the Specific Character Set of the request where it has all letters, else ISO_IR 192.\n"


def _statuses() -> Iterator[str]:
    yield "### Statuses\n"
    yield from markdown(
        "status|meaning|where it comes from",
        (
            (
                f"{status:04X}",
                status.name.replace("_", " ").lower(),
                ", ".join(kind.__name__ for kind, one in BY_ERROR if one is status),
            )
            for status in Status
        ),
    )


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(written_into(file.read_text("utf-8")), "utf-8")
