"""Failures that pass without a word in the original, each planted, each answered: by a verdict, an outcome or an error.

The numbers are those of the list the project works by; classes are named so that each is found. Others: test_config and
test_bad_input (1, 2, 6 to 9), where the configuration or the signal itself is at fault; test_signal_channels (3, 4, 5, 24, 25).
"""

import sys
import threading
import time
import unittest
from pathlib import Path

import pymysql

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from harness.servers import Mysql  # pylint: disable=wrong-import-position
from live.support import SERVER, USAGE, LiveTest, said  # pylint: disable=wrong-import-position

NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) SELECT {1} FROM n"


class Planted(LiveTest):
    """One server for all that need nothing special of it."""

    shared = None

    @classmethod
    def setUpClass(cls):
        if cls.server_options:
            super().setUpClass()
            return
        if Planted.shared is None:
            Planted.shared = Mysql()
            unittest.addModuleCleanup(Planted.shared.stop)
        cls.server = Planted.shared

    def fill(self, rows=3000, table="items"):
        self.sql(f"CREATE TABLE shop.{table} (id INT PRIMARY KEY, name VARCHAR(300))", "SET SESSION cte_max_recursion_depth = 1000000",
                 f"INSERT INTO shop.{table} " + NUMBERS.format(rows, "i, CONCAT('n', i)"))

    def begin(self, **more):
        engine = self.engine(**{"snapshot.mode": "no_data", "incremental.snapshot.chunk.size": 50, **more}).start()
        engine.wait_for_log("event=stream.started")
        return engine

    def execute(self, engine, *tables, **data):
        signal_id = self.signal("execute-snapshot", {"data-collections": [f"shop.{table}" for table in tables], **data})
        return signal_id, self.verdict(engine, signal_id)

    def completes(self, engine, table, expected, column="id", timeout=60, **data):
        signal_id, verdict = self.execute(engine, table, **data)
        self.assertTrue(verdict["accepted"], verdict)
        outcome = self.outcome(engine, signal_id, f"shop.{table}", timeout)
        self.assertEqual("COMPLETED", outcome["status"], f"{outcome} {said(engine.log())}")
        read = [c["value"]["after"][column] for c in self.changes(engine, table) if c["value"]["op"] == "r"]
        self.assertEqual(sorted(expected), sorted(read))

    def fails(self, engine, table, *reasons, timeout=60, **data):
        signal_id, verdict = self.execute(engine, table, **data)
        self.assertTrue(verdict["accepted"], verdict)
        outcome = self.outcome(engine, signal_id, f"shop.{table}", timeout)
        self.assertEqual("FAILED", outcome["status"])
        for reason in reasons:
            self.assertRegex(outcome["reason"], reason)


class SilentFailure10(Planted):
    """A stop where nothing runs."""

    def test_is_answered(self):
        engine = self.begin()
        verdict = self.verdict(engine, self.signal("stop-snapshot"))
        self.assertTrue(verdict["accepted"])
        self.assertRegex(verdict["reason"], "nothing to stop")
        verdict = self.verdict(engine, self.signal("stop-snapshot", {"type": "blocking"}))
        self.assertIn("no blocking snapshot is waiting, nothing to stop", verdict["reason"])
        self.assert_stops(engine)


class SilentFailure11(Planted):
    """A request while snapshots are paused."""

    def test_is_answered_and_waits(self):
        self.fill(20000)
        self.fill(10, "other")
        engine = self.begin(**{"incremental.snapshot.chunk.size": 10})
        self.execute(engine, "items")
        self.assertTrue(self.verdict(engine, self.signal("pause-snapshot"))["accepted"])
        waiting, verdict = self.execute(engine, "other")
        self.assertTrue(verdict["accepted"])
        self.assertRegex(verdict["reason"], "paused: it starts after resume-snapshot")
        self.assertTrue(self.verdict(engine, self.signal("resume-snapshot"))["accepted"])
        self.assertEqual("COMPLETED", self.outcome(engine, waiting, "shop.other", 60)["status"])
        self.assert_stops(engine)


