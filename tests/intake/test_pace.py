from __future__ import annotations

import threading
import time

import pytest

from fileroom.intake import pace as pace_of
from fileroom.intake.pace import Pace


def where() -> int:
    return threading.get_ident()


waits: list[int] = []


def slow() -> int:
    time.sleep(0.02)
    waits.append(1)
    return threading.get_ident()


@pytest.fixture(autouse=True)
def machine_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody takes the processor away: it is given back by what waits, and by nothing else."""
    monkeypatch.setattr(pace_of, "_given_back", lambda: len(waits))


def test_what_is_quick_is_done_here_and_what_waits_in_threads() -> None:
    pace = Pace(2)
    here = threading.get_ident()
    assert [pace.do(where).result() for _ in range(3)] == [here] * 3
    assert pace.do(slow).result() == here  # now it is known that there is something to wait for
    assert pace.do(slow).result() != here
    pace.end()


def test_who_had_the_processor_taken_away_waits_for_no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace_of, "_given_back", lambda: 7)  # it is never given back
    pace = Pace(2)
    assert [pace.do(slow).result() for _ in range(3)] == [threading.get_ident()] * 3
    assert not pace.is_slow


def test_from_time_to_time_it_looks_again() -> None:
    pace = Pace(2)
    here = threading.get_ident()
    pace.do(slow)
    assert pace.is_slow
    assert here in [pace.do(where).result() for _ in range(200)]
    pace.end()
