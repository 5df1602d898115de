"""The engine on MariaDB: the machine's version and Debian unstable's, with the servers' own defaults for row metadata.

The main part runs on both: records, structure, restarts, snapshots. What differs has a class of its own.
"""

import json
import sys
import threading
import time
import unittest
from datetime import datetime, timezone
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pymysql  # pylint: disable=wrong-import-position

from harness import standard  # pylint: disable=wrong-import-position
from harness.servers import MariaDb, MariaDbUnstable, Mysql  # pylint: disable=wrong-import-position
from live.support import OK, POSITION_LOST, STREAM, USAGE, LiveTest, said  # pylint: disable=wrong-import-position

# column type -> literals; every type that the engine decodes today
TYPES = {
    "TINYINT": ("-128", "127"),
    "TINYINT UNSIGNED": ("0", "255"),
    "SMALLINT": ("-32768", "32767"),
    "MEDIUMINT UNSIGNED": ("0", "16777215"),
    "INT": ("-2147483648", "2147483647"),
    "INT UNSIGNED": ("0", "4294967295"),
    "BIGINT": ("-9223372036854775808", "9223372036854775807"),
    "BIGINT UNSIGNED": ("0", "18446744073709551615"),
    "BOOLEAN": ("0", "1"),
    "DECIMAL(20,4)": ("-1234567890123456.7891", "0.0001"),
    "FLOAT": ("-1.5", "16777216"),
    "DOUBLE": ("-1e300", "0.1"),
    "BIT(1)": ("0", "1"),
    "BIT(12)": ("0", "4095"),
    "YEAR": ("1901", "2155"),
    "DATE": ("'1000-01-01'", "'9999-12-31'"),
    "TIME(3)": ("'-838:59:59'", "'12:34:56.789'"),
    "DATETIME": ("'1000-01-01 00:00:00'", "'2026-11-22 19:00:00'"),
    "DATETIME(6)": ("'1000-01-01 00:00:00.000001'", "'9999-12-31 23:59:59.999999'"),
    "TIMESTAMP(3)": ("'1970-01-01 00:00:01'", "'2038-01-19 03:14:07.999'"),
    "CHAR(5)": ("''", "'ab'"),
    "VARCHAR(300)": ("''", "'größe 🌊'"),
    "VARCHAR(20) CHARACTER SET latin1": ("'é€'", "'x'"),
    "TEXT": ("''", "REPEAT('ä', 300)"),
    "LONGTEXT": ("''", "'y'"),
    "JSON": ("'{\"b\": 1,  \"a\": [1.50, null]}'", "'[]'"),
    "BINARY(4)": ("X'00FF'", "X'01020304'"),
    "VARBINARY(9)": ("X''", "X'00FF00'"),
    "BLOB": ("X''", "X'CAFE00'"),
    "ENUM('a','b''c','ü')": ("'a'", "'ü'"),
    "SET('x','y','z')": ("''", "'x,z'"),
}


