"""read.only=true, commanded by a topic and by a file: without a signal table, and with nothing written anywhere."""

import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import kafka  # pylint: disable=wrong-import-position
from harness.servers import MariaDb, Mysql  # pylint: disable=wrong-import-position
from live import read_only  # pylint: disable=wrong-import-position
from live.read_only import TABLE  # pylint: disable=wrong-import-position
from live.support import said  # pylint: disable=wrong-import-position

ROWS = 1000


class Commanded(read_only.ReadOnlyTest):
    """Every command on a replica that nobody else writes to meanwhile: its log must not grow."""

    def log_ends(self):
        """Where the logs of the replica and of its primary end, and what they hold."""
        statement = "SHOW MASTER STATUS" if self.server.flavour == "mariadb" else "SHOW BINARY LOG STATUS"
        gtids = "SELECT @@gtid_current_pos" if self.server.flavour == "mariadb" else "SELECT @@gtid_executed"
        return [(server.query(statement)[0][:2], server.query(gtids)[0][0]) for server in (self.source, self.server)]

    def read(self, engine):
        return [c["value"]["after"]["n"] for c in self.changes(engine) if c["value"]["op"] == "r"]

    def settled(self, engine):
        """How many rows were read, once that stays."""
        count = -1
        while (now := len(self.read(engine))) != count:
            count = now
            time.sleep(0.4)
        return count

    def accepted(self, engine, signal_id):
        verdict = self.verdict(engine, signal_id)
        self.assertTrue(verdict["accepted"], verdict)

    def commands(self, engine, send):
        ends = self.log_ends()
        of_table = {"data-collections": [TABLE]}
        send("some", "execute-snapshot", {**of_table, "additional-conditions": [
            {"data-collection": TABLE, "filter": f"n >= {ROWS - 10}"}]})
        self.accepted(engine, "some")
        self.assertEqual(10, self.ends(engine, "some")["rows"])
        self.assertEqual(list(range(ROWS - 10, ROWS)), sorted(self.read(engine)))

        send("long", "execute-snapshot", {**of_table, "additional-conditions": [
            {"data-collection": TABLE, "filter": "SLEEP(0.005) = 0"}]})
        self.accepted(engine, "long")
        engine.wait_until(lambda: len(self.read(engine)) > 10, 20, "the first chunk")
        send("pause", "pause-snapshot", {})
        self.accepted(engine, "pause")
        paused = self.settled(engine)
        self.assertLess(paused, ROWS)
        engine.kill()
        send("resume", "resume-snapshot", {})
        engine.start()
        self.accepted(engine, "resume")
        engine.wait_until(lambda: len(self.read(engine)) > paused, 20, "the next chunk")
        send("stop", "stop-snapshot", of_table)
        self.accepted(engine, "stop")
        self.assertEqual("STOPPED", self.outcome(engine, "long", TABLE)["status"])
        self.assertLess(self.settled(engine), ROWS + 10, said(engine.log()))

        send("all", "execute-snapshot", of_table)
        self.assertEqual(ROWS, self.ends(engine, "all")["rows"])
        self.assertEqual(ends, self.log_ends(), "something was written")
        self.assert_exact(engine)
        log = engine.log_path.read_text(encoding="utf-8")
        for signal_id in ("some", "long", "pause", "resume", "stop", "all"):
            self.assertEqual(1, log.count(f"event=signal.accepted id={signal_id} "), signal_id)


class ByTopic(Commanded):
    @classmethod
    def setUpClass(cls):
        kafka.fetch_or_skip()
        super().setUpClass()
        cls.source = Mysql(replica_of=cls.server, args=["--replica-parallel-workers=4", "--replica-preserve-commit-order=ON"])
        cls.addClassCleanup(cls.source.stop)
        cls.source.execute("SET GLOBAL super_read_only = ON")
        cls.kafka = kafka.Kafka()
        cls.addClassCleanup(cls.kafka.stop)

    def test_every_command(self):
        self.kafka.create_topic("tm-signal", partitions=1)
        self.fill(ROWS)
        engine = self.begin(signals=False, **{
            "incremental.snapshot.chunk.size": 20, "signal.enabled.channels": "kafka", "signal.poll.interval.ms": 50,
            "signal.kafka.topic": "tm-signal", "signal.kafka.bootstrap.servers": self.kafka.bootstrap})
        offsets = self.folder / "offsets.json"
        engine.wait_until(lambda: offsets.exists() and "signals" in json.loads(offsets.read_text(encoding="utf-8")), 20, "its place")
        self.commands(engine, self.send)

    def send(self, signal_id, kind, data):
        """The first one as the documentation has it, by Kafka's own tool; that takes a while to start."""
        message = json.dumps({"id": signal_id, "type": kind, "data": data})
        if signal_id != "some":
            return self.kafka.produce("tm-signal", message, key="tm")
        return self.kafka.run("org.apache.kafka.tools.ConsoleProducer", "--bootstrap-server", self.kafka.bootstrap, "--topic", "tm-signal",
                              "--property", "parse.key=true", "--property", "key.separator=:", stdin=f"tm:{message}\n")


class ByFile(Commanded):
    def by_file(self):
        self.fill(ROWS)
        engine = self.begin(signals=False, **{"incremental.snapshot.chunk.size": 20, "signal.enabled.channels": "file",
                                              "signal.poll.interval.ms": 50, "signal.file": self.folder / "signals.txt"})
        self.commands(engine, self.send)

    def send(self, signal_id, kind, data):
        with open(self.folder / "signals.txt", "a", encoding="utf-8") as out:
            out.write(json.dumps({"id": signal_id, "type": kind, "data": data}) + "\n")


class ByFileOnMySql(ByFile):
    """A primary, by a user who may only read."""

    @property
    def streamed(self):
        return self.server

    def log_ends(self):
        return self.server.query("SHOW BINARY LOG STATUS")[0][:2], self.server.query("SELECT @@gtid_executed")

    def test_every_command(self):
        self.by_file()


class ByFileOnMariaDb(ByFile):
    server_class = MariaDb

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.source = cls.server_class(replica_of=cls.server, args=["--slave-parallel-threads=4"])
        cls.addClassCleanup(cls.source.stop)
        cls.source.execute("SET GLOBAL read_only = ON")

    def test_every_command(self):
        self.by_file()


if __name__ == "__main__":
    unittest.main()
