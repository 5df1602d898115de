"""An incremental snapshot that changes hands on its way: from a real Debezium to us, and from us back to it.

Whoever goes on may repeat rows and leaves none out: the records of both, applied in their order, are the table.
"""

import json
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from live.support import said  # pylint: disable=wrong-import-position
from live.take_over import TakeOverTest  # pylint: disable=wrong-import-position

ROWS = 1500
CHUNK = 10
GATES = (700, 1100)  # rows at which a reader waits until it is stopped
LEFT_OUT = 7  # by the condition, which has to come along
NO_KEY = "aced000570"  # Java's null
# The column of the key, and the key of row n. In Debezium's offset it says where we would be: as a number, as a text at its
# end; a moment does not, which depends on the zone of its machine.
KEYS = {
    "numbers": ("INT", "{n}"),
    "words": ("VARCHAR(20) COLLATE utf8mb4_0900_ai_ci", "CONCAT('key-', LPAD({n}, 9, '0'))"),
    "moments": ("DATETIME(3)", "TIMESTAMPADD(SECOND, {n}, '2026-01-01 00:00:00')"),
}
EXACT = ("numbers", "words")
ENDED_BY_US = "words"  # the others go back on the way


def row_of(key):
    """The n of a key as it is stored in Debezium's form."""
    raw = bytes.fromhex(key)
    word = re.search(rb"key-(\d{9})$", raw)
    return int(word.group(1)) if word else int.from_bytes(raw[-4:], "big")