class OnMariaDb(LiveTest):
    """What both versions have to do; the classes below say on which."""

    server_options = {"binlog_row_metadata": None}

    # -- records ---------------------------------------------------------------------------------------------------

    def records(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"value.converter.schemas.enable": "true", "tombstones.on.delete": "false"}).start()
        self.wait_for_changes(engine, 1)
        self.sql("INSERT INTO shop.items (name) VALUES ('b'), ('c')", "UPDATE shop.items SET name = 'B' WHERE id = 2",
                 "DELETE FROM shop.items WHERE id = 1")
        read, *changes = self.wait_for_changes(engine, 5)
        self.assert_stops(engine)
        names = [f["name"] for f in read["value"]["schema"]["fields"] if f["field"] == "source"]
        self.assertEqual(["io.debezium.connector.mariadb.Source"], names)
        self.assertEqual(("mariadb", "last", 0, None), tuple(
            read["value"]["payload"]["source"][name] for name in ("connector", "snapshot", "server_id", "gtid")))
        self.assertEqual(["c", "c", "u", "d"], [c["value"]["payload"]["op"] for c in changes])
        blocks = [c["value"]["payload"]["source"] for c in changes]
        for block in blocks:
            self.assertEqual(("mariadb", self.server.server_id, None), (block["connector"], block["server_id"], block["thread"]))
            self.assertRegex(block["gtid"], rf"^0-{self.server.server_id}-\d+$")
            self.assertEqual(0, block["ts_us"] % 1_000_000, "whole seconds, as the original has on MariaDB")
        self.assertEqual([0, 1, 0, 0], [block["row"] for block in blocks])
        self.assertEqual(blocks[0]["pos"], blocks[1]["pos"])
        where = {row[1]: row[2] for row in self.server.query(f"SHOW BINLOG EVENTS IN '{blocks[0]['file']}'")}
        for block, kind in zip(blocks, ("Write", "Write", "Update", "Delete")):
            self.assertTrue(where[block["pos"]].startswith(f"{kind}_rows"), (block, where.get(block["pos"])))
        offset = standard.stored(self.folder)["offset"]
        self.assertEqual(self.server.query("SELECT @@GLOBAL.gtid_binlog_pos")[0][0], offset["gtids"])

    def types(self):
        columns = ", ".join(f"c{i} {ddl} NULL" for i, ddl in enumerate(TYPES))
        self.sql(f"CREATE TABLE shop.items (id INT PRIMARY KEY, {columns}) DEFAULT CHARSET=utf8mb4")

        def insert(first):
            for i in range(2):
                values = ", ".join(literals[i] for literals in TYPES.values())
                self.sql(f"INSERT INTO shop.items VALUES ({first + i}, {values})", "SET @x = 1")
            self.sql(f"INSERT INTO shop.items (id) VALUES ({first + 2})")

        insert(1)
        engine = self.engine().start()
        self.wait_for_changes(engine, 3)
        insert(11)
        self.wait_for_changes(engine, 6)
        signal = self.signal("execute-snapshot", {"data-collections": ["shop.items"], "type": "incremental"})
        self.assertEqual("COMPLETED", self.outcome(engine, signal, "shop.items")["status"])
        changes = self.wait_for_changes(engine, 12)
        self.assert_stops(engine)
        rows = {}
        for change in changes:
            row = dict(change["value"]["after"])
            rows.setdefault(row.pop("id") % 10, []).append(row)
        for number, alike in rows.items():
            self.assertEqual(4, len(alike))
            for row in alike[1:]:
                self.assertEqual(alike[0], row, number)
        first = rows[1][0]
        at = {ddl: f"c{i}" for i, ddl in enumerate(TYPES)}
        self.assertEqual('{"b": 1,  "a": [1.50, null]}', first[at["JSON"]], "MariaDB's JSON is text, and stays as written")
        self.assertEqual("é€", first[at["VARCHAR(20) CHARACTER SET latin1"]])
        self.assertEqual(-(2**63), first[at["BIGINT"]])
        self.assertEqual(65535 * 0 + 255, rows[2][0][at["TINYINT UNSIGNED"]])
        self.assertTrue(all(value is None for value in rows[3][0].values()))

    # -- structure and transactions --------------------------------------------------------------------------------

    def structure(self):
        self.create_items()
        engine = self.engine().start()
        engine.wait_for_log("event=stream.started")
        self.items("a")
        self.wait_for_names(engine, ["a"])
        self.sql("ALTER TABLE shop.items ADD COLUMN size INT UNSIGNED NOT NULL DEFAULT 7 AFTER id")
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assertEqual({"id": 2, "size": 7, "name": "b"}, self.changes(engine)[-1]["value"]["after"])
        self.sql("ALTER TABLE shop.items DROP COLUMN size, ADD COLUMN big BIGINT UNSIGNED DEFAULT 18446744073709551615",
                 "CREATE TABLE shop.copy (PRIMARY KEY (id)) AS SELECT id, name FROM shop.items")
        self.items("c")
        self.wait_for_names(engine, ["a", "b", "c"])
        self.assertEqual(18446744073709551615 - 2**64, self.changes(engine)[-1]["value"]["after"]["big"])
        self.assertEqual([1, 2], [c["key"]["id"] for c in self.wait_for_changes(engine, 2, "copy")])
        self.sql("TRUNCATE TABLE shop.copy", "DROP TABLE shop.copy", "CREATE SEQUENCE shop.numbers", "SELECT NEXTVAL(shop.numbers)")
        self.items("d")
        self.wait_for_names(engine, ["a", "b", "c", "d"])
        self.assert_stops(engine)
        offset = standard.stored(self.folder)["offset"]
        self.assertEqual(0, offset.get("event", 0))

    def transactions(self):
        self.create_items()
        self.sql("CREATE TABLE shop.plain (id INT PRIMARY KEY, name VARCHAR(80)) ENGINE=MyISAM")
        engine = self.engine().start()
        engine.wait_for_log("event=stream.started")
        connection = self.server.connect(autocommit=False, database="shop")
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO items (name) VALUES ('a')")
            cursor.execute("SAVEPOINT s")
            cursor.execute("INSERT INTO items (name) VALUES ('undone')")
            cursor.execute("ROLLBACK TO s")
            cursor.execute("INSERT INTO items (name) VALUES ('b')")
            connection.commit()
            cursor.execute("INSERT INTO items (name) VALUES ('never')")
            connection.rollback()
            cursor.execute("SET SESSION gtid_domain_id = 7")
            cursor.execute("INSERT INTO items (name) VALUES ('c')")
            connection.commit()
        connection.close()
        self.sql("INSERT INTO shop.plain VALUES (1, 'x')")
        self.wait_for_names(engine, ["a", "b", "c"])
        self.wait_for_changes(engine, 1, "plain")
        self.assert_stops(engine)
        gtids = [c["value"]["source"]["gtid"] for c in self.changes(engine)]
        self.assertEqual(gtids[0], gtids[1])
        self.assertRegex(gtids[2], r"^7-")
        offset = standard.stored(self.folder)["offset"]
        self.assertEqual({"0", "7"}, {item.split("-")[0] for item in offset["gtids"].split(",")})

    # -- restarts --------------------------------------------------------------------------------------------------

    def restart(self):
        """By GTID over a rotation, by file and position likewise, and killed inside a transaction."""
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        self.items("b")
        self.sql("FLUSH BINARY LOGS")
        self.items("c")
        engine.start()
        self.wait_for_names(engine, ["a", "b", "c"])
        self.assert_stops(engine)
        path = self.folder / "offsets.json"
        stored = json.loads(path.read_text(encoding="utf-8"))
        del stored["offset"]["gtids"], stored["offset"]["flavour"]
        path.write_text(json.dumps(stored), encoding="utf-8")
        self.items("d")
        self.sql("FLUSH BINARY LOGS")
        self.items("e")
        engine.start()
        self.wait_for_names(engine, ["a", "b", "c", "d", "e"])
        self.assert_stops(engine)
        self.assertNotIn("gtids", standard.stored(self.folder)["offset"])

    def killed_inside_a_transaction(self):
        rows = 40_000
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(300))")
        engine = self.engine(**{"offset.flush.interval.ms": 10}).start()
        engine.wait_for_log("event=stream.started")
        connection = self.server.connect(autocommit=False)
        with connection.cursor() as cursor:
            cursor.execute("USE shop")
            cursor.execute(f"INSERT INTO shop.items SELECT seq, REPEAT('x', 200) FROM seq_1_to_{rows}")
            cursor.execute("UPDATE shop.items SET name = 'y' WHERE id <= 10000")
            connection.commit()
        connection.close()
        inside = 0
        size = lambda: sum(path.stat().st_size for path in (self.folder / "records").iterdir())
        for want in (2_000_000, 8_000_000, 15_000_000):
            engine.wait_until(lambda w=want: size() >= w, 60, f"{want} bytes")
            engine.kill()
            inside += standard.stored(self.folder)["offset"].get("event", 0) > 0
            engine.start()
        self.sql("INSERT INTO shop.items VALUES (-1, 'end')")
        self.wait_for_changes(engine, 1, where=lambda c: c["key"]["id"] == -1, timeout=60)
        self.assert_stops(engine)
        self.assertGreater(inside, 0, "no kill met the inside of the transaction: the test tests nothing")
        got = [(c["value"]["op"], c["key"]["id"]) for c in self.changes(engine)]
        expected = [("c", i) for i in range(1, rows + 1)] + [("u", i) for i in range(1, 10001)] + [("c", -1)]
        self.assertEqual(len(expected), len(got))
        self.assertEqual(expected, got)

    # -- snapshots -------------------------------------------------------------------------------------------------

    def incremental_under_writes(self, strategy):
        """A table is written to while it is read and the engine is killed; the last record of each row is the row."""
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(80))", "USE shop",
                 "INSERT INTO shop.items SELECT seq, 'first' FROM seq_1_to_20000")
        engine = self.engine(**{"snapshot.mode": "no_data", "incremental.snapshot.chunk.size": 100,
                                "incremental.snapshot.watermarking.strategy": strategy,
                                "offset.flush.interval.ms": 20}).start()
        engine.wait_for_log("event=stream.started")
        done = threading.Event()
        failures = []

        def write():
            try:
                connection = self.server.connect(database="shop")
                with connection.cursor() as cursor:
                    number = 0
                    while not done.is_set():
                        number += 1
                        at = number * 7919 % 20000 + 1
                        cursor.execute(f"UPDATE items SET name = 'w{number}' WHERE id = {at}")
                        if number % 50 == 0:
                            cursor.execute(f"DELETE FROM items WHERE id = {number * 31 % 20000 + 1}")
                connection.close()
            except pymysql.MySQLError as error:
                failures.append(error)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            signal = self.signal("execute-snapshot", {"data-collections": ["shop.items"], "type": "incremental"})
            for _ in range(2):
                time.sleep(0.4)
                engine.kill()
                began = datetime.now(timezone.utc)
                engine.start()
            status = self.outcome(engine, signal, "shop.items", timeout=90)["status"]
        finally:
            done.set()
            writer.join()
        self.assertEqual([], failures)
        self.assertEqual("COMPLETED", status)
        self.sql("INSERT INTO shop.items VALUES (-1, 'end')")
        self.wait_for_changes(engine, 1, where=lambda c: c["key"]["id"] == -1, timeout=60)
        self.assert_stops(engine)
        last = {}
        for change in self.changes(engine):
            after = change["value"]["after"]
            if after is None:
                last.pop(change["key"]["id"], None)
            else:
                last[after["id"]] = after["name"]
        self.assertEqual(dict(self.server.query("SELECT id, name FROM shop.items")), last)
        return began


