"""The engine on a real server: records, structure changes, restarts, modes, and what the commands print."""

import json
import re
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pymysql  # pylint: disable=wrong-import-position

from harness import standard  # pylint: disable=wrong-import-position
from harness.servers import Mysql  # pylint: disable=wrong-import-position
from live.support import LOG_LINE, OK, SERVER, STREAM, USAGE, LiveTest, fields  # pylint: disable=wrong-import-position

NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {0}) SELECT i, i FROM n"


def op_and_keys(changes):
    return [(c["value"]["op"], c["key"]["id"]) for c in changes]


class Records(LiveTest):
    def test_stream_to_standard_output(self):
        self.create_items()
        self.items("a")
        engine = self.engine(sink="stdout").start()
        self.wait_for_names(engine, ["a"])
        self.sql("INSERT INTO shop.items (name) VALUES ('b')", "UPDATE shop.items SET name = 'c' WHERE id = 2",
                 "DELETE FROM shop.items WHERE id = 1")
        changes = self.wait_for_changes(engine, 4)
        self.assertEqual([("r", 1), ("c", 2), ("u", 2), ("d", 1)], op_and_keys(changes))
        self.assert_stops(engine)
        for line in engine.out_path.read_text(encoding="utf-8").splitlines():
            self.assertEqual(["topic", "key", "value", "headers"], list(json.loads(line)))
        tombstones = [r for r in engine.records() if r["value"] is None]
        self.assertEqual([{"id": 1}], [r["key"] for r in tombstones])

    def test_envelope_and_source_block(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.items("b")
        first, second = self.wait_for_changes(engine, 2)
        self.assert_stops(engine)
        self.assertEqual(["before", "after", "source", "transaction", "op", "ts_ms", "ts_us", "ts_ns"], list(second["value"]))
        names = ["version", "connector", "name", "ts_ms", "snapshot", "db", "sequence", "ts_us", "ts_ns", "table", "server_id",
                 "gtid", "file", "pos", "row", "thread", "query"]
        for record, snapshot in ((first, "last"), (second, "false")):
            block = record["value"]["source"]
            self.assertEqual(names, list(block))
            self.assertEqual(("mysql", "tm", "shop", "items", snapshot),
                             (block["connector"], block["name"], block["db"], block["table"], block["snapshot"]))
        block = second["value"]["source"]
        self.assertEqual(self.server.server_id, block["server_id"])
        self.assertRegex(block["gtid"], r"^[0-9a-f-]{36}:\d+$")
        self.assertGreater(block["ts_us"], time.time() * 1e6 - 60e6)
        self.assertEqual(0, first["value"]["source"]["server_id"])
        self.assertEqual({"__debezium.context.connectorLogicalName", "__debezium.context.taskId",
                          "__debezium.context.connectorName", "__debezium.context.runId"}, set(second["headers"]))
        self.assertEqual("tm", second["headers"]["__debezium.context.connectorLogicalName"])

    def test_key_change(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.sql("UPDATE shop.items SET id = 9 WHERE id = 1")
        self.wait_for_changes(engine, 3)
        self.assert_stops(engine)
        delete, tombstone, create = [r for r in engine.records(self.folder / "records") if r["topic"] == "tm.shop.items"][1:]
        self.assertEqual(("d", {"id": 1}, {"id": 1, "name": "a"}),
                         (delete["value"]["op"], delete["key"], delete["value"]["before"]))
        self.assertEqual((None, {"id": 1}, delete["headers"]), (tombstone["value"], tombstone["key"], tombstone["headers"]))
        self.assertEqual(("c", {"id": 9}, {"id": 9, "name": "a"}), (create["value"]["op"], create["key"], create["value"]["after"]))
        self.assertEqual({"id": 9}, delete["headers"]["__debezium.newkey"])
        self.assertEqual({"id": 1}, create["headers"]["__debezium.oldkey"])

    def test_unique_keys_that_stand_in_for_a_primary_key(self):
        """FULL row metadata tells them as if they were the primary key."""
        self.sql("CREATE TABLE shop.one (s INT NOT NULL, id INT NOT NULL, n INT NOT NULL, UNIQUE KEY (n, s))",
                 "CREATE TABLE shop.two (s INT NOT NULL, id INT NOT NULL, n INT NOT NULL, UNIQUE KEY b (n, s), UNIQUE KEY a (id))",
                 "CREATE TABLE shop.three (s INT NULL, id INT NOT NULL, n INT NOT NULL, UNIQUE KEY a (s), UNIQUE KEY z (n, id))")
        engine = self.engine().start()
        engine.wait_for_log("event=stream.started")
        self.sql(*(f"INSERT INTO shop.{table} VALUES (1, 2, 3)" for table in ("one", "two", "three")))
        keys = [self.wait_for_changes(engine, 1, table)[0]["key"] for table in ("one", "two", "three")]
        self.assertEqual([{"n": 3, "s": 1}, {"n": 3, "s": 1}, {"n": 3, "id": 2}], keys)
        self.assert_stops(engine)

    def test_no_tombstones_where_they_are_off(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"tombstones.on.delete": "false"}).start()
        self.wait_for_names(engine, ["a"])
        self.sql("DELETE FROM shop.items")
        self.wait_for_changes(engine, 2)
        self.assert_stops(engine)
        self.assertEqual(2, len([r for r in engine.records(self.folder / "records") if r["topic"] == "tm.shop.items"]))

    def test_schemas(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, v DECIMAL(5,2))", "INSERT INTO shop.items VALUES (1, 12.34)")
        engine = self.engine(**{"key.converter.schemas.enable": "true", "value.converter.schemas.enable": "true"}).start()
        self.wait_for_changes(engine, 1)
        self.sql("INSERT INTO shop.items VALUES (2, 0.01)", "DELETE FROM shop.items WHERE id = 2")
        snapshot, create, _ = self.wait_for_changes(engine, 3)
        self.assert_stops(engine)
        self.assertEqual(
            {"schema": {"type": "struct", "fields": [{"type": "int32", "optional": False, "field": "id"}], "optional": False,
                        "name": "tm.shop.items.Key"}, "payload": {"id": 1}}, snapshot["key"])
        schema = snapshot["value"]["schema"]
        self.assertEqual(schema, create["value"]["schema"])
        self.assertEqual(("tm.shop.items.Envelope", 2), (schema["name"], schema["version"]))
        row = schema["fields"][0]
        self.assertEqual(("struct", "before", True, "tm.shop.items.Value"), (row["type"], row["field"], row["optional"], row["name"]))
        self.assertEqual({"type": "bytes", "optional": True, "name": "org.apache.kafka.connect.data.Decimal", "version": 1,
                          "parameters": {"scale": "2", "connect.decimal.precision": "5"}, "field": "v"}, row["fields"][1])
        self.assertEqual({"id": 1, "v": "BNI="}, snapshot["value"]["payload"]["after"])
        tombstone = [r for r in engine.records(self.folder / "records") if r["value"] is None][0]
        self.assertEqual({"id": 2}, tombstone["key"]["payload"])


class Types(LiveTest):
    """One row, three ways: initial snapshot, stream, incremental snapshot. All alike, and as expected."""

    # column: (DDL, [(SQL literal, expected JSON)])
    COLUMNS = {
        "i8": ("TINYINT", [("-128", -128), ("127", 127)]),
        "u8": ("TINYINT UNSIGNED", [("0", 0), ("255", 255)]),
        "i16": ("SMALLINT", [("-32768", -32768), ("32767", 32767)]),
        "u16": ("SMALLINT UNSIGNED", [("0", 0), ("65535", 65535)]),
        "i24": ("MEDIUMINT", [("-8388608", -8388608), ("8388607", 8388607)]),
        "u24": ("MEDIUMINT UNSIGNED", [("0", 0), ("16777215", 16777215)]),
        "i32": ("INT", [("-2147483648", -2147483648), ("2147483647", 2147483647)]),
        "u32": ("INT UNSIGNED", [("0", 0), ("4294967295", 4294967295)]),
        "i64": ("BIGINT", [("-9223372036854775808", -9223372036854775808), ("9223372036854775807", 9223372036854775807)]),
        "u64": ("BIGINT UNSIGNED", [("18446744073709551615", -1), ("9223372036854775808", -9223372036854775808)]),
        "dc2": ("DECIMAL(5,2)", [("-123.45", "z8c="), ("12.34", "BNI=")]),
        "dc4": ("DECIMAL(18,4)", [("99999999999999.9999", "DeC2s6dj//8="), ("-0.0001", "/w==")]),
        "dcw": ("DECIMAL(65,0)", [("1", "AQ=="), ("-170141183460469231731687303715884105728", "gAAAAAAAAAAAAAAAAAAAAA==")]),
        "dc0": ("DECIMAL(3)", [("-128", "gA=="), ("128", "AIA=")]),
        "flt": ("FLOAT", [("16777216", 16777216.0), ("0.1", 0.1)]),
        "dbl": ("DOUBLE", [("1e-7", 1e-7), ("-1.7976931348623157e308", -1.7976931348623157e308)]),
        "chr": ("CHAR(6)", [("'ab  '", "ab"), ("'größe'", "größe")]),
        "vch": ("VARCHAR(300)", [("'🌊 \"q\" \\\\ \\n tab\\t'", '🌊 "q" \\ \n tab\t'), ("REPEAT('ä', 300)", "ä" * 300)]),
        "lat": ("VARCHAR(20) CHARACTER SET latin1", [("'é€ÿ'", "é€ÿ"), ("''", "")]),
        "asi": ("CHAR(4) CHARACTER SET ascii", [("'abcd'", "abcd"), ("''", "")]),
        "tny": ("TINYTEXT", [("'t'", "t"), ("''", "")]),
        "txt": ("TEXT", [("REPEAT('x', 60000)", "x" * 60000), ("'日本'", "日本")]),
        "mtx": ("MEDIUMTEXT", [("REPEAT('y', 70000)", "y" * 70000), ("' '", " ")]),
        "ltx": ("LONGTEXT", [("'z'", "z"), ("'\\r'", "\r")]),
        "bin": ("BINARY(4)", [("'ab'", "YWIAAA=="), ("x'00ff00ff'", "AP8A/w==")]),
        "vbn": ("VARBINARY(10)", [("x'00010200'", "AAECAA=="), ("''", "")]),
        "blb": ("BLOB", [("x'ff'", "/w=="), ("''", "")]),
        "lbl": ("LONGBLOB", [("REPEAT('a', 3)", "YWFh"), ("x'0a'", "Cg==")]),
        "dat": ("DATE", [("'2024-02-29'", 19782), ("'1969-12-31'", -1)]),
        "tim": ("TIME", [("'-838:59:59'", -3020399000000), ("'01:02:03'", 3723000000)]),
        "tm3": ("TIME(3)", [("'-01:02:03.004'", -3723004000), ("'00:00:00.5'", 500000)]),
        "tm6": ("TIME(6)", [("'-00:00:00.000001'", -1), ("'838:59:58.999999'", 3020398999999)]),
        "dtm": ("DATETIME", [("'2024-02-29 23:59:59'", 1709251199000), ("'1000-01-01 00:00:00'", -30610224000000)]),
        "dt3": ("DATETIME(3)", [("'2024-02-29 23:59:59.123'", 1709251199123), ("'1969-12-31 23:59:59.999'", -1)]),
        "dt6": ("DATETIME(6)", [("'2024-02-29 23:59:59.123456'", 1709251199123456), ("'1969-12-31 23:59:59.999999'", -1)]),
        "tst": ("TIMESTAMP NULL", [("'2024-02-29 23:59:59'", "2024-02-29T23:59:59Z"), ("'1970-01-01 00:00:01'", "1970-01-01T00:00:01Z")]),
        "ts3": ("TIMESTAMP(3) NULL", [("'2024-02-29 23:59:59.120'", "2024-02-29T23:59:59.120Z"),
                                      ("'2038-01-19 03:14:07.499'", "2038-01-19T03:14:07.499Z")]),
        "ts6": ("TIMESTAMP(6) NULL", [("'2024-02-29 23:59:59.000001'", "2024-02-29T23:59:59.000001Z"),
                                      ("'2024-02-29 23:59:59'", "2024-02-29T23:59:59.000000Z")]),
        "yar": ("YEAR", [("1901", 1901), ("2155", 2155)]),
        "bt1": ("BIT(1)", [("b'1'", True), ("b'0'", False)]),
        "b10": ("BIT(10)", [("b'1000000001'", "AQI="), ("b'0'", "AAA=")]),
        "b64": ("BIT(64)", [("b'1'", "AQAAAAAAAAA="), ("x'8000000000000001'", "AQAAAAAAAIA=")]),
        "enm": ("ENUM('a','it''s','ü')", [("'it''s'", "it's"), ("'ü'", "ü")]),
        "sst": ("SET('a','b','c')", [("'c,a'", "a,c"), ("''", "")]),
        "jsn": ("JSON", [("'{\"bb\": [1, 2.50, null, true], \"a\": \"x\"}'", '{"a": "x", "bb": [1, 2.5, null, true]}'),
                         ("'\"🌊\"'", '"🌊"')]),
        "jnm": ("JSON", [("'[1e10, 1e-7, -0.0, 12345678901234567890, -9223372036854775808]'", None),
                         ("JSON_OBJECT('d', CAST('2024-02-29' AS DATE), 't', CAST('-01:02:03.5' AS TIME(6)), 'n', 1.10, 'f', 1.0e0)",
                          None)]),
        "gen": ("INT AS (i8 * 2) STORED", [(None, -256), (None, 254)]),
    }

    def row_sql(self, identity, which):
        columns = [name for name, (_, values) in self.COLUMNS.items() if values[0][0] is not None]
        values = [self.COLUMNS[name][1][which][0] for name in columns]
        return f"INSERT INTO shop.items (id, {', '.join(columns)}) VALUES ({identity}, {', '.join(values)})"

    def test_matrix(self):
        ddl = ", ".join(f"{name} {text}" for name, (text, _) in self.COLUMNS.items())
        self.sql(f"CREATE TABLE shop.items (id INT PRIMARY KEY, {ddl}) DEFAULT CHARSET=utf8mb4")
        rows = lambda base: [f"SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES'", self.row_sql(base, 0),
                             self.row_sql(base + 1, 1), f"INSERT INTO shop.items (id) VALUES ({base + 2})"]
        self.sql(*rows(0))
        engine = self.engine(**{"incremental.snapshot.chunk.size": 2}).start()
        self.wait_for_changes(engine, 3)
        self.sql(*rows(10))
        self.wait_for_changes(engine, 6)
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.items")["status"])
        changes = self.wait_for_changes(engine, 12)
        self.assert_stops(engine)
        self.assertEqual(12, len(changes))
        by = {}
        for change in changes:
            kind = change["value"]["source"]["snapshot"]
            way = "incremental" if kind == "incremental" else "stream" if kind == "false" else "initial"
            by.setdefault(change["key"]["id"] % 10, []).append((way, change["value"]["after"]))
        self.assertEqual({"initial", "stream", "incremental"}, {way for rows in by.values() for way, _ in rows})
        printed = dict(zip((0, 1), self.server.query("SELECT jnm FROM shop.items WHERE id < 2 ORDER BY id")))
        for which in (0, 1, 2):
            for way, after in by[which]:
                for name, (ddl, values) in self.COLUMNS.items():
                    expected = None if which == 2 else values[which][1]
                    if name == "jnm" and which < 2:
                        expected = printed[which][0]
                    with self.subTest(column=name, type=ddl, row=which, way=way):
                        self.assertEqual(expected, after[name])
                        self.assertIs(type(expected), type(after[name]))

    def test_numbers_are_written_as_java_does(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, f FLOAT, d DOUBLE)",
                 "INSERT INTO shop.items VALUES (1, 16777216, 1e-7), (2, 100, 1e22), (3, -0.5, 0.001)")
        engine = self.engine().start()
        self.wait_for_changes(engine, 3)
        self.assert_stops(engine)
        text = "".join(p.read_text(encoding="utf-8") for p in (self.folder / "records").iterdir())
        for written in ('"f":1.6777216E7,"d":1.0E-7', '"f":100.0,"d":1.0E22', '"f":-0.5,"d":0.001'):
            self.assertIn(written, text)


