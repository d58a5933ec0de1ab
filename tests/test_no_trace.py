"""A medium that was looked at leaves nothing: what the process writes is watched, and what it wrote is searched.

The session is driven over HTTP through all that a viewer does, and ended in good order or killed; then every file
below the home, the temporary folder and the archive is searched for what the medium's files say, as they say it and as
others would write it. A planted trace shows that the search would find one.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

import fileroom
from fileroom.cli.proof import holds
from tests import world
from tests.patience import until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there a process is not ended by a signal")

ROOT = Path(__file__).parents[1]
# Every Python of the session, workers included, tells what it opens to write.
WATCHING = """
import os, sys
told = os.open(os.environ["TOLD_IN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def hear(event, given):
    if event == "open" and isinstance(given[0], (str, bytes)) and (
        given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) or (isinstance(given[1], str) and set(given[1]) & set("wax+"))
    ):
        os.write(told, os.fsencode(given[0]) + b"\\n")
sys.addaudithook(hear)
"""
PIXELS = bytes((7 * n * n + 13 * n) % 251 for n in range(512))


def disc(folder: Path) -> Path:
    one: dict[str, Any] = {
        "SpecificCharacterSet": "ISO_IR 100",
        "patient_id": "PAT-4711-Q",
        "PatientBirthDate": "19480229",
        "StudyDescription": "Schädel nativ",
        "pixels": PIXELS,
        "Rows": 16,
        "Columns": 16,
    }
    other = {**one, "SpecificCharacterSet": "ISO_IR 144", "patient_id": "PAT-0815-Z", "StudyDescription": "Грудь"}
    return world.plant(
        folder,
        {
            "PRIVATE/IMAGE-ONE": world.instance(number=1, patient_name="GRÜNWALD^Änne", **one),
            "PRIVATE/IMAGE-TWO": world.instance(number=2, patient_name="GRÜNWALD^Änne", **one),
            "PRIVATE/IMAGE-THREE": world.instance(study=2, patient_name="Смирнова^Анна", **other),
        },
    )


class Session:
    """``fileroom media`` over a disc, in a home of its own."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.homes = [folder / name for name in ("home", "temp", "archive")]
        for home in self.homes:
            home.mkdir(parents=True)
        watching = world.plant(folder / "watching", {"sitecustomize.py": WATCHING.encode()})
        self.told = folder / "told"
        self.disc = disc(folder / "disc")
        options = ("--port", "0", "--json", "--no-open", *more)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "fileroom", "--archive", str(self.homes[2]), "media", str(self.disc), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.homes[0]),
                "TMPDIR": str(self.homes[1]),
                "FILEROOM_KEYRING": "off",
                "PYTHONDONTWRITEBYTECODE": "1",
                "PYTHONPATH": os.pathsep.join([str(watching), str(ROOT / "src")]),
                "TOLD_IN": str(self.told),
            },
        )
        assert self.process.stdout is not None
        self.said = json.loads(self.process.stdout.readline())

    def written(self) -> set[str]:
        """What was opened to write, but for what belongs to the archive itself."""
        lines = self.told.read_text().splitlines()
        return {line for line in lines if not Path(line).is_relative_to(self.homes[2])} - {"/dev/null"}

    def found_in(self, more: Iterable[bytes] = ()) -> list[Path]:
        """The files of this home that hold anything of the disc, or of ``more``."""
        with fileroom.Archive.ephemeral(self.disc) as archive:
            archive.look_in()
            wanted = {*archive.traces(), *more}
        assert PIXELS[170:194] in wanted
        files = [path for home in self.homes for path in home.rglob("*") if path.is_file()]
        assert files
        return [path for path in files if holds(path, wanted)]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(tmp_path)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


