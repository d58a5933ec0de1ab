"""One node for all tests that only ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dimse.node import five_patients, started

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.dimse.node import Node


@pytest.fixture(scope="session")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Six studies of five patients; nobody changes it."""
    node = started(tmp_path_factory.mktemp("asked"), five_patients())
    yield node
    node.running.stop()


@pytest.fixture(scope="module")
def sent_to(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """An empty archive that things are sent to."""
    node = started(tmp_path_factory.mktemp("sent"), {})
    yield node
    node.running.stop()
