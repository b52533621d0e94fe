"""Whether texts of a test split stand in the training data: exactly, or nearly by shared character n-grams.

A near duplicate is a test text of whose n-grams (letters, marks and digits alone) at least NEAR stand in one training
text: the same text with other punctuation, a changed number, a sentence more, or inside a longer text. Time is linear
in all characters; memory is that of the test split."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import regex

from metrics.normalise import bare
from metrics.records import Example

if TYPE_CHECKING:
    import numpy as np

NEAR = 0.6
"""Share of a test text's n-grams in one training text from which on it is a near duplicate. Of 1,997 sentences of
real news (NTREX-128) against all others, what reaches it is a heading that its article repeats or the same
quotation."""
GRAM = {"Hani": 5, "": 9}
"""Length of an n-gram in characters: where most letters are Chinese, and elsewhere."""
FEWEST = 8
"""A text with fewer n-grams is compared exactly alone: titles of ten characters agree by chance."""
CHUNK = 1 << 20
"""Characters that are looked through at once."""
SHOWN = 20
RULE = (
    f"near: {NEAR:.0%} of the character n-grams of a text ({GRAM['Hani']} Chinese, {GRAM['']} other) "
    "in one training text"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_OTHER = regex.compile(r"[\p{P}\p{S}\p{Z}\p{C}]+")
"""Not \\W: vowel signs and subjoined letters are no word characters to Python."""
SIDES = ("source", "reference")


@dataclass(frozen=True)
class Double:
    """One test text that stands in the training data."""

    id: str
    side: str
    """source | reference"""
    split: str
    """Of the training data."""
    training_id: str
    share: float
    """Of the test text's n-grams that stand there; 1 where the texts are equal."""
    exact: bool


def find(test: Sequence[Example], training: Mapping[str, Sequence[Example]]) -> list[Double]:
    """The test texts that stand in the training data, the closest training text of each, in the order of the test split
    (sources before references). training: split -> examples. References are compared with references, sources with
    sources."""
    found: list[Double] = []
    for side in SIDES:
        ours = [(example.id, text) for example in test for text in _texts(example, side)]
        theirs = [(split, e.id, text) for split, rows in training.items() for e in rows for text in _texts(e, side)]
        if ours and theirs:
            found += _of_side(side, ours, theirs)
    return found


def told(test: Sequence[Example], training: Mapping[str, Sequence[Example]]) -> dict[str, Any]:
    """The finding as it stands in a manifest: counts of test examples, and the first SHOWN doubles."""
    doubles = find(test, training)
    exact = {d.id for d in doubles if d.exact}
    near = {d.id for d in doubles} - exact
    return {
        "n": len(test),
        "n_training": {split: len(rows) for split, rows in training.items()},
        "exact": len(exact),
        "near": len(near),
        "rule": RULE,
        "doubles": [
            {
                "id": d.id,
                "side": d.side,
                "split": d.split,
                "training_id": d.training_id,
                "share": round(d.share, 3),
                "exact": d.exact,
            }
            for d in doubles[:SHOWN]
        ],
    }


def notice(finding: Mapping[str, Any]) -> str | None:
    """The finding in words, to be said before anything is trained or scored; None where nothing was found."""
    exact, near = finding["exact"], finding["near"]
    if not exact + near:
        return None
    first = finding["doubles"][0]
    return (
        f"{exact + near} of {finding['n']} stand in the training data ({exact} exactly, {near} nearly), such as "
        f"{first['id']!r} in {first['split']} ({first['training_id']!r}, {first['side']}): "
        "scores on them may be memory; take them out of the training data"
    )


def _texts(example: Example, side: str) -> Sequence[str]:
    return (example.source,) if side == "source" else (example.reference or ())


