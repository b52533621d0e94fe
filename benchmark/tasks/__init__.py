"""Tasks: one line here and one file that builds a `Task`. The table holds "module:function", imported on use."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from benchmark.registry import nearest
from benchmark.tasks.task import Task as Task
from metrics.errors import UserError

TASKS = {
    "newswire-title": "benchmark.tasks.newswire:title_task",
    "newswire-title-full": "benchmark.tasks.newswire:title_full_task",
    "newswire-long": "benchmark.tasks.newswire:long_task",
    "newswire-short": "benchmark.tasks.newswire:short_task",
    "newswire-title-bo": "benchmark.tasks.newswire:title_bo_task",
}
"""name -> "module:function"; the function takes nothing and returns the Task."""
IN_MAKING = {
    "newswire-title@2": "benchmark.tasks.newswire.world2:title_task",
    "newswire-title-full@2": "benchmark.tasks.newswire.world2:title_full_task",
    "newswire-long@2": "benchmark.tasks.newswire.world2:long_task",
    "newswire-short@2": "benchmark.tasks.newswire.world2:short_task",
    "newswire-title-bo@2": "benchmark.tasks.newswire.world2:title_bo_task",
}
"""The same of world 2, which has no models and no boards yet: to be run by name, and read."""
OWN = TASKS | IN_MAKING
"""All tasks that this suite makes itself."""


FILE = "file:"
"""Before the path of a task file of one's own."""


def load_task(name: str) -> Task:
    """The task of that name: of the embedded world, of a real corpus, or of one's own file (file:my-task.toml).

    Raises UserError naming the nearest known ones.
    """
    if name not in OWN:
        from benchmark.tasks.files import file_task, shipped

        corpora = shipped()
        if name.startswith(FILE):
            return file_task(Path(name.removeprefix(FILE)).expanduser(), own=True)
        if name in corpora:
            return file_task(corpora[name])
        raise UserError(f"unknown task {name!r}; {nearest(name, [*OWN, *corpora])}, or file:PATH of a task file")
    module, _, attr = OWN[name].partition(":")
    task = getattr(import_module(module), attr)()
    if not isinstance(task, Task):
        raise TypeError(f"{OWN[name]} returned {type(task).__name__}, not a Task")
    return task
