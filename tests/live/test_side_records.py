"""Records beside those of tables: transactions, heartbeats, statements; and updates that change nothing."""

import re
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from live.support import STREAM, LiveTest, said  # pylint: disable=wrong-import-position


class SideRecords(LiveTest):
    def records(self, topic):
        return [r for r in self.engine_.records(self.folder / "records") if r["topic"] == topic]

    def start(self, **more):
        self.engine_ = self.engine(**more).start()
        self.engine_.wait_for_log("event=stream.started")
        return self.engine_

    def wait_for(self, topic, count, timeout=20):
        def look():
            found = self.records(topic)
            return found if len(found) >= count else None

        return self.engine_.wait_until(look, timeout, f"{count} records of {topic}")


class Transactions(SideRecords):
    METADATA = {"provide.transaction.metadata": "true"}

    def transactions(self, count):
        """The transaction topic's (status, id, event_count, data_collections), the engine's own ones left out."""
        def look():
            found = [r["value"] for r in self.records("tm.transaction")]
            ours = [v for v in found if v["status"] == "BEGIN" or
                    not any(c["data_collection"] == self.signals for c in v["data_collections"])]
            ids = {v["id"] for v in ours if v["status"] == "END"}
            ours = [v for v in ours if v["id"] in ids]
            return ours if len(ours) >= count else None

        return self.engine_.wait_until(look, 20, f"{count} transaction records")

    def test_blocks_and_counts(self):
        self.create_items()
        self.sql("CREATE TABLE shop.other (id INT PRIMARY KEY, name VARCHAR(80))", "INSERT INTO shop.other VALUES (1, 'x')")
        engine = self.start(signals=False, **self.METADATA, **{"topic.transaction": "tx"})
        self.sql("BEGIN", "INSERT INTO shop.items (name) VALUES ('a'), ('b')", "INSERT INTO shop.other VALUES (2, 'y')",
                 "UPDATE shop.items SET id = 9 WHERE id = 1", "DELETE FROM shop.items WHERE id = 2", "COMMIT")
        self.wait_for("tm.tx", 2)
        self.assert_stops(engine)
        begin, end = [r["value"] for r in self.records("tm.tx")]
        self.assertRegex(begin["id"], r"^[0-9a-f-]{36}:\d+$")
        self.assertEqual({"status": "BEGIN", "id": begin["id"], "event_count": None, "data_collections": None,
                          "ts_ms": begin["ts_ms"]}, begin)
        self.assertAlmostEqual(time.time() * 1000, begin["ts_ms"], delta=60_000)
        self.assertEqual(["status", "id", "event_count", "data_collections", "ts_ms"], list(end))
        self.assertEqual(("END", begin["id"], 6), (end["status"], end["id"], end["event_count"]))
        self.assertEqual({"shop.items": 5, "shop.other": 1},
                         {c["data_collection"]: c["event_count"] for c in end["data_collections"]})
        self.assertEqual([{"id": begin["id"]}] * 2, [r["key"] for r in self.records("tm.tx")])
        rows = [r["value"] for r in engine.records(self.folder / "records") if r["value"] and "op" in r["value"]]
        self.assertIsNone(rows[0]["transaction"])  # read by the initial snapshot
        # The change of a key counts twice, a tombstone not at all.
        self.assertEqual([("c", 1, 1), ("c", 2, 2), ("c", 3, 1), ("d", 4, 3), ("c", 5, 4), ("d", 6, 5)],
                         [(v["op"], v["transaction"]["total_order"], v["transaction"]["data_collection_order"]) for v in rows[1:]])
        self.assertEqual({begin["id"]}, {v["transaction"]["id"] for v in rows[1:]})
        self.assertEqual(begin["id"], rows[1]["source"]["gtid"])
        topics = [r["topic"] for r in engine.records(self.folder / "records")]
        self.assertEqual(("tm.tx", "tm.tx"), (topics[1], topics[-1]))

    def test_filtered_tables_and_skipped_operations_do_not_count(self):
        self.create_items()
        self.sql("CREATE TABLE shop.other (id INT PRIMARY KEY)")
        self.start(signals=False, **self.METADATA, **{"table.include.list": "shop.items", "skipped.operations": "d,t"})
        self.sql("BEGIN", "INSERT INTO shop.other VALUES (1)", "INSERT INTO shop.items VALUES (1, 'a')",
                 "DELETE FROM shop.items", "INSERT INTO shop.items VALUES (2, 'b')", "COMMIT",
                 "INSERT INTO shop.other VALUES (2)")
        ends = [v for v in self.transactions(4) if v["status"] == "END"]
        self.assertEqual([(2, [{"data_collection": "shop.items", "event_count": 2}]), (0, [])],
                         [(v["event_count"], v["data_collections"]) for v in ends])
        self.assertEqual([1, 2], [c["value"]["transaction"]["total_order"] for c in self.changes(self.engine_)])

    def test_rows_of_an_incremental_snapshot_are_not_numbered(self):
        self.create_items()
        self.items("a", "b")
        engine = self.start(**self.METADATA, **{"snapshot.mode": "no_data"})
        signal = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.outcome(engine, signal, "shop.items")
        self.assert_stops(engine)
        rows = self.changes(engine)
        self.assertEqual([("r", None)] * 2, [(r["value"]["op"], r["value"]["transaction"]) for r in rows])
        signal_rows = self.changes(engine, "signals")
        self.assertTrue(all(r["value"]["transaction"]["total_order"] >= 1 for r in signal_rows))

    def test_numbers_go_on_where_a_run_ended_inside_a_transaction(self):
        """The first run ends at a row it must not decode, in mid-transaction; the second leaves that table out."""
        self.create_items()
        self.sql("CREATE TABLE shop.other (id INT PRIMARY KEY, a INT, b INT)", "INSERT INTO shop.other VALUES (1, 1, 1)")
        settings = {"signals": False, **self.METADATA}
        self.start(**settings)
        self.sql("BEGIN", "INSERT INTO shop.items (name) VALUES ('a'), ('b')", "INSERT INTO shop.other VALUES (2, 2, 2)",
                 "INSERT INTO shop.items (name) VALUES ('c')", "SET binlog_row_image = 'MINIMAL'",
                 "UPDATE shop.other SET a = 5 WHERE id = 1", "SET binlog_row_image = 'FULL'",
                 "INSERT INTO shop.items (name) VALUES ('d'), ('e')", "COMMIT", "INSERT INTO shop.items (name) VALUES ('f')")
        self.ends_with(self.engine_, STREAM, "lacks column")
        state = standard.stored(self.folder)["offset"]
        identity = state["transaction_id"]
        self.assertEqual((3, 1), (state["transaction_data_collection_order_shop.items"],
                                  state["transaction_data_collection_order_shop.other"]))
        self.start(**settings, **{"table.exclude.list": "shop.other"})
        self.wait_for("tm.transaction", 4)
        self.assert_stops(self.engine_)
        self.assertEqual([(identity, 1, 1), (identity, 2, 2), (identity, 4, 3), (identity, 5, 4), (identity, 6, 5)],
                         [tuple(c["value"]["transaction"].values()) for c in self.changes(self.engine_)][:5])
        values = [r["value"] for r in self.records("tm.transaction")]
        self.assertEqual([("BEGIN", None), ("END", 6), ("BEGIN", None), ("END", 1)], [(v["status"], v["event_count"]) for v in values])
        self.assertEqual({"shop.items": 5, "shop.other": 1},
                         {c["data_collection"]: c["event_count"] for c in values[1]["data_collections"]})
        self.assertNotIn("transaction_id", standard.stored(self.folder)["offset"])

    def test_schemas(self):
        self.create_items()
        self.start(signals=False, **self.METADATA, **{"key.converter.schemas.enable": "true", "value.converter.schemas.enable": "true"})
        self.items("a")
        begin, end = self.wait_for("tm.transaction", 2)
        self.assertEqual("io.debezium.connector.common.TransactionMetadataKey", begin["key"]["schema"]["name"])
        self.assertEqual("io.debezium.connector.common.TransactionMetadataValue", end["value"]["schema"]["name"])
        self.assertEqual(["status", "id", "event_count", "data_collections", "ts_ms"],
                         [f["field"] for f in end["value"]["schema"]["fields"]])
        self.assertEqual(1, end["value"]["payload"]["event_count"])
        self.assertEqual({}, begin["headers"])


