"""vLLM for real (tox -e vllm): greedy texts, reranker scores and a GRPO step. Each engine takes half a minute to start,
so few are."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_models import HAN, THAI, WIDE_HEADS, random_reranker

pytestmark = pytest.mark.vllm
TOP = Path(__file__).parents[2]
N = 12
SETTINGS = [
    "score.scorers.comet_qe=null",
    "score.retrieval=null",
    "score.reward=false",
    "score.bootstrap_draws=100",
    f"data.n_test={N}",
]


def run(arguments: list[str], expected: int = 0) -> str:
    """A command in a process of its own, as a user types it."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(TOP),
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
    }
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=TOP, env=environment, check=False
    )
    assert done.returncode == expected, done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The embedded policy on newswire titles, by both backends."""
    folder = tmp_path_factory.mktemp("evaluated")
    for backend in ("transformers", "vllm"):
        model = ["--model", "benchmark/assets/base", "--task", "newswire-title", "--backend", backend]
        run(["-m", "benchmark", "evaluate", *model, "--out", str(folder / backend), "--set", *SETTINGS])
    return {backend: folder / backend for backend in ("transformers", "vllm")}


def test_evaluate_writes_the_same_greedy_texts(evaluated: dict[str, Path]) -> None:
    a, b = (
        [
            json.loads(line)
            for line in next(folder.rglob("generations/*/*.jsonl")).read_text(encoding="utf-8").splitlines()
        ]
        for folder in evaluated.values()
    )
    assert len(a) == len(b) == N
    assert a == b


def test_parity_passes_and_stands_in_the_manifest(evaluated: dict[str, Path]) -> None:
    command = ["-m", "benchmark", "parity", str(evaluated["vllm"]), "--model", "benchmark/assets/base", "--n", str(N)]
    run([*command, "--backend", "vllm"])
    found = json.loads((evaluated["vllm"] / "manifest.json").read_text(encoding="utf-8"))["parity"]
    assert found["passed"]
    generation, reranker = found["checks"]
    assert (generation["name"], reranker["name"]) == ("generation/vllm", "reranker/vllm")
    assert generation["details"]["unexplained texts"] == 0
    assert reranker["largest"] < 1e-3
    assert float(reranker["details"]["highest"]) - float(reranker["details"]["lowest"]) > 0.1


def test_scores_come_from_the_answer_tokens_wherever_they_rank(tmp_path: Path) -> None:
    """A random reranker, in which "yes" and "no" stand among the last of the vocabulary: top-k would miss them."""
    import torch

    from training.rewards import load_reward

    path = str(random_reranker(tmp_path / "reranker", head_dim=32, **WIDE_HEADS))
    draw = random.Random(0)
    sources = ["".join(draw.choices(HAN, k=9)) for _ in range(3)] * 4
    candidates = ["".join(draw.choices(THAI, k=draw.randint(0, 20))) for _ in sources]
    plain = load_reward("reranker-generative", path, device="cpu")
    expected = plain.score_plain(sources, candidates)
    ids = torch.tensor([plain._query(sources[0]) + plain._document(candidates[0])])
    order = plain.model(input_ids=ids).logits[0, -1].argsort(descending=True).tolist()
    assert min(order.index(plain.yes), order.index(plain.no)) > 0
    judge = load_reward("reranker-vllm", path)
    found = judge.score(sources, candidates)
    counts = judge.counts()
    judge.close()
    assert found == pytest.approx(expected, abs=1e-3)
    assert max(expected) - min(expected) > 0.01
    assert counts == {"scored": 12, "sources_cut": 0, "candidates_cut": 0}


GRPO = """
import sys
from benchmark.tasks import load_task
from shared_work import Letters
from training.rl.settings import RLSettings
from training.rl.grpo import train_rl

if __name__ == "__main__":
    task = load_task("newswire-title")
    batch = {"max_steps": 2, "prompts_per_step": 2, "num_generations": 4}
    cfg = RLSettings(**batch, lr=1e-3, max_completion_length=24, use_vllm=True)
    made = train_rl(sys.argv[1], task.load("src", 4), task.ask, sys.argv[2], cfg, Letters())
    assert made.weights_hash != made.parent_hash
"""


def test_a_policy_is_reinforced_with_completions_of_a_colocated_engine(tmp_path: Path) -> None:
    """Two steps; the engine's second batch comes from the weights that the first one has changed, and the policy's
    class is left as it was."""
    script = tmp_path / "grpo.py"
    script.write_text(f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n{GRPO}", encoding="utf-8")
    run([str(script), str(TOP / "benchmark" / "assets" / "base"), str(tmp_path / "post-rl")])
    steps = [json.loads(line) for line in (tmp_path / "rl_steps.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["step"] for row in steps] == [1, 2]
    assert steps[0]["kl"] == pytest.approx(0, abs=1e-5)
    assert steps[1]["kl"] > 1e-5
