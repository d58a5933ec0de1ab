from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from fileroom.errors import SourceError
from fileroom.model.outcomes import Outcome, Reason
from fileroom.sources.folder import FileEntry, walk
from fileroom.sources.quick import load
from tests.world import plant, without_privileges

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["compiled", "interpreted"], autouse=True)
def both_ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both listings say the same of everything here."""
    quick = load() if request.param == "compiled" else None
    if request.param == "compiled" and quick is None:
        pytest.skip("the listing is not compiled here")
    monkeypatch.setattr("fileroom.sources.folder._list_folder", quick)


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
        "broken": (Outcome.UNREADABLE, Reason.LINK_TO_NOTHING),
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


def test_a_large_folder_comes_in_parts_in_order_of_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fileroom.sources.folder.PART", 3)
    plant(tmp_path, dict.fromkeys(("g", "a", "f", "b", "e", "c", "d", "sub/1"), b"x"))
    (tmp_path / "b2").symlink_to(tmp_path / "nowhere")
    listings = list(walk(str(tmp_path)))
    told = [([file.name for file in item.files], item.after, item.upto, item.folders) for item in listings]
    assert told == [
        (["a", "b"], "", "b2", ("sub",)),
        (["c", "d", "e"], "b2", "e", ()),
        (["f", "g"], "e", None, ()),
        (["1"], "", None, ()),
    ]
    assert [obstacle.name for item in listings for obstacle in item.obstacles] == ["b2"]
    assert [item.first for item in listings] == [True, False, False, True]


def test_parts_of_a_folder_with_names_that_are_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fileroom.sources.folder.PART", 2)
    names = [b"\xff", b"\xc3\xa9", b"z", b"\xef\x9e\x80"]  # a lone byte, "é", "z", U+F780
    for name in names:
        (tmp_path / os.fsdecode(name)).write_bytes(b"x")
    found = [os.fsencode(file.name) for item in walk(str(tmp_path)) for file in item.files]
    assert sorted(found) == sorted(names)


def test_a_walk_that_is_stopped_goes_no_further_within_a_large_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fileroom.sources.folder.PART", 1)
    plant(tmp_path, {"a": b"x", "b": b"x", "c": b"x"})
    stopped: list[str] = []
    for item in walk(str(tmp_path), stop=lambda: bool(stopped)):
        stopped.extend(file.name for file in item.files)
    assert stopped == ["a"]


def test_the_compiled_listing_is_of_plain_folders_only(tmp_path: Path) -> None:
    list_folder = load()
    if list_folder is None:
        pytest.skip("the listing is not compiled here")
    plant(tmp_path, {"a": b"xyz", "sub/1": b"x"})
    (tmp_path / "link").symlink_to(tmp_path / "a")
    facts, below = (tmp_path / "a").stat(), (tmp_path / "sub").stat()
    files, folders, look = list_folder(str(tmp_path), FileEntry, 10, b"")
    assert sorted(files) == [("a", 3, facts.st_mtime_ns), ("link", 3, facts.st_mtime_ns)]
    assert all(type(file) is FileEntry for file in files)
    assert folders == [("sub", below.st_dev, below.st_ino)]
    assert list_folder(str(tmp_path), FileEntry, 10, look) == (2, folders, look)
    assert list_folder(str(tmp_path), FileEntry, 3, look) is None
    assert list_folder(str(tmp_path / "a"), FileEntry, 10, b"") is None
    assert list_folder(str(tmp_path / "nothing"), FileEntry, 10, b"") is None
    with pytest.raises(TypeError):
        list_folder(str(tmp_path), str, 10, b"")
    (tmp_path / "other").symlink_to(tmp_path / "sub")
    assert list_folder(str(tmp_path), FileEntry, 10, b"") is None


def test_a_folder_looks_as_it_did_until_a_file_is_another(tmp_path: Path) -> None:
    list_folder = load()
    if list_folder is None:
        pytest.skip("the listing is not compiled here")

    def look() -> bytes:
        seen: bytes = list_folder(str(tmp_path), FileEntry, 10, b"")[2]
        return seen

    plant(tmp_path, {"a": b"x", "b": b"y", "sub/1": b"x"})
    for name, when in (("a", 10**18), ("b", 2 * 10**17)):
        os.utime(tmp_path / name, ns=(when, when))
    looks = [look()]
    (tmp_path / "sub" / "2").write_bytes(b"")  # nothing of this folder's own
    assert look() == looks[0]
    (tmp_path / "a").rename(tmp_path / "c")
    looks.append(look())
    os.utime(tmp_path / "c", ns=(10**18 + 1, 10**18 + 1))
    looks.append(look())
    (tmp_path / "c").write_bytes(b"xx")
    os.utime(tmp_path / "c", ns=(10**18, 10**18))
    looks.append(look())
    (tmp_path / "c").unlink()
    looks.append(look())
    (tmp_path / "b").unlink()
    looks.append(look())
    assert len(set(looks)) == len(looks)
    (tmp_path / "a").write_bytes(b"x")
    os.utime(tmp_path / "a", ns=(10**18, 10**18))
    (tmp_path / "b").write_bytes(b"y")
    os.utime(tmp_path / "b", ns=(2 * 10**17, 2 * 10**17))
    assert look() == looks[0]
    os.utime(tmp_path / "b", (4 * 10**9, 4 * 10**9))  # whoever sees a time in the future looks himself
    assert look() == b""


def test_what_looks_as_expected_is_only_counted(tmp_path: Path) -> None:
    plant(tmp_path, {"a": b"x", "b": b"y", "sub/1": b"x"})
    looks = {item.path: item.look for item in walk(str(tmp_path))}
    if not all(looks.values()):
        pytest.skip("the listing is not compiled here")
    found = {item.path: item for item in walk(str(tmp_path), expected=looks.__getitem__)}
    assert [(item.files, item.count, item.folders) for item in found.values()] == [((), 2, ("sub",)), ((), 1, ())]
    (tmp_path / "sub" / "1").write_bytes(b"xx")
    again = {item.path: item for item in walk(str(tmp_path), expected=looks.__getitem__)}
    assert [len(item.files) for item in again.values()] == [0, 1]
