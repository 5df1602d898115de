"""Handling modes, rules for columns, keys, topics and converters: each seen to act, in snapshot and stream alike."""

import hashlib
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from live.support import STREAM, USAGE, LiveTest, said  # pylint: disable=wrong-import-position

CONVERTERS = "io.debezium.connector.binlog.converters."
MODES = "SET time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'"


class EncodingTest(LiveTest):
    def three_ways(self, insert, count=1, table="items", signal=True, **config):
        """The records of the rows that `insert` (SQL with {0} for the first id) makes: read at first, streamed, read by signal."""
        self.sql(MODES, insert.format(1))
        engine = self.engine(**config).start()
        self.wait_for_changes(engine, count, table)
        self.sql(MODES, insert.format(11))
        self.wait_for_changes(engine, 2 * count, table)
        if signal:
            name = self.signal("execute-snapshot", {"data-collections": [f"shop.{table}"]})
            self.assertEqual("COMPLETED", self.outcome(engine, name, f"shop.{table}")["status"])
            self.wait_for_changes(engine, 4 * count, table)
        self.assert_stops(engine)
        return self.changes(engine, table)

    def assert_cells(self, expected, changes):
        """Every record shows these cells, in this order, besides id."""
        for change in changes:
            after = {name: value for name, value in change["value"]["after"].items() if name != "id"}
            way = change["value"]["source"]["snapshot"]
            self.assertEqual(list(expected), list(after), way)
            for name, value in expected.items():
                with self.subTest(column=name, way=way):
                    self.assertEqual(value, after[name])
                    self.assertIs(type(value), type(after[name]))


class Modes(EncodingTest):
    COLUMNS = ("v DECIMAL(12,3), w DECIMAL(40,10), u BIGINT UNSIGNED, b VARBINARY(9), d DATE, t TIME(3), c DATETIME(6), s TIMESTAMP(3) NULL, "
               "y YEAR")
    ROW = ("INSERT INTO shop.items VALUES ({0}, -12.5, 0.0000001, 18446744073709551615, x'fbfffe01', '2024-02-29', '01:02:03.5', "
           "'2024-02-29 01:02:03.120000', '2024-02-29 01:02:03.120', 2024)")

    def table(self):
        self.sql(f"CREATE TABLE shop.items (id INT PRIMARY KEY, {self.COLUMNS})")

    def test_strings(self):
        self.table()
        changes = self.three_ways(self.ROW, **{
            "decimal.handling.mode": "string", "bigint.unsigned.handling.mode": "precise", "binary.handling.mode": "hex",
            "time.precision.mode": "isostring"})
        self.assert_cells({"v": "-12.500", "w": "0.0000001000", "u": "AP//////////", "b": "fbfffe01", "d": "2024-02-29Z",
                           "t": "01:02:03.5Z", "c": "2024-02-29T01:02:03.12Z", "s": "2024-02-29T01:02:03.120Z", "y": 2024}, changes)

    def test_doubles_and_the_types_of_kafka_connect(self):
        self.table()
        changes = self.three_ways(self.ROW, **{
            "decimal.handling.mode": "double", "binary.handling.mode": "base64-url-safe", "time.precision.mode": "connect"})
        self.assert_cells({"v": -12.5, "w": 1.0e-7, "u": -1, "b": "-__-AQ==", "d": 19782, "t": 3723500, "c": 1709168523120,
                           "s": "2024-02-29T01:02:03.120Z", "y": 2024}, changes)

    def test_numbers_and_nanoseconds(self):
        self.table()
        changes = self.three_ways(self.ROW, **{
            "value.converter.decimal.format": "NUMERIC", "bigint.unsigned.handling.mode": "precise", "binary.handling.mode": "base64",
            "time.precision.mode": "nanoseconds"})
        self.assert_cells({"v": -12.5, "w": 1.0e-7, "u": 18446744073709551615, "b": "+//+AQ==", "d": 19782, "t": 3723500000000,
                           "c": 1709168523120000000, "s": "2024-02-29T01:02:03.120Z", "y": 2024}, changes)
        text = "".join(p.read_text(encoding="utf-8") for p in (self.folder / "records").iterdir())
        self.assertIn('"v":-12.500,"w":1.000E-7,', text)

    def test_microseconds_and_defaults(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, c DATETIME NOT NULL DEFAULT '2024-02-29 01:02:03', v DECIMAL(5,2) DEFAULT 3.1)")
        changes = self.three_ways("INSERT INTO shop.items (id) VALUES ({0})", **{
            "time.precision.mode": "microseconds", "decimal.handling.mode": "string", "value.converter.schemas.enable": "true"})
        for change in changes:
            self.assertEqual((1709168523000000, "3.10"), (change["value"]["payload"]["after"]["c"], change["value"]["payload"]["after"]["v"]))
            fields = {f["field"]: f for f in change["value"]["schema"]["fields"][1]["fields"]}
            self.assertEqual({"type": "int64", "optional": False, "name": "io.debezium.time.MicroTimestamp", "version": 1,
                              "default": 1709168523000000, "field": "c"}, fields["c"])
            self.assertEqual({"type": "string", "optional": True, "default": "3.10", "field": "v"}, fields["v"])

    def changes(self, engine, table="items", folder=None):
        # With schemas the source is one level down.
        found = super().changes(engine, table, folder)
        for change in found:
            if "payload" in change["value"]:
                change["value"].setdefault("source", change["value"]["payload"]["source"])
        return found


