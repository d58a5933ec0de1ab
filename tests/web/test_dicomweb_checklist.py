"""DICOMweb row by row: what PS3.18 (and PS3.4 for matching) asks of QIDO-RS and WADO-RS, of a server over its port.

Each row is a function under its level, clause and behaviour; a row that does not hold is a test that fails.
"""

from __future__ import annotations

import base64
import re
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread

from tests import world
from tests.web.parts import parts_of
from tests.web.real import FRAMES, PRIVATE, RAMP, Web, rle, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from httpx2 import Response

DICOM = "application/dicom"
OCTETS = "application/octet-stream"
STUDY = "/studies/2.999.1"
CT = f"{STUDY}/series/2.999.1.1"
SC = f"{STUDY}/series/2.999.1.2"
CT1 = f"{CT}/instances/2.999.1.1.1"
RLE = f"{SC}/instances/2.999.1.2.1"
CINE = f"{SC}/instances/2.999.1.2.2"
XML = 'multipart/related; type="application/dicom+xml"'
ALL = {1, 2, 3, 4, 5, 6}


class Row(NamedTuple):
    level: str
    clause: str
    behaviour: str
    check: Callable[[Web], None]


ROWS: list[Row] = []
# Rows of ours that the checklist does not have.
BEYOND = {
    ("may", "8.7.4", "rendered as GIF, which moves where there are several frames"),
    ("may", "RFC9110 14", "ranges of an instance and of bulk data"),
    ("shall", "10.4.1.1.5", "BulkDataURI of encapsulated PixelData gives its frames"),
    ("shall", "8.3.5.1.1", "annotation burns words into the picture"),
    ("shall", "8.3.5.1.3", "malformed viewport answers 400"),
    ("shall", "8.7.3.5", "instances and frames in another transfer syntax that is asked for"),
    ("shall", "8.7.5", "q-values choose among transfer syntaxes"),
    ("shall", "9", "WADO-URI gives a picture or the instance"),
    ("shall", "9", "WADO-URI that is not understood"),
    ("shall", "C.2.2.2", "a bracket is no set of characters"),
    ("shall", "C.2.2.2.7", "empty value matching"),
    ("should", "8.6", "an entity tag on pictures"),
}


def row(level: str, clause: str, behaviour: str) -> Callable[[Callable[[Web], None]], Callable[[Web], None]]:
    def keep(check: Callable[[Web], None]) -> Callable[[Web], None]:
        ROWS.append(Row(level, clause, behaviour, check))
        return check

    return keep


def rows(level: str, clause: str, table: dict[str, tuple[str, set[int]]]) -> None:
    """Rows that are a search of studies each, with the numbers of those it must find."""
    for behaviour, (query, numbers) in table.items():

        def check(web: Web, query: str = query, numbers: set[int] = numbers) -> None:
            assert web.studies(query) == numbers

        row(level, clause, behaviour)(check)


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    with running(tmp_path_factory.mktemp("world")) as door:
        yield door


def problem(answer: Response, *statuses: int) -> dict[str, Any]:
    assert answer.status_code in statuses, answer.text[:200]
    assert answer.headers["Content-Type"] == "application/problem+json"
    said: dict[str, Any] = answer.json()
    return said


def values(found: list[dict[str, Any]], tag: str) -> list[Any]:
    return [one[tag].get("Value", [None])[0] for one in found]


# -- QIDO-RS: answers --------------------------------------------------------------------------------------------


@row("shall", "10.6", "QIDO /studies lists the 6 stored studies")
def _(web: Web) -> None:
    assert web.studies("") == ALL


@row("shall", "10.6.3", "QIDO content type application/dicom+json")
def _(web: Web) -> None:
    assert web.get("/studies", "application/dicom+json").headers["Content-Type"] == "application/dicom+json"


