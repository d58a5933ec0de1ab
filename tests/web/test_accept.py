from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fileroom.web.accept import (
    DICOM,
    DICOM_JSON,
    JSON,
    OCTETS,
    MediaRange,
    Offer,
    choose,
    frame_offers,
    instance_offers,
    json_offers,
    parse,
)

ELE = "1.2.840.10008.1.2.1"
RLE = "1.2.840.10008.1.2.5"
JPEG = "1.2.840.10008.1.2.4.50"
SECRET = "1.2.840.10008.1.2.4.999"  # a syntax without a media type of its own


@pytest.mark.parametrize(
    ("header", "ranges"),
    [
        (None, [MediaRange("*/*", None)]),
        ("", [MediaRange("*/*", None)]),
        ("application/json", [MediaRange("application/json")]),
        ("Application/JSON ; q=0.5", [MediaRange("application/json", q=0.5)]),
        ("a/b, c/d;q=0", [MediaRange("a/b"), MediaRange("c/d", q=0)]),
        ('multipart/related; type="application/dicom"', [MediaRange(DICOM, multipart=True)]),
        ("multipart/related;type=application/dicom", [MediaRange(DICOM, multipart=True)]),
        ("multipart/related", [MediaRange("*/*", multipart=True)]),
        (
            f'multipart/related; type="{OCTETS}"; transfer-syntax=*;q=.9',
            [MediaRange(OCTETS, multipart=True, transfer_syntax="*", q=0.9)],
        ),
        (f'{OCTETS}; transfer-syntax="{RLE}"', [MediaRange(OCTETS, transfer_syntax=RLE)]),
        ('a/b; x="1,2;3", c/d', [MediaRange("a/b"), MediaRange("c/d")]),
        ("rubbish", []),
        ("a/b;q=2, a/c;q=x", []),
    ],
)
def test_a_header_is_read(header: str | None, ranges: list[MediaRange]) -> None:
    assert list(parse(header)) == ranges


@given(st.text(alphabet=st.sampled_from('abc/*;=,"\\ q01.'), max_size=60))
def test_no_header_makes_it_fall(header: str) -> None:
    assert all("/" in one.type for one in parse(header))


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        (None, DICOM_JSON),
        ("*/*", DICOM_JSON),
        ("application/*", DICOM_JSON),
        ("application/json", JSON),
        ("application/json, application/dicom+json;q=0.5", JSON),
        ("application/json;q=0.5, application/dicom+json", DICOM_JSON),
        ("text/html, */*;q=0.1", DICOM_JSON),
        ("*/*, application/dicom+json;q=0", JSON),  # the more precise range wins (RFC 9110 12.5.1)
        ('multipart/related; type="application/dicom+xml", application/dicom+json', DICOM_JSON),
        ('multipart/related; type="application/dicom+xml"', None),
        ("text/html", None),
        ("*/*;q=0", None),
    ],
)
def test_json(header: str | None, chosen: str | None) -> None:
    offer = choose(parse(header), json_offers())
    assert (offer and offer.type) == chosen


def octets(syntax: str, *, multipart: bool = True) -> tuple[str, str, bool]:
    return (OCTETS, syntax, multipart)


@pytest.mark.parametrize(
    ("header", "stored", "chosen"),
    [
        # the default is Explicit VR Little Endian, in parts
        (None, RLE, octets(ELE)),
        ("*/*", JPEG, octets(ELE)),
        ("multipart/related", RLE, octets(ELE)),
        (f'multipart/related; type="{OCTETS}"', RLE, octets(ELE)),
        (OCTETS, RLE, octets(ELE, multipart=False)),
        # as stored, for those who take every syntax or this one
        (f'multipart/related; type="{OCTETS}"; transfer-syntax=*', RLE, octets(RLE)),
        (f'multipart/related; type="{OCTETS}"; transfer-syntax={RLE}', RLE, octets(RLE)),
        (f"{OCTETS}; transfer-syntax=*", RLE, octets(RLE, multipart=False)),
        (f"{OCTETS}; transfer-syntax=*", SECRET, octets(SECRET, multipart=False)),
        ("*/*; transfer-syntax=*", JPEG, ("image/jpeg", JPEG, True)),
        # by the name of its media type
        ("image/jpeg", JPEG, ("image/jpeg", JPEG, False)),
        ('multipart/related; type="image/jpeg"', JPEG, ("image/jpeg", JPEG, True)),
        (f'multipart/related; type="image/jpeg"; transfer-syntax={JPEG}', JPEG, ("image/jpeg", JPEG, True)),
        (f"image/jpeg;q=0.1, {OCTETS}", JPEG, octets(ELE, multipart=False)),
        # another syntax, or another type, than can be had
        (f'multipart/related; type="{OCTETS}"; transfer-syntax={JPEG}', RLE, None),
        ("image/jls", JPEG, None),
        ("image/*", JPEG, None),
        ("text/html", ELE, None),
        # native pixels
        (f"{OCTETS}; transfer-syntax=*", ELE, octets(ELE, multipart=False)),
        (f'multipart/related; type="{OCTETS}"; transfer-syntax={ELE}', "1.2.840.10008.1.2.2", octets(ELE)),
    ],
)
def test_frames(header: str | None, stored: str, chosen: tuple[str, str, bool] | None) -> None:
    offer = choose(parse(header), frame_offers(stored, single=True))
    assert (offer and (offer.type, offer.transfer_syntax, offer.multipart)) == chosen


def test_several_frames_come_in_parts_only() -> None:
    assert choose(parse(OCTETS), frame_offers(ELE, single=False)) is None
    assert choose(parse("*/*"), frame_offers(ELE, single=False)) == Offer(OCTETS, multipart=True, transfer_syntax=ELE)


@pytest.mark.parametrize(
    ("header", "syntaxes", "multipart"),
    [
        (None, [RLE], True),
        (DICOM, [RLE], False),
        (f"{DICOM}; transfer-syntax=*", [RLE], False),
        (f"{DICOM}; transfer-syntax={RLE}", [RLE], False),
        (f'multipart/related; type="{DICOM}"; transfer-syntax=*', [RLE, ELE], True),
        (f'multipart/related; type="{DICOM}"; transfer-syntax={RLE}', [RLE, ELE], None),
        (f"{DICOM}; transfer-syntax={ELE}", [RLE], None),
        ("application/zip", [RLE], None),
    ],
)
def test_instances_are_answered_as_stored(header: str | None, syntaxes: list[str], multipart: bool | None) -> None:
    offer = choose(parse(header), instance_offers(syntaxes, single=True))
    assert (offer and offer.multipart) is multipart
