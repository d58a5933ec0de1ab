"""Presentation states (PS3.3 A.33, C.10, C.11): how somebody wanted images to be seen, and what they wrote on them."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fileroom.dicom.colours import palette_of, srgb_of
from fileroom.dicom.contents.opening import first_of, items_of, number_of, numbers_of, raw_of, text_of
from fileroom.dicom.contents.references import series_of
from fileroom.dicom.overlays import GROUPS, Overlay, overlay_of
from fileroom.dicom.parsing import value_of
from fileroom.errors import Undecodable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KIND: Final = "presentation"
# of grey images, of colour ones, in pseudo-colour, and of two that are blended (which is not done, and told)
CLASSES: Final = tuple(f"1.2.840.10008.5.1.4.1.1.11.{kind}" for kind in (1, 2, 3, 4))
MOST_GRAPHICS: Final = 5000
MOST_NUMBERS: Final = 100_000
TABLE_ENTRIES: Final = 65536
DESCRIPTOR_VALUES: Final = 3
WHITE: Final = 0xFFFF
OVERLAY_DATA, ACTIVATION = 0x3000, 0x1001


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image that is meant; ``frames`` from 1, empty for all."""

    sop_instance_uid: str
    frames: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Grey levels of some images (of all, when none is named): windows, or a table (as those of images are)."""

    images: tuple[Image, ...]
    centers: tuple[float, ...]
    widths: tuple[float, ...]
    function: str
    table: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """The part of some images that is shown: first and last column and row, from 1 (C.10.4)."""

    images: tuple[Image, ...]
    first: tuple[float, ...]
    last: tuple[float, ...]
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Graphic:
    """POINT, POLYLINE, INTERPOLATED, CIRCLE or ELLIPSE; ``units`` PIXEL (of the image) or DISPLAY (C.10.5)."""

    type: str
    units: str
    filled: bool
    points: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text in a box, or at an anchor point; both in their own units."""

    value: str
    units: str
    box: tuple[float, ...]
    anchor_units: str
    anchor: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """What is drawn and written on some images, in one layer."""

    images: tuple[Image, ...]
    layer: str
    graphics: tuple[Graphic, ...]
    texts: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What is drawn together, the higher ``order`` over the lower; ``colour`` is red, green and blue (C.10.7)."""

    name: str
    order: int
    colour: tuple[int, int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """The layer in which the overlay of a group is drawn, be it of the image or of the state; ``""``: not at all
    (C.11.7)."""

    group: int
    layer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutter:
    """What stays visible (C.7.6.11): numbers as the attributes have them, rows before columns."""

    shape: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """A whole state. ``rotation`` clockwise in degrees, then ``flip``: left and right (C.10.6). ``rescale``: slope
    and intercept from stored values to those that its windows are in (C.11.1), empty when it does not say;
    ``modality_table`` goes in their place, and ``presentation_table`` is for the grey levels that come of the windows
    (C.11.4): tables as those of windows. ``palette`` has the colours from the darkest grey to the brightest (C.7.9),
    red, green and blue a byte each, in Base64; empty for grey. ``overlays`` are its own, in the place of those of the
    image of the same groups; that of ``shutter_overlay`` (0: none) hides what is below its bits. ``shutter_colour``:
    what shutters are filled with. ``images`` are all that it is about; none named: all of its series.
    ``unapplied`` is what else it asks for and no page of ours does, for the page to say so."""

    label: str
    description: str
    images: tuple[Image, ...]
    inverse: bool
    rotation: int
    flip: bool
    rescale: tuple[float, ...]
    modality_table: dict[str, Any] | None
    presentation_table: dict[str, Any] | None
    windows: tuple[Window, ...]
    areas: tuple[Area, ...]
    annotations: tuple[Annotation, ...]
    layers: tuple[Layer, ...]
    activations: tuple[Activation, ...]
    overlays: tuple[Overlay, ...]
    palette: str
    shutters: tuple[Shutter, ...]
    shutter_overlay: int
    shutter_colour: tuple[int, int, int]
    unapplied: tuple[str, ...]
    about: tuple[str, ...]


def is_one(data_set: Any) -> bool:
    """Whether it is a presentation state of grey or colour images."""
    return text_of(data_set, "SOPClassUID") in CLASSES


def read(data_set: Any) -> Presentation:
    """The state. Undecodable when more is drawn than anybody would."""
    annotations = tuple(_annotation(item) for item in items_of(data_set, "GraphicAnnotationSequence")[:MOST_GRAPHICS])
    if sum(len(one.graphics) + len(one.texts) for one in annotations) > MOST_GRAPHICS:
        raise Undecodable("more is drawn than can be shown")
    return Presentation(
        label=text_of(data_set, "ContentLabel"),
        description=text_of(data_set, "ContentDescription"),
        images=tuple(image for item in items_of(data_set, "ReferencedSeriesSequence") for image in _images(item)),
        inverse=text_of(data_set, "PresentationLUTShape") == "INVERSE",
        rotation=int(number_of(data_set, "ImageRotation") or 0) % 360,
        flip=text_of(data_set, "ImageHorizontalFlip") == "Y",
        rescale=_rescale(data_set),
        modality_table=_table(first_of(data_set, "ModalityLUTSequence")),
        presentation_table=_table(first_of(data_set, "PresentationLUTSequence")),
        windows=tuple(_window(item) for item in items_of(data_set, "SoftcopyVOILUTSequence")),
        areas=tuple(_area(item) for item in items_of(data_set, "DisplayedAreaSelectionSequence")),
        annotations=annotations,
        layers=tuple(_layer(item) for item in items_of(data_set, "GraphicLayerSequence")),
        activations=tuple(_activations(data_set)),
        overlays=tuple(found for group in GROUPS if (found := _overlay(data_set, group)) is not None),
        palette=_palette(data_set),
        shutters=_shutters(data_set),
        shutter_overlay=int(number_of(data_set, "ShutterOverlayGroup") or 0) if _has_bitmap(data_set) else 0,
        shutter_colour=srgb_of(numbers_of(data_set, "ShutterPresentationColorCIELabValue"))
        or _grey(number_of(data_set, "ShutterPresentationValue") or 0),
        unapplied=tuple(code for code, asks in UNAPPLIED.items() if asks(data_set)),
        about=series_of(data_set),
    )


def _images(item: Any) -> tuple[Image, ...]:
    return tuple(
        Image(
            sop_instance_uid=text_of(one, "ReferencedSOPInstanceUID"),
            frames=tuple(int(number) for number in numbers_of(one, "ReferencedFrameNumber")),
        )
        for one in items_of(item, "ReferencedImageSequence")
    )


def _rescale(data_set: Any) -> tuple[float, ...]:
    slope, intercept = number_of(data_set, "RescaleSlope"), number_of(data_set, "RescaleIntercept")
    # a slope of 0 is a mistake, as it is in an image
    return () if not slope or intercept is None else (slope, intercept)


def _window(item: Any) -> Window:
    return Window(
        images=_images(item),
        centers=tuple(numbers_of(item, "WindowCenter")),
        widths=tuple(numbers_of(item, "WindowWidth")),
        function=text_of(item, "VOILUTFunction"),
        table=_table(first_of(item, "VOILUTSequence")),
    )


def _table(item: Any) -> dict[str, Any] | None:
    """A table in the form in which those of images are told (pixels/display.py); its first value may be below 0."""
    import numpy as np

    descriptor = [int(value) for value in numbers_of(item, "LUTDescriptor")] if item is not None else []
    if len(descriptor) != DESCRIPTOR_VALUES:
        return None
    entries, first, bits = descriptor[0] % TABLE_ENTRIES or TABLE_ENTRIES, descriptor[1], descriptor[2]
    value: Any = item.get("LUTData")
    words = np.frombuffer(value, np.dtype("<u2")) if isinstance(value, bytes) else np.array(numbers_of(item, "LUTData"))
    if len(words) < entries:
        return None
    data = words[:entries].astype(np.dtype("<u2"))
    return {
        "first": first,
        "bits": max(min(max(bits, 8), 16), int(data.max()).bit_length()),
        "data": base64.b64encode(data.tobytes()).decode("ascii"),
        "explanation": text_of(item, "LUTExplanation"),
    }


def _is_damaged(data_set: Any, sequence: str) -> bool:
    """Whether it has a table that is none."""
    item = first_of(data_set, sequence)
    return item is not None and _table(item) is None


def _area(item: Any) -> Area:
    return Area(
        images=_images(item),
        first=tuple(numbers_of(item, "DisplayedAreaTopLeftHandCorner")),
        last=tuple(numbers_of(item, "DisplayedAreaBottomRightHandCorner")),
        mode=text_of(item, "PresentationSizeMode"),
    )


def _annotation(item: Any) -> Annotation:
    return Annotation(
        images=_images(item),
        layer=text_of(item, "GraphicLayer"),
        graphics=tuple(_graphic(one) for one in items_of(item, "GraphicObjectSequence")),
        texts=tuple(_text(one) for one in items_of(item, "TextObjectSequence")),
    )


def _graphic(item: Any) -> Graphic:
    return Graphic(
        type=text_of(item, "GraphicType"),
        units=text_of(item, "GraphicAnnotationUnits"),
        filled=text_of(item, "GraphicFilled") == "Y",
        points=tuple(numbers_of(item, "GraphicData")[:MOST_NUMBERS]),
    )


def _text(item: Any) -> Text:
    box = (*numbers_of(item, "BoundingBoxTopLeftHandCorner"), *numbers_of(item, "BoundingBoxBottomRightHandCorner"))
    return Text(
        value=text_of(item, "UnformattedTextValue"),
        units=text_of(item, "BoundingBoxAnnotationUnits"),
        box=box,
        anchor_units=text_of(item, "AnchorPointAnnotationUnits"),
        anchor=tuple(numbers_of(item, "AnchorPoint")),
    )


SHUTTERS: Final = {
    "RECTANGULAR": (
        "ShutterLeftVerticalEdge",
        "ShutterUpperHorizontalEdge",
        "ShutterRightVerticalEdge",
        "ShutterLowerHorizontalEdge",
    ),
    "CIRCULAR": ("CenterOfCircularShutter", "RadiusOfCircularShutter"),
    "POLYGONAL": ("VerticesOfThePolygonalShutter",),
}


def _shutters(data_set: Any) -> tuple[Shutter, ...]:
    shapes = text_of(data_set, "ShutterShape").split("\\")
    return tuple(found for shape in shapes if (found := _shutter(data_set, shape)))


def _shutter(data_set: Any, shape: str) -> Shutter | None:
    values = [number for keyword in SHUTTERS.get(shape, ()) for number in numbers_of(data_set, keyword)]
    return Shutter(shape=shape, values=tuple(values[:MOST_NUMBERS])) if values else None


def _has_bitmap(data_set: Any) -> bool:
    return "BITMAP" in text_of(data_set, "ShutterShape").split("\\")


def _layer(item: Any) -> Layer:
    grey = number_of(item, "GraphicLayerRecommendedDisplayGrayscaleValue")
    colour = srgb_of(numbers_of(item, "GraphicLayerRecommendedDisplayCIELabValue"))
    return Layer(
        name=text_of(item, "GraphicLayer"),
        order=int(number_of(item, "GraphicLayerOrder") or 0),
        colour=colour or (None if grey is None else _grey(grey)),
    )


def _grey(value: float) -> tuple[int, int, int]:
    """A P-Value, from 0 (black) to FFFFH (white)."""
    level = round(min(max(value, 0), WHITE) / WHITE * 255)
    return level, level, level


def _activations(data_set: Any) -> Iterator[Activation]:
    for group in GROUPS:
        if (group << 16 | ACTIVATION) in data_set:
            layer = value_of(data_set, group << 16 | ACTIVATION)
            yield Activation(group=group, layer="" if layer is None else str(layer).strip())


def _overlay(data_set: Any, group: int) -> Overlay | None:
    try:
        return overlay_of(data_set, group)
    except (TypeError, ValueError, IndexError):
        return None


def _is_missing_overlays(data_set: Any) -> bool:
    """Whether it has an overlay of its own that is damaged."""
    own = {group for group in GROUPS if raw_of(data_set, group << 16 | OVERLAY_DATA)}
    return any(_overlay(data_set, group) is None for group in own)


def _is_missing_shutter(data_set: Any) -> bool:
    group = int(number_of(data_set, "ShutterOverlayGroup") or 0)
    return _has_bitmap(data_set) and (group not in GROUPS or _overlay(data_set, group) is None)


def _palette(data_set: Any) -> str:
    if not _has_palette(data_set):
        return ""
    try:
        _, colours = palette_of(data_set)
    except Exception:  # noqa: BLE001 - pydicom raises nearly anything; that it has none is told
        return ""
    return base64.b64encode(colours.tobytes()).decode("ascii")


def _has_palette(data_set: Any) -> bool:
    return bool(numbers_of(data_set, "RedPaletteColorLookupTableDescriptor"))


def _has_lone_compounds(data_set: Any) -> bool:
    """Compound graphics without the simple ones that stand for them elsewhere (C.10.5.1.3)."""
    return any(
        items_of(item, "CompoundGraphicSequence")
        and not (items_of(item, "GraphicObjectSequence") or items_of(item, "TextObjectSequence"))
        for item in items_of(data_set, "GraphicAnnotationSequence")
    )


SIZED: Final = ("TRUE SIZE", "MAGNIFY")

# A picture that is not quite what its author saw must not pass for it.
UNAPPLIED: Final[dict[str, Callable[[Any], bool]]] = {
    "modality_table": lambda state: _is_damaged(state, "ModalityLUTSequence"),
    "presentation_table": lambda state: _is_damaged(state, "PresentationLUTSequence"),
    "palette": lambda state: _has_palette(state) and not _palette(state),
    "blending": lambda state: bool(items_of(state, "BlendingSequence")),
    "subtraction": lambda state: bool(items_of(state, "MaskSubtractionSequence")),
    "overlays": _is_missing_overlays,
    "bitmap_shutter": _is_missing_shutter,
    "compounds": _has_lone_compounds,
    "size": lambda state: any(
        text_of(item, "PresentationSizeMode") in SIZED for item in items_of(state, "DisplayedAreaSelectionSequence")
    ),
}
