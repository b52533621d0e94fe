"""Questions as chats. The words stand in prompts/LANG.toml (English, Chinese, Thai); their hash goes into signatures
and ledger keys."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from metrics.errors import UserError
from metrics.files import sha256_json
from metrics.judge.records import CHECK, DIMENSIONS, MOST_CLAIMS, PROMPT_LANGS, TOP, Question
from metrics.languages import language
from metrics.llm_judge import fenced
from metrics.reading.words import base_language

Message = dict[str, str]
LONGEST_QUOTE = 2000
"""Characters of a useless answer that are shown to the judge when it is asked again."""


@dataclass(frozen=True)
class Prompts:
    """The prompts of one language."""

    lang: str
    version: int
    names: dict[str, str]
    languages: dict[str, str]
    ask: dict[str, str]

    @property
    def hash(self) -> str:
        """Of all words."""
        return sha256_json([self.version, self.names, self.languages, self.ask])[:12]

    @property
    def id(self) -> str:
        """Language, version and hash, for signatures."""
        return f"prompts:{self.lang}.{self.version}.{self.hash}"

    def named(self, code: str) -> str:
        """What a language is called in the prompt's own."""
        return self.languages.get(base_language(code)) or language(code).name


@lru_cache(maxsize=8)
def prompts(lang: str) -> Prompts:
    """The prompts in a language. Raises UserError for one that there is none in."""
    if lang not in PROMPT_LANGS:
        raise UserError(f"judge prompts: none in {lang!r}; there are {', '.join(PROMPT_LANGS)}")
    told: dict[str, Any] = tomllib.loads((files("metrics") / "judge" / "prompts" / f"{lang}.toml").read_text("utf-8"))
    return Prompts(lang, told["version"], told["names"], told["languages"], told["ask"])


def messages(question: Question, lang: str = "en") -> list[Message]:
    """The chat that asks a question. All texts stand between fences that none of them holds; no system is named."""
    words = prompts(lang)
    shown: list[tuple[str, str]] = []
    if question.kind == CHECK:
        shown.append((words.names["claims"], "\n".join(f"{i}. {c}" for i, c in enumerate(question.claims, 1))))
    else:
        shown.append((words.names["source"], question.source))
    several = len(question.texts) > 1
    for label, text in zip(question.labels, question.texts, strict=True):
        shown.append((f"{words.names['text']} {label}" if several else words.names["text"], text))
    all_texts = [text for _, text in shown]
    parts = [fenced(name, text, all_texts) for name, text in shown]
    key = question.form if question.kind == DIMENSIONS else question.kind
    asked = (
        words.ask[key]
        .strip()
        .format(
            language=words.named(question.target_lang),
            source_language=words.named(question.source_lang),
            labels=", ".join(question.labels),
            label_keys=", ".join(f'"{label}": N' for label in question.labels),
            top=TOP,
            n=len(question.claims),
            most=MOST_CLAIMS,
        )
    )
    system = words.ask["system"].strip()
    return [{"role": "system", "content": system}, {"role": "user", "content": "\n\n".join([*parts, asked])}]


def again(asked: list[Message], answer: str, problem: str, lang: str = "en") -> list[Message]:
    """The same chat with the useless answer and the request for a right one."""
    told = prompts(lang).ask["again"].strip().format(problem=problem)
    return [*asked, {"role": "assistant", "content": answer[:LONGEST_QUOTE]}, {"role": "user", "content": told}]
