"""Tibetan numerals: དུང་ཕྱུར་37 (the magnitude stands before its number), 37ཁྲི, and number words (ཉི་ཤུ་རྩ་གཅིག,
སུམ་བརྒྱ, སྟོང་ཕྲག་གསུམ)."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

from metrics.reading.counted_bo import counted, counts
from metrics.reading.numeral import DIGITS, FREE, FREE_START, NUMBER, VULGAR, Numeral, number, step

MAGNITUDES = {
    "བརྒྱ": 100,
    "སྟོང": 1000,
    "ཁྲི": 10**4,
    "འབུམ": 10**5,
    "ས་ཡ": 10**6,
    "བྱེ་བ": 10**7,
    "དུང་ཕྱུར": 10**8,
    "ཐེར་འབུམ": 10**9,
}
DIGIT = {"གཅིག": 1, "གཉིས": 2, "གསུམ": 3, "བཞི": 4, "ལྔ": 5, "དྲུག": 6, "བདུན": 7, "བརྒྱད": 8, "དགུ": 9}
_TEEN = {
    11: "བཅུ་གཅིག",
    12: "བཅུ་གཉིས",
    13: "བཅུ་གསུམ",
    14: "བཅུ་བཞི",
    15: "བཅོ་ལྔ",
    16: "བཅུ་དྲུག",
    17: "བཅུ་བདུན",
    18: "བཅོ་བརྒྱད",
    19: "བཅུ་དགུ",
}
_TENS = {20: "ཉི་ཤུ", 30: "སུམ་ཅུ", 40: "བཞི་བཅུ", 50: "ལྔ་བཅུ", 60: "དྲུག་ཅུ", 70: "བདུན་ཅུ", 80: "བརྒྱད་ཅུ", 90: "དགུ་བཅུ"}
_JOINT = {20: ("རྩ", "ཉེར"), 30: ("སོ",), 40: ("ཞེ",), 50: ("ང",), 60: ("རེ",), 70: ("དོན",), 80: ("གྱ",), 90: ("གོ",)}
# Before a magnitude: ཉིས་བརྒྱ, སུམ་སྟོང; also written as they are alone (གསུམ་སྟོང).
_MANIFOLD = {"ཆིག": 1, "ཉིས": 2, "གཉིས": 2, "སུམ": 3, "གསུམ": 3, "བཞི": 4, "ལྔ": 5, "དྲུག": 6, "བདུན": 7, "བརྒྱད": 8, "དགུ": 9}


def _below_100() -> dict[str, int]:
    words = {
        **DIGIT,
        "བཅུ": 10,
        "བཅུ་ཐམ་པ": 10,
        "བཅུ་ལྔ": 15,
        "བཅུ་བརྒྱད": 18,
        **{word: value for value, word in _TEEN.items()},
    }
    for tens, word in _TENS.items():
        words[word] = words[f"{word}་ཐམ་པ"] = tens
        for digit, one in ((digit, one) for one, digit in DIGIT.items()):
            for joint in _JOINT[tens]:
                words[f"{word}་{joint}་{one}"] = tens + digit
                if joint != "རྩ":
                    words[f"{joint}་{one}"] = tens + digit
            words[f"{word}་རྩ་{one}"] = tens + digit
    return words


BELOW_100 = _below_100()
# After a number word: no further letter, but a case ending may be written on to it (གསུམ་, ལྔའི, བཞིར).
BOUNDARY = (
    r"(?:(?=འི|འོ|འང|འམ|ར(?![\u0f71-\u0fbc\u0f40-\u0f6c])|ས(?![\u0f71-\u0fbc\u0f40-\u0f6c]))|"
    r"(?![\u0f40-\u0fbc]))"
)
_BELOW = "|".join(sorted(BELOW_100, key=len, reverse=True))
_NOT_INSIDE = r"(?<![\u0f40-\u0fbc])"
_BELOW_RE = re.compile(f"(?:{_BELOW}){BOUNDARY}")
_MAG = "|".join(sorted(MAGNITUDES, key=len, reverse=True))
_EACH = "་(?:ཕྲག|ཚོ)"  # སྟོང་ཕྲག་གསུམ, ཁྲི་ཚོ་གསུམ
_PART = f"་ཆ{BOUNDARY}"  # བརྒྱ་ཆ is per cent; the ཆད of ལྔ་བརྒྱ་ཆད་པ is another word
_LARGE = "|".join(sorted((name for name in MAGNITUDES if name != "བརྒྱ"), key=len, reverse=True))
_BARE = re.compile(rf"(?:{_LARGE}|བརྒྱ)(?:་ཐམ་པ)?{BOUNDARY}(?!{_PART}|་ཕྲག)")
FOLDS = "|".join(_MANIFOLD)
# ཉིས་བརྒྱ, སུམ་སྟོང, or the bare བརྒྱ and སྟོང; not བརྒྱ་ཆ (per cent).
_FOLDED = re.compile(rf"(?:({FOLDS}|གཅིག)་)?(བརྒྱ|སྟོང|ཁྲི|འབུམ)(?:་ཐམ་པ)?{BOUNDARY}(?!{_PART}|་ཕྲག|[་\s]?[0-9$£€¥])")
# དོན་གཅིག is "one matter" as well as 71, ང་གཉིས "the two of us", སོ་གཉིས two teeth, སོ་སོ་གསུམ each of three; ཞེ་བདུན
# and གྱ་གཅིག are numbers and nothing else.
_SHORT = re.compile(rf"(?:(?:ང|རེ|དོན|(?<=སོ་)སོ)་(?:{'|'.join(DIGIT)})|(?:ཞེ|སོ|གོ)་(?:གཅིག|གཉིས)){BOUNDARY}")
# ཕྱེད་དང་གཉིས, half of the second: one and a half. Behind what is counted, or behind a magnitude.
_LESS_HALF = re.compile(rf"(?<!དང་)ཕྱེད་དང་({'|'.join(DIGIT)}|བཅུ){BOUNDARY}(?!་(?:{_MAG}|བཅུ|ཅུ){BOUNDARY})")
_AND = re.compile(r"[་\s]*(?:དང|རྩ)?[་\s]*")
_GAP = r"[་\s]?"
_HEAD = rf"(?:(?:{_MAG})(?:{_EACH})?{_GAP}){{1,2}}\s?[$£€¥]?"  # ས་ཡ་£125: the sign may stand between
_HEADED = re.compile(rf"({_HEAD})({DIGITS})")
_HEADED_WORDS = re.compile(rf"((?:{_LARGE})(?:{_EACH})?|བརྒྱ{_EACH})་(?:(?={FOLDS}|{_BELOW}|བརྒྱ|ཕྱེད་དང་))")
_TRAILING = re.compile(rf"({DIGITS}){_GAP}((?:{_MAG})(?:{_EACH})?)(?![\u0f40-\u0fbc]|{_PART}|[་\s]?[0-9])")
_TENS_OF = re.compile(rf"བཅུ་ཕྲག་({'|'.join(DIGIT)}){BOUNDARY}")  # བཅུ་ཕྲག་གསུམ: three tens
_MANY = rf"(?:(?:{_LARGE})་)?(?:{_MAG}|བཅུ)(?=(?:{_EACH})?་(?:ཁ་ཤས|འགའ|མང་པོ|དུ་མ)|་གྲངས)"
_SEVERAL = re.compile(rf"({_MANY})(?:(?:{_EACH})?་(?:ཁ་ཤས|འགའ|མང་པོ|དུ་མ)|་གྲངས){BOUNDARY}")
_MORE = re.compile(r"[་\s]?(?:ལྷག|ཡན)(?![\u0f40-\u0fbc])")
# ཁྲི་གསུམ་སྟོང་ལྔ, head by head: 35,000; not the 3,500 times 10^8 of དུང་ཕྱུར་གསུམ་སྟོང་ལྔ་བརྒྱ.
_LINK = rf"(?:{_LARGE}|བརྒྱ)་(?:{'|'.join(DIGIT)})"
_CHAIN = re.compile(rf"(?!སྟོང){_LINK}(?:་{_LINK}){{1,7}}{BOUNDARY}(?!་(?:{_MAG}|བཅུ|ཅུ){BOUNDARY})")
_LARGE_BEGIN = {name[0] for name in MAGNITUDES if name not in ("བརྒྱ", "སྟོང")}
_LINKS = re.compile(rf"({_LARGE}|བརྒྱ)་({'|'.join(sorted(DIGIT, key=len, reverse=True))})")
_HALF = re.compile(r"་?དང་ཕྱེད(?:་ཀ)?")
_POINT = re.compile(rf"་(?:དང་)?ཚེག་((?:(?:{'|'.join(DIGIT)}|ཀླད་ཀོར)་?)+)")
# ལྔ་དྲུག, five or six: a digit and the next one, with no third and no magnitude behind (ཉེར་ལྔ་དྲུག, སྟོང་ཕྲག་གཉིས་གསུམ).
_NEXT = {word: ("གཅིག", *DIGIT)[digit + 1] for word, digit in DIGIT.items() if digit < 9}
_NEXT_DIGIT = re.compile(
    rf"་(?P<next>{'|'.join(_NEXT.values())}){BOUNDARY}(?!་(?:{_MAG}|བཅུ|ཅུ|ཆ|ལྡབ|{'|'.join(DIGIT)}){BOUNDARY})"
)
_LAST_DIGIT = re.compile(rf"(?:{'|'.join(_NEXT)})\Z")
# གཉིས་སུམ་བརྒྱ, two or three hundred
_NEXT_FOLD = re.compile(
    rf"(?:{'|'.join(f'{a}་{b}' for a, i in _MANIFOLD.items() for b, j in _MANIFOLD.items() if j == i + 1)})"
    rf"་(བརྒྱ|སྟོང|ཁྲི|འབུམ){BOUNDARY}(?!{_PART}|་ཕྲག|[་\s]?[0-9])"
)
# ཉིས་ལྡབ, twice as much
_TWOFOLD = r"(?:ཉིས|སུམ|བརྒྱ|སྟོང)(?=་ལྡབ(?![\u0f40-\u0fbc]))"
_TIMES = re.compile(_TWOFOLD)
_ORDINAL_AFTER = re.compile(r"་?(?:པ|པོ)(?:འི|ར|ས)?(?![\u0f40-\u0fbc])")
START = re.compile(
    rf"{FREE_START}[0-9]|(?:(?<![\u0f40-\u0fbc])|(?<=སྒོར)){_HEAD}(?=[0-9])"
    rf"|{_NOT_INSIDE}(?!བདུན་ཕྲག)(?:{_MANY}|{_TWOFOLD}|ཕྱེད་དང་(?={_BELOW})|(?:{FOLDS})་(?:བརྒྱ|སྟོང|ཁྲི|"
    rf"འབུམ){BOUNDARY}|(?<!གྲུ་)(?:{_BELOW}){BOUNDARY}|(?:{_LARGE}|བརྒྱ){BOUNDARY}(?!{_PART})"
    rf"|(?:ཉིས|སུམ)(?=་(?:གསུམ|སུམ|བཞི)་(?:བརྒྱ|སྟོང|ཁྲི|འབུམ){BOUNDARY}))"
)


def _magnitude(text: str) -> int:
    unit = 1
    for name in re.findall(_MAG, text):
        unit *= MAGNITUDES[name]
    return unit


def _small(text: str, at: int) -> tuple[Fraction, int, int] | None:
    """Number words below the next magnitude word: hundreds and what is under 100. (value, end, number of words)."""
    digits = NUMBER.match(text, at)
    if digits:
        value = number(digits.group())
        return None if value is None else (Fraction(value), digits.end(), 1)
    less = text[at : at + 1] == "ཕ" and _LESS_HALF.match(text, at)
    if less:
        return BELOW_100[less.group(1)] - Fraction(1, 2), less.end(), 2
    total, end, last, words = Fraction(0), at, 10**9, 0
    while (folded := _FOLDED.match(text, end)) and MAGNITUDES[folded.group(2)] < last:
        if folded.group(1) is None and words and folded.group(2) != "བརྒྱ":
            break
        if folded.group(1) == "གཅིག" and not words:  # the hundred of བཞི་སྟོང་གཅིག་བརྒྱ; ཁྲི་གཅིག་སྟོང་ལྔ is 10,000 and 5,000
            break
        last = MAGNITUDES[folded.group(2)]
        total, words = total + _MANIFOLD.get(folded.group(1), 1) * last, words + 1 + bool(folded.group(1))
        end = folded.end()
        after = _AND.match(text, end)
        if after and (_FOLDED.match(text, after.end()) or _BELOW_RE.match(text, after.end())):
            end = after.end()
        else:
            return total, end, words
    tens = _TENS_OF.match(text, end) if text.startswith("བཅུ", end) else None
    if tens:
        return total + 10 * DIGIT[tens.group(1)], tens.end(), words + 2
    below = _BELOW_RE.match(text, end)
    if below:
        total, end, words = total + BELOW_100[below.group()], below.end(), words + below.group().count("་") + 1
        point = _POINT.match(text, end)
        if point:
            found = re.findall("|".join([*DIGIT, "ཀླད་ཀོར"]), point.group(1))
            total, end, words = (
                total + Fraction("0." + "".join(str(DIGIT.get(word, 0)) for word in found)),
                point.end(),
                words + 1,
            )
    return (total, end, words) if words else None


def _chain(text: str, at: int) -> tuple[int, int, int, int] | None:
    """Magnitudes that descend, each before one digit: (value, the first magnitude, the last one, end)."""
    chain = _CHAIN.match(text, at)
    if chain is None:
        return None
    links = [(MAGNITUDES[unit], DIGIT[digit]) for unit, digit in _LINKS.findall(chain.group())]
    if any(before <= after for (before, _), (after, _) in pairwise(links)):
        return None
    return sum(unit * digit for unit, digit in links), links[0][0], links[-1][0], chain.end()


def _several(text: str, at: int) -> Numeral | None:
    several = _SEVERAL.match(text, at)
    if several is None:
        return None
    unit = Fraction(_magnitude(several.group(1)) * (10 if several.group(1).endswith("བཅུ") else 1))
    return Numeral(at, several.end(), 2 * unit, 10 * unit, True, unit, spelled=True)


def parse(text: str, at: int) -> Numeral | None:
    """The numeral that begins at `at` (a place that START found); None when what stands there is no number."""
    if _SHORT.match(text, at) and not counted(text, at) and not counts(text, at):
        return None
    if text[at] == "ཕ" and not counted(text, at):
        return None
    found = _several(text, at) or _parts(text, at)
    if found is None or found.indefinite:
        return found
    half = _HALF.match(text, found.end)
    if half and found.also is None and (found.scale > 1 or not text[found.end - 1].isdigit()):
        found.value, found.end = found.value + Fraction(found.scale) / 2, half.end()
    more = _MORE.match(text, found.end)
    if more and found.also is None:
        found.high, found.end = found.value + step(found.value), more.end()
    return found


def _parts(text: str, at: int) -> Numeral | None:
    trailing = _TRAILING.match(text, at)
    if trailing:
        value, unit = number(trailing.group(1)), _magnitude(trailing.group(2))
        return None if value is None else Numeral(at, trailing.end(), Fraction(value * unit), scale=Fraction(unit))
    if text[at].isdigit():
        digits = NUMBER.match(text, at)
        value = number(digits.group()) if digits else None
        if digits is None or value is None:
            return None
        if text[digits.end() : digits.end() + 1] in VULGAR and text[digits.end() :]:
            return Numeral(at, digits.end() + 1, value + VULGAR[text[digits.end()]])
        return Numeral(at, digits.end(), Fraction(value))
    times = _TIMES.match(text, at)
    if times:
        value = _MANIFOLD.get(times.group()) or MAGNITUDES[times.group()]
        return Numeral(at, times.end(), Fraction(value), spelled=True, lone=True)
    two = _NEXT_FOLD.match(text, at)
    if two:
        low = _MANIFOLD[two.group().split("་")[0]] * MAGNITUDES[two.group(1)]
        return Numeral(at, two.end(), Fraction(low), spelled=True, also=Fraction(low + MAGNITUDES[two.group(1)]))
    total, last, end, scale, first, words = Fraction(0), float("inf"), at, Fraction(1), False, 0
    place = at
    while True:
        head = _HEADED.match(text, place)
        if head:
            unit, value = _magnitude(head.group(1)), number(head.group(2))
            if unit >= last or value is None or not FREE.match(text, head.end()):
                break
            total, last, end = total + value * unit, unit, head.end()
            scale, first, words = Fraction(unit), True, words + 2
        elif text[place : place + 1] in _LARGE_BEGIN and (chain := _chain(text, place)) and chain[1] < last:
            total, last, end = total + chain[0], chain[2], chain[3]
            scale, first, words = Fraction(chain[2]), True, words + 4
        else:
            head = _HEADED_WORDS.match(text, place)
            got = _small(text, head.end()) if head else _small(text, place)
            if got is None or (head is None and (got[0] >= last or text[got[1] - 1].isdigit())):
                break
            unit = _magnitude(head.group(1)) if head else 1
            if unit >= last:
                break
            if head and unit == 1000 and len(head.group(1)) < 6 and got[0] >= 100:  # སྟོང་ལྔ་བརྒྱ: 1,500
                total, last, end, words = total + unit + got[0], 1, got[1], words + 2
            else:
                total, last, end, words = total + got[0] * unit, unit, got[1], words + got[2] + bool(head)
                scale, first = (Fraction(unit), True) if head else (scale, first)
        if _next_digit(text, at, end):  # ཁྲི་གཉིས་གསུམ is 20 or 30 thousand, not 20,003
            break
        glue = _AND.match(text, end)
        place = glue.end() if glue else end
    if end == at:
        bare = _BARE.match(text, at)
        if bare is None or not (counted(text, at) or _MORE.match(text, bare.end())):
            return None
        unit = _magnitude(bare.group())
        return Numeral(at, bare.end(), Fraction(unit), scale=Fraction(unit), spelled=True)
    spelled = not any("0" <= char <= "9" for char in text[at:end])
    if words == 1 and text[at:end] in ("བརྒྱ", "སྟོང", "ཁྲི", "འབུམ") and not counted(text, at) and not _MORE.match(text, end):
        return None
    # གཉིས behind the second of two is "both".
    lone = spelled and words == 1 and not (2 < total < 10 and counts(text, at))
    found = Numeral(at, end, total, scale=scale, scale_first=first, spelled=spelled, lone=lone)
    if spelled and (next_end := _next_digit(text, at, end)):
        found.also, found.end = total + Fraction(last), next_end
    found.ordinal = spelled and bool(_ORDINAL_AFTER.match(text, found.end))
    return found


def _next_digit(text: str, at: int, end: int) -> int | None:
    """Where the next digit ends, if it stands right behind the last one of the number text[at:end]."""
    following = _NEXT_DIGIT.match(text, end)
    digit = _LAST_DIGIT.search(text, max(at, end - 8), end) if following else None
    return following.end() if following and digit and _NEXT[digit.group()] == following["next"] else None


def magnitude_before(text: str, at: int) -> int:
    """The magnitude with which the number at `at` begins; 1 for none."""
    head = _HEADED.match(text, at) or _HEADED_WORDS.match(text, at)
    return _magnitude(head.group(1)) if head else 1
