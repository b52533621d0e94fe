"""Formats of neighbouring tools: each is read as examples and generations, counts and ids are checked, empty outputs
are kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmark.cli import main
from benchmark.data.formats import FORMATS, read_format
from benchmark.data.segments import Given
from metrics.errors import UserError
from metrics.records import Example, read_examples, read_generations, write_examples

SOURCES = ["今天下雨。", "股市上涨。", "球队获胜。"]
OUTPUTS = ["ฝนตกวันนี้", "", "ทีมชนะ\u2028จบ"]
REFERENCES = ["วันนี้ฝนตก", "หุ้นขึ้น", "ทีมชนะ"]
EXAMPLES = [
    Example(f"s{i}", s, (r,), None, "zh", "th", "d1" if i < 2 else "d2")
    for i, (s, r) in enumerate(zip(SOURCES, REFERENCES, strict=True))
]


def jsonl(path: Path, rows: list[dict[str, Any]]) -> Path:
    """A JSON Lines file."""
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf-8")
    return path


def made(name: str, path: Path) -> Path:
    """A file of the three outputs in a format, as its own documentation writes it."""
    triples = list(zip(SOURCES, OUTPUTS, REFERENCES, strict=True))
    if name == "wmt":
        return jsonl(path, [{"doc_id": d, "hypothesis": o} for d, o in zip(("d1", "d1", "d2"), OUTPUTS, strict=True)])
    if name == "metricx":
        return jsonl(
            path, [{"id": f"s{i}", "source": s, "hypothesis": o, "reference": r} for i, (s, o, r) in enumerate(triples)]
        )
    if name == "lm-eval":
        return jsonl(
            path,
            [
                {
                    "doc_id": i,
                    "doc": {"id": f"s{i}", "source": s},
                    "target": r,
                    "arguments": [["p", {}]],
                    "resps": [["x" + o]],
                    "filtered_resps": [o],
                }
                for i, (s, o, r) in enumerate(triples)
            ],
        )
    if name == "trl":
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(
            pa.table({"step": [1] * 3, "prompt": SOURCES, "completion": OUTPUTS, "advantage": [0.0] * 3}), path
        )
        return path
    text = {
        "inspect": {
            "version": 2,
            "samples": [
                {
                    "id": f"s{i}",
                    "input": [{"role": "user", "content": s}],
                    "target": r,
                    "output": {
                        "choices": [{"message": {"role": "assistant", "content": o}, "stop_reason": "max_tokens"}]
                    },
                }
                for i, (s, o, r) in enumerate(triples)
            ],
        },
        "outputs": {"outputs": OUTPUTS},
        "r1": [{"source_text": s, "reference_translation": r, "generated_translation": o} for s, o, r in triples],
    }
    if name in text:
        path.write_text(json.dumps(text[name], ensure_ascii=False), encoding="utf-8")
    elif name == "tsv":
        path.write_text(
            "id\tsource\treference\thypothesis\n"
            + "".join(f"s{i}\t{s}\t{r}\t{o}\n" for i, (s, o, r) in enumerate(triples)),
            "utf-8",
        )
    else:
        path.write_bytes(b"\xef\xbb\xbf" + "".join(o + "\r\n" for o in OUTPUTS).encode())
    return path


@pytest.mark.parametrize("name", list(FORMATS))
def test_every_format_gives_the_same_outputs_in_order(name: str, tmp_path: Path) -> None:
    """Against an examples file: ids of the examples, texts as they stand, empty ones kept."""
    path = made(name, tmp_path / "file")
    examples = (
        [Example(str(i), s, None, None, "zh", "th") for i, s in enumerate(SOURCES, 1)]
        if name in ("trl", "r1")
        else EXAMPLES
    )
    _, generations = read_format(name, path, Given(("zh", "th"), "sys", "model", examples))
    assert [g.example_id for g in generations] == [e.id for e in examples]
    assert [g.text for g in generations] == OUTPUTS
    assert {(g.system, g.stage) for g in generations} == {("sys", "model")}


@pytest.mark.parametrize("name", ["r1", "trl"])
def test_rows_without_ids_are_held_against_the_sources(name: str, tmp_path: Path) -> None:
    """The examples have ids of their own: by order, and another order is no silent mistake."""
    path = made(name, tmp_path / "file")
    _, generations = read_format(name, path, Given(("zh", "th"), "sys", "model", EXAMPLES))
    assert [(g.example_id, g.text) for g in generations] == [(f"s{i}", o) for i, o in enumerate(OUTPUTS)]
    with pytest.raises(UserError, match=r"output 1: its source '今天下雨。' is not that of example 1, '球队获胜。'"):
        read_format(name, path, Given(("zh", "th"), "sys", "model", EXAMPLES[::-1]))


def test_a_log_that_numbers_its_rows_goes_by_number(tmp_path: Path) -> None:
    """lm-evaluation-harness counts from 0 and inspect_ai from 1, in any order; a prompt may stand around the source."""
    rows = [{"doc_id": n, "doc": {"source": SOURCES[n]}, "filtered_resps": [OUTPUTS[n]]} for n in (2, 0, 1)]
    samples = [{"id": n + 1, "input": f"译：{SOURCES[n]}", "output": {"completion": OUTPUTS[n]}} for n in (1, 2, 0)]
    log = tmp_path / "log.json"
    log.write_text(json.dumps({"samples": samples}), encoding="utf-8")
    for name, path in (("lm-eval", jsonl(tmp_path / "s.jsonl", rows)), ("inspect", log)):
        _, generations = read_format(name, path, Given(("zh", "th"), "sys", "model", EXAMPLES))
        assert {g.example_id: g.text for g in generations} == {f"s{i}": o for i, o in enumerate(OUTPUTS)}


def test_a_filtered_answer_that_is_empty_is_the_answer(tmp_path: Path) -> None:
    """The raw one behind it is another text."""
    rows = [
        {"doc_id": i, "doc": {"source": s}, "resps": [["raw"]], "filtered_resps": ""} for i, s in enumerate(SOURCES)
    ]
    _, generations = read_format("lm-eval", jsonl(tmp_path / "s.jsonl", rows), Given(("zh", "th"), "s", "m"))
    assert [g.text for g in generations] == [""] * 3


@pytest.mark.parametrize("name", ["metricx", "lm-eval", "inspect", "trl", "r1", "tsv"])
def test_formats_that_hold_sources_need_no_examples(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`data convert` writes both files, readable by `score`."""
    path = made(name, tmp_path / "file")
    out = tmp_path / "out"
    assert main(["data", "convert", "--format", name, "--input", str(path), "--langs", "zh-th", "--out", str(out)]) == 0
    assert "3 outputs (1 empty) of 3 examples" in capsys.readouterr().out
    examples, generations = read_examples(out / "examples.jsonl"), read_generations(out / "generations.jsonl")
    assert [e.source for e in examples] == SOURCES
    assert [g.text for g in generations] == OUTPUTS
    if name != "trl":
        assert [e.reference for e in examples] == [(r,) for r in REFERENCES]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("wmt", '{"doc": 1}', "missing: doc_id, hypothesis (found: doc); a right line:"),
        ("metricx", '{"hypothesis": "x"}', "missing: source"),
        ("lm-eval", '{"doc_id": 0, "doc": {}, "resps": []}', "no text in filtered_resps or resps"),
        ("inspect", '{"samples": {}}', "no list of samples"),
        ("outputs", '["a"]', 'no list of texts under "outputs"'),
        ("outputs", '{"outputs": ["a", "b"]}', "2 outputs for 3 examples"),
        ("r1", "[1]", "not a JSON list of objects"),
        ("trl", "no parquet", "no Parquet file"),
        ("lines", "a\nb\n", "2 outputs for 3 examples"),
        ("wmt", '{"doc_id": "x", "hypothesis": ""}\n' * 3, "neither an id nor a document"),
        ("wtm", "", "did you mean wmt"),
        ("lm-eval", "{}", "missing: doc_id, doc, filtered_resps"),
        ("wmt", '{"doc_id": null, "hypothesis": ""}', '"doc_id" must be a name, not null'),
        ("outputs", '{"outputs": ["a", null, "b"]}', "output 2: not a text"),
        ("inspect", '{"samples": [{}]}', "missing: id, input, output"),
        ("inspect", '{"samples": [{"id": 1, "input": "", "output": {}, "error": {"message": "m"}}]}', "in an error"),
        ("r1", '[{"id": 1}]', "missing: source_text, generated_translation"),
        ("tsv", "hypotesis\n", "hypothesis"),
    ],
)
def test_mistakes_are_named(name: str, content: str, words: str, tmp_path: Path) -> None:
    """Every missing key, and a right line."""
    path = tmp_path / "file"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError) as error:
        read_format(name, path, Given(("zh", "th"), "s", "m", EXAMPLES))
    assert words in str(error.value)


