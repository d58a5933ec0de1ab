"""pynetdicom's own programs: all that call, against our node; and its qrscp as a peer that we call."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from fileroom.archive import Archive
from fileroom.errors import PeerError
from fileroom.model.entries import Level
from fileroom.model.peers import Peer, PeerKind
from fileroom.model.queries import Condition, Match, Query
from fileroom.network import scu
from fileroom.network.negotiation import Callee
from fileroom.settings import Settings
from tests import world
from tests.dimse.node import CALLER, TITLE, data_set_of
from tests.patience import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.dimse.node import Node

FILES = {f"{n}.dcm": world.instance(study=31, number=n, patient_name="NERI^Ada", patient_id="31") for n in (1, 2, 3)}
DATA = sorted(map(data_set_of, FILES.values()))
STUDY = world.study_uid(31)


def command(program: str, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "pynetdicom", program, *map(str, arguments)]


def run(program: str, *arguments: str | Path) -> str:
    """What it says; it has to end well."""
    done = subprocess.run(command(program, *arguments), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def kept(folder: Path) -> list[bytes]:
    """The data sets of what it wrote."""
    return sorted(data_set_of(path.read_bytes()) for path in folder.iterdir())


def test_the_programs_of_pynetdicom_echo_send_ask_and_fetch(sent_to: Node, tmp_path: Path) -> None:
    world.plant(tmp_path / "files", FILES)
    to = ("127.0.0.1", str(sent_to.port), "-aet", CALLER, "-aec", TITLE)
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", f"StudyInstanceUID={STUDY}")
    assert "0x0000" in run("echoscu", *to, "-d")
    assert run("storescu", *to, tmp_path / "files", "-v").count("0x0000 - Success") == len(FILES)
    with sent_to.archive() as archive:
        until(lambda: archive.status().instances >= len(FILES))
    asked = run("findscu", *to, "-S", *keys, "-k", "PatientName", "-k", "NumberOfStudyRelatedInstances", "-v")
    assert "NERI^Ada" in asked
    assert re.search(r"\(0020,1208\) IS \[3 *\]", asked), asked
    run("getscu", *to, "-S", *keys, "-od", tmp_path / "got")
    assert kept(tmp_path / "got") == DATA
    port = free_port()
    sent_to.allow("MOVED", port, calls=False)
    run(
        "movescu", *to, "-S", *keys, "-aem", "MOVED",
        "--store", "--store-aet", "MOVED", "--store-port", str(port), "-od", tmp_path / "moved",
    )  # fmt: skip
    assert kept(tmp_path / "moved") == DATA


@contextmanager
def qrscp(folder: Path, destination: int) -> Iterator[Callee]:
    """pynetdicom's small archive; it may send to ``FILEROOM`` at that port."""
    port = free_port()
    (folder / "qrscp.ini").write_text(
        f"""[DEFAULT]
ae_title: QRSCP
port: {port}
max_pdu: 16382
acse_timeout: 30
dimse_timeout: 30
network_timeout: 30
bind_address: 127.0.0.1
instance_location: {folder / "instances"}
database_location: {folder / "instances.sqlite"}
log_identifier: False

[{TITLE}]
address: 127.0.0.1
port: {destination}
"""
    )
    callee = Callee(host="127.0.0.1", port=port, title="QRSCP", calling=TITLE)

    def is_up() -> bool:
        try:
            scu.echo(callee)
        except PeerError:
            return False
        return True

    started = command("qrscp", "-c", folder / "qrscp.ini", "-q")
    with subprocess.Popen(started, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            until(is_up)
            yield callee
        finally:
            server.terminate()


@contextmanager
def archives(folder: Path, callee: Callee) -> Iterator[tuple[Archive, Archive]]:
    """Two that know it as ``other``."""
    peer = Peer(name="other", kind=PeerKind.DIMSE, title=callee.title, host=callee.host, port=callee.port)
    with ExitStack() as stack:
        both = [
            stack.enter_context(Archive.open(Settings(archive=folder / name, use_keyring=False)))
            for name in ("has", "wants")
        ]
        for one in both:
            one.set_peer(peer)
        yield both[0], both[1]


@pytest.mark.skipif(sys.platform == "win32", reason="its folder stays in use there when it is ended")
def test_qrscp_is_echoed_sent_to_asked_and_fetched_from(sent_to: Node, tmp_path: Path) -> None:
    study = world.study_uid(32)
    files = {f"{n}": world.instance(study=32, series=1 + n // 3, number=n) for n in (1, 2, 3)}
    world.plant(tmp_path / "files", files)
    by_uid = Query(level=Level.INSTANCE, conditions=(Condition("StudyInstanceUID", Match.SINGLE, (study,)),))
    sent_to.allow("QRSCP")  # it calls us by that title
    with qrscp(tmp_path, sent_to.port) as callee, archives(tmp_path, callee) as (has, wants):
        has.bring_in(tmp_path / "files")
        assert has.send_to_peer("other", [one.id for one in has.search(by_uid).items]).done == 3
        (found,) = wants.search_peer("other", {"StudyInstanceUID": study})  # it tells of each image
        assert (found.study_instance_uid, found.here) == (study, 0)
        assert len(wants.series_at_peer("other", study)) == 2
        fetched = wants.fetch_from_peer("other", study)
        assert (fetched.state, fetched.done, fetched.failed, fetched.had) == ("done", 3, 0, 0)
        assert [wants.search(by_uid).total, wants.fetch_from_peer("other", study).had] == [3, 3]
        moved = scu.move(callee, TITLE, "STUDY", [(0x0020000D, "UI", study)], lambda _: None)
        assert (moved.completed, moved.failed) == (3, 0)
    with sent_to.archive() as archive:
        until(lambda: archive.search(by_uid).total == 3)
