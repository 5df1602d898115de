"""Exactly once into Kafka, and an initial snapshot that is too long for one transaction: killed on its way, it is gone on with
through windows, and readers of committed records see no row of it twice."""

import json
import random
import re
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from live.support import KafkaTest, said  # pylint: disable=wrong-import-position
from oracle.proxy import Proxy  # pylint: disable=wrong-import-position

NUMBERS = ("INSERT INTO {0} WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {1})"
           " SELECT {2}, 0, RPAD(i, 3000, 'x') FROM c")
TABLES = {
    "few": ("CREATE TABLE shop.few (id INT, n INT, name VARCHAR(3000))", 10, "i"),  # without a key
    # Left to itself, the server reads it backwards.
    "numbers": ("CREATE TABLE shop.numbers (id INT, n INT, name VARCHAR(3000), PRIMARY KEY (id DESC))", 25_000, "i"),
    "texts": ("CREATE TABLE shop.texts (id VARCHAR(20) PRIMARY KEY, n INT, name VARCHAR(3000))", 10_000, "CONCAT('k', i * 7919 % 1000003)"),
    # Chunks can be read of it, but a scan does not go by this key.
    "uniques": ("CREATE TABLE shop.uniques (id INT NOT NULL UNIQUE, n INT, name VARCHAR(3000))", 1_000, "i"),
}

A_PART = 20_000_000  # bytes: of all tables it is a fifth


class Writer:
    """Raises `n` of rows, removes rows and adds others, one transaction each, until stopped."""

    def __init__(self, server, tables):
        self._server, self._tables, self._end = server, tables, threading.Event()
        self._failure = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        chance = random.Random(5)
        try:
            connection = self._server.connect(database="shop", autocommit=True)
            with connection.cursor() as cursor:
                for number in range(1, 10**9):
                    if self._end.wait(0.002):
                        break
                    some = chance.randrange(25_000)
                    cursor.execute(f"UPDATE numbers SET n = n + 1 WHERE id = {some}")
                    cursor.execute(f"UPDATE texts SET n = n + 1 WHERE id = 'k{some}'")
                    if "uniques" in self._tables:
                        cursor.execute(f"UPDATE uniques SET n = n + 1 WHERE id = {some % 1_000}")
                    cursor.execute(f"DELETE FROM numbers WHERE id = {chance.randrange(25_000)}")
                    cursor.execute(f"INSERT INTO numbers VALUES ({-number}, 0, 'new')")
            connection.close()
        except Exception as problem:  # pylint: disable=broad-except
            self._failure = problem

    def stop(self):
        self._end.set()
        self._thread.join()
        if self._failure:
            raise self._failure


