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


FILE = "file:"
"""Before the path of a task file of one's own."""


def load_task(name: str) -> Task:
    """The task of that name: of the embedded world, of a real corpus, or of one's own file (file:my-task.toml).

    Raises UserError naming the nearest known ones.
    """
    if name not in TASKS:
        from benchmark.tasks.files import file_task, shipped

        corpora = shipped()
        if name.startswith(FILE):
            return file_task(Path(name.removeprefix(FILE)).expanduser(), own=True)
        if name in corpora:
            return file_task(corpora[name])
        raise UserError(f"unknown task {name!r}; {nearest(name, [*TASKS, *corpora])}, or file:PATH of a task file")
    module, _, attr = TASKS[name].partition(":")
    task = getattr(import_module(module), attr)()
    if not isinstance(task, Task):
        raise TypeError(f"{TASKS[name]} returned {type(task).__name__}, not a Task")
    return task