class Misfits(EncodingTest):
    def test_shown_as_null_with_a_warning(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, t TIME)")
        changes = self.three_ways("INSERT INTO shop.items VALUES ({0}, '-01:00:00')", **{"time.precision.mode": "connect"})
        self.assert_cells({"t": None}, changes)

    def test_end_the_stream_where_that_is_asked_for(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, t TIME)", "INSERT INTO shop.items VALUES (1, '23:00:00')")
        engine = self.engine(**{"time.precision.mode": "isostring", "event.converting.failure.handling.mode": "fail"}).start()
        self.wait_for_changes(engine, 1)
        self.sql("INSERT INTO shop.items VALUES (2, '25:00:00')")
        line = self.ends_with(engine, STREAM, r"shop\.items\.t", "beyond what its form")
        self.assertNotIn("25:00", line)
        self.assertEqual(1, len(self.changes(engine)))

    def test_end_the_run_where_the_column_takes_no_null(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, t TIME NOT NULL)", "INSERT INTO shop.items VALUES (1, '25:00:00')")
        self.ends_with(self.engine(**{"time.precision.mode": "connect", "event.converting.failure.handling.mode": "skip"}),
                       STREAM, "neither null nor a default")


class Columns(EncodingTest):
    def test_rules(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, gone GEOMETRY, mask VARCHAR(20), v1 VARCHAR(100), v2 TEXT, cut VARCHAR(20), "
                 "bin BLOB, typed DECIMAL(5,2), n INT)")
        changes = self.three_ways("INSERT INTO shop.items VALUES ({0}, POINT(1,2), 'secret', 'hello', 'größe', 'größer', 'bytes', 1.5, 7)", **{
            "column.exclude.list": "shop.items.(id|gone)",
            "column.mask.with.5.chars": "shop.items.(mask|n)",
            "column.mask.hash.SHA-256.with.salt.salt": "shop.items.v1",
            "column.mask.hash.v2.SHA-512.with.salt.pe.pper": "shop.items.v2",
            "column.truncate.to.3.chars": "shop.items.(cut|bin)",
            "column.propagate.source.type": "shop.items.typed",
            "value.converter.schemas.enable": "true"})
        v2 = hashlib.sha512("pe.pper".encode() + "größe".encode()).hexdigest()
        for change in changes:
            self.assertEqual({"mask": "*****", "v1": "af5843a0f0e728ab0332c8888b6e1190bfb79e584f0d40538de8f10df6ef29c6", "v2": v2,
                              "cut": "grö", "bin": "Ynl0", "typed": "AJY=", "n": 7}, change["value"]["payload"]["after"])
            self.assertEqual({"id"}, set(change["key"]))
            fields = {f["field"]: f.get("parameters", {}) for f in change["value"]["schema"]["fields"][1]["fields"]}
            self.assertEqual({"masked": "true"}, fields["mask"])
            self.assertEqual({"truncateLength": "3"}, fields["cut"])
            self.assertEqual({"scale": "2", "connect.decimal.precision": "5", "__debezium.source.column.type": "DECIMAL",
                              "__debezium.source.column.length": "5", "__debezium.source.column.scale": "2",
                              "__debezium.source.column.name": "typed"}, fields["typed"])

    def test_a_number_that_no_mask_hides_is_told(self):
        self.create_items()
        engine = self.engine(**{"column.mask.with.5.chars": "shop.items.*", "column.mask.hash.MD5.with.salt.pepper": "x.y.z"}).start()
        engine.wait_for_log("event=stream.started")
        self.assert_stops(engine)
        self.assertIn("NOT masked", engine.log())
        self.assertNotIn("pepper", said(engine.log()))

    def test_signals_work_although_their_columns_are_left_out(self):
        self.create_items()
        changes = self.three_ways("INSERT INTO shop.items VALUES ({0}, 'x')",
                                  **{"column.include.list": "shop.items.name", "skipped.operations": "d,t"})
        self.assertEqual([{"name": "x"}], [dict(t) for t in {tuple(c["value"]["after"].items()) for c in changes}])

    def changes(self, engine, table="items", folder=None):
        found = super().changes(engine, table, folder)
        for change in found:
            if "payload" in change["value"]:
                change["value"].setdefault("source", change["value"]["payload"]["source"])
        return found


