"""What a server may write into its binlog beyond plain full rows, and that records do not show it."""

import base64
import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pymysql  # pylint: disable=wrong-import-position

from harness import standard  # pylint: disable=wrong-import-position
from harness.engine import binary  # pylint: disable=wrong-import-position
from harness.servers import MariaDb  # pylint: disable=wrong-import-position
from live.support import STREAM, LiveTest, fields  # pylint: disable=wrong-import-position
from oracle.proxy import Proxy  # pylint: disable=wrong-import-position


class BinlogTest(LiveTest):
    def session(self, *statements):
        """Runs statements in one session: settings, then what is to be logged under them."""
        connection = self.server.connect(database=self.database)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
        connection.commit()
        connection.close()

    def streaming(self, **more):
        engine = self.engine(**more).start()
        engine.wait_for_log(r"event=stream\.started")
        return engine

    def created(self, table="items"):
        """Records of a table in the output, without a look at each."""
        wanted = f'"topic":"tm.shop.{table}"'.encode()
        return sum(file.read_bytes().count(wanted) for file in (self.folder / "records").glob("*.jsonl"))

    def written(self):
        return sum(file.stat().st_size for file in (self.folder / "records").glob("*.jsonl"))

    def ids(self, table="items"):
        """The keys of a table's records in order."""
        pattern = re.compile(rf'"topic":"tm\.shop\.{table}","key":\{{"id":(\d+)\}}'.encode())
        return [int(n) for file in sorted((self.folder / "records").glob("*.jsonl")) for n in pattern.findall(file.read_bytes())]

    def insert_many(self, count, *settings, text="'a row of some length'"):
        self.session(
            "SET SESSION cte_max_recursion_depth = 10000000", *settings,
            "INSERT INTO items (id, name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <"
            f" {count}) SELECT i, {text} FROM n")


COMPRESSION = "SET SESSION binlog_transaction_compression = ON"


class CompressedTransactions(BinlogTest):
    def payloads(self, file):
        return [row[1] for row in self.server.query(f"SHOW BINLOG EVENTS IN '{file}'") if row[2] == "Transaction_payload"]

    def test_rows_carry_the_place_of_their_payload(self):
        self.create_items()
        engine = self.streaming()
        self.session(COMPRESSION, "BEGIN", "INSERT INTO items (name) VALUES ('a'), ('b')",
                     "UPDATE items SET name = 'c' WHERE id = 2", "DELETE FROM items WHERE id = 1", "COMMIT")
        self.items("plain")
        changes = self.wait_for_changes(engine, 5)
        self.assert_stops(engine)
        self.assertEqual([("c", 1), ("c", 2), ("u", 2), ("d", 1), ("c", 3)],
                         [(c["value"]["op"], c["key"]["id"]) for c in changes])
        sources = [c["value"]["source"] for c in changes]
        payload = self.payloads(sources[0]["file"])[-1]
        self.assertEqual([payload] * 4, [s["pos"] for s in sources[:4]])
        self.assertEqual([0, 1, 0, 0], [s["row"] for s in sources[:4]])
        self.assertEqual(1, len({s["gtid"] for s in sources[:4]}))
        self.assertGreater(sources[4]["pos"], payload)

    def test_killed_within_a_payload_it_goes_on_there(self):
        count = 400_000
        self.create_items()
        engine = self.streaming(**{"offset.flush.interval.ms": "10"})
        self.insert_many(count, COMPRESSION)
        for megabytes in (20, 150):
            engine.wait_until(lambda: self.written() > megabytes << 20, timeout=60, what="a part")  # pylint: disable=W0640
            engine.kill()
            where = standard.stored(self.folder)["offset"]
            self.assertLess(self.created(), count, "it was killed too late to tell")
            engine.start()
        self.assertGreater(where.get("event", 0), 1, f"not within the transaction: {where}")
        engine.wait_until(lambda: self.created() >= count, timeout=120, what="the rest")
        self.assert_stops(engine)
        self.assertEqual(list(range(1, count + 1)), self.ids())

    def test_a_definition_ahead_is_seen_through_payloads(self):
        self.create_items()
        engine = self.streaming()
        self.session("SET SESSION binlog_transaction_compression = ON", "INSERT INTO items (name) VALUES ('a')",
                     "ALTER TABLE items ADD COLUMN more INT", "INSERT INTO items (name, more) VALUES ('b', 7)")
        changes = self.wait_for_changes(engine, 2)
        self.assert_stops(engine)
        self.assertEqual([{"id": 1, "name": "a"}, {"id": 2, "name": "b", "more": 7}], [c["value"]["after"] for c in changes])


