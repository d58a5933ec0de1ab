"""Other nodes of the network, and the tokens of programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fileroom.archive.incoming import Incoming
from fileroom.catalog import (
    peers,
    userdata,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fileroom.jobs import CancelToken, OnProgress
    from fileroom.model.peers import Asked, Elsewhere, Exchanged, Peer, Token


class Exchange(Incoming):
    """Other nodes of the network, and the tokens of programs; a part of :class:`fileroom.archive.Archive`."""

    def peers(self) -> tuple[Peer, ...]:
        """The other DICOM nodes that the user named, by name."""
        return peers.peers(self._catalog)

    def peer(self, name: str) -> Peer:
        """One of them. NotFound when nobody has this name."""
        return peers.peer(self._catalog, name)

    def set_peer(self, peer: Peer, *, secret: str | None = None) -> None:
        """Keep a node under its name, in place of one that had it; ``secret`` None leaves the secret as it is.

        BadRequest for what is no name, AE title or address.
        """
        peers.set_peer(self._catalog, peer, secret)

    def remove_peer(self, name: str) -> None:
        """Forget a node and its secret. NotFound when nobody has this name."""
        peers.remove_peer(self._catalog, name)

    def echo_peer(self, name: str) -> None:
        """Ask a node whether it is there. PeerError when it does not answer, or says no."""
        from fileroom.intake import elsewhere

        elsewhere.echo(self._catalog, name, title=self.settings.title)

    def search_peer(self, name: str, keys: Mapping[str, str], *, limit: int = 100) -> tuple[Elsewhere, ...]:
        """Studies that a node has, by matching keys of PS3.4 (PatientName, PatientID, StudyDate, ModalitiesInStudy,
        AccessionNumber, StudyInstanceUID), with how many of their images are here. PeerError; BadRequest."""
        from fileroom.intake import elsewhere

        return elsewhere.find(self._catalog, name, keys, limit, title=self.settings.title)

    def ask_peer(self, name: str, words: str, *, limit: int = 200) -> Asked:
        """Studies that a node has, by words of the search box; of at most ``limit`` that it tells of. PeerError."""
        from fileroom.intake import elsewhere

        return elsewhere.ask(self._catalog, name, words, limit, title=self.settings.title)

    def series_at_peer(self, name: str, study: str) -> tuple[Elsewhere, ...]:
        """The series of a study that a node has, with how many of their images are here. PeerError."""
        from fileroom.intake import elsewhere

        return elsewhere.series_of(self._catalog, name, study, title=self.settings.title)

    def fetch_from_peer(
        self,
        name: str,
        study: str,
        series: Sequence[str] = (),
        *,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> Exchanged:
        """Fetch a study that a node has, or some of its series, into the archive's own folder: what is not here yet.

        PeerError when the node breaks off: what has come is kept, and fetching again goes on from there.
        """
        from fileroom.intake import elsewhere

        return elsewhere.fetch(
            self._catalog,
            self._receiver(),
            name,
            study,
            series,
            title=self.settings.title,
            on_progress=on_progress,
            cancel=cancel,
        )

    def send_to_peer(
        self,
        name: str,
        ids: Sequence[str],
        *,
        on_progress: OnProgress | None = None,
        cancel: CancelToken | None = None,
    ) -> Exchanged:
        """Send entries of any level to a node, as their files are. PeerError, NotFound."""
        from fileroom.intake import elsewhere

        return elsewhere.send(
            self._catalog, name, ids, title=self.settings.title, on_progress=on_progress, cancel=cancel
        )

    def new_token(self, name: str) -> str:
        """Make a long-lived token; the secret is returned once. BadRequest when the name is taken or empty."""
        return userdata.new_token(self._catalog, name)

    def tokens(self) -> tuple[Token, ...]:
        """All tokens by name, without their secrets."""
        return userdata.tokens(self._catalog)

    def revoke_token(self, name: str) -> None:
        """Make a token worthless. NotFound when there is none of this name."""
        userdata.revoke_token(self._catalog, name)

    def check_token(self, secret: str) -> bool:
        """Whether ``secret`` is a token of this archive."""
        return userdata.check_token(self._catalog, secret)