def test_plain_lines_are_scored_in_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As sacreBLEU is called: sources, two references, two systems; corpus chrF as sacreBLEU's own."""
    from sacrebleu.metrics import CHRF

    def lines(name: str, texts: list[str]) -> str:
        (tmp_path / name).write_bytes("".join(t + "\r\n" for t in texts).encode())
        return str(tmp_path / name)

    second = ["ฝนตกในวันนี้", "หุ้นพุ่ง", "ทีมคว้าชัย"]
    outputs = ["ฝนตกวันนี้", "", "ทีมชนะ"]
    out = tmp_path / "out"
    code = main(
        [
            "score",
            "--source",
            lines("src", SOURCES),
            "--reference",
            lines("r1", REFERENCES),
            "--reference",
            lines("r2", second),
            "--hypothesis",
            lines("sysA.txt", outputs),
            lines("sysB.txt", REFERENCES),
            "--langs",
            "zho-tha",
            "--out",
            str(out),
        ]
    )
    assert code == 0
    systems = json.loads((out / "summary.json").read_text("utf-8"))["systems"]
    assert sorted(systems) == ["gold", "sysA/model", "sysB/model"]
    assert systems["sysA/model"]["overlap.chrf"]["value"] == pytest.approx(
        CHRF().corpus_score(outputs, [REFERENCES, second]).score
    )
    assert systems["sysB/model"]["overlap.chrf"]["value"] == pytest.approx(100.0)


def test_a_missing_line_is_told_before_anything_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Line counts are compared, by name."""
    for name, n in (("src", 3), ("ref", 3), ("hyp", 2)):
        (tmp_path / name).write_text("".join(f"文{i}\n" for i in range(n)), encoding="utf-8")
    arguments = f"score --source {tmp_path}/src --reference {tmp_path}/ref --hypothesis {tmp_path}/hyp".split()
    assert main([*arguments, "--langs", "zh-th", "--out", str(tmp_path / "out")]) == 2
    assert "2 outputs for 3 examples" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 2
    assert "--langs" in capsys.readouterr().err


def test_any_format_can_be_scored_directly(tmp_path: Path) -> None:
    """`score --examples F --generations FILE --format NAME`."""
    write_examples(tmp_path / "e.jsonl", EXAMPLES)
    path = made("wmt", tmp_path / "primary.jsonl")
    out = tmp_path / "out"
    assert main(f"score --examples {tmp_path}/e.jsonl --generations {path} --format wmt --out {out}".split()) == 0
    assert sorted(json.loads((out / "summary.json").read_text("utf-8"))["systems"]) == ["gold", "model"]
