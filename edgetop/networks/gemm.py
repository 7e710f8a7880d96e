"""The product of two square matrices as a model, so that what lies beneath the frameworks is measured like any other.

The input is the left matrix, a picture of one channel; the right one is the weight.
"""

from __future__ import annotations

from functools import partial

from edgetop.networks.builder import Builder
from edgetop.networks.cards import SEEDED, ModelCard, Preprocessing
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

SHA256 = {
    256: "60b8b1218b6b036f0802b1bc448262f0a95bd89d85013fe8063999d47fd8969e",
    512: "514d7ed04d212970bdaf9f40f6be0079b1b690620a43482931a87c1b5fe6d337",
    1024: "174986b4bd8fac9f9e13fe68532169b44ff2852e8bc72ef7b9f85b4dc6ca99af",
    2048: "3a4f6bd265f80fb7f6698a645063c739554d22b3335c88100842e915bdea40c8",
}


def _card(size: int) -> ModelCard:
    middle = (127.5, 127.5, 127.5)
    return ModelCard(
        name=f"gemm_{size}",
        title=f"GEMM {size}",
        task="gemm",
        input_shape=(1, 1, size, size),
        preprocessing=Preprocessing(resize=size, crop=size, mean=middle, std=middle, channel_order="GRAY"),
        classes=0,
        parameters=size**2,
        macs=size**3,
        paper="",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256=SHA256[size],
    )


CARDS = {f"gemm_{size}": _card(size) for size in SHA256}


def _build(size: int) -> Graph:
    """One product of [size, size] and [size, size]."""
    b = Builder(f"gemm_{size}", (1, size, size))
    b.matmul("product", "input", size)
    return seeded(b.finish(), seed=size)


gemm_256, gemm_512, gemm_1024, gemm_2048 = (partial(_build, size) for size in SHA256)
