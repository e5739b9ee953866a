"""A test is a function with a sentence. Tests run one after the other; each has a hang guard."""

import importlib
import signal
import sys
import time
import traceback

tests = []
passed, failed, skipped = [], [], []


class Skipped(Exception):
    """The machine lacks something that the test needs; the text says what."""


class Fatal(Exception):
    """Without this nothing else can be tested."""


def test(sentence, seconds=60, always=False):
    """Registers a function as a test.

    seconds: a guard against hanging, not a measure.
    always: whether it runs also when only some tests were asked for (those that open the instance).
    """

    def register(function):
        tests.append((function.__module__, sentence, function, seconds, always))
        return function

    return register


def run(words):
    """Runs the tests whose file or sentence holds one of the words; all without words."""
    for module, sentence, function, seconds, always in tests:
        if words and not always and not any(word in module or word in sentence for word in words):
            continue
        if not run_one(sentence, function, seconds):
            return


def run_one(sentence, function, seconds):
    start = time.monotonic()

    def hangs(*_):
        raise TimeoutError(f"did not end within {seconds} s")

    signal.signal(signal.SIGALRM, hangs)
    signal.alarm(seconds)
    try:
        function()
        passed.append(sentence)
        print(f"  ✔ {sentence} ({time.monotonic() - start:.1f} s)")
    except Skipped as reason:
        skipped.append((sentence, str(reason)))
        print(f"  – {sentence}: skipped, {reason}")
    except Exception as error:
        failed.append(sentence)
        print(f"  ✘ {sentence} ({time.monotonic() - start:.1f} s)")
        traceback.print_exc()
        return not isinstance(error, Fatal)
    finally:
        signal.alarm(0)
    return True


def until(what, condition, seconds=30):
    """Asks again and again until the condition is true, and returns what it said. Fails after the seconds, saying what
    was waited for."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < end, f"waited {seconds} s in vain for: {what}"
        time.sleep(0.05)


def equal(actual, expected, what=""):
    assert actual == expected, f"{what}: {actual!r} instead of {expected!r}"


def main(files, instance):
    """Runs the tests of the modules, in their order, against one instance of the product; stops it whatever happens."""
    signal.signal(signal.SIGTERM, interrupt)
    for name in files:
        importlib.import_module("test_" + name)
    try:
        run(sys.argv[1:])
    except KeyboardInterrupt:
        print("interrupted")
        failed.append("the suite was interrupted")
    finally:
        instance.remove()
    for name, reason in skipped:
        print(f"skipped: {name}: {reason}")
    for name in failed:
        print(f"failed: {name}")
    print(f"{len(passed)} passed, {len(failed)} failed")
    sys.exit(bool(failed) or not passed)


def interrupt(*_):
    raise KeyboardInterrupt
