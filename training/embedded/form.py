"""Count the embedded language models of `metrics/form` (`python -m training form`): half a minute of one core."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from metrics.errors import UserError
from metrics.files import atomic_write_bytes
from metrics.form import grams
from metrics.form.grams import Grams, per_text, strange
from metrics.form.known import GLUE, Gold
from metrics.form.scores import Read, joined
from metrics.form.shape import glue_share, repeated
from metrics.normalise import equal_form
from metrics.records import sha256_json
from metrics.words import words
from training.embedded.data import Corpus
from training.embedded.rows import FormRow

KINDS = ("title", "passage", "long")
"""Of texts."""
PIECE = {"th": 5, "bo": 5, "zh": 3}
"""Characters of the pieces by which texts from elsewhere are told."""


@dataclass(frozen=True, slots=True)
class FormSettings:
    """What is kept of the counts."""

    order: int = grams.ORDER
    often_from: int = 4
    """From this order on an n-gram is kept when it was seen `often` times; shorter ones always."""
    often: int = 2
    rarely_from: int = 7
    rarely: int = 3
    """The same for the longest."""
    held_out: float = 0.15
    """Last part of the corpus: not counted, but what gold texts look like is measured on it."""
    glue: int = 20
    """A word stands outside names so often, and oftener than inside, or it is taken for a part of a name."""
    longer: float = 1.5
    """Texts longer than the longest title times this are held against passages."""
    seed: int = 1


def train_form(corpus_path: Path, words_path: Path | None, out: Path, settings: FormSettings) -> dict[str, object]:
    """Writes {lang}.safetensors for each language of the corpus and glue.tsv; returns what asset.json says of them.

    words_path: not used (all trainers have the same arguments).
    """
    corpus = Corpus(corpus_path, FormRow)
    told, glue_rows, files = {}, [], {}
    for lang, (counted, held_out) in _parts(corpus, settings.held_out, corpus_path).items():
        model, tensors = count([grams.read(row["text"]) for row in counted], settings)
        glue = glue_words(counted, lang, settings.glue)
        glue_rows += [f"{lang}\t{word}\n" for word in glue]
        data = _bytes(tensors)
        files[f"{lang}.safetensors"] = data
        told[lang] = {
            "sha256": hashlib.sha256(data).hexdigest(),
            "order": settings.order,
            "unseen": model.unseen,
            "n_grams": sum(map(len, model.keys)),
            "texts": len(counted),
            **measured(held_out, lang, model, frozenset(glue), settings),
        }
    files[GLUE] = "".join(glue_rows).encode("utf-8")
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        atomic_write_bytes(out / name, data)
    return {
        "config": asdict(settings),
        "config_hash": sha256_json(asdict(settings)),
        "data_hash": corpus.hash,
        "seed": settings.seed,
        "languages": told,
        "glue_sha256": hashlib.sha256(files[GLUE]).hexdigest(),
    }


def _parts(
    corpus: Corpus, held_out: float, where: Path
) -> dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """language -> (rows that are counted, rows that are held out). Raises UserError where a language has none of some
    kind: nothing could be said of it."""
    cut = round(len(corpus.rows) * (1 - held_out))
    parts, lacks = {}, []
    for lang in sorted({row["lang"] for row in corpus.rows}):
        # Long rows hold articles that stand elsewhere, too: they are measured alone.
        counted = [row for row in corpus.rows[:cut] if row["lang"] == lang and row["kind"] != "long"]
        rest = [row for row in corpus.rows[cut:] if row["lang"] == lang]
        absent = [kind for kind in KINDS if not any(row["kind"] == kind for row in rest)]
        if not counted:
            lacks.append(f"{lang}: no title or passage to count")
        elif absent:
            lacks.append(f"{lang}: no {' and no '.join(absent)} held out")
        parts[lang] = counted, rest
    if lacks:
        raise UserError(
            f"{where}: too few rows ({len(corpus.rows)}; the last {held_out:.0%} are held out): {'; '.join(lacks)}; "
            "write more with `python -m benchmark data corpus --name form --n 2000`"
        )
    return parts


def _bytes(tensors: dict[str, np.ndarray]) -> bytes:
    from safetensors.numpy import save

    return bytes(save(tensors))


def count(texts: Sequence[str], settings: FormSettings) -> tuple[Grams, dict[str, np.ndarray]]:
    """The model of texts that `grams.read` has made, and its arrays by name."""
    made = grams.block(texts)
    found = grams.hashes(made, settings.order)
    keys: list[np.ndarray] = []
    own: list[np.ndarray] = []
    rest: list[np.ndarray] = []
    unseen = 0.0
    for n, hashed in enumerate(found, 1):
        inside = made.place >= max(n - 1, 1)  # BEGIN is never foretold
        key, at, seen = np.unique(grams.short(hashed[inside]), return_index=True, return_counts=True)
        if n == 1:
            total, kinds = int(seen.sum()), len(key)
            unseen = kinds / (total + kinds) / grams.CHARACTERS
            begin = np.setdiff1d(grams.short(hashed[made.place == 0][:1]), key)
            keys.append(np.sort(np.concatenate([key, begin])))
            own.append(_placed(keys[0], key, grams.stored(np.minimum(seen / (total + kinds), 1.0)), 255))
            rest.append(np.zeros(len(keys[0]), dtype=np.uint8))
            continue
        context = grams.short(np.roll(found[n - 2], 1)[inside][at])
        contexts, which = np.unique(context, return_inverse=True)
        share = seen / (np.bincount(which, seen) + np.bincount(which))[which]
        least = settings.rarely if n >= settings.rarely_from else settings.often if n >= settings.often_from else 1
        kept = seen >= least
        left = 1 - np.bincount(which, share * kept)
        keys.append(key[kept])
        own.append(np.minimum(grams.stored(share[kept]), 254))
        rest.append(np.zeros(int(kept.sum()), dtype=np.uint8))
        rest[n - 2] = _placed(keys[n - 2], contexts, grams.stored(np.clip(left, 1e-6, 1.0)), 0)
    arrays = {
        f"{name}.{n}": part
        for name, parts in (("keys", keys), ("own", own), ("rest", rest))
        for n, part in enumerate(parts, 1)
    }
    return Grams(tuple(keys), tuple(own), tuple(rest), unseen), arrays


def _placed(keys: np.ndarray, known: np.ndarray, values: np.ndarray, other: int) -> np.ndarray:
    """values of `known` (sorted) at the places of `keys` (sorted); `other` for keys that are not among them."""
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, values[at], np.uint8(other)).astype(np.uint8)


def glue_words(rows: Sequence[dict[str, Any]], lang: str, least: int) -> list[str]:
    """Words that stand outside names at least so many times, and oftener than inside them; no numbers."""
    inside: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for row in rows:
        text = equal_form(row["text"])
        rest = text
        for name in sorted(row["names"], key=len, reverse=True):
            if (name := equal_form(name)) in rest:
                rest = rest.replace(name, " ")
                inside.update(words(name, lang))
        # Cut as it stands, names included: so will outputs be.
        outside.update(Counter(words(text, lang)) - inside_of(text, rest, lang))
    return sorted(w for w, n in outside.items() if n >= least and n > inside[w] and not any(map(str.isdigit, w)))


def inside_of(text: str, rest: str, lang: str) -> Counter[str]:
    """Words of a text that are no words of what is left of it without its names."""
    return Counter(words(text, lang)) - Counter(words(rest, lang))


def measured(
    rows: Sequence[dict[str, Any]], lang: str, model: Grams, glue: frozenset[str], settings: FormSettings
) -> dict[str, Any]:
    """What held-out gold texts look like to the model (`metrics.form.known.Known`)."""
    texts = {kind: [row["text"] for row in rows if row["kind"] == kind] for kind in KINDS}
    found: dict[str, Any] = {}
    for kind, own in texts.items():
        made = grams.block([grams.read(text) for text in own])
        means, ends = per_text(made, model)
        again = repeated(made, made.hashed[-1], grams.ORDER)
        shares = np.array([glue_share(words(equal_form(text), lang), glue) for text in own])
        found[kind] = {
            "mean": _rounded(means.mean()),
            "spread": _rounded(means.std()),
            "repeated": _rounded(np.quantile(again, 0.99)),
            "glue": _rounded(shares.mean()),
        }
        if kind == "title":
            whole = joined(Read(means, ends, again, shares), [Gold(**found[kind])] * len(own))
            lengths = np.array([len(equal_form(text)) for text in own])
            found |= {
                "end": _rounded(np.quantile(ends, 0.01)),
                "joined": _rounded(np.quantile(whole, 0.005)),
                "lengths": [int(np.quantile(lengths, 0.005)), int(np.quantile(lengths, 0.995))],
            }
            limit = int(lengths.max() * settings.longer)
        elif kind == "passage":
            found["limits"] = [limit, max(limit, *map(len, own))]
    piece = PIECE.get(lang, grams.ORDER // 2)
    every = grams.block([grams.read(text) for own in texts.values() for text in own])
    never, pieces = strange(every, model, piece)
    return {**found, "piece": piece, "strange": _rounded(never / max(pieces, 1))}


def _rounded(value: Any) -> float:
    return round(float(value), 6)
