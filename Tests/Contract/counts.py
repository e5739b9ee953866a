"""Prints how many cases of a JUnit report passed and failed."""

import sys
import xml.etree.ElementTree as tree

cases = list(tree.parse(sys.argv[1]).getroot().iter("testcase"))
skipped = sum(case.find("skipped") is not None for case in cases)
bad = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
print(len(cases) - bad - skipped, bad)
