"""Each command on a real archive of a few synthetic files."""

from __future__ import annotations

import csv
import io
import json
import signal
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

from fileroom import errors
from fileroom.archive import Archive
from fileroom.catalog.home import FolderHome
from fileroom.intake.lock import import_lock
from fileroom.model.outcomes import Outcome
from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Fileroom

TWO_PEOPLE = {
    "a/IM1": instance(patient_name="ROSSI^Mario", patient_id="1", study=1, series=1, number=1),
    "a/IM2": instance(patient_name="ROSSI^Mario", patient_id="1", study=1, series=1, number=2),
    "a/IM3": instance(patient_name="ROSSI^Mario", patient_id="1", study=1, series=2, number=1, modality="MR"),
    "b/scan.dcm": instance(patient_name="BIANCHI^Anna", patient_id="2", study=2, StudyDate="20230501"),
}


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    return plant(tmp_path / "scans", TWO_PEOPLE)


@pytest.fixture
def filled(fileroom: Fileroom, scans: Path) -> Fileroom:
    assert fileroom("import", scans).code == 0
    return fileroom


def ids(fileroom: Fileroom, *what: str) -> list[str]:
    return [item["id"] for item in fileroom("list", *what, "--json").json["items"]]


# -- import ------------------------------------------------------------------------------------------------------


def test_import_tells_in_words_what_it_did(fileroom: Fileroom, scans: Path) -> None:
    said = fileroom("import", scans)
    assert said.code == 0
    assert "Import 1 finished: 4 files" in said.out
    assert "New in the archive: 2 patients, 2 studies, 3 series, 4 images" in said.out
    assert "Left out" not in said.out


def test_import_closes_with_one_object(fileroom: Fileroom, scans: Path) -> None:
    plant(scans, {"notes.txt": b"not DICOM", "short.dcm": instance()[:200], "zero": b""})
    said = fileroom("import", scans, "--json")
    summary = said.json
    assert said.code == 4
    assert said.out.count("\n") == 1
    assert summary["import"] == 1
    assert summary["files"] == 7
    assert (summary["patients"], summary["studies"], summary["series"], summary["instances"]) == (2, 2, 3, 4)
    assert summary["added"] == 4
    assert summary["unreadable"] > 0
    assert sum(summary[kind.value] for kind in Outcome) == summary["files"]
    assert summary["bytes"] > 0
    assert summary["seconds"] >= 0


def test_exit_code_and_ledger_agree(fileroom: Fileroom, scans: Path) -> None:
    plant(scans, {"short.dcm": instance()[:200]})
    said = fileroom("import", scans)
    assert said.code == 4
    assert "Left out:\n          1  unreadable" in said.out
    assert f"{scans}/short.dcm" in said.out
    assert "fileroom imports 1 --outcome unreadable" in said.out
    ledger = fileroom("imports", "1", "--outcome", "unreadable", "--json").json["ledger"]
    assert [entry["path"] for entry in ledger["items"]] == [str(scans / "short.dcm")]
    assert fileroom("import", scans).code == 4  # it still cannot be read


def test_importing_again_finds_nothing_new(filled: Fileroom, scans: Path) -> None:
    said = filled("import", scans, "--json")
    assert (said.code, said.json["unchanged"], said.json["instances"]) == (0, 4, 0)


def test_when_one_path_is_missing_nothing_is_imported(fileroom: Fileroom, scans: Path, tmp_path: Path) -> None:
    said = fileroom("import", scans, tmp_path / "gone")
    assert said.code == 3
    assert str(tmp_path / "gone") in said.err
    assert said.out == ""
    assert ids(fileroom, "patients") == []


def test_an_empty_folder_says_so(fileroom: Fileroom, tmp_path: Path) -> None:
    said = fileroom("import", plant(tmp_path / "empty", {"inside": None}))
    assert said.code == 0
    assert "There are no files in it." in said.out


