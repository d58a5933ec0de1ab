"""Saying no to a file with a reason that a page can put in its own language."""

from __future__ import annotations

from fileroom.errors import Undecodable
from fileroom.model.others import REFUSAL_TEXT, Refusal


class Refused(Undecodable):
    """This file is not opened; ``reason`` is a code, ``detail`` what may be said beside it."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(f"{REFUSAL_TEXT[reason]}: {detail}" if detail else REFUSAL_TEXT[reason])
        self.reason: Refusal = reason
        self.detail = detail
