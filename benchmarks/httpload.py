"""``httpload``, ``httploadqido``: what HTTP clients get while instances are sent to the node over C-STORE.

Frames over six connections, and QIDO-RS over two, from one server (``fileroom serve --dimse``): alone, and while a
sender stores CT images of 512 KiB into its DIMSE process at a fixed pace. The sender is one that a scanner could be: it
makes each image from a template, so that it takes next to no processor time, keeps to its pace whatever the other side
does, and says how many were stored.

On few cores the client, the server, the sender and whoever receives share them, and whatever receives takes something
away. So the same sender stores at the same pace into DCMTK's ``storescp`` as well: what is lost to that is lost to any
receiver on this machine, and what is lost beyond is ours. A third figure does not depend on the number of cores: the
processor time of the HTTP server's process for each answer, alone and under load.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.dimse import CALLER, RECEIVER, storescp, taken_in
from benchmarks.harness import Comparison, alternate, environment
from benchmarks.wado import CONNECTIONS, Server, ours
from fileroom.archive import Archive
from fileroom.model.peers import Peer, PeerKind
from fileroom.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

ALONE = "HTTP alone"
PACES = (20, 100)  # images a second: one scanner, and several
# Times that all frames, or all searches, are fetched in one run: it takes seconds, for what has come is taken in then.
_ROUNDS, _ASKED = 40, 30
_QUERIES = ("/dicomweb/studies?limit=20", "/dicomweb/studies/2.999.1/series", "/dicomweb/instances?limit=50")
# Stores images of one series at a pace until its input ends; then says how many, and what it took itself.
SENDER = """
import json, select, sys, time
from fileroom.network import scu
from fileroom.network.negotiation import Callee, Proposal
from tests import world
port, pace, series = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
ct, syntax = world.SOP_CLASSES["CT"], world.EXPLICIT_LE
uid = world.sop_uid(7, series, 100_000)
whole = world.instance(study=7, series=series, number=100_000, rows=512, columns=512, pixels=bytes(range(256)) * 2048)
data = whole[132 + 12 + int.from_bytes(whole[140:144], "little"):]
sent = 0
callee = Callee(host="127.0.0.1", port=port, title="ANY", calling="BENCH")
with scu.associated(callee, Proposal(contexts=[(ct, [syntax])])) as association:
    context = association.terms.sending(ct, syntax)
    began, processor = time.monotonic(), time.process_time()
    while True:
        wait = max(0.0, began + sent / pace - time.monotonic())
        if select.select([sys.stdin], [], [], wait)[0]:
            break
        own = world.sop_uid(7, series, 100_000 + sent)
        status = scu.store(association, context, ct, own, [data.replace(uid.encode(), own.encode())])
        assert status == 0, hex(status)
        sent += 1
        if sent == 5:
            print("going", flush=True)
