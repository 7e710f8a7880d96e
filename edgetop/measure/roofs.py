"""The best matrix product that a machine made, by precision and threads: what `edgetop bench gemm` leaves behind."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any, Optional, Union

from edgetop.config import cache_folder
from edgetop.measure.bandwidth import machine_key, recalled

Facts = Mapping[str, Union[str, int]]


@dataclass(frozen=True)
class Product:
    """A matrix product: whose it is, billions of operations a second, and operations per byte."""

    of: str
    gflops: float
    intensity: float


def known_roof(precision: str, threads: int, machine: Facts) -> dict[str, Any]:
    """What is known of a machine's roof, as the data of a ``roof`` event: ``of``, ``gflops`` and ``intensity`` of the
    best product, ``gbps`` of a copy in memory; empty where neither was measured."""
    product = _products().get(_key(precision, threads, machine))
    copied = recalled(threads, machine)
    told = asdict(product) if product is not None else {}
    return {**told, **({} if copied is None else {"gbps": copied / 1e9})}


def keep_product(product: Product, precision: str, threads: int, machine: Facts) -> None:
    """Remember a product where it is the best one so far."""
    products, key = _products(), _key(precision, threads, machine)
    best = products.get(key)
    if best is not None and best.gflops >= product.gflops:
        return
    products[key] = product
    with suppress(OSError):  # then there is no roof until it is measured again
        os.makedirs(cache_folder(), exist_ok=True)
        partial = f"{_file()}.{os.getpid()}"
        with open(partial, "w", encoding="utf-8") as file:
            json.dump({name: asdict(one) for name, one in products.items()}, file, indent=1)
        os.replace(partial, _file())


def _key(precision: str, threads: int, machine: Facts) -> str:
    return f"{machine_key(machine)} {precision} {threads}"


def _file() -> str:
    return os.path.join(cache_folder(), "roofs.json")


def _products() -> dict[str, Product]:
    try:
        with open(_file(), encoding="utf-8") as file:
            return {str(key): found for key, said in json.load(file).items() if (found := _product(said)) is not None}
    except (OSError, ValueError, AttributeError):
        return {}


def _product(said: Any) -> Optional[Product]:
    try:
        found = Product(str(said["of"]), float(said["gflops"]), float(said["intensity"]))
    except (KeyError, TypeError, ValueError):
        return None
    return found if 0 < found.gflops < 1e12 and 0 < found.intensity < 1e12 else None
