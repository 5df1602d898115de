"""Corners of a real server: binlogs begun anew, odd names and statements, structures that change behind a slow reader."""

import os
import signal
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from live.support import OK, POSITION_LOST, STREAM, LiveTest, said  # pylint: disable=wrong-import-position


class BinlogBegunAnew(LiveTest):
    """RESET BINARY LOGS AND GTIDS: positions and GTIDs count from one again, and soon look as if nothing had happened."""

    ANEW = "begun anew|more GTIDs|not executed transactions|has only|no longer has|not the start of an event"

    def start(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"connect.keep.alive.interval.ms": 1000}).start()
        self.wait_for_names(engine, ["a"])
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        return engine

    def reset(self, rows):
        time.sleep(1.1)  # files are told apart by the second they were made in
        self.sql("RESET BINARY LOGS AND GTIDS")
        self.items(*(f"lost {i}" for i in range(rows)))

    def test_while_the_engine_is_down(self):
        for rows in (1, 60):
            with self.subTest(rows=rows):
                self.setUp()
                engine = self.start()
                self.assert_stops(engine)
                self.reset(rows)
                self.ends_with(engine, POSITION_LOST, self.ANEW)
                self.assertEqual(["a", "b"], self.names(engine))

    def test_while_the_engine_is_connected(self):
        engine = self.start()
        self.reset(1)
        self.ends_with(engine, POSITION_LOST, self.ANEW)
        self.assertEqual(["a", "b"], self.names(engine)[:2])

    def test_after_a_restart_of_both_nothing_is_lost(self):
        engine = self.start()
        for number, kill in enumerate((False, True)):
            self.server.restart(kill=kill)
            self.items(f"c{number}")
            self.wait_for_names(engine, ["a", "b", "c0", "c1"][: 3 + number])
            self.assert_stops(engine)
            self.server.restart()
            engine.start()
            engine.wait_for_log("event=stream.started")
        self.assert_stops(engine)


class BinlogBegunAnewWithoutGtids(BinlogBegunAnew):
    server_options = {"gtid": False}


if __name__ == "__main__":
    unittest.main()
