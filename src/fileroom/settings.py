"""Frozen settings, built once at the edge and handed down as an argument."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHIVE_VARIABLE = "FILEROOM_ARCHIVE"
KEYRING_VARIABLE = "FILEROOM_KEYRING"
PROFILE_VARIABLE = "FILEROOM_PROFILE"
CONTAINERS_VARIABLE = "FILEROOM_CONTAINERS"
TITLE_VARIABLE = "FILEROOM_AET"
TITLE = "FILEROOM"
LITE_PATIENTS = 3
_OFF = frozenset({"off", "0", "no", "false"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What may differ from one archive to the next."""

    archive: Path
    use_keyring: bool = True  # the key may go to the keyring of the operating system; else a key file
    readers: int = 4  # threads that read headers ahead of the writer
    aside: bool = True  # large imports read in a process of their own
    in_disc_order: bool = False  # the files of a folder are read as they lie on their medium
    batch: int = 20_000  # files per transaction of an import, which is also made every half second
    demo: bool = False  # it holds phantoms, and says so
    containers: bool = True  # .zip, .tar, .tar.gz and .iso are walked like folders
    max_patients: int | None = None  # files of one patient more are refused; None: no limit
    title: str = TITLE  # our AE title: how other nodes know us, and where they send what is fetched by C-MOVE


@dataclass(frozen=True, slots=True, kw_only=True)
class Guests:
    """Who may come to the DICOMweb of a server besides those who are signed in.

    ``unsigned``: every program on this computer; ``origins``: pages of other servers may ask, and read the answers.
    """

    unsigned: bool = False
    origins: tuple[str, ...] = ()


NO_GUESTS = Guests()


def from_environment(archive: Path | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from an explicit folder, else ``FILEROOM_ARCHIVE``, else the platform's user-data folder.

    ``FILEROOM_KEYRING=off`` keeps the key in a file beside the catalog; ``FILEROOM_CONTAINERS=off`` leaves zips and the
    like closed; ``FILEROOM_PROFILE=lite`` limits the archive
    to three patients; ``FILEROOM_AET`` is our AE title.
    """
    env = os.environ if environ is None else environ
    if archive is None:
        named = env.get(ARCHIVE_VARIABLE)
        archive = Path(named) if named else _default_archive()
    return Settings(
        archive=archive.expanduser().absolute(),
        use_keyring=env.get(KEYRING_VARIABLE, "").lower() not in _OFF,
        containers=env.get(CONTAINERS_VARIABLE, "").lower() not in _OFF,
        max_patients=LITE_PATIENTS if env.get(PROFILE_VARIABLE, "").lower() == "lite" else None,
        title=env.get(TITLE_VARIABLE, "").strip() or TITLE,
    )


def _default_archive() -> Path:
    from platformdirs import user_data_path

    return user_data_path("fileroom", appauthor=False) / "archive"
