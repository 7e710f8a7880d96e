"""What is refused before accuracy is measured: models of which it means nothing, data sets that are not theirs."""

from __future__ import annotations

from edgetop.analysis.precision_recall import check_evaluator
from edgetop.errors import UsageError
from edgetop.inputs.dataset import background, open_data_set
from edgetop.inputs.labels import imagenet_labels
from edgetop.inputs.own import VALUES, labels_for
from edgetop.measure.judge import DETECTION, labels_of, refuse_other_task
from edgetop.measure.outputs import NULL
from edgetop.networks import zoo
from edgetop.networks.cards import ModelCard
from edgetop.networks.own import is_file
from edgetop.plan import AccuracySettings, Plan

CLASSIFICATION = "classification"


def check_accuracy(plan: Plan) -> None:
    """Raise UsageError or BadInput, with file and line, or FrameworkMissing, where accuracy cannot be measured."""
    settings = plan.accuracy
    if settings.first < 0:
        raise UsageError(
            f"The first {settings.first} pictures", "Give a number above zero with --first, or none for all"
        )
    if any(spec.framework == NULL for spec in plan.runs):
        raise UsageError("The null framework answers nothing", "Leave it out where accuracy is measured")
    for model in sorted({spec.model for spec in plan.runs}):
        if is_file(model):
            _check_own(plan, model)
        else:
            _check_card(zoo.card(model), settings)


def _check_own(plan: Plan, model: str) -> None:
    """What a file's outputs are is known once it is loaded; the list is read now, with the labels that are named."""
    how = plan.preparation
    if not how.values:
        raise UsageError(
            "What values a model file of your own wants for a picture's pixels is not known",
            f"Say --values {', '.join(VALUES)}",
        )
    labels = labels_for(0, how, model) or imagenet_labels()
    data = open_data_set(plan.accuracy.data, plan.accuracy.annotations, labels)
    if data.finds_boxes:
        check_evaluator()


def _check_card(card: ModelCard, settings: AccuracySettings) -> None:
    if card.task not in (CLASSIFICATION, DETECTION):
        raise UsageError(f"{card.name} tells nothing of pictures", "Choose a classifier or a detector")
    if not card.trained:
        raise UsageError(
            f"The weights of {card.name} are seeded: they are random, and accuracy means nothing",
            f"Take trained ones first: edgetop models import {card.name} FILE",
        )
    data = open_data_set(settings.data, settings.annotations, labels_of(card))
    refuse_other_task(data, boxes=card.task == DETECTION)
    if data.finds_boxes:
        check_evaluator()
        data.truth.numbers_of(labels_of(card))
    else:
        background(data, card.classes, len(labels_of(card)))
