"""``edgetop bench``: a matrix of runs from a plan file, measured session by session, in one table at the end."""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Sequence

from edgetop.backends.availability import availabilities
from edgetop.backends.registry import names
from edgetop.backends.serving import serving
from edgetop.commands.bench_cooling import cool, temperature_c
from edgetop.commands.bench_progress import BenchProgress, counted, minutes
from edgetop.commands.bench_table import print_bench, to_csv, to_markdown
from edgetop.commands.final import final
from edgetop.commands.headless import Signals, check_json_path, write_json, write_text
from edgetop.config import default_threads, load_settings, matrices_folder
from edgetop.engine.matrix import HERE, Group, Matrix, Setting, groups
from edgetop.engine.matrix_file import plan_path, read_matrix
from edgetop.engine.matrix_folder import Facts, MatrixFolder
from edgetop.engine.matrix_result import Cell, Measured, bench_result, cells
from edgetop.engine.matrix_scores import best_products, under_roofs
from edgetop.engine.start import live_loop
from edgetop.errors import UsageError
from edgetop.machine import describe_machine
from edgetop.measure.bandwidth import bandwidth
from edgetop.measure.roofs import Product, keep_product
from edgetop.networks import zoo
from edgetop.readings import Missing

NO_FRAMEWORKS = ("null", "coral")
"""Not meant by ``here``: one computes nothing, the other takes only models that were made for it."""