class Keys(EncodingTest):
    def test_other_columns_are_the_key(self):
        """Two rows share a message key: windows tell them apart by what the table's own key says."""
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, grp VARCHAR(9), name VARCHAR(9))")
        self.sql("INSERT INTO shop.items VALUES (1, 'a', 'x'), (2, 'a', 'y'), (3, NULL, 'z')")
        engine = self.engine(**{"message.key.columns": "shop.items:grp", "incremental.snapshot.chunk.size": 2}).start()
        first = self.wait_for_changes(engine, 3)
        self.assertEqual(["a", "a", None], [c["key"]["grp"] for c in first])
        name = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.assertEqual("COMPLETED", self.outcome(engine, name, "shop.items")["status"])
        again = self.wait_for_changes(engine, 6)[3:]
        self.assertEqual({("a", 1), ("a", 2), (None, 3)}, {(c["key"]["grp"], c["value"]["after"]["id"]) for c in again})
        self.sql("UPDATE shop.items SET id = 9 WHERE id = 1", "UPDATE shop.items SET grp = 'b' WHERE id = 2")
        changes = self.wait_for_changes(engine, 9)[6:]
        self.assert_stops(engine)
        self.assertEqual([("u", "a"), ("d", "a"), ("c", "b")], [(c["value"]["op"], c["key"]["grp"]) for c in changes])

    def test_decimals_in_keys(self):
        self.sql("CREATE TABLE shop.items (d DECIMAL(5,2) PRIMARY KEY)", "INSERT INTO shop.items VALUES (-1.5)")
        engine = self.engine(**{"key.converter.decimal.format": "NUMERIC"}).start()
        self.sql("INSERT INTO shop.items VALUES (2.25)")
        changes = self.wait_for_changes(engine, 2)
        self.assert_stops(engine)
        self.assertEqual([{"d": -1.5}, {"d": 2.25}], [change["key"] for change in changes])
        self.assertEqual(["/2o=", "AOE="], [change["value"]["after"]["d"] for change in changes], "values have a converter of their own")

    def test_a_key_for_a_table_without_one_and_no_key_at_all(self):
        self.sql("CREATE TABLE shop.items (a INT, b INT)", "CREATE TABLE shop.bare (a INT)")
        engine = self.engine(**{"message.key.columns": "(.*).items:b", "table.include.list": "shop.(items|bare)"}).start()
        engine.wait_for_log("event=stream.started")
        self.sql("INSERT INTO shop.items VALUES (1, 2)", "INSERT INTO shop.bare VALUES (1)", "UPDATE shop.items SET b = 3",
                 "DELETE FROM shop.bare")
        changes = self.wait_for_changes(engine, 3)
        bare = self.wait_for_changes(engine, 2, "bare")
        self.assert_stops(engine)
        self.assertEqual([("c", {"b": 2}), ("d", {"b": 2}), ("c", {"b": 3})], [(c["value"]["op"], c["key"]) for c in changes])
        self.assertEqual([("c", None), ("d", None)], [(c["value"]["op"], c["key"]) for c in bare])

    def test_skipped_operations_leave_signals_alone(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"skipped.operations": "c,d", "incremental.snapshot.watermarking.strategy": "insert_delete"}).start()
        self.wait_for_names(engine, ["a"])
        self.items("b")
        self.sql("UPDATE shop.items SET name = 'c' WHERE id = 2", "DELETE FROM shop.items WHERE id = 1",
                 "UPDATE shop.items SET id = 5 WHERE id = 2")
        changes = self.wait_for_changes(engine, 4)
        self.assertEqual(["r", "u", "d", "c"], [c["value"]["op"] for c in changes], "a key change counts as an update")
        name = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.assertEqual("COMPLETED", self.outcome(engine, name, "shop.items")["status"])
        changes = self.wait_for_changes(engine, 5)
        self.assert_stops(engine)
        self.assertEqual(("r", 5), (changes[4]["value"]["op"], changes[4]["key"]["id"]))
        self.assertEqual([], self.changes(engine, "signals"))


