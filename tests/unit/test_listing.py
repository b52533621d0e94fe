"""`ls` and `metrics explain`; a metric that is declared once is seen everywhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from benchmark.cli import main
from benchmark.listing import ls
from benchmark.listing.explain import worked_values
from benchmark.listing.ls import WHAT, described_keys
from benchmark.report.words import label, number, ordered_metrics
from benchmark.reward.judge import load_judge
from benchmark.settings.config import load_profile
from benchmark.settings.models import Models
from metrics import catalog
from metrics.declared import Family, Metric
from metrics.errors import UserError
from metrics.marks import Making, marks
from metrics.scoring import Scoring
from metrics.segment import SegmentStats, from_values
from training import rewards

TOP = Path(__file__).parents[2]


@pytest.mark.parametrize("what", WHAT)
def test_every_list_has_a_line_each(what: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Name and description, nothing empty."""
    assert main(["ls", what]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all(len(line.split()) >= 2 for line in lines)


def test_no_two_rewards_are_told_alike() -> None:
    told = dict(ls.rewards())
    assert len(set(told.values())) == len(told)
    assert "InfoNCE" in told["embedding-contrastive"]


def test_every_key_of_a_profile_is_described() -> None:
    """Behind its default, whose text may hold spaces."""
    assert [name for name, _, said in described_keys() if not said] == []


@pytest.mark.parametrize(
    "name", [*catalog.metrics(), "coverage.f1.length_controlled", "grounding.entity.unseen", "coverage.recall.money"]
)
def test_every_metric_can_be_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Definition, formula, blind spots and a worked example with its gloss, or what it needs to have one."""
    assert main(["metrics", "explain", name]) == 0
    told = capsys.readouterr().out
    # form.* speaks of generated news alone and has an example of its own, and so has the metric of whole clauses.
    own = name.startswith("form.") or name == "grounding.relation"
    latin = name.startswith("open.latin.")
    shown: tuple[str, ...] = ("8.5 billion dollars", "ยื่นฟ้อง") if own else ("12 billion baht", "ไทยลงทุน")
    shown = ("OpenAI does not comment", "ซีเอ็นเอ็น") if latin else shown
    shown = ("Bangkok on 2 March", "เทศกาลดนตรี") if name.startswith("placement.") else shown
    record = catalog.metric(name)
    assert record is not None
    if name.endswith(".unseen"):
        shown = ("none: it needs more than one example",)
    elif {"judge", "encoder", "scorer", "reward", "answers"} & {*record.needs}:
        shown = ("none without", *record.needs)
    assert all(word in told for word in (name, "formula", "blind to", *shown))


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("coverage.f1.length_controlled", "read from its cut at the reference's length"),
        ("coverage.recall.unseen", "pooled over segments; over the facts whose surfaces do not occur in D_para"),
        ("coverage.recall.person", "; of type person alone"),
        ("coverage.recall.person.seen", "; of type person alone; over the facts whose surfaces occur in D_para"),
        ("open.number.f1.length_controlled", "what speaks against it from the whole output"),
    ],
)
def test_the_formula_of_a_derived_metric_says_how_it_is_derived(name: str, said: str) -> None:
    record, base = catalog.metric(name), catalog.metric(catalog.base_of(name)[0])
    assert record is not None and base is not None
    assert record.formula.startswith(base.formula + ";") and said in record.formula


def test_a_relation_holds_with_its_roles_and_undenied() -> None:
    """By hand: the one relation fact is stated by the first output alone."""
    assert [v for _, v, _ in worked_values("grounding.relation")] == [1.0, 0.0, 0.0, 0.0]


def test_facts_of_a_passage_belong_to_their_stories() -> None:
    """By hand: all 12 facts have companions. Where the persons are exchanged, they and what they say stand elsewhere;
    of the summary six are stated, each beside its own or alone of its sentence."""
    assert [v for _, v, _ in worked_values("placement.recall")] == pytest.approx([1, 8 / 12, 2 / 12, 6 / 12])
    assert [v for _, v, _ in worked_values("placement.precision")] == pytest.approx([1, 8 / 12, 2 / 12, 1])


def test_the_worked_example_shows_what_each_metric_is_for() -> None:
    """A wrong number costs facts, shortness costs recall, padding costs neither but length; values by hand from the
    five facts."""
    values = {
        name: [v for _, v, _ in worked_values(name)]
        for name in ("coverage.recall", "coverage.precision", "verbosity.truncated")
    }
    right, wrong, short, padded = values["coverage.recall"]
    assert (right, wrong, short, padded) == (1.0, 0.75, 0.5, 1.0)
    assert values["coverage.precision"][1] == pytest.approx(0.75)
    assert values["verbosity.truncated"] == [0.0] * 4


def test_unknown_names_get_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    """One message, exit code 2."""
    assert main(["metrics", "explain", "coverage.recal"]) == 2
    assert "did you mean coverage.recall" in capsys.readouterr().err


def vowels(scoring: Scoring) -> list[SegmentStats]:
    """A toy metric: share of the letters that are a."""
    return [
        from_values(
            "toy.vowels", scoring.ids, [t.count("a") / max(len(t), 1) for t in scoring.texts], "toy.vowels|v:1", False
        )
    ]


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A family as a user would add it: a module with FAMILY, and one line in FAMILIES."""
    module = ModuleType("toy_family")
    record = Metric(
        "toy.vowels",
        "Vowels",
        False,
        "Share of letters a.",
        "a / letters",
        "meaning",
        scale="percent",
        places=("key", "board"),
    )
    module.FAMILY = Family("toy", {"toy": "Toys"}, vowels, (record,), pure=True)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "toy_family", module)
    monkeypatch.setattr(catalog, "FAMILIES", [*catalog.FAMILIES, "toy_family"])
    yield
    catalog._read.cache_clear()


