"""A run directory whose primary task is joined by long passages and Tibetan titles, for the paper's Tables 3 and 4.

Run as a script to look at the page: python tests/unit/judge_tasks.py DIR [N]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from report_run import TASK, make_run

LONG, TIBETAN = "newswire-long", "newswire-title-bo"
TITLES = (
    "སྨན་པས་གྲོང་གསེབ་ཏུ་ནད་པ་བལྟས།",
    "སློབ་གྲྭས་དཔེ་ཆ་གསར་པ་ཉོས།",
    "བཟོ་གྲྭས་ལས་ཀ་མཚམས་བཞག",
    "དངུལ་ཁང་གིས་བུ་ལོན་གཏོང་མཚམས་བཞག",
)
"""Short Tibetan sentences: which one an example has does not matter, only that texts and references differ."""


def with_tasks(folder: Path, n: int = 8) -> Path:
    """The made-up run of `report_run`, its texts filed once more under the long task, and Tibetan ones."""
    make_run(folder, n)
    (examples,) = (folder / "examples").glob("*.jsonl")
    rows = [json.loads(line) for line in examples.read_text("utf-8").splitlines()]
    own = {row["id"]: TITLES[i % len(TITLES)] for i, row in enumerate(rows)}
    tibetan = [{**row, "reference": own[row["id"]], "facts": None, "target_lang": "bo"} for row in rows]
    write(folder / "examples" / f"{LONG}-test.jsonl", rows)
    write(folder / "examples" / f"{TIBETAN}-test.jsonl", tibetan)
    for path in sorted((folder / "generations" / TASK).glob("*.jsonl")):
        made = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        write(folder / "generations" / LONG / path.name, made)
        shown = [{**m, "text": TITLES[(i + (path.stem == "base")) % len(TITLES)]} for i, m in enumerate(made)]
        write(folder / "generations" / TIBETAN / path.name, shown)
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    summary["tasks"] |= {LONG: summary["tasks"][TASK], TIBETAN: summary["tasks"][TASK]}
    (folder / "summary.json").write_text(json.dumps(summary, ensure_ascii=False), "utf-8")
    return folder


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


if __name__ == "__main__":
    with_tasks(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 40)