class Names(EncodingTest):
    def topics(self, engine):
        return {r["topic"] for r in engine.records(self.folder / "records") if r["value"] and not r["topic"].endswith("signals")}

    def test_expressions_join_tables_in_one_topic(self):
        self.sql("CREATE TABLE shop.items_1 (id INT PRIMARY KEY)", "CREATE TABLE shop.items_2 (id INT PRIMARY KEY)",
                 "INSERT INTO shop.items_1 VALUES (1)", "INSERT INTO shop.items_2 VALUES (1)")
        engine = self.engine(**{"topic.naming.strategy": "io.debezium.schema.DefaultRegexTopicNamingStrategy",
                                "topic.regex": r"(.*)\\.items_\\d+", "topic.replacement": "$1.items",
                                "topic.key.field.regex": r".*\\.(.*)", "topic.key.field.replacement": "$1"}).start()
        self.wait_for_changes(engine, 2)
        self.sql("INSERT INTO shop.items_2 VALUES (2)")
        changes = self.wait_for_changes(engine, 3)
        self.assert_stops(engine)
        self.assertEqual([{"id": 1, "__dbz__physicalTableIdentifier": "items_1"}, {"id": 1, "__dbz__physicalTableIdentifier": "items_2"},
                          {"id": 2, "__dbz__physicalTableIdentifier": "items_2"}], [c["key"] for c in changes])

    def test_two_tables_of_one_name_are_told_and_unicode_keeps_them_apart(self):
        self.sql("CREATE TABLE shop.`a b` (id INT PRIMARY KEY)", "CREATE TABLE shop.`a_b` (id INT PRIMARY KEY)",
                 "INSERT INTO shop.`a b` VALUES (1)", "INSERT INTO shop.`a_b` VALUES (1)")
        engine = self.engine(signals=False).start()
        self.wait_for_changes(engine, 2, "a_b")
        self.assert_stops(engine)
        self.assertRegex(engine.log(), r"error event=topic\.shared topic=tm\.shop\.a_b")
        folder = self.folder / "unicode"
        engine = self.engine(folder, name="unicode", signals=False,
                             **{"topic.naming.strategy": "io.debezium.schema.SchemaUnicodeTopicNamingStrategy"}).start()
        engine.wait_for_log("event=stream.started")
        self.assert_stops(engine)
        self.assertNotIn("topic.shared", engine.log())
        self.assertEqual({"tm.shop.a_u0020b", "tm.shop.a_u005fb"},
                         {r["topic"] for r in engine.records(folder / "records")})

    def test_names_fit_for_avro(self):
        self.sql("CREATE TABLE shop.`it-ems` (id INT PRIMARY KEY, `a-b` INT, `1x` INT, ü INT)", "INSERT INTO shop.`it-ems` VALUES (1, 2, 3, 4)")
        engine = self.engine(**{"schema.name.adjustment.mode": "avro", "field.name.adjustment.mode": "avro",
                                "value.converter.schemas.enable": "true", "topic.delimiter": "-"}).start()
        found = engine.wait_until(lambda: [r for r in engine.records(self.folder / "records") if r["topic"] == "tm-shop-it-ems"], 20, "a row")
        self.assert_stops(engine)
        self.assertEqual({"id": 1, "a_b": 2, "_1x": 3, "_": 4}, found[0]["value"]["payload"]["after"])
        self.assertEqual("tm_shop_it_ems.Envelope", found[0]["value"]["schema"]["name"])


