"""``media``: how soon the list of a medium is there, against reading its DICOMDIR with pydicom.

A medium of many small images (``media``: all of one person; ``mediapatients``: of a person for each study) with the
DICOMDIR that fileroom itself writes.

* **fileroom** opens a session over it, reads the DICOMDIR, looks for each file that it lists, shows what it says and
  answers the first page of the list.
* **pydicom** calls ``dcmread`` on the DICOMDIR and takes its sequence of records; no value of a record is asked for.
* **floor** reads the bytes of the DICOMDIR, and lists the folders of the medium.

Seconds on the wall, of a process that has imported what it needs, from a warm cache; CPU seconds stand in the notes.
"""

from __future__ import annotations

import statistics
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from pydicom import Dataset
from tests.world import EXPLICIT_LE, SOP_CLASSES, instance, series_uid, sop_uid, study_uid

from benchmarks.harness import Comparison, alternate, in_child
from fileroom.media.directory import Record, encoded, refer

PER_SERIES = 100
SERIES_PER_STUDY = 4

FILEROOM = """
import json, sys, time
import fileroom
from fileroom.model.entries import Level
from fileroom.model.queries import Query
from tests.world import instance
with fileroom.Archive.ephemeral({"1": instance()}) as warm:
    warm.look_in()
    warm.search(Query(level=Level.PATIENT))
wall, cpu = time.perf_counter(), time.process_time()
with fileroom.Archive.ephemeral(sys.argv[1]) as archive:
    archive.medium.list_directory()
    archive.search(Query(level=Level.PATIENT))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    found = archive.medium.found.listed - len(archive.medium.found.missing)
from fileroom.dicom.reading import KIND
print(json.dumps({"seconds": wall, "cpu": cpu, "images": found, "reader": KIND}))
"""
PYDICOM = """
import json, sys, time
from pydicom import dcmread
wall, cpu = time.perf_counter(), time.process_time()
found = len(dcmread(sys.argv[1] + "/DICOMDIR").DirectoryRecordSequence)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps({"seconds": wall, "cpu": cpu, "images": found}))
"""
FLOOR = """
import json, os, sys, time
wall, cpu = time.perf_counter(), time.process_time()
with open(sys.argv[1] + "/DICOMDIR", "rb") as file:
    file.read()
found = sum(len(names) for _, _, names in os.walk(sys.argv[1]))
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print(json.dumps({"seconds": wall, "cpu": cpu, "images": found}))
"""

LOOK = """
import json, sys, time
import fileroom
start = time.perf_counter()
with fileroom.Archive.ephemeral(sys.argv[1]) as archive:
    found = archive.look_in().instances
    archive.medium_found()
    seconds = time.perf_counter() - start
with open("/proc/self/status") as lines:
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
print(json.dumps({"seconds": seconds, "images": found, "peak": peak}))
"""
HEADS = """
import json, os, sys, time
start, found = time.perf_counter(), 0
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            found += len(file.read(8192)) > 0
print(json.dumps({"seconds": time.perf_counter() - start, "images": found}))
"""


