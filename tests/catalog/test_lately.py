"""Figures of a large catalog are looked up seldom, those of a small one always."""

from __future__ import annotations

from fileroom.catalog.lately import Lately


class Room:
    """A room whose look takes ``slow`` seconds of a clock of its own."""

    def __init__(self, slow: float) -> None:
        self.slow, self.now, self.looks = slow, 100.0, 0
        self.figure = Lately[int](lambda: self.now)

    def look(self) -> int:
        self.looks += 1
        self.now += self.slow
        return self.looks

    def ask(self, revision: str, after: float = 0.0) -> int:
        self.now += after
        return self.figure.tell(revision, self.look)


def test_what_has_not_changed_is_not_looked_up_again() -> None:
    room = Room(slow=0.001)
    assert [room.ask("1"), room.ask("1", after=1000), room.ask("2"), room.ask("2")] == [1, 1, 2, 2]


def test_a_small_room_is_always_looked_at() -> None:
    room = Room(slow=0.001)
    assert [room.ask(str(n)) for n in range(5)] == [1, 2, 3, 4, 5]


def test_a_large_one_is_looked_at_a_twentieth_of_the_time() -> None:
    room = Room(slow=2.0)
    told = [room.ask(str(second), after=1.0) for second in range(100)]
    assert told[:39] == [1] * 39
    assert room.looks == 3
