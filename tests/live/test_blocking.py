"""Blocking snapshots by signal: the stream stops at one place, the named tables are read as of exactly there, it goes on."""

import json
import random
import sys
import threading
import time
import unittest
from pathlib import Path

import pymysql

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from harness.servers import MariaDb  # pylint: disable=wrong-import-position
from live.support import LiveTest, said  # pylint: disable=wrong-import-position

FILL = ("INSERT INTO {0} SELECT i, 0, RPAD(i, 60, 'x') FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < {1}) SELECT i FROM n) AS numbers")

# The lock's name takes a column, so that the server asks for it at that row and not before.
WAITS_AT_THE_END = ("SELECT * FROM shop.items WHERE id < 30000 OR "
                    "GET_LOCK(CONCAT('gate', LEFT(id, 0)), 60) + RELEASE_LOCK(CONCAT('gate', LEFT(id, 0))) > 0")
# Takes three seconds for 30,000 rows.
SLOWLY = "SELECT * FROM shop.{0} WHERE id % 100 <> 0 OR SLEEP(0.01) = 0"


class Writers:
    """Transactions that raise `n` of random rows, remove rows and put others in their place, until they are told to end."""

    def __init__(self, server, tables, rows, threads=2):
        self._server, self._tables, self._rows = server, tables, rows
        self._stop = threading.Event()
        self.commits = 0
        self._failed = None
        self._threads = [threading.Thread(target=self._write, args=(seed,)) for seed in range(threads)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()
        if self._failed:
            raise self._failed

    def _write(self, seed):
        rng = random.Random(seed)
        connection = self._server.connect(database="shop")
        with connection.cursor() as cursor:
            while not self._stop.is_set():
                try:
                    cursor.execute("BEGIN")
                    for table in self._tables:
                        row = rng.randrange(1, self._rows + 1)
                        cursor.execute(f"UPDATE {table} SET n = n + 1 WHERE id = {row}")
                        if rng.random() < 0.2:
                            cursor.execute(f"DELETE FROM {table} WHERE id = {rng.randrange(1, self._rows + 1)}")
                        if rng.random() < 0.2:
                            cursor.execute(f"REPLACE INTO {table} VALUES ({rng.randrange(1, self._rows * 2)}, 0, 'new')")
                    cursor.execute("COMMIT")
                    self.commits += 1
                except pymysql.MySQLError as error:
                    if error.args[0] != 1213:  # deadlock
                        self._failed = error
                        break
        connection.close()


class BlockingTest(LiveTest):
    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, n INT, name VARCHAR(80))")

    def fill(self, rows, table="shop.items"):
        self.sql("SET SESSION cte_max_recursion_depth = 1000000" if self.server.flavour == "mysql"
                 else "SET SESSION max_recursive_iterations = 1000000", FILL.format(table, rows))

    def begin(self, **more):
        engine = self.engine(**{"snapshot.mode": "no_data", **more}).start()
        engine.wait_for_log("event=signal.probe_returned")
        return engine

    def ask(self, *tables, filters=None):
        data = {"data-collections": list(tables), "type": "BLOCKING"}
        if filters:
            data["additional-conditions"] = [{"data-collection": t, "filter": f} for t, f in filters.items()]
        return self.signal("execute-snapshot", data)

    def ask_slowly(self, *tables):
        return self.ask(*[f"shop.{t}" for t in tables], filters={f"shop.{t}": SLOWLY.format(t) for t in tables})

    def wait_for_reads(self, engine):
        """Until some of the rows of a slow one are there."""
        engine.wait_until(lambda: len(self.read(engine)) > 500, 30, "rows")

    def read(self, engine, table="items", which=lambda value: value["op"] == "r"):
        return [c["value"] for c in self.changes(engine, table) if which(c["value"])]

    def rows(self, table="items"):
        return {row[0]: tuple(row) for row in self.server.query(f"SELECT id, n, name FROM shop.{table}")}

    def applied(self, engine, table="items"):
        """The rows that the records make, in order; one that was read is as the stream has left it, or new."""
        state = {}
        known = False  # everything was read
        for change in (c["value"] for c in self.changes(engine, table)):
            if change["op"] == "d":
                state.pop(change["before"]["id"], None)
                continue
            row = (change["after"]["id"], change["after"]["n"], change["after"]["name"])
            if change["op"] == "r":
                if known or row[0] in state:
                    self.assertEqual(state.get(row[0]), row, "a row that was read is not as the stream left it")
                known = known or change["source"]["snapshot"] in ("last", "last_in_data_collection")
            state[row[0]] = row
        return state

    def wait_for_rows(self, engine, table="items"):
        """The output makes the table as it is now."""
        want = self.rows(table)
        engine.wait_until(lambda: self.applied(engine, table) == want, 30, f"the rows of {table}")


