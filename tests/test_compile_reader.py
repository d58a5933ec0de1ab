"""When the header reader is compiled, and that a build goes on without it."""

from __future__ import annotations

from pathlib import Path

import compile_reader
import pytest

ROOT = Path(compile_reader.__file__).parent


@pytest.fixture
def fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A checkout where compiling fails."""
    home = tmp_path / compile_reader.HOME
    home.mkdir(parents=True)
    for ending in ("py", "pxd", "h"):
        for source in (ROOT / compile_reader.HOME).glob(f"*.{ending}"):
            (home / source.name).write_bytes(source.read_bytes())
    listing = compile_reader.LISTING.parent
    (tmp_path / listing).mkdir(parents=True)
    for name in ("quick.py", "listing.c"):
        (tmp_path / listing / name).write_bytes((ROOT / listing / name).read_bytes())

    def compiler(root: Path, reader: object) -> None:
        raise OSError("the compiler has gone")

    monkeypatch.setattr(compile_reader, "compile_reader", compiler)
    monkeypatch.setattr(compile_reader, "has_compiler", lambda: True)
    monkeypatch.delenv(compile_reader.VARIABLE, raising=False)
    return tmp_path


def test_what_does_not_compile_stays_interpreted(fails: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert not compile_reader.make_reader(fails)
    assert "stays interpreted: OSError: the compiler has gone" in capsys.readouterr().err


def test_unless_it_must(fails: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(compile_reader.VARIABLE, "1")
    with pytest.raises(OSError, match="has gone"):
        compile_reader.make_reader(fails)


def test_or_may_not(fails: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv(compile_reader.VARIABLE, "0")
    assert not compile_reader.make_reader(fails)
    assert capsys.readouterr().err == ""


def test_without_a_compiler_nothing_is_tried(
    fails: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(compile_reader, "has_compiler", lambda: False)
    assert not compile_reader.make_reader(fails)
    assert capsys.readouterr().err == ""


def test_what_is_fresh_is_not_made_again(fails: Path) -> None:
    reader = compile_reader.load_names(fails)
    for path in compile_reader.outputs(fails, reader):
        path.parent.mkdir(exist_ok=True)
        path.write_text(reader.fingerprint(fails / compile_reader.HOME))
    quick = compile_reader.load_names(fails, compile_reader.LISTING)
    compile_reader.listing_module(fails).write_text(quick.fingerprint(fails / compile_reader.LISTING.parent))
    assert compile_reader.make_reader(fails)
    assert compile_reader.carried(fails)[0] == compile_reader.HOME / "_compiled" / "built-from.txt"
    (fails / compile_reader.HOME / "values.pxd").write_text("")
    assert not compile_reader.make_reader(fails)
