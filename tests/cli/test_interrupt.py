from __future__ import annotations

import signal

import pytest

from fileroom.cli import interrupt
from fileroom.jobs import CancelToken


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_cancels_and_the_second_leaves(monkeypatch: pytest.MonkeyPatch, kind: signal.Signals) -> None:
    heard: list[str] = []
    monkeypatch.setattr(interrupt, "leave_at_once", lambda: heard.append("leaves"))
    before = signal.getsignal(kind)
    cancel = CancelToken()
    with interrupt.cancelling(cancel, lambda: heard.append(f"cancelled: {cancel.cancelled}")):
        assert heard == []
        signal.raise_signal(kind)
        assert heard == ["cancelled: True"]
        signal.raise_signal(kind)
        assert heard[1] == "leaves"
    assert signal.getsignal(kind) == before
