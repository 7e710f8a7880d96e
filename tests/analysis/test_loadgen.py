"""The early-stopping estimate is that of MLPerf's LoadGen on the very latencies that it measured, to the nanosecond."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from edgetop.analysis.early_stopping import early_stop
from edgetop.readings import Missing

STREAM = Path(__file__).parents[1] / "fakes" / "loadgen_stream.py"

pytestmark = pytest.mark.skipif(not find_spec("mlperf_loadgen"), reason="mlcommons-loadgen has no wheel here")


def logged(folder, queries):
    """The latencies of LoadGen's trace in nanoseconds, and its own summary."""
    subprocess.run([sys.executable, str(STREAM), str(folder), str(queries)], check=True, capture_output=True)
    trace = (folder / "mlperf_log_trace.json").read_text()
    latencies = re.findall(r'"issue_start_ns":(\d+),"complete_ns":(\d+)', trace)
    ends = np.array(latencies, np.int64)
    return ends[:, 1] - ends[:, 0], (folder / "mlperf_log_summary.txt").read_text()


def told(summary, percent):
    found = re.search(rf"Early stopping {percent}\.0th percentile estimate: (\d+)", summary)
    return int(found[1]) if found else None


@pytest.mark.parametrize("queries", [40, 64, 65, 128, 300, 700, 1500])
def test_the_estimates_are_loadgens(tmp_path, queries):
    durations, summary = logged(tmp_path, queries)
    assert len(durations) == queries
    for percent in (90, 99):
        ours = early_stop(durations, percent / 100)
        assert (None if isinstance(ours, Missing) else ours) == told(summary, percent)
