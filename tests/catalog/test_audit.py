"""The audit trail: who opened a session and when, and nothing of what was in it."""

from __future__ import annotations

import getpass
import re
from typing import TYPE_CHECKING

import fileroom
from fileroom.settings import Settings
from tests import world

if TYPE_CHECKING:
    from pathlib import Path


def test_a_session_is_put_down_without_what_is_in_it(tmp_path: Path) -> None:
    disc = world.plant(tmp_path / "ROSSI-MARIO", {"1": world.instance(patient_name="ROSSI^Mario")})
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as mine:
        for source, who in ((disc, "anna"), ({"1": b""}, "")):
            with fileroom.Archive.ephemeral(source) as session:
                session.look_in()
                mine.audit_session(session, who=who)
    with fileroom.Archive.open(Settings(archive=tmp_path / "archive", use_keyring=False)) as mine:
        later, first = mine.audit_trail()
    assert (first.what, first.who, first.detail) == ("session opened", "anna", "folder")
    assert (later.what, later.who, later.detail) == ("session opened", getpass.getuser(), "made")
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", first.at)
    assert "ROSSI" not in str((first, later)).upper()
