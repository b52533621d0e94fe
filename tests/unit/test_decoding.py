"""Decoding is ours alone: nothing of a checkpoint's generation_config.json acts, all of its end tokens do, and both are
told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from tiny_models import character_tokenizer, random_policy

from benchmark.generation.decoding import Decoding, Work
from benchmark.generation.local import generate_texts
from benchmark.generation.reading import reader, row_of
from metrics.records import Example, Generation, read_generations, write_generations
from training.rewards.safeguards import Penalties
from training.rl.grpo import train_rl
from training.rl.reward import Rollouts, StepReward
from training.rl.settings import RLSettings
from training.shared.decoding import context_of, end_tokens
from training.shared.loading import load_policy
from training.shared.rules import described, rules_of
from training.shared.stage import RLAround
from training.shared.think import answer_of, opens_thought, spelled

ASKS = {
    "repetition_penalty": 7.5,
    "top_k": 3,
    "temperature": 0.2,
    "no_repeat_ngram_size": 1,
    "do_sample": True,
    "min_new_tokens": 9,
}
EXAMPLES = [Example(f"e{i}", "中国公司"[i % 4] + "起诉", None, None, "zh", "th") for i in range(4)]


class Plain:
    """A reward that looks at nothing and keeps what it was shown."""

    name, id, length_unit = "plain", "plain-1", "code points"

    def __init__(self) -> None:
        self.seen: list[str] = []

    def score(self, sources: Any, candidates: Any) -> list[float]:
        self.seen += candidates
        return [0.5] * len(candidates)

    def token_ids(self, texts: Any) -> list[list[int]]:
        return [[ord(c) for c in text] for text in texts]

    def counts(self) -> dict[str, int]:
        return {}


def asking(policy: Path, folder: Path, **entries: Any) -> Path:
    """A copy of a policy whose generation_config.json holds these entries, too."""
    shutil.copytree(policy, folder)
    path = folder / "generation_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | entries))
    return folder


def texts_of(folder: Path, **more: Any) -> list[tuple[str, str, int, str]]:
    model, tokenizer = load_policy(folder, device="cpu")
    decoding = Decoding(12, 2, **more)
    return [
        row
        for rows in generate_texts(
            model, tokenizer, ["中国", "公司起诉"], ["a", "b"], decoding, work=Work(progress=False)
        )
        for row in rows
    ]


def test_what_a_checkpoint_asks_for_changes_no_text(tiny_policy_path: Path, tmp_path: Path) -> None:
    assert texts_of(asking(tiny_policy_path, tmp_path / "asking", **ASKS)) == texts_of(tiny_policy_path)
    assert texts_of(tmp_path / "asking", temperature=1.0, seed=3) == texts_of(tiny_policy_path, temperature=1.0, seed=3)


def test_what_a_checkpoint_asks_for_is_known(tiny_policy_path: Path, tmp_path: Path) -> None:
    assert rules_of(tiny_policy_path).asked == {}
    assert rules_of(asking(tiny_policy_path, tmp_path / "asking", **ASKS)).asked == ASKS


def test_every_end_token_counts_and_each_stops(tiny_policy_path: Path, tmp_path: Path) -> None:
    model, tokenizer = load_policy(tiny_policy_path, device="cpu")
    (row, *_), *_ = generate_texts(
        model, tokenizer, ["中国"], ["a"], Decoding(12, 1), work=Work(progress=False, decode=list)
    )
    assert row[3] == "length"
    other = row[1][4]  # what the policy writes in the fifth place becomes a second end token
    folder = asking(tiny_policy_path, tmp_path / "two-ends", eos_token_id=[tokenizer.eos_token_id, other])
    model, tokenizer = load_policy(folder, device="cpu")
    assert (
        rules_of(folder).end_tokens
        == tuple(sorted({tokenizer.eos_token_id, other}))
        == tuple(end_tokens(model.generation_config, tokenizer))
    )
    (row, *_), *_ = generate_texts(
        model, tokenizer, ["中国"], ["a"], Decoding(12, 1), work=Work(progress=False, decode=list)
    )
    assert row[3] == "stop"
    assert row[2] <= 5


def test_rollouts_stop_at_every_end_token_and_are_not_called_cut(tiny_policy_path: Path, tmp_path: Path) -> None:
    """A checkpoint that may end in any of its tokens: each completion has one token and none of them is cut at the
    cap."""
    size = len(character_tokenizer([]))
    folder = asking(
        tiny_policy_path,
        tmp_path / "short",
        eos_token_id=list(range(size)),
        **{k: v for k, v in ASKS.items() if k != "min_new_tokens"},
    )
    cfg = RLSettings(max_steps=1, prompts_per_step=2, num_generations=2, lr=1e-4, max_completion_length=8, save_steps=9)
    train_rl(
        folder,
        EXAMPLES,
        lambda s: f"{s}: ",
        tmp_path / "post-rl",
        cfg,
        Plain(),
        around=RLAround(log_dir=tmp_path / "logs", progress=False),
    )
    rows = [json.loads(line) for line in (tmp_path / "logs" / "rl_rewards.jsonl").read_text().splitlines()]
    assert [row["truncated"] for row in rows] == [False] * 4
    assert all(len(row["text"]) <= 1 for row in rows)
    saved = json.loads((tmp_path / "post-rl" / "generation_config.json").read_text())
    assert sorted(saved["eos_token_id"]) == list(range(size))
    assert not ASKS.keys() & saved.keys()


def test_the_whole_decoding_is_written_down(tiny_policy_path: Path) -> None:
    told = described(rules_of(tiny_policy_path), max_new_tokens=8, temperature=0.0, stop=["\n"], strip_think=True)
    assert told["method"] == "greedy"
    assert (told["repetition_penalty"], told["num_beams"], told["top_p"]) == (1.0, 1, 1.0)
    assert told["end_tokens"] == [character_tokenizer([]).eos_token_id]
    assert (told["max_new_tokens"], told["stop"], told["think"]) == (8, ["\n"], "stripped")


def test_the_context_of_a_model_with_several_parts_is_its_text_s() -> None:
    from transformers import Gemma3Config

    assert context_of(Gemma3Config(text_config={"max_position_embeddings": 77})) == 77


@pytest.mark.parametrize(
    ("text", "opened", "answer", "thought"),
    [
        ("ข่าว", False, "ข่าว", False),
        (" ข่าว ", False, " ข่าว ", False),
        ("<think>\nhm\n</think>\n\nข่าว", False, "ข่าว", True),
        ("<think></think>ข่าว<think>x</think>วันนี้", False, "ข่าววันนี้", True),
        ("hm, so\n</think>\nข่าว", False, "ข่าว", True),
        ("hm, so\n</think>\nข่าว", True, "ข่าว", True),
        ("<think>\nnever closed", False, "", True),
        ("never closed", True, "", True),
        ("ข่าว <think> never closed", False, "ข่าว", True),
        ("a</think>b<think>c</think>d", False, "bd", True),
        ("", True, "", True),
        ("", False, "", False),
    ],
)
def test_think_blocks_are_no_answer(text: str, opened: bool, answer: str, thought: bool) -> None:
    assert answer_of(text, opened) == (answer, thought)


def test_a_prompt_that_ends_in_an_open_thought_is_seen() -> None:
    assert opens_thought("user: x\nassistant: <think>\n")
    assert not opens_thought("assistant: <think>\n\n</think>\n\n")
    assert not opens_thought("user: x")


def test_think_marks_among_the_special_tokens_are_seen_too() -> None:
    tokenizer = character_tokenizer([])
    tokenizer.add_special_tokens({"additional_special_tokens": ["<think>", "</think>"]})
    ids = tokenizer("<think>a</think>b<|im_end|>")["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == "a b"
    assert answer_of(spelled(tokenizer, ids)) == ("b", True)


def test_the_reward_judges_the_answer_not_the_thought() -> None:
    from types import SimpleNamespace

    tokenizer, reward = character_tokenizer(["<think>", "</think>"]), Plain()
    texts = ["<think>กขค</think>ข", "ข", "ค</think>ง", "<think>ก"]
    ids = [tokenizer(t)["input_ids"] for t in texts]
    for strip, shown in ((True, ["ข", "ข", "ง", ""]), (False, texts)):
        step = StepReward(reward, Penalties(), "th", Rollouts(tokenizer, 2, strip_think=strip), None)
        reward.seen.clear()
        step(
            ["p"] * 4, texts, ids, source=["中"] * 4, example_id=["a"] * 4, trainer_state=SimpleNamespace(global_step=0)
        )
        assert reward.seen == shown
        assert step.summary.get("think_stripped") == (0.75 if strip else None)


def test_a_text_is_read_without_its_thought_and_stops_in_the_answer_alone() -> None:
    tokenizer = character_tokenizer(["<think>", "</think>"])
    ids = tokenizer("<think>a b</think>c d<|im_end|>")["input_ids"]
    ends = frozenset({tokenizer.eos_token_id})
    for strip, stop, text, reason, thought in (
        (True, (), "c d", "stop", True),
        (False, (), "<think> a   b </think> c   d", "stop", False),
        (True, ("b",), "c d", "stop", True),
        (False, ("b",), "<think> a", "stop", False),
    ):
        row, found = row_of("e", reader(tokenizer, "p", strip), ids, ends, 99, stop, None)
        assert (row[1].replace("   ", " "), row[3], found) == (text.replace("   ", " "), reason, thought)
        assert row[2] <= len(ids)


def test_half_a_character_at_the_cap_is_no_character() -> None:
    for new, text in (([5, 6], "ก"), ([5, 7], "ก\ufffd")):
        row, _ = row_of("e", lambda ids: ("ก\ufffd", False), new, frozenset({7}), 2, (), None)
        assert row[1] == text


def test_a_thought_that_was_taken_off_is_kept_in_the_row(tmp_path: Path) -> None:
    made = [Generation("a", "s", "x", "ก", 9, "stop", None, True), Generation("b", "s", "x", "ข", 1, "stop", None)]
    write_generations(tmp_path / "g.jsonl", made)
    assert [json.loads(line).get("think") for line in (tmp_path / "g.jsonl").read_text("utf-8").splitlines()] == [
        True,
        None,
    ]
    assert read_generations(tmp_path / "g.jsonl") == made


def test_a_random_policy_is_what_the_others_stand_on(tmp_path: Path) -> None:
    assert rules_of(random_policy(tmp_path / "p")).context == 512