def measure_memory(instances: int = 40_000, few: int = 1_000, runs: int = 1) -> Comparison:
    """Look through a medium without a DICOMDIR: what it takes of memory at its most (Linux), and of time."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        small, large = Path(place, "small"), Path(place, "large")
        for folder, images in ((small, few), (large, instances)):
            folder.mkdir()
            make_medium(folder, images, max(1, images // 2_000))
            (folder / "DICOMDIR").unlink()
        peaks: dict[str, float] = {"few": in_child(LOOK, str(small))["peak"] / 1024}

        def look() -> float:
            said = in_child(LOOK, str(large))
            if said["images"] != instances:
                raise SystemExit(f"{said['images']} of {instances} images were found")
            peaks["all"] = said["peak"] / 1024
            return float(said["seconds"])

        kinds = {"fileroom": look, "floor": lambda: float(in_child(HEADS, str(large))["seconds"])}
        seconds = alternate(kinds, runs)
    each = (peaks["all"] - peaks["few"]) * 1024 / (instances - few)
    return Comparison(
        name=f"a look through a medium of {instances:,} images without a DICOMDIR",
        ours="fileroom",
        unit="images",
        amount=instances,
        seconds=seconds,
        notes=(
            f"most memory: {peaks['all']:.0f} MiB; of {few:,} images {peaks['few']:.0f} MiB; {each:.1f} KiB an image",
        ),
        extra={"peak_mib": peaks},
    )


def measure(instances: int = 10_000, runs: int = 7, patients: int = 1) -> Comparison:
    """Open a medium over and over, and read its DICOMDIR."""
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as place:
        make_medium(Path(place), instances, patients)
        cpu: dict[str, list[float]] = {}
        readers: set[str] = set()

        def run(kind: str, program: str) -> float:
            said = in_child(program, place)
            if kind == "fileroom" and said["images"] != instances:
                raise SystemExit(f"{said['images']} of {instances} images were listed")
            readers.add(said.get("reader", ""))
            cpu.setdefault(kind, []).append(said["cpu"])
            return float(said["seconds"])

        programs = {"fileroom": FILEROOM, "pydicom": PYDICOM, "floor": FLOOR}
        seconds = alternate({kind: partial(run, kind, program) for kind, program in programs.items()}, runs)
        size = Path(place, "DICOMDIR").stat().st_size
    middle = {kind: statistics.median(each[1:]) for kind, each in cpu.items()}
    return Comparison(
        name=f"list of a medium of {instances:,} images ({patients:,} patients, DICOMDIR of {size / 1e6:.1f} MB)",
        ours="fileroom",
        unit="",
        amount=instances,
        seconds=seconds,
        notes=(
            (
                f"CPU: fileroom ({''.join(readers)} reader) {middle['fileroom']:.3f} s, "
                f"pydicom {middle['pydicom']:.3f} s: {middle['fileroom'] / middle['pydicom']:.2f} x"
            ),
        ),
        extra={"cpu": cpu},
    )


def make_medium(folder: Path, instances: int, patients: int) -> None:
    """Fill ``folder`` with images, and a DICOMDIR that lists all of them."""
    per_study = max(1, min(PER_SERIES * SERIES_PER_STUDY, instances // patients))
    people: dict[int, Record] = {}
    series = _record("SERIES")
    for number in range(instances):
        study, of_study, patient = number // per_study, number % per_study, number // per_study % patients
        uids = {"study": study + 1, "series": of_study // PER_SERIES + 1, "number": of_study + 1}
        who = {"PatientName": f"FAMILY{patient:05}^GIVEN", "PatientID": f"{patient:08}"}
        path = f"DICOM/ST{study:06}/SE{uids['series']:06}/IM{of_study:06}"
        if of_study % PER_SERIES == 0:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            at_patient = people.setdefault(patient, _record("PATIENT", **who))
            if of_study == 0:
                at_patient.lower.append(_study(uids["study"]))
            series = _record("SERIES", Modality="CT", SeriesNumber=uids["series"])
            series.values.SeriesInstanceUID = series_uid(uids["study"], uids["series"])
            at_patient.lower[-1].lower.append(series)
        (folder / path).write_bytes(
            instance(patient_name=who["PatientName"], patient_id=who["PatientID"], **uids)  # type: ignore[arg-type]  # numbers all
        )
        one = _record("IMAGE", InstanceNumber=uids["number"])
        told = Dataset()
        told.SOPClassUID, told.SOPInstanceUID = SOP_CLASSES["CT"], sop_uid(*uids.values())
        refer(one, path.split("/"), told, EXPLICIT_LE)
        series.lower.append(one)
    (folder / "DICOMDIR").write_bytes(encoded(list(people.values())))


def _study(number: int) -> Record:
    told = {"StudyDate": "20240131", "StudyTime": "101500", "StudyDescription": "CHEST", "AccessionNumber": ""}
    return _record("STUDY", StudyInstanceUID=study_uid(number), StudyID=str(number), **told)


def _record(kind: str, **values: Any) -> Record:
    data = Dataset()
    for keyword, value in values.items():
        setattr(data, keyword, value)
    return Record(kind, data)
