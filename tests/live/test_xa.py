"""XA transactions: their rows come at XA COMMIT and only then, whatever happens in between."""

import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pymysql  # pylint: disable=wrong-import-position

from harness import standard  # pylint: disable=wrong-import-position
from harness.servers import MariaDb, MariaDbUnstable  # pylint: disable=wrong-import-position
from live.support import POSITION_LOST, STREAM, LiveTest  # pylint: disable=wrong-import-position


def inherits(*names):
    """Of the tests that the class inherits it runs these alone."""

    def mark(cls):
        for name in dir(cls):
            if name.startswith("test_") and name not in vars(cls) and name.removeprefix("test_") not in names:
                setattr(cls, name, None)
        return cls

    return mark


class Xa(LiveTest):
    """MySQL, GTIDs on. The classes below run the same on other servers and by other positions."""

    sixty_thousand = (
        "SET SESSION cte_max_recursion_depth = 1000000",
        "INSERT INTO items (name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
        "SELECT CONCAT(REPEAT('long ', 70), i) FROM n")

    def setUp(self):
        super().setUp()
        self.create_items()
        self.addCleanup(self.roll_back_all)

    def roll_back_all(self):
        """A prepared transaction keeps its locks: nothing could be dropped."""
        for _, _, _, name in self.server.query("XA RECOVER"):
            self.decide(name if isinstance(name, str) else name.decode(), "ROLLBACK")

    def streaming(self, **settings):
        """An engine whose snapshot is done."""
        engine = self.engine(**settings).start()
        engine.wait_until(lambda: " event=stream.started " in engine.log(), 20, "the stream")
        return engine

    def xa(self, xid, *statements, end="PREPARE", session=""):
        """Runs the statements in an XA transaction on a connection of its own and prepares or commits it."""
        connection = self.server.connect(database=self.database)
        with connection.cursor() as cursor:
            if session:
                cursor.execute(f"SET SESSION {session}")
            cursor.execute(f"XA START '{xid}'")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute(f"XA END '{xid}'")
            cursor.execute(f"XA COMMIT '{xid}' ONE PHASE" if end == "ONE PHASE" else f"XA PREPARE '{xid}'")
        session = connection.thread_id()
        connection.close()
        deadline = time.monotonic() + 10
        while not self.server.ended(session):
            self.assertLess(time.monotonic(), deadline, "the session goes on")
            time.sleep(0.005)

    def insert(self, xid, *names, end="PREPARE"):
        self.xa(xid, *(f"INSERT INTO items (name) VALUES ('{name}')" for name in names), end=end)

    def decide(self, xid, verdict):
        # A prepared transaction becomes anybody's once its session is gone, which takes the server a moment.
        deadline = time.monotonic() + 10
        while True:
            try:
                return self.sql(f"XA {verdict} '{xid}'")
            except pymysql.MySQLError as error:
                if error.args[0] != 1397 or time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def purge(self):
        """All binlogs but the present one; a server keeps those that it still uses itself for a moment."""
        last = self.server.binlogs()[-1][0]
        deadline = time.monotonic() + 10
        while len(self.server.binlogs()) > 1 and time.monotonic() < deadline:
            self.sql(f"PURGE BINARY LOGS TO '{last}'")
            time.sleep(0.05)
        self.assertEqual(1, len(self.server.binlogs()))

    def test_rows_come_at_the_verdict(self):
        engine = self.streaming()
        self.insert("one", "x1", "x2")
        self.insert("two", "y1")
        self.insert("three", "z1")
        self.items("a")
        self.wait_for_names(engine, ["a"])
        time.sleep(1.1)  # Times are seconds without GTIDs: those of the rows are not those of the verdicts.
        self.decide("two", "COMMIT")
        self.items("b")
        self.decide("three", "ROLLBACK")
        self.decide("one", "COMMIT")
        self.insert("four", "w1", end="ONE PHASE")
        self.items("c")
        self.wait_for_names(engine, ["a", "y1", "b", "x1", "x2", "w1", "c"])
        self.assert_stops(engine)
        blocks = [change["value"]["source"] for change in self.changes(engine)]
        places = [(block["file"], block["pos"], block["row"]) for block in blocks]
        self.assertEqual(sorted(places), places, "places never go back")
        self.assertEqual(len(set(places)), len(places))
        self.assertEqual([block["ts_us"] for block in blocks], sorted(block["ts_us"] for block in blocks))

    def test_prepared_across_restarts(self):
        engine = self.streaming()
        self.insert("one", "x1", "x2")
        self.insert("gone", "g1")
        self.items("a")
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        self.sql("FLUSH BINARY LOGS")
        self.items("b")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a", "b"])
        engine.kill()
        self.sql("FLUSH BINARY LOGS")
        self.decide("gone", "ROLLBACK")
        self.decide("one", "COMMIT")
        self.items("c")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a", "b", "x1", "x2", "c"])
        self.assert_stops(engine)
        again = self.engine().start()
        self.items("d")
        self.wait_for_names(again, ["a", "b", "x1", "x2", "c", "d"])
        self.assert_stops(again)

    def test_lost_link_while_prepared(self):
        engine = self.streaming()
        self.insert("one", "x1")
        self.items("a")
        self.wait_for_names(engine, ["a"])
        self.server.kill()
        self.server.restart()
        self.decide("one", "COMMIT")
        self.items("b")
        self.wait_for_names(engine, ["a", "x1", "b"], timeout=40)
        self.assert_stops(engine)

    def test_large_one_goes_to_disk_and_is_resumed_in_the_middle(self):
        engine = self.streaming(**{"offset.flush.interval.ms": "50"})
        self.sql("ALTER TABLE shop.items MODIFY name VARCHAR(400)")
        self.xa("big", *self.sixty_thousand)
        self.decide("big", "COMMIT")
        self.items("after")
        folder = self.folder / "records"
        engine.wait_until(lambda: sum(file.stat().st_size for file in folder.glob("*")) > 4_000_000, 40, "the first rows")
        engine.kill()
        engine = self.engine().start()
        engine.wait_until(lambda: "after" in self.names(engine)[-1:], 60, "the last row")
        self.assert_stops(engine)
        ids = [change["key"]["id"] for change in self.changes(engine)]
        self.assertEqual(60001, len(ids))
        self.assertEqual(len(ids), len(set(ids)))
        self.assertEqual(sorted(ids), ids)

    def test_prepared_before_the_snapshot(self):
        self.insert("early", "x1", "x2")
        self.insert("late", "y1")
        self.insert("never", "z1")
        for _ in range(3):
            self.sql("FLUSH BINARY LOGS")
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.decide("never", "ROLLBACK")
        self.decide("early", "COMMIT")
        self.items("b")
        self.wait_for_names(engine, ["a", "x1", "x2", "b"], timeout=40)
        self.assert_stops(engine)
        self.decide("late", "COMMIT")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a", "x1", "x2", "b", "y1"], timeout=40)
        self.assert_stops(engine)

    def test_prepared_before_the_oldest_binlog(self):
        self.insert("lost", "x1")
        self.sql("FLUSH BINARY LOGS", "FLUSH BINARY LOGS")
        engine = self.engine().start()
        self.items("a")
        self.wait_for_names(engine, ["a"])
        self.purge()
        self.decide("lost", "COMMIT")
        self.ends_with(engine, POSITION_LOST, r"XA COMMIT X'6c6f7374'.*before the oldest binlog")

    def test_signal_and_window_inside(self):
        self.items("a", "b", "c")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a", "b", "c"])
        self.xa("upd", "UPDATE items SET name = 'b2' WHERE id = 2",
                f"INSERT INTO {self.signals} VALUES ('sig', 'execute-snapshot', '{{\"data-collections\": [\"{self.database}.items\"]}}')")
        time.sleep(0.3)
        self.decide("upd", "COMMIT")
        self.assertEqual("COMPLETED", self.outcome(engine, "sig", f"{self.database}.items")["status"])
        self.assert_stops(engine)
        self.assertEqual(["a", "b", "c", "b2", "a", "b2", "c"], self.names(engine))


    def test_savepoints_inside(self):
        self.items("m")
        engine = self.streaming()
        self.xa("one", "INSERT INTO items (name) VALUES ('x1')", "SAVEPOINT here", "INSERT INTO items (name) VALUES ('x2')",
                "ROLLBACK TO SAVEPOINT here", "INSERT INTO items (name) VALUES ('x3')", "SAVEPOINT there",
                "INSERT INTO items (name) VALUES ('x4')")
        self.sql("UPDATE shop.items SET name = 'a' WHERE id = 1")
        self.wait_for_names(engine, ["m", "a"])
        engine.kill()
        self.decide("one", "COMMIT")
        engine = self.engine().start()
        self.wait_for_names(engine, ["m", "a", "x1", "x3", "x4"])
        self.assertNotIn("are looked for from", engine.log())
        self.assert_stops(engine)

    def test_a_name_is_used_again(self):
        engine = self.streaming()
        self.insert("name", "x1")
        self.insert("other", "y1")
        self.decide("name", "COMMIT")
        self.insert("name", "x2")
        self.decide("name", "ROLLBACK")
        self.insert("name", "x3", "x4")
        self.items("a")
        self.wait_for_names(engine, ["x1", "a"])
        engine.kill()
        self.items("b")
        engine = self.engine().start()
        self.wait_for_names(engine, ["x1", "a", "b"])
        self.decide("name", "COMMIT")
        self.decide("other", "COMMIT")
        self.wait_for_names(engine, ["x1", "a", "b", "x3", "x4", "y1"])
        self.assert_stops(engine)
        self.assertNotIn("prepared_xa", standard.stored(self.folder)["offset"])

    def test_what_a_crash_of_the_server_leaves(self):
        """Prepared ones survive, and the others are decided: whatever XA RECOVER says is what comes."""
        engine = self.streaming()
        self.insert("one", "x1")
        self.insert("two", "y1")
        self.decide("two", "COMMIT")
        self.wait_for_names(engine, ["y1"])
        engine.kill()
        self.server.kill()
        self.server.restart()
        self.decide("one", "COMMIT")
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["y1", "x1", "a"], timeout=40)
        self.assert_stops(engine)


