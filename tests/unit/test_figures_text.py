"""Names that users choose go into figures as they are: nothing in them is a formula."""

from __future__ import annotations

import pytest

from benchmark.report.svg import axes, to_svg


@pytest.mark.parametrize("name", ["a$b", "$", "$$x_{", r"\frac{$1}{2}", "x_1^2", "ราคา $5 - $7"])
def test_a_dollar_in_a_name_is_a_dollar(name: str) -> None:
    """Stage, system and category names stand in titles, ticks, legends and notes."""
    figure, ax = axes(3, 2, name, name, name)
    ax.plot([0, 1], [0, 1], label=name)
    ax.set_xticks([0, 1], [name, name])
    ax.annotate(name, (0.5, 0.5))
    figure.legend(loc="outside lower left")
    assert str(to_svg(figure, "f", name)).count("<svg") == 1
