"""A door over a small archive in memory, for those who are signed in and for strangers."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from fileroom.web.app import create_app
from fileroom.web.sign_in import SignIn
from tests import world
from tests.web import fake

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.applications import Starlette

ORIGIN = "http://127.0.0.1:8177"


@pytest.fixture
def archive(tmp_path: Path) -> fake.FakeArchive:
    """Two studies; the first has a CT of three instances and a series with one RLE instance of three frames."""
    files = tmp_path / "files"
    files.mkdir()
    held = fake.FakeArchive()
    for number in (1, 2, 3):
        held.add(fake.instance(number), world.instance(number=number), files)
    second = fake.series(2)
    held.add(fake.instance(1, of=second, syntax=world.RLE, frames=3), world.instance(series=2), files)
    other = fake.series(1, fake.study(2, fake.patient("MÜLLER^Jörg", "7")))
    held.add(fake.instance(1, of=other), world.instance(study=2), files)
    return held


@pytest.fixture
def sign_in(archive: fake.FakeArchive) -> SignIn:
    return SignIn(archive.check_token)


@pytest.fixture
def static(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    return world.plant(
        folder,
        {
            "index.html": b"<!doctype html><title>fileroom</title>",
            "favicon.svg": b"<svg/>",
            "assets/app-1a2b.js": b"let plain",
            "assets/app-1a2b.js.gz": gzip.compress(b"let gzip"),
            "assets/app-1a2b.js.br": b"let brotli",
            "assets/codec-9.wasm": b"\0asm",
        },
    )


@pytest.fixture
def app(archive: fake.FakeArchive, sign_in: SignIn, static: Path) -> Starlette:
    return create_app(archive.as_archive, static=static, sign_in=sign_in)


@pytest.fixture
def stranger(app: Starlette) -> Iterator[TestClient]:
    """Somebody who is not signed in."""
    with TestClient(app, base_url=ORIGIN, follow_redirects=False) as client:
        yield client


@pytest.fixture
def client(stranger: TestClient, sign_in: SignIn) -> TestClient:
    """A page that is signed in."""
    session = sign_in.redeem(sign_in.issue())
    stranger.headers["Cookie"] = f"{sign_in.cookie}={session}"
    return stranger
