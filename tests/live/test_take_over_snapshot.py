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
from harness.servers import MariaDb  # pylint: disable=wrong-import-position
from live.support import said  # pylint: disable=wrong-import-position
from live.take_over import TakeOverTest  # pylint: disable=wrong-import-position

ROWS = 1500
CHUNK = 10
GATES = (700, 1100)  # rows at which a reader waits until it is stopped
LAST_READ = ROWS - 5  # the last row that no write touches: it comes from the snapshot, and behind all others that do
LEFT_OUT = 7  # by the condition, which has to come along
NO_KEY = "aced000570"  # Java's null
WORD = "CONCAT('key-', LPAD({n}, 9, '0'))"


def row_of(key):
    """The n of a key as it is stored in Debezium's form."""
    raw = bytes.fromhex(key)
    word = re.search(rb"key-(\d{9})$", raw)
    return int(word.group(1)) if word else int.from_bytes(raw[-4:], "big")


class AmidSnapshot(TakeOverTest):
    """Stores are topics."""

    prefix = "ts"
    # The columns of the key, and the key of row n. In Debezium's offset it says where we would be: as a number, as a text at its
    # end; a moment does not, which depends on the zone of its machine.
    keys = {
        "numbers": ("k INT PRIMARY KEY", "{n}"),
        "words": ("k VARCHAR(20) COLLATE utf8mb4_0900_ai_ci PRIMARY KEY", WORD),
        "moments": ("k DATETIME(3) PRIMARY KEY", "TIMESTAMPADD(SECOND, {n}, '2026-01-01 00:00:00')"),
    }
    inexact = {"moments": "its key holds a java.sql.Timestamp"}
    ended_by_us = "words"  # the others go back on the way

    def setUp(self):
        super().setUp()
        self.sql(f"DROP USER {standard.USER}@'%'", "CREATE TABLE shop.gate (n INT PRIMARY KEY, seconds INT)",
                 *(f"INSERT INTO shop.gate VALUES ({gate}, 600)" for gate in GATES))
        self.server.create_user(standard.USER, standard.PASSWORD, [*standard.GLOBAL_GRANTS, "INSERT ON shop.*"])
        for table, (columns, key) in self.keys.items():
            self.sql(standard.SIGNAL_DDL.format(f"shop.signals_{table}"),
                     f"CREATE TABLE shop.{table} ({columns}, n INT NOT NULL, v INT NOT NULL)",
                     f"INSERT INTO shop.{table} VALUES " + ", ".join(f"({key.format(n=n)}, {n}, 0)" for n in range(1, ROWS + 1)))

    def with_stores(self, _table, **more):
        return self.in_topics(**more)

    def config(self, table, first_id):
        prefix, self.prefix = self.prefix, f"{self.prefix}-{table}"
        config = self.with_stores(table, **{
            "table.include.list": f"shop.{table}", "signal.data.collection": f"shop.signals_{table}", "snapshot.mode": "no_data",
            "incremental.snapshot.chunk.size": CHUNK, "database.server.id": first_id + list(self.keys).index(table)})
        self.prefix = prefix
        return config

    def connected(self, configs):
        return self.connect(configs, name=None, offset_topic=self.offsets)

    def taking(self, table, _connect):
        """An engine on Debezium's stores, and what is stored there."""
        engine, worker = self.ours(self.config(table, 7200), name=table, folder=self.folder / table)
        theirs, is_ours = self.stored_offset(table)
        self.assertFalse(is_ours)
        return engine, worker, theirs

    def handing(self, table, _engine, _worker, _connect):
        """What we stored, as Debezium sees it."""
        stored, is_ours = self.stored_offset(table)
        self.assertTrue(is_ours)
        return stored

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
        records = self.kafka.read_if_there(f"{self.prefix}-{table}.shop.{table}")
        return [(r.offset, json.loads(r.value)) for r in records if r.value is not None]

    def reads(self, table, behind=-1):
        return [value["after"]["n"] for offset, value in self.values(table) if value["op"] == "r" and offset > behind]

    def end_of(self, table):
        return self.values(table)[-1][0]

    def write(self, number):
        """Changes of rows at both ends and in the middle; the last one is row ROWS + number."""
        for table, (_, key) in self.keys.items():
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

    def goes_on_with_us(self, table, connect):
        """Takes the table over; where its snapshot is stored then in Debezium's form."""
        number = 2 + list(self.keys).index(table)
        engine, worker, theirs = self.taking(table, connect)
        self.assertIn("incremental_snapshot_collections", theirs, "it was over: nothing is shown")
        end = self.end_of(table)
        engine.start(*worker)
        if table in self.inexact:
            engine.wait_for_log(f'event=snapshot.started_over table=shop.{table} cause="{self.inexact[table]}')
            engine.wait_for_log(f'event=snapshot.taken_over table=shop.{table} from="its start"')
        else:
            engine.wait_for_log(f'event=snapshot.taken_over table=shop.{table} from="the last key that was sent"')
        if table == self.ended_by_us:
            engine.wait_for_log(f"event=snapshot.table_done table=shop.{table} status=COMPLETED")
        else:
            engine.wait_until(lambda: self.waiting() and len(self.reads(table, end)) > 5 * CHUNK, 30, "a reader at the next gate")
        self.write(number)
        engine.wait_until(lambda: self.wrote(table, number), 20, "the last change")
        self.assertEqual(0, engine.stop(), said(engine.log()))
        after = self.reads(table, end)
        if table in self.inexact:
            self.assertEqual(1, min(after))
        else:
            self.assertGreater(min(after), row_of(theirs["incremental_snapshot_primary_key"]))
        return self.handing(table, engine, worker, connect)

    def there_and_back(self):
        connect = self.connected({table: self.config(table, 7100) for table in self.keys})
        connect.wait_for_log("Keepalive thread is running", count=len(self.keys))
        for table in self.keys:
            self.execute(table)
        for table in self.keys:
            connect.wait_until(lambda t=table: len(self.reads(t)) >= GATES[0] - CHUNK - 2, f"rows of {table}")
        connect.kill()
        self.open_gate(GATES[0])
        self.write(1)
        self.sql(f"UPDATE shop.gate SET seconds = 0 WHERE n = {GATES[1]}")
        self.assertNotIn("incremental_snapshot_collections", self.goes_on_with_us(self.ended_by_us, connect))
        self.assert_whole(self.ended_by_us)
        self.sql(f"UPDATE shop.gate SET seconds = 600 WHERE n = {GATES[1]}")
        stored = {}
        for table in self.keys:
            if table == self.ended_by_us:
                continue
            stored[table] = self.goes_on_with_us(table, connect)
            self.assertIn(f"shop.{table}", stored[table]["incremental_snapshot_collections"])
            self.assertEqual(table in self.inexact, stored[table]["incremental_snapshot_primary_key"] == NO_KEY)

        ends = {table: self.end_of(table) for table in self.keys}
        self.open_gate(GATES[1])
        connect.start()
        self.write(9)
        for table in stored:
            connect.wait_until(lambda t=table: LAST_READ in self.reads(t, ends[t]) and self.wrote(t, 9), f"all of {table}")
        if self.ended_by_us in connect.connectors:
            connect.wait_until(lambda: self.wrote(self.ended_by_us, 9), "the last change")
        connect.kill()
        for table in connect.connectors:
            self.assert_whole(table)
        for table, offset in stored.items():
            first = 0 if table in self.inexact else row_of(offset["incremental_snapshot_primary_key"])
            self.assertGreater(min(self.reads(table, ends[table])), first)
        self.assertEqual([], self.reads(self.ended_by_us, ends[self.ended_by_us]))

    def test_of_debezium_goes_on_with_us_and_back(self):
        self.there_and_back()


