"""Transforms between the encoder and the sink: each seen to act on records of a real server, alone and in a chain."""

import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from live.support import USAGE, LiveTest, said  # pylint: disable=wrong-import-position

DEBEZIUM = "io.debezium.transforms."
KAFKA = "org.apache.kafka.connect.transforms."
UNWRAP = {"type": DEBEZIUM + "ExtractNewRecordState"}


def chain(predicates=None, **transforms):
    """Properties of a chain: alias={option: value}, in the order given."""
    out = {"transforms": ",".join(transforms)}
    for alias, options in transforms.items():
        out.update({f"transforms.{alias}.{name}": value for name, value in options.items()})
    if predicates:
        out["predicates"] = ",".join(predicates)
        for alias, options in predicates.items():
            out.update({f"predicates.{alias}.{name}": value for name, value in options.items()})
    return out


class Transforms(LiveTest):
    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(20), n INT DEFAULT 7, price DECIMAL(8,2))")

    def start(self, **more):
        engine = self.engine(signals=False, **{"snapshot.mode": "no_data", "extended.headers.enabled": "false", **more}).start()
        engine.wait_for_log("event=stream.started")
        return engine

    def records(self, engine, count):
        """The records, once there are as many and the engine has ended."""
        path = self.folder / "records"
        engine.wait_until(lambda: len(engine.records(path)) >= count, 20, f"{count} records")
        self.assert_stops(engine)
        records = engine.records(path)
        self.assertEqual(count, len(records), records)
        return records

    def run_chain(self, statements, count, **properties):
        """The records that the statements make. A last insert, which no transform here drops, says that all are out."""
        engine = self.start(**properties)
        self.sql(*statements)
        return self.records(engine, count)

    CHANGES = ("INSERT INTO shop.items VALUES (1, 'a', NULL, 1.50)", "UPDATE shop.items SET n = 9 WHERE id = 1",
               "DELETE FROM shop.items WHERE id = 1", "INSERT INTO shop.items VALUES (2, 'end', 2, NULL)")

    # -- ExtractNewRecordState -----------------------------------------------------------------------------------------

    def test_delete_modes(self):
        first = {"id": 1, "name": "a", "n": 7, "price": "AJY="}
        second, last = {**first, "n": 9}, {"id": 2, "name": "end", "n": 2, "price": None}
        for mode, deletes in (("drop", []), ("tombstone", [None]), ("delete-to-tombstone", [None]),
                              ("rewrite", [{**second, "__deleted": "true"}]),
                              ("rewrite-with-tombstone", [{**second, "__deleted": "true"}, None])):
            with self.subTest(mode):
                mark = {"__deleted": "false"} if mode.startswith("rewrite") else {}
                self.sql("TRUNCATE shop.items")
                self.folder = self.folder / mode
                records = self.run_chain(self.CHANGES, 3 + len(deletes),
                                         **chain(unwrap={**UNWRAP, "delete.tombstone.handling.mode": mode}))
                self.assertEqual([{**first, **mark}, {**second, **mark}, *deletes, {**last, **mark}],
                                 [r["value"] for r in records])
                self.assertEqual({"tm.shop.items"}, {r["topic"] for r in records})
                self.assertEqual([{"id": 1}] * (2 + len(deletes)) + [{"id": 2}], [r["key"] for r in records])

    def test_schemas_are_those_of_what_came_out(self):
        records = self.run_chain(self.CHANGES, 4, **{
            "value.converter.schemas.enable": "true", "header.converter.schemas.enable": "true",
            **chain(unwrap={**UNWRAP, "add.fields": "op,source.pos", "add.headers": "table"})})
        for record in (records[0], records[1], records[3]):
            schema, payload = record["value"]["schema"], record["value"]["payload"]
            self.assertEqual(("struct", False, "tm.shop.items.Value"), (schema["type"], schema["optional"], schema["name"]))
            self.assertEqual(list(payload), [f["field"] for f in schema["fields"]])
            self.assertEqual({"type": "int64", "optional": True, "field": "__source_pos"}, schema["fields"][-1])
            self.assertEqual({"__table": {"schema": {"type": "string", "optional": True}, "payload": "items"}}, record["headers"])
        self.assertEqual(["c", "u", "c"], [r["value"]["payload"]["__op"] for r in records if r["value"]["payload"]])
        self.assertIsNone(records[2]["value"]["payload"])
        self.assertTrue(records[2]["value"]["schema"]["optional"])

    def test_initial_and_incremental_snapshots_pass_the_chain(self):
        self.sql("INSERT INTO shop.items VALUES (1, 'a', 1, 1), (2, 'b', 2, 2)")
        engine = self.engine(**chain(unwrap={**UNWRAP, "add.fields": "op,snapshot"})).start()
        engine.wait_for_log("event=stream.started")
        signal = self.signal("execute-snapshot", {"data-collections": ["shop.items"], "type": "incremental"})
        self.outcome(engine, signal, "shop.items")
        self.sql("INSERT INTO shop.items VALUES (3, 'end', 3, 3)")
        self.assert_stops(engine)
        rows = [r["value"] for r in engine.records(self.folder / "records") if r["topic"] == "tm.shop.items"]
        self.assertEqual([(1, "first"), (2, "last"), (1, "incremental"), (2, "incremental")],
                         [(v["id"], v["__snapshot"]) for v in rows[:4]])
        self.assertEqual({"r"}, {v["__op"] for v in rows[:4]})

    # -- routing -------------------------------------------------------------------------------------------------------

    def test_outbox(self):
        self.sql("CREATE TABLE shop.outbox (id CHAR(36) PRIMARY KEY, aggregatetype VARCHAR(40) NOT NULL, "
                 "aggregateid VARCHAR(40) NOT NULL, type VARCHAR(40), payload JSON)")
        outbox = {"type": DEBEZIUM + "outbox.EventRouter", "predicate": "isOutbox", "table.expand.json.payload": "true",
                  "table.fields.additional.placement": "type:header:eventType"}
        records = self.run_chain((
            """INSERT INTO shop.outbox VALUES ('e-1', 'order', '17', 'Created', '{"total": 5.5, "lines": [{"sku": "x"}]}')""",
            "DELETE FROM shop.outbox", "INSERT INTO shop.items VALUES (2, 'end', 2, NULL)"), 2, **chain(
                {"isOutbox": {"type": KAFKA + "predicates.TopicNameMatches", "pattern": "tm[.]shop[.]outbox"}},
                outbox=outbox, unwrap={**UNWRAP, "predicate": "isOutbox", "negate": "true"}))
        self.assertEqual({"topic": "outbox.event.order", "key": "17", "headers": {"id": "e-1", "eventType": "Created"}},
                         {name: records[0][name] for name in ("topic", "key", "headers")})
        self.assertEqual({"lines": [{"sku": "x"}], "total": 5.5}, records[0]["value"])
        self.assertEqual("end", records[1]["value"]["name"])

    def test_logical_tables(self):
        self.sql("CREATE TABLE shop.items_2 LIKE shop.items")
        records = self.run_chain(("INSERT INTO shop.items VALUES (1, 'a', 1, 1)", "INSERT INTO shop.items_2 VALUES (1, 'b', 2, 2)"),
                                 2, **{"value.converter.schemas.enable": "true"},
                                 **chain(route={"type": DEBEZIUM + "ByLogicalTableRouter",
                                                "topic.regex": r"(.*)items(.*)", "topic.replacement": "$1all"}))
        self.assertEqual({"tm.shop.all"}, {r["topic"] for r in records})
        self.assertEqual([{"id": 1, "__dbz__physicalTableIdentifier": f"tm.shop.{t}"} for t in ("items", "items_2")],
                         [r["key"] for r in records])
        self.assertEqual(1, len({json.dumps(r["value"]["schema"]) for r in records}))
        self.assertEqual("tm.shop.all.Envelope", records[0]["value"]["schema"]["name"])

    def test_conditions(self):
        records = self.run_chain(self.CHANGES, 3, **chain(
            some={"type": DEBEZIUM + "Filter", "language": "jsr223.groovy", "null.handling.mode": "drop",
                  "condition": "value.op != 'u' && (value.after?.n == 7 || value.before?.price == 1.5 || value.after.name == 'end')"},
            route={"type": DEBEZIUM + "ContentBasedRouter", "language": "jsr223.groovy",
                   "topic.expression": "value.op == 'd' ? 'gone' : null"}))
        self.assertEqual([("tm.shop.items", "c"), ("gone", "d"), ("tm.shop.items", "c")],
                         [(r["topic"], r["value"]["op"]) for r in records])

    def test_a_chain_of_several(self):
        records = self.run_chain(self.CHANGES, 4, **chain(
            {"tombstone": {"type": KAFKA + "predicates.RecordIsTombstone"}},
            changed={"type": DEBEZIUM + "ExtractChangedRecordState", "header.changed.name": "changed"},
            unwrap=UNWRAP,
            insert={"type": KAFKA + "InsertField$Value", "static.field": "origin", "static.value": "mysql"},
            key={"type": KAFKA + "ValueToKey", "fields": "name", "predicate": "tombstone", "negate": "true"},
            plain={"type": KAFKA + "ExtractField$Key", "field": "name", "predicate": "tombstone", "negate": "true"},
            topic={"type": KAFKA + "RegexRouter", "regex": r"tm\\.(.*)", "replacement": "$1"}))
        self.assertEqual(["a", "a", {"id": 1}, "end"], [r["key"] for r in records])
        self.assertEqual({"shop.items"}, {r["topic"] for r in records})
        self.assertEqual([{}, {"changed": ["n"]}, {}, {}], [r["headers"] for r in records])
        self.assertEqual({"id": 1, "name": "a", "n": 9, "price": "AJY=", "origin": "mysql"}, records[1]["value"])

    def test_other_records_pass_too(self):
        engine = self.start(**{"provide.transaction.metadata": "true", "heartbeat.interval.ms": "50",
                               "key.converter.schemas.enable": "true", "value.converter.schemas.enable": "true"},
                            **chain(unwrap=UNWRAP,
                                    topic={"type": KAFKA + "RegexRouter", "regex": "(.*)", "replacement": "x-$1"}))
        self.sql(*self.CHANGES)
        path = self.folder / "records"
        seen = lambda: {r["topic"] for r in engine.records(path)}  # noqa: E731
        wanted = {"x-tm.shop.items", "x-tm.transaction", "x-__debezium-heartbeat.tm"}
        engine.wait_until(lambda: wanted <= seen(), 20, "records of all kinds")
        self.assert_stops(engine)
        self.assertEqual(wanted, seen())
        beat = next(r for r in engine.records(path) if "heartbeat" in r["topic"])
        self.assertEqual("io.debezium.connector.common.Heartbeat", beat["value"]["schema"]["name"])
        self.assertEqual("tm", beat["key"]["payload"]["serverName"])

    # -- restarts and failures -----------------------------------------------------------------------------------------

    def test_killed_amid_the_stream_every_record_comes_once(self):
        properties = {**chain(some={"type": DEBEZIUM + "Filter", "language": "jsr223.groovy", "condition": "value.after.n == 1"},
                              unwrap=UNWRAP), "snapshot.mode": "no_data"}
        engine = self.engine(signals=False, **properties).start()
        engine.wait_for_log("event=stream.started")
        path, made = self.folder / "records", 0
        for turn in range(4):
            for _ in range(5):
                rows = ",".join(f"({made + i}, 'x', {(made + i) % 2}, NULL)" for i in range(200))
                self.sql(f"INSERT INTO shop.items VALUES {rows}")
                made += 200
            if turn < 3:
                time.sleep(0.07 * turn)
                engine.kill()
                engine.start()
        wanted = list(range(1, made, 2))
        engine.wait_until(lambda: len(engine.records(path)) >= len(wanted), 30, f"{len(wanted)} records")
        self.assert_stops(engine)
        self.assertEqual(wanted, [r["value"]["id"] for r in engine.records(path)])

    def test_what_is_dropped_is_behind_the_stored_position(self):
        nothing = chain(none={"type": DEBEZIUM + "Filter", "language": "jsr223.groovy", "condition": "value.op == 'x'",
                              "null.handling.mode": "drop"})
        engine = self.start(**nothing)
        before = engine.call("offsets show").stdout
        self.sql(*self.CHANGES)
        engine.wait_until(lambda: engine.call("offsets show").stdout != before, 20, "a new offset")
        time.sleep(0.3)
        self.assert_stops(engine)
        self.assertRegex(engine.log(), r"event=transform\.drops .*cause=\"condition is false\"")
        self.assertRegex(engine.log(), r"event=connector\.stopped records=0 dropped=5 ")
        engine.write_config(engine.config_path.read_text(encoding="utf-8").replace("value.op == 'x'", "value.op != 'x'"))
        engine.start()
        engine.wait_for_log("event=stream.started")
        self.sql("INSERT INTO shop.items VALUES (3, 'new', 3, NULL)")
        self.assertEqual(["new"], [r["value"]["after"]["name"] for r in self.records(engine, 1)])

    def test_a_transform_that_fails_ends_the_run_with_its_place(self):
        engine = self.start(**chain(some={"type": DEBEZIUM + "Filter", "language": "jsr223.groovy",
                                          "condition": "value.after.n > 1"}))
        self.sql(*self.CHANGES)
        line = self.ends_with(engine, USAGE, r"value\.after is null", r"transforms\.some", r"topic tm\.shop\.items",
                              r"binlog\.\d+:\d+")
        self.assertIn("value.after?.n", line)
        # Corrected, it goes on where it was: everything once.
        engine.write_config(engine.config_path.read_text(encoding="utf-8").replace("after.n", "after?.n"))
        engine.start()
        records = self.records(engine, 4)
        self.assertEqual(["c", "u", None, "c"], [r["value"] and r["value"]["op"] for r in records])

    def test_bad_options_end_the_start(self):
        for properties, expected in (
                (chain(a={"type": "com.acme.Mine"}), "transforms.a.type"),
                (chain(a={"type": KAFKA + "MaskField$Value", "fields": "name"}), "is not there yet"),
                (chain(a={**UNWRAP, "add.field": "op"}), "did you mean add.fields"),
                (chain(a={"type": DEBEZIUM + "Filter", "language": "jsr223.groovy", "condition": "value.op.equals('c')"}),
                 "column 16: methods cannot be called"),
                (chain(a={**UNWRAP, "predicate": "p"}), "not in predicates")):
            engine = self.engine(signals=False, **properties).start()
            self.assertNotEqual(0, engine.wait(20))
            self.assertIn(expected, engine.log(), said(engine.log()))
            self.assertNotIn("event=server.connected", engine.log())


if __name__ == "__main__":
    unittest.main()
