"""All that `./dev test` runs, one stage after the other, and their sum.

    test.py                      build, check, tools, unit, fuzz, harness, live, oracle
    test.py unit [PRESET]        unit tests of a preset
    test.py harness | oracle | check | tools | live [NAME...]

The last line is `N passed, N failed[, N skipped]`. The status is 1 when anything failed, or was skipped where CI=true.
"""

import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAST_LINE = re.compile(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")
UNIT_TIMEOUT_S = 300


@dataclass
class Outcome:
    """What a stage came to."""

    passed: int = 0
    failed: list = field(default_factory=list)  # names
    skipped: list = field(default_factory=list)  # names with reasons

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def line(self):
        text = f"{self.passed} passed, {len(self.failed)} failed"
        return text + (f", {len(self.skipped)} skipped" if self.skipped else "")


def stream(argv, **options):
    """Runs a program, shows what it prints as it comes, and returns that and its status."""
    lines = []
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          **options) as child:
        for line in child.stdout:
            print("  " + line, end="", flush=True)
            lines.append(line.rstrip("\n"))
    return lines, child.returncode


def counted(name, argv):
    """Runs a program whose last such line is `N passed, N failed[, N skipped]`."""
    lines, status = stream(argv)
    outcome = Outcome()
    for line in reversed(lines):
        match = LAST_LINE.match(line)
        if match:
            passed, failed, skipped = (int(n or 0) for n in match.groups())
            reasons = [f"{name}: {text[8:]}" for text in lines if text.startswith("SKIPPED ")]
            outcome.passed = passed
            outcome.failed = [f"{name}: {text[7:]}" for text in lines if re.match(r"FAILED [^(]", text)][:failed]
            outcome.failed += [f"{name}: see above"] * (failed - len(outcome.failed))
            outcome.skipped = reasons[:skipped] + [f"{name}: no reason given"] * (skipped - len(reasons))
            break
    else:
        outcome.failed.append(f"{name}: printed no totals (status {status})")
    if status != 0 and not outcome.failed:
        outcome.failed.append(f"{name}: ended with status {status}")
    if status == 0 and not outcome.passed and not outcome.failed and not outcome.skipped:
        outcome.failed.append(f"{name}: ran nothing")
    return outcome


# -- stages ------------------------------------------------------------------------------------------------------------


def build(preset="release", *arguments):
    _, status = stream(["./dev", "build", preset, *arguments])
    return Outcome(passed=1) if status == 0 else Outcome(failed=[f"build {preset}"])


def check():
    return counted("check", [sys.executable, "tools/check.py"])