def _of_side(side: str, ours: Sequence[tuple[str, str]], theirs: Sequence[tuple[str, str, str]]) -> Iterator[Double]:
    best: dict[int, Double] = {}
    bares = [bare(text) for _, text in ours]
    equal = defaultdict(list)
    for i, text in enumerate(bares):
        equal[_digest(text)].append(i)
    plain = [(i, _plain(text)) for i, text in enumerate(bares)]
    indices = [_Index([one for one in plain if _length(one[1]) == n], n) for n in sorted(set(GRAM.values()))]
    for start, chunk in _chunks(text for _, _, text in theirs):
        for at, text in enumerate(chunk, start):
            for i in equal.get(_digest(text), ()):
                if i not in best or not best[i].exact:
                    best[i] = Double(ours[i][0], side, theirs[at][0], theirs[at][1], 1.0, True)
        letters = [_plain(text) for text in chunk]
        for index in indices:
            for i, at, share in index.shared(start, letters):
                if share >= NEAR and (i not in best or share > best[i].share):
                    best[i] = Double(ours[i][0], side, theirs[at][0], theirs[at][1], share, False)
    return (best[i] for i in sorted(best))


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()


def _length(letters: str) -> int:
    return GRAM["Hani" if 2 * len(_HAN.findall(letters)) > len(letters) else ""]


def _grams(text: str, n: int) -> np.ndarray:
    """Hashes of all n-grams of a text of letters and digits, in order; (len - n + 1,) uint64, empty where it is
    shorter."""
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    if len(codes) < n:
        return np.zeros(0, np.uint64)
    hashed = np.zeros(len(codes) - n + 1, np.uint64)
    for i in range(n):
        hashed = hashed * np.uint64(0x100000001B3) + codes[i : len(codes) - n + 1 + i]
        hashed ^= hashed >> np.uint64(29)
    return hashed


class _Index:
    """The n-grams of the test texts."""

    def __init__(self, texts: Sequence[tuple[int, str]], n: int) -> None:
        import numpy as np

        self.n = n
        grams = [(i, np.unique(_grams(text, n))) for i, text in texts]
        grams = [(i, found) for i, found in grams if len(found) >= FEWEST]
        self.size = {i: len(found) for i, found in grams}
        every = np.concatenate([found for _, found in grams]) if grams else np.zeros(0, np.uint64)
        owner = np.repeat(np.array([i for i, _ in grams], np.int64), [len(found) for _, found in grams])
        order = np.argsort(every, kind="stable")
        self.owner = owner[order]
        self.grams, self.first = np.unique(every[order], return_index=True)
        self.last = np.append(self.first[1:], len(every))

    def shared(self, start: int, chunk: Sequence[str]) -> Iterator[tuple[int, int, float]]:
        """(test text, training text, share of the test text's n-grams that stand there) of all pairs that share any.
        chunk: letters of training texts, the first of which is number `start`."""
        import numpy as np

        if not len(self.grams):
            return
        # Texts of one chunk are looked up together; a gram over the border of two has the border in it, and is in no
        # text.
        whole = "\0".join(chunk)
        hashed = _grams(whole, self.n)
        place = np.searchsorted(self.grams, hashed)
        place[place == len(self.grams)] = 0
        hits = np.flatnonzero(self.grams[place] == hashed)
        ends = np.cumsum([len(text) + 1 for text in chunk])
        text_of = np.searchsorted(ends, hits, side="right")
        # Each gram once a training text, then each of its owners.
        pairs = np.unique(np.stack([text_of, place[hits]], axis=1), axis=0)
        counts = self.last[pairs[:, 1]] - self.first[pairs[:, 1]]
        texts = np.repeat(pairs[:, 0], counts)
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        owners = self.owner[np.repeat(self.first[pairs[:, 1]], counts) + offsets]
        both, shared = np.unique(np.stack([texts, owners], axis=1), axis=0, return_counts=True)
        for (text, owner), n in zip(both.tolist(), shared.tolist(), strict=True):
            yield owner, start + text, n / self.size[owner]


def _plain(text: str) -> str:
    return _OTHER.sub("", text).lower()


def _chunks(texts: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """(number of the first, bare texts) of about CHUNK characters together."""
    start, size = 0, 0
    held: list[str] = []
    for i, text in enumerate(texts):
        held.append(bare(text))
        size += len(text)
        if size >= CHUNK:
            yield start, held
            start, held, size = i + 1, [], 0
    if held:
        yield start, held