def test_a_folder_that_may_not_be_read_keeps_no_other_back(
    fileroom: Fileroom, scans: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # `chmod 000` keeps nobody out who is root, as tests often are.
    monkeypatch.setattr("os.access", lambda *_, **__: False)
    said = fileroom("import", scans, "--json")
    assert (said.code, said.json["added"]) == (0, 4)


def test_a_folder_that_is_empty_now_is_told_by_the_exit_code(filled: Fileroom, scans: Path, tmp_path: Path) -> None:
    scans.rename(tmp_path / "away")
    scans.mkdir()
    said = filled("import", scans)
    assert (said.code, "There are no files in it" in said.out) == (4, False)
    assert f"{scans} is empty now: what is known of it was left as it is" in said.out


def test_a_second_import_at_the_same_time_waits_its_turn(filled: Fileroom, scans: Path) -> None:
    with import_lock(FolderHome(filled.folder)):
        said = filled("import", scans, "--json")
        assert (said.code, said.out, said.error["code"]) == (5, "", "busy")
        assert len(ids(filled, "instances")) == 4  # reading goes on
    assert filled("import", scans).code == 0


def test_ctrl_c_keeps_what_is_done(fileroom: Fileroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it for what runs in its background
    scans = plant(tmp_path / "many", {f"{n // 50}/{n}": instance(number=n) for n in range(1, 4001)})
    real = Archive.bring_in

    def interrupted(self: Archive, paths: Any, *, copy: bool, on_progress: Any, cancel: Any) -> Any:
        def report(progress: Any) -> None:
            if not cancel.cancelled:
                signal.raise_signal(signal.SIGINT)

        return real(self, paths, copy=copy, on_progress=report, cancel=cancel)

    monkeypatch.setattr(Archive, "bring_in", interrupted)
    said = fileroom("import", scans, "--json")
    monkeypatch.undo()
    monkeypatch.setenv("FILEROOM_KEYRING", "off")
    assert (said.code, said.json["state"]) == (130, "cancelled")
    done = said.json["added"]
    assert done < 4000
    assert len(ids(fileroom, "instances")) == done
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    again = fileroom("import", scans, "--json")
    assert (again.code, again.json["added"], again.json["unchanged"]) == (0, 4000 - done, done)


# -- list, show --------------------------------------------------------------------------------------------------


def test_an_empty_archive_tells_a_newcomer_what_to_do(fileroom: Fileroom) -> None:
    said = fileroom("list")
    assert said.code == 0
    assert "fileroom import FOLDER" in said.out
    assert "fileroom demo" in said.out


def test_list_shows_patients_unless_told_otherwise(filled: Fileroom) -> None:
    assert filled("list").out == filled("list", "patients").out
    head, *rows = filled("list").out.splitlines()
    assert head.split()[:2] == ["ID", "Name"]
    assert [" ".join(row.split()[1:3]) for row in rows] == ["BIANCHI, Anna", "ROSSI, Mario"]


@pytest.mark.parametrize(
    ("words", "total"),
    [
        (["patients"], 2),
        (["studies"], 2),
        (["series"], 3),
        (["instances"], 4),
        (["rossi"], 1),
        (["studies", "bianchi"], 1),
        (["series", "ros", "mar"], 2),
        (["nobody"], 0),
    ],
)
def test_words_search(filled: Fileroom, words: list[str], total: int) -> None:
    page = filled("list", *words, "--json").json
    assert page["total"] == total
    assert len(page["items"]) == total


def test_nothing_found_is_not_an_empty_archive(filled: Fileroom) -> None:
    assert filled("list", "nobody").out == "Nothing has all of these words: nobody\n"


def test_rows_can_be_ordered_and_cut(filled: Fileroom) -> None:
    def names(*options: str) -> list[str]:
        page = filled("list", "patients", "--json", *options).json
        return [item["name"]["alphabetic"] for item in page["items"]]

    assert names() == ["BIANCHI^Anna", "ROSSI^Mario"]
    assert names("--order", "-name") == ["ROSSI^Mario", "BIANCHI^Anna"]
    assert names("--offset", "1") == ["ROSSI^Mario"]
    said = filled("list", "--limit", "1")
    assert len(said.out.splitlines()) == 2
    assert said.err == "1 to 1 of 2; --limit and --offset show others.\n"


@pytest.mark.parametrize("level", ["patient", "study", "series", "instance"])
def test_show_takes_the_id_that_a_table_shows(filled: Fileroom, level: str) -> None:
    plural = {"patient": "patients", "study": "studies", "series": "series", "instance": "instances"}[level]
    whole = ids(filled, plural)[0]
    shown = filled("list", plural).out.splitlines()[1].split()[0]
    assert len(shown) == (13 if level == "instance" else 9)
    assert whole.startswith(shown)
    entry = filled("show", shown, "--json").json
    assert (entry["level"], entry["entry"]["id"]) == (level, whole)
    assert whole in filled("show", shown).out


def test_show_tells_what_lies_below(filled: Fileroom) -> None:
    (patient,) = ids(filled, "patients", "rossi")
    said = filled("show", patient)
    assert "Birth Date:                      1970-01-02" in said.out
    assert "ROSSI, Mario" in said.out
    below = filled("show", patient, "--json").json["studies"]
    assert [study["id"] for study in below] == ids(filled, "studies", "rossi")
    assert below[0]["id"][:9] in said.out


def test_show_an_instance_says_where_its_file_is(filled: Fileroom, scans: Path) -> None:
    (one,) = ids(filled, "instances", "bianchi")
    said = filled("show", one)
    assert str(scans / "b" / "scan.dcm") in said.out
    assert "SOP Instance UID:                2.999.2.1.1" in said.out


def test_what_is_not_there(filled: Fileroom) -> None:
    said = filled("show", "0123456789", "--json")
    assert (said.code, said.out, said.error["code"]) == (3, "", "not_found")


# -- imports -----------------------------------------------------------------------------------------------------


def test_imports_are_listed_newest_first(filled: Fileroom, scans: Path) -> None:
    filled("import", scans)
    assert [line["import"] for line in filled("imports", "--json").json["items"]] == [2, 1]
    rows = filled("imports").out.splitlines()
    assert [row.split()[0] for row in rows] == ["Import", "2", "1"]


def test_the_ledger_of_one_import(filled: Fileroom, scans: Path) -> None:
    ledger = filled("imports", "1", "--json").json
    assert ledger["import"]["import"] == 1
    assert {(entry["path"], entry["outcome"], entry["reason"]) for entry in ledger["ledger"]["items"]} == {
        (str(scans / name), "added", "new_instance") for name in TWO_PEOPLE
    }
    assert str(scans / "a" / "IM1") in filled("imports", "1").out


def test_an_outcome_without_an_import_is_that_of_the_newest(filled: Fileroom, tmp_path: Path) -> None:
    filled("import", plant(tmp_path / "more", {"notes.txt": b"not DICOM"}))
    said = filled("imports", "--outcome", "not_dicom")
    assert str(tmp_path / "more" / "notes.txt") in said.out
    assert said.out.splitlines()[1].startswith("not_dicom")


def test_imports_that_are_not_there(fileroom: Fileroom) -> None:
    assert "Nothing has been imported yet" in fileroom("imports").out
    assert fileroom("imports", "7").code == 3
    assert fileroom("imports", "0").code == 3
    assert fileroom("imports", "--outcome", "added").code == 3
    assert fileroom("imports", "--outcome", "nonsense").code == 2
    assert fileroom("imports", "--reason", "nonsense").code == 2


def test_a_ledger_says_why_in_a_sentence(fileroom: Fileroom, tmp_path: Path) -> None:
    fileroom("import", plant(tmp_path / "scans", {"short": instance()[:200], "notes": b"not DICOM"}))
    said = fileroom("imports", "1", "--reason", "truncated")
    assert "the file ends inside its header: it breaks off in the middle of an element" in said.out
    assert "notes" not in said.out


def test_an_import_says_who_asked_for_it(fileroom: Fileroom, scans: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "mario")
    fileroom("import", scans)
    summary = fileroom("imports", "1", "--json").json["import"]
    assert summary["who"] == "mario"
    assert summary["started"] <= summary["ended"]
    assert " by mario: " in fileroom("imports", "1").out


def test_a_ledger_as_a_table(fileroom: Fileroom, tmp_path: Path) -> None:
    names = ["=cmd()", "due\nrighe", "è"]
    scans = plant(tmp_path / "scans", dict.fromkeys(names, b"not DICOM") | {"IM1": instance()})
    fileroom("import", scans)
    out = fileroom("imports", "1", "--csv", "-").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["path"] for row in rows] == [f"{scans}/{name}" for name in ("=cmd()", "IM1", r"due\nrighe", "è")]
    assert rows[0] | {"path": "", "size": "9"} == {
        "path": "", "outcome": "not_dicom", "reason": "no_dicom", "why": "not a DICOM file", "size": "9",
    }  # fmt: skip
    file = tmp_path / "ledger.csv"
    said = fileroom("imports", "1", "--csv", file, "--outcome", "not_dicom")
    assert "3 paths of import 1" in said.err
    assert file.read_bytes().startswith(b"\xef\xbb\xbfpath,outcome,reason,why,size\r\n")
    assert file.read_bytes().count(b"\r\n") == 4
    assert fileroom("imports", "1", "--csv", file).code == 2  # it is never written over
    assert fileroom("imports", "7", "--csv", tmp_path / "none.csv").code == 3
    assert not (tmp_path / "none.csv").exists()
    assert fileroom("imports", "1", "--csv", "-", "--json").code == 2


# -- remove, restore ---------------------------------------------------------------------------------------------


def test_remove_leaves_the_files_and_can_be_taken_back(filled: Fileroom, scans: Path) -> None:
    before = ids(filled, "instances")
    (patient,) = ids(filled, "patients", "rossi")
    said = filled("remove", patient[:9], "--yes")
    assert said.code == 0
    assert "The files stay where they are." in said.out
    assert f"fileroom restore {patient}" in said.out
    assert ids(filled, "patients", "rossi") == []
    assert {name: (scans / name).read_bytes() for name in TWO_PEOPLE} == TWO_PEOPLE
    assert filled("restore", patient).code == 0
    assert ids(filled, "instances") == before


def test_remove_reports_for_programs(filled: Fileroom) -> None:
    (patient,) = ids(filled, "patients", "rossi")
    said = filled("remove", patient, "--yes", "--json").json
    assert said["ids"] == [patient]
    assert (said["removed"]["series"], said["removed"]["instances"]) == (2, 3)
    assert filled("restore", patient, "--json").json["restored"]["instances"] == 3


def test_remove_wants_a_yes_when_there_is_nobody_to_ask(filled: Fileroom) -> None:
    (patient,) = ids(filled, "patients", "rossi")
    said = filled("remove", patient)
    assert said.code == 2
    assert "--yes" in said.err
    assert ids(filled, "patients", "rossi") == [patient]


@pytest.mark.parametrize(("answer", "code", "left"), [("y", 0, 0), ("n", 130, 1)])
def test_remove_asks(filled: Fileroom, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, left: int) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    asked: list[str] = []

    def confirm(text: str, **_: object) -> bool:
        asked.append(text)
        return answer == "y"

    monkeypatch.setattr("typer.confirm", confirm)
    (patient,) = ids(filled, "patients", "rossi")
    said = filled("remove", patient)
    assert asked == ["Remove 1 entry from the archive? The files stay where they are."]
    assert "ROSSI, Mario, born 1970-01-02: 1 study, 2 series, 3 images" in said.err
    assert said.code == code
    assert len(ids(filled, "patients", "rossi")) == left


def test_of_several_ids_all_must_be_there(filled: Fileroom) -> None:
    before = ids(filled, "patients")
    assert filled("remove", before[0], "0123456789", "--yes").code == 3
    assert ids(filled, "patients") == before


# -- status, token -----------------------------------------------------------------------------------------------


def test_status_says_what_archive_this_is(filled: Fileroom) -> None:
    status = filled("status", "--json").json
    assert status["sealed"] is True
    assert status["key_source"] == "file"
    assert (status["patients"], status["studies"], status["series"], status["instances"]) == (2, 2, 3, 4)
    text = filled("status").out
    assert f"Archive:   {filled.folder}" in text
    assert "2 patients, 2 studies, 3 series, 4 images" in text
    assert "sealed by" in text
    assert status["key_place"] in text


def test_an_archive_with_a_limit_says_so(fileroom: Fileroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILEROOM_PROFILE", "lite")
    people = {str(n): instance(patient_name=f"P{n}", patient_id=f"ID{n}", study=n) for n in range(1, 5)}
    said = fileroom("import", plant(tmp_path / "scans", people))
    assert said.code == 0
    assert "          1  refused\n              1  one patient more than the archive may hold\n" in said.out
    assert "3 patients of at most 3" in fileroom("status").out


def test_tokens_come_and_go(fileroom: Fileroom) -> None:
    assert "There are no tokens" in fileroom("token", "list").out
    made = fileroom("token", "new", "viewer")
    secret = made.out.strip()
    assert (made.code, "only time" in made.err) == (0, True)
    assert fileroom("token", "new", "viewer").code == 2
    listed = fileroom("token", "list", "--json")
    assert [token["name"] for token in listed.json["items"]] == ["viewer"]
    assert secret not in listed.out + fileroom("token", "list").out
    assert fileroom("token", "revoke", "viewer").code == 0
    assert fileroom("token", "revoke", "viewer").code == 3
    assert fileroom("token", "list", "--json").json["items"] == []
    assert fileroom("token", "new", "other", "--json").json["name"] == "other"


# -- the program -------------------------------------------------------------------------------------------------


def test_the_archive_is_chosen_before_or_after_the_command(
    filled: Fileroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    assert filled("list", "--archive", other, "--json").json["total"] == 0  # after wins
    assert filled("list", "--json").json["total"] == 2
    monkeypatch.setenv("FILEROOM_ARCHIVE", str(other))
    assert filled("status", "--json").json["folder"] == str(filled.folder)  # and both over the environment


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (errors.WrongKey("the key does not fit"), 6, "catalog"),
        (errors.Busy("an import is running"), 5, "busy"),
        (errors.BadRequest("no such field"), 2, "bad_request"),
        (ZeroDivisionError("oh"), 1, "internal"),
    ],
)
def test_errors_are_told_to_people_and_to_programs(
    fileroom: Fileroom, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int, word: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Archive, "open", fail)
    said = fileroom("list")
    assert (said.code, said.out) == (code, "")
    assert said.err.startswith("fileroom: ")
    assert str(error) in said.err
    said = fileroom("list", "--json")
    assert (said.code, said.out, said.error["code"]) == (code, "", word)
    assert str(error) in said.error["message"]


def test_a_folder_that_cannot_be_an_archive(fileroom: Fileroom) -> None:
    fileroom.folder.write_text("a file stands here")
    assert fileroom("status").code == 6


@pytest.mark.parametrize(
    "arguments",
    [
        ["import"],
        ["nonsense"],
        ["list", "--nonsense"],
        ["show"],
        ["serve", "--port", "70000"],
        ["list", "--limit", "-1"],
    ],
    ids=" ".join,
)
def test_a_command_line_that_cannot_be_understood(fileroom: Fileroom, arguments: list[str]) -> None:
    assert fileroom(*arguments).code == 2
    said = fileroom(*arguments, "--json")
    assert (said.code, said.out, said.error["code"]) == (2, "", "usage")


def test_every_command_explains_its_exit_codes(fileroom: Fileroom) -> None:
    for command in ("", "serve", "demo", "import", "imports", "list", "show", "remove", "restore", "status", "token"):
        said = fileroom(*([command] if command else []), "--help")
        assert said.code == 0
        assert "130  cancelled" in said.out, command


def test_json_is_one_line_of_ascii(fileroom: Fileroom, tmp_path: Path) -> None:
    scan = instance(patient_name="MÜLLER^\x1b[31m", SpecificCharacterSet="ISO_IR 192")
    fileroom("import", plant(tmp_path / "scans", {"one": scan}))
    said = fileroom("list", "--json")
    assert said.out.isascii()
    assert "\x1b" not in said.out
    assert "MÜLLER" in json.dumps(said.json, ensure_ascii=False)


# -- what files say is shown, never obeyed -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("098_ansi_name.dcm", r"\x1b[2J\x1b]0;owned\x07, EVIL"),
        ("099_bidi_name.dcm", r"\u202e"),
        ("104_newline_desc.dcm", r"\n"),
    ],
)
def test_hostile_text_does_not_reach_the_terminal(fileroom: Fileroom, shared_data: Path, name: str, shown: str) -> None:
    assert fileroom("import", shared_data / "hostile" / name).code == 0
    (series,) = ids(fileroom, "series")
    printed = [
        fileroom("show", series),
        fileroom("list", "patients"),
        fileroom("list", "studies"),
        fileroom("list", "series"),
        fileroom("imports", "1"),
    ]
    text = "".join(said.out + said.err for said in printed)
    assert shown in text
    assert all(char == "\n" or unicodedata.category(char) not in {"Cc", "Cf"} for char in text)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere file names are Unicode")
