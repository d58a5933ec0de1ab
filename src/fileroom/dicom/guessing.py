"""Character sets that lie: which one the bytes of a file are most likely written in.

Text without a declared character set, or in another one than the declared, is common: Cyrillic in windows-1251 and
Chinese in GB 18030 with nothing declared or with ISO_IR 100, Korean without its escapes, UTF-8 from a gateway. The
bytes stay as they are; what is guessed is how to read them, and who reads is told so.

All of it is pure: bytes and a declared set go in, a set and the reason come out. A text is read in each of a few sets
and each reading is given marks for how much its words look like words: one script in each, capitals where they
belong, characters that are common in names and hospitals. A declared set that fits is left only for strong evidence.
"""

from __future__ import annotations

import re
import unicodedata
from codecs import lookup
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from fileroom.dicom.attributes import ATTRIBUTES, PATIENT_GROUP, TEXT_SLOTS
from fileroom.dicom.charsets import DEFAULT, Codecs, codecs_of, decode

if TYPE_CHECKING:
    from collections.abc import Sequence

# What a user may say a text is written in, and what is guessed: names of the Internet's registry, and Python's codecs.
# The codecs for East Asia are the supersets that devices write.
CHARSETS: Final = {
    "utf-8": "utf-8",
    "iso-8859-1": "latin-1",
    "windows-1252": "cp1252",
    "windows-1251": "cp1251",
    "gb18030": "gb18030",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "iso-8859-2": "iso8859-2",
    "windows-1250": "cp1250",
    "iso-8859-3": "iso8859-3",
    "iso-8859-4": "iso8859-4",
    "iso-8859-5": "iso8859-5",
    "koi8-r": "koi8-r",
    "iso-8859-6": "iso8859-6",
    "windows-1256": "cp1256",
    "iso-8859-7": "iso8859-7",
    "windows-1253": "cp1253",
    "iso-8859-8": "iso8859-8",
    "windows-1255": "cp1255",
    "iso-8859-9": "iso8859-9",
    "windows-1254": "cp1254",
    "iso-8859-15": "iso8859-15",
    "tis-620": "tis-620",
    "big5": "big5",
    "euc-jp": "euc_jp",
}
_ALWAYS: Final = ("utf-8", "iso-8859-1", "windows-1252", "windows-1251", "gb18030", "euc-kr", "shift_jis")

# Sets that are written where another is declared: the code page of the same script, and the set itself without the
# escapes that it wants as a code extension.
_NEIGHBOURS: Final = {
    "latin-1": ("windows-1252",),
    "iso8859-2": ("windows-1250", "iso-8859-2"),
    "iso8859-5": ("windows-1251", "koi8-r", "iso-8859-5"),
    "iso8859-6": ("windows-1256", "iso-8859-6"),
    "iso8859-7": ("windows-1253", "iso-8859-7"),
    "iso8859-8": ("windows-1255", "iso-8859-8"),
    "iso8859-9": ("windows-1254", "iso-8859-9"),
    "iso8859-3": ("iso-8859-3",),
    "iso8859-4": ("iso-8859-4",),
    "iso8859-15": ("iso-8859-15",),
    "tis-620": ("tis-620",),
    "shift_jis": ("shift_jis",),
    "iso2022_jp": ("shift_jis", "euc-jp"),
    "iso2022_jp_2": ("shift_jis", "euc-jp"),
    "euc_kr": ("euc-kr",),
    "gb2312": ("gb18030",),
}

UNDECLARED: Final = "no character set is declared for these bytes"
UNFIT: Final = "the declared character set does not have these bytes"
UNLIKELY: Final = "in the declared character set they make no words, in this one they do"


@dataclass(frozen=True, slots=True)
class Guess:
    """The character set (of :data:`CHARSETS`) that some text is most likely written in, and why not in the declared."""

    charset: str
    why: str


Settled = tuple[Codecs, Guess | None]  # what to decode by, and the guess if that is one


@dataclass(frozen=True, slots=True)
class Read:
    """A text, and the character set it was read in if that was guessed."""

    text: str
    guess: Guess | None = None


def read_text(raw: bytes, declared: bytes = b"", asked: str = "") -> Read:
    """The text of a value, with the value of Specific Character Set that stands above it, or in a set that was asked
    for; ValueError when there is none of that name."""
    codecs = codecs_of(declared) if declared else (DEFAULT,)
    settled = settle([raw], [], codecs, asked)
    if settled is None:
        return Read(decode(raw, codecs))
    return Read(decode(raw, settled[0]), settled[1])


def settle(patient: Sequence[bytes], others: Sequence[bytes], codecs: Codecs, asked: str = "") -> Settled | None:
    """How to decode the texts of one file: codecs, and the guess if it is one. None when they are as declared.

    What the patient is called is looked at first and alone, when that is enough: the files of one patient should
    agree on it whatever else they say. A set that was asked for goes before the declared one; only declared UTF-8
    that is UTF-8 stays what it is, for no other text is that by chance.
    """
    codec = codec_named(asked) if asked else ""
    own, rest = list(filter(is_doubtful, patient)), list(filter(is_doubtful, others))
    if not own and not rest:
        return None
    if asked:
        as_declared = _is_utf_8(codecs[0]) and all(_fits(raw, "utf-8") for raw in (*own, *rest))
        return None if as_declared else ((codec, *codecs[1:]), None)
    guess: Guess | None = None
    for texts in (own, own + rest):
        guess, sure = _guess(texts, codecs) if texts else (None, False)
        if sure:
            break
    return None if guess is None else ((CHARSETS[guess.charset], *codecs[1:]), guess)


