"""Other nodes: what they have, fetching it into the inbox, and sending what is here.

Whatever the node speaks, a fetch asks for the images of a study one series after the other and leaves out those that
are here: so a fetch that broke off goes on where it was, and what failed is tried by asking again.
"""

from __future__ import annotations

import contextlib
import time
from collections import deque
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Protocol

from fileroom.catalog import peers, queries
from fileroom.catalog.locate import locate
from fileroom.dicom.names import person_name
from fileroom.errors import BadRequest, FileroomError, NotFound, PeerError, Unavailable, Undecodable
from fileroom.intake.asking import question
from fileroom.jobs import Progress
from fileroom.model.entries import Level
from fileroom.model.peers import Asked, Elsewhere, Exchanged, PeerKind, PeerTrouble
from fileroom.model.queries import Condition, Match, Query
from fileroom.network import dicomweb, scu, uids
from fileroom.network.dicomweb import value
from fileroom.network.negotiation import PLAIN, Callee, Proposal
from fileroom.pixels import data_sets
from fileroom.sources.opened import opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fileroom.catalog.locate import Located
    from fileroom.catalog.store import Catalog
    from fileroom.intake.receive import Receiver
    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.entries import Instance
    from fileroom.model.peers import Peer
    from fileroom.network.association import Association, DataSet
    from fileroom.network.identifiers import Identifier
    from fileroom.sources.opened import Opened

_AT_ONCE = 100  # images of one C-GET: a cancel is not waited for longer than for these
_IN_VAIN = 3  # questions in a row that bring nothing, after which no more are asked of the same images
_PAGE = 500
_PIECE = 1 << 20  # bytes of a file that are sent at once
_WHO = "peer"
# What a search may be narrowed by, and what is asked for besides (keyword, tag, VR).
STUDY_KEYS: Final = {
    "PatientName": (0x00100010, "PN"),
    "PatientID": (0x00100020, "LO"),
    "StudyDate": (0x00080020, "DA"),
    "ModalitiesInStudy": (0x00080061, "CS"),
    "AccessionNumber": (0x00080050, "SH"),
    "StudyInstanceUID": (0x0020000D, "UI"),
}
_STUDY_RETURN = ((0x00080030, "TM"), (0x00081030, "LO"), (0x00100030, "DA"), (0x00100040, "CS"), (0x00201208, "IS"))
_SERIES_RETURN = ((0x00080060, "CS"), (0x0008103E, "LO"), (0x00200011, "IS"), (0x00201209, "IS"))


class _Node(Protocol):
    """What a node can be asked, whatever it speaks."""

    def echo(self) -> None: ...
    def studies(self, keys: Mapping[str, str], limit: int) -> Iterator[Elsewhere]: ...
    def series(self, study: str) -> Iterator[Elsewhere]: ...
    def instances(self, study: str, series: str) -> dict[str, str]: ...
    def fetch(self, study: str, series: str, wanted: Mapping[str, str], work: _Work) -> None: ...
    def send(self, found: Sequence[Instance], catalog: Catalog, work: _Work) -> None: ...


class _Work:
    """A fetch or a transmission under way."""

    def __init__(self, on_progress: OnProgress | None, cancel: CancelToken | None, receiver: Receiver | None) -> None:
        self.cancel = cancel
        self.receiver = receiver
        self.done = self.failed = self.had = self.total = 0
        self.moves = False  # it has no C-GET: it is told to send to us
        self.accounted = set[str]()  # what came by C-GET, kept or not
        self._began = time.monotonic()
        self._tell = on_progress

    @property
    def cancelled(self) -> bool:
        return self.cancel is not None and self.cancel.cancelled

    def count(self, *, done: int = 0, failed: int = 0) -> None:
        self.done += done
        self.failed += failed
        if self._tell is not None:
            seconds = time.monotonic() - self._began
            self._tell(
                Progress(
                    phase="exchanging",
                    seen=self.total,
                    done=self.done + self.failed,
                    total=self.total,
                    instances=self.done,
                    problems=self.failed,
                    seconds=seconds,
                )
            )

    def take(self, sop_class: str, uid: str, syntax: str, data: DataSet) -> int:
        """Keep one image that comes by C-STORE; its status."""
        assert self.receiver is not None  # noqa: S101 - fetching has one
        self.accounted.add(uid)
        try:
            self.receiver.inbox.take(_WHO, sop_class, uid, syntax, data.fill)
        except PeerError:
            raise
        except FileroomError as error:
            self.count(failed=1)
            return 0xA900 if isinstance(error, BadRequest) else 0xC000 if isinstance(error, Undecodable) else 0xA700
        self.count(done=1)
        return 0

    def ended(self) -> Exchanged:
        return Exchanged(
            state="cancelled" if self.cancelled else "done", done=self.done, failed=self.failed, had=self.had
        )