class Structure(LiveTest):
    """Changes of structure in mid-stream, with FULL row metadata."""

    def start(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"table.include.list": "shop.(items|more|renamed)"}).start()
        self.wait_for_names(engine, ["a"])
        return engine

    def after(self, engine, table="items"):
        return [c["value"]["after"] for c in self.changes(engine, table)]

    def test_added_dropped_and_reordered_columns(self):
        engine = self.start()
        for count, (ddl, insert) in enumerate((
            ("ALTER TABLE shop.items ADD COLUMN price INT DEFAULT 5 AFTER id", "INSERT INTO shop.items (name) VALUES ('b')"),
            ("ALTER TABLE shop.items MODIFY COLUMN price BIGINT AFTER name", "INSERT INTO shop.items (name) VALUES ('c')"),
            ("ALTER TABLE shop.items DROP COLUMN name", "INSERT INTO shop.items (price) VALUES (7)"),
        ), 2):
            self.sql(ddl, insert)
            self.wait_for_changes(engine, count)
        self.assert_stops(engine)
        self.assertEqual([{"id": 1, "name": "a"}, {"id": 2, "price": 5, "name": "b"}, {"id": 3, "name": "c", "price": None},
                          {"id": 4, "price": 7}], self.after(engine))
        self.assertEqual([["id", "name"], ["id", "price", "name"], ["id", "name", "price"], ["id", "price"]],
                         [list(row) for row in self.after(engine)])

    def test_several_at_once_are_followed_or_stop_the_stream(self):
        """The structure in between is nowhere to be read: never is a row decoded by guess."""
        engine = self.start()
        self.sql("ALTER TABLE shop.items ADD COLUMN price INT DEFAULT 5 AFTER id", "INSERT INTO shop.items (name) VALUES ('b')",
                 "ALTER TABLE shop.items DROP COLUMN name", "INSERT INTO shop.items (price) VALUES (7)")
        try:
            self.wait_for_changes(engine, 3)
        except AssertionError:
            self.ends_with(engine, STREAM, "shop.items", r"binlog\.\d{6}:\d+")
        else:
            self.assert_stops(engine)
        expected = [{"id": 1, "name": "a"}, {"id": 2, "price": 5, "name": "b"}, {"id": 3, "price": 7}]
        self.assertEqual(expected[: len(self.after(engine))], self.after(engine))

    def test_while_the_engine_is_down(self):
        engine = self.start()
        self.assert_stops(engine)
        self.items("b")
        self.sql("ALTER TABLE shop.items ADD COLUMN price INT DEFAULT 5 AFTER id")
        self.sql("INSERT INTO shop.items (name) VALUES ('c')")
        engine.start()
        self.wait_for_changes(engine, 3)
        self.assert_stops(engine)
        self.assertEqual([{"id": 1, "name": "a"}, {"id": 2, "name": "b"}, {"id": 3, "price": 5, "name": "c"}], self.after(engine))

    def test_new_table(self):
        engine = self.start()
        self.sql("CREATE TABLE shop.more (id INT PRIMARY KEY, name VARCHAR(9))", "INSERT INTO shop.more VALUES (1, 'm')",
                 "CREATE TABLE shop.left_out (id INT PRIMARY KEY)", "INSERT INTO shop.left_out VALUES (1)")
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)
        self.assertEqual([{"id": 1, "name": "m"}], self.after(engine, "more"))
        self.assertEqual([], self.after(engine, "left_out"))

    def test_rename(self):
        engine = self.start()
        self.sql("RENAME TABLE shop.items TO shop.renamed", "INSERT INTO shop.renamed (name) VALUES ('b')")
        self.wait_for_changes(engine, 1, "renamed")
        self.assert_stops(engine)
        self.assertEqual([{"id": 2, "name": "b"}], self.after(engine, "renamed"))

    def test_truncate(self):
        engine = self.start()
        self.sql("TRUNCATE TABLE shop.items", "INSERT INTO shop.items (name) VALUES ('b')")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)

    def test_truncate_is_told_where_it_is_wanted(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"skipped.operations": "none"}).start()
        self.wait_for_names(engine, ["a"])
        self.sql("TRUNCATE TABLE shop.items")
        record = self.wait_for_changes(engine, 2)[1]
        self.assertEqual((None, "t", None, None),
                         (record["key"], record["value"]["op"], record["value"]["before"], record["value"]["after"]))
        self.assert_stops(engine)

    def test_drop_and_create_again(self):
        engine = self.start()
        self.sql("DROP TABLE shop.items", "CREATE TABLE shop.items (name VARCHAR(9), id INT PRIMARY KEY)",
                 "INSERT INTO shop.items VALUES ('b', 1)")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)

    def test_alter_during_an_incremental_snapshot(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(20))", "SET SESSION cte_max_recursion_depth = 100000",
                 f"INSERT INTO shop.items {NUMBERS.format(20000)}")
        engine = self.engine(**{"snapshot.mode": "no_data", "incremental.snapshot.chunk.size": 20}).start()
        engine.wait_for_log("event=stream.started")
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.wait_for_changes(engine, 200)
        self.sql("ALTER TABLE shop.items ADD COLUMN price INT NOT NULL DEFAULT 5 FIRST")
        self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.items")["status"])
        self.assert_stops(engine)
        changes = self.changes(engine)
        self.assertEqual(list(range(1, 20001)), sorted(c["key"]["id"] for c in changes))
        layouts = [list(c["value"]["after"]) for c in changes]
        turn = layouts.index(["price", "id", "name"])
        self.assertEqual([["id", "name"]] * turn + [["price", "id", "name"]] * (20000 - turn), layouts)
        self.assertTrue(all(c["value"]["after"]["price"] == 5 for c in changes[turn:]))

    def test_truncate_during_an_incremental_snapshot(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(20))", "SET SESSION cte_max_recursion_depth = 100000",
                 f"INSERT INTO shop.items {NUMBERS.format(20000)}")
        engine = self.engine(**{"snapshot.mode": "no_data", "incremental.snapshot.chunk.size": 20,
                                "skipped.operations": "none"}).start()
        engine.wait_for_log("event=stream.started")
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.wait_for_changes(engine, 200)
        self.sql("TRUNCATE TABLE shop.items", "INSERT INTO shop.items VALUES (3, 'new')")
        self.assertIn(self.outcome(engine, signal_id, "shop.items")["status"], ("COMPLETED", "EMPTY"))
        self.assert_stops(engine)
        ops = [c["value"]["op"] for c in self.changes(engine)]
        after = self.changes(engine)[ops.index("t") + 1 :]
        self.assertEqual({(3, "new")}, {(c["value"]["after"]["id"], c["value"]["after"]["name"]) for c in after})


