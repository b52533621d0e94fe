"""Prompts as data: templates, few-shot examples, chat templates; and stop texts in generation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmark.generation.decoding import Decoding, Work
from benchmark.generation.local import generate_texts
from benchmark.generation.reading import cut_at_stop, reader
from benchmark.settings.config import Prompt, load_profile
from benchmark.settings.prompts import asked
from benchmark.tasks import Task
from metrics.errors import UserError
from metrics.records import Example

TASK = Task("t", "zh", "th", "1", "Q: {source}\nA: ", lambda split, n=None: [])
PARA = [
    Example("a", "中", ("ก",), None, "zh", "th"),
    Example("b", "国", None, None, "zh", "th"),
    Example("c", "公", ("ข",), None, "zh", "th"),
]
CHAT = (
    "{{ bos_token }}{{ strftime_now('%Y') }}|{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content "
    "}}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% if not thinking | default(true) "
    "%}<think>\n\n</think>\n{% endif %}{% endif %}"
)


@pytest.fixture
def chat_model(tiny_policy_path: Path, tmp_path: Path) -> Path:
    """A folder whose tokenizer has a chat template and a bos token, which it does not put before texts by itself."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_policy_path)
    tokenizer.chat_template, tokenizer.bos_token = CHAT, "<|im_start|>"
    tokenizer.save_pretrained(tmp_path / "chat")
    return tmp_path / "chat"


def test_the_default_is_the_tasks_own_prompt() -> None:
    """Nothing is loaded, nothing is changed."""
    assert asked(TASK, Prompt(), None) == TASK
    assert load_profile("tiny").prompt == Prompt()


def test_solved_examples_come_first_and_only_those_with_a_reference() -> None:
    """A plain prompt with two shots, in the order of D_para."""
    task = asked(TASK, Prompt(few_shot=2), None, PARA)
    assert task.ask("司") == "Q: 中\nA: ก\n\nQ: 公\nA: ข\n\nQ: 司\nA: "
    with pytest.raises(UserError, match="D_para has 2 pairs"):
        asked(TASK, Prompt(few_shot=3), None, PARA)


def test_a_template_may_lie_in_a_file(tmp_path: Path) -> None:
    """Its last line break is the editor's; a missing slot or file is named."""
    (tmp_path / "p.txt").write_text("译：{source}\n泰语：\n", encoding="utf-8")
    assert asked(TASK, Prompt(template=str(tmp_path / "p.txt")), None).ask("中") == "译：中\n泰语："
    with pytest.raises(UserError, match="cannot be read"):
        asked(TASK, Prompt(template=str(tmp_path / "absent.txt")), None)
    with pytest.raises(UserError, match="exactly once"):
        asked(TASK, Prompt(template="no slot"), None)


def test_the_chat_template_is_applied_once_with_a_fixed_date(chat_model: Path) -> None:
    """System message, shots as turns, options handed through; the source goes where the question stood, braces and
    all."""
    wanted = Prompt(chat=True, system="S", few_shot=1, chat_options={"thinking": False})
    text = asked(TASK, wanted, str(chat_model), PARA).ask("{x}")
    turns = (
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ: 中\nA: <|im_end|>\n<|im_start|>assistant\nก<|im_end|>\n"
    )
    assert (
        text == f"<|im_start|>2025|{turns}<|im_start|>user\nQ: {{x}}\nA: <|im_end|>\n<|im_start|>assistant\n<think>\n\n"
        "</think>\n"
    )


def test_the_beginning_token_is_not_doubled(chat_model: Path) -> None:
    """Where the tokenizer puts it before every text, the template's own is taken away."""
    from tokenizers.processors import TemplateProcessing
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(chat_model)
    bos = tokenizer.bos_token
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single=f"{bos} $A", special_tokens=[(bos, tokenizer.bos_token_id)]
    )
    tokenizer.save_pretrained(chat_model)
    ids = AutoTokenizer.from_pretrained(chat_model)(asked(TASK, Prompt(chat=True), str(chat_model)).ask("中"))[
        "input_ids"
    ]
    assert ids[0] == tokenizer.bos_token_id
    assert ids[1] != tokenizer.bos_token_id


def test_a_model_without_a_chat_template_is_refused(tiny_policy_path: Path) -> None:
    """One message with the way out; settings that need a chat template are refused without one."""
    with pytest.raises(UserError, match=r"no chat template.*prompt\.chat=false"):
        asked(TASK, Prompt(chat=True), str(tiny_policy_path))
    with pytest.raises(UserError, match=r"prompt\.chat=true"):
        asked(TASK, Prompt(system="S"), None)
    with pytest.raises(UserError, match="empty text"):
        asked(TASK, Prompt(stop=[""]), None)


def test_a_stop_text_ends_the_generation(tiny_policy_path: Path) -> None:
    """It and what follows are left out, the reason is `stop`, the tokens are those up to it; without it the output is
    cut at the cap."""
    from training.shared.loading import load_policy

    model, tokenizer = load_policy(tiny_policy_path, device="cpu")
    plain = Decoding(12, 2)

    def made(decoding: Decoding) -> dict[str, tuple[str, int, str]]:
        rows = generate_texts(model, tokenizer, ["中国", "公司起诉"], ["a", "b"], decoding, work=Work(progress=False))
        return {i: (text, n, reason) for batch in rows for i, text, n, reason in batch}

    before = made(plain)
    text = before["a"][0]
    assert before["a"][2] == "length"
    assert len(text) > 3
    mark = text[2]
    stopped = made(replace(plain, stop=(mark,)))["a"]
    assert stopped[0] == text[: text.index(mark)].strip()
    assert stopped[1] <= before["a"][1]
    assert stopped[2] == "stop"


def test_the_fewest_tokens_with_the_stop_text_are_counted() -> None:
    """A stop text across tokens; none at all."""

    class Letters:
        def decode(self, ids: list[int], **_: Any) -> str:
            return "".join("abc\n"[i] for i in ids)

    assert cut_at_stop(reader(Letters(), "", False), [0, 1, 3, 3, 2], ["\n\n"]) == ([0, 1, 3, 3], "ab")
    assert cut_at_stop(reader(Letters(), "", False), [0, 1, 2], ["\n"]) is None
