"""What `score` is given: examples and generations as the suite's own files, or any format of a neighbouring tool, as
one record."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from benchmark.arguments import SKIP_INVALID, arg
from benchmark.data.formats import FORMATS, read_format
from benchmark.data.segments import Given
from benchmark.data.userdata import TABULAR, read_table
from benchmark.scoring.asked import _of_first
from benchmark.scoring.score import System, group_systems
from metrics.errors import UserError
from metrics.indexed import index_examples, index_generations, index_lines, sha256_rows
from metrics.languages import code, pair
from metrics.lazily import Made
from metrics.records import (
    MAX_TEXT,
    Example,
    Generation,
    align_generations,
    read_examples,
    read_generations,
    sha256_file,
    sha256_json,
)
from metrics.rejects import Rejects

SMALL = 2**25
"""Bytes of files up to which their rows are kept in memory: they are gone through a dozen times."""
STAGE = "model"
"""Stage of outputs whose file names none."""
ARGUMENTS = [
    arg("--examples", metavar="FILE", help="examples.jsonl, or TSV or CSV with --langs"),
    arg("--generations", nargs="+", metavar="FILE", help="generations.jsonl, one or more"),
    arg(
        "--format",
        metavar="NAME",
        help=f"the --generations are in this format: {', '.join(FORMATS)}; each file is a system",
    ),
    arg("--source", metavar="FILE", help="sources as plain lines, one segment a line"),
    arg(
        "--reference",
        action="append",
        default=[],
        metavar="FILE",
        help="references as plain lines; may be given several times",
    ),
    arg(
        "--hypothesis",
        nargs="+",
        metavar="FILE",
        help="outputs as plain lines; each file is a system, named by the file",
    ),
    arg("--langs", metavar="SRC-TGT", help="languages of plain lines, TSV and foreign formats, such as zh-th"),
    arg("--source-lang", metavar="LANG", help="the same, apart"),
    arg("--target-lang", metavar="LANG", help="the same, apart"),
    SKIP_INVALID,
]
"""Of every command that scores files."""


@dataclass(frozen=True)
class Inputs:
    """Everything that is scored, and where it came from."""

    examples: Sequence[Example]
    """Of a trial the first ones; where the files allow it, read when they are asked for (`metrics.lazily`)."""
    groups: dict[System, Sequence[Generation]]
    """The generations of each system, in the order of the examples."""
    examples_hash: str
    files: list[Path]
    """All files that were read: none of them may be written over."""
    notes: list[str] = field(default_factory=list)
    """What was left out, for the terminal and the manifest."""


def read_inputs(args: argparse.Namespace) -> Inputs:
    """Reads what the command line names. Raises UserError where arguments do not fit together, counts differ, or a row
    cannot be used."""
    found = _read(args)
    if sum(path.stat().st_size for path in found.files) > SMALL:
        return found
    groups: dict[System, Sequence[Generation]] = {system: list(own) for system, own in found.groups.items()}
    return replace(found, examples=list(found.examples), groups=groups)


def _read(args: argparse.Namespace) -> Inputs:
    if args.limit is not None and args.limit < 1:
        raise UserError(f"--limit {args.limit}: at least 1")
    if args.source or args.hypothesis or args.reference:
        return _plain(args)
    if not args.generations:
        raise UserError(
            "score needs --examples FILE and --generations FILE, or --source FILE, "
            "--hypothesis FILE and --langs SRC-TGT"
        )
    if args.format:
        return _foreign(args)
    if not args.examples:
        raise UserError(
            "score needs --examples FILE beside --generations; outputs in another tool's format need --format NAME"
        )
    files = [Path(args.examples), *map(Path, args.generations)]
    digest = sha256_file(args.examples)
    failed: UserError | None = None
    if args.limit is None and not args.skip_invalid and files[0].suffix.lower() not in TABULAR:
        try:
            rows, places = index_examples(files[0])
            return Inputs(rows, dict(index_generations(files[1:], places)), digest, files)
        except UserError as error:
            failed = error  # of the first bad row; read as a whole, a file says of all its rows what is wrong
    notes: list[str] = []
    examples = _examples(args, notes)
    generations: list[Generation] = []
    for path in args.generations:
        rejects = Rejects(path, args.skip_invalid, offered=True)
        generations += read_generations(path, rejects)
        notes += [note] if (note := rejects.note()) else []
    if args.skip_invalid:
        examples, generations = _common(examples, generations, notes)
    listed = _listed(args, examples, generations, digest, files, notes)
    if failed is not None:
        raise failed
    return listed


def _listed(
    args: argparse.Namespace,
    examples: Sequence[Example],
    generations: Sequence[Generation],
    digest: str,
    files: list[Path],
    notes: list[str],
) -> Inputs:
    """Of lists: the first examples where it is a trial, and their generations system by system."""
    first = examples[: args.limit]
    if args.limit is not None:
        generations = _of_first(generations, examples, first, args.limit)
    groups = {key: align_generations(first, group) for key, group in group_systems(generations).items()}
    return Inputs(first, dict(groups), digest, files, notes)


def languages(args: argparse.Namespace) -> tuple[str, str]:
    """(source, target) of --langs, or of --source-lang and --target-lang. Raises UserError where they are not said."""
    if args.langs and (args.source_lang or args.target_lang):
        raise UserError("give --langs or --source-lang and --target-lang, not both")
    if not args.langs and not (args.source_lang and args.target_lang):
        raise UserError("the languages are not known: --langs SRC-TGT, such as --langs zh-th")
    return pair(args.langs) if args.langs else (code(args.source_lang), code(args.target_lang))


def _examples(args: argparse.Namespace, notes: list[str]) -> list[Example]:
    path = Path(args.examples)
    if path.suffix.lower() in TABULAR:
        return read_table(path, languages(args))
    rejects = Rejects(path, args.skip_invalid, offered=True)
    examples = read_examples(path, rejects)
    notes += [note] if (note := rejects.note()) else []
    return examples


def _common(
    examples: list[Example], generations: list[Generation], notes: list[str]
) -> tuple[list[Example], list[Generation]]:
    """With --skip-invalid: the examples that every system answers, and the generations of those."""
    answered: dict[tuple[str, str, int | None], set[str]] = {}
    for g in generations:
        answered.setdefault((g.system, g.stage, g.seed), set()).add(g.example_id)
    common = {e.id for e in examples}.intersection(*answered.values())
    kept = [e for e in examples if e.id in common]
    if not kept:
        raise UserError("no example is left that every system answers; were the generations made from these examples?")
    if len(kept) < len(examples):
        notes.append(
            f"{len(examples) - len(kept)} of {len(examples)} examples left out: not answered by every system "
            "(--skip-invalid)"
        )
    return kept, [g for g in generations if g.example_id in common]


def _systems(paths: list[str], option: str) -> dict[str, Path]:
    """System name -> file, named by the file without its ending. Raises UserError where two share a name."""
    found: dict[str, Path] = {}
    for path in map(Path, paths):
        name = path.name.split(".")[0] or path.name
        if name in found:
            raise UserError(f"{option}: {found[name]} and {path} would both be the system {name!r}; rename one file")
        found[name] = path
    return found


def _foreign(args: argparse.Namespace) -> Inputs:
    examples = _examples(args, []) if args.examples else None
    langs = languages(args) if examples is None else ("", "")
    first: list[Example] | None = examples
    generations: list[Generation] = []
    for system, path in _systems(args.generations, "--generations").items():
        found, made = read_format(args.format, path, Given(langs, system, STAGE, first))
        first = first if first is not None else found
        generations += made
    assert first is not None
    digest = sha256_file(args.examples) if args.examples else sha256_json([e.as_dict() for e in first])
    files = [Path(p) for p in [*([args.examples] if args.examples else []), *args.generations]]
    return _listed(args, first, generations, digest, files, [])


def _plain(args: argparse.Namespace) -> Inputs:
    if not args.source or not args.hypothesis or args.examples or args.generations:
        raise UserError(
            "plain lines need --source FILE and --hypothesis FILE (and --reference FILE), "
            "without --examples and --generations"
        )
    langs = languages(args)
    sources = index_lines(args.source)
    references = [index_lines(path) for path in args.reference]
    for path, lines in zip(args.reference, references, strict=True):
        if len(lines) != len(sources):
            raise UserError(
                f"{path}: {len(lines)} lines, {args.source} has {len(sources)}; line n of each file must be "
                "the same segment"
            )
    if not sources:
        raise UserError(f"{args.source}: holds no line")
    kept, notes = _kept(args, sources)

    def make(places: Sequence[int]) -> list[Example]:
        at = [kept[place] for place in places]
        columns = [lines.at(at) for lines in (sources, *references)]
        found = []
        for n, source, *own in zip(at, *columns, strict=True):
            texts = tuple(r for r in own if r.strip())
            found.append(Example(str(n + 1), source, texts or None, None, *langs, None, {}))
        return found

    examples = Made(len(kept), make)
    digest = sha256_rows(e.as_dict() for e in examples)
    files = [Path(p) for p in [args.source, *args.reference, *args.hypothesis]]
    systems = _systems(args.hypothesis, "--hypothesis")
    if args.limit is not None:
        whole, generations = list(examples), []
        for system, path in systems.items():
            generations += list(_outputs(system, path, len(sources), kept))
        return _listed(args, whole, generations, digest, files, notes)
    groups: dict[System, Sequence[Generation]] = {}
    for system, path in systems.items():
        groups[system, STAGE, None] = _outputs(system, path, len(sources), kept)
    return Inputs(examples, groups, digest, files, notes)


def _kept(args: argparse.Namespace, sources: Sequence[str]) -> tuple[Sequence[int], list[str]]:
    """(lines with a source, what was left out). UserError for an empty one that is not to be skipped."""
    empty = {n for n, source in enumerate(sources) if not source.strip()}
    if not empty:
        return range(len(sources)), []
    first = f"{args.source}, line {min(empty) + 1}: empty source"
    if not args.skip_invalid:
        raise UserError(
            f"{first} ({len(empty)} in all); remove these segments from all files, or go on without them by "
            "--skip-invalid"
        )
    if len(empty) == len(sources):
        raise UserError(f"{args.source}: every line is empty")
    note = f"{len(empty)} of {len(sources)} segments left out (--skip-invalid); the first: {first}"
    return [n for n in range(len(sources)) if n not in empty], [note]


def _outputs(system: str, path: Path, n: int, kept: Sequence[int]) -> Made[Generation]:
    """Of n lines, one an output, those that are kept. Raises UserError for another number of lines, or one too long."""
    lines = index_lines(path)
    if len(lines) != n or np.diff(lines.starts).max() > MAX_TEXT:
        rows = [Example(str(i + 1), "-", None, None, "zh", "th", None, {}) for i in range(n)]
        read_format("lines", path, Given(("zh", "th"), system, STAGE, rows))  # which says what is wrong

    def make(places: Sequence[int]) -> list[Generation]:
        at = [kept[place] for place in places]
        return [
            Generation(str(i + 1), system, STAGE, t, None, None, None) for i, t in zip(at, lines.at(at), strict=True)
        ]

    return Made(len(kept), make)
