"""A step in halves gives what a whole one gives, and two processes the bytes of one, whatever becomes of the second."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from reinforcing import (
    CFG,
    EXAMPLES,
    KoKai,
    ask,
    sft_policy,  # noqa: F401 - a fixture
    two_cores,  # noqa: F401 - a fixture
)

from metrics.errors import UserError
from training.rewards import Reward
from training.rewards.ensemble import Ensemble
from training.rewards.reranker_generative import load_reranker
from training.rl import halves, twin
from training.rl.grpo import train_rl
from training.rl.halves import Halves, even
from training.rl.shared_prompts import share_prompts
from training.shared.checkpoints import Checkpoint
from training.shared.loading import load_policy
from training.shared.stage import RLAround

pytestmark = pytest.mark.usefixtures("two_cores")
HALVED = replace(CFG, halves=True, prompts_per_step=3, num_generations=3)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What second processes were asked for."""
    seen: list[str] = []
    ask_it = twin.Twin.ask

    def told(self: twin.Twin, job: str, *arguments: Any) -> int:
        seen.append(job)
        return ask_it(self, job, *arguments)

    monkeypatch.setattr(twin.Twin, "ask", told)
    return seen


@pytest.fixture(scope="module")
def pair(tiny_reranker_path: Path) -> Ensemble:
    """A reward that can be divided: two judges, of which the second is asked something else."""
    judges = [
        load_reranker(str(tiny_reranker_path), device="cpu", batch_tokens=64, instruct=what) for what in ("ก", "ขค")
    ]
    return Ensemble([(judge, 0.5) for judge in judges])


def reinforce(
    policy: Path, out: Path, cfg: Any = HALVED, *, both: bool, reward: Reward | None = None
) -> tuple[Checkpoint, list[str]]:
    """(the checkpoint, what was logged)."""
    around = RLAround(log_dir=out / "logs", progress=False, twin=both)
    made = train_rl(policy, EXAMPLES, ask, out / "post-rl", cfg, reward or KoKai(), around=around)
    return made, [(out / "logs" / f"rl_{name}.jsonl").read_text(encoding="utf-8") for name in ("rewards", "steps")]


WHOLE_PASSES = {"gradient_checkpointing", "bf16", "lora_rank"}
"""What makes the passes go TRL's way; the rollouts are halved all the same."""


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"accumulation": 3},
        {"loss_type": "dr_grpo"},
        {"lora_rank": 2},
        {"gradient_checkpointing": True},
        {"lora_rank": 2, "gradient_checkpointing": True},
        {"bf16": True},
    ],
)
def test_one_process_and_two_write_the_same_bytes(
    sft_policy: Path,
    tmp_path: Path,
    asked: list[str],
    changes: dict[str, Any],
) -> None:
    cfg = replace(HALVED, **changes)
    one, logged = reinforce(sft_policy, tmp_path / "one", cfg, both=False)
    assert not asked
    two, logged_by_two = reinforce(sft_policy, tmp_path / "two", cfg, both=True)
    kinds = {"rollout", "reference", "passes", "gradients"}
    kinds -= {"passes", "gradients"} if changes.keys() & WHOLE_PASSES else set()
    kinds -= {"reference"} if "lora_rank" in changes else set()
    assert set(asked) == kinds
    assert asked.count("rollout") == cfg.max_steps
    assert two.weights_hash == one.weights_hash != one.parent_hash
    assert logged_by_two == logged


def test_a_reward_that_can_be_divided_is_asked_by_both(
    sft_policy: Path, tmp_path: Path, asked: list[str], pair: Ensemble
) -> None:
    one, logged = reinforce(sft_policy, tmp_path / "one", both=False, reward=pair)
    before = pair.counts()
    two, logged_by_two = reinforce(sft_policy, tmp_path / "two", both=True, reward=pair)
    assert asked.count(halves.DEALT) == HALVED.max_steps
    assert two.weights_hash == one.weights_hash != one.parent_hash
    assert logged_by_two == logged
    assert pair.counts()["scored"] == 2 * before["scored"]


@given(st.integers(0, 9), st.integers(0, 9))
def test_what_is_dealt_is_done_whoever_does_it(number: int, theirs: int) -> None:
    """The second process may have done any of the last pieces, or ended before it could say so."""

    class Second:
        def __init__(self, made: Halves, dies: bool) -> None:
            self.made, self.dies = made, dies

        def ask(self, _: str, job: str, pieces: list[int]) -> int:
            self.made._taken[1] = min(theirs, number)
            self.done = tuple((i, self.made.jobs[job](pieces[i])) for i in range(number - min(theirs, number), number))
            return 1

        def answer(self, _: int) -> tuple[Any, ...]:
            if self.dies:
                raise EOFError
            return self.done

        def end(self) -> int:
            return -9

    for dies in (False, True):
        here: list[int] = []
        made = Halves(torch.nn.Linear(1, 1))
        made.jobs["square"] = lambda piece, here=here: here.append(piece) or piece * piece
        made._twin = Second(made, dies)  # type: ignore[assignment]
        assert made.dealt("square", list(range(number))) == [i * i for i in range(number)]
        assert sorted(set(here)) == list(range(number))