@pytest.mark.usefixtures("toy")
def test_a_metric_is_one_file_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Declared once, it is scored, listed, explained, labelled, ordered, marked and shown."""
    assert [v for _, v, _ in worked_values("toy.vowels")] == [0.0] * 4
    assert main(["ls", "metrics"]) == 0
    assert "toy.vowels" in capsys.readouterr().out
    assert label("toy.vowels") == "Vowels"
    assert number(12.345, "toy.vowels") == "12.3"
    assert ordered_metrics(["toy.vowels", "coverage.recall"]) == ["coverage.recall", "toy.vowels"]
    assert "toy.vowels" in catalog.shown("board")
    assert catalog.higher_is_better("toy.vowels") is False
    assert marks(["toy.vowels"], Making("r", True, True, {}))["toy.vowels"] == (False, False)
    # Fewer are better, so the text with fewer scores higher.
    judged = load_judge("metric:toy.vowels", None, None, {}).score([("x", "aab", "th"), ("x", "bbb", "th")])
    assert judged[("x", "aab", "th")] == pytest.approx(-2 / 3) and judged[("x", "bbb", "th")] == 0.0


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("coverage.recal", "did you mean coverage.recall"),
        ("toy.vowels", "unknown metric 'toy.vowels'"),
        ("judge.claim.recall", "`judge RUN_DIR --judge NAME`"),
        ("reward.mean", "validate the reward itself"),
    ],
)
def test_what_is_no_metric_to_validate_is_named(name: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        load_judge(f"metric:{name}", None, None, {}).score([("x", "y", "th")])


class Half:
    """A toy reward: one half to everything."""

    name, id, length_unit = "half", "half-1", "code points"

    def score(self, sources: list[str], candidates: list[str]) -> list[float]:
        return [0.5] * len(candidates)

    def token_ids(self, texts: list[str]) -> list[list[int]]:
        return [list(map(ord, text)) for text in texts]

    def counts(self) -> dict[str, int]:
        return {}


TOY = ("rl.reward_path=null", "score.retrieval=null", "score.scorers.comet_qe=null")


def test_a_reward_is_one_file_and_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that loads nothing asks for no path; one that loads something does."""
    module = ModuleType("toy_rewards")
    module.load = lambda path=None, **options: Half()  # type: ignore[attr-defined]
    module.load_from = lambda path, **options: Half()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "toy_rewards", module)
    monkeypatch.setitem(rewards.REWARDS, "half", "toy_rewards:load")
    monkeypatch.setitem(rewards.REWARDS, "half-from", "toy_rewards:load_from")
    assert rewards.load_reward("half").score(["x"], ["y"]) == [0.5]
    assert load_judge("half", None, None, {}).score([("x", "y", "th")]) == {("x", "y", "th"): 0.5}
    assert Models(load_profile("smoke", ["rl.reward=half", "rl.reward_path=null"])).reward_path is None
    bare = Models(load_profile("smoke", [*TOY, "rl.reward=half"]))
    bare.check()
    assert bare.identity()["reward"][0] == "half-1" and not bare.retrieval_is_reward
    with pytest.raises(UserError, match="needs a path"):
        rewards.load_reward("half-from")
    with pytest.raises(UserError, match=r"needs rl\.reward_path"):
        Models(load_profile("smoke", [*TOY, "rl.reward=half-from"])).check()
    with pytest.raises(UserError, match="or to null where it loads nothing"):
        _ = Models(load_profile("smoke", ["rl.reward=half"])).reward_path


def test_a_users_file_called_metrics_does_not_break_the_start(tmp_path: Path) -> None:
    """`python -m benchmark` looks into the working directory first: the suite finds its own packages all the same."""
    (tmp_path / "metrics.py").write_text("raise SystemExit('mine')\n")
    code = (
        f"import sys; sys.path.insert(1, {str(TOP)!r}); import runpy; sys.argv = ['benchmark', '--version']; "
        "runpy.run_module('benchmark', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()[0]) == (0, "sgsrl-bench"), done.stderr
