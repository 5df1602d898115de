"""One run of the oracle: a workload and snapshots, an engine that is killed and cut off, and the proof afterwards.

    oracle.py --seed 7 --kills 20 --readers 2 --strategy insert_insert

Prints one line a check and a summary; the status is 1 when something does not hold, with the first violations in full
and the folder that holds output, journal and logs. What happens follows from the seed; when it meets what does not.
"""

import argparse
import os
import random
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pymysql  # pylint: disable=wrong-import-position

from harness import standard  # pylint: disable=wrong-import-position
from harness.engine import ROOT  # pylint: disable=wrong-import-position
from harness.servers import MariaDb, MariaDbUnstable, Mysql  # pylint: disable=wrong-import-position
from oracle import source  # pylint: disable=wrong-import-position
from oracle.broker import Broker  # pylint: disable=wrong-import-position
from oracle.check import Proof, Run  # pylint: disable=wrong-import-position
from oracle.proxy import Proxy  # pylint: disable=wrong-import-position
from oracle.records import segments  # pylint: disable=wrong-import-position
from oracle.workload import MARKER, Workload, mark  # pylint: disable=wrong-import-position

SIGNALS = "oracle.signals"
FIRST_LOAD = "first-load-"
FAULTS = ("ignore_noted", "close_early", "cursor_ahead")
CATCH_UP_S = 90
CUT_OFF = 0.15  # share of signals for blocking snapshots to be cut off, where their rest may come in chunks
SERVERS = {"mysql": Mysql, "mariadb": MariaDb, "mariadb-unstable": MariaDbUnstable}


class Broken(Exception):
    """The engine did what it must not, before the records were even looked at."""


def fault_binary():
    """The build that can break its own window logic."""
    return Path(os.environ.get("TIDEMARK_FAULT_BIN") or ROOT / "build/faults/tidemark")


