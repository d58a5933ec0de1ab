"""What MINC, PAR/REC, AFNI and ECAT have in common: nibabel reads header and values, a plane at a time."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from fileroom.errors import FileroomError
from fileroom.model.others import Refusal, Remark
from fileroom.volumes.refusing import Refused
from fileroom.volumes.volume import RAS_TO_LPS, Volume, checked_affine, checked_shape

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Proxied:
    """Values behind an array proxy of nibabel: columns, rows, slices and times, or times first."""

    proxy: Any = field(repr=False)
    slices: int
    time_first: bool = False

    def plane(self, number: int) -> NDArray[Any]:
        """As :class:`~fileroom.volumes.volume.Values` says."""
        time, place = divmod(number, self.slices)
        spatial: tuple[Any, ...] = (slice(None), slice(None), place)
        count = len(self.proxy.shape)
        if self.time_first and count > 3:  # noqa: PLR2004 - three of space
            index: tuple[Any, ...] = (time, *spatial)
        else:
            index = (*spatial, time, *[0] * (count - 4))[:count]
        found: NDArray[Any] = guarded(lambda: np.asarray(self.proxy[index]))
        return found


def guarded(call: Callable[[], Any]) -> Any:
    """``call``, with whatever a library raises at a damaged file as our own word, and its warnings kept to itself."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return call()
    except FileroomError:
        raise
    except FileNotFoundError as error:
        raise Refused(Refusal.PART_MISSING) from error
    except (OSError, EOFError) as error:
        raise Refused(Refusal.ENDS_EARLY) from error
    except MemoryError as error:
        raise Refused(Refusal.TOO_LARGE) from error
    except Exception as error:
        raise Refused(Refusal.DAMAGED, str(error)[:160]) from error


def volume_of(
    name: str, form: str, image: Any, *, time_first: bool = False, unit: str = "", remarks: tuple[Remark, ...] = ()
) -> Volume:
    """An image of nibabel as a volume. Its values come scaled: where each slice has a scale of its own there is no
    other way to have them."""
    lengths = [int(length) for length in image.shape]
    if time_first and len(lengths) > 3:  # noqa: PLR2004 - three of space
        lengths = [*lengths[1:], lengths[0]]
    kind = np.dtype(np.float64)
    shape = checked_shape(lengths, kind)
    affine = checked_affine(RAS_TO_LPS @ np.asarray(image.affine, dtype=float))
    values = Proxied(image.dataobj, shape[2], time_first)
    return Volume(
        name=name,
        format=form,
        shape=shape,
        dtype=values.plane(0).dtype,
        values=values,
        affine=affine,
        unit=unit,
        remarks=remarks,
    )