class Blocking(BlockingTest):
    def test_rows_are_as_of_one_place_while_writers_run(self):
        """Two tables that change together are read at one moment, and the stream goes on exactly behind it."""
        self.sql("CREATE TABLE shop.twins (id INT PRIMARY KEY, n INT, name VARCHAR(80))")
        self.fill(20000)
        self.fill(20000, "shop.twins")
        engine = self.begin(**{"snapshot.max.threads": 2})
        with Writers(self.server, ("items", "twins"), 20000) as writers:
            time.sleep(0.5)
            signal_id = self.ask("shop.items", "SHOP.TW.*")
            verdict = self.verdict(engine, signal_id)
            self.assertTrue(verdict["accepted"], verdict)
            self.assertIn("queued shop.items, shop.twins for a blocking snapshot", verdict["reason"])
            outcomes = [self.outcome(engine, signal_id, f"shop.{table}") for table in ("items", "twins")]
            again = self.ask("shop.items")
            self.outcome(engine, again, "shop.items")
            time.sleep(0.3)
            self.assertGreater(writers.commits, 100)
        for table, outcome in zip(("items", "twins"), outcomes):
            self.wait_for_rows(engine, table)
            self.assertEqual("COMPLETED", outcome["status"])
        marks = [v["source"]["snapshot"] for v in self.read(engine) + self.read(engine, "twins")]
        self.assertEqual(2, marks.count("first"))
        self.assertEqual(2, marks.count("last"))
        # Reads stand at one place in the stream, and name it.
        records = self.changes(engine) + self.changes(engine, "twins")
        self.assertEqual(2, len({(r["value"]["source"]["file"], r["value"]["source"]["pos"])
                                 for r in records if r["value"]["op"] == "r"}))
        self.assertEqual(sum(o["rows"] for o in outcomes),
                         len(self.read(engine, "twins")) + len(self.read(engine)) - self.read_again(again))
        self.assert_stops(engine)
        self.assertNotIn("blocking_snapshots", standard.stored(self.folder))

    def read_again(self, signal_id):
        return standard.answers(self.folder, signal_id)[1]["shop.items"]["rows"]

    def test_filter(self):
        self.sql("INSERT INTO shop.items VALUES (1, 1, 'a'), (2, 2, 'b'), (3, 3, 'c')",
                 "CREATE TABLE shop.keyless (n INT)", "INSERT INTO shop.keyless VALUES (5), (5), (6)")
        engine = self.begin()
        signal_id = self.ask("shop.items", "shop.keyless",
                             filters={"`shop`.`items`": "SELECT * FROM shop.items WHERE n > 1 ORDER BY id DESC;"})
        self.assertEqual(2, self.outcome(engine, signal_id, "shop.items")["rows"])
        self.assertEqual(3, self.outcome(engine, signal_id, "shop.keyless")["rows"])
        self.assertEqual([3, 2], [v["after"]["id"] for v in self.read(engine)])
        self.assertEqual([5, 5, 6], sorted(v["after"]["n"] for v in self.read(engine, "keyless")))
        done = engine.call("signal", "execute-snapshot", "--blocking", "--id", "by-hand", "shop.items", "--filter",
                           "shop.items=SELECT * FROM shop.items WHERE n > 100")
        self.assertEqual((0, "by-hand execute-snapshot accepted: queued shop.items for a blocking snapshot\n"),
                         (done.returncode, done.stdout))
        self.assertEqual(("EMPTY", 0), tuple(self.outcome(engine, "by-hand", "shop.items")[n] for n in ("status", "rows")))
        self.assert_stops(engine)

    def test_what_cannot_be_meant_is_refused(self):
        self.sql("INSERT INTO shop.items VALUES (1, 1, 'a')", "CREATE TABLE shop.other (id INT PRIMARY KEY)")
        engine = self.begin(**{"table.exclude.list": "shop.other"})
        cases = (
            (("shop.itmes",), None, ["did you mean shop.items"]),
            (("shop.other",), None, ["leave out"]),
            ((self.signals,), None, ["matches no captured table|leave out|signals"]),
            (("shop.items",), {"shop.items": "n > 1"}, ["whole SELECT"]),
            (("shop.items",), {"shop.items": "SELECT id, n FROM shop.items"}, ["name", "every column"]),
            (("shop.items",), {"shop.i.*": "SELECT * FROM shop.items"}, ["is a name, no expression"]),
        )
        for tables, filters, patterns in cases:
            with self.subTest(tables=tables, filters=filters):
                verdict = self.verdict(engine, self.ask(*tables, filters=filters))
                self.assertFalse(verdict["accepted"], verdict)
                for pattern in patterns:
                    self.assertRegex(verdict["reason"], pattern)
        for kind, data, pattern in (
                ("execute-snapshot", {"data-collections": ["shop.items"], "type": "blocking", "surrogate-key": "n"}, "no chunks"),
                ("pause-snapshot", {"type": "blocking"}, "cannot be paused")):
            verdict = self.verdict(engine, self.signal(kind, data))
            self.assertFalse(verdict["accepted"], verdict)
            self.assertRegex(verdict["reason"], pattern)
        verdict = self.verdict(engine, self.signal("stop-snapshot", {"type": "blocking"}))
        self.assertTrue(verdict["accepted"])
        self.assertIn("nothing to stop", verdict["reason"])
        # In part: what is there is read.
        signal_id = self.ask("shop.items", "shop.nothing")
        self.assertIn('"shop.nothing" matches no captured table', self.verdict(engine, signal_id)["reason"])
        self.assertEqual(1, self.outcome(engine, signal_id, "shop.items")["rows"])
        self.assert_stops(engine)

    def test_kill_in_the_middle(self):
        """The request survives, and what was half done does not: each row is read once, as of one place."""
        self.fill(30000)
        engine = self.begin()
        with Writers(self.server, ("items",), 30000):
            signal_id = self.ask_slowly("items")
            for _ in range(2):
                self.wait_for_reads(engine)
                engine.kill()
                self.assertEqual([signal_id], [r["signal_id"] for r in standard.stored(self.folder)["blocking_snapshots"]])
                engine.start()
            outcome = self.outcome(engine, signal_id, "shop.items", 60)
        self.assertEqual("COMPLETED", outcome["status"])
        self.wait_for_rows(engine)
        self.assertEqual(outcome["rows"], len(self.read(engine)))
        self.assert_stops(engine)

    def test_stop_in_the_middle(self):
        """SIGTERM ends it at once, and the next start reads it whole."""
        self.fill(30000)
        engine = self.begin()
        signal_id = self.ask_slowly("items")
        self.wait_for_reads(engine)
        engine.wait_until(lambda: shown(engine) == [("blocking", "shop.items", "running")], 5, "the status")
        self.assert_stops(engine)
        self.assertNotIn(signal_id, str(standard.answers(self.folder, signal_id)[1]))
        engine.start()
        self.assertEqual(30000, self.outcome(engine, signal_id, "shop.items", 60)["rows"])
        self.assertEqual(30000, len(self.read(engine)))
        self.assert_stops(engine)

    def test_beside_an_incremental_snapshot(self):
        """Chunks rest and go on behind it."""
        self.sql("CREATE TABLE shop.chunks (id INT PRIMARY KEY, n INT, name VARCHAR(80))")
        self.fill(30000, "shop.chunks")
        self.fill(30000)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 100})
        with Writers(self.server, ("items", "chunks"), 30000):
            chunks = self.signal("execute-snapshot", {"data-collections": ["shop.chunks"]})
            engine.wait_until(lambda: len(self.read(engine, "chunks")) > 500, 30, "chunks")
            signal_id = self.ask("shop.*")
            self.assertIn("rest until it is done", self.verdict(engine, signal_id)["reason"])
            for table in ("items", "chunks"):
                self.assertEqual("COMPLETED", self.outcome(engine, signal_id, f"shop.{table}")["status"])
            self.assertIsNone(standard.answers(self.folder, chunks)[1].get("shop.chunks"))
            self.assertEqual("COMPLETED", self.outcome(engine, chunks, "shop.chunks", 60)["status"])
        for table in ("items", "chunks"):
            self.wait_for_rows(engine, table)
        # No chunk was emitted amid the rows of the one view.
        marks = [v["source"]["snapshot"] for v in self.read(engine, "chunks")]
        first = next(i for i, mark in enumerate(marks) if mark != "incremental")
        last = len(marks) - next(i for i, mark in enumerate(reversed(marks)) if mark != "incremental")
        self.assertNotIn("incremental", marks[first:last])
        self.assertIn("incremental", marks[last:])
        self.assert_stops(engine)

    def test_a_lost_connection_begins_anew(self):
        self.fill(30000)
        engine = self.begin(**{"heartbeat.interval.ms": 20})
        with Writers(self.server, ("items",), 30000):
            signal_id = self.ask_slowly("items")
            self.wait_for_reads(engine)
            for row in self.server.query("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = "
                                         f"'{standard.USER}' AND INFO LIKE '%tidemark_rows%'"):
                self.sql(f"KILL {row[0]}")
            outcome = self.outcome(engine, signal_id, "shop.items", 60)
        self.assertEqual("COMPLETED", outcome["status"])
        self.assertIn("event=snapshot.blocking_interrupted", said(engine.log(), 100000))
        self.wait_for_rows(engine)
        # The stream went on to the place of the second view before its rows.
        places = [v["source"]["pos"] for v in self.read(engine)]
        self.assertEqual(2, len(set(places)))
        self.assertNotIn("event=stream.link_lost", engine.log())
        records = list(engine.records(self.folder / "records"))
        reads = [i for i, r in enumerate(records) if r["value"] and r["value"].get("op") == "r"]
        amid = {r["topic"] for r in records[reads[-10000]:reads[-1]]}
        self.assertEqual({"tm.shop.items", "__debezium-heartbeat.tm"}, amid)
        self.assert_stops(engine)

    def test_a_link_that_the_server_gives_up_meanwhile(self):
        """Nobody reads the link while rows are emitted: it is opened anew behind them, and nothing is missing."""
        self.fill(30000)
        self.sql("CREATE TABLE shop.blobs (id INT PRIMARY KEY AUTO_INCREMENT, name LONGBLOB)")
        engine = self.begin(**{"binlog.net.write.timeout": 1})
        gate = self.server.connect()
        self.addCleanup(gate.close)
        gate.cursor().execute("SELECT GET_LOCK('gate', 0)")
        signal_id = self.ask("shop.items", filters={"shop.items": WAITS_AT_THE_END})
        engine.wait_for_log("event=snapshot.blocking_view")
        for _ in range(24):
            self.sql("INSERT INTO shop.blobs (name) VALUES (RANDOM_BYTES(1024))",
                     "UPDATE shop.blobs SET name = REPEAT(name, 1000) ORDER BY id DESC LIMIT 1")
        engine.wait_until(lambda: not self.server.query(
            "SELECT 1 FROM performance_schema.threads WHERE processlist_command LIKE 'Binlog Dump%'"), what="the server to give the link up")
        gate.cursor().execute("SELECT RELEASE_LOCK('gate')")
        self.assertEqual(30000, self.outcome(engine, signal_id, "shop.items")["rows"])
        engine.wait_for_log("event=stream.link_lost", 20)
        changes = self.wait_for_changes(engine, 48, "blobs")
        self.assertEqual([(op, number) for number in range(1, 25) for op in "cu"],
                         [(c["value"]["op"], c["key"]["id"]) for c in changes])
        self.assert_stops(engine)

    def test_a_table_that_changes_behind_the_view(self):
        """The view does not show it any more: all begins anew, with the structure of the later place; a table that is gone
        is named, and the other read."""
        self.fill(10000)
        self.sql("CREATE TABLE shop.zebras (id INT PRIMARY KEY, gone INT)", "INSERT INTO shop.zebras VALUES (1, 1)")
        engine = self.begin()
        signal_id = self.ask("shop.items", "shop.zebras", filters={"shop.items": SLOWLY.format("items")})
        engine.wait_for_log(f"event=snapshot.blocking_view signal={signal_id}")
        self.sql("ALTER TABLE shop.zebras DROP COLUMN gone, ADD COLUMN here INT DEFAULT 7")
        self.assertEqual(1, self.outcome(engine, signal_id, "shop.zebras")["rows"])
        self.assertEqual([{"id": 1, "here": 7}], [v["after"] for v in self.read(engine, "zebras")])
        self.assertEqual(1, engine.log().count("event=snapshot.blocking_interrupted"), said(engine.log()))
        signal_id = self.ask("shop.items", "shop.zebras", filters={"shop.items": SLOWLY.format("items")})
        engine.wait_for_log(f"event=snapshot.blocking_view signal={signal_id}")
        self.sql("DROP TABLE shop.zebras")
        outcome = self.outcome(engine, signal_id, "shop.zebras")
        self.assertEqual("FAILED", outcome["status"])
        self.assertIn("no longer there", outcome["reason"])
        self.assertEqual(10000, self.outcome(engine, signal_id, "shop.items")["rows"])
        self.assert_stops(engine)

    def test_a_lock_that_is_not_had(self):
        """The stream waits for it no longer than the timeout, tries again, and gets it when it is free."""
        self.sql("INSERT INTO shop.items VALUES (1, 1, 'a')")
        engine = self.begin(**{"snapshot.lock.timeout.ms": 1000})
        holder = self.server.connect()
        with holder.cursor() as cursor:
            cursor.execute("LOCK TABLES shop.items WRITE")
            signal_id = self.ask("shop.items")
            engine.wait_for_log(r"event=snapshot\.blocking_interrupted .*1000 ms", 30)
            cursor.execute("INSERT INTO shop.items VALUES (2, 2, 'b')")
            self.wait_for_changes(engine, 1)
            cursor.execute("UNLOCK TABLES")
        holder.close()
        self.assertEqual(2, self.outcome(engine, signal_id, "shop.items", 30)["rows"])
        self.assertEqual(["c", "r", "r"], [c["value"]["op"] for c in self.changes(engine)])
        self.assert_stops(engine)

    def test_extended_locks_hold_back_writes_and_not_ourselves(self):
        self.fill(10000)
        self.sql("CREATE TABLE shop.beats (id INT PRIMARY KEY AUTO_INCREMENT)", f"GRANT INSERT ON shop.beats TO {standard.USER}@'%'")
        engine = self.begin(**{"snapshot.locking.mode": "extended", "heartbeat.interval.ms": 10,
                               "heartbeat.action.query": "INSERT INTO shop.beats VALUES ()"})
        signal_id = self.ask_slowly("items")
        self.wait_for_reads(engine)
        began = time.monotonic()
        self.sql("INSERT INTO shop.items VALUES (100000, 1, 'waited')")
        self.assertGreater(time.monotonic() - began, 0.2)
        self.assertEqual(10000, self.outcome(engine, signal_id, "shop.items")["rows"])
        self.wait_for_rows(engine)
        beats = len(self.changes(engine, "beats"))
        engine.wait_until(lambda: len(self.changes(engine, "beats")) > beats, 10, "heartbeats behind it")
        self.assertNotIn("action_failed", engine.log())
        self.assert_stops(engine)

    def test_stopped_while_it_waits(self):
        self.sql("INSERT INTO shop.items VALUES (1, 1, 'a')")
        engine = self.begin(**{"snapshot.lock.timeout.ms": 1000})
        holder = self.server.connect()
        with holder.cursor() as cursor:
            cursor.execute("LOCK TABLES shop.items WRITE, shop.signals WRITE")
            cursor.execute("INSERT INTO shop.signals VALUES ('b1', 'execute-snapshot', "
                           """'{"data-collections": ["shop.items"], "type": "blocking"}')""")
            engine.wait_for_log(r"event=snapshot\.blocking_again", 30)
            engine.wait_until(lambda: shown(engine) == [("blocking", "shop.items", "waiting")], 5, "the status")
            cursor.execute("""INSERT INTO shop.signals VALUES ('b2', 'stop-snapshot', '{"type": "blocking"}')""")
            self.assertEqual("stopped shop.items", self.verdict(engine, "b2")["reason"])
            cursor.execute("UNLOCK TABLES")
        holder.close()
        self.assertEqual("STOPPED", self.outcome(engine, "b1", "shop.items")["status"])
        self.assertEqual([], self.read(engine))
        self.assert_stops(engine)


