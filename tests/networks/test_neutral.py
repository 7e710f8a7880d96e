"""The neutral graph as a file: what was written is read back, what is damaged is refused in words."""

from __future__ import annotations

import io
import json
import pickle
import zipfile

import numpy as np
import pytest

from edgetop.errors import BadModelFile
from edgetop.networks.neutral import STRUCTURE, read
from edgetop.networks.own import own_file
from edgetop.networks.writers import write


@pytest.fixture
def saved(tmp_path, built):
    """Writes a network's file."""

    def save(network="tiny"):
        path = tmp_path / f"{network}.npz"
        path.write_bytes(write(built(network), "graph")[0])
        return path

    return save


@pytest.fixture
def changed(saved):
    """Writes the tiny network's file with its structure or its arrays changed by a function."""

    def change(act):
        path = saved()
        with np.load(path) as arrays:
            kept = dict(arrays)
        structure = json.loads(kept.pop(STRUCTURE).tobytes())
        act(structure, kept)
        np.savez(path, **{STRUCTURE: np.frombuffer(json.dumps(structure).encode(), np.uint8)}, **kept)
        return path

    return change


@pytest.mark.parametrize("network", ["tiny", "efficientnet_b0", "gemm_512", "efficientdet_lite0", "shufflenet_v2_x1_0"])
def test_a_graph_is_read_back_as_it_was(network, saved, built):
    graph = read(str(saved(network)))
    assert (graph.name, graph.outputs) == (network, built(network).outputs)
    assert graph.sha256() == built(network).sha256()


def test_it_is_a_model_file_of_ones_own(saved):
    model = own_file(str(saved()))
    assert (model.format, model.input_shape) == ("graph", (1, 3, 32, 32))


def cut(data):
    return data[: len(data) // 2]


def a_single_array(data):
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


def another_archive(data):
    file = io.BytesIO()
    np.savez(file, weights=np.zeros(3))
    return file.getvalue()


def pickled(data):
    return pickle.dumps({"nodes": []})


def a_pickle_within(data):
    file = io.BytesIO()
    np.savez(file, **{STRUCTURE: np.array([{}], object)})
    return file.getvalue()


def a_number_in_the_middle_changed(data):
    return data[:3000] + bytes([data[3000] ^ 0x40]) + data[3001:]


def a_promise_of_a_terabyte(data):
    head = np.lib.format.magic(1, 0)
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({1 << 38},), }}\n".encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{STRUCTURE}.npy", head + len(text).to_bytes(2, "little") + text)
    return file.getvalue()


def a_damaged_head(data):
    return data[:8] + bytes(range(144, 200)) + data[64:]


DAMAGES = [
    *(cut, a_single_array, another_archive, pickled, a_pickle_within),
    *(a_number_in_the_middle_changed, a_damaged_head),
]


@pytest.mark.parametrize("damage", [*DAMAGES, a_promise_of_a_terabyte])
def test_a_damaged_file_is_refused_with_its_name(damage, saved):
    path = saved()
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadModelFile, match=r"tiny\.npz is not a whole neutral graph: ") as refusal:
        read(str(path))
    assert refusal.value.hint
    assert "pickle" not in refusal.value.title and "\\x" not in refusal.value.title


def no_such_field(structure, arrays):
    structure["nodes"][1]["color"] = 3


def its_own_input(structure, arrays):
    structure["nodes"][1]["inputs"] = [structure["nodes"][1]["name"]]


def twice_one_name(structure, arrays):
    structure["nodes"][2]["name"] = structure["nodes"][1]["name"]


def no_outputs(structure, arrays):
    structure["outputs"] = []


def a_negative_size(structure, arrays):
    structure["nodes"][0]["shape"][0] = -3


def a_word_for_a_size(structure, arrays):
    structure["nodes"][0]["shape"][0] = "three"


def a_list_of_nothing(structure, arrays):
    structure["nodes"] = [[]]


def no_nodes(structure, arrays):
    structure["nodes"] = []


def other_weights(structure, arrays):
    arrays["1.weight"] = arrays["1.weight"][:1]


def wide_weights(structure, arrays):
    arrays["1.bias"] = arrays["1.bias"].astype(np.float64)


def no_weights(structure, arrays):
    del arrays["1.weight"]


CHANGES = [
    *(no_such_field, its_own_input, twice_one_name, no_outputs, a_negative_size, a_word_for_a_size),
    *(a_list_of_nothing, no_nodes, other_weights, wide_weights, no_weights),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_structure_that_cannot_be_is_refused(change, changed):
    with pytest.raises(BadModelFile, match="not a whole neutral graph"):
        read(str(changed(change)))
