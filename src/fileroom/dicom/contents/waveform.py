"""Curves over time (PS3.3 C.10.9): electrocardiograms, haemodynamics; their samples as stored, and what they mean."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any, Final

from fileroom.dicom.contents.opening import (
    first_of,
    items_of,
    meaning_of,
    number_of,
    raw_of,
    text_of,
)
from fileroom.errors import Undecodable

KIND: Final = "waveform"
MOST_SAMPLES: Final = 16 << 20  # of all channels: a day of twelve leads at 16 samples a second, an hour at 360
MOST_CHANNELS: Final = 64
MOST_NOTES: Final = 500
WAVEFORM_DATA: Final = 0x54001010
PADDING: Final = 0x5400100A

# Waveform Sample Interpretation (C.10.9.1.5) and Bits Allocated, as numpy calls them; companded sound is not drawn.
CELLS: Final = {
    ("SB", 8): "i1", ("UB", 8): "u1", ("SS", 16): "i2", ("US", 16): "u2", ("SL", 32): "i4", ("UL", 32): "u4",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A curve: value = (sample + ``baseline``) × ``scale`` in ``unit``; the filters are those of the device, in Hz.

    ``data`` are its samples as 32-bit integers in little endian, in Base64; ``padding`` stands where there was none.
    """

    name: str
    unit: str
    scale: float
    baseline: float
    low_filter: float | None
    high_filter: float | None
    notch_filter: float | None
    padding: int | None
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Channels that were sampled together, ``frequency`` times a second."""

    label: str
    frequency: float
    samples: int
    channels: tuple[Channel, ...]
    problem: str  # why there are none


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What the device or a person wrote beside the curves (C.10.10)."""

    name: str
    value: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waveform:
    """All curves of an object, and what is said of them."""

    groups: tuple[Group, ...]
    notes: tuple[Note, ...]


def is_one(data_set: Any) -> bool:
    """Whether curves are in it."""
    return "WaveformSequence" in data_set


def read(data_set: Any) -> Waveform:
    """The curves. Undecodable when there are more samples than a page can hold."""
    groups = tuple(_group(item, big=_is_big(data_set)) for item in items_of(data_set, "WaveformSequence"))
    if sum(group.samples * len(group.channels) for group in groups) > MOST_SAMPLES:
        raise Undecodable("the curves are too long to be drawn")
    notes = items_of(data_set, "WaveformAnnotationSequence")[:MOST_NOTES]
    return Waveform(groups=groups, notes=tuple(note for item in notes if (note := _note(item)) is not None))


def _is_big(data_set: Any) -> bool:
    return data_set.original_encoding[1] is False


def _group(item: Any, *, big: bool) -> Group:
    import numpy as np

    channels = items_of(item, "ChannelDefinitionSequence")
    cell = CELLS.get(
        (text_of(item, "WaveformSampleInterpretation"), int(number_of(item, "WaveformBitsAllocated") or 0))
    )
    raw, frequency = raw_of(item, WAVEFORM_DATA), number_of(item, "SamplingFrequency") or 0.0
    label = text_of(item, "MultiplexGroupLabel")
    if cell is None or raw is None or not 0 < len(channels) <= MOST_CHANNELS or frequency <= 0:
        why = "encoding" if cell is None else "too_long" if raw is None and WAVEFORM_DATA in item else "damaged"
        return Group(label=label, frequency=frequency, samples=0, channels=(), problem=why)
    dtype = np.dtype(cell).newbyteorder(">" if big else "<")
    whole = len(raw) // dtype.itemsize // len(channels)
    # the number of samples may lie: what is there counts, and no more than is said
    samples = min(whole, int(number_of(item, "NumberOfWaveformSamples") or whole))
    table = np.frombuffer(raw, dtype, samples * len(channels)).reshape(samples, len(channels))
    padding = _padding(item, dtype)
    return Group(
        label=label,
        frequency=frequency,
        samples=samples,
        channels=tuple(_channel(one, table[:, at], padding) for at, one in enumerate(channels)),
        problem="" if samples else "damaged",
    )


def _padding(item: Any, dtype: Any) -> int | None:
    import numpy as np

    raw = raw_of(item, PADDING)
    return None if raw is None or len(raw) < dtype.itemsize else int(np.frombuffer(raw, dtype, 1)[0])


def _channel(item: Any, samples: Any, padding: int | None) -> Channel:
    import numpy as np

    units = first_of(item, "ChannelSensitivityUnitsSequence")
    # C.10.9.1.4: sensitivity × correction is the value of one unit of the sample, above the baseline
    scale = (number_of(item, "ChannelSensitivity") or 1.0) * (
        number_of(item, "ChannelSensitivityCorrectionFactor") or 1.0
    )
    return Channel(
        name=text_of(item, "ChannelLabel") or meaning_of(item, "ChannelSourceSequence"),
        unit="" if units is None else text_of(units, "CodeValue") or text_of(units, "CodeMeaning"),
        scale=scale,
        baseline=number_of(item, "ChannelBaseline") or 0.0,
        low_filter=number_of(item, "FilterLowFrequency"),
        high_filter=number_of(item, "FilterHighFrequency"),
        notch_filter=number_of(item, "NotchFilterFrequency"),
        padding=padding,
        data=base64.b64encode(samples.astype(np.dtype("<i4")).tobytes()).decode("ascii"),
    )


def _note(item: Any) -> Note | None:
    units = first_of(item, "MeasurementUnitsCodeSequence")
    value = (
        text_of(item, "NumericValue")
        or text_of(item, "UnformattedTextValue")
        or meaning_of(item, "ConceptCodeSequence")
    )
    name = meaning_of(item, "ConceptNameCodeSequence")
    if not value and not name:
        return None
    return Note(name=name, value=value, unit="" if units is None else text_of(units, "CodeValue"))