def shown(engine):
    """(kind, collection, state) of what the status file shows."""
    status = json.loads((engine.folder / "offsets.json.status").read_text(encoding="utf-8"))
    return [(s["kind"], s["collection"], s["state"]) for s in status["snapshots"]]


class BlockingMaria(BlockingTest):
    server_class = MariaDb

    def test_rows_are_as_of_one_place_while_writers_run(self):
        for locking in ("minimal", "none"):
            with self.subTest(locking):
                self.sql("TRUNCATE shop.items")
                self.fill(20000)
                self.folder = Path(self.folder) / locking
                engine = self.begin(**{"snapshot.locking.mode": locking})
                with Writers(self.server, ("items",), 20000):
                    time.sleep(0.3)
                    signal_id = self.ask("shop.items")
                    outcome = self.outcome(engine, signal_id, "shop.items")
                    time.sleep(0.3)
                self.assertEqual("COMPLETED", outcome["status"])
                self.wait_for_rows(engine)
                self.assertEqual(outcome["rows"], len(self.read(engine)))
                self.assert_stops(engine)

    def test_kill_in_the_middle_and_nothing_written_since(self):
        self.fill(20000)
        engine = self.begin()
        signal_id = self.ask_slowly("items")
        self.wait_for_reads(engine)
        engine.kill()
        engine.start()
        self.assertEqual(20000, self.outcome(engine, signal_id, "shop.items")["rows"])
        self.assertEqual(20000, len(self.read(engine)))
        self.assert_stops(engine)


if __name__ == "__main__":
    unittest.main()
