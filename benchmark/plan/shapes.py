"""The shape of a transformer, and what follows from it: parameters, forward FLOPs, activations, keys and values.

The formulas are those of the layers of SmolLM3 and Qwen3 (RMSNorm, gated MLP, grouped-query attention) and of XLM-R
(LayerNorm, plain MLP), checked against the models themselves in tests/unit/test_plan.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from metrics.errors import UserError
from metrics.files import read_object

ENCODERS = ("xlm-roberta", "bert", "roberta")
KEYS = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of one model; see the properties for what they mean."""

    kind: str
    """`model_type` of its config."""
    vocab: int
    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    mlp: int
    tied: bool
    positions: int = 0
    """Learned position embeddings (XLM-R alone)."""

    @property
    def encoder(self) -> bool:
        """XLM-R and its kin: plain MLP, biases, LayerNorm."""
        return self.kind in ENCODERS

    @property
    def linear(self) -> list[tuple[int, int]]:
        """(inputs, outputs) of the linear layers of one block."""
        q, kv, h = self.heads * self.head_dim, self.kv_heads * self.head_dim, self.hidden
        attention = [(h, q), (h, kv), (h, kv), (q, h)]
        return attention + (
            [(h, self.mlp), (self.mlp, h)] if self.encoder else [(h, self.mlp), (h, self.mlp), (self.mlp, h)]
        )

    @property
    def linear_weights(self) -> int:
        """Weights of all linear layers of all blocks."""
        return self.layers * sum(i * o for i, o in self.linear)

    @property
    def parameters(self) -> int:
        """All parameters."""
        embedding = self.vocab * self.hidden
        if self.encoder:
            biases = self.layers * (sum(o for _, o in self.linear) + 4 * self.hidden)
            return embedding + (self.positions + 1) * self.hidden + 2 * self.hidden + self.linear_weights + biases
        norms = (
            self.layers * 2 * self.hidden
            + self.hidden
            + (self.layers * 2 * self.head_dim if self.kind == "qwen3" else 0)
        )
        return embedding * (1 if self.tied else 2) + self.linear_weights + norms

    def lora(self, rank: int) -> int:
        """Parameters of LoRA matrices of that rank on every linear layer."""
        return self.layers * rank * sum(i + o for i, o in self.linear)

    def forward_flops(self, tokens: float, context: float, scored: float) -> float:
        """FLOPs of one forward pass: `tokens` through the blocks, each attending to `context` others, `scored` of them
        through the head."""
        attention = 4 * self.layers * self.heads * self.head_dim * context * tokens
        return 2 * self.linear_weights * tokens + attention + 2 * self.vocab * self.hidden * scored

    def kv_bytes(self, width: int) -> int:
        """Keys and values of one token, in elements of `width` bytes."""
        return 2 * self.layers * self.kv_heads * self.head_dim * width

    def activation_bytes(self, mixed: bool, checkpointing: bool) -> float:
        """Bytes that a training step keeps per token. mixed: bfloat16 under autocast, norms in float32.

        Kept by one block: inputs and normalised inputs of the two RMSNorms (float32), queries, keys, values,
        attention's output and its copy, the inputs of the linear layers, gate, up, their activation and product. With
        checkpointing: its input alone, and one block whole while its backward pass runs.
        """
        width = 2 if mixed else 4
        q, kv = self.heads * self.head_dim, self.kv_heads * self.head_dim
        norms = 4 * self.hidden * 4 + (2 * self.hidden * 2 if mixed else 0)
        norms += 2 * (q + kv) * 4 if self.kind == "qwen3" else 0
        block = norms + width * (2 * q + 2 * kv + q) + width * 4 * self.mlp
        last = 2 * self.hidden * 4  # the norm after the last block
        return last + (self.layers * self.hidden * 4 + block if checkpointing else self.layers * block)


def shape_of(config: Mapping[str, Any], where: str) -> Shape:
    """The shape in a config.json. Raises UserError when it lacks a size."""
    absent = [k for k in KEYS if not isinstance(config.get(k), int)]
    if absent:
        raise UserError(
            f"{where}: its config names no {', '.join(absent)}, so its memory cannot be planned; "
            "give a SmolLM3, Qwen3 or XLM-R kind of model"
        )
    given = [
        k for k in (*KEYS, "num_key_value_heads", "head_dim", "max_position_embeddings") if config.get(k) is not None
    ]
    if odd := [k for k in given if type(config[k]) is not int or not 0 < config[k] < 2**40]:
        raise UserError(
            f"{where}: {odd[0]} in its config is no size ({str(config[odd[0]])[:40]}); save the model again"
        )
    heads = config["num_attention_heads"]
    return Shape(
        kind=str(config.get("model_type", "")),
        vocab=config["vocab_size"],
        hidden=config["hidden_size"],
        layers=config["num_hidden_layers"],
        heads=heads,
        kv_heads=config.get("num_key_value_heads") or heads,
        head_dim=config.get("head_dim") or config["hidden_size"] // heads,
        mlp=config["intermediate_size"],
        tied=bool(config.get("tie_word_embeddings", True)),
        positions=config.get("max_position_embeddings", 0) if config.get("model_type") in ENCODERS else 0,
    )


@cache
def known() -> dict[str, Shape]:
    """The shapes in shapes.toml, by hub id."""
    table = tomllib.loads((Path(__file__).parent / "shapes.toml").read_text("utf-8"))
    return {name: shape_of(config, name) for name, config in table.items()}


def find_shape(path: str, where: str) -> Shape:
    """The shape of a folder (its config.json, or its base's for an adapter) or of a hub id in shapes.toml. UserError
    for any other."""
    from training.shared.lora import adapter_base

    folder = Path(path)
    if folder.is_dir():
        base = adapter_base(folder)
        if base is not None:
            return find_shape(base, where)
        try:
            return shape_of(read_object(folder / "config.json"), str(folder))
        except ValueError as err:
            raise UserError(
                f"{where} = {path}: its config.json cannot be read ({err}); give the folder of a saved model"
            ) from err
    if path not in known():
        raise UserError(
            f"{where} = {path}: no such folder, and no shape is known for it; known: {', '.join(known())}. "
            "Give a local folder"
        )
    return known()[path]
