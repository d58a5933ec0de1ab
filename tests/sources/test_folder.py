from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from fileroom.errors import SourceError
from fileroom.model import Outcome, Reason
from fileroom.sources.folder import walk
from tests.world import plant, without_privileges

if TYPE_CHECKING:
    from pathlib import Path


def seen(root: Path, **options: object) -> dict[str, list[str]]:
    listings = walk(str(root), **options)  # type: ignore[arg-type]
    return {os.path.relpath(item.path, root): [file.name for file in item.files] for item in listings}


def test_each_folder_once_in_a_stable_order(tmp_path: Path) -> None:
    plant(tmp_path, {"b/2": b"x", "b/1": b"x", "a/c/3": b"x", "top": b"x", "empty": None})
    assert list(seen(tmp_path).items()) == [
        (".", ["top"]),
        ("a", []),
        ("a/c", ["3"]),
        ("b", ["1", "2"]),
        ("empty", []),
    ]


def test_a_link_to_a_folder_is_followed_once_and_a_loop_is_named(tmp_path: Path) -> None:
    plant(tmp_path, {"in/real/1": b"x", "out/2": b"x"})
    (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "0-other").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "broken").symlink_to(tmp_path / "nowhere")
    listings = list(walk(str(tmp_path / "in")))
    assert sorted(file.name for item in listings for file in item.files) == ["1", "2"]
    obstacles = {o.name: (o.outcome, o.reason) for item in listings for o in item.obstacles}
    assert obstacles == {
        "loop": (Outcome.REFUSED, Reason.LINK_LOOP),
        "broken": (Outcome.UNREADABLE, Reason.VANISHED),
    }


def test_a_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "self").symlink_to(tmp_path / "self")
    (listing,) = walk(str(tmp_path))
    assert [(o.outcome, o.reason) for o in listing.obstacles] == [(Outcome.REFUSED, Reason.LINK_LOOP)]


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (listing,) = walk(str(tmp_path))
    assert [(o.name, o.reason) for o in listing.obstacles] == [("pipe", Reason.SPECIAL_FILE)]


def test_a_closed_folder_is_an_obstacle_and_not_an_empty_one() -> None:
    with without_privileges() as folder:
        plant(folder, {"closed/1": b"x"})
        (folder / "closed").chmod(0)
        closed = next(item for item in walk(str(folder)) if item.path.endswith("closed"))
    assert not closed.complete
    assert [(o.name, o.reason) for o in closed.obstacles] == [("", Reason.PERMISSION_DENIED)]


def test_folders_to_leave_out(tmp_path: Path) -> None:
    plant(tmp_path, {"a/1": b"x", "own/2": b"x"})
    facts = (tmp_path / "own").stat()
    assert set(seen(tmp_path, leave_out=frozenset({(facts.st_dev, facts.st_ino)}))) == {".", "a"}


def test_a_single_file_and_a_path_that_is_not_there(tmp_path: Path) -> None:
    plant(tmp_path, {"a/1": b"xyz"})
    (listing,) = walk(str(tmp_path / "a" / "1"))
    assert [(file.name, file.size) for file in listing.files] == [("1", 3)]
    assert not listing.complete
    with pytest.raises(SourceError):
        list(walk(str(tmp_path / "nothing")))