class AmidSnapshot(TakeOverTest):
    prefix = "ts"

    def setUp(self):
        super().setUp()
        self.sql(f"DROP USER {standard.USER}@'%'", "CREATE TABLE shop.gate (n INT PRIMARY KEY, seconds INT)",
                 *(f"INSERT INTO shop.gate VALUES ({gate}, 600)" for gate in GATES))
        self.server.create_user(standard.USER, standard.PASSWORD, [*standard.GLOBAL_GRANTS, "INSERT ON shop.*"])
        for table, (kind, key) in KEYS.items():
            self.sql(standard.SIGNAL_DDL.format(f"shop.signals_{table}"),
                     f"CREATE TABLE shop.{table} (k {kind} PRIMARY KEY, n INT NOT NULL, v INT NOT NULL)",
                     "SET SESSION cte_max_recursion_depth = 10000",
                     f"INSERT INTO shop.{table} WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {ROWS}) "
                     f"SELECT {key.format(n='n')}, n, 0 FROM c")

    def config(self, table, first_id):
        self.prefix = f"ts-{table}"
        config = self.in_topics(**{
            "table.include.list": f"shop.{table}", "signal.data.collection": f"shop.signals_{table}", "snapshot.mode": "no_data",
            "incremental.snapshot.chunk.size": CHUNK, "database.server.id": first_id + list(KEYS).index(table)})
        self.prefix = AmidSnapshot.prefix
        return config

    def execute(self, table):
        condition = f"n <> {LEFT_OUT} AND (n NOT IN {GATES} OR SLEEP((SELECT seconds FROM shop.gate WHERE gate.n = {table}.n)) = 0)"
        standard.send_signal(self.server, f"shop.signals_{table}", "execute-snapshot", {
            "data-collections": [f"shop.{table}"],
            "additional-conditions": [{"data-collection": f"shop.{table}", "filter": condition}]}, f"read-{table}")

    def waiting(self):
        return self.server.query("SELECT ID FROM information_schema.PROCESSLIST WHERE STATE = 'User sleep'")

    def open_gate(self, gate):
        """For who comes next; who waits there has gone."""
        self.sql(f"UPDATE shop.gate SET seconds = 0 WHERE n = {gate}", *(f"KILL {number}" for (number,) in self.waiting()))

    def values(self, table):
        topic = f"ts-{table}.shop.{table}"
        records = self.kafka.read(topic) if topic in self.kafka.topics() else []
        return [(r.offset, json.loads(r.value)) for r in records if r.value is not None]

    def reads(self, table, behind=-1):
        return [value["after"]["n"] for offset, value in self.values(table) if value["op"] == "r" and offset > behind]

    def end_of(self, table):
        return self.values(table)[-1][0]

    def write(self, number):
        """Changes of rows at both ends and in the middle; the last one is row ROWS + number."""
        for table, (_, key) in KEYS.items():
            self.sql(f"UPDATE shop.{table} SET v = v + 1 WHERE n IN (5, {LEFT_OUT}, {ROWS // 2}, {ROWS})",
                     f"DELETE FROM shop.{table} WHERE n IN ({10 + number}, {ROWS - number})",
                     f"INSERT INTO shop.{table} VALUES ({key.format(n=ROWS + number)}, {ROWS + number}, 0)")

    def wrote(self, table, number):
        return any(value["op"] == "c" and value["after"]["n"] == ROWS + number for _, value in self.values(table))

    def assert_whole(self, table):
        """The records in their order make the table. What the condition leaves out came as a change."""
        rows = {}
        for _, value in self.values(table):
            if value["op"] == "d":
                rows.pop(value["before"]["n"], None)
            else:
                rows[value["after"]["n"]] = value["after"]["v"]
        self.assertEqual(dict(self.server.query(f"SELECT n, v FROM shop.{table}")), rows)
        self.assertNotIn(LEFT_OUT, self.reads(table))

    def goes_on_with_us(self, table):
        """Takes the table over; where its snapshot is stored then in Debezium's form."""
        theirs, is_ours = self.stored_offset(table)
        self.assertFalse(is_ours)
        self.assertIn("incremental_snapshot_collections", theirs, "it was over: nothing is shown")
        end = self.end_of(table)
        engine, worker = self.ours(self.config(table, 7200), name=table, folder=self.folder / table)
        engine.start(*worker)
        if table in EXACT:
            engine.wait_for_log(f'event=snapshot.taken_over table=shop.{table} from="the last key that was sent"')
        else:
            engine.wait_for_log(f'event=snapshot.started_over table=shop.{table} cause="its key holds a java.sql.Timestamp')
            engine.wait_for_log(f'event=snapshot.taken_over table=shop.{table} from="its start"')
        if table == ENDED_BY_US:
            engine.wait_for_log(f"event=snapshot.table_done table=shop.{table} status=COMPLETED")
        else:
            engine.wait_until(lambda: self.waiting() and len(self.reads(table, end)) > 5 * CHUNK, 30, "a reader at the next gate")
        self.write(2 + list(KEYS).index(table))
        engine.wait_until(lambda: self.wrote(table, 2 + list(KEYS).index(table)), 20, "the last change")
        self.assertEqual(0, engine.stop(), said(engine.log()))
        after = self.reads(table, end)
        if table in EXACT:
            self.assertGreater(min(after), row_of(theirs["incremental_snapshot_primary_key"]))
        else:
            self.assertEqual(1, min(after))
        stored, is_ours = self.stored_offset(table)
        self.assertTrue(is_ours)
        return stored

    def test_of_debezium_goes_on_with_us_and_back(self):
        connect = self.connect({table: self.config(table, 7100) for table in KEYS}, name=None, offset_topic=self.offsets)
        connect.wait_for_log("Keepalive thread is running", count=len(KEYS))
        for table in KEYS:
            self.execute(table)
        for table in KEYS:
            connect.wait_until(lambda t=table: len(self.reads(t)) >= GATES[0] - CHUNK - 2, f"rows of {table}")
        connect.kill()
        self.open_gate(GATES[0])
        self.write(1)
        self.sql(f"UPDATE shop.gate SET seconds = 0 WHERE n = {GATES[1]}")
        stored = {ENDED_BY_US: self.goes_on_with_us(ENDED_BY_US)}
        self.assertNotIn("incremental_snapshot_collections", stored[ENDED_BY_US])
        self.assert_whole(ENDED_BY_US)
        self.sql(f"UPDATE shop.gate SET seconds = 600 WHERE n = {GATES[1]}")
        back = [table for table in KEYS if table != ENDED_BY_US]
        for table in back:
            stored[table] = self.goes_on_with_us(table)
            self.assertIn(f"shop.{table}", stored[table]["incremental_snapshot_collections"])
            self.assertEqual(table in EXACT, stored[table]["incremental_snapshot_primary_key"] != NO_KEY)

        ends = {table: self.end_of(table) for table in KEYS}
        self.open_gate(GATES[1])
        connect.start()
        self.write(9)
        for table in back:
            connect.wait_until(lambda t=table: ROWS - 100 in self.reads(t, ends[t]) and self.wrote(t, 9), f"all of {table}")
        connect.wait_until(lambda: self.wrote(ENDED_BY_US, 9), "the last change")
        connect.kill()
        for table in KEYS:
            self.assert_whole(table)
        first = min(self.reads("numbers", ends["numbers"]))
        self.assertGreater(first, row_of(stored["numbers"]["incremental_snapshot_primary_key"]))
        self.assertEqual(1, min(self.reads("moments", ends["moments"])))
        self.assertEqual([], self.reads(ENDED_BY_US, ends[ENDED_BY_US]))


if __name__ == "__main__":
    unittest.main()
