"""What the outputs panel says of classifiers and detectors."""

from edgetop.run_figures import RunFigures
from edgetop.widgets.labels import seen

BOX = (0.0, 0.0, 9.0, 9.0)


def run(**figures):
    return RunFigures(0, "litert", "LiteRT", "a-model", "fp32", 1, **figures)


def test_a_classifiers_labels_are_seen_with_their_probabilities():
    assert seen(run(labels=(("tabby", 0.5), ("lynx", 0.1)))) == [("tabby", 0.5), ("lynx", 0.1)]


def test_a_detectors_boxes_are_listed_with_their_scores_and_later_ones_of_a_name_numbered():
    boxes = (("cat", 0.9, *BOX), ("dog", 0.8, *BOX), ("cat", 0.7, *BOX))
    assert seen(run(detections=boxes)) == [("cat", 0.9), ("dog", 0.8), ("cat 2", 0.7)]
