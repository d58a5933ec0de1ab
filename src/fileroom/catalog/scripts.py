"""Words of other scripts by Latin letters, so that a name is found from any keyboard. Pure.

Several ways of writing are given where several are in use: a passport, a library and a friend spell ``Щ`` differently.
"""

from __future__ import annotations

import re
import unicodedata

_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "є": "ie", "ё": "e", "ж": "zh", "з": "z",
    "и": "i", "і": "i", "ї": "i", "й": "i", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c",
    "џ": "dz", "ѓ": "g", "ќ": "k", "ѕ": "dz",
}  # fmt: skip
# What else is in use: English (yu, ya, y), Slavic Latin (c, h, j) and ISO 9 letters once their accents are folded.
_CYRILLIC_ELSE = (
    {"й": "y", "ю": "yu", "я": "ya", "є": "ye", "ї": "yi", "ё": "yo", "х": "kh"},
    {"й": "j", "ю": "ju", "я": "ja", "є": "je", "ї": "ji", "ё": "jo", "х": "h", "ц": "c", "ч": "c", "ж": "z", "ш": "s",
     "щ": "sc", "г": "h"},
    {"й": "y", "ю": "yu", "я": "ya", "х": "h", "и": "y", "г": "h", "є": "ye", "ї": "yi"},
    {"й": "j", "ю": "ju", "я": "ja", "х": "h", "ц": "c", "ч": "ch", "ж": "zh", "ш": "sh", "щ": "sch"},
)  # fmt: skip
_SHORT_ENDINGS = re.compile(r"[иы]й$")  # Юрий is Yuri or Yury, Чайковский Tchaikovsky
_BULGARIAN = {"щ": "sht", "ъ": "a", "х": "h", "й": "y", "ю": "yu", "я": "ya"}

_GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
    "χ": "ch", "ψ": "ps", "ω": "o",
}  # fmt: skip
_GREEK_PAIRS = {"ου": "ou", "μπ": "b", "ντ": "nt", "γγ": "ng", "γκ": "gk", "αυ": "av", "ευ": "ev", "τζ": "tz"}
_GREEK_ELSE = (
    {"β": "b", "η": "e", "χ": "kh", "φ": "ph", "υ": "u", "ξ": "ks"},
    {"χ": "h", "η": "i", "υ": "i"},
)

_KANA = {
    "あ": "a", "い": "i", "う": "u", "え": "e", "お": "o", "か": "ka", "き": "ki", "く": "ku", "け": "ke", "こ": "ko",
    "が": "ga", "ぎ": "gi", "ぐ": "gu", "げ": "ge", "ご": "go", "さ": "sa", "し": "shi", "す": "su", "せ": "se",
    "そ": "so", "ざ": "za", "じ": "ji", "ず": "zu", "ぜ": "ze", "ぞ": "zo", "た": "ta", "ち": "chi", "つ": "tsu",
    "て": "te", "と": "to", "だ": "da", "ぢ": "ji", "づ": "zu", "で": "de", "ど": "do", "な": "na", "に": "ni",
    "ぬ": "nu", "ね": "ne", "の": "no", "は": "ha", "ひ": "hi", "ふ": "fu", "へ": "he", "ほ": "ho", "ば": "ba",
    "び": "bi", "ぶ": "bu", "べ": "be", "ぼ": "bo", "ぱ": "pa", "ぴ": "pi", "ぷ": "pu", "ぺ": "pe", "ぽ": "po",
    "ま": "ma", "み": "mi", "む": "mu", "め": "me", "も": "mo", "や": "ya", "ゆ": "yu", "よ": "yo", "ら": "ra",
    "り": "ri", "る": "ru", "れ": "re", "ろ": "ro", "わ": "wa", "ゐ": "i", "ゑ": "e", "を": "o", "ん": "n", "ゔ": "vu",
    "ぁ": "a", "ぃ": "i", "ぅ": "u", "ぇ": "e", "ぉ": "o",
}  # fmt: skip
_SMALL_Y = {"ゃ": "a", "ゅ": "u", "ょ": "o"}
_LONG_VOWELS = re.compile(r"(?<=o)[uo]|(?<=u)u|(?<=a)a|(?<=i)i")
_KATAKANA_TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_KUNREI = (("shi", "si"), ("chi", "ti"), ("tsu", "tu"), ("fu", "hu"), ("ji", "zi"), ("sh", "sy"), ("ch", "ty"))
_MOST_WAYS = 8


def hiragana(text: str) -> str:
    """Katakana as hiragana: two ways of writing the same sounds.

    >>> hiragana("ヤマダ")
    'やまだ'
    """
    return text.translate(_KATAKANA_TO_HIRAGANA)


def latin(word: str) -> set[str]:
    """Ways of writing a lower-case Cyrillic, Greek or kana ``word`` by Latin letters; empty for all other words.

    >>> sorted(latin("иванов")), sorted(latin("やまだ")), sorted(latin("παπαδοπουλος"))
    (['ivanov', 'yvanov'], ['yamada'], ['papadopoulos'])
    """
    if word.isascii():
        return set()
    if any(c in _CYRILLIC for c in word):
        ways = _ways(word, _CYRILLIC, (*_CYRILLIC_ELSE, _BULGARIAN))
        short = _SHORT_ENDINGS.sub(lambda found: "и" if found[0][0] in "иы" else found[0], word)
        return ways | _ways(short.replace("ия", "иа"), _CYRILLIC, _CYRILLIC_ELSE)
    bare = _bare(word)
    if any(c in _GREEK for c in bare):
        for pair, letters in _GREEK_PAIRS.items():
            bare = bare.replace(pair, letters)
        return _ways(bare, _GREEK, _GREEK_ELSE)
    if any(c in _KANA for c in hiragana(word)):
        return _romaji(hiragana(word))
    return set()


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn")


def _ways(word: str, usual: dict[str, str], others: tuple[dict[str, str], ...]) -> set[str]:
    tables = (usual, *({**usual, **other} for other in others))
    return {way for way in ("".join(table.get(c, c) for c in word) for table in tables) if way.isascii() and way}


def _romaji(word: str) -> set[str]:
    """Hepburn, with and without its long vowels, and Kunrei as Japanese systems often write."""
    sounds: list[str] = []
    doubled = False
    for sign in word:
        if sign == "っ":
            doubled = True
            continue
        if sign in _SMALL_Y and sounds and sounds[-1].endswith("i"):
            stem = sounds.pop()[:-1]
            sounds.append(stem + ("" if stem.endswith(("sh", "ch", "j")) else "y") + _SMALL_Y[sign])
            continue
        if sign == "ー":
            sounds.append(sounds[-1][-1] if sounds else "")
            continue
        sound = _KANA.get(sign, sign)
        sounds.append(("t" if sound.startswith("ch") else sound[:1]) + sound if doubled else sound)
        doubled = False
    hepburn = "".join(sounds)
    kunrei = hepburn
    for ours, theirs in _KUNREI:
        kunrei = kunrei.replace(ours, theirs)
    ways = {hepburn, kunrei, _LONG_VOWELS.sub("", hepburn), _LONG_VOWELS.sub("", kunrei)}
    return {way for way in ways if way.isascii() and way}


def spellings(words: list[str]) -> list[tuple[str, ...]]:
    """Each word with its Latin ways, at most eight: the alternatives of a search."""
    return [(word, *sorted(latin(word))[: _MOST_WAYS - 1]) for word in words]
