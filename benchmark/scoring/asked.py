"""What a call of `score` asks for: the scorers, the reward, the pairs trained on, the first examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.data.userdata import TABULAR, read_table
from benchmark.settings.config import Profile
from benchmark.settings.models import Models
from metrics.errors import UserError
from metrics.records import (
    Example,
    Generation,
    read_examples,
)


def only_asked(profile: Profile, overrides: Sequence[str], limit: int | None) -> Profile:
    """The profile with the learned scorers that this call asks for, and no others: those of the profile were made for
    its own world.

    The reward is asked for by score.reward=true or by naming one (rl.reward, rl.reward_path).
    """
    asked = {item.partition("=")[0] for item in overrides}
    wanted = profile.score
    scorers = {n: path if f"score.scorers.{n}" in asked else None for n, path in wanted.scorers.items()}
    retrieval = wanted.retrieval if "score.retrieval" in asked else None
    reward = wanted.reward and bool(asked & {"score.reward", "rl.reward", "rl.reward_path"})
    score = wanted.model_copy(update={"scorers": scorers, "retrieval": retrieval, "reward": reward})
    return profile.model_copy(update={"score": score, "run": profile.run.model_copy(update={"limit": limit})})


def _reward(models: Models, examples: Sequence[Example]) -> Callable[[], Any] | None:
    """Makes the reward that scores, for the language of the examples; None where none is asked for."""
    if not models.profile.score.reward:
        return None
    languages = sorted({e.target_lang for e in examples})
    if len(languages) != 1:
        raise UserError(
            "score.reward: a reward judges texts of one language, "
            f"and the examples have {', '.join(languages)}; score them apart"
        )
    return partial(models.load_reward, languages[0])


def _pairs(path: str, like: Example) -> list[Example]:
    """D_para of a file. Raises UserError where it has no reference in the examples' target language."""
    table = Path(path).suffix.lower() in TABULAR
    pairs = read_table(Path(path), (like.source_lang, like.target_lang)) if table else read_examples(path)
    if other := sorted({e.target_lang for e in pairs} - {like.target_lang}):
        raise UserError(
            f"--para {path}: its references are in {', '.join(other)}, "
            f"those of --examples in {like.target_lang}; give the pairs trained on"
        )
    if not any(e.reference for e in pairs):
        raise UserError(
            f"--para {path}: no pair has a reference, so nothing in it was trained on; give the pairs trained on"
        )
    return pairs


def _of_first(
    generations: Sequence[Generation], whole: Sequence[Example], first: Sequence[Example], limit: int
) -> list[Generation]:
    """The generations that answer the first examples of a trial. Raises UserError for one that answers no example at
    all."""
    known, kept = {e.id for e in whole}, {e.id for e in first}
    for made in generations:
        if made.example_id not in known:
            raise UserError(
                f"--generations: {made.example_id!r} is no id of --examples; give the file that was answered"
            )
    found = [g for g in generations if g.example_id in kept]
    if not found:
        raise UserError(f"--limit {limit}: no generation answers the first {limit} examples; raise it")
    return found


def of_world(examples: Sequence[Example]) -> bool | None:
    """Whether these are examples of the embedded world: True or False where they can be held against it, by id and
    source."""
    from benchmark.tasks import TASKS, load_task

    first = examples[0]
    for name in TASKS:
        task = load_task(name)
        if (task.source_lang, task.target_lang) == (first.source_lang, first.target_lang):
            known = {e.id: e.source for split in ("test", "dev") for e in task.load(split)}
            if first.id in known:
                return known[first.id] == first.source
    return False
