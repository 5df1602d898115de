"""Corners of a real server: binlogs begun anew, odd names and statements, structures that change behind a slow reader."""

import os
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from live.support import OK, POSITION_LOST, STREAM, LiveTest, said  # pylint: disable=wrong-import-position


class BinlogBegunAnew(LiveTest):
    """RESET BINARY LOGS AND GTIDS: positions and GTIDs count from one again, and soon look as if nothing had happened."""

    ANEW = "begun anew|more GTIDs|not executed transactions|has only|no longer has|not the start of an event"

    def start(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"connect.keep.alive.interval.ms": 1000}).start()
        self.wait_for_names(engine, ["a"])
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        return engine

    def reset(self, rows):
        time.sleep(1.1)  # files are told apart by the second they were made in
        self.sql("RESET BINARY LOGS AND GTIDS")
        self.items(*(f"lost {i}" for i in range(rows)))

    def test_while_the_engine_is_down(self):
        for rows in (1, 60):
            with self.subTest(rows=rows):
                self.setUp()
                engine = self.start()
                self.assert_stops(engine)
                self.reset(rows)
                self.ends_with(engine, POSITION_LOST, self.ANEW)
                self.assertEqual(["a", "b"], self.names(engine))

    def test_while_the_engine_is_connected(self):
        engine = self.start()
        self.reset(1)
        self.ends_with(engine, POSITION_LOST, self.ANEW)
        self.assertEqual(["a", "b"], self.names(engine)[:2])

    def test_after_a_restart_of_both_nothing_is_lost(self):
        engine = self.start()
        for number, kill in enumerate((False, True)):
            self.server.restart(kill=kill)
            self.items(f"c{number}")
            self.wait_for_names(engine, ["a", "b", "c0", "c1"][: 3 + number])
            self.assert_stops(engine)
            self.server.restart()
            engine.start()
            engine.wait_for_log("event=stream.started")
        self.assert_stops(engine)


class BinlogBegunAnewWithoutGtids(BinlogBegunAnew):
    server_options = {"gtid": False}



