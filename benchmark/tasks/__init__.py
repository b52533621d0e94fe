"""Tasks: one line here and one file that builds a `Task`. The table holds "module:function", imported on use."""

from __future__ import annotations

from pathlib import Path

from benchmark.registry import load, nearest
from benchmark.tasks.task import Task as Task
from metrics.errors import UserError

TASKS = {
    "newswire-title@2": "benchmark.tasks.newswire.world2:title_task",
    "newswire-title-full@2": "benchmark.tasks.newswire.world2:title_full_task",
    "newswire-long@2": "benchmark.tasks.newswire.world2:long_task",
    "newswire-short@2": "benchmark.tasks.newswire.world2:short_task",
    "newswire-title-bo@2": "benchmark.tasks.newswire.world2:title_bo_task",
    "newswire-title": "benchmark.tasks.newswire:title_task",
    "newswire-title-full": "benchmark.tasks.newswire:title_full_task",
    "newswire-long": "benchmark.tasks.newswire:long_task",
    "newswire-short": "benchmark.tasks.newswire:short_task",
    "newswire-title-bo": "benchmark.tasks.newswire:title_bo_task",
}
"""name -> "module:function"; the function takes nothing and returns the Task. @2 is world 2, the default; world 1 has
no mark, as its runs and boards were named before there was another."""


FILE = "file:"
"""Before the path of a task file of one's own."""


_LOADED: dict[str, Task] = {}
"""Tasks of the user's own functions that this process was told to load."""


def load_task(name: str, allow_code: bool = False) -> Task:
    """The task of that name: of the embedded world, of a real corpus, of one's own file (file:my-task.toml) or of one's
    own function (my_module:my_task).

    allow_code: the name is the user's word in this call, so that a function may be imported for it; no file may name
    one (docs/security.md). Raises UserError naming the nearest known ones.
    """
    if name in _LOADED:
        return _LOADED[name]
    if allow_code and ":" in name and not name.startswith(FILE):
        return _LOADED.setdefault(name, _own_task(name))
    if name not in TASKS:
        from benchmark.tasks.files import file_task, shipped

        corpora = shipped()
        if name.startswith(FILE):
            return file_task(Path(name.removeprefix(FILE)).expanduser(), own=True)
        if name in corpora:
            return file_task(corpora[name])
        raise UserError(
            f"unknown task {name!r}; {nearest(name, [*TASKS, *corpora])} (or give file:PATH of a task file, or "
            "module:function on the command line)"
        )
    task = load(TASKS[name])()
    if not isinstance(task, Task):
        raise TypeError(f"{TASKS[name]} returned {type(task).__name__}, not a Task")
    return task


def _own_task(where: str) -> Task:
    from benchmark.tasks.own import own_task

    return own_task(where)
