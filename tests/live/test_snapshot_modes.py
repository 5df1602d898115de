"""snapshot.mode: what each mode reads at a start, with nothing stored, a complete and an incomplete offset, lost structures
and a purged position; and the first load in chunks."""

import json
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from live.support import OK, POSITION_LOST, SERVER, STREAM, USAGE, LiveTest  # pylint: disable=wrong-import-position

NUMBERS = ("INSERT INTO shop.items SELECT i, CONCAT('n', i) FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 "
           "FROM n WHERE i < {0}) SELECT i FROM n) AS numbers")


def ops(changes):
    return [(c["value"]["op"], c["key"]["id"]) for c in changes]


class ModesTest(LiveTest):
    def setUp(self):
        super().setUp()
        self.create_items()

    def run_until(self, engine, count, **where):
        engine.start()
        found = self.wait_for_changes(engine, count, **where)
        self.assert_stops(engine)
        return found

    def lose_structures(self):
        for path in self.folder.glob("offsets.json.schema.*"):
            path.unlink()

    def purge(self):
        """Purges what follows the stored position."""
        self.sql("INSERT INTO shop.items (name) VALUES ('lost')", "FLUSH BINARY LOGS")
        self.sql("INSERT INTO shop.items (name) VALUES ('kept')")
        last = self.server.query("SHOW BINARY LOGS")[-1][0]
        self.sql(f"PURGE BINARY LOGS TO '{last}'")