class Behind(LiveTest):
    """The stream stands still while the structure changes. Cells name their columns: a:1 belongs into a."""

    TABLE = "CREATE TABLE shop.items (id INT PRIMARY KEY, a VARCHAR(20), b VARCHAR(20))"

    def behind(self, *statements, setup=(TABLE,), code=OK, **connection):
        """Runs the statements while the engine sleeps; the rows it then delivers, at most `code` may end it."""
        self.sql(*setup)
        engine = self.engine(**{"table.include.list": None}).start()
        engine.wait_for_log("event=stream.started")
        os.kill(engine.pid, signal.SIGSTOP)
        try:
            self.sql(*statements, database=self.database, **connection)
            self.sql("CREATE TABLE shop.last_one (id INT PRIMARY KEY)", "INSERT INTO shop.last_one VALUES (1)")
        finally:
            os.kill(engine.pid, signal.SIGCONT)
        if code == OK:
            self.wait_for_changes(engine, 1, "last_one")
            self.assert_stops(engine)
        else:
            self.ends_with(engine, code)
        records = [r for r in engine.records(self.folder / "records") if r["value"] and "signals" not in r["topic"]]
        rows = [r["value"]["after"] for r in records if r["value"]["after"] and "last_one" not in r["topic"]]
        for row in rows:
            for name, cell in row.items():
                if isinstance(cell, str) and cell[1:2] == ":":
                    self.assertEqual(name, cell[0], row)
        return rows

    def test_one_change(self):
        rows = self.behind("INSERT INTO items VALUES (1, 'a:1', 'b:1')", "ALTER TABLE items MODIFY b VARCHAR(20) AFTER id",
                           "INSERT INTO items VALUES (2, 'b:2', 'a:2')")
        self.assertEqual([1, 2], [row["id"] for row in rows])

    def between(self):
        """Only FULL metadata tells of structures that the server cannot be asked for any more."""
        return OK if self.server.query("SELECT @@GLOBAL.binlog_row_metadata")[0][0] == "FULL" else STREAM

    def test_two_changes_and_rows_between_them(self):
        """Rows of the structure in between are never decoded by guess."""
        code = self.between()
        swap = "ALTER TABLE items RENAME COLUMN a TO b, RENAME COLUMN b TO a"
        rows = self.behind("INSERT INTO items VALUES (1, 'a:1', 'b:1')", swap, "INSERT INTO items (id, a, b) VALUES (2, 'a:2', 'b:2')",
                           swap, "INSERT INTO items (id, a, b) VALUES (3, 'a:3', 'b:3')", code=code)
        self.assertEqual([1, 2, 3] if code == OK else [1], [row["id"] for row in rows])

    def test_a_column_that_was_there_for_a_while(self):
        code = self.between()
        columns = ("c INT UNSIGNED NOT NULL", "c DECIMAL(10,3)", "c VARCHAR(20) CHARACTER SET latin1", "c ENUM('x','y''z')", "c JSON",
                   "c DATETIME(3)", "c BIT(9)", "c VARBINARY(8)", "c MEDIUMTEXT")
        values = ("7", "'1.500'", "'c:ü'", "'y''z'", "'{\"k\": 1}'", "'2024-05-06 07:08:09.123'", "b'100000001'", "x'0102'", "'c:t'")
        statements = []
        for number, (column, value) in enumerate(zip(columns, values)):
            statements += [f"ALTER TABLE items ADD COLUMN {column} AFTER id", f"INSERT INTO items VALUES ({number}, {value}, 'a:', 'b:')",
                           "ALTER TABLE items DROP COLUMN c"]
        rows = self.behind(*statements, "INSERT INTO items VALUES (99, 'a:', 'b:')", code=code)
        if code == OK:
            self.assertEqual([7, "Bdw=", "c:ü", "y'z", '{"k": 1}', 1714979289123, "AQE=", "AQI=", "c:t"], [row["c"] for row in rows[:-1]])
            self.assertEqual({"id": 99, "a": "a:", "b": "b:"}, rows[-1])

    def test_a_table_that_was_there_for_a_while(self):
        code = self.between()
        rows = self.behind("CREATE TABLE gone (id INT PRIMARY KEY, a VARCHAR(20))", "INSERT INTO gone VALUES (1, 'a:1')", "DROP TABLE gone",
                           code=code)
        self.assertEqual([1] if code == OK else [], [row["id"] for row in rows])

    def test_in_another_database_with_comments_and_quotes(self):
        rows = self.behind(
            "USE mysql", "/*!80000 ALTER TABLE */ /* it's */ shop . `items` -- it's\n RENAME COLUMN a TO b, # '\n RENAME COLUMN b TO a",
            "USE shop", "INSERT INTO items (id, a, b) VALUES (1, 'a:1', 'b:1')")
        self.assertEqual([1], [row["id"] for row in rows])

    def test_behind_a_backslash_that_is_none(self):
        rows = self.behind(
            "SET sql_mode = 'NO_BACKSLASH_ESCAPES'", "ALTER TABLE other COMMENT 'x\\', RENAME TO passing",
            "ALTER TABLE items COMMENT 'x\\', RENAME TO other", "ALTER TABLE passing COMMENT 'x\\', RENAME TO items",
            "INSERT INTO items (id, a, b) VALUES (1, 'a:1', 'b:1')", "INSERT INTO other (id, a, b) VALUES (2, 'a:2', 'b:2')",
            setup=(self.TABLE, "CREATE TABLE shop.other (id INT PRIMARY KEY, b VARCHAR(20), a VARCHAR(20))"))
        self.assertEqual([1, 2], [row["id"] for row in rows])

    def test_names_in_the_charset_of_the_client(self):
        rows = self.behind(
            "ALTER TABLE `tä` MODIFY b VARCHAR(20) AFTER id", "INSERT INTO `tä` VALUES (1, 'b:1', 'a:1')",
            "CREATE TABLE `nü` (id INT PRIMARY KEY, `ö` VARCHAR(20))", "INSERT INTO `nü` VALUES (2, 'ö:2')",
            setup=(self.TABLE.replace("items", "`tä`"),), charset="latin1")
        self.assertEqual([1, 2], [row["id"] for row in rows])

    def test_odd_names(self):
        name = "`we``ird \"x\".y'z`"
        rows = self.behind(
            f"ALTER TABLE {name} MODIFY b VARCHAR(20) AFTER id", f"INSERT INTO {name} VALUES (1, 'b:1', 'a:1')",
            f"ALTER TABLE {'x' * 64} MODIFY b VARCHAR(20) AFTER id", f"INSERT INTO {'x' * 64} VALUES (2, 'b:2', 'a:2')",
            setup=(self.TABLE.replace("items", name), self.TABLE.replace("items", "x" * 64)))
        self.assertEqual([1, 2], [row["id"] for row in rows])

    def test_create_table_select(self):
        rows = self.behind("CREATE TABLE made (PRIMARY KEY (id)) SELECT 1 AS id, 'a:1' AS a", "INSERT INTO made VALUES (2, 'a:2')")
        self.assertEqual([1, 2], [row["id"] for row in rows])

    def test_a_database_dropped_and_made_again(self):
        rows = self.behind(
            "INSERT INTO items VALUES (1, 'a:1', 'b:1')", "DROP DATABASE shop", "CREATE DATABASE shop",
            standard.SIGNAL_DDL.format("shop.signals"), "USE shop",
            "CREATE TABLE items (id INT PRIMARY KEY, b VARCHAR(20), a VARCHAR(20))", "INSERT INTO items VALUES (2, 'b:2', 'a:2')")
        self.assertEqual([1, 2], [row["id"] for row in rows])

    def test_members_are_told_by_the_event_or_not_at_all(self):
        """information_schema shows '?' for a four-byte character and escapes others."""
        full = self.server.query("SELECT @@GLOBAL.binlog_row_metadata")[0][0] == "FULL"
        insert = "INSERT INTO items (id, e, s) VALUES ({}, {}, {})"
        rows = self.behind(
            insert.format(1, "'a\\\\b'", "'x\\ny,b'"), insert.format(2, "'b'", "''"), insert.format(3, "'🌊'", "'b,🌊'"),
            setup=("CREATE TABLE shop.items (id INT PRIMARY KEY, e ENUM('🌊', 'b', 'a\\\\b'), s SET('x\\ny', 'b', '🌊'),"
                   " d VARCHAR(9) DEFAULT '🌊?')",), code=OK if full else STREAM)
        expected = [{"id": 1, "e": "a\\b", "s": "x\ny,b", "d": "🌊?"}, {"id": 2, "e": "b", "s": "", "d": "🌊?"},
                    {"id": 3, "e": "🌊", "s": "b,🌊", "d": "🌊?"}]
        self.assertEqual(expected[: 3 if full else 2], rows)


