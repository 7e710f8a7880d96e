"""What the authors of YOLOv5 call its modules: as our nodes are named, with dots."""

from __future__ import annotations

from edgetop.networks.imports.layout import BN, Layout

_LAYOUT = Layout("YOLOv5", norms=BN, epsilon=1e-3, unused=r"model\.24\.anchor.*")
"""Anchors, which are the same for all, are in the decoding."""
LAYOUTS = dict.fromkeys(("yolov5n", "yolov5n_640", "yolov5s", "yolov5s_640"), _LAYOUT)
