"""form.* of texts from elsewhere: by a causal language model that the user names, in bits per character.

Gold is what the references of the file are like to the same model; without references nothing can be said. What is
known of words that are no names, and of how titles end, is known of the shipped models alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from metrics.errors import UserError, first_line
from metrics.folders import folder_hash
from metrics.form import FLUENCY, HEADLINE, grams, shape
from metrics.form.known import Gold
from metrics.form.scores import CUT_AT_CAP, POWER, plain_title, sound
from metrics.hub import model_folder
from metrics.languages import code
from metrics.normalise import tidy
from metrics.records import Example, Generation
from metrics.segment import SegmentStats, from_values, unscorable
from metrics.version import UNAVAILABLE, V

BATCH = 8
LEAST_REFERENCES = 5
SPREAD = 0.05
"""Least spread of the references, bits per character: a handful of like ones would make every other text an error."""
FEW = f"fewer than {LEAST_REFERENCES} references to tell what gold texts are like"
OPEN_ENDS = ("เ", "แ", "โ", "ใ", "ไ", "(", "[", "“", "‘", "«", "《", "「", "་་")
"""Nothing that is finished ends so."""


@lru_cache(maxsize=1)
def _load(path: str) -> tuple[Any, Any, int]:
    """(tokenizer, model in float32 on the processor or the accelerator, most tokens)."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    folder = model_folder(path)
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, use_safetensors=True)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(
            f"score.fluency = {path}: no causal language model can be read from it ({first_line(error)}); "
            "give the folder or hub id of one"
        ) from None
    place: Any = model
    place.to("cuda" if torch.cuda.is_available() else "cpu").eval()
    return tokenizer, model, int(getattr(model.config, "max_position_embeddings", 0) or 2048)


def nats(texts: Sequence[str], path: str) -> np.ndarray:
    """(n,) mean ln P per character of each text; NaN for an empty one. Texts longer than the model reads are scored on
    what it reads."""
    import torch
    from torch.nn.functional import cross_entropy

    tokenizer, model, most = _load(path)
    start = next(
        (t for t in (tokenizer.bos_token_id, tokenizer.eos_token_id, model.config.eos_token_id) if t is not None), 0
    )
    start = start[0] if isinstance(start, list) else start
    found = np.full(len(texts), np.nan)
    order = sorted((i for i, text in enumerate(texts) if text), key=lambda i: len(texts[i]))
    for first in range(0, len(order), BATCH):
        rows = order[first : first + BATCH]
        ids = [tokenizer(texts[i], add_special_tokens=False)["input_ids"][: most - 1] for i in rows]
        width = max(map(len, ids), default=0)
        if not width:
            continue
        batch = torch.tensor([[start, *row, *[start] * (width - len(row))] for row in ids], device=model.device)
        mask = torch.tensor([[1] * (len(row) + 1) + [0] * (width - len(row)) for row in ids], device=model.device)
        with torch.no_grad():
            logits = model(input_ids=batch, attention_mask=mask).logits[:, :-1].float()
        losses = cross_entropy(logits.transpose(1, 2), batch[:, 1:], reduction="none") * mask[:, 1:]
        for i, row, loss in zip(rows, ids, losses.sum(dim=1).tolist(), strict=True):
            chars = len(texts[i]) if len(row) < most - 1 else len(tokenizer.decode(row)) or 1
            found[i] = -loss / chars
    return found


def score_causal(
    examples: Sequence[Example], texts: Sequence[str], generations: Sequence[Generation] | None, path: str
) -> list[SegmentStats]:
    """form.fluency and form.headline by a causal language model; as `scores.score_form`.

    Raises UserError for a model that cannot be read.
    """
    ids = [e.id for e in examples]
    n = len(ids)
    own = [tidy(text) for _, text in zip(examples, texts, strict=True)]
    capped = [made.finish_reason == CUT_AT_CAP for made in generations] if generations is not None else [False] * n
    fluent: list[float | None] = [None] * n
    title: list[float | None] = [None] * n
    reasons: list[str | None] = [None] * n
    langs = [code(e.target_lang) for e in examples]
    for lang in sorted(set(langs)):
        at = [i for i, found in enumerate(langs) if found == lang]
        gold = [tidy(r) for i in at for r in examples[i].reference or () if tidy(r)]
        if len(gold) < LEAST_REFERENCES:
            for i in at:
                reasons[i] = FEW
            continue
        bits = nats(gold, path) / np.log(2)
        like = Gold(float(bits.mean()), max(float(bits.std()), SPREAD), float(np.quantile(_again(gold), 0.99)), 0.0)
        outputs = [own[i] for i in at]
        heard = sound(
            np.nan_to_num(nats(outputs, path) / np.log(2), nan=-1e9), np.array(like.mean), np.array(like.spread)
        )
        again = _again(outputs)
        value = heard * np.minimum((1 - again) / max(1 - like.repeated, 1e-9), 1.0) ** POWER
        sizes = sorted(map(len, gold))
        for j, i in enumerate(at):
            written = any(map(str.isalpha, outputs[j]))
            fluent[i] = float(value[j]) if written else 0.0
            whole = sizes[0] <= len(outputs[j]) <= sizes[-1] and not capped[i] and not outputs[j].endswith(OPEN_ENDS)
            title[i] = float(written and whole and again[j] <= like.repeated and plain_title(texts[i]))
    signature = f"|{V}|norm:tidy|lm:{folder_hash(model_folder(path), weights_only=False)[:16]}|bits per character"
    found = []
    for name, values in ((FLUENCY, fluent), (HEADLINE, title)):
        if reasons and len(set(reasons)) == 1 and reasons[0] is not None:
            found.append(unscorable(name, ids, reasons[0], f"{name}{UNAVAILABLE}", True))
        else:
            found.append(from_values(name, ids, values, name + signature, True, reasons))
    return found


def _again(texts: Sequence[str]) -> np.ndarray:
    made = grams.block([grams.read(text) for text in texts])
    return shape.repeated(made, made.hashed[-1], grams.ORDER)