@pytest.mark.parametrize("job", ["rollout", "reference", "dealt", "passes", "gradients"])
def test_where_the_second_process_is_killed_the_first_one_does_its_part(
    sft_policy: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    job: str,
    pair: Ensemble,
) -> None:
    reward = pair if job == halves.DEALT else KoKai()
    whole, logged = reinforce(sft_policy, tmp_path / "one", both=False, reward=reward)
    ask_it, times = twin.Twin.ask, []

    def killed(self: twin.Twin, what: str, *arguments: Any) -> int:
        times.append(what)
        if times.count(job) == 2:
            os.kill(self._process.pid or 0, signal.SIGKILL)
            self._process.join()
        return ask_it(self, what, *arguments)

    monkeypatch.setattr(twin.Twin, "ask", killed)
    found, logged_again = reinforce(sft_policy, tmp_path / "two", both=True, reward=reward)
    assert times[-1] == job
    assert (found.weights_hash, logged_again) == (whole.weights_hash, logged)
    assert "the second process of RL ended early (exit code -9)" in caplog.text


def test_a_run_that_was_cut_off_goes_on_in_two_processes_to_the_same_weights(
    sft_policy: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, logged = reinforce(sft_policy, tmp_path / "one", both=False)
    from training.shared import callbacks

    before = callbacks.Watch.on_log

    def on_log(self: Any, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
        before(self, args, state, control, logs, **kwargs)
        if state.global_step == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(callbacks.Watch, "on_log", on_log)
    with pytest.raises(KeyboardInterrupt):
        reinforce(sft_policy, tmp_path / "two", both=True)
    monkeypatch.undo()
    torch.set_num_threads(1)
    monkeypatch.setattr(twin, "free_memory", lambda: 4 * 2**30)
    found, logged_again = reinforce(sft_policy, tmp_path / "two", both=True)
    assert (found.weights_hash, logged_again) == (whole.weights_hash, logged)


def test_an_error_in_the_second_process_is_one_of_the_run(sft_policy: Path) -> None:
    def fails() -> tuple[Any, ...]:
        raise UserError("no such half")

    made = Halves(load_policy(sft_policy)[0])
    made.jobs["fail"] = fails
    made.start(twin=True)
    try:
        with pytest.raises(UserError, match="no such half"):
            made.aside("fail")()
    finally:
        made.end()


def test_halves_give_the_same_completions_log_probabilities_and_gradients(
    tiny_policy_path: Path,
) -> None:
    from trl.trainer.utils import add_fused_lm_head

    found = []
    for halved in (False, True):
        model, tokenizer = load_policy(tiny_policy_path)
        add_fused_lm_head(model, temperature=0.9, outputs=("log_probs", "entropy"))
        parts = Halves(model) if halved else None
        assert share_prompts(model, 0.9, parts)
        ids, mask, labels = three_prompts(tokenizer)
        torch.manual_seed(3)
        from training.rl.draws import shared_stream

        with shared_stream(len(ids)):
            if parts is not None:
                parts.rolling = True
            drawn = model.generate(input_ids=ids[:, :9], attention_mask=mask[:, :9], do_sample=True, max_new_tokens=12)
        state = torch.get_rng_state()
        told = model(input_ids=ids, attention_mask=mask, labels=labels, fused_lm_head=True)
        (told.log_probs * torch.linspace(-1, 1, told.log_probs.numel()).view_as(told.log_probs)).sum().backward()
        gradients = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
        found.append((drawn, state, told.log_probs.detach(), told.entropy.detach(), gradients))
    whole, halved_ = found
    assert torch.equal(whole[0], halved_[0])
    assert torch.equal(whole[1], halved_[1])
    torch.testing.assert_close(halved_[2:], whole[2:], atol=1e-5, rtol=1e-4)


def three_prompts(tokenizer: Any) -> tuple[Any, Any, Any]:
    """(ids, mask, labels) of two completions for each of three prompts, of 9 and up to 8 tokens."""
    draw = torch.Generator().manual_seed(1)
    rows = []
    for row in range(6):
        prompt = torch.arange(4 + row // 2) + 3 + row // 2
        completion = torch.randint(3, 30, (3 + row,), generator=draw)
        left, right = 9 - len(prompt), 8 - len(completion)
        ids = [tokenizer.pad_token_id] * left + [*prompt, *completion] + [tokenizer.pad_token_id] * right
        rows.append((ids, [0] * left + [1] * (len(prompt) + len(completion)) + [0] * right))
    ids, mask = (torch.tensor([row[i] for row in rows]) for i in (0, 1))
    labels = ids.masked_fill(mask == 0, -100)
    labels[:, :9] = -100
    return ids, mask, labels


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=12))
def test_halves_cost_about_the_same(costs: Sequence[float]) -> None:
    half = even(costs)
    spent = [sum(c for c, h in zip(costs, half, strict=True) if h == i) for i in (0, 1)]
    assert abs(spent[0] - spent[1]) <= max(costs) * (1 + 1e-9)
    assert len(costs) < 2 or not any(costs) or set(half) == {0, 1} or max(costs) == sum(costs)


def test_where_none_can_be_started_all_is_done_here(
    sft_policy: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails(_: Any) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(halves, "Twin", fails)
    made = Halves(load_policy(sft_policy)[0])
    made.jobs["add"] = lambda a, b: (a + b,)
    made.start(twin=True)
    assert made.both("add", (1, 2), (3, 4)) == ((3,), (7,))
    assert "Resource temporarily unavailable" in caplog.text
