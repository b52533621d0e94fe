"""A made-up run directory with real-looking Chinese and Thai, for the report: five stages of planted quality, scored by
the real metrics.

Run as a script to look at the page: python tests/unit/report_run.py DIR [N]
"""

from __future__ import annotations

import json
import math
import random
import sys
from pathlib import Path
from typing import Any

from metrics.draws import Draws
from metrics.inventory import Inventory
from metrics.reading import calendar_words
from metrics.records import Example, Fact, Generation, write_examples, write_generations, write_jsonl
from metrics.scores import score_rows, write_scores
from metrics.segment import from_values
from metrics.summary import summarise

TASK = "newswire-title"
PERSONS = [
    ("王建国", "หวัง เจี้ยนกั๋ว"),
    ("李晓梅", "หลี่ เสี่ยวเหมย"),
    ("陈志强", "เฉิน จื้อเฉียง"),
    ("赵丽华", "จ้าว ลี่หัว"),
    ("周文彬", "โจว เหวินปิน"),
]
COMPANIES = [
    ("华星集团", "กลุ่มบริษัทหัวซิง"),
    ("远洋航运公司", "บริษัทเดินเรือหยวนหยาง"),
    ("东方电力公司", "บริษัทไฟฟ้าตงฟาง"),
    ("金桥银行", "ธนาคารจินเฉียว"),
    ("海风科技公司", "บริษัทเทคโนโลยีไห่เฟิง"),
    ("绿野食品公司", "บริษัทอาหารลวี่เหย่"),
]
PLACES = [
    ("曼谷", "กรุงเทพฯ"),
    ("成都", "เฉิงตู"),
    ("清迈", "เชียงใหม่"),
    ("广州", "กว่างโจว"),
    ("普吉", "ภูเก็ต"),
    ("昆明", "คุนหมิง"),
]
EVENTS = [
    ("起诉", "ยื่นฟ้อง"),
    ("收购", "เข้าซื้อกิจการ"),
    ("罢工", "นัดหยุดงาน"),
    ("签署协议", "ลงนามข้อตกลง"),
    ("停产", "หยุดสายการผลิต"),
]
CAUSES = [("专利侵权", "การละเมิดสิทธิบัตร"), ("拖欠工资", "การค้างจ่ายค่าแรง"), ("原料短缺", "การขาดแคลนวัตถุดิบ")]
MONTHS = list(calendar_words.MONTHS["th"])[:12]
STATE = {
    "base": (0.25, 0.04, 0.30),
    "post-sft": (0.62, 0.06, 0.16),
    "post-sft-continued": (0.65, 0.06, 0.15),
    "post-rl": (0.86, 0.62, 0.08),
    "post-recovery": (0.80, 0.08, 0.08),
}
"""stage -> (chance to state a salient fact, a background fact, to state a wrong one in its place)"""
OUT_OF_ORDER = "\u202eevil <script>alert(1)</script>\u0007 & ‮"


def world(n: int, facts: bool = True) -> list[Example]:
    """n articles with known facts; the same for equal n."""
    rng = random.Random(7)
    out = []
    for i in range(n):
        (co_zh, co_th), (other_zh, other_th) = rng.sample(COMPANIES, 2)
        (man_zh, man_th), (city_zh, city_th) = rng.choice(PERSONS), rng.choice(PLACES)
        (event_zh, event_th), (why_zh, why_th) = rng.choice(EVENTS), rng.choice(CAUSES)
        sum_, people, day, month, share = (
            rng.randint(2, 99),
            rng.randint(11, 980),
            rng.randint(1, 28),
            rng.randint(1, 12),
            rng.randint(3, 60),
        )
        source = (
            f"{month}月{day}日，{co_zh}在{city_zh}{event_zh}{other_zh}，涉及金额{sum_}亿元。{man_zh}表示，"
            f"此事源于{why_zh}，受影响员工达{people}人，占员工总数的{share}%。"
            f"分析人士认为，此举将影响整个行业。该公司未就此作出进一步说明，有关部门正在了解情况。"
        )
        gold = [
            Fact("organisation", (co_zh,), (co_th,), 0.9),
            Fact("event", (event_zh,), (event_th,), 1.0),
            Fact("organisation", (other_zh,), (other_th,), 0.9),
            Fact("money", (f"{sum_}亿元",), (f"{sum_ * 100} ล้านหยวน", f"{sum_}00 ล้านหยวน"), 0.7),
            Fact("relation", (), (f"{co_th}{event_th}{other_th}",), 0.8),
            Fact("place", (city_zh,), (city_th,), 0.3),
            Fact("person", (man_zh,), (man_th,), 0.3),
            Fact("cause", (why_zh,), (why_th,), 0.4),
            Fact("quantity", (f"{people}人",), (f"{people} คน",), 0.2),
            Fact("date", (f"{month}月{day}日",), (f"{day} {MONTHS[month - 1]}",), 0.2),
            Fact("percentage", (f"{share}%",), (f"ร้อยละ {share}",), 0.2),
        ]
        reference = f"{co_th}{event_th}{other_th} มูลค่า {sum_ * 100:,} ล้านหยวน"
        out.append(
            Example(f"test-{i:04d}", source, (reference,), tuple(gold) if facts else None, "zh", "th", f"doc-{i // 2}")
        )
    return out