def look_at_everything(said: dict[str, str]) -> None:
    base = said["dicomweb"].removesuffix("/dicomweb")
    with httpx2.Client(headers={"Authorization": f"Bearer {said['token']}"}, timeout=30) as client:
        until(lambda: client.get(f"{base}/api/medium").json()["whole"])
        patients = client.get(f"{base}/api/patients", params={"q": "GRÜNWALD"}).json()["items"]
        assert patients[0]["name"]["alphabetic"] == "GRÜNWALD^Änne"
        for series in client.get(f"{base}/api/series").json()["items"]:
            client.get(f"{base}/api/series/{series['id']}/thumbnail").raise_for_status()
            client.post(f"{base}/api/recent", json={"ids": [series["id"]]}).raise_for_status()
            for form in ("nii.gz", "dicom"):
                job = (
                    client.post(f"{base}/api/series/{series['id']}/convert", json={"form": form}).json().get("job", "-")
                )
                until(lambda: all(one["state"] != "running" for one in client.get(f"{base}/api/jobs").json()))
                file = client.get(f"{base}/api/jobs/{job}/file")
                assert file.status_code == 200 or form == "nii.gz"
            client.put(f"{base}/api/entries/{series['id']}/note", json={"text": "GRÜNWALD"}).raise_for_status()
            for image in client.get(f"{base}/api/series/{series['id']}/images").json()["instances"]:
                for accept in ("application/octet-stream", "application/octet-stream; transfer-syntax=*"):
                    client.get(f"{base}{image['frames_url']}/1", headers={"Accept": accept}).raise_for_status()
                client.get(f"{base}/api/instances/{image['id']}/attributes").raise_for_status()
                client.get(f"{base}/api/instances/{image['id']}/display").raise_for_status()
        studies = client.get(f"{said['dicomweb']}/studies").json()
        uid = studies[0]["0020000D"]["Value"][0]
        client.get(f"{said['dicomweb']}/studies/{uid}/metadata").raise_for_status()
        client.get(f"{said['dicomweb']}/studies/{uid}").raise_for_status()
        client.get(f"{base}/api/export/instances.csv").raise_for_status()
        client.get(f"{base}/api/instances/i{'0' * 32}/frames/1")
        client.post(f"{base}/api/medium/copy").raise_for_status()


def test_a_session_that_is_closed_leaves_nothing(session: Session) -> None:
    look_at_everything(session.said)
    origin, _, path = session.said["dicomweb"].removesuffix("/dicomweb").partition("/sessions/")
    bearer = {"Authorization": f"Bearer {session.said['token']}"}
    assert httpx2.delete(f"{origin}/api/sessions/{path}", headers=bearer).status_code == 204
    session.process.send_signal(signal.SIGTERM)
    _, errors = session.process.communicate(timeout=30)
    assert errors == ""
    assert session.written() == set()
    assert session.found_in() == []


def test_a_session_that_is_killed_leaves_nothing(session: Session) -> None:
    look_at_everything(session.said)
    session.process.kill()
    session.process.communicate()
    assert session.written() == set()
    assert session.found_in() == []


def test_a_medium_that_is_torn_out_leaves_nothing(session: Session, tmp_path: Path) -> None:
    base, token = session.said["dicomweb"].removesuffix("/dicomweb"), session.said["token"]
    with httpx2.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        until(lambda: client.get(f"{base}/api/medium").json()["whole"])
        [series, *_] = client.get(f"{base}/api/series").json()["items"]
        images = client.get(f"{base}/api/series/{series['id']}/images").json()["instances"]
        client.get(f"{base}{images[0]['frames_url']}/1").raise_for_status()
        session.disc.rename(tmp_path / "torn out")
        for image in images:  # while it is looked at, and then kept
            assert client.get(f"{base}{image['frames_url']}/1").status_code == 503
        client.post(f"{base}/api/medium/copy").raise_for_status()
        until(lambda: all(job["state"] != "running" for job in client.get(f"{base}/api/jobs").json()))
    session.process.send_signal(signal.SIGTERM)
    session.process.communicate(timeout=30)
    (tmp_path / "torn out").rename(session.disc)  # to know what is to be looked for
    assert session.written() == set()
    assert session.found_in() == []


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        *[("Schädel nativ", codec) for codec in ("utf-8", "utf-16-le", "utf-16-be", "latin-1")],
        *[("Грудь", codec) for codec in ("utf-8", "utf-16-le", "iso8859-5")],  # the last is the file's own
    ],
)
def test_a_trace_would_be_found(session: Session, text: str, codec: str) -> None:
    (session.homes[0] / "recent").write_bytes(b"x" * 100 + text.encode(codec) + b"y")
    assert session.found_in() == [session.homes[0] / "recent"]