def test_a_file_name_that_is_not_utf8_or_a_command_to_the_terminal(fileroom: Fileroom, tmp_path: Path) -> None:
    names = ["caf\udce9.dcm", "\x1b[31m[bold]\nx", "e\u202egnp.dcm"]
    scans = plant(tmp_path / "scans", {name: instance(number=n) for n, name in enumerate(names)})
    assert fileroom("import", scans).code == 0
    text = fileroom("imports", "1").out + "".join(fileroom("show", one).out for one in ids(fileroom, "instances"))
    for shown in (r"caf\xe9.dcm", r"\x1b[31m[bold]\nx", r"e\u202egnp.dcm"):
        assert text.count(shown) == 2
    assert "\x1b" not in text
    assert "\u202e" not in text


# -- roots, undo, check --------------------------------------------------------------------------------------------


def test_roots_are_listed_with_their_state(filled: Fileroom, scans: Path) -> None:
    (root,) = filled("roots", "--json").json
    assert (root["path"], root["state"], root["files"]) == (str(scans), "online", 4)
    scans.rename(scans.with_name("elsewhere"))
    assert "missing" in filled("roots").out


def test_the_list_of_roots_is_edited(filled: Fileroom, scans: Path) -> None:
    def root() -> Any:
        return filled("roots", "--json").json[0]

    assert not root()["watched"]
    assert "Watched" in filled("roots", "watch", scans).out
    assert root()["watched"]
    assert not filled("roots", "unwatch", scans, "--json").json["watched"]
    assert filled("roots", "import", scans, "--json").json["unchanged"] == root()["files"]
    before = filled("list", "--json").json
    assert (filled("roots", "forget", scans).code, root()["path"]) == (2, str(scans))  # there is nobody to ask
    forgotten = filled("roots", "forget", scans, "--yes")
    assert "The files stay" in forgotten.out
    assert "fileroom roots restore" in forgotten.out
    assert (filled("roots", "--json").json, filled("list", "--json").json["total"]) == ([], 0)
    assert scans.exists()
    scans.rename(scans.with_name("away"))  # it can be taken back all the same
    assert filled("roots", "restore", scans, "--json").json["restored"]["studies"] > 0
    scans.with_name("away").rename(scans)
    assert filled("list", "--json").json == before
    assert filled("roots", "watch", scans.parent).code == 3


