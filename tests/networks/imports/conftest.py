"""What a library's tensors of a graph would be, and a data folder to import into."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgetop.errors import BadModelFile
from edgetop.networks.imports.mapping import weights_of


@pytest.fixture
def restored():
    """The hash of a graph with the weights in some tensors."""
    return lambda graph, tensors: graph.with_weights(weights_of(graph, tensors)).sha256()


@pytest.fixture
def refuse():
    """Asserts that a file is refused with these words and with what to do."""

    def check(read, *words):
        with pytest.raises(BadModelFile) as caught:
            read()
        for word in words:
            assert word in str(caught.value)
        assert caught.value.hint

    return check


@pytest.fixture
def weights_home(tmp_path, monkeypatch):
    """An empty data folder; gives where imported weights go."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return Path(tmp_path / "data" / "edgetop" / "weights")


@pytest.fixture(scope="session")
def unfolded():
    """The tensors of a library from which a graph would have come, with batch norms drawn from a seed.

    Where the library has neither norm nor bias, the bias that the graph has is not in them.
    """

    def unfold(graph, layout, seed=3):
        draw, tensors = np.random.default_rng(seed), {}
        for node in graph.nodes:
            if not node.weight_shape or node.weights_of:
                continue
            module = layout.module(node.name)
            norm = {"scale": module, "conv": layout.norm(module)}.get(node.op, "")
            weight, bias = node.weight.astype(np.float64), node.bias
            if layout.folded:
                norm = ""
            if norm:
                variance, mean = draw.uniform(0.5, 2.0, bias.shape), draw.normal(0.0, 0.5, bias.shape)
                gamma = draw.uniform(0.5, 1.5, bias.shape)
                if node.op == "scale":
                    gamma = weight * np.sqrt(variance + layout.epsilon)
                factor = gamma / np.sqrt(variance + layout.epsilon)
                weight = weight / factor.reshape(-1, *(1,) * (weight.ndim - 1))
                tensors[f"{norm}.weight"], tensors[f"{norm}.bias"] = gamma, bias + mean * factor
                tensors[f"{norm}.running_mean"], tensors[f"{norm}.running_var"] = mean, variance
                tensors[f"{norm}.num_batches_tracked"] = np.array(7)
            elif bias is not None and (node.op != "conv" or layout.biased):
                tensors[f"{module}.bias"] = bias
            if norm != module:
                tensors[f"{module}.weight"] = weight
        return {name: np.asarray(array, np.int64 if array.ndim == 0 else np.float32) for name, array in tensors.items()}

    return unfold