@row("shall", "8.7.5", "QIDO with Accept application/json also answers JSON")
def _(web: Web) -> None:
    answer = web.get("/studies", "application/json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == web.found("/studies")


@row("shall", "8.7.5", "QIDO with no Accept / */* answers JSON")
def _(web: Web) -> None:
    assert web.get("/studies").json() == web.get("/studies", "*/*").json()


@row("shall", "8.7.5", "QIDO with unsupported Accept answers 406")
def _(web: Web) -> None:
    problem(web.get("/studies", "image/png"), 406)


def said_by(file: bytes, found: dict[str, Any], tags: str) -> dict[str, Any]:
    """What pydicom reads of these in a file; of what it lacks only the value representation (PS3.18 F.2.5)."""
    own = dcmread(BytesIO(file)).to_json_dict()
    return {tag: own.get(tag, {"vr": found[tag]["vr"]}) for tag in tags.split()}


def assert_as_in(file: bytes, found: dict[str, Any], tags: str) -> None:
    assert {tag: found.get(tag) for tag in tags.split()} == said_by(file, found, tags)


def study_one(web: Web) -> dict[str, Any]:
    (found,) = web.found("/studies?StudyInstanceUID=2.999.1")
    return found


@row("shall", "T10.6.3-3", "QIDO study result has all required attributes")
def _(web: Web) -> None:
    required = "00080020 00080030 00080050 00080090 00100010 00100020 00100030 00100040 0020000D 00200010"
    found = study_one(web)
    assert_as_in(web.files["1/ct1"], found, required)
    assert found["00080056"] == {"vr": "CS", "Value": ["ONLINE"]}
    assert {"00080061", "00201206", "00201208"} <= set(found)


@row("shall", "T10.6.3-3", "QIDO study has RetrieveURL (0008,1190)")
def _(web: Web) -> None:
    url = study_one(web)["00081190"]["Value"][0]
    assert len(parts_of(web.client.get(url), DICOM)) == 5


@row("shall", "T10.6.3-3", "QIDO NumberOfStudyRelatedSeries/Instances right (2/5)")
def _(web: Web) -> None:
    found = study_one(web)
    assert (found["00201206"]["Value"], found["00201208"]["Value"]) == ([2], [5])


@row("shall", "T10.6.3-3", "QIDO ModalitiesInStudy is CT,SC")
def _(web: Web) -> None:
    assert study_one(web)["00080061"] == {"vr": "CS", "Value": ["CT", "SC"]}


@row("shall", "F.2.2", "QIDO empty attribute is vr only, no Value")
def _(web: Web) -> None:
    (found,) = web.found("/studies?StudyInstanceUID=2.999.2")
    assert found["00080020"] == {"vr": "DA"}


@row("shall", "F.2.2", "QIDO PN has Alphabetic/Ideographic/Phonetic")
def _(web: Web) -> None:
    (found,) = web.found("/studies?StudyInstanceUID=2.999.2")
    groups = {"Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎", "Phonetic": "やまだ^たろう"}
    assert found["00100010"] == {"vr": "PN", "Value": [groups]}


@row("shall", "F.2", "QIDO JSON is UTF-8 (Müller)")
def _(web: Web) -> None:
    answer = web.get("/studies?StudyInstanceUID=2.999.1")
    assert "MÜLLER^Jörg".encode() in answer.content


@row("shall", "10.6", "QIDO /studies/{s}/series lists 2")
def _(web: Web) -> None:
    assert values(web.found(f"{STUDY}/series"), "0020000E") == ["2.999.1.1", "2.999.1.2"]


@row("shall", "T10.6.3-4", "QIDO series has required attributes")
def _(web: Web) -> None:
    for found, name, path in zip(web.found(f"{STUDY}/series"), ("1/ct1", "1/rle"), (CT, SC), strict=True):
        assert_as_in(web.files[name], found, "00080060 0008103E 0020000E 00200011")
        assert found["00081190"]["Value"][0].endswith(f"/dicomweb{path}")
    assert values(web.found(f"{STUDY}/series"), "00201209") == [3, 2]


@row("shall", "T10.6.3-4", "QIDO series has RequestAttributesSequence + PPS date when present")
def _(web: Web) -> None:
    found = web.found(f"{STUDY}/series")
    assert ["00400275" in one for one in found] == [True, False]
    assert found[0]["00400275"]["Value"][0]["00400009"] == {"vr": "SH", "Value": ["SPS1"]}
    assert values(found, "00400244") == ["20240131", None]
    assert values(found, "00400245") == ["101000", None]


@row("shall", "10.6", "QIDO /studies/{s}/series/{e}/instances lists 3")
def _(web: Web) -> None:
    assert values(web.found(f"{CT}/instances"), "00200013") == [1, 2, 3]


@row("shall", "T10.6.3-5", "QIDO instance has required attributes")
def _(web: Web) -> None:
    for n, found in enumerate(web.found(f"{CT}/instances"), 1):
        file = web.files[f"1/ct{n}"]
        assert_as_in(file, found, "00080016 00080018 00200013 00280010 00280011 00280100")
        url = found["00081190"]["Value"][0]
        assert [body for _, body in parts_of(web.client.get(url), DICOM)] == [file]


@row("shall", "T10.6.3-5", "QIDO instance NumberOfFrames for multi-frame")
def _(web: Web) -> None:
    found = web.found(f"{SC}/instances")
    assert [one.get("00280008", {}).get("Value") for one in found] == [None, [3]]


@row("shall", "T10.6.1-2", "QIDO /studies/{s}/instances lists 5")
def _(web: Web) -> None:
    assert len(web.found(f"{STUDY}/instances")) == 5


@row("shall", "T10.6.1-2", "QIDO /series (all) works and returns study attributes")
def _(web: Web) -> None:
    found = web.found("/series")
    assert len(found) == 7
    studies = {one["0020000D"]["Value"][0]: one for one in web.found("/studies")}
    for one in found:
        study = studies[one["0020000D"]["Value"][0]]
        assert {tag: one[tag] for tag in ("00100010", "00080020")} == {
            tag: study[tag] for tag in ("00100010", "00080020")
        }
        assert one["00080060"]["Value"][0] in study["00080061"]["Value"]


@row("shall", "T10.6.1-2", "QIDO /instances (all) works and returns study+series attributes")
def _(web: Web) -> None:
    found = web.found("/instances")
    files = {str(dcmread(BytesIO(file)).SOPInstanceUID): file for file in web.files.values()}
    assert len(found) == len(files) == 10
    for one in found:
        assert_as_in(files[one["00080018"]["Value"][0]], one, "0020000D 00100010 0020000E 00080060 00080018")


# -- QIDO-RS: matching -------------------------------------------------------------------------------------------

rows("shall", "8.3.4.1", {
    "match by keyword PatientID": ("PatientID=P1", {1}),
    "match by 8-hex tag": ("00100020=P1", {1}),
    "hex tag lower case": ("0020000d=2.999.3", {3}),
    "UID list (comma)": ("StudyInstanceUID=2.999.1,2.999.3", {1, 3}),
    "two keys are ANDed": ("PatientName=ROSSI*&StudyDate=20200229", {3}),
})  # fmt: skip
rows("should", "8.3.4.1", {"UID list (backslash)": ("StudyInstanceUID=2.999.1%5C2.999.3", {1, 3})})
rows("shall", "C.2.2.2.4", {
    "wildcard * in PN": ("PatientName=ROSSI*", {3, 4, 5}),
    "wildcard ? in PN (%3F)": ("PatientName=R%3FSSI%5EMario", {3, 4}),
    "wildcard in the middle": ("PatientName=ROSS*o", {3, 4, 5}),
})  # fmt: skip
rows("should", "C.2.2.2.4", {"wildcard ? sent unencoded": ("PatientName=R?SSI^Mario", {3, 4})})
rows("shall", "C.2.2.2.1", {
    "single value is not a prefix match": ("PatientName=ROSSI", set()),
    "space-bearing value (percent-encoded)": ("StudyID=S%20one", {1}),
    "single date": ("StudyDate=20200229", {3}),
    "non-ASCII percent-encoded UTF-8 value": ("PatientName=M%C3%9CLLER%5EJ%C3%B6rg", {1}),
    "PatientID is case-sensitive": ("PatientID=p1", {2}),
})  # fmt: skip
rows("should", "C.2.2.2.1", {
    "plus sign as space in query is not literal": ("StudyID=S+one", {1}),
    "ideographic group matches": ("PatientName=%E5%B1%B1%E7%94%B0*", {2}),
})  # fmt: skip
rows("should", "C.2.2.2.1", {
    "PN may be case-insensitive (product choice, not an error)": ("PatientName=rossi%5Emario", {3, 4}),
})  # fmt: skip
rows("shall", "C.2.2.2.3", {
    "universal matching (empty value)": ("PatientSex=", ALL),
    "lone * matches also an empty value": ("PatientSex=*&StudyDate=*", ALL),
})  # fmt: skip
rows("shall", "C.2.2.2.5", {
    "date range a-b": ("StudyDate=20191231-20200229", {3, 4}),
    "date range a-": ("StudyDate=20200229-", {1, 3, 5, 6}),
    "date range -b": ("StudyDate=-20200229", {3, 4}),
    "time range": ("StudyTime=000000-1014", {5}),
})  # fmt: skip
rows("shall", "T10.6.1-5", {
    "ModalitiesInStudy=SC": ("ModalitiesInStudy=SC", {1}),
    "ModalitiesInStudy=US": ("ModalitiesInStudy=US", {2}),
    "AccessionNumber": ("AccessionNumber=ACC-1", {1}),
    "StudyID": ("00200010=S%20one", {1}),
    "ReferringPhysicianName": ("ReferringPhysicianName=BIANCHI*", {1}),
})  # fmt: skip
rows("shall", "C.2.2.2", {
    "no match gives no result": ("PatientID=NOBODY", set()),
    "SQL wildcard % is a literal": ("PatientName=ROSSI%25", set()),
    "SQL wildcard _ is a literal": ("PatientID=A_1", {5}),
    "bracket is a literal ([ of GLOB)": ("StudyDescription=*%5Bx%5D*", {1}),
    "quote in the value is a literal": ("StudyDescription=*%27s", {1}),
})  # fmt: skip


@row("shall", "C.2.2.2", "a bracket is no set of characters")
def _(web: Web) -> None:
    assert web.studies("StudyDescription=Chest%20100%25_%5Bxyz%5D*") == set()
    assert web.studies("PatientID=%5BPp%5D1*") == set()
    assert web.studies("PatientID=' OR 1=1 --") == set()


@row("shall", "8.3.4.1", "series-level matching Modality=SC")
def _(web: Web) -> None:
    assert values(web.found(f"{STUDY}/series?Modality=SC"), "0020000E") == ["2.999.1.2"]


@row("shall", "T10.6.1-5", "series-level matching SeriesNumber")
def _(web: Web) -> None:
    assert values(web.found(f"{STUDY}/series?SeriesNumber=2"), "0020000E") == ["2.999.1.2"]


@row("shall", "T10.6.1-5", "instance-level matching InstanceNumber")
def _(web: Web) -> None:
    assert values(web.found(f"{CT}/instances?InstanceNumber=2"), "00080018") == ["2.999.1.1.2"]


@row("shall", "T10.6.1-5", "instance-level matching SOPClassUID")
def _(web: Web) -> None:
    found = web.found(f"{STUDY}/instances?SOPClassUID={world.SOP_CLASSES['CT']}")
    assert values(found, "00080018") == ["2.999.1.1.1", "2.999.1.1.2", "2.999.1.1.3"]


@row("shall", "8.3.4.3", "includefield keyword")
def _(web: Web) -> None:
    assert all("00100021" in one for one in web.found("/studies?includefield=IssuerOfPatientID"))


@row("shall", "8.3.4.3", "includefield hex, comma list")
def _(web: Web) -> None:
    assert all({"00100021", "00080080"} <= set(one) for one in web.found("/studies?includefield=00100021,00080080"))


@row("shall", "8.3.4.3", "includefield repeated")
def _(web: Web) -> None:
    found = web.found("/studies?includefield=00100021&includefield=InstitutionName")
    assert all({"00100021", "00080080"} <= set(one) for one in found)


@row("shall", "8.3.4.3", "includefield=all")
def _(web: Web) -> None:
    plain, everything = web.found("/studies")[0], web.found("/studies?includefield=all")[0]
    assert set(plain) < set(everything)


@row("shall", "8.3.4.1", "unknown keyword answers 400 (or is ignored with Warning)")
def _(web: Web) -> None:
    problem(web.get("/studies?NoSuchThing=1"), 400)
    problem(web.get("/studies?InstanceAvailability=ONLINE"), 400)
    assert "“Modality”" in problem(web.get("/studies?PatientID=42&Modality=CT"), 400)["detail"]  # which of them it was


@row("shall", "8.3.4.4", "limit=2")
def _(web: Web) -> None:
    assert len(web.found("/studies?limit=2")) == 2


@row("shall", "8.3.4.4", "limit/offset pages are disjoint and complete")
def _(web: Web) -> None:
    pages = [web.found(f"/instances?limit=3&offset={offset}") for offset in range(0, 12, 3)]
    uids = [uid for page in pages for uid in values(page, "00080018")]
    assert (len(uids), len(set(uids))) == (10, 10)


@row("shall", "8.3.4.4", "offset past the end gives empty list or 204")
def _(web: Web) -> None:
    assert web.get("/studies?offset=100").status_code == 204


@row("shall", "8.3.4.4", "limit=-1 / abc answers 400")
def _(web: Web) -> None:
    problem(web.get("/studies?limit=-1"), 400)
    problem(web.get("/studies?limit=abc"), 400)


@row("should", "8.3.4.4", "cut-off result carries Warning 299")
def _(web: Web) -> None:
    assert web.get("/studies?limit=2").headers["Warning"].startswith("299 ")


@row("shall", "8.3.4.2", "fuzzymatching=true works or Warning 299")
def _(web: Web) -> None:
    assert web.studies("PatientName=muller%20jorg&fuzzymatching=true") == {1}
    assert web.studies("PatientName=mario%20rossi&fuzzymatching=true") == {3, 4}
    assert web.studies("PatientName=muller%20jorg") == set()
    assert web.studies("ReferringPhysicianName=bianchi&fuzzymatching=true&StudyDate=20240131") == {1}


@row("should", "C.2.2.2.5", "combined date-time range over midnight")
def _(web: Web) -> None:
    assert web.studies("StudyDate=20191231-20200101&StudyTime=2300-0100") == {4}
    assert web.studies("StudyDate=20191231-20200101&StudyTime=2345-0100") == set()


@row("shall", "C.2.2.2.7", "empty value matching")
def _(web: Web) -> None:
    assert web.studies("PatientSex=%22%22") == {6}
    assert web.studies("StudyDate=%22%22") == {2}


@row("shall", "C.2.2.2.6", "sequence matching RequestAttributesSequence.ScheduledProcedureStepID")
@row("shall", "C.2.2.2.6", "sequence matching with a non-matching value gives none")
def _(web: Web) -> None:
    def series(query: str) -> list[Any]:
        return values(web.found(f"/series?{query}"), "0020000E")

    asked = "RequestAttributesSequence.ScheduledProcedureStepID"
    assert series(f"{asked}=SPS1") == ["2.999.1.1"]
    assert series("00400275.00400009=SPS*") == ["2.999.1.1"]
    assert series(f"{asked}=SPS1&RequestAttributesSequence.RequestedProcedureID=RP1") == ["2.999.1.1"]
    assert series(f"{asked}=SPS2") == series(f"{asked}=SPS1&RequestAttributesSequence.RequestedProcedureID=X") == []
    problem(web.get("/series?RequestAttributesSequence.NoSuchThing=1"), 400)
    problem(web.get("/series?PatientName.PatientID=1"), 400)


@row("should", "8.3.4.3", "includefield at instance level reaches a non-indexed attribute")
def _(web: Web) -> None:
    found = web.found(f"{CT}/instances?includefield=WindowCenter,00091001")
    assert [one["00281050"]["Value"] for one in found] == [[40, 50]] * 3
    assert web.client.get(found[0]["00091001"]["BulkDataURI"], headers={"Accept": OCTETS}).content == PRIVATE
    (nested,) = web.found(f"{STUDY}/series?Modality=CT&includefield=RequestAttributesSequence.RequestedProcedureID")
    assert nested["00400275"]["Value"] == [{"00401001": {"vr": "SH", "Value": ["RP1"]}}]
    assert values(web.found("/instances?WindowCenter=50&InstanceNumber=2"), "00080018") == ["2.999.1.1.2"]


@row("should", "8.7.3", "QIDO supports multipart application/dicom+xml")
def _(web: Web) -> None:
    parts = parts_of(web.get(f"{STUDY}/series", XML), "application/dicom+xml")
    roots = [ET.fromstring(body) for _, body in parts]  # noqa: S314 - our own answer
    uids = [root.findtext("DicomAttribute[@keyword='SeriesInstanceUID']/Value") for root in roots]
    assert uids == ["2.999.1.1", "2.999.1.2"]


@row("should", "8.7.3", "metadata as multipart application/dicom+xml")
def _(web: Web) -> None:
    ((_, body),) = parts_of(web.get(f"{CT1}/metadata", XML), "application/dicom+xml")
    root = ET.fromstring(body)  # noqa: S314 - our own answer
    assert root.findtext("DicomAttribute[@keyword='PatientName']/PersonName/Alphabetic/FamilyName") == "MÜLLER"
    uri = root.find("DicomAttribute[@keyword='PixelData']/BulkData")
    assert uri is not None
    assert web.client.get(uri.attrib["uri"], headers={"Accept": OCTETS}).content == RAMP


def test_8_3_4_5_and_8_3_4_6_switches_for_empty_and_multiple_values(web: Web) -> None:
    every = web.studies("")
    assert web.studies("emptyvaluematching=true&StudyDate=%22%22") == web.studies("StudyDate=%22%22") != every
    assert web.studies("emptyvaluematching=false&multiplevaluematching=false") == every
    assert web.studies("fuzzymatching=true&PatientName=%22%22") == set() != every
    every_one = "multiplevaluematching=true&"
    assert web.studies("ModalitiesInStudy=SC%5CUS") == {1, 2}  # any of them: ours, where the standard says nothing
    assert web.studies(every_one + "ModalitiesInStudy=SC%5CUS") == set()
    assert web.studies(every_one + "ModalitiesInStudy=SC%5CCT") == {1}
    assert "Warning" not in web.get("/studies?multiplevaluematching=true").headers
    image = "StudyInstanceUID=2.999.1&Modality=CT&InstanceNumber=1&ImageType="
    assert len(web.found(f"/instances?{every_one}{image}AXIAL%5CORIGINAL")) == 1
    assert web.found(f"/instances?{every_one}{image}AXIAL%5CDERIVED") == []
    problem(web.get(f"/studies?{every_one}ModalitiesInStudy=C*%5CSC"), 400)
    for name in ("emptyvaluematching", "multiplevaluematching"):
        problem(web.get(f"/studies?{name}=garbage"), 400)


@row("shall", "8.3.4.2", "fuzzymatching=garbage answers 400")
def _(web: Web) -> None:
    problem(web.get("/studies?fuzzymatching=garbage"), 400)


@row("shall", "10.6.3", "no match answers 204 or 200 with []")
@row("should", "8.3.4.4.1", "no match is exactly 204 without a body")
def _(web: Web) -> None:
    answer = web.get("/studies?PatientID=NOBODY")
    assert (answer.status_code, answer.content) == (204, b"")


@row("shall", "8.3.4.4.1", "the same search twice gives the same order")
def _(web: Web) -> None:
    assert web.get("/instances").content == web.get("/instances").content


@row("shall", "10.6", "series of an unknown study gives empty/404, never 500")
def _(web: Web) -> None:
    assert web.get("/studies/2.999.77/series").status_code == 204


@row("shall", "8.3", "malformed date range answers 400 or no match, never 5xx")
def _(web: Web) -> None:
    for given in ("20200101-20200102-20200103", "2020-01-01", "abc", "-", "20200101-x", "%F0%28"):
        problem(web.get(f"/studies?StudyDate={given}"), 400)


# -- WADO-RS: instances ------------------------------------------------------------------------------------------


@row("shall", "10.4", "retrieve instance 200 multipart/related application/dicom")
@row("shall", "10.4", "retrieved instance pixel data equals what was stored")
@row("should", "PS3.10", "retrieved instance is byte-identical to what was stored")
@row("shall", "10.4", "each part has Content-Type application/dicom")
def _(web: Web) -> None:
    ((headers, body),) = parts_of(web.get(CT1, f'multipart/related; type="{DICOM}"'), DICOM)
    assert body == web.files["1/ct1"]
    assert headers["Content-Type"].partition(";")[0] == DICOM


@row("shall", "8.7", "RFC2046 multipart: ends with closing boundary")
def _(web: Web) -> None:
    answer = web.get(CT1)
    boundary = answer.headers["Content-Type"].partition("boundary=")[2].encode()
    assert answer.content.endswith(b"\r\n--" + boundary + b"--\r\n")


@row("shall", "10.4", "retrieve series gives 3 parts")
def _(web: Web) -> None:
    bodies = {body for _, body in parts_of(web.get(CT), DICOM)}
    assert bodies == {web.files[f"1/ct{number}"] for number in (1, 2, 3)}


@row("shall", "10.4", "retrieve study gives 5 parts")
def _(web: Web) -> None:
    assert len(parts_of(web.get(STUDY), DICOM)) == 5
    bodies = {
        body for _, body in parts_of(web.get(STUDY, f'multipart/related; type="{DICOM}"; transfer-syntax=*'), DICOM)
    }
    assert bodies == {data for name, data in web.files.items() if name.startswith("1/")}


@row("shall", "8.7.5", "retrieve with no Accept answers multipart dicom")
def _(web: Web) -> None:
    assert parts_of(web.get(CT1), DICOM)
    assert parts_of(web.get(CT1, "*/*"), DICOM)


@row("should", "8.7.4", "retrieve single instance with Accept application/dicom (single part)")
def _(web: Web) -> None:
    assert web.get(CT1, DICOM).content == web.files["1/ct1"]


@row("shall", "8.7.5", "retrieve with unacceptable Accept answers 406")
def _(web: Web) -> None:
    for path in (CT1, CT, STUDY):
        problem(web.get(path, "image/png"), 406)


@row("shall", "8.7.3.2", "default transfer syntax: RLE instance arrives as Explicit LE unless asked")
@row("shall", "8.7.3.5", "transfer-syntax=1.2.840.10008.1.2.1 decompresses")
def _(web: Web) -> None:
    for accept in (None, "*/*", f'multipart/related; type="{DICOM}"; transfer-syntax={world.EXPLICIT_LE}'):
        ((headers, body),) = parts_of(web.get(RLE, accept), DICOM)
        assert headers["Content-Type"] == f"{DICOM}; transfer-syntax={world.EXPLICIT_LE}"
        found = dcmread(BytesIO(body))
        assert (found.PixelData, found.file_meta.TransferSyntaxUID) == (RAMP, world.EXPLICIT_LE)
    assert web.get(RLE, DICOM).headers["Content-Type"] == f"{DICOM}; transfer-syntax={world.EXPLICIT_LE}"


@row("shall", "8.7.3.5", "instances and frames in another transfer syntax that is asked for")
def _(web: Web) -> None:
    for syntax, kind in (
        ("1.2.840.10008.1.2.4.80", "image/jls"),
        ("1.2.840.10008.1.2.4.90", "image/jp2"),
        ("1.2.840.10008.1.2.4.201", "image/jphc"),
        (world.RLE, "image/dicom-rle"),
    ):
        for _, body in parts_of(web.get(STUDY, f'multipart/related; type="{DICOM}"; transfer-syntax={syntax}'), DICOM):
            assert dcmread(BytesIO(body), stop_before_pixels=True).file_meta.TransferSyntaxUID == syntax
        alone = web.get(f"{CT1}/frames/1", f"{kind}; transfer-syntax={syntax}")
        assert alone.headers["Content-Type"] == f"{kind}; transfer-syntax={syntax}"
        asked = web.get(f"{CT1}/frames/1", f"{OCTETS}; transfer-syntax={syntax}, {OCTETS}; q=0.5")
        assert asked.content == alone.content


@row("shall", "8.7.5", "q-values choose among transfer syntaxes")
def _(web: Web) -> None:
    accept = f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.4.90; q=0.1, {DICOM}; transfer-syntax={world.RLE}; q=0.9"
    assert web.get(CT1, accept).headers["Content-Type"] == f"{DICOM}; transfer-syntax={world.RLE}"


@row("may", "RFC9110 14", "ranges of an instance and of bulk data")
def _(web: Web) -> None:
    whole = web.files["1/ct1"]
    for given, begin, end in (("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-50", -50, None)):
        answer = web.client.get(f"/dicomweb{CT1}", headers={"Accept": DICOM, "Range": given})
        assert (answer.status_code, answer.content) == (206, whole[begin:end])
        at = begin % len(whole)
        assert answer.headers["Content-Range"] == f"bytes {at}-{at + len(answer.content) - 1}/{len(whole)}"
    for uri in ("7FE00010", "00091001"):
        part = web.client.get(f"/dicomweb{CT1}/bulkdata/{uri}", headers={"Accept": OCTETS, "Range": "bytes=4-7"})
        assert part.content == (RAMP if uri == "7FE00010" else PRIVATE)[4:8]
    far = web.client.get(f"/dicomweb{CT1}", headers={"Accept": DICOM, "Range": f"bytes={len(whole)}-"})
    problem(far, 416)
    for given in ("bytes=5-1", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", "bytes=-"):
        assert web.client.get(f"/dicomweb{CT1}", headers={"Accept": DICOM, "Range": given}).content == whole
    tag = web.get(CT1, DICOM).headers["ETag"]
    known = {"Accept": DICOM, "Range": "bytes=0-9", "If-Range": '"other"'}
    assert web.client.get(f"/dicomweb{CT1}", headers=known).content == whole
    assert web.client.get(f"/dicomweb{CT1}", headers=known | {"If-Range": tag}).content == whole[:10]


@row("shall", "8.7.3.5", "transfer-syntax=* gives the stored syntax (RLE)")
def _(web: Web) -> None:
    ((headers, body),) = parts_of(web.get(RLE, f'multipart/related; type="{DICOM}"; transfer-syntax=*'), DICOM)
    assert body == web.files["1/rle"]
    assert headers["Content-Type"] == f"{DICOM}; transfer-syntax={world.RLE}"


@row("should", "8.7.3.5", "unsupported transfer-syntax answers 406")
def _(web: Web) -> None:
    for syntax in (world.JPEG_BASELINE, "1.2.3", "rubbish"):
        problem(web.get(CT1, f'multipart/related; type="{DICOM}"; transfer-syntax={syntax}'), 406)


@row("shall", "10.4.3", "unknown study answers 404")
@row("shall", "10.4.3", "unknown series answers 404")
@row("shall", "10.4.3", "unknown instance answers 404")
@row("shall", "10.4.3", "instance under the wrong study answers 404")
@row("shall", "10.4.3", "metadata of unknown instance answers 404")
def _(web: Web) -> None:
    for path in (
        "/studies/2.999.77",
        f"{STUDY}/series/2.999.77",
        f"{CT}/instances/2.999.77",
        "/studies/2.999.3/series/2.999.1.1/instances/2.999.1.1.1",
    ):
        problem(web.get(path), 404)
        problem(web.get(f"{path}/metadata"), 404)


@row("shall", "8.2", "malformed UID answers 400 or 404")
@row("shall", "-", "path traversal in the UID answers 400/404")
def _(web: Web) -> None:
    for uid in ("abc", "1..2", "..%2f..%2fetc%2fpasswd", "%2e%2e", "*", "%00", "1" * 5000, "%FF"):
        problem(web.get(f"/studies/{uid}/metadata"), 400, 404)
        problem(web.get(f"{STUDY}/series/{uid}/rendered"), 400, 404)
        for resource in ("", "/metadata", "/frames/1", "/bulkdata/7FE00010", "/thumbnail"):
            problem(web.get(f"{CT}/instances/{uid}{resource}"), 400, 404)


# -- WADO-RS: metadata -------------------------------------------------------------------------------------------


def metadata(web: Web, path: str) -> list[dict[str, Any]]:
    answer = web.get(f"{path}/metadata")
    assert answer.headers["Content-Type"] == "application/dicom+json"
    found = answer.json()
    assert isinstance(found, list)
    return found


@row("shall", "10.4.1.1.2", "instance metadata 200 application/dicom+json array of 1")
def _(web: Web) -> None:
    assert values(metadata(web, CT1), "00080018") == ["2.999.1.1.1"]


@row("shall", "10.4.1.1.2", "metadata PixelData is BulkDataURI or absent, not inline")
def _(web: Web) -> None:
    for found in metadata(web, STUDY):
        assert set(found["7FE00010"]) == {"vr", "BulkDataURI"}


@row("shall", "F.2.2", "metadata has no group 0002 and every element has vr")
@row("shall", "F.2.2", "metadata keys 8 upper-case hex; no group length")
def _(web: Web) -> None:
    for found in metadata(web, STUDY):
        for tag, element in found.items():
            assert re.fullmatch(r"[0-9A-F]{8}", tag)
            assert not tag.startswith("0002")
            assert not tag.endswith("0000")
            assert re.fullmatch(r"[A-Z]{2}", element["vr"])


@row("shall", "F.2.3", "IS/US/DS as JSON numbers or allowed strings")
def _(web: Web) -> None:
    (found,) = metadata(web, CT1)
    assert found["00200013"] == {"vr": "IS", "Value": [1]}
    assert found["00280010"] == {"vr": "US", "Value": [4]}
    assert found["00281050"] == {"vr": "DS", "Value": [40, 50]}


@row("shall", "10.4", "metadata nested sequence is an array of objects")
def _(web: Web) -> None:
    (found,) = metadata(web, CT1)
    (item,) = found["00400275"]["Value"]
    assert item["00400009"] == {"vr": "SH", "Value": ["SPS1"]}


@row("shall", "10.4", "series metadata has 3, study metadata has 5")
def _(web: Web) -> None:
    assert (len(metadata(web, CT)), len(metadata(web, STUDY))) == (3, 5)


@row("shall", "8.7", "metadata with Accept application/json, */* works")
def _(web: Web) -> None:
    for accept in ("application/json", "*/*"):
        assert web.get(f"{CT}/metadata", accept).json() == metadata(web, CT)


@row("shall", "8.7.5", "metadata with unacceptable Accept answers 406")
def _(web: Web) -> None:
    problem(web.get(f"{CT1}/metadata", "image/png"), 406)


# -- WADO-RS: bulk data and frames -------------------------------------------------------------------------------


@row("shall", "10.4.1.1.5", "BulkDataURI of PixelData resolves, bytes equal the frame data")
def _(web: Web) -> None:
    for path, pixels in ((CT1, RAMP), (CINE, b"".join(FRAMES))):
        (found,) = metadata(web, path)
        ((_, body),) = parts_of(web.client.get(found["7FE00010"]["BulkDataURI"], headers={"Accept": "*/*"}), OCTETS)
        assert body == pixels


@row("shall", "10.4.1.1.5", "BulkDataURI of encapsulated PixelData gives its frames")
def _(web: Web) -> None:
    (found,) = metadata(web, RLE)
    uri = found["7FE00010"]["BulkDataURI"]
    assert [body for _, body in parts_of(web.client.get(uri, headers={"Accept": "*/*"}), OCTETS)] == [RAMP]
    every = {"Accept": f'multipart/related; type="{OCTETS}"; transfer-syntax=*'}
    assert [body for _, body in parts_of(web.client.get(uri, headers=every), OCTETS)] == [rle(RAMP)]


@row("shall", "F.2.6", "private 10 kB OB is BulkDataURI or InlineBinary and round-trips")
def _(web: Web) -> None:
    (found,) = metadata(web, CT1)
    element = found["00091001"]
    if "InlineBinary" in element:
        assert base64.b64decode(element["InlineBinary"]) == PRIVATE
    else:
        assert web.client.get(element["BulkDataURI"], headers={"Accept": OCTETS}).content == PRIVATE


@row("should", "10.4.1.1.5", "bulk data with Accept */* works")
def _(web: Web) -> None:
    ((_, body),) = parts_of(web.get(f"{CT1}/bulkdata/00091001", "*/*"), OCTETS)
    assert body == PRIVATE


@row("shall", "10.4.1.1.6", "frames/1 octet-stream equals the stored pixels")
def _(web: Web) -> None:
    assert web.get(f"{CT1}/frames/1", OCTETS).content == RAMP
    ((_, body),) = parts_of(web.get(f"{CT1}/frames/1", f'multipart/related; type="{OCTETS}"'), OCTETS)
    assert body == RAMP


@row("shall", "10.4.1.1.6", "frames/1,3 gives 2 parts in order")
@row("shall", "10.4.1.1.6", "frames/3,1 keeps the asked order")
def _(web: Web) -> None:
    assert [body for _, body in parts_of(web.get(f"{CINE}/frames/1,3"), OCTETS)] == [FRAMES[0], FRAMES[2]]
    assert [body for _, body in parts_of(web.get(f"{CINE}/frames/3,1"), OCTETS)] == [FRAMES[2], FRAMES[0]]


@row("shall", "10.4.3", "frames/4 of a 3-frame instance answers 404 (or 400)")
@row("shall", "10.4.3", "frames/0 answers 400 or 404")
@row("shall", "10.4.3", "frames/abc answers 400 or 404")
def _(web: Web) -> None:
    problem(web.get(f"{CINE}/frames/4"), 404)
    problem(web.get(f"{CINE}/frames/0"), 404)
    problem(web.get(f"{CINE}/frames/abc"), 400)


@row("shall", "8.7.3", "frames of RLE instance decode to native when octet-stream asked")
def _(web: Web) -> None:
    answer = web.get(f"{RLE}/frames/1", OCTETS)
    assert answer.content == RAMP
    assert answer.headers["Content-Type"] == f"{OCTETS}; transfer-syntax={world.EXPLICIT_LE}"
    assert web.get(f"{RLE}/frames/1", f"{OCTETS}; transfer-syntax=*").content == rle(RAMP)


@row("shall", "8.7.5", "frames with Accept */* answers 200")
def _(web: Web) -> None:
    assert web.get(f"{RLE}/frames/1", "*/*").status_code == 200


@row("shall", "8.7.5", "frames with unacceptable Accept answers 406")
def _(web: Web) -> None:
    problem(web.get(f"{CT1}/frames/1", "text/html"), 406)


# -- all of it ---------------------------------------------------------------------------------------------------


@row("shall", "8.5", "unsupported method answers 405")
def _(web: Web) -> None:
    for path in ("/studies", CT1, f"{CT1}/metadata", f"{CT1}/frames/1"):
        answer = web.client.request("PATCH", f"/dicomweb{path}")
        problem(answer, 405)
        assert "GET" in answer.headers["Allow"]


@row("should", "8.9", "OPTIONS answers capabilities or 204/405")
def _(web: Web) -> None:
    answer = web.client.options("/dicomweb/studies")
    assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    for path in ("/dicomweb", "/dicomweb/"):
        told = web.client.options(path)
        assert told.headers["Content-Type"] == "application/vnd.sun.wadl+xml"
        root = ET.fromstring(told.content)  # noqa: S314 - our own answer
        paths = {node.attrib["path"] for node in root.iter("{http://wadl.dev.java.net/2009/02}resource")}
        assert {"studies", "studies/{study}/series/{series}/instances/{instance}/frames/{frames}"} <= paths
        assert "GET" in web.client.options(path, headers={"Accept": "application/json"}).json()["resources"]["/studies"]


# -- pictures ----------------------------------------------------------------------------------------------------


def picture(answer: Response, kind: str = "image/jpeg") -> Image.Image:
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind), answer.text[:200]
    return Image.open(BytesIO(answer.content))


@row("shall", "10.4.1.1.3", "rendered instance default is image/jpeg of right size")
@row("shall", "8.7.5", "rendered with */* is an image")
def _(web: Web) -> None:
    for accept in (None, "*/*", "image/*"):
        assert picture(web.get(f"{CT1}/rendered", accept)).size == (4, 4)


@row("shall", "8.7.4", "rendered as image/png")
def _(web: Web) -> None:
    shown = picture(web.get(f"{CT1}/rendered", "image/png"), "image/png")
    assert (shown.format, shown.size) == ("PNG", (4, 4))


@row("may", "8.7.4", "rendered as GIF, which moves where there are several frames")
def _(web: Web) -> None:
    shown = picture(web.get(f"{CINE}/rendered?window=2,3,linear", "image/gif"), "image/gif")
    assert getattr(shown, "n_frames", 1) == 3


@row("shall", "8.7.5", "rendered with unacceptable Accept answers 406")
def _(web: Web) -> None:
    for accept in ("text/html", "video/mp4", DICOM):
        problem(web.get(f"{CT1}/rendered", accept), 406)


@row("shall", "10.4", "rendered frame 2 of multi-frame")
def _(web: Web) -> None:
    assert picture(web.get(f"{CINE}/frames/2/rendered?window=2,2,linear", "image/png"), "image/png").size == (4, 4)
    one, two = (web.get(f"{CINE}/frames/{n}/rendered?window=2,3,linear", "image/png").content for n in (1, 2))
    assert one != two
    problem(web.get(f"{CINE}/frames/4/rendered"), 404)


@row("shall", "8.3.5.1.4", "window=c,w,linear accepted and changes the picture")
def _(web: Web) -> None:
    seen = {web.get(f"{CT1}/rendered?window={one}", "image/png").content for one in (
        "8,16,linear", "8,4,linear", "8,16,LINEAR-EXACT", "8,16,sigmoid",
    )}  # fmt: skip
    assert len(seen) == 4


@row("shall", "8.3.5.1.4", "malformed window answers 400")
def _(web: Web) -> None:
    for window in ("8", "8,16", "a,b,linear", "8,0,linear", "8,16,cubic", "nan,16,linear", "8,1e999,linear", ""):
        problem(web.get(f"{CT1}/rendered?window={window}"), 400)


@row("shall", "8.3.5.1.3", "viewport=8,8 gives at most 8x8")
def _(web: Web) -> None:
    assert picture(web.get(f"{CT1}/rendered?viewport=8,8")).size == (8, 8)
    assert picture(web.get(f"{CT1}/rendered?viewport=16,8,0,0,4,2")).size == (16, 8)
    assert picture(web.get(f"{CT1}/rendered?viewport=3,2")).size == (2, 2)
    straight, turned = (
        np.asarray(picture(web.get(f"{CT1}/rendered?viewport=4,4,0,0,{width},4", "image/png"), "image/png"))
        for width in (4, -4)
    )
    assert np.array_equal(turned, straight[:, ::-1])


@row("shall", "8.3.5.1.3", "malformed viewport answers 400")
def _(web: Web) -> None:
    for viewport in ("8", "0,8", "a,8", "8,8,1", "8,8,9,9,1,1", "8,8,0,0,0,0", "99999,8", "8,8,-1,0,2,2", ""):
        problem(web.get(f"{CT1}/rendered?viewport={viewport}"), 400)


@row("shall", "8.3.5.1.2", "quality=10 accepted for jpeg")
@row("shall", "8.3.5.1.2", "quality=500 answers 400")
def _(web: Web) -> None:
    sizes = [len(web.get(f"{CT1}/rendered?viewport=256,256&quality={quality}").content) for quality in (10, 100)]
    assert sizes[0] < sizes[1]
    for quality in ("500", "0", "x", ""):
        problem(web.get(f"{CT1}/rendered?quality={quality}"), 400)


@row("shall", "8.3.5.1.1", "annotation burns words into the picture")
def _(web: Web) -> None:
    plain = web.get(f"{CT1}/rendered?viewport=256,256", "image/png").content
    for asked in ("patient", "technique", "patient,technique"):
        assert web.get(f"{CT1}/rendered?viewport=256,256&annotation={asked}", "image/png").content != plain
    problem(web.get(f"{CT1}/rendered?annotation=everything"), 400)


@row("shall", "10.4", "rendered of series / study answers 200 or 406")
def _(web: Web) -> None:
    assert len(parts_of(web.get(f"{CT}/rendered"), "image/jpeg")) == 3
    assert len(parts_of(web.get(f"{STUDY}/rendered", 'multipart/related; type="image/png"'), "image/png")) == 5
    problem(web.get(f"{CT}/rendered", "image/jpeg"), 406)


@row("should", "10.4.1.1.4", "thumbnail of instance answers an image")
def _(web: Web) -> None:
    for path in (CT1, CT, STUDY, f"{CINE}/frames/2"):
        assert max(picture(web.get(f"{path}/thumbnail")).size) == 128
        assert max(picture(web.get(f"{path}/thumbnail?viewport=32,64")).size) == 32


@row("shall", "10.4.3", "rendered of unknown instance answers 404")
def _(web: Web) -> None:
    for what in ("rendered", "thumbnail", "frames/1/rendered"):
        problem(web.get(f"{CT}/instances/2.999.77/{what}"), 404)


@row("should", "8.6", "an entity tag on pictures")
def _(web: Web) -> None:
    tag = web.get(f"{CT1}/rendered").headers["ETag"]
    assert web.client.get(f"/dicomweb{CT1}/rendered", headers={"If-None-Match": tag}).status_code == 304
    other = web.client.get(f"/dicomweb{CT1}/rendered?quality=5", headers={"If-None-Match": tag})
    assert other.status_code == 200


@row("shall", "9", "WADO-URI gives a picture or the instance")
def _(web: Web) -> None:
    asked = "/wado?requestType=WADO&studyUID=2.999.1&seriesUID=2.999.1.1&objectUID=2.999.1.1.1"
    assert picture(web.get(asked)).size == (4, 4)
    assert picture(web.get(f"{asked}&contentType=image/png&rows=8&columns=8"), "image/png").size == (8, 8)
    assert picture(web.get(f"{asked}&region=0,0,0.5,1")).size == (2, 4)
    assert web.get(f"{asked}&contentType=application/dicom").content == web.files["1/ct1"]
    stored, other = f"{DICOM}; transfer-syntax={world.RLE}", f"{DICOM}; transfer-syntax=1.2.840.10008.1.2.1"
    packed = asked.replace("2.999.1.1", "2.999.1.2") + "&contentType=application/dicom"
    # PS3.18 9.1.2: Explicit VR Little Endian, unless another is asked for that can be had.
    assert web.get(packed).headers["Content-Type"] == other
    assert web.get(f"{packed}&transferSyntax={world.RLE}").headers["Content-Type"] == stored
    assert web.get(f"{packed}&transferSyntax=1.2.840.10008.1.2.4.51").headers["Content-Type"] == other
    syntax = f"{asked}&contentType=application/dicom&transferSyntax={world.RLE}"
    assert web.get(syntax).headers["Content-Type"] == f"{DICOM}; transfer-syntax={world.RLE}"
    windows = {
        web.get(f"{asked}&windowCenter=8&windowWidth={width}&contentType=image/png").content for width in (4, 16)
    }
    assert len(windows) == 2


@row("shall", "9", "WADO-URI that is not understood")
def _(web: Web) -> None:
    asked = "/wado?requestType=WADO&studyUID=2.999.1&seriesUID=2.999.1.1&objectUID=2.999.1.1.1"
    assert "“windowWidth”" in problem(web.get(f"{asked}&windowCenter=8"), 400)["detail"]
    for wrong in ("windowWidth=8", "windowCenter=8&windowWidth=x", "region=1,2", "rows=0", "frameNumber=2"):
        problem(web.get(f"{asked}&{wrong}"), 400)
    for wrong in ("/wado", asked.replace("WADO&", "X&"), asked.partition("&series")[0]):
        problem(web.get(wrong), 400)
    problem(web.get(asked.replace("objectUID=2", "objectUID=3")), 404)
    problem(web.get(f"{asked}&contentType=text/html"), 406)
    problem(web.get(f"{asked}&anonymize=yes"), 406)


@row("should", "RFC9110", "HEAD on a retrieve resource answers like GET without body")
def _(web: Web) -> None:
    for path in ("/studies", STUDY, f"{CT}/metadata", f"{CINE}/frames/1,2", f"{RLE}/frames/1"):
        head, whole = web.client.head(f"/dicomweb{path}"), web.get(path)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers.get("Content-Length") == whole.headers.get("Content-Length")


@row("should", "-", "error body has no stack trace or server path")
def _(web: Web) -> None:
    folder = web.archive.status().folder
    for path in ("/studies?NoSuchThing=1", "/studies/2.999.77", f"{CINE}/frames/4", "/nothing"):
        text = web.get(path).text
        assert "Traceback" not in text
        assert folder not in text
        assert ".py" not in text


@row("should", "8.6", "Accept as ?accept= query parameter is honoured")
def _(web: Web) -> None:
    assert web.get(f"{CT1}?accept=application/dicom", "image/png").content == web.files["1/ct1"]
    assert web.get("/studies?accept=application/json").headers["Content-Type"] == "application/json"
    problem(web.get("/studies?accept=image/png", "application/json"), 406)


@pytest.mark.parametrize("asked", ROWS, ids=[f"{one.clause} {one.behaviour}" for one in ROWS])
def test_row(asked: Row, web: Web) -> None:
    asked.check(web)
