"""Commits that are in the binlog, and sent, seconds before a SELECT sees them: semi-synchronous replication that waits
for a replica which is not there (AFTER_SYNC). Used by the live tests, and by the oracle's with a broken engine."""

import threading
import time

from live import read_only

ROWS = 100
HELD = 95  # a row of the last chunk
# Chunks are read while nobody else holds this lock. The name depends on a column, else EXPLAIN would wait, too.
WAITS = "(GET_LOCK(CONCAT('held', LEFT(id, 0)), 60) + RELEASE_LOCK(CONCAT('held', LEFT(id, 0))) > 0)"


class HeldCommits(read_only.ReadOnlyTest):
    """A primary with a user that may only read."""

    server_options = {"args": ["--plugin-load-add=semisync_source.so"]}

    def tearDown(self):
        self.hold_commits(False)
        super().tearDown()

    def hold_commits(self, on, timeout_ms=4000):
        """Once one has waited in vain for so long, the server waits no more, until this is called again."""
        self.sql("SET GLOBAL rpl_semi_sync_source_enabled = 0")
        if on:
            self.sql(f"SET GLOBAL rpl_semi_sync_source_timeout = {timeout_ms}", "SET GLOBAL rpl_semi_sync_source_enabled = 1")

    def read_behind_a_held_commit(self, env=None):
        """A chunk is begun when the stream has shown a change that no SELECT sees yet; the engine, at the end."""
        self.fill(ROWS)
        engine = self.begin(env=env, **{"incremental.snapshot.chunk.size": 10, "incremental.snapshot.max.threads": 1})
        gate = self.server.connect()
        gate.cursor().execute("SELECT GET_LOCK('held', 60)")
        signal_id = self.execute(engine, filter=WAITS)
        self.wait_for_state("User lock")
        self.hold_commits(True)
        writer = threading.Thread(target=self.sql, args=(f"UPDATE shop.items SET v = 1 WHERE n = {HELD}",))
        began = time.monotonic()
        writer.start()
        self.wait_for_changes(engine, 1, where=lambda change: change["value"]["op"] == "u")
        seen = self.server.query(f"SELECT v FROM shop.items WHERE n = {HELD}")[0][0]
        self.assertEqual(0, seen, "the commit was not held back")
        gate.close()
        self.ends(engine, signal_id)
        took = time.monotonic() - began
        writer.join()
        self.assert_stops(engine)
        return engine, took
