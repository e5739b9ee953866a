"""People's stories in a real browser, at phone and desktop width."""

import suite
from browser import close
from instance import instance

try:
    names = [
        "opening", "stories", "https", "keyboard", "keyboard_accounts", "map", "merging", "tiles", "print", "offline", "gestures",
        "escaping", "people", "audit", "privacy", "calendars", "accessibility", "closing",
    ]
    suite.main(names, instance)
finally:
    close()
