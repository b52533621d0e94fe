"""`python -m training NAME` at a tiny budget: what is written, what its manifest says, refusals; and that a killed loop
ends as an unbroken one."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest
import torch

from benchmark.tasks.newswire import corpora
from metrics.records import sha256_file
from training.__main__ import main
from training.embedded.loop import LoopSettings, run_loop
from training.shared.hashes import weights_hash

ROWS = {"base": 12, "reranker": 12, "reranker-encoder": 12, "comet": 96, "encoder": 40}
CORPUS = {"reranker-encoder": "reranker"}
"""Model -> corpus, where the names differ."""
SMALL = ["hidden=32", "layers=1", "intermediate=32", "pieces=300", "lr=1e-3"]
BUDGET = {
    "base": [*SMALL, "heads=2", "kv_heads=1", "batch=2", "steps=3", "pair_steps=1", "pair_batch=2"],
    "reranker": [
        *SMALL,
        "heads=2",
        "kv_heads=1",
        "head_dim=16",
        "batch=2",
        "unit_batch=2",
        "write_units=1",
        "judge_units=1",
        "write_articles=0",
        "judge_articles=1",
    ],
    "reranker-encoder": [
        *SMALL,
        "heads=2",
        "batch=2",
        "align_steps=1",
        "align_batch=4",
        "pair_steps=1",
        "pair_batch=3",
        "judge_steps=1",
    ],
    "comet": [*SMALL, "heads=2", "estimator=8", "batch=2", "steps=3"],
    "encoder": [*SMALL, "heads=2", "batch=8", "pool=2", "steps=3"],
}


@pytest.fixture(scope="module")
def corpus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few rows of every corpus, and the word list."""
    folder = tmp_path_factory.mktemp("corpora")
    for name, n in ROWS.items():
        rows = islice(corpora.CORPORA[CORPUS.get(name, name)](1), n)
        (folder / f"{name}.jsonl").write_text(
            "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8"
        )
    words = [w.replace("\n", "\\n") for w in corpora.words()]
    (folder / "words.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    return folder


def _run(name: str, corpora_at: Path, out: Path, *overrides: str) -> int:
    sets = [part for item in (*BUDGET[name], *overrides) for part in ("--set", item)]
    return main(
        [
            name,
            "--corpus",
            str(corpora_at / f"{name}.jsonl"),
            "--words",
            str(corpora_at / "words.txt"),
            "--out",
            str(out),
            *sets,
        ]
    )


@pytest.mark.parametrize("name", list(ROWS))
def test_each_command_writes_a_model_and_says_where_it_comes_from(
    name: str, corpus_folder: Path, tmp_path: Path
) -> None:
    """asset.json names corpus, settings, seed, weights and the command, and no path of this machine."""
    if name == "comet":
        from metrics.scorers.comet import unavailable

        if reason := unavailable():
            pytest.skip(reason)
    assert _run(name, corpus_folder, tmp_path / name) == 0
    record = json.loads((tmp_path / name / "asset.json").read_text("utf-8"))
    assert {"name", "config", "config_hash", "data_hash", "seed", "final", "weights_hash", "command"} <= set(record)
    assert record["name"] == name and record["seed"] == record["config"]["seed"] == 1
    assert record["data_hash"] == sha256_file(corpus_folder / f"{name}.jsonl")
    assert record["weights_hash"] == weights_hash(tmp_path / name)
    assert record["config"]["hidden"] == 32
    assert record["final"]["step"] == 3
    assert str(tmp_path) not in json.dumps(record) and "--set hidden=32" in record["command"]
    assert not list((tmp_path / name).rglob("*.bin")) and not list(tmp_path.rglob("*.partial"))
    texts = [p.read_text("utf-8") for p in (tmp_path / name).rglob("*") if p.suffix in (".json", ".yaml")]
    assert not any(str(tmp_path) in t for t in texts)


def test_a_reranker_goes_on_from_another(corpus_folder: Path, tmp_path: Path) -> None:
    """Tokenizer and shape are the first one's, whatever the settings say; the manifest names its weights, and no
    path."""
    assert _run("reranker", corpus_folder, tmp_path / "first") == 0
    more = ("write_units=0", "judge_units=0", "judge_articles=2", "pieces=50", "hidden=64")
    assert _run("reranker", corpus_folder, tmp_path / "second", *more, f"start={tmp_path / 'first'}") == 0
    first, second = (json.loads((tmp_path / name / "asset.json").read_text("utf-8")) for name in ("first", "second"))
    assert second["start_hash"] == first["weights_hash"] != second["weights_hash"]
    assert second["config"]["start"] == "first"
    tokens, shapes = zip(
        *(
            ((tmp_path / n / "tokenizer.json").read_text("utf-8"), (tmp_path / n / "config.json").read_text("utf-8"))
            for n in ("first", "second")
        ),
        strict=True,
    )
    assert tokens[0] == tokens[1] and shapes[0] == shapes[1]


@pytest.mark.parametrize("name", ["base", "reranker"])
def test_a_trained_model_loads_as_any_checkpoint_does(name: str, corpus_folder: Path, tmp_path: Path) -> None:
    from training.shared.loading import load_policy

    _run(name, corpus_folder, tmp_path / name)
    model, tokenizer = load_policy(tmp_path / name)
    ids = tokenizer("北京 100", return_tensors="pt")["input_ids"]
    assert torch.isfinite(model(ids).logits).all()
    assert len(tokenizer) == model.config.vocab_size


def test_the_same_command_gives_the_same_weights(corpus_folder: Path, tmp_path: Path) -> None:
    """Another seed gives others."""
    for out, seed in (("a", 1), ("b", 1), ("c", 2)):
        _run("base", corpus_folder, tmp_path / out, f"seed={seed}")
    a, b, c = (weights_hash(tmp_path / out) for out in "abc")
    assert a == b != c


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "hiden=3"], "hiden"),
        (["--set", "hidden=many"], "'many' is not a whole number"),
        (["--set", "lr=fast"], "'fast' is not a number"),
        (["--set", "hidden"], "give KEY=VALUE"),
        (["--corpus", "absent.jsonl"], "absent.jsonl: no such corpus"),
    ],
)
def test_a_users_mistake_is_one_message_and_exit_code_2(
    arguments: list[str], said: str, corpus_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = f"base --corpus {corpus_folder}/base.jsonl --words {corpus_folder}/words.txt --out {tmp_path}/o".split()
    assert main([*given, *arguments]) == 2
    message = capsys.readouterr().err
    assert message.startswith("error: ") and said in message
    assert not (tmp_path / "o").exists()


class Kill(Exception):
    """Stands for a kill -9 between two steps."""


def _loop(
    state: Path, kill_at: int | None = None, key: str = "k"
) -> tuple[dict[str, torch.Tensor], list[dict[str, float]], list[int]]:
    """Weights, log and the steps that ran, of twelve steps of a tiny regression, saved every four."""
    torch.manual_seed(3)
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))
    ran = []

    def loss_at(step: int) -> tuple[torch.Tensor, dict[str, float]]:
        if step == kill_at:
            raise Kill
        ran.append(step)
        x = torch.randn(16, 4, generator=torch.Generator().manual_seed(step))
        loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
        return loss, {"loss": loss.item()}

    log = run_loop(model, loss_at, LoopSettings(12, 0.05, warmup=3, save_every=4, log_every=2), state, key, "test")
    return {k: v.clone() for k, v in model.state_dict().items()}, log, ran


