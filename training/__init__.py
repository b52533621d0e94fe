"""The reference system: base model, SFT, RL, recovery and the rewards. It regenerates every checkpoint that the
benchmark measures.

    from training import load_reward

Imports `metrics`, never `benchmark`. `import training` itself loads no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.rewards import load_reward

__all__ = ["load_reward"]


def __getattr__(name: str) -> Any:
    """Exports on use (PEP 562)."""
    if name in __all__:
        from training import rewards

        return getattr(rewards, name)
    raise AttributeError(f"module 'training' has no attribute {name!r}")
