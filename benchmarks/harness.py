"""What all benchmarks share: alternating runs, medians, the machine they ran on, a table and JSON.

The runs of the kinds that are compared alternate, so that whatever else the machine does meets all of them alike;
each runs in a process of its own; the median of each kind is reported, and their ratio. Trust the ratios: the
absolute figures are those of one machine on one day.
"""

from __future__ import annotations

import atexit
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fileroom import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PACKAGES = ("pydicom", "sqlcipher3", "sqlalchemy", "starlette", "uvicorn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One benchmark's outcome: seconds of every run by kind, and what was counted in each."""

    name: str
    ours: str  # the kind that the others are compared with
    unit: str  # what `amount` counts; "" when seconds are the figure
    amount: float
    seconds: Mapping[str, list[float]]
    notes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def median(self, kind: str) -> float:
        """The median of the runs of one kind, in seconds."""
        return statistics.median(self.seconds[kind])

    def ratio(self, kind: str) -> float:
        """How many times as fast as ``kind`` ours is; below 1 it is slower."""
        return self.median(kind) / self.median(self.ours)


def alternate(kinds: Mapping[str, Callable[[], float]], runs: int) -> dict[str, list[float]]:
    """Run every kind ``runs`` times in turn; one unmeasured round comes first, to warm the file cache."""
    seconds: dict[str, list[float]] = {kind: [] for kind in kinds}
    for turn in range(runs + 1):
        for kind, run in kinds.items():
            took = run()
            if turn:
                seconds[kind].append(took)
    return seconds


def in_child(program: str, *arguments: str) -> Any:
    """Run ``program`` (Python source) in a process of its own; gives the JSON of its last line."""
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], stdout=subprocess.PIPE, text=True, check=True, env=environment()
    )
    return json.loads(done.stdout.splitlines()[-1])


def environment() -> dict[str, str]:
    """The environment of measured processes: keys of throw-away archives stay out of the keyring, and Python keeps what
    it compiled, as where a program is installed. A checkout may be told not to; then every process compiles anew what
    it imports, ours twice, and that is what would be measured."""
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if len(usual) < len(os.environ):
        usual["PYTHONPYCACHEPREFIX"] = str(_bytecode())
    return {**usual, "FILEROOM_KEYRING": "off"}


@cache
def _bytecode() -> Path:
    """A folder for it that goes with us, since the checkout is to stay as it is."""
    place = tempfile.TemporaryDirectory(prefix="fileroom-bench-pyc-")
    atexit.register(place.cleanup)
    return Path(place.name)


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": os.cpu_count(),
        "versions": {"fileroom": __version__, **{name: metadata.version(name) for name in PACKAGES}},
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 - a line-wise read of a pseudo file
            return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    except FileNotFoundError:
        return platform.processor()


def table(comparison: Comparison) -> str:
    """The comparison in words, one line for each kind, ours first."""
    lines = [f"{comparison.name}: medians of {len(comparison.seconds[comparison.ours])} alternating runs"]
    width = max(map(len, comparison.seconds))
    for kind in sorted(comparison.seconds, key=lambda kind: kind != comparison.ours):
        middle = comparison.median(kind)
        spread = f"{min(comparison.seconds[kind]):7.3f} to {max(comparison.seconds[kind]):7.3f} s"
        rate = f"  {comparison.amount / middle:>10,.0f} {comparison.unit}/s" if comparison.unit else ""
        lines.append(f"  {kind:<{width}}  {middle:8.3f} s ({spread}){rate}{_versus(comparison, kind)}")
    return "\n".join([*lines, *(f"  {note}" for note in comparison.notes)])


def _versus(comparison: Comparison, kind: str) -> str:
    if kind == comparison.ours:
        return ""
    ratio = comparison.ratio(kind)
    if comparison.unit and ratio > 1:
        return f"  {comparison.ours} is {ratio:.2f} x as fast"
    return f"  {comparison.ours} takes {1 / ratio:.2f} x its time"


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison with every single run, for keeping."""
    kinds = comparison.seconds
    return {
        **asdict(comparison),
        "medians": {kind: comparison.median(kind) for kind in kinds},
        "ratios": {kind: comparison.ratio(kind) for kind in kinds if kind != comparison.ours},
    }
