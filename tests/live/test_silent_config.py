"""Failures that pass without a word in the original and lie in the configuration or in the signal itself: each planted,
each answered. The numbers are those of the list that test_silent_failures.py goes on with.
"""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.servers import Mysql  # pylint: disable=wrong-import-position
from live.support import SERVER, USAGE, LiveTest, fields, said  # pylint: disable=wrong-import-position


class Planted(LiveTest):
    shared = None

    @classmethod
    def setUpClass(cls):
        if Planted.shared is None:
            Planted.shared = Mysql()
            unittest.addModuleCleanup(Planted.shared.stop)
        cls.server = Planted.shared

    def setUp(self):
        super().setUp()
        self.create_items()

    def begin(self, **more):
        engine = self.engine(**{"snapshot.mode": "no_data", **more}).start()
        engine.wait_for_log("event=stream.started")
        return engine

    def rejected(self, engine, kind, data, *words):
        signal_id = self.signal(kind, data)
        verdict = self.verdict(engine, signal_id)
        self.assertFalse(verdict["accepted"], verdict)
        for word in words:
            self.assertIn(word, verdict["reason"])


class SilentFailure01(Planted):
    """`source` is not among the channels."""

    def test_the_configuration_is_refused(self):
        engine = self.engine(**{"signal.enabled.channels": ""})
        self.ends_with(engine, USAGE, "signal.enabled.channels", "wait for ever")


class SilentFailure02(Planted):
    """A channel of unknown name."""

    def test_the_configuration_is_refused(self):
        engine = self.engine(**{"signal.enabled.channels": "source,sauce"})
        self.ends_with(engine, USAGE, "signal.enabled.channels", "'sauce'", "allowed: source")


class SilentFailure06(Planted):
    """The signal table is written in another case than the server has it."""

    def test_the_table_that_is_meant_is_named(self):
        engine = self.engine(**{"signal.data.collection": "shop.Signals"})
        self.ends_with(engine, SERVER, "shop.Signals", "shop.signals")


class SilentFailure07(Planted):
    """A signal row is changed, not inserted."""

    def test_each_is_warned_of(self):
        engine = self.begin()
        self.signal("log", {"message": "hello"})
        self.sql("UPDATE shop.signals SET type = 'execute-snapshot' WHERE type = 'log'",
                 "UPDATE shop.signals SET type = 'stop-snapshot' WHERE type = 'execute-snapshot'")
        engine.wait_until(lambda: engine.log().count(" warn event=signal.update_ignored ") == 2, 20, "two warnings")
        line = next(line for line in engine.log().splitlines() if "signal.update_ignored" in line)
        self.assertEqual("shop.signals", fields(line)["table"])
        self.assertIn("insert", fields(line)["do"])
        self.assert_stops(engine)


class SilentFailure08(Planted):
    """skipped.operations holds what signals and watermarks are made of."""

    def test_signals_and_windows_work_all_the_same(self):
        """Or the configuration is refused by name; never is a signal lost."""
        for skipped, strategy in (("c", "insert_insert"), ("c,d", "insert_delete")):
            with self.subTest(skipped=skipped, strategy=strategy):
                engine = self.engine(**{"skipped.operations": skipped, "snapshot.mode": "no_data",
                                        "incremental.snapshot.watermarking.strategy": strategy}).start()
                if engine.wait_until(lambda: "event=stream.started" in engine.log() or "config" in engine.log() and not engine.running(),
                                     20, "an answer") and not engine.running():
                    self.ends_with(engine, USAGE, "skipped.operations")
                    continue
                self.items("a")
                signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
                self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.items")["status"], said(engine.log()))
                self.assert_stops(engine)


class SilentFailure09(Planted):
    """A filter that would not filter."""

    def test_each_spelling_is_rejected(self):
        engine = self.begin()
        one = ["shop.items"]
        condition = {"data-collection": "shop.items", "filter": "id > 1"}
        self.rejected(engine, "execute-snapshot", {"data-collections": one, "additional-condition": "id > 1"}, "additional-condition")
        self.rejected(engine, "execute-snapshot", {"data-collections": one, "additional-conditionz": [condition]}, "additional-conditionz")
        self.rejected(engine, "execute-snapshot", {"data-collections": one, "additional-conditions": condition}, "additional-conditions")
        self.rejected(engine, "execute-snapshot", {"data-collections": one, "additional-conditions": [
            {"data-collection": "shop.other", "filter": "id > 1"}]}, "shop.other")
        self.rejected(engine, "execute-snapshot", {"data-collections": one, "additional-conditions": [
            {"data-collection": "shop.items", "filtre": "id > 1"}]}, "filtre")
        self.assert_stops(engine)
        self.assertEqual([], self.changes(engine), "nothing was read")


if __name__ == "__main__":
    unittest.main()
