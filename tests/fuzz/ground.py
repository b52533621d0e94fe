"""What is fuzzed: every reader and command, each with the file that is damaged under it."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmark import cli

CORPUS = Path(__file__).parent / "corpus"
LINES, JSON = ("lines", "lines", "text", "bytes"), ("json", "json", "json", "text", "bytes")
TEXT, BYTES = ("text", "text", "bytes"), ("bytes",)


@dataclass(frozen=True)
class Target:
    """One thing that reads a damaged file."""

    name: str
    file: Path
    """What is damaged; its present content is the seed."""
    how: tuple[str, ...]
    run: Callable[[], Any]
    """Returns an exit code, or anything; may raise UserError."""
    out: Path | None = None
    """What the command writes: must not be there after a mistake."""
    weight: int = 4
    """Share of the inputs."""
    fresh: tuple[Path, ...] = ()
    """Folders that a success changes, put back after every input."""


def length(sources: list[str], candidates: list[str]) -> list[float]:
    """A cheap reward: longer is better, up to 60 characters."""
    return [min(1.0, len(c) / 60) for c in candidates]


def readers(ground: Path) -> list[Target]:
    """Functions that read a user's file."""
    from benchmark.data.formats import FORMATS, Given, read_format
    from benchmark.data.userdata import read_table
    from benchmark.pipeline.evaluate import lineage_of
    from benchmark.plan.shapes import find_shape
    from benchmark.reward.pairs import read_candidates, read_pairs
    from benchmark.rundir.done import read_done
    from benchmark.settings.config import load_profile
    from benchmark.settings.models import check_weights
    from benchmark.studies.declared import read_studies
    from benchmark.tasks.files import file_task
    from metrics.foreign import check_foreign
    from metrics.judgements import read_judgements
    from metrics.open.lists import read_list, read_titles
    from metrics.records import read_examples, read_generations
    from training.rewards import kind_of
    from training.shared.checkpoints import check_folder
    from training.shared.checksums import checksum_problem
    from training.shared.lora import adapter_base

    here = ground / "readers"
    shutil.copytree(CORPUS, here)
    examples = read_examples(here / "examples.jsonl")
    model, adapter, record = ground / "model", ground / "adapter", ground / "record" / "steps" / "data"
    bi, sealed = ground / "bi-encoder", ground / "sealed"
    for folder in (model, adapter, record, bi, sealed):
        folder.mkdir(parents=True)
    for name in ("config.json", "hparams.yaml", "lineage.json"):
        shutil.copy(CORPUS / name, model)
    shutil.copy(CORPUS / "modules.json", bi)
    shutil.copy(CORPUS / "checksums.json", sealed)
    shutil.copy(CORPUS / "adapter_config.json", adapter)
    shutil.copy(CORPUS / "done.json", record)
    weights = b'{"x": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}'
    (model / "model.safetensors").write_bytes(len(weights).to_bytes(8, "little") + weights + b"\0" * 4)

    def foreign(name: str, file: str) -> Target:
        known = None if name in ("metricx", "r1", "inspect", "tsv", "lm-eval") else examples
        given = Given(("zh", "th"), "s", "m", known)
        how = JSON if file.endswith(".json") else LINES if file.endswith(".jsonl") else TEXT
        return Target(f"format {name}", here / file, how, lambda: read_format(name, here / file, given), weight=5)

    def model_file(name: str, run: Callable[[], Any], folder: Path = model) -> Target:
        return Target(f"model {name}", folder / name, JSON if name.endswith(".json") else BYTES, run)

    def task() -> None:
        file_task(here / "task.toml", own=True).load("test")

    def overrides() -> None:
        items = (here / "overrides.txt").read_bytes().decode("utf-8", "replace").replace("\0", "").split("\n")
        load_profile("tiny", [item for item in items if item])

    from metrics.scorers.comet import _hparams

    formats = {
        **{"wmt": "wmt.jsonl", "metricx": "metricx.jsonl", "lm-eval": "lm-eval.jsonl", "inspect": "inspect.json"},
        **{"outputs": "outputs.json", "r1": "r1.json", "tsv": "outputs.tsv", "lines": "outputs.txt"},
    }
    assert {*formats, "trl"} == set(FORMATS)
    return [
        Target("examples", here / "examples.jsonl", LINES, lambda: read_examples(here / "examples.jsonl"), weight=8),
        Target("generations", here / "generations.jsonl", LINES, lambda: read_generations(here / "generations.jsonl")),
        Target("pairs", here / "pairs.jsonl", LINES, lambda: read_pairs(here / "pairs.jsonl")),
        Target("candidates", here / "candidates.jsonl", LINES, lambda: read_candidates(here / "candidates.jsonl")),
        Target("judgements", here / "judgements.tsv", TEXT, lambda: read_judgements(here / "judgements.tsv")),
        Target("table", here / "data.tsv", TEXT, lambda: read_table(here / "data.tsv", ("zh", "th"))),
        Target("names", here / "names.tsv", TEXT, lambda: read_list(here / "names.tsv")),
        Target("titles", here / "titles.tsv", TEXT, lambda: read_titles(here / "titles.tsv")),
        Target("profile", here / "profile.toml", TEXT, lambda: load_profile(str(here / "profile.toml")), weight=10),
        Target("studies", here / "studies.toml", TEXT, lambda: read_studies(here / "studies.toml"), weight=6),
        Target("overrides", here / "overrides.txt", TEXT, overrides, weight=10),
        Target("task", here / "task.toml", TEXT, task, weight=6),
        Target("texts of a task", here / "texts.jsonl", LINES, task),
        *(foreign(name, file) for name, file in formats.items()),
        model_file("config.json", lambda: (check_folder(model), find_shape(str(model), "policy.path"), kind_of(model))),
        model_file("modules.json", lambda: check_foreign(bi), bi),
        model_file("hparams.yaml", lambda: _hparams(model)),
        model_file("lineage.json", lambda: lineage_of(str(model))),
        model_file("checksums.json", lambda: checksum_problem(sealed), sealed),
        model_file("model.safetensors", lambda: check_weights(str(model), "policy.path")),
        Target("adapter", adapter / "adapter_config.json", JSON, lambda: adapter_base(adapter)),
        Target("done.json", record / "done.json", JSON, lambda: read_done(ground / "record", "data")),
    ]


