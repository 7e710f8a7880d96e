"""A run's operators as blocks along an inference."""

from edgetop.analysis.operators import breakdown
from edgetop.protocol import Operators
from edgetop.widgets.operator_strip import KINDS, kinds_of, strip


def table(*rows, mean_ns=100.0):
    return breakdown(
        Operators(0, tuple((f"o{n}", kind, ns, 1, at) for n, (kind, ns, at) in enumerate(rows)), mean_ns=mean_ns)
    )


def text(row):
    return "".join(part for part, _ in row)


def test_blocks_follow_the_order_of_execution_over_the_inference():
    told = table(("Conv", 50.0, 0.0), ("Pool", 20.0, 60.0), ("Conv", 20.0, 80.0))
    assert text(strip(told, 10, 100.0)) == "█████┈▓▓██"


def test_without_starts_they_follow_one_another():
    told = table(("Conv", 50.0, None), ("Pool", 20.0, None), ("Conv", 20.0, None))
    assert text(strip(told, 10, 100.0)) == "█████▓▓██┈"


def test_a_shorter_inference_ends_sooner():
    told = table(("Conv", 100.0, 0.0))
    assert text(strip(told, 10, 200.0)) == "█████"


def test_every_other_operator_is_paler_where_it_is_asked_for():
    told = table(("Conv", 50.0, 0.0), ("Conv", 50.0, 50.0))
    assert [ink for _, ink in strip(told, 10, 100.0)] == ["kind-1", "kind-1-pale"]
    assert [ink for _, ink in strip(told, 10, 100.0, paler=False)] == ["kind-1"]


def test_a_start_beyond_the_inference_draws_nothing():
    assert text(strip(table(("Conv", 50.0, 1e15)), 4, 100.0)) == "┈┈┈┈"
    assert strip(table(("Conv", 50.0, 0.0)), 0, 100.0) == ()


def test_the_types_that_take_longest_have_blocks_of_their_own():
    told = table(*((kind, ns, None) for kind, ns in zip("abcde", (50.0, 20.0, 15.0, 10.0, 5.0))))
    assert kinds_of(told) == {"a": 0, "b": 1, "c": 2, "d": KINDS, "e": KINDS}
