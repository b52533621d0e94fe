"""Think blocks: what a reasoning model writes between <think> and </think> before it answers. They are no part of the
answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

OPEN, CLOSE = "<think>", "</think>"


def opens_thought(prompt: str) -> bool:
    """Whether a prompt ends inside a think block, as the chat templates of some models leave it."""
    return prompt.rfind(OPEN) > prompt.rfind(CLOSE)


def answer_of(text: str, opened: bool = False) -> tuple[str, bool]:
    """(the text without its think blocks, whether there was one). opened: the prompt has opened one already.

    A closing mark without an opening one ends a thought that began with the text. A thought that is never closed (the
    cap cut it) leaves what stood before it, so mostly nothing: there was no answer.
    """
    kept, rest, thought = [], text, opened
    if not opened and CLOSE in text and (OPEN not in text or text.find(CLOSE) < text.find(OPEN)):
        opened = thought = True
    while rest:
        if opened:
            _, closed, rest = rest.partition(CLOSE)
            opened = not closed
        else:
            before, found, rest = rest.partition(OPEN)
            kept.append(before)
            opened = bool(found)
            thought = thought or opened
    return "".join(kept).strip() if thought else text, thought


def spelled(tokenizer: Any, ids: Sequence[int]) -> str:
    """The text of token ids without special tokens, but with the think marks, which some tokenizers count among the
    special ones."""
    special = set(tokenizer.all_special_ids)
    marks = {tokenizer.convert_tokens_to_ids(m) for m in (OPEN, CLOSE)} & special - {tokenizer.unk_token_id}
    if not marks & set(ids):
        return str(tokenizer.decode(list(ids), skip_special_tokens=True))
    return str(tokenizer.decode([i for i in ids if i not in special or i in marks], skip_special_tokens=False))
