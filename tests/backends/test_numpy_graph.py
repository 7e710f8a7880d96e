"""What is numpy's own: every node is timed, and a graph whose nodes do not fit together is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edgetop.backends.base import Options
from edgetop.backends.registry import backend
from edgetop.errors import BadModelFile
from edgetop.networks.writers import write
from edgetop.plan import ModelFile


def test_every_node_is_timed_one_after_another(load, graph):
    profile = load("numpy").operators(3)
    assert [o.name for o in profile.operators] == [node.name for node in graph("tiny").nodes[1:]]
    for before, after in zip(profile.operators, profile.operators[1:]):
        assert after.start_ns == pytest.approx(before.start_ns + before.mean_ns)
    whole = sum(profile.durations_ns) / 3
    last = profile.operators[-1]
    assert 0.5 * whole < sum(o.mean_ns for o in profile.operators) <= whole
    assert last.start_ns + last.mean_ns <= whole


def test_an_activation_is_told_with_its_operator(load):
    kinds = {o.name: o.type for o in load("numpy", "efficientnet_lite0").operators(1).operators}
    assert (kinds["stem"], kinds["block0_project"], kinds["block2_add"]) == ("conv+relu6", "conv", "add")


@pytest.mark.parametrize(
    ("place", "change"),
    [(1, {"stride": 3}), (1, {"groups": 7}), (1, {"act": "hard"}), (2, {"op": "soft"}), (1, {"inputs": ("x", "x")})],
)
def test_nodes_that_do_not_fit_together_are_refused(place, change, graph, tmp_path):
    nodes = list(graph("tiny").nodes)
    if "inputs" in change:
        change = {"inputs": nodes[place].inputs * 2}
    nodes[place] = replace(nodes[place], **change)
    path = tmp_path / "odd.npz"
    path.write_bytes(write(replace(graph("tiny"), nodes=tuple(nodes)), "graph")[0])
    with pytest.raises(BadModelFile, match=r"NumPy cannot load .*odd\.npz"):
        backend("numpy").load(ModelFile((str(path),), "graph", "own"), Options())
