"""From a real Debezium to us and back again: offsets and schema history, in files and in topics.

Each change is one row with a number. Whoever takes over goes on at the very next one: nothing is missing and nothing
comes twice.
"""

import json
import shutil
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.servers import MariaDb  # pylint: disable=wrong-import-position
from live.support import CONFLICT, said  # pylint: disable=wrong-import-position
from live.take_over import TakeOverTest  # pylint: disable=wrong-import-position


class Handing(TakeOverTest):
    """There and back."""

    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(80))", "INSERT INTO shop.items VALUES (1, 'a'), (2, 'b')")

    def topics_and_back(self):
        config = self.in_topics()
        connect = self.connect(config, offset_topic=self.offsets)
        connect.wait_for_log("Keepalive thread is running")
        self.sql("ALTER TABLE shop.items ADD COLUMN extra INT DEFAULT 7", "INSERT INTO shop.items VALUES (3, 'c', 8)")
        connect.wait_until(lambda: self.in_topic() == [1, 2, 3], "the row behind the statement")
        connect.shut_down()
        self.sql("INSERT INTO shop.items VALUES (4, 'd', 9)", "ALTER TABLE shop.items ADD COLUMN more INT AFTER id",
                 "INSERT INTO shop.items VALUES (5, 50, 'e', 10)")

        engine, worker = self.ours(config)
        engine.start(*worker)
        engine.wait_until(lambda: 5 in self.in_topic(), 60, "the rows of meanwhile")
        self.assertIn("event=offsets.taken_over", engine.log())
        self.sql("ALTER TABLE shop.items DROP COLUMN extra", "INSERT INTO shop.items VALUES (6, 60, 'f')")
        engine.wait_until(lambda: 6 in self.in_topic(), 60, "the next row")
        self.assertEqual(CONFLICT, engine.call("offsets reset", *worker).returncode)
        self.assert_stops(engine)
        body = json.loads(engine.call("offsets export", "--format", "connect", *worker).stdout)
        self.assertEqual({"server": self.prefix}, body["offsets"][0]["partition"])
        self.assertIn("gtids", body["offsets"][0]["offset"])

        self.sql("INSERT INTO shop.items VALUES (7, 70, 'g')")
        connect.start()
        connect.wait_until(lambda: 7 in self.in_topic(), "the row of meanwhile")
        connect.shut_down()
        self.assertEqual([1, 2, 3, 4, 5, 6, 7], self.in_topic())
        self.assertEqual({"id": 7, "more": 70, "name": "g"}, json.loads(self.records_in_topic()[-1].value)["after"])


class TakeOver(Handing):
    prefix = "tm"

    def rows_in_file(self, engine):
        return [change["value"]["after"]["id"] for change in self.changes(engine)]

    def test_files_of_debezium_and_back(self):
        history = self.folder / "history.jsonl"
        stores = {"schema.history.internal": "io.debezium.storage.file.history.FileSchemaHistory",
                  "schema.history.internal.file.filename": history}
        connect = self.connect(self.original(**stores))
        connect.wait_for_log("Keepalive thread is running")
        self.sql("INSERT INTO shop.items VALUES (3, 'c')", "ALTER TABLE shop.items ADD COLUMN extra INT DEFAULT 7",
                 "INSERT INTO shop.items VALUES (4, 'd', 8)")
        connect.wait_until(lambda: self.in_topic() == [1, 2, 3, 4], "the row behind the statement")
        connect.shut_down()
        self.sql("INSERT INTO shop.items VALUES (5, 'e', 9)", "ALTER TABLE shop.items ADD COLUMN more INT AFTER id",
                 "INSERT INTO shop.items VALUES (6, 60, 'f', 10)")

        shutil.copy(connect.folder / "offsets", self.folder / "offsets.json")
        engine = self.engine(signals=False, **{"table.include.list": "shop.items"}, **stores)
        shown = engine.call("offsets show")
        self.assertEqual(0, shown.returncode, shown.stderr)
        self.assertIn("Debezium stored this offset", shown.stderr)
        engine.start()
        self.wait_for_changes(engine, 2)
        self.assertIn("event=offsets.taken_over", engine.log())
        self.sql("INSERT INTO shop.items VALUES (7, 70, 'g', 11)", "ALTER TABLE shop.items RENAME COLUMN extra TO other",
                 "INSERT INTO shop.items VALUES (8, 80, 'h', 12)")
        self.wait_for_changes(engine, 4)
        self.assertEqual(CONFLICT, engine.call("offsets reset").returncode)
        self.assert_stops(engine)
        self.assertEqual([5, 6, 7, 8], self.rows_in_file(engine), said(engine.log()))
        self.assertEqual([{"id": 5, "name": "e", "extra": 9}, {"id": 6, "more": 60, "name": "f", "extra": 10}],
                         [change["value"]["after"] for change in self.changes(engine)][:2])
        self.assertEqual((connect.folder / "offsets").read_bytes(), (self.folder / "offsets.json.debezium").read_bytes())

        self.sql("INSERT INTO shop.items VALUES (9, 90, 'i', 13)")
        written = engine.call("offsets export", str(connect.folder / "offsets"), "--format", "debezium")
        self.assertEqual(0, written.returncode, written.stderr)
        connect.start()
        connect.wait_until(lambda: 9 in self.in_topic(), "the next row")
        self.sql("INSERT INTO shop.items VALUES (10, 100, 'j', 14)")
        connect.wait_until(lambda: 10 in self.in_topic(), "the last row")
        self.assertEqual([1, 2, 3, 4, 9, 10], self.in_topic())
        last = json.loads(self.records_in_topic()[-1].value)["after"]
        self.assertEqual({"id": 10, "more": 100, "name": "j", "other": 14}, last)

    def test_topics_of_debezium_and_back(self):
        self.prefix = "tt"
        self.topics_and_back()


class OnMariaDb(Handing):
    """Its own connector, whose GTIDs and counts of events are others."""

    server_class = MariaDb
    prefix = "ta"

    def test_topics_of_debezium_and_back(self):
        self.topics_and_back()


if __name__ == "__main__":
    unittest.main()