# -- what is asked of a node ---------------------------------------------------------------------------------------


def echo(catalog: Catalog, name: str, *, title: str) -> None:
    """Whether a node answers. PeerError when it does not. ``title``, here and below, is our AE title."""
    _node(catalog, name, title).echo()


def find(catalog: Catalog, name: str, keys: Mapping[str, str], limit: int, *, title: str) -> tuple[Elsewhere, ...]:
    """Studies of a node, with how much of each is here. BadRequest for a key that is none."""
    unknown = set(keys) - set(STUDY_KEYS)
    if unknown:
        raise BadRequest(f"other nodes are not searched by {', '.join(sorted(unknown))}")
    found = []
    for one in _node(catalog, name, title).studies(keys, limit):
        found.append(replace(one, here=_count_here(catalog, StudyInstanceUID=one.study_instance_uid)))
        if len(found) >= limit:
            break
    return _newest_first(found)


def _newest_first(found: Iterable[Elsewhere]) -> tuple[Elsewhere, ...]:
    """As our own list is; a node tells them in any order, and old ones write dates with full stops (PS3.5 6.2)."""
    return tuple(sorted(found, key=lambda one: (one.date.replace(".", ""), one.time), reverse=True))


def ask(catalog: Catalog, name: str, words: str, limit: int, *, title: str) -> Asked:
    """The same for words of the search box, held against at most ``limit`` studies that the node tells of."""
    asked, told, found = question(words), 0, []
    for one in _node(catalog, name, title).studies(asked.keys, limit):
        told += 1
        if asked.holds(one):
            found.append(replace(one, here=_count_here(catalog, StudyInstanceUID=one.study_instance_uid)))
        if told >= limit:
            break
    return Asked(items=_newest_first(found), more=told >= limit, unasked=asked.unasked)


def series_of(catalog: Catalog, name: str, study: str, *, title: str) -> tuple[Elsewhere, ...]:
    """The series of a study of a node, by their numbers."""
    found = (
        replace(one, here=_count_here(catalog, StudyInstanceUID=study, SeriesInstanceUID=one.series_instance_uid))
        for one in _node(catalog, name, title).series(study)
    )
    return tuple(sorted(found, key=lambda one: (one.number is None, one.number or 0)))


