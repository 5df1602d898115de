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

    def test_tables_without_a_key_and_without_signals_are_refused(self):
        self.sql("CREATE TABLE shop.loose (v INT)")
        engine = self.engine(**{"snapshot.mode": "incremental"})
        self.ends_with(engine, STREAM, r"shop\.loose", "key")
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
