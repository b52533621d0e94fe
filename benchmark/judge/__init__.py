"""Judges: who answers the protocols of `metrics.judge`. A judge is one file here and one line in JUDGES, imported on
use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from benchmark.registry import load, nearest
from metrics.errors import UserError
from metrics.judge.records import Question, Verdict
from metrics.own_code import guarded, is_own, own_code
from metrics.records import Example

if TYPE_CHECKING:
    from benchmark.settings.schema import Judge as Settings

JUDGES = {
    "oracle": "benchmark.judge.oracle:load_oracle",
    "openai": "benchmark.judge.openai_api:load_openai",
    "transformers": "benchmark.judge.transformers_local:load_transformers",
    "vllm": "benchmark.judge.vllm_local:load_vllm",
}
"""name -> "module:function"; the function takes (settings, ledger file or None) and returns a JudgeLike."""


class JudgeLike(Protocol):
    """Anything that answers questions."""

    name: str
    """Key of JUDGES."""
    id: str
    """Goes into signatures: whatever can change a verdict."""
    label: str
    """How it is called in the report."""

    def knowing(self, examples: Sequence[Example]) -> JudgeLike:
        """The judge for questions about these examples. All but the oracle return themselves: they see the question
        alone."""

    def verdicts(self, questions: Sequence[Question]) -> list[Verdict]:
        """One verdict per question, in order; without an answer where there is none, with the reason."""

    def price(self, questions: Sequence[Question]) -> dict[str, Any]:
        """{"calls", "cached", "prompt_tokens", "completion_tokens", "cost"} of questions not asked yet; an estimate."""

    def usage(self) -> dict[str, Any]:
        """What was spent by this call: {"calls", "cached", "prompt_tokens", "completion_tokens", "cost", ...}."""


def load_judge(name: str, settings: Settings, ledger: Path | None) -> JudgeLike:
    """The judge of that name. Raises UserError for an unknown one, naming the nearest, and as its file does."""
    if name not in JUDGES:
        raise UserError(f"unknown judge {name!r}; {nearest(name, JUDGES)}")
    module = JUDGES[name].partition(":")[0]
    if is_own(module):
        return _own_judge(name, module, settings, ledger)
    found: JudgeLike = load(JUDGES[name])(settings, ledger)
    return found


def _own_judge(name: str, module: str, settings: Settings, ledger: Path | None) -> JudgeLike:
    """A judge of a user's own module: what fails in it is told by its file and line."""
    what = f"judge {name!r}"
    with own_code(what, module):
        return cast("JudgeLike", _Guarded(load(JUDGES[name])(settings, ledger), what, module))


class _Guarded:
    """A judge whose methods run in `own_code`."""

    def __init__(self, judge: Any, what: str, module: str) -> None:
        self._judge, self._what, self._module = judge, what, module

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._judge, name)
        return guarded(found, self._what, self._module) if callable(found) else found

    def knowing(self, examples: Sequence[Example]) -> JudgeLike:
        """As JudgeLike's; the judge that comes back is guarded, too."""
        with own_code(self._what, self._module):
            return cast("JudgeLike", _Guarded(self._judge.knowing(examples), self._what, self._module))