def boards(ground: Path) -> list[Target]:
    """A board, its files, and what is submitted to it."""
    import board_world as world

    from benchmark.leaderboard import spelling

    board = world.new_board(ground / "boards")
    outputs = ground / "outputs.jsonl"
    world.write_outputs(outputs, world.two)
    assert world.submit(board, outputs, "one") == 0
    run = world.run_directory(ground / "run")
    assert world.submit_run(board, run) == 0
    entry = world.entries(board)[0]["outputs"]
    beside = sorted(p for p in board.parent.rglob("*") if p.is_file() and p != board and not p.name.startswith("."))
    packed = [p for p in beside if entry["sha256"][:8] in p.name or entry["stats_sha256"][:8] in p.name]
    split = [p for p in beside if "tests" in p.parts]
    assert packed and split
    out = ground / "exported"
    made = [
        Target(f"leaderboard {action}", board, JSON, lambda a=action, m=more: world.leaderboard(a, board, *m), o, w)
        for action, more, o, w in (
            ("show", (), None, 16),
            ("verify", ("--quick",), None, 16),
            ("verify", (), None, 4),
            ("export", ("--out", str(out)), out, 8),
        )
    ]

    def rebound(action: str, *more: str) -> Callable[[], int]:
        """Somebody who knows the house makes groups, chain and digests right again after his edit."""

        def run() -> int:
            with contextlib.suppress(Exception):  # what cannot be bound anew is tried as it is
                board.write_text(spelling.render(world.rebound(json.loads(board.read_bytes()))), "utf-8")
            return world.leaderboard(action, board, *more)

        return run

    made += [
        Target("show, bound anew", board, ("json",), rebound("show"), weight=12),
        Target("verify, bound anew", board, ("json",), rebound("verify", "--quick"), weight=12),
        Target("export, bound anew", board, ("json",), rebound("export", "--out", str(out)), out, 6),
    ]
    made += [
        Target(f"verify, {p.suffix}", p, BYTES, lambda: world.leaderboard("verify", board, "--quick"), weight=10)
        for p in (*packed, *split)
    ]
    submitted = ["submit", "--task", world.TASK, "--system", "two", "--board", str(board), "--generations"]
    fresh = (board.parent,)
    made.append(Target("submit", outputs, LINES, lambda: cli.main([*submitted, str(outputs)]), weight=6, fresh=fresh))
    for name, how in (("manifest.json", JSON), (f"generations/{world.TASK}/post-rl.jsonl", LINES)):
        made.append(
            Target(f"submit run, {name}", run / name, how, lambda: world.submit_run(board, run), weight=5, fresh=fresh)
        )
    return made


