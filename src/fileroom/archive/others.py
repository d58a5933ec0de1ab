"""Series as volumes: maps of labels, and other formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.archive.images import Images
from fileroom.model.entries import Level
from fileroom.model.queries import Query

if TYPE_CHECKING:
    import os

    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.others import Conversion, Label, OtherImage
    from fileroom.volumes.convert import Images as SeriesImages
    from fileroom.volumes.volume import Volume


class Volumes(Images):
    """Series as volumes; a part of :class:`fileroom.archive.Archive`."""

    def label_map(self, series_id: str) -> tuple[Label, ...]:
        """The numbers in a series that is a map of such, with what its file says of them. Undecodable otherwise."""
        from fileroom.volumes.labels import labels_of

        named = {} if self.opened_others is None else self.opened_others.named
        return labels_of(self._volume(series_id), named.get(self._series(series_id).series_instance_uid, ()))

    def convert(
        self,
        series_id: str,
        path: str | os.PathLike[str],
        *,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> tuple[OtherImage, ...]:
        """Write a series to ``path``: as a volume (``.nii``, ``.nii.gz``, ``.nrrd``), as several with numbers where its
        images are of several directions, sizes or kinds of number, or a folder of DICOM images,
        which are its own files as they are unless it was made of a file of another kind.

        Undecodable, with the reason, when its images are no volume; BadRequest when something is there already.
        """
        from fileroom.volumes.convert import series_to_path

        return series_to_path(self._images(series_id), path, on_progress, cancel)

    def convert_to(
        self,
        series_id: str,
        form: str,
        *,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> tuple[Conversion, bytes]:
        """The same (``nii.gz``, ``nrrd``, or ``dicom`` in a ZIP) into memory: what it became, and the file itself."""
        from fileroom.volumes.convert import series_to_memory

        return series_to_memory(self._images(series_id), form, on_progress, cancel)

    def _volume(self, series_id: str) -> Volume:
        from fileroom.volumes.series import series_volume

        images = self._images(series_id)
        return series_volume(images.name, images.files)

    def _images(self, series_id: str) -> SeriesImages:
        from fileroom.volumes.convert import Images as Found
        from fileroom.volumes.dicom_files import Stored

        series = self._series(series_id)
        found = self.search(Query(level=Level.INSTANCE, parent=series.id)).items
        files = [self.read(one.id) for one in found]
        others = {} if self.opened_others is None else self.opened_others.volumes
        return Found(
            name=series.description,
            files=tuple((one.path, one.header) for one in files),
            stored=tuple(
                Stored(path=one.path, size=one.size, mtime_ns=one.mtime_ns, changed=one.changed) for one in files
            ),
            made_of=others.get(series.series_instance_uid),
        )
