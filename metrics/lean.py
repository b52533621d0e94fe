"""What transformers loads at every start and nothing here uses: scikit-learn and with it scipy.stats, a second and a
half of imports, for assisted decoding and the metrics of GLUE, and scipy.optimize, half a second, for the losses of
models that find objects in images.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec

DECODING = "transformers.generation.candidate_generator"
"""Asks for scikit-learn wherever a model or a tokenizer is loaded."""
LOSSES = "transformers.loss.loss_utils"
"""Asks for SciPy wherever a model is loaded."""
ASKED_BY_TRAINERS = (DECODING, LOSSES, "transformers.data.metrics")


def without_unused(*modules: str) -> None:
    """Imports modules of transformers that look for scikit-learn and SciPy as if these were not there. What a user has
    loaded stays."""
    wanted = [name for name in modules if name not in sys.modules]
    if not wanted:
        return
    import transformers.utils as utils

    told = {name: getattr(utils, name) for name in ("is_sklearn_available", "is_scipy_available")}
    for name in told:
        if name.split("_")[1] not in sys.modules:
            setattr(utils, name, lambda: False)
    try:
        for name in wanted:
            if find_spec(name) is not None:
                import_module(name)
    finally:
        for name, said in told.items():
            setattr(utils, name, said)
