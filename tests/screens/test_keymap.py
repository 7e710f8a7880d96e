"""Keys that a user wishes: they are bound, shown, and refused where they cannot be."""

import re

import pytest

from edgetop.errors import BadConfig
from edgetop.screens.keymap import remapped
from edgetop.screens.keys import ACTIONS, actions_of


def test_without_wishes_nothing_changes():
    assert remapped({}) == ACTIONS


def test_a_wish_changes_the_keys_of_its_action_alone():
    new = {action.id: action for action in remapped({"pause": ("p", "ctrl+x"), "theme": ()})}
    assert new["pause"].keys == ("p", "ctrl+x") and new["theme"].keys == ()
    assert new["play"].keys == ("space",)
    assert sum(new[action.id] != action for action in ACTIONS) == 2


def test_two_may_change_places():
    new = {action.id: action.keys for action in remapped({"mark": ("e",), "energy": ("m",)})}
    assert (new["mark"], new["energy"]) == (("e",), ("m",))


@pytest.mark.parametrize(
    ("wishes", "says"),
    [
        ({"pausse": ("p",)}, "no action 'pausse'"),
        ({"choose": ("x",)}, "fixed"),
        ({"pause": ("ctrl+shift",)}, "no key 'ctrl+shift'"),
        ({"pause": ("shift+F99",)}, "no key"),
        ({"pause": ("q",)}, "'quit'"),
        ({"pause": ("ctrl+y",), "mark": ("ctrl+y",)}, "'pause' and 'mark'"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name(wishes, says):
    with pytest.raises(BadConfig, match=re.escape(says)):
        remapped(wishes)


def test_edgetops_own_keys_clash_on_no_screen():
    for scene in ("picker", "live", "replay"):
        keys = [key for action in actions_of(scene) if not action.elsewhere for key in action.keys]
        assert len(keys) == len(set(keys))
        remapped({action.id: action.keys for action in actions_of(scene) if not action.elsewhere})
