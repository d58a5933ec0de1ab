"""Where the walk says that a folder lies on its drive."""

from __future__ import annotations

from fileroom.intake.ahead import Places
from fileroom.sources.drives import Mount, Mounts

DISK = Mount("uuid:disk", "disk", "Disk", "/")
STICK = Mount("uuid:stick", "disk", "Stick", "/media/stick")
PART = Mount("uuid:disk", "disk", "Disk", "/srv", inside="/exports/data")
MOUNTS = Mounts.of([DISK, STICK, PART])


def test_a_folder_lies_where_its_parent_lies_unless_a_drive_is_mounted_there() -> None:
    places = Places(MOUNTS)
    paths = ["/", "/media", "/media/stick", "/media/stick/a", "/media/stick/a/b", "/media/other", "/srv", "/srv/x"]
    found = [(place.mount, place.inside) for place in map(places.of, paths)]
    assert found == [MOUNTS.locate(path) for path in paths]
    assert found[4] == (STICK, "/a/b")
    assert found[7] == (PART, "/exports/data/x")


def test_the_order_of_asking_makes_no_difference() -> None:
    places = Places(MOUNTS)
    for path in ("/media/stick/a/b", "/media/stick/a", "/srv/x/y", "/srv", "/media/stick", "/"):
        place = places.of(path)
        assert (place.mount, place.inside) == MOUNTS.locate(path)
