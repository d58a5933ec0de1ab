from __future__ import annotations

import asyncio
import json
import threading
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from fileroom.errors import Busy, NoRoom, NotFound, Unavailable
from fileroom.jobs import Progress
from fileroom.model.others import Refusal
from fileroom.volumes.refusing import Refused
from fileroom.web import jobs
from fileroom.web.jobs import KEPT, Job, JobBoard, Kind
from tests.patience import until
from tests.web import fake

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from starlette.testclient import TestClient

    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.ledger import ImportSummary


def told(client: TestClient, job: str) -> list[tuple[str, Any]]:
    """Every event of a job until its stream ends."""
    answer = client.get(f"/api/jobs/{job}/events")
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    events = []
    for block in answer.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines())
        if "event" in lines:
            events.append((lines["event"], json.loads(lines["data"])))
    return events


def test_an_import_from_start_to_end(client: TestClient, archive: fake.FakeArchive, tmp_path: Path) -> None:
    archive.importing = fake.until_released
    answer = client.post("/api/imports", json={"paths": [str(tmp_path)]})
    assert answer.status_code == 202
    job = answer.json()["job"]
    assert archive.calls == [("bring_in", [str(tmp_path)])]
    (known,) = client.get("/api/jobs").json()
    assert known == client.get(f"/api/jobs/{job}").json()
    assert (known["state"], known["progress"]["done"], known["summary"]) == ("running", 1, None)
    threading.Timer(0.05, archive.gate.set).start()
    events = told(client, job)
    assert events[0][0] == "progress"
    assert events[0][1]["phase"] == "reading"
    assert [kind for kind, _ in events].count("end") == 1
    kind, end = events[-1]
    assert kind == "end"
    assert (end["job"], end["state"], end["message"]) == (job, "done", "")
    assert end["summary"] == fake.summary().as_line()
    assert told(client, job) == [("end", end)]  # whoever comes back later hears the end at once


def test_an_import_is_cancelled(client: TestClient, archive: fake.FakeArchive, tmp_path: Path) -> None:
    archive.importing = fake.until_released
    job = client.post("/api/imports", json={"paths": [str(tmp_path)]}).json()["job"]
    assert client.delete(f"/api/jobs/{job}").status_code == 202
    assert told(client, job)[-1][1]["state"] == "cancelled"
    assert client.delete(f"/api/jobs/{job}").status_code == 202  # again: it has ended, and nothing is wrong with that


def test_one_at_a_time(client: TestClient, archive: fake.FakeArchive, tmp_path: Path) -> None:
    archive.importing = fake.until_released
    first = client.post("/api/imports", json={"paths": [str(tmp_path)]}).json()["job"]
    second = client.post("/api/imports", json={"paths": [str(tmp_path)]})
    assert second.status_code == 409
    assert second.json()["code"] == "busy"
    archive.gate.set()
    assert told(client, first)[-1][0] == "end"
    assert client.post("/api/imports", json={"paths": [str(tmp_path)]}).status_code == 202


def test_an_import_of_another_program_is_409_too(client: TestClient, archive: fake.FakeArchive, tmp_path: Path) -> None:
    archive.importing = fake.refused
    answer = client.post("/api/imports", json={"paths": [str(tmp_path)]})
    assert (answer.status_code, answer.json()["code"]) == (409, "busy")
    assert client.get("/api/jobs").json() == []


@pytest.mark.parametrize(
    ("importing", "message"), [(fake.broken, "Something went wrong inside fileroom."), (fake.wrong, "no")]
)
def test_an_import_that_fails_says_so(
    client: TestClient,
    archive: fake.FakeArchive,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    importing: Any,
    message: str,
) -> None:
    archive.importing = importing
    answer = client.post("/api/imports", json={"paths": [str(tmp_path)]})
    job = answer.json().get("job")
    if job is not None:  # else it fell before the answer, which then said it
        end = told(client, job)[-1][1]
        assert (end["state"], end["summary"], end["message"]) == ("failed", None, message)
    else:
        assert answer.json()["detail"] == message
    assert "secret" not in caplog.text


def test_unknown_jobs(client: TestClient) -> None:
    for method, path in (("GET", "/api/jobs/7"), ("DELETE", "/api/jobs/7"), ("GET", "/api/jobs/7/events")):
        assert client.request(method, path).status_code == 404


