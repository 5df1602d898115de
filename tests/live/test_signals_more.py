"""Signals about the stream itself: set-binlog-position and schema-changes."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from live.support import SIGNAL, LiveTest, said  # pylint: disable=wrong-import-position


class StreamSignals(LiveTest):
    def query(self, sql):
        connection = self.server.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall()
        finally:
            connection.close()

    def place(self):
        """(file, position) where the server's log ends."""
        return self.query("SHOW BINARY LOG STATUS")[0][:2]

    def start(self, **more):
        engine = self.engine(**more).start()
        engine.wait_for_log("event=signal.probe_returned")
        return engine

    def ask(self, engine, kind, data):
        """Sends a signal; (accepted, reason) of its verdict."""
        verdict = self.verdict(engine, self.signal(kind, data))
        return verdict["accepted"], verdict["reason"]

    def refused(self, engine, kind, data, *parts):
        accepted, reason = self.ask(engine, kind, data)
        self.assertFalse(accepted, reason)
        for part in parts:
            self.assertIn(part, reason)


class SetBinlogPosition(StreamSignals):
    def gtids(self):
        return self.query("SELECT @@GLOBAL.gtid_executed")[0][0].replace("\n", "")

    def test_back_by_gtid_set_at_once_and_for_good(self):
        self.create_items()
        engine = self.start()
        self.items("a")
        executed = self.gtids()
        self.items("b", "c")
        self.wait_for_names(engine, ["a", "b", "c"])
        accepted, reason = self.ask(engine, "set-binlog-position", {"gtid_set": executed})
        self.assertTrue(accepted, reason)
        self.assertIn("3 transactions come again, 0 are left out", reason)  # two rows and the signal itself
        self.wait_for_names(engine, ["a", "b", "c", "b", "c"])
        engine.wait_for_log("event=signal.seen_again")
        self.items("d")
        self.wait_for_names(engine, ["a", "b", "c", "b", "c", "d"])
        self.assert_stops(engine)
        self.assertEqual(1, engine.log().count("event=stream.moved"), said(engine.log()))
        engine.start()
        self.items("e")
        self.wait_for_names(engine, ["a", "b", "c", "b", "c", "d", "e"])

    def test_to_a_place_of_a_file(self):
        """With GTIDs the place becomes the set that was executed before it."""
        self.create_items()
        engine = self.start()
        self.items("a")
        self.sql("FLUSH BINARY LOGS")
        self.items("b")
        file, position = self.place()
        self.items("c", "d")
        self.wait_for_names(engine, ["a", "b", "c", "d"])
        accepted, reason = self.ask(engine, "set-binlog-position", {"binlog_filename": file, "binlog_position": position})
        self.assertTrue(accepted, reason)
        self.wait_for_names(engine, ["a", "b", "c", "d", "c", "d"])
        self.assertTrue(standard.stored(self.folder)["offset"]["gtids"])
        self.assert_stops(engine)

    def test_moved_twice_it_ends(self):
        self.create_items()
        engine = self.start()
        early = self.gtids()
        self.items("a")
        for times in (2, 4):
            self.assertTrue(self.ask(engine, "set-binlog-position", {"gtid_set": early})[0])
            self.wait_for_names(engine, ["a"] * (times // 2 + 1))
        self.items("z")
        self.wait_for_names(engine, ["a", "a", "a", "z"])
        self.assert_stops(engine)

    def test_what_the_server_does_not_have_is_refused(self):
        self.create_items()
        engine = self.start()
        self.items("a")
        self.wait_for_names(engine, ["a"])
        uuid = self.query("SELECT @@server_uuid")[0][0]
        kind = "set-binlog-position"
        file, end = self.place()
        self.refused(engine, kind, {"gtid_set": f"{uuid}:1-999999"}, "has not executed", f"{uuid}:")
        self.refused(engine, kind, {"gtid_set": "nonsense"}, "is no GTID set")
        self.refused(engine, kind, {"binlog_filename": "other.000001", "binlog_position": 4}, "has no binlog other.000001", file)
        self.refused(engine, kind, {"binlog_filename": file, "binlog_position": 10**9}, f"{file} ends at")
        self.refused(engine, kind, {"binlog_filename": file, "binlog_position": end - 1}, "no event begins at")
        inside = next(row for row in self.query(f"SHOW BINLOG EVENTS IN '{file}'") if row[2] == "Table_map")
        self.refused(engine, kind, {"binlog_filename": file, "binlog_position": inside[1]}, "inside a transaction", "Table_map")
        self.refused(engine, kind, {"binlog_filename": file, "position": 4}, "unknown field")
        self.wait_for_names(engine, ["a"])
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)
        self.assertNotIn("event=stream.moved", engine.log())

    def test_purged_transactions_are_refused(self):
        self.create_items()
        engine = self.start()
        self.items("a")
        early = self.gtids()
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.sql("FLUSH BINARY LOGS", "FLUSH BINARY LOGS")
        self.items("c")
        self.wait_for_names(engine, ["a", "b", "c"])
        self.sql(f"PURGE BINARY LOGS TO '{self.place()[0]}'")
        self.refused(engine, "set-binlog-position", {"gtid_set": early}, "has purged")
        self.assert_stops(engine)

    def test_from_the_command_line(self):
        self.create_items()
        engine = self.start()
        early = self.gtids()
        self.items("a")
        self.wait_for_names(engine, ["a"])
        done = engine.call("signal", "set-binlog-position", "--data", '{"gtid_set": "%s"}' % early)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("accepted: the stream goes on behind", done.stdout)
        self.wait_for_names(engine, ["a", "a"])
        done = engine.call("signal", "set-binlog-position", "--data", '{"gtid": "x"}')
        self.assertEqual(SIGNAL, done.returncode)
        self.assertIn("gtid_set", done.stderr)


class SetBinlogPositionWithoutGtids(StreamSignals):
    server_options = {"gtid": False}

    def test_to_a_place_of_a_file(self):
        self.create_items()
        engine = self.start()
        self.items("a")
        file, position = self.place()
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.refused(engine, "set-binlog-position", {"gtid_set": "3e11fa47-71ca-11e1-9e33-c80aa9429562:1"}, "has no GTIDs")
        accepted, reason = self.ask(engine, "set-binlog-position", {"binlog_filename": file, "binlog_position": position})
        self.assertTrue(accepted, reason)
        self.assertIn(f"the stream goes on at {file}:{position}", reason)
        self.wait_for_names(engine, ["a", "b", "b"])
        # Forward: what lies in between is left out.
        self.items("c")
        self.wait_for_names(engine, ["a", "b", "b", "c"])
        self.assert_stops(engine)


class SchemaChanges(StreamSignals):
    def test_structures_are_read_again(self):
        self.create_items()
        engine = self.start()
        change = {"type": "ALTER", "id": '"shop"."items"'}
        self.assertEqual((True, "shop.items was read again and is as it was"),
                         self.ask(engine, "schema-changes", {"database": "shop", "changes": [change]}))
        table = {"primaryKeyColumnNames": ["id"], "columns": [{"name": "id", "typeName": "INT", "jdbcType": 4},
                                                              {"name": "name", "typeName": "VARCHAR", "jdbcType": 12}]}
        self.assertTrue(self.ask(engine, "schema-changes", {"database": "shop", "changes": [dict(change, table=table)]})[0])
        self.assertEqual((True, "shop.gone was not known"),
                         self.ask(engine, "schema-changes", {"database": "shop", "changes": [{"type": "DROP", "id": "shop.gone"}]}))
        self.items("a")
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)

    def test_a_structure_changed_behind_the_binlog(self):
        """ALTER without sql_log_bin: the stream cannot know; the signal tells it."""
        self.create_items()
        engine = self.start()
        self.items("a")
        self.wait_for_names(engine, ["a"])
        self.sql("SET sql_log_bin = 0", "ALTER TABLE shop.items ADD COLUMN more INT DEFAULT 7")
        self.assertEqual((True, "shop.items was read again and has changed"),
                         self.ask(engine, "schema-changes", {"database": "shop", "changes": [{"type": "ALTER", "id": "shop.items"}]}))
        self.items("b")
        self.assertEqual({"id": 2, "name": "b", "more": 7}, self.wait_for_changes(engine, 2)[1]["value"]["after"])
        self.assert_stops(engine)

    def test_what_the_server_contradicts_is_refused(self):
        self.create_items()
        self.sql("CREATE DATABASE IF NOT EXISTS other")
        engine = self.start()
        kind = "schema-changes"

        def changes(*list_of):
            return {"database": "shop", "changes": list(list_of)}

        self.refused(engine, kind, changes({"type": "ALTER", "id": "shop.nothing"}), "shop.nothing does not exist")
        self.refused(engine, kind, changes({"type": "DROP", "id": "shop.items"}), "still there on the server")
        self.refused(engine, kind, changes({"type": "ALTER", "id": "shop.items", "table": {"columns": [{"name": "id"}]}}),
                     "has the columns id, name on the server", "the signal says id")
        self.refused(engine, kind, changes({"type": "ALTER", "id": "shop.items", "table": {
            "primaryKeyColumnNames": ["name"], "columns": [{"name": "id"}, {"name": "name"}]}}), "primary key (id)")
        self.refused(engine, kind, {"database": "other", "changes": [{"type": "ALTER", "id": "other.t"}]}, "is not captured")
        self.refused(engine, kind, {"database": "shop", "change": []}, "did you mean \"changes\"?")
        self.items("a")
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)


if __name__ == "__main__":
    unittest.main()
