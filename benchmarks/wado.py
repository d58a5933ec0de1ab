"""``series`` and ``frames``: WADO-RS beside nginx, which sends the same bytes from files that were made before.

One CT series, ours as the archive has it, nginx with one file that is the whole multipart, and one for each frame.
The client is the same for both: sockets that stay open, and nothing is done with what comes. nginx has the very bytes
that ours sent before the clock ran.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.world import instance

from benchmarks.harness import Comparison, alternate, environment, in_child
from benchmarks.reopen import IMPORT

if TYPE_CHECKING:
    from collections.abc import Iterator

SIDE = 512  # pixels: an image is 512 KiB
CONNECTIONS = 6  # as a browser has
_PATIENCE = 60.0
SERIES = "/dicomweb/studies/2.999.1/series/2.999.1.1"
NGINX = """
user {user}; daemon off; worker_processes 1; pid {place}/nginx.pid; error_log {place}/error.log;
events {{ worker_connections 64; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000;
  client_body_temp_path {place}/t1; proxy_temp_path {place}/t2; fastcgi_temp_path {place}/t3;
  uwsgi_temp_path {place}/t4; scgi_temp_path {place}/t5;
  server {{ listen 127.0.0.1:{port}; root {place}/www; default_type application/octet-stream; }} }}
"""
# Fetches every path that it is told over some connections, and says how long that took and how many bytes came.
CLIENT = r"""
import json, socket, sys, threading, time
port, connections, headers, paths, times = json.loads(sys.argv[1])
paths *= times
counts = [0] * connections
def run(which):
    s = socket.create_connection(("127.0.0.1", port)); buffer = bytearray(1 << 20)
    for path in paths[which::connections]:
        s.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}\r\n".encode())
        head = b""
        while b"\r\n\r\n" not in head:
            head += s.recv(65536)
        head, _, rest = head.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        left = size - len(rest)
        while left:
            left -= s.recv_into(buffer, min(left, len(buffer)))
        counts[which] += size
threads = [threading.Thread(target=run, args=(n,)) for n in range(connections)]
began = time.perf_counter()
for t in threads: t.start()
for t in threads: t.join()
print(json.dumps([time.perf_counter() - began, sum(counts)]))
"""


# The least that uvicorn can do: it has been told where the files are, and sends them as they are read in threads.
BARE = r"""
import asyncio, socket, sys, uvicorn
www, said = sys.argv[1], {}
def read(path):
    with open(path, "rb", buffering=0) as file:
        while piece := file.read(1 << 20):
            yield piece
def size(path):
    import os
    return str(os.path.getsize(path)).encode()
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    path = www + scope["path"]
    headers = [(b"content-length", size(path)), (b"content-type", b"application/octet-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    pieces, loop = read(path), asyncio.get_running_loop()
    while piece := await loop.run_in_executor(None, next, pieces, None):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
config = uvicorn.Config(app, lifespan="off", access_log=False, log_level="critical")
uvicorn.Server(config).run(sockets=[listener])
"""


class Server(NamedTuple):
    """Where a server listens, what it has to be told, and where it has the series and its frames."""

    port: int
    headers: str
    series: str
    frames: list[str]
    pid: int = 0
    dimse: int = 0  # the port of its other door

    def take(self, paths: list[str], connections: int, times: int = 1) -> float:
        """Seconds to fetch some paths, so many times."""
        seconds, _ = in_child(CLIENT, json.dumps([self.port, connections, self.headers, paths, times]))
        return float(seconds)


def measure_series(instances: int = 500, runs: int = 5) -> Comparison:
    """A whole series in one multipart answer, over one connection."""
    return _measure("a whole series in one answer", instances, runs, whole=True)


def measure_frames(instances: int = 500, runs: int = 5) -> Comparison:
    """Each frame in an answer of its own, over six connections."""
    return _measure(f"frame by frame over {CONNECTIONS} connections", instances, runs, whole=False)


def _measure(name: str, instances: int, runs: int, *, whole: bool) -> Comparison:
    with tempfile.TemporaryDirectory(prefix="fileroom-bench-") as folder, contextlib.ExitStack() as stack:
        place = Path(folder)
        servers = {"fileroom": stack.enter_context(ours(place, instances))}
        if shutil.which("nginx"):
            servers["nginx"] = stack.enter_context(_nginx(place, servers["fileroom"]))
            servers["bare uvicorn"] = stack.enter_context(_bare(place, servers["nginx"]))
        kinds = {
            kind: (lambda server=server: server.take([server.series], 1))
            if whole
            else (lambda server=server: server.take(server.frames, CONNECTIONS))
            for kind, server in servers.items()
        }
        seconds = alternate(kinds, runs)
    return Comparison(
        name=f"WADO-RS, {instances} CT images of {SIDE} x {SIDE}: {name}",
        ours="fileroom",
        unit="images",
        amount=instances,
        seconds=seconds,
        notes=() if "nginx" in servers else ("nginx is not here and was left out",),
        extra={"instances": instances},
    )


@contextlib.contextmanager
def ours(place: Path, instances: int, *, dimse: bool = False) -> Iterator[Server]:
    """Our server with a series of CT images; ``dimse``: with its other door."""
    scans, archive = place / "scans", place / "archive"
    scans.mkdir()
    for number in range(1, instances + 1):
        pixels = os.urandom(SIDE * SIDE * 2)
        (scans / f"{number}.dcm").write_bytes(instance(number=number, rows=SIDE, columns=SIDE, pixels=pixels))
    in_child(IMPORT, str(scans), str(archive))
    command = [sys.executable, "-m", "fileroom", "serve", "--archive", str(archive), "--port", "0", "--json"]
    command += ["--dimse", "0", "--aet", "ANY"] if dimse else []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment())
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        said = json.loads(process.stdout.readline())
        port = int(said["dicomweb"].rpartition(":")[2].partition("/")[0])
        frames = [f"{SERIES}/instances/2.999.1.1.{n}/frames/1" for n in range(1, instances + 1)]
        headers = (
            f'Authorization: Bearer {said["token"]}\r\nAccept: multipart/related; type="*/*"; transfer-syntax=*\r\n'
        )
        yield Server(port, headers, SERIES, frames, process.pid, said["dimse"]["port"] if dimse else 0)
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def _nginx(place: Path, ours: Server) -> Iterator[Server]:
    """nginx over the very bytes that our server sends."""
    www = place / "www"
    www.mkdir()
    (www / "series").write_bytes(_fetched(ours, ours.series))
    for number, path in enumerate(ours.frames):
        (www / str(number)).write_bytes(_fetched(ours, path))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    (place / "nginx.conf").write_text(NGINX.format(place=place, port=port, user=getpass.getuser()))
    process = subprocess.Popen(
        ["nginx", "-c", str(place / "nginx.conf"), "-e", str(place / "error.log")], stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield Server(port, "", "/series", [f"/{number}" for number in range(len(ours.frames))])
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def _bare(place: Path, nginx: Server) -> Iterator[Server]:
    """A bare ASGI app on uvicorn, over the files of nginx."""
    command = [sys.executable, "-c", BARE, str(place / "www")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        yield nginx._replace(port=int(process.stdout.readline()))
    finally:
        process.terminate()
        process.wait()


def _fetched(server: Server, path: str) -> bytes:
    import httpx2

    headers = dict(line.split(": ", 1) for line in server.headers.strip().split("\r\n"))
    answer = httpx2.get(f"http://127.0.0.1:{server.port}{path}", headers=headers, timeout=_PATIENCE)
    answer.raise_for_status()
    return answer.content


def _wait_for(port: int) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return