def write_text(example: Example, stage: str, everything: Example) -> str:
    """What a stage writes about an article; `everything` is the same article with its facts."""
    states, background, wrong = STATE[stage]
    rng = random.Random(f"{stage}{example.id}")
    facts = everything.facts or ()

    def say(index: int, chance: float) -> str:
        if rng.random() > chance:
            return ""
        if rng.random() < wrong:
            kind = facts[index].type
            pool = {
                "organisation": COMPANIES,
                "place": PLACES,
                "person": PERSONS,
                "event": EVENTS,
                "cause": CAUSES,
            }.get(kind)
            return rng.choice(pool)[1] if pool else facts[index].target[0].replace("1", "7").replace("2", "4")
        return facts[index].target[0]

    text = say(0, states) + say(1, states) + say(2, states)
    if money := say(3, states - 0.1):
        text += f" มูลค่า {money}"
    for index, lead in ((5, " ใน"), (6, " โดย"), (7, " เหตุจาก"), (8, " กระทบพนักงาน "), (9, " เมื่อวันที่ "), (10, " คิดเป็น")):
        if said := say(index, background):
            text += lead + said
    if stage == "post-rl" and rng.random() < 0.4:
        text += " ซึ่งส่งผลกระทบต่ออุตสาหกรรมทั้งหมดและหน่วยงานที่เกี่ยวข้องกำลังตรวจสอบ" * rng.randint(1, 2)
    return text.strip()


