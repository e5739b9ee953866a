"""People's stories in a real browser, at phone and desktop width."""

import suite
from browser import close
from instance import instance

try:
    suite.main(["opening", "stories", "https", "keyboard", "keyboard_accounts", "map", "merging", "tiles", "print", "offline", "escaping", "privacy", "calendars", "accessibility", "closing"], instance)
finally:
    close()