def test_undo_takes_an_import_back_and_leaves_the_files(filled: Fileroom, scans: Path) -> None:
    plant(scans, {"c/new": instance(patient_name="NERI^Ugo", patient_id="3", study=3)})
    assert filled("import", scans).code == 0
    said = filled("undo", "2", "--yes")
    assert said.code == 0
    assert "the files stay where they are" in said.out.lower()
    assert len(ids(filled, "patients")) == 2
    assert (scans / "c" / "new").exists()
    assert filled("undo", "99", "--yes").code == 3


def test_check_says_what_is_not_as_it_was(filled: Fileroom, scans: Path) -> None:
    said = filled("check", "--read-data")
    assert said.code == 0
    assert "All is as it was recorded." in said.out
    assert "Studies of which there is one copy on one drive: 2" in said.out
    (scans / "a" / "IM1").unlink()
    said = filled("check", "--json")
    assert said.code == 4
    assert said.json["check"]["counts"]["missing"] == 1
    missing = [one for one in said.json["findings"] if one["trouble"] == "missing"]
    assert [one["path"] for one in missing] == [str(scans / "a" / "IM1")]
    shown = filled("check").out
    assert "Not where it was: 1\n  Import the folder it has moved to" in shown
    assert f"    {scans}/a/IM1\n" in shown
    assert filled("check", "--sample", "banana").code == 2


