"""Weights of the user's own for networks of the zoo: kept in the data folder, with a record of where they are from.

The record holds the hash of everything, itself included: what has been damaged is noticed before it is used.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timezone
from typing import Optional

import numpy as np

from edgetop.config import weights_folder
from edgetop.errors import BadModelFile, CannotWrite
from edgetop.networks.cards import IMPORTED, ModelCard
from edgetop.networks.digest import file_sha256
from edgetop.networks.graph import Array, Graph, Node, Parameters
from edgetop.units import printable

DAMAGED = "imported, but damaged"
ELSEWHERE = "Free some room there, or set XDG_DATA_HOME to a folder that can be written"
LONGEST_NAME = 80


@dataclass(frozen=True)
class Record:
    """Where a network's weights are from."""

    network: str
    file: str
    """The name of the file they were in."""
    kind: str
    """What that file was: PyTorch, safetensors, Caffe or ncnn."""
    file_sha256: str
    date: str
    """ISO 8601, UTC."""
    weights_sha256: str
    """Of the file they are kept in."""
    graph_sha256: str
    """Of the network with them."""

    @property
    def check(self) -> str:
        """Hex digest of all of it."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def record(name: str) -> Optional[Record]:
    """Where the weights of a network are from, None where none were imported; BadModelFile where it is damaged."""
    try:
        with open(_record_path(name), encoding="utf-8") as file:
            content = json.load(file)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(name) from error
    names = {field.name for field in fields(Record)}
    if not isinstance(content, dict) or content.keys() != {*names, "check"}:
        raise _damaged(name)
    found = Record(**{key: str(content[key]) for key in names})
    if found.network != name or found.check != content["check"]:
        raise _damaged(name)
    return found


def overlaid(card: ModelCard) -> ModelCard:
    """The card of a network with what it says of imported weights; BadModelFile where they are damaged."""
    found = record(card.name)
    if not found:
        return card
    return replace(card, weights=IMPORTED + found.file, licence="not known", sha256=found.graph_sha256)


def weighted(graph: Graph) -> Graph:
    """The network with its imported weights, or as it is where there are none; BadModelFile where they are damaged."""
    found = record(graph.name)
    if not found:
        return graph
    _verify(found)
    try:
        with np.load(_weights_path(found), allow_pickle=False) as arrays:
            filled = graph.with_weights({node.name: _parameters(node, arrays) for node in _owners(graph)})
    except (KeyError, ValueError) as error:
        raise _of_another(found) from error
    if filled.sha256() != found.graph_sha256:
        raise _of_another(found)
    return filled


def verify(name: str) -> None:
    """Raise BadModelFile where the weights of a network were imported and are damaged."""
    found = record(name)
    if found:
        _verify(found)


def keep(graph: Graph, file: str, kind: str, sha256: str) -> Record:
    """Keep the weights of a graph as the network's from now on; raises CannotWrite, and then nothing has changed.

    They are from a ``file`` of that name, ``kind`` and ``sha256``.
    """
    folder = weights_folder()
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".importing-", dir=folder) as temporary:
            weights = os.path.join(temporary, "weights.npz")
            np.savez(weights, **_arrays(graph))
            found = Record(
                network=graph.name,
                file=printable(file)[-LONGEST_NAME:],
                kind=kind,
                file_sha256=sha256,
                date=datetime.now(timezone.utc).isoformat(timespec="seconds"),
                weights_sha256=file_sha256(weights),
                graph_sha256=graph.sha256(),
            )
            text = os.path.join(temporary, "record.json")
            with open(text, "w", encoding="utf-8") as record_file:
                json.dump({**asdict(found), "check": found.check}, record_file, indent=2)
            _publish(weights, _weights_path(found))
            _publish(text, _record_path(graph.name))  # last: what it names is there
        _sweep(graph.name, keep=_weights_path(found))
    except OSError as error:
        raise CannotWrite(f"cannot write {folder}: {error.strerror or error}", ELSEWHERE) from error
    return found


def forget(name: str) -> bool:
    """Go back to the weights the network came with; whether there were others. Raises CannotWrite."""
    path = _record_path(name)
    try:
        there = os.path.exists(path)
        if there:
            os.remove(path)
        _sweep(name)
    except OSError as error:
        raise CannotWrite(f"cannot remove {path}: {error.strerror}", "Remove it by hand") from error
    return there


def _publish(temporary: str, path: str) -> None:
    """Rename once the bytes are on the disk, so that a power cut leaves the whole file or none."""
    with open(temporary, "rb") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)


def _record_path(name: str) -> str:
    return os.path.join(weights_folder(), f"{name}.json")


def _weights_path(found: Record) -> str:
    """Named by what is in it: one who still reads the record of before finds either its weights or none."""
    return os.path.join(weights_folder(), f"{found.network}-{found.weights_sha256[:12]}.npz")


def _sweep(name: str, keep: str = "") -> None:
    for path in glob.glob(os.path.join(glob.escape(weights_folder()), f"{name}-{'[0-9a-f]' * 12}.npz")):
        if path != keep:
            os.remove(path)


def _owners(graph: Graph) -> tuple[Node, ...]:
    return tuple(node for node in graph.nodes if node.weight_shape and not node.weights_of)


def _arrays(graph: Graph) -> dict[str, Array]:
    named = ((f"{node.name}.{part}", getattr(node, part)) for node in _owners(graph) for part in ("weight", "bias"))
    return {name: array for name, array in named if array is not None}


def _parameters(node: Node, arrays: Mapping[str, Array]) -> Parameters:
    return arrays[f"{node.name}.weight"], arrays[f"{node.name}.bias"] if node.bias_shape else None


def _verify(found: Record) -> None:
    try:
        intact = file_sha256(_weights_path(found)) == found.weights_sha256
    except OSError:
        intact = False
    if not intact:
        raise _damaged(found.network)


def _damaged(name: str) -> BadModelFile:
    return BadModelFile(f"the imported weights of {name} are damaged", _again(name))


def _of_another(found: Record) -> BadModelFile:
    return BadModelFile(f"the imported weights of {found.network} are for another form of it", _again(found.network))


def _again(name: str) -> str:
    return f"Import them again, or go back to those it came with: edgetop models forget {name}"
