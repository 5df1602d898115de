"""The live tests on a build with sanitizers: asan (addresses, leaks, undefined behaviour) or tsan (data races, deadlocks).

    sanitize.py asan|tsan [--jobs N] [NAME...]     NAME: as for tests/live/run.py; without one, all of them

A sanitizer writes what it finds into build/<preset>/reports. That counts here, and so does a test that fails; how long a stop
may take is stretched. The last line is `N passed, N failed, N reports`.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SLOWNESS = {"asan": 10, "tsan": 20}


def environment(preset, reports):
    where = f"log_path={reports}/report"
    return os.environ | {
        "TIDEMARK_BIN": str(ROOT / "build" / preset / "tidemark"),
        "TIDEMARK_SLOWNESS": str(SLOWNESS[preset]),
        "PYTHONPATH": str(ROOT / "tests"),
        "ASAN_OPTIONS": where,
        "UBSAN_OPTIONS": f"{where}:print_stacktrace=1",
        "TSAN_OPTIONS": f"{where}:second_deadlock_stack=1:suppressions={ROOT}/tests/tsan/suppressions.txt",
    }


def show(reports):
    """The first lines of each report; how many there are."""
    found = sorted(reports.glob("report.*"))
    for path in found:
        text = path.read_text(encoding="utf-8", errors="replace")
        head = re.search(r"(WARNING|ERROR): \w*Sanitizer.*|.*runtime error:.*", text)
        print(f"{path}: {head.group(0).strip() if head else text[:200]}")
        for line in re.findall(r"^ +#\d+ .*", text, re.M)[:8]:
            print(f"  {line.strip()}")
    return len(found)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preset", choices=sorted(SLOWNESS))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("names", nargs="*")
    options = parser.parse_intermixed_args()
    reports = ROOT / "build" / options.preset / "reports"
    shutil.rmtree(reports, ignore_errors=True)
    reports.mkdir(parents=True)
    command = [sys.executable, str(ROOT / "tests/live/run.py"), "--jobs", str(options.jobs), *options.names]
    last = ""
    with subprocess.Popen(command, env=environment(options.preset, reports), stdout=subprocess.PIPE, text=True) as tests:
        for line in tests.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    count = show(reports)
    print(f"{last}, {count} reports")
    return 1 if tests.returncode or count else 0


if __name__ == "__main__":
    sys.exit(main())
