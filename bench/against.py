"""This build beside another one, in turn on one server: what a change costs, whatever the machine does meanwhile.

Both do the same to the same rows. A ratio is the median over pairs of (this / the other): below 1 this one is quicker.
"""

import statistics

from measure import Run


def measure(bench, name, other):
    bench.figures.note(f"beside it, in turn: {name}")
    for what, once in (
        ("streaming", lambda program: _stream(bench, program)),
        ("initial snapshot", lambda program: _snapshot(bench, program)),
        ("incremental snapshot, chunks of 4096", lambda program: _incremental(bench, 4096, program)),
        ("incremental snapshot, chunks of 1024", lambda program: _incremental(bench, 1024, program)),
    ):
        once(None)  # files and buffers are warm for both
        pairs = []
        for number in range(bench.repeat):
            turns = (None, other) if number % 2 == 0 else (other, None)
            costs = {program: once(program) for program in turns}
            pairs.append((costs[None], costs[other]))
        _report(bench, what, pairs)


def _report(bench, name, pairs):
    for place, what in enumerate(("time", "CPU time")):
        ratios = sorted(this[place] / that[place] for this, that in pairs)
        bench.figures.value(f"{name}: {what}, this / the other (median; least / most)",
                            (statistics.median(ratios), ratios[0], ratios[-1]), "")
    bench.say(f"{name}: this {', '.join(f'{t[0]:.2f}' for t, _ in pairs)} s; the other {', '.join(f'{t[0]:.2f}' for _, t in pairs)} s")


def _stream(bench, program):
    with Run(bench.server, bench.orders.offsets(bench), program=program) as run:
        took = run.until_last(bench.orders.last)
        cost = took, run.cpu_s()
        run.stop()
    return cost


def _snapshot(bench, program):
    with Run(bench.server, bench.run_folder(), program=program) as run:
        took = run.until_last(bench.orders.last)
        cost = took, run.cpu_s()
        run.stop()
    return cost


def _incremental(bench, chunk, program):
    bench.flush_at_commit(True)
    try:
        once = bench.incremental_once(chunk, program)
    finally:
        bench.flush_at_commit(False)
    return once["took"], once["cpu"]
