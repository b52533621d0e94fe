"""COMET quality estimation (scorer.comet_qe), loaded and run by unbabel-comet itself, offline.

A checkpoint is a folder of plain files: `model.safetensors` (the COMET state dict), `hparams.yaml`, `encoder/` (XLM-R
config and tokenizer). unbabel-comet only loads a pickled Lightning .ckpt, so one is built from the tensors in the
user's cache, keyed by their hash; a pickle that somebody else made is never opened.

Guarded, because unbabel-comet passes them silently (measured: an empty translation scores 0.46, a verbatim copy of the
source 65 of 100, over-long text is cut). An output that is no answer - empty, a copy of its source, not in the target
language (`metrics.answers`) - gets no score from the model, and in the metric the lowest value, 0: left out, it would
raise the mean of the rest. What COMET cannot read (an empty source, an over-long text) is None with a reason. Languages
outside XLM-R's (Tibetan) are `unsupported`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any

from metrics.answers import RULE, no_answer
from metrics.errors import UserError
from metrics.languages import language
from metrics.literal import read_literally
from metrics.progress import counted_passes
from metrics.scorers.comet_checkpoint import HPARAMS, WEIGHTS, _hparams, build_checkpoint, weights_hash
from metrics.segment import SegmentStats, from_values, unscorable

if TYPE_CHECKING:
    from metrics.records import Example

METRIC = "scorer.comet_qe"
BATCH_SIZE = 32
LOWEST = 0.0
"""Of COMET's scale, 0..1 for the models of its makers."""
MISSING = 'unbabel-comet not installed: pip install -e ".[comet]"'
WRONG_TRANSFORMERS = 'unbabel-comet needs transformers 4: pip install "transformers<5"'
# XLM-R's 100 languages (Conneau et al. 2020, table 6), as ISO 639-1 codes where they have one.
_CODES = (
    "af am ar as az be bg bn br bs ca cs cy da de el en eo es et eu fa fi fr fy ga gd gl gu ha he hi hr hu hy "
    "id is it ja jv ka kk km kn "
    "ko ku ky la lo lt lv mg mk ml mn mr ms my ne nl no om or pa pl ps pt ro ru sa sd si sk sl so sq sr su sv "
    "sw ta te th tl fil tr ug uk ur "
    "uz vi xh yi zh"
)
XLMR_LANGUAGES = frozenset(_CODES.split())

Scores = tuple[list[float | None], list[str | None]]


