"""Runs the live tests: every tests/live/test_*.py, each module in a process of its own, two at a time.

    run.py [--jobs N] [NAME...]      NAME: module, module.Class or module.Class.test, with or without "test_"

Prints failures and skips with their reasons; the last line is `N passed, N failed[, N skipped]`.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent
MODULE_TIMEOUT_S = 900


class Result(unittest.TextTestResult):
    """Counts what passed, sub-tests as part of their test."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed = []

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed.append(test.id())


def run_module(path, names):
    """In the child: runs one module's tests and prints the outcome as JSON on the last line."""
    sys.path[:0] = [str(TESTS), str(path.parent)]
    loader = unittest.TestLoader()
    if names:
        suite = loader.loadTestsFromNames([f"{path.stem}.{name}" for name in names])
    else:
        suite = loader.loadTestsFromName(path.stem)
    result = unittest.TextTestRunner(stream=sys.stderr, verbosity=2, resultclass=Result).run(suite)
    bad = {test.id() for test, _ in result.failures + result.errors}
    bad |= {test.id() for test in result.unexpectedSuccesses}
    outcome = {
        "passed": len(result.passed) + len(result.expectedFailures),
        "failed": len(bad),
        "skipped": [[test.id(), reason] for test, reason in result.skipped],
        "names": sorted(bad),
    }
    sys.stdout.flush()
    print(json.dumps(outcome), flush=True)
    return 1 if bad else 0


def in_child(path, names):
    """Runs a module in a process of its own; its outcome and what it printed."""
    started = time.monotonic()
    command = [sys.executable, str(HERE / "run.py"), "--module", str(path), *names]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        try:
            text, _ = child.communicate(timeout=MODULE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            child.terminate()  # lets it stop its servers
            try:
                text, _ = child.communicate(timeout=60)
            except subprocess.TimeoutExpired:
                child.kill()
                text, _ = child.communicate()
            text += f"\nnot done within {MODULE_TIMEOUT_S} s"
    outcome = None
    for line in reversed(text.splitlines()):
        if line.startswith('{"passed"'):
            outcome = json.loads(line)
            break
    if outcome is None:
        outcome = {"passed": 0, "failed": 1, "skipped": [], "names": [f"{path.stem} (ended with {child.returncode})"]}
    elif not outcome["passed"] and not outcome["failed"] and not outcome["skipped"]:
        outcome["failed"] = 1
        outcome["names"] = [f"{path.stem} (no tests in it)"]
    return outcome, text, time.monotonic() - started


def select(folder, names):
    """Module path -> test names within it, all when empty."""
    modules = {path.stem: path for path in sorted(folder.glob("test_*.py"))}
    if not names:
        return {path: [] for path in modules.values()}
    chosen = {}
    for name in names:
        module, _, rest = name.removesuffix(".py").rpartition("/")[2].partition(".")
        module = module if module.startswith("test_") else f"test_{module}"
        if module not in modules:
            raise SystemExit(f"no {module}.py in {folder}; there are: {', '.join(modules)}")
        chosen.setdefault(modules[module], [])
        if rest:
            chosen[modules[module]].append(rest)
    return chosen


def main():
    parser = argparse.ArgumentParser(description="Runs the live tests.")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--folder", type=Path, default=HERE, help="where the test_*.py lie")
    parser.add_argument("--verbose", "-v", action="store_true", help="print what passing modules print, too")
    parser.add_argument("--module", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    if options.module:
        return run_module(options.module, options.names)

    passed, failed, skipped = 0, [], []
    chosen = select(options.folder, options.names)
    with concurrent.futures.ThreadPoolExecutor(max_workers=options.jobs) as pool:
        running = {pool.submit(in_child, path, names): path for path, names in chosen.items()}
        for future in concurrent.futures.as_completed(running):
            path = running[future]
            outcome, text, took = future.result()
            passed += outcome["passed"]
            failed += outcome["names"]
            skipped += outcome["skipped"]
            if outcome["failed"] or options.verbose:
                print(text)
            print(f"{path.name}: {outcome['passed']} passed, {outcome['failed']} failed,"
                  f" {len(outcome['skipped'])} skipped in {took:.1f} s", flush=True)
    for name in failed:
        print(f"FAILED {name}")
    for name, reason in skipped:
        print(f"SKIPPED {name}: {reason}")
    print(f"{passed} passed, {len(failed)} failed" + (f", {len(skipped)} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