class BehindWithMinimalMetadata(Behind):
    server_options = {"binlog_row_metadata": "MINIMAL"}


class BehindWithNamesInLowerCase(LiveTest):
    server_options = {"binlog_row_metadata": "MINIMAL", "args": ["--lower-case-table-names=1"]}

    def test_a_name_in_another_case(self):
        Behind.behind(self, "ALTER TABLE `TÄ` MODIFY b VARCHAR(20) AFTER id", "INSERT INTO `Tä` VALUES (1, 'b:1', 'a:1')",
                      setup=(Behind.TABLE.replace("items", "`Tä`"),))


class SmallBinlogs(LiveTest):
    """Rotation every few transactions, restarts of server and engine in between, checksums that come and go."""

    server_options = {"args": ["--max-binlog-size=4096"]}

    def test_nothing_is_lost_or_repeated(self):
        self.create_items()
        engine = self.engine().start()
        engine.wait_for_log("event=stream.started")
        expected = []
        for turn, checksum in enumerate(("NONE", "CRC32", "NONE", "CRC32")):
            self.sql(f"SET GLOBAL binlog_checksum = {checksum}")
            expected += [f"{turn}-{i}-{'x' * 60}" for i in range(40)]
            self.items(*expected[-40:])
            engine.kill()
            if turn % 2:
                self.server.restart(kill=turn == 3)
            engine.start()
        self.wait_for_names(engine, expected)
        self.assert_stops(engine)


class SmallBinlogsWithoutGtids(SmallBinlogs):
    server_options = {"gtid": False, "args": ["--max-binlog-size=4096"]}


if __name__ == "__main__":
    unittest.main()