class PartialJson(BinlogTest):
    """Differences of JSON columns make the record that the whole document makes."""

    CHANGES = [
        "j = JSON_SET(j, '$.a[1]', 'two', '$.new', JSON_OBJECT('x', NULL))",
        "j = JSON_REPLACE(j, '$.b.c', CAST(1.50 AS DECIMAL(5,2)), '$.missing', 1)",
        "j = JSON_REMOVE(j, '$.a[0]', '$.\"a key\"'), n = n + 1",
        "j = JSON_ARRAY_APPEND(j, '$.a', CAST('2024-02-29 12:00:00.5' AS DATETIME(6))), k = JSON_SET(k, '$[1]', 'ä🌊')",
        "j = JSON_ARRAY_INSERT(j, '$.a[0]', 'first'), k = JSON_REMOVE(k, '$[0]')",
        "j = JSON_SET(j, '$.b', 1e20, '$.long', REPEAT('y', 70000))",
        "j = JSON_SET(j, '$.b', 0.1e0), k = NULL",
        "n = n + 1",
        "j = JSON_MERGE_PATCH(j, '{\"long\": null}'), k = '[]'",
        "j = '7'",
    ]

    def test_records_equal_those_of_whole_documents(self):
        for table in ("whole", "parts"):
            self.sql(f"CREATE TABLE shop.{table} (id INT PRIMARY KEY, n INT, j JSON, k JSON, pad JSON)")
        engine = self.streaming()
        document = '{"a": [1, 2, 3], "b": {"c": 0}, "a key": true, "pad": "%s"}' % ("p" * 500)
        seen = []
        for table, options in (("whole", ""), ("parts", "PARTIAL_JSON")):
            self.session(f"INSERT INTO {table} VALUES (1, 1, '{document}', '[1, 2]', '{document}'), (2, 1, '{{}}', NULL, NULL)")
            for change in self.CHANGES:
                self.session(f"SET SESSION binlog_row_value_options = '{options}'", f"UPDATE {table} SET {change} WHERE id = 1")
                seen.append(self.server.query(f"SELECT j, k FROM shop.{table} WHERE id = 1")[0])
        count = len(self.CHANGES)
        whole, parts = [[c["value"] for c in self.wait_for_changes(engine, 2 + count, table)] for table in ("whole", "parts")]
        self.assert_stops(engine)
        self.assertEqual([(c["op"], c["before"], c["after"]) for c in whole], [(c["op"], c["before"], c["after"]) for c in parts])
        for change, cells in zip(parts[2:], seen[count:]):
            for name, cell in zip("jk", cells):
                got = change["after"][name]
                self.assertEqual(json.loads(cell) if cell else cell, json.loads(got) if got else got)
        kinds = [row[2] for row in self.server.query(f"SHOW BINLOG EVENTS IN '{parts[0]['source']['file']}'")]
        self.assertGreater(kinds.count("Update_rows_partial"), count - 3)


class RowImages(BinlogTest):
    PLACEHOLDER = "__debezium_unavailable_value"

    def create(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(20), t TEXT, b BLOB, j JSON)",
                 "INSERT INTO shop.items VALUES (1, 'a', 'text', 'blob', '[1]')")

    def test_noblob_leaves_placeholders(self):
        self.create()
        engine = self.streaming()
        self.session("SET SESSION binlog_row_image = NOBLOB", "UPDATE items SET name = 'b'", "UPDATE items SET t = NULL, b = 'x'",
                     "DELETE FROM items", "INSERT INTO items (id, t) VALUES (2, 'given')")
        changes = [c["value"] for c in self.wait_for_changes(engine, 5)][1:]
        self.assert_stops(engine)
        gone, bytes_gone = self.PLACEHOLDER, base64.b64encode(self.PLACEHOLDER.encode()).decode()
        absent = {"t": gone, "b": bytes_gone, "j": "[1]"}  # this server's NOBLOB keeps JSON
        self.assertEqual([("u", {"id": 1, "name": "a", **absent}, {"id": 1, "name": "b", **absent}),
                          ("u", {"id": 1, "name": "b", **absent}, {"id": 1, "name": "b", "t": None, "b": "eA==", "j": "[1]"}),
                          ("d", {"id": 1, "name": "b", **absent}, None)],
                         [(c["op"], c["before"], c["after"]) for c in changes[:3]])
        self.assertEqual("given", changes[3]["after"]["t"])

    def test_another_placeholder(self):
        self.create()
        engine = self.streaming(**{"unavailable.value.placeholder": "hex:c3a400"})
        self.session("SET SESSION binlog_row_image = NOBLOB", "UPDATE items SET name = 'b'")
        after = self.wait_for_changes(engine, 2)[1]["value"]["after"]
        self.assert_stops(engine)
        self.assertEqual({"id": 1, "name": "b", "t": "ä\0", "b": "w6QA", "j": "[1]"}, after)

    def test_minimal_images_stop_the_stream(self):
        self.create()
        engine = self.streaming()
        self.session("SET SESSION binlog_row_image = MINIMAL", "UPDATE items SET name = 'b'")
        self.ends_with(engine, STREAM, r"shop\.items lacks column (id|name)", r"binlog_row_image='FULL'")

    def test_rows_touched_while_a_chunk_is_read_are_read_again(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, n INT, t TEXT)")
        self.session("SET SESSION cte_max_recursion_depth = 100000",
                     "INSERT INTO items WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
                     " SELECT i, 0, CONCAT('text ', i) FROM n")
        engine = self.streaming(**{"snapshot.mode": "no_data", "incremental.snapshot.chunk.size": "500"})
        signal = self.signal("execute-snapshot", {"data-collections": ["shop.items"], "type": "incremental"})
        for n in range(1, 40):
            self.session("SET SESSION binlog_row_image = NOBLOB", f"UPDATE items SET n = {n} WHERE id % 100 = {n % 100}")
        outcome = self.outcome(engine, signal, "shop.items", timeout=60)
        self.assertEqual("COMPLETED", outcome["status"])
        self.session("INSERT INTO items VALUES (9999, 0, 'end')")
        engine.wait_until(lambda: 9999 in self.ids(), what="the end")
        self.assert_stops(engine)
        table = {}
        for change in self.changes(engine):  # a consumer that keeps what it has for a placeholder
            row, key = dict(change["value"]["after"]), change["key"]["id"]
            if row["t"] == self.PLACEHOLDER:
                row["t"] = table.get(key, row)["t"]
            table[key] = row
        expected = {i: {"id": i, "n": n, "t": t} for i, n, t in self.server.query("SELECT id, n, t FROM shop.items")}
        self.assertEqual(expected, table)


