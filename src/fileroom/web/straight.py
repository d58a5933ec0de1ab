"""Which requests are answered straight from files, and with what: those that come by the thousand and need no thought.

An answer is put together by what the app itself answers with (:mod:`fileroom.web.wado`, the gate), reading nothing of
what it will send, and kept: as long as the catalog says of its images what it said, and the file is the very one.
Whatever is not the plain case, and every refusal, is the app's to answer; :mod:`fileroom.web.sending` hands it on.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from starlette.requests import Request

from fileroom.web.gate import OwnHost, SignedIn, secured
from fileroom.web.qido import accept_of, base_url, path_conditions
from fileroom.web.wado import Found, find, straight_frame, straight_instances

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from starlette.applications import Starlette

    from fileroom.archive import Archive
    from fileroom.settings import Guests
    from fileroom.web.answers import InPieces, Stretches
    from fileroom.web.door import Door

USABLE = hasattr(os, "RWF_NOWAIT") and hasattr(os, "sendfile")  # Linux: a read that says whether it would wait
MOST_PIECES = 20_000  # of all that is kept; a series of 500 images has 1001
MOST_SCOPES = 32  # series, or studies, of which it is known what the catalog said last
_UID = "[0-9.]{1,64}"
_SERIES = rf"/dicomweb/studies/(?P<study>{_UID})(?:/series/(?P<series>{_UID}))?"
_INSTANCE = rf"(?:/instances/(?P<instance>{_UID})(?:/frames/(?P<frames>[0-9]{{1,9}}))?)?"
PATHS = re.compile(rf"{_SERIES}{_INSTANCE}|/api/instances/(?P<id>[0-9a-z]{{1,64}})/frames/(?P<number>[0-9]{{1,9}})")
# Strictly as clients write it (RFC 9112 2.1, 5): what is only allowed is for a whole parser.
FIELD = re.compile(rb"([A-Za-z0-9-]+): ?([!-~](?:[ -~]*[!-~])?)\r\n")
# What asks for more than the bytes, or comes with some.
REFUSED = re.compile(
    rb"range|if-.*|origin|expect|upgrade|connection|transfer-encoding|content-.*|trailer|access-control-.*"
)
KEPT_ALIVE = (b"connection", b"keep-alive")
BOUNDARY = secrets.token_hex(16)  # stands in what is kept; each answer that is sent gets one of its own

Version = tuple[int, ...]


def version_of(facts: os.stat_result) -> Version:
    """What tells a file from every other one, and from itself before it was changed."""
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


class Caller(NamedTuple):
    """What all requests with the same header fields have in common, and what of it decides the answer."""

    scope: dict[str, Any]
    base: str
    accept: str | None


@dataclass(frozen=True, slots=True)
class Straight:
    """An answer: its header fields, its pieces, and the files that they lie in, as they were."""

    head: bytes
    pieces: Sequence[bytes | Stretches]
    files: dict[str, Version]

    def stand(self) -> bool:
        """Whether all files are as they were."""
        try:
            # not Path.stat(): a series has hundreds of files, and a Path is the larger part of each look
            return all(version_of(os.stat(path)) == version for path, version in self.files.items())  # noqa: PTH116
        except OSError:
            return False


class About(NamedTuple):
    """What an answer is made of: some images of a study or series, or one of them."""

    study: str
    series: str | None
    instance: str | None

    @property
    def scope(self) -> tuple[str, str | None]:
        """What is looked at for it: all images of a series at once, for they are asked for one after the other."""
        return self.study, self.series


class Said(NamedTuple):
    """What the catalog says of the images of a scope, as digests, and when it was asked."""

    generation: int
    of_each: dict[str, bytes]
    of_all: bytes

    def of(self, about: About) -> bytes | None:
        """The same of what an answer is made of."""
        return self.of_all if about.instance is None else self.of_each.get(about.instance)


@dataclass(slots=True)
class Kept:
    """An answer for as long as it holds. None: the app has to make it, until something has changed."""

    answer: Straight | None
    about: About | None
    said: bytes | None  # of what it is about, when it was made
    generation: int  # up to which it is known to hold

    @property
    def single(self) -> Straight | None:
        """The answer where it is of one file, which is looked at when it is opened; many are looked at in a thread."""
        return self.answer if self.answer is not None and len(self.answer.files) == 1 else None

    def holds(self, generation: int | None, said: Said | None) -> bool:
        """Whether the catalog still says what it said: nothing was written since, or nothing about these images."""
        if generation is None or self.generation == generation:
            return generation is not None
        if self.answer is None or self.about is None or said is None or said.generation != generation:
            return False
        if said.of(self.about) != self.said:
            return False
        self.generation = generation
        return True

    def __len__(self) -> int:
        """How much it is to keep."""
        return 1 if self.answer is None else len(self.answer.pieces)


@dataclass(slots=True)
class Desk:
    """Answers at hand for one app, by the address, and by who asks for what."""

    app: Starlette
    door: Door
    host: OwnHost
    signed_in: SignedIn
    _kept: dict[tuple[str, str, str | None], Kept] = field(default_factory=dict)  # oldest first
    _pieces: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _said: dict[tuple[str, str | None], Said] = field(default_factory=dict)  # oldest first
    _asking: threading.Lock = field(default_factory=threading.Lock)

    @staticmethod
    def of(app: Starlette, served: Collection[str], guests: Guests) -> Desk:
        """The desk in front of an app, with the same gate."""
        door: Door = app.state.door
        return Desk(app, door, OwnHost(app, served=served), SignedIn(app, sign_in=door.sign_in, guests=guests))

    def caller(self, fields: bytes, connection: dict[str, Any]) -> Caller | None:
        """Who asks with those header fields; None when a request with them is not a plain one."""
        found = [(name.lower(), value) for name, value in FIELD.findall(fields)]
        if sum(len(one[0]) for one in FIELD.finditer(fields)) != len(fields) - 2:  # the empty line is left
            return None
        if any(REFUSED.fullmatch(one[0]) and (one[0], one[1].lower()) != KEPT_ALIVE for one in found):
            return None
        scope = connection | {"type": "http", "method": "GET", "headers": found, "query_string": b"", "path": ""}
        if not self.host.is_meant(scope):
            return None
        request = Request(scope)
        return Caller(scope, base_url(request), accept_of(request, ()))

    def lets_in(self, caller: Caller, path: str) -> bool:
        """Whether that is an address of ours, and the caller may have it as far as can be said at once."""
        return PATHS.fullmatch(path) is not None and self.signed_in.lets_in({**caller.scope, "path": path})

    def kept(self, caller: Caller, path: str) -> Kept | None:
        """What is at hand. No file was looked at."""
        one = self._kept.get((path, caller.base, caller.accept))
        if one is None:
            return None
        said = None if one.about is None else self._said.get(one.about.scope)
        return one if one.holds(self.door.archive.generation(), said) else None

    async def prepare(self, caller: Caller, path: str) -> Straight | None:
        """The answer, made or looked after in a thread; None when the app has to make it."""
        return await self.door.ask(partial(self._prepare, caller=caller, path=path))

    def _prepare(self, archive: Archive, caller: Caller, path: str) -> Straight | None:
        key = (path, caller.base, caller.accept)
        generation, kept = archive.generation(), self._kept.get(key)
        if kept is not None and kept.answer is not None and kept.about is not None:
            said = self._now(archive, kept.about, generation)
            if kept.holds(generation, said) and kept.answer.stand():
                return kept.answer
        about: About | None = None
        answer: Straight | None = None
        with contextlib.suppress(Exception):  # the app meets it again, and says so
            about, answer = _answer(archive, caller, path)
        said = None if about is None else self._now(archive, about, generation)
        # What was written while the answer was made may be in it or not: such a one is used, and not kept.
        if generation is not None and generation == archive.generation():
            state = None if said is None or about is None else said.of(about)
            self._keep(key, Kept(answer, None if state is None else about, state, generation))
        return answer

    def _now(self, archive: Archive, about: About, generation: int | None) -> Said | None:
        """What the catalog says now; asked once for all who want to know it of a series."""
        if generation is None:
            return None
        with self._asking:
            said = self._said.get(about.scope)
            if said is None or said.generation != generation:
                series = {} if about.series is None else {"SeriesInstanceUID": about.series}
                states = archive.states({"StudyInstanceUID": about.study} | series)
                of_all = hashlib.blake2b(repr(states).encode(), digest_size=16).digest()
                said = Said(generation, states, of_all)
                self._said.pop(about.scope, None)
                self._said[about.scope] = said
                while len(self._said) > MOST_SCOPES:
                    self._said.pop(next(iter(self._said)))
            return said

    def _keep(self, key: tuple[str, str, str | None], one: Kept) -> None:
        with self._lock:
            before = self._kept.pop(key, None)
            self._pieces -= 0 if before is None else len(before)
            if len(one) > MOST_PIECES:
                return
            self._kept[key] = one
            self._pieces += len(one)
            while self._pieces > MOST_PIECES:
                self._pieces -= len(self._kept.pop(next(iter(self._kept))))


def _answer(archive: Archive, caller: Caller, path: str) -> tuple[About, Straight | None]:
    found = PATHS.fullmatch(path)
    assert found is not None  # noqa: S101 - nothing else is let in
    names = {name: value for name, value in found.groupdict().items() if value is not None}
    request = Request({**caller.scope, "path": path, "path_params": names})
    number = names.get("frames", names.get("number"))
    if "id" in names:
        those, missing = [Found(archive.read(names["id"]), caller.base)], 0
    else:
        those, missing = find(archive, path_conditions(request), caller.base)
    about = _about(names, those[0])
    # Of an image whose file was changed another copy may come back with its drive at any time: that is looked for anew.
    if missing or any(one.file.changed for one in those):
        return about, None
    if number is None:
        made = straight_instances(archive, request, those, BOUNDARY, single="instance" in names)
    else:
        made = straight_frame(archive, request, those[0], int(number), BOUNDARY)
    return about, None if made is None else _whole(made, those)


def _about(names: dict[str, str], first: Found) -> About:
    header = first.file.header
    if "id" in names:
        return About(header.study_instance_uid, header.series_instance_uid, header.sop_instance_uid)
    return About(names["study"], names.get("series"), names.get("instance"))


def _whole(made: InPieces, those: Sequence[Found]) -> Straight | None:
    """With the files as they are now; None when one is not what was found a moment ago, or has to be waited for."""
    files = {}
    for one in those:
        version = _version_now(one)
        if version is None:
            return None
        files[one.file.path] = version
    head = b"".join(b"%b: %b\r\n" % each for each in secured(made.raw_headers)) + b"\r\n"
    return Straight(head, made.pieces, files)


def _version_now(one: Found) -> Version | None:
    try:
        fd = os.open(one.file.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError):  # a member of a container
        return None
    try:
        facts = os.fstat(fd)
        in_memory(fd, 0, 1)  # raises where that cannot be said: a drive of the network may let us wait
    except OSError:
        return None
    finally:
        os.close(fd)
    as_found = (facts.st_size, facts.st_mtime_ns) == (one.file.size, one.file.mtime_ns)
    return version_of(facts) if as_found else None


def in_memory(fd: int, offset: int, length: int) -> bool:
    """Whether bytes of a file can be had without waiting for a disk, as far as three looks tell.

    What was read to its end lies there from its beginning to its end, unless memory is short, and a file of which only
    the head was read lacks its end: more looks would cost as much as the sending itself.
    """
    buffer = [bytearray(1)]
    try:
        for at in (offset, offset + length // 2, offset + length - 1):
            os.preadv(fd, buffer, at, os.RWF_NOWAIT)
    except BlockingIOError:
        return False
    return True
