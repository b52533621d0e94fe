"""The forms as people meet them: filled in by clicks in a real browser, saved, and the file that they give out imported
again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from browser import dom_of, in_a_browser
from browser import told as told_by
from human_campaign import run_dir  # noqa: F401 - a fixture

from benchmark.cli import main
from metrics.judge.records import FORM_DIMENSIONS

CLICKS = """<script>
const click = (name, value) => document.querySelector(`input[name="${name}"][value="${value}"]`).click();
for (let n = 0; n < D.screens.length; n++) {
  const s = D.screens[n];
  if (D.protocol === "pairwise") click("better", ["A", "B", "tie"][n % 3]);
  if (D.protocol === "ranking") s.texts.forEach((t, i) => click("ABC"[i], 1 + (i + n) % 3));
  if (D.protocol === "dimensions") D.dimensions.forEach((d, i) => click(d, (i + n) % 6));
  if (D.protocol === "esa") {
    const box = document.querySelectorAll(".written")[1], range = document.createRange();
    range.setStart(box.firstChild, 1); range.setEnd(box.firstChild, 3);
    getSelection().removeAllRanges(); getSelection().addRange(range);
    document.querySelectorAll("#screen button")[n % 2].click();
    const slider = document.querySelector("input[type=range]"); slider.value = 10 + n;
    slider.dispatchEvent(new Event("input"));
  }
  const lang = document.getElementById("lang");
  if (n === 0) { lang.value = "th"; lang.dispatchEvent(new Event("change")); }
  document.getElementById("next").click();
}
document.getElementById("save").click();
document.title = JSON.stringify({
  given: document.getElementById("text").value, kept: JSON.parse(localStorage.getItem(KEY)).answers,
  count: document.getElementById("count").textContent, missing: document.getElementById("missing").className,
  width: [document.documentElement.scrollWidth, innerWidth],
});
</script>"""


def expected(protocol: str, n: int) -> dict[str, Any]:
    """What the clicks say on the n-th screen."""
    if protocol == "pairwise":
        return {"better": ("A", "B", "tie")[n % 3]}
    if protocol == "ranking":
        return {"ranks": {letter: 1 + (i + n) % 3 for i, letter in enumerate("ABC")}}
    if protocol == "dimensions":
        return {d: (i + n) % 6 for i, d in enumerate(FORM_DIMENSIONS["title"])}
    return {"score": 10 + n, "spans": [{"start": 1, "end": 3, "severity": ("minor", "major")[n % 2]}]}


@in_a_browser
@pytest.mark.parametrize("protocol", ["pairwise", "ranking", "dimensions", "esa"])
def test_a_form_filled_in_in_a_browser_comes_back(run_dir: Path, tmp_path: Path, protocol: str) -> None:
    args = ["human", "export", str(run_dir), "--protocol", protocol, "--raters", "1", "--items", "4", "--seed", "5"]
    before = set((run_dir / "human").glob("*"))
    assert main(args) == 0
    (folder,) = set((run_dir / "human").glob("*")) - before
    page = tmp_path / "rater1.html"
    form = (folder / "forms" / "rater1.html").read_text("utf-8")
    page.write_text(form.replace("</body>", f"{CLICKS}</body>"), "utf-8")
    told = told_by(dom_of(page, tmp_path, "--window-size=400,800", "--virtual-time-budget=5000"))
    screens = json.loads((folder / "campaign.json").read_text("utf-8"))["screens"]
    wanted = {s["id"]: expected(protocol, n) for n, s in enumerate(screens)}
    given = json.loads(told["given"])
    assert given["campaign"] == folder.name and given["rater"] == "rater1"
    assert given["answers"] == wanted == told["kept"], "kept as the rater goes, and given out whole"
    assert told["count"] == f"ตอบแล้ว {len(screens)} จาก {len(screens)}" and told["missing"] == "hidden"
    assert told["width"][0] <= told["width"][1], "nothing runs out of a phone's screen"
    path = tmp_path / "answers.json"
    path.write_text(told["given"], "utf-8")
    assert main(["human", "import", str(run_dir), str(path), "--campaign", folder.name]) == 0
    rows = [json.loads(r) for r in (folder / "ratings.jsonl").read_text("utf-8").splitlines()]
    assert {r["screen"]: r["answer"] for r in rows} == wanted
