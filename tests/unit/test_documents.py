"""What the documents say holds: links, commands, the generated glossary, and the notebook, cell by cell."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from benchmark.cli import COMMANDS, build_parser
from benchmark.listing.explain import glossary

TOP = Path(__file__).parents[2]
PAGES = sorted([TOP / "README.md", TOP / "CONTRIBUTING.md", *(TOP / "docs").glob("*.md")])
COMMAND = re.compile(r"^(?: {4}|\s*)(?:python -m benchmark|sgsrl-bench) (.+)$", re.MULTILINE)


def commands() -> list[tuple[str, str]]:
    """(page, arguments) of every command line in the documents that stands on a line of its own, without placeholders
    in brackets."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8").replace("\\\n", " ")
        for line in COMMAND.findall(text):
            line = re.sub(r"\s+#.*$", "", line)
            line = re.sub(r"\[[^\]]*\]", "", line).replace("ROWS", "9").strip()
            if "{" not in line and "|" not in line and "..." not in line and " / " not in line:
                found.append((page.name, line))
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link of a page names a file that is there."""
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    missing = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert missing == []


def test_every_documented_command_is_one() -> None:
    """Its options exist: the parser takes the line as it stands."""
    assert len(commands()) > 20
    for page, line in commands():
        words = shlex.split(line)
        assert words[0] in COMMANDS, f"{page}: {line}"
        try:
            build_parser(words[0]).parse_args(words)
        except Exception as error:
            raise AssertionError(f"{page}: {line}: {error}") from error


def test_the_readme_is_short() -> None:
    """At most 120 lines, and both commands stand in it as they are tested."""
    text = (TOP / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 120
    assert "pip install tox && tox" in text
    assert 'pip install -e ".[comet]" && python -m benchmark run --stage all' in text


def test_the_glossary_is_what_the_records_say() -> None:
    """docs/metrics.md is made by `metrics glossary`."""
    assert (TOP / "docs" / "metrics.md").read_text("utf-8").endswith(glossary())


def test_the_notebook_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Cell by cell, in one namespace, as a reader would run it; the table of the first cell renders."""
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for cell in json.loads((TOP / "docs" / "four-uses.ipynb").read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "four-uses", "exec"), names)  # our own file
    assert "chrF2" in names["found"]._repr_html_()  # type: ignore[attr-defined]
