"""Records of statements that define tables: which, in which order, with which structure, none lost or repeated."""

import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.servers import MariaDb  # pylint: disable=wrong-import-position
from live.support import LiveTest  # pylint: disable=wrong-import-position


class SchemaChanges(LiveTest):
    connector = "mysql"

    def setUp(self):
        super().setUp()
        for name in ("crm", "other"):
            self.sql(f"DROP DATABASE IF EXISTS {name}")
            self.addCleanup(self.sql, f"DROP DATABASE IF EXISTS {name}")

    def engine(self, **more):
        return super().engine(**{"include.schema.changes": "true", **more})

    @staticmethod
    def payload(record):
        value = record["value"]
        return value["payload"] if "schema" in value else value

    def statements(self, engine):
        """The records in topic tm, but those of the signal table, with their payloads."""
        found = [r for r in engine.records(self.folder / "records") if r["topic"] == "tm"]
        return [p for p in map(self.payload, found) if p["source"]["table"] != "signals"]

    def streamed(self, engine):
        """(type, id, columns, ddl) of each change in the stream; of a database (None, its name, None, ddl)."""
        out = []
        for value in self.statements(engine):
            if value["source"]["snapshot"] != "false":
                continue
            for change in value["tableChanges"] or [None]:
                columns = change and change["table"] and [c["name"] for c in change["table"]["columns"]]
                out.append((change and change["type"], change["id"] if change else value["databaseName"], columns, value["ddl"]))
        return out

    def do(self, engine, *statements):
        """One statement after the other, each seen before the next: its structure is then the one it made."""
        for sql in statements:
            before = len(self.statements(engine))
            self.sql(sql)
            engine.wait_until(lambda n=before: len(self.statements(engine)) > n, 10, f"a record of {sql}")

    def test_before_a_snapshot(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20) NOT NULL DEFAULT 'x')",
                 "CREATE TABLE shop.empty (id INT)", "INSERT INTO shop.items VALUES (1, 'a')")
        engine = self.engine(signals=False, **{"table.exclude.list": r"shop\.signals"}).start()
        self.wait_for_changes(engine, 1)
        engine.wait_for_log("event=stream.started")
        self.assert_stops(engine)
        records = engine.records(self.folder / "records")
        self.assertEqual("tm.shop.items", records[-1]["topic"])
        found = self.statements(engine)
        kinds = [(v["databaseName"], v["source"]["table"], v["ddl"].split("\n")[0].partition("=")[0]) for v in found]
        created = found[4]["ddl"]
        self.assertRegex(created, r"^CREATE DATABASE `shop` CHARSET \w+ COLLATE \w+$")
        self.assertRegex(found[0]["ddl"], r"^SET character_set_server=\w+, collation_server=\w+$")
        self.assertEqual([("", None, "SET character_set_server"), ("shop", "empty", "DROP TABLE IF EXISTS `shop`.`empty`"),
                          ("shop", "items", "DROP TABLE IF EXISTS `shop`.`items`"), ("shop", None, "DROP DATABASE IF EXISTS `shop`"),
                          ("shop", None, created), ("shop", None, "USE `shop`"), ("shop", "empty", "CREATE TABLE `empty` ("),
                          ("shop", "items", "CREATE TABLE `items` (")], kinds)
        self.assertEqual({"true"}, {v["source"]["snapshot"] for v in found})
        self.assertEqual(len({(v["source"]["file"], v["source"]["pos"]) for v in found}), 1)
        change = found[-1]["tableChanges"][0]
        self.assertEqual(("CREATE", '"shop"."items"', ["id"]), (change["type"], change["id"], change["table"]["primaryKeyColumnNames"]))
        name = change["table"]["columns"][1]
        self.assertEqual({"name": "name", "jdbcType": 12, "nativeType": None, "typeName": "VARCHAR", "typeExpression": "VARCHAR",
                          "charsetName": change["table"]["defaultCharsetName"], "length": 20, "scale": None, "position": 2, "optional": False,
                          "autoIncremented": False, "generated": False, "comment": None, "defaultValueExpression": "x", "enumValues": None},
                         name)
        self.assertEqual([], found[0]["tableChanges"])
        self.assertEqual({"type": "DROP", "id": '"shop"."items"', "table": None}, found[2]["tableChanges"][0])

    def test_without_rows_the_last_is_marked(self):
        self.create_items()
        engine = self.engine(**{"snapshot.mode": "no_data"}).start()
        engine.wait_for_log("event=stream.started")
        self.assert_stops(engine)
        found = [r["value"]["source"]["snapshot"] for r in engine.records(self.folder / "records") if r["topic"] == "tm"]
        self.assertEqual("last", found[-1])
        self.assertEqual({"true"}, set(found[:-1]))

    def test_statements(self):
        self.create_items()
        engine = self.engine(**{"database.include.list": "shop,crm"}).start()
        engine.wait_for_log("event=stream.started")
        self.items("a")
        self.do(engine, "ALTER TABLE shop.items ADD n INT", "CREATE TABLE shop.more (id INT PRIMARY KEY)", "CREATE INDEX i ON shop.items (n)",
                "RENAME TABLE shop.items TO shop.goods, shop.more TO shop.items")
        self.sql("TRUNCATE TABLE shop.goods", "CREATE DATABASE other", "CREATE TABLE other.t (id INT)",
                 "DROP USER IF EXISTS secret", "CREATE USER secret IDENTIFIED BY 'open-Sesame.7'", "DROP USER secret",
                 "CREATE VIEW shop.v AS SELECT 1", "DROP VIEW shop.v", "CREATE TEMPORARY TABLE shop.tmp (id INT)")
        self.do(engine, "CREATE DATABASE crm", "ALTER TABLE shop.goods DROP INDEX i, RENAME COLUMN n TO m", "DROP TABLE shop.goods, shop.items")
        self.do(engine, "DROP DATABASE crm")
        self.assert_stops(engine)
        found = self.streamed(engine)
        self.assertEqual([
            ("ALTER", '"shop"."items"', ["id", "name", "n"]),
            ("CREATE", '"shop"."more"', ["id"]),
            ("ALTER", '"shop"."items"', ["id", "name", "n"]),
            ("ALTER", '"shop"."goods"', ["id", "name", "n"]),
            ("ALTER", '"shop"."items"', ["id"]),
            (None, "crm", None),
            ("ALTER", '"shop"."goods"', ["id", "name", "m"]),
            ("DROP", '"shop"."goods"', None),
            ("DROP", '"shop"."items"', None),
            (None, "crm", None)], [row[:3] for row in found])
        self.assertEqual("ALTER TABLE shop.items ADD n INT", found[0][3])
        self.assertTrue(found[7][3].startswith("DROP TABLE `shop`.`goods`,`shop`.`items`"), found[7][3])
        text = "".join(p.read_text(encoding="utf-8") for p in (self.folder / "records").iterdir())
        self.assertNotIn("open-Sesame", text + engine.log())
        # Between the rows around them, and as the log has them.
        records = engine.records(self.folder / "records")
        places = [(self.payload(r)["source"]["file"], self.payload(r)["source"]["pos"]) for r in records if r["value"] is not None and
                  self.payload(r)["source"]["snapshot"] == "false"]
        self.assertEqual(sorted(places), places)
        source = [v for v in self.statements(engine) if v["ddl"].startswith("RENAME")][0]["source"]
        self.assertEqual((self.connector, "shop", {"goods", "items"}, None),
                         (source["connector"], source["db"], set(source["table"].split(",")), source["thread"]))
        self.assertIsNotNone(source["gtid"])
        record = next(r for r in records if r["topic"] == "tm")
        self.assertEqual("tm", record["headers"]["__debezium.context.connectorLogicalName"])

    def test_only_captured_tables(self):
        flag = "schema.history.internal."
        self.create_items()
        self.sql("CREATE TABLE shop.not_ours (id INT) COMMENT 'hidden'", "ALTER TABLE shop.items COMMENT 'ours'")
        engine = self.engine(**{flag + "store.only.captured.tables.ddl": "true", "table.include.list": r"shop\.items",
                                "include.schema.comments": "true"}).start()
        engine.wait_for_log("event=stream.started")
        self.sql("ALTER TABLE shop.not_ours ADD n INT")
        self.do(engine, "ALTER TABLE shop.items MODIFY name VARCHAR(80) COMMENT 'of the column'")
        self.assert_stops(engine)
        self.assertEqual([("ALTER", '"shop"."items"')], [row[:2] for row in self.streamed(engine)])
        text = "".join(p.read_text(encoding="utf-8") for p in (self.folder / "records").iterdir())
        self.assertNotIn("not_ours", text)
        table = self.statements(engine)[-1]["tableChanges"][0]["table"]
        self.assertEqual(("ours", "of the column"), (table["comment"], table["columns"][1]["comment"]))

    def test_neither_lost_nor_repeated(self):
        self.create_items()
        engine = self.engine(**{"table.include.list": r"shop\.items", "offset.flush.interval.ms": "20"}).start()
        engine.wait_for_log("event=stream.started")
        statements = []
        for number in range(30):
            statements.append(f"ALTER TABLE shop.items COMMENT '{number}'")
            self.sql(statements[-1], f"INSERT INTO shop.items (name) VALUES ('{number}')")
            if number % 5 == 2:
                engine.kill()
                engine.start()
                if number % 10 == 2:
                    engine.wait_for_log("event=stream.started")
                    time.sleep(0.05 * (number % 7))
        self.wait_for_names(engine, [str(n) for n in range(30)])
        self.assert_stops(engine)
        self.assertEqual(statements, [row[3] for row in self.streamed(engine)])

    def test_schemas_and_a_first_load_in_chunks(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"snapshot.mode": "incremental", "key.converter.schemas.enable": "true",
                                "value.converter.schemas.enable": "true"}).start()
        self.do(engine, "ALTER TABLE shop.items ADD n INT")
        self.assert_stops(engine)
        record = [r for r in engine.records(self.folder / "records") if r["topic"] == "tm"][-1]
        self.assertEqual({"databaseName": "shop"}, record["key"]["payload"])
        schema = record["value"]["schema"]
        prefix = f"io.debezium.connector.{self.connector}."
        self.assertEqual((prefix + "SchemaChangeKey", prefix + "SchemaChangeValue"), (record["key"]["schema"]["name"], schema["name"]))
        self.assert_fits(schema, record["value"]["payload"])
        self.assertEqual(1, sum(p["ddl"].startswith("CREATE TABLE `items`") for p in self.statements(engine)))

    def assert_fits(self, schema, value, path="value"):
        """The value has exactly the fields of its schema, in order, and null only where that is allowed."""
        if value is None:
            self.assertTrue(schema["optional"], path)
        elif schema["type"] == "struct":
            self.assertEqual([f["field"] for f in schema["fields"]], list(value), path)
            for field in schema["fields"]:
                self.assert_fits(field, value[field["field"]], f"{path}.{field['field']}")
        elif schema["type"] == "array":
            for item in value:
                self.assert_fits(schema["items"], item, path + "[]")
        else:
            kind = {"string": str, "int32": int, "int64": int, "boolean": bool}[schema["type"]]
            self.assertIs(kind, type(value), path)


class OnMariaDb(SchemaChanges):
    server_class = MariaDb
    connector = "mariadb"

    def test_settings_of_one_statement(self):
        self.create_items()
        engine = self.engine().start()
        engine.wait_for_log("event=stream.started")
        self.do(engine, "SET STATEMENT lock_wait_timeout=5 FOR ALTER TABLE shop.items ADD n INT", "CREATE OR REPLACE TABLE shop.items (id INT)")
        self.assert_stops(engine)
        self.assertEqual([("ALTER", '"shop"."items"', ["id", "name", "n"]), ("CREATE", '"shop"."items"', ["id"])],
                         [row[:3] for row in self.streamed(engine)])


if __name__ == "__main__":
    unittest.main()
