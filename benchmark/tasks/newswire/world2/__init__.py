"""World 2 of the newswire: plausible stories whose facts are spread, told beside other people and events.

Data that a native speaker can correct: `data/world2/` (README.md there says how). The same five tasks as in world 1,
under their names with `@2`.
"""

from __future__ import annotations

from benchmark.tasks import Task
from benchmark.tasks.newswire import World, tasks_of
from benchmark.tasks.newswire.world2.splits import WORLD_VERSION, article_stream

WORLD_2 = World(WORLD_VERSION, "@2", article_stream, lambda split: article_stream(split, True, straight=True), "tiny")


def title_task() -> Task:
    """zh -> th titles of world 2, core inventory."""
    return tasks_of(WORLD_2)["newswire-title"]()


def title_full_task() -> Task:
    """zh -> th titles of world 2, the whole world."""
    return tasks_of(WORLD_2)["newswire-title-full"]()


def title_bo_task() -> Task:
    """zh -> bo titles of world 2, core inventory."""
    return tasks_of(WORLD_2)["newswire-title-bo"]()


def long_task() -> Task:
    """zh -> th translation of passages of world 2 over 500 characters."""
    return tasks_of(WORLD_2)["newswire-long"]()


def short_task() -> Task:
    """zh -> th translation of titles of world 2."""
    return tasks_of(WORLD_2)["newswire-short"]()
