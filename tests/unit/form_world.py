"""Texts of which the form is known."""

from __future__ import annotations

from functools import cache
from itertools import islice

import numpy as np

from benchmark.tasks.newswire.articles import body, title
from benchmark.tasks.newswire.splits import article_stream
from metrics.form.scores import FLUENCY, score_form
from metrics.records import Example
from metrics.segment import SegmentStats

N = 100


LANGS = ("th", "bo", "zh")


@cache
def world(lang: str, core: bool) -> tuple[tuple[Example, ...], tuple[str, ...]]:
    """Examples of the challenge buckets and their gold titles."""
    made = list(islice(article_stream("challenge", core), N))
    gold = tuple(title(a, lang) for a in made)
    return tuple(
        Example(f"e{i}", body(a, "zh"), (g,), None, "zh", lang) for i, (a, g) in enumerate(zip(made, gold, strict=True))
    ), gold


def scored(examples, texts, generations=None) -> dict[str, SegmentStats]:
    return {m.metric: m for m in score_form(examples, texts, generations)}


def fluent(lang: str, core: bool, texts) -> np.ndarray:
    return scored(world(lang, core)[0], texts)[FLUENCY].sentence_values()


REAL = {
    "th": ("ชาวบ้านริมคลองแสนแสบร้องเรียนกลิ่นเหม็นจากโรงฆ่าสัตว์เถื่อน", "ครูดอยสอนเด็กทำขนมครกขายหาทุนซ่อมหลังคาห้องสมุด"),
    "bo": ("ཨ་མ་ལགས་ཀྱིས་ཕྲུ་གུ་ཚོར་སྒྲུང་བཤད་པ་རེད།", "དགོང་དྲོ་ང་ཚོས་ཐུག་པ་བཟས་ནས་གླུ་བཏང་པ་ཡིན།"),
    "zh": ("老奶奶在胡同口摆摊卖了三十年糖葫芦", "邻居家的猫半夜跳上阳台偷吃咸鱼"),
}
