"""The best product of a machine is remembered by precision and threads; a damaged file is as none."""

import json
from pathlib import Path

import pytest

from edgetop.measure import bandwidth
from edgetop.measure.roofs import Product, keep_product, known_roof

MACHINE = {"board": "A", "cpu": "B", "cores": 2}
BEST = Product("OpenVINO gemm_1024", 120.0, 170.0)


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_the_best_one_is_kept_for_its_machine_precision_and_threads():
    assert known_roof("fp32", 1, MACHINE) == {}
    keep_product(BEST, "fp32", 1, MACHINE)
    keep_product(Product("Caffe gemm_512", 90.0, 85.0), "fp32", 1, MACHINE)
    assert known_roof("fp32", 1, MACHINE) == {"of": "OpenVINO gemm_1024", "gflops": 120.0, "intensity": 170.0}
    others = (("int8", 1, MACHINE), ("fp32", 2, MACHINE), ("fp32", 1, {**MACHINE, "cpu": "C"}))
    assert all(known_roof(*other) == {} for other in others)


def test_the_copy_in_memory_is_the_one_that_was_measured(monkeypatch):
    monkeypatch.setattr(bandwidth, "_measure", lambda threads, size: 44e9)
    assert bandwidth.bandwidth(2, MACHINE) == 44e9
    assert known_roof("fp32", 2, MACHINE) == {"gbps": 44.0}


@pytest.mark.parametrize("said", ["[", "[]", '{"x": 3}', '{"x": {"of": "a", "gflops": NaN, "intensity": 1}}'])
def test_what_is_damaged_is_not_known_and_is_written_anew(said, tmp_path):
    (file,) = _kept(tmp_path)
    file.write_text(said)
    assert known_roof("fp32", 1, MACHINE) == {}
    keep_product(BEST, "fp32", 1, MACHINE)
    assert known_roof("fp32", 1, MACHINE)["gflops"] == 120.0
    json.loads(file.read_text())


def _kept(folder: Path) -> list[Path]:
    keep_product(BEST, "fp32", 1, MACHINE)
    return list(folder.rglob("roofs.json"))