@inherits("rows_come_at_the_verdict", "prepared_across_restarts", "large_one_goes_to_disk_and_is_resumed_in_the_middle")
class XaCompressed(Xa):
    server_options = {"compression": True}


class XaWithoutGtids(Xa):
    server_options = {"gtid": False}


class XaOnMariaDb(Xa):
    server_class = MariaDb
    server_options = {"binlog_row_metadata": None}
    sixty_thousand = ("INSERT INTO items (name) SELECT CONCAT(REPEAT('long ', 70), seq) FROM seq_1_to_60000",)


    def test_domains_of_their_own(self):
        """PREPARE, verdict and what comes in between are of different domains."""
        engine = self.streaming()
        self.xa("one", "INSERT INTO items (name) VALUES ('x1')", session="gtid_domain_id = 7")
        self.xa("two", "INSERT INTO items (name) VALUES ('y1')")
        self.items("a")
        self.wait_for_names(engine, ["a"])
        engine.kill()
        self.sql("FLUSH BINARY LOGS", "SET SESSION gtid_domain_id = 9", "INSERT INTO shop.items (name) VALUES ('b')")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a", "b"])
        engine.kill()
        self.decide("one", "COMMIT")
        self.sql("SET SESSION gtid_domain_id = 7", "XA COMMIT 'two'")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a", "b", "x1", "y1"])
        self.assert_stops(engine)
        stored = standard.stored(self.folder)["offset"]
        self.assertNotIn("prepared_xa", stored)
        self.assertEqual({"0", "7", "9"}, {item.split("-")[0] for item in stored["gtids"].split(",")})

    def test_statements_are_told(self):
        self.sql("SET GLOBAL binlog_annotate_row_events = ON")
        engine = self.streaming(**{"include.query": "true"})
        self.insert("one", "x1", "x2")
        self.decide("one", "COMMIT")
        self.items("a")
        self.wait_for_names(engine, ["x1", "x2", "a"])
        self.assert_stops(engine)
        self.assertEqual([f"INSERT INTO items (name) VALUES ('{name}')" for name in ("x1", "x2", "a")],
                         [change["value"]["source"]["query"] for change in self.changes(engine)])

    def test_fail_over_while_prepared(self):
        # The new server is at a lower place of its own files than the offset is.
        self.sql(*["FLUSH BINARY LOGS"] * 5)
        engine = self.streaming()
        with MariaDb(binlog_row_metadata=None, replica_of=self.server) as replica:
            self.insert("early", "x1")
            self.items("a")
            self.wait_for_names(engine, ["a"])
            self.assert_stops(engine)
            self.insert("late", "y1")
            self.items("b")
            self.decide("early", "COMMIT")
            self.decide("late", "COMMIT")
            self.items("c")
            replica.wait_for(self.server)
            engine.defines["database.port"] = replica.port
            engine.start()
            self.wait_for_names(engine, ["a", "b", "x1", "y1", "c"])
            self.assert_stops(engine)

    def test_statement_format_is_told(self):
        self.items("a")
        engine = self.streaming()
        self.xa("one", "UPDATE items SET name = 'x1'", session="binlog_format = 'STATEMENT'")
        self.ends_with(engine, STREAM, "a change of shop.items was logged as a statement")


