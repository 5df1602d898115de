"""This build beside another one, in turn on one server: what a change costs, whatever the machine does meanwhile.

Both do the same to the same rows. A ratio is the median over pairs of (this / the other): below 1 this one is quicker.
"""

import statistics

from measure import Run


def measure(bench, name, other):
    bench.figures.note(f"beside it, in turn: {name}")
    for what, once in (
        ("streaming", lambda build: _stream(bench, build)),
        ("initial snapshot", lambda build: _snapshot(bench, build)),
        ("incremental snapshot, chunks of 4096", lambda build: _incremental(bench, 4096, build)),
        ("incremental snapshot, chunks of 1024", lambda build: _incremental(bench, 1024, build)),
    ):
        once(None)  # files and buffers are warm for both
        pairs = []
        for number in range(bench.repeat):
            turns = (None, other) if number % 2 == 0 else (other, None)
            costs = {build: once(build) for build in turns}
            pairs.append((costs[None], costs[other]))
        _report(bench, what, pairs)


def _report(bench, name, pairs):
    for place, what in enumerate(("time", "CPU time")):
        ratios = sorted(this[place] / that[place] for this, that in pairs)
        bench.figures.value(f"{name}: {what}, this / the other (median; least / most)",
                            (statistics.median(ratios), ratios[0], ratios[-1]), "")
    bench.say(f"{name}: this {', '.join(f'{t[0]:.2f}' for t, _ in pairs)} s; the other {', '.join(f'{t[0]:.2f}' for _, t in pairs)} s")


def _stream(bench, build):
    with Run(bench.server, bench.orders.offsets(bench), build=build) as run:
        took = run.until_last(bench.orders.last)
        cost = took, run.cpu_s()
        run.stop()
    return cost


def _snapshot(bench, build):
    with Run(bench.server, bench.run_folder(), build=build) as run:
        took = run.until_last(bench.orders.last)
        cost = took, run.cpu_s()
        run.stop()
    return cost


def _incremental(bench, chunk, build):
    bench.flush_at_commit(True)
    try:
        once = bench.incremental_once(chunk, build)
    finally:
        bench.flush_at_commit(False)
    return once["took"], once["cpu"]
