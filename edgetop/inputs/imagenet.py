"""ImageNet's validation pictures without a list of names and labels: in folders by WNID, or in the devkit's order."""

from __future__ import annotations

import os
from typing import Optional

from edgetop.errors import BadInput
from edgetop.inputs import wnids
from edgetop.inputs.calibration import SUFFIXES
from edgetop.inputs.labelled import Listed, read_lines

TITLE = "ImageNet validation"
GROUND_TRUTH = "ILSVRC2012_validation_ground_truth.txt"
META = "meta.mat"
ORDER = "devkit_order.txt"
"""A WNID a line, the nth that of the devkit's class n."""


def folders(folder: str) -> Optional[Listed]:
    """Pictures in a folder for each WNID, in the order of their own names, as ImageNet numbers them.

    None where there are no such folders; raises BadInput where their numbers cannot be told.
    """
    with os.scandir(folder) as entries:
        named = sorted(entry.name for entry in entries if wnids.is_wnid(entry.name) and entry.is_dir())
    if not named:
        return None
    numbers = wnids.numbers(named, folder)
    pairs = [(picture, wnid) for wnid in named for picture in _pictures(os.path.join(folder, wnid))]
    if not pairs:
        raise BadInput(f"no pictures in the {len(named)} folders of {folder}", f"They end in {', '.join(SUFFIXES)}")
    pairs.sort()  # by class, the first thousand would be of twenty classes
    names = tuple(os.path.join(wnid, picture) for picture, wnid in pairs)
    return Listed(TITLE, names, tuple(numbers[wnid] for _, wnid in pairs), folder, class_count=wnids.COUNT)


def devkit(folder: str, path: str) -> Listed:
    """Pictures in the order of their names, with the devkit's list of its own classes' numbers; raises BadInput.

    The devkit numbers classes from 1 in an order of its own, not as models do: only its map makes sense of them.
    """
    numbers = _devkit_map(os.path.dirname(os.path.abspath(path)))
    lines = read_lines(path)
    names = _pictures(folder)
    if len(names) != len(lines):
        raise BadInput(
            f"{path} has {len(lines)} labels, and {folder} has {len(names)} pictures",
            "Its labels have no names: the folder must hold all pictures, and no others",
        )
    for number, line in lines:
        if not (line.isdigit() and 1 <= int(line) <= wnids.COUNT):
            raise BadInput(
                f"{path}, line {number}: {line[:20]!r} is no number from 1 to {wnids.COUNT}", "Is it damaged?"
            )
    classes = tuple(numbers[int(line) - 1] for _, line in lines)
    return Listed(TITLE, tuple(names), classes, path, tuple(number for number, _ in lines), wnids.COUNT)


def _pictures(folder: str) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if entry.name.lower().endswith(SUFFIXES))


def _devkit_map(folder: str) -> list[int]:
    """The class, as models count, of each of the devkit's."""
    meta, order = os.path.join(folder, META), os.path.join(folder, ORDER)
    if os.path.exists(meta):
        found = _from_meta(meta)
    elif os.path.exists(order):
        found = wnids.read_wnids(order)
    else:
        raise BadInput(
            f"{GROUND_TRUTH} numbers classes in the devkit's own order, which is not that of any model",
            f"Put the devkit's {META} beside it, or {ORDER} with the WNID of the devkit's class n in line n",
        )
    if len(set(found)) != wnids.COUNT or len(found) != wnids.COUNT:
        raise BadInput(f"{len(set(found))} WNIDs in {folder}, not {wnids.COUNT}", "Give the devkit's own map")
    if found == sorted(found):
        raise BadInput(
            f"the WNIDs in {folder} are sorted, and the devkit's order is another", f"Give the devkit's {META}"
        )
    places = {wnid: number for number, wnid in enumerate(sorted(found))}
    return [places[wnid] for wnid in found]


def _from_meta(path: str) -> list[str]:
    """The WNIDs of classes 1 to 1000 in the devkit's MATLAB file."""
    try:
        from scipy.io import loadmat
    except ImportError as error:
        raise BadInput(
            f"{path} is a MATLAB file, which scipy reads, and that is not here",
            f"Install it: pip install scipy; or write the WNIDs of the devkit's classes 1 to 1000 into {ORDER}",
        ) from error
    try:
        synsets = loadmat(path, squeeze_me=True)["synsets"]
        pairs = sorted((int(row["ILSVRC2012_ID"]), str(row["WNID"])) for row in synsets)
    except Exception as error:  # the edge to scipy, which raises what it likes for a damaged file
        raise BadInput(f"cannot read {path}: {type(error).__name__}: {error}", "Unpack the devkit again") from error
    return [wnid for number, wnid in pairs if 1 <= number <= wnids.COUNT]
