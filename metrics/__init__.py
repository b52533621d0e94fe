"""Pure measurement: text in, numbers out; scorers; statistics.

    from metrics import score, facts

`score` scores texts in one call; `facts` shows what the suite reads in a text. Both are imported on use, so that
`import metrics` stays light; everything else is in its own module (`metrics.coverage`, `metrics.stats`, ...). This
package imports neither `training` nor `benchmark`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from metrics.api import Scores, facts, score

__all__ = ["Scores", "facts", "score"]


def __getattr__(name: str) -> Any:
    """Exports on use (PEP 562)."""
    if name in __all__:
        from metrics import api

        return getattr(api, name)
    raise AttributeError(f"module 'metrics' has no attribute {name!r}")
