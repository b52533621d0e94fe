"""Names that a user gives: what to say when one is not known, what stands behind one, and the line that documents
it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def nearest(name: str, known: Iterable[str]) -> str:
    """A clause that names up to three known names close to `name`; all of them where none is close."""
    options = sorted(known)
    close = get_close_matches(name, options, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(options)}"


def load(target: str) -> Any:
    """What "module:attribute" names. Raises ImportError or AttributeError: a wrong entry of a table is our fault, not
    the user's."""
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


SENTENCE = re.compile(r"(?<=[a-z0-9)`'\]>])\.(?=\s+[A-Z]|\s*$)")
"""Where a sentence ends; not within a file name or a number."""


def first_sentence(text: str) -> str:
    """The first sentence of a text, or of its first paragraph, on one line and with a full stop."""
    paragraph = " ".join(text.partition("\n\n")[0].split())
    head = SENTENCE.split(paragraph, maxsplit=1)[0]
    return head if not head or head.endswith(".") else f"{head}."


def first_line(target: str) -> str:
    """First sentence of the docstring of "module:function", or of its module where the function has none; nothing is
    imported."""
    module, _, attribute = target.partition(":")
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ImportError(f"no module {module}")
    tree = ast.parse(Path(spec.origin).read_text("utf-8"))
    wanted = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name == attribute]
    text = next((d for n in wanted if (d := ast.get_docstring(n))), None) or ast.get_docstring(tree) or ""
    return first_sentence(text)


def field_lines(source: str, name: str) -> dict[str, str]:
    """field -> first sentence of the string under it, in the class `name` of a module's source text."""
    tree = ast.parse(source)
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name == name:
            for field, below in zip(node.body, node.body[1:], strict=False):
                if (
                    isinstance(field, ast.AnnAssign)
                    and isinstance(field.target, ast.Name)
                    and isinstance(below, ast.Expr)
                    and isinstance(below.value, ast.Constant)
                    and isinstance(below.value.value, str)
                ):
                    found[field.target.id] = first_sentence(below.value.value.strip())
    return found