@inherits("rows_come_at_the_verdict", "prepared_across_restarts", "large_one_goes_to_disk_and_is_resumed_in_the_middle",
          "prepared_before_the_snapshot", "savepoints_inside")
class XaOnUnstablesMariaDb(Xa):
    server_class = MariaDbUnstable
    server_options = XaOnMariaDb.server_options
    sixty_thousand = XaOnMariaDb.sixty_thousand


@inherits("rows_come_at_the_verdict", "prepared_across_restarts", "large_one_goes_to_disk_and_is_resumed_in_the_middle",
          "lost_link_while_prepared", "a_name_is_used_again", "savepoints_inside")
class XaOnMariaDbByFile(Xa):
    """The snapshot is taken and the GTIDs are gone from its offset before a test begins."""

    server_class = MariaDb
    server_options = XaOnMariaDb.server_options
    sixty_thousand = XaOnMariaDb.sixty_thousand

    def setUp(self):
        super().setUp()
        self.assert_stops(self.streaming())
        path = self.folder / "offsets.json"
        stored = json.loads(path.read_text(encoding="utf-8"))
        del stored["offset"]["gtids"], stored["offset"]["flavour"]
        # Beside GTIDs it may still be the file's beginning, where a stream by them starts.
        stored["offset"]["file"], stored["offset"]["pos"] = self.server.query("SHOW MASTER STATUS")[0][:2]
        path.write_text(json.dumps(stored), encoding="utf-8")

    def tearDown(self):
        self.assertNotIn("gtids", standard.stored(self.folder)["offset"])
        super().tearDown()


if __name__ == "__main__":
    unittest.main()
