"""Tasks: one line here and one file that builds a `Task`. The table holds "module:function", imported on use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from benchmark.registry import nearest
from metrics.errors import UserError
from metrics.records import Example
from training.shared.plain_text import plain

TASKS = {
    "newswire-title": "benchmark.tasks.newswire:title_task",
    "newswire-title-full": "benchmark.tasks.newswire:title_full_task",
    "newswire-long": "benchmark.tasks.newswire:long_task",
    "newswire-short": "benchmark.tasks.newswire:short_task",
    "newswire-title-bo": "benchmark.tasks.newswire:title_bo_task",
}
"""name -> "module:function"; the function takes nothing and returns the Task."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task: where its examples come from and how a policy is asked."""

    name: str
    """As in TASKS."""
    source_lang: str
    """ISO 639-1 code of the source."""
    target_lang: str
    """ISO 639-1 code of what the policy has to write."""
    version: str
    """Version of the task's world; the test split is a constant of it."""
    prompt: str
    """Template with {source}; the completion follows directly."""
    load: Callable[..., list[Example]]
    """load(split, n=None): the examples of a split of SPLITS; n overrides the split's default size."""
    of_world: bool = True
    """Its texts come from the embedded newswire world."""
    controls: frozenset[str] = frozenset()
    """What the policy's tokenizer would read as control tokens in a source (`training.shared.plain_text`)."""

    def ask(self, source: str) -> str:
        """The prompt for one source text. Braces in the source are kept as they are; control tokens that it spells are
        marked as text."""
        return self.prompt.replace("{source}", plain(source, self.controls))


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
