"""Real instances of many makers: stored by C-STORE and fetched back by C-GET, the same byte for byte."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from fileroom.dicom.data_set import NATIVE, start_of_data_set
from fileroom.dicom.reading import read_header
from fileroom.dicom.wholeness import ends_early
from fileroom.network import scu, uids
from fileroom.network.negotiation import Callee, Proposal
from tests.dimse.node import CALLER, TITLE, started
from tests.patience import until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fileroom.model.headers import Header

ALL = os.environ.get("FILEROOM_ROUND_TRIP") == "all"  # every instance of the shared data, and not a choice of them
MOST = 2 << 20  # bytes of a file: a large one shows nothing that a small one does not


@pytest.fixture(scope="module")
def chosen(shared_data: Path) -> dict[str, tuple[Header, bytes]]:
    """For each SOP class and transfer syntax the smallest file, or all of them; one of a UID."""
    best: dict[tuple[str, ...], tuple[int, Header, Path]] = {}
    folders = ("dicom", "derived", "media") if ALL else ("dicom",)
    for path in (path for folder in folders for path in sorted((shared_data / folder).rglob("*"))):
        if not path.is_file() or (not ALL and path.stat().st_size > MOST):
            continue
        header = read_header(str(path)).header
        if header is None or header.sop_class_uid not in uids.storage_classes() or ends_early(str(path), header):
            continue
        if header.transfer_syntax_uid not in uids.transfer_syntaxes():  # of nobody's, and never agreed on
            continue
        if len(header.sop_instance_uid) > 64:  # PS3.5 9.1; refused with A900
            continue
        kind: tuple[str, ...] = (header.sop_class_uid, header.transfer_syntax_uid)
        size = path.stat().st_size
        if ALL:
            kind = (header.sop_instance_uid,)
        if kind not in best or size < best[kind][0]:
            best[kind] = (size, header, path)
    found: dict[str, tuple[Header, bytes]] = {}
    for _, header, path in best.values():
        whole = path.read_bytes()
        begin = start_of_data_set(lambda at, size, whole=whole: whole[at : at + size])  # type: ignore[misc]  # bound now
        found.setdefault(header.sop_instance_uid, (header, whole[begin:]))
    assert len(found) > 40
    return found


def test_what_is_stored_comes_back(chosen: dict[str, tuple[Header, bytes]], tmp_path: Path) -> None:
    node = started(tmp_path, {})
    callee = Callee(host="127.0.0.1", port=node.port, title=TITLE, calling=CALLER)
    kinds = sorted({(header.sop_class_uid, header.transfer_syntax_uid) for header, _ in chosen.values()})
    try:
        for at in range(0, len(kinds), 100):
            some = kinds[at : at + 100]
            with scu.associated(callee, Proposal(contexts=[(one, [syntax]) for one, syntax in some])) as association:
                for uid, (header, data) in chosen.items():
                    context = association.terms.sending(header.sop_class_uid, header.transfer_syntax_uid)
                    if context is not None:
                        assert scu.store(association, context, header.sop_class_uid, uid, [data]) == 0, uid
        with node.archive() as archive:
            archive.take_in([])  # the node does so too; whoever comes first
            until(lambda: archive.status().instances == len(chosen))
        got: dict[str, tuple[str, bytes]] = {}

        def sink(_: str, uid: str, syntax: str, pieces: Iterable[memoryview]) -> int:
            got[uid] = (syntax, b"".join(map(bytes, pieces)))
            return 0

        for header, _ in chosen.values():
            # One kind at a time, so that each can come as it is.
            keys = [
                (0x0020000D, "UI", header.study_instance_uid),
                (0x0020000E, "UI", header.series_instance_uid),
                (0x00080018, "UI", header.sop_instance_uid),
            ]
            kind = (header.sop_class_uid, [header.transfer_syntax_uid])
            assert scu.get(callee, "IMAGE", keys, sink, kinds=[kind]).failed == 0
    finally:
        node.running.stop()
    for uid, (header, data) in chosen.items():
        assert got[uid] == (header.transfer_syntax_uid, data), (uid, header.transfer_syntax_uid in NATIVE)
