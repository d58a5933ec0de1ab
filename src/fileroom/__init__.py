"""fileroom: a local DICOM archive with its viewer.

>>> import fileroom
>>> archive = fileroom.open("/path/to/archive")       # doctest: +SKIP
>>> archive.bring_in(["/path/to/scans"])              # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Archive", "__version__", "open"]

if TYPE_CHECKING:
    from fileroom.archive import Archive, open  # noqa: A004 - fileroom.open is the library's front door


def __getattr__(name: str) -> Any:
    # Imported when first asked for: `fileroom --help` should not pay for the catalog.
    if name in {"Archive", "open"}:
        from fileroom import archive

        return getattr(archive, name)
    raise AttributeError(f"module 'fileroom' has no attribute {name!r}")