class SilentFailure12(Planted):
    """A pause, and then a restart."""

    def test_stays_paused(self):
        self.fill(20000)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 10})
        self.execute(engine, "items")
        self.assertTrue(self.verdict(engine, self.signal("pause-snapshot"))["accepted"])
        engine.kill()
        engine.start()
        engine.wait_for_log("event=stream.started")
        count = len(self.changes(engine))
        time.sleep(1)
        self.assertEqual(count, len(self.changes(engine)))
        self.assertTrue(standard.stored(self.folder)["incremental_snapshot"]["paused"])
        self.assert_stops(engine)


class SilentFailure13(Planted):
    """A restart with a snapshot pending, killed before and while it runs."""

    def test_it_goes_on(self):
        self.fill(20000)
        self.fill(500, "other")
        engine = self.begin(**{"incremental.snapshot.chunk.size": 10})
        signal_id, _ = self.execute(engine, "items", "other")
        for _ in range(2):
            engine.kill()
            engine.start()
            engine.wait_for_log("event=stream.started")
        for table, rows in (("items", 20000), ("other", 500)):
            self.assertEqual("COMPLETED", self.outcome(engine, signal_id, f"shop.{table}", 60)["status"])
            self.assertEqual(list(range(1, rows + 1)), sorted(c["key"]["id"] for c in self.changes(engine, table)))
        self.assert_stops(engine)


class SilentFailure14(Planted):
    """A table without a key, read by a surrogate: the original keeps one row of each chunk."""

    def test_every_row_comes(self):
        self.sql("CREATE TABLE shop.log (at INT NULL, n INT)", "INSERT INTO shop.log " + NUMBERS.format(900, "NULLIF(i % 37, 5), i"),
                 "INSERT INTO shop.log VALUES (1, 0), (1, 0), (1, 0)")
        engine = self.begin()
        self.completes(engine, "log", [0, 0, 0, *range(1, 901)], column="n", **{"surrogate-key": "AT"})
        self.assert_stops(engine)

    def test_without_one_it_is_read_as_a_whole(self):
        self.sql("CREATE TABLE shop.log (n INT, t TEXT, j JSON)", "INSERT INTO shop.log VALUES (1, 'a', '1'), (1, 'a', '1'), (2, NULL, NULL)")
        engine = self.begin()
        self.completes(engine, "log", [1, 1, 2], column="n")
        self.sql("CREATE TABLE shop.empty (n INT)")
        signal_id, _ = self.execute(engine, "empty")
        self.assertEqual("EMPTY", self.outcome(engine, signal_id, "shop.empty")["status"])
        self.assert_stops(engine)

    def test_too_large_a_whole_fails_with_advice(self):
        self.sql("CREATE TABLE shop.log (n INT, g INT, KEY (n))", "SET SESSION cte_max_recursion_depth = 1000000",
                 "INSERT INTO shop.log " + NUMBERS.format(100_001, "i, 1"))
        engine = self.begin(**{"incremental.snapshot.chunk.size": 5000})
        self.fails(engine, "log", "no key", "100000 rows", "primary key")
        self.fails(engine, "log", "one value of `g`", "surrogate-key", **{"surrogate-key": "g"})
        self.completes(engine, "log", range(1, 100_002), column="n", **{"surrogate-key": "n"})
        self.assert_stops(engine)

    def test_appends_do_not_keep_it_from_its_end(self):
        """Rows that come are noted, and not among those that were read but for a few windows."""
        self.sql("CREATE TABLE shop.log (n INT, t DATETIME(6))", "INSERT INTO shop.log " + NUMBERS.format(900, "i, NOW(6)"))
        engine = self.begin()
        stop = threading.Event()

        def append():
            connection = self.server.connect(database=self.database, autocommit=True)
            n = 1000
            while not stop.is_set():
                n += 1
                connection.cursor().execute(f"INSERT INTO log VALUES ({n}, NOW(6))")
                stop.wait(0.02)
            connection.close()

        thread = threading.Thread(target=append)
        thread.start()
        try:
            signal_id, _ = self.execute(engine, "log")
            self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.log", 60)["status"], said(engine.log()))
        finally:
            stop.set()
            thread.join()
        self.assert_stops(engine)
        rows = [c["value"]["after"]["n"] for c in self.changes(engine, "log")]
        self.assertEqual([row[0] for row in self.server.query("SELECT n FROM shop.log ORDER BY n")], sorted(set(rows)))
        self.assertEqual(sorted(n for n in rows if n <= 900), list(range(1, 901)))

    def test_a_row_that_never_rests_fails_it_with_advice(self):
        self.sql("CREATE TABLE shop.log (n INT, v INT)", "INSERT INTO shop.log VALUES (1, 0), (2, 0)")
        engine = self.begin()
        stop = threading.Event()

        def flip():  # to and fro, so that the row looks in every window as it did when it was read
            connection = self.server.connect(database=self.database, autocommit=True)
            while not stop.is_set():
                connection.cursor().execute("UPDATE log SET v = 1 - v WHERE n = 1")
                stop.wait(0.01)
            connection.close()

        thread = threading.Thread(target=flip)
        thread.start()
        try:
            self.fails(engine, "log", "no key tells", "primary key", timeout=90,
                       **{"additional-conditions": [{"data-collection": "shop.log", "filter": "SLEEP(0.2) = 0"}]})
        finally:
            stop.set()
            thread.join()
        self.assert_stops(engine)


