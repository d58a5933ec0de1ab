"""The audit trail: that something was done, by whom and when. It holds nothing that says about whom; it only grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fileroom.catalog.writes import now
from fileroom.model.ledger import Audited

if TYPE_CHECKING:
    from fileroom.catalog.store import Catalog

SESSION_OPENED: Final = "session opened"


def record(catalog: Catalog, what: str, *, who: str, detail: str = "") -> None:
    """Put down that ``what`` was done now."""
    with catalog.database.transaction() as cursor:
        cursor.execute("INSERT INTO audit(at, who, what, detail) VALUES (?,?,?,?)", (now(), who, what, detail))


def trail(catalog: Catalog, limit: int) -> tuple[Audited, ...]:
    """What was done, the newest first."""
    with catalog.database.reading() as cursor:
        rows = cursor.execute("SELECT at, who, what, detail FROM audit ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
    return tuple(Audited(*row) for row in rows)
