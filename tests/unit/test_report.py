"""The report: self-contained, safe, deterministic, plain about what is missing, and right about the verdict."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_run import STATE, TASK, make_run
from rich.console import Console

from benchmark.report import page, print_table, write_report
from benchmark.report.data import load
from benchmark.report.headline import headline
from benchmark.report.passages import BLIND, choose
from benchmark.report.safetext import hidden, plain, shortened, visible
from benchmark.report.terminal import show
from benchmark.report.verdict import verdict
from benchmark.report.words import number, ordered, ordered_metrics, p_value
from metrics.errors import UserError
from metrics.stages import GOLD


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    make_run(folder)
    write_report(folder)
    return folder


@pytest.fixture
def copy(run_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run_dir, tmp_path / "run"))


@pytest.fixture
def without_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Figures take most of the time; where they are not what is tested, none are drawn."""
    from collections import defaultdict

    names = ("against_length", "across", "by_type", "scatter", "components", "lengths", "probe")
    monkeypatch.setattr(
        page, "pictures", lambda data: {name: [] for name in names} | {"why": defaultdict(lambda: "left out")}
    )


def page_of(folder: Path) -> str:
    return write_report(folder).read_text("utf-8")


def edit(folder: Path, change: Any) -> None:
    path = folder / "summary.json"
    summary = json.loads(path.read_text("utf-8"))
    change(summary)
    path.write_text(json.dumps(summary), "utf-8")


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


# ---- the verdict --------------------------------------------------------------------------------------------------


def test_verdict_says_what_was_planted(run_dir: Path) -> None:
    findings = verdict(load(run_dir))
    answers = {f.question: f.answer for f in findings}
    assert answers["Did RL improve grounding?"] == "yes"
    assert answers["Did RL make outputs longer?"] == "yes"
    assert answers["How much of the gain is kept?"].endswith("%")
    assert "RL improved grounding and made outputs longer" in headline(findings)


@pytest.mark.usefixtures("without_figures")
def test_verdict_is_silent_about_what_is_not_significant(copy: Path) -> None:
    def flat(summary: dict[str, Any]) -> None:
        for cells in summary["transitions"].values():
            for cell in cells.values():
                cell["p_holm"] = 0.2 if cell["p_holm"] is not None else None
                if cell["delta"] is not None:
                    cell.update(ci_low=min(cell["ci_low"], -0.01), ci_high=max(cell["ci_high"], 0.01))

    edit(copy, flat)
    findings = verdict(load(copy))
    answers = {f.question: f.answer for f in findings}
    assert answers["Did RL improve grounding?"] == "no measurable change"
    assert answers["Could the extra epoch alone explain it?"] == "it cannot be ruled out"
    assert "did not change grounding measurably" in headline(findings)
    assert "▲</span>" not in page_of(copy)


def test_a_large_change_that_is_not_significant_is_not_called_none(copy: Path) -> None:
    """As with five documents: every interval far from 0, and no p-value that could ever be small."""
    from benchmark.report.cautions import cautions

    def few(summary: dict[str, Any]) -> None:
        summary["resampling"]["n_docs"] = 5
        for cell in summary["transitions"]["post-sft->post-rl"].values():
            if cell["delta"] is not None:
                cell.update(ci_low=0.1, ci_high=0.3, p_holm=0.68)

    edit(copy, few)
    data = load(copy)
    answers = {f.question: f.answer for f in verdict(data)}
    assert answers["Did RL improve grounding?"] == "not established"
    assert answers["Did RL make outputs longer?"] == "probably longer"
    assert answers["Did RL invent facts?"] == "probably fewer"
    assert "probably made outputs longer" in headline(verdict(data))
    assert any("come from 5 documents" in text and "can be significant" in text for text in cautions(data))
    assert not any("documents" in text for text in cautions(load_with(copy, 500)))


def load_with(folder: Path, documents: int) -> Any:
    data = load(folder)
    data.summary["resampling"]["n_docs"] = documents
    return data


@pytest.mark.usefixtures("without_figures")
def test_verdict_reports_a_loss_as_a_loss(copy: Path) -> None:
    def worse(summary: dict[str, Any]) -> None:
        for cell in summary["transitions"]["post-sft->post-rl"].values():
            if cell["delta"]:
                cell.update(delta=-abs(cell["delta"]), p_holm=0.0001)

    edit(copy, worse)
    findings = {f.question: f for f in verdict(load(copy))}
    assert findings["Did RL improve grounding?"].tone == "bad"
    assert findings["Did RL invent facts?"].answer == "yes: more than before"


