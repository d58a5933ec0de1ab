"""Pictures of frames for people and programs that know no DICOM: windows, viewports, annotations (PS3.18 8.3.5)."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.dicom.names import display_name, person_name
from fileroom.errors import BadRequest, Undecodable
from fileroom.pixels.form import frame_count
from fileroom.pixels.frames import decoded_frame
from fileroom.pixels.functional_groups import of_frame, per_frame
from fileroom.pixels.pace import frame_times
from fileroom.pixels.thumbnail import fitted_size, picture_of
from fileroom.pixels.window import LINEAR, LINEAR_EXACT, SIGMOID, Window

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from PIL.Image import Image

    from fileroom.model.headers import Header
    from fileroom.model.pictures import Look, Viewport
    from fileroom.pixels.functional_groups import PerFrame

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF"}
QUALITY = 90
PAGE_SIDE = 1600  # pixels that a side of a picture in a page on a medium has at most
FUNCTIONS = {"linear": LINEAR, "linear-exact": LINEAR_EXACT, "sigmoid": SIGMOID}
MOST_FRAMES = 500  # of a moving picture
MOVING_SIZE = 512  # pixels that a side of one has at most, unless a viewport says so
LARGEST = 8192  # pixels of a side of any picture
_MARGIN, _LINE = 6, 40
_WHITE = 255


def rendered(path: str | os.PathLike[str], header: Header, frames: Sequence[int], look: Look) -> bytes:
    """Frames of an image in the format of ``look``: one, or as a GIF some of them that move."""
    groups = _groups(path, header)
    out = BytesIO()
    if look.media_type == "image/gif" and len(frames) > 1:
        pictures = _moving(path, header, groups, frames[:MOST_FRAMES], look)
        first = next(pictures)
        times = [round(time) for time in frame_times(path, header, frames[:MOST_FRAMES])]
        first.save(out, "GIF", save_all=True, append_images=pictures, duration=times, loop=0)
        return out.getvalue()
    picture = _picture(path, header, groups, frames[0], look)
    if look.media_type == "image/jpeg":
        picture.save(out, "JPEG", quality=look.quality or QUALITY)
    else:
        picture.save(out, FORMATS[look.media_type])
    return out.getvalue()


def _groups(path: str | os.PathLike[str], header: Header) -> PerFrame | None:
    """What each frame says of its grey levels; where that is damaged, what the image says stands for all."""
    try:
        return per_frame(path, header)
    except Undecodable:
        return None


def _moving(
    path: str | os.PathLike[str], header: Header, groups: PerFrame | None, frames: Sequence[int], look: Look
) -> Iterator[Image]:
    for number in frames:
        picture = _picture(path, header, groups, number, look)
        if look.viewport is None:
            picture.thumbnail((MOVING_SIZE, MOVING_SIZE))
        yield picture


def page_picture(path: str | os.PathLike[str], header: Header, number: int, window: Window | None) -> bytes:
    """A frame as a JPEG with the proportions of the body; ``window`` is for an image that names none."""
    from PIL import Image

    frame = decoded_frame(path, header, number)
    header = of_frame(header, _groups(path, header), number)
    own = None if header.window_center else window
    picture = Image.fromarray(np.ascontiguousarray(picture_of(frame, path, header, own, number)))
    size = fitted_size(header, min(PAGE_SIDE, max(picture.size)))
    out = BytesIO()
    picture.resize(size, Image.Resampling.LANCZOS).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _picture(path: str | os.PathLike[str], header: Header, groups: PerFrame | None, number: int, look: Look) -> Image:
    from PIL import Image

    if not header.has_pixels:
        raise Undecodable("the instance has no pixel data")
    if number > frame_count(header):
        raise BadRequest(f"there is no frame {number}")
    frame = decoded_frame(path, header, number)
    header = of_frame(header, groups, number)
    window = None
    if look.window is not None:
        center, width, function = look.window
        window = Window(center, width, FUNCTIONS[function])
    picture = Image.fromarray(np.ascontiguousarray(picture_of(frame, path, header, window, number)))
    picture = _fitted(picture, look.viewport)
    return _annotated(picture, header, look) if look.annotation else picture


def _fitted(picture: Image, viewport: Viewport | None) -> Image:
    """The part of the picture that is asked for, as large as fits into the viewport (PS3.18 8.3.5.1.3)."""
    from PIL import Image as Images

    if viewport is None:
        return picture
    left, top, width, height = viewport.x, viewport.y, viewport.width, viewport.height
    across = width if width is not None else picture.width - left
    down = height if height is not None else picture.height - top
    box = (left, top, min(left + abs(across), picture.width), min(top + abs(down), picture.height))
    if across == 0 or down == 0 or box[0] >= box[2] or box[1] >= box[3]:
        raise BadRequest("the region lies outside of the image")
    part = picture.crop((round(box[0]), round(box[1]), round(box[2]), round(box[3])))
    if across < 0:
        part = part.transpose(Images.Transpose.FLIP_LEFT_RIGHT)
    if down < 0:
        part = part.transpose(Images.Transpose.FLIP_TOP_BOTTOM)
    scale = min(viewport.columns / part.width, viewport.rows / part.height)
    size = (
        max(1, min(viewport.columns, round(part.width * scale))),
        max(1, min(viewport.rows, round(part.height * scale))),
    )
    smaller = size[0] < part.width and size[1] < part.height
    return part.resize(size, Images.Resampling.BOX if smaller else Images.Resampling.BILINEAR)


def _annotated(picture: Image, header: Header, look: Look) -> Image:
    """Who it is and how it was made, burnt into the picture (PS3.18 8.3.5.1.1)."""
    from PIL import ImageDraw, ImageFont

    size = max(10, min(picture.size) // _LINE)
    font = ImageFont.load_default(size)
    draw = ImageDraw.Draw(picture)
    white: Any = _WHITE if picture.mode == "L" else (_WHITE, _WHITE, _WHITE)
    black: Any = 0 if picture.mode == "L" else (0, 0, 0)
    for name, texts in (("patient", _patient(header)), ("technique", _technique(header))):
        if name in look.annotation:
            right = name == "technique"
            at = (picture.width - _MARGIN if right else _MARGIN, _MARGIN)
            draw.multiline_text(
                at,
                "\n".join(text for text in texts if text),
                fill=white,
                font=font,
                anchor="ra" if right else "la",
                align="right" if right else "left",
                stroke_width=max(1, size // 12),
                stroke_fill=black,
            )
    return picture


def _patient(header: Header) -> tuple[str, ...]:
    name = display_name(replace(person_name(header.patient_name), ideographic="", phonetic=""))
    return name, header.patient_id, header.patient_birth_date, header.patient_sex


def _technique(header: Header) -> tuple[str, ...]:
    thickness = f"{header.slice_thickness:g} mm" if header.slice_thickness else ""
    described = header.series_description or header.protocol_name
    return f"{header.modality} {header.study_date}".strip(), described, thickness
