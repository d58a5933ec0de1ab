"""``open`` as it is run: a session of a server of its own over files of other kinds."""

from __future__ import annotations

import re
import signal
import sys
from typing import TYPE_CHECKING

import httpx2
import pytest

from fileroom.cli.exits import Exit
from tests.cli.test_serve import ended, ready, running
from tests.patience import until
from tests.volumes.making import nifti

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Fileroom

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a process is not ended by SIGTERM")


def get(said: dict[str, str], path: str) -> httpx2.Response:
    address = said["dicomweb"].removesuffix("/dicomweb") + path
    return httpx2.get(address, headers={"Authorization": f"Bearer {said['token']}"})


def test_files_open_as_a_session_and_nothing_is_added(fileroom: Fileroom, tmp_path: Path) -> None:
    path = nifti(tmp_path / "a.nii.gz")
    with running("--archive", fileroom.folder, "open", path, "--port", "0", "--json", "--no-open") as process:
        said = ready(process)
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/sessions/[\w-]+/dicomweb", said["dicomweb"])
        assert said["url"].partition("?")[0] == said["dicomweb"].removesuffix("dicomweb") + "others"
        until(lambda: get(said, "/dicomweb/series").status_code == 200)
        assert [image["name"] for image in get(said, "/api/others").json()["images"]] == ["a.nii.gz"]
        assert ended(process, signal.SIGTERM) == (0, "", "")
    assert fileroom("list", "--json").json["items"] == []


def test_what_cannot_be_opened_is_refused_with_the_reason(fileroom: Fileroom, tmp_path: Path) -> None:
    (tmp_path / "a.nii").write_text("no image")
    answer = fileroom("open", tmp_path / "a.nii", "--no-open")
    assert answer.code == Exit.FAILED
    assert "no kind of image that fileroom knows" in answer.err
