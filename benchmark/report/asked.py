"""How the texts came about: the prompt of the first example, the decoding of each stage, and what a checkpoint asked
for in vain."""

from __future__ import annotations

from typing import Any

from benchmark.report.safetext import plain


def prompt(manifest: dict[str, Any]) -> tuple[str, str] | None:
    """(example id, the prompt as the model got it); None where nothing was generated here."""
    found = manifest.get("prompt")
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        return None
    return plain(str(found.get("example_id"))), plain(found["text"])


def decoding(manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """(stage, decoding) in words; stages decoded alike share a line."""
    lines: dict[str, list[str]] = {}
    for name, step in (manifest.get("steps") or {}).items():
        kind, _, rest = name.partition("/")
        record = step.get("record") if isinstance(step, dict) else None
        if kind != "generate" or not isinstance(record, dict) or not isinstance(record.get("decoding"), dict):
            continue
        lines.setdefault(_words(record), []).append(rest.rpartition("/")[2])
    return [(plain(", ".join(stages)), plain(words)) for words, stages in lines.items()]


def _words(record: dict[str, Any]) -> str:
    how = record["decoding"]
    parts = [str(how.get("method"))]
    if how.get("temperature"):
        parts.append(f"temperature {how['temperature']}")
    ends = how.get("end_tokens") or []
    parts += [f"at most {how.get('max_new_tokens')} new tokens", f"end tokens {', '.join(map(str, ends))}"]
    if how.get("stop"):
        parts.append(f"stop texts {', '.join(map(repr, how['stop']))}")
    parts.append(
        f"think blocks {how.get('think')}"
        + (f" ({n} of {record.get('n')})" if (n := record.get("think_stripped")) else "")
    )
    if asks := record.get("checkpoint_asks"):
        parts.append("not used, though the checkpoint asks for it: " + ", ".join(f"{k} = {v}" for k, v in asks.items()))
    return "; ".join(parts)
