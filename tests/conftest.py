"""What all rooms' tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.world import shared_data_folder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data; tests that want it are skipped where it is absent."""
    folder = shared_data_folder()
    if folder is None:
        pytest.skip("no real data: set FILEROOM_TEST_DATA or put it into ../shared/data")
    return folder