class SilentFailure15(Planted):
    """Keys that are not unique, or NULL."""

    def test_a_nullable_unique_key(self):
        self.sql("CREATE TABLE shop.items (a INT NULL, b VARCHAR(9) NULL, n INT, UNIQUE KEY (a, b))",
                 "INSERT INTO shop.items " + NUMBERS.format(600, "NULLIF(i % 5, 3), IF(i % 4 = 0, NULL, i), i"))
        engine = self.begin(**{"incremental.snapshot.chunk.size": 7})
        self.completes(engine, "items", range(1, 601), column="n")
        self.assert_stops(engine)

    def test_a_surrogate_whose_values_repeat(self):
        self.fill(0)
        self.sql("CREATE TABLE shop.orders (id INT PRIMARY KEY, g VARCHAR(9) COLLATE utf8mb4_0900_ai_ci NULL, KEY (g))",
                 "INSERT INTO shop.orders " + NUMBERS.format(600, "i, ELT(i % 6, 'a', 'A', 'á', 'b', 'B')"))
        engine = self.begin(**{"incremental.snapshot.chunk.size": 7})
        self.completes(engine, "orders", range(1, 601), **{"surrogate-key": "g"})
        self.assert_stops(engine)

    def test_a_surrogate_that_is_no_column(self):
        self.fill(3)
        self.sql("CREATE TABLE shop.docs (id INT PRIMARY KEY, doc JSON)")
        engine = self.begin()
        _, verdict = self.execute(engine, "items", **{"surrogate-key": "nothing"})
        self.assertFalse(verdict["accepted"])
        self.assertRegex(verdict["reason"], "no column nothing")
        _, verdict = self.execute(engine, "docs", **{"surrogate-key": "doc"})
        self.assertFalse(verdict["accepted"])
        self.assertRegex(verdict["reason"], "doc of type json gives no order")
        self.assert_stops(engine)

    def test_a_surrogate_while_operations_are_skipped(self):
        self.fill(3)
        self.sql("CREATE TABLE shop.log (n INT)")
        engine = self.begin(**{"skipped.operations": "u"})
        for table, data in (("items", {"surrogate-key": "name"}), ("log", {})):
            _, verdict = self.execute(engine, table, **data)
            self.assertFalse(verdict["accepted"], table)
            self.assertRegex(verdict["reason"], "skipped")
        self.assert_stops(engine)

    def test_a_generated_invisible_key_is_a_key(self):
        self.sql("SET SESSION sql_generate_invisible_primary_key = ON", "CREATE TABLE shop.items (n INT)",
                 "INSERT INTO shop.items VALUES (1), (1), (2)")
        engine = self.begin(**{"incremental.snapshot.chunk.size": 2})
        self.completes(engine, "items", [1, 2, 3], column="my_row_id")
        self.assert_stops(engine)


