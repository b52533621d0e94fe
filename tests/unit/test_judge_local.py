"""The judge in a local model: choices by log-probabilities, and texts that spell control tokens stay texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.judge.local_chats import PREFIX, chat_ids, chosen
from benchmark.judge.transformers_local import TransformersBackend, load_transformers
from benchmark.settings.schema import Judge
from metrics.errors import UserError
from metrics.judge.prompting import messages
from metrics.judge.records import Question

TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
ASKED = Question("q", "pairwise", "e", "某条新闻", "zh", "th", ("ข่าวหนึ่ง", "ข่าวสอง"), ("x", "y"))


def test_a_choice_is_what_one_whole_pass_gives(tiny_policy_path: Path) -> None:
    """Prompt read once and continued: the same numbers as prompt and choice in one pass."""
    import torch

    judge = load_transformers(Judge(model=str(tiny_policy_path), choice=True), None)
    backend = judge.backend
    assert isinstance(backend, TransformersBackend)
    model, tokenizer = backend.loaded
    tokenizer.chat_template = TEMPLATE
    model.config.max_position_embeddings = 4000  # its own 904 leave no room for an answer
    prompt = chat_ids(tokenizer, "tiny", messages(ASKED), PREFIX)
    whole = {}
    for choice in ('A"', 'B"', 'tie"'):
        ids = tokenizer(choice, add_special_tokens=False)["input_ids"]
        with torch.inference_mode():
            logits = model(torch.tensor([prompt + ids])).logits[0, len(prompt) - 1 : -1].float()
        whole[choice] = float(torch.log_softmax(logits, -1)[range(len(ids)), ids].sum())
    (found,) = judge.verdicts([ASKED])
    assert found.answer is not None
    told = dict(part.split(":") for part in found.answer["reason"].split())
    wanted = dict(part.split(":") for part in chosen(ASKED, whole).split('"reason": "')[1][:-2].split())
    assert {k: float(v) for k, v in told.items()} == pytest.approx({k: float(v) for k, v in wanted.items()}, abs=2e-3)
    assert sum(map(float, told.values())) == pytest.approx(1, abs=2e-3)


def test_a_model_without_a_chat_template_is_one_message(tiny_policy_path: Path) -> None:
    with pytest.raises(UserError, match="no chat template"):
        load_transformers(Judge(model=str(tiny_policy_path)), None).verdicts([ASKED])
    with pytest.raises(UserError, match="--judge-model"):
        load_transformers(Judge(), None)
