"""ImageNet's classes by their WNIDs: as models count them, in the order of the WNIDs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from edgetop.errors import BadInput

COUNT = 1000
LISTS = ("synsets.txt", "synset_words.txt", "imagenet_synsets.txt", "LOC_synset_mapping.txt")
"""Names of files with a WNID at the begin of each line, in any order."""


def is_wnid(text: str) -> bool:
    """Whether it looks like n01440764."""
    return re.fullmatch(r"n\d{8}", text) is not None


def numbers(named: Iterable[str], *folders: str) -> dict[str, int]:
    """WNID to class, from 0, for those named.

    Models count classes in the order of all thousand WNIDs. Where fewer are named, a list of all is looked for in the
    folders and above them. Raises BadInput without one, or for a WNID that is none of the thousand.
    """
    wanted = set(named)
    if len(wanted) in (0, COUNT):
        return {wnid: number for number, wnid in enumerate(sorted(wanted))}
    above = [os.path.dirname(os.path.abspath(folder)) for folder in folders]
    places = [os.path.join(folder, name) for folder in (*folders, *above) for name in LISTS]
    path = next((place for place in places if os.path.isfile(place)), "")
    if not path:
        raise BadInput(
            f"{len(wanted)} of ImageNet's {COUNT} WNIDs are here, which does not tell how a model counts them",
            f"Put a list of all {COUNT} WNIDs, one a line, beside them as {LISTS[0]}",
        )
    listed = set(read_wnids(path))
    if len(listed) != COUNT:
        raise BadInput(f"{path} has {len(listed)} WNIDs, not {COUNT}", "Give those of ILSVRC 2012, one a line")
    unknown = sorted(wanted - listed)
    if unknown:
        raise BadInput(f"{unknown[0]} is none of the {COUNT} WNIDs in {path}", "It is no class of ILSVRC 2012")
    return {wnid: number for number, wnid in enumerate(sorted(listed)) if wnid in wanted}


def read_wnids(path: str) -> list[str]:
    """The WNIDs at the begin of a file's lines, in their order; raises BadInput."""
    try:
        with open(path, encoding="utf-8") as file:
            words = [line.split(None, 1)[0] for line in file if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot read {path}: {error}", "Give a text file with a WNID a line") from error
    return [word for word in words if is_wnid(word)]