def test_check_names_a_series_with_gaps(fileroom: Fileroom, tmp_path: Path) -> None:
    scans = {f"{n}": instance(number=n, SeriesDescription="Lung") for n in (1, 2, 3, 4, 7, 8)}
    fileroom("import", plant(tmp_path / "scans", scans))
    said = fileroom("check")
    assert said.code == 0  # it may be meant so
    (series,) = ids(fileroom, "series")
    who = f"    ROSSI, Mario, 2024-01-31, CT 1 Lung, {series[:9]}: "
    assert f"{who}2 slices missing after image 4; 6 are there, 1 mm apart\n" in said.out


# -- conflicts ---------------------------------------------------------------------------------------------------


def test_of_files_that_contradict_each_other_one_is_chosen(fileroom: Fileroom, tmp_path: Path) -> None:
    assert "No two files" in fileroom("conflicts").out
    world = {"1": instance(), "2": instance(pixels=bytes(32)), "3": instance(StudyDescription="Lung")}
    scans = plant(tmp_path / "scans", world)
    fileroom("import", scans)
    said = fileroom("conflicts").out.splitlines()
    assert said[0].startswith("ROSSI, Mario, 2024-01-31, CT 1, image 1, i")
    assert [line.split(" (")[0] for line in said if str(scans) in line] == [
        f"  shown  {scans}/1", f"         {scans}/2", f"         {scans}/3",
    ]  # fmt: skip
    assert "         says the same; its pixels, or what follows them, differ" in said
    assert "         Study Description: (none) / Lung" in said
    chosen = fileroom("choose", scans / "3")
    assert f"Shown from now on: {scans}/3" in chosen.out
    (image,) = ids(fileroom, "instances")
    assert f"File:                            {scans}/3" in fileroom("show", image).out
    assert fileroom("conflicts", "--json").json["items"][0]["chosen"] is True
    assert fileroom("choose", "--undo", scans / "3").code == 0
    assert f"Shown from now on: {scans}/1" in fileroom("choose", scans / "1").out
    assert fileroom("choose", scans / "none").code == 3


