"""The safeguards of eq. 6: r_i = g_i * max(s_i, 0) with s_i = raw_i - lambda_len * p_len_i - lambda_rep * p_rep_i.

The paper gives the form, the 2.5x and 5.0x, the 0.15 and the two lambdas; the gate's thresholds and the formula of
`reflen` are ours:
- gate: at least 0.8 of the letters (Unicode category L) are of the target's script, none anywhere is Han, at most 0.1
  are Latin; a text
  without letters fails.
- reflen: p_len = clip(len / (reflen_ratio * len(source)) - 1, 0, 1): free up to `reflen_ratio` tokens for each token of
  the source, full at
  twice that, the same proportion as between the 2.5x and 5.0x of the batch median. Nothing of the batch enters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import median

import regex

from metrics.errors import UserError
from metrics.languages import language

MIN_TARGET, MAX_LATIN = 0.8, 0.1
FREE, FULL = 2.5, 5.0
"""p_len: free up to FREE x the batch median, 1 from FULL x on."""
REPEAT_FROM = 0.15
NGRAM = 4
VARIANTS = ("gate+batchlen", "gate-only", "reflen", "grpo-control")

_LETTER = regex.compile(r"\p{L}")
_LATIN = regex.compile(r"[\p{L}&&\p{Script=Latin}]", regex.V1)
_HAN = regex.compile(r"\p{Script=Han}")


@dataclass(frozen=True, slots=True)
class Penalties:
    """Which terms of eq. 6 are on, and how strongly."""

    variant: str = "gate+batchlen"
    """One of VARIANTS. `grpo-control` has the reward of `gate+batchlen`; only its loss differs."""
    lambda_len: float = 0.20
    lambda_rep: float = 0.05
    reflen_ratio: float = 0.5
    """`reflen` only: completion tokens that are free for each source token."""

    def __post_init__(self) -> None:
        if self.variant not in VARIANTS:
            raise UserError(f"rl.variant must be one of {', '.join(VARIANTS)}, not {self.variant!r}")
        for name in ("lambda_len", "lambda_rep"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise UserError(f"rl.{name} must be a number of at least 0, not {getattr(self, name)}")
        if not 0 < self.reflen_ratio < float("inf"):
            raise UserError(f"rl.reflen_ratio must be above 0, not {self.reflen_ratio}")


@dataclass(frozen=True, slots=True)
class Shaped:
    """One completion's reward and its parts."""

    raw: float
    """Reranker probability, 0..1."""
    gate: bool
    p_len: float
    """0..1; 0 where the variant has no length term."""
    p_rep: float
    """0, or the repeated share where that exceeds REPEAT_FROM; 0 for `gate-only`."""
    shaped: float
    """s: raw minus the penalties, may be negative."""
    length: int
    """Tokens, in the unit of the reward."""
    reward: float
    """g * max(s, 0), 0..1."""


def gated(lang: str) -> bool:
    """Whether the gate can judge a language: one of a known script that is neither Han nor Latin, which it refuses.

    Raises UserError for what is no language code.
    """
    scripts = language(lang).scripts
    return scripts is not None and not {"Han", "Latin"}.intersection(scripts)


@lru_cache(maxsize=64)
def _own_letters(lang: str) -> regex.Pattern[str]:
    try:
        told = language(lang)
    except UserError as error:
        raise UserError(f"the language gate knows no script for {lang!r}: {error}") from None
    if not gated(lang):
        why = (
            "has no known script"
            if told.scripts is None
            else f"is written in {'/'.join(told.scripts)} letters, which the gate refuses"
        )
        raise UserError(
            f"the language gate cannot judge {told.id} ({told.name}): it {why}; choose a target in a script of "
            "its own, such as th or bo"
        )
    scripts = "".join(rf"\p{{Script={script}}}" for script in language(lang).scripts or ())
    return regex.compile(rf"[\p{{L}}&&[{scripts}]]", regex.V1)


def gate(text: str, lang: str) -> bool:
    """True when `text` is predominantly in the script of `lang`, without Han and with few Latin letters (thresholds:
    above).

    `lang` in any spelling of its code. Raises UserError for a language that the gate cannot judge (`gated`).
    """
    own = _own_letters(lang)
    letters = len(_LETTER.findall(text))
    if letters == 0 or _HAN.search(text):
        return False
    slack = 1e-9  # "at least 0.8 of 35" must not fail on the last bit of 0.8 * 35
    return (
        len(own.findall(text)) >= MIN_TARGET * letters - slack
        and len(_LATIN.findall(text)) <= MAX_LATIN * letters + slack
    )


def p_len(length: int, batch_median: float) -> float:
    """clip((length / median - 2.5) / 2.5, 0, 1). With a median of 0 (half the batch is empty) any non-empty completion
    has 1."""
    if batch_median <= 0:
        return 1.0 if length > 0 else 0.0
    return min(max((length / batch_median - FREE) / (FULL - FREE), 0.0), 1.0)


def p_len_of_source(length: int, source_length: int, ratio: float) -> float:
    """`reflen`: clip(length / (ratio * source_length) - 1, 0, 1); an empty source frees nothing."""
    limit = ratio * source_length
    if limit <= 0:
        return 1.0 if length > 0 else 0.0
    return min(max(length / limit - 1.0, 0.0), 1.0)


def repeated_share(tokens: Sequence[int]) -> float:
    """1 - distinct / total 4-grams; 0 for a text too short to have any."""
    total = len(tokens) - NGRAM + 1
    if total <= 0:
        return 0.0
    return 1.0 - len({tuple(tokens[i : i + NGRAM]) for i in range(total)}) / total


def p_rep(tokens: Sequence[int]) -> float:
    """The share of repeated 4-grams where it exceeds 0.15, else 0."""
    share = repeated_share(tokens)
    return share if share > REPEAT_FROM else 0.0


def shape(
    raw: Sequence[float],
    texts: Sequence[str],
    tokens: Sequence[Sequence[int]],
    lang: str,
    penalties: Penalties,
    *,
    batch_lengths: Sequence[int] | None = None,
    source_lengths: Sequence[int] | None = None,
) -> list[Shaped]:
    """Eq. 6 for some completions of one generation batch, in order.

    tokens: each completion in reranker tokens; batch_lengths: the lengths of *all* completions of the generation batch,
    those of other processes too (default: these completions are the batch); source_lengths: sources in reranker tokens,
    needed by `reflen` alone.
    """
    lengths = [len(t) for t in tokens]
    middle = median(batch_lengths if batch_lengths is not None else lengths) if lengths else 0.0
    if penalties.variant == "reflen" and source_lengths is None:
        raise ValueError("reflen needs source_lengths")
    of_source = source_lengths if source_lengths is not None else [0] * len(lengths)
    out = []
    for r, text, ids, length, source_length in zip(raw, texts, tokens, lengths, of_source, strict=True):
        too_long = repeated = 0.0
        if penalties.variant == "reflen":
            too_long = p_len_of_source(length, source_length, penalties.reflen_ratio)
        elif penalties.variant != "gate-only":
            too_long = p_len(length, middle)
        if penalties.variant != "gate-only":
            repeated = p_rep(ids)
        s = r - penalties.lambda_len * too_long - penalties.lambda_rep * repeated
        passed = gate(text, lang)
        out.append(Shaped(r, passed, too_long, repeated, s, length, max(s, 0.0) if passed else 0.0))
    return out
