"""The operators of a run without a screen: the longest ones, what the others are, side by side by name."""

from edgetop.commands.operator_tables import SHOWN, print_operators
from edgetop.commands.summary import print_summary
from edgetop.protocol import Operators, Snapshot
from edgetop.run_figures import RunFigures


def run_of(place, title, **rest):
    return RunFigures(place, title.lower(), title, "tiny", "fp32", 1, status="done", count=9, **rest)


def operators(place, count=3, prefix="layer", **rest):
    rows = tuple((f"{prefix}_{n}", "Conv", 1e6 * (n + 1), 1, None) for n in range(count))
    return Operators(place, rows, 20, plain_p50_ns=5e6, p50_ns=6e6, mean_ns=sum(r[2] for r in rows) / 0.96, **rest)


SNAPSHOT = Snapshot(0, "ended", (run_of(0, "LiteRT"), run_of(1, "ncnn"), run_of(2, "null")))


def test_a_table_shows_the_longest_and_counts_the_rest(capsys):
    print_operators(SNAPSHOT, {0: operators(0, SHOWN + 7)})
    told = capsys.readouterr().out
    assert told.count("layer_") == SHOWN and "layer_21 " in told and "layer_0 " not in told
    assert "… 7 more" in told
    assert "20 inferences, p50 6.00 ms with operators timed and 5.00 ms without, coverage 96 %" in told
    assert "by type: Conv 100 %" in told
    assert "side by side" not in told


def test_runs_stand_side_by_side_and_one_without_operators_says_why(capsys):
    timed = {0: operators(0), 1: operators(1), 2: Operators(2, missing="it has none", hint="Choose another")}
    print_operators(SNAPSHOT, timed)
    told = capsys.readouterr().out
    assert "operators of null: it has none. Choose another" in told
    side = told.partition("operators side by side")[2]
    assert "LiteRT" in side and "ncnn" in side and "null" not in side
    assert side.count("layer_") == 3


def test_names_that_have_nothing_in_common_are_not_joined(capsys):
    print_operators(SNAPSHOT, {0: operators(0), 1: operators(1, prefix="x")})
    told = capsys.readouterr().out
    assert "not side by side: the operators of LiteRT, ncnn have other names" in told


def test_names_from_a_file_draw_no_colours_and_no_markup(capsys):
    print_operators(SNAPSHOT, {0: operators(0, prefix="[red]\x1b[31m")})
    told = capsys.readouterr().out
    assert "\x1b" not in told and "[red]" in told


def test_brackets_and_control_characters_in_names_are_shown_as_they_are_or_as_a_sign(capsys):
    run = RunFigures(0, "litert", "LiteRT [/b]\x1b[31m", "net[/a]", "fp32\x1b[31m", 1, count=9, labels=(("[/c]", 0.5),))
    snapshot = Snapshot(0, "ended", (run, run_of(1, "[/d]")))
    print_summary(snapshot)
    print_operators(snapshot, {0: operators(0), 1: operators(1)})
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert all(name in told for name in ("net[/a]", "LiteRT [/b]", "[/c] 0.50", "operators of [/d]"))


def test_nothing_is_printed_where_nobody_asked(capsys):
    print_operators(SNAPSHOT, {})
    assert capsys.readouterr().out == ""


def test_the_summary_says_how_a_run_runs(capsys):
    print_summary(Snapshot(0, "ended", (run_of(0, "TVM", note="compiled in 4.2 s"),)))
    assert "TVM: compiled in 4.2 s" in capsys.readouterr().out
