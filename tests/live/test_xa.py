"""XA transactions: their rows come at XA COMMIT and only then, whatever happens in between."""

import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pymysql  # pylint: disable=wrong-import-position

from live.support import POSITION_LOST, LiveTest  # pylint: disable=wrong-import-position


class Xa(LiveTest):
    """GTIDs on."""

    def setUp(self):
        super().setUp()
        self.create_items()
        self.addCleanup(self.roll_back_all)

    def roll_back_all(self):
        """A prepared transaction keeps its locks: nothing could be dropped."""
        for row in self.server.query("XA RECOVER"):
            self.decide(row[3], "ROLLBACK")

    def streaming(self, **settings):
        """An engine whose snapshot is done."""
        engine = self.engine(**settings).start()
        engine.wait_until(lambda: " event=stream.started " in engine.log(), 20, "the stream")
        return engine

    def xa(self, xid, *statements, end="PREPARE"):
        """Runs the statements in an XA transaction on a connection of its own and prepares or commits it."""
        connection = self.server.connect(database=self.database)
        with connection.cursor() as cursor:
            cursor.execute(f"XA START '{xid}'")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute(f"XA END '{xid}'")
            cursor.execute(f"XA COMMIT '{xid}' ONE PHASE" if end == "ONE PHASE" else f"XA PREPARE '{xid}'")
        connection.close()

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

    def test_rows_come_at_the_verdict(self):
        engine = self.streaming()
        self.insert("one", "x1", "x2")
        self.insert("two", "y1")
        self.insert("three", "z1")
        self.items("a")
        self.wait_for_names(engine, ["a"])
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
        self.xa("big", "SET SESSION cte_max_recursion_depth = 1000000",
                "INSERT INTO items (name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) "
                "SELECT CONCAT(REPEAT('long ', 70), i) FROM n")
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
        purge = self.server.query("SHOW BINARY LOGS")[-1][0]
        self.sql(f"PURGE BINARY LOGS TO '{purge}'")
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


class XaCompressed(Xa):
    server_options = {"compression": True}


class XaWithoutGtids(Xa):
    server_options = {"gtid": False}


if __name__ == "__main__":
    unittest.main()
