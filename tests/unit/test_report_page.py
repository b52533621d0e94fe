"""What a reader of the report meets: figures in short where nothing was trained, no empty sections, collapsed examples
with English beside the facts, named axes, and a plain word on runs that are no result."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from page_tree import Node, parse
from report_run import make_run

from benchmark.report import page, print_table, print_verdict, tables, write_report
from benchmark.report.data import load
from benchmark.report.gloss import gloss, written
from benchmark.report.words import plumbing, unit

DRAWN = ("against_length", "across", "by_type", "scatter", "components", "lengths", "probe")


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    make_run(folder, 40, draws=100)
    return folder


@pytest.fixture(scope="module")
def whole(run_dir: Path) -> Node:
    return parse(write_report(run_dir).read_text("utf-8"))


@pytest.fixture(scope="module")
def alone(run_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Node:
    """As `evaluate` leaves it: one stage and the references, nothing known of its training, no logs."""
    folder = Path(shutil.copytree(run_dir, tmp_path_factory.mktemp("alone") / "run"))
    shutil.rmtree(folder / "logs")
    (folder / "manifest.json").unlink(missing_ok=True)
    edit(folder, _one_stage)
    return parse(write_report(folder).read_text("utf-8"))


def edit(folder: Path, change: Any) -> None:
    path = folder / "summary.json"
    summary = json.loads(path.read_text("utf-8"))
    change(summary)
    path.write_text(json.dumps(summary), "utf-8")


def _one_stage(summary: dict[str, Any]) -> None:
    summary["systems"] = {k: summary["systems"][k] for k in ("post-sft", "gold")}
    summary["transitions"], summary["preservation"] = {}, {}
    summary["run"] |= dict.fromkeys(("n_para", "n_src", "sft_steps", "rl_steps", "recovery_steps", "reward_id"))


def test_one_model_is_told_by_its_headline_figures(alone: Node) -> None:
    verdict = alone.by_id("verdict")
    sentence = verdict.one("p", "headline").text
    assert sentence.startswith("post-sft: of the facts that the references state, it states ")
    assert sentence.endswith("times as long as the references.")
    named = {card.one("h3").text: card.one("div", "answer").text for card in verdict.all("div", "card")}
    assert {"F1 of facts, cut at reference length", "Precision (1 − hallucinated)", "Length / reference length"} <= set(
        named
    )
    assert all("[" in answer for answer in named.values())
    assert "measured, not compared" in verdict.text


def test_one_model_has_no_empty_sections_and_nothing_unknown(alone: Node) -> None:
    sections = [s.attrs["id"] for s in alone.all("section")]
    assert {"transitions", "preservation", "rl"}.isdisjoint(sections)
    assert {"verdict", "table", "examples", "provenance"} <= set(sections)
    assert [a.attrs["href"].removeprefix("#") for a in alone.one("nav").all("a")] == sections
    assert "unknown" not in alone.one("dl", "run").text
    assert "Not shown" not in alone.text
    assert "post-rl" not in alone.by_id("verdict").text


def test_a_whole_run_keeps_every_section_and_what_is_missing_is_said(whole: Node) -> None:
    sections = [s.attrs["id"] for s in whole.all("section")]
    assert {"verdict", "trajectories", "table", "transitions", "preservation", "rl", "scatter"} <= set(sections)
    assert [a.attrs["href"].removeprefix("#") for a in whole.one("nav").all("a")] == sections
    assert "Steps SFT / RL / recovery" in whole.one("dl", "run").text


def test_examples_are_collapsed_but_the_first(whole: Node) -> None:
    found = whole.by_id("examples").all("details", "passage")
    assert len(found) >= 12
    assert ["open" in one.attrs for one in found] == [True] + [False] * (len(found) - 1)
    assert all(one.one("summary").all("span", "tally") for one in found), "what is inside is told outside"


def test_on_a_phone_the_verdict_comes_before_the_runs_facts(whole: Node) -> None:
    style = whole.one("style").children[0]
    assert isinstance(style, str)
    narrow = style.partition("@media (max-width")[2]
    assert "order:" in narrow


@pytest.mark.parametrize(
    ("surface", "english"),
    [
        ("泰国", "Thailand"),
        ("จีน", "China"),
        ("王建国", "Wang Jianguo"),
        ("脱轨", "train derails"),
        ("ตกราง", "train derails"),
        ("刹车失灵", "brake failure"),
        ("11月24日", "24 November"),
        ("24 พฤศจิกายน", "24 November"),
        ("星期一", "Monday"),
        ("卫生部", "Ministry of Health"),
        ("རྒྱ་ནག", "China"),
        ("没有人知道的词", ""),
    ],
)
def test_facts_have_an_english_gloss_where_the_lexicon_knows_them(surface: str, english: str) -> None:
    assert gloss([surface]) == english


def test_every_organisation_event_and_cause_of_the_world_has_its_gloss() -> None:
    from benchmark.tasks.newswire import values
    from benchmark.tasks.newswire.frames import load_frames

    wanted = {e.value.surfaces["zh"][0] for e in values.lexicon("organisation")}
    for frame in load_frames():
        wanted |= {t["zh"][0] for t in (frame.event, *frame.causes, *frame.consequences)}
    assert set(written()) == wanted


def test_the_gloss_stands_beside_the_fact_on_the_page(whole: Node) -> None:
    """The made-up run's places are of the world: 曼谷, 成都 ..."""
    told = {q.text for q in whole.by_id("examples").all("q")}
    assert told & {"Bangkok", "Chengdu", "Chiang Mai", "Guangzhou", "Phuket", "Kunming"}


