"""A warning of transformers 4.57 that is wrong for most models."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MISTRAL = ("mistral", "voxtral", "ministral", "pixtral")
"""Kinds of models whose tokenizers transformers warns of rightly."""
LOGGER = "transformers.tokenization_utils_base"


@contextmanager
def no_false_alarm(path: str | Path) -> Iterator[None]:
    """Within it transformers 4.57 says nothing of a wrong pattern of Mistral's tokenizers where a folder holds a model
    of another kind.

    It warns of every folder that 4.57.3 or later has saved, whatever the model.
    """
    try:
        kind = json.loads((Path(path) / "config.json").read_text(encoding="utf-8"))["model_type"]
    except (OSError, ValueError, KeyError, TypeError):  # a hub id, or a folder that is refused with its own message
        kind = "mistral"
    logger, other = logging.getLogger(LOGGER), not any(name in str(kind) for name in MISTRAL)

    def keep(record: logging.LogRecord) -> bool:
        return not (other and "incorrect regex pattern" in record.getMessage())

    logger.addFilter(keep)
    try:
        yield
    finally:
        logger.removeFilter(keep)