def commands(ground: Path) -> list[Target]:
    """Commands on files and run directories."""
    from report_run import make_run

    here, out = ground / "commands", ground / "commands-out"
    shutil.copytree(CORPUS, here)
    runs = [ground / "runs" / name for name in ("one", "two")]
    for seed, run in enumerate(runs, 1):
        make_run(run, n=3, draws=20, stages=("post-sft", "post-rl"))
        told = json.loads((run / "summary.json").read_text("utf-8"))
        told["run"]["seed"] = seed
        (run / "summary.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    one, two = map(str, runs)
    quick = ["--set", "score.bootstrap_draws=100", "--set", "score.permutation_draws=10000"]

    def command(name: str, file: str, how: tuple[str, ...], *argv: str, weight: int = 4) -> Target:
        words = [str(here / a[1:]) if a.startswith("@") else a for a in argv]
        return Target(name, here / file, how, lambda: cli.main([*words, "--out", str(out)]), out, weight)

    reward = ("validate-reward", "--skip-invalid", "--reward", "ground:length")
    both = ("score", "--examples", "@examples.jsonl", "--generations", "@generations.jsonl", "--skip-invalid", *quick)
    plain = ("score", "--source", "@sources.txt", "--hypothesis", "@outputs.txt", "--langs", "zh-th", *quick)
    facts = ("data", "facts", "--examples", "@examples.jsonl", "--names", "@names.tsv")
    join = ("data", "join", "--articles", "@articles.jsonl", "--titles", "@article-titles.tsv", "--n-para", "2")
    join += ("--n-dev", "1", "--n-src", "2")
    made = [
        command("score, examples", "examples.jsonl", LINES, *both),
        command("score, generations", "generations.jsonl", LINES, *both),
        command("score, profile", "profile.toml", TEXT, *both, "--profile", "@profile.toml"),
        command("score, names", "names.tsv", TEXT, *both, "--names", "@names.tsv"),
        command("score, lines", "outputs.txt", TEXT, *plain),
        command("validate-reward, pairs", "pairs.jsonl", LINES, *reward, "--pairs", "@pairs.jsonl"),
        command(
            "meta-eval",
            "judgements.tsv",
            TEXT,
            "meta-eval",
            "--skip-invalid",
            "--judgements",
            "@judgements.tsv",
            weight=6,
        ),
        command("data facts", "examples.jsonl", LINES, *facts, weight=6),
        command("data names", "titles.tsv", TEXT, "data", "names", "--from", "@titles.tsv", weight=2),
        command("data join", "articles.jsonl", LINES, *join, weight=6),
        command("data join, titles", "article-titles.tsv", TEXT, *join, weight=6),
        command(
            *("data convert", "metricx.jsonl", LINES, "data", "convert", "--format", "metricx", "--langs", "zh-th"),
            *("--input", "@metricx.jsonl"),
            weight=8,
        ),
    ]
    for name, how in (("summary.json", JSON), ("manifest.json", JSON), ("scores.parquet", BYTES)):
        file = runs[0] / name
        made += [
            Target(f"report, {name}", file, how, lambda: cli.main(["report", one]), weight=1),
            Target(f"compare, {name}", file, how, lambda: cli.main(["compare", one, two]), weight=3),
            Target(f"pool, {name}", file, how, lambda: cli.main(["pool", one, two]), weight=3),
        ]
    log = runs[0] / "logs" / "rl_rewards.jsonl"
    made.append(Target("report, log", log, LINES, lambda: cli.main(["report", one]), weight=1))
    return made


class Reached(Exception):
    """Everything that is looked at before a checkpoint generates was well."""


def preflights(ground: Path) -> list[Target]:
    """What `evaluate` looks at before anything is generated: the files of a checkpoint, the user's examples."""
    from tiny_models import random_policy

    from benchmark.pipeline import measure

    model, out = random_policy(ground / "policy"), ground / "evaluated"
    mine = shutil.copy(CORPUS / "examples.jsonl", ground / "mine.jsonl")

    def stop(*_: Any, **__: Any) -> None:
        raise Reached

    def run() -> int:
        before, measure.generate = measure.generate, stop  # type: ignore[assignment]
        argv = ["evaluate", "--model", str(model), "--task", "newswire-title", "--out", str(out)]
        argv += ["--set", f"data.test={mine}", "--set", "generate.max_new_tokens=64"]
        try:
            return cli.main([str(word) for word in argv])
        except Reached:
            return 0
        finally:
            measure.generate = before

    names = {
        "config.json": JSON,
        "tokenizer_config.json": JSON,
        "tokenizer.json": JSON,
        "generation_config.json": JSON,
        "model.safetensors": BYTES,
    }
    made = [Target(f"evaluate, {name}", model / name, how, run) for name, how in names.items()]
    return [*made, Target("evaluate, examples", Path(mine), LINES, run)]


AREAS: dict[str, Callable[[Path], list[Target]]] = {
    "readers": readers,
    "boards": boards,
    "commands": commands,
    "preflights": preflights,
}
SHARES = {"readers": 0.74, "boards": 0.16, "commands": 0.06, "preflights": 0.04}
"""Of all inputs: what is quick is tried more often."""
