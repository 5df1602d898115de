"""Offsets of Debezium whose GTIDs and the server's are not those of one history: what comes, and what is refused.

The offsets are put there as Debezium stores them; test_take_over shows that a real one's are read.
"""

import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from harness.servers import MariaDb  # pylint: disable=wrong-import-position
from live.support import POSITION_LOST, LiveTest, said  # pylint: disable=wrong-import-position

OTHER = "0b5e7ed0-0000-4000-8000-00000000000b"


class TakenGtids(LiveTest):
    def setUp(self):
        super().setUp()
        self.create_items()

    def executed(self):
        return self.server.query("SELECT @@gtid_executed")[0][0].replace("\n", "")

    def place(self):
        return self.server.query("SHOW BINARY LOG STATUS")[0][:2]

    def insert_as(self, number, name):
        """A transaction of another source, as one that was replicated from there."""
        self.sql(f"SET gtid_next = '{OTHER}:{number}'", f"INSERT INTO shop.items (name) VALUES ('{name}')", "SET gtid_next = AUTOMATIC")

    def taken(self, place, gtids, event=0, row=0, **more):
        """An engine on such an offset of Debezium."""
        engine = self.engine(signals=False, **{"snapshot.mode": "recovery", **more})
        data = {"file": place[0], "pos": place[1], "gtids": gtids, "ts_sec": 1700000000, "server_id": self.server.server_id}
        data.update({name: count for name, count in (("event", event), ("row", row)) if count})
        put = engine.call("offsets set", "--data", json.dumps(data))
        self.assertEqual(0, put.returncode, put.stderr)
        return engine

    def purge(self):
        self.sql("FLUSH BINARY LOGS")
        self.sql(f"PURGE BINARY LOGS TO '{self.server.binlogs()[-1][0]}'")

    def test_another_source_comes_from_its_first_transaction(self):
        self.insert_as(1, "before")
        self.items("a")
        own = ",".join(part for part in self.executed().split(",") if OTHER not in part)
        place = self.place()
        self.items("b")
        engine = self.taken(place, own).start()
        self.wait_for_names(engine, ["before", "b"])
        self.assert_stops(engine)
        # Of sources that do not count neither rows come, nor do they have to be there.
        uuid = self.server.query("SELECT @@server_uuid")[0][0]
        filtered = {"gtid.source.includes": uuid, "folder": self.folder / "filtered"}
        engine = self.taken(place, own, **filtered).start()
        self.wait_for_changes(engine, 1, folder=filtered["folder"])
        self.assert_stops(engine)
        self.assertEqual(["b"], self.names(engine, folder=filtered["folder"]))

    def test_what_was_purged_is_missed_unless_its_source_does_not_count(self):
        self.insert_as(2, "purged")
        self.items("a")
        own = ",".join(part for part in self.executed().split(",") if OTHER not in part)
        self.purge()
        place = self.place()
        self.items("b")
        self.ends_with(self.taken(place, own), POSITION_LOST, "has purged transactions that were not streamed yet", OTHER)
        uuid = self.server.query("SELECT @@server_uuid")[0][0]
        folder = self.folder / "filtered"
        engine = self.taken(place, own, folder=folder, **{"gtid.source.includes": uuid}).start()
        self.wait_for_changes(engine, 1, folder=folder)
        self.assert_stops(engine)
        self.assertEqual(["b"], self.names(engine, folder=folder))

    def test_a_set_of_which_part_was_purged_goes_on(self):
        self.items("a")
        self.purge()
        self.items("b")
        place, gtids = self.place(), self.executed()
        self.items("c")
        engine = self.taken(place, gtids).start()
        self.wait_for_names(engine, ["c"])
        self.assert_stops(engine)


class FirstGtid(LiveTest):
    """A Debezium that knew no GTIDs has the first one in its set before that transaction is over."""

    reset = "RESET BINARY LOGS AND GTIDS"
    status = "SHOW BINARY LOG STATUS"
    event = 2  # BEGIN and the table map, and then rows

    def gtid(self):
        return self.server.query("SELECT @@server_uuid")[0][0] + ":1-1"

    def first(self):
        self.create_items()
        self.sql(self.reset)
        place = self.server.query(self.status)[0][:2]
        self.sql("INSERT INTO shop.items (name) VALUES ('a'), ('b'), ('c')")
        self.sql("INSERT INTO shop.items (name) VALUES ('d'), ('e'), ('f')")
        engine = self.engine(signals=False, **{"snapshot.mode": "recovery"})
        data = {"file": place[0], "pos": place[1] + 79, "gtids": self.gtid(), "event": self.event, "row": 3, "server_id": self.server.server_id}
        put = engine.call("offsets set", "--data", json.dumps(data))
        self.assertEqual(0, put.returncode, put.stderr)
        engine.start()
        self.wait_for_names(engine, ["a", "b", "c", "d", "e", "f"])
        self.assert_stops(engine)
        self.assertIn("event=offsets.first_transaction_repeats", said(engine.log()))
        self.assertNotIn("event", standard.stored(self.folder)["offset"])

    def test_nothing_is_left_out(self):
        self.first()


class FirstGtidOfMariaDb(FirstGtid):
    server_class = MariaDb
    reset = "RESET MASTER"
    status = "SHOW MASTER STATUS"
    event = 3  # GTID, the statement, the table map

    def gtid(self):
        return f"0-{self.server.server_id}-1"

    def test_nothing_is_left_out(self):
        self.first()


if __name__ == "__main__":
    unittest.main()
