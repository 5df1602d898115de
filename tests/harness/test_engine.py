"""Engine against a stand-in program: its life, its log, its records."""

import json
import os
import tempfile
import textwrap
import unittest
from pathlib import Path
from unittest import mock

from harness.engine import Engine, EngineError

STAND_IN = """\
    #!/bin/bash
    echo "event=started args=\\"$*\\"" >&2
    case $1 in
      status) echo "status of $2"; exit 3 ;;
      offsets) echo "$*"; exit 0 ;;
    esac
    [[ -f $2 ]] || exit 2
    grep -q '^end=yes' "$2" && { echo "event=over" >&2; exit 7; }
    trap 'echo "event=stopped" >&2; exit 0' TERM
    echo '{"topic":"a","key":null,"value":1,"headers":[]}'
    printf '{"topic":"half'
    sleep 600 & wait
    """


class EngineTest(unittest.TestCase):
    """One engine in a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()  # pylint: disable=consider-using-with
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        program = self.folder / "stand-in"
        program.write_text(textwrap.dedent(STAND_IN), encoding="utf-8")
        program.chmod(0o755)
        patch = mock.patch.dict(os.environ, {"TIDEMARK_BIN": str(program)})
        patch.start()
        self.addCleanup(patch.stop)

    def test_starts_stops_and_starts_again(self):
        engine = Engine(self.folder / "e", {"a.b": 1}, defines={"x": "y"})
        self.assertEqual("a.b=1\n", engine.config_path.read_text(encoding="utf-8"))
        for _ in range(2):
            engine.start()
            self.assertIn("-D x=y", engine.wait_for_log("event=started (.*)").group(1))
            self.assertEqual(1, len(engine.wait_for_records(1)))
            self.assertEqual(0, engine.stop())
            self.assertEqual(1, engine.log().count("event=stopped"))
        self.assertEqual(2, engine.log(all_runs=True).count("event=stopped"))

    def test_a_half_record_at_the_end_is_none(self):
        with Engine(self.folder, {}) as engine:
            self.assertEqual(["a"], [record["topic"] for record in engine.wait_for_records(1)])

    def test_kill_and_exit_code(self):
        engine = Engine(self.folder, {}).start()
        engine.wait_for_log("started")
        self.assertEqual(-9, engine.kill())
        engine.write_config({"end": "yes"})
        self.assertEqual(7, engine.run())

    def test_waiting_for_what_never_comes_tells_the_log(self):
        engine = Engine(self.folder, {"end": "yes"}).start()
        with self.assertRaisesRegex(EngineError, "ended with 7 before.*\n(.*\n)*event=over"):
            engine.wait_for_log("event=never")
        with Engine(self.folder, {}, name="other") as other:
            with self.assertRaisesRegex(EngineError, "not within 0.2 s"):
                other.wait_for_log("event=never", timeout=0.2)

    def test_other_subcommands(self):
        engine = Engine(self.folder, {})
        done = engine.call("status")
        self.assertEqual((3, f"status of {engine.config_path}\n"), (done.returncode, done.stdout))
        self.assertEqual(f"offsets show {engine.config_path}\n", engine.call("offsets show").stdout)

    def test_records_come_in_the_order_of_the_sink_s_segments(self):
        out = self.folder / "out"
        out.mkdir()
        for number in (2, 1, 3):
            (out / f"changes-{number:06}.jsonl").write_text(json.dumps({"topic": number}) + "\n", encoding="utf-8")
        (out / "changes-other.jsonl").write_text("no record", encoding="utf-8")
        engine = Engine(self.folder, {})
        for path in (out, out / "changes", out / "changes.jsonl"):
            self.assertEqual([1, 2, 3], [record["topic"] for record in engine.records(path)])
        self.assertEqual([], engine.records(out / "none"))


if __name__ == "__main__":
    unittest.main()
