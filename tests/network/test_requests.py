"""Requests for associations and their acceptance as bytes: the same as pynetdicom makes and takes."""

from __future__ import annotations

from typing import Any

import pytest
from pynetdicom.pdu import A_ASSOCIATE_AC, A_ASSOCIATE_RQ
from pynetdicom.pdu_primitives import (
    A_ASSOCIATE,
    ImplementationClassUIDNotification,
    ImplementationVersionNameNotification,
    MaximumLengthNotification,
    SCP_SCU_RoleSelectionNegotiation,
    SOPClassExtendedNegotiation,
)
from pynetdicom.presentation import PresentationContext, build_context

from fileroom.network.requests import Acceptance, Proposed, accepting, read
from fileroom.network.wire import Violation

CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
APPLICATION = "1.2.840.10008.3.1.1.1"
HEAD = 6


def said(longest: int, roles: dict[str, tuple[bool, bool]], extended: dict[str, bytes]) -> list[Any]:
    items: list[Any] = [
        MaximumLengthNotification(),
        ImplementationClassUIDNotification(),
        ImplementationVersionNameNotification(),
    ]
    items[0].maximum_length_received = longest
    items[1].implementation_class_uid = "1.2.3"
    items[2].implementation_version_name = "ODD"
    for sop_class, both in roles.items():
        role = SCP_SCU_RoleSelectionNegotiation()
        role.sop_class_uid = sop_class
        role.scu_role, role.scp_role = both
        items.append(role)
    for sop_class, value in extended.items():
        item = SOPClassExtendedNegotiation()
        item.sop_class_uid, item.service_class_application_information = sop_class, value
        items.append(item)
    return items


CASES: list[tuple[dict[str, list[str]], int, dict[str, tuple[bool, bool]], dict[str, bytes]]] = [
    ({CT: [EXPLICIT]}, 16384, {}, {}),
    ({CT: [IMPLICIT, EXPLICIT], MR: [EXPLICIT]}, 0, {CT: (False, True)}, {}),
    ({CT: [EXPLICIT], MR: [IMPLICIT]}, 1 << 20, {CT: (True, True), MR: (True, False)}, {MR: b"\1\0\1"}),
]


@pytest.mark.parametrize(("contexts", "longest", "roles", "extended"), CASES)
def test_a_request_says_what_pynetdicom_put_into_it(
    contexts: dict[str, list[str]],
    longest: int,
    roles: dict[str, tuple[bool, bool]],
    extended: dict[str, bytes],
) -> None:
    primitive = A_ASSOCIATE()
    primitive.application_context_name = APPLICATION
    primitive.calling_ae_title, primitive.called_ae_title = "HERE", "THERE AND BACK"
    primitive.presentation_context_definition_list = [build_context(*one) for one in contexts.items()]
    for number, context in enumerate(primitive.presentation_context_definition_list):
        context.context_id = 2 * number + 1
    primitive.user_information = said(longest, roles, extended)
    request = read(A_ASSOCIATE_RQ(primitive).encode()[HEAD:])
    assert (request.calling, request.called) == ("HERE", "THERE AND BACK")
    assert request.application_context == APPLICATION
    expected = [Proposed(2 * n + 1, one, tuple(given)) for n, (one, given) in enumerate(contexts.items())]
    assert request.proposed == expected
    assert (request.longest, request.roles, request.extended) == (longest, roles, extended)


@pytest.mark.parametrize(("contexts", "longest", "roles", "extended"), CASES)
def test_an_acceptance_is_the_one_of_pynetdicom_byte_for_byte(
    contexts: dict[str, list[str]],
    longest: int,
    roles: dict[str, tuple[bool, bool]],
    extended: dict[str, bytes],
) -> None:
    results = [(2 * n + 1, 3 * (n % 2), given[0]) for n, given in enumerate(contexts.values())]
    primitive = A_ASSOCIATE()
    primitive.application_context_name = APPLICATION
    primitive.calling_ae_title, primitive.called_ae_title = "HERE", "THERE"
    primitive.result, primitive.result_source = 0, 1
    answered = []
    for (number, result, syntax), sop_class in zip(results, contexts, strict=True):
        one = PresentationContext()
        one.context_id, one.abstract_syntax, one.transfer_syntax, one.result = number, sop_class, [syntax], result
        answered.append(one)
    primitive.presentation_context_definition_results_list = answered
    primitive.user_information = said(longest, roles, extended)
    ours = accepting(
        Acceptance(
            calling="HERE",
            called="THERE",
            application_context=APPLICATION,
            contexts=results,
            longest=longest,
            class_uid="1.2.3",
            version_name="ODD",
            roles=roles,
            extended=extended,
        )
    )
    assert ours == A_ASSOCIATE_AC(primitive).encode()


FIXED = b"\0\1\0\0" + b"THERE".ljust(16) + b"HERE".ljust(16) + bytes(32)
ABSTRACT, TRANSFER = b"\x30\0\0\3" + b"1.2", b"\x40\0\0\3" + b"1.3"


@pytest.mark.parametrize(
    "body",
    [
        FIXED[:-1],
        FIXED.replace(b"HERE", b"H\xe9RE"),
        FIXED + b"\x10\0",
        FIXED + b"\x10\0\0\4" + b"1.2",
        FIXED + b"\x20\0\0\2" + b"\1\0",
        FIXED + b"\x20\0\0\x12" + b"\2\0\0\0" + ABSTRACT + TRANSFER,  # an even number
        FIXED + b"\x20\0\0\x0b" + b"\1\0\0\0" + ABSTRACT,
        FIXED + b"\x20\0\0\x0b" + b"\1\0\0\0" + TRANSFER,
        FIXED + b"\x50\0\0\6" + b"\x51\0\0\2\0\1",
        FIXED + b"\x50\0\0\6" + b"\x54\0\0\2\0\3",
        FIXED + b"\x50\0\0\7" + b"\x54\0\0\3\0\0\1",
        FIXED + b"\x50\0\0\5" + b"\x56\0\0\1\0",
    ],
)
def test_what_is_no_request(body: bytes) -> None:
    with pytest.raises(Violation, match="damaged"):
        read(body)


def test_every_cut_of_a_request_is_read_or_said_to_be_damaged() -> None:
    body = FIXED + b"\x20\0\0\x12" + b"\1\0\0\0" + ABSTRACT + TRANSFER + b"\x50\0\0\x08" + b"\x51\0\0\4\0\0\x40\0"
    assert read(body).proposed == [Proposed(1, "1.2", ("1.3",))]
    for end in range(len(body)):
        try:
            read(body[:end])
        except Violation:
            continue
        assert end in {len(FIXED), len(body) - 12}  # between two items
