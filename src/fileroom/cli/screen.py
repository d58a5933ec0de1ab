"""Whether there is a screen to open a browser on, and opening it."""

from __future__ import annotations

import os
import sys
import threading
import webbrowser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REMOTE = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")  # a window would open on a screen nobody sits at, or slowly
DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")


def has_screen(environ: Mapping[str, str], platform: str) -> bool:
    """Whether a browser window opened now would be seen by the person who typed the command."""
    if environ.get("CI", "").lower() not in {"", "0", "false"} or any(environ.get(name) for name in REMOTE):
        return False
    return platform in {"darwin", "win32"} or any(environ.get(name) for name in DISPLAYS)


def open_browser(url: str) -> bool:
    """Open ``url`` where there is a screen. False where there is none: the printed address is enough then."""
    if not has_screen(os.environ, sys.platform) or not _has_window():
        return False
    # In a thread of its own: a browser that is not running yet can take seconds, and the server is up already.
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
    return True


def _has_window() -> bool:
    """Whether the browser that would be taken opens a window: lynx or w3m would take over this terminal."""
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    return bool(os.environ.get("BROWSER")) or type(browser) is not webbrowser.GenericBrowser
