"""The edge cases of windows, each forced on a real server where one can be forced.

    empty table, filter that matches nothing   test_stream.Snapshots
    one row                                    here
    rows so large that a chunk would be, too   here
    keys at their limits                       test_keys
    nullable surrogates in composites          here
    keys that move between chunks              here
    delete and insert again inside a window    here; WindowTest.DropsARowDeletedAndInsertedAgain
    TRUNCATE                                   test_silent_failures.SilentFailure20, test_stream.Structure
    DROP, RENAME                               here
    ALTER: added, dropped, reordered, retyped  here; while the stream is behind, too
    a large transaction inside a window        here; more keys than it holds: WindowTest.IsVoidWhenItHoldsTooManyKeys
    stop with chunks in flight                 here; VoidedWindow.ByAStop
    pause, resume, second signal, two engines,
    marks deleted by someone else              test_stream.Snapshots
    rows that enter and leave the filter       here
    stream far behind                          here
    connection lost at each of the steps       here
    clock that goes back                       DirectorTest.LetsTheWallClockGoBack: time is measured by the steady one
"""

import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from live.support import LiveTest, said  # pylint: disable=wrong-import-position
from oracle.proxy import Proxy  # pylint: disable=wrong-import-position

# Every chunk's SELECT waits here, behind its read view, while a test holds the lock.
# The name depends on a column, else EXPLAIN would wait, too.
WAITS = "(GET_LOCK(CONCAT('window', LEFT(id, 0)), 60) + RELEASE_LOCK(CONCAT('window', LEFT(id, 0))) > 0)"


