"""Floors in C: compiled for the occasion, run as processes of their own."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any


class NoCompiler(RuntimeError):
    """There is no C compiler here."""


def compiled(name: str, place: Path) -> Path:
    """The program made of ``name``.c beside this file. NoCompiler where there is nothing to make it with."""
    compiler = shlex.split(os.environ.get("CC", "cc"))
    if shutil.which(compiler[0]) is None:
        raise NoCompiler(f"the floor {name}.c wants a C compiler")
    program = place / name
    subprocess.run([*compiler, "-O2", "-o", str(program), str(Path(__file__).with_name(f"{name}.c"))], check=True)
    return program


def said(program: Path, *arguments: str) -> Any:
    """Run a floor; gives what it printed, which is JSON."""
    done = subprocess.run([str(program), *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)
