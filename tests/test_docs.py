"""The docs run: every command and every line of Python in them is carried out, and answers as they say.

``console`` blocks hold commands after ``$`` and what they answer; ``pycon`` blocks are sessions of the interpreter.
``...`` stands for anything. ID stands for the id of the first patient in the archive.
"""

from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import fileroom
from fileroom.cli.app import run
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from fileroom.settings import Guests, Settings
from tests.web.test_dicomweb_clients import served
from tests.world import instance, plant

if TYPE_CHECKING:
    from fileroom.model.entries import Patient

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```(console|pycon)\n(.*?)^```", re.MULTILINE | re.DOTALL)
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

SCANS = {
    "ct/1": instance(patient_name="Rossi^Mario", patient_id="1", number=1),
    "ct/2": instance(patient_name="Rossi^Mario", patient_id="1", number=2),
    "mr/1": instance(patient_name="Rossi^Mario", patient_id="1", series=2, modality="MR"),
    "other/scan.dcm": instance(patient_name="Bianchi^Anna", patient_id="2", study=2, StudyDate="20230501"),
    "notes.txt": b"not DICOM",
}


@pytest.mark.parametrize("name", ["README.md", "docs/guide.md"])
def test_the_docs_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(tmp_path / "scans", SCANS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FILEROOM_KEYRING", "off")
    monkeypatch.setenv("FILEROOM_ARCHIVE", "archive")
    monkeypatch.setenv("COLUMNS", "150")
    blocks = BLOCK.findall((ROOT / name).read_text(encoding="utf-8"))
    assert blocks, f"{name} has nothing to run"
    names: dict[str, object] = {}
    one = ""
    for kind, text in blocks:
        if kind == "pycon":
            run_session(text, names)
            continue
        for command, wanted in commands(text):
            if " ID" in command:
                one = one or first_patient()  # remembered: it is not found while it is removed
            check(command.replace(" ID", f" {one}"), wanted, capsys)


def commands(block: str) -> list[tuple[str, str]]:
    parts = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def check(command: str, wanted: str, capsys: pytest.CaptureFixture[str]) -> None:
    program, *arguments = shlex.split(command)
    assert program == "fileroom"
    capsys.readouterr()
    code = run(arguments)
    said = capsys.readouterr()
    assert code == 0, said.err
    if not doctest.OutputChecker().check_output(wanted, said.out, OPTIONS):
        pytest.fail(f"$ {command}\nwas to answer\n{wanted}\nand answered\n{said.out}")


def first_patient() -> str:
    with fileroom.open() as archive:
        found: list[Patient] = list(archive.search(Query(level=Level.PATIENT)).items)
    return found[0].id


def run_session(text: str, names: dict[str, object]) -> None:
    test = doctest.DocTestParser().get_doctest(text, names, "session", None, None)
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False)
    runner.run(test, out=told.append, clear_globs=False)
    names.update(test.globs)
    assert not runner.failures, "".join(told)


def test_the_notebook_of_the_guide_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (text,) = re.findall(
        r"^```python\n(.*?)^```", (ROOT / "docs/guide.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    settings = Settings(archive=tmp_path / "archive", use_keyring=False)
    with fileroom.Archive.open(settings) as archive:
        archive.bring_in(plant(tmp_path / "scans", SCANS))
        with served(archive, Guests(unsigned=True)) as ready:
            exec(text.replace("http://127.0.0.1:8177/dicomweb", ready.dicomweb), {})  # noqa: S102 - what the guide says
    assert capsys.readouterr().out.splitlines()[-2:] == ["CT 2 (4, 4)", "MR 1 (4, 4)"]