class Windows(LiveTest):
    def fill(self, rows=100):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, v INT NOT NULL, n INT NOT NULL, name VARCHAR(300) NOT NULL DEFAULT 'x')",
                 "SET SESSION cte_max_recursion_depth = 1000000",
                 "INSERT INTO shop.items (id, v, n) WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c"
                 f" WHERE i < {rows}) SELECT i, 0, i FROM c")

    def begin(self, **more):
        engine = self.engine(**{"snapshot.mode": "no_data", "incremental.snapshot.chunk.size": 10, "incremental.snapshot.max.threads": 1,
                                **more}).start()
        engine.wait_for_log("event=stream.started")
        return engine

    def execute(self, engine, condition=WAITS, **data):
        conditions = [{"data-collection": "shop.items", "filter": condition}] if condition else []
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"], "additional-conditions": conditions, **data})
        verdict = self.verdict(engine, signal_id)
        self.assertTrue(verdict["accepted"], verdict)
        return signal_id

    def hold(self):
        """Chunks that are read from now on do not end before release()."""
        self.holder = self.server.connect()
        self.addCleanup(self.release)
        self.holder.cursor().execute("SELECT GET_LOCK('window', 60)")

    def release(self):
        if self.holder.open:
            self.holder.close()

    def wait_until_held(self):
        self.wait_for_state("User lock")

    def wait_for_state(self, state, timeout=20):
        deadline = time.monotonic() + timeout
        while not (found := self.server.query(f"SELECT ID FROM information_schema.PROCESSLIST WHERE STATE LIKE '{state}%' AND USER = 'tidemark'")):
            self.assertLess(time.monotonic(), deadline, f"nobody waits in '{state}'")
            time.sleep(0.02)
        return found[0][0]

    def ends(self, engine, signal_id, status="COMPLETED", timeout=60):
        outcome = self.outcome(engine, signal_id, "shop.items", timeout)
        self.assertEqual(status, outcome["status"], f"{outcome} {said(engine.log())}")
        return outcome

    def replayed(self, engine):
        """{n: v} of the records applied in order: no version goes back, no row comes back by a read."""
        rows, newest, deleted = {}, {}, set()
        for change in self.changes(engine):
            value = change["value"]
            row = value["after"] or value["before"]
            n, v, op = row["n"], row["v"], value["op"]
            self.assertGreaterEqual(v, newest.get(n, 0), f"{op} of {n} goes back")
            newest[n] = v
            if op == "d":
                rows.pop(n, None)
                deleted.add((n, v))
            else:
                self.assertFalse(op == "r" and (n, v) in deleted, f"{n} was deleted before it was read")
                rows[n] = v
        return rows

    def assert_converges(self, engine, partly=False):
        source = dict(self.server.query("SELECT n, v FROM shop.items"))

        def found():
            return {n: v for n, v in self.replayed(engine).items() if not partly or n in source}

        # A snapshot may end before the stream has come to the log's end.
        deadline = time.monotonic() + 10
        while engine.running() and found() != source and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assert_stops(engine)
        self.assertEqual(source, found())

    def test_one_row(self):
        self.fill(1)
        engine = self.begin()
        self.ends(engine, self.execute(engine, None))
        self.assert_converges(engine)

    def test_large_rows_make_small_chunks(self):
        """64 MB in one chunk by number: memory follows the bytes. Of one key column, and of a composite one that bounds are selected for."""
        rows = ("WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 500)"
                " SELECT i, i % 7, IF(i % 5 = 0, 'small', REPEAT(CHAR(97 + i % 26), 160000)) FROM c")
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, v INT NOT NULL, name MEDIUMTEXT NOT NULL)", f"INSERT INTO shop.items {rows}",
                 "CREATE TABLE shop.pairs (id INT, v INT, name MEDIUMTEXT NOT NULL, PRIMARY KEY (v, id))", f"INSERT INTO shop.pairs {rows}")
        engine = self.begin(**{"incremental.snapshot.chunk.size": 1000, "incremental.snapshot.max.threads": 2})
        for table in ("items", "pairs"):
            signal_id = self.signal("execute-snapshot", {"data-collections": [f"shop.{table}"]})
            outcome = self.outcome(engine, signal_id, f"shop.{table}", 60)
            self.assertEqual(("COMPLETED", 500), (outcome["status"], outcome["rows"]))
        peak = engine.peak_mb()
        self.assert_stops(engine)
        for table in ("items", "pairs"):
            found = [(c["value"]["after"]["id"], len(c["value"]["after"]["name"])) for c in self.changes(engine, table)]
            self.assertEqual([(i, 5 if i % 5 == 0 else 160000) for i in range(1, 501)], sorted(found), table)
        self.assert_peak(peak, 110)

    def test_large_rows_under_changes(self):
        """Chunks that end before their number of rows does, beside changes of the rows on either side, and of their keys."""
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, v INT NOT NULL, name MEDIUMTEXT NOT NULL)",
                 "INSERT INTO shop.items WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 300)"
                 " SELECT i * 2, 0, REPEAT('x', 200000) FROM c")
        engine = self.begin(**{"incremental.snapshot.chunk.size": 250})
        done = threading.Event()

        def change():
            connection = self.server.connect()
            with connection.cursor() as cursor:
                turn = 0
                while not done.is_set():
                    turn += 1
                    cursor.execute(f"UPDATE shop.items SET v = v + 1 WHERE id = {1 + turn * 37 % 600}")
                    cursor.execute(f"UPDATE shop.items SET id = id + 1 WHERE id = {2 + turn * 58 % 600}")
                    done.wait(0.003)
            connection.close()

        writer = threading.Thread(target=change)
        writer.start()
        try:
            signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
            self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.items", 60)["status"])
        finally:
            done.set()
            writer.join()
        self.sql("INSERT INTO shop.items VALUES (9999, 0, 'end')")
        self.wait_for_changes(engine, 1, where=lambda c: c["key"]["id"] == 9999)
        self.assert_stops(engine)
        rows = {}
        for change in self.changes(engine):
            after = change["value"]["after"]
            if after is None:
                rows.pop(change["key"]["id"], None)
            else:
                if after["id"] in rows:
                    self.assertGreaterEqual(after["v"], rows[after["id"]])
                rows[after["id"]] = after["v"]
        self.assertEqual(dict(self.server.query("SELECT id, v FROM shop.items")), rows)

    def test_a_row_deleted_and_inserted_again_inside(self):
        self.fill(10)
        engine = self.begin()
        self.hold()
        signal_id = self.execute(engine)
        self.wait_until_held()
        self.sql("DELETE FROM shop.items WHERE id IN (3, 4)", "INSERT INTO shop.items (id, v, n) VALUES (3, 7, 3)",
                 "UPDATE shop.items SET v = 9 WHERE id = 5", "INSERT INTO shop.items (id, v, n) VALUES (0, 1, 0)")
        self.release()
        self.ends(engine, signal_id)
        reads = [c["key"]["id"] for c in self.changes(engine) if c["value"]["op"] == "r"]
        self.assertEqual([1, 2, 6, 7, 8, 9, 10], sorted(reads))
        self.assert_converges(engine)

    def test_keys_that_move_between_read_and_unread_chunks(self):
        self.fill(100)
        engine = self.begin()
        self.hold()
        signal_id = self.execute(engine)
        self.wait_until_held()
        move = "UPDATE shop.items SET v = v + 1, id = {1} WHERE id = {0}"
        self.sql(move.format(95, -5), move.format(5, 1055), move.format(6, 86 + 200), move.format(2, 300), move.format(300, 2),
                 move.format(90, -90), move.format(-90, 90), "UPDATE shop.items SET v = v + 1, id = IF(id = 20, 21, 20) WHERE id = 20 AND FALSE")
        self.release()
        for turn in range(20):
            self.sql(move.format(70 if turn % 2 else -70, -70 if turn % 2 else 70), move.format(8 if turn % 2 else 800, 800 if turn % 2 else 8))
        self.ends(engine, signal_id)
        self.assert_converges(engine)

    def test_rows_that_enter_and_leave_the_filter_inside(self):
        self.fill(10)
        self.sql("UPDATE shop.items SET v = 1 WHERE id % 2 = 0")
        engine = self.begin()
        self.hold()
        signal_id = self.execute(engine, f"v > 0 AND {WAITS}")
        self.wait_until_held()
        self.sql("UPDATE shop.items SET v = 2 WHERE id = 1", "UPDATE shop.items SET v = 3, name = 'left' WHERE id = 2", "DELETE FROM shop.items WHERE id = 4")
        self.release()
        self.ends(engine, signal_id)
        self.assert_stops(engine)
        source = dict(self.server.query("SELECT n, v FROM shop.items WHERE v > 0"))
        self.assertEqual(source, self.replayed(engine))

    def test_a_transaction_that_touches_more_than_the_chunk_inside(self):
        self.fill(30000)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 5000})
        self.hold()
        signal_id = self.execute(engine, f"(id % 5000 <> 0 OR {WAITS})")
        self.wait_until_held()
        self.sql("UPDATE shop.items SET v = v + 1 ORDER BY id DESC")
        self.release()
        self.ends(engine, signal_id)
        self.assert_converges(engine)

    def test_nothing_comes_after_a_stop_though_chunks_are_in_flight(self):
        self.fill(100)
        engine = self.begin()
        self.hold()
        signal_id = self.execute(engine)
        self.wait_until_held()
        self.assertTrue(self.verdict(engine, self.signal("stop-snapshot"))["accepted"])
        self.release()
        self.ends(engine, signal_id, "STOPPED")
        time.sleep(0.5)
        self.assertEqual([], self.changes(engine))
        again = self.execute(engine, None)
        self.ends(engine, again)
        self.assert_converges(engine)

    def test_the_stream_is_far_behind(self):
        self.fill(200)
        proxy = Proxy(self.server.port)
        self.addCleanup(proxy.close)
        engine = self.begin(**{"database.port": proxy.port, "database.ssl.mode": "disabled", "incremental.snapshot.chunk.size": 50})
        self.hold()
        signal_id = self.execute(engine)
        self.wait_until_held()
        proxy.lag()
        self.release()
        for _ in range(5):
            self.sql("UPDATE shop.items SET v = v + 1", "DELETE FROM shop.items WHERE id % 50 = 7",
                     "INSERT IGNORE INTO shop.items (id, v, n) SELECT id + 1000, 5, n + 1000 FROM shop.items WHERE id % 50 = 8 AND id < 1000")
        time.sleep(2)
        proxy.flow()
        self.ends(engine, signal_id)
        self.assert_converges(engine)

    def test_the_connection_is_lost_at_each_step(self):
        self.fill(100)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 60})
        lock = self.server.connect()
        self.addCleanup(lambda: lock.close() if lock.open else None)
        # One chunk's high mark and the next one's low mark are one transaction.
        for step in ("chunk", "marks"):
            with self.subTest(step=step):
                self.hold()
                before = len(self.changes(engine))
                signal_id = self.execute(engine)
                victim = self.wait_for_state("User lock")
                if step != "chunk":
                    lock.cursor().execute(f"LOCK TABLES {self.signals} WRITE")
                    self.release()
                    victim = self.wait_for_state("Waiting for table metadata lock")
                self.sql(f"KILL CONNECTION {victim}")
                self.release()
                lock.cursor().execute("UNLOCK TABLES")
                self.ends(engine, signal_id)
                reads = [c["key"]["id"] for c in self.changes(engine)[before:]]
                self.assertEqual(list(range(1, 101)), sorted(reads), step)
        self.assertIn("event=snapshot.chunk_retried", engine.log())
        self.assert_converges(engine)

    def test_alter_during_the_snapshot(self):
        self.fill(20000)
        engine = self.begin(**{"incremental.snapshot.max.threads": 2})
        for change, check in (("ADD COLUMN more INT NOT NULL DEFAULT 7 FIRST", lambda row: row.get("more", 7) == 7),
                              ("MODIFY COLUMN more INT NOT NULL DEFAULT 7 AFTER n", lambda row: row.get("more", 7) == 7),
                              ("MODIFY COLUMN name VARBINARY(300)", lambda row: row["name"] in ("x", "eA==")),
                              ("DROP COLUMN more", lambda row: row.get("more", 7) == 7)):
            with self.subTest(change=change):
                before = len(self.changes(engine))
                signal_id = self.execute(engine, None)
                self.wait_for_changes(engine, before + 200)
                self.sql(f"ALTER TABLE shop.items {change}")
                self.ends(engine, signal_id)
                rows = [c["value"]["after"] for c in self.changes(engine)[before:]]
                self.assertEqual(list(range(1, 20001)), sorted({row["id"] for row in rows}))
                self.assertTrue(all(check(row) and row["n"] == row["id"] for row in rows))
        self.assert_converges(engine)

    def test_altered_while_the_stream_has_yet_to_come_to_it(self):
        """A chunk has a cell of another type, and the table that comes next another key: neither is an end of the snapshot."""
        self.fill(100)
        self.sql("CREATE TABLE shop.others LIKE shop.items", "INSERT INTO shop.others SELECT * FROM shop.items")
        proxy = Proxy(self.server.port)
        self.addCleanup(proxy.close)
        engine = self.begin(**{"database.port": proxy.port, "database.ssl.mode": "disabled"})
        self.hold()
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items", "shop.others"],
                                                     "additional-conditions": [{"data-collection": "shop.items", "filter": WAITS}]})
        self.wait_until_held()
        self.assertTrue(self.verdict(engine, signal_id)["accepted"])
        engine.kill()
        self.release()
        self.sql("ALTER TABLE shop.items MODIFY COLUMN v VARCHAR(20)", "UPDATE shop.items SET v = 'none'",
                 "ALTER TABLE shop.others RENAME COLUMN id TO number")
        proxy.lag()
        engine.start()
        engine.wait_for_log("event=snapshot.chunk_retried")
        engine.wait_for_log("event=snapshot.start_retried")
        proxy.flow()
        self.ends(engine, signal_id)
        self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.others")["status"])
        self.assertEqual({"none"}, {c["value"]["after"]["v"] for c in self.changes(engine) if c["value"]["op"] == "r"})
        self.assertEqual(list(range(1, 101)), sorted(c["key"]["number"] for c in self.changes(engine, "others")))
        self.assert_stops(engine)

    def test_drop_and_rename_during_the_snapshot(self):
        for statement in ("DROP TABLE shop.items", "RENAME TABLE shop.items TO shop.elsewhere"):
            with self.subTest(statement=statement):
                engine, signal_id = self.begin_and_run(statement)
                self.assertRegex(self.ends(engine, signal_id, "FAILED")["reason"], "dropped or renamed")
                self.assertTrue(engine.running())
                self.assert_stops(engine)

    def test_dropped_and_made_again_during_the_snapshot(self):
        """A stream that comes to the DROP before the table is there again ends the snapshot; later, it goes on with the new table."""
        engine, signal_id = self.begin_and_run("DROP TABLE shop.items",
                                               "CREATE TABLE shop.items (id INT PRIMARY KEY, v INT NOT NULL, n INT NOT NULL)",
                                               "INSERT INTO shop.items VALUES (1, 70, 1)")
        outcome = self.outcome(engine, signal_id, "shop.items", 60)
        if outcome["status"] == "FAILED":
            self.assertRegex(outcome["reason"], "dropped or renamed")
        else:
            self.assertEqual("COMPLETED", outcome["status"])
        self.wait_for_changes(engine, 1, where=lambda c: c["value"]["after"] == {"id": 1, "v": 70, "n": 1})
        self.assert_stops(engine)

    def begin_and_run(self, *statements):
        """Runs statements in the middle of a snapshot; the engine and the signal's id."""
        self.setUp()
        self.fill(20000)
        engine = self.begin()
        signal_id = self.execute(engine, None)
        self.wait_for_changes(engine, 100)
        self.sql(*statements)
        return engine, signal_id

    def test_nullable_surrogates_of_every_kind(self):
        """NULL first, NULL only, NULL nowhere; in front of a key, in a nullable key, without any; and rows that move."""
        numbers = "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 200)"
        kinds = (("INT NULL", "NULLIF(i % 9, 4)"), ("VARCHAR(9) NULL", "ELT(i % 5, 'a', 'A ', 'b', '')"), ("INT NULL", "NULL"),
                 ("DECIMAL(5,2) NOT NULL", "i % 3"), ("ENUM('z','a') NULL", "NULLIF(i % 3, 0)"), ("DATETIME(3) NULL", "NULL"),
                 ("SET('x','y') NULL", "NULLIF(i % 4, 3)"), ("FLOAT NULL", "NULLIF(i % 4, 1) / 10"), ("BIT(3) NULL", "NULLIF(i % 8, 2)"))
        tables = {}
        for kind, value in kinds:
            for key in ("PRIMARY KEY (id, n)", "UNIQUE KEY (s, n)", "KEY (s)"):
                table = f"t{len(tables)}"
                tables[table] = f"{kind} {value} {key}"
                self.sql(f"CREATE TABLE shop.{table} (s {kind}, id INT NOT NULL, n INT NOT NULL, v INT NOT NULL, {key})",
                         f"INSERT INTO shop.{table} {numbers} SELECT {value}, i DIV 7, i, 0 FROM c")
        engine = self.begin(**{"incremental.snapshot.chunk.size": 7, "incremental.snapshot.max.threads": 2})
        stop = threading.Event()
        thread = threading.Thread(target=self.move, args=(sorted(tables), stop))
        thread.start()
        try:
            signal_id = self.signal("execute-snapshot", {"data-collections": ["shop\\.t[0-9]+"], "surrogate-key": "s"})
            for table in tables:
                self.assertEqual("COMPLETED", self.outcome(engine, signal_id, f"shop.{table}", 120)["status"], tables[table])
        finally:
            stop.set()
            thread.join()
        self.assert_stops(engine)
        for table, what in tables.items():
            with self.subTest(table=table, what=what):
                newest = {}
                for change in self.changes(engine, table):
                    row = change["value"]["after"]
                    if row is None:  # the first half of a key change
                        continue
                    self.assertGreaterEqual(row["v"], newest.get(row["n"], 0))
                    newest[row["n"]] = row["v"]
                self.assertEqual(dict(self.server.query(f"SELECT n, v FROM shop.{table}")), newest)

    def move(self, tables, stop):
        """Rows now and then take the surrogate of another one."""
        connection = self.server.connect(database=self.database, autocommit=True)
        with connection.cursor() as cursor:
            turn = 0
            while not stop.is_set():
                turn += 1
                cursor.execute(f"UPDATE {tables[turn % len(tables)]} a JOIN {tables[turn % len(tables)]} b ON b.n = {1 + turn * 7 % 200}"
                               f" SET a.s = b.s, a.v = a.v + 1 WHERE a.n = {1 + turn * 31 % 200}")
                stop.wait(0.005)
        connection.close()


if __name__ == "__main__":
    unittest.main()
