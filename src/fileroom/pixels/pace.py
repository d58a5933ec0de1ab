"""How long each frame of a clip is shown (PS3.3 C.7.6.5, C.8.4.8), as the viewer shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fileroom.errors import FileroomError
from fileroom.pixels.display import read_display
from fileroom.pixels.frame_groups import frame_groups

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    from fileroom.model.headers import Header

_USUAL: Final = 10.0  # frames a second of a clip that does not say
_SHORTEST, _LONGEST = 10.0, 10_000.0
_TURN: Final = 6000.0  # milliseconds of a whole turn of views, which took half an hour
_WAITED: Final = 1000.0  # no frame of a dynamic image is waited for longer: it took minutes


def frame_time(header: Header) -> float:
    """Milliseconds that each frame is shown, where all are shown equally long."""
    return _told(header) or 1000 / _USUAL


def frame_times(path: str | os.PathLike[str], header: Header, numbers: Sequence[int]) -> list[float]:
    """Milliseconds that each of these frames, from 1, is shown."""
    recommended = (header.recommended_display_frame_rate or 0) > 0
    # a Frame Time may stand beside a vector of them, and the file says in which of the two it believes (C.7.6.5.1)
    asked = _told(header) is None or (header.frame_time is not None and not recommended)
    own = list(_own(path, header, numbers)) if asked else []
    return own or [frame_time(header)] * len(numbers)


def _told(header: Header) -> float | None:
    """What the file says of all frames: as it recommends, else as they were taken."""
    rate, time = header.recommended_display_frame_rate, header.frame_time
    if rate and rate > 0:
        return _within(1000 / rate)
    if time and time > 0:
        return _within(time)
    return _within(1000 / header.cine_rate) if header.cine_rate and header.cine_rate > 0 else None


def _own(path: str | os.PathLike[str], header: Header, numbers: Sequence[int]) -> Iterator[float]:
    """What it says of each; nothing where it does not, or that is damaged."""
    try:
        since = read_display(path, header).frame_times
        groups = None if since or _told(header) else frame_groups(path, header)
    except FileroomError:
        return
    if since:
        mean = sum(since[1:]) / (len(since) - 1)
        # each number is the time since the frame before, so that the last frame has none of its own
        yield from (_within(since[number] if number < len(since) else mean) for number in numbers)
    elif groups is not None and (any(groups.frame_time) or any(groups.angular_step)):
        for number in numbers:
            time, step = groups.frame_time[number - 1], groups.angular_step[number - 1]
            turned = _TURN * step / 360 if step else 1000 / _USUAL
            yield _within(min(_WAITED, time or turned))


def _within(milliseconds: float) -> float:
    return min(max(milliseconds, _SHORTEST), _LONGEST)
