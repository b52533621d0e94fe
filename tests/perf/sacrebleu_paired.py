"""sacreBLEU's own paired bootstrap over the files that `score` is given, as a user would run it: BLEU over newmm's
words and chrF2, 1,000 resamples: `sacrebleu_paired.py FOLDER SYSTEM ...` (FOLDER/reference.txt, FOLDER/SYSTEM.txt)."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

from pythainlp.tokenize import word_tokenize
from sacrebleu.metrics import BLEU, CHRF
from sacrebleu.significance import PairedTest


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").rstrip("\n").split("\n")


def cut(texts: list[str]) -> list[str]:
    return [" ".join(word for word in word_tokenize(text, engine="newmm") if not word.isspace()) for text in texts]


if __name__ == "__main__":
    folder, *names = map(Path, sys.argv[1:])
    systems = [(name.name, lines(folder / f"{name}.txt")) for name in names]
    reference = lines(folder / "reference.txt")
    for metric, prepare in ((BLEU(tokenize="none", force=True), cut), (CHRF(), list[str])):
        named = [(name, prepare(texts)) for name, texts in systems]
        with contextlib.redirect_stderr(io.StringIO()):
            test = PairedTest(named, {"m": metric}, [prepare(reference)], test_type="bs", n_samples=1000)
            print(test()[1])
