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
    ) -> OtherImage:
        """Write a series as one volume to ``path``: ``.nii``, ``.nii.gz``, ``.nrrd``, or a folder of DICOM images.

        Undecodable, with the reason, when its images are no such thing; BadRequest when something is there already.
        """
        from fileroom.volumes.convert import to_path

        return to_path(self._volume(series_id), path, on_progress, cancel)

    def convert_to(
        self,
        series_id: str,
        form: str,
        *,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> tuple[Conversion, bytes]:
        """The same (``nii.gz`` or ``nrrd``) into memory: what it became, and the file itself."""
        from fileroom.volumes.convert import to_memory

        return to_memory(self._volume(series_id), form, on_progress, cancel)

    def _volume(self, series_id: str) -> Volume:
        from fileroom.volumes.series import series_volume

        series = self._series(series_id)
        found = self.search(Query(level=Level.INSTANCE, parent=series.id)).items
        return series_volume(
            series.description, ((file.path, file.header) for file in map(self.read, (i.id for i in found)))
        )