class Converters(EncodingTest):
    def test_each(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, flag TINYINT(1) NOT NULL DEFAULT 1, num TINYINT(1), bit1 BIT(1), f FLOAT, "
                 "code VARBINARY(9), d DATE NOT NULL, c DATETIME NULL, s TIMESTAMP(3) NULL)")
        changes = self.three_ways(
            "INSERT INTO shop.items VALUES ({0}, 5, -1, b'1', 0.1, 'abc', '0000-00-00', '0000-00-00 00:00:00', '2024-02-29 01:02:03.120')", **{
                "converters": "flags, jdbc, zero",
                "flags.type": CONVERTERS + "TinyIntOneToBooleanConverter", "flags.selector": "shop.items.(flag|num)",
                "jdbc.type": CONVERTERS + "JdbcSinkDataTypesConverter", "jdbc.selector.boolean": "shop.items.bit1",
                "jdbc.selector.real": "shop.items.f", "jdbc.selector.string": "shop.items.code",
                "zero.type": CONVERTERS + "ZeroDateFallbackConverter", "zero.fallback.date": "1900-01-01",
                "zero.column.shop.items.c.fallback": "1970-01-02 00:00:00"})
        self.assert_cells({"flag": True, "num": False, "bit1": 1, "f": 0.10000000149011612, "code": "abc", "d": -25567, "c": 86400000,
                           "s": "2024-02-29T01:02:03.12Z"}, changes)

    def test_others_are_refused_with_the_list_of_those_known(self):
        self.create_items()
        self.ends_with(self.engine(**{"converters": "mine", "mine.type": "org.example.Mine"}), USAGE, "mine.type",
                       "TinyIntOneToBooleanConverter", "JdbcSinkDataTypesConverter", "ZeroDateFallbackConverter", remedy=False)

    def test_other_ways_that_do_not_work_are_refused_by_name(self):
        self.create_items()
        for name, value, said_of_it in (("post.processors", "reselect", "post.processors=reselect"),
                                        ("time.precision.mode", "adaptive", "withdrawn"),
                                        ("time.precision.mode", "structured", "structured"),
                                        ("topic.naming.strategy", "org.example.Mine", "DefaultTopicNamingStrategy")):
            with self.subTest(name=name, value=value):
                self.ends_with(self.engine(self.folder / value, name=value.rsplit(".", maxsplit=1)[-1], **{name: value}), USAGE,
                               said_of_it, remedy=False)


if __name__ == "__main__":
    unittest.main()
