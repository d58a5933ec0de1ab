"""``media`` as it is run: a session of a server of its own, and what it says of itself."""

from __future__ import annotations

import re
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from fileroom.cli.exits import Exit
from tests.cli.test_serve import ended, get, ready, running
from tests.patience import until
from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Fileroom

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a process is not ended by SIGTERM")


def test_a_medium_opens_as_a_session_with_its_own_dicomweb_root(fileroom: Fileroom, tmp_path: Path) -> None:
    disc = plant(tmp_path / "disc", {"IM1": instance(patient_name="ROSSI^Mario")})
    with running("--archive", fileroom.folder, "media", disc, "--port", "0", "--json", "--no-open") as process:
        said = ready(process)
        assert set(said) == {"url", "token", "dicomweb"}
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/sessions/[\w-]+/dicomweb", said["dicomweb"])
        assert said["url"].partition("/?")[0] == said["dicomweb"].removesuffix("/dicomweb")
        until(lambda: get(said, "/dicomweb/studies").status_code == 200)
        assert get(said, "/api/patients").json()["items"][0]["name"]["alphabetic"] == "ROSSI^Mario"
        assert get(said, "/dicomweb/studies", "wrong").status_code == 401
        assert ended(process, signal.SIGTERM) == (0, "", "")
    assert fileroom("list", "--json").json["items"] == []


def test_what_is_no_medium_is_refused(fileroom: Fileroom, tmp_path: Path) -> None:
    (tmp_path / "x.iso").write_bytes(b"no disc")
    answer = fileroom("media", tmp_path / "x.iso", "--no-open")
    assert answer.code == Exit.NOT_FOUND
    assert "neither a folder nor the image of a disc" in answer.err


def test_without_a_path_what_is_plugged_in_is_listed(fileroom: Fileroom) -> None:
    assert isinstance(fileroom("media", "--json").json["media"], list)