print(json.dumps([sent, time.monotonic() - began, time.process_time() - processor]))
"""


def measure_frames(instances: int = 200, runs: int = 10) -> Comparison:
    """Frames over six connections."""
    return _measure("frames over 6 connections", "frames", instances, runs)


def measure_qido(instances: int = 200, runs: int = 10) -> Comparison:
    """Searches over two connections."""
    return _measure("QIDO-RS over 2 connections", "answers", instances, runs)


def _measure(name: str, unit: str, instances: int, runs: int) -> Comparison:
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as folder, contextlib.ExitStack() as stack:
        place = Path(folder)
        server = stack.enter_context(ours(place, instances, dimse=True))
        _let_call(place / "archive")
        paths, connections, times = (
            (server.frames, CONNECTIONS, _ROUNDS) if unit == "frames" else (list(_QUERIES), 2, _ASKED)
        )
        ports = {"fileroom": server.dimse}
        if Path(RECEIVER).exists():
            ports["storescp"] = stack.enter_context(storescp(place))
        bench = _Bench(server, partial(server.take, paths, connections, times), place)
        kinds = {
            f"{pace}/s into {who}": partial(bench.loaded, f"{pace}/s into {who}", port, pace)
            for pace in PACES
            for who, port in ports.items()
        }
        seconds = alternate(kinds, runs)
        seconds = {ALONE: bench.without[len(kinds) :], **seconds}
    comparison = Comparison(
        name=f"{name} while images of 512 KiB are received",
        ours=ALONE,
        unit=unit,
        amount=len(paths) * times,
        seconds=seconds,
    )
    return _noted(comparison, bench)


class _Bench:
    """One server, what is fetched from it, and what each run was seen to take."""

    def __init__(self, server: Server, fetch: Callable[[], float], place: Path) -> None:
        self._server, self._fetch, self._place = server, fetch, place
        self._runs = 0
        self.without: list[float] = []  # seconds of each run without load, the first of all included
        self.kept: dict[str, list[float]] = defaultdict(list)  # of what the run right before it got without load
        self.own: dict[str, list[float]] = defaultdict(list)  # seconds of processor time of the HTTP process
        self.paces: dict[str, list[float]] = defaultdict(list)  # that were really kept
        self.sender: dict[str, list[float]] = defaultdict(list)  # share of a core

    def loaded(self, kind: str, port: int, pace: int) -> float:
        """Fetch without load, and the same while a sender is at work; then what waits is taken in while no clock
        runs."""
        self._runs += 1
        alone = self._fetched(ALONE)
        self.without.append(alone)
        arguments = [str(port), str(pace), str(self._runs)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen([sys.executable, "-c", SENDER, *arguments], env=environment(), **pipes) as sender:  # type: ignore[call-overload]  # pipes
            if sender.stdout.readline() != "going\n":
                raise RuntimeError("nothing could be sent")
            took = self._fetched(kind)
            sender.stdin.close()
            count, seconds, processor = json.loads(sender.stdout.readline())
        self.kept[kind].append(alone / took)
        self.paces[kind].append(count / seconds)
        self.sender[kind].append(processor / seconds)
        for path in self._place.glob("storescp/*"):
            path.unlink()
        taken_in(self._place / "archive")
        return took

    def _fetched(self, kind: str) -> float:
        before = _processor_time(self._server.pid)
        took = self._fetch()
        self.own[kind].append(_processor_time(self._server.pid) - before)
        return took


def _noted(comparison: Comparison, bench: _Bench) -> Comparison:
    """With what each kind keeps of what there is without any load, and of what it has beside DCMTK."""
    notes = []
    for kind in comparison.seconds:
        own = statistics.median(bench.own[kind][1:]) / comparison.amount * 1e6
        if kind == ALONE:
            notes.append(f"{kind}: {own:.0f} us of processor time of the HTTP process for each")
            continue
        pairs = bench.kept[kind][1:]
        kept = f"{statistics.median(pairs):.2f} of alone in pairs ({min(pairs):.2f} to {max(pairs):.2f})"
        beside = kind.replace("fileroom", "storescp")
        versus = (
            f" ({comparison.median(beside) / comparison.median(kind):.2f} of what is left beside storescp)"
            if "fileroom" in kind and beside in comparison.seconds
            else ""
        )
        notes.append(
            f"{kind}: {kept}{versus}; {own:.0f} us for each; {statistics.median(bench.paces[kind]):.0f}/s "
            f"were stored, the sender took {statistics.median(bench.sender[kind]):.0%} of a core"
        )
    extra = {"kept": dict(bench.kept), "own": dict(bench.own), "paces": dict(bench.paces), "sender": dict(bench.sender)}
    return Comparison(
        name=comparison.name,
        ours=ALONE,
        unit=comparison.unit,
        amount=comparison.amount,
        seconds=comparison.seconds,
        notes=tuple(notes),
        extra=extra,
    )


def _processor_time(pid: int) -> float:
    """Seconds of processor time of one process, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _let_call(archive: Path) -> None:
    with Archive.open(Settings(archive=archive, use_keyring=False)) as opened:
        opened.set_peer(Peer(name="b", kind=PeerKind.DIMSE, title=CALLER, host="127.0.0.1", port=1, calls=True))
