"""The form of the frames of one instance, checked before anything is allocated for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fileroom.errors import Undecodable

if TYPE_CHECKING:
    from fileroom.model.headers import Header

# One frame may take this much when decoded. The largest real ones (a 4K colour tile, a digital mammogram, a scanned
# film) stay below 100 MB; 65535 x 65535 x 16 bit, which sixteen bytes of header can claim, does not.
MAX_FRAME_BYTES = 512 * 1024 * 1024
BITS = (1, 8, 16, 32, 64)
MAX_SAMPLES = 4  # ARGB and CMYK, both retired, have four

GREY = frozenset({"MONOCHROME1", "MONOCHROME2"})
SUBSAMPLED = frozenset({"YBR_FULL_422", "YBR_PARTIAL_422"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the Image Pixel module says of each frame (PS3.3 C.7.6.3)."""

    rows: int
    columns: int
    samples: int
    photometric: str
    planar: bool
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    frames: int

    @property
    def pixels(self) -> int:
        """Pixels of a frame."""
        return self.rows * self.columns

    @property
    def bytes_allocated(self) -> int:
        """Bytes of one decoded sample; single bits are decoded to bytes."""
        return max(1, self.bits_allocated // 8)

    @property
    def frame_bytes(self) -> int:
        """Bytes of a decoded frame."""
        return self.pixels * self.samples * self.bytes_allocated

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of a decoded frame."""
        return (self.rows, self.columns) if self.samples == 1 else (self.rows, self.columns, self.samples)


def frame_count(header: Header) -> int:
    """Number of Frames, which is 1 where the attribute is absent or nonsense."""
    return max(1, header.number_of_frames or 1)


def form_of(header: Header) -> Form:
    """The form that ``header`` describes. Undecodable when it describes none that we could hold."""
    if not header.has_pixels:
        raise Undecodable("the instance has no pixel data")
    rows, columns = header.rows or 0, header.columns or 0
    bits = header.bits_allocated or 0
    samples = header.samples_per_pixel or 1
    if rows < 1 or columns < 1:
        raise Undecodable(f"an image of {rows} rows and {columns} columns cannot be decoded")
    if bits not in BITS:
        raise Undecodable(f"{bits} bits allocated are not supported")
    if samples > MAX_SAMPLES:
        raise Undecodable(f"{samples} samples per pixel are not supported")
    stored = header.bits_stored if header.bits_stored and 1 <= header.bits_stored <= bits else bits
    high = header.high_bit if header.high_bit is not None and stored - 1 <= header.high_bit < bits else stored - 1
    form = Form(
        rows=rows,
        columns=columns,
        samples=samples,
        photometric=header.photometric_interpretation or ("MONOCHROME2" if samples == 1 else "RGB"),
        planar=samples > 1 and header.planar_configuration == 1,
        bits_allocated=bits,
        bits_stored=stored,
        high_bit=high,
        signed=header.pixel_representation == 1,
        frames=frame_count(header),
    )
    if form.frame_bytes > MAX_FRAME_BYTES:
        raise Undecodable(f"a frame of {rows} x {columns} pixels is larger than what is decoded here")
    return form