class Incidents(LiveTest):
    """A statement on a table without transactions that outgrows its cache: what it did stays, and is not in the binlog."""

    def plant(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY AUTO_INCREMENT, name LONGTEXT) ENGINE=MyISAM",
                 "SET GLOBAL binlog_stmt_cache_size = 4096", "SET GLOBAL max_binlog_stmt_cache_size = 4096")
        engine = self.engine(signals=False).start()
        engine.wait_for_log(r"event=stream\.started")
        self.items("before")
        self.wait_for_names(engine, ["before"])
        with self.assertRaisesRegex(pymysql.MySQLError, "max_binlog_stmt_cache_size"):
            self.sql(f"INSERT INTO shop.items (name) VALUES {', '.join(['(REPEAT(0x78, 9000))'] * 9)}")
        self.assertGreater(self.server.query("SELECT COUNT(*) FROM shop.items")[0][0], 1)
        return engine

    def stops(self, engine):
        where = next((name, row[1]) for name, _ in self.server.binlogs() for row in self.server.query(f"SHOW BINLOG EVENTS IN '{name}'")
                     if row[2] == "Incident")
        line = self.ends_with(engine, STREAM, "the server logged an incident: changes may be missing", "new initial snapshot")
        self.assertEqual(f"{where[0]}:{where[1]}", fields(line)["at"])
        self.assertEqual(["before"], self.names(engine))
        shown = subprocess.run([binary(), "binlog", str(self.server.data / where[0])], capture_output=True, text=True, check=True).stdout
        self.assertRegex(shown, rf"\n{where[1]} \S+ INCIDENT 1 \w+")

    def test_stops_the_stream(self):
        engine = self.plant()
        self.stops(engine)
        self.stops(engine)  # until someone takes a new snapshot


class IncidentsOfMariaDb(Incidents):
    server_class = MariaDb


class Heartbeats(LiveTest):
    """Of the second version, which a server sends where a dump asks for it."""

    FLAG = 2  # USE_HEARTBEAT_EVENT_V2

    def test_of_the_second_version_are_understood(self):
        proxy = Proxy(self.server.port, dump_flags=self.FLAG)
        self.addCleanup(proxy.close)
        seen = set()
        # An OK byte, no time, type 27 or 41, server id, a small size.
        proxy.watch = lambda data: seen.update(found[0] for found in re.findall(rb"\0{5}([\x1b\x29]).{4}[\x20-\x40]\0{3}", data, re.S))
        self.create_items()
        engine = self.engine(**{"database.port": proxy.port, "connect.keep.alive.interval.ms": 1000, "database.ssl.mode": "disabled"}).start()
        self.items("a")
        self.wait_for_names(engine, ["a"])
        engine.wait_until(lambda: 41 in seen, 20, "a heartbeat")
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)
        self.assertEqual({41}, seen)
        self.assertNotIn(" warn event=stream.", engine.log())


class LargeTransactions(BinlogTest):
    """Memory does not follow the size of a transaction. A long form: TIDEMARK_LARGE_MB=1024 in the environment."""

    MEGABYTES = int(os.environ.get("TIDEMARK_LARGE_MB", "100"))
    MEMORY_MAX_MB = 120

    def run_one(self, *settings):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name MEDIUMTEXT)")
        engine = self.streaming()
        count = self.MEGABYTES * 128
        self.insert_many(count, *settings, text="REPEAT(CHAR(97 + i % 26), 8192)")
        engine.wait_until(lambda: self.created() >= count, timeout=60 + self.MEGABYTES, what="all rows")
        peak = engine.peak_mb()
        self.assert_stops(engine)
        print(f"memory: {self.MEGABYTES} MB in one transaction{settings}: {peak} MB", file=sys.stderr)
        self.assertEqual(list(range(1, count + 1)), self.ids())
        self.assert_peak(peak, self.MEMORY_MAX_MB)

    def test_plain(self):
        self.run_one()

    def test_compressed(self):
        self.run_one(COMPRESSION)


if __name__ == "__main__":
    unittest.main()