class Snapshots:
    """Sends snapshot signals, one snapshot at a time for each table, and learns how each ends."""

    def __init__(self, server, stored, tables, surrogates, rng, blocking=None, goes_on=False):
        self._blocking = blocking or (lambda: False)  # shall the next one block?
        self._goes_on = goes_on  # may one that blocks, cut off, go on in chunks?
        self._surrogates = surrogates  # {table: columns}
        self._server = server
        self._stored = stored  # what the engine has made durable, or None
        self._tables = tables
        self._rng = rng
        self.runs = []
        self.stops = {}
        self.signals = []
        self.active = {}  # table -> Run
        self.paused = False
        self.completed = 0
        self.refused = []
        self._sent = 0

    def _send(self, kind, data=None):
        self._sent += 1
        signal_id = f"{kind}-{self._sent}"
        standard.send_signal(self._server, SIGNALS, kind, data, signal_id)
        self.signals.append(signal_id)
        return signal_id

    def execute(self, names, condition=None, surrogate=None):
        """Asks for incremental snapshots of tables that are not being read; condition: (SQL, predicate)."""
        self._sent += 1
        signal_id = f"execute-snapshot-{self._sent}"
        data = {"data-collections": [self._pattern(name) for name in names], "type": "incremental"}
        if condition:
            data["additional-conditions"] = [{"data-collection": n, "filter": condition[0]} for n in names]
        if surrogate:
            data["surrogate-key"] = surrogate
        for name in names:
            run = Run(signal_id, name, condition[1] if condition else None, moves=surrogate is not None)
            self.runs.append(run)
            self.active[name] = run
        standard.send_signal(self._server, SIGNALS, "execute-snapshot", data, signal_id)
        self.signals.append(signal_id)

    def block(self, names):
        """Asks for a blocking snapshot of tables that are not being read, some by a SELECT of their own."""
        self._sent += 1
        signal_id = f"execute-snapshot-{self._sent}"
        data = {"data-collections": [self._pattern(name) for name in names], "type": "blocking"}
        conditions = []
        for name in names:
            run = Run(signal_id, name, blocking=True, goes_on=self._goes_on)
            if self._rng.random() < 0.3:
                remainder = self._rng.randrange(3)
                run.matches = lambda row, r=remainder: row["version"] % 3 == r
                conditions.append({"data-collection": name, "filter": f"SELECT * FROM {name} WHERE version % 3 = {remainder}"})
            self.runs.append(run)
            self.active[name] = run
        if conditions:
            data["additional-conditions"] = conditions
        standard.send_signal(self._server, SIGNALS, "execute-snapshot", data, signal_id)
        self.signals.append(signal_id)

    def first_load(self, names):
        """Notes what the engine begins with by itself; its id is known by its outcomes."""
        for name in names:
            run = Run(FIRST_LOAD, name, first=True)
            self.runs.append(run)
            self.active[name] = run

    def _pattern(self, name):
        """A table's name, as it is or as a regular expression."""
        return name if self._rng.random() < 0.7 else re.escape(name).replace("_", "[_]")

    def free(self):
        """Tables that are not being read."""
        return [name for name in self._tables if name not in self.active]

    def something(self):
        """One signal at random."""
        free = self.free()
        dice = self._rng.random()
        if self.paused and dice < 0.5:
            self.resume()
        elif free and dice < 0.75:
            names = self._rng.sample(free, self._rng.randint(1, min(3, len(free))))
            if self._blocking():
                return self.block(names)
            condition = None
            if self._rng.random() < 0.2:
                remainder = self._rng.randrange(3)
                condition = (f"version % 3 = {remainder}", lambda row, r=remainder: row["version"] % 3 == r)
            common = sorted(set.intersection(*(set(self._surrogates[name]) for name in names)))
            self.execute(names, condition, self._rng.choice(common) if self._rng.random() < 0.3 else None)
        elif self._in_chunks() and dice < 0.85:
            self._stop()
        elif self.active and not self.paused and dice < 0.95:
            self._send("pause-snapshot")
            self.paused = True

    def _in_chunks(self):
        return sorted(name for name, run in self.active.items() if not run.blocking)

    def _stop(self):
        active = self._in_chunks()
        names = self._rng.sample(active, 1) if self._rng.random() < 0.7 else None
        data = {"type": "incremental"} | ({"data-collections": names} if names else {})
        stopped = names or active
        self.stops[self._send("stop-snapshot", data)] = stopped

    def resume(self):
        self._send("resume-snapshot")
        self.paused = False

    def look(self):
        """Takes up what the engine has stored about our signals."""
        state = self._stored() or {}
        for verdict in state.get("verdicts", ()):
            if not verdict["accepted"] and verdict not in self.refused:
                self.refused.append(verdict)
        for outcome in state.get("outcomes", ()):
            run = self.active.get(outcome["collection"])
            if run and run.signal_id == FIRST_LOAD and outcome["signal_id"].startswith(FIRST_LOAD):
                run.signal_id = outcome["signal_id"]
            if run is None or run.signal_id != outcome["signal_id"]:
                continue
            run.status = "COMPLETED" if outcome["status"] in ("COMPLETED", "EMPTY") else outcome["status"]
            if run.status == "FAILED":
                raise Broken(f"the snapshot of {run.table} by {run.signal_id} failed: {outcome}")
            mark(self._server, f"ended {run.signal_id} {run.table}")
            self.completed += run.status == "COMPLETED"
            del self.active[run.table]
        for verdict in self.refused:
            if verdict["signal_id"].startswith("execute"):
                raise Broken(f"a good signal was refused: {verdict}")


