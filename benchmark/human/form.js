"use strict";
// Texts go onto the page as text nodes alone; nothing is fetched and nothing is sent.
const D = JSON.parse(document.getElementById("data").textContent);
const KEY = "sgsrl-" + D.campaign + "-" + D.rater;
const $ = (id) => document.getElementById(id);
let answers = {}, at = 0, lang = D.lang;
try { const kept = JSON.parse(localStorage.getItem(KEY) || "{}"); answers = kept.answers || {}; at = kept.at || 0; lang = kept.lang || lang; } catch (e) { answers = {}; }
if (!D.words[lang]) lang = "en";
at = Math.min(Math.max(0, at | 0), D.screens.length - 1);
const keep = () => { try { localStorage.setItem(KEY, JSON.stringify({answers, at, lang})); } catch (e) { /* private mode: the file at the end still works */ } };
const el = (name, text, cls) => { const e = document.createElement(name); if (text !== undefined) e.textContent = text; if (cls) e.className = cls; return e; };
const W = (k) => D.words[lang][k];
function whole(s, a) {
  if (!a) return false;
  if (D.protocol === "pairwise") return !!a.better;
  if (D.protocol === "ranking") return s.texts.every((t, i) => a.ranks && a.ranks["ABCDEFGH"[i]]) && Math.min(...Object.values(a.ranks)) === 1;
  if (D.protocol === "esa") return Number.isInteger(a.score);
  return D.dimensions.every((d) => Number.isInteger(a[d]));
}
function choice(name, value, label, checked, then) {
  const l = el("label"), i = el("input");
  i.type = "radio"; i.name = name; i.value = value; i.checked = checked;
  i.addEventListener("change", () => then(value));
  l.append(i, label); return l;
}
function card(title, text, lang, cls) {
  const c = el("div", undefined, "card"), w = el("div", undefined, "written " + (cls || ""));
  c.append(el("h2", title)); w.lang = lang; w.dir = "auto"; w.textContent = text; c.append(w); return c;
}
function marked(box, text, spans) {
  box.textContent = ""; let from = 0;
  for (const s of [...spans].sort((x, y) => x.start - y.start)) {
    if (s.start < from) continue;
    box.append(text.slice(from, s.start)); box.append(el("mark", text.slice(s.start, s.end), s.severity)); from = s.end;
  }
  box.append(text.slice(from));
}
function offset(box, node, n) {
  const r = document.createRange(); r.selectNodeContents(box); r.setEnd(node, n); return r.toString().length;
}
function show() {
  const s = D.screens[at], a = answers[s.id] || (answers[s.id] = {}), box = $("screen");
  document.documentElement.lang = lang;
  document.querySelectorAll("[data-w]").forEach((e) => { e.textContent = W(e.dataset.w); });
  $("ask").textContent = W(D.protocol); box.textContent = ""; $("missing").classList.add("hidden");
  $("intro").classList.toggle("hidden", at > 0);
  box.append(card(W("source"), s.source, s.source_lang, "source"));
  const changed = () => { keep(); count(); };
  s.texts.forEach((text, i) => {
    const letter = "ABCDEFGH"[i], c = card(W("text") + (s.texts.length > 1 ? " " + letter : ""), text, s.target_lang);
    if (D.protocol === "ranking") {
      const row = el("div", undefined, "choices"); row.setAttribute("role", "radiogroup"); row.setAttribute("aria-label", W("rank") + " " + letter);
      s.texts.forEach((t, k) => row.append(choice(letter, k + 1, String(k + 1), (a.ranks || {})[letter] === k + 1, (v) => { a.ranks = a.ranks || {}; a.ranks[letter] = v; changed(); })));
      c.append(row);
    }
    if (D.protocol === "esa") {
      const w = c.querySelector(".written"), row = el("div", undefined, "choices");
      a.spans = a.spans || []; marked(w, text, a.spans);
      for (const severity of ["minor", "major"]) {
        const b = el("button", W(severity));
        b.addEventListener("mousedown", (e) => e.preventDefault());
        b.addEventListener("click", () => {
          const sel = getSelection();
          if (!sel.rangeCount || sel.isCollapsed || !w.contains(sel.anchorNode) || !w.contains(sel.focusNode)) return;
          const r = sel.getRangeAt(0), start = offset(w, r.startContainer, r.startOffset), end = offset(w, r.endContainer, r.endOffset);
          a.spans = a.spans.filter((x) => x.end <= start || x.start >= end); a.spans.push({start, end, severity});
          marked(w, text, a.spans); sel.removeAllRanges(); changed();
        });
        row.append(b);
      }
      const clear = el("button", W("clear")); clear.addEventListener("click", () => { a.spans = []; marked(w, text, a.spans); changed(); }); row.append(clear);
      const range = el("input"), shown = el("b", Number.isInteger(a.score) ? String(a.score) : "–"), label = el("label", W("score") + ": ");
      range.type = "range"; range.min = 0; range.max = 100; range.value = Number.isInteger(a.score) ? a.score : 50;
      const set = () => { a.score = Number(range.value); shown.textContent = String(a.score); changed(); };
      range.addEventListener("input", set); range.addEventListener("click", set);
      label.append(shown, range); c.append(row, label);
    }
    if (D.protocol === "dimensions") for (const d of D.dimensions) {
      const row = el("div", undefined, "choices"); c.append(el("div", W(d), "criterion")); row.setAttribute("role", "radiogroup"); row.setAttribute("aria-label", W(d));
      for (let k = 0; k <= 5; k++) row.append(choice(d, k, String(k), a[d] === k, (v) => { a[d] = v; changed(); }));
      c.append(row);
    }
    box.append(c);
  });
  if (D.protocol === "pairwise") {
    const row = el("div", undefined, "choices"); row.setAttribute("role", "radiogroup"); row.setAttribute("aria-label", W("pairwise"));
    for (const [v, t] of [["A", W("text") + " A"], ["B", W("text") + " B"], ["tie", W("tie")]]) row.append(choice("better", v, t, a.better === v, (x) => { a.better = x; changed(); }));
    box.append(row);
  }
  $("back").disabled = at === 0; count();
}
function count() {
  const n = D.screens.filter((s) => whole(s, answers[s.id])).length;
  $("count").textContent = W("done") + " " + n + " " + W("of") + " " + D.screens.length; $("bar").value = n / D.screens.length;
  return n;
}
function result() {
  const given = {};
  for (const s of D.screens) if (whole(s, answers[s.id])) given[s.id] = answers[s.id];
  return JSON.stringify({campaign: D.campaign, rater: D.rater, protocol: D.protocol, answers: given});
}
$("back").addEventListener("click", () => { if (at > 0) at--; keep(); show(); scrollTo(0, 0); });
$("next").addEventListener("click", () => { if (at < D.screens.length - 1) { at++; keep(); show(); scrollTo(0, 0); } });
$("save").addEventListener("click", () => {
  const text = result(), link = el("a");
  $("missing").classList.toggle("hidden", count() === D.screens.length);
  $("text").value = text; $("out").classList.remove("hidden");
  link.href = URL.createObjectURL(new Blob([text], {type: "application/json"})); link.download = D.campaign + "-" + D.rater + ".json"; link.click();
});
for (const code of Object.keys(D.words)) { const o = el("option", D.words[code].name); o.value = code; o.selected = code === lang; $("lang").append(o); }
$("lang").addEventListener("change", (e) => { lang = e.target.value; keep(); show(); });
show();
