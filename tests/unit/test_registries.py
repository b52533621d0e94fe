"""A judge and a language are one file or one line: added, they are seen in every place that should know them. (Metrics:
test_listing; rewards: test_real_use; tasks: test_own_task.)"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from report_run import make_run

from benchmark import judge
from benchmark.cli import main
from benchmark.settings.config import load_profile
from metrics import languages
from metrics.languages import code, language, pair
from metrics.numbers import extract_numbers
from metrics.overlap import words
from metrics.records import Example
from metrics.scripts import in_another_script, notices
from metrics.verbosity import score_verbosity
from training.rewards import safeguards

JUDGE = '''
"""The longer text is the better one."""

from metrics.judge.records import FORM_DIMENSIONS, TOP, Verdict


class Longer:
    name, id, label = "toy", "toy-1", "The longer one"

    def knowing(self, examples):
        return self

    def verdicts(self, questions):
        return [Verdict(q, self.answer(q)) for q in questions]

    def answer(self, q):
        if q.kind == "pairwise":
            a, b = map(len, q.texts)
            return {"better": "A" if a > b else "B" if b > a else "tie"}
        return {name: min(TOP, len(q.texts[0]) // 20) for name in FORM_DIMENSIONS[q.form]}

    def price(self, questions):
        return {"calls": len(questions), "cached": 0, "prompt_tokens": 0, "completion_tokens": 0, "cost": 0.0}

    def usage(self):
        return self.price(())


def load_toy(settings, ledger):
    return Longer()
'''


@pytest.fixture
def toy_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, and a line in JUDGES."""
    (tmp_path / "toy_judge.py").write_text(JUDGE, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(judge.JUDGES, "toy", "toy_judge:load_toy")


@pytest.mark.usefixtures("toy_judge")
def test_a_judge_is_one_file_and_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Listed, allowed in a profile, priced, held against known answers, merged into the summary, and reported."""
    assert main(["ls", "judges"]) == 0
    assert ["toy", "The", "longer"] in [line.split()[:3] for line in capsys.readouterr().out.splitlines()]
    assert load_profile("smoke", ('judge.names=["toy"]',)).judge.names == ["toy"]
    run = tmp_path / "run"
    make_run(run, 8)
    argv = ["judge", str(run), "--judge", "toy", "--protocol", "pairwise", "dimensions"]
    assert main([*argv, "--dry-run"]) == 0
    assert "judge toy: " in capsys.readouterr().out
    assert main([*argv, "--set", "judge.known=1", "score.bootstrap_draws=100"]) == 0
    assert "known answers: challenge" in capsys.readouterr().out
    told = json.loads((run / "judge" / "toy" / "judge.json").read_text("utf-8"))
    assert (told["judge"], told["label"]) == ("toy", "The longer one")
    cell = json.loads((run / "summary.json").read_text("utf-8"))["systems"]["post-rl"]["judge.fluency"]
    assert cell["n_scored"] == 8 and "toy-1" in cell["signature"]
    assert "The longer one" in (run / "report.html").read_text("utf-8")


LISU = "ꓡꓲ-ꓢꓴ ꓐꓬꓲ ꓡꓯꓽ 12"


@pytest.fixture
def toy_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A line in languages.tsv. qaa is the code of a language of one's own: nothing is known of it."""
    assert language("qaa").scripts is None
    known = (Path(languages.__file__).parent / "languages.tsv").read_text("utf-8")
    (tmp_path / "languages.tsv").write_text(f"{known.rstrip()}\nqaa\tToyish\tLisu\t13a\twords\tth\n", "utf-8")
    monkeypatch.setattr(languages, "files", lambda package: tmp_path)
    forget()
    yield
    forget()


def forget() -> None:
    languages._table.cache_clear()
    languages._known.cache_clear()
    safeguards._own_letters.cache_clear()


@pytest.mark.usefixtures("toy_language")
def test_a_language_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Listed; its script, words and numbers are those of the line; the gate can judge it, and nothing is warned of."""
    assert main(["ls", "languages"]) == 0
    assert (
        "Toyish: Lisu script, words 13a, repetition over words, numbers by the rules of th" in capsys.readouterr().out
    )
    assert (code("qaa"), pair("zh-qaa"), language("qaa").generic) == ("qaa", ("zh", "qaa"), False)
    assert words("a-b c.", "qaa") == words("a-b c.", "en")
    assert [n.value for n in extract_numbers("12 ล้าน", "qaa")] == [12_000_000]
    assert safeguards.gate(LISU, "qaa") and not safeguards.gate("ภาษาไทย", "qaa")
    assert (in_another_script(LISU, "qaa"), in_another_script("ภาษาไทย", "qaa")) == (None, "Thai")
    example = Example("1", "新闻", (LISU,), None, "zh", "qaa")
    assert notices([example]) == []
    wrong = next(s for s in score_verbosity([example], ["ภาษาไทย"], None, None) if s.metric == "verbosity.wrong_script")
    assert wrong.value() == 1.0


def test_without_its_line_nothing_is_known_of_it() -> None:
    example = Example("1", "新闻", (LISU,), None, "zh", "qaa")
    assert "no script is known" in notices([example])[0]
    assert [n.value for n in extract_numbers("12 ล้าน", "qaa")] == [12]
