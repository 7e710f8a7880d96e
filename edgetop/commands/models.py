"""``edgetop models write``: a model of the zoo in a framework's own format, at a place of the user's choice."""

from __future__ import annotations

import argparse
import os
import shutil

from edgetop import units
from edgetop.errors import CannotWrite, UnknownName, UsageError
from edgetop.inputs.calibration import SHIPPED_PICTURES, folder_pictures
from edgetop.networks import zoo
from edgetop.networks.files import agreement_of, model_file
from edgetop.networks.write import INT8
from edgetop.networks.writers import WRITERS
from edgetop.plan import ModelFile


def write(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop models write``."""
    zoo.card(arguments.model)
    if arguments.format not in WRITERS:
        raise UnknownName(f"no format named {arguments.format!r}", f"Formats: {', '.join(WRITERS)}")
    precision = arguments.precision or "fp32"
    if arguments.calibrate and precision != INT8:
        raise UsageError(f"{precision} is not calibrated", "Leave out --calibrate, or add --precision int8")
    pictures = folder_pictures(arguments.calibrate) if arguments.calibrate else SHIPPED_PICTURES
    written = model_file(arguments.model, arguments.format, precision, pictures=pictures)
    for source, target in zip(written.paths, _targets(written.paths, arguments.output)):
        try:
            shutil.copyfile(source, target)
        except OSError as error:
            raise CannotWrite(f"Cannot write {target}: {error.strerror}", "Choose another place with -o") from error
        print(target)
    if precision == INT8:
        _tell_agreement(written, model_file(arguments.model, arguments.format))
    return 0


def _tell_agreement(written: ModelFile, whole: ModelFile) -> None:
    """How the int8 file compares with the fp32 one, in answers and bytes."""
    found = agreement_of(written)
    if found is not None:
        which = (
            "none of them calibrated on" if found.unseen else "those it was calibrated on; on others it may do worse"
        )
        print(f"pictures it is judged on: {found.pictures}, {which}")
        if found.same_top1 is not None:
            share = units.percent(100 * found.same_top1 / found.pictures)
            print(f"same likeliest class as in fp32: {found.same_top1} of {found.pictures}, {share}")
        differences = f"{units.difference(found.largest)} at most, {units.difference(found.mean)} in the mean"
        print(f"outputs differ by {differences}, of values up to {units.significant(found.span)}")
    small, large = (sum(map(os.path.getsize, file.paths)) for file in (written, whole))
    print(f"{units.size(small)}, in fp32 {units.size(large)}")


def _targets(sources: tuple[str, ...], output: str) -> list[str]:
    """Where each file goes: the named place, its suffix exchanged where a format has two files."""
    if len(sources) == 1:
        return [output]
    stem = os.path.splitext(output)[0]
    return [stem + os.path.splitext(source)[1] for source in sources]
