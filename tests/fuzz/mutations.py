"""How an input is damaged: values of other kinds at any place of a JSON text, lines and bytes lost, doubled or put in.

A mutation is a tuple of small numbers, so that hypothesis can make it smaller: fewer of them, and simpler ones.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

DEEP = "[" * 3000
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 1, 7, 0.5, -0.0, 1e308, 2**31, 2**63, 10**30, -(2**63) - 1),
    *(
        "",
        " ",
        "x",
        "post-rl",
        "gold",
        "\x00",
        "\x1b[2J",
        "\u202e\U000e0041",
        "\ud800",
        "../../etc/passwd",
        "/dev/zero",
    ),
    *(
        "ก" * 3000,
        "null",
        "NaN",
        "zh",
        "xx-Klingon",
        "module:function",
        "{source}",
        "{% for x in y %}",
        "a\tb\nc",
        "ไทย",
    ),
    *([], {}, [None], [[]], [{}], {"": ""}, {"a": None}, ["x"] * 40, [1, "a"], {"value": "x"}, [0.1] * 5),
]
TOKENS = [
    *(
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
        "9" * 5000,
        "1" + "0" * 400,
        DEEP,
        "{" * 3000,
        '"\\ud800"',
        "\x00",
        "\ufeff",
    ),
    *("\u2028", "\r", "\n", "\t", ",", '"', "'", "}", "]", "=", "#", ".", "\\", "\x85", "\x1b]0;x\x07", "null", "true"),
    *("-", "0x" + "f" * 2000, "1979-05-27T07:32:00Z", "[[x]]", "a = 1", "!!python/object:os.system x", "&a [*a]", "|"),
]
RAW = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"\x80",
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"PAR1",
    b"\x80\x04\x95",
    b"\xed\xa0\x80",
    b"\n" * 9,
]

Mutation = tuple[int, int, int]
MUTATIONS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 4095), st.integers(0, 4095)), min_size=1, max_size=4
).map(tuple)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """(container, key) of every value below."""
    found: list[tuple[Any, Any]] = []
    todo = [value]
    while todo:
        here = todo.pop()
        inner = (
            list(here.items()) if isinstance(here, dict) else list(enumerate(here)) if isinstance(here, list) else []
        )
        found += [(here, key) for key, _ in inner]
        todo += [v for _, v in inner]
    return found


def _change_value(root: list[Any], how: int, where: int, what: int) -> None:
    """Changes one place below root[0] in place."""
    places = _places(root)
    here, key = places[where % len(places)]
    value = deepcopy(VALUES[what % len(VALUES)])
    if how in (1, 2):  # of the same kind: it gets further
        alike = [v for v in VALUES if type(v) is type(here[key])]
        value = deepcopy(alike[what % len(alike)]) if alike else value
    if how <= 3 or (isinstance(here, list) and here is root):
        here[key] = value
    elif how == 4:
        del here[key]
    elif how == 5 and isinstance(here, dict):
        here[str(value)[:20]] = here.pop(key)
    elif how == 5:
        here.insert(key, value)
    elif how == 6:
        here[key] = [here[key]] * (what % 3)
    elif how == 7 and isinstance(here, dict):
        here["added"] = value
    elif how == 8:
        other, name = places[what % len(places)]
        here[key] = json.loads(json.dumps(other[name]))
    else:
        here[key] = {str(value)[:20]: here[key]}


def of_json(data: bytes, mutations: Sequence[Mutation]) -> bytes:
    """One JSON text, its values changed."""
    root = [json.loads(data)]
    for mutation in mutations:
        _change_value(root, *mutation)
    return json.dumps(root[0], ensure_ascii=True).encode()


def of_lines(data: bytes, mutations: Sequence[Mutation]) -> bytes:
    """JSON Lines: one object changed, a line lost or doubled."""
    rows = data.decode().splitlines()
    for how, where, what in mutations:
        at = where % max(1, len(rows))
        if not rows:
            break
        if how == 0:
            rows[at:] = rows[at + 1 :]
        elif how == 1:
            rows.insert(at, rows[at])
        elif how == 2:
            rows[at] = rows[at][: what % (len(rows[at]) + 1)]
        else:
            try:
                rows[at] = of_json(rows[at].encode(), [(how, where // 7, what)]).decode()
            except ValueError:
                rows[at] += TOKENS[what % len(TOKENS)]
    return "".join(row + "\n" for row in rows).encode()


def of_text(data: bytes, mutations: Sequence[Mutation]) -> bytes:
    """Tokens put in, cells and lines lost, doubled or changed."""
    text = data.decode("utf-8", "surrogateescape")
    for how, where, what in mutations:
        token = TOKENS[what % len(TOKENS)]
        at = where % (len(text) + 1)
        if how <= 2:
            text = text[:at] + token + text[at:]
        elif how <= 4:
            text = text[:at] + token + text[at + 1 + what % 9 :]
        elif how == 5:
            text = text[:at]
        elif how == 6:
            text = text[:at] + text[at + 1 + what % 40 :]
        elif how == 7:
            lines = text.split("\n")
            line = where % len(lines)
            cut = max(1, lines[line].find("=") + 1, lines[line].find("\t") + 1)
            lines[line] = lines[line][:cut] + (token if what % 2 else str(VALUES[what % len(VALUES)]))
            text = "\n".join(lines)
        elif how == 8:
            text = text[at:] + text[:at]
        else:
            text = text[:at] + text[: what % 200] + text[at:]
    return text.encode("utf-8", "surrogatepass") if max(text, default="") < "\udc80" else text.encode(errors="replace")


def of_bytes(data: bytes, mutations: Sequence[Mutation]) -> bytes:
    """Bits flipped, bytes lost, doubled, put in."""
    for how, where, what in mutations:
        at = where * max(1, len(data)) // 4096
        if how <= 3 and data:
            data = data[:at] + bytes([data[at] ^ (1 << what % 8)]) + data[at + 1 :]
        elif how <= 5:
            data = data[:at]
        elif how == 6:
            data = data[:at] + RAW[what % len(RAW)] + data[at:]
        elif how == 7:
            data = data[:at] + data[at + 1 + what % 64 :]
        else:
            data = data[:at] + RAW[what % len(RAW)] + data[at + 8 :]
    return data


MUTATORS: dict[str, Callable[[bytes, Sequence[Mutation]], bytes]] = {
    "json": of_json,
    "lines": of_lines,
    "text": of_text,
    "bytes": of_bytes,
}
