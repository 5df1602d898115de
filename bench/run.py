"""Measures the engine end to end against what bounds it and against the server's own tools, all in one run.

    run.py [--quick] [--rows N] [--repeat N] [--only PART,...] [--write]
    run.py --against NAME=PROGRAM [--repeat N] [--write]

Parts: start streaming transforms kafka snapshot incremental latency tables memory. --quick: 100,000 rows, once; a tenth of the
rows for memory. --against: another build of the engine, which streams and snapshots in turn with this one; nothing else is
measured then. --write puts the figures into bench/results/<date>-<commit>.md. Everything runs on one machine against a private
MySQL on loopback, without TLS on any side; files lie on one disk, in the folder of the temporary server.
"""

import argparse
import datetime
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import workload  # pylint: disable=wrong-import-position
from harness import standard  # pylint: disable=wrong-import-position
from harness.servers import Mysql  # pylint: disable=wrong-import-position
import against  # pylint: disable=wrong-import-position
import broker  # pylint: disable=wrong-import-position
import memory  # pylint: disable=wrong-import-position
from measure import BenchError, Neighbours, Run, Writer, program, timed  # pylint: disable=wrong-import-position
from report import Figures  # pylint: disable=wrong-import-position

# In this order: what reads the binlog of the load comes before what writes more of it.
PARTS = ("start", "streaming", "transforms", "kafka", "snapshot", "incremental", "latency", "tables", "memory")
UNWRAP = {"transforms": "unwrap", "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState"}
RATE = 1_000
ROWS_PER_COMMIT = 10  # of the writer beside incremental snapshots
LATENCY_COMMITS = 2_000
QUIET = 0.06  # a repetition that left others at most this share of the machine was not disturbed


class Load:
    """A table with its rows, where the binlog of their inserts lies, and offsets from before them."""

    def __init__(self, bench, table, rows):
        self.table, self.rows = table, rows
        server = bench.server
        table.create(server)
        self._before = bench.run_folder()
        with Run(server, self._before, keep=True, **{"snapshot.mode": "no_data", "table.include.list": table.name}) as run:
            run.until_log("event=stream.started")
            run.stop()
        server.execute("FLUSH BINARY LOGS")
        self.begin = server.binlogs()[-1][0]
        began = time.monotonic()
        table.load(server, rows)
        self.end = server.binlogs()[-1]
        server.execute("FLUSH BINARY LOGS", f"ANALYZE TABLE {table.name}")
        self.binlogs = [name for name, _ in server.binlogs() if self.begin <= name <= self.end[0]]
        bytes_per_row = sum(size for name, size in server.binlogs() if name in self.binlogs) / rows
        bench.say(f"{table.name}: {rows} rows in {time.monotonic() - began:.0f} s, {bytes_per_row:.0f} bytes of binlog each")
        bench.figures.note(f"{self.prefix}binlog: {bytes_per_row:.0f} bytes a row, {table.per_commit} rows a transaction"
                           + (f"; {rows:,} rows" if table.title else ""))

    @property
    def prefix(self):
        """Before the names of its figures."""
        return f"{self.table.title}: " if self.table.title else ""

    @property
    def last(self):
        """In the record of its last row."""
        return f'"key":{{"id":{self.rows}}}'

    def select(self):
        return f"SELECT * FROM {self.table.name}"

    def offsets(self, bench):
        """A folder for a run that resumes before the load."""
        folder = bench.run_folder()
        shutil.copytree(self._before, folder)
        return folder


