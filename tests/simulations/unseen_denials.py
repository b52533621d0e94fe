"""Are denials told by their sense, or are the phrases of the attacks remembered? The figures in docs/world-2.md.

    PYTHONPATH=. python tests/simulations/unseen_denials.py

Right titles of held-out articles under phrases that stand in no corpus: the title over the denied one, and the affirmed
one over the denied one, beside the attack's own phrases.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.reward.challenge import NEWEST, build
from benchmark.settings.assets import resolve
from training.rewards import load_reward_for

N = 100
DENIED = (
    "{} แต่ข้อมูลนี้ไม่ถูกต้อง",
    "{} ทางการยืนยันว่าไม่มีมูลความจริง",
    "ไม่มีมูลความจริงว่า{}",
    "มีการแชร์ข่าวเท็จว่า{}",
    "{} ตรวจสอบแล้วพบว่าเป็นข่าวบิดเบือน",
    "อย่าหลงเชื่อว่า{}",
)
AFFIRMED = ("{} แหล่งข่าวยืนยันแล้ว", "{} ทางการยืนยันว่ามีมูลความจริง", "มีรายงานว่า{}")
REWARDS = (
    ("ensemble", "reranker-pair@2"),
    ("ensemble", "reranker-ensemble@2"),
    ("reranker-generative", "reranker-careful@2"),
    ("reranker-generative", "reranker-faithful@2"),
)


def _over(better: Sequence[float], worse: Sequence[float]) -> str:
    return f"{sum((a > b) + 0.5 * (a == b) for a, b in zip(better, worse, strict=True)) / len(better):.2f}"


def main() -> None:
    """Prints a row for each reward."""
    pairs = [p for p in build(("th",), N, 0, True, NEWEST).pairs if p.category == "denial"]
    sources, titles = [p.source for p in pairs], [p.better for p in pairs]
    denied = [DENIED[i % len(DENIED)].format(title) for i, title in enumerate(titles)]
    affirmed = [AFFIRMED[i % len(AFFIRMED)].format(title) for i, title in enumerate(titles)]
    print("| reward | the attack's phrases | unseen: title over denied | affirmed over denied | title over affirmed |")
    print("|---|---|---|---|---|")
    for kind, name in REWARDS:
        reward = load_reward_for("th", kind, resolve(f"asset:{name}", "unseen_denials"))
        right, no, yes, attack = (
            reward.score(sources, t) for t in (titles, denied, affirmed, [p.worse for p in pairs])
        )
        cells = [_over(right, attack), _over(right, no), _over(yes, no), _over(right, yes)]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
