"""SIGTERM ends the engine within a second, whatever it waits for, with what it has delivered stored."""

import json
import os
import signal
import socket
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from live.support import OK, LiveTest, said  # pylint: disable=wrong-import-position

STOP_S = 1.0
# Sanitizers and busy machines: how much slower everything is.
SLOWNESS = float(os.environ.get("TIDEMARK_SLOWNESS", "1"))


class Stop(LiveTest):
    def setUp(self):
        super().setUp()
        self.create_items()
        self.blockers = []
        self.addCleanup(self.thaw)

    def thaw(self):
        os.kill(self.server.pid, signal.SIGCONT)
        for connection in self.blockers:
            connection.close()

    def freeze(self):
        os.kill(self.server.pid, signal.SIGSTOP)

    def blocker(self, *statements):
        """A session that goes on holding what the statements took."""
        connection = self.server.connect(database=self.database)
        self.blockers.append(connection)
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def assert_stops_at_once(self, engine, phase):
        self.assertTrue(engine.running(), said(engine.log()))
        began = time.monotonic()
        code = engine.stop()
        took = time.monotonic() - began
        print(f"stop: {phase}: {took * 1000:.0f} ms", file=sys.stderr)
        self.assertEqual(OK, code, said(engine.log()))
        self.assertLess(took, STOP_S * SLOWNESS, said(engine.log()))

    def waits_in(self, state, timeout=20):
        """Waits until a session of the engine is in this state at the server."""
        connection = self.server.connect()
        self.addCleanup(connection.close)
        deadline = time.monotonic() + timeout
        with connection.cursor() as cursor:
            while True:
                cursor.execute("SELECT COUNT(*) FROM performance_schema.processlist WHERE USER = %s AND STATE LIKE %s",
                               (standard.USER, state))
                if cursor.fetchone()[0]:
                    return
                self.assertLess(time.monotonic(), deadline, f"no session in {state}")
                time.sleep(0.02)

    # -- the initial snapshot --------------------------------------------------------------------------------------

    def test_while_it_waits_for_the_lock(self):
        self.blocker("LOCK TABLES items WRITE")
        engine = self.engine().start()
        self.waits_in("Waiting for%lock%")
        self.assert_stops_at_once(engine, "waiting for the global read lock")
        time.sleep(0.2 * SLOWNESS)
        left = self.server.query("SELECT STATE, INFO FROM performance_schema.processlist WHERE USER = %s", [standard.USER])
        self.assertFalse(left, "it would hold back writers until its time is up")

    def test_while_a_row_of_the_snapshot_is_long_in_coming(self):
        self.items("a")
        engine = self.engine(**{"snapshot.locking.mode": "none", "snapshot.delay.ms": "0"})
        self.blocker("LOCK TABLES items WRITE")
        engine.start()
        self.waits_in("Waiting for table metadata lock")
        self.assert_stops_at_once(engine, "in the initial snapshot's SELECT")
        self.assertIn("INITIAL", json.dumps(standard.stored(self.folder)))

    def test_in_the_middle_of_the_snapshot(self):
        self.fill(200_000)
        engine = self.engine().start()
        engine.wait_for_log(r"event=snapshot\.position")
        self.assert_stops_at_once(engine, "in the middle of the initial snapshot")

    # -- the stream ------------------------------------------------------------------------------------------------

    def streaming(self, **more):
        engine = self.engine(**more).start()
        engine.wait_for_log(r"event=stream\.started")
        return engine

    def test_while_nothing_happens(self):
        engine = self.streaming()
        self.items("a")
        self.wait_for_names(engine, ["a"])
        self.assert_stops_at_once(engine, "idle")

    def test_what_is_streamed_last_is_stored(self):
        engine = self.streaming(**{"offset.flush.interval.ms": "60000"})
        self.items("a")
        time.sleep(0.5 * SLOWNESS)
        self.assert_stops_at_once(engine, "with an offset not stored yet")
        self.assertEqual(["a"], self.names(engine))
        engine.start()
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops_at_once(engine, "after a restart")

    def test_while_much_is_streamed(self):
        engine = self.streaming()
        self.fill(400_000)
        engine.wait_until(lambda: self.created() > 0, what="the first change")
        self.assert_stops_at_once(engine, "in the middle of a large transaction")
        self.assertLess(self.created(), 400_000, "it was stopped too late to tell")
        engine.start()
        engine.wait_until(lambda: self.created() >= 400_000, timeout=120, what="the rest")
        self.assert_stops_at_once(engine, "behind it")
        self.assertEqual(400_000, self.created(), "each once")

    def created(self):
        """Records of shop.items in the output, without a look at each."""
        return sum(file.read_bytes().count(b'"topic":"tm.shop.items"') for file in (self.folder / "records").glob("*.jsonl"))

    def test_while_a_chunk_is_read(self):
        self.fill(1000)
        engine = self.streaming()
        self.blocker("LOCK TABLES items WRITE")
        self.signal("execute-snapshot", {"data-collections": ["shop.items"], "type": "incremental"})
        self.waits_in("Waiting for table metadata lock")
        self.assert_stops_at_once(engine, "in a chunk's SELECT")
        state = standard.stored(self.folder)
        self.assertIn('"table": "items"', json.dumps(state), "the snapshot is not to be forgotten")
        self.thaw()
        self.blockers.clear()
        engine.start()
        self.wait_for_changes(engine, 1000 + 1000, timeout=60)
        self.assert_stops_at_once(engine, "after an incremental snapshot")

    def test_while_watermarks_cannot_be_written(self):
        self.fill(1000)
        engine = self.streaming()
        # The signal goes in before the lock: by then the readers find the table closed to them.
        self.blocker("BEGIN", "SELECT * FROM items FOR UPDATE")
        self.signal("execute-snapshot", {"data-collections": ["shop.items"], "type": "incremental"})
        self.blocker("LOCK TABLES signals WRITE")
        time.sleep(0.3)
        self.assert_stops_at_once(engine, "while the signal table is locked")

    def test_while_the_server_is_away(self):
        engine = self.streaming(**{"errors.retry.delay.initial.ms": "30000", "errors.retry.delay.max.ms": "30000"})
        self.server.kill()
        engine.wait_for_log(r"event=stream\.reconnecting")
        self.assert_stops_at_once(engine, "between two attempts to reconnect")
        self.server.restart()

    def test_while_the_server_hangs(self):
        engine = self.streaming()
        self.freeze()
        time.sleep(0.3)
        self.assert_stops_at_once(engine, "streaming from a server that hangs")

    def test_while_it_reconnects_to_a_server_that_hangs(self):
        engine = self.streaming(**{"errors.retry.delay.initial.ms": "10", "errors.retry.delay.max.ms": "10",
                                   "connect.keep.alive.interval.ms": "1000"})
        self.freeze()
        engine.wait_for_log(r"event=stream\.reconnecting", timeout=30)
        time.sleep(0.5)
        self.assert_stops_at_once(engine, "reconnecting to a server that hangs")

    def test_a_question_does_not_hide_that_the_server_hangs(self):
        # The statement would be waited for much longer than a silent stream is.
        engine = self.streaming(**{"connect.keep.alive.interval.ms": "1000", "heartbeat.interval.ms": "100",
                                   "heartbeat.action.query": "DO SLEEP(300)"})
        asked = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'DO SLEEP%'"
        engine.wait_until(lambda: self.server.query(asked)[0][0] == 1, what="the action query to run")
        self.freeze()
        engine.wait_for_log(r"event=stream\.reconnecting", timeout=30)
        self.assert_stops_at_once(engine, "after a question that was given up")

    def test_while_it_starts_on_a_server_that_hangs(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            engine = self.engine(**{"database.port": str(silent.getsockname()[1])}).start()
            engine.wait_for_log(r"event=connector\.starting")
            time.sleep(0.3)
            self.assert_stops_at_once(engine, "connecting to a server that says nothing")

    # -- the sink --------------------------------------------------------------------------------------------------

    def test_while_the_reader_of_standard_output_takes_nothing(self):
        engine = self.engine(sink="stdout", **{"snapshot.mode": "no_data"})
        reader = self.reader_of(engine)
        engine.start()
        engine.wait_for_log(r"event=stream\.started")
        before = standard.stored(self.folder)["offset"]
        self.items("first")
        engine.wait_until(lambda: standard.stored(self.folder)["offset"] != before, what="a stored offset")
        self.fill(300_000)
        time.sleep(1)
        self.assert_stops_at_once(engine, "while standard output is blocked")
        os.close(reader)
        # At least once: what was not read comes again, what was stored does not.
        engine.start()
        self.items("last")
        changes = self.wait_for_changes(engine, 300_001, timeout=120)
        names = [change["value"]["after"]["name"] for change in changes]
        self.assertEqual("last", names[-1])
        self.assertNotIn("first", names)
        self.assert_stops_at_once(engine, "after much")

    def test_in_the_snapshot_while_standard_output_is_blocked(self):
        self.fill(200_000)
        engine = self.engine(sink="stdout")
        reader = self.reader_of(engine)
        engine.start()
        engine.wait_for_log(r"event=snapshot\.position")
        time.sleep(1)
        self.assert_stops_at_once(engine, "in the initial snapshot while standard output is blocked")
        os.close(reader)

    @staticmethod
    def reader_of(engine):
        """The reading end of a pipe that is the engine's next standard output."""
        os.mkfifo(engine.out_path)
        return os.open(engine.out_path, os.O_RDONLY | os.O_NONBLOCK)

    def fill(self, count):
        self.sql("SET SESSION cte_max_recursion_depth = 1000000",
                 "INSERT INTO shop.items (name) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                 f" WHERE i < {count}) SELECT RPAD(i, 60, 'x') FROM n")


if __name__ == "__main__":
    unittest.main()