def test_a_length_that_rl_left_alone_was_not_brought_back(copy: Path) -> None:
    def restored(summary: dict[str, Any]) -> None:
        summary["systems"]["post-recovery"]["verbosity.length_ratio"]["value"] = 1.04

    def short(summary: dict[str, Any]) -> None:
        summary["systems"]["post-rl"]["verbosity.length_ratio"]["value"] = 1.04
        summary["transitions"]["post-sft->post-rl"]["verbosity.length_ratio"].update(
            delta=0.0, ci_low=-0.02, ci_high=0.01, p_holm=1.0
        )

    edit(copy, restored)
    assert "recovery brought the length back" in headline(verdict(load(copy)))
    edit(copy, short)
    data = load(copy)
    data.texts.clear()  # the texts themselves are long; here the summary alone speaks
    findings = verdict(data)
    assert {f.question: f.answer for f in findings}["Did recovery restore the length?"] == "it was never lost"
    assert "left the length of outputs as it was; recovery kept the length near the references'" in headline(findings)


@pytest.mark.parametrize(
    ("reward_id", "name", "hint"),
    [
        (
            "reranker-generative:6a42053a3f900e2c:e66e82e6:float32",
            "reranker-generative",
            "weights and settings: 6a42053a3f900e2c:e66e82e6:float32",
        ),
        ("my.module:reward", "my.module:reward", "the training reward"),
        (None, "unknown", "the training reward"),
    ],
)
def test_a_rewards_name_stands_apart_from_its_hashes(reward_id: str | None, name: str, hint: str) -> None:
    fact = page._reward({"reward_id": reward_id})
    assert (fact.value, fact.hint) == (name, hint)


def test_embedded_models_on_a_users_own_texts_are_said_to_know_little(copy: Path) -> None:
    """Those that had a part in what is shown, by their weights, and no others."""
    from benchmark.report.cautions import cautions

    def said(of_world: bool | None, **judges: bool) -> str:
        manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
        told = {role.replace("__", "."): {"path": "x", "embedded": embedded} for role, embedded in judges.items()}
        (copy / "manifest.json").write_text(json.dumps({**manifest, "judges": told, "of_world": of_world}), "utf-8")
        return " ".join(cautions(load(copy)))

    everything = {"policy": True, "reward": True, "retrieval": True, "scorer__comet_qe": True}
    assert "the policy, the reward and the scorer comet_qe are small models made for" in said(False, **everything)
    assert "but the scorer comet_qe is a small model made for" in said(
        False, policy=False, reward=False, retrieval=False, scorer__comet_qe=True
    )
    assert "your own" not in said(True, **everything)
    assert "your own" not in said(None, **everything)
    summary = json.loads((copy / "summary.json").read_text("utf-8"))
    for key in summary["systems"]:
        summary["systems"][key]["scorer.comet_qe"] = {
            **summary["systems"][key]["scorer.comet_qe"],
            "value": None,
            "reason": "unsupported",
        }
    (copy / "summary.json").write_text(json.dumps(summary), "utf-8")
    assert "your own" not in said(False, policy=False, scorer__comet_qe=True)


def test_a_stage_that_changed_no_weight_is_said(copy: Path) -> None:
    from benchmark.report.cautions import cautions

    manifest = json.loads((copy / "manifest.json").read_text("utf-8"))
    for parent, unchanged in (("a" * 64, True), ("b" * 64, False)):
        made = {"post-rl": {"weights_hash": "a" * 64, "parent_hash": parent, "steps": 2}}
        (copy / "manifest.json").write_text(json.dumps({**manifest, "checkpoints": made}), "utf-8")
        assert (
            "post-rl has the very weights that it started from: its 2 steps" in " ".join(cautions(load(copy)))
        ) is unchanged


def test_empty_outputs_and_thoughts_are_said(copy: Path) -> None:
    from benchmark.report.cautions import cautions

    path = next((copy / "generations").rglob("post-rl.jsonl"))
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    thoughts = ["<think>x</think>ก"] * 3 + ["ก"] * 37
    for texts, words in (([""] * 40, "post-rl: all 40 outputs are empty"), (thoughts, "post-rl: 3 of 40 outputs hold")):
        path.write_text(
            "".join(json.dumps({**row, "text": text}) + "\n" for row, text in zip(rows, texts, strict=True)), "utf-8"
        )
        assert words in " ".join(cautions(load(copy)))


@pytest.mark.usefixtures("without_figures")
def test_missing_control_arm_is_said(tmp_path: Path) -> None:
    make_run(tmp_path, 12, stages=tuple(s for s in STATE if s != "post-sft-continued"))
    text = page_of(tmp_path)
    assert "There is no control arm" in text
    assert "Only 12 test segments" in text


