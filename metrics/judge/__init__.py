"""Judges, as far as they are pure: protocols, prompts, the reading of answers, and what verdicts come to in numbers.

Who answers (a model, a server, the gold facts, people) is the harness's: `benchmark.judge` and `benchmark.human`.
"""