# -- who is who, and what is noted ---------------------------------------------------------------------------------


def test_two_patients_are_said_to_be_one(fileroom: Fileroom, tmp_path: Path) -> None:
    world = {"1": instance(patient_id="42"), "2": instance(patient_name="Rossi^Mario Luigi", patient_id="42", study=2)}
    fileroom("import", plant(tmp_path / "in", world))
    shown = fileroom("matches")
    assert "The same Patient ID, but another name or birth date:" in shown.out
    first, second = ids(fileroom, "patients")
    said = fileroom("same", first, second)
    assert "is the same person as" in said.out
    assert ids(fileroom, "patients") == [first]
    assert fileroom("matches").out.startswith("Nobody in the archive looks like somebody else")
    (rule,) = fileroom("matches", "--rules", "--json").json["rules"]
    assert fileroom("matches", "--undo", str(rule["id"])).code == 0
    assert ids(fileroom, "patients") == [first, second]
    assert fileroom("different", first, second).code == 0
    assert fileroom("matches", "--json").json == {"matches": []}
    assert fileroom("same", first).code == 2


def test_notes_and_labels(filled: Fileroom) -> None:
    anna = filled("list", "bianchi", "--json").json["items"][0]["id"]
    assert filled("note", anna, "call", "back").out.strip() == "call back"
    assert filled("label", anna, "urgent", "study X").out.strip() == "study X, urgent"
    assert ids(filled, "patients", "label:urgent", "call") == [anna]
    assert filled("label", "--json").json["labels"][0]["entries"] == 1
    assert filled("label", anna, "urgent", "--remove").out.strip() == "study X"
    assert filled("note", anna, "--remove").out.strip() == "There is no note on this entry."


