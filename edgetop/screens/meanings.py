"""What each figure means: its unit, how it is had, from where and how often; by group, as help tells them."""

from __future__ import annotations

MEANINGS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Latency",
        (
            (
                "p50 p90 p99",
                "half, 90 % and 99 % of the inferences were at least this fast: nearest rank over every sample, shown "
                "from 7, 44 and 459 samples on. A sample is one inference, between two reads of the clock",
            ),
            ("mean", "the average of the same samples; far above p50 when a few were very slow"),
            ("rate", "inferences a second of the run's own turns of 0.25 s, bookkeeping included"),
            (
                "samples",
                "inferences in the statistics: without those before the run is warm, the first two after "
                "another run's turn, and the windows of energy",
            ),
            (
                "missed",
                "the share of samples that took longer than the deadline for one, of a load shape or --deadline-ms",
            ),
            (
                "t u w o",
                "letters before a figure, with a note each below the table. t: inferences ran while throttled; u: the "
                "run has not come to rest; w: waiting for a core has moved the median by more than 2 %; o: the 99th "
                "percentile is an outlier, or outliers have raised the mean by more than 1 %",
            ),
            ("waited", "samples that waited for a core for more than 2 % of their time; they stay in the statistics"),
            (
                "outliers",
                "samples more than three interquartile ranges above the third quartile; they stay in the statistics",
            ),
            (
                "at full clock",
                "in JSON, p50_at_highest_clock_s: the median of latency x clock / highest clock of the session, by "
                "the clock asked for, or the true one where the firmware tells it, read once a second",
            ),
            (
                "histogram",
                "the share of a run's samples by their latency, in equal steps from its least to where 99.5 % of them "
                "lie; counted once a second while it is seen",
            ),
            (
                "within",
                "cumulative: the latency that a share of the samples stays within, nearest rank as p50, p90 and p99",
            ),
            ("the chart", "a line is the mean in a quarter of a second, its band reaches from least to greatest"),
        ),
    ),
    (
        "Comparison",
        (
            (
                "rank",
                "one more than the number of runs that are told to be faster; equal for runs that cannot be told apart",
            ),
            (
                "times",
                "how many times as much the second takes as the first: of latency from the medians of turns that "
                "followed each other, in ten batches, whose scatter gives the 95 % interval (Student's t)",
            ),
            ("≈", "the two cannot be told apart: their interval holds 1, or of accuracy 0"),
            ("less wait", "the same less what inferences waited for a core, where that is more than 2 % another ratio"),
            ("residency", "how much longer than alone, before the turns, inferences take beside the other runs"),
            (
                "roofline",
                "GFLOP/s: 2 x multiply-accumulates / p50; FLOP/byte: the same over bytes of weights, input and output. "
                "The roof is the best matrix product with as many threads, or what a copy in memory feeds: "
                "`edgetop bench gemm`",
            ),
            (
                "unbeaten",
                "no other run is better in one of speed and what is set against it, and not worse in the other",
            ),
        ),
    ),
    (
        "Accuracy",
        (
            (
                "top-1 top-5",
                "the share of a data set's pictures whose label is the likeliest class, or among the likeliest five; "
                "the 95 % interval is Wilson's. Every run answers the same pictures: --accuracy PATH",
            ),
            ("mAP mAP50", "of detectors, as pycocotools has it: over overlaps of 0.50 to 0.95, and at 0.50"),
        ),
    ),
    (
        "CPU and memory",
        (
            ("CPU", "CPU time of the framework's own process in its turns, by its own clock; 100 % is one core"),
            ("memory", "what that process holds in RAM (resident set), from /proc ten times a second"),
            ("peak mem.", "the most it held since it began (the kernel's high-water mark)"),
            ("the board", "how busy each core was in the last quarter of a second, by all that runs; memory in use"),
        ),
    ),
    (
        "Power",
        (
            (
                "source",
                "one source serves the whole session. It stands beside the watts with what it sees: whole board, "
                "battery, SoC rails, CPU package, estimate, part of the board. Figures of two kinds do not compare",
            ),
            (
                "W V A",
                "its newest reading. An INA219 measures 57 times a second where nothing else is set, each the mean of "
                "17 ms; others are read less often",
            ),
            (
                "J Wh",
                "drawn since the session's start: the trapezoid over its readings, without its gaps",
            ),
            ("power", "W, the mean over a run's windows of energy, or over its turns where there are none yet"),
            (
                "idle",
                "W, all models loaded and none at work, over ten seconds; cold: before an accelerator's first use",
            ),
            ("other rails", "stand below the chart, each for itself: they may hold each other, and are never added up"),
        ),
    ),
    (
        "Energy",
        (
            (
                "energy",
                "J per inference, gross: E / N, the median of the windows. E is the trapezoid of power over a "
                "window, its edges interpolated between readings, and N the inferences in it",
            ),
            (
                "net",
                "(E - P T) / N: less what the idle board draws in the window's time T. P is the mean of idle power "
                "next before and next after it",
            ),
            (
                "±",
                "half of a 95 % interval (U95): sqrt((t u_A)^2 + (1.96 u_B)^2). u_A is from the scatter of windows and "
                "of idling, u_B from the meter's gain and offset, from what passes between its readings, and from the "
                "windows' edges. JSON and reports have each part",
            ),
            ("inf/J", "inferences per joule: 1 / energy, gross"),
            (
                "~",
                "provisional, not to be published; the note below the table says why: over the turns so far, fewer "
                "than five windows of ten seconds, a throttled one, a meter whose own error is not known, or that "
                "sees less than a quarter of the time",
            ),
            ("•", "the best of a row; none where intervals overlap or are not known"),
        ),
    ),
    (
        "Heat and limits",
        (
            (
                "heat",
                "°C of each thermal zone once a second, the CPU's first; behind it its course, ten seconds a block, or "
                "a chart where there is room",
            ),
            ("clock", "as the governor asked for it, once a second; true: as the firmware says that it runs"),
            (
                "U C T S",
                "under-voltage, clock capped, throttled, soft temperature limit: now, and before within this "
                "session. Below a chart, the letters reach from the last look that was clear to the next one",
            ),
            (
                "throttled",
                "inferences in such a stretch are counted below the table, with their p50 and that of the others, and "
                "in JSON for each sign (strata). They stay in the statistics, but "
                "with --leave-out-throttled",
            ),
            ("pressure", "share of the last second in which a task waited for CPU, memory or input and output (PSI)"),
        ),
    ),
    (
        "Outputs",
        (
            ("agreement", "largest difference of an output from the first framework's, same weights and input"),
            ("decode", "time to make boxes of a detector's outputs, which is no part of an inference"),
            ("–", "not measured; the reason stands below, or in the panel"),
        ),
    ),
)