class OnTheMachines(OnMariaDb):
    server_class = MariaDb

    def test_records_and_source_block(self):
        self.records()

    def test_types_read_alike(self):
        self.types()

    def test_structure_changes_are_followed(self):
        self.structure()

    def test_transactions_and_domains(self):
        self.transactions()

    def test_restart_by_gtid_and_by_file(self):
        self.restart()

    def test_killed_inside_a_transaction(self):
        self.killed_inside_a_transaction()

    def test_incremental_snapshot_under_writes(self):
        self.incremental_under_writes("insert_insert")

    def test_incremental_snapshot_under_writes_that_leaves_no_watermarks(self):
        began = self.incremental_under_writes("insert_delete")
        # The runs before that were killed inside their windows.
        left = [json.loads(row[0]) for row in self.server.query("SELECT data FROM shop.signals WHERE type LIKE 'snapshot-window%'")]
        self.assertEqual([], [row for row in left if row["openWindowTimestamp"] >= f"{began:%Y-%m-%dT%H:%M:%S.%fZ}"])

    def test_a_snapshot_without_locks_begins_at_an_exact_place(self):
        self.create_items()
        done = threading.Event()

        def write():
            while not done.is_set():
                self.items(*(["w"] * 20))

        writer = threading.Thread(target=write)
        writer.start()
        try:
            time.sleep(0.2)
            engine = self.engine(**{"snapshot.locking.mode": "none"}).start()
            engine.wait_for_log("event=stream.started")
            time.sleep(0.3)
        finally:
            done.set()
            writer.join()
        rows = self.server.query("SELECT COUNT(*) FROM shop.items")[0][0]
        changes = self.wait_for_changes(engine, rows)
        self.assert_stops(engine)
        self.assertEqual(list(range(1, rows + 1)), [c["key"]["id"] for c in changes], "each row once, in order")
        self.assertEqual({"r", "c"}, {c["value"]["op"] for c in changes})

    def test_tables_with_system_versioning_are_refused(self):
        self.create_items()
        self.sql("CREATE TABLE shop.history (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING")
        engine = self.engine()
        self.ends_with(engine, STREAM, "shop.history", "system.version", "table.exclude.list")
        engine = self.engine(self.folder / "without", **{"table.exclude.list": "shop.history"}).start()
        engine.wait_for_log("event=stream.started")
        self.assert_stops(engine)


