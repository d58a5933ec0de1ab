"""The archive, whole."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from fileroom.archive.exchange import Exchange
from fileroom.archive.folders import Folders
from fileroom.archive.media import Media
from fileroom.archive.others import Volumes
from fileroom.archive.said import Said
from fileroom.archive.upkeep import Upkeep
from fileroom.catalog.home import MemoryHome
from fileroom.settings import Settings, from_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fileroom.intake.medium import Source
    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.others import OtherImage


class Archive(Said, Volumes, Folders, Upkeep, Exchange, Media):
    """One archive, opened. Safe to use from several threads."""

    @classmethod
    def open(cls, settings: Settings) -> Archive:
        """Open the archive of ``settings``; it is made (folder 0700, key, sealed catalog) when it is not there.

        CatalogError, WrongKey or NewerCatalog when it is there and cannot be used.
        """
        return cls(settings)

    @classmethod
    def ephemeral(cls, source: Source, *, label: str = "", settings: Settings | None = None) -> Archive:
        """An archive over something that is not to be kept; :meth:`look_in` finds what there is.

        ``source`` is a folder (a disc, a stick), the image of a disc, the device of a drive, or files that are in no
        filesystem: a mapping from their paths to their bytes. Nothing of it is written anywhere: it is gone when the
        archive is closed, or the process is. SourceError when it cannot be opened.
        """
        from fileroom.intake.medium import Medium

        home = MemoryHome()
        archive = cls(replace(settings or from_environment(), archive=home.folder, demo=False, max_patients=None), home)
        try:
            archive.medium = Medium(archive._catalog, archive.settings, source, label)
        except BaseException:
            archive.close()
            raise
        return archive

    @classmethod
    def others(
        cls,
        paths: Sequence[str] = (),
        handed_in: Mapping[str, bytes] | None = None,
        *,
        settings: Settings | None = None,
        cancel: CancelToken | None = None,
    ) -> Archive:
        """An ephemeral archive over files of any kind that is known: ``opened_others`` says what they are.

        ``paths`` lie on a disk, folders with all that is in them; ``handed_in`` are files by path that lie nowhere.
        Undecodable when none of them can be shown.
        """
        from fileroom.volumes.gathering import gather_all

        found, told = gather_all(paths, handed_in or {}, cancel)
        archive = cls.ephemeral(found, label=told.label, settings=settings)
        archive.opened_others = told
        return archive


def convert_file(
    path: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> tuple[OtherImage, ...]:
    """Write every image of a file that is no DICOM to ``out`` (several get numbers). No archive is needed."""
    from fileroom.volumes.convert import file_to_path

    return file_to_path(os.fspath(path), out, on_progress, cancel)


def open(path: str | os.PathLike[str] | None = None, settings: Settings | None = None) -> Archive:  # noqa: A001 - fileroom.open reads as it is meant
    """Open (or make) the archive in ``path``, by default the one of the environment or the platform."""
    from pathlib import Path

    if settings is None:
        settings = from_environment(Path(path) if path is not None else None)
    return Archive.open(settings)