class Modes(ModesTest):
    def test_always_reads_at_every_start_and_once_in_a_process(self):
        self.items("a", "b")
        engine = self.engine(**{"snapshot.mode": "always"})
        self.run_until(engine, 2)
        self.sql("DELETE FROM shop.items WHERE id = 1")
        self.items("c")
        engine.start()
        engine.wait_for_log(r"event=stream\.started")
        self.items("d")
        self.wait_for_changes(engine, 5)
        # A lost connection is no start.
        for row in self.server.query("SELECT ID FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog%'"):
            self.sql(f"KILL {row[0]}")
        self.items("e")
        changes = self.wait_for_changes(engine, 6)
        self.assert_stops(engine)
        self.assertEqual([("r", 1), ("r", 2), ("r", 2), ("r", 3), ("c", 4), ("c", 5)], ops(changes))

    def test_a_complete_offset_is_gone_on_from(self):
        for mode, first in (("initial", 1), ("when_needed", 1), ("no_data", 0)):
            with self.subTest(mode):
                folder = self.folder / mode
                self.sql("TRUNCATE shop.items")
                self.items("a")
                engine = self.engine(folder, **{"snapshot.mode": mode})
                engine.start()
                engine.wait_for_log(r"event=stream\.started")
                self.assert_stops(engine)
                self.items("b")
                engine.start()
                engine.wait_until(lambda: len(self.changes(engine, folder=folder)) > first, 20, "b")
                self.assert_stops(engine)
                self.assertEqual([("r", 1), ("c", 2)][1 - first:], ops(self.changes(engine, folder=folder)))

    def test_initial_only_reads_once_and_ends(self):
        self.items("a")
        engine = self.engine(**{"snapshot.mode": "initial_only"})
        for _ in range(2):
            engine.start()
            self.assertEqual(OK, engine.wait(20))
            self.assertEqual([("r", 1)], ops(self.changes(engine)))
            self.items("later")

    def test_purged_position(self):
        self.items("a")
        engine = self.engine()
        self.run_until(engine, 1)
        self.purge()
        self.ends_with(engine, POSITION_LOST, "purged")
        engine = self.engine(**{"snapshot.mode": "always"})
        self.ends_with(engine, POSITION_LOST, "purged", "when_needed")
        engine = self.engine(**{"snapshot.mode": "recovery"})
        self.ends_with(engine, POSITION_LOST, "purged")
        engine = self.engine(**{"snapshot.mode": "when_needed"})
        changes = self.run_until(engine, 4)
        self.assertEqual([("r", 1), ("r", 1), ("r", 2), ("r", 3)], ops(changes))
        self.purge()
        engine = self.engine(**{"snapshot.mode": "custom", "snapshot.mode.custom.name": "when_needed_no_data"})
        engine.start()
        engine.wait_for_log(r"event=stream\.started")
        self.items("on")
        changes = self.wait_for_changes(engine, 5)
        self.assert_stops(engine)
        self.assertEqual(("c", 6), ops(changes)[-1])

    def test_a_position_lost_while_streaming_is_renewed(self):
        self.items("a")
        engine = self.engine(**{"snapshot.mode": "when_needed"})
        engine.start()
        engine.wait_for_log(r"event=stream\.started")
        self.sql("RESET BINARY LOGS AND GTIDS")
        self.items("b")
        for row in self.server.query("SELECT ID FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog%'"):
            self.sql(f"KILL {row[0]}")
        changes = self.wait_for_changes(engine, 3)
        self.assert_stops(engine)
        self.assertEqual([("r", 1), ("r", 1), ("r", 2)], ops(changes))

    def test_a_first_load_takes_over_what_a_signal_had_asked_for(self):
        self.items("a", "b")
        engine = self.engine(**{"snapshot.mode": "no_data"})
        engine.start()
        engine.wait_for_log(r"event=stream\.started")
        lock = self.server.connect(database="shop")
        self.addCleanup(lock.close)
        lock.cursor().execute("LOCK TABLES items WRITE")
        self.signal("execute-snapshot", {"data-collections": ["shop.items"], "type": "incremental"})
        engine.wait_until(lambda: '"table": "items"' in json.dumps(standard.stored(self.folder)), what="the snapshot to begin")
        self.assert_stops(engine)
        # Another snapshot is cut off before it has its view.
        engine = self.engine(**{"snapshot.mode": "always", "snapshot.lock.timeout.ms": "60000"})
        engine.start()
        engine.wait_until(lambda: standard.stored(self.folder)["offset"].get("snapshot") == "INITIAL", what="its mark")
        engine.kill()
        lock.cursor().execute("UNLOCK TABLES")
        engine = self.engine(**{"snapshot.mode": "incremental"})
        engine.start()
        engine.wait_for_log(r"event=snapshot\.begun_anew table=shop\.items")
        engine.wait_for_log(r"event=snapshot\.table_done table=shop\.items status=COMPLETED")
        changes = self.wait_for_changes(engine, 2)
        self.assert_stops(engine)
        self.assertEqual([("r", 1), ("r", 2)], ops(changes))

    def test_lost_structures(self):
        self.items("a")
        engine = self.engine()
        self.run_until(engine, 1)
        self.lose_structures()
        self.items("b")
        for mode in ("initial", "when_needed", "no_data", "initial_only"):
            with self.subTest(mode):
                self.ends_with(self.engine(**{"snapshot.mode": mode}), STREAM, "structure", "recovery")
        engine = self.engine(**{"snapshot.mode": "recovery"})
        changes = self.run_until(engine, 2)
        self.assertEqual([("r", 1), ("c", 2)], ops(changes))
        self.items("c")
        self.run_until(self.engine(), 3)

    def test_recovery_needs_an_offset(self):
        self.ends_with(self.engine(**{"snapshot.mode": "recovery"}), USAGE, "stored offset", "initial")

    def test_incomplete_offset(self):
        self.items("a")
        engine = self.engine()
        self.run_until(engine, 1)
        path = self.folder / "offsets.json"
        state = json.loads(path.read_text(encoding="utf-8"))
        state["offset"]["snapshot"] = "INITIAL"
        incomplete = json.dumps(state)
        path.write_text(incomplete, encoding="utf-8")
        self.ends_with(self.engine(**{"snapshot.mode": "recovery"}), USAGE, "not finished")
        self.ends_with(self.engine(**{"snapshot.mode": "configuration_based",
                                      "snapshot.mode.configuration.based.start.stream": "true"}), USAGE, "not finished")
        engine = self.engine(**{"snapshot.mode": "no_data"})
        engine.start()
        engine.wait_for_log(r"event=stream\.started")
        self.items("b")
        self.assertEqual([("r", 1), ("c", 2)], ops(self.wait_for_changes(engine, 2)))
        self.assert_stops(engine)
        path.write_text(incomplete, encoding="utf-8")
        engine = self.engine()
        engine.start()
        engine.wait_for_log(r"event=stream\.started")
        self.assertEqual([("r", 1), ("r", 1), ("r", 2)], ops(self.changes(engine)))
        self.assert_stops(engine)

    def test_configuration_based(self):
        flag = "snapshot.mode.configuration.based."
        self.items("a")
        self.ends_with(self.engine(**{"snapshot.mode": "configuration_based", flag + "start.stream": "true"}), USAGE,
                       "no stored offset")
        self.ends_with(self.engine(**{"snapshot.mode": "configuration_based"}), USAGE, "nothing would be done")
        engine = self.engine(**{"snapshot.mode": "configuration_based", flag + "snapshot.data": "true"})
        engine.start()
        self.assertEqual(OK, engine.wait(20))
        self.assertEqual([("r", 1)], ops(self.changes(engine)))
        self.items("b")
        # Structures at every start; what was changed since the stored offset is not skipped.
        engine = self.engine(**{"snapshot.mode": "configuration_based", flag + "snapshot.schema": "true",
                                flag + "start.stream": "true"})
        self.assertEqual([("r", 1), ("c", 2)], ops(self.run_until(engine, 2)))

    def test_what_cannot_be_done_is_refused_by_name(self):
        self.ends_with(self.engine(**{"snapshot.mode": "custom"}), USAGE, r"custom\.name")
        self.ends_with(self.engine(**{"snapshot.mode": "custom", "snapshot.mode.custom.name": "com.example.Mine"}), USAGE,
                       "Mine", "Java", "when_needed_no_data")
        self.ends_with(self.engine(**{"snapshot.mode": "schema_only"}), USAGE, "schema_only", "no_data")