class OnUnstables(OnMariaDb):
    """The newest version: events of a transaction without a place of their own, other collations and defaults."""

    server_class = MariaDbUnstable

    def test_records_and_source_block(self):
        self.records()

    def test_types_read_alike(self):
        self.types()

    def test_structure_changes_are_followed(self):
        self.structure()

    def test_restart_by_gtid_and_by_file(self):
        self.restart()

    def test_killed_inside_a_transaction(self):
        self.killed_inside_a_transaction()

    def test_incremental_snapshot_under_writes(self):
        self.incremental_under_writes("insert_insert")

    def test_generated_columns_that_updates_lack_are_to_be_left_out(self):
        """This server logs them with inserts only."""
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, v INT, twice INT AS (v * 2) STORED, name VARCHAR(9) AS (CONCAT('n', v)) VIRTUAL)",
                 "INSERT INTO shop.items (id, v) VALUES (1, 1)")
        engine = self.engine().start()
        self.sql("INSERT INTO shop.items (id, v) VALUES (2, 2)")
        changes = self.wait_for_changes(engine, 2)
        self.assertEqual([{"id": n, "v": n, "twice": 2 * n, "name": f"n{n}"} for n in (1, 2)], [c["value"]["after"] for c in changes])
        engine.wait_for_log(r"warn event=stream\.generated_columns columns=shop\.items\.twice,shop\.items\.name ")
        self.sql("UPDATE shop.items SET v = 3 WHERE id = 1", "DELETE FROM shop.items WHERE id = 2")
        self.ends_with(engine, STREAM, "lacks column twice", "logs updates and deletes without generated columns",
                       r"do=.*shop\.items\.twice to column\.exclude\.list")
        engine.defines["column.exclude.list"] = "shop.items.twice,shop.items.name"
        engine.start()
        changes = self.wait_for_changes(engine, 4)
        self.assert_stops(engine)
        self.assertNotIn("stream.generated_columns", engine.log())
        self.assertEqual([({"id": 1, "v": 1}, {"id": 1, "v": 3}), ({"id": 2, "v": 2}, None)],
                         [(c["value"]["before"], c["value"]["after"]) for c in changes[2:]])

    def test_images_that_repeat_nothing(self):
        """binlog_row_image=FULL_NODUP: an after image has what changed."""
        self.sql("SET GLOBAL binlog_row_image = 'FULL_NODUP'")
        self.addCleanup(self.sql, "SET GLOBAL binlog_row_image = 'FULL'")
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, v INT, name VARCHAR(80), t TEXT)")
        engine = self.engine().start()
        engine.wait_for_log("event=stream.started")
        self.sql("INSERT INTO shop.items VALUES (1, 1, 'a', 'text'), (2, NULL, 'b', NULL)", "UPDATE shop.items SET v = 7", "UPDATE shop.items SET id = 5 WHERE id = 1",
                 "UPDATE shop.items SET name = NULL, t = REPEAT('x', 300) WHERE id = 2", "UPDATE shop.items SET t = 'y'", "DELETE FROM shop.items WHERE id = 2")
        changes = self.wait_for_changes(engine, 10)
        self.assert_stops(engine)
        images = [tuple(row and tuple(row.values()) for row in (c["value"]["before"], c["value"]["after"])) for c in changes]
        self.assertEqual([
            (None, (1, 1, "a", "text")), (None, (2, None, "b", None)),
            ((1, 1, "a", "text"), (1, 7, "a", "text")), ((2, None, "b", None), (2, 7, "b", None)),
            ((1, 7, "a", "text"), None), (None, (5, 7, "a", "text")),
            ((2, 7, "b", None), (2, 7, None, "x" * 300)),
            ((2, 7, None, "x" * 300), (2, 7, None, "y")), ((5, 7, "a", "text"), (5, 7, "a", "y")),
            ((2, 7, None, "y"), None)], images)

    def test_ed25519(self):
        self.sql("INSTALL SONAME 'auth_ed25519'")
        self.addCleanup(self.sql, "DROP USER IF EXISTS tidemark", "UNINSTALL SONAME 'auth_ed25519'")
        self.sql(f"ALTER USER tidemark IDENTIFIED VIA ed25519 USING PASSWORD('{standard.PASSWORD}')")
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        plugin = self.server.query("SELECT plugin FROM mysql.user WHERE user = 'tidemark'")
        self.assertEqual([("ed25519",)], plugin)
        self.assert_stops(engine)