def test_import_by_copies(fileroom: Fileroom, tmp_path: Path) -> None:
    stick = plant(tmp_path / "stick", {"1": instance(number=1), "again": instance(number=1), "2": instance(number=2)})
    said = fileroom("import", "--copy", stick)
    assert (said.code, "Copied into the archive's own folder: 2 files." in said.out) == (0, True)
    (patient,) = fileroom("list", "--json").json["items"]
    (study,) = fileroom("show", patient["id"], "--json").json["studies"]
    (series,) = fileroom("show", study["id"], "--json").json["series"]
    one = fileroom("show", series["id"], "--json").json["instances"][0]
    assert one["files"][0]["owned"] is True
    assert "added, online, owned by the archive" in fileroom("show", one["id"]).out
    assert fileroom("import", "--copy", stick, "--json").json["unchanged"] == 3


def test_copies_that_could_not_be_made_are_no_success(
    fileroom: Fileroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fileroom.intake.copying.RESERVE", 1 << 60)
    said = fileroom("import", "--copy", plant(tmp_path / "stick", {"1": instance()}))
    assert (said.code, "no room for a copy where the archive lies" in said.out) == (4, True)


# -- export --------------------------------------------------------------------------------------------------------


def test_export_writes_what_a_search_finds(filled: Fileroom, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(filled("export", "studies", "rossi").out)))
    assert [(row["patient_name"], row["n_series"]) for row in rows] == [("ROSSI^Mario", "2")]
    assert filled("export", "instances", "--to", tmp_path / "all.json").code == 0
    lines = (tmp_path / "all.json").read_text("utf-8").splitlines()
    assert [json.loads(line)["modality"] for line in lines].count("CT") == 3
    assert filled("export", "--to", tmp_path / "all.csv").code == 0
    assert (tmp_path / "all.csv").read_bytes().count(b"\r\n") == 3
    assert filled("export", "--to", tmp_path / "all.xyz").code == 2
    assert filled("export", "--to", tmp_path / "no" / "all.csv").code == 1
    assert filled("export", "--format", "parquet").code == 2


def test_list_by_drive_and_state(filled: Fileroom) -> None:
    (root,) = filled("roots", "--json").json
    label = root["drive"]["label"] or root["drive"]["filesystem_id"]
    assert filled("list", "--drive", label, "--state", "online", "--json").json["total"] == 2
    assert filled("list", "studies", "--state", "offline", "--json").json["total"] == 0
    assert filled("list", "--drive", "no such drive").code == 2


def test_a_drive_with_an_identity_is_not_marked(fileroom: Fileroom, tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", {"1": instance()})
    said = fileroom("import", "--mark-drive", scans)
    assert (said.code, said.err.count("Marked")) == (0, 0)
    assert [path.name for path in scans.iterdir()] == ["1"]


def test_a_folder_that_is_suddenly_empty_says_so(fileroom: Fileroom, tmp_path: Path) -> None:
    scans = plant(tmp_path / "scans", {"1": instance()})
    fileroom("import", scans)
    (scans / "1").unlink()
    fileroom("import", scans)
    assert f"{scans} is empty now; what is known of it was left as it is." in fileroom("roots").err
    assert fileroom("roots", "--json").json[0]["hindrance"] == "empty"
