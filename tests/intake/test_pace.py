from __future__ import annotations

import threading
import time

from fileroom.intake.pace import Pace


def where() -> int:
    return threading.get_ident()


def slow() -> int:
    time.sleep(0.02)
    return threading.get_ident()


def test_what_is_quick_is_done_here_and_what_waits_in_threads() -> None:
    pace = Pace(2)
    here = threading.get_ident()
    assert [pace.do(where).result() for _ in range(3)] == [here] * 3
    assert pace.do(slow).result() == here  # now it is known that there is something to wait for
    assert pace.do(slow).result() != here
    pace.end()


def test_from_time_to_time_it_looks_again() -> None:
    pace = Pace(2)
    here = threading.get_ident()
    pace.do(slow)
    assert here in [pace.do(where).result() for _ in range(200)]
    pace.end()
