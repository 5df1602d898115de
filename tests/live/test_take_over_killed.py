"""An engine that delivers exactly once, killed amid a snapshot, and a real Debezium that goes on in its place.

Its worker reads what is not committed, as workers without exactly-once support do. Rows may come again, none is left out.
"""

import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from live.take_over import TakeOverTest  # pylint: disable=wrong-import-position
from oracle.proxy import Proxy  # pylint: disable=wrong-import-position

GATE = 700  # a reader waits there until it is killed
AMID_ROWS = 1500
CHUNK = 10
NO_KEY = "aced000570"  # Java's null
# Definition, key of row i, rows. The first one has no key: it is out before the snapshot can be gone on with.
TABLES = {
    "few": ("id INT", "i", 10),
    "pairs": ("a INT, b VARCHAR(20), PRIMARY KEY (a, b)", "i DIV 10, CONCAT('k', i % 10)", 20_000),
    "texts": ("id VARCHAR(20) PRIMARY KEY", "CONCAT('k', i * 7919 % 1000003)", 500),
    "uniques": ("id INT NOT NULL UNIQUE", "i", 500),
    "moments": ("id DATETIME(3) PRIMARY KEY", "TIMESTAMPADD(SECOND, i, '2026-01-01 00:00:00')", 500),
}
ROWS = "WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {rows}) SELECT {key}, i, 0, RPAD('', {width}, 'x') FROM c"


