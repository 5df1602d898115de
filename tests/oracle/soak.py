"""Many runs of the oracle.

    soak.py [--kills 1000] [--first SEED] [--minutes M] [--jobs J]   the long form: seed after seed
    soak.py --short                                                  the short form of ./dev test

Each run is a process of its own with 20 kills and its seed. The long form goes on where it stopped: seeds that passed
with this very binary are noted in build/soak.json. The last line is `N passed, N failed`; a failed seed is repeated by
`oracle.py` with the arguments printed.
"""

import argparse
import concurrent.futures
import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.engine import ROOT, binary  # pylint: disable=wrong-import-position

HERE = Path(__file__).resolve().parent
NOTES = ROOT / "build/soak.json"
KILLS_EACH = 20
RUN_TIMEOUT_S = 420

# Readers 1, 2 and 4, both strategies, every mode, with and without GTIDs, both servers, XA, partial JSON and compressed
# transactions, a read-only replica, Kafka with either promise: 47 kills in all.
SHORT = (
    ("--seed", "101", "--kills", "5", "--seconds", "9", "--readers", "1", "--strategy", "insert_insert", "--mode", "initial",
     "--chunk-size", "50", "--file-position", "0"),
    ("--seed", "102", "--kills", "5", "--seconds", "9", "--readers", "2", "--strategy", "insert_delete", "--mode", "no_data",
     "--chunk-size", "200", "--file-position", "0"),
    ("--seed", "103", "--kills", "5", "--seconds", "9", "--readers", "4", "--strategy", "insert_insert", "--mode", "no_data",
     "--chunk-size", "50", "--no-gtid"),
    ("--seed", "104", "--kills", "5", "--seconds", "9", "--readers", "4", "--strategy", "insert_delete", "--mode", "initial",
     "--chunk-size", "7", "--tables", "9", "--file-position", "0"),
    ("--server", "mariadb", "--seed", "105", "--kills", "5", "--seconds", "9", "--readers", "2", "--strategy", "insert_insert",
     "--mode", "initial", "--chunk-size", "50"),
    ("--seed", "106", "--kills", "5", "--seconds", "9", "--readers", "2", "--strategy", "insert_insert", "--mode", "initial",
     "--chunk-size", "50", "--file-position", "0", "--xa", "0.2", "--partial-json", "--compress"),
    ("--server", "mariadb", "--seed", "107", "--kills", "5", "--seconds", "9", "--readers", "2", "--strategy", "insert_delete",
     "--first-load", "incremental", "--chunk-size", "50", "--xa", "0.2"),
    ("--sink", "kafka", "--seed", "109", "--kills", "4", "--seconds", "9", "--readers", "2", "--strategy", "insert_insert",
     "--chunk-size", "50"),
    ("--sink", "kafka", "--at-least-once", "--seed", "110", "--kills", "4", "--seconds", "9", "--readers", "2",
     "--strategy", "insert_delete", "--mode", "no_data", "--chunk-size", "50"),
    ("--read-only", "--seed", "108", "--kills", "4", "--seconds", "8", "--readers", "4", "--mode", "no_data", "--chunk-size", "50"),
)


def one(arguments):
    """Runs the oracle once; whether it passed, and what it printed."""
    command = [sys.executable, str(HERE / "oracle.py"), "--quiet", *arguments]
    started = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        try:
            text, _ = child.communicate(timeout=RUN_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            child.terminate()  # it stops its servers
            text, _ = child.communicate()
            text += f"\nVIOLATED: not done within {RUN_TIMEOUT_S} s"
    passed = child.returncode == 0
    text = text.rstrip() + f" ({time.monotonic() - started:.0f} s)"
    if not passed:
        text += f"\nFAILED oracle.py {' '.join(arguments)}"
    return passed, text


def several(plans, jobs, deadline=None, note=None):
    """Runs plans, `jobs` at a time, until they are done or the time is up; numbers of passed and failed."""
    passed = failed = 0
    plans = iter(plans)
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        running = {}
        while True:
            while len(running) < jobs and (deadline is None or time.monotonic() < deadline):
                arguments = next(plans, None)
                if arguments is None:
                    break
                running[pool.submit(one, arguments)] = arguments
            if not running:
                return passed, failed
            done, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                arguments = running.pop(future)
                ok, text = future.result()
                print(text, flush=True)
                passed, failed = passed + ok, failed + (not ok)
                if note and ok:
                    note(arguments)


def binary_hash():
    return hashlib.sha256(Path(binary()).read_bytes()).hexdigest()[:16]


def long_form(options):
    fingerprint = binary_hash()
    notes = json.loads(NOTES.read_text(encoding="utf-8")) if NOTES.exists() else {}
    if notes.get("binary") != fingerprint or options.again:
        notes = {"binary": fingerprint, "passed": []}
    runs = -(-options.kills // KILLS_EACH)
    seeds = [seed for seed in range(options.first, options.first + runs) if seed not in notes["passed"]]
    print(f"soak: {options.kills} kills in {runs} runs, {runs - len(seeds)} passed before with this binary", flush=True)

    def note(arguments):
        notes["passed"].append(int(arguments[1]))
        NOTES.parent.mkdir(exist_ok=True)
        NOTES.write_text(json.dumps(notes), encoding="utf-8")

    deadline = time.monotonic() + options.minutes * 60 if options.minutes else None
    plans = [("--seed", str(seed), "--kills", str(KILLS_EACH), "--seconds", "25") for seed in seeds]
    passed, failed = several(plans, options.jobs, deadline, note)
    left = len(seeds) - passed - failed
    if left:
        print(f"soak: time is up, {left} runs left; the next call goes on from here", flush=True)
    return passed, failed


def main():
    options = argparse.ArgumentParser(description="Many runs of the oracle.")
    options.add_argument("--short", action="store_true", help="the short form of ./dev test")
    options.add_argument("--kills", type=int, default=1000)
    options.add_argument("--first", type=int, default=1, help="first seed")
    options.add_argument("--minutes", type=float, help="start no run after this time")
    options.add_argument("--jobs", type=int, help="runs at a time; default 1, short form 2")
    options.add_argument("--again", action="store_true", help="repeat seeds that passed before")
    options = options.parse_args()
    options.jobs = options.jobs or (2 if options.short else 1)
    passed, failed = several(SHORT, options.jobs) if options.short else long_form(options)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