@pytest.mark.usefixtures("without_figures")
def test_weak_start_and_truncation_are_warned_of(copy: Path) -> None:
    def weak(summary: dict[str, Any]) -> None:
        summary["systems"]["post-sft"]["coverage.recall"]["value"] = 0.04
        summary["systems"]["post-rl"]["verbosity.truncated"]["value"] = 0.4

    edit(copy, weak)
    text = page_of(copy)
    assert "post-sft is too weak to build on" in text
    assert "post-rl: 40% of the outputs were cut" in text


def test_outputs_like_unrelated_sentences_are_called_weak_where_there_are_no_facts(copy: Path) -> None:
    from benchmark.report.cautions import cautions

    def poor(summary: dict[str, Any]) -> None:
        for cells in summary["systems"].values():
            cells["coverage.recall"].update(value=None, reason="no gold facts")
            cells["overlap.chrf"]["value"] = 17.9

    edit(copy, poor)
    assert any("post-sft is too weak to build on (chrF2 17.9 of 100" in text for text in cautions(load(copy)))


# ---- what is missing ----------------------------------------------------------------------------------------------


def test_a_users_own_files_without_facts(tmp_path: Path) -> None:
    make_run(tmp_path, 12, facts=False)
    text = page_of(tmp_path)
    for told in (
        "There are no gold facts: grounding is estimated",
        "Facts read from real text",
        "ceiling",
        "floor",
        "chrF2",
    ):
        assert told in text
    assert '<mark class="cov" title="number, money' in text
    assert text.count('<details class="passage"') == 12


@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize(
    ("gone", "told"),
    [
        ("manifest.json", "manifest.json is missing"),
        ("scores.parquet", "scores.parquet is missing"),
        ("generations", "no generations in the run directory"),
        ("examples", "no examples file that fits"),
        ("logs", "rl_rewards.jsonl is missing"),
    ],
)
def test_what_is_missing_is_said(copy: Path, gone: str, told: str) -> None:
    path = copy / gone
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    assert told in page_of(copy)


@pytest.mark.usefixtures("without_figures")
@pytest.mark.parametrize(
    "broken",
    [
        "manifest.json",
        "scores.parquet",
        f"generations/{TASK}/post-rl.jsonl",
        f"examples/{TASK}-test.jsonl",
        "logs/rl_steps.jsonl",
    ],
)
def test_a_broken_file_is_said_and_the_rest_is_shown(copy: Path, broken: str) -> None:
    (copy / broken).write_text("{broken <b>", "utf-8")
    text = page_of(copy)
    assert Path(broken).name in text
    assert "Before you believe the numbers" in text
    assert "Every metric at every stage" in text


def test_a_summary_alone_is_enough(run_dir: Path, tmp_path: Path) -> None:
    shutil.copy(run_dir / "summary.json", tmp_path)
    text = page_of(tmp_path)
    assert "coverage.recall" in text
    assert "no sentence lengths in scores.parquet" in text


def test_no_summary_is_the_users_mistake(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"summary\.json"):
        write_report(tmp_path)


@pytest.mark.usefixtures("without_figures")
def test_brought_systems_with_odd_names(copy: Path) -> None:
    def rename(summary: dict[str, Any]) -> None:
        rows = summary["systems"]
        summary["systems"] = {"my <b>model</b>/v1": rows["post-sft"], "other/v2": rows["post-rl"], GOLD: rows[GOLD]}
        summary["transitions"], summary["preservation"] = {}, {}

    edit(copy, rename)
    text = page_of(copy)
    assert "my &lt;b&gt;model&lt;/b&gt;/v1" in text
    assert "measured, not compared" in text


@pytest.mark.usefixtures("without_figures")
def test_two_systems_with_all_stages_have_a_verdict_each(copy: Path) -> None:
    def double(summary: dict[str, Any]) -> None:
        rows = summary["systems"]
        names = [(s, k) for s in ("a", "b") for k in rows if k != GOLD]
        summary["systems"] = {f"{s}/{k}": rows[k] for s, k in names} | {GOLD: rows[GOLD]}
        steps = summary["transitions"]
        summary["transitions"] = {f"{s}/{n.replace('->', f'->{s}/')}": c for s in ("a", "b") for n, c in steps.items()}
        summary["preservation"] = {f"{s}/{m}": c for s in ("a", "b") for m, c in summary["preservation"].items()}

    edit(copy, double)
    text = page_of(copy)
    assert text.count("Did RL improve grounding?") == 2
    assert text.count("of what RL added over post-sft is left") == 2


def test_an_empty_summary_is_a_page_too(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text('{"systems": {}}', "utf-8")
    assert "measured, not compared" in page_of(tmp_path)


# ---- the terminal -------------------------------------------------------------------------------------------------


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


# ---- words --------------------------------------------------------------------------------------------------------


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