def codec_named(charset: str) -> str:
    """Python's codec for a name of :data:`CHARSETS`. Raises ValueError for any other."""
    try:
        return CHARSETS[charset]
    except KeyError:
        raise ValueError(f"no character set is called {charset!r}") from None


def is_doubtful(raw: bytes) -> bool:
    """Whether a value may be read in more than one way; one with escapes says itself what it is."""
    return not raw.isascii() and b"\x1b" not in raw


_PATIENTS: Final = [ATTRIBUTES[slot].tag >> 16 == PATIENT_GROUP for slot in TEXT_SLOTS]
_MOST: Final = 512
SETTLED: Final[dict[int, Settled | None]] = {}  # by a hash of texts, codecs and what was asked for


def settle_header(raws: Sequence[bytes], codecs: Codecs, asked: str) -> Settled | None:
    """As :func:`settle`, for the raw values of :data:`~fileroom.dicom.attributes.TEXT_SLOTS` in their order.

    The files of a series say the same: what was settled is known again by a hash, so that no name stays in memory.
    """
    key = hash((*raws, codecs, asked))
    try:
        return SETTLED[key]
    except KeyError:
        patient = [raw for raw, own in zip(raws, _PATIENTS, strict=True) if own]
        others = [raw for raw, own in zip(raws, _PATIENTS, strict=True) if not own]
        settled = settle(patient, others, codecs, asked)
        if len(SETTLED) >= _MOST:
            SETTLED.clear()
        SETTLED[key] = settled
        return settled


def _is_utf_8(codec: str) -> bool:
    return lookup(codec).name == "utf-8"


def _fits(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeError:
        return False
    return True


# -- which set ---------------------------------------------------------------------------------------------------

_LIKELY: Final = 0.45  # marks that a guess needs, if there is something else to show
_STRONG: Final = 0.8  # how much better it has to be than a declared set that fits
_CLEAR: Final = 0.4  # how much better than the next for it to be sure
_TWO_BYTES: Final = {"gb18030", "euc-kr", "shift_jis"}
_ENOUGH: Final = 256  # bytes of a text that are looked at: more make no difference, and may be meant to
_PRIOR: Final = {"utf-8": 0.2, "iso-8859-1": 0.05}  # UTF-8 is seldom met by chance


def _guess(whole: Sequence[bytes], codecs: Codecs) -> tuple[Guess | None, bool]:
    """The guess, None for the declared set, and whether that is clear."""
    texts = [raw.rstrip(b"\0 ")[:_ENOUGH] for raw in whole]
    near = [name for codec in codecs for name in _NEIGHBOURS.get(codec, ())]
    marks = {name: _marks(texts, CHARSETS[name]) + _PRIOR.get(name, 0) for name in dict.fromkeys((*near, *_ALWAYS))}
    for name in near:
        marks[name] += 0.3
    best = max(marks, key=lambda name: marks[name])
    reading = _read_all(texts, best)
    clear = all(marks[best] - marks[name] >= _CLEAR for name in marks if _read_all(texts, name) != reading)
    if codecs[0] == DEFAULT:
        return Guess(best if marks[best] >= _LIKELY else "iso-8859-1", UNDECLARED), clear
    if reading == [raw.decode(codecs[0], "replace") for raw in texts]:
        return None, clear
    declared = _marks(texts, codecs[0])
    if all(_fits(raw, codecs[0]) for raw in whole):
        enough = marks[best] >= _LIKELY and marks[best] - declared >= _STRONG and _evidence(texts, best, near)
        return (Guess(best, UNLIKELY) if enough else None), clear
    return (Guess(best, UNFIT) if marks[best] > declared and marks[best] >= 0 else None), clear


def _evidence(texts: Sequence[bytes], charset: str, near: Sequence[str]) -> bool:
    """Whether there are bytes enough above ASCII to doubt a set that has them all: a character of UTF-8; two of other
    sets of East Asia, and so many of a neighbour; more of others, for a word all of accents there may be."""
    needed = 2 if charset == "utf-8" else 4 if charset in near or charset in _TWO_BYTES else 6
    return sum(byte > 0x7F for raw in texts for byte in raw) >= needed  # noqa: PLR2004 - ASCII ends there


def _read_all(texts: Sequence[bytes], charset: str) -> list[str]:
    return [raw.decode(CHARSETS[charset], "replace") for raw in texts]


# -- what words look like ----------------------------------------------------------------------------------------

_WORD: Final = re.compile(r"[^\s\x00-\x1f\x7f\^=\\,;.:/()\[\]<>\"'_0-9+*&-]+")
_VOWELS: Final = frozenset("аеиоуыэюяёіїє")
_CONSONANTS: Final = 7  # of so many letters one is a vowel, at least
_ABBREVIATION: Final = 3  # letters that need none

_CHINESE: Final = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆"
    "汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤伟芳娜敏静秀丽强磊军洋勇艳杰"
    "娟涛明超霞平刚桂英华玉兰文国建志红春梅海燕雪晓小东晨宇浩婷欣佳医院中国人民大学第一附属省市科部头胸腹颈腰椎膝关节扫增"
    "检查左右正侧位放射影像"
)
_KOREAN: Final = frozenset(
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설"
    "마길연위표명기반라왕금옥육인맹제모탁국어은편용영수준호희숙미경순자철상병울대학교의료세부산검사흉복두뇌척영과가톨릭동"
)
_JAPANESE: Final = frozenset(
    "山田中村本木川上井藤佐高鈴橋渡辺伊小林加吉斎松清水石原野谷口島大西北東南子太郎一二三美恵病院学医科部胸頭腹検査造影正面"
    "側"
)


