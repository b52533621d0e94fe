"""The judge behind an OpenAI-compatible server: whatever the server does, no verdict is lost, counted twice, made
up, or paid for twice."""

from __future__ import annotations

import email.utils
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from judge_server import Act, Action, JudgeServer, completion

from benchmark.judge import load_judge
from benchmark.judge.ledger import Entry, Ledger
from benchmark.judge.limits import Pace
from benchmark.judge.openai_api import retry_after
from benchmark.settings.schema import Judge as Settings
from metrics.errors import UserError
from metrics.judge.records import Question
from metrics.progress import listen

TOP = Path(__file__).parents[2]
GOOD = '{"better": "A", "reason": "names"}'


@pytest.fixture
def serve() -> Iterator[Any]:
    started: list[JudgeServer] = []

    def start(act: Act | str) -> JudgeServer:
        started.append(JudgeServer(act if callable(act) else lambda n, body: act))
        return started[-1]

    yield start
    for server in started:
        server.close()


def settings(server: JudgeServer, **more: Any) -> Settings:
    return Settings(**{"url": server.url, "model": "m", "pause": 0.01, "timeout": 5.0, **more})


def questions(n: int) -> list[Question]:
    return [
        Question(f"q{i}", "pairwise", f"e{i}", f"第{i}条新闻。", "zh", "th", (f"ข่าวที่ {i}", f"เรื่องที่ {i}"), ("x", "y"))
        for i in range(n)
    ]


