"""What tests of read.only=true share: an account that cannot write, a table under load, and the proof from the records."""

import itertools
import random
import threading
import time

import pymysql

from harness import standard
from live.support import LiveTest, said

TABLE = "shop.items"
VERSIONS_EACH = 10_000_000  # of one load: they grow from load to load
LOCK_ERRORS = (1205, 1213)  # lock wait timeout, deadlock


class Load:
    """Workers that change rows of shop.items until the end of a `with`: several changes in one transaction, of one row often."""

    _numbers = itertools.count()

    def __init__(self, server, workers=3, rows=1000, tags=False):
        self._server = server
        self._rows = rows
        self._tags = tags
        self._first = next(self._numbers) * VERSIONS_EACH
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(number, workers)) for number in range(workers)]
        self.transactions = 0
        self.failed = None

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        for thread in self._threads:
            thread.join()
        if self.failed:
            raise self.failed

    def _work(self, number, of):
        """Rows n with n % of == number are this worker's; a version belongs to one change alone."""
        rng = random.Random(f"load-{number}")
        version = self._first + number + of
        connection = self._server.connect(autocommit=False)
        try:
            cursor = connection.cursor()
            if self._tags and number == 0:
                cursor.execute("SET SESSION gtid_next = 'AUTOMATIC:load'")
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
            while not self._end.is_set():
                version = self._transaction(cursor, rng, number, of, version)
        except pymysql.MySQLError as error:
            self.failed = error
        finally:
            connection.close()

    def _transaction(self, cursor, rng, number, of, version):
        try:
            for _ in range(rng.randint(1, 4)):
                n = rng.randrange(self._rows // of) * of + number
                for _ in range(rng.randint(1, 2)):
                    version += of
                    self._change(cursor, rng, n, version)
            cursor.execute("COMMIT")
            self.transactions += 1
        except pymysql.OperationalError as error:
            if error.args[0] not in LOCK_ERRORS:
                raise
            cursor.execute("ROLLBACK")
        return version

    @staticmethod
    def _change(cursor, rng, n, version):
        dice = rng.random()
        if dice < 0.6:
            cursor.execute(f"UPDATE {TABLE} SET v = %s WHERE n = %s", (version, n))
        elif dice < 0.7:  # to another place in the key's order
            cursor.execute(f"UPDATE {TABLE} SET v = %s, id = %s WHERE n = %s", (version, rng.randrange(10**6) * 1000 + n % 1000, n))
        elif dice < 0.85:
            cursor.execute(f"DELETE FROM {TABLE} WHERE n = %s", (n,))
        else:
            cursor.execute(f"INSERT IGNORE INTO {TABLE} (id, v, n) VALUES (%s, %s, %s)", (rng.randrange(10**6) * 1000 + n % 1000, version, n))


class ReadOnlyTest(LiveTest):
    """`server` is where statements go; `source` what is streamed, if that is another one."""

    source = None

    def setUp(self):
        super().setUp()
        self.sql(f"DROP USER {standard.USER}@'%'")
        self.server.create_user(standard.USER, standard.PASSWORD, ["SELECT, REPLICATION SLAVE, REPLICATION CLIENT ON *.*"])

    @property
    def streamed(self):
        return self.source or self.server

    def caught_up(self):
        if self.source:
            self.source.wait_for(self.server)

    def fill(self, rows=1000):
        """Rows that no event of the stream holds."""
        self.sql(f"CREATE TABLE {TABLE} (id INT PRIMARY KEY, v INT NOT NULL, n INT NOT NULL UNIQUE)")
        values = ", ".join(f"({n * 1000 + n % 1000}, 0, {n})" for n in range(rows))
        self.sql(f"INSERT INTO {TABLE} VALUES {values}")
        self.caught_up()

    def begin(self, **more):
        self.caught_up()
        settings = {"read.only": "true", "snapshot.mode": "no_data", "database.hostname": self.streamed.host,
                    "database.port": self.streamed.port, "snapshot.locking.mode": "none", **more}
        engine = self.engine(**settings).start()
        engine.wait_for_log("event=stream.started")
        return engine

    def execute(self, engine, filter=None):  # pylint: disable=redefined-builtin
        """Through the signal table of the primary, whose rows the replica logs."""
        conditions = [{"data-collection": TABLE, "filter": filter}] if filter else []
        signal_id = self.signal("execute-snapshot", {"data-collections": [TABLE], "additional-conditions": conditions})
        verdict = self.verdict(engine, signal_id)
        self.assertTrue(verdict["accepted"], verdict)
        return signal_id

    def ends(self, engine, signal_id, timeout=60):
        outcome = self.outcome(engine, signal_id, TABLE, timeout)
        self.assertEqual("COMPLETED", outcome["status"], f"{outcome} {said(engine.log())}")
        return outcome

    def wait_for_state(self, state, timeout=20):
        deadline = time.monotonic() + timeout
        while not self.streamed.query("SELECT 1 FROM information_schema.PROCESSLIST WHERE STATE LIKE %s AND USER = %s",
                                      (f"{state}%", standard.USER)):
            self.assertLess(time.monotonic(), deadline, f"nobody waits in '{state}'")
            time.sleep(0.02)

    def wrong(self, engine):
        """({id: (n, v)} of the records applied in order, the first record that goes back or brings back)."""
        rows, newest = {}, {}
        for number, change in enumerate(self.changes(engine)):
            value = change["value"]
            op, row = value["op"], value["after"] or value["before"]
            if row["v"] < newest.get(row["n"], 0):
                return rows, f"record {number}: {op} of n={row['n']} with v={row['v']} behind v={newest[row['n']]}"
            # A delete ends its version: a read of the same one behind it brings the row back.
            newest[row["n"]] = row["v"] + (op == "d")
            if op == "d":
                rows.pop(row["id"], None)
            else:
                rows[row["id"]] = (row["n"], row["v"])
        return rows, None

    def assert_exact(self, engine):
        """Ends the engine: its records neither go back nor lack anything."""
        self.caught_up()
        last = self.items_end()
        self.wait_for_changes(engine, 1, where=lambda change: (change["value"]["after"] or {}).get("n") == last)
        self.assert_stops(engine)
        rows, wrong = self.wrong(engine)
        self.assertIsNone(wrong)
        source = {row[0]: (row[1], row[2]) for row in self.server.query(f"SELECT id, n, v FROM {TABLE}")}
        self.assertEqual(source, rows)

    def items_end(self):
        """A row that says where the load ended; its n."""
        n = 2 * 10**9 - int(time.monotonic() * 10) % 10**9
        self.sql(f"INSERT INTO {TABLE} VALUES ({n}, 0, {n})")
        return n