class StructureWithMinimalMetadata(LiveTest):
    server_options = {"binlog_row_metadata": "MINIMAL"}

    def test_structure_changes_are_followed_while_the_stream_is_at_the_end(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.sql("ALTER TABLE shop.items ADD COLUMN price INT DEFAULT 5")
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assertEqual({"id": 2, "name": "b", "price": 5}, self.changes(engine)[1]["value"]["after"])
        self.assert_stops(engine)

    def test_rows_that_can_only_be_guessed_stop_the_stream(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        self.items("b")
        self.sql("ALTER TABLE shop.items ADD COLUMN price INT", "INSERT INTO shop.items (name, price) VALUES ('c', 3)",
                 "ALTER TABLE shop.items DROP COLUMN name, ADD COLUMN label VARCHAR(80)",
                 "INSERT INTO shop.items (label, price) VALUES ('d', 4)")
        self.ends_with(engine, STREAM, "shop.items", r"binlog\.\d{6}:\d+", "binlog_row_metadata")
        self.assertEqual(["a", "b"], self.names(engine), "what was certain is out, what was not is not")

    def test_types_read_alike(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, u INT UNSIGNED, e ENUM('x','y'), s SET('p','q'),"
                 " l VARCHAR(9) CHARACTER SET latin1, b VARBINARY(9), d DECIMAL(5,2))",
                 "INSERT INTO shop.items VALUES (1, 4294967295, 'y', 'p,q', 'é', x'00ff', 1.5)")
        engine = self.engine().start()
        self.wait_for_changes(engine, 1)
        self.sql("INSERT INTO shop.items SELECT 2, u, e, s, l, b, d FROM shop.items")
        one, two = (c["value"]["after"] for c in self.wait_for_changes(engine, 2))
        self.assert_stops(engine)
        self.assertEqual({**one, "id": 2}, two)
        self.assertEqual((4294967295, "y", "p,q", "é"), (one["u"], one["e"], one["s"], one["l"]))


class Restarts(LiveTest):
    def test_killed_inside_a_big_transaction(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(300))")
        engine = self.engine(**{"offset.flush.interval.ms": 10}).start()
        engine.wait_for_log("event=stream.started")
        connection = self.server.connect(autocommit=False)
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION cte_max_recursion_depth = 1000000")
            cursor.execute("INSERT INTO shop.items WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <"
                           " 60000) SELECT i, REPEAT('x', 200) FROM n")
            cursor.execute("UPDATE shop.items SET name = 'y' WHERE id <= 20000")
            cursor.execute("DELETE FROM shop.items WHERE id > 50000")
            connection.commit()
        connection.close()
        inside = 0
        for want in (2_000_000, 9_000_000, 16_000_000, 24_000_000):
            engine.wait_until(lambda w=want: self.size() >= w, 30, f"{want} bytes")
            engine.kill()
            offset = standard.stored(self.folder)["offset"]
            inside += offset.get("event", 0) > 0
            engine.start()
        self.items_done(engine)
        self.assert_stops(engine)
        self.assertGreater(inside, 0, "no kill met the inside of the transaction: the test tests nothing")
        got = [(c["value"]["op"], c["key"]["id"]) for c in self.changes(engine) if c["key"]["id"] > 0]
        expected = ([("c", i) for i in range(1, 60001)] + [("u", i) for i in range(1, 20001)]
                    + [("d", i) for i in range(50001, 60001)])
        self.assertEqual(len(expected), len(got))
        self.assertEqual(expected, got)

    def size(self):
        return sum(path.stat().st_size for path in (self.folder / "records").iterdir())

    def items_done(self, engine):
        self.sql("INSERT INTO shop.items VALUES (-1, 'end')")
        self.wait_for_changes(engine, 1, where=lambda c: c["key"]["id"] == -1, timeout=60)

    def test_killed_inside_the_initial_snapshot(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(300))", "SET SESSION cte_max_recursion_depth = 1000000",
                 f"INSERT INTO shop.items {NUMBERS.format(150000)}")
        engine = self.engine(**{"offset.flush.interval.ms": 10}).start()
        for want in (100_000, 20_000_000):
            engine.wait_until(lambda w=want: self.size() >= w, 30, f"{want} bytes")
            engine.kill()
            self.sql(f"INSERT INTO shop.items VALUES ({-want}, 'x')")
            engine.start()
        engine.wait_for_log("event=stream.started", timeout=60)
        self.items_done(engine)
        self.assert_stops(engine)
        self.assertEqual([-20000000, -100000, *range(1, 150001), -1],
                         sorted((c["key"]["id"] for c in self.changes(engine)), key=lambda i: (i == -1, i)))

    def test_sigterm_and_sigint_stop_within_a_second(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(300))", "SET SESSION cte_max_recursion_depth = 1000000",
                 f"INSERT INTO shop.items {NUMBERS.format(200000)}")
        cases = (
            ("idle", signal.SIGTERM, lambda engine: engine.wait_for_log("event=stream.started")),
            ("idle", signal.SIGINT, lambda engine: engine.wait_for_log("event=stream.started")),
            ("in an incremental snapshot", signal.SIGTERM, self.begin_snapshot),
        )
        engine = self.engine(**{"incremental.snapshot.chunk.size": 50, "offset.flush.interval.ms": 60000})
        for name, number, begin in cases:
            with self.subTest(name, number=number):
                engine.start()
                begin(engine)
                started = time.monotonic()
                engine.process.send_signal(number)
                self.assertEqual(OK, engine.wait(10), engine.log()[-2000:])
                self.assertLess(time.monotonic() - started, 1.0)
                self.assertTrue(standard.stored(self.folder)["offset"]["file"], "the offset is stored at the stop")

    def begin_snapshot(self, engine):
        engine.wait_for_log("event=stream.started")
        self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.wait_for_changes(engine, 100, where=lambda c: c["value"]["source"]["snapshot"] == "incremental")

    def test_sigterm_in_the_initial_snapshot(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(300))", "SET SESSION cte_max_recursion_depth = 1000000",
                 f"INSERT INTO shop.items {NUMBERS.format(400000)}")
        engine = self.engine().start()
        engine.wait_until(lambda: self.size() >= 1_000_000, 30, "some output")
        started = time.monotonic()
        engine.process.send_signal(signal.SIGTERM)
        self.assertEqual(OK, engine.wait(10), engine.log()[-2000:])
        self.assertLess(time.monotonic() - started, 1.0)
        engine.start()
        engine.wait_for_log("event=stream.started", timeout=60)
        self.items_done(engine)
        self.assert_stops(engine)
        self.assertEqual([-1, *range(1, 400001)], sorted(c["key"]["id"] for c in self.changes(engine)))

    def test_the_offset_moves_on_while_only_other_tables_change(self):
        self.create_items()
        self.items("a")
        self.sql("DROP DATABASE IF EXISTS other", "CREATE DATABASE other", "CREATE TABLE other.t (id INT PRIMARY KEY AUTO_INCREMENT)")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        before = engine.wait_until(lambda: standard.stored(self.folder), 10, "an offset")["offset"]
        self.sql(*["INSERT INTO other.t VALUES ()"] * 20)
        engine.wait_until(lambda: standard.stored(self.folder)["offset"]["pos"] > before["pos"] + 2000, 10, "a later position")
        self.assert_stops(engine)