class SilentFailure16(Planted):
    """ENUM, SET and FLOAT in the chunk key; every type: test_keys."""

    def test_every_row_comes(self):
        self.sql("CREATE TABLE shop.items (e ENUM('small','large','medium') NOT NULL, s SET('z','a') NOT NULL, f FLOAT NOT NULL, n INT NOT NULL,"
                 " PRIMARY KEY (e, s, f))", "INSERT INTO shop.items " + NUMBERS.format(240, "1 + i % 3, i DIV 3 % 4, i / 10, i"))
        engine = self.begin(**{"incremental.snapshot.chunk.size": 2})
        self.completes(engine, "items", range(1, 241), column="n")
        self.assert_stops(engine)


class SilentFailure17(Planted):
    """A chunk's SELECT that fails."""

    def test_killed_queries_are_repeated(self):
        self.fill(20000)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 1000})
        signal_id, _ = self.execute(engine, "items", **{"additional-conditions": [{"data-collection": "shop.items", "filter": "SLEEP(0.0002) = 0"}]})
        killed = 0
        deadline = time.monotonic() + 15
        while killed < 6 and time.monotonic() < deadline:
            for (number,) in self.server.query("SELECT ID FROM information_schema.PROCESSLIST WHERE INFO LIKE 'SELECT%SLEEP(0.0002)%' AND ID <>"
                                               " CONNECTION_ID()"):
                try:
                    self.sql(f"KILL {'QUERY' if killed % 2 else 'CONNECTION'} {number}")
                    killed += 1
                except pymysql.err.OperationalError as error:
                    self.assertEqual(1094, error.args[0])  # it was over
            time.sleep(0.05)
        self.assertGreater(killed, 2)
        self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.items", 90)["status"])
        self.assert_stops(engine)
        self.assertEqual(list(range(1, 20001)), sorted(c["key"]["id"] for c in self.changes(engine)))

    def test_a_table_that_cannot_be_read_ends_as_failed(self):
        self.fill(100)
        self.fill(5, "other")
        engine = self.begin()
        # Divides by zero only where it is run, not where it is explained.
        signal_id, verdict = self.execute(engine, "items", "other", **{"additional-conditions": [
            {"data-collection": "shop.items", "filter": "id < 60 OR JSON_EXTRACT(IF(id = 60, '{', '{}'), '$') IS NOT NULL"}]})
        self.assertTrue(verdict["accepted"], verdict)
        self.assertEqual("FAILED", self.outcome(engine, signal_id, "shop.items")["status"])
        self.assertRegex(standard.answers(self.folder, signal_id)[1]["shop.items"]["reason"], "(?i)json")
        self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.other")["status"])
        self.assert_stops(engine)


class SilentFailure18(Planted):
    """Watermark rows that cannot be written."""

    def test_the_snapshot_ends_as_failed(self):
        self.fill(20000)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 10})
        signal_id, _ = self.execute(engine, "items")
        self.wait_for_changes(engine, 20)
        self.sql(f"REVOKE INSERT ON {self.signals} FROM '{standard.USER}'@'%'")
        outcome = self.outcome(engine, signal_id, "shop.items", 60)
        self.assertEqual("FAILED", outcome["status"])
        self.assertRegex(outcome["reason"], "INSERT")
        self.assertTrue(engine.running())
        self.assert_stops(engine)


class SilentFailure19(Planted):
    """A chunk size of zero."""

    def test_is_refused_at_start(self):
        self.ends_with(self.engine(**{"incremental.snapshot.chunk.size": 0}), USAGE, "incremental.snapshot.chunk.size")


class SilentFailure20(Planted):
    """TRUNCATE while chunks are read: no row comes back."""

    def test_nothing_of_before_comes_after(self):
        self.fill(20000)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 100, "skipped.operations": "none"})
        signal_id, _ = self.execute(engine, "items")
        self.wait_for_changes(engine, 200)
        self.sql("TRUNCATE TABLE shop.items", "INSERT INTO shop.items VALUES (1, 'new')")
        self.outcome(engine, signal_id, "shop.items")
        self.assert_stops(engine)
        operations = [c["value"]["op"] for c in self.changes(engine)]
        after = [c["value"]["after"]["name"] for c in self.changes(engine)[operations.index("t") + 1:]]
        self.assertEqual({"new"}, set(after))