def make_run(
    folder: Path,
    n: int = 40,
    facts: bool = True,
    stages: tuple[str, ...] = tuple(STATE),
    logs: bool = True,
    draws: int = 200,
    system: str = "demo",
) -> dict[str, Any]:
    """Writes a whole run directory and returns its summary."""
    from benchmark.scoring.families import Means, Scoring, score_system

    known, examples = world(n), world(n, facts)
    write_examples(folder / "examples" / f"{TASK}-test.jsonl", examples)
    means = Means(Inventory(examples), None, {}, None)
    made = {
        stage: [
            Generation(e.id, system, stage, write_text(e, stage, k), 30, "stop", None)
            for e, k in zip(examples, known, strict=True)
        ]
        for stage in stages
    }
    if "post-rl" in made:
        first = made["post-rl"][0]
        made["post-rl"][0] = Generation(
            first.example_id, system, "post-rl", first.text + OUT_OF_ORDER, 90, "length", None
        )
    for stage, texts in made.items():
        write_generations(folder / "generations" / TASK / f"{stage}.jsonl", texts)
    made["gold"] = [Generation(e.id, "gold", "gold", (e.reference or ("",))[0]) for e in examples]
    rows, table = [], {}
    for stage, texts in made.items():
        metrics = [
            m for m in score_system(Scoring(examples, texts, means)) if not m.metric.startswith(("reward.", "scorer."))
        ]
        f1 = next((m.sentence_values() for m in metrics if m.metric == "coverage.f1"), [0.5] * n)
        ids, rng = [e.id for e in examples], random.Random(stage)
        for name, noise in (("scorer.comet_qe", 0.08), ("reward.mean", 0.15)):
            values = [
                min(max((0 if math.isnan(v) else v) * 0.7 + min(len(t.text), 200) / 900 + rng.gauss(0, noise), 0), 1)
                for v, t in zip(f1, texts, strict=True)
            ]
            metrics.append(from_values(name, ids, values, f"{name}|made up", True))
        table[stage] = metrics
        rows += score_rows("gold" if stage == "gold" else system, stage, TASK, metrics)
    write_scores(folder / "scores.parquet", rows)
    run = {
        "task": TASK,
        "world_version": "1",
        "config_hash": "4f1c" * 16,
        "reward_id": "gate+batchlen|reranker:6c1fd9e02b7a",
        "n_para": 2000,
        "n_src": 20000,
        "sft_steps": 375,
        "rl_steps": 240,
        "recovery_steps": 125,
        "seed": 1,
    }
    lineage = {m.metric: (m.metric == "reward.mean", not m.metric.startswith("verbosity.")) for m in table["gold"]}
    summary = summarise(
        table,
        [e.doc_id for e in examples],
        run,
        lineage,
        draws=Draws(seed=1, bootstrap=draws, permutation=max(draws, 1000)),
    )
    summary["tasks"] = {TASK: {**summary}}
    (folder / "summary.json").write_text(json.dumps(summary, ensure_ascii=False), "utf-8")
    manifest = {
        "schema_version": "1",
        "command": "run",
        "argv": [],
        "config": {"run": {"task": TASK, "seed": 1}, "rl": {"beta": 0.02}},
        "config_hash": "4f1c" * 16,
        "commit": "0" * 40,
        "dirty": False,
        "packages": {"torch": "2.13.0", "vllm": None},
        "hardware": {},
        "data": {"test": {"sha256": "ab" * 32, "n": n}},
        "checkpoints": {"post-rl": {"weights_hash": "cd" * 32}},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    if logs:
        write_logs(folder / "logs")
    return summary


def write_logs(folder: Path, steps: int = 120, group: int = 8) -> None:
    """The logs of an RL run whose reward grows with length, as in the paper."""
    rng, rewards, rows, probe = random.Random(3), [], [], []
    for step in range(1, steps + 1):
        t = step / steps
        for i in range(group):
            raw = min(max(rng.gauss(0.35 + 0.4 * t, 0.12), 0), 1)
            gate = int(rng.random() < 0.9 + 0.1 * t)
            length = max(4, rng.gauss(24 + 55 * t**2, 8 + 12 * t))
            p_len, p_rep = max(0.0, rng.gauss(-0.3, 0.2)), max(0.0, rng.gauss(-0.1 + 0.1 * t, 0.1))
            shaped = raw - 0.2 * p_len - 0.05 * p_rep
            rewards.append(
                {
                    "step": step,
                    "index": i,
                    "raw": raw,
                    "gate": gate,
                    "p_len": p_len,
                    "p_rep": p_rep,
                    "shaped": shaped,
                    "reward": gate * max(shaped, 0),
                    "length": round(length),
                    "truncated": length > 100,
                }
            )
        rows.append(
            {
                "step": step,
                "reward_mean": 0.3 + 0.4 * t,
                "kl": 0.02 + 0.5 * t**1.5 + rng.random() * 0.05,
                "entropy": 1.9 - 0.9 * t,
                "clipped_ratio": 0.04 * t,
                "zero_std_groups": 0.1 + 0.1 * rng.random(),
                "loss": 0.01,
            }
        )
        if step % 20 == 0:
            probe.append(
                {
                    "step": step,
                    "coverage.recall": 0.6 + 0.25 * t,
                    "coverage.precision": 0.8 + 0.08 * t,
                    "coverage.f1": 0.68 + 0.17 * t,
                    "verbosity.chars": 60 + 90 * t,
                }
            )
    write_jsonl(folder / "rl_rewards.jsonl", rewards)
    write_jsonl(folder / "rl_steps.jsonl", rows)
    write_jsonl(folder / "rl_probe.jsonl", probe)


if __name__ == "__main__":
    make_run(
        Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 500, facts="nofacts" not in sys.argv, draws=2000
    )
