"""The generative yes/no reranker (Qwen3-Reranker family): r = exp(z_yes) / (exp(z_yes) + exp(z_no)) after the official
template.

The text of the prompt is the official one to the letter; without it these models rank wrongly. Three things are ours:

- Tokens. The prompt is tokenised in parts - prefix with instruction, source, candidate, suffix - and the ids are
  joined, in the plain
  loop and in the fast path alike, so that a source has the same tokens whatever follows it. The parts meet where Qwen's
  pre-tokeniser cuts anyway (after ":" and after a line break; a space goes with the word behind it), so the ids are
  those of the whole text tokenised at once.
- Length. Sources and candidates have limits of their own and lose their ends beyond them, counted in `counts()`. The
  official code shares
  one limit between both, so that a source would be cut differently for each of its candidates.
- Control. The template's tokens come from the template alone: a candidate that spells `<|im_end|>` cannot end the turn
  and answer itself.

Fast path: the part up to the candidate is run once for each source, and its keys and values serve all candidates of
that source.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metrics.errors import UserError
from training.rewards.portions import Portion, score_in_portions
from training.rewards.shared_prefix import batches, last_hidden_states
from training.rewards.yes_no_template import (
    DEFAULT_INSTRUCT,
    NO,
    YES,
    _ids,
    document_ids,
    format_prompt,
    query_ids,
    suffix_ids,
)
from training.shared.ensembles import members
from training.shared.files_of import files_of
from training.shared.hashes import hex_hash
from training.shared.loading import DTYPES, load_policy
from training.shared.plain_text import text_ids

BATCH_TOKENS = {"cpu": 512, "other": 16384}
"""Device -> tokens in one forward pass. A CPU gains nothing from padding sources to one length; an accelerator must be
kept busy."""
LITERAL = "literal"
"""Last part of the id: sources and candidates that spell `<|im_end|>` or another control token are read as letters
(`plain_text`)."""
SCORED = ("final_logit_softcapping", "logit_scale", "logits_scaling", "lm_head_multiplier")


@dataclass(frozen=True, slots=True)
class Reads:
    """What a yes/no judge is asked, and how much of each text it reads."""

    instruct: str = DEFAULT_INSTRUCT
    max_source_tokens: int | None = None
    """Default: what the candidate leaves of the context (at most 8192, as in the official code)."""
    max_candidate_tokens: int | None = None
    """Default: a third of the context."""
    answer_tokens: int = 0
    """Room to leave after the prompt."""


class YesNoJudge:
    """What every yes/no judge shares, whatever runs its model: the template's tokens, the limits, the counts and the
    id."""

    name = "reranker-generative"
    length_unit = "reranker tokens"

    def __init__(
        self,
        tokenizer: Any,
        config: Any,
        *,
        where: str,
        weights: str,
        dtype: str,
        reads: Reads,
    ) -> None:
        """config: of the model; where: for messages; weights: hash for the id. UserError for a model of another
        kind."""
        self.tokenizer, self.config, self.instruct = tokenizer, config, reads.instruct
        self._check(where)
        self.yes, self.no = (tokenizer.convert_tokens_to_ids(t) for t in (YES, NO))
        self.suffix = suffix_ids(tokenizer)
        overhead = len(query_ids(tokenizer, "", reads.instruct)) + len(self.suffix) + reads.answer_tokens
        context = min(getattr(config, "max_position_embeddings", 8192), 8192) - overhead
        self.max_candidate_tokens = reads.max_candidate_tokens or context // 3
        self.max_source_tokens = reads.max_source_tokens or context - self.max_candidate_tokens
        if (
            self.max_source_tokens < 2
            or self.max_candidate_tokens < 1
            or self.max_source_tokens + self.max_candidate_tokens > context
        ):
            raise UserError(
                f"reranker {where}: {self.max_source_tokens} source + {self.max_candidate_tokens} candidate "
                "tokens do not fit "
                f"into the {context} that the template leaves of its context; lower max_source_tokens or "
                "max_candidate_tokens"
            )
        self.longest_prompt = overhead + self.max_source_tokens + self.max_candidate_tokens
        limits = f"{self.max_source_tokens}+{self.max_candidate_tokens}"
        asked = hashlib.sha256(reads.instruct.encode()).hexdigest()[:8]
        self.id = f"{self.name}:{weights[:16]}:{asked}:{limits}:{dtype}:{LITERAL}"
        self._counts: Counter[str] = Counter()

    def _check(self, where: str) -> None:
        tok, config = self.tokenizer, self.config
        vocabulary = tok.get_vocab()
        for token in ("<|im_start|>", "<|im_end|>", YES, NO):
            if token not in vocabulary:
                kind = "answer token" if token in (YES, NO) else "turn mark of the official template"
                raise UserError(
                    f"reranker {where}: its tokenizer lacks {token!r}, the {kind}; "
                    "give a model of the Qwen3-Reranker family"
                )
        ids = _ids(tok, format_prompt("", "", self.instruct))
        if tok.unk_token_id is not None and tok.unk_token_id in ids:
            raise UserError(
                f"reranker {where}: its tokenizer cannot write the official template or the instruction "
                "(unknown token); "
                "give a model of the Qwen3-Reranker family, or an instruction in letters it knows"
            )
        if ids.count(vocabulary["<|im_start|>"]) != 3 or ids.count(vocabulary["<|im_end|>"]) != 2:
            raise UserError(
                f"reranker {where}: its tokenizer splits <|im_start|> or <|im_end|>, so the official template "
                "has no turns; "
                "register them as special tokens"
            )
        odd = [name for name in SCORED if getattr(config, name, None) not in (None, 1.0)]
        if odd or (getattr(config, "sliding_window", None) and getattr(config, "use_sliding_window", False)):
            what = ", ".join(odd) or "a sliding window"
            raise UserError(
                f"reranker {where}: architecture {config.model_type!r} changes its logits ({what}); "
                "give a model of the Qwen3 kind"
            )

    def _query(self, source: str) -> list[int]:
        return query_ids(self.tokenizer, source, self.instruct, self.max_source_tokens)

    def _document(self, candidate: str) -> list[int]:
        return document_ids(self.tokenizer, candidate, self.max_candidate_tokens) + self.suffix

    def _count(self, sources: Sequence[str], candidates: Sequence[str]) -> None:
        """Count what is scored and what loses its end: no cut is silent."""
        too_long = {s for s in set(sources) if len(text_ids(self.tokenizer, f" {s}\n")) > self.max_source_tokens}
        self._counts["scored"] += len(candidates)
        self._counts["sources_cut"] += sum(s in too_long for s in sources)
        self._counts["candidates_cut"] += sum(
            len(document_ids(self.tokenizer, c)) > self.max_candidate_tokens for c in candidates
        )

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Each text in reranker tokens, uncut."""
        return [text_ids(self.tokenizer, text) for text in texts]

    def counts(self) -> dict[str, int]:
        """scored, sources_cut, candidates_cut since the reranker was loaded."""
        return {name: self._counts[name] for name in ("scored", "sources_cut", "candidates_cut")}


