from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from edgetop.backends import registry
from edgetop.backends.availability import availability
from edgetop.errors import FrameworkMissing, UnknownName
from edgetop.plan import RunSpec


@pytest.fixture
def plugins(monkeypatch):
    """Registers entry points as another package would."""

    def register(**values):
        points = {name: EntryPoint(name, value, registry.GROUP) for name, value in values.items()}
        monkeypatch.setattr(registry, "_plugins", lambda: points)

    return register


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(UnknownName) as refusal:
        registry.backend("nonesuch")
    assert "litert" in refusal.value.hint


def test_every_name_leads_to_its_backend():
    assert [registry.backend(name).name for name in registry.names()] == list(registry.names())


def test_another_package_adds_a_framework(plugins):
    plugins(mine="edgetop.backends.null:Null")
    assert registry.names()[-1] == "mine"
    assert registry.backend("mine").name == "null"


@pytest.mark.parametrize("value", ["edgetop_nonesuch:Backend", "edgetop.backends.null:Nonesuch"])
def test_another_packages_broken_backend_is_a_missing_framework(value, plugins):
    plugins(mine=value)
    with pytest.raises(FrameworkMissing, match="mine"):
        registry.backend("mine")
    assert not availability("mine").version


def titled(framework, **rest):
    return registry.run_title(RunSpec(0, "resnet50", framework, **rest))


def test_a_runs_title_names_what_is_unusual_about_it():
    assert titled("torch") == "PyTorch"
    assert titled("torch", variant="frozen") == "PyTorch"
    assert titled("torch", variant="other") == "PyTorch other"
    assert titled("litert", delegate="/usr/lib/libarmnnDelegate.so") == "LiteRT + libarmnnDelegate.so"


def test_a_model_file_of_ones_own_has_the_usual_variant_whatever_its_precision():
    assert titled("coral", precision="fp32", variant="any") == "Coral Edge TPU"
    assert titled("coral", precision="fp32", variant="pci") == "Coral Edge TPU pci"


def test_a_title_is_the_name_where_the_framework_is_not_known():
    assert titled("nonesuch") == "nonesuch"