def test_the_headers_of_a_stream_alone(client: TestClient, archive: fake.FakeArchive, tmp_path: Path) -> None:
    archive.importing = fake.until_released
    job = client.post("/api/imports", json={"paths": [str(tmp_path)]}).json()["job"]
    assert client.head(f"/api/jobs/{job}/events").status_code == 200  # and it returns
    archive.gate.set()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"rubbish",
        b"[]",
        b"{}",
        b'{"paths": []}',
        b'{"paths": [""]}',
        b'{"paths": [7]}',
        b'{"paths": "/tmp"}',
        b'{"paths": ["relative"]}',
        b'{"paths": ["./relative"]}',
        b'{"paths": ["/does/not/exist/anywhere"]}',
        b'{"paths": ["/\\u0000"]}',
        b"[" * 100_000,
    ],
)
def test_what_cannot_be_imported_is_400(client: TestClient, archive: fake.FakeArchive, body: bytes) -> None:
    answer = client.post("/api/imports", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert archive.calls == []


def test_a_body_without_end_is_refused(client: TestClient) -> None:
    answer = client.post("/api/imports", content=b'{"paths": ["' + b"a" * (9 << 20) + b'"]}')
    assert answer.status_code == 413


# -- the board itself --------------------------------------------------------------------------------------------


def many(_: fake.FakeArchive, __: Sequence[str], on_progress: OnProgress, ____: CancelToken) -> ImportSummary:
    for done in range(20_000):
        on_progress(Progress(phase="reading", done=done))
    return fake.summary()


async def watched(board: JobBoard) -> list[tuple[str, Any]]:
    job = board.start([])
    return [(event.kind, event.data) async for event in board.events(job)]


def board_of(importing: Any) -> tuple[fake.FakeArchive, JobBoard]:
    archive = fake.FakeArchive(importing=importing)
    return archive, JobBoard(archive.as_archive)


def test_a_watcher_gets_the_newest_and_never_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PACE", 0.01)
    _, board = board_of(many)
    events = anyio.run(watched, board)
    assert events[-1][0] == "end"
    progress = [data["done"] for kind, data in events if kind == "progress"]
    assert progress == sorted(progress)
    assert len(progress) < 5000


def test_many_watch_and_all_hear_the_end() -> None:
    archive, board = board_of(fake.until_released)

    async def watch() -> list[str]:
        job = board.start([])

        async def one() -> str:
            return [event.kind async for event in board.events(job)][-1]

        watchers = [asyncio.create_task(one()) for _ in range(20)]
        await asyncio.sleep(0.02)
        archive.gate.set()
        ends = await asyncio.gather(*watchers)
        assert job.watches == set()
        return ends

    assert anyio.run(watch) == ["end"] * 20


def test_closing_cancels_the_import_and_lets_the_watchers_go() -> None:
    _, board = board_of(fake.until_released)

    async def watch() -> list[str]:
        job = board.start([])
        watcher = asyncio.create_task(collect(board, job))
        await asyncio.sleep(0.02)
        board.close()
        return await asyncio.wait_for(watcher, 10)

    kinds = anyio.run(watch)
    assert kinds[0] == "progress"
    assert board.join(10)
    assert board.all()[0].state == "cancelled"
    with pytest.raises(Busy):
        board.start([])


async def collect(board: JobBoard, job: jobs.Job) -> list[str]:
    return [event.kind async for event in board.events(job)]


def test_a_silent_import_still_gives_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PULSE", 0.01)
    archive, board = board_of(fake.until_released)

    async def watch() -> list[str]:
        job = board.start([])
        kinds = []
        async for event in board.events(job):
            kinds.append(event.kind)
            if kinds.count("pulse") == 2:
                archive.gate.set()
        return kinds

    assert anyio.run(watch)[-1] == "end"


def test_old_jobs_are_forgotten() -> None:
    archive, board = board_of(fake.until_released)
    archive.gate.set()
    ids = []
    for _ in range(KEPT + 3):
        ids.append(board.start([]).id)
        assert board.join(10)
    assert [job.id for job in board.all()] == ids[: -KEPT - 1 : -1]
    with pytest.raises(NotFound):
        board.get(ids[0])


def test_nothing_runs_and_nothing_waits() -> None:
    _, board = board_of(fake.until_released)
    board.close()
    assert board.join(0)


def test_an_import_may_copy(client: TestClient, archive: fake.FakeArchive, tmp_path: Path) -> None:
    archive.importing = fake.until_released
    archive.gate.set()
    answer = client.post("/api/imports", json={"paths": [str(tmp_path)], "copy": True})
    assert (answer.status_code, archive.calls) == (202, [("copy", [str(tmp_path)])])
    refused = client.post("/api/imports", json={"paths": [str(tmp_path)], "copy": "yes"})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_request")


def test_a_pass_over_a_watched_folder_is_a_job_that_nobody_need_wait_for(archive: fake.FakeArchive) -> None:
    board = JobBoard(archive.as_archive)
    seen: list[list[tuple[bool, str]]] = []

    def look() -> None:
        seen.append([(job.automatic, job.state) for job in board.all()])

    def watching(on_progress: OnProgress, on_pass: Callable[[ImportSummary | None], None]) -> None:
        on_pass(None)  # it had nothing to say, and nobody heard of it
        look()
        on_progress(Progress(phase="reading"))
        look()
        archive.importing = fake.until_released
        board.start(["/scans"])
        look()
        on_pass(None)  # it came to nothing after all
        look()
        on_progress(Progress(phase="reading"))
        on_pass(fake.summary(2))
        look()

    archive.watching = watching
    board.watch()
    until(lambda: len(seen) == 5)
    archive.gate.set()
    board.close()
    assert board.join(10)
    user, passing, passed = (False, "running"), (True, "running"), (True, "done")
    assert seen == [[], [passing], [user, passing], [user], [passed, user]]


def test_a_pass_cannot_be_cancelled(client: TestClient, archive: fake.FakeArchive) -> None:
    archive.watching = lambda on_progress, _: on_progress(Progress(phase="reading"))
    board = client.app.state.door.jobs  # type: ignore[attr-defined]  # the app behind Starlette's client
    board.watch()
    until(lambda: client.get("/api/jobs").json())
    (job,) = client.get("/api/jobs").json()
    assert (job["automatic"], job["state"]) == (True, "running")
    assert client.delete(f"/api/jobs/{job['job']}").status_code == 400
    board.close()
    assert board.join(10)


def test_a_job_that_failed_says_what_kind_of_trouble_it_is() -> None:
    """A page has sentences for these; the message is in English alone."""
    reasons = {
        Refused(Refusal.UNEVEN, "1 – 3 mm"): ("undecodable", "uneven", "1 – 3 mm"),
        NoRoom("there is no room"): ("no_room", "", ""),
        Unavailable("it is gone"): ("unavailable", "", ""),
        None: ("internal", "", ""),
    }
    for error, (code, reason, about) in reasons.items():
        told = Job("1", Kind.CONVERSION, state="failed", error=error).plain()
        assert (told["code"], told["reason"], told["about"]) == (code, reason, about)
    assert Job("1", Kind.CONVERSION, state="cancelled").plain()["code"] == ""