def unavailable() -> str | None:
    """Why COMET cannot run in this environment, with the pip line that mends it; None when it can."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        version("unbabel-comet")
    except PackageNotFoundError:
        return MISSING
    return None if int(version("transformers").split(".")[0]) < 5 else WRONG_TRANSFORMERS


def unsupported(*languages: str) -> str | None:
    """Why COMET must not score these languages, or None."""
    for lang in languages:
        known = language(lang)
        if known.id.partition("-")[0] not in XLMR_LANGUAGES:
            return f"unsupported: COMET's encoder (XLM-R) does not cover {known.id!r} ({known.name})"
    return None


@contextlib.contextmanager
def _offline_and_quiet() -> Iterator[None]:
    """No hub access and no Lightning chatter while COMET works; both restored after."""
    import huggingface_hub.constants as hub

    # The .ckpt lies in a cache that others may be able to write: torch reads it as tensors and plain values, or not at
    # all.
    names = ("HF_HUB_OFFLINE", "TORCH_FORCE_WEIGHTS_ONLY_LOAD")
    before, before_flag = {name: os.environ.get(name) for name in names}, hub.HF_HUB_OFFLINE
    loggers = [
        logging.getLogger(n)
        for n in ("pytorch_lightning", "pytorch_lightning.utilities.rank_zero", "comet", "lightning")
    ]
    levels = [log.level for log in loggers]
    os.environ.update(dict.fromkeys(names, "1"))
    hub.HF_HUB_OFFLINE = True
    try:
        for log in loggers:
            log.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        hub.HF_HUB_OFFLINE = before_flag
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        for log, level in zip(loggers, levels, strict=True):
            log.setLevel(level)


def load_model(checkpoint: str | Path, root: Path | None = None) -> Any:
    """The COMET model of a checkpoint folder, in evaluation mode on CPU, loaded by unbabel-comet (the last one is
    kept).

    Raises UserError for a bad checkpoint, weights that do not fill the model, and a model that needs references.
    """
    return _loaded(Path(checkpoint), build_checkpoint(checkpoint, root))


@lru_cache(maxsize=1)
def _loaded(folder: Path, ckpt: Path) -> Any:
    # The path of the .ckpt holds the hash of its content, so a changed checkpoint is never answered from here.
    with _offline_and_quiet():
        from comet import load_from_checkpoint
        from comet.models import str2model

        kind = _hparams(folder)["class_identifier"]
        if kind not in str2model:
            raise UserError(
                f"{folder / HPARAMS}: unknown class_identifier {kind!r}; one of {', '.join(sorted(str2model))}"
            )
        try:
            model = load_from_checkpoint(str(ckpt), local_files_only=True)
        except (RuntimeError, OSError, TypeError, KeyError, ValueError, UnpicklingError) as err:
            reason = (str(err).splitlines() or [type(err).__name__])[0]
            raise UserError(
                f"COMET checkpoint {folder}: unbabel-comet cannot load it ({reason}); build it again"
            ) from err
    if model.requires_references():
        raise UserError(f"COMET checkpoint {folder}: {kind} needs references; {METRIC} takes a reference-free model")
    from safetensors import safe_open

    with safe_open(folder / WEIGHTS, framework="pt") as stored:
        # unbabel-comet loads with strict=False: a missing tensor would stay random without a word.
        absent = sorted(k for k in set(model.state_dict()) - set(stored.keys()) if not k.endswith("position_ids"))
    if absent:
        raise UserError(
            f"{folder / WEIGHTS}: lacks {len(absent)} tensors of the model, for example {absent[0]}; build it again"
        )
    read_literally(model.encoder.tokenizer)
    _encode_equals_once(model)
    return model.eval()


def _encode_equals_once(model: Any) -> None:
    """Makes texts of a batch that are equal - a source with several outputs, which unbabel-comet puts next to each
    other - go through the encoder once. A batch without equals is encoded as ever."""
    encode = model.compute_sentence_embedding

    def encode_once(input_ids: Any, attention_mask: Any, token_type_ids: Any = None) -> Any:
        places: dict[tuple[int, ...], int] = {}
        firsts: list[int] = []
        at = []
        for i, row in enumerate(map(tuple, input_ids.tolist())):
            if row not in places:
                places[row] = len(firsts)
                firsts.append(i)
            at.append(places[row])
        if len(firsts) == len(at):
            return encode(input_ids, attention_mask, token_type_ids)
        types = None if token_type_ids is None else token_type_ids[firsts]
        return encode(input_ids[firsts], attention_mask[firsts], types)[at]

    model.compute_sentence_embedding = encode_once


def _refusal(model: Any, source: str, text: str, langs: tuple[str, str], limit: int) -> str | None:
    """Why this pair must not be scored, or None. `limit`: tokens that COMET keeps of a text, special tokens
    included."""
    if not source.strip():
        return "empty source"
    if (reason := no_answer(source, text, *langs)) is not None:
        return reason
    for what, words in (("source", source), ("output", text)):
        if (n := len(model.encoder.tokenizer(words, verbose=False)["input_ids"])) > limit:
            return f"{what} too long for COMET ({n} tokens; it reads {limit})"
    return None


def score_comet(
    sources: Sequence[str],
    texts: Sequence[str],
    checkpoint_folder: str | Path,
    source_lang: str = "zh",
    target_lang: str = "th",
    batch_size: int = BATCH_SIZE,
    root: Path | None = None,
) -> Scores:
    """(scores, reasons): COMET's quality estimate per pair as the model gives it, or None with the reason at the same
    place.

    Raises UserError for a bad checkpoint, ValueError when the lengths differ. An environment without unbabel-comet and
    an unsupported language give None for every pair, with the reason.
    """
    if len(sources) != len(texts):
        raise ValueError(f"{len(sources)} sources for {len(texts)} texts")
    if not texts:
        return [], []
    if (reason := unsupported(source_lang, target_lang) or unavailable()) is not None:
        return [None] * len(texts), [reason] * len(texts)
    langs = [(source_lang, target_lang)] * len(texts)
    return _score_pairs(sources, texts, langs, load_model(checkpoint_folder, root), batch_size)


def _score_pairs(
    sources: Sequence[str], texts: Sequence[str], langs: Sequence[tuple[str, str]], model: Any, batch_size: int
) -> Scores:
    limit = model.encoder.max_positions - 2
    reasons = [_refusal(model, s, t, pair, limit) for s, t, pair in zip(sources, texts, langs, strict=True)]
    pairs = list(dict.fromkeys((s, t) for s, t, r in zip(sources, texts, reasons, strict=True) if r is None))
    known: dict[tuple[str, str], float] = {}
    if pairs:
        with _offline_and_quiet(), counted_passes(model, "COMET", len(pairs), batch_size):
            found = model.predict(
                [{"src": s, "mt": t} for s, t in pairs],
                batch_size=batch_size,
                gpus=0,
                progress_bar=False,
                num_workers=0,
            )
        known = dict(zip(pairs, map(float, found["scores"]), strict=True))
    return [known[s, t] if r is None else None for s, t, r in zip(sources, texts, reasons, strict=True)], reasons


def score_examples(examples: Sequence[Example], texts: Sequence[str], checkpoint_folder: str | Path) -> SegmentStats:
    """scorer.comet_qe of `texts`, aligned with `examples`; the signature carries the checkpoint's hash and the version.

    Unsupported pairs of languages are left out one by one; what is no answer is 0, not left out. Raises as
    `score_comet`.
    """
    ids = [e.id for e in examples]
    if len(texts) != len(ids):
        raise ValueError(f"{len(texts)} texts for {len(ids)} examples")
    signature = f"{METRIC}|weights:{weights_hash(checkpoint_folder)[:12]}|{RULE}|literal"
    if (reason := unavailable()) is not None:
        return unscorable(METRIC, ids, reason, f"{signature}|unavailable", True)
    from importlib.metadata import version

    signature += f"|version:unbabel-comet{version('unbabel-comet')}"
    values: list[float | None] = [None] * len(ids)
    reasons: list[str | None] = [unsupported(e.source_lang, e.target_lang) for e in examples]
    live = [i for i, r in enumerate(reasons) if r is None]
    if live:
        model = load_model(checkpoint_folder)
        langs = [(examples[i].source_lang, examples[i].target_lang) for i in live]
        found = _score_pairs([examples[i].source for i in live], [texts[i] for i in live], langs, model, BATCH_SIZE)
        for i, value, why in zip(live, *found, strict=True):
            e = examples[i]
            lowest = bool(e.source.strip()) and no_answer(e.source, texts[i], e.source_lang, e.target_lang) is not None
            values[i], reasons[i] = (LOWEST, None) if lowest else (value, why)
    return from_values(METRIC, ids, values, signature, True, reasons)