class Bench:
    """One server with the table, and the parts that measure on it."""

    def __init__(self, options, folder):
        self.rows = options.rows
        self.quick = options.quick
        self.repeat = options.repeat
        self.folder = folder
        self.figures = Figures()
        self.server = Mysql(buffer_pool="1G", args=["--innodb-redo-log-capacity=2G", "--max-binlog-size=1G"])
        self.login = [self.server.host, str(self.server.port), self.server.user, self.server.password]
        self.serial = 0

    def close(self):
        self.server.stop()

    def say(self, text):
        print(f"bench: {text}", file=sys.stderr, flush=True)

    def run_folder(self):
        self.serial += 1
        return self.folder / f"run-{self.serial}"

    def flush_at_commit(self, on):
        self.server.execute(
            f"SET GLOBAL innodb_flush_log_at_trx_commit = {1 if on else 2}", f"SET GLOBAL sync_binlog = {1 if on else 0}"
        )

    def prepare(self):
        """The orders, which most parts are about."""
        self.server.execute(*workload.DDL)
        standard.account(self.server, workload.SIGNALS)
        self.orders = Load(self, workload.ORDERS, self.rows)

    def rate(self, name, took, rows=None):
        """Notes the median of several times as rows a second; the rate."""
        rows = rows or self.rows
        rate = rows / statistics.median(took)
        self.figures.rate(name, rate, [rows / t for t in took])
        self.say(f"{name}: {rate:,.0f} rows/s  ({', '.join(f'{t:.2f} s' for t in took)})")
        return rate

    def cost(self, name, runs, rows=None):
        """runs: (seconds, cpu seconds, peak MB) of engine runs."""
        cpu = statistics.median(cpu for _, cpu, _ in runs) / (rows or self.rows) * 1e6
        peak = max(peak for _, _, peak in runs)
        self.figures.value(f"{name}: CPU seconds per million rows", cpu, "s")
        self.figures.value(f"{name}: peak memory", peak, "MB")
        self.figures.memory(name, peak)
        self.say(f"{name}: {cpu:.2f} CPU s per million rows, {peak:.1f} MB")

    # -- the parts ---------------------------------------------------------------------------------------------------

    def streaming(self):
        """A binlog of inserted rows into a file of JSON; a bare dump; mysqlbinlog -vv."""
        rate, bare_rate, tool_rate = self.stream_of(self.orders)
        self.figures.ratio("streaming / bare dump", rate / bare_rate)
        self.figures.aim("streaming / mysqlbinlog -vv", rate / tool_rate, 3.0)

    def stream_of(self, load):
        """Rates of the engine, of a bare dump and of mysqlbinlog."""
        bare, tool, engine = [], [], []
        sink = str(self.folder / "rival.out")
        for _ in range(self.repeat):
            bare.append(timed([program("bench_dump"), *self.login, load.begin, "4", load.end[0], str(load.end[1])]))
            tool.append(timed(self.server.tool("mysqlbinlog") + self.server.connection_args() + [
                "--ssl-mode=DISABLED", "--get-server-public-key", "--read-from-remote-server", "-vv",
                "--base64-output=decode-rows", *load.binlogs], sink))
            with Run(self.server, load.offsets(self), **{"table.include.list": load.table.name}) as run:
                took = run.until_last(load.last)
                engine.append((took, run.cpu_s(), run.peak_mb()))
                self.figures.note_once(f"{load.prefix}output: {run.output_bytes() / load.rows:.0f} bytes of JSON a row")
                run.stop()
        bare_rate = self.rate(f"{load.prefix}bare dump of the binlog", bare, load.rows)
        tool_rate = self.rate(f"{load.prefix}mysqlbinlog -vv into a file", tool, load.rows)
        rate = self.rate(f"{load.prefix}streaming into a file", [took for took, _, _ in engine], load.rows)
        self.cost(f"{load.prefix}streaming", engine, load.rows)
        return rate, bare_rate, tool_rate

    def transforms(self):
        """The same binlog with ExtractNewRecordState, and without."""
        plain, unwrapped = [], []
        for _ in range(self.repeat):
            for more, runs in (({}, plain), (UNWRAP, unwrapped)):
                with Run(self.server, self.orders.offsets(self), **more) as run:
                    took = run.until_last(self.orders.last)
                    runs.append((took, run.cpu_s(), run.peak_mb()))
                    run.stop()
        plain_rate = self.rate("streaming without transforms", [took for took, _, _ in plain])
        rate = self.rate("streaming with ExtractNewRecordState", [took for took, _, _ in unwrapped])
        self.cost("streaming without transforms", plain)
        self.cost("streaming with ExtractNewRecordState", unwrapped)
        self.figures.ratio("ExtractNewRecordState / without transforms", rate / plain_rate)

    def snapshot(self):
        """The initial snapshot into a file; a bare SELECT *; mysqldump."""
        rate, bare_rate, tool_rate, first = self.snapshot_of(self.orders)
        self.figures.ratio("initial snapshot / bare SELECT *", rate / bare_rate)
        self.figures.aim("initial snapshot / mysqldump", rate / tool_rate, 1.0)
        self.figures.value("initial snapshot: first record after start", 1000 * first, "ms")

    def snapshot_of(self, load):
        """Rates of the engine, of a bare SELECT and of mysqldump; seconds to the first record."""
        bare, tool, engine, first = [], [], [], []
        sink = str(self.folder / "rival.out")
        for _ in range(self.repeat):
            bare.append(timed([program("bench_select"), *self.login, load.select()]))
            tool.append(timed(self.server.tool("mysqldump") + self.server.connection_args() + [
                "--ssl-mode=DISABLED", "--get-server-public-key", "--single-transaction", "--skip-lock-tables",
                "--set-gtid-purged=OFF", *load.table.name.split(".")], sink))
            with Run(self.server, self.run_folder(), **{"table.include.list": load.table.name}) as run:
                first.append(run.until_first_record())
                took = run.until_last(load.last)
                engine.append((took, run.cpu_s(), run.peak_mb()))
                run.stop()
        bare_rate = self.rate(f"{load.prefix}bare SELECT *", bare, load.rows)
        tool_rate = self.rate(f"{load.prefix}mysqldump into a file", tool, load.rows)
        rate = self.rate(f"{load.prefix}initial snapshot into a file", [took for took, _, _ in engine], load.rows)
        self.cost(f"{load.prefix}initial snapshot", engine, load.rows)
        return rate, bare_rate, tool_rate, statistics.median(first)

    def incremental(self):
        """Incremental snapshots under a steady load, with flush at every commit."""
        self.flush_at_commit(True)
        try:
            for chunk, aim in ((4096, 0.6), (1024, 0.45)):
                self.incremental_with(chunk, aim)
        finally:
            self.flush_at_commit(False)

    def incremental_with(self, chunk, aim):
        """The quietest repetitions count: what others take of the machine, they take from the engine."""
        attempts = []
        while sum(a["others"] < QUIET for a in attempts) < self.repeat and len(attempts) < 4 * self.repeat:
            attempts.append(self.incremental_once(chunk))
        attempts.sort(key=lambda a: a["others"])
        if len(attempts) > self.repeat:
            self.figures.note(f"chunks of {chunk}: {self.repeat} quietest of {len(attempts)} repetitions; in these others took"
                              f" up to {100 * attempts[self.repeat - 1]['others']:.0f} % of the machine")
        best = attempts[: self.repeat]
        bare_rate = self.rate(f"bare SELECT * under the load (with chunks of {chunk})", [a["bare"] for a in best])
        rate = self.rate(f"incremental snapshot, chunks of {chunk}", [a["took"] for a in best])
        self.cost(f"incremental snapshot, chunks of {chunk}", [(a["took"], a["cpu"], a["peak"]) for a in best])
        self.figures.value(f"load beside chunks of {chunk}", statistics.median(a["load"] for a in best), "row changes/s")
        self.figures.aim(f"incremental, chunks of {chunk} / bare SELECT under the load", rate / bare_rate, aim)

    def incremental_once(self, chunk, build=None):
        """One repetition: a bare SELECT and a snapshot beside the same writer."""
        with Run(self.server, self.run_folder(), build=build, **{
            "snapshot.mode": "no_data",
            "signal.data.collection": workload.SIGNALS,
            "incremental.snapshot.chunk.size": chunk,
            "incremental.snapshot.max.threads": 2,
        }) as run, Writer("rate", self.server.port, self.rows, RATE, ROWS_PER_COMMIT) as writer:
            run.until_log("event=stream.started")
            time.sleep(0.5)
            neighbours = Neighbours(run.process.pid, self.server.pid, writer.process.pid)
            bare = timed([program("bench_select"), *self.login, self.orders.select()])
            cpu = run.cpu_s()
            began = time.monotonic()
            standard.send_signal(self.server, workload.SIGNALS, "execute-snapshot", {"data-collections": [workload.ORDERS.name]})
            took = run.until_snapshot_done() - began
            others = neighbours.share()
            cost = {"cpu": run.cpu_s() - cpu, "peak": run.peak_mb()}
            changed, seconds = writer.finish().split()
            run.stop()
        self.say(f"chunks of {chunk}: bare {bare:.2f} s, engine {took:.2f} s, others {100 * others:.0f} %")
        return {"bare": bare, "took": took, "others": others, "load": int(changed) / float(seconds), **cost}

    def tables(self):
        """Tables of other shapes: each way to read them, beside its rivals. The incremental snapshot has no load beside it."""
        for table in workload.TABLES:
            load = Load(self, table, max(50, self.rows // table.one_in))
            rate, bare_rate, tool_rate = self.stream_of(load)
            self.figures.ratio(f"{load.prefix}streaming / bare dump", rate / bare_rate)
            self.figures.ratio(f"{load.prefix}streaming / mysqlbinlog -vv", rate / tool_rate)
            rate, select_rate, tool_rate, _ = self.snapshot_of(load)
            self.figures.ratio(f"{load.prefix}initial snapshot / bare SELECT *", rate / select_rate)
            self.figures.ratio(f"{load.prefix}initial snapshot / mysqldump", rate / tool_rate)
            rate = self.incremental_of(load)
            self.figures.ratio(f"{load.prefix}incremental snapshot / bare SELECT *", rate / select_rate)

    def incremental_of(self, load):
        """Rate of an incremental snapshot by two readers with nothing beside it."""
        runs = []
        for _ in range(self.repeat):
            with Run(self.server, self.run_folder(), **{
                "snapshot.mode": "no_data", "table.include.list": load.table.name, "signal.data.collection": workload.SIGNALS,
                "incremental.snapshot.chunk.size": 4096, "incremental.snapshot.max.threads": 2,
            }) as run:
                run.until_log("event=stream.started")
                began, cpu = time.monotonic(), run.cpu_s()
                standard.send_signal(self.server, workload.SIGNALS, "execute-snapshot", {"data-collections": [load.table.name]})
                took = run.until_snapshot_done() - began
                runs.append((took, run.cpu_s() - cpu, run.peak_mb()))
                run.stop()
        rate = self.rate(f"{load.prefix}incremental snapshot into a file", [took for took, _, _ in runs], load.rows)
        self.cost(f"{load.prefix}incremental snapshot", runs, load.rows)
        return rate

    def kafka(self):
        """The streaming part's binlog into a topic."""
        broker.measure(self)

    def memory(self):
        """Peak memory over large snapshots and transactions beside that over small ones."""
        memory.measure(self)

    def latency(self):
        """From a commit to its record in the reader's hands, through a pipe; flush at every commit."""
        self.flush_at_commit(True)
        read = {}
        with Run(self.server, self.run_folder(), sink="stdout", **{
            "snapshot.mode": "no_data", "table.include.list": workload.CLOCK
        }) as run:
            run.until_log("event=stream.started")
            time.sleep(0.5)
            with Writer("clock", self.server.port, LATENCY_COMMITS, 3) as writer:
                for line in run.process.stdout:
                    now = time.time_ns()
                    at = line.find(b'"key":{"id":')
                    number = int(line[at + 12 : line.index(b"}", at)])
                    read[number] = now
                    if number == LATENCY_COMMITS - 1:
                        break
                written = [tuple(map(int, line.split())) for line in writer.finish().splitlines()]
            self.figures.memory("latency", run.peak_mb())
            run.stop()
        self.flush_at_commit(False)
        after_begin = sorted((read[n] - began) / 1e6 for n, began, _ in written)
        after_commit = sorted((read[n] - ended) / 1e6 for n, _, ended in written)
        commits = sorted((ended - began) / 1e6 for _, began, ended in written)
        for name, values in (("INSERT sent to commit answered", commits), ("INSERT sent to record", after_begin),
                             ("commit answered to record", after_commit)):
            p50, p99 = values[len(values) // 2], values[len(values) * 99 // 100]
            self.figures.value(f"{name}: p50 / p99 / max", (p50, p99, values[-1]), "ms")
            self.say(f"{name}: p50 {p50:.2f} p99 {p99:.2f} max {values[-1]:.2f} ms")
        self.figures.aim_below("commit answered to record, p99", after_commit[len(after_commit) * 99 // 100], 10, "ms")

    def start(self):
        """From the start of the process to the first record, where an offset is stored and a change waits."""
        took = []
        for number in range(7):
            self.server.execute(f"INSERT INTO {workload.MARK} VALUES ({number})")
            with Run(self.server, self.mark_offsets(), **{
                "signal.data.collection": workload.SIGNALS, "table.include.list": workload.MARK
            }) as run:
                took.append(run.until_first_record())
                run.stop()
        first = 1000 * statistics.median(took)
        self.say(f"first record after start: {first:.0f} ms ({', '.join(f'{1000 * t:.0f}' for t in took)})")
        self.figures.aim_below("first record after start, offset stored, signals on", first, 100, "ms")

    def mark_offsets(self):
        folder = self.run_folder()
        shutil.copytree(self.before_mark, folder)
        return folder

    def prepare_start(self):
        """Offsets of a run with signals, before the marks."""
        self.before_mark = self.run_folder()
        with Run(self.server, self.before_mark, keep=True, **{
            "snapshot.mode": "no_data", "signal.data.collection": workload.SIGNALS, "table.include.list": workload.MARK
        }) as run:
            run.until_log("event=signal.probe_returned")
            run.stop()


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "unknown")
    with open("/proc/meminfo", encoding="utf-8") as info:
        memory = int(next(info).split()[1]) / 1024 / 1024
    return f"{os.cpu_count()} cores of {model}, {memory:.0f} GB"


def others(load_before, seconds):
    """Says how quiet the machine was."""
    return (f"load average before {load_before:.1f}, after {seconds:.0f} s of measuring {os.getloadavg()[0]:.1f}:"
            " what is above about 2 was not ours, and slows what needs both cores more than what needs one")


def commit():
    def git(*words):
        return subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=True).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "src", "CMakeLists.txt", "cmake")
    return git("rev-parse", "--short=9", "HEAD"), bool(changed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="100,000 rows, every measurement once")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--repeat", type=int)
    parser.add_argument("--only", default=",".join(PARTS), help="parts, separated by commas")
    parser.add_argument("--against", metavar="NAME=PROGRAM", help="another build of the engine, to be compared with")
    parser.add_argument("--write", action="store_true", help="keep the figures in bench/results/")
    options = parser.parse_args()
    options.rows = options.rows or (100_000 if options.quick else 1_000_000)
    options.repeat = options.repeat or (1 if options.quick else 3)
    if options.against and "=" not in options.against:
        parser.error("--against wants NAME=PROGRAM: a name for the results, and the path of the other build")
    parts = options.only.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")

    load = os.getloadavg()[0]
    began = time.monotonic()
    revision, changed = commit()
    folder = Path(tempfile.mkdtemp(prefix="tidemark-bench-"))
    bench = Bench(options, folder)
    try:
        bench.figures.note(f"commit {revision}{' with changes' if changed else ''}, built -O2 -g -DNDEBUG by g++")
        bench.figures.note(machine())
        bench.figures.note(f"MySQL {bench.server.version}, loopback, no TLS; {options.rows:,} rows; medians of {options.repeat}")
        bench.figures.note("flush at every commit for incremental and latency; elsewhere at the system's leisure")
        bench.prepare()
        bench.prepare_start()
        if options.against:
            against.measure(bench, *options.against.split("=", 1))
        else:
            for part in sorted(parts, key=PARTS.index):
                getattr(bench, part)()
        bench.figures.note(others(load, time.monotonic() - began))
    finally:
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)
    text = bench.figures.markdown()
    print(text)
    if options.write:
        path = ROOT / "bench/results" / f"{datetime.date.today():%Y-%m-%d}-{revision}{'-against' if options.against else ''}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        bench.say(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