class InFiles(AmidSnapshot):
    """Offsets and schema histories of a standalone worker; keys of two columns."""

    prefix = "tf"
    keys = {
        # We divide what is left by the first column; behind the cut, too, chunks are done before the gate.
        "pairs": ("a INT, b VARCHAR(20) COLLATE utf8mb4_general_ci, PRIMARY KEY (a, b)", "{n} DIV 90, " + WORD),
        # In the order of their names, too, by which Debezium compares them.
        "sizes": ("a ENUM('large', 'middle', 'small'), b INT, PRIMARY KEY (a, b)", "1 + {n} DIV 600, {n}"),
    }
    inexact = {"sizes": "its key holds a java.lang.String for column `a`"}
    ended_by_us = "sizes"

    def with_stores(self, table, **more):
        return self.original(**{"schema.history.internal": "io.debezium.storage.file.history.FileSchemaHistory",
                                "schema.history.internal.file.filename": self.folder / f"history-{table}", **more})

    def connected(self, configs):
        return self.connect(configs, name=None)

    def taking(self, table, connect):
        engine, worker = self.ours(self.config(table, 7200), name=table, folder=self.folder / table, **{
            "group.id": None, "offset.storage.topic": None, "offset.storage.file.filename": self.folder / f"offsets-{table}"})
        # That file has the offset of the other connector, too.
        taken = engine.call("offsets import", str(connect.folder / "offsets"), *worker)
        self.assertEqual(0, taken.returncode, taken.stderr)
        return engine, worker, json.loads(engine.call("offsets show", *worker).stdout)

    def handing(self, table, engine, worker, connect):
        if table != self.ended_by_us:
            connect.connectors = {table: connect.connectors[table]}
            written = engine.call("offsets export", str(connect.folder / "offsets"), "--format", "debezium", *worker)
            self.assertEqual(0, written.returncode, written.stderr)
        return json.loads(engine.call("offsets export", "--format", "connect", *worker).stdout)["offsets"][0]["offset"]


class InFilesOfMariaDb(InFiles):
    server_class = MariaDb
    prefix = "tg"


if __name__ == "__main__":
    unittest.main()
