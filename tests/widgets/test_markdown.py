"""Tables as Markdown: every cell in its place, and nothing that breaks a table."""

from edgetop.analysis.operators import breakdown
from edgetop.protocol import Operators
from edgetop.readings import Missing
from edgetop.run_figures import RunFigures, Verdict
from edgetop.widgets.markdown import figures_table, operators_table, table, values_of, verdicts_table

RUNS = (
    RunFigures(0, "litert", "LiteRT", "/home/pi/my|net.tflite", "fp32", 2, version="2.3.0", p50_ns=5e6, count=4400),
    RunFigures(1, "torch", "PyTorch", "mobilenet_v2", "fp32", 2, p50_ns=18e6, energy_j=Missing("no meter")),
)


def cells(text):
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines()]


def test_a_table_has_equal_lines_whatever_stands_in_it():
    text = table(["a", "b"], [["x|y", "1\x1b[31m\n2"]])
    assert text == "| a | b |\n| --- | ---: |\n| x&#124;y | 1 2 |\n"


def test_figures_are_in_the_order_of_the_screen():
    rows = cells(figures_table(RUNS, (1, 0)))
    assert rows[0] == ["", "B PyTorch", "A LiteRT"]
    found = {row[0]: row[1:] for row in rows}
    assert found["p50"] == ["18.0 ms", "5.00 ms"] and found["samples"] == ["0", "4 400"]
    assert found["model"] == ["mobilenet_v2", "my&#124;net.tflite"] and found["p99"] == ["–", "–"]
    assert {len(row) for row in rows} == {3}


def test_operators_and_verdicts():
    told = Operators(0, (("conv", "Conv", 3e6, 1, None), ("fc", "Gemm", 1e6, 2, None)), 20)
    assert cells(operators_table(breakdown(told), "A LiteRT"))[2:] == [
        ["conv", "Conv", "3.00 ms", "75.0 %", "75.0 %", "1"],
        ["fc", "Gemm", "1.00 ms", "25.0 %", "100.0 %", "2"],
    ]
    text = verdicts_table(RUNS, (Verdict("latency", 0, 1, "A is 3.6 times as fast as B"),))
    assert cells(text)[0][0] == "runs (A LiteRT, B PyTorch)"
    assert cells(text)[2] == ["A B", "latency", "A is 3.6 times as fast as B"]


def test_each_figure_that_there_is_can_be_had_alone():
    values = dict(values_of(RUNS, (0, 1)))
    assert values["p50 of A LiteRT"] == "5.00 ms" and values["samples of B PyTorch"] == "0"
    assert not any(name.startswith(("energy", "p99")) for name in values)
