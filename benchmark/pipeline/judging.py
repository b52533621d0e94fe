"""The step of `run` and `evaluate` that judges the outputs, where the profile names judges ([judge])."""

from __future__ import annotations

from typing import Any

from benchmark.judge.merging import merge
from benchmark.judge.read import MOST_BYTES, RESULT, SCORES, VERDICTS
from benchmark.judge.study import folder_of, run_judge
from benchmark.pipeline.measure import Measured, Workplace
from benchmark.rundir.steps import MadeOf
from benchmark.rundir.summaries import read_summary
from benchmark.scoring.score import Draws
from metrics.files import read_object
from metrics.records import sha256_file
from training.shared import processes

CODE = ("benchmark.judge.study:run_judge",)


def judge(place: Workplace, on: Measured, summary: dict[str, Any]) -> dict[str, Any]:
    """Asks every judge of the profile about the primary task; returns the summary with judge.* in it."""
    settings, score = place.profile.judge, place.profile.score
    draws = Draws(score.bootstrap_draws, score.permutation_draws, place.profile.run.seed)
    for name in settings.names:
        if name == "oracle" and all(e.facts is None for e in on.examples):
            place.say("judge/oracle: not asked: the examples carry no gold facts")
            continue
        folder = folder_of(place.run_dir, name)
        outputs = [folder / RESULT, folder / VERDICTS, folder / SCORES]
        made = sorted((place.run_dir / "generations" / on.task.name).glob("*.jsonl"))
        inputs = {p.name: sha256_file(p) for p in made} | {"examples": on.examples_hash}
        config = {
            **settings.model_dump(mode="json"),
            "names": None,
            "draws": [draws.bootstrap, draws.permutation, draws.seed],
        }

        def work(name: str = name) -> dict[str, Any]:
            told = run_judge(place.run_dir, name, settings, draws, tell=place.say)
            return {"usage": told["usage"], "trusted": told["trusted"]}

        place.steps.run(f"judge/{name}", MadeOf(config, inputs, CODE), outputs, work)
        if processes.is_main():
            # A summary that was made anew since has lost what the judge added.
            told = read_object(folder / RESULT, MOST_BYTES)
            merge(place.run_dir, on.task.name, folder / SCORES, told)
        processes.wait()
    return read_summary(place.run_dir) if settings.names else summary
