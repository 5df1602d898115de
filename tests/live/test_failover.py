"""Going on at another server by GTID, and whose GTIDs count."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from harness.servers import Mysql  # pylint: disable=wrong-import-position
from live.support import OK, POSITION_LOST, USAGE, LiveTest, said  # pylint: disable=wrong-import-position


class Failover(LiveTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.replica = Mysql(replica_of=cls.server)
        cls.addClassCleanup(cls.replica.stop)

    def setUp(self):
        super().setUp()
        self.create_items()
        self.caught_up()

    def caught_up(self):
        gtids = self.server.query("SELECT @@gtid_executed")[0][0]
        self.assertEqual(0, self.replica.query(f"SELECT WAIT_FOR_EXECUTED_GTID_SET('{gtids}', 30)")[0][0])

    def at(self, server, **more):
        return self.engine(**{"database.hostname": server.host, "database.port": server.port, **more})

    def test_goes_on_at_the_replica_and_comes_back(self):
        self.items("a")
        engine = self.at(self.server).start()
        self.wait_for_names(engine, ["a"])
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)
        self.items("c")
        self.caught_up()
        engine = self.at(self.replica, signals=False).start()
        self.items("d")
        self.wait_for_names(engine, ["a", "b", "c", "d"])
        self.assert_stops(engine)
        self.items("e")
        engine = self.at(self.server).start()
        self.wait_for_names(engine, ["a", "b", "c", "d", "e"])
        self.assert_stops(engine)

    def test_names_the_transactions_that_another_server_lacks(self):
        self.items("a")
        self.caught_up()
        engine = self.at(self.server).start()
        self.wait_for_names(engine, ["a"])
        self.replica.execute("STOP REPLICA")
        self.addCleanup(self.replica.execute, "START REPLICA")
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)
        last = self.server.query("SELECT @@gtid_executed")[0][0].rsplit("-", 1)[1]
        engine = self.at(self.replica)
        self.ends_with(engine, POSITION_LOST, "has not executed transactions that were streamed already", rf":[0-9-]*{last}\b")
        self.replica.execute("START REPLICA")
        self.caught_up()
        engine = self.at(self.replica, signals=False).start()
        self.items("c")
        self.wait_for_names(engine, ["a", "b", "c"])
        self.assert_stops(engine)

    def test_names_the_transactions_that_another_server_has_purged(self):
        self.items("a")
        engine = self.at(self.server).start()
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        self.items("b")
        self.caught_up()
        self.replica.execute("FLUSH BINARY LOGS")
        log = self.replica.query("SHOW BINARY LOGS")[-1][0]
        self.replica.execute(f"PURGE BINARY LOGS TO '{log}'")
        engine = self.at(self.replica)
        self.ends_with(engine, POSITION_LOST, "has purged transactions that were not streamed yet", r":\d+")
        engine = self.at(self.server).start()
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)

    def test_rows_of_sources_that_do_not_count_are_dropped(self):
        uuid = self.replica.query("SELECT @@server_uuid")[0][0]
        self.items("a")
        self.caught_up()
        more = {"gtid.source.excludes": uuid, "signals": False}
        engine = self.at(self.replica, **more).start()
        self.wait_for_names(engine, ["a"])
        self.replica.execute("INSERT INTO shop.items VALUES (1000, 'local')")
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)
        # Purged here, or unknown there: what does not count is neither missed nor expected.
        self.replica.execute("DELETE FROM shop.items WHERE id = 1000", "FLUSH BINARY LOGS")
        self.caught_up()
        self.replica.execute(f"PURGE BINARY LOGS TO '{self.replica.query('SHOW BINARY LOGS')[-1][0]}'")
        engine = self.at(self.replica, **more).start()
        self.items("c")
        self.wait_for_names(engine, ["a", "b", "c"])
        self.assert_stops(engine)
        engine = self.at(self.server, **more).start()
        self.items("d")
        self.wait_for_names(engine, ["a", "b", "c", "d"])
        self.assert_stops(engine)

    def test_a_filter_that_would_hide_the_signals_is_refused(self):
        uuid = self.server.query("SELECT @@server_uuid")[0][0]
        engine = self.at(self.server, **{"gtid.source.excludes": uuid})
        self.ends_with(engine, USAGE, "gtid.source.excludes", uuid, "no signal would ever be seen")
        engine = self.at(self.server, **{"gtid.source.excludes": uuid, "gtid.source.filter.dml.events": "false"}).start()
        self.items("a")
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        self.ends_with(self.at(self.server, **{"gtid.source.includes": "00000000-.*"}), USAGE, "gtid.source.includes", uuid)
        engine = self.at(self.server, **{"gtid.source.includes": f"00000000-.*,{uuid}"}).start()
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)

    def test_by_file_and_position_though_gtids_are_known(self):
        self.items("a")
        engine = self.at(self.server).start()
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        self.items("b")
        engine = self.at(self.server, **{"gtid.ignore.on.recovery": "true"}).start()
        self.wait_for_names(engine, ["a", "b"])
        self.assertEqual(OK, engine.stop(), said(engine.log()))
        self.assertNotIn("gtids", standard.stored(self.folder)["offset"])


if __name__ == "__main__":
    unittest.main()
