"""What a user can press or say stands in the README or in docs/."""

import re
from pathlib import Path

import pytest

from edgetop.arguments import make_parser
from edgetop.cli import HELP
from edgetop.screens.keybar import key_text
from edgetop.screens.keys import ACTIONS

ROOT = Path(__file__).parent.parent
PAGES = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
)
PICTURE = re.compile(r"!\[[^]]*\]\(([^)]+)\)")
UNIX = {"interrupt", "suspend"}
"""Ctrl-C and Ctrl-Z do what they do everywhere."""


@pytest.mark.parametrize("action", [a for a in ACTIONS if a.id not in UNIX], ids=lambda action: action.id)
def test_every_key_is_in_the_readme(action):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = [f"`{key_text(key)}`" for key in action.keys]
    panels = action.id.startswith("panel-") and "`1` to `7`" in readme
    assert panels or any(key in readme for key in shown), f"{action.id}: {' or '.join(shown)}"


def options():
    parsers = [make_parser()]
    for parser in parsers:
        for action in parser._actions:
            if isinstance(action.choices, dict):
                parsers += action.choices.values()
            elif action.option_strings and "--help" not in action.option_strings:
                yield parser.prog, max(action.option_strings, key=len)


@pytest.mark.parametrize(("command", "option"), sorted(set(options())), ids=lambda text: text.replace(" ", "-"))
def test_every_option_is_documented(command, option):
    assert re.search(rf"{option}\b", PAGES + HELP), f"{command} {option} is in neither README, docs nor --help"


def test_every_picture_of_the_pages_is_there():
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {(page.parent / name).resolve() for page in pages for name in PICTURE.findall(page.read_text("utf-8"))}
    assert len(shown) >= 7
    assert not [path for path in shown if not path.exists()]
    assert shown >= set((ROOT / "docs" / "pictures").iterdir())
