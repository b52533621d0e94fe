"""The packages that an entry's numbers depend on."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from platform import python_version

PACKAGES = ("numpy", "scipy", "sacrebleu", "pythainlp", "regex")
NEURAL_PACKAGES = ("torch", "transformers", "unbabel-comet")


def scoring_packages(neural: bool) -> dict[str, str | None]:
    """Versions of the packages that an entry's numbers depend on."""
    found: dict[str, str | None] = {"python": python_version()}
    for name in (*PACKAGES, *(NEURAL_PACKAGES if neural else ())):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found
