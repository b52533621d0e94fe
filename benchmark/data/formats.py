"""Formats of neighbouring tools, read as examples and generations: one function and one line in FORMATS each.

A reader takes the file's rows and says what it found; ids, counts and languages are checked here, once, for all of
them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmark.data.answered import examples_of, ids_of
from benchmark.data.segments import Given, Segment, missing_keys, name_of, text_of, texts_of
from benchmark.registry import nearest
from metrics.errors import UserError
from metrics.files import parse_json, read_bytes, read_jsonl
from metrics.parquet import read_parquet, rows_of
from metrics.records import MAX_TEXT, Example, Generation
from metrics.tables import lines_of, read_tsv

WMT = '{"doc_id": "news-1", "hypothesis": "..."}'
METRICX = '{"source": "...", "hypothesis": "...", "reference": "..."}'
LM_EVAL = '{"doc_id": 0, "doc": {"source": "..."}, "target": "...", "filtered_resps": ["..."]}'
OUTPUTS = '{"outputs": ["...", "..."]}'
R1 = '{"source_text": "...", "reference_translation": "...", "generated_translation": "..."}'


def wmt(path: Path) -> list[Segment]:
    """WMT submissions: JSON Lines of doc_id and hypothesis, one line a segment or paragraph."""
    found = []
    for number, row in read_jsonl(path):
        where = f"{path}, line {number}"
        missing_keys(row, ("doc_id", "hypothesis"), where, WMT)
        found.append(Segment(name_of(row, "doc_id", where), text_of(row, "hypothesis", where)))
    return found


def metricx(path: Path) -> list[Segment]:
    """MetricX: JSON Lines of source, hypothesis and (for the reference-based versions) reference."""
    found = []
    for number, row in read_jsonl(path):
        where = f"{path}, line {number}"
        missing_keys(row, ("source", "hypothesis"), where, METRICX)
        name = str(row.get("id", row.get("segment_id", number)))
        found.append(
            Segment(
                name,
                text_of(row, "hypothesis", where),
                text_of(row, "source", where),
                texts_of(row.get("reference"), "reference", where),
            )
        )
    return found


def lm_eval(path: Path) -> list[Segment]:
    """lm-evaluation-harness sample logs (--log_samples): the filtered response where there is one, else the first raw
    one."""
    found = []
    for number, row in read_jsonl(path):
        where = f"{path}, line {number}"
        key = next((k for k in ("filtered_resps", "resps") if row.get(k) not in (None, [])), "filtered_resps")
        missing_keys(row, ("doc_id", "doc", *(() if "resps" in row else (key,))), where, LM_EVAL)
        answer = row.get(key)
        while isinstance(answer, list) and answer:
            answer = answer[0]
        if not isinstance(answer, str):
            raise UserError(
                f"{where}: no text in filtered_resps or resps; is the task one that generates? A right line: {LM_EVAL}"
            )
        doc = row["doc"] if isinstance(row["doc"], dict) else {}
        source = next(
            (doc[k] for k in ("source", "src", "sentence", "text", "input") if isinstance(doc.get(k), str)), None
        )
        found.append(
            Segment(str(doc.get("id", row["doc_id"])), answer, source, texts_of(row.get("target"), "target", where))
        )
    return found


def inspect_ai(path: Path) -> list[Segment]:
    """inspect_ai logs in JSON (`inspect log convert --to json`): samples with input, target and the model's message."""
    log = parse_json(read_bytes(path), str(path))
    samples = log.get("samples") if isinstance(log, dict) else None
    if not isinstance(samples, list):
        raise UserError(f"{path}: no list of samples; give a log in JSON (inspect log convert --to json)")
    found = []
    for number, sample in enumerate(samples, 1):
        where = f"{path}, sample {number}"
        if not isinstance(sample, dict):
            raise UserError(f"{where}: not an object")
        missing_keys(
            sample,
            ("id", "input", "output"),
            where,
            '{"id": 1, "input": "...", "target": "...", "output": {"choices": [...]}}',
        )
        if sample.get("error"):
            raise UserError(f"{where}: ended in an error, which is no empty output; run it again, or take it out")
        choices = sample["output"].get("choices") if isinstance(sample["output"], dict) else None
        choice = choices[0] if isinstance(choices, list) and choices and isinstance(choices[0], dict) else {}
        message: dict[str, Any] = choice["message"] if isinstance(choice.get("message"), dict) else {}
        content = message.get(
            "content", sample["output"].get("completion") if isinstance(sample["output"], dict) else None
        )
        if isinstance(content, list):
            content = "".join(
                str(part.get("text", "")) for part in content if isinstance(part, dict) and part.get("type") == "text"
            )
        if not isinstance(content, str):
            raise UserError(f"{where}: the output holds no message with a text")
        asked = sample["input"]
        if isinstance(asked, list):  # a conversation: the last turn of the user
            asked = next(
                (m.get("content") for m in reversed(asked) if isinstance(m, dict) and m.get("role") == "user"), None
            )
        finish = {"stop": "stop", "max_tokens": "length", "model_length": "length"}.get(str(choice.get("stop_reason")))
        found.append(
            Segment(
                str(sample["id"]),
                content,
                asked if isinstance(asked, str) else None,
                texts_of(sample.get("target"), "target", where),
                finish_reason=finish,
            )
        )
    return found


