"""Batches of texts that are alike, so that the negatives in a batch are hard."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np


def neighbour_order(token_ids: Sequence[Sequence[int]], vocab_size: int, rows: Sequence[int]) -> list[int]:
    """`rows` as a chain: each followed by the most similar one not yet used (cosine of token counts)."""
    counts = np.zeros((len(rows), vocab_size), dtype=np.float32)
    for line, row in zip(counts, rows, strict=True):
        np.add.at(line, list(token_ids[row]), 1)
    counts /= np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9)
    near = np.round(counts @ counts.T, 5)  # rounded: the last digits differ between machines
    chain, free = [0], np.ones(len(rows), dtype=bool)
    free[0] = False
    while free.any():
        chain.append(int(np.where(free, near[chain[-1]], -1).argmax()))
        free[chain[-1]] = False
    return [rows[i] for i in chain]


def neighbour_batches(
    token_ids: Sequence[Sequence[int]], vocab_size: int, size: int, pool: int, seed: int, epoch: int
) -> list[list[int]]:
    """One pass over the rows in batches of `size` neighbours, found among `pool` batches each. Depends on its arguments
    alone (resume)."""
    rng, order = random.Random(f"{seed}:{epoch}"), list(range(len(token_ids)))
    rng.shuffle(order)
    batches = []
    for start in range(0, len(order), size * pool):
        chain = neighbour_order(token_ids, vocab_size, order[start : start + size * pool])
        batches += [chain[i : i + size] for i in range(0, len(chain), size)]
    batches = [b for b in batches if len(b) == size]  # a shorter batch is an easier task
    rng.shuffle(batches)
    return batches


def _trainer_class(token_ids: Sequence[Sequence[int]], vocab_size: int, pool: int) -> type:
    """sentence-transformers' trainer with batches of neighbours. Not given as an argument: arguments are pickled into
    every checkpoint."""
    from sentence_transformers import SentenceTransformerTrainer
    from sentence_transformers.base.sampler import DefaultBatchSampler

    class NeighbourBatches(DefaultBatchSampler):
        def __iter__(self) -> Iterator[list[int]]:
            return iter(neighbour_batches(token_ids, vocab_size, self.batch_size, pool, self.seed, self.epoch))

        def __len__(self) -> int:
            return len(token_ids) // self.batch_size

    class NeighbourTrainer(SentenceTransformerTrainer):
        def get_batch_sampler(
            self, dataset: Any, batch_size: int, drop_last: bool, *args: Any, seed: int = 0, **kwargs: Any
        ) -> Any:
            return NeighbourBatches(dataset, batch_size, drop_last, seed=seed)

        def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
            """None: asset.json says where the model comes from."""

    return NeighbourTrainer
