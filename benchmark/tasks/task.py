"""The record of a task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from metrics.records import Example
from training.shared.plain_text import plain


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
    profile: str = "tiny"
    """Shipped profile whose models know its texts."""
    of_world: bool = True
    """Its texts come from the embedded newswire world."""
    controls: frozenset[str] = frozenset()
    """What the policy's tokenizer would read as control tokens in a source (`training.shared.plain_text`)."""

    def ask(self, source: str) -> str:
        """The prompt for one source text. Braces in the source are kept as they are; control tokens that it spells are
        marked as text."""
        return self.prompt.replace("{source}", plain(source, self.controls))
