"""The oracle can fail: with the window logic of the engine broken on purpose, it says so.

Needs the build with fault switches: TIDEMARK_FAULT_BIN, or build/faults/tidemark.
"""

import os
import unittest

from live import held_commits
from oracle import oracle

# One run finds a fault by chance: a kill has to hit while it matters. Two of three runs of 12 kills found a cursor ahead.
ATTEMPTS = 5


@unittest.skipUnless(oracle.fault_binary().exists(), f"no test build at {oracle.fault_binary()}")
class BrokenWindows(unittest.TestCase):
    def caught(self, fault, expected, *arguments):
        """Some run out of a few must be violated, by one of the checks that are meant for it."""
        for seed in range(1, ATTEMPTS + 1):
            one, ok = oracle.run(["--fault", fault, "--seed", str(seed), "--mode", "no_data", "--calm", "--tls", "0", "--readers", "2",
                                  "--tables", "4", "--rate", "250", *arguments])
            self.addCleanup(_remove, one.folder)
            if not ok:
                self.assertIsNotNone(one.report, "the run broke before the records were checked")
                found = set(one.report.counts)
                self.assertTrue(found & expected, f"caught, but by {found}, not by one of {expected}")
                return
        self.fail(f"the oracle found nothing wrong in {ATTEMPTS} runs with {fault}")

    def test_rows_that_the_window_saw_changed_are_emitted_all_the_same(self):
        self.caught("ignore_noted", {"stale_read", "version_back", "resurrected"}, "--kills", "0", "--seconds", "8",
                    "--chunk-size", "500")

    def test_a_window_is_closed_before_its_high_watermark(self):
        self.caught("close_early", {"stale_read", "version_back", "resurrected", "position", "transaction"}, "--kills", "0", "--seconds", "8",
                    "--chunk-size", "500")

    def test_the_cursor_is_stored_ahead_of_what_was_emitted(self):
        self.caught("cursor_ahead", {"run_complete"}, "--kills", "20", "--seconds", "18", "--chunk-size", "50")

    def test_the_same_build_passes_without_a_fault(self):
        before = os.environ.get("TIDEMARK_BIN")
        os.environ["TIDEMARK_BIN"] = str(oracle.fault_binary())
        try:
            _, ok = oracle.run(["--seed", "1", "--mode", "no_data", "--calm", "--readers", "2", "--kills", "3",
                                "--seconds", "6", "--rate", "250", "--chunk-size", "200"])
        finally:
            if before is None:
                del os.environ["TIDEMARK_BIN"]
            else:
                os.environ["TIDEMARK_BIN"] = before
        self.assertTrue(ok)


@unittest.skipUnless(oracle.fault_binary().exists(), f"no test build at {oracle.fault_binary()}")
class NoBarrier(held_commits.HeldCommits):
    """Read-only windows, the server's commits held back between binlog and engine."""

    def setUp(self):
        super().setUp()
        before = os.environ.get("TIDEMARK_BIN")
        os.environ["TIDEMARK_BIN"] = str(oracle.fault_binary())
        self.addCleanup(os.environ.pop if before is None else os.environ.__setitem__, "TIDEMARK_BIN", *([before] if before else []))

    def test_a_chunk_is_read_though_the_server_does_not_show_what_the_stream_has(self):
        engine, _ = self.read_behind_a_held_commit(env={"TIDEMARK_WINDOW_FAULT": "no_barrier"})
        _, wrong = self.wrong(engine)
        self.assertRegex(str(wrong), f"r of n={held_commits.HELD} with v=0 behind v=1")


def _remove(folder):
    import shutil  # pylint: disable=import-outside-toplevel

    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    unittest.main()