def fetch(
    catalog: Catalog,
    receiver: Receiver,
    name: str,
    study: str,
    series: Sequence[str] = (),
    *,
    title: str,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> Exchanged:
    """Fetch a study, or some of its series: what is not here yet. NotFound when it has nothing of that."""
    node, work = _node(catalog, name, title), _Work(on_progress, cancel, receiver)
    plan: list[tuple[str, dict[str, str]]] = []
    refused: scu.Refused | None = None
    for one in series or [one.series_instance_uid for one in node.series(study)]:
        wanted = node.instances(study, one)
        here = _uids_here(catalog, study, one)
        plan.append((one, {uid: kind for uid, kind in wanted.items() if uid not in here}))
        work.had += len(wanted) - len(plan[-1][1])
    work.total = sum(len(wanted) for _, wanted in plan)
    if not work.total and not work.had:
        why = "the other node has no such study, or tells of no image in it"
        raise NotFound(why, reason=PeerTrouble.NOTHING_THERE)
    for one, wanted in plan:
        for at in range(0, len(wanted), _AT_ONCE):
            if work.cancelled:
                break
            before, some = work.done, dict(list(wanted.items())[at : at + _AT_ONCE])
            unaccounted = work.done + work.failed + len(some)
            try:
                node.fetch(study, one, some, work)
            except scu.Refused as error:  # of these images: others may come
                refused = error
            unaccounted -= work.done + work.failed
            if unaccounted > 0 and not work.cancelled:
                # Not every node counts what it sends to us by C-MOVE: what has come is looked for.
                receiver.take_in()
                came = len(_uids_here(catalog, study, one).intersection(some)) - (work.done - before)
                came = min(max(came, 0), unaccounted)
                work.count(done=came, failed=unaccounted - came)
        receiver.take_in()
    if refused is not None and not work.done:
        raise refused
    return work.ended()


def send(
    catalog: Catalog,
    name: str,
    ids: Sequence[str],
    *,
    title: str,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> Exchanged:
    """Send entries of any level to a node."""
    node, work = _node(catalog, name, title), _Work(on_progress, cancel, None)
    found: dict[str, Instance] = {}
    for one in ids:
        entry = queries.get(catalog, one)
        if one_level(entry.id) is Level.INSTANCE:
            found[entry.id] = entry  # type: ignore[assignment]  # of that level
        else:
            found |= {item.id: item for item in queries.walk(catalog, Query(level=Level.INSTANCE, parent=entry.id))}
    work.total = len(found)
    node.send(list(found.values()), catalog, work)
    return work.ended()


def one_level(entry_id: str) -> Level:
    """The level of an entry, by the letter that its id begins with."""
    from fileroom.catalog.store import LETTERS

    return next(level for level, letter in LETTERS.items() if entry_id.startswith(letter))


def _conditions(given: Mapping[str, str]) -> tuple[Condition, ...]:
    return tuple(Condition(keyword, Match.SINGLE, (uid,)) for keyword, uid in given.items())


def _count_here(catalog: Catalog, **given: str) -> int:
    query = Query(level=Level.INSTANCE, conditions=_conditions(given), together=False, limit=0)
    return queries.search(catalog, query).total


def _uids_here(catalog: Catalog, study: str, series: str) -> set[str]:
    given = {"StudyInstanceUID": study, "SeriesInstanceUID": series}
    query = Query(level=Level.INSTANCE, conditions=_conditions(given), together=False)
    return {one.header.sop_instance_uid for one in queries.walk(catalog, query)}


def _node(catalog: Catalog, name: str, title: str) -> _Node:
    peer = peers.peer(catalog, name)
    if peer.kind is PeerKind.DICOMWEB:
        return _Web(dicomweb.Service(peer.url, peers.secret_of(catalog, name)))
    return _Dimse(_callee(peer, title))


def _callee(peer: Peer, title: str) -> Callee:
    tls = None
    if peer.tls:
        import ssl

        tls = ssl.create_default_context()
    return Callee(host=peer.host, port=peer.port, title=peer.title, calling=title, tls=tls)


# -- DIMSE ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Dimse:
    callee: Callee

    def echo(self) -> None:
        scu.echo(self.callee)

    def studies(self, keys: Mapping[str, str], limit: int) -> Iterator[Elsewhere]:
        from fileroom.jobs import CancelToken

        enough = CancelToken()
        asked = [(tag, vr, keys.get(keyword, "")) for keyword, (tag, vr) in STUDY_KEYS.items()]
        returned = [(tag, vr, "") for tag, vr in _STUDY_RETURN]
        told = set[str]()
        for one in scu.find(self.callee, "STUDY", asked + returned, enough):
            study = _study(one)
            if study.study_instance_uid in told:  # some tell of a study for each of its images
                continue
            told.add(study.study_instance_uid)
            if len(told) >= limit:
                enough.cancel()
            if len(told) <= limit:
                yield study

    def series(self, study: str) -> Iterator[Elsewhere]:
        asked = [(0x0020000D, "UI", study), (0x0020000E, "UI", "")] + [(tag, vr, "") for tag, vr in _SERIES_RETURN]
        found = {one.value(0x0020000E): one for one in scu.find(self.callee, "SERIES", asked)}
        for uid, one in found.items():
            yield Elsewhere(
                level=Level.SERIES,
                study_instance_uid=study,
                series_instance_uid=uid,
                name=person_name(""),
                description=one.value(0x0008103E),
                modalities=tuple(filter(None, [one.value(0x00080060)])),
                number=_number(one.value(0x00200011)),
                instances=_number(one.value(0x00201209)),
            )

    def instances(self, study: str, series: str) -> dict[str, str]:
        """The images of a series, each with its SOP class, "" where that is not told."""
        asked = [(0x0020000D, "UI", study), (0x0020000E, "UI", series), (0x00080016, "UI", ""), (0x00080018, "UI", "")]
        found = {one.value(0x00080018): one.value(0x00080016) for one in scu.find(self.callee, "IMAGE", asked)}
        return {uid: kind for uid, kind in found.items() if uid}

    def fetch(self, study: str, series: str, wanted: Mapping[str, str], work: _Work) -> None:
        if not work.moves:
            try:
                self._get(study, series, wanted, work)
            except scu.NoGet:
                work.moves = True
        if work.moves:
            self._move(_named(study, series, wanted), work)

    def _get(self, study: str, series: str, wanted: Mapping[str, str], work: _Work) -> None:
        """By C-GET. Some cannot be asked by a list of UIDs (PS3.4 C.2.2.2.2), and some send no more after the first
        that fails: then one is asked for after the other. Refused when nothing came."""
        refused: scu.Refused | None = None
        some: list[Mapping[str, str]] = [wanted, *({uid: kind} for uid, kind in wanted.items() if len(wanted) > 1)]
        vain = 0
        for these in some:
            if work.cancelled or vain > _IN_VAIN or work.accounted.issuperset(these):
                continue
            try:
                kinds = scu.kinds_of(these.values())
                scu.get(self.callee, "IMAGE", _named(study, series, these), work.take, work.cancel, kinds=kinds)
            except scu.Refused as error:
                refused = error
            vain = vain + 1 if work.accounted.isdisjoint(these) else 0
        if refused is not None and work.accounted.isdisjoint(wanted):
            raise refused

    def _move(self, keys: Sequence[tuple[int, str, Any]], work: _Work) -> None:
        """Have it send to our own SCP, which keeps what comes (PS3.4 C.4.2)."""
        told = scu.Done(0, 0, 0)

        def tell(now: scu.Done) -> None:
            nonlocal told
            done, failed = now.completed + now.warned, now.failed
            work.count(done=done - told.completed - told.warned, failed=failed - told.failed)
            told = now

        end = scu.move(self.callee, self.callee.calling, "IMAGE", keys, tell, work.cancel)
        if end.failed and not end.completed and not end.warned:
            raise PeerError(
                f"the other node has no C-GET, and cannot send to us (C-MOVE to {self.callee.calling}): "
                "`fileroom serve --dimse` must be running where it looks for us, and the node be allowed to call",
                reason=PeerTrouble.CANNOT_REACH_US,
            )
        tell(end)

    def send(self, found: Sequence[Instance], catalog: Catalog, work: _Work) -> None:
        pairs = dict.fromkeys((one.header.sop_class_uid, one.header.transfer_syntax_uid) for one in found)
        contexts: list[tuple[str, Sequence[str]]] = [(sop_class, (syntax,)) for sop_class, syntax in pairs]
        plain = {one.header.sop_class_uid for one in found if len(data_sets.syntaxes(one.header)) > 1}
        contexts += [(sop_class, PLAIN) for sop_class in sorted(plain)]
        some = {one.header.sop_class_uid for one in found if data_sets.compressed(one.header)}
        contexts += [(sop_class, uids.LOSSLESS) for sop_class in sorted(some)]
        if not found:
            return
        left = deque(found)
        while left and not work.cancelled:  # where an image breaks off, the others follow over another association
            with (
                contextlib.suppress(_BrokeOff),
                scu.associated(self.callee, Proposal(contexts=contexts[:128])) as there,
            ):
                self._send_some(there, left, catalog, work)

    def _send_some(self, association: Association, left: deque[Instance], catalog: Catalog, work: _Work) -> None:
        while left and not work.cancelled:
            try:
                well = _stored(association, locate(catalog, left.popleft().id))
            except _BrokeOff:
                work.count(failed=1)
                raise
            except (Unavailable, Undecodable, NotFound):
                well = False
            work.count(done=int(well), failed=int(not well))


def _named(study: str, series: str, wanted: Iterable[str]) -> list[tuple[int, str, str]]:
    return [(0x0020000D, "UI", study), (0x0020000E, "UI", series), (0x00080018, "UI", "\\".join(wanted))]


class _BrokeOff(Exception):
    """An image of ours broke off while it was sent, and with it the association."""


def _stored(association: Association, there: Located) -> bool:
    """Send one image, as its file is where that is taken, else native or compressed without loss. Unavailable or
    Undecodable before anything is sent."""
    header, taken = there.header, association.terms.sending
    possible = chain.from_iterable(syntaxes(header) for syntaxes in (data_sets.syntaxes, data_sets.compressed))
    context = next((found for syntax in possible if (found := taken(header.sop_class_uid, syntax))), None)
    if context is None:
        raise Undecodable("the other node does not take it")
    data = data_sets.pieces(there.path, header, context.transfer_syntax)
    first = next(data, b"")  # what cannot be read is known before the message begins
    try:
        status = scu.store(association, context, header.sop_class_uid, header.sop_instance_uid, _joined(first, data))
    except (Unavailable, Undecodable) as error:
        raise _BrokeOff from error  # there is no way to take it back
    return status == 0 or status & 0xF000 == _WARNINGS


_WARNINGS = 0xB000  # PS3.7 C.4


def _joined(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _study(one: Identifier) -> Elsewhere:
    return Elsewhere(
        level=Level.STUDY,
        study_instance_uid=one.value(0x0020000D),
        name=person_name(one.value(0x00100010)),
        patient_id=one.value(0x00100020),
        birth_date=one.value(0x00100030),
        sex=one.value(0x00100040),
        date=one.value(0x00080020),
        time=one.value(0x00080030),
        description=one.value(0x00081030),
        modalities=tuple(filter(None, one.value(0x00080061).split("\\"))),
        accession_number=one.value(0x00080050),
        instances=_number(one.value(0x00201208)),
    )


def _number(text: Any) -> int | None:
    try:
        return int(str(text).strip())
    except ValueError:
        return None


# -- DICOMweb ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Web:
    service: dicomweb.Service

    def echo(self) -> None:
        self.service.search("/studies", {"limit": "1"})

    def studies(self, keys: Mapping[str, str], limit: int) -> Iterator[Elsewhere]:
        asked = {keyword: given for keyword, given in keys.items() if given}
        asked |= {"includefield": "StudyDescription", "limit": str(limit)}
        for one in self.service.search("/studies", asked):
            yield _web_study(one)

    def series(self, study: str) -> Iterator[Elsewhere]:
        for one in self._all(f"/studies/{study}/series"):
            yield Elsewhere(
                level=Level.SERIES,
                study_instance_uid=study,
                series_instance_uid=str(value(one, "0020000E") or ""),
                name=person_name(""),
                description=str(value(one, "0008103E") or ""),
                modalities=tuple(filter(None, [value(one, "00080060")])),
                number=_number(value(one, "00200011")),
                instances=_number(value(one, "00201209")),
            )

    def instances(self, study: str, series: str) -> dict[str, str]:
        found = self._all(f"/studies/{study}/series/{series}/instances")
        return {uid: str(value(one, "00080016") or "") for one in found if (uid := str(value(one, "00080018") or ""))}

    def _all(self, path: str) -> Iterator[dict[str, Any]]:
        """Page after page; a service may cut them shorter than we ask (PS3.18 8.3.4.4)."""
        at = 0
        while found := self.service.search(path, {"limit": str(_PAGE), "offset": str(at)}):
            yield from found
            at += len(found)

    def fetch(self, study: str, series: str, wanted: Mapping[str, str], work: _Work) -> None:
        assert work.receiver is not None  # noqa: S101 - fetching has one
        for uid in wanted:
            if work.cancelled:
                return
            try:
                with self.service.instance(study, series, uid) as data, work.receiver.inbox.begin(_WHO) as arrival:
                    for piece in data:
                        arrival.write(piece)
                    header = arrival.finish().header
                    well = header is not None and header.sop_instance_uid == uid
                    if well:
                        arrival.keep()
            except dicomweb.Refusal:  # of this image only: it may be offline there
                well = False
            work.count(done=int(well), failed=int(not well))

    def send(self, found: Sequence[Instance], catalog: Catalog, work: _Work) -> None:
        for one in found:
            if work.cancelled:
                return
            try:
                there = locate(catalog, one.id)
                with opened(there.path) as file:
                    well = self.service.store(_whole(file), file.size)
            except (Unavailable, OSError, dicomweb.Refusal):
                well = False
            work.count(done=int(well), failed=int(not well))


def _whole(file: Opened) -> Iterator[bytes]:
    """A file in pieces. Unavailable when it breaks off: the other side would wait for what was promised."""
    for at in range(0, file.size, _PIECE):
        size = min(_PIECE, file.size - at)
        try:
            piece = file.read_at(at, size)
        except OSError as error:
            raise Unavailable("the file cannot be read now") from error
        if len(piece) < size:
            raise Unavailable("the file has become shorter")
        yield piece


def _web_study(one: Mapping[str, Any]) -> Elsewhere:
    name = value(one, "00100010")
    groups = (
        [str(name.get(group, "")) for group in ("Alphabetic", "Ideographic", "Phonetic")]
        if isinstance(name, dict)
        else []
    )
    modalities = one.get("00080061", {}).get("Value") or []

    def text(tag: str) -> str:
        found = value(one, tag)
        return "" if found is None else str(found)

    return Elsewhere(
        level=Level.STUDY,
        study_instance_uid=text("0020000D"),
        name=person_name("=".join(groups)),
        patient_id=text("00100020"),
        birth_date=text("00100030"),
        sex=text("00100040"),
        date=text("00080020"),
        time=text("00080030"),
        description=text("00081030"),
        modalities=tuple(map(str, modalities)),
        accession_number=text("00080050"),
        instances=_number(text("00201208")),
    )
