"""Questions that do not fit into the judge's context: unscored with one reason, counted per system, warned about, and
never asked in vain."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from judge_server import Act, Action, JudgeServer, completion
from report_run import TASK, make_run

from benchmark.cli import main
from benchmark.judge import load_judge
from benchmark.judge.ledger import TOO_LONG
from benchmark.judge.llm import UNREAD
from benchmark.judge.transformers_local import TransformersBackend, load_transformers
from benchmark.judge.vllm_local import VllmBackend
from benchmark.settings.schema import Judge
from metrics.judge.records import Question

TEMPLATE = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] }}\n{% endfor %}"
GRADES = '{"entity": 3, "event": 3, "factual": 3, "fluency": 3, "conciseness": 3, "reason": ""}'
SAID = {
    "hosted": (400, {"message": "too many", "code": "context_length_exceeded", "type": "invalid_request_error"}),
    "vLLM": (400, {"message": "This model's maximum context length is 512 tokens. However, you requested 700 tokens"}),
    "vLLM 0.1x": (400, {"message": "The decoder prompt (length 700) is longer than the maximum model length of 512."}),
    "llama.cpp": (
        400,
        {
            "code": 400,
            "message": "request (3034 tokens) exceeds the available context size (512 tokens), try increasing it",
            "type": "exceed_context_size_error",
        },
    ),
    "SGLang": (400, {"message": "The input (700 tokens) is longer than the model's context length (512 tokens)."}),
    "TGI": (422, {"message": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 512"}),
    "a proxy": (413, {"message": "Request Entity Too Large"}),
}
"""What servers say of a question that is too long."""


@pytest.fixture
def serve() -> Iterator[Any]:
    started: list[JudgeServer] = []

    def start(act: Act) -> JudgeServer:
        started.append(JudgeServer(act))
        return started[-1]

    yield start
    for server in started:
        server.close()


def question(name: str, text: str) -> Question:
    return Question(name, "pairwise", name, "某条新闻", "zh", "th", (text, "ข่าวสอง"), ("x", "y"))


def refused(status: int, error: dict[str, Any]) -> Action:
    return Action(status, raw=json.dumps({"error": error}).encode())


@pytest.mark.parametrize("name", SAID)
def test_a_server_that_cannot_read_it_is_asked_once(serve: Any, tmp_path: Path, name: str) -> None:
    """Not again, and not without the schema; whatever server says it in whatever words, the reason is one."""
    server = serve(lambda n, body: refused(*SAID[name]))
    judge = load_judge("openai", Judge(url=server.url, model="m", pause=0.01), tmp_path / "ledger.jsonl")
    found = judge.verdicts([question("a", "ข่าว" * 400), question("b", "ข่าว" * 500)])
    assert [(v.answer, v.reason) for v in found] == [(None, UNREAD)] * 2
    assert len(server.bodies) == 2 and all("response_format" in body for body in server.bodies)
    (row, _) = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert row["status"] == TOO_LONG and str(SAID[name][0]) in row["text"]
    assert judge.usage()["failed_calls"] == 2 and judge.usage()["completion_tokens"] == 0


def test_a_server_without_schema_that_cannot_read_it(serve: Any) -> None:
    """The schema is refused first, then the length: the reason is the length."""

    def act(number: int, body: dict[str, Any]) -> Any:
        return refused(400, {"message": "no response_format here"} if "response_format" in body else SAID["vLLM"][1])

    judge = load_judge("openai", Judge(url=serve(act).url, model="m", pause=0.01), None)
    assert judge.verdicts([question("a", "ข่าว" * 400)])[0].reason == UNREAD


def test_an_answer_that_was_cut_says_so(serve: Any) -> None:
    told = json.loads(completion('{"reason": "the names, the names, the'))
    told["choices"][0]["finish_reason"] = "length"
    server = serve(lambda n, body: Action(raw=json.dumps(told).encode()))
    (found,) = load_judge("openai", Judge(url=server.url, model="m"), None).verdicts([question("a", "ข่าว")])
    assert found.answer is None
    assert found.reason == "useless answer, twice: cut at the cap of judge.answer_tokens, no JSON object in it"


def test_a_useless_answer_that_leaves_no_room_to_ask_again(serve: Any) -> None:
    server = serve(lambda n, body: "I would say A." if len(body["messages"]) == 2 else refused(*SAID["vLLM"]))
    (found,) = load_judge("openai", Judge(url=server.url, model="m"), None).verdicts([question("a", "ข่าว")])
    assert found.reason == f"useless answer (no JSON object in it), and asked again: {UNREAD}"


@pytest.mark.parametrize("choice", [False, True])
def test_a_local_model_is_not_asked_what_it_cannot_read(tiny_policy_path: Path, choice: bool) -> None:
    judge = load_transformers(Judge(model=str(tiny_policy_path), choice=choice, answer_tokens=2), None)
    backend = judge.backend
    assert isinstance(backend, TransformersBackend)
    model, tokenizer = backend.loaded
    tokenizer.chat_template = TEMPLATE
    model.config.max_position_embeddings = 4000
    short, long = judge.verdicts([question("a", "ข่าว"), question("b", "ข่าว" * 2000)])
    assert long.answer is None and long.reason == UNREAD
    assert (short.answer is not None) if choice else (str(short.reason).startswith("useless answer, twice: cut at"))


@pytest.mark.parametrize("choice", [False, True])
def test_vllm_is_not_handed_what_it_refuses(
    tiny_policy_path: Path, monkeypatch: pytest.MonkeyPatch, choice: bool
) -> None:
    """The engine is a stand-in that raises for a prompt beyond its length, as vLLM does: one such question ended the
    whole run."""
    from training.shared.loading import load_tokenizer

    length = 4000

    def generate(prompts: list[dict[str, list[int]]], params: Any, use_tqdm: bool) -> list[Any]:
        for p in prompts:
            if len(p["prompt_token_ids"]) + 1 > length:
                raise ValueError("The decoder prompt is longer than the maximum model length")
        told = SimpleNamespace(text='{"better": "B", "reason": ""}', token_ids=[1, 2], finish_reason="stop")
        row = [{t: SimpleNamespace(logprob=-0.5) for t in range(5000)}]
        return [SimpleNamespace(outputs=[told], prompt_logprobs=row * len(p["prompt_token_ids"])) for p in prompts]

    for name in ("vllm", "vllm.sampling_params", "vllm.v1", "vllm.v1.engine", "vllm.v1.engine.exceptions"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    for name in ("vllm", "vllm.sampling_params"):
        sys.modules[name].SamplingParams = SimpleNamespace  # type: ignore[attr-defined]
        sys.modules[name].StructuredOutputsParams = SimpleNamespace  # type: ignore[attr-defined]
    sys.modules["vllm.v1.engine.exceptions"].EngineDeadError = OSError  # type: ignore[attr-defined]
    monkeypatch.setattr("training.shared.vllm_engine.need_vllm", lambda: None)
    monkeypatch.setattr(VllmBackend, "length", length)
    judge = load_judge("vllm", Judge(model=str(tiny_policy_path), choice=choice, answer_tokens=8), None)
    backend = judge.backend  # type: ignore[attr-defined]
    backend.tokenizer = load_tokenizer(str(tiny_policy_path))
    backend.tokenizer.chat_template = TEMPLATE
    backend._engine = SimpleNamespace(generate=generate)
    short, long = judge.verdicts([question("a", "ข่าว"), question("b", "ข่าว" * 2000)])
    assert long.answer is None and long.reason == UNREAD
    assert short.answer is not None


@pytest.mark.parametrize("choice", [False, True])
def test_the_limit_of_tokens_holds_for_a_local_model(tiny_policy_path: Path, choice: bool) -> None:
    """It was passed over there without a word. What is left is unscored with the reason."""
    from benchmark.judge.local_chats import LONGEST_CHOICE, PREFIX, chat_ids
    from metrics.judge.prompting import messages

    asked = [question(f"q{i}", f"ข่าวที่ {i}") for i in range(5)]
    answer = LONGEST_CHOICE if choice else 2
    settings = Judge(model=str(tiny_policy_path), choice=choice, answer_tokens=2, batch_size=4)
    free = load_transformers(settings, None)
    backend = free.backend
    assert isinstance(backend, TransformersBackend)
    backend.loaded[0].config.max_position_embeddings = 4000
    backend.loaded[1].chat_template = TEMPLATE
    lengths = [len(chat_ids(backend.loaded[1], "tiny", messages(q), PREFIX if choice else "")) for q in asked]
    limit = sum(sorted(lengths)[-2:]) + 2 * answer + lengths[0] // 2
    judge = load_transformers(settings.model_copy(update={"max_tokens": limit}), None)
    judge.backend._loaded = backend.loaded  # type: ignore[attr-defined]
    found = judge.verdicts(asked)
    left = [v for v in found if str(v.reason).endswith(f"the limit of {limit} tokens would be passed")]
    assert len(left) >= 3 and all(v.answer is None for v in left)
    assert 1 <= judge.usage()["calls"] <= 2
    assert judge.usage()["prompt_tokens"] + judge.usage()["completion_tokens"] <= limit


def lengthen(run_dir: Path, stage: str, n: int) -> None:
    """The first n texts of a stage become long."""
    path = run_dir / "generations" / TASK / f"{stage}.jsonl"
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    for row in rows[:n]:
        row["text"] = "ข่าวยาวมาก " * 60
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def answer(body: dict[str, Any]) -> Any:
    """Of a judge whose context holds no long text."""
    asked = body["messages"][1]["content"]
    if asked.count("ข่าวยาวมาก") > 50:
        return refused(*SAID["llama.cpp"])
    if '"ranks"' in asked:
        return '{"ranks": {"A": 1, "B": 2, "C": 3}, "reason": ""}'
    return GRADES if '"entity"' in asked else '{"better": "A", "reason": ""}'


def judge_it(serve: Any, run_dir: Path) -> dict[str, Any]:
    url = serve(lambda n, body: answer(body)).url
    more = ["--set", "judge.known=1", "score.bootstrap_draws=100", "judge.retest=0"]
    assert main(["judge", str(run_dir), "--judge", "openai", "--url", url, "--judge-model", "m", *more]) == 0
    told: dict[str, Any] = json.loads((run_dir / "judge" / "openai" / "judge.json").read_text("utf-8"))
    return told


def test_what_one_system_lost_is_said_beside_its_score(
    serve: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Three of twelve long texts of post-sft: no grades for them, no comparison with them, and three warnings."""
    make_run(tmp_path / "run", 12)
    lengthen(tmp_path / "run", "post-sft", 3)
    told = judge_it(serve, tmp_path / "run")
    rows = told["tables"]["dimensions"]["systems"]
    assert {key: row["unscored"] for key, row in rows.items() if row["unscored"]} == {"post-sft": 3}
    assert told["missing"]["post-sft"]["reasons"][UNREAD] == 3 + 3 + 6, "grades, ranking, pairs in both orders"
    assert told["missing"]["gold"]["reasons"] == {UNREAD: 3}, "of the ranking that they share"
    known = [json.loads(line) for line in (tmp_path / "run/judge/openai/known.jsonl").read_text("utf-8").splitlines()]
    assert {row["right"] for row in known if row["kind"] == "pairwise" and row["answer"]} == {0.0, 1.0}
    assert all(row["category"] and row["set"] and row["better"] != row["worse"] for row in known)
    assert "verdicts" not in told, "they have a file of their own"
    ranking, pair, grades = told["selection"]
    much = "3 of 12 examples are unscored, 3 of them too long for the judge; in 3 of these the text of post-sft is the"
    assert ranking.startswith(f"ranking: {much} longest")
    assert pair.startswith(f"post-recovery against post-sft: {much} longest")
    assert grades.startswith("grades: unscored differ between systems: post-sft 3 of 12 (median length 659, of the ")
    out = capsys.readouterr().out
    assert all(f"!! {text}" in out for text in told["selection"])
    (line,) = [line for line in out.splitlines() if line.startswith("  post-sft ") and line.endswith(" 3")][-1:]
    assert line.split()[-1] == "3"
    page = (tmp_path / "run" / "report.html").read_text("utf-8")
    assert "Not the same texts are scored" in page and "<th>unscored</th>" in page


def test_systems_that_lost_the_same_are_not_warned_about(serve: Any, tmp_path: Path) -> None:
    """Nor is a judge praised for its order where nobody asked it: half of the pairs here are one text twice."""
    make_run(tmp_path / "run", 12)
    one, other = (tmp_path / "run/generations" / TASK / f"{s}.jsonl" for s in ("post-sft", "post-recovery"))
    rows = [[json.loads(line) for line in path.read_text("utf-8").splitlines()] for path in (one, other)]
    same = [
        {**b, "text": a["text"] if i < 6 else f"{b['text']} {i}"} for i, (a, b) in enumerate(zip(*rows, strict=True))
    ]
    other.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in same), "utf-8")
    told = judge_it(serve, tmp_path / "run")
    assert told["selection"] == []
    assert "Not the same texts" not in (tmp_path / "run" / "report.html").read_text("utf-8")
    (pair,) = told["tables"]["pairwise"]
    assert pair["ties"] == 12, "six of equal texts, six of a judge that always takes the first"
    assert pair["order"]["n"] == 6 and pair["order"]["consistency"] == 0.0
