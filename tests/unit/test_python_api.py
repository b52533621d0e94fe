"""The Python way in: four uses in one call each, documented with examples that run here."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import metrics
import metrics.api
from benchmark import Leaderboard, validate_reward
from metrics import facts, score
from metrics.errors import UserError
from metrics.records import Example, Fact
from training import load_reward

TOP = Path(__file__).parents[2]
SOURCES = ["清迈今天降雨30毫米。", "股市上涨5%。"]
REFERENCES = ["วันนี้เชียงใหม่ฝนตก 30 มิลลิเมตร", "ตลาดหุ้นขึ้นร้อยละ 5"]


def test_docstrings_hold() -> None:
    """Every example in a docstring gives what it says."""
    assert doctest.testmod(metrics.api).failed == 0
    assert doctest.testmod(metrics.api).attempted >= 4


def test_texts_are_scored_in_one_call() -> None:
    """Several systems, with intervals, per segment too; nothing needs a file."""
    found = score({"a": REFERENCES, "b": ["วันนี้เชียงใหม่ฝนตก 80 มิลลิเมตร", ""]}, REFERENCES, sources=SOURCES, draws=200)
    frame = found.to_frame()
    values = frame[frame.metric == "open.number.recall"].set_index("system").value
    assert (values["a"], values["b"], values["gold"]) == (1.0, 0.0, 1.0)
    rows = found.to_frame(by="segment")
    assert set(rows[(rows.metric == "overlap.chrf") & (rows.system == "a")].value) == {100.0}
    page = found._repr_html_()
    assert repr(found).startswith("<Scores of ") and len(repr(found)) < 200, "one line, not the whole summary"
    assert "BLEU" in page
    assert page.startswith("<table>")
    with pytest.raises(ValueError, match="several systems"):
        found["overlap.chrf"]


def test_gold_facts_give_exact_metrics_and_names_are_escaped() -> None:
    """Examples with facts: coverage; a hostile system name cannot act in a notebook."""
    example = Example("1", "清迈下雨。", ("ฝนตกที่เชียงใหม่",), (Fact("place", ("清迈",), ("เชียงใหม่",), 1.0),), "zh", "th")
    found = score({"<script>x</script>": ["ฝนตกที่เชียงใหม่"]}, examples=[example], draws=50)
    assert found["coverage.recall"] == 1.0
    assert "<script>" not in found._repr_html_()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: score(["x"], sources=["a", "b"]), "1 texts for 2 examples"),
        (lambda: score(["x"], ["y", "z"], sources=["a"]), "2 references for 1 sources"),
        (lambda: score(["x"]), "give sources"),
        (lambda: score(["x"], sources=["a"], langs="zh-xx1"), "xx1"),
        (lambda: score(["x"], sources=["a"], seeds=3), "unknown option 'seeds'"),
        (lambda: Leaderboard(), "Leaderboard(task=NAME)"),
        (lambda: load_reward("nonsense"), "unknown reward"),
    ],
)
def test_mistakes_raise_one_clear_error(call: object, words: str) -> None:
    """UserError with what, where and how to fix it."""
    with pytest.raises(UserError) as error:
        call()  # type: ignore[operator]
    assert words in str(error.value)


def test_what_a_text_says_can_be_seen() -> None:
    """Kind, surface and value, in any spelling of the language."""
    assert [(f.kind, f.value) for f in facts("下午3点，30多万人", "zho")] == [
        ("time", "15:00"),
        ("number", "300000 to 400000 person"),
    ]
    assert facts("", "th") == []
    with pytest.raises(UserError):
        facts("x", "klingon")


def test_rewards_are_validated_and_boards_are_read(tmp_path: Path) -> None:
    """The same files as the commands write."""
    report = validate_reward("metric:verbosity.chars", tmp_path / "v", n=4)
    assert report["reward"] == "metric:verbosity.chars"
    assert (tmp_path / "v" / "reward.html").is_file()
    board = Leaderboard("newswire-title")
    assert len(board.to_frame()) == len(board.entries) > 0


@pytest.mark.parametrize("code", ["from benchmark import run", "import benchmark.run; from benchmark import run"])
def test_run_can_be_called_however_it_is_imported(code: str) -> None:
    """The module and the function share a name: both ways give a thing that runs the command."""
    script = (
        f"{code}\nfrom metrics.errors import UserError\ntry:\n    run(stage='nonsense')\nexcept UserError as e:\n  "
        "  print(e)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=TOP, capture_output=True, text=True, check=True)
    assert "unknown stage" in done.stdout


def test_unknown_names_are_attribute_errors() -> None:
    """As for any module."""
    with pytest.raises(AttributeError):
        metrics.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("texts", "references", "more", "told"),
    [
        ([1], ["x"], {}, r"texts\[0\]: a int, not a text"),
        ({"mine": [None]}, ["x"], {}, r"mine\[0\]: a NoneType, not a text"),
        ("ก", ["x"], {}, "texts: a str; give a list"),
        (["ก"], "x", {}, "references: one text"),
        (["ก"], [3], {}, r"references\[0\]: a int"),
        (["ก"], [["x", 3]], {}, r"references\[0\]\[1\]: a int"),
        (["ก"], ["x"], {"sources": [2]}, r"sources\[0\]: a int"),
        (["ก\ud800"], ["x"], {}, "lone surrogate"),
        (["ก"], ["x"], {"draws": 10**10}, "from 1 to 100,000"),
    ],
)
def test_what_is_no_text_is_refused_in_one_message(texts: Any, references: Any, more: Any, told: str) -> None:
    with pytest.raises(UserError, match=told):
        score(texts, references, **{"sources": ["一"], **more})