def test_faults_of_a_server_lose_nothing_and_count_nothing_twice(serve: Any, tmp_path: Path) -> None:
    """Delays, 429, 500, cut connections, no JSON, the wrong schema, answers said twice: 120 questions, 120 verdicts,
    one per question."""

    def act(number: int, body: dict[str, Any]) -> Any:
        kinds: list[Any] = [
            GOOD,
            Action(429, headers={"Retry-After": "0"}),
            Action(500),
            Action(cut=True),
            Action(raw=b"<html>busy</html>"),
            "Well, I would say A.",
            '{"better": "C", "reason": ""}',
            f"{GOOD}\n{GOOD}",
            Action(delay=0.02, raw=completion(GOOD)),
            Action(raw=b'{"choices": []}'),
            Action(503),
        ]
        return kinds[number % len(kinds)] if len(body["messages"]) == 2 else GOOD

    server = serve(act)
    judge = load_judge("openai", settings(server, tries=40), tmp_path / "ledger.jsonl")
    asked = questions(120)
    verdicts = judge.verdicts(asked)
    assert [v.question.id for v in verdicts] == [q.id for q in asked]
    assert all(v.answer is not None and v.answer["better"] == "A" for v in verdicts)
    keys = [json.loads(line)["key"] for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert len(keys) == len(set(keys)), "an answer is recorded once"
    assert server.most_at_once <= 8


def test_a_useless_answer_is_asked_for_once_more_and_then_unscored_with_the_reason(serve: Any) -> None:
    server = serve("I cannot decide.")
    found = load_judge("openai", settings(server), None).verdicts(questions(3))
    assert [v.answer for v in found] == [None] * 3
    assert all("no JSON object" in str(v.reason) for v in found)
    assert sum(server.calls.values()) == 6, "one more try each, and no third"
    assert server.bodies[-1]["messages"][-2]["content"] == "I cannot decide."


@pytest.mark.parametrize(
    "text", ['{"better": "A"} or rather {"better": "B"}', '{"better": true}', '{"better": null}', "{" * 5000, ""]
)
def test_no_default_grade(serve: Any, text: str) -> None:
    found = load_judge("openai", settings(serve(text)), None).verdicts(questions(1))
    assert found[0].answer is None and found[0].reason


def test_refusals_are_recorded_and_asked_again(serve: Any, tmp_path: Path) -> None:
    """They are no answers: a later call asks again, and may get one."""
    kind: list[Any] = [Action(raw=completion("", refusal="I would rather not."))]
    server = serve(lambda n, body: kind[0])
    first = load_judge("openai", settings(server), tmp_path / "ledger.jsonl").verdicts(questions(2))
    assert all(v.answer is None and "refusal: I would rather not." in str(v.reason) for v in first)
    rows = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert [row["status"] for row in rows] == ["refusal"] * 2
    kind[0] = GOOD
    judge = load_judge("openai", settings(server), tmp_path / "ledger.jsonl")
    assert all(v.answer is not None for v in judge.verdicts(questions(2)))
    assert judge.usage()["cached"] == 0


def test_retry_after_holds_all_calls_back(serve: Any) -> None:
    server = serve(lambda n, body: Action(429, headers={"Retry-After": "0.4"}) if n == 0 else GOOD)
    found = load_judge("openai", settings(server, concurrency=1), None).verdicts(questions(2))
    assert all(v.answer for v in found)
    assert server.times[1] - server.times[0] >= 0.39


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    assert retry_after("2.5") == 2.5
    assert retry_after(email.utils.formatdate(1000, usegmt=True), now=lambda: 990.0) == 10.0
    assert retry_after("soon") is None and retry_after(None) is None


def test_pace_spaces_calls_evenly() -> None:
    now, slept = [0.0], []
    pace = Pace(60.0, clock=lambda: now[0], sleep=slept.append)
    for _ in range(3):
        pace.wait()
    assert slept == [1.0, 2.0]


def test_a_server_without_json_schema_is_asked_without(serve: Any, capsys: pytest.CaptureFixture[str]) -> None:
    server = serve(lambda n, body: Action(400) if "response_format" in body else GOOD)
    judge = load_judge("openai", settings(server, concurrency=1), None)
    assert all(v.answer for v in judge.verdicts(questions(4)))
    assert sum("response_format" in b for b in server.bodies) == 1
    assert "takes no JSON schema" in capsys.readouterr().err
    assert judge.usage()["without_schema"] == 4 and judge.usage()["held_to_schema"] == 0


def test_the_schema_is_sent_where_the_server_has_it(serve: Any) -> None:
    server = serve(GOOD)
    judge = load_judge("openai", settings(server), None)
    judge.verdicts(questions(1))
    form = server.bodies[0]["response_format"]["json_schema"]
    assert form["strict"] and form["schema"]["properties"]["better"]["enum"] == ["A", "B", "tie"]
    assert form["schema"]["additionalProperties"] is False and judge.usage()["held_to_schema"] == 1


def test_wrong_key_or_model_is_one_message(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGSRL_JUDGE_KEY", "sk-very-secret")
    raw = json.dumps({"error": {"message": "Incorrect API key provided: sk-very-secret"}}).encode()
    with pytest.raises(UserError, match="HTTP 401") as caught:
        load_judge("openai", settings(serve(lambda n, b: Action(401, raw=raw))), None).verdicts(questions(20))
    assert "secret" not in str(caught.value)


def test_the_key_is_sent_and_never_written(serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SGSRL_JUDGE_KEY", "sk-very-secret")
    server = serve('{"better": "B", "reason": "your key is sk-very-secret"}')
    judge = load_judge("openai", settings(server), tmp_path / "ledger.jsonl")
    found = judge.verdicts(questions(2))
    assert server.keys == {"Bearer sk-very-secret"}
    assert "secret" not in (tmp_path / "ledger.jsonl").read_text() + str(found) + judge.id


def test_equal_questions_are_asked_once(serve: Any) -> None:
    server = serve(GOOD)
    twice = questions(5) * 2
    assert len(load_judge("openai", settings(server), None).verdicts(twice)) == 10
    assert sum(server.calls.values()) == 5


def test_answers_are_counted_while_they_come_and_a_judge_that_has_them_all_says_nothing(
    serve: Any, tmp_path: Path
) -> None:
    server, heard = serve(GOOD), list[tuple[str, int, int]]()
    for _ in range(2):
        with listen(lambda told: heard.append((told.title, told.done, told.total))):
            load_judge("openai", settings(server), tmp_path / "ledger.jsonl").verdicts(questions(4))
    assert [(title, total) for title, _, total in heard] == [("judge openai", 4)] * 6
    assert [done for _, done, _ in heard] == [0, 1, 2, 3, 4, 4]


def test_the_limit_of_cost_is_never_passed(serve: Any) -> None:
    server = serve(GOOD)
    # 100 + 10 tokens a call: 0.12 a call. What a call can cost at most is set aside before it: 600 tokens of answer
    # alone.
    judge = load_judge("openai", settings(server, price_in=1000.0, price_out=2000.0, max_cost=6.0), None)
    found = judge.verdicts(questions(60))
    spent = judge.usage()["cost"]
    assert spent is not None and 3.0 < spent <= 6.0
    left = [v for v in found if v.answer is None]
    assert len(left) == 60 - sum(server.calls.values()) and all("limit of cost 6" in str(v.reason) for v in left)


def test_a_limit_of_cost_needs_prices(serve: Any) -> None:
    with pytest.raises(UserError, match="--price"):
        load_judge("openai", settings(serve(GOOD), max_cost=1.0), None)


def test_a_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    """A kill may cut the last line; what is added then begins on a line of its own."""
    path = tmp_path / "ledger.jsonl"
    ledger = Ledger(path)
    ledger.add(Entry("k1", "answer", "one"))
    ledger.close()
    with path.open("ab") as file:
        file.write(b'{"key": "k2", "status": "ans')
    again = Ledger(path)
    assert again.torn == 1 and again.find("k1") is not None and again.find("k2") is None
    again.add(Entry("k3", "answer", "three"))
    again.add(Entry("k1", "answer", "another"))
    last = Ledger(path)
    assert last.find("k3") is not None and last.doubled == 1
    assert last.answers["k1"].text == "one", "the first answer stands"


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[4])
from pathlib import Path
from benchmark.judge import load_judge
from benchmark.settings.schema import Judge
from test_judge_openai import questions
judge = load_judge("openai", Judge(url=sys.argv[1], model="m", pause=0.01), Path(sys.argv[2]))
print(sum(v.answer is not None for v in judge.verdicts(questions(int(sys.argv[3])))))
"""


def test_resume_after_kill_repeats_no_recorded_call(serve: Any, tmp_path: Path) -> None:
    """kill -9 in the middle of a long judging: none of 1,500 verdicts is lost or counted twice, and what was recorded
    is not asked again; at most the calls under way are."""
    server = serve(GOOD)
    ledger, n = tmp_path / "ledger.jsonl", 1500
    command = [sys.executable, "-c", SCRIPT, server.url, str(ledger), str(n), str(Path(__file__).parent)]
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while (not ledger.exists() or ledger.read_bytes().count(b"\n") < 200) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    recorded = ledger.read_bytes().count(b"\n")
    assert 200 <= recorded < n, "killed in the middle"
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert int(done.stdout) == n
    assert len(server.calls) == n, "every question was asked"
    assert sum(server.calls.values()) <= n + 8, "only calls under way at the kill are made again"
    again = Ledger(ledger)
    assert len(again.answers) == n and again.doubled == 0 and again.torn <= 1


def test_a_server_that_nobody_started_is_said_at_once(tmp_path: Path) -> None:
    """The very first call is refused: no waits, and no row of errors for each question."""
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    judge = load_judge("openai", Settings(url=url, model="m", tries=8, pause=60.0), tmp_path / "ledger.jsonl")
    with pytest.raises(UserError, match=rf"no server answers at {url} \(.*\); start it, or correct --url"):
        judge.verdicts(questions(20))
    assert not (tmp_path / "ledger.jsonl").exists()