class Statements(LiveTest):
    def test_a_change_logged_as_a_statement_stops_the_stream(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.sql("SET SESSION binlog_format = 'STATEMENT'", "UPDATE shop.items SET name = 'b'")
        self.ends_with(engine, STREAM, "shop.items|statement", r"binlog\.\d{6}:\d+", "binlog_format")

    def test_a_statement_on_another_table_does_not_matter(self):
        self.create_items()
        self.items("a")
        self.sql("DROP DATABASE IF EXISTS other", "CREATE DATABASE other", "CREATE TABLE other.t (id INT)")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.sql("SET SESSION binlog_format = 'STATEMENT'", "INSERT INTO other.t VALUES (1)")
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)


class Modes(LiveTest):
    def test_initial_only_ends_by_itself(self):
        self.create_items()
        self.items("a", "b")
        engine = self.engine(**{"snapshot.mode": "initial_only"}).start()
        self.assertEqual(OK, engine.wait(30), engine.log()[-2000:])
        self.assertEqual(["a", "b"], self.names(engine))

    def test_no_data(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"snapshot.mode": "no_data"}).start()
        engine.wait_for_log("event=stream.started")
        self.items("b")
        self.wait_for_names(engine, ["b"])
        self.assert_stops(engine)

    def test_without_locks(self):
        self.create_items()
        self.items("a")
        self.sql(f"REVOKE RELOAD, LOCK TABLES ON *.* FROM {standard.USER}")
        engine = self.engine(**{"snapshot.locking.mode": "none"}).start()
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)

    def test_localhost_goes_over_tcp(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"database.hostname": "localhost"}).start()
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)

    def test_forms_of_configuration(self):
        """Debezium Server's names, Kafka Connect's body, -D and environment."""
        self.create_items()
        self.items("a")
        plain = standard.properties(self.server, self.folder, **{"database.include.list": "shop"})
        own = {k: v for k, v in plain.items() if k.startswith("debezium.sink.")}
        plain["database.server.id"] = str(plain["database.server.id"])
        source = {k: v for k, v in plain.items() if k not in own and ".converter." not in k and k != "name"}
        forms = {
            "server": "".join(f"debezium.source.{k}={v}\n" for k, v in source.items())
            + "".join(f"{k}={v}\n" for k, v in own.items()) + "debezium.format.schemas.enable=false\n",
            "connect": json.dumps({"name": "c", "config": {k: str(v) for k, v in plain.items() if k != "name"}}),
        }
        for name, text in forms.items():
            with self.subTest(name):
                folder = self.folder / name
                (folder / "records").mkdir(parents=True)
                engine = self.engine(folder)
                engine.write_config(text.replace(source["database.server.id"], str(6000 + len(name))).replace(str(self.folder / "records"), str(folder / "records"))
                                    .replace(str(self.folder / "offsets.json"), str(folder / "offsets.json")))
                engine.env = {"SECRET": "x"}
                engine.start()
                engine.wait_for_log("event=stream.started")
                self.assert_stops(engine)
                self.assertEqual(["a"], [c["value"]["after"]["name"] for c in engine.records(folder / "records")
                                         if c["topic"] == "tm.shop.items"])

    def test_secrets_from_environment_and_file(self):
        self.create_items()
        self.items("a")
        (self.folder / "secrets.properties").write_text(f"user={standard.USER}\n", encoding="utf-8")
        engine = self.engine(env={"TM_PASSWORD": standard.PASSWORD},
                             **{"database.password": "${env:TM_PASSWORD}",
                                "database.user": f"${{file:{self.folder / 'secrets.properties'}:user}}"}).start()
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        self.assertNotIn(standard.PASSWORD, engine.log())


