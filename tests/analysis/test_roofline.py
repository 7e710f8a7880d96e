"""The roof is the best matrix product and what memory feeds; no point lies above it."""

import pytest

from edgetop.analysis.roofline import NO_PRODUCT, Point, gflops, roof
from edgetop.readings import Missing

GEMM = Point("numpy gemm_512", 126.0, 85.0)
SLOWER = Point("caffe gemm_512", 90.0, 85.0)


def test_a_matrix_product_and_a_model_in_operations_a_second():
    assert gflops(512**3, 2.13e-3) == pytest.approx(126.0, rel=1e-3)
    assert gflops(300_774_272, 3.6e-3) == pytest.approx(167, rel=1e-2)
    assert gflops(1, Missing("x")) == Missing("x")


def test_the_best_product_is_the_top_and_the_copy_the_slope():
    made = roof([SLOWER, GEMM], [Point("m", 20.0, 30.0)], 44.0)
    assert (made.gflops, made.of, made.notes) == (126.0, "numpy gemm_512", ())
    assert made.ridge == pytest.approx(2.86, abs=0.01)
    assert made.at(1.0) == 44.0 and made.at(100.0) == 126.0


def test_a_point_above_the_best_product_lifts_the_roof_and_it_is_said():
    made = roof([GEMM], [Point("OpenVINO mobilenet_v2", 191.0, 40.0)], 44.0)
    assert (made.gflops, made.of) == (191.0, "OpenVINO mobilenet_v2")
    assert "lifted" in made.notes[0] and "126" in made.notes[0]


def test_a_point_that_memory_could_not_feed_lifts_the_slope():
    made = roof([GEMM], [Point("m", 100.0, 1.0)], 44.0)
    assert made.gbps == 100.0 and "copy" in made.notes[0]
    assert made.at(1.0) == 100.0


@pytest.mark.parametrize("gbps", [3.0, 44.0, 1000.0, Missing("no room")])
def test_no_point_lies_above(gbps):
    points = [Point(str(n), 10.0 * n, 0.3 * n**2 + 0.1) for n in range(1, 40)]
    made = roof([GEMM], points, gbps)
    assert all(point.gflops <= made.at(point.intensity) * (1 + 1e-9) for point in points)


def test_without_a_product_or_a_copy_it_says_so():
    assert roof([], [Point("m", 20.0, 30.0)], 44.0) == NO_PRODUCT
    made = roof([GEMM], [], Missing("no room"))
    assert made.ridge == Missing("no room") and made.at(0.1) == 126.0
