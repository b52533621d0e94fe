"""Formats of other tools: --format -> what writes it, and what reads it back. Which version each was held against
stands at the top of its file."""

from __future__ import annotations

from benchmark.human.appraise import read_appraise, write_appraise
from benchmark.human.marot import read_marot, write_marot
from benchmark.human.pearmut import read_pearmut, write_pearmut

WRITERS = {"pearmut": write_pearmut, "marot": write_marot, "appraise": write_appraise}
READERS = {"pearmut": read_pearmut, "marot": read_marot, "appraise": read_appraise}
MTME = "mtme"
"""mt-metrics-eval: written by every import of esa, read back by name (`benchmark.human.mtme`)."""
