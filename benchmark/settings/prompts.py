"""How a policy is asked: the task's template or the user's, few-shot examples, the tokenizer's chat template.
Everything ends as one template with {source}, so that training and measuring ask alike and the template's text
identifies the prompt.

Dates: chat templates that print today's date (SmolLM3's does) get a fixed one; a run that goes on after midnight must
not ask differently.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmark.settings.config import Profile, Prompt
from benchmark.tasks import Task
from metrics.errors import UserError
from metrics.files import read_text
from metrics.records import Example
from training.shared.plain_text import control_tokens, plain

SLOT = "{source}"
TODAY = datetime.datetime(2025, 1, 1)
"""The date that chat templates see."""
MAX_TEMPLATE = 2**20
"""Bytes of a template's file."""
BETWEEN = "\n\n"
"""Between the examples of a plain prompt."""


def read_template(wanted: Prompt, task: Task) -> str:
    """The template of one question. Raises UserError when the file is missing, or {source} does not stand in it exactly
    once."""
    text, where = wanted.template, "prompt.template"
    if text is None:
        return task.prompt
    if text.endswith(".txt") and SLOT not in text:
        path, where = Path(text).expanduser(), f"prompt.template = {text}"
        try:
            text = read_text(path, MAX_TEMPLATE).removesuffix("\n")
        except UserError as err:
            raise UserError(
                f"{where}: cannot be read ({err}); give the path of a UTF-8 text file, or the template itself"
            ) from None
    if text.count(SLOT) != 1:
        raise UserError(
            f"{where}: must hold {SLOT} exactly once, where the source text goes; it holds it {text.count(SLOT)} times"
        )
    return text


def own_prompt(profile: Profile, task: str) -> Prompt:
    """The prompt settings of a further task: all but the template and the examples, which are the primary task's."""
    return (
        profile.prompt
        if task == profile.run.task
        else profile.prompt.model_copy(update={"template": None, "few_shot": 0})
    )


def shots(wanted: Prompt, para: Sequence[Example]) -> list[tuple[str, str]]:
    """The (source, reference) pairs shown before the question: the first ones of D_para that have a reference."""
    pairs = [(e.source, e.reference[0]) for e in para if e.reference and SLOT not in e.source + e.reference[0]]
    if len(pairs) < wanted.few_shot:
        raise UserError(
            f"prompt.few_shot = {wanted.few_shot}, but D_para has {len(pairs)} pairs with a reference; "
            "lower it, or give data.para"
        )
    return pairs[: wanted.few_shot]


class _Then(datetime.datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> _Then:
        return cls(TODAY.year, TODAY.month, TODAY.day, tzinfo=tz)


@contextmanager
def _fixed_date() -> Iterator[None]:
    """Within it templates see TODAY. transformers 5.24 hands no function through to a template any more, so its own
    clock is set."""
    from transformers.utils import chat_template_utils

    place: Any = chat_template_utils
    before = place.datetime
    place.datetime = _Then
    try:
        yield
    finally:
        place.datetime = before


def rendered_chat(tokenizer: Any, where: str, messages: list[dict[str, str]], options: dict[str, Any]) -> str:
    """Messages by the tokenizer's chat template, up to where the answer begins, with a fixed date. UserError without
    a template, or where it refuses."""
    if not getattr(tokenizer, "chat_template", None):
        raise UserError(
            f"{where}: its tokenizer has no chat template, but prompt.chat = true; set prompt.chat=false (the "
            "plain prompt), or give an "
            "instruction-tuned model"
        )
    from training.shared.bounded import bounded_text

    try:
        with _fixed_date():
            text = bounded_text(
                lambda: tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, **options)
            )
    except UserError as err:
        raise UserError(
            f"{where}: its chat template refuses the prompt ({err}); see prompt.system and chat_options"
        ) from None
    # The tokenizer puts its own beginning-of-sequence token before every text; the template's would be a second one.
    bos = tokenizer.bos_token
    if bos and text.startswith(bos) and tokenizer("a")["input_ids"][:1] == [tokenizer.bos_token_id]:
        text = text.removeprefix(bos)
    return text


def _chat(tokenizer: Any, where: str, messages: list[dict[str, str]], options: dict[str, Any]) -> str:
    text = rendered_chat(tokenizer, where, messages, options)
    if text.count(SLOT) != 1:
        raise UserError(f"{where}: its chat template changes the question ({SLOT} is lost); set prompt.chat=false")
    return text


def check_prompt(wanted: Prompt) -> None:
    """Raise UserError for settings that contradict each other."""
    if not wanted.chat and (wanted.system is not None or wanted.chat_options):
        raise UserError(
            "prompt.system and prompt.chat_options belong to a chat template; set prompt.chat=true, or leave them out"
        )
    if any(not text for text in wanted.stop):
        raise UserError("prompt.stop holds an empty text, which would end every generation at once; take it out")


def tokenizer_of(model: str, trust_remote_code: bool = False) -> Any:
    """The tokenizer of a folder or hub id; an adapter has its base's where it brings none."""
    from training.shared.loading import load_tokenizer
    from training.shared.lora import adapter_base

    folder = Path(model)
    base = adapter_base(folder)
    of = base if base is not None and not (folder / "tokenizer_config.json").exists() else model
    return load_tokenizer(of, trust_remote_code)


def asked(
    task: Task, wanted: Prompt, model: str | None, para: Sequence[Example] = (), trust_remote_code: bool = False
) -> Task:
    """The task with the prompt that the profile wants; what sources and shown examples spell is text for the model's
    tokenizer.

    model: folder or hub id whose tokenizer reads the prompt and brings the chat template (None: none is known, for a
    plain prompt alone); para: D_para, for few-shot examples. Raises UserError as above.
    """
    check_prompt(wanted)
    template, given = read_template(wanted, task), shots(wanted, para)
    tokenizer = None if model is None else tokenizer_of(model, trust_remote_code)
    controls = frozenset() if tokenizer is None else control_tokens(tokenizer)
    given = [(plain(source, controls), plain(reference, controls)) for source, reference in given]
    task = replace(task, controls=controls)
    if not wanted.chat:
        solved = "".join(template.replace(SLOT, source) + reference + BETWEEN for source, reference in given)
        return replace(task, prompt=solved + template)
    messages = [{"role": "system", "content": wanted.system}] if wanted.system is not None else []
    for source, reference in given:
        messages += [
            {"role": "user", "content": template.replace(SLOT, source)},
            {"role": "assistant", "content": reference},
        ]
    messages.append({"role": "user", "content": template})
    if tokenizer is None:
        raise ValueError("a chat prompt needs the model whose template it is")
    return replace(task, prompt=_chat(tokenizer, str(model), messages, wanted.chat_options))