class LongSnapshot(KafkaTest):
    def setUp(self):
        super().setUp()
        self.prefix = f"t{time.monotonic_ns()}"

    def create(self, *names):
        for name in names:
            ddl, rows, key = TABLES[name]
            self.sql(ddl, "SET SESSION cte_max_recursion_depth = 1000000", NUMBERS.format(f"shop.{name}", rows, key))
        self.sql("ANALYZE TABLE " + ", ".join(f"shop.{name}" for name in names))

    def once(self, **more):
        return self.engine(sink="kafka", **{
            "topic.prefix": self.prefix,
            "debezium.sink.kafka.producer.bootstrap.servers": self.kafka.bootstrap,
            "exactly.once.support": "required",
            **standard.OFFSETS_IN_A_TOPIC, "offset.storage.topic": f"{self.prefix}-offsets",
            "tidemark.data.dir": self.folder / "data", **more})

    def committed(self, name):
        """(op, n) of each record, by key."""
        out = {}
        for record in self.kafka.read_if_there(f"{self.prefix}.shop.{name}"):
            value = record.value and json.loads(record.value)
            if value:
                row = value["after"] or value["before"]
                out.setdefault(row["id"], []).append((value["op"], row["n"]))
        return out

    def rows(self, name):
        return dict(self.server.query(f"SELECT id, n FROM shop.{name}"))

    def state(self, name):
        return {key: events[-1][1] for key, events in self.committed(name).items() if events[-1][0] != "d"}

    def assert_once(self, engine, name):
        engine.wait_until(lambda: self.state(name) == self.rows(name), timeout=60, what=f"all rows of {name}")
        for key, events in self.committed(name).items():
            ops = [op for op, _ in events]
            self.assertLessEqual(ops.count("r"), 1, f"{name} {key}: {events}")
            self.assertLessEqual(ops.count("c"), 1, f"{name} {key}: {events}")
            numbers = [n for _, n in events]
            self.assertEqual(sorted(numbers), numbers, f"{name} {key}: {events}")
            updates = [n for op, n in events if op == "u"]
            self.assertEqual(len(set(updates)), len(updates), f"{name} {key}: {events}")

    def wait_for_rows_committed(self, engine):
        """Of the table of numbers, by a snapshot that can be gone on with: what is committed stays, the rest of it is lost."""
        engine.wait_for_log("event=snapshot.resumable")
        engine.wait_until(lambda: any(op == "r" for events in self.committed("numbers").values() for op, _ in events),
                          what="rows that are committed")

    def goes_on(self, *tables, **more):
        self.create("few", *tables)
        proxy = Proxy(self.server.port)
        self.addCleanup(proxy.close)
        proxy.stall_after(A_PART)
        engine = self.once(**{"database.port": proxy.port, **more}).start()
        writer = Writer(self.server, tables)
        self.addCleanup(writer.stop)
        self.wait_for_rows_committed(engine)
        self.assertNotIn("event=snapshot.completed", engine.log(), "the snapshot was too short for this test")
        engine.kill()
        proxy.flow()
        place = re.search(r"event=snapshot.position position=(\S+)", engine.log()).group(1)
        self.assertEqual(10, len(self.kafka.read(f"{self.prefix}.shop.few")))
        engine.start()
        engine.wait_for_log("event=stream.started", timeout=60)
        self.assertIn(f"event=stream.started position={place}", engine.log(), "it goes on from the view's place")
        for pause in (0.1, 0.3):
            time.sleep(pause)
            engine.kill()
            engine.start()
            engine.wait_for_log("event=stream.started", timeout=60)
            self.assertNotIn("event=snapshot.position", engine.log())
        engine.wait_until(lambda: f"event=snapshot.table_done table=shop.{tables[-1]} status=COMPLETED" in engine.log(all_runs=True), 60,
                          "the end of the snapshot")
        writer.stop()
        for name in tables:
            self.assert_once(engine, name)
        self.assertEqual(10, len(self.kafka.read(f"{self.prefix}.shop.few")))
        self.assertNotIn("event=snapshot.committed_in_parts", engine.log(all_runs=True))
        self.assertEqual(0, engine.stop(), said(engine.log()))

    def test_a_kill_on_the_way_repeats_nothing(self):
        self.goes_on("numbers", "texts", "uniques")

    def test_several_connections(self):
        self.goes_on("numbers", "texts", **{"snapshot.max.threads": 4, "snapshot.max.threads.multiplier": 2})

    def blocking(self, interrupt):
        """A blocking snapshot that is interrupted by `interrupt(engine, proxy)` once a part of it is committed."""
        tables = ("numbers", "texts", "uniques")
        self.create(*tables)
        self.sql("CREATE TABLE shop.nothing (id INT PRIMARY KEY)")  # it is all out at once
        proxy = Proxy(self.server.port)
        self.addCleanup(proxy.close)
        engine = self.once(**{"database.port": proxy.port, "snapshot.mode": "no_data"}).start()
        engine.wait_for_log("event=stream.started")
        writer = Writer(self.server, tables)
        self.addCleanup(writer.stop)
        proxy.stall_after(A_PART)
        signal_id = self.signal("execute-snapshot", {
            "data-collections": ["shop.nothing", "shop.numbers", "shop.texts", "shop.uniques"], "type": "blocking"})
        self.wait_for_rows_committed(engine)
        self.assertNotIn("event=snapshot.blocking_completed", engine.log(), "the snapshot was too short for this test")
        interrupt(engine, proxy)
        done = f"event=snapshot.table_done .*status=COMPLETED .*signal={signal_id}"
        engine.wait_until(lambda: len(re.findall(done, engine.log(all_runs=True))) >= 3, 60, "the end of the snapshot")
        writer.stop()
        for name in tables:
            self.assertIn(f"event=snapshot.table_done table=shop.{name} status=COMPLETED", engine.log(all_runs=True))
            # Rows from before the stream began are in the snapshot alone.
            engine.wait_until(lambda name=name: self.state(name).items() >= self.rows(name).items(), timeout=60, what=f"all rows of {name}")
            for key, events in self.committed(name).items():
                self.assertLessEqual([op for op, _ in events].count("r"), 1, f"{name} {key}: {events}")
                numbers = [n for _, n in events]
                self.assertEqual(sorted(numbers), numbers, f"{name} {key}: {events}")
        log = engine.log(all_runs=True)
        self.assertEqual(1, log.count("event=snapshot.blocking_view"), "the rest is not read in a view")
        self.assertNotIn("event=snapshot.committed_in_parts", log)
        self.assertEqual(0, engine.stop(), said(engine.log()))
        return log

    def test_a_blocking_one_that_is_killed_repeats_nothing(self):
        def kill(engine, proxy):
            engine.kill()
            proxy.flow()
            engine.start()
            engine.wait_for_log("event=stream.started", timeout=60)
        self.blocking(kill)

    def test_a_blocking_one_whose_connection_is_lost_repeats_nothing(self):
        log = self.blocking(lambda engine, proxy: (proxy.drop(), proxy.flow()))
        self.assertIn("event=snapshot.goes_on_in_chunks", log)
        self.assertEqual(1, log.count("event=snapshot.table_done table=shop.nothing status=EMPTY"))

    def test_uninterrupted_it_is_an_initial_snapshot_as_ever(self):
        self.create("numbers", "texts")
        engine = self.once().start()
        engine.wait_for_log("event=snapshot.completed", timeout=60)
        self.assertIn("event=snapshot.resumable", engine.log())
        self.assertNotIn("event=snapshot.committed_in_parts", engine.log())
        for name in ("numbers", "texts"):
            self.assert_once(engine, name)
        marks = [json.loads(record.value)["source"]["snapshot"] for name in ("numbers", "texts")
                 for record in self.kafka.read(f"{self.prefix}.shop.{name}")]
        self.assertEqual(("first", "last"), (marks[0], marks[-1]))
        self.assertEqual({"first", "true", "last", "first_in_data_collection", "last_in_data_collection"}, set(marks))
        self.assertEqual(0, engine.stop(), said(engine.log()))

    def test_rows_come_in_the_order_of_the_primary_key(self):
        """Or what is stored as their end would mean nothing."""
        self.sql("CREATE TABLE shop.turned (id INT PRIMARY KEY, n INT, KEY (n, id))", "SET SESSION cte_max_recursion_depth = 1000000",
                 "INSERT INTO shop.turned WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 5000) SELECT i, -i FROM c",
                 "ANALYZE TABLE shop.turned")
        plan = json.loads(self.server.query("EXPLAIN FORMAT=JSON SELECT id, n FROM shop.turned")[0][0])
        self.assertIn('"n"', json.dumps(plan), "left to itself the server reads another index")
        engine = self.once().start()
        engine.wait_for_log("event=stream.started", timeout=60)
        keys = [json.loads(record.key)["id"] for record in self.kafka.read(f"{self.prefix}.shop.turned")]
        self.assertEqual(list(range(1, 5001)), keys)
        self.assertEqual(0, engine.stop(), said(engine.log()))

    def test_without_signals_a_kill_repeats_what_was_committed_and_that_is_said(self):
        self.create("numbers", "texts")
        engine = self.once(**{
            "signal.data.collection": None,
            # A third of it is how long records wait for the snapshot's end.
            "debezium.sink.kafka.producer.transaction.timeout.ms": 1500}).start()
        engine.wait_for_log("event=snapshot.committed_in_parts", timeout=60)
        self.assertRegex(engine.log(), "event=snapshot.committed_in_parts .*snapshot.mode=incremental")
        self.assertNotIn("event=snapshot.resumable", engine.log())
        engine.kill()
        engine.start()
        engine.wait_for_log("event=snapshot.completed", timeout=60)
        for name in ("numbers", "texts"):
            engine.wait_until(lambda name=name: self.state(name) == self.rows(name), timeout=60, what=f"all rows of {name}")
        self.assertEqual(0, engine.stop(), said(engine.log()))


if __name__ == "__main__":
    unittest.main()
