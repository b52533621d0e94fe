"""All verdicts of a plan. Equal texts are a tie without a question: no judge could tell them apart, and no money is
spent on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from benchmark.judge import JudgeLike
from benchmark.judge.questions import Plan, first_questions, of_claims
from metrics.judge.records import CLAIMS, EXTRACT, PAIRWISE, TIE, Question, Verdict
from metrics.normalise import same_text

EQUAL = "equal texts"


def equal_pair(question: Question) -> bool:
    """Whether a pairwise question shows one text twice."""
    return question.kind == PAIRWISE and same_text(*question.texts)


def ask(judge: JudgeLike, questions: Sequence[Question]) -> list[Verdict]:
    """One verdict per question, in order."""
    todo = [q for q in questions if not equal_pair(q)]
    answered = iter(judge.verdicts(todo))
    return [Verdict(q, {"better": TIE, "reason": EQUAL}) if equal_pair(q) else next(answered) for q in questions]


def ask_all(judge: JudgeLike, plan: Plan, say: Callable[[str], None]) -> list[Verdict]:
    """All verdicts of a plan, retests among them."""
    questions = first_questions(plan)
    say(f"judge {judge.name}: {len(questions)} questions about {len(plan.items)} examples")
    verdicts = ask(judge, questions)
    if CLAIMS in plan.settings.protocols:
        further = of_claims(plan, [v for v in verdicts if v.question.kind == EXTRACT])
        say(f"judge {judge.name}: {len(further)} questions about claims and statements")
        verdicts += ask(judge, further)
    return verdicts