class KilledAmidSnapshot(TakeOverTest):
    prefix = "tk"

    def setUp(self):
        super().setUp()
        self.create("amid", "id INT PRIMARY KEY", "i", AMID_ROWS, 1)
        for table, (definition, key, rows) in TABLES.items():
            self.create(table, definition, key, rows, 2000)
        self.sql("CREATE TABLE shop.gate (n INT PRIMARY KEY, seconds INT)", f"INSERT INTO shop.gate VALUES ({GATE}, 600)",
                 f"ANALYZE TABLE {', '.join('shop.' + table for table in TABLES)}")
        self.sql(f"DROP USER {standard.USER}@'%'")
        self.server.create_user(standard.USER, standard.PASSWORD, [*standard.GLOBAL_GRANTS, "INSERT ON shop.*"])

    def create(self, table, definition, key, rows, width):
        self.sql(f"CREATE TABLE shop.{table} ({definition}, n INT, v INT, filler VARCHAR(2000))",
                 "SET SESSION cte_max_recursion_depth = 1000000",
                 f"INSERT INTO shop.{table} " + ROWS.format(key=key, rows=rows, width=width))

    def config(self, name, tables, **more):
        self.prefix = f"tk-{name}"
        self.sql(standard.SIGNAL_DDL.format(f"shop.signals_{name}"))
        config = self.in_topics(**{"table.include.list": ",".join(f"shop.{table}" for table in tables),
                                   "signal.data.collection": f"shop.signals_{name}", **more})
        self.prefix = KilledAmidSnapshot.prefix
        return config

    def once(self, name, config, **more):
        # What is left open is aborted soon, for readers of committed records.
        ended = {"producer.override.transaction.timeout.ms": 9000, "exactly.once.support": "required"}
        engine, worker = self.ours({**config, **{key: str(value) for key, value in {**ended, **more}.items()}}, name=name,
                                   folder=self.folder / name)
        return engine.start(*worker)

    def values(self, name, table, committed=False):
        records = self.kafka.read_if_there(f"tk-{name}.shop.{table}", committed=committed)
        return [json.loads(record.value) for record in records if record.value is not None]

    def state(self, name, table, committed=False):
        rows = {}
        for value in self.values(name, table, committed):
            if value["op"] == "d":
                rows.pop(value["before"]["n"], None)
            else:
                rows[value["after"]["n"]] = value["after"]["v"]
        return rows

    def rows(self, table):
        return dict(self.server.query(f"SELECT n, v FROM shop.{table}"))

    def write(self, number):
        for table in ["amid", *(table for table in TABLES if table != "few")]:
            last = TABLES[table][2] if table in TABLES else AMID_ROWS
            self.sql(f"UPDATE shop.{table} SET v = v + 1 WHERE n IN (5, {last // 2}, {last})",
                     f"DELETE FROM shop.{table} WHERE n IN ({10 + number}, {last - number})")

    def offsets_of(self, name, committed, **ours):
        """Those that Debezium looks for, or ours, in its form."""
        key = json.dumps([name, {"server": f"tk-{name}", **ours}], separators=(",", ":")).encode()
        return [json.loads(r.value or "{}") for r in self.kafka.read(self.offsets, committed=committed) if r.key == key]

    def offset_for_debezium(self, name):
        """What its worker will find; it covers nothing but what was committed."""
        last = self.offsets_of(name, committed=False)[-1]
        self.assertIn(last, self.offsets_of(name, committed=True, tidemark="state"))
        return last

    def killed_amid_incremental(self, config):
        engine = self.once("amid", config, **{"database.server.id": 7301})
        engine.wait_for_log("event=stream.started")
        standard.send_signal(self.server, "shop.signals_amid", "execute-snapshot", {
            "data-collections": ["shop.amid"], "additional-conditions": [{
                "data-collection": "shop.amid",
                "filter": f"n <> {GATE} OR SLEEP((SELECT seconds FROM shop.gate WHERE gate.n = amid.n)) = 0"}]}, "read-amid")
        engine.wait_until(lambda: len(self.values("amid", "amid")) > GATE - 5 * CHUNK, 30, "rows up to the gate")
        engine.wait_until(lambda: self.offsets_of("amid", committed=False)[-1].get("incremental_snapshot_primary_key", NO_KEY) != NO_KEY,
                          20, "the place of the last chunk, a second after it")
        self.write(1)
        engine.kill()

    def killed_amid_initial(self, config):
        proxy = Proxy(self.server.port)
        self.addCleanup(proxy.close)
        proxy.stall_after(5_000_000)  # bytes: some of the pairs
        engine = self.once("first", config, **{"database.server.id": 7302, "database.port": proxy.port, "snapshot.max.threads": 2,
                                               "snapshot.max.threads.multiplier": 2})
        engine.wait_for_log("event=snapshot.resumable")
        engine.wait_until(lambda: any("incremental_snapshot_collections" in offset for offset in self.offsets_of("first", committed=False)[-1:]),
                          20, "a part that is committed")
        self.assertNotIn("event=snapshot.completed", engine.log(), "the snapshot was too short for this test")
        engine.kill()
        return engine

    def test_debezium_goes_on_after_both(self):
        amid = self.config("amid", ["amid"], **{"snapshot.mode": "no_data", "database.server.id": 7401, "incremental.snapshot.chunk.size": CHUNK})
        first = self.config("first", TABLES, **{"database.server.id": 7402})
        self.killed_amid_incremental(amid)
        self.killed_amid_initial(first)
        self.write(2)
        self.sql("UPDATE shop.gate SET seconds = 0")
        left = {name: self.offset_for_debezium(name)["incremental_snapshot_collections"] for name in ("amid", "first")}
        self.assertIn('"shop.amid"', left["amid"])
        self.assertEqual([table for table in TABLES if f'"shop.{table}"' in left["first"]], [table for table in TABLES if table != "few"])
        before = len(self.values("amid", "amid"))

        connect = self.connect({"amid": amid, "first": first}, name=None, offset_topic=self.offsets)
        connect.wait_for_log("Keepalive thread is running", count=2)
        self.write(3)
        connect.wait_until(lambda: self.state("amid", "amid") == self.rows("amid"), "all of amid")
        for table in TABLES:
            connect.wait_until(lambda t=table: self.state("first", t) == self.rows(t), f"all of {table}")
        # For readers of committed records, too: what was aborted came again.
        for name, table in [("amid", "amid"), *(("first", table) for table in TABLES)]:
            connect.wait_until(lambda n=name, t=table: self.state(n, t, committed=True) == self.rows(t), f"all of {table}, committed")
        connect.kill()
        again = [value["after"]["n"] for value in self.values("amid", "amid")[before:] if value["op"] == "r"]
        self.assertGreater(min(again), 5 * CHUNK, "it goes on, and does not begin anew")


if __name__ == "__main__":
    unittest.main()
