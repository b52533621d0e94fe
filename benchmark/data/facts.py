"""`data facts`: facts read from real text, for a person to correct."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmark.arguments import LANGS, arg
from benchmark.data.export import EXAMPLE
from benchmark.data.userdata import read_parallel
from benchmark.keeping import keep_file
from metrics.errors import UserError
from metrics.open.comparison import VERIFIED, Comparison
from metrics.open.comparison import Fact as ReadFact
from metrics.open.facts import hold
from metrics.open.lists import name_list
from metrics.open.names import NameList
from metrics.records import Example, Fact, write_examples
from metrics.terminal import say

FACT_TYPES = {
    "number": "quantity",
    "percentage": "percentage",
    "money": "money",
    "date": "date",
    "year": "date",
    "decade": "date",
    "century": "date",
    "time": "time",
    "place": "place",
    "person": "person",
    "organisation": "organisation",
}
"""Kind of what was read -> type of a gold fact. What is not here (Latin names, identifiers, languages) has no type of
its own."""
BACKGROUND = 0.4
"""Salience of what the reference does not state: below the threshold of a salient fact."""
ARGUMENTS = [
    arg("--examples", metavar="FILE", help="examples.jsonl without facts, or TSV or CSV with --langs"),
    LANGS,
    arg("--names", metavar="FILE.tsv", help="your own names besides the shipped ones"),
    arg("--out", required=True, metavar="FILE", help="file to write"),
]
"""Of `data facts`."""


def command(args: argparse.Namespace) -> int:
    """`data facts --examples examples.jsonl --out checked.jsonl`."""
    if not args.examples:
        raise UserError("data facts needs --examples FILE.jsonl, whose facts are to be written down")
    keep_file(Path(args.out), EXAMPLE)
    own = Path(args.names).resolve() if args.names else None
    examples = [
        prefilled(example, name_list(example.source_lang, example.target_lang, own))
        for example in read_parallel(args.examples, args.langs)
    ]
    write_examples(Path(args.out), examples)
    n = sum(len(e.facts or ()) for e in examples)
    doubtful = sum(len(e.meta.get("facts_to_check", ())) for e in examples)
    say(
        f"{n} facts of {len(examples)} examples -> {args.out}",
        f"{doubtful} of them have target forms that no reference bears out "
        "(meta.facts_to_check): correct them by hand, then remove that list",
    )
    return 0


def prefilled(example: Example, known: NameList | None) -> Example:
    """The example with the facts that can be read from it; one that has facts is left as it is.

    Target surfaces are those of the (first) reference, with the list's forms of a name; where the reference states
    nothing, they are a guess, the fact is background, and its source surface is listed in meta.facts_to_check.
    """
    if example.facts is not None:
        return example
    reference = example.reference[0] if example.reference else ""
    found = hold(example, reference, known)
    forms = {found.source[m.start : m.end]: m.name.target for m in known.read(found.source)} if known else {}
    made: list[Fact] = []
    to_check = []
    for one in found.facts:
        if one.kind in FACT_TYPES:
            stated = one.outcome == VERIFIED
            made.append(
                Fact(FACT_TYPES[one.kind], (one.surface,), _targets(one, found, forms), 1.0 if stated else BACKGROUND)
            )
            if not stated:
                to_check.append(one.surface)
    meta = {**example.meta, "facts_to_check": to_check} if to_check else example.meta
    return Example(
        example.id,
        example.source,
        example.reference,
        tuple(made),
        example.source_lang,
        example.target_lang,
        example.doc_id,
        meta,
    )


def _targets(one: ReadFact, found: Comparison, forms: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    here = (found.text[one.at[0] : one.at[1]],) if one.at and one.outcome == VERIFIED else ()
    return tuple(dict.fromkeys((*here, *forms.get(one.surface, ())))) or (one.surface,)
