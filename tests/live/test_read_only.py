"""read.only=true: incremental snapshots without writing to the server that is streamed.

Signals are rows of a primary's signal table here, which its replica logs, or of a user who may write.
"""

import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.servers import MariaDb, MariaDbUnstable, Mysql  # pylint: disable=wrong-import-position
from live import held_commits, read_only  # pylint: disable=wrong-import-position
from live.read_only import TABLE, Load  # pylint: disable=wrong-import-position
from live.support import SERVER, said  # pylint: disable=wrong-import-position
from oracle.proxy import Proxy  # pylint: disable=wrong-import-position

PARALLEL = ["--replica-parallel-workers=4", "--replica-preserve-commit-order=ON"]


class OnReplica(read_only.ReadOnlyTest):
    """With parallel appliers; some transactions have tagged GTIDs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = Mysql(replica_of=cls.server, args=PARALLEL)
        cls.addClassCleanup(cls.source.stop)
        cls.source.execute("SET GLOBAL super_read_only = ON")

    def test_under_load(self):
        self.fill()
        uuid = self.source.query("SELECT @@server_uuid")[0][0]
        for readers in (1, 2, 4):
            with self.subTest(readers=readers):
                engine = self.begin(**{"incremental.snapshot.chunk.size": 20, "incremental.snapshot.max.threads": readers})
                with Load(self.server, tags=True) as load:
                    for _ in range(2):
                        self.ends(engine, self.execute(engine))
                self.assertGreater(load.transactions, 20)
                self.assert_exact(engine)
        self.assertIn(":load:", self.source.query("SELECT @@gtid_executed")[0][0])
        self.assertNotIn(uuid, self.source.query("SELECT @@gtid_executed")[0][0])

    def test_idle(self):
        """Nothing but the signal comes, and heartbeats of the server not in time; again over a link that has nothing to send at all."""
        self.fill(100)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 10})
        self.assertEqual(100, self.ends(engine, self.execute(engine), timeout=10)["rows"])
        self.assert_exact(engine)
        engine = self.begin(folder=self.folder / "other", **{"snapshot.mode": "incremental", "incremental.snapshot.chunk.size": 10})
        engine.wait_for_log(f"event=snapshot.table_done table={TABLE} status=COMPLETED rows=101", timeout=10)
        self.assert_stops(engine)

    def test_goes_on_at_another_replica(self):
        """In the middle of a snapshot, by GTID: a name that leads to another server now."""
        self.fill()
        other = Mysql(replica_of=self.server, args=PARALLEL)
        self.addCleanup(other.stop)
        other.wait_for(self.server)
        other.execute("SET GLOBAL super_read_only = ON", "FLUSH BINARY LOGS")  # its files have other names
        proxy = Proxy(self.source.port)
        self.addCleanup(proxy.close)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 5, "database.port": proxy.port, "errors.retry.delay.initial.ms": 100})
        with Load(self.server):
            signal_id = self.execute(engine, filter="SLEEP(0.001) = 0")
            self.wait_for_changes(engine, 100, where=lambda change: change["value"]["op"] == "r")
            proxy.lead_to(other.port)
            self.ends(engine, signal_id)
        links = re.findall(r"event=stream.started position=(\S+)", engine.log())
        self.assertGreater(len(links), 1, said(engine.log()))
        self.assertIn("server_changed", engine.log())
        self.assert_exact(engine)

    def test_another_order_of_commits_is_refused(self):
        self.fill(10)
        engine = self.begin()
        self.source.execute("STOP REPLICA SQL_THREAD", "SET GLOBAL replica_preserve_commit_order = OFF", "START REPLICA SQL_THREAD")
        self.addCleanup(self.source.execute, "STOP REPLICA SQL_THREAD", "SET GLOBAL replica_preserve_commit_order = ON",
                        "START REPLICA SQL_THREAD")
        signal_id = self.signal("execute-snapshot", {"data-collections": [TABLE]})
        verdict = self.verdict(engine, signal_id)
        self.assertFalse(verdict["accepted"])
        self.assertRegex(verdict["reason"], "replica_preserve_commit_order is OFF.* needs ON.*4 parallel workers.*SET PERSIST")
        self.assert_stops(engine)
        self.ends_with(engine, SERVER, "replica_preserve_commit_order is OFF.* needs ON", "SET PERSIST replica_preserve_commit_order = ON")

    def test_a_replica_that_does_not_log_is_refused(self):
        self.caught_up()
        other = Mysql(replica_of=self.server, args=["--log-replica-updates=OFF"])
        self.addCleanup(other.stop)
        other.wait_for(self.server)
        engine = self.engine(**{"read.only": "true", "database.hostname": other.host, "database.port": other.port})
        self.ends_with(engine, SERVER, "log_replica_updates is OFF.* needs ON", "option file")


class WithoutGtids(read_only.ReadOnlyTest):
    server_options = {"gtid": False}

    def test_is_refused(self):
        log = self.ends_with(self.engine(**{"read.only": "true"}), SERVER, "gtid_mode is OFF.* needs ON",
                             "enforce_gtid_consistency is OFF.* needs ON")
        self.assertIn("OFF_PERMISSIVE", said(log) + Path(self.folder / "engine.log").read_text(encoding="utf-8"))


class HeldBack(held_commits.HeldCommits):
    """By a user who may only read, on a primary whose commits are sent before they are visible."""

    def test_a_chunk_waits_for_what_the_stream_has(self):
        engine, took = self.read_behind_a_held_commit()
        rows, wrong = self.wrong(engine)
        self.assertIsNone(wrong)
        self.assertEqual((held_commits.HELD, 1), rows[held_commits.HELD * 1000 + held_commits.HELD])
        self.assertEqual(held_commits.ROWS, len(rows))
        self.assertGreater(took, 3, "the commit was not held back for as long as it should")


class OnMariaDbReplica(read_only.ReadOnlyTest):
    server_class = MariaDb

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.server_class(replica_of=cls.server, args=["--slave-parallel-threads=4"])
        cls.addClassCleanup(cls.source.stop)
        cls.source.execute("SET GLOBAL read_only = ON")

    def test_under_load(self):
        self.fill()
        for readers in (1, 4):
            with self.subTest(readers=readers):
                engine = self.begin(**{"incremental.snapshot.chunk.size": 20, "incremental.snapshot.max.threads": readers})
                with Load(self.server):
                    self.ends(engine, self.execute(engine))
                self.assert_exact(engine)

    def test_idle(self):
        self.fill(100)
        engine = self.begin(**{"incremental.snapshot.chunk.size": 10})
        self.assertEqual(100, self.ends(engine, self.execute(engine), timeout=10)["rows"])
        self.assert_exact(engine)


class OnMariaDbUnstable(read_only.ReadOnlyTest):
    """A primary, by a user who may only read."""

    server_class = MariaDbUnstable

    def test_under_load(self):
        self.fill()
        engine = self.begin(**{"incremental.snapshot.chunk.size": 20, "incremental.snapshot.max.threads": 2})
        with Load(self.server):
            self.ends(engine, self.execute(engine))
        self.assert_exact(engine)


if __name__ == "__main__":
    unittest.main()
