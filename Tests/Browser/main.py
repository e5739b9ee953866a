"""People's stories in a real browser, at phone and desktop width."""

import pathlib

import suite
from browser import close
from instance import instance

try:
    names = [
        "opening", "stories", "https", "keyboard", "keyboard_accounts", "map", "merging", "tiles", "print", "offline", "gestures",
        "branding",
        "state_names", "escaping", "people", "audit", "privacy", "calendars", "categories", "rules", "areas", "second_factor", "account_mails",
        "keyboard_administration", "accessibility",
        # It makes a second township, after which the first answers to its own name alone.
        "walkthrough_setup", "walkthrough_workflow", "walkthrough_deadline", "closing",
    ]
    written = {path.stem.removeprefix("test_") for path in pathlib.Path(__file__).parent.glob("test_*.py")}
    assert written == set(names), f"not in the list, or not written: {written ^ set(names)}"
    suite.main(names, instance)
finally:
    close()
