"""Run the benchmarks: ``python -m benchmarks [NAME…] [--quick] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import (
    cold,
    dimse,
    growth,
    headers,
    httpload,
    ingest,
    media,
    peers,
    qidopeer,
    reopen,
    rescan,
    search,
    wado,
)
from benchmarks.harness import as_json, machine, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.harness import Comparison

# A benchmark is a module with `measure() -> Comparison`; the sizes are those of --quick.
BENCHMARKS: dict[str, tuple[Callable[..., Comparison], dict[str, int]]] = {
    "headers": (headers.measure, {"instances": 1_000, "runs": 3}),
    "ingest": (ingest.measure, {"instances": 1_000, "runs": 3}),
    "peers": (peers.measure, {"instances": 1_000, "runs": 1}),
    "cold": (cold.measure, {"instances": 1_000, "runs": 3}),
    "rescan": (rescan.measure, {"instances": 1_000, "runs": 3}),
    "growth": (growth.measure, {"files": 5_000, "runs": 1}),
    "reopen": (reopen.measure, {"instances": 20_000, "few": 1_000, "runs": 3}),
    "search": (search.measure, {"patients": 1_000, "few": 100, "count": 60, "runs": 1}),
    "series": (wado.measure_series, {"instances": 20, "runs": 1}),
    "frames": (wado.measure_frames, {"instances": 20, "runs": 1}),
    "httpload": (httpload.measure_frames, {"instances": 20, "runs": 1}),
    "httploadqido": (httpload.measure_qido, {"instances": 20, "runs": 1}),
    "qidopeer": (qidopeer.measure, {"studies": 300, "runs": 1, "count": 30}),
    "media": (media.measure, {"instances": 500, "runs": 1}),
    "mediapatients": (partial(media.measure, patients=500), {"instances": 1_000, "runs": 1}),
    "mediamemory": (media.measure_memory, {"instances": 2_000, "few": 500, "runs": 1}),
    "dimsestore": (dimse.store, {"instances": 40, "runs": 1}),
    "dimsestore4": (partial(dimse.store, instances=1200, associations=4), {"instances": 40, "runs": 1}),
    "dimsefind": (dimse.find, {"studies": 300, "runs": 1}),
    "dimseget": (dimse.get, {"instances": 20, "runs": 1}),
}
FULL: dict[str, dict[str, int]] = {
    "growth": {"files": 1_000_000},
    "search": {"patients": 1_000_000},
    "reopen": {"instances": 10_000_000},
}


def main(arguments: list[str]) -> None:
    """Measure what was asked for, print tables, and keep the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ratios against a peer and a floor.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--quick", action="store_true", help="small and few: whether it works, not how fast it is")
    parser.add_argument("--full", action="store_true", help="growth to a million files: 8 GB and some minutes")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every single run in FILE")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    on = machine()
    print(f"Python {on['python']}, {on['system']}, {on['processor']}, {on['cores']} cores")
    print(", ".join(f"{name} {version}" for name, version in on["versions"].items()))
    kept = {"machine": on, "benchmarks": [_one(name, asked) for name in asked.names or BENCHMARKS]}
    if asked.json:
        asked.json.write_text(json.dumps(kept, indent=1) + "\n")


def _one(name: str, asked: argparse.Namespace) -> dict[str, object]:
    measure, small = BENCHMARKS[name]
    comparison = measure(**small if asked.quick else FULL.get(name, {}) if asked.full else {})
    print("\n" + table(comparison), flush=True)
    return as_json(comparison)


if __name__ == "__main__":
    main(sys.argv[1:])