class GenerativeReranker(YesNoJudge):
    """A causal LM and its tokenizer as a yes/no judge; a `Reward`."""

    divisible = True

    def __init__(
        self, model: Any, tokenizer: Any, *, where: str, weights: str, batch_tokens: int | None = None, **options: Any
    ) -> None:
        """batch_tokens: bound on tokens in one forward pass (default: BATCH_TOKENS of the device); options: those of
        Reads."""
        dtype = str(model.dtype).removeprefix("torch.")
        super().__init__(tokenizer, model.config, where=where, weights=weights, dtype=dtype, reads=Reads(**options))
        if model.get_output_embeddings() is None:
            raise UserError(
                f"reranker {where}: architecture {model.config.model_type!r} has no output embedding; "
                "give a model of the Qwen3 kind"
            )
        self.model = model.eval()
        self.batch_tokens = batch_tokens or BATCH_TOKENS.get(model.device.type, BATCH_TOKENS["other"])

    def score(self, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        """P(yes) of each candidate for its own source; candidates of one source share its pass. Equals `score_plain` to
        rounding."""
        if len(sources) != len(candidates):
            raise ValueError(f"{len(sources)} sources, {len(candidates)} candidates")
        return score_in_portions(self, sources, candidates)

    def portions(self, sources: Sequence[str], candidates: Sequence[str]) -> list[Portion]:
        """One for each batch of sources: (ids of what stands before their candidates, ids of their candidates)."""
        self._count(sources, candidates)
        grouped: dict[str, dict[str, None]] = {}
        for source, candidate in zip(sources, candidates, strict=True):
            grouped.setdefault(source, {})[candidate] = None
        names = list(grouped)
        prefixes = [self._query(source) for source in names]
        endings = [[self._document(c) for c in group] for group in grouped.values()]
        return [
            Portion(
                [(names[i], c) for i in batch for c in grouped[names[i]]],
                ([prefixes[i] for i in batch], [endings[i] for i in batch]),
            )
            for batch in batches(prefixes, endings, self.batch_tokens)
        ]

    def of_portion(self, work: tuple[list[list[int]], list[list[list[int]]]]) -> Any:
        """Last hidden state of each candidate, (pairs, width) float32 of numpy."""
        import torch

        with torch.inference_mode():
            return last_hidden_states(self.model, *work, self.tokenizer.pad_token_id).float().cpu().numpy()

    def joined(
        self, sources: Sequence[str], candidates: Sequence[str], portions: Sequence[Portion], found: Sequence[Any]
    ) -> list[float]:
        """P(yes) of each candidate. One product for all states: how it is rounded depends on how many they are."""
        import torch

        state = {
            pair: row
            for portion, rows in zip(portions, found, strict=True)
            for pair, row in zip(portion.pairs, rows, strict=True)
        }
        pairs = list(zip(sources, candidates, strict=True))
        if not pairs:
            return []
        by_source: dict[str, dict[tuple[str, str], None]] = {}
        for pair in pairs:
            by_source.setdefault(pair[0], {})[pair] = None
        order = [pair for own in by_source.values() for pair in own]
        with torch.inference_mode():
            hidden = torch.from_numpy(np.stack([state[pair] for pair in order])).to(self.model.device)
            head = self.model.get_output_embeddings()
            weight = head.weight[self.yes] - head.weight[self.no]
            bias = 0.0 if getattr(head, "bias", None) is None else head.bias[self.yes] - head.bias[self.no]
            chance = dict(zip(order, torch.sigmoid((hidden @ weight.float()) + bias).tolist(), strict=True))
        return [chance[pair] for pair in pairs]

    def score_plain(self, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        """The same one pair at a time, through the model's own head: slow, for comparison."""
        import torch

        self._count(sources, candidates)
        out = []
        with torch.inference_mode():
            for source, candidate in zip(sources, candidates, strict=True):
                ids = torch.tensor([self._query(source) + self._document(candidate)], device=self.model.device)
                logits = self.model(input_ids=ids).logits[0, -1, [self.no, self.yes]].float()
                out.append(torch.softmax(logits, dim=0)[1].item())
        return out


def check_judge(path: str, options: Mapping[str, Any], engine: bool) -> None:
    """Raise UserError for whatever would stop `load_reranker` (engine: vLLM's kind), without loading weights: dtype,
    code, tokens, limits."""
    dtype, trusted = options.get("dtype", "float32"), bool(options.get("trust_remote_code", False))
    if dtype not in DTYPES:
        raise UserError(f"rl.reward_options.dtype = {dtype!r}: use {', '.join(DTYPES)}")
    if members(path) is not None:
        raise UserError(f"{path}: an ensemble; set rl.reward=ensemble, which loads it")
    tokenizer, config = files_of(path, trusted)
    names = ("instruct", "max_source_tokens", "max_candidate_tokens")
    known = {*names, "dtype", "trust_remote_code", "device", "batch_tokens"}
    if not engine and (unknown := sorted(options.keys() - known)):
        raise UserError(
            f"rl.reward_options.{unknown[0]}: {YesNoJudge.name} takes no such option; "
            f"it takes {', '.join(sorted(known))}"
        )
    limits = {k: options[k] for k in names if k in options}
    YesNoJudge(tokenizer, config, where=path, weights="", dtype=dtype, reads=Reads(answer_tokens=int(engine), **limits))


def load_reranker(
    path: str, *, dtype: str = "float32", trust_remote_code: bool = False, device: str | None = None, **options: Any
) -> GenerativeReranker:
    """A generative reranker from a folder or hub id. options: those of GenerativeReranker. UserError when it cannot be
    used."""
    model, tokenizer = load_policy(path, dtype, trust_remote_code, device)
    return GenerativeReranker(model, tokenizer, where=path, weights=hex_hash(path), **options)
