"""Curves: what their samples mean, and files that lie about how many there are."""

from __future__ import annotations

import base64
import struct
from typing import TYPE_CHECKING, Any

import pytest

from fileroom.dicom.contents import content
from fileroom.dicom.contents.waveform import Group, Note, Waveform
from fileroom.errors import Undecodable
from tests.world import EXPLICIT_BE, EXPLICIT_LE, instance

if TYPE_CHECKING:
    from pathlib import Path


def channel(name: str, **values: Any) -> dict[str, Any]:
    unit = [{"CodeValue": "uV", "CodingSchemeDesignator": "UCUM", "CodeMeaning": "microvolt"}]
    source = [{"CodeValue": "1", "CodingSchemeDesignator": "MDC", "CodeMeaning": name}]
    usual = {"ChannelSensitivity": "2.5", "ChannelSensitivityCorrectionFactor": "2", "ChannelBaseline": "1"}
    return {"ChannelSourceSequence": source, "ChannelSensitivityUnitsSequence": unit, **usual, **values}


def group(data: bytes, **values: Any) -> dict[str, Any]:
    usual = {
        "NumberOfWaveformChannels": 2,
        "NumberOfWaveformSamples": 3,
        "SamplingFrequency": "500",
        "WaveformBitsAllocated": 16,
        "WaveformSampleInterpretation": "SS",
        "ChannelDefinitionSequence": [channel("Lead I", FilterLowFrequency="0.05"), channel("Lead II")],
        "WaveformData": data,
    }
    return usual | values


def read(folder: Path, *groups: dict[str, Any], **values: Any) -> Waveform:
    path = folder / "ECG"
    path.write_bytes(instance(rows=0, modality="ECG", WaveformSequence=list(groups), **values))
    found = content(path).content
    assert isinstance(found, Waveform)
    return found


def samples(group: Group) -> list[list[int]]:
    raw = [base64.b64decode(channel.data) for channel in group.channels]
    return [list(struct.unpack(f"<{len(data) // 4}i", data)) for data in raw]


@pytest.mark.parametrize(("syntax", "order"), [(EXPLICIT_LE, "<"), (EXPLICIT_BE, ">")])
def test_samples_go_to_their_channels(tmp_path: Path, syntax: str, order: str) -> None:
    data = struct.pack(f"{order}6h", 1, -1, 2, -2, 3, -3)
    (found,) = read(tmp_path, group(data), transfer_syntax=syntax).groups
    assert samples(found) == [[1, 2, 3], [-1, -2, -3]]
    first, second = found.channels
    assert (first.name, first.unit, first.scale, first.baseline) == ("Lead I", "uV", 5.0, 1.0)
    assert (first.low_filter, second.low_filter) == (0.05, None)


def test_what_is_there_counts_and_not_what_is_said(tmp_path: Path) -> None:
    data = struct.pack("<6h", 1, -1, 2, -2, 3, -3)
    (found,) = read(tmp_path, group(data, NumberOfWaveformSamples=4_000_000_000)).groups
    assert (found.samples, samples(found)[0]) == (3, [1, 2, 3])
    (few,) = read(tmp_path, group(data, NumberOfWaveformSamples=2)).groups
    assert samples(few) == [[1, 2], [-1, -2]]


def test_what_cannot_be_drawn_says_why(tmp_path: Path) -> None:
    sound = group(b"\0" * 12, WaveformSampleInterpretation="MB", WaveformBitsAllocated=8)
    empty = group(b"")
    nobody = group(b"\0" * 12, ChannelDefinitionSequence=[])
    assert [one.problem for one in read(tmp_path, sound, empty, nobody).groups] == ["encoding", "damaged", "damaged"]


def test_too_many_samples_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fileroom.dicom.contents.waveform.MOST_SAMPLES", 5)
    with pytest.raises(Undecodable, match="too long"):
        read(tmp_path, group(struct.pack("<6h", *range(6))))


def test_notes_stand_beside(tmp_path: Path) -> None:
    notes = [
        {"UnformattedTextValue": "Sinus rhythm"},
        {
            "ConceptNameCodeSequence": [{"CodeValue": "1", "CodingSchemeDesignator": "X", "CodeMeaning": "QT"}],
            "NumericValue": "380",
            "MeasurementUnitsCodeSequence": [{"CodeValue": "ms", "CodingSchemeDesignator": "UCUM", "CodeMeaning": "m"}],
        },
        {},
    ]
    found = read(tmp_path, group(struct.pack("<6h", *range(6))), WaveformAnnotationSequence=notes)
    assert found.notes == (Note(name="", value="Sinus rhythm", unit=""), Note(name="QT", value="380", unit="ms"))
