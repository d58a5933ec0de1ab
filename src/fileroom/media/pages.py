"""Pages on a medium that show its images in any browser, without a server and without an installation.

They are read from a disc (``file:``), so each stands by itself: its style and script are in it, allowed by their digest
and nothing else is (Content-Security-Policy), and its pictures are JPEG files beside it, made once, through the window
of the file. Names are of eight and three characters, as the rest of the medium has them (ECMA-119 level 1).
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from fileroom.dicom.names import display_name, person_name
from fileroom.dicom.reading import read_header
from fileroom.errors import FileroomError
from fileroom.pixels.form import frame_count
from fileroom.pixels.geometry import display_order, sides
from fileroom.pixels.pace import frame_time
from fileroom.pixels.rendering import page_picture
from fileroom.pixels.thumbnail import steady_window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from fileroom.model.headers import Header
    from fileroom.pixels.window import Window

FOLDER: Final = "VIEWER"


@dataclass(slots=True)
class Shown:
    """A patient, study or series as its page tells of it: words by keyword, what is below, files."""

    words: Mapping[str, str]
    lower: Sequence[Shown] = ()
    paths: Sequence[str] = ()
    page: str = ""  # of a series, below FOLDER; "" when nothing of it can be shown
    middle: str = ""  # its picture in the list
    pictures: int = 0


@dataclass(slots=True)
class Pages:
    """The pages of one medium, file by file; what could not be shown is counted."""

    folder: Path
    patients: Sequence[Shown]
    pictures: int = 0
    unpictured: int = 0
    seen: int = 0  # images that were looked at
    _made: int = field(default=0)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """The path and bytes of every file; INDEX.HTM, which leads to them, comes last."""
        for patient in self.patients:
            for study in patient.lower:
                for series in study.lower:
                    yield from self._series(patient, study, series)
        yield "INDEX.HTM", _index(self.patients)

    def _series(self, patient: Shown, study: Shown, series: Shown) -> Iterator[tuple[str, bytes]]:
        self._made += 1
        name = f"S{self._made:05}"
        listed: list[tuple[str, tuple[str, ...]]] = []
        found = self._in_order(series.paths)
        window = _window_of(found)
        for path, header in found:
            self.seen += 1
            before = len(listed)
            for number in range(1, frame_count(header) + 1):
                try:
                    picture = page_picture(path, header, number, window)
                except FileroomError:  # damaged, or a video: the rest of it is shown all the same
                    break
                address = f"{name}/F{len(listed) + 1:06}.JPG"
                listed.append((address, sides(header) or ()))
                yield f"{FOLDER}/{address}", picture
            self.unpictured += len(listed) == before
        self.pictures += len(listed)
        if listed:
            series.page, series.pictures = f"{name}.HTM", len(listed)
            series.middle = listed[len(listed) // 2][0]
            step = frame_time(found[0][1])
            yield f"{FOLDER}/{series.page}", _look(patient, study, series, listed, step)

    def _in_order(self, paths: Sequence[str]) -> list[tuple[Path, Header]]:
        """The images of a series in the order in which a viewer shows them."""
        found = []
        for path in paths:
            header = read_header(str(self.folder / path)).header
            if header is None or not header.has_pixels:
                self.unpictured += 1
            else:
                found.append((self.folder / path, header))
        return [found[at] for at in display_order([header for _, header in found])]


def _window_of(found: Sequence[tuple[Path, Header]]) -> Window | None:
    """One window for those images of a series that name none: else each would be as bright as its own content."""
    if not found:
        return None
    path, header = found[len(found) // 2]
    try:
        return steady_window(path, header)
    except FileroomError:
        return None


# -- what the pages say ----------------------------------------------------------------------------------------------

_WARNING: Final = (
    "Not for diagnosis: these are reduced pictures in one window. The DICOM files of this medium are the originals.",
    "Non per uso diagnostico: immagini ridotte in una sola finestra. Gli originali sono i file DICOM del supporto.",
)
_HELP: Final = (
    "Turn the wheel, drag up and down, or use the arrow keys, Page Up and Down, Home and End. Space plays.",
    "Gira la rotella, trascina in su e in giù, o usa i tasti freccia, Pag su e giù, Inizio e Fine. Spazio riproduce.",
)


def _both(english: str, italian: str) -> str:
    return f'<span lang="en">{escape(english)}</span><span lang="it">{escape(italian)}</span>'


def _labelled(english: str, italian: str) -> str:
    return f'aria-label="{escape(english)}" data-en="{escape(english)}" data-it="{escape(italian)}"'


@cache
def _own(name: str) -> tuple[str, str]:
    """A style or script that stands in every page, and its digest for the policy."""
    text = "\n" + (files("fileroom.media") / name).read_text("utf-8")
    return text, base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _page(title: str, body: str) -> bytes:
    style, of_style = _own("pages.css")
    script, of_script = _own("pages.js")
    policy = (
        f"default-src 'none'; img-src 'self' file:; style-src 'sha256-{of_style}'; script-src 'sha256-{of_script}'; "
        "base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title><style>{style}</style></head>\n{body}\n<script>{script}</script></html>\n"
    ).encode("utf-8", "replace")


_TONGUES: Final = (
    '<span class="tongue"><a href="#en" hreflang="en">English</a> · <a href="#it" hreflang="it">Italiano</a></span>'
)


def _index(patients: Sequence[Shown]) -> bytes:
    title = _both("Medical images", "Immagini mediche")
    parts = [f'<body><header>{_TONGUES}<h1>{title}</h1><p class="warn">{_both(*_WARNING)}</p></header><main>']
    for patient in patients:
        parts.append(f"<section><h2><bdi>{escape(_name(patient))}</bdi></h2>")
        parts.append(f'<p class="quiet">{_facts(patient)}</p>')
        for study in patient.lower:
            parts.append(f"<h3><bdi>{escape(_study(study))}</bdi></h3>")
            parts.append('<ul class="series">' + "".join(map(_card, study.lower)) + "</ul>")
        parts.append("</section>")
    others = _both("All images, for DICOM viewers:", "Tutte le immagini, per i visualizzatori DICOM:")
    readme = '<a href="README.TXT">README.TXT</a>'
    parts.append(f'</main><footer><p class="quiet">{others} DICOMDIR. {readme}</p></footer></body>')
    return _page("Medical images", "\n".join(parts))


def _card(series: Shown) -> str:
    title = f"<b><bdi>{escape(_series(series))}</bdi></b>"
    if not series.page:
        told = _both("No picture: open it with a DICOM viewer", "Nessuna immagine: aprila con un visualizzatore DICOM")
        count = _both(_plural(len(series.paths), "file"), _plural(len(series.paths), "file", "file"))
        none = f'<span class="none"><span>{told}</span></span>'
        return f'<li><div>{none}{title}<span class="quiet">{count}</span></div></li>'
    count = _both(_plural(series.pictures, "picture"), _plural(series.pictures, "immagine", "immagini"))
    return (
        f'<li><a data-page href="{FOLDER}/{series.page}"><img src="{FOLDER}/{series.middle}" alt="" loading="lazy">'
        f'{title}<span class="quiet">{count}</span></a></li>'
    )


def _look(
    patient: Shown, study: Shown, series: Shown, listed: Sequence[tuple[str, tuple[str, ...]]], step: float
) -> bytes:
    who = f"{_name(patient)} · {patient.words.get('PatientID') or '-'}"
    data = escape(json.dumps(listed, separators=(",", ":")))
    first = len(listed) // 2
    letters = "".join(f'<span class="side {side}"></span>' for side in ("left", "right", "top", "bottom"))
    what = f"<bdi>{escape(_study(study))}</bdi> · <bdi>{escape(_series(series))}</bdi>"
    back = f'<nav><a data-page href="../INDEX.HTM">{_both("All series", "Tutte le serie")}</a></nav>'
    play = f'<button id="play" type="button" aria-pressed="false">{_both("Play", "Riproduci")}</button>'
    at, last, label = first + 1, len(listed), _labelled("Picture", "Immagine")
    return _page(
        _series(series),
        f'<body class="look"><header>{_TONGUES}{back}<h1><bdi>{escape(who)}</bdi></h1>'
        f'<p class="quiet">{what}</p></header>\n'
        f'<main data-pictures="{data}" data-first="{first}" data-step="{step:g}">{letters}'
        f'<img id="picture" src="{listed[first][0]}" alt="" draggable="false"></main>\n'
        f'<footer><div class="steps">{play}<input id="step" type="range" min="1" max="{last}" value="{at}" {label}>'
        f'<output id="count" for="step">{at} / {last}</output></div>'
        f'<p class="warn">{_both(*_WARNING)}</p><p class="quiet">{_both(*_HELP)}</p><noscript><p>'
        "The other pictures need JavaScript. Le altre immagini richiedono JavaScript.</p></noscript></footer></body>",
    )


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count} {one if count == 1 else many or one + 's'}"


def _name(patient: Shown) -> str:
    return display_name(person_name(patient.words.get("PatientName", ""))) or "-"


def _facts(patient: Shown) -> str:
    words = patient.words
    told = [f"ID {escape(words['PatientID'])}" if words.get("PatientID") else ""]
    if words.get("PatientBirthDate"):
        told.append(f"{_both('born', 'data di nascita')} {escape(_date(words['PatientBirthDate']))}")
    return " · ".join(one for one in [*told, escape(words.get("PatientSex", ""))] if one)


def _study(study: Shown) -> str:
    words = study.words
    return (
        " · ".join(one for one in (_date(words.get("StudyDate", "")), words.get("StudyDescription", "")) if one) or "-"
    )


def _series(series: Shown) -> str:
    words = series.words
    told = (words.get("SeriesNumber", ""), words.get("Modality", ""), words.get("SeriesDescription", ""))
    return " · ".join(one for one in told if one) or "-"


def _date(text: str) -> str:
    whole = len(text) == 8 and text.isdecimal()  # noqa: PLR2004 - YYYYMMDD
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if whole else text