def python_tests(name, folder, pattern):
    """unittest modules that need no process of their own."""
    outcome = Outcome()
    for path in sorted((ROOT / folder).glob(pattern)):
        done = subprocess.run([sys.executable, "-m", "unittest", "-v", path.stem], cwd=path.parent, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        ran = re.search(r"^Ran (\d+) test", done.stdout, re.M)
        bad = re.findall(r"^(?:FAIL|ERROR): (.*)$", done.stdout, re.M)
        skipped = re.findall(r"^(\S+).* \.\.\. skipped (.*)$", done.stdout, re.M)
        if done.returncode != 0:
            print(done.stdout)
            bad = bad or [f"{path.name}: ended with status {done.returncode}"]
        elif not ran or int(ran.group(1)) == 0:
            bad = [f"{path.name}: no tests in it"]
        outcome.add(Outcome(max(0, int(ran.group(1)) - len(bad) - len(skipped)) if ran else 0,
                            [f"{name}: {b}" for b in bad], [f"{name}: {s[0]}: {s[1]}" for s in skipped]))
    return outcome


def unit(preset="release"):
    """Every ctest test of a preset, two at a time, GoogleTest cases counted one by one."""
    listed = subprocess.run(["ctest", "--test-dir", f"build/{preset}", "--show-only=json-v1"], cwd=ROOT, text=True,
                            capture_output=True, check=False)
    if listed.returncode != 0:
        return Outcome(failed=[f"unit: {listed.stderr.strip() or 'not built'}"])
    total = Outcome()
    tests = [test for test in json.loads(listed.stdout)["tests"] if "command" in test]
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for outcome in pool.map(lambda test: one_unit(test["name"], test["command"], Path(folder)), tests):
            total.add(outcome)
    if not tests:
        total.failed.append("unit: no tests at all")
    return total


def one_unit(name, command, folder):
    report = folder / f"{name}.json"
    started = time.monotonic()
    try:
        done = subprocess.run(command, cwd=ROOT, text=True, errors="replace", stdout=subprocess.PIPE, check=False,
                              stderr=subprocess.STDOUT, timeout=UNIT_TIMEOUT_S, stdin=subprocess.DEVNULL,
                              env={**os.environ, "GTEST_OUTPUT": f"json:{report}", "GTEST_COLOR": "no"})
        text, status = done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        text, status = (late.stdout or b"").decode("utf-8", "replace"), f"nothing within {UNIT_TIMEOUT_S} s"
    except OSError as error:
        text, status = "", str(error)
    outcome = Outcome()
    if report.exists():
        outcome = read_gtest(name, json.loads(report.read_text(encoding="utf-8")))
    elif status == 0:
        outcome.passed = 1
    if status != 0 and not outcome.failed:
        outcome.failed.append(f"{name} (ended with {status})")
    if outcome.failed:
        print(text)
    print(f"  {name}: {outcome.line()} in {time.monotonic() - started:.1f} s", flush=True)
    return outcome


def read_gtest(name, report):
    outcome = Outcome()
    for suite in report["testsuites"]:
        for case in suite["testsuite"]:
            full = f"{name}: {case['classname']}.{case['name']}"
            if case.get("failures"):
                outcome.failed.append(full)
            elif case["result"] == "SKIPPED" or case["status"] == "NOTRUN":
                outcome.skipped.append(f"{full}: {case['result'].lower()}")
            else:
                outcome.passed += 1
    if not report["testsuites"]:
        outcome.failed.append(f"{name}: no tests in it")
    return outcome


def runner(name, folder):
    """The live runner on a folder of test modules."""

    def run(*names):
        if not list((ROOT / folder).glob("test_*.py")):
            return Outcome(skipped=[f"{name}: no tests yet"])
        return counted(name, [sys.executable, "tests/live/run.py", "--folder", str(ROOT / folder), *names])

    return run


def oracle():
    """The oracle's tests, then its short form."""
    path = ROOT / "tests/oracle/soak.py"
    if not path.exists():
        return Outcome(skipped=["oracle: tests/oracle/soak.py is not in this tree"])
    outcome = build("faults", "--target", "tidemark")  # test_faults breaks it
    outcome.add(runner("oracle", "tests/oracle")())
    outcome.add(counted("oracle", [sys.executable, str(path), "--short"]))
    return outcome


def fuzz(*arguments):
    """Two minutes over all targets, in a build with sanitizers."""
    outcome = build("fuzz")
    if not outcome.failed:
        outcome.add(counted("fuzz", [sys.executable, "tools/fuzz.py", *(arguments or ("120",))]))
    return outcome


STAGES = {
    "build": build,
    "check": check,
    "tools": lambda: python_tests("tools", "tools", "*_test.py"),
    "unit": unit,
    "fuzz": fuzz,
    "harness": runner("harness", "tests/harness"),
    "live": runner("live", "tests/live"),
    "oracle": oracle,
}
NEED_BUILD = ("unit", "live", "oracle")


def main():
    part, arguments = sys.argv[1:2], sys.argv[2:]
    if part and part[0] not in STAGES:
        print(__doc__, file=sys.stderr)
        return 2
    plan = part or list(STAGES)
    if plan[0] in NEED_BUILD:
        plan = ["build", *plan]
    total, built = Outcome(), True
    for name in plan:
        print(f"== {name}", flush=True)
        started = time.monotonic()
        if name == "build":
            outcome = build(*(arguments[:1] if part in (["unit"], ["build"]) else []))
            built = not outcome.failed
        elif name in NEED_BUILD and not built:
            outcome = Outcome(failed=[f"{name}: not run, the build failed"])
        else:
            outcome = STAGES[name](*arguments)
        total.add(outcome)
        print(f"   {name}: {outcome.line()} in {time.monotonic() - started:.1f} s", flush=True)
    for name in total.failed:
        print(f"FAILED {name}")
    for name in total.skipped:
        print(f"SKIPPED {name}")
    strict = os.environ.get("CI") == "true"
    if strict and total.skipped:
        print("a skip is a failure where CI=true")
    print(total.line(), flush=True)
    return 1 if total.failed or (strict and total.skipped) else 0


if __name__ == "__main__":
    sys.exit(main())