def test_prove_tells_it_to_the_user(tmp_path: Path) -> None:
    session = Session(tmp_path, "--prove")
    look_at_everything(session.said)
    session.process.send_signal(signal.SIGTERM)
    out, errors = session.process.communicate(timeout=60)
    assert errors == ""
    proof = json.loads(out)["proof"]
    assert proof["found_in"] == []
    assert proof["looked_for"] > 20
    assert {Path(path).parent for path in proof["opened_to_write"]} <= {session.homes[2]}


def real_discs(shared: Path, folder: Path) -> Iterator[Path]:
    """The media of the shared data: one with files of its own, and each odd DICOMDIR over the files that all name."""
    found = shared / "media" / "pydicom-dicomdirtests"
    shutil.copytree(found / "TINY_ALPHA", folder / "TINY_ALPHA")
    yield folder / "TINY_ALPHA"
    for directory in sorted(found.glob("DICOMDIR*")):
        disc = folder / f"{directory.name}-disc"
        disc.mkdir(parents=True)
        shutil.copyfile(directory, disc / "DICOMDIR")
        for images in ("77654033", "98892001", "98892003"):
            shutil.copytree(found / images, disc / images)
        yield disc


@pytest.mark.parametrize("ending", ["closed", "killed"])
def test_sessions_of_real_discs_side_by_side_leave_nothing(tmp_path: Path, shared_data: Path, ending: str) -> None:
    discs = list(real_discs(shared_data, tmp_path / "media"))
    assert len(discs) == 8
    session = Session(tmp_path)
    origin = session.said["dicomweb"].partition("/sessions/")[0]
    with httpx2.Client(headers={"Authorization": f"Bearer {session.said['token']}"}, timeout=60) as client:
        for disc in discs:
            opened = client.post(f"{origin}/api/sessions", json={"path": str(disc)}).raise_for_status().json()
            look_at_all_series(client, f"{origin}{opened['url'].rstrip('/')}")
        if ending == "closed":
            for one in client.get(f"{origin}/api/sessions").json():
                client.delete(f"{origin}/api/sessions/{one['session']}").raise_for_status()
    session.process.send_signal(signal.SIGTERM if ending == "closed" else signal.SIGKILL)
    _, errors = session.process.communicate(timeout=60)
    assert errors == ""
    assert session.written() == set()
    wanted: set[bytes] = set()
    for disc in discs:
        with fileroom.Archive.ephemeral(disc) as archive:
            archive.look_in()
            wanted.update(archive.traces())
    assert b"Doe^Archibald" in wanted
    assert session.found_in(wanted) == []


def look_at_all_series(client: httpx2.Client, base: str) -> None:
    until(lambda: client.get(f"{base}/api/medium").json()["whole"])
    items = client.get(f"{base}/api/series", params={"limit": 100}).json()["items"]
    assert items
    for series in items:
        client.get(f"{base}/api/series/{series['id']}/thumbnail")
        for image in client.get(f"{base}/api/series/{series['id']}/images").json()["instances"]:
            client.get(f"{base}{image['frames_url']}/1")
            client.get(f"{base}/api/instances/{image['id']}/attributes").raise_for_status()
    client.get(f"{base}/api/patients", params={"q": "Doe"}).raise_for_status()
    client.post(f"{base}/api/medium/copy").raise_for_status()