class OracleRun:
    """Everything of one run; use run()."""

    def __init__(self, options):
        self.options = options
        self._rng = random.Random(f"{options.seed}-schedule")
        self.folder = Path(tempfile.mkdtemp(prefix=f"tidemark-oracle-{options.seed}-"))
        self._server = self._workload = self._proxy = self._engine = self._snapshots = None
        self._broker = None
        self._dice = random.Random(f"{options.seed}-cut-off")  # its own, so that without them a seed means what it meant
        self._cut_off = 0  # share of signals
        self.kills = self.cuts = self.restarts = self.broker_kills = 0
        self._source = None  # what is streamed: the server, or its replica
        self._streams = False  # a position of the stream is stored
        self.report = None

    # -- setting up ------------------------------------------------------------------------------------------------

    def _choose(self):
        """What the options leave open, from the seed."""
        rng, options = self._rng, self.options
        self.readers = options.readers or rng.choice((1, 2, 4))
        self.strategy = options.strategy or rng.choice(("insert_insert", "insert_delete"))
        self.chunk = options.chunk_size or rng.choice((7, 50, 200, 1000))
        self.mode = options.mode or rng.choice(("initial", "initial", "no_data"))
        self.flush_ms = rng.choice((20, 100, 500))
        self.gtid = not options.no_gtid and rng.random() > options.file_position
        self.rotate = rng.choice((1_000_000, 20_000_000))
        self._mysql = options.server == "mysql"
        self._choose_forms()
        self.tls = rng.random() < options.tls and self._mysql  # under TLS the proxy cannot tell a binlog dump
        if options.read_only:
            self.gtid, self.strategy = True, "read-only"

    def _choose_forms(self):
        """How transactions are logged: by dice of their own, so that without them a seed means what it meant."""
        dice, options = random.Random(f"{self.options.seed}-forms"), self.options
        xa, partial, compressed = (dice.random() for _ in range(3))
        if options.at_least_once:
            self.mode = "no_data" if self.mode == "initial" else self.mode
            options.blocking = 0
        self.xa = options.xa if options.xa is not None else 0.15 if xa < 0.4 else 0
        self.partial_json = self._mysql and (partial < 0.4 if options.partial_json is None else options.partial_json)
        self.compress = self._mysql and (compressed < 0.3 if options.compress is None else options.compress)

    def _set_up(self):
        self._choose()
        options = {"gtid": self.gtid}
        if not self._mysql:  # its own default: events that do not name their columns
            options |= {"binlog_row_metadata": None, "compression": self._rng.random() < 0.3}
        self._server = SERVERS[self.options.server](**options)
        self._workload = Workload(self._server, self.options.seed, tables=self.options.tables, rate=self.options.rate,
                                  rows=self.options.rows, xa=self.xa, partial_json=self.partial_json, compress=self.compress)
        self._workload.set_up()
        self._server.execute(standard.SIGNAL_DDL.format(SIGNALS))
        standard.account(self._server, None if self.options.read_only else SIGNALS)
        self._source = self._replica() if self.options.read_only else self._server
        self._proxy = Proxy(self._source.port)
        (self.folder / "records").mkdir()
        if self.options.sink == "kafka":
            self._broker = Broker(self.folder, not self.options.at_least_once)
        env = {"TIDEMARK_WINDOW_FAULT": self.options.fault} if self.options.fault else {}
        marks = {"read.only": "true"} if self.options.read_only else {"incremental.snapshot.watermarking.strategy": self.strategy}
        self._engine = standard.engine(
            self._source, self.folder, env=env,
            **marks, **{
                "database.port": self._proxy.port,
                "database.ssl.mode": "required" if self.tls else "disabled" if self._mysql else "disable",
                "database.include.list": "oracle",
                "signal.data.collection": SIGNALS,
                "snapshot.mode": self.mode,
                "snapshot.max.threads": self.readers,
                "incremental.snapshot.chunk.size": self.chunk,
                "incremental.snapshot.max.threads": self.readers,
                "offset.flush.interval.ms": self.flush_ms,
                "debezium.sink.file.rotate.bytes": self.rotate,
                **(self._broker.properties() if self._broker else {}),
            },
        )
        goes_on = self._broker is not None and self._broker.exactly_once
        self._cut_off = CUT_OFF if goes_on and self.options.blocking else 0
        self._snapshots = Snapshots(self._server, self._stored, [t.id for t in self._workload.tables],
                                    {t.id: t.surrogates for t in self._workload.tables}, self._rng, self._blocks(),
                                    goes_on=goes_on)

    def _stored(self):
        """The offset and what belongs to it, as JSON; None while there is none."""
        return self._broker.state() if self._broker else standard.stored(self.folder)

    def _replica(self):
        """Of the server, with appliers in parallel; nobody may write there but they."""
        workers = "--replica-parallel-workers=4" if self._mysql else "--slave-parallel-threads=4"
        replica = SERVERS[self.options.server](replica_of=self._server, args=[workers])
        replica.wait_for(self._server)
        replica.execute(f"SET GLOBAL {'super_' if self._mysql else ''}read_only = ON")
        return replica

    def _blocks(self):
        """Whether the next snapshot is a blocking one: by dice of its own, so that without them a seed means what it meant."""
        dice = random.Random(f"{self.options.seed}-blocking")
        return lambda: dice.random() < self.options.blocking

    # -- the run ---------------------------------------------------------------------------------------------------

    def run(self):
        """The whole run; True when everything holds."""
        try:
            self._set_up()
            self._workload.start()
            must_from = self._begin()
            self._trouble()
            self._settle()
            self._prove(must_from)
            ok = self.report.ok
        except Exception as error:  # pylint: disable=broad-except
            ok = False
            self._say(f"BROKEN {type(error).__name__}: {error}")
            if not isinstance(error, (Broken, AssertionError)):
                raise
        finally:
            self._tear_down()
        self._print(ok)
        if ok and not self.options.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        return ok

    def _begin(self):
        """Starts the engine; the time from which every transaction must be in the stream, if it is known."""
        self._engine.start()
        if self.mode == "initial":
            if self._broker and self._broker.exactly_once:
                self._cut_off_the_initial_snapshot()
            return None
        if self.mode == "incremental":
            self._snapshots.first_load(self._workload.table_ids)
        self._await_marker("start")
        self._await(self._stored, "a stored offset")
        return time.monotonic()

    def _cut_off_the_initial_snapshot(self):
        """By kills, before or after the first part of it is committed; what was left of it the engine reads in chunks, unasked."""
        for _ in range(self._rng.randrange(4)):
            self._await(lambda: "event=snapshot.resumable" in self._engine.log() or "event=stream.started" in self._engine.log(),
                        "rows of the initial snapshot")
            self._proxy.stall()
            time.sleep(self._rng.uniform(0, 1))
            self._kill()
            self._proxy.flow()
        self._await(lambda: "event=stream.started" in self._engine.log(), "the stream")
        state = self._stored()
        left = {f"{table['database']}.{table['table']}" for table in state["incremental_snapshot"]["tables"]}
        left |= {outcome["collection"] for outcome in state["outcomes"] if outcome["signal_id"].startswith(FIRST_LOAD)}
        self._snapshots.first_load([name for name in self._workload.table_ids if name in left])

    def _trouble(self):
        """Kills, cuts and signals at random instants."""
        rng, options = self._rng, self.options
        plan = [(rng.uniform(0.3, options.seconds), self._kill) for _ in range(options.kills)]
        if not self.tls:
            plan += [(rng.uniform(0.5, options.seconds), self._lag) for _ in range(int(options.seconds * 1.5))]
        if not options.calm:
            plan += [(rng.uniform(0.5, options.seconds), self._cut) for _ in range(max(2, options.kills // 3))]
            plan += [(rng.uniform(0.5, options.seconds), self._drop_all) for _ in range(max(1, options.kills // 6))]
            plan += [(rng.uniform(0.5, options.seconds), self._stall) for _ in range(max(1, options.kills // 6))]
            plan += [(rng.uniform(0.5, options.seconds), self._cut_worker) for _ in range(3)]
        if self._broker:
            plan += [(rng.uniform(0.5, options.seconds), self._trouble_the_broker) for _ in range(max(3, options.kills // 2))]
            plan += [(rng.uniform(0.5, options.seconds), self._kill_broker) for _ in range(options.broker_kills)]
        at = 0.3
        while at < options.seconds:
            plan.append((at, self._signal))
            at += rng.uniform(0.05, 0.6)
        plan.sort(key=lambda step: step[0])
        started = time.monotonic()
        for at, action in plan:
            while (left := started + at - time.monotonic()) > 0:
                time.sleep(min(left, 0.05))
                self._check_alive()
                self._snapshots.look()
            action()

    def _signal(self):
        """A signal at random, once one cannot be missed: rows older than the stored position are no signals."""
        if not self._streams:
            offset = (self._stored() or {}).get("offset", {})
            self._streams = bool(offset.get("file")) and "snapshot" not in offset
        free = self._snapshots.free()
        if self._streams and free and self._dice.random() < self._cut_off:
            self._cut_off_a_blocking_snapshot(free)
        elif self._streams:
            self._snapshots.something()

    def _check_alive(self):
        if self._workload.failures:
            raise RuntimeError(self._workload.failures[0])
        if not self._engine.running():
            if self._was_cut_at_start():
                self.restarts += 1
                self._engine.start()
                return
            raise Broken(f"the engine ended by itself with {self._engine.process.returncode}:\n{self._engine.log()[-3000:]}")

    def _was_cut_at_start(self):
        """A server that cannot be reached at the start ends the engine, as documented; we may have cut it off then."""
        log = self._engine.log()
        return self._engine.process.returncode == 3 and "event=stream.started" not in log and "kind=retryable" in log

    def _kill(self):
        self._check_alive()
        self._engine.kill()
        self.kills += 1
        if self._rng.random() < 0.5:
            time.sleep(self._rng.uniform(0, 0.3))
        self._engine.start()

    def _cut(self):
        """The server ends one of the engine's connections, or all of them."""
        mine = [(row[0],) for row in self._source.sessions() if row[1] == standard.USER]
        for (connection,) in mine if self._rng.random() < 0.3 else mine[:1] if not mine else [self._rng.choice(mine)]:
            self._kill_connection(self._source, connection)

    def _cut_worker(self):
        self._kill_connection(self._server, self._rng.choice(self._workload.connections()))

    def _kill_connection(self, server, connection):
        try:
            server.execute(f"KILL CONNECTION {connection}")
            self.cuts += 1
        except pymysql.MySQLError as error:
            if error.args[0] != 1094:  # it is gone already
                raise

    def _drop_all(self):
        self._proxy.drop()
        self.cuts += 1

    def _stall(self):
        self._proxy.stall()
        time.sleep(self._rng.uniform(0.05, 0.4))
        if self._rng.random() < 0.5:
            self._proxy.drop()
        self._proxy.flow()
        self.cuts += 1

    def _cut_off_a_blocking_snapshot(self, free):
        """By a kill or a lost connection, before or after the first part of it is committed."""
        dice = self._dice
        self._proxy.stall_after(int(10 ** dice.uniform(4.5, 6)), b"" if self.tls else b"CONSISTENT SNAPSHOT")
        self._snapshots.block(dice.sample(free, dice.randint(1, min(3, len(free)))))
        until = time.monotonic() + 2
        while not self._proxy.stalled() and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(dice.uniform(0, 1))
        if dice.random() < 0.5:
            self._kill()
        else:
            self._proxy.drop()
            self.cuts += 1
        self._proxy.flow()

    def _kill_broker(self):
        self._broker.restart()
        self.broker_kills += 1

    def _trouble_the_broker(self):
        """Its connections break, or it is slow."""
        if self._rng.random() < 0.5:
            self._broker.proxy.drop()
        else:
            self._broker.proxy.stall()
            time.sleep(self._rng.uniform(0.05, 0.8))
            if self._rng.random() < 0.3:
                self._kill()
            self._broker.proxy.flow()
        self.cuts += 1

    def _lag(self):
        """The stream falls behind; what is selected meanwhile is ahead of it."""
        self._proxy.lag()
        long = self._rng.random() < 0.1
        until = time.monotonic() + (self._rng.uniform(0.5, 1.5) if long else self._rng.uniform(0.02, 0.2))
        while time.monotonic() < until:
            if self._rng.random() < 0.2:
                self._signal()
            time.sleep(0.05)
        if long and self.kills < self.options.kills:
            self._kill()
        self._proxy.flow()

    # -- the end ---------------------------------------------------------------------------------------------------

    def _settle(self):
        """No more trouble: lets snapshots end and the stream catch up, then stops the engine."""
        self._workload.stop()
        snapshots = self._snapshots
        if snapshots.paused:
            snapshots.resume()
        self._await_runs()
        first = {run.table: run.status for run in snapshots.runs if run.first}
        missing = [name for name in self._workload.table_ids
                   if first.get(name, "COMPLETED" if self.mode == "initial" else "") != "COMPLETED"]
        if missing:
            snapshots.execute(missing)
            self._await_runs()
        self._await_marker("end")
        code = self._engine.stop()
        if code != 0:
            raise Broken(f"the engine ended with {code} after SIGTERM:\n{self._engine.log()[-3000:]}")
        if self._broker:
            self._broker.drain()

    def _await_runs(self):
        def done():
            self._snapshots.look()
            return not self._snapshots.active

        self._await(done, "the end of all snapshots")

    def _await_marker(self, name):
        """Writes a marker row until it is seen in the output."""
        text = f"{name} {self.options.seed} {time.time_ns()}"
        mark(self._server, text)
        last = [time.monotonic()]

        def there():
            if name == "start" and time.monotonic() - last[0] > 0.3:
                mark(self._server, text)
                last[0] = time.monotonic()
            return any(text.encode() in _tail(path) for path in segments(self.folder / "records")[-2:])

        self._await(there, f"the {name} marker in the output")

    def _await(self, condition, what):
        deadline = time.monotonic() + CATCH_UP_S
        while True:
            self._check_alive()
            if condition():
                return
            if time.monotonic() > deadline:
                raise Broken(f"not within {CATCH_UP_S} s: {what}; running: {self._snapshots.active}\n"
                             f"{self._engine.log()[-3000:]}")
            time.sleep(0.02)

    def _check_forms(self):
        """What was asked for is in the log, or the run proves nothing about it."""
        wanted = {"XA_prepare": self.xa, "Update_rows_partial": self.partial_json, "Transaction_payload": self.compress}
        there = set()
        for name, *_ in self._server.binlogs():
            events = self._server.query(f"SHOW BINLOG EVENTS IN '{name}'", use_unicode=False)  # statements are in any charset
            there |= {row[2].decode() for row in events}
        for event, asked in wanted.items():
            if asked and event not in there:
                raise RuntimeError(f"no {event} event in the binlog, but {sorted(there)}: {dict(self._workload.counts())}")

    def _prove(self, must_from):
        self._check_forms()
        connection = source.plain_connection(self._server)
        tables = source.describe(connection, self._workload.table_ids)
        rows = {name: source.rows(connection, table) for name, table in tables.items()}
        connection.close()
        proof = Proof(tables, self._workload.journal, signal_table=SIGNALS, marker_table=MARKER,
                      runs=self._snapshots.runs, stops=self._snapshots.stops, initial=self.mode == "initial",
                      must_from=must_from, signals=self._snapshots.signals, late_reads=self.strategy == "insert_delete",
                      repeats=self.options.at_least_once)
        self.report = proof.check(self.folder / "records", rows)
        if self._broker and not self._broker.exactly_once:
            self.report.numbers["repeated records"] = self._broker.repeated

    def _tear_down(self):
        for step in (
            lambda: self._workload and self._workload.stopping.set(),
            lambda: self._engine and self._engine.kill(),
            lambda: self._proxy and self._proxy.close(),
            lambda: self._broker and self._broker.stop(),
            lambda: self._source and self._source is not self._server and self._source.stop(),
            lambda: self._server and self._server.stop(),
        ):
            try:
                step()
            except Exception as error:  # pylint: disable=broad-except
                self._say(f"while stopping: {error}")

    # -- what it says ----------------------------------------------------------------------------------------------

    def _say(self, text):
        print(text, flush=True)

    def _print(self, ok):
        if self.report is not None and (not ok or not self.options.quiet):
            for line in self.report.lines():
                self._say("  " + line)
        if self.report is not None and not ok:
            for line in self.report.explain():
                self._say(f"  {line}")
        if not ok:
            if self._workload:
                self._workload.journal.dump(self.folder / "journal.jsonl")
            self._say(f"  kept: {self.folder}")
        snapshots = self._snapshots
        statuses = {}
        for run in snapshots.runs if snapshots else ():
            if run.first and self.mode == "initial":
                statuses["cut off"] = statuses.get("cut off", 0) + 1
            if run.in_chunks:
                statuses["gone on"] = statuses.get("gone on", 0) + 1
            statuses[run.status or "unfinished"] = statuses.get(run.status or "unfinished", 0) + 1
        self._say(
            f"{'ok' if ok else 'VIOLATED'}: {self.options.server}, seed {self.options.seed}, {self.mode}, {self.readers} readers, {self.strategy},"
            f" chunks of {self.chunk}, {'GTID' if self.gtid else 'file and position'}{', TLS' if self.tls else ''}"
            f"{f', XA {self.xa:.0%}' if self.xa else ''}{', partial JSON' if self.partial_json else ''}"
            f"{', compressed' if self.compress else ''},"
            f"{self._delivery()}"
            f" {self.kills} kills, {self.cuts} cuts, {self.restarts} restarts, runs {statuses}"
            + (f", fault {self.options.fault}" if self.options.fault else "")
        )

    def _delivery(self):
        if not self.options.sink == "kafka":
            return ""
        return f" Kafka {'at least' if self.options.at_least_once else 'exactly'} once, {self.broker_kills} broker kills,"


def _tail(path, size=1 << 20):
    with open(path, "rb") as file:
        file.seek(max(0, path.stat().st_size - size))
        return file.read()


def parser():
    options = argparse.ArgumentParser(description="One run of the oracle.")
    options.add_argument("--server", choices=SERVERS, default="mysql")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--seconds", type=float, default=25, help="of trouble")
    options.add_argument("--kills", type=int, default=20)
    options.add_argument("--readers", type=int, choices=(1, 2, 4), help="default: by the seed")
    options.add_argument("--strategy", choices=("insert_insert", "insert_delete"), help="default: by the seed")
    options.add_argument("--read-only", action="store_true", help="read.only=true at a replica with parallel appliers")
    options.add_argument("--chunk-size", type=int, help="default: by the seed")
    options.add_argument("--mode", "--first-load", choices=("initial", "no_data", "incremental"), help="default: by the seed")
    options.add_argument("--tables", type=int, default=8)
    options.add_argument("--rows", type=int, default=1500, help="of each table at the start")
    options.add_argument("--rate", type=float, default=150, help="transactions a second")
    options.add_argument("--xa", type=float, help="share of XA transactions; default: by the seed")
    options.add_argument("--partial-json", action=argparse.BooleanOptionalAction, help="default: by the seed (MySQL)")
    options.add_argument("--compress", action=argparse.BooleanOptionalAction, help="half of the sessions; default: by the seed (MySQL)")
    options.add_argument("--calm", action="store_true", help="cut no connections")
    options.add_argument("--sink", choices=("file", "kafka"), default="file")
    options.add_argument("--at-least-once", action="store_true", help="with --sink kafka: records may repeat; no initial and blocking snapshots")
    options.add_argument("--broker-kills", type=int, default=1, help="with --sink kafka")
    options.add_argument("--blocking", type=float, default=0.15, help="share of blocking snapshots; none beside a fault")
    options.add_argument("--no-gtid", action="store_true")
    options.add_argument("--file-position", type=float, default=0.2, help="share of runs without GTIDs")
    options.add_argument("--tls", type=float, default=0.3, help="share of runs under TLS, where the stream never lags")
    options.add_argument("--fault", choices=FAULTS, help="break the engine's window logic (test build)")
    options.add_argument("--keep", action="store_true", help="keep output and logs")
    options.add_argument("--quiet", action="store_true", help="one line if all holds")
    return options


def run(arguments):
    """Runs with command-line arguments; the OracleRun and whether everything holds."""
    options = parser().parse_args(arguments)
    before = os.environ.get("TIDEMARK_BIN")
    if options.fault:
        os.environ["TIDEMARK_BIN"] = str(fault_binary())
        # A seed's plan stays what found the fault.
        options.blocking, options.xa, options.partial_json, options.compress = 0, options.xa or 0, False, False
    try:
        one = OracleRun(options)
        return one, one.run()
    finally:
        if options.fault:
            if before is None:
                del os.environ["TIDEMARK_BIN"]
            else:
                os.environ["TIDEMARK_BIN"] = before


if __name__ == "__main__":
    sys.exit(0 if run(sys.argv[1:])[1] else 1)