def bench(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop bench``."""
    settings = load_settings(arguments.config)
    outputs = (arguments.json, arguments.csv, arguments.markdown)
    for path in filter(None, outputs):
        check_json_path(path)
    if outputs.count("-") > 1:
        raise UsageError("Two outputs to standard output", "Name a file for one of --json, --csv and --markdown")
    said = read_matrix(plan_path(arguments.plan))
    folder = MatrixFolder(arguments.out or os.path.join(matrices_folder(), said.name))
    setting = Setting(
        settings.ina219, settings.run.deadlines, settings.run.power, serving(settings.python, arguments.python)
    )
    facts = folder.facts()
    if facts is None and arguments.table_only:
        raise UsageError(f"Nothing was measured in {folder.path}", "Leave out --table-only, or say the --out of before")
    facts = facts or _facts(said, setting)
    matrix = _resolved(said, facts)
    made = _chosen(said, groups(matrix, dataclasses.replace(setting, cools=facts.start_c is not None)))
    if arguments.dry_run:
        return _list(matrix, made, folder)
    code = 0 if arguments.table_only else _measure(matrix, made, folder, facts, setting)
    told = _tell(arguments, matrix, made, folder)
    return code or told


def _facts(matrix: Matrix, setting: Setting) -> Facts:
    """What is found out before the first session; raises UsageError where the plan's data set is not here."""
    data = os.path.expanduser(matrix.accuracy.data)
    if data and not os.path.isdir(data):
        raise UsageError(f"[accuracy] data: no folder at {data}", "Give the folder with the pictures, or leave it out")
    frameworks: tuple[str, ...] = ()
    if matrix.frameworks == (HERE,):
        found = availabilities(names(), {name: server.python for name, server in setting.served.items()})
        frameworks = tuple(
            name for name, here in found.items() if name not in NO_FRAMEWORKS and not isinstance(here.version, Missing)
        )
    return Facts(frameworks, default_threads(), start_c=temperature_c())


def _resolved(matrix: Matrix, facts: Facts) -> Matrix:
    """The matrix with its frameworks and threads said."""
    frameworks = facts.frameworks if matrix.frameworks == (HERE,) else matrix.frameworks
    threads = tuple(dict.fromkeys(number or facts.threads for number in matrix.threads))
    return dataclasses.replace(matrix, frameworks=frameworks, threads=threads)


def _chosen(said: Matrix, made: tuple[Group, ...]) -> tuple[Group, ...]:
    """Of the frameworks that are here, those that can run a model are meant."""
    if said.frameworks != (HERE,):
        return made
    return tuple(dataclasses.replace(group, refused=()) for group in made if group.plan is not None)


def _list(matrix: Matrix, made: Sequence[Group], folder: MatrixFolder) -> int:
    """What would be measured, in order."""
    for group in made:
        done = " (measured)" if folder.has(group) else ""
        if group.plan is not None:
            runs = ", ".join(f"{run.framework}:{run.variant}" for run in group.plan.runs)
            print(f"{group.name}: {runs}{done}")
        for spec, reason in group.refused:
            print(f"{group.name}: not {spec.framework}: {reason}")
    print(f"{_count(made)}, {_estimate([group for group in made if not folder.has(group)])}")
    return 0


def _count(made: Sequence[Group]) -> str:
    runs = sum(len(group.plan.runs) for group in made if group.plan is not None)
    sessions = sum(group.plan is not None for group in made)
    return f"{counted(runs, 'run')} in {counted(sessions, 'session')}"


def _estimate(left: Sequence[Group]) -> str:
    seconds = [group.seconds for group in left if group.plan is not None]
    if not seconds:
        return "all measured"
    if not all(seconds):
        return "ending by their counts"
    return f"{minutes(sum(seconds))} of measuring; writing and loading the models come on top"


def _measure(matrix: Matrix, made: Sequence[Group], folder: MatrixFolder, facts: Facts, setting: Setting) -> int:
    """Measure what is not measured yet; the exit code: 128 + n where signal n ended it."""
    done = {group.name for group in made if folder.has(group)}  # what does not fit is refused before work begins
    folder.claim()
    left = [group for group in made if group.name not in done and group.plan is not None]
    print(
        f"{folder.path}: {_count(made)}, {len(done)} measured already; {_estimate(left)}", file=sys.stderr, flush=True
    )
    if any(zoo.shipped_card(model).task == "gemm" for model in matrix.models):
        facts = _with_bandwidth(facts, matrix)
    folder.save_facts(facts)
    if matrix.cool_down and facts.start_c is None:
        print("this machine shows no temperature: nothing waits for it to cool down", file=sys.stderr)
    signals = Signals()
    progress = BenchProgress(left)
    for group in left:
        if matrix.cool_down and facts.start_c is not None:
            cool(facts.start_c, signals, progress.say)
        progress.begin(group)
        assert group.plan is not None
        plan = dataclasses.replace(group.plan, record=folder.unfinished(group))
        ended = live_loop(plan, progress, signals, setting.served).run()
        if signals.number:
            missing = counted(len(left) - progress.finished, "session")
            print(f"stopped, {missing} missing: the same command goes on", file=sys.stderr, flush=True)
            return signals.exit_code(ended)
        folder.keep(group)
        progress.end(group)
    return 0


def _with_bandwidth(facts: Facts, matrix: Matrix) -> Facts:
    """The slope of the roofline; one that cannot be had is missing in the table."""
    machine = describe_machine()
    found = {threads: bandwidth(threads, machine) for threads in matrix.threads if threads not in facts.bandwidth}
    had = {threads: rate for threads, rate in found.items() if not isinstance(rate, Missing)}
    return dataclasses.replace(facts, bandwidth={**facts.bandwidth, **had})


def _tell(arguments: argparse.Namespace, matrix: Matrix, made: Sequence[Group], folder: MatrixFolder) -> int:
    """The table, from the sessions that are there; the exit code."""
    measured = [_replayed(group, folder) for group in made]
    facts = folder.facts() or Facts()
    table = under_roofs(cells(matrix, measured), facts.bandwidth)
    _keep_roofs(measured, table)
    document = bench_result(matrix, measured, table, facts.bandwidth)
    if "-" not in (arguments.json, arguments.csv, arguments.markdown):
        print_bench(document, table)
    if arguments.json:
        write_json(document, arguments.json)
    if arguments.csv:
        write_text(to_csv(document, table), arguments.csv)
    if arguments.markdown:
        write_text(to_markdown(document, table), arguments.markdown)
    return 0 if document["valid"] else 1


def _keep_roofs(measured: Sequence[Measured], table: Sequence[Cell]) -> None:
    """Remember the best matrix products of the machine they were made on, for the sessions that it has later."""
    machine = next((one.machine for one in measured if one.machine), {})
    for precision, threads, point in best_products(table):
        keep_product(Product(point.title, point.gflops, point.intensity), precision, threads, machine)


def _replayed(group: Group, folder: MatrixFolder) -> Measured:
    """What its session ends in."""
    if not folder.has(group):
        return Measured(group)
    done = final(folder.session(group))
    name = os.path.basename(folder.session(group))
    return Measured(group, name, done.snapshot, done.machine, done.operators)
