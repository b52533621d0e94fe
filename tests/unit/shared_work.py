"""What one process and several must do alike: run by test_processes.py, in this process and under `accelerate launch`.

python shared_work.py POLICY RERANKER OUT
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tiny_models import HAN, THAI

from benchmark.generation.decoding import Decoding, Policy
from benchmark.generation.local import Request, generate_file
from benchmark.rundir.steps import MadeOf, Steps, locked
from benchmark.scoring.families import Means
from benchmark.scoring.score import score_file
from metrics.inventory import Inventory
from metrics.records import Example, read_generations
from training.rewards.reranker_generative import load_reranker
from training.rewards.safeguards import Penalties
from training.rl.reward import Rollouts, StepReward
from training.shared import processes
from training.shared.loading import load_tokenizer
from training.shared.resume import StepLog
from training.shared.stage import Around, RLAround

EXAMPLES = [
    Example(f"e{i}", HAN[i % 10] * (1 + i % 4) + HAN[i % 7], (THAI[i : i + 5],), None, "zh", "th", None, {})
    for i in range(13)
]
GROUP = 4
# Texts of very different lengths: the median of a half of them is another than that of all.
COMPLETIONS = [THAI[i] * n for i, n in enumerate((3, 4, 5, 3, 4, 4, 3, 5, 12, 15, 5, 13, 17, 4, 14, 8))]


def ask(source: str) -> str:
    return f"{source}: "


def measure(policy: str, reranker: str, out: Path) -> None:
    """Generations and scores as steps of a run directory."""
    with locked(out):
        steps = Steps(out, lambda name, done, skipped: None, lambda text: None)
        texts, scores = out / "generations.jsonl", out / "scores.parquet"

        def generate() -> dict[str, Any]:
            return generate_file(
                Policy(policy, "float32"),
                Request(EXAMPLES, ask, ["กขค"], lambda cap: Decoding(cap, 2), "me", "base", 24),
                texts,
            )

        def score() -> dict[str, Any]:
            means = Means(Inventory(EXAMPLES), None, {}, lambda: load_reranker(reranker, device="cpu"))
            return score_file(EXAMPLES, read_generations(texts), means, "task", scores)

        def alone() -> None:
            assert processes.is_main()

        first = steps.run(
            "generate", MadeOf({}, {}, ("benchmark.generation.local:generate_file",)), [texts], generate, shared=True
        )
        second = steps.run(
            "score", MadeOf({}, {}, ("benchmark.scoring.score:score_file",)), [scores], score, shared=True
        )
        steps.run("alone", MadeOf({}, {}, ("benchmark.scoring.score:score_file",)), [], alone)
        again = steps.run(
            "generate", MadeOf({}, {}, ("benchmark.generation.local:generate_file",)), [texts], generate, shared=True
        )
        assert again == first
        rank_file(out, "records").write_text(json.dumps([first.record, second.record]), encoding="utf-8")


def rank_file(out: Path, name: str) -> Path:
    return out / f"{name}-{processes.rank()}.json"


def reward(policy: str, reranker: str, out: Path) -> None:
    """Eq. 6 over one generation batch, whose completions the processes share in turn as TRL deals them out."""
    write = StepLog(out / "rewards.jsonl", 0) if processes.is_main() else None
    judge = load_reranker(reranker, device="cpu")
    step = StepReward(judge, Penalties(), "th", Rollouts(load_tokenizer(policy), GROUP), write)
    share = len(COMPLETIONS) // processes.count()
    mine = slice(processes.rank() * share, (processes.rank() + 1) * share)
    examples = [EXAMPLES[i // GROUP] for i in range(len(COMPLETIONS))][mine]
    found = step(
        prompts=[ask(e.source) for e in examples],
        completions=COMPLETIONS[mine],
        completion_ids=[[0]] * share,
        source=[e.source for e in examples],
        example_id=[e.id for e in examples],
        trainer_state=SimpleNamespace(global_step=0),
    )
    rank_file(out, "summary").write_text(json.dumps([found, step.summary], ensure_ascii=False), encoding="utf-8")


def train(policy: str, out: Path) -> None:
    """SFT and RL, a few steps each, both from the same policy: what one leaves differs in its rounding."""
    from training.rl.grpo import train_rl
    from training.rl.settings import RLSettings
    from training.sft.settings import SFTSettings
    from training.sft.train import train_sft

    pairs = [(ask(e.source), THAI[i] * 3) for i, e in enumerate(EXAMPLES[:8])]
    settings = SFTSettings(epochs=1, batch_size=4, lr=1e-2, max_length=64, save_steps=1000)
    train_sft(policy, pairs, out / "post-sft", settings, "post-sft", around=Around(progress=False))
    cfg = RLSettings(
        max_steps=2, prompts_per_step=2, num_generations=4, lr=1e-3, max_completion_length=12, save_steps=1000
    )
    train_rl(
        policy, EXAMPLES, ask, out / "post-rl", cfg, Letters(), around=RLAround(log_dir=out / "logs", progress=False)
    )


class Letters:
    """A reward that likes the letter ก."""

    name, id, length_unit = "letters", "letters-1", "code points"

    def score(self, sources: list[str], candidates: list[str]) -> list[float]:
        return [(1 + c.count("ก")) / (1 + len(c)) for c in candidates]

    def token_ids(self, texts: list[str]) -> list[list[int]]:
        return [[ord(c) for c in text] for text in texts]

    def counts(self) -> dict[str, int]:
        return {"scored": 1}


def everything(policy: str, reranker: str, out: Path) -> None:
    measure(policy, reranker, out)
    reward(policy, reranker, out)
    train(policy, out)


if __name__ == "__main__":
    everything(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
