"""Paths as the catalog keeps them: a folder on a drive and a name in it, as ``sources.paths.to_text`` writes them."""

from __future__ import annotations

from fileroom.sources.paths import from_text, to_text

# A folder and all below it: "0" is the character after "/", so the range holds every path that begins with the folder
# and a slash.
BELOW = "(folder.path = ? OR (folder.path >= ? AND folder.path < ?))"


def below(inside: str) -> tuple[str, str, str]:
    """The values for :data:`BELOW` of the folder at ``inside`` on its drive."""
    text = to_text(inside)
    return text, text.rstrip("/") + "/", text.rstrip("/") + "0"


def on_drive(folder: str, name: str) -> str:
    """The path on its drive of what has ``name`` in ``folder``, both as kept; of the folder itself without a name."""
    return from_text(f"{folder.rstrip('/')}/{name}" if name else folder)
