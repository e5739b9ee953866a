"""People's stories in a real browser, at phone and desktop width."""

import suite
from browser import close
from instance import instance

try:
    suite.main(["opening", "https", "escaping", "stories", "keyboard", "map", "offline", "accessibility", "closing"], instance)
finally:
    close()
