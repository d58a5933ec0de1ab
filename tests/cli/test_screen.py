from __future__ import annotations

import threading
import webbrowser

import pytest

from fileroom.cli import screen


@pytest.mark.parametrize(
    ("environ", "platform", "seen"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({"DISPLAY": ""}, "linux", False),
        ({"DISPLAY": ":0", "CI": "true"}, "linux", False),
        ({"DISPLAY": ":0", "CI": "false"}, "linux", True),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "::1 1 ::1 22"}, "linux", False),
        ({}, "darwin", True),
        ({"SSH_TTY": "/dev/ttys001"}, "darwin", False),
        ({}, "win32", True),
        ({"CI": "1"}, "win32", False),
    ],
)
def test_a_browser_opens_only_where_somebody_sees_it(environ: dict[str, str], platform: str, seen: bool) -> None:
    assert screen.has_screen(environ, platform) is seen


def test_without_a_screen_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setattr("webbrowser.open", lambda url: pytest.fail(f"opened {url}"))
    assert screen.open_browser("http://127.0.0.1:1/") is False


@pytest.mark.parametrize(
    ("browser", "chosen", "opens"),
    [
        (webbrowser.BackgroundBrowser("firefox"), "", True),
        (webbrowser.GenericBrowser("lynx"), "", False),  # would take over the terminal
        (webbrowser.GenericBrowser("mine"), "mine", True),
        (None, "", False),
    ],
)
def test_a_browser_must_have_a_window(
    monkeypatch: pytest.MonkeyPatch, browser: webbrowser.BaseBrowser | None, chosen: str, opens: bool
) -> None:
    opened = threading.Event()

    def get() -> webbrowser.BaseBrowser:
        if browser is None:
            raise webbrowser.Error
        return browser

    monkeypatch.setattr(screen, "has_screen", lambda *_: True)
    monkeypatch.setattr("webbrowser.get", get)
    monkeypatch.setattr("webbrowser.open", lambda _url: opened.set())
    monkeypatch.setenv("BROWSER", chosen)
    assert screen.open_browser("http://127.0.0.1:1/") is opens
    assert not opens or opened.wait(60)