class FirstLoad(ModesTest):
    """snapshot.mode=incremental: the first load in chunks, beside the stream."""

    ROWS = 20_000

    def test_loads_while_it_streams_and_goes_on_after_a_kill(self):
        self.sql(NUMBERS.format(1000))
        for factor in range(1, 20):
            self.sql(f"INSERT INTO shop.items SELECT id + {factor * 1000}, name FROM shop.items WHERE id <= 1000")
        engine = self.engine(**{"snapshot.mode": "incremental", "incremental.snapshot.chunk.size": 10})
        stop = threading.Event()

        def write():
            connection = self.server.connect(database="shop", autocommit=True)
            with connection.cursor() as cursor:
                at = 0
                while not stop.is_set():
                    at += 7
                    cursor.execute(f"UPDATE items SET name = 'u{at}' WHERE id = {at % self.ROWS + 1}")
                    cursor.execute(f"INSERT INTO items (name) VALUES ('new{at}')")
                    cursor.execute(f"DELETE FROM items WHERE id = {(at * 3) % self.ROWS + 1}")
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            engine.start()
            self.wait_for_changes(engine, 3000, where=lambda c: c["value"]["source"]["snapshot"] == "incremental")
            engine.kill()
            state = standard.stored(self.folder)
            self.assertEqual(["items"], [t["table"] for t in state["incremental_snapshot"]["tables"]])
            engine.start()
            engine.wait_until(lambda: (standard.stored(self.folder) or {}).get("outcomes"), 60, "the load's end")
        finally:
            stop.set()
            writer.join()
        state = standard.stored(self.folder)
        verdict, outcome = state["verdicts"][0], state["outcomes"][0]
        self.assertTrue(verdict["signal_id"].startswith("first-load-"), verdict)
        self.assertEqual(("COMPLETED", verdict["signal_id"]), (outcome["status"], outcome["signal_id"]))
        self.assertIn("snapshot.mode=incremental", verdict["reason"])
        self.items("last")
        self.wait_for_changes(engine, 1, where=lambda c: (c["value"]["after"] or {}).get("name") == "last")
        self.assert_stops(engine)
        self.assertNotIn("snapshot.lock", engine.log(all_runs=True))
        replica = {}
        reads = 0
        for change in self.changes(engine):
            key, value = change["key"]["id"], change["value"]
            reads += value["op"] == "r"
            if value["op"] == "d":
                replica.pop(key, None)
            else:
                replica[key] = value["after"]["name"]
        self.assertEqual(dict(self.server.query("SELECT id, name FROM shop.items")), replica)
        # Chunks that were emitted before the kill and stored do not come again.
        self.assertLess(reads, self.ROWS + 1000)
        # Nothing is loaded again.
        started = time.monotonic()
        engine.start()
        engine.wait_for_log(r"event=stream\.started")
        self.assertLess(time.monotonic() - started, 20)
        self.assert_stops(engine)
        self.assertEqual(1, len(standard.stored(self.folder)["outcomes"]))

    def test_tables_without_a_key_are_read_and_without_signals_it_is_refused(self):
        self.sql("CREATE TABLE shop.loose (v INT)", "INSERT INTO shop.loose VALUES (1), (1), (2), (NULL)")
        engine = self.engine(self.folder / "loose", **{"snapshot.mode": "incremental"}).start()
        found = self.wait_for_changes(engine, 4, "loose", folder=self.folder / "loose")
        self.assertEqual([None, 1, 1, 2], sorted((c["value"]["after"]["v"] for c in found), key=lambda v: (v is not None, v)))
        self.assert_stops(engine)
        self.assertIsNone(standard.stored(self.folder))
        self.ends_with(self.engine(signals=False, **{"snapshot.mode": "incremental"}), USAGE, "signal.data.collection")
        engine = self.engine(**{"snapshot.mode": "incremental", "table.include.list": "shop.items"})
        engine.start()
        engine.wait_until(lambda: (standard.stored(self.folder) or {}).get("outcomes"), 20, "the load's end")
        self.assert_stops(engine)


