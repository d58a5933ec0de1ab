"""Instances and what is in their files: frames, pictures, data sets, documents, what lies over them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from fileroom.archive.handed import FrameBytes, InstanceFile, Named, Picture, Related
from fileroom.archive.lists import Lists
from fileroom.catalog import (
    charset_rules,
    userdata,
)
from fileroom.catalog.locate import BY_UIDS, locate, locate_all, locate_each, states
from fileroom.errors import Unavailable, Undecodable
from fileroom.model.drives import REACHABLE
from fileroom.model.entries import Instance, Level, Series
from fileroom.model.plain import plain
from fileroom.model.queries import Condition, Match, Query

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from fileroom.catalog.locate import Located
    from fileroom.dicom.contents.document import DocumentBytes
    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.entries import Attribute
    from fileroom.model.pictures import Look, SurfaceReport
    from fileroom.pixels.display import Display
    from fileroom.pixels.transcoding import Transcoded

EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
_THUMBNAIL_TYPE = "image/jpeg"
_TRIES = 3
_MOST_REFERENCES = 500
_MOST_RELATED = 200
_OVER_IMAGES = ("SEG", "RTSTRUCT", "PR")
_IMAGE_FIELDS = (
    "sop_instance_uid sop_class_uid instance_number transfer_syntax_uid has_pixels rows columns samples_per_pixel "
    "photometric_interpretation planar_configuration bits_allocated bits_stored high_bit pixel_representation "
    "pixel_spacing imager_pixel_spacing slice_thickness spacing_between_slices image_position image_orientation "
    "slice_location window_center window_width rescale_slope rescale_intercept rescale_type frame_time cine_rate "
    "image_type acquisition_number acquisition_date acquisition_time content_date content_time frame_of_reference_uid "
    "patient_orientation image_laterality view_position pixel_aspect_ratio voi_lut_function presentation_lut_shape "
    "overlay_rows units echo_time diffusion_b_value temporal_position_identifier trigger_time "
    "recommended_display_frame_rate"
).split()
_image_values = attrgetter(*_IMAGE_FIELDS)
_NOTHING = object()


class Images(Lists):
    """Instances and what is in their files; a part of :class:`fileroom.archive.Archive`."""

    def images(self, series_id: str) -> dict[str, Any]:
        """All a viewer needs to show a series, in display order; see docs/http-api.md for its fields.

        From the catalog alone, except for multi-frame images with functional groups or vectors, which are in the file,
        and for MR images of one place whose weighting only their makers' own attributes tell.
        """
        series = self._series(series_id)
        items = self._in_order(series)
        instances = list(self._shown(items))
        for index, value in self._private_b_values(items).items():
            instances[index]["diffusion_b_value"] = value
        return {"series": plain(series), "instances": instances}

    def _private_b_values(self, items: Sequence[Instance]) -> dict[int, float]:
        files = [
            (item.files[0].path, item.files[0].mtime_ns) if item.files and item.state in REACHABLE else None
            for item in items
        ]
        return self._b_values.told_apart([item.header for item in items], files)

    def _in_order(self, series: Series) -> list[Instance]:
        from fileroom.pixels.geometry import display_order

        found = self.search(Query(level=Level.INSTANCE, parent=series.id)).items
        found = tuple(self._as_read(item) for item in found)
        return [found[i] for i in display_order([item.header for item in found])]

    def _as_read(self, instance: Instance) -> Instance:
        """An image of a medium of which only the directory was read so far, with what its file says."""
        if self.medium is None or not instance.files:
            return instance
        header = self.medium.whole_header(instance.files[0].path, instance.header)
        return instance if header is instance.header else replace(instance, header=header)

    def _shown(self, items: Sequence[Instance]) -> Iterator[dict[str, Any]]:
        before, told = (_NOTHING,) * len(_IMAGE_FIELDS), _IMAGE_FIELDS
        for instance in items:
            # images of one series say mostly the same: these are one object, and made plain once
            values = _image_values(instance.header)
            told = [known if is_ is was else plain(is_) for is_, was, known in zip(values, before, told, strict=True)]
            before = values
            yield {
                "id": instance.id,
                "frames": instance.frames,
                "frames_url": f"/api/instances/{instance.id}/frames",
                "state": instance.state.value,
                "per_frame": self._per_frame(instance),
                **dict(zip(_IMAGE_FIELDS, told, strict=True)),
            }

    def _per_frame(self, instance: Instance) -> dict[str, Any] | None:
        from fileroom.pixels.frame_groups import RT_DOSE, frame_groups

        dose = instance.header.sop_class_uid == RT_DOSE
        if instance.state not in REACHABLE or (instance.frames < 2 and not dose):  # noqa: PLR2004 - more than one
            return None
        groups = frame_groups(instance.files[0].path, instance.header)
        return None if groups is None else plain(groups)

    def surface(
        self,
        series_id: str,
        target: Path,
        *,
        level: float,
        downsample: int = 1,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> SurfaceReport:
        """Write the surface of a series at a value (Hounsfield units for CT) as binary STL, in patient coordinates.

        Undecodable, in words, when its images make no volume; Unavailable when a file cannot be reached; Cancelled.
        What is written is not sealed.
        """
        from fileroom.pixels.surface import write_surface

        images = [instance for instance in self._in_order(self._series(series_id)) if instance.header.has_pixels]
        files = [(self.read(image.id).path, image.header) for image in images]
        return write_surface(files, level, target, downsample=downsample, on_progress=on_progress, cancel=cancel)

    def display(self, instance_id: str) -> Display:
        """What some images need besides to be shown or measured: tables, overlays, padding, calibrations.

        Read from the file. Unavailable when it cannot be reached, Undecodable when it is damaged.
        """
        from fileroom.pixels.display import read_display

        file = self.read(instance_id)
        return read_display(file.path, file.header)

    def read(self, instance_id: str) -> InstanceFile:
        """The file to read an instance from. Unavailable when none of its files can be reached now."""
        return self._at(instance_id, locate(self._catalog, instance_id))

    def read_all(self, uids: Mapping[str, str]) -> list[InstanceFile | Unavailable]:
        """The same of all instances that StudyInstanceUID, SeriesInstanceUID and SOPInstanceUID name, in their order;
        of each that cannot be reached now, why."""
        found = locate_all(self._catalog, uids)
        return [one if isinstance(one, Unavailable) else self._at(entry_id, one) for entry_id, one in found]

    def named(self, query: Query, most: int) -> list[Named]:
        """The first instances of a query; their files are looked for one by one, when each is wanted.

        One that names UIDs of study, series and instance, and nothing else, is answered soonest.
        """
        keys = {one.keyword: one.values for one in query.conditions if one.match in {Match.SINGLE, Match.LIST}}
        plain_query = Query(level=Level.INSTANCE, conditions=query.conditions, together=query.together)
        if keys and len(keys) == len(query.conditions) and keys.keys() <= BY_UIDS and query == plain_query:
            each = locate_each(self._catalog, keys, most)
            return [Named(uid, partial(self._found, entry_id, find)) for entry_id, uid, find in each]
        return [self.as_named(one) for one in islice(self.walk(query), most)]

    def as_named(self, instance: Instance) -> Named:
        """One of :meth:`named`, of which more is known already."""
        return Named(instance.header.sop_instance_uid, partial(self.read, instance.id))

    def _found(self, instance_id: str, find: Callable[[], Located]) -> InstanceFile:
        return self._at(instance_id, find())

    def _at(self, instance_id: str, found: Located) -> InstanceFile:
        if self.medium is not None:
            found = replace(found, header=self.medium.whole_header(found.path, found.header))
        return InstanceFile(
            id=instance_id,
            path=found.path,
            size=found.size,
            mtime_ns=found.mtime_ns,
            frames=found.frames,
            header=found.header,
            changed=found.changed,
        )

    def frame(self, instance: str | InstanceFile, number: int, *, decoded: bool = False) -> FrameBytes:
        """Frame ``number`` (from 1): as stored, or decoded to Explicit VR Little Endian.

        ``instance`` is an id, or what :meth:`read` gave a moment ago, which saves looking again. BadRequest out of
        range, Undecodable when the file does not hold it, Unavailable when it cannot be reached.
        """
        from fileroom.pixels import frames

        file = self._file(instance)
        if decoded:
            data = frames.native_frame(file.path, file.header, number)
            return FrameBytes(data=data, transfer_syntax_uid=EXPLICIT_LITTLE_ENDIAN)
        stored = frames.stored_frame(file.path, file.header, number)
        return FrameBytes(data=stored.data, transfer_syntax_uid=stored.transfer_syntax_uid)

    def frame_as(self, instance: str | InstanceFile, number: int, transfer_syntax_uid: str) -> FrameBytes:
        """Frame ``number`` in that transfer syntax, encoded anew without loss. Undecodable when it cannot be had so."""
        from fileroom.pixels.transcoding import encoded_frame

        file = self._file(instance)
        data = encoded_frame(file.path, file.header, number, transfer_syntax_uid)
        return FrameBytes(data=data, transfer_syntax_uid=transfer_syntax_uid)

    def can_be(self, file: InstanceFile, transfer_syntax_uid: str) -> bool:
        """Whether an instance can be had in a transfer syntax, as far as its header tells."""
        from fileroom.pixels.transcoding import can_be

        return can_be(file.header, transfer_syntax_uid)

    def is_whole(self, file: InstanceFile) -> bool:
        """Whether a file comes to its end, and has its last frame, as far as it shows without decoding one."""
        from fileroom.pixels.transcoding import is_whole

        return is_whole(file.path, file.header)

    def transcoded(self, file: InstanceFile, transfer_syntax_uid: str) -> Transcoded:
        """The whole instance in another transfer syntax, in pieces. Undecodable when it cannot be had so."""
        from fileroom.pixels.transcoding import transcoded

        return transcoded(file.path, file.header, transfer_syntax_uid)

    def render(self, instance: str | InstanceFile, frames: Sequence[int], look: Look) -> bytes:
        """A picture of a frame, or of several that move (GIF). Undecodable where there is nothing to show."""
        from fileroom.pixels.rendering import rendered

        file = self._file(instance)
        return rendered(file.path, file.header, frames, look)

    def metadata(self, instance: str | InstanceFile, bulk_data_uri: Callable[[str], str]) -> dict[str, Any]:
        """The instance's data set in the DICOM JSON model (PS3.18 F), read from its file, bulk data by URI.

        ``bulk_data_uri`` gets the attribute's path ("7FE00010", "00081140/0/00081155") and gives the URI.
        """
        from fileroom.dicom.metadata import dicom_json

        file = self._file(instance)
        return dicom_json(file.path, bulk_data_uri, *self.text_charsets([file]))

    def text_charsets(self, files: Sequence[InstanceFile]) -> tuple[str, ...]:
        """What the text of files is shown by, where its bytes do not say it themselves: as set by the user, else as
        guessed; ``""``: as declared."""
        charsets = charset_rules.in_force(self._catalog)
        return tuple(charsets.of(file.path, file.header) for file in files)

    def attributes(self, instance: str | InstanceFile) -> tuple[Attribute, ...]:
        """All attributes of an instance as lines, read from its file now. Unavailable when it cannot be reached."""
        from fileroom.dicom.listing import listing

        file = self._file(instance)
        return listing(file.path, *self.text_charsets([file]))

    def content(self, instance_id: str) -> dict[str, Any]:
        """What an object holds that is no image: a report, curves, a document; see docs/http-api.md.

        ``known`` says where objects that it refers to are in this archive, ``subjects`` which series here it lies
        over. Unavailable when its file cannot be
        reached, Undecodable when it is damaged or more than a page can show.
        """
        from fileroom.dicom.contents import content

        file = self._file(instance_id)
        found = content(file.path, *self.text_charsets([file]))
        known = self._whereabouts(instance_id, found.references)
        return {**plain(found), "known": known, "subjects": self._subjects(instance_id, found.about)}

    def _subjects(self, instance_id: str, about: Sequence[str]) -> list[str]:
        """The ids of these series of the same patient, those with most images first."""
        if not about:
            return []
        condition = Condition("SeriesInstanceUID", Match.LIST, tuple(about))
        patient = self._instance(instance_id).series.study.patient.id
        found = self.search(Query(level=Level.SERIES, parent=patient, conditions=(condition,))).items
        return [one.id for one in sorted(found, key=lambda one: -one.counts.frames)]

    def related(self, series_id: str) -> tuple[Related, ...]:
        """Masks, outlines and presentation states of the same patient that are about a series.

        Each is asked by its file; one that cannot be read now is left out.
        """
        from fileroom.dicom.contents.references import references

        series = self._series(series_id)
        over = Condition("Modality", Match.LIST, tuple(_OVER_IMAGES))
        query = Query(level=Level.INSTANCE, parent=series.study.patient.id, conditions=(over,), limit=_MOST_RELATED)
        charsets = charset_rules.in_force(self._catalog)
        found = []
        for one in self.search(query).items:
            if one.state not in REACHABLE:
                continue
            try:
                said = references(path := one.files[0].path, charsets.of(path, one.header))
            except (Unavailable, Undecodable):
                continue
            if said.concern(series.series_instance_uid, series.frame_of_reference_uid):
                label = said.label or one.series.description
                found.append(Related(instance=one.id, series=one.series, label=label))
        return tuple(found)

    def _whereabouts(self, near: str, sop_uids: Collection[str]) -> dict[str, dict[str, str]]:
        """By SOP Instance UID the ids of instance and series; of several with one UID that of the same patient."""
        wanted = tuple(sorted(sop_uids))[:_MOST_REFERENCES]
        if not wanted:
            return {}
        condition = Condition("SOPInstanceUID", Match.LIST, wanted)
        patient = self._instance(near).series.study.patient.id
        found = self.search(Query(level=Level.INSTANCE, conditions=(condition,), together=False)).items
        return {
            one.header.sop_instance_uid: {"instance": one.id, "series": one.series.id}
            for one in sorted(found, key=lambda one: one.series.study.patient.id == patient)
        }

    def document(self, instance_id: str) -> DocumentBytes:
        """The document that is put into an object. NotFound when there is none."""
        from fileroom.dicom.contents.document import document_bytes

        return document_bytes(self.read(instance_id).path)

    def bulk_data(self, instance: str | InstanceFile, path: str) -> bytes:
        """The value that a URI of :meth:`metadata` stands for. NotFound when the data set has no such attribute."""
        from fileroom.dicom.metadata import bulk_data

        return bulk_data(self._file(instance).path, path)

    def stored_bytes(self, instance: str | InstanceFile, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes of an instance's file, also of one in a container. Unavailable when it is gone."""
        from fileroom.sources.opened import opened

        try:
            with opened(self._file(instance).path) as file:
                return file.read_at(offset, length)
        except OSError as error:
            raise Unavailable("the file cannot be read now") from error

    def stored_stretches(self, file: InstanceFile, number: int) -> tuple[tuple[int, int], ...] | None:
        """Where :meth:`frame` finds frame ``number``, as stored, in the file itself: offset and length of each stretch.

        None when it lies nowhere as it is. The same errors.
        """
        from fileroom.pixels import frames

        return frames.stored_stretches(file.path, file.header, number)

    def generation(self) -> int | None:
        """Another number whenever the catalog has changed, whoever changed it; None when it cannot be told now."""
        return self._catalog.database.generation()

    def states(self, uids: Mapping[str, str]) -> dict[str, bytes]:
        """What the catalog says of the files of all instances that StudyInstanceUID, SeriesInstanceUID and
        SOPInstanceUID name, as a digest by SOP Instance UID: another one when it says something else."""
        return states(self._catalog, uids)

    def data_set(self, instance: str | InstanceFile, transfer_syntax: str = "") -> Iterator[bytes]:
        """The data set of an instance without its meta group, in pieces: as stored, or in one of :meth:`syntaxes` or
        :meth:`compressed_syntaxes`.

        Undecodable when it cannot be had in that one, Unavailable when the file cannot be read.
        """
        from fileroom.pixels.data_sets import pieces

        file = self._file(instance)
        return pieces(file.path, file.header, transfer_syntax)

    def syntaxes(self, instance: Instance | InstanceFile) -> Sequence[str]:
        """The transfer syntaxes in which a data set can be sent, as far as its header tells: that of its file first,
        then native ones."""
        from fileroom.pixels.data_sets import syntaxes

        return syntaxes(instance.header)

    def compressed_syntaxes(self, instance: Instance | InstanceFile) -> Sequence[str]:
        """Those in which it can be sent besides, compressed without loss."""
        from fileroom.pixels.data_sets import compressed

        return compressed(instance.header)

    def _file(self, instance: str | InstanceFile) -> InstanceFile:
        return self.read(instance) if isinstance(instance, str) else instance

    def header_json(self, instance: Instance) -> dict[str, Any]:
        """What the catalog knows of an instance, in the DICOM JSON model; no file is opened."""
        from fileroom.dicom.metadata import header_json

        return header_json(instance.header)

    def thumbnail(self, series_id: str) -> Picture | None:
        """A small picture of a series, made when first asked for and kept sealed; None when there is nothing to show.

        Unavailable when it has to be made and no file of the series can be reached.
        """
        series = self._series(series_id)
        row = self._catalog.row_of(series.id)
        kept = userdata.thumbnail(self._catalog, row)
        if kept is None:
            data = self._draw(series)
            kept = (_THUMBNAIL_TYPE, data)
            userdata.keep_thumbnail(self._catalog, row, *kept)
        return Picture(data=kept[1], media_type=kept[0]) if kept[1] else None

    def _draw(self, series: Series) -> bytes | None:
        """The picture of the image in the middle of a series; of its neighbours when that one is damaged or lost.

        Unavailable when none can be drawn and one cannot be reached.
        """
        from fileroom.errors import Undecodable
        from fileroom.pixels.geometry import display_order
        from fileroom.pixels.thumbnail import thumbnail

        found = self.search(Query(level=Level.INSTANCE, parent=series.id)).items
        ordered = [found[i] for i in display_order([item.header for item in found]) if found[i].frames]
        middle = len(ordered) // 2
        unreached: Unavailable | None = None
        for instance in ordered[middle : middle + _TRIES] + ordered[max(0, middle - 1) : middle]:
            try:
                file = self.read(instance.id)
                return thumbnail(file.path, file.header)
            except Unavailable as error:
                unreached = error
            except Undecodable:
                continue
        if unreached is not None:
            raise unreached
        return None