class WithoutGtids(LiveTest):
    server_options = {"gtid": False}

    def test_by_file_and_position(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)
        self.items("c")
        self.sql("FLUSH BINARY LOGS")
        self.items("d")
        engine.start()
        self.wait_for_names(engine, ["a", "b", "c", "d"])
        self.items("e")
        self.wait_for_names(engine, ["a", "b", "c", "d", "e"])
        self.assert_stops(engine)
        self.assertIsNone(self.changes(engine)[-1]["value"]["source"]["gtid"])
        self.assertNotIn("gtids", standard.stored(self.folder)["offset"])


class Tls(LiveTest):
    server_options = {"tls": True}

    def test_modes(self):
        self.create_items()
        self.items("a")
        for mode, more in (("required", {}), ("verify_ca", {"database.ssl.truststore": self.server.ca}),
                           ("verify_identity", {"database.ssl.truststore": self.server.ca, "database.hostname": "localhost"})):
            with self.subTest(mode):
                folder = self.folder / mode
                engine = self.engine(folder, **{"database.ssl.mode": mode, **more}).start()
                engine.wait_for_log("event=stream.started")
                encrypted = self.server.query(
                    "SELECT t.processlist_command, s.variable_value FROM performance_schema.threads t JOIN"
                    " performance_schema.status_by_thread s USING (thread_id) WHERE s.variable_name = 'Ssl_cipher' AND"
                    f" t.processlist_user = '{standard.USER}'")
                self.assertTrue(encrypted)
                self.assertTrue(all(cipher for _, cipher in encrypted), encrypted)
                self.assert_stops(engine)

    def test_a_certificate_of_another_authority_is_refused(self):
        from harness import tls  # pylint: disable=import-outside-toplevel

        other = tls.make(self.folder / "other")
        engine = self.engine(**{"database.ssl.mode": "verify_ca", "database.ssl.truststore": other.ca})
        self.ends_with(engine, SERVER, "certificate|TLS|SSL")

    def test_pkcs12_stores(self):
        """Of a CA for the server, of our own certificate and key for an account that wants one."""
        trust = self.folder / "trust.p12"
        subprocess.run(["openssl", "pkcs12", "-export", "-nokeys", "-in", self.server.ca, "-out", trust, "-passout", "pass:tr st"], check=True)
        mine = self.server.certificates
        key = self.folder / "key.p12"
        subprocess.run(["openssl", "pkcs12", "-export", "-in", mine.client_cert, "-inkey", mine.client_key, "-out", key, "-passout", "pass:k€y"],
                       check=True)
        self.sql(f"ALTER USER {standard.USER}@'%' REQUIRE X509")
        more = {"database.ssl.mode": "verify_ca", "database.ssl.truststore": trust, "database.ssl.truststore.password": "tr st"}
        self.ends_with(self.engine(self.folder / "without", **more), SERVER, "denied")
        more |= {"database.ssl.keystore": key, "database.ssl.keystore.password": "k€y"}
        engine = self.engine(**more).start()
        engine.wait_for_log("event=stream.started")
        self.assert_stops(engine)
        engine = self.engine(self.folder / "wrong", **(more | {"database.ssl.truststore.password": "nothing"}))
        log = self.ends_with(engine, USAGE, "database.ssl.truststore", "cannot be opened with the password")
        self.assertNotIn("nothing", log)

    def test_required_holds_against_a_server_without(self):
        with Mysql(tls=False) as server:
            standard.account(server)
            engine = standard.engine(server, self.folder, **{"database.ssl.mode": "required"})
            self.addCleanup(engine.kill)
            self.ends_with(engine, SERVER, "TLS|SSL|encrypt")