def trl(path: Path) -> list[Segment]:
    """TRL's completions parquet (`log_completions`): prompt and completion of one logged step."""
    table = read_parquet(path, "give one of completions/*.parquet")
    wanted = ("prompt", "completion")
    names = dict.fromkeys(table.column_names)
    missing_keys(names, wanted, str(path), "columns step, prompt, completion, ..., as TRL writes them")
    if any(table.column_names.count(name) > 1 for name in wanted):
        raise UserError(f"{path}: a column stands twice; give one of completions/*.parquet")
    rows = rows_of(table.select(list(wanted)), str(path))
    found = []
    for number, (prompt, completion) in enumerate(((row["prompt"], row["completion"]) for row in rows), 1):
        texts = [_last_turn(value) for value in (prompt, completion)]
        if any(t is None for t in texts):
            raise UserError(f"{path}, row {number}: prompt and completion must be texts or conversations")
        found.append(Segment(str(number), texts[1] or "", texts[0]))
    return found


def _last_turn(value: Any) -> str | None:
    if isinstance(value, list) and value and isinstance(value[-1], dict):
        value = value[-1].get("content")
    return value if isinstance(value, str) else None


def outputs(path: Path) -> list[Segment]:
    """{"outputs": [...]}: outputs alone, in the order of the examples."""
    table = parse_json(read_bytes(path), str(path))
    found = table.get("outputs") if isinstance(table, dict) else None
    if not isinstance(found, list):
        raise UserError(f'{path}: no list of texts under "outputs"; a right file: {OUTPUTS}')
    if (wrong := next((n for n, t in enumerate(found, 1) if not isinstance(t, str)), None)) is not None:
        raise UserError(f'{path}, output {wrong}: not a text; an empty output is ""; a right file: {OUTPUTS}')
    return [Segment(None, text) for text in found]


def r1(path: Path) -> list[Segment]:
    """A JSON list of source_text, reference_translation and generated_translation."""
    table = parse_json(read_bytes(path), str(path))
    if not isinstance(table, list) or any(not isinstance(row, dict) for row in table):
        raise UserError(f"{path}: not a JSON list of objects; a right one: [{R1}]")
    found = []
    for number, row in enumerate(table, 1):
        where = f"{path}, item {number}"
        missing_keys(row, ("source_text", "generated_translation"), where, R1)
        found.append(
            Segment(
                str(row.get("id", number)),
                text_of(row, "generated_translation", where),
                text_of(row, "source_text", where),
                texts_of(row.get("reference_translation"), "reference_translation", where),
            )
        )
    return found


def tsv(path: Path) -> list[Segment]:
    """TSV with the columns hypothesis and source or id; reference and doc_id may be there."""
    allowed = ("id", "source", "reference", "hypothesis", "doc_id")
    rows = read_tsv(path, ("hypothesis", "source|id"), allowed, "id<TAB>source<TAB>reference<TAB>hypothesis")
    return [
        Segment(
            row.get("id") or (str(n - 1) if row.get("source") else None),
            row["hypothesis"],
            row.get("source") or None,
            texts_of(row.get("reference"), "reference", f"{path}, line {n}"),
            row.get("doc_id") or None,
        )
        for n, row in rows
    ]


def lines(path: Path) -> list[Segment]:
    """Plain lines as sacreBLEU reads them: one output a line, in the order of the examples; empty lines are empty
    outputs."""
    return [Segment(None, line) for line in lines_of(path)]


FORMATS: dict[str, Callable[[Path], list[Segment]]] = {
    "wmt": wmt,
    "metricx": metricx,
    "lm-eval": lm_eval,
    "inspect": inspect_ai,
    "trl": trl,
    "outputs": outputs,
    "r1": r1,
    "tsv": tsv,
    "lines": lines,
}
"""name -> reader of one file."""


def read_format(name: str, path: Path, given: Given) -> tuple[list[Example], list[Generation]]:
    """A foreign file as (examples, generations of one system). Empty outputs are kept.

    Without `given.examples` the file must hold the sources. Raises UserError for an unknown format, a malformed row, a
    doubled id, or outputs that do not fit the examples in number or ids.
    """
    if name not in FORMATS:
        raise UserError(f"unknown format {name!r}; {nearest(name, FORMATS)}")
    segments = FORMATS[name](path)
    if not segments:
        raise UserError(f"{path}: holds no output; give the file with one output for each example, empty ones included")
    long = [n for n, s in enumerate(segments, 1) if len(s.text.encode("utf-8", "surrogatepass")) > MAX_TEXT]
    if long:
        raise UserError(
            f"{path}: {len(long)} of {len(segments)} outputs have more than {MAX_TEXT:,} bytes of UTF-8, the first is "
            f"output {long[0]}; cut them, or leave those segments out"
        )
    examples = given.examples if given.examples is not None else examples_of(segments, path, given.langs)
    ids = ids_of(segments, examples, path)
    return examples, [
        Generation(i, given.system, given.stage, s.text, None, s.finish_reason, s.seed)
        for i, s in zip(ids, segments, strict=True)
    ]
