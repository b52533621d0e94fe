"""The step of `run` and `evaluate` that judges the outputs, where the profile names judges ([judge])."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmark.judge.merging import merge
from benchmark.judge.read import MOST_BYTES, RESULT, SCORES, VERDICTS
from benchmark.judge.study import folder_of, run_judge
from benchmark.pipeline.measure import Measured, Workplace
from benchmark.rundir.steps import MadeOf
from benchmark.rundir.summaries import read_summary
from benchmark.settings.models import Models
from metrics.draws import Draws
from metrics.files import read_object
from metrics.records import sha256_file
from training.shared import processes

CODE = ("benchmark.judge.study:run_judge",)


def judge(
    place: Workplace, on: Measured, summary: dict[str, Any], models: Models, further: Sequence[Measured] = ()
) -> dict[str, Any]:
    """Asks every judge of the profile about the primary task and, where the profile wants it, about further ones;
    returns the summary with judge.* in it."""
    settings = place.profile.judge
    for name in settings.names:
        _judge(place, name, on, models, None)
        for other in further if settings.tasks == "all" else ():
            _judge(place, name, other, models, other.task.name)
    return read_summary(place.run_dir) if settings.names else summary


def _judge(place: Workplace, name: str, on: Measured, models: Models, task: str | None) -> None:
    """One judge, one task (None: the primary one)."""
    settings, score = place.profile.judge, place.profile.score
    step = f"judge/{name}/{task}" if task else f"judge/{name}"
    if name == "oracle" and all(e.facts is None for e in on.examples):
        place.say(f"{step}: not asked: the examples carry no gold facts")
        return
    draws = Draws(score.bootstrap_draws, score.permutation_draws, place.profile.run.seed)
    folder = folder_of(place.run_dir, name, task)
    outputs = [folder / RESULT, folder / VERDICTS, folder / SCORES]
    made = sorted((place.run_dir / "generations" / on.task.name).glob("*.jsonl"))
    inputs = {p.name: sha256_file(p) for p in made} | {"examples": on.examples_hash}
    rewarded = place.manifest.command == "run" and models.retrieval_is_reward
    encoder = None if rewarded else models.retrieval
    config = {
        **settings.model_dump(mode="json"),
        "names": None,
        "tasks": None,
        "draws": [draws.bootstrap, draws.permutation, draws.seed],
    }

    def work() -> dict[str, Any]:
        told = run_judge(place.run_dir, name, settings, draws, task, place.say, encoder)
        return {"usage": told["usage"], "trusted": told["trusted"]}

    place.steps.run(step, MadeOf(config, inputs, CODE), outputs, work)
    if processes.is_main():
        # A summary that was made anew since has lost what the judge added.
        merge(place.run_dir, on.task.name, folder / SCORES, read_object(folder / RESULT, MOST_BYTES))
    processes.wait()