class Snapshots(LiveTest):
    def fill(self, rows=3000):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(300))", "SET SESSION cte_max_recursion_depth = 1000000",
                 f"INSERT INTO shop.items {NUMBERS.format(rows)}")

    def begin(self, **more):
        engine = self.engine(**{"snapshot.mode": "no_data", "incremental.snapshot.chunk.size": 50, **more}).start()
        engine.wait_for_log("event=stream.started")
        return engine

    def test_condition(self):
        self.fill()
        engine = self.begin()
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"], "additional-conditions": [
            {"data-collection": "shop.items", "filter": "id % 100 = 0 OR id = 7"}]})
        self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.items")["status"])
        self.assert_stops(engine)
        self.assertEqual(sorted([7, *range(100, 3001, 100)]), sorted(c["key"]["id"] for c in self.changes(engine)))

    def test_condition_that_matches_nothing_and_empty_table(self):
        self.fill(10)
        self.sql("CREATE TABLE shop.void (id INT PRIMARY KEY)")
        engine = self.begin()
        one = self.signal("execute-snapshot", {"data-collections": ["shop.items"], "additional-conditions": [
            {"data-collection": "shop.items", "filter": "id > 1000"}]})
        two = self.signal("execute-snapshot", {"data-collections": ["shop.void"]})
        self.assertIn(self.outcome(engine, one, "shop.items")["status"], ("EMPTY", "COMPLETED"))
        self.assertEqual("EMPTY", self.outcome(engine, two, "shop.void")["status"])
        self.assert_stops(engine)

    def test_regular_expression_over_several_tables(self):
        self.fill(200)
        self.sql("CREATE TABLE shop.item2 (id INT PRIMARY KEY)", "INSERT INTO shop.item2 VALUES (1), (2)",
                 "CREATE TABLE shop.other (id INT PRIMARY KEY)", "INSERT INTO shop.other VALUES (1)")
        engine = self.begin()
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop\\.item.*"]})
        self.outcome(engine, signal_id, "shop.items")
        self.outcome(engine, signal_id, "shop.item2")
        self.assert_stops(engine)
        self.assertEqual((200, 2, 0), tuple(len(self.changes(engine, name)) for name in ("items", "item2", "other")))

    def test_pause_survives_a_restart(self):
        self.fill(30000)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 10})
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.wait_for_changes(engine, 50)
        self.assertTrue(self.verdict(engine, self.signal("pause-snapshot"))["accepted"])
        time.sleep(0.5)
        count = len(self.changes(engine))
        self.assertLess(count, 30000, "it was over before it was paused")
        self.assert_stops(engine)
        engine.start()
        time.sleep(1)
        self.assertEqual(count, len(self.changes(engine)))
        self.assertTrue(self.verdict(engine, self.signal("resume-snapshot"))["accepted"])
        self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.items", timeout=60)["status"])
        self.assert_stops(engine)
        self.assertEqual(list(range(1, 30001)), sorted(c["key"]["id"] for c in self.changes(engine)))

    def test_a_second_signal_for_a_table_that_is_queued_is_merged(self):
        self.fill(30000)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 10})
        self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.wait_for_changes(engine, 50)
        verdict = self.verdict(engine, self.signal("execute-snapshot", {"data-collections": ["shop.items"]}))
        self.assertTrue(verdict["accepted"])
        self.assertRegex(verdict["reason"], "already")
        self.signal("stop-snapshot")
        self.assert_stops(engine)

    def test_two_engines_share_one_signal_table(self):
        self.fill(2000)
        one = self.begin()
        other = self.engine(self.folder / "other", **{"snapshot.mode": "no_data", "incremental.snapshot.chunk.size": 50,
                                                      "topic.prefix": "other"}).start()
        other.wait_for_log("event=stream.started")
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.outcome(one, signal_id, "shop.items")
        other.wait_until(lambda: standard.answers(self.folder / "other", signal_id)[1], 30, "the other outcome")
        self.assert_stops(one)
        self.assert_stops(other)
        self.assertEqual(list(range(1, 2001)), sorted(c["key"]["id"] for c in self.changes(one)))
        ids = [r["key"]["id"] for r in other.records(self.folder / "other/records") if r["topic"] == "other.shop.items"]
        self.assertEqual(list(range(1, 2001)), sorted(ids))

    def test_watermark_rows_deleted_by_someone_else(self):
        """Unknown deletes close no window; the chunk is read again."""
        self.fill(20000)
        engine = self.begin(**{"incremental.snapshot.watermarking.strategy": "insert_delete"})
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        deadline = time.monotonic() + 20
        while not standard.answers(self.folder, signal_id)[1] and time.monotonic() < deadline:
            try:
                self.sql(f"DELETE FROM {self.signals} WHERE type LIKE 'snapshot-window-%'")
            except pymysql.err.OperationalError as error:
                self.assertEqual(1213, error.args[0])  # a deadlock with the engine, which must live with it, too
            time.sleep(0.02)
        self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.items", timeout=60)["status"])
        self.assert_stops(engine)
        self.assertEqual(list(range(1, 20001)), sorted(c["key"]["id"] for c in self.changes(engine)))

    def test_a_table_that_gives_no_order_is_refused_with_a_reason(self):
        self.sql("CREATE TABLE shop.items (id TEXT NOT NULL, PRIMARY KEY (id(9)))", "INSERT INTO shop.items VALUES ('a'), ('b')")
        engine = self.begin()
        verdict = self.verdict(engine, self.signal("execute-snapshot", {"data-collections": ["shop.items"]}))
        self.assertFalse(verdict["accepted"])
        self.assertRegex(verdict["reason"], "prefix.*surrogate-key")
        self.assert_stops(engine)

    def test_keys_at_their_limits(self):
        self.sql("CREATE TABLE shop.items (id BIGINT UNSIGNED PRIMARY KEY)",
                 "INSERT INTO shop.items VALUES (0), (1), (9223372036854775807), (9223372036854775808), (18446744073709551615)",
                 "CREATE TABLE shop.low (id BIGINT PRIMARY KEY)",
                 "INSERT INTO shop.low VALUES (-9223372036854775808), (-1), (0), (9223372036854775807)",
                 "CREATE TABLE shop.words (id VARCHAR(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY)",
                 "INSERT INTO shop.words VALUES (''), (' '), ('A'), ('b'), ('É'), ('f'), ('🌊'), ('%'), ('_'), ('\\\\'), (''''), ('\"')",
                 "CREATE TABLE shop.bytes (id VARBINARY(9) PRIMARY KEY)",
                 "INSERT INTO shop.bytes VALUES (''), (x'00'), (x'0000'), (x'00ff'), (x'80'), (x'ff'), (x'ffff'), ('%')")
        engine = self.begin(**{"incremental.snapshot.chunk.size": 2})
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop\\.(items|low|words|bytes)"]})
        for name, count in (("items", 5), ("low", 4), ("words", 12), ("bytes", 8)):
            self.assertEqual("COMPLETED", self.outcome(engine, signal_id, f"shop.{name}")["status"])
            keys = [c["key"]["id"] for c in self.changes(engine, name)]
            self.assertEqual((count, count), (len(keys), len(set(keys))), f"{name}: {keys}")
        self.assert_stops(engine)


