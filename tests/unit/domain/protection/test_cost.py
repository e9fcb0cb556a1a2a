"""What it costs: a bound that only a mistake breaks. `python -m bench.protection` measures."""

from bench.protection import forty_statements, measure

GENEROUS = 10


def test_a_hundred_terms_in_forty_statements_cost_little():
    assert len(forty_statements()) == 40
    assert all(400 <= len(text) <= 600 for text in forty_statements())
    figures = measure(turns=15)
    assert figures["finding every hit, where there is none"] < 2 * GENEROUS, figures
    assert figures["making the matcher ready"] < 5 * GENEROUS, figures