class TransactionsWithoutGtids(SideRecords):
    server_options = {"gtid": False}

    def test_ids_are_places(self):
        self.create_items()
        self.start(signals=False, **{"provide.transaction.metadata": "true"})
        self.items("a", "b")
        records = self.wait_for("tm.transaction", 4)
        ids = [r["value"]["id"] for r in records]
        self.assertEqual((ids[0], ids[2]), (ids[1], ids[3]))
        self.assertNotEqual(ids[0], ids[2])
        rows = self.changes(self.engine_)
        place = re.fullmatch(r"file=(.+),pos=(\d+)", ids[0])
        self.assertEqual(rows[0]["value"]["source"]["file"], place[1])
        self.assertLess(int(place[2]), rows[0]["value"]["source"]["pos"])
        self.assertEqual([ids[0], ids[2]], [r["value"]["transaction"]["id"] for r in rows])


class Heartbeats(SideRecords):
    def test_beat_on_an_idle_server(self):
        self.create_items()
        engine = self.start(signals=False, **{"heartbeat.interval.ms": "200"})
        beats = self.wait_for("__debezium-heartbeat.tm", 4)
        self.assert_stops(engine)
        self.assertEqual([{"serverName": "tm"}] * 4, [r["key"] for r in beats[:4]])
        self.assertEqual([["ts_ms"]] * 4, [list(r["value"]) for r in beats[:4]])
        self.assertEqual([{}] * 4, [r["headers"] for r in beats[:4]])
        times = [r["value"]["ts_ms"] for r in beats]
        self.assertTrue(all(b - a >= 190 for a, b in zip(times, times[1:])), times)

    def test_names_and_schemas(self):
        engine = self.start(signals=False, **{"heartbeat.interval.ms": "100", "topic.heartbeat.prefix": "pulse",
                                              "topic.delimiter": "-", "key.converter.schemas.enable": "true",
                                              "value.converter.schemas.enable": "true"})
        beat = self.wait_for("pulse-tm", 1)[0]
        self.assert_stops(engine)
        self.assertEqual(("io.debezium.connector.common.ServerNameKey", {"serverName": "tm"}),
                         (beat["key"]["schema"]["name"], beat["key"]["payload"]))
        self.assertEqual("io.debezium.connector.common.Heartbeat", beat["value"]["schema"]["name"])
        self.engine_ = self.engine(signals=False, **{"heartbeat.interval.ms": "100", "topic.heartbeat.name": "here.i.am"}).start()
        self.wait_for("here.i.am", 1)

    def test_action_query_and_the_stored_offset(self):
        """Captured tables are quiet; what the action writes elsewhere moves the stored offset on."""
        self.create_items()
        self.sql("DROP DATABASE IF EXISTS ops", "CREATE DATABASE ops", "CREATE TABLE ops.beats (at DATETIME(6))",
                 f"GRANT INSERT ON ops.* TO '{standard.USER}'@'%'")
        self.start(signals=False, **{"heartbeat.interval.ms": "100", "heartbeat.action.query": "INSERT INTO ops.beats VALUES (NOW(6))"})
        engine = self.engine_
        engine.wait_until(lambda: self.count("ops.beats") >= 3, 20, "three rows of the action")
        first = standard.stored(self.folder)["offset"]["pos"]
        engine.wait_until(lambda: standard.stored(self.folder)["offset"]["pos"] > first, 20, "a stored offset that moves on")
        self.assert_stops(engine)
        self.assertEqual([], self.changes(engine))

    def count(self, table):
        connection = self.server.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT COUNT(*) FROM {table}")
                return cursor.fetchone()[0]
        finally:
            connection.close()

    def test_an_action_that_fails_is_reported_and_tried_again(self):
        self.create_items()
        self.sql("DROP DATABASE IF EXISTS ops")
        self.start(signals=False, **{"heartbeat.interval.ms": "100", "heartbeat.action.query": "INSERT INTO ops.beats VALUES (NOW(6))"})
        engine = self.engine_
        line = engine.wait_for_log("error event=heartbeat.action_failed.* do=").group(0)
        self.assertIn("heartbeat.action_failed", line)
        self.items("a")
        self.wait_for_names(engine, ["a"])
        self.wait_for("__debezium-heartbeat.tm", 3)
        self.assertEqual(1, engine.log().count("event=heartbeat.action_failed"), said(engine.log()))
        self.sql("CREATE DATABASE ops", "CREATE TABLE ops.beats (at DATETIME(6))", f"GRANT INSERT ON ops.* TO '{standard.USER}'@'%'")
        engine.wait_for_log("event=heartbeat.action_works_again")
        self.assert_stops(engine)


