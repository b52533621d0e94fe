"""Tasks from a TOML file: real corpora whose texts lie with the user, and any parallel file of one's own (`--task
file:my-task.toml`).

The file says languages, prompt, licence, citation and where the texts come from; each [[texts]] is one layout in which
they may lie, tried in order under the data folder (--data or BENCH_DATA_DIR). The split's sha256 is over ids, sources
and references as read, so that every layout of the same split has the same.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from benchmark.tasks.layouts import read_layout
from benchmark.tasks.spec import TaskFile
from benchmark.tasks.task import Task
from metrics.errors import UserError
from metrics.files import read_toml, sha256_json
from metrics.records import Example

FOLDER = Path(__file__).resolve().parent / "corpora"
DATA_DIR = "BENCH_DATA_DIR"
DOWNLOAD = "BENCH_DATA_DOWNLOAD"
"""Set to 1 for this process by --download."""
SPLIT = "test"


def shipped() -> dict[str, Path]:
    """name -> task file of the corpora that the suite knows."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}


def read_task_file(path: Path) -> TaskFile:
    """A task file. Raises UserError that names the key that is wrong."""
    try:
        found = TaskFile.model_validate(read_toml(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(
            f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}; see the task files in benchmark/tasks/corpora"
        ) from None
    return found


def file_task(path: Path, *, own: bool = False) -> Task:
    """The task of a file. own: texts are looked for beside the file, too. Raises UserError for a malformed file; texts
    are read by `load`."""
    spec = read_task_file(path)
    near = path.resolve().parent if own else None
    return Task(
        spec.name,
        spec.source_lang,
        spec.target_lang,
        spec.version,
        spec.prompt,
        partial(_load, spec, near),
        of_world=False,
    )


def absent(path: Path) -> bool:
    """Whether the texts of a task file are in none of the places where they may lie."""
    spec, told = read_task_file(path), os.environ.get(DATA_DIR)
    if told and os.environ.get(DOWNLOAD) == "1" and spec.hub is not None:
        return False
    return not told or not any((Path(told).expanduser() / texts.source).is_file() for texts in spec.texts)


def look_in(folder: str | None, download: bool = False) -> None:
    """--data: where the texts of this process's tasks lie, before BENCH_DATA_DIR; --download: what is missing there is
    asked of the hub. Raises UserError where there is no such folder."""
    if download:
        os.environ[DOWNLOAD] = "1"
    if folder is None:
        return
    path = Path(folder).expanduser().resolve()
    if not path.is_dir():
        raise UserError(f"--data {folder}: no such folder; give the one that holds the texts of the corpora")
    os.environ[DATA_DIR] = str(path)


def split_hash(examples: list[Example]) -> str:
    """sha256 over ids, sources and references, in order."""
    return sha256_json([[e.id, e.source, list(e.reference or ())] for e in examples])


def provenance(name: str, examples: list[Example]) -> dict[str, str | bool | None] | None:
    """What a run's manifest keeps of a corpus: where its texts are from and the hash of what was read; None for the
    embedded world. examples: the whole split.

    pinned: the task file knows the hash, so these are the texts that it means; else this record is the pin.
    """
    path = Path(name.removeprefix("file:")).expanduser() if name.startswith("file:") else shipped().get(name)
    if path is None:
        return None
    spec = read_task_file(path)
    return {
        "task": spec.name,
        "version": spec.version,
        "home": spec.home,
        "revision": spec.revision,
        "licence": spec.licence,
        "sha256": split_hash(examples),
        "pinned": spec.sha256 is not None,
    }


def _load(spec: TaskFile, near: Path | None, split: str, n: int | None = None) -> list[Example]:
    layouts = [texts for texts in spec.texts if texts.split == split]
    if not layouts:
        known = " and ".join(dict.fromkeys(texts.split for texts in spec.texts))
        raise UserError(
            f"task {spec.name} has the split {known} alone, not {split!r}; for training give your own files "
            "(data.para, data.src ...)"
        )
    told = os.environ.get(DATA_DIR)
    folders = [folder for folder in (near, Path(told).expanduser() if told else None) if folder is not None]
    asked = os.environ.get(DOWNLOAD) == "1"
    for attempt in ("as it is", "downloaded"):
        for folder in folders:
            for texts in layouts:
                if (folder / texts.source).is_file():
                    examples = read_layout(spec, texts, folder)
                    return _checked(spec, split, examples, folder / texts.source)[:n]
        if attempt == "downloaded" or not asked:
            break
        from benchmark.tasks.download import fetch

        fetch(spec, told, where_from(spec, split, asked))
    raise UserError(f"task {spec.name}: its texts are not here; {where_from(spec, split, asked)}")


def where_from(spec: TaskFile, split: str = SPLIT, asked: bool = False) -> str:
    """Where to get the texts of a task, and where to put them, for messages. asked: the hub has been asked already."""
    told = os.environ.get(DATA_DIR)
    places = ", or ".join(
        " and ".join(str(Path(told or DATA_DIR) / name) for name in (t.source, t.reference) if name)
        for t in spec.texts
        if t.split == split
    )
    return (
        f"get them from {spec.home} (revision {spec.revision}, {spec.licence}) and put them at {places}"
        + ("" if told else f", and name that folder by --data DIR or {DATA_DIR}")
        + ("" if spec.hub is None or asked else "; --download asks the hub for them")
    )


def _checked(spec: TaskFile, split: str, examples: list[Example], where: Path) -> list[Example]:
    if not examples:
        raise UserError(f"{where}: holds no pair of task {spec.name}")
    if split == SPLIT and spec.sha256 is not None and (found := split_hash(examples)) != spec.sha256:
        raise UserError(
            f"{where}: not the split of task {spec.name} ({len(examples)} pairs, sha256 {found[:12]}..., "
            f"wanted {spec.n} pairs, "
            f"{spec.sha256[:12]}...); take revision {spec.revision} of {spec.home}, or make a task file of your own"
        )
    return examples
