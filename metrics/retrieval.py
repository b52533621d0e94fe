"""Contrastive grounding: does the output retrieve its own source among distractors? (grounding.retrieval_p1,
grounding.retrieval_mrr)

For every example the candidates are its own source and 99 fixed distractors from the same examples file: the 10 whose
wording is nearest to it (cosine of character-bigram counts: the hard ones) and 89 drawn by a seed made of the example's
id. They depend on the examples file alone, never on the systems, so scores of different systems are comparable. Ties
count against the output. An output that is no answer - empty, a copy of its source, not in the target language
(`metrics.answers`) - retrieves nothing (0, not null).
"""

from __future__ import annotations

import hashlib
import random
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from metrics.answers import RULE, no_answer
from metrics.errors import UNLOADABLE, UserError, first_line
from metrics.false_alarm import no_false_alarm
from metrics.folders import folder_hash
from metrics.foreign import check_foreign
from metrics.hub import model_folder
from metrics.literal import read_literally
from metrics.normalise import fingerprint
from metrics.plain_encoder import PlainEncoder, is_plain, on_cpu
from metrics.progress import counted_passes
from metrics.segment import SegmentStats, from_values, unscorable
from metrics.version import V

if TYPE_CHECKING:
    from metrics.records import Example

P1, MRR = "grounding.retrieval_p1", "grounding.retrieval_mrr"
N_DISTRACTORS, N_HARD = 99, 10
_BINS = 4096
_CHUNK = 512
_BATCH = 64
"""Texts that are embedded at a time."""

Embed = Callable[[Sequence[str]], np.ndarray]
"""Texts -> (n, d) float array of unit rows."""