class Statements(SideRecords):
    server_options = {"args": ["--binlog-rows-query-log-events=ON"]}

    def test_the_statement_is_in_the_source_block(self):
        self.create_items()
        engine = self.start(**{"include.query": "true"})
        self.sql("INSERT INTO shop.items (name) VALUES ('a') /* one */",
                 "BEGIN", "INSERT INTO shop.items (name) VALUES ('b'), ('c')", "UPDATE shop.items SET name = 'ü\"' WHERE id = 2", "COMMIT")
        signal = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.outcome(engine, signal, "shop.items")
        self.assert_stops(engine)
        queries = [c["value"]["source"]["query"] for c in self.changes(engine)]
        insert = "INSERT INTO shop.items (name) VALUES ('b'), ('c')"
        self.assertEqual(["INSERT INTO shop.items (name) VALUES ('a') /* one */", insert, insert,
                          "UPDATE shop.items SET name = 'ü\"' WHERE id = 2"], queries[:4])
        # A read event shows what its source block is of: the row that closed the window.
        self.assertTrue(all("snapshot-window-close" in query for query in queries[4:]), queries)
        self.assertNotIn("server.statements_not_logged", engine.log())

    def test_off_by_default(self):
        self.create_items()
        engine = self.start(signals=False)
        self.items("a")
        self.assertIsNone(self.wait_for_changes(engine, 1)[0]["value"]["source"]["query"])


