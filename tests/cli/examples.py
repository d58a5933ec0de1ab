"""Entries as an archive would give them, for tests of what is shown."""

from __future__ import annotations

from fileroom.model.drives import State
from fileroom.model.entries import Counts, Patient, PersonName, Series, Study


def patient(name: str = "ROSSI^Mario", *, anonymous: bool = False, state: State = State.ONLINE) -> Patient:
    return Patient(
        id="0123456789abcdef0123456789abcdef",
        name=PersonName(name),
        patient_id="42",
        issuer_of_patient_id="",
        birth_date="19700102",
        sex="M",
        anonymous=anonymous,
        reason="same Patient ID, name and birth date",
        counts=Counts(studies=2, series=3, instances=1200, frames=1200, bytes=630_000_000),
        modalities=("CT", "MR"),
        last_study_date="20240131",
        state=state,
    )


def study(of: Patient | None = None, description: str = "Thorax") -> Study:
    return Study(
        id="11111111111111111111111111111111",
        patient=of or patient(),
        study_instance_uid="2.999.1",
        study_id="S1",
        date="20240131",
        time="101500",
        description=description,
        accession_number="A1",
        institution_name="St. Elsewhere",
        referring_physician_name=PersonName("HOUSE^Gregory"),
        performing_physician_name=PersonName(),
        manufacturer="ACME",
        manufacturer_model_name="One",
        station_name="CT1",
        patient_age="054Y",
        modalities=("CT",),
        counts=Counts(series=3, instances=1200, frames=1200, bytes=630_000_000),
        state=State.ONLINE,
    )


def series(of: Study | None = None) -> Series:
    return Series(
        id="22222222222222222222222222222222",
        study=of or study(),
        series_instance_uid="2.999.1.1",
        modality="CT",
        number=4,
        description="Lung 1.0",
        date="20240131",
        time="101800.5",
        protocol_name="",
        body_part_examined="CHEST",
        laterality="",
        patient_position="HFS",
        performing_physician_name=PersonName(),
        performed_procedure_step_start_date="20240131",
        performed_procedure_step_start_time="101700",
        manufacturer="ACME",
        manufacturer_model_name="One",
        station_name="CT1",
        frame_of_reference_uid="2.999.1.9",
        rows=512,
        columns=512,
        pixel_spacing=(0.7, 0.7),
        slice_thickness=1.0,
        spacing_between_slices=None,
        plane=None,
        image_type=("ORIGINAL", "PRIMARY", "AXIAL"),
        original=True,
        reformatted=False,
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        counts=Counts(instances=400, frames=400, bytes=210_000_000),
        state=State.ONLINE,
    )