class FirstContact(ModesTest):
    def test_a_server_that_is_away_is_waited_for_with_a_stored_offset(self):
        self.items("a")
        engine = self.engine(**{"errors.max.retries": 3, "errors.retry.delay.initial.ms": 300,
                                "errors.retry.delay.max.ms": 500})
        self.run_until(engine, 1)
        away = {"database.port": 1}
        gone = self.engine(name="gone", **{"errors.max.retries": 2, "errors.retry.delay.initial.ms": 300, **away})
        began = time.monotonic()
        self.ends_with(gone, SERVER, "errors.max.retries")
        self.assertGreater(time.monotonic() - began, 0.8)
        fresh = self.engine(self.folder / "fresh", name="fresh", **away)
        began = time.monotonic()
        self.ends_with(fresh, SERVER)
        self.assertLess(time.monotonic() - began, 5)


def marks(changes):
    return [c["value"]["source"]["snapshot"] for c in changes]


class Locking(ModesTest):
    """snapshot.locking.mode, and what happens where a lock is refused or not to be had."""

    def account_without(self, *grants):
        self.sql(f"REVOKE RELOAD ON *.* FROM {standard.USER}@'%'", *(f"REVOKE {g} FROM {standard.USER}@'%'" for g in grants))

    def writes(self, stop, log):
        """Moves money between two tables of one transaction, so that a view that is torn shows."""
        connection = self.server.connect(database="shop", autocommit=False)
        with connection.cursor() as cursor:
            while not stop.is_set():
                cursor.execute("UPDATE a SET v = v - 1 WHERE id = 1")
                cursor.execute("UPDATE b SET v = v + 1 WHERE id = 1")
                connection.commit()
                log.append(time.monotonic())
        connection.close()

    def loaded(self, **more):
        """A first start under load; everything it delivered up to the load's end."""
        self.sql("CREATE TABLE shop.a (id INT PRIMARY KEY, v INT)", "CREATE TABLE shop.b (id INT PRIMARY KEY, v INT)",
                 "INSERT INTO shop.a VALUES (1, 0)", "INSERT INTO shop.b VALUES (1, 0)")
        stop, log = threading.Event(), []
        writer = threading.Thread(target=self.writes, args=(stop, log))
        writer.start()
        try:
            engine = self.engine(**more)
            engine.start()
            engine.wait_for_log(r"event=stream\.started")
            time.sleep(0.3)
        finally:
            stop.set()
            writer.join()
        expected = self.server.query("SELECT v FROM shop.b")[0][0]
        engine.wait_until(lambda: self.changes(engine, "b")[-1]["value"]["after"]["v"] == expected, 20, "the last change")
        self.assert_stops(engine)
        return engine, len(log)

    def assert_exact(self, engine):
        """The read rows are of one moment, and the stream goes on from exactly there."""
        for table, step in (("a", -1), ("b", 1)):
            values = [c["value"]["after"]["v"] for c in self.changes(engine, table)]
            self.assertEqual(list(range(values[0], values[0] + step * len(values), step)), values, table)
        first = [self.changes(engine, table)[0]["value"]["after"]["v"] for table in "ab"]
        self.assertEqual(0, sum(first))

    def test_extended_holds_the_lock_until_the_rows_are_read(self):
        engine, _ = self.loaded(**{"snapshot.locking.mode": "extended"})
        self.assert_exact(engine)
        self.assertIn("snapshot.lock_kept", engine.log())

    def test_without_reload_the_captured_tables_are_locked(self):
        self.account_without()
        engine, written = self.loaded()
        self.assertIn("snapshot.tables_locked", engine.log())
        self.assertGreater(written, 10)
        self.assert_exact(engine)

    def test_no_privilege_for_any_lock(self):
        self.account_without("LOCK TABLES ON *.*")
        self.ends_with(self.engine(), SERVER, "RELOAD")
        # A grant on another database passes the preflight; the server then refuses.
        self.sql(f"GRANT LOCK TABLES ON mysql.* TO {standard.USER}@'%'")
        self.ends_with(self.engine(), SERVER, "captured tables", "LOCK TABLES", "snapshot.locking.mode=none")

    def test_percona_locks_are_refused_by_name_elsewhere(self):
        for mode in ("minimal_percona", "minimal_percona_no_table_locks"):
            self.ends_with(self.engine(**{"snapshot.locking.mode": mode}), SERVER, "BACKUP", "Percona")
        self.ends_with(self.engine(**{"snapshot.locking.mode": "custom"}), USAGE, r"snapshot\.locking\.mode")

    def test_none_converges(self):
        engine, _ = self.loaded(**{"snapshot.locking.mode": "none", "snapshot.max.threads": 2})
        self.assertNotIn("snapshot.lock_released", engine.log())
        for table in ("a", "b"):
            value = self.server.query(f"SELECT v FROM shop.{table}")[0][0]
            self.assertEqual(value, self.changes(engine, table)[-1]["value"]["after"]["v"])

    def test_a_lock_that_is_not_had_names_its_holder(self):
        self.items("a")
        holder = self.server.connect(database="shop")
        with holder.cursor() as cursor:
            cursor.execute("LOCK TABLES items WRITE")
            engine = self.engine(**{"snapshot.lock.timeout.ms": 1000, "errors.max.retries": 0})
            self.ends_with(engine, SERVER, "not had within 1000 ms", f"connection {holder.thread_id()} of root",
                           r"shop\.items", "snapshot.lock.timeout.ms")
        holder.close()


