"""Names that are names wherever they stand: found as written, and as English words that begin like a form."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from metrics.matching import SurfaceMatcher
from metrics.open.likeness import STEM, stem

_LETTER = r"[A-Za-z\u00c0-\u024f]"
_WORD = re.compile(rf"({_LETTER}{{{STEM}}}){_LETTER}*")
_NO_LETTERS = bytes(code for code in range(128) if not chr(code).isalpha())
SHORT_LATIN = 3
"""Letters up to which a form in Latin letters may be anything (Man, US)."""


def telling(form: str) -> bool:
    """Whether a form says by itself that it is a name: in Latin letters, one that is long enough and has a capital."""
    return not form.isascii() or (len(form) > SHORT_LATIN and form[0].isupper())


class Certain:
    """Forms that are looked for in outputs whatever their sources say."""

    def __init__(self, forms: Iterable[str]) -> None:
        """forms: normalised."""
        known = sorted(forms)
        self._matcher = SurfaceMatcher(known)
        self._stems: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for form in known:
            if form.isascii() and len(form) >= STEM:
                self._stems[form[:STEM].lower()].append((stem(form).lower(), form))

    def places(self, text: str) -> list[tuple[int, int, list[str]]]:
        """(start, end, forms) of each in the order of the text. An English word, capital or not, counts for every form
        that `NameList.find` would take it for: Germans for Germany, Nigerian for Niger and Nigeria."""
        found = [(start, end, [text[start:end]]) for start, end in self._matcher.find(text)]
        # Few texts hold a word that begins like a name, and many no Latin letters: told without looking at each word.
        if len(text.encode("ascii", "ignore").translate(None, _NO_LETTERS)) < STEM or self._stems.keys().isdisjoint(
            map(str.lower, _WORD.findall(text))
        ):
            return found
        whole = {start for start, _, _ in found}
        for word in _WORD.finditer(text):
            lower = word[0].lower()
            near = self._stems.get(lower[:STEM])
            if near is not None and word.start() not in whole:
                forms = [form for begin, form in near if lower.startswith(begin)]
                if forms:
                    found.append((word.start(), word.end(), forms))
        return sorted(found)
