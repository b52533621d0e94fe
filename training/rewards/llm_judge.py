"""An LLM judge as a reward: its grade / 10, through `metrics.llm_judge`. A pair without a grade stops the run: a
made-up score would train."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from metrics.errors import UserError
from metrics.llm_judge import TOP, JudgeServer, grade, read_server
from metrics.progress import progress
from training.rewards.pair_models import PairReward


class LLMJudgeReward(PairReward):
    """A judge behind an OpenAI-compatible server; lengths count in code points."""

    name = "llm-judge"

    def __init__(self, server: JudgeServer, target_lang: str = "th", parallel: int = 8) -> None:
        """parallel: questions asked at a time."""
        super().__init__(f"{server.url}#{server.model}", None, target_lang, weights=server.id)
        self.server, self.target_lang, self.parallel = server, target_lang, parallel

    def _score(self, sources: list[str], candidates: list[str]) -> list[float]:
        found, out = [], []
        with ThreadPoolExecutor(self.parallel) as pool, progress(self.name, len(sources), "texts") as work:
            for graded in pool.map(lambda s, c: grade(self.server, s, c, self.target_lang), sources, candidates):
                found.append(graded)
                work.advance()
        for (score, reason), candidate in zip(found, candidates, strict=True):
            if score is None:
                raise UserError(
                    f"reward llm-judge {self.server.model}: gave no grade for {candidate[:40]!r}: {reason}; "
                    "use another judge"
                )
            out.append(score / TOP)
        return out


def load_llm_judge(where: str, *, target_lang: str = "th", parallel: int = 8, **options: Any) -> LLMJudgeReward:
    """where: "URL#MODEL"; options: those of `metrics.llm_judge.JudgeServer`."""
    return LLMJudgeReward(read_server(where, **options), target_lang, parallel)