def test_every_figure_names_both_axes(run_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchmark.report import drawing, figures, rlcurves, spread, svg

    monkeypatch.setattr(drawing, "usable", lambda: 1)  # all are drawn here
    named: list[tuple[str, str]] = []

    def kept(figure: Any, *args: Any, **options: Any) -> str:
        named.extend((ax.get_xlabel(), ax.get_ylabel()) for ax in figure.axes)
        return ""

    for module in (figures, rlcurves, spread, svg):
        monkeypatch.setattr(module, "to_svg", kept)
    page.pictures(load(run_dir))
    assert len(named) > 20
    assert all(x and y for x, y in named)


@pytest.mark.parametrize(
    ("metric", "text"),
    [("coverage.f1", "share, 0 to 1"), ("overlap.chrf", "score, 0 to 100"), ("verbosity.chars", "code points")],
)
def test_an_axis_says_its_unit(metric: str, text: str) -> None:
    assert unit(metric) == text


@pytest.mark.parametrize(
    ("run", "text"),
    [
        ({"rl_steps": 2, "sft_steps": 2}, "2 steps: a test of the plumbing, not a result"),
        ({"rl_steps": None, "sft_steps": 1}, "1 step: a test of the plumbing, not a result"),
        ({"rl_steps": 240, "sft_steps": 2}, ""),
        ({"rl_steps": 10}, ""),
        ({}, ""),
        ({"rl_steps": None, "sft_steps": None}, ""),
    ],
)
def test_a_run_of_a_few_steps_is_a_test_of_the_plumbing(run: dict[str, Any], text: str) -> None:
    assert plumbing(run) == text


def test_it_says_so_in_the_terminal_the_report_and_under_the_verdict(
    run_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from collections import defaultdict

    folder = Path(shutil.copytree(run_dir, tmp_path / "run"))
    edit(folder, lambda s: s["run"].update(rl_steps=2))
    monkeypatch.setattr(page, "pictures", lambda data: {n: [] for n in DRAWN} | {"why": defaultdict(lambda: "x")})
    assert "2 steps: a test of the plumbing" in parse(write_report(folder).read_text("utf-8")).by_id("verdict").text
    print_table(json.loads((folder / "summary.json").read_text("utf-8")))
    assert "2 steps: a test of the plumbing" in capsys.readouterr().out
    print_verdict(folder)
    assert capsys.readouterr().out.splitlines()[-1] == "2 steps: a test of the plumbing, not a result."
    print_verdict(run_dir)
    assert "plumbing" not in capsys.readouterr().out


def test_what_holds_of_several_cells_is_said_once_in_their_row(run_dir: Path, tmp_path: Path) -> None:
    """A caution of all systems stands under the metric, one of two names them, one of a single system is in its
    cell."""
    folder = Path(shutil.copytree(run_dir, tmp_path / "run"))
    told = {
        "verbosity.chars": ("base", "post-sft", "post-rl"),
        "overlap.chrf": ("base", "post-rl"),
        "overlap.bleu": ("base",),
    }

    def change(summary: dict[str, Any]) -> None:
        summary["systems"] = {k: v for k, v in summary["systems"].items() if k in ("base", "post-sft", "post-rl")}
        for row in summary["systems"].values():
            for cell in row.values():
                cell.pop("caution", None)
        for metric, keys in told.items():
            for key in keys:
                summary["systems"][key][metric]["caution"] = f"few documents, {metric}"

    edit(folder, change)
    data = load(folder)
    rows = {r.metric: r for g in tables.stage_table(data, data.summary["systems"], {}) for r in g.rows}
    assert rows["verbosity.chars"].said_of == [("", "few documents, verbosity.chars")]
    assert rows["overlap.chrf"].said_of == [("base, post-rl", "few documents, overlap.chrf")]
    assert rows["overlap.bleu"].said_of == []
    assert [c.note for c in rows["overlap.bleu"].cells] == ["few documents, overlap.bleu", "", ""]
    assert not any(c.note for c in (*rows["verbosity.chars"].cells, *rows["overlap.chrf"].cells))
    shown = write_report(folder).read_text("utf-8")
    assert shown.count("few documents, verbosity.chars") == 1
    assert "base, post-rl: few documents, overlap.chrf" in shown
