from __future__ import annotations

from typing import TYPE_CHECKING

from tests.world import instance, plant

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Fileroom


def test_purge_says_what_it_would_delete_and_does_it_when_told(fileroom: Fileroom, tmp_path: Path) -> None:
    fileroom("import", "--copy", plant(tmp_path / "stick", {"1": instance(number=1), "2": instance(number=2)}))
    assert fileroom("purge").out.startswith("There is nothing to purge")
    (patient,) = (item["id"] for item in fileroom("list", "--json").json["items"])
    fileroom("remove", patient, "--yes")
    shown = fileroom("purge")  # nobody is there to be asked
    assert (shown.code, "ROSSI, Mario, 2024-01-31: 2 files" in shown.out) == (0, True)
    assert "Nothing was deleted. To delete them:  fileroom purge --yes" in shown.out
    assert fileroom("purge", "--json").json["done"] is False
    done = fileroom("purge", "--yes", "--json").json
    assert (done["done"], done["files"], done["left"]) == (True, 2, [])
    assert not [path for path in (fileroom.folder / "files").rglob("*") if path.is_file()]
    assert fileroom("restore", patient).code == 3