class SilentFailure21(Planted):
    """A GTID filter that leaves out the server that writes the watermarks."""

    def test_is_refused_or_harmless(self):
        self.fill(200)
        engine = self.engine(**{"snapshot.mode": "no_data", "gtid.source.includes": "00000000-0000-0000-0000-000000000000"}).start()
        deadline = time.monotonic() + 20
        while engine.running() and "event=stream.started" not in engine.log() and time.monotonic() < deadline:
            time.sleep(0.05)
        if not engine.running():
            self.assertIn(engine.wait(5), (USAGE, SERVER))
            self.assertRegex(engine.log(), "gtid.source")
            return
        self.completes(engine, "items", range(1, 201))
        self.assert_stops(engine)


class SilentFailure22(Planted):
    """A server that does not log the signal table."""

    server_options = {"args": ["--binlog-ignore-db=hidden"]}

    def test_the_probe_tells(self):
        self.sql("DROP DATABASE IF EXISTS hidden", "CREATE DATABASE hidden", standard.SIGNAL_DDL.format("hidden.signals"),
                 f"GRANT INSERT, DELETE ON hidden.signals TO '{standard.USER}'@'%'")
        self.fill(10)
        engine = self.engine(**{"snapshot.mode": "no_data", "signal.data.collection": "hidden.signals"})
        self.ends_with(engine, SERVER, "binlog.ignore.db|probe")


class SilentFailure23(Planted):
    """A window whose marks never come: here the readers' sessions do not log them."""

    def test_the_snapshot_ends_as_failed(self):
        self.fill(100)
        self.sql(f"GRANT SESSION_VARIABLES_ADMIN ON *.* TO '{standard.USER}'@'%'")
        engine = self.begin()
        self.addCleanup(self.sql, "SET GLOBAL init_connect = ''")
        self.sql("SET GLOBAL init_connect = 'SET SESSION sql_log_bin = 0'")
        self.fails(engine, "items", "do not come back through the binlog", "sql_log_bin")
        self.assertIn("event=snapshot.window_open_long", engine.log())
        self.sql("SET GLOBAL init_connect = ''")
        self.assert_stops(engine)
        self.assertEqual([], self.changes(engine))


class SilentFailure26(Planted):
    """The same request twice."""

    def test_is_merged_and_said(self):
        self.fill(20000)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 10})
        first, _ = self.execute(engine, "items")
        _, verdict = self.execute(engine, "items")
        self.assertTrue(verdict["accepted"])
        self.assertRegex(verdict["reason"], f"already for signal {first}")
        self.outcome(engine, first, "shop.items", 60)
        self.assert_stops(engine)
        self.assertEqual(list(range(1, 20001)), sorted(c["key"]["id"] for c in self.changes(engine)))


class SilentFailure27(Planted):
    """A table that does not exist, among others."""

    def test_is_named_in_the_verdict(self):
        self.fill(5)
        engine = self.begin()
        signal_id, verdict = self.execute(engine, "items", "itmes")
        self.assertTrue(verdict["accepted"])
        self.assertRegex(verdict["reason"], "shop.itmes\" matches no captured table; did you mean shop.items")
        self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.items")["status"])
        _, verdict = self.execute(engine, "nothing")
        self.assertFalse(verdict["accepted"])
        self.assert_stops(engine)


class SilentFailure28(Planted):
    """DDL between a chunk's SELECT and its place in the stream."""

    def test_chunks_of_the_old_structure_are_read_again(self):
        self.fill(20000)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 100})
        signal_id, _ = self.execute(engine, "items")
        self.wait_for_changes(engine, 200)
        self.sql("ALTER TABLE shop.items ADD COLUMN more INT NOT NULL DEFAULT 7 FIRST")
        self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.items", 60)["status"])
        self.assert_stops(engine)
        rows = [c["value"]["after"] for c in self.changes(engine)]
        self.assertEqual(list(range(1, 20001)), sorted({row["id"] for row in rows}))
        altered = [row for row in rows if "more" in row]
        self.assertTrue(altered)
        self.assertEqual({7}, {row["more"] for row in altered})
        self.assertTrue(all(row["name"] == f"n{row['id']}" for row in rows))


if __name__ == "__main__":
    unittest.main()
