"""A data set whose pictures are labelled: which they are, in the order of its list, and what is right for each."""

from __future__ import annotations

import glob
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Optional

from edgetop.errors import BadInput
from edgetop.inputs import coco, imagenet
from edgetop.inputs.labelled import Listed, read_list

LISTS = ("val.txt", "val_map.txt", "labels.txt", "labels.csv", imagenet.GROUND_TRUTH)
"""Names of lists that are looked for in the folder of pictures, and beside it."""
HINT = (
    "Give --annotations: a list with a picture's name and its label a line, or COCO's instances_val2017.json; "
    "or a folder with a folder of pictures for each of ImageNet's WNIDs"
)


@dataclass(frozen=True)
class DataSet:
    """Pictures and what is right for each."""

    title: str
    folder: str
    names: tuple[str, ...]
    """Of the pictures, within the folder."""
    classes: tuple[int, ...] = ()
    """The right class of each, from 0, without a background; empty where boxes are to be found."""
    class_count: int = 0
    """Of the data set; 0 where it does not tell."""
    largest_at: str = ""
    """Where the largest class stands, in words."""
    truth: coco.Truth = field(default_factory=coco.Truth)

    @property
    def finds_boxes(self) -> bool:
        """Whether it is for detectors."""
        return not self.classes

    @cached_property
    def sha256(self) -> str:
        """Of the whole list: names and what is right."""
        digest = hashlib.sha256(json.dumps([self.names, self.classes]).encode())
        digest.update(self.truth.sha256.encode())
        return digest.hexdigest()

    def path(self, number: int) -> str:
        """Of a picture."""
        return os.path.join(self.folder, self.names[number])


def open_data_set(folder: str, annotations: str = "", labels: Sequence[str] = ()) -> DataSet:
    """The data set in a folder, its kind told by what lies there.

    ``annotations`` is the list of labels or COCO's file, else they are looked for; ``labels`` are the classes' names,
    for a list that has names instead of numbers. Raises BadInput, with file and line.
    """
    folder, annotations = (os.path.expanduser(path) for path in (folder, annotations))
    if not os.path.isdir(folder):
        raise BadInput(f"no folder at {folder}", "Give the folder with the pictures of the data set")
    if annotations and not os.path.isfile(annotations):
        raise BadInput(f"no file at {annotations}", HINT)
    annotations = annotations or _beside(folder)
    if annotations.endswith(".json"):
        return _checked(_coco(folder, annotations), annotations)
    listed: Optional[Listed]
    if os.path.basename(annotations) == imagenet.GROUND_TRUTH:
        listed = imagenet.devkit(folder, annotations)
    elif annotations:
        listed = read_list(annotations, folder, labels)
    else:
        listed = imagenet.folders(folder)
    if listed is None:
        raise BadInput(f"nothing in {folder} tells what its pictures show", HINT)
    return _checked(_labelled(folder, listed), annotations)


def _beside(folder: str) -> str:
    """The annotations in a folder of pictures, or beside it; empty where there are none."""
    parent, name = os.path.split(os.path.abspath(folder))
    places = [os.path.join(place, known) for place in (folder, parent) for known in LISTS]
    places += [os.path.join(parent, "annotations", f"instances_{name}.json")]
    places += glob.glob(os.path.join(glob.escape(folder), "annotations", "instances_val*.json"))
    return next((place for place in places if os.path.isfile(place)), "")


def _labelled(folder: str, listed: Listed) -> DataSet:
    largest = max(range(len(listed.classes)), key=listed.classes.__getitem__)
    where = listed.place(largest)
    return DataSet(listed.title, folder, listed.names, listed.classes, listed.class_count, where)


def _coco(folder: str, annotations: str) -> DataSet:
    truth = coco.read_truth(annotations)
    inner = os.path.join(folder, os.path.basename(annotations)[len("instances_") : -len(".json")])
    folder = inner if os.path.isdir(inner) else folder
    return DataSet("COCO", folder, tuple(picture.name for picture in truth.pictures), truth=truth)


def _checked(data: DataSet, annotations: str) -> DataSet:
    """Itself, if at least one of its pictures is there: otherwise the list is that of others."""
    if not any(os.path.exists(data.path(number)) for number in range(len(data.names))):
        raise BadInput(
            f"{annotations}: none of its {len(data.names)} pictures is in {data.folder}: {data.names[0]} and so on",
            "The list or the annotations are those of another set, or the pictures are in another folder",
        )
    return data


def background(data: DataSet, outputs: int, labels: int) -> int:
    """Classes that a model of so many outputs has before the first of ``labels``: 0, or 1 for a background.

    Raises BadInput where the data set's classes are not the model's.
    """
    known = data.class_count or labels
    if outputs - known not in (0, 1):
        raise BadInput(
            f"the model tells {outputs} classes apart, and {data.title} has {known}",
            "Choose a model of the data set's classes; or name those of your own file with --labels",
        )
    if max(data.classes) >= known:
        raise BadInput(
            f"{data.largest_at}: class {max(data.classes)}, and there are {known}, from 0 to {known - 1}",
            "A list that counts from 1, or has other classes, would be judged wrongly: number it from 0",
        )
    return outputs - known


def describe(data: DataSet, first: int) -> str:
    """Its name, how much of it, and the hash of its list."""
    whole = len(data.names)
    part = f"the first {first} of {whole} pictures" if 0 < first < whole else f"all {whole} pictures"
    return f"{data.title}, {part}, list {data.sha256[:12]}"
