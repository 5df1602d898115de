"""Peak memory over work of two sizes: what the engine holds must not grow with it.

Snapshots of a narrow table, initial and incremental in one run, and transactions of 8 KiB rows, plain and compressed.
The records go to /dev/null: ten million are 9 GB.
"""

import workload
from harness import standard
from measure import BenchError, Run

ROWS_SMALL, ROWS_LARGE = 100_000, 10_000_000
MB_SMALL, MB_LARGE = 16, 1024
ROW_KB = 8
# What the larger run may take beside the smaller one: queues fill by chance, and allocators keep pieces.
GROWTH, SLACK_MB = 1.25, 16
COMPRESSED = "SET SESSION binlog_transaction_compression = ON"


def measure(bench):
    """--quick: a tenth of the rows, an eighth of the bytes."""
    rows = ROWS_LARGE // 10 if bench.quick else ROWS_LARGE
    size = MB_LARGE // 8 if bench.quick else MB_LARGE
    _compare(bench, "snapshots", [(f"{n:,} rows", _snapshots(bench, n)) for n in (ROWS_SMALL, rows)])
    _compare(bench, "a transaction", [(f"{mb:,} MB", _transaction(bench, mb)[0]) for mb in (MB_SMALL, size)])
    small = _transaction(bench, MB_SMALL, COMPRESSED)
    large = _transaction(bench, size, COMPRESSED)
    bench.figures.note(f"a compressed transaction of {size:,} MB is one event of {large[1]:.1f} MB: the client library and we hold it")
    _compare(bench, "a compressed transaction", [(f"{MB_SMALL} MB", small[0]), (f"{size:,} MB", large[0])], 2 * (large[1] - small[1]))


def _compare(bench, name, runs, more=0.0):
    """runs: (size, peak MB), the small one first; more: MB that the larger one has to hold."""
    (small_size, small), (large_size, large) = runs
    bench.figures.value(f"peak memory: {name} of {small_size}", small, "MB")
    bench.figures.aim_below(f"peak memory: {name} of {large_size}", large, round(GROWTH * small + SLACK_MB + more), "MB")
    bench.figures.memory(f"{name} of {large_size}", large)
    bench.say(f"memory, {name}: {small_size} {small:.1f} MB, {large_size} {large:.1f} MB")


def _snapshots(bench, rows):
    """Peak of an initial and then an incremental snapshot of that many rows, both counted."""
    bench.server.execute(*workload.many_rows(rows))
    with Run(bench.server, bench.run_folder(), sink="null", **{
        "table.include.list": workload.MANY, "signal.data.collection": workload.SIGNALS, "incremental.snapshot.chunk.size": 4096,
    }) as run:
        run.until_log("event=stream.started", timeout=600)
        standard.send_signal(bench.server, workload.SIGNALS, "execute-snapshot", {"data-collections": [workload.MANY]})
        run.until_snapshot_done(timeout=900)
        log = run.log()
        if f"event=snapshot.completed rows={rows} " not in log or f" rows={rows} " not in log.partition("event=snapshot.table_done")[2]:
            raise BenchError(f"not {rows} rows\n{log[-2000:]}")
        peak = run.peak_mb()
        run.stop()
    return peak


def _transaction(bench, megabytes, *settings):
    """Peak over one transaction that was logged before the run, until its end is in the offset; MB it has in the binlog."""
    folder = bench.run_folder()
    bench.server.execute(*workload.empty_many())
    options = {"snapshot.mode": "no_data", "table.include.list": workload.MANY, "offset.flush.interval.ms": 200}
    with Run(bench.server, folder, sink="null", keep=True, **options) as run:
        run.until_log("event=stream.started")
        run.stop()
    bench.server.execute("FLUSH BINARY LOGS")
    bench.server.execute(*settings, workload.large_transaction(megabytes * 1024 // ROW_KB, ROW_KB))
    logged = bench.server.binlogs()[-1][1] / 1024 / 1024
    done = bench.server.query("SELECT @@GLOBAL.gtid_executed")[0][0].replace("\n", "")
    with Run(bench.server, folder, sink="null", **options) as run:
        run.until_stored(f'"{done}"', timeout=600)
        peak = run.peak_mb()
        run.stop()
    return peak, logged
