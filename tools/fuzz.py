"""Runs the fuzz targets of build/fuzz: each from its corpus, with address and undefined-behaviour sanitizer.

    fuzz.py [SECONDS] [TARGET...]      120 seconds in all by default, two targets at a time

Before them the canary runs: a JSON decoder with a bug compiled in, which has to be found, or finding nothing in the others
means nothing. An input at which a target dies is kept as build/fuzz/crash-TARGET; `build/fuzz/TARGET FILE` shows it again.
The last line is `N passed, N failed`.
"""

import concurrent.futures
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build/fuzz"
CANARY, CANARY_CORPUS, CANARY_SECONDS = "canary_fuzz", "json_fuzz", 30
AT_A_TIME = 2
GRACE_S = 60  # for the corpus itself, and a hang to be noticed


def targets():
    return sorted(path.stem for path in ROOT.glob("src/**/*_fuzz.cc"))


def run(target, seconds, corpus):
    """(status, what it said, the crashing input or None)"""
    crash = BUILD / f"crash-{target}"
    crash.unlink(missing_ok=True)
    command = [BUILD / target, f"--seconds={seconds}", f"--crash={crash}", ROOT / "fuzz/corpus" / corpus]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                              timeout=seconds + GRACE_S, check=False)
        return done.returncode, done.stdout, crash if crash.exists() else None
    except (subprocess.TimeoutExpired, OSError) as error:
        return 1, f"{error}", crash if crash.exists() else None


def canary():
    status, said, crash = run(CANARY, CANARY_SECONDS, CANARY_CORPUS)
    if status != 0 and crash is not None:
        print("the canary's bug was found", flush=True)
        return True
    print(f"FAILED {CANARY}: its bug was not found in {CANARY_SECONDS} s, so nothing is known of the others\n{said[-2000:]}")
    return False


def main():
    words = sys.argv[1:]
    seconds = int(words.pop(0)) if words and words[0].isdigit() else 120
    chosen = words or targets()
    unknown = [name for name in chosen if name not in targets()]
    if unknown:
        print(f"no fuzz target {', '.join(unknown)}; there are {', '.join(targets())}", file=sys.stderr)
        return 2
    results = [canary()]
    each = max(1, seconds // len(chosen))
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        runs = {name: pool.submit(run, name, each, name) for name in chosen}
        for name, future in runs.items():
            status, said, crash = future.result()
            if status == 0:
                print(f"{name}: {said.strip().splitlines()[-1] if said.strip() else 'said nothing'}", flush=True)
            else:
                print(f"{said[-6000:]}\nFAILED {name}: ended with {status}; input: {crash or 'not kept'}", flush=True)
            results.append(status == 0)
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