def test_a_killed_loop_goes_on_and_ends_with_the_same_weights_and_log(tmp_path: Path) -> None:
    """Killed twice, once before the first state and once between states."""
    whole, whole_log, _ = _loop(tmp_path / "whole")
    for kill_at in (2, 10):
        with pytest.raises(Kill):
            _loop(tmp_path / "broken", kill_at)
    weights, log, ran = _loop(tmp_path / "broken")
    assert ran == list(range(8, 12))
    assert all(torch.equal(whole[k], weights[k]) for k in whole)
    assert log == whole_log
    assert [r["step"] for r in log] == [2, 4, 6, 8, 10, 12]


def test_a_state_of_other_data_or_settings_is_not_resumed(tmp_path: Path) -> None:
    with pytest.raises(Kill):
        _loop(tmp_path / "state", 10)
    assert _loop(tmp_path / "state", key="other data")[2] == list(range(12))


def test_the_loop_keeps_no_pickles(tmp_path: Path) -> None:
    """Nothing in a saved state could run code when it is loaded."""
    with pytest.raises(Kill):
        _loop(tmp_path / "state", 10)
    assert {p.name for p in (tmp_path / "state").iterdir()} == {
        "weights.safetensors",
        "optimiser.safetensors",
        "state.json",
        "checksums.json",
    }


def test_a_loss_that_is_not_finite_stops_the_loop(tmp_path: Path) -> None:
    model = torch.nn.Linear(1, 1)
    with pytest.raises(FloatingPointError, match="step 0; lower the learning rate"):
        run_loop(
            model,
            lambda step: (model.weight.sum() * float("nan"), {}),
            LoopSettings(2, 0.1),
            tmp_path / "state",
            "k",
            "test",
        )
