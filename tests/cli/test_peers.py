"""``fileroom peers``: the list of other nodes."""

from __future__ import annotations

import io
import socket
from typing import TYPE_CHECKING

import pytest

from fileroom.archive import Archive
from fileroom.catalog import peers
from fileroom.model.peers import Peer, PeerKind
from fileroom.settings import Settings
from tests.intake.test_elsewhere_moved import IMAGES, STUDY, without_get

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Fileroom


def test_nodes_are_added_listed_let_in_and_forgotten(fileroom: Fileroom) -> None:
    assert fileroom("peers").out.startswith("No other node is known.")
    assert fileroom("peers", "add", "ward", "WARD@10.0.0.7:11112").out == "Known: ward, WARD@10.0.0.7:11112\n"
    assert fileroom("peers", "add", "six", "SIX@[::1]:104", "--tls").out == "Known: six, SIX@[::1]:104 over TLS\n"
    assert fileroom("peers", "allow", "ward").out == "May call: ward, WARD@10.0.0.7:11112\n"
    listed = fileroom("peers", "list", "--json").json["items"]
    assert [(one["name"], one["title"], one["port"], one["calls"], one["tls"]) for one in listed] == [
        ("six", "SIX", 104, False, True),
        ("ward", "WARD", 11112, True, False),
    ]
    assert fileroom("peers", "refuse", "ward", "--json").json["calls"] is False
    assert fileroom("peers", "remove", "ward").code == 0
    assert fileroom("peers", "remove", "ward").code == 3
    assert "six" in fileroom("peers").out


def test_a_secret_is_kept_and_never_told(fileroom: Fileroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("s3cret-token\n"))
    said = fileroom("peers", "add", "cloud", "https://pacs.example/dicom-web/", "--secret", "--json")
    assert said.json["url"] == "https://pacs.example/dicom-web"
    assert said.json["secret"] is True
    assert "s3cret" not in said.out + fileroom("peers").out + fileroom("peers", "--json").out
    with Archive.open(Settings(archive=fileroom.folder, use_keyring=False)) as archive:
        assert peers.secret_of(archive._catalog, "cloud") == "s3cret-token"
        archive.set_peer(archive.peer("cloud"))  # changed without a word about the secret
        assert peers.secret_of(archive._catalog, "cloud") == "s3cret-token"
    assert b"s3cret" not in (fileroom.folder / "catalog.db").read_bytes()


@pytest.mark.parametrize(
    "where",
    ["nowhere", "A@host", "A@host:0", "A@host:65536", "A\\B@host:1", "TOO_LONG_A_TITLE_IS@h:1", "ftp://x", "http://"],
)
def test_what_is_no_node(fileroom: Fileroom, where: str) -> None:
    assert fileroom("peers", "add", "x", where).code == 2


def test_a_web_service_does_not_call(fileroom: Fileroom) -> None:
    fileroom("peers", "add", "web", "http://127.0.0.1:9/dicomweb")
    assert fileroom("peers", "allow", "web").code == 2


def test_a_node_without_c_get_sends_to_a_port_that_is_open_meanwhile(fileroom: Fileroom, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        ours = free.getsockname()[1]
    with without_get(tmp_path) as (there, port):
        there.set_peer(Peer(name="us", kind=PeerKind.DIMSE, title="ROOM", host="127.0.0.1", port=ours, calls=True))
        fileroom("peers", "add", "old", f"OLDPACS@127.0.0.1:{port}", "--allow")
        got = fileroom("peers", "get", "old", STUDY, "--dimse", str(ours), "--aet", "ROOM", "--json")
        assert (got.code, got.json["done"], got.json["failed"]) == (0, len(IMAGES), 0)
        there.set_peer(Peer(name="us", kind=PeerKind.DIMSE, title="FILEROOM", host="127.0.0.1", port=ours, calls=True))
        assert f"{len(IMAGES)} here already" in fileroom("peers", "get", "old", STUDY).out
