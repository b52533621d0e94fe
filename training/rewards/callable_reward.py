"""A user's own function as a reward: `f(sources: list[str], candidates: list[str]) -> list[float]`, values in [0,
1]."""

from __future__ import annotations

import hashlib
import inspect
import math
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from metrics.errors import UserError
from metrics.own_code import own_code, place


class CallableReward:
    """Wraps the function and checks what it returns. Having no tokenizer, it counts lengths in code points."""

    name = "callable"
    length_unit = "code points"

    def __init__(self, function: Callable[[list[str], list[str]], list[float]], where: str) -> None:
        """where: "module:function", for the id and for messages."""
        self.function, self.where = function, where
        try:
            code = Path(inspect.getsourcefile(function) or "").read_bytes()
        except (OSError, TypeError):
            raise UserError(
                f"reward {where}: its source file cannot be read, so its scores could not be told apart; "
                "put the function in a .py file"
            ) from None
        self.id = f"callable:{where}:{hashlib.sha256(code).hexdigest()[:16]}"

    def call(self, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        """What the function returns, unchecked. UserError, with its line, where it fails, and where it returns no
        list."""
        try:
            return list(self.function(list(sources), list(candidates)))
        except UserError:
            raise
        except Exception as err:
            steps = [s for s in traceback.extract_tb(err.__traceback__) if s.filename != __file__]
            # Without a step of its own the function came to its end, and `list` failed on what it returned.
            at = place(err, self.where.partition(":")[0]) if steps else "returned no list of numbers: "
            raise UserError(f"reward {self.where}: {at}{type(err).__name__}: {err}; mend the function") from err

    def score(self, sources: Sequence[str], candidates: Sequence[str]) -> list[float]:
        """The function's values. Raises UserError when they are not one number in [0, 1] for each candidate."""
        found = self.call(sources, candidates)
        if len(found) != len(candidates):
            raise UserError(
                f"reward {self.where}: returned {len(found)} values for {len(candidates)} candidates; "
                "return one for each"
            )
        values = [float(v) for v in found]
        bad = next((v for v in values if not (math.isfinite(v) and 0 <= v <= 1)), None)
        if bad is not None:
            raise UserError(f"reward {self.where}: returned {bad}; eq. 6 needs values from 0 to 1, so scale them")
        return values

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Code points of each text."""
        return [[ord(c) for c in text] for text in texts]

    def counts(self) -> dict[str, int]:
        """Nothing is ever cut."""
        return {}


def load_callable(where: str) -> CallableReward:
    """The function named "module:function". Raises UserError when it cannot be imported."""
    module, _, attr = where.partition(":")
    try:
        with own_code(f"reward {where!r}", module, ImportError, AttributeError, ValueError):
            function = getattr(import_module(module), attr)
    except (ImportError, AttributeError, ValueError) as err:
        raise UserError(
            f"reward {where!r}: cannot be imported ({err}); give module:function, with the module's folder on "
            "PYTHONPATH"
        ) from err
    if not callable(function):
        raise UserError(f"reward {where!r} is no function; give module:function")
    return CallableReward(function, where)
