"""One exception tree. Each door owns one table from it to its own statuses.

::

    FileroomError
    ├── NotFound             no such entry, import, token or path
    ├── BadRequest           the caller's words cannot be understood
    ├── Busy                 somebody else holds what is needed (an import is running)
    ├── Unavailable          the entry is known, its file cannot be reached now (offline, missing)
    ├── NoRoom               the disk of the archive is full, or nearly
    ├── Undecodable          the file is there, its pixels or header cannot be decoded
    │   └── Refused          it is an image of another kind and is not opened, for a reason that has a code
    ├── PeerError            another DICOM node cannot be reached, refuses, or breaks off
    ├── Cancelled            a token asked for the end
    ├── SourceError          a folder or file to import cannot be read
    └── CatalogError         the catalog cannot be opened, unsealed or written
        ├── WrongKey         it is there, but the key does not fit
        └── NewerCatalog     it was written by a newer fileroom
"""

from __future__ import annotations


class FileroomError(Exception):
    """Anything fileroom says no with. The message is for the user and holds no identifiers.

    ``reason`` is a code, and ``detail`` a word beside it, where a page can say more than the kind in its own language.
    """

    reason: str = ""
    detail: str = ""

    def __init__(self, message: str = "", *, reason: str = "", detail: str = "") -> None:
        super().__init__(*([message] if message else []))
        if reason:  # else that of the class
            self.reason, self.detail = reason, detail


class NotFound(FileroomError):
    """There is no such entry."""


class BadRequest(FileroomError):
    """The question cannot be understood."""


class Busy(FileroomError):
    """Somebody else holds what is needed."""


class Unavailable(FileroomError):
    """The entry is known, but its file cannot be reached now."""


class NoRoom(FileroomError):
    """There is no room left where the archive lies."""


class Undecodable(FileroomError):
    """The file is there, but what was asked of it cannot be decoded."""


class PeerError(FileroomError):
    """Another DICOM node cannot be reached, refuses, or breaks off."""


class Cancelled(FileroomError):
    """A cancel token asked for the end."""


class SourceError(FileroomError):
    """A folder or file to import cannot be read."""


class CatalogError(FileroomError):
    """The catalog cannot be opened, unsealed or written."""


class WrongKey(CatalogError):
    """The catalog is there, but the key does not fit it."""


class NewerCatalog(CatalogError):
    """The catalog was written by a newer fileroom."""
