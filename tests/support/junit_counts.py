# SPDX-License-Identifier: Apache-2.0
"""Prints how many tests of a JUnit report passed and how many failed: `PASSED FAILED`."""
import sys
import xml.etree.ElementTree as ElementTree


def counts(report):
    passed = failed = 0
    for case in ElementTree.parse(report).iter("testcase"):
        outcomes = {child.tag for child in case}
        if outcomes & {"failure", "error"}:
            failed += 1
        elif "skipped" not in outcomes:
            passed += 1
    return passed, failed


if __name__ == "__main__":
    print(*counts(sys.argv[1]))
