"""Discs whose DICOMDIR lies, over HTTP: what the page is told of each, and that the session stays usable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests import world
from tests.dicom.test_dicomdir import PATIENT, SERIES, STUDY, directory, image
from tests.web.test_sessions import disc, opened, settings

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.testclient import TestClient

__all__ = ["disc", "settings"]  # fixtures

IMAGES = {f"DICOM/IM{n}": world.instance(number=n, patient_name="ROSSI^Mario") for n in (1, 2)}
ABOVE: list[tuple[str, int | None, int | None, bytes]] = [
    ("PATIENT", None, 1, PATIENT),
    ("STUDY", None, 2, STUDY),
    ("SERIES", None, 3, SERIES),
]


def of(*paths: str) -> bytes:
    """A DICOMDIR that lists images at these paths."""
    last = len(paths) - 1
    images: list[tuple[str, int | None, int | None, bytes]] = [
        ("IMAGE", None if n == last else 4 + n, None, image(n + 1, path)) for n, path in enumerate(paths)
    ]
    return directory([*ABOVE, *images])


CYCLIC = directory([*ABOVE, ("IMAGE", 4, None, image(1, "DICOM\\IM1")), ("IMAGE", 3, 0, image(2, "DICOM\\IM2"))])
SOUND = of("DICOM\\IM1", "DICOM\\IM2")
NOTHING = {"listed": 0, "missing": [], "refused": [], "unlisted": 0, "unreadable": 0, "trouble": ""}


@pytest.mark.parametrize(
    ("dicomdir", "told"),
    [
        pytest.param(SOUND, {"listed": 2}, id="sound"),
        pytest.param(b"", {"trouble": "damaged"}, id="no bytes"),
        pytest.param(b"\0" * 5000, {"trouble": "damaged"}, id="zeros"),
        pytest.param(b"corrupt" * 999, {"trouble": "damaged"}, id="corrupt"),
        pytest.param(SOUND[:-40], {"listed": 1, "unlisted": 1, "trouble": "cut"}, id="cut"),
        pytest.param(directory([]), {}, id="no records"),
        pytest.param(CYCLIC, {"listed": 2}, id="cyclic"),
        pytest.param(of("DICOM\\IM1"), {"listed": 1, "unlisted": 1}, id="lists too few"),
        pytest.param(
            of("DICOM\\IM1", "DICOM\\IM2", "DICOM\\IM3", "DICOM\\IM4"),
            {"listed": 4, "missing": ["DICOM/IM3", "DICOM/IM4"]},
            id="lists too many",
        ),
        pytest.param(
            of("DICOM\\IM1", "..\\..\\ETC\\PASSWD", "DICOM\\IM2"),
            {"listed": 2, "refused": ["..\\..\\ETC\\PASSWD"]},
            id="leads out",
        ),
        pytest.param(
            of("/etc/passwd", "C:\\WINDOWS"),
            {"refused": ["/etc/passwd", "C:\\WINDOWS"], "unlisted": 0},
            id="leads nowhere else",
        ),
    ],
)
def test_what_a_dicomdir_lies_about_is_told_and_all_images_are_shown(
    client: TestClient, tmp_path: Path, dicomdir: bytes, told: dict[str, Any]
) -> None:
    url = opened(client, world.plant(tmp_path / "lying", {**IMAGES, "DICOMDIR": dicomdir}))
    found = client.get(f"{url}/api/medium").json()
    assert (found["directory"], found["whole"]) == (True, True)
    assert {key: found[key] for key in NOTHING} == {**NOTHING, **told}
    series = client.get(f"{url}/api/series").json()["items"]
    shown = [i for one in series for i in client.get(f"{url}/api/series/{one['id']}/images").json()["instances"]]
    assert len(shown) == 2
    assert {client.get(f"{url}{one['frames_url']}/1").status_code for one in shown} == {200}


def test_a_file_that_changes_while_it_is_open_is_not_shown_for_the_one_that_was_listed(
    client: TestClient, tmp_path: Path
) -> None:
    folder = world.plant(tmp_path / "changing", IMAGES)
    url = opened(client, folder)
    [series] = client.get(f"{url}/api/series").json()["items"]
    one, other = client.get(f"{url}/api/series/{series['id']}/images").json()["instances"]
    (folder / "DICOM/IM1").write_bytes(world.instance(number=7, patient_name="SOMEBODY^Else of another length"))
    answers = [client.get(f"{url}{image['frames_url']}/1") for image in (one, other)]
    assert sorted(answer.status_code for answer in answers) == [200, 503]
    refused = next(answer.json() for answer in answers if answer.status_code != 200)
    assert refused["code"] == "unavailable"
    assert "ROSSI" not in refused["detail"]
    assert client.get(f"{url}/api/patients").json()["total"] == 1
