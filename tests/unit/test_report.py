"""The report: self-contained, safe, deterministic, plain about what is missing, and right about the verdict."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_pages import copy, run_dir  # noqa: F401 - fixtures
from rich.console import Console

from benchmark.report import print_table, write_report
from benchmark.report.data import load
from benchmark.report.headline import headline
from benchmark.report.passages import BLIND, choose
from benchmark.report.safetext import hidden, plain, shortened, visible
from benchmark.report.terminal import show
from benchmark.report.verdict import verdict
from benchmark.report.words import number, ordered, ordered_metrics, p_value


class Balanced(HTMLParser):
    """Fails on a tag that is closed out of order; collects ids, references and the text."""

    VOID = frozenset({"meta", "br", "wbr", "link", "img", "input", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("src", "href", "action", "data", "srcset", "poster"):
                self.references.append(value or "")
            assert not name.startswith("on")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open.pop() == tag


def test_page_is_well_formed_self_contained_and_small(run_dir: Path) -> None:
    text = (run_dir / "report.html").read_text("utf-8")
    assert text.startswith("<!doctype html>")
    parser = Balanced()
    parser.feed(text)
    assert not parser.open
    assert len(parser.ids) == len(set(parser.ids))
    assert all(r.startswith("#") for r in parser.references)
    assert not parser.tags & {"script", "link", "iframe", "object", "img"}
    assert not re.search(r"https?://|@import|url\((?!#)", text)
    assert len(text.encode()) < 4_000_000


def test_every_metric_stage_interval_and_signature_is_on_the_page(run_dir: Path) -> None:
    text = (run_dir / "report.html").read_text("utf-8")
    summary = json.loads((run_dir / "summary.json").read_text("utf-8"))
    for key, row in summary["systems"].items():
        assert key in text
        for metric, cell in row.items():
            assert metric in text
            assert str(visible(cell["signature"])) in text
            if cell["value"] is not None:
                assert number(cell["value"], metric) in text
                assert number(cell["ci_low"], metric) in text
    for wanted in ("in the loop", "kin", "p_holm", "Side by side", "post-sft-continued", "4f1c4f1c"):
        assert wanted in text


def test_no_time_path_or_machine_enters_the_page_and_equal_runs_give_equal_pages(run_dir: Path, copy: Path) -> None:
    first = (run_dir / "report.html").read_bytes()
    assert write_report(copy).read_bytes() == first
    assert str(run_dir).encode() not in first


def test_all_figures_are_drawn(run_dir: Path) -> None:
    text = (run_dir / "report.html").read_text("utf-8")
    assert "Not shown" not in text
    for told in (
        "Recall of organisation facts",
        "Distribution of lengths",
        "reward against coverage F1",
        "KL to the SFT policy",
        "Reranker probability",
        "Independent probe",
        "Length penalty",
        "against length",
    ):
        assert told in text


def test_ticks_keep_their_digits(run_dir: Path) -> None:
    """Coordinates are shortened, numbers that are read are not: 0.025 must not become 0.03."""
    from benchmark.report.svg import axes, to_svg

    figure, ax = axes(3, 2, "x", "y")
    ax.set_yticks([0.025, 0.175], ["0.025", "0.175"])
    svg = str(to_svg(figure, "t", "ticks"))
    assert ">0.175<" in svg
    assert ">0.025<" in svg
    assert not re.search(r' (?:d|x|y)="[^"]*\.\d{3}', svg)


def test_at_least_twelve_examples_half_of_them_drawn_blindly(run_dir: Path) -> None:
    data = load(run_dir)
    chosen = choose(data)
    assert len(chosen) >= 12
    assert len({i for i, _ in chosen}) == len(chosen)
    assert sum(why == BLIND for _, why in chosen) >= len(chosen) / 2
    text = (run_dir / "report.html").read_text("utf-8")
    assert text.count('<details class="passage"') == len(chosen)
    for mark in ('<mark class="cov', '<mark class="hal', '<mark class="src', '<b class="miss">missing</b>', "made up"):
        assert mark in text


def test_what_a_model_wrote_cannot_act_on_the_page(run_dir: Path) -> None:
    data = load(run_dir)
    wild = next(i for i, g in data.texts["post-rl"].items() if "<script>" in g.text)
    assert wild in dict(choose(data))  # the longest output of RL
    text = (run_dir / "report.html").read_text("utf-8")
    assert "<script>" not in text
    assert "&lt;script&gt;alert(" in text
    assert "\u202e" not in text
    assert "U+202E" in text
    assert "U+0007" in text


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_visible_text_has_no_markup_and_no_hidden_character(text: str) -> None:
    shown = str(visible(text))
    bare = re.sub(r'<span class="ctl" title="[^"<>]*">[^<>]*</span>', "", shown)
    assert "<" not in bare
    assert ">" not in bare
    assert not any(hidden(c) for c in shown)
    assert not any(hidden(c) for c in plain(text))


def test_ordinary_thai_chinese_and_tibetan_stay_as_they_are() -> None:
    for text in ("นายหวังยื่นฟ้อง 37 ราย", "王建国起诉清迈大学，12%", "བོད་ལྗོངས་ཉིན་རེའི་ཚགས་པར།"):
        assert str(visible(text)) == text
    assert shortened("ก" * 10, 4) == ("กกกก", 6)


def terminal(summary: dict[str, Any], width: int, encoding: str = "utf-8") -> str:
    stream = type("Stream", (StringIO,), {"encoding": encoding})()
    console = Console(file=stream, width=width, color_system=None, legacy_windows=False)
    show(summary, console)
    return stream.getvalue()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_table_fits_any_terminal_and_needs_no_colour(run_dir: Path, width: int) -> None:
    summary = json.loads((run_dir / "summary.json").read_text("utf-8"))
    text = terminal(summary, width)
    assert max(map(len, text.splitlines())) <= max(width, 50)
    assert "\x1b" not in text
    for wanted in ("coverage.recall", "post-sft", "▲", "[", "in the loop", "left after recovery"):
        assert wanted in " ".join(text.split())
    cell = summary["systems"]["post-rl"]["coverage.recall"]
    assert number(cell["value"], "coverage.recall") in text


def test_the_table_on_an_ascii_terminal(run_dir: Path) -> None:
    text = terminal(json.loads((run_dir / "summary.json").read_text("utf-8")), 120, "ascii")
    assert text.isascii()
    assert "^" in text


def test_nulls_are_explained_on_the_terminal(run_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    print_table(json.loads((run_dir / "summary.json").read_text("utf-8")))
    told = " ".join(capsys.readouterr().out.split())
    assert "null: coverage.recall.cause" in told
    assert "no salient fact of this type" in told


def test_an_escape_sequence_in_a_name_does_not_reach_the_terminal(run_dir: Path) -> None:
    summary = json.loads((run_dir / "summary.json").read_text("utf-8"))
    summary["systems"]["\x1b[31mred"] = summary["systems"].pop("base")
    assert "\x1b" not in terminal(summary, 200)


def test_order_of_stages_and_metrics() -> None:
    assert ordered(["gold", "zeta", "post-rl", "base", "post-sft"]) == ["base", "post-sft", "post-rl", "zeta", "gold"]
    assert ordered_metrics(["reward.mean", "coverage.recall.event", "coverage.f1", "coverage.recall"]) == [
        "coverage.recall",
        "coverage.f1",
        "coverage.recall.event",
        "reward.mean",
    ]


def test_numbers_are_written_for_readers() -> None:
    assert number(-0.1234, "coverage.f1") == "\u22120.123"
    assert number(-0.00001, "coverage.f1", signed=True) == "0.000"
    assert number(None, "coverage.f1") == "–"
    assert number(float("nan"), "coverage.f1") == "–"
    assert number(12.34, "overlap.bleu") == "12.3"
    assert p_value(0.0004) == "< 0.001"
    assert p_value(None) == "–"


def test_the_verdict_stands_under_the_table(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence at the head of the page is what the terminal ends with."""
    from benchmark.report import print_verdict

    print_verdict(copy)
    assert capsys.readouterr().out.strip() == headline(verdict(load(copy)))
