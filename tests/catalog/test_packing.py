from __future__ import annotations

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from fileroom.catalog.packing import FIELDS, Packer, pack_base, unpack, unpack_base, values_of
from fileroom.model.headers import Header

HEADERS = st.builds(
    Header,
    transfer_syntax_uid=st.text(max_size=5),
    patient_name=st.text(max_size=8),
    sop_instance_uid=st.text(max_size=5),
    instance_number=st.none() | st.integers(),
    image_type=st.lists(st.text(max_size=4), max_size=3).map(tuple),
    image_position=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=3).map(tuple),
    rows=st.none() | st.integers(),
    slice_thickness=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    has_pixels=st.booleans(),
)


def test_every_attribute_of_a_header_is_kept() -> None:
    assert sorted(FIELDS) == sorted(field.name for field in fields(Header))
    assert len(set(FIELDS)) == len(FIELDS)


@given(HEADERS, HEADERS)
def test_a_header_comes_back_whatever_its_series_says(base: Header, other: Header) -> None:
    kept = pack_base(values_of(base))
    packer = Packer(values_of(base))
    for header in (other, base, other):  # the second time it knows where to look
        uid, number = header.sop_instance_uid, header.instance_number
        assert unpack(packer.pack(values_of(header)), unpack_base(kept), uid, number) == header


def test_what_is_the_same_costs_nothing() -> None:
    base = Header(transfer_syntax_uid="1", patient_name="ROSSI^Mario", image_position=(0.0, 0.0, 1.0))
    packer = Packer(values_of(base))
    assert packer.pack(values_of(base)) == "{}"
    assert packer.pack(values_of(replace(base, instance_number=2, sop_instance_uid="1.2"))) == "{}"  # columns of theirs
    assert len(packer.pack(values_of(replace(base, acquisition_number=2)))) < 12


def test_a_catalog_of_an_older_version_has_defaults_for_what_came_later() -> None:
    older = "[" + ",".join(["null"] * 3) + "]"
    assert len(unpack_base(older)) == len(FIELDS)
