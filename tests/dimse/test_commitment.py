"""Storage Commitment (PS3.4 J): asked over one association, reported over the same or a new one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset
from pynetdicom import AE, evt
from pynetdicom.sop_class import (  # type: ignore[attr-defined]  # made at run time
    StorageCommitmentPushModel,
    StorageCommitmentPushModelInstance,
)

from tests import world
from tests.dimse.node import CALLER

if TYPE_CHECKING:
    from pynetdicom.association import Association

    from tests.dimse.node import Node

CT, MR = world.SOP_CLASSES["CT"], world.SOP_CLASSES["MR"]


class Told:
    """What an N-EVENT-REPORT said."""

    def __init__(self) -> None:
        self.came = threading.Event()
        self.type = 0
        self.said = Dataset()

    def reported(self, event: evt.Event) -> tuple[int, None]:
        request: Any = event.request
        self.type, self.said = request.EventTypeID, event.event_information
        self.came.set()
        return 0, None


def ask(
    association: Association,
    named: list[tuple[str, str]],
    kind: int = 1,
    of: str = StorageCommitmentPushModelInstance,
) -> int:
    asked = Dataset()
    asked.TransactionUID = "2.999.5.5"
    asked.ReferencedSOPSequence = [Dataset() for _ in named]
    for item, (sop_class, uid) in zip(asked.ReferencedSOPSequence, named, strict=True):
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, uid
    status, _ = association.send_n_action(asked, kind, StorageCommitmentPushModel, of)
    return int(status.Status)


def test_j_3_3_the_report_over_the_association_that_asked(asked: Node) -> None:
    told = Told()
    with asked.associated(
        {StorageCommitmentPushModel: None}, evt_handlers=[(evt.EVT_N_EVENT_REPORT, told.reported)]
    ) as association:
        assert ask(association, [(CT, world.sop_uid(1, 1, 1)), (CT, "2.999.404"), (MR, world.sop_uid(1, 1, 2))]) == 0
        assert told.came.wait(20)
    assert (told.type, told.said.TransactionUID) == (2, "2.999.5.5")
    assert [one.ReferencedSOPInstanceUID for one in told.said.ReferencedSOPSequence] == [world.sop_uid(1, 1, 1)]
    failed = {one.ReferencedSOPInstanceUID: one.FailureReason for one in told.said.FailedSOPSequence}
    assert failed == {"2.999.404": 0x0112, world.sop_uid(1, 1, 2): 0x0119}


def test_j_3_3_the_report_over_a_new_association(asked: Node) -> None:
    told = Told()
    entity = AE(CALLER)
    entity.add_supported_context(StorageCommitmentPushModel, scu_role=True, scp_role=True)
    server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_N_EVENT_REPORT, told.reported)])
    assert server is not None
    asked.allow(CALLER, server.server_address[1])
    try:
        with asked.associated({StorageCommitmentPushModel: None}) as association:
            assert ask(association, [(CT, world.sop_uid(1, 1, 1))]) == 0
        assert told.came.wait(20)
    finally:
        server.shutdown()
    assert told.type == 1
    assert "FailedSOPSequence" not in told.said


def test_j_3_2_another_action_is_refused(asked: Node) -> None:
    with asked.associated({StorageCommitmentPushModel: None}) as association:
        assert ask(association, [], kind=7) == 0x0123


def test_j_3_5_another_instance_than_the_well_known_one_is_refused(asked: Node) -> None:
    with asked.associated({StorageCommitmentPushModel: None}) as association:
        assert ask(association, [(CT, world.sop_uid(1, 1, 1))], of="2.999.7") == 0x0112


def test_j_3_2_1_1_a_request_about_nothing_is_refused(asked: Node) -> None:
    with asked.associated({StorageCommitmentPushModel: None}) as association:
        assert ask(association, []) == 0x0115


def test_j_3_3_one_instance_by_two_classes_is_held_as_the_one_it_is_of(asked: Node) -> None:
    told, uid = Told(), world.sop_uid(1, 1, 1)
    with asked.associated(
        {StorageCommitmentPushModel: None}, evt_handlers=[(evt.EVT_N_EVENT_REPORT, told.reported)]
    ) as association:
        assert ask(association, [(CT, uid), (MR, uid)]) == 0
        assert told.came.wait(20)
    held = [(one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID) for one in told.said.ReferencedSOPSequence]
    failed = [(one.ReferencedSOPClassUID, one.FailureReason) for one in told.said.FailedSOPSequence]
    assert (told.type, held, failed) == (2, [(CT, uid)], [(MR, 0x0119)])
