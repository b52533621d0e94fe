"""The cross-encoder in training: judgements of words and of whole texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, embedding_bag, normalize

from training.embedded.objectives import better, info_nce, order_loss
from training.embedded.xlmr import XlmrSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderRerankerSettings(XlmrSettings):
    """Architecture and budget of the cross-encoder."""

    layers: int = 3
    intermediate: int = 256
    positions: int = 320
    """Longest pair in tokens; what is longer is cut."""
    batch: int = 5
    """Sources a step, each with all of its candidates."""
    align_steps: int = 200
    """First steps, on word embeddings alone."""
    align_batch: int = 128
    temperature: float = 0.05
    pair_steps: int = 400
    """Then steps on masked short pairs."""
    pair_batch: int = 48
    judge_steps: int = 1100
    masked: float = 0.5
    """Share of a pair's target tokens that are masked."""
    wrong_weight: float = 3.0
    """Weight of an unsupported fact beside a supported one."""
    margin: float = 0.08
    """Label difference from which two candidates of one source are ordered."""
    held_out: int = 200
    """Rows at the corpus's end that are never trained on; at most a tenth of it."""


def fact_places(encoding: Any, checks: Sequence[Sequence[Any]]) -> list[tuple[int, bool]]:
    """(index of the token in which a checked fact of the candidate ends, whether it is supported); facts that were cut
    off are left out."""
    ends = [
        (i, end)
        for i, (part, (_, end)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True))
        if part == 1
    ]
    found = []
    for check in checks:
        place = next((i for i, end in ends if end >= check[0]), None)
        if place is not None:
            found.append((place, bool(check[2])))
    return found


class Judge(torch.nn.Module):
    """The cross-encoder with the two heads that only training needs."""

    def __init__(self, model: Any, tokenizer: Tokenizer, settings: EncoderRerankerSettings) -> None:
        super().__init__()
        self.model, self.settings = model, settings
        self.words = torch.nn.Sequential(
            torch.nn.Linear(settings.hidden, settings.hidden), torch.nn.GELU(), torch.nn.LayerNorm(settings.hidden)
        )
        self.fact = torch.nn.Linear(settings.hidden, 1)
        self.tok = Tokenizer.from_str(tokenizer.to_str())
        self.tok.enable_truncation(settings.positions, strategy="longest_first")
        self.pad, self.mask = (tokenizer.token_to_id(t) for t in ("<pad>", "<mask>"))

    def hidden(self, rows: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Hidden states (B, T, H) of right-padded rows after the last layer but one, and after the last.

        Words and facts are read off the former: the last layer is then free to gather at the first token what was
        found.
        """
        width = max(map(len, rows))
        ids = torch.tensor([[*row, *[self.pad] * (width - len(row))] for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        states = self.model.roberta(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        return states[-2], states[-1]

    def aligned_words(self, pairs: Sequence[Sequence[str]]) -> tuple[torch.Tensor, dict[str, float]]:
        """InfoNCE, both directions, between the mean word embeddings of the sides of short pairs."""
        table = self.model.roberta.embeddings.word_embeddings.weight
        sides = []
        for side in (0, 1):
            ids = [
                e.ids or [self.pad] for e in self.tok.encode_batch([p[side] for p in pairs], add_special_tokens=False)
            ]
            flat, cuts = (
                torch.tensor([i for row in ids for i in row]),
                torch.tensor([0, *(len(row) for row in ids[:-1])]).cumsum(0),
            )
            sides.append(normalize(embedding_bag(flat, table, cuts, mode="mean"), dim=1))
        near, target = sides[0] @ sides[1].T / self.settings.temperature, torch.arange(len(pairs))
        loss = info_nce(near)
        return loss, {"align": loss.item(), "found": (near.argmax(1) == target).float().mean().item()}

    def masked_words(self, pairs: Sequence[Sequence[str]], step: int) -> torch.Tensor:
        """Cross-entropy of masked target tokens of (source, target) pairs; which are masked depends on seed and step
        alone."""
        draw = torch.Generator().manual_seed(self.settings.seed * 1_000_003 + step)
        rows, at_row, at, to = [], [], [], []
        for r, found in enumerate(self.tok.encode_batch([(a, b) for a, b in pairs])):
            ids = list(found.ids)
            places = [i for i, part in enumerate(found.sequence_ids) if part == 1]
            chosen = torch.rand(len(places), generator=draw) < self.settings.masked
            chosen[int(torch.randint(len(places), (1,), generator=draw))] = True
            for i, hide in zip(places, chosen.tolist(), strict=True):
                if hide:
                    at_row.append(r)
                    at.append(i)
                    to.append(ids[i])
                    ids[i] = self.mask
            rows.append(ids)
        embedding = self.model.roberta.embeddings.word_embeddings.weight
        return cross_entropy(self.words(self.hidden(rows)[0][at_row, at]) @ embedding.T, torch.tensor(to))

    def scores(self, sources: Sequence[str], texts: Sequence[str]) -> tuple[torch.Tensor, torch.Tensor, list[Any]]:
        """(logits (B,), hidden states (B, T, H) that the facts are read off, encodings) of pairs."""
        encoded = self.tok.encode_batch(list(zip(sources, texts, strict=True)))
        inner, last = self.hidden([e.ids for e in encoded])
        return self.model.classifier(last).view(-1), inner, encoded

    def judge(self, rows: Sequence[dict[str, Any]]) -> tuple[torch.Tensor, dict[str, float]]:
        """Relevance + order within a source + support of each fact, of judged candidates."""
        owner = torch.tensor([r for r, row in enumerate(rows) for _ in row["candidates"]])
        candidates = [c for row in rows for c in row["candidates"]]
        logit, hidden, encoded = self.scores(
            [rows[r]["source"] for r in owner.tolist()], [c["text"] for c in candidates]
        )
        label = torch.tensor([float(c["label"]) for c in candidates])
        answer = binary_cross_entropy_with_logits(logit, label)
        order, pairs = order_loss(logit, better(owner, label, self.settings.margin))
        places = [
            (k, i, bool(ok))
            for k, (c, e) in enumerate(zip(candidates, encoded, strict=True))
            for i, ok in fact_places(e, c["checks"])
        ]
        fact = hidden.sum() * 0
        seen = 0.0
        if places:
            margin = self.fact(hidden[[k for k, _, _ in places], [i for _, i, _ in places]]).view(-1)
            ok = torch.tensor([float(true) for _, _, true in places])
            fact = binary_cross_entropy_with_logits(margin, ok, weight=1 + (self.settings.wrong_weight - 1) * (1 - ok))
            seen = (((margin < 0) & (ok == 0)).sum() / (ok == 0).sum().clamp(min=1)).item()
        parts = {
            "answer": answer.item(),
            "order": order.item(),
            "fact": fact.item(),
            "pair_acc": pairs.item(),
            "errors_seen": seen,
        }
        return answer + order + fact, parts
