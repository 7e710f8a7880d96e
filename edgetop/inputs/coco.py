"""COCO's annotations: which pictures, in the order of the file, and what is in each."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from edgetop.errors import BadInput

LARGEST_BYTES = 1 << 30
HINT = "Give COCO's instances_val2017.json, with its images, annotations and categories"


@dataclass(frozen=True)
class CocoPicture:
    """A picture as the annotations have it."""

    id: int
    name: str
    width: int
    height: int


@dataclass(frozen=True)
class Truth:
    """What is in the pictures."""

    pictures: tuple[CocoPicture, ...] = ()
    categories: Mapping[str, int] = field(default_factory=dict)
    """Name to number: of 1 to 90 in COCO 2017, eighty are used."""
    boxes: Sequence[Mapping[str, Any]] = ()
    """Annotations without their outlines."""
    sha256: str = ""
    """Of the file."""

    def part(self, ids: set[int]) -> dict[str, Any]:
        """The annotations of some pictures, as pycocotools takes them: numbered from 1, since it takes 0 for none."""
        boxes = (box for box in self.boxes if box["image_id"] in ids)
        return {
            "images": [{"id": number} for number in sorted(ids)],
            "annotations": [{**box, "id": number} for number, box in enumerate(boxes, 1)],
            "categories": [{"id": number, "name": name} for name, number in self.categories.items()],
        }

    def numbers_of(self, labels: Sequence[str]) -> dict[str, int]:
        """The numbers of the categories that a detector knows; raises BadInput where it knows none."""
        known = {name: self.categories[name] for name in labels if name in self.categories}
        if not known:
            raise BadInput(
                f"no category of the annotations is a label of the model: {', '.join(list(self.categories)[:3])}, …",
                "They are of another set; or name the labels of your own file with --labels",
            )
        return known


def read_truth(path: str) -> Truth:
    """The annotations in a file; raises BadInput."""
    try:
        if os.path.getsize(path) > LARGEST_BYTES:
            raise BadInput(f"{path} is too large", HINT)
        with open(path, "rb") as file:
            content = file.read()
        plain = json.loads(content)
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"cannot read {path}: {error}", HINT) from error
    try:
        pictures = tuple(
            CocoPicture(int(one["id"]), str(one["file_name"]), int(one["width"]), int(one["height"]))
            for one in plain["images"]
        )
        categories = {str(one["name"]): int(one["id"]) for one in plain["categories"]}
        boxes = tuple(_box(one) for one in plain["annotations"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadInput(f"{path} has no annotations of boxes ({type(error).__name__}: {error})", HINT) from error
    _check(path, pictures, categories, boxes)
    return Truth(pictures, categories, boxes, hashlib.sha256(content).hexdigest())


def _box(one: Mapping[str, Any]) -> dict[str, Any]:
    left, top, width, height = (float(edge) for edge in one["bbox"])
    return {
        "id": int(one["id"]),
        "image_id": int(one["image_id"]),
        "category_id": int(one["category_id"]),
        "bbox": [left, top, width, height],
        "area": float(one["area"]),
        "iscrowd": int(one.get("iscrowd", 0)),
    }


def _check(
    path: str, pictures: Sequence[CocoPicture], categories: Mapping[str, int], boxes: Sequence[Mapping[str, Any]]
) -> None:
    ids = {picture.id for picture in pictures}
    if not pictures or not categories or not boxes:
        raise BadInput(f"{path} has no images, no categories or no annotations", HINT)
    if len(ids) < len(pictures):
        raise BadInput(f"{path}: an image's id stands twice", HINT)
    numbers = set(categories.values())
    for box in boxes:
        if box["image_id"] not in ids or box["category_id"] not in numbers:
            raise BadInput(f"{path}: annotation {box['id']} is of an image or category that is not there", HINT)