def _marks(texts: Sequence[bytes], codec: str) -> float:
    """How much these texts look like text in a codec: from -1 to 1, each character above ASCII counting the same."""
    total, weight = 0.0, 0
    for raw in texts:
        text = raw.decode(codec, "replace")
        while text.endswith("\ufffd"):  # cut to 64 bytes, in the middle of a character
            text = text[:-1]
        for word in _WORD.findall(text):
            size = sum(not char.isascii() for char in word)
            if size:
                weight += size
                total += size * _mark(word, codec)
    return total / weight if weight else 0.0


def _mark(word: str, codec: str) -> float:
    foreign = [char for char in word if not char.isascii()]
    scripts = {_script(char) for char in foreign}
    if "none" in scripts:
        return -1.0
    east = scripts & {"han", "kana", "hangul"}
    if east:
        mixed = len(foreign) < len(word) or scripts - {"han", "kana", "hangul"}
        return -0.5 if mixed else sum(_east_asian(char, codec) for char in foreign) / len(foreign)
    if "sign" in scripts:
        return 0.0 if len(word) == 1 else -0.7
    if len(scripts) > 1 or not foreign:
        return -0.7
    if scripts == {"latin"}:
        return _latin(word, foreign)
    if len(foreign) < len(word):
        return -0.7
    if scripts == {"half kana"}:
        return 0.3  # capitals in windows-1251 would all be half a kana each
    return _alphabetic(word, cyrillic=scripts == {"cyrillic"})


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    """The script of a character in a rough division; ``sign`` for what no word has, ``none`` for what no text has."""
    category = unicodedata.category(char)
    if char == "\ufffd" or category in {"Cc", "Cn", "Co", "Cs"}:
        return "none"
    name = unicodedata.name(char, "")
    for start, script in _SCRIPTS:
        if name.startswith(start):
            return script
    return "sign"


_SCRIPTS: Final = (
    ("LATIN", "latin"),
    ("CYRILLIC", "cyrillic"),
    ("CJK UNIFIED", "han"),
    ("HANGUL", "hangul"),
    ("HIRAGANA", "kana"),
    ("KATAKANA", "kana"),
    ("HALFWIDTH KATAKANA", "half kana"),
    ("GREEK", "greek"),
    ("HEBREW", "hebrew"),
    ("ARABIC", "arabic"),
    ("THAI", "thai"),
)


def _latin(word: str, foreign: Sequence[str]) -> float:
    """Accents are few in a word, and small letters are not followed by capitals."""
    if any(a.islower() and b.isupper() for a, b in pairwise(word) if not b.isascii()):
        return -0.5
    if len(foreign) > 1 and 2 * len(foreign) > len(word):
        return -0.5
    return 0.2 if len(word) == 1 else 0.6


def _alphabetic(word: str, *, cyrillic: bool) -> float:
    """A word all of one alphabet; in Cyrillic, with which other alphabets are mistaken, it has vowels and begins with
    a capital."""
    if len(word) == 1:
        return 0.2
    if not cyrillic:
        return 0.8
    vowels = sum(char in _VOWELS for char in word.lower())
    if vowels * _CONSONANTS < len(word) > _ABBREVIATION or not (word[1:].islower() or word.isupper()):
        return -0.5
    return 0.3 if word.islower() else 0.8


def _east_asian(char: str, codec: str) -> float:
    """A character's mark by how common it is: in names and hospitals, in the first level of its standard, or rarely."""
    if codec == "cp949":
        return 1.0 if char in _KOREAN else _in_standard(char, "euc_kr", 0xB0A1, 0xC8FE)
    if codec in {"cp932", "euc_jp"}:
        if _script(char) == "kana":
            return 0.8
        return 1.0 if char in _JAPANESE else _in_standard(char, "shift_jis", 0x889F, 0x9872)
    return 1.0 if char in _CHINESE else _in_standard(char, "gb2312", 0xB0A1, 0xD7F9)


def _in_standard(char: str, codec: str, first: int, last: int) -> float:
    try:
        place = int.from_bytes(char.encode(codec), "big")
    except UnicodeError:
        return -0.5
    return 0.3 if first <= place <= last else -0.2