def _bigrams(texts: Sequence[str]) -> np.ndarray:
    """(n, _BINS) float32 unit rows of hashed character-bigram counts."""
    rows = np.zeros((len(texts), _BINS), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        for pair, count in Counter(text[i : i + 2] for i in range(max(len(text) - 1, 1))).items():
            row[zlib.crc32(pair.encode()) % _BINS] += count
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


@lru_cache(maxsize=4)
def distractors(ids: tuple[str, ...], sources: tuple[str, ...]) -> tuple[tuple[int, ...], ...]:
    """For each example the indices of its distractors: at most 99, the hard ones first; never a text equal to its own
    source."""
    rows = _bigrams(sources)
    same = [fingerprint(source) for source in sources]
    # Ties go by id, never by place: permuting the examples must not change a score.
    by_id = np.argsort(np.argsort(np.array(ids)))
    out: list[tuple[int, ...]] = []
    for start in range(0, len(ids), _CHUNK):
        near = rows[start : start + _CHUNK] @ rows.T
        for i, similarity in enumerate(near, start=start):
            # Rounding before sorting: the last digits of a matrix product are not the same on every machine.
            order = np.lexsort((by_id, -np.round(similarity.astype(np.float64), 5)))
            others = [int(j) for j in order if same[j] != same[i]]
            hard, rest = others[:N_HARD], sorted(others[N_HARD:], key=lambda j: ids[j])
            seed = int.from_bytes(hashlib.sha256(ids[i].encode()).digest()[:8], "big")
            easy = random.Random(seed).sample(rest, min(len(rest), N_DISTRACTORS - len(hard)))
            out.append(tuple(hard + easy))
    return tuple(out)


def ranks(texts: np.ndarray, sources: np.ndarray, own: Sequence[int], pools: Sequence[Sequence[int]]) -> list[int]:
    """Rank (from 1) of each text's own source among itself and that source's pool. texts: (n, d), sources: (m, d) unit
    rows; own: index of each text's source; pools: for each source, indices of others. Ties count against it."""
    found = []
    for text, i in zip(texts, own, strict=True):
        similarity = sources[[i, *pools[i]]] @ text
        found.append(1 + int((similarity[1:] >= similarity[0] - 1e-7).sum()))
    return found


def weights_hash(encoder: str | Path) -> str:
    """`folder_hash` of the encoder. Raises UserError when the folder has no weights."""
    try:
        return folder_hash(model_folder(encoder))
    except UserError as error:
        raise UserError(f"encoder {error} (an encoder is a sentence-transformers folder)") from None


@lru_cache(maxsize=2)
def load_encoder(folder: str) -> Embed:
    """The embedding function of a sentence-transformers folder. Raises UserError when it cannot be loaded."""
    place = model_folder(folder)
    if not (place / "modules.json").is_file():
        raise UserError(f"encoder {folder}: no modules.json; give a sentence-transformers folder")
    check_foreign(place, allow="another encoder: one that measures never runs code of its own")
    encode: Callable[[list[str]], Any]
    try:
        with no_false_alarm(place):
            if is_plain(place) and on_cpu():
                plain = PlainEncoder(place)
                model, tokenizer, encode = plain.model, plain.tokenizer, lambda texts: plain.encode(texts, _BATCH)
            else:
                from sentence_transformers import SentenceTransformer

                own = SentenceTransformer(str(place), local_files_only=True, model_kwargs={"use_safetensors": True})
                how = {"batch_size": _BATCH, "normalize_embeddings": True, "show_progress_bar": False}
                model, tokenizer, encode = own, own.tokenizer, lambda texts: own.encode(texts, **how)
    except UNLOADABLE as error:
        raise UserError(f"encoder {folder}: cannot be loaded ({first_line(error)})") from error

    read_literally(tokenizer)

    def embed(texts: Sequence[str]) -> np.ndarray:
        with counted_passes(model, "retrieval", len(texts), _BATCH):
            found = encode(list(texts))
        return np.asarray(found, dtype=np.float64)

    return embed


@lru_cache(maxsize=2)
def _embedded(folder: str, key: str, sources: tuple[str, ...]) -> np.ndarray:
    """The sources' embeddings; `key` is the weights hash, so that a changed encoder is never answered from here."""
    return load_encoder(folder)(sources)


def score_retrieval(
    examples: Sequence[Example], texts: Sequence[str], encoder: str | Path, among: Sequence[Example] | None = None
) -> list[SegmentStats]:
    """grounding.retrieval_p1 (0 or 1) and grounding.retrieval_mrr (1 / rank) of `texts`, aligned with `examples`.

    encoder: sentence-transformers folder (safetensors). among: the examples file, where `examples` are some of it, in
    any order and as often as there are texts of one; None: they are all of it. Raises UserError for a bad folder,
    ValueError when the lengths differ, KeyError for an example that is not of the file.
    """
    if len(texts) != len(examples):
        raise ValueError(f"{len(texts)} texts for {len(examples)} examples")
    of_texts = tuple(e.id for e in examples)
    among = examples if among is None else among
    ids = tuple(e.id for e in among)
    key = weights_hash(encoder)
    from importlib.metadata import version

    release = version("sentence-transformers")
    detail = (
        f"{V}|encoder:{key[:12]}|distractors:{min(N_DISTRACTORS, len(ids) - 1)}|hard:{N_HARD}|{RULE}|literal|"
        f"version:sentence-transformers{release}"
    )
    if len(ids) < 2:
        return [
            unscorable(name, of_texts, "a single example has no distractors", f"{name}|{detail}", True)
            for name in (P1, MRR)
        ]
    sources = tuple(e.source for e in among)
    at = {identity: i for i, identity in enumerate(ids)}
    own, pools = [at[identity] for identity in of_texts], distractors(ids, sources)
    found = ranks(load_encoder(str(encoder))(texts), _embedded(str(encoder), key, sources), own, pools)
    none = [
        no_answer(e.source, t, e.source_lang, e.target_lang) is not None for e, t in zip(examples, texts, strict=True)
    ]
    first = [0.0 if no else float(r == 1) for r, no in zip(found, none, strict=True)]
    reciprocal = [0.0 if no else 1 / r for r, no in zip(found, none, strict=True)]
    return [
        from_values(P1, of_texts, first, f"{P1}|{detail}", True),
        from_values(MRR, of_texts, reciprocal, f"{MRR}|{detail}", True),
    ]
