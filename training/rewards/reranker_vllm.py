"""The generative yes/no reranker on vLLM: the same tokens and the same two answer logits as `reranker_generative`.

The answer is restricted to the two tokens and the probability is read after that restriction: softmax over exactly the
logits of "yes" and "no" (the paper's r_rank). Asking for the top-k log-probabilities instead would miss an answer token
that is not among them. Prefix caching is on, so that the candidates of one source share its pass.
"""

from __future__ import annotations

import atexit
import math
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from metrics.hub import is_hub_id
from training.rewards.reranker_generative import Reads, YesNoJudge
from training.rewards.yes_no_template import DEFAULT_INSTRUCT
from training.shared.checkpoints import check_folder
from training.shared.hashes import hex_hash
from training.shared.loading import load_config, load_tokenizer
from training.shared.vllm_engine import answers, engine, need_vllm

ANSWER = 1
"""Tokens that vLLM generates after a prompt."""


class VllmReranker(YesNoJudge):
    """A reranker served by vLLM; a `Reward`. `close` ends its engine."""

    name = "reranker-vllm"

    def __init__(
        self,
        path: str,
        *,
        dtype: str = "float32",
        instruct: str = DEFAULT_INSTRUCT,
        max_source_tokens: int | None = None,
        max_candidate_tokens: int | None = None,
        trust_remote_code: bool = False,
        **options: Any,
    ) -> None:
        """Limits as those of `Reads`; options: of the engine, such as tensor_parallel_size. UserError as `engine`
        raises it."""
        need_vllm()
        if not is_hub_id(path):
            check_folder(Path(path), trust_remote_code)
        super().__init__(
            load_tokenizer(path, trust_remote_code),
            load_config(path, trust_remote_code),
            where=path,
            weights=hex_hash(path),
            dtype=dtype,
            reads=Reads(instruct, max_source_tokens, max_candidate_tokens, ANSWER),
        )
        self._engine = ExitStack()
        self.llm = self._engine.enter_context(engine(path, dtype, self.longest_prompt, trust_remote_code, **options))
        atexit.register(self.close)

    def close(self) -> None:
        """Ends the engine."""
        self._engine.close()

    def score(self, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        """P(yes) of each candidate for its own source, from exactly the two answer tokens."""
        from vllm import SamplingParams

        if len(sources) != len(candidates):
            raise ValueError(f"{len(sources)} sources, {len(candidates)} candidates")
        if not candidates:
            return []
        self._count(sources, candidates)
        pairs = list(dict.fromkeys(zip(sources, candidates, strict=True)))
        pairs.sort(key=lambda pair: pair[0])  # candidates of one source next to each other find its prefix in the cache
        queries = {s: self._query(s) for s, _ in pairs}
        prompts = [queries[s] + self._document(c) for s, c in pairs]
        params = SamplingParams(
            temperature=0.0, max_tokens=ANSWER, logprobs=2, allowed_token_ids=[self.yes, self.no], detokenize=False
        )
        found = {}
        for pair, answer in zip(pairs, answers(self.llm, prompts, params), strict=True):
            chances = {token: entry.logprob for token, entry in answer.logprobs[0].items()}
            if not {self.yes, self.no} <= chances.keys():
                raise RuntimeError(
                    f"vLLM gave the log-probabilities of {sorted(chances)}, not of the answer tokens "
                    f"{self.yes} and {self.no}"
                )
            # Normalised over the two once more: harmless where they are already, and right whatever else was left in.
            found[pair] = 1.0 / (1.0 + math.exp(min(chances[self.no] - chances[self.yes], 700.0)))
        return [found[pair] for pair in zip(sources, candidates, strict=True)]


def load_vllm_reranker(path: str, **options: Any) -> VllmReranker:
    """A reranker on vLLM from a folder or hub id. options: those of VllmReranker. UserError when it cannot be used."""
    return VllmReranker(path, **options)
