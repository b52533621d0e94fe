"""The template of the Qwen3-Reranker family, as token ids."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from metrics.languages import language
from training.shared.plain_text import text_ids

YES, NO = "yes", "no"


SYSTEM = (
    "Judge whether the Document meets the requirements based on the Query and the Instruct provided. "
    'Note that the answer can only be "yes" or "no".'
)
PREFIX = f"<|im_start|>system\n{SYSTEM}<|im_end|>\n<|im_start|>user\n"
SUFFIX = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
INSTRUCT = "Given a Chinese news article, judge whether the {language} text conveys its content faithfully"
DEFAULT_INSTRUCT = INSTRUCT.format(language="Thai")
"""The instruction of the title task, zh -> th."""
TEMPLATE_WORDS = [
    YES,
    NO,
    f"system\n{SYSTEM}",
    "user\n<Instruct>:",
    DEFAULT_INSTRUCT,
    "\n<Query>:",
    "<Document>:",
    "assistant\n<think>\n\n</think>\n\n",
]
"""The template's fixed pieces: as entries of a small tokenizer they cost a token each."""


def format_prompt(source: str, candidate: str, instruct: str = DEFAULT_INSTRUCT) -> str:
    """The whole official prompt for one pair; the answer token follows it."""
    return f"{PREFIX}<Instruct>: {instruct}\n<Query>: {source}\n<Document>: {candidate}{SUFFIX}"


def instruct_for(target_lang: str) -> str:
    """The default instruction for texts of a language, given by its ISO 639 code."""
    return INSTRUCT.format(language=language(target_lang).name)


def _ids(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


@lru_cache(maxsize=8)
def _keeps_space_apart(tokenizer: Any) -> bool:
    """True when a leading space is always a token of its own; then it stays with "<Document>:", else it goes with the
    candidate."""
    space = _ids(tokenizer, " ")
    return all(_ids(tokenizer, " " + text) == space + _ids(tokenizer, text) for text in ("a", "ก", "中", "ཀ", "1", "“"))


def _cut(tokenizer: Any, ids: list[int], limit: int | None, end: str = "") -> list[int]:
    if limit is None or len(ids) <= limit:
        return ids
    tail = _ids(tokenizer, end) if end else []
    return ids[: limit - len(tail)] + tail


def query_ids(tokenizer: Any, source: str, instruct: str = DEFAULT_INSTRUCT, limit: int | None = None) -> list[int]:
    """Tokens of everything before the candidate. limit: most tokens for the source; beyond it the source loses its
    end."""
    document = "<Document>: " if _keeps_space_apart(tokenizer) else "<Document>:"
    head = _ids(tokenizer, f"{PREFIX}<Instruct>: {instruct}\n<Query>:")
    return head + _cut(tokenizer, text_ids(tokenizer, f" {source}\n"), limit, "\n") + _ids(tokenizer, document)


def document_ids(tokenizer: Any, candidate: str, limit: int | None = None) -> list[int]:
    """Tokens of the candidate (with its leading space, where the tokenizer joins the two); beyond `limit` it loses its
    end."""
    text = candidate if _keeps_space_apart(tokenizer) else f" {candidate}"
    return _cut(tokenizer, text_ids(tokenizer, text), limit)


def suffix_ids(tokenizer: Any) -> list[int]:
    """Tokens of everything after the candidate."""
    return _ids(tokenizer, SUFFIX)
