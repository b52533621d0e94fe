"""The tokenizer of the embedded models: BPE with byte fallback, whole-word entries for the world's names, figures in
pairs.

Figures are split in pairs from the left ("3700" -> 37 00): a number is copied in one or two steps in every language,
which small models can learn; single figures took them far longer. Any text can be encoded (byte fallback), so users'
own files work, only at more tokens.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from metrics.errors import UserError
from metrics.files import read_text

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"]


def train_tokenizer(texts: Iterable[str], words: Iterable[str], vocab_size: int) -> PreTrainedTokenizerFast:
    """A tokenizer with `words` as entries of their own and BPE pieces (vocab_size counts those, words and bytes come on
    top) learnt from texts.

    eos is <|im_end|>, padding <|pad|>, on the left; deterministic for equal input order.
    """
    words = sorted(set(words), key=lambda w: (-len(w), w))
    tok = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True))
    tok.normalizer = normalizers.NFC()
    tok.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"\d{1,2}"), "isolated"),
            pre_tokenizers.Split(Regex(r"[\s\p{P}\p{S}]"), "isolated"),
        ]
    )
    cut = _cutter(words)
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=["<unk>"],
        min_frequency=2,
        show_progress=False,
        initial_alphabet=list("0123456789"),
    )
    tok.train_from_iterator((piece for text in texts for piece in cut(text)), trainer)
    raw = json.loads(tok.to_str())
    vocab = raw["model"]["vocab"]
    for token in [*(f"{n:02d}" for n in range(100)), *(f"<0x{b:02X}>" for b in range(256))]:
        vocab.setdefault(token, len(vocab))
    merges = {tuple(m) for m in raw["model"]["merges"]}
    figures = [[a, b] for a in "0123456789" for b in "0123456789" if (a, b) not in merges]
    for figure in "0123456789":
        vocab.setdefault(figure, len(vocab))
    raw["model"]["merges"] += figures
    tok = Tokenizer.from_str(json.dumps(raw, ensure_ascii=False))
    tok.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    tok.add_special_tokens([AddedToken(s, special=True, normalized=False) for s in SPECIAL])
    tok.add_tokens([AddedToken(w, special=False, normalized=False) for w in words])
    return wrapped(tok)


def wrapped(tok: Tokenizer) -> PreTrainedTokenizerFast:
    """As transformers loads and saves it; SPECIAL stand among its tokens."""
    return PreTrainedTokenizerFast(
        tokenizer_object=tok,
        eos_token="<|im_end|>",
        pad_token="<|pad|>",
        unk_token="<unk>",
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


def _cutter(words: list[str]):
    """A function that cuts a text at the words and drops them: BPE learns from what lies between."""
    import re

    pattern = re.compile("|".join(map(re.escape, words))) if words else None
    return lambda text: [p for p in (pattern.split(text) if pattern else [text]) if p]


def load_words(path: Path) -> list[str]:
    """One word a line; `\\n` stands for a line break inside a word. Raises UserError for a file that holds none."""
    words = [line.replace("\\n", "\n") for line in read_text(path).replace("\r\n", "\n").split("\n") if line]
    if not words:
        raise UserError(f"{path}: holds no words; write it with `python -m benchmark data corpus --name words`")
    return words