class Commands(LiveTest):
    def test_what_they_print(self):
        self.create_items()
        self.items("a")
        engine = self.engine()
        none = engine.call("status")
        self.assertNotIn("Traceback", none.stdout + none.stderr)
        engine.start()
        self.wait_for_names(engine, ["a"])
        done = engine.call("signal", "execute-snapshot", "shop.items", "--id", "sig-1")
        self.assertEqual(OK, done.returncode, done.stdout + done.stderr)
        self.assertRegex(done.stdout, "accepted")
        self.assertIn("shop.items", done.stdout)
        self.outcome(engine, "sig-1", "shop.items")
        refused = self.signal("execute-snapshot", {"data-collections": ["shop.itmes"]})
        self.verdict(engine, refused)
        status = engine.call("status")
        self.assertEqual(OK, status.returncode, status.stderr)
        for expected in ("streaming", r"binlog\.\d{6}", "sig-1", "COMPLETED", "shop.items", refused, "(?i)refused|rejected"):
            self.assertRegex(status.stdout, expected)
        as_json = engine.call("status", "--json")
        self.assertEqual("streaming", json.loads(as_json.stdout)["state"])
        offsets = engine.call("offsets show")
        self.assertEqual(OK, offsets.returncode, offsets.stderr)
        self.assertRegex(offsets.stdout, r"binlog\.\d{6}")
        self.assert_stops(engine)
        stopped = engine.call("status")
        self.assertRegex(stopped.stdout, "stopped|not running")
        binlog = self.server.data / self.server.binlogs()[-1][0]
        shown = subprocess.run([engine.command()[0], "binlog", str(binlog)], capture_output=True, text=True, check=False)
        self.assertEqual(OK, shown.returncode, shown.stderr)
        self.assertRegex(shown.stdout, r"items")
        self.assertRegex(shown.stdout, r'"a"')

    def test_version_and_help(self):
        engine = self.engine()
        for words, pattern in ((["--version"], r"^tidemark \d+\.\d+\.\d+"), (["--help"], r"Exit codes"),
                               (["run", "--help"], r"Examples"), (["signal", "--help"], r"execute-snapshot")):
            done = subprocess.run([engine.command()[0], *words], capture_output=True, text=True, check=False)
            self.assertEqual(OK, done.returncode)
            self.assertRegex(done.stdout, pattern)

    def test_log_lines(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.outcome(engine, signal_id, "shop.items")
        self.assertTrue(self.verdict(engine, self.signal("log", {"message": "tide is \"high\" at {}"}))["accepted"])
        self.assert_stops(engine)
        lines = engine.log().splitlines()
        self.assertGreater(len(lines), 5)
        for line in lines:
            self.assertRegex(line, LOG_LINE)
        events = {fields(line)["event"] for line in lines}
        self.assertIn("stream.started", events)
        message = next(fields(line)["message"] for line in lines if fields(line)["event"] == "signal.message")
        self.assertRegex(message, r'^tide is "high" at binlog\.\d{6}:\d+')
        self.assertFalse(re.search(r"\bpassword=(?!\*)\S", engine.log()))


if __name__ == "__main__":
    unittest.main()