class Rows(ModesTest):
    """Which rows a snapshot at start reads, in which order, and by how many connections."""

    def fill(self, table, rows):
        self.sql(f"CREATE TABLE shop.{table} (id INT PRIMARY KEY, name VARCHAR(80))")
        self.sql(NUMBERS.format(min(rows, 1000)).replace("shop.items", f"shop.{table}"))
        for start in range(1000, rows, 1000):
            self.sql(f"INSERT INTO shop.{table} SELECT id + {start}, name FROM shop.{table} WHERE id <= 1000")
        self.sql(f"ANALYZE TABLE shop.{table}")

    def order(self, engine):
        seen = []
        for record in engine.records(self.folder / "records"):
            if record["topic"] not in seen:
                seen.append(record["topic"])
        return [topic.rsplit(".", 1)[1] for topic in seen]

    def run_once(self, **more):
        engine = self.engine(**{"snapshot.mode": "initial_only", **more})
        engine.start()
        self.assertEqual(OK, engine.wait(60), engine.log()[-2000:])
        return engine

    def test_only_the_collections_of_the_list(self):
        self.items("a")
        self.fill("other", 3)
        engine = self.engine(**{"snapshot.include.collection.list": r"shop\.ot.*"})
        engine.start()
        self.wait_for_changes(engine, 3, "other")
        self.items("b")
        self.assertEqual([("c", 2)], ops(self.wait_for_changes(engine, 1)))
        self.assert_stops(engine)

    def test_order_by_rows(self):
        for table, rows in (("big", 500), ("mid", 50), ("small", 5)):
            self.fill(table, rows)
        for order, expected in (("descending", ["big", "mid", "small"]), ("ascending", ["small", "mid", "big"])):
            for path in self.folder.glob("*"):
                if path.is_file():
                    path.unlink()
            for path in (self.folder / "records").glob("*"):
                path.unlink()
            self.assertEqual(expected, self.order(self.run_once(**{"snapshot.tables.order.by.row.count": order})))

    def test_a_statement_of_its_own(self):
        self.fill("numbers", 100)
        engine = self.run_once(**{"snapshot.select.statement.overrides": "shop.numbers",
                                  "snapshot.select.statement.overrides.shop.numbers": "SELECT name, id FROM shop.numbers WHERE id > 90 ORDER BY id DESC LIMIT 5;"})
        changes = self.changes(engine, "numbers")
        self.assertEqual({100, 99, 98, 97, 96}, {c["key"]["id"] for c in changes})
        self.assertEqual({f"n{i}" for i in range(96, 101)}, {c["value"]["after"]["name"] for c in changes})

    def test_a_statement_without_every_column(self):
        self.fill("numbers", 3)
        name = "snapshot.select.statement.overrides"
        engine = self.engine(**{name: "shop.numbers", name + ".shop.numbers": "SELECT id FROM shop.numbers"})
        self.ends_with(engine, SERVER, r"shop\.numbers", "name", "column")
        self.ends_with(self.engine(**{name: "shop.numbers"}), USAGE, name + r"\.shop\.numbers is missing")

    def test_several_connections_read_one_view(self):
        self.fill("big", 60_000)
        self.fill("few", 1)
        self.sql("CREATE TABLE shop.nothing (id INT PRIMARY KEY)")
        self.items("only")
        stop = threading.Event()

        def write():
            connection = self.server.connect(database="shop", autocommit=True)
            with connection.cursor() as cursor:
                at = 0
                while not stop.is_set():
                    at += 1
                    cursor.execute(f"UPDATE big SET name = 'u{at}' WHERE id = {at * 7919 % 60_000 + 1}")
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            engine = self.engine(**{"snapshot.max.threads": 3, "snapshot.max.threads.multiplier": 2})
            engine.start()
            engine.wait_for_log(r"event=stream\.started")
        finally:
            stop.set()
            writer.join()
        self.sql("INSERT INTO shop.items (name) VALUES ('last')")
        self.wait_for_changes(engine, 2)
        self.assert_stops(engine)
        records = [r for r in engine.records(self.folder / "records") if r["value"]]
        reads = [r for r in records if r["value"]["op"] == "r"]
        big = [r for r in reads if r["topic"] == "tm.shop.big"]
        self.assertEqual(60_000, len(big))
        self.assertEqual(60_000, len({r["key"]["id"] for r in big}))
        every = marks(reads)
        self.assertEqual(("first", "last"), (every[0], every[-1]))
        self.assertEqual((1, 1), (every.count("first"), every.count("last")))
        mine = marks(big)
        self.assertEqual("first", mine[0])
        self.assertIn(mine[-1], ("last_in_data_collection", "last"))
        self.assertEqual({"true"}, set(mine[1:-1]))
        replica = {r["key"]["id"]: r["value"]["after"]["name"] for r in records if r["topic"] == "tm.shop.big"}
        self.assertEqual(dict(self.server.query("SELECT id, name FROM shop.big")), replica)

    def test_markers_of_one_connection(self):
        self.fill("a", 3)
        self.sql("CREATE TABLE shop.b (id INT PRIMARY KEY)")
        self.fill("c", 1)
        self.fill("d", 2)
        engine = self.run_once(**{"table.include.list": "shop.a,shop.b,shop.c,shop.d"})
        reads = engine.records(self.folder / "records")
        self.assertEqual(["first", "true", "last_in_data_collection", "last_in_data_collection", "first_in_data_collection", "last"],
                         marks(reads))