class Compressed(OnMariaDb):
    """log_bin_compress, which the original passes over without a word."""

    server_class = MariaDb
    server_options = {"binlog_row_metadata": None, "compression": True, "args": ["--log-bin-compress-min-len=10"]}

    def test_structure_changes_are_followed(self):
        self.structure()

    def test_types_read_alike(self):
        self.types()


class Positions(LiveTest):
    """Positions that are lost, and another server that has them."""

    server_class = MariaDb
    server_options = {"binlog_row_metadata": None}

    def begin(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        return engine

    def test_purged_transactions_are_named(self):
        engine = self.begin()
        done = int(standard.stored(self.folder)["offset"]["gtids"].rsplit("-", 1)[1])
        self.items("b", "c", "d")
        # The engine's own row in the signal table may be among what was not streamed yet.
        end = int(self.server.query("SELECT @@GLOBAL.gtid_binlog_pos")[0][0].rsplit("-", 1)[1])
        self.sql("FLUSH BINARY LOGS")
        last = self.server.binlogs()[-1][0]
        deadline = time.monotonic() + 10
        while len(self.server.binlogs()) > 1 and time.monotonic() < deadline:
            self.sql(f"PURGE BINARY LOGS TO '{last}'")
            time.sleep(0.1)
        self.assertEqual(1, len(self.server.binlogs()))
        self.ends_with(engine, POSITION_LOST, f"purged.*domain 0: {done + 1} to {end}")

    def test_a_log_begun_anew_is_told(self):
        engine = self.begin()
        self.sql("RESET MASTER")
        self.items("b")
        self.ends_with(engine, POSITION_LOST, "not logged transactions|begun anew")


class FailOver(LiveTest):
    """A replica with all of its primary's log."""

    server_class = MariaDb
    server_options = {"binlog_row_metadata": None}

    def begin(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        return engine

    def test_fail_over_to_a_replica(self):
        engine = self.begin()
        with MariaDb(binlog_row_metadata=None, replica_of=self.server) as replica:
            self.items("b")
            replica.wait_for(self.server)
            replica.execute("STOP SLAVE")
            replica.execute("INSERT INTO shop.items (name) VALUES ('on the replica')")
            engine.defines["database.port"] = replica.port
            engine.start()
            self.wait_for_names(engine, ["a", "b", "on the replica"])
            self.assert_stops(engine)
        self.assertEqual({0}, {int(c["value"]["source"]["gtid"].split("-")[0]) for c in self.changes(engine)[1:]})

    def test_a_replica_that_lags_behind_is_no_place_to_go_on(self):
        engine = self.begin()
        with MariaDb(binlog_row_metadata=None, replica_of=self.server) as replica:
            replica.wait_for(self.server)
            replica.execute("STOP SLAVE")
            engine.start()
            self.items("b")
            self.wait_for_names(engine, ["a", "b"])
            self.assert_stops(engine)
            engine.defines["database.port"] = replica.port
            self.ends_with(engine, POSITION_LOST, r"not logged transactions.*domain 0: \d+")


class Classes(LiveTest):
    """connector.class and the server must agree: records and offsets have that server's form."""

    server_class = MariaDb

    def test_the_mysql_connector_is_refused_on_mariadb(self):
        engine = self.engine(**{"connector.class": "io.debezium.connector.mysql.MySqlConnector"})
        self.ends_with(engine, USAGE, "the server is MariaDB", "mariadb.MariaDbConnector")

    def test_the_mariadb_connector_is_refused_on_mysql(self):
        with Mysql() as server:
            standard.account(server)
            engine = standard.engine(server, self.folder, **{"connector.class": "MariaDbConnector"})
            self.addCleanup(engine.kill)
            self.ends_with(engine, USAGE, "the server is MySQL", "mysql.MySqlConnector")

    def test_lists_of_gtid_sources_are_refused(self):
        for name in ("gtid.source.includes", "gtid.source.excludes"):
            self.ends_with(self.engine(**{name: "0"}), USAGE, f"{name}.*domains of a MariaDB")

    def test_tls_modes_have_this_connectors_names(self):
        engine = self.engine(**{"database.ssl.mode": "required"})
        self.ends_with(engine, USAGE, "database.ssl.mode", "trust")
        engine = self.engine(**{"database.ssl.mode": "disable"}).start()
        engine.wait_for_log("event=stream.started")
        self.assertEqual(OK, engine.stop(), said(engine.log()))


class RolledBackRows(LiveTest):
    """Rows that the server logs although ROLLBACK TO SAVEPOINT took them back."""

    server_class = MariaDb

    def test_are_warned_of(self):
        self.create_items()
        self.sql("CREATE TABLE shop.plain (id INT PRIMARY KEY) ENGINE=MyISAM")
        engine = self.engine(**{"snapshot.mode": "no_data"}).start()
        engine.wait_for_log("event=stream.started")
        self.sql("BEGIN", "INSERT INTO shop.items (name) VALUES ('kept')", "SAVEPOINT here", "INSERT INTO shop.plain VALUES (1)",
                 "INSERT INTO shop.items (name) VALUES ('taken back')", "ROLLBACK TO SAVEPOINT here", "COMMIT")
        self.wait_for_names(engine, ["kept", "taken back"])
        line = engine.wait_for_log("event=stream.rolled_back_rows")
        self.assertIn("incremental snapshot", line.string)
        self.items("next")
        self.wait_for_names(engine, ["kept", "taken back", "next"])
        self.assertEqual([("kept",), ("next",)], self.server.query("SELECT name FROM shop.items ORDER BY id"))


if __name__ == "__main__":
    unittest.main()
