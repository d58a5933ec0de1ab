"""The door in its process: started, restarted, ended; with TLS; and by DCMTK's programs."""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from fileroom.dimse.process import Running, Station
from fileroom.errors import BadRequest, Busy, PeerError
from fileroom.network import uids
from fileroom.network.negotiation import PLAIN, Callee, Proposal, request
from tests import world
from tests.dimse.node import CALLER, data_set_of, started
from tests.dimse.test_fence import echo
from tests.patience import until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dimse.node import Node


def answers(node: Node, tls: ssl.SSLContext | None = None) -> bool:
    """Whether a C-ECHO is answered: by our own client, for pynetdicom leaves sockets open when it is refused."""
    callee = Callee(host="localhost", port=node.port, title="FILEROOM", calling=CALLER, tls=tls)
    try:
        association = request(callee, Proposal(contexts=[(uids.VERIFICATION, PLAIN)]), seconds=10, idle=10)
        status = echo(association)
        association.release()
    except PeerError:
        return False
    return status == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL there")
def test_a_door_that_was_killed_is_back_at_the_same_port(tmp_path: Path) -> None:
    node = started(tmp_path, {})
    try:
        assert answers(node)
        killed = node.running.pid
        os.kill(killed, signal.SIGKILL)
        until(lambda: node.running.pid != killed and answers(node))
    finally:
        node.running.stop()
    assert not answers(node)


def test_a_port_that_is_taken(asked: Node) -> None:
    with pytest.raises(Busy, match="in use"):
        Running(asked.settings, Station(port=asked.port))


@pytest.mark.parametrize("wrong", [{"address": "0.0.0.0"}, {"title": ""}, {"title": "A" * 17}, {"title": "A\\B"}])  # noqa: S104 - refused
def test_what_cannot_be_served(wrong: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        Station(port=0, **wrong)  # type: ignore[arg-type]  # text all of it


def test_files_for_tls_that_are_none(asked: Node, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="TLS"):
        Running(asked.settings, Station(port=0, tls=(str(tmp_path / "no"), str(tmp_path / "such"))))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl to make a certificate with")
def test_tls_with_certificates_on_both_sides(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {certificate} -days 2 -subj /CN=localhost"
    subprocess.run([*command.split(), "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    node = started(tmp_path, {}, tls=(str(certificate), str(key), str(certificate)))
    try:
        context = ssl.create_default_context(cafile=str(certificate))
        assert not answers(node)  # in the clear
        assert not answers(node, tls=context)  # who shows no certificate
        context.load_cert_chain(certificate, key)
        assert answers(node, tls=context)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("AES128-SHA")  # without forward secrecy: not of BCP 195
        assert not answers(node, tls=context)
    finally:
        node.running.stop()


def dcmtk(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """One of DCMTK's; pynetdicom has programs of the same names, so the place is part of the name."""
    path = f"/usr/bin/{program}"
    if not os.access(path, os.X_OK):
        pytest.skip(f"DCMTK's {program} is not installed")
    environment = {**os.environ, "TCP_NODELAY": "1"}
    command = [path, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)


def test_dcmtk_sends_asks_and_fetches(sent_to: Node, tmp_path: Path) -> None:
    files = {f"{n}.dcm": world.instance(study=9, number=n, patient_name="VERDI^Anna") for n in (1, 2, 3)}
    world.plant(tmp_path / "files", files)
    to = ("-aet", CALLER, "-aec", "FILEROOM", "127.0.0.1", str(sent_to.port))
    assert dcmtk("echoscu", *to).returncode == 0
    sent = dcmtk("storescu", "+sd", *to, tmp_path / "files")
    assert (sent.returncode, sent.stderr) == (0, "")
    study = ("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=2.999.9")

    def found() -> bool:
        asked = dcmtk("findscu", "-S", *study, "-k", "PatientName", "-k", "NumberOfStudyRelatedInstances", *to)
        return "VERDI^Anna" in asked.stdout + asked.stderr and "[3 ]" in asked.stdout + asked.stderr

    until(found)
    (tmp_path / "got").mkdir()
    assert dcmtk("getscu", "-S", *study, "-od", tmp_path / "got", "+B", *to).returncode == 0
    got = sorted(data_set_of(path.read_bytes()) for path in (tmp_path / "got").iterdir())
    assert got == sorted(map(data_set_of, files.values()))
    sent_to.allow(CALLER, _free_port())
    with sent_to.archive() as archive:
        port = archive.peer(CALLER).port
    (tmp_path / "moved").mkdir()
    moved = dcmtk("movescu", "-S", *study, "-aem", CALLER, "+P", str(port), "-od", tmp_path / "moved", *to)
    assert (moved.returncode, len(list((tmp_path / "moved").iterdir()))) == (0, 3)


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
