"""What the live tests share: a server and a database for each test class, engines that end with their test."""

import os
import re
import shutil
import tempfile
import time
import unittest
from pathlib import Path

from harness import kafka, standard
from harness.servers import Mysql

# Exit codes as the README documents them.
OK, INTERNAL, USAGE, SERVER, POSITION_LOST, STREAM, STORAGE, CONFLICT, SIGNAL = range(9)

_FIELD = re.compile(r'(\w[\w.]*)=("(?:[^"\\]|\\.)*"|\S*)')
LOG_LINE = re.compile(r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warn|error) event=[a-z_]+(\.[a-z_]+)*'
                      r'( [a-z][\w.]*=("(?:[^"\\]|\\.)*"|[^\s"=]*))*$')


def fields(line):
    """A log line's fields; quotes removed."""
    found = {}
    for name, value in _FIELD.findall(line):
        if value.startswith('"'):
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        found[name] = value
    return found


def said(log, size=3000):
    """The end of a log for a message, without the configuration."""
    return "\n".join(line for line in log.splitlines() if " event=config.value " not in line)[-size:]


class LiveTest(unittest.TestCase):
    """One server for the class (server_options say which), a folder and a database `shop` of its own for each test."""

    server_class = Mysql
    server_options = {}
    database = "shop"

    @classmethod
    def setUpClass(cls):
        cls.server = cls.server_class(**cls.server_options)
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tidemark-live-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.signals = f"{self.database}.signals"
        self.sql(f"DROP DATABASE IF EXISTS {self.database}", f"CREATE DATABASE {self.database}",
                 standard.SIGNAL_DDL.format(self.signals), f"DROP USER IF EXISTS {standard.USER}@'%'")
        standard.account(self.server, self.signals)

    # -- shorthand -------------------------------------------------------------------------------------------------

    def assert_peak(self, peak_mb, most):
        """Not on a build with sanitizers (`./dev sanitize`), whose own memory counts, too."""
        if "TIDEMARK_SLOWNESS" not in os.environ:
            self.assertLess(peak_mb, most)

    def sql(self, *statements, **options):
        self.server.execute(*statements, **options)

    def engine(self, folder=None, sink="file", name="engine", env=None, signals=True, **more):
        """An engine on this test's database; ends with the test at the latest."""
        settings = {"database.include.list": self.database}
        if signals:
            settings["signal.data.collection"] = self.signals
        settings.update(more)
        one = standard.engine(self.server, folder or self.folder, sink, name, env, **settings)
        self.addCleanup(one.kill)
        return one

    def items(self, *names):
        """Inserts rows into shop.items, one transaction each."""
        connection = self.server.connect(database=self.database)
        with connection.cursor() as cursor:
            for name in names:
                cursor.execute("INSERT INTO items (name) VALUES (%s)", (name,))
        connection.close()

    def create_items(self):
        self.sql(f"CREATE TABLE {self.database}.items (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(80))")

    def changes(self, engine, table="items", folder=None):
        """Row changes of a table in the output, tombstones left out."""
        path = (folder or self.folder) / "records" if self._is_file(engine) else engine.out_path
        topic = f"tm.{self.database}.{table}"
        return [r for r in engine.records(path) if r["topic"] == topic and r["value"] is not None]

    @staticmethod
    def _is_file(engine):
        return "sink.type=file" in engine.config_path.read_text(encoding="utf-8")

    def names(self, engine, **where):
        """The `name` cells of shop.items in the order of the output."""
        return [(c["value"]["after"] or c["value"]["before"])["name"] for c in self.changes(engine, **where)]

    def wait_for_names(self, engine, expected, timeout=20):
        """Waits until the output holds exactly the expected names, in order, each once."""
        deadline = time.monotonic() + timeout
        while self.names(engine) != expected:
            if not engine.running() or time.monotonic() > deadline:
                self.assertEqual(expected, self.names(engine), said(engine.log()))
                self.assertTrue(engine.running(), said(engine.log()))
            time.sleep(0.02)

    def wait_for_changes(self, engine, count, table="items", timeout=20, where=lambda change: True, folder=None):
        def look():
            found = [change for change in self.changes(engine, table, folder) if where(change)]
            return found if len(found) >= count else None

        return engine.wait_until(look, timeout, f"{count} changes of {table}")

    def assert_stops(self, engine):
        self.assertEqual(OK, engine.stop(), said(engine.log()))

    def ends_with(self, engine, code, *patterns, remedy=True, timeout=30):
        """Waits for the engine to end with a code and a last error that matches; the error line."""
        if engine.process is None or not engine.running():
            engine.start()
        got = engine.wait(timeout)
        log = engine.log()
        self.assertEqual(code, got, said(log))
        for pattern in patterns:
            if not re.search(pattern, log, re.I):
                self.fail(f"no {pattern!r} in\n{said(log)}")
        self.assertNotIn(standard.PASSWORD, log)
        if remedy:
            errors = [line for line in log.splitlines() if " error event=" in line]
            self.assertTrue(errors, said(log))
            self.assertTrue(fields(errors[-1]).get("do"), f"no remedy in: {errors[-1]}")
            return errors[-1]
        return log

    def verdict(self, engine, signal_id, timeout=20):
        """Waits for the stored verdict on a signal."""
        return engine.wait_until(lambda: standard.answers(self.folder, signal_id)[0], timeout, f"a verdict on {signal_id}")

    def outcome(self, engine, signal_id, collection, timeout=30):
        """Waits for the stored outcome of a table's snapshot."""
        return engine.wait_until(lambda: standard.answers(self.folder, signal_id)[1].get(collection), timeout,
                                 f"the outcome of {signal_id} for {collection}")

    def signal(self, kind, data=None):
        return standard.send_signal(self.server, self.signals, kind, data)


class KafkaTest(LiveTest):
    """With a broker for the class, too (broker_options say which); skipped where Kafka cannot be had."""

    broker_options = {}

    @classmethod
    def setUpClass(cls):
        kafka.fetch_or_skip()
        super().setUpClass()
        cls.kafka = kafka.Kafka(**cls.broker_options)
        cls.addClassCleanup(cls.kafka.stop)