class StatementsNotLogged(SideRecords):
    def test_the_setting_that_is_off_is_named(self):
        self.create_items()
        engine = self.start(signals=False, **{"include.query": "true"})
        line = engine.wait_for_log("warn event=server.statements_not_logged").string
        self.assertIn("SET PERSIST binlog_rows_query_log_events = ON", line)
        self.items("a")
        self.assertIsNone(self.wait_for_changes(engine, 1)[0]["value"]["source"]["query"])

    def test_updates_without_a_change_can_be_left_out(self):
        # Neither of the two dates is one, so both print as null and a record would show no change.
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(80), n INT, at DATE)",
                 "SET sql_mode = ''", "INSERT INTO shop.items VALUES (1, 'a', NULL, '0000-00-00')")
        engine = self.start(signals=False, **{"skip.messages.without.change": "true", "provide.transaction.metadata": "true"})
        self.sql("SET sql_mode = ''", "BEGIN", "UPDATE shop.items SET at = '2024-00-00'", "UPDATE shop.items SET n = 0",
                 "UPDATE shop.items SET at = NULL", "COMMIT")
        self.wait_for("tm.transaction", 2)
        self.assert_stops(engine)
        changes = [c["value"] for c in self.changes(engine)]
        self.assertEqual([("r", None), ("u", 0), ("u", 0)], [(c["op"], c["after"]["n"]) for c in changes])
        self.assertEqual([1, 2], [c["transaction"]["total_order"] for c in changes[1:]])


if __name__ == "__main__":
    unittest.main()
