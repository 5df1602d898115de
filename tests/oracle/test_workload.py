"""The workload against a server, without an engine: its journal is exact, whatever happens to its connections."""

import random
import socket
import time
import unittest

import pymysql

from harness.servers import Mysql
from oracle import source
from oracle.proxy import Proxy
from oracle.workload import LEDGER, Workload, mark


class WorkloadAgainstAServer(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Mysql()
        cls.addClassCleanup(cls.server.stop)

    def test_the_journal_tells_what_the_source_holds_though_connections_are_killed(self):
        rng = random.Random(5)
        workload = Workload(self.server, 5, tables=8, rows=300, rate=400)
        workload.set_up()
        workload.start()
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            time.sleep(0.1)
            try:
                self.server.execute(f"KILL CONNECTION {rng.choice(workload.connections())}")
            except pymysql.MySQLError:
                pass  # the connection has just gone by itself
        workload.stop()
        self.assertGreater(workload.journal.rolled_back, 10)
        self.assertGreater(workload.counts()["connection lost"], 0, workload.counts())
        connection = source.plain_connection(self.server)
        tables = source.describe(connection, workload.table_ids)
        held = {name: source.rows(connection, table) for name, table in tables.items()}
        connection.close()
        self.assertEqual({t.number for t in workload.journal.transactions}, {key for (key,) in held[LEDGER]})
        replayed = {name: {} for name in tables}
        rows = {}
        for transaction in workload.journal.transactions:
            for change in transaction.changes:
                if change.ended is not None:
                    replayed[change.table].pop(tables[change.table].identity_of_row(rows[change.ended]))
                if change.began is not None:
                    rows[change.began] = change.row
                    replayed[change.table][tables[change.table].identity_of_row(change.row)] = change.row
        for name, found in held.items():
            self.assertEqual(found.keys(), replayed[name].keys(), name)
            for identity, row in found.items():
                self.assertEqual(row, replayed[name][identity], name)
        mark(self.server, "here")
        self.assertEqual([("here",)], self.server.query("SELECT text FROM oracle.marker"))

    def test_keys_meet_where_the_server_says_that_they_are_one(self):
        """cells.collated() against the server's own weights, for every spelling that the workload may write."""
        self.server.execute("CREATE DATABASE weights")
        from oracle import cells, tables  # pylint: disable=import-outside-toplevel

        connection = self.server.connect()
        for name in ("t_ci", "t_latin", "t_exact"):
            table = next(t for t in tables.ALL if t.name == name)
            ddl = table.ddl.replace("oracle.", "weights.").replace("  PRIMARY KEY (id)", "  KEY (id)")
            self.server.execute(ddl)
            columns = source.describe(source.plain_connection(self.server), [f"weights.{name}"])[f"weights.{name}"].columns
            column = columns[0]
            texts = sorted({table.key(slot, form)["id"] for slot in range(200) for form in range(table.forms)})
            with connection.cursor() as cursor:
                cursor.execute("SET sql_mode = ''")
                for at, text in enumerate(texts):
                    cargo = "" if name != "t_exact" else ", amount"
                    cursor.execute(f"INSERT INTO weights.{name} (id, version{cargo}) VALUES (%s, {at}{', 0' if cargo else ''})",
                                   (text,))
                cursor.execute(f"SELECT COUNT(DISTINCT id) FROM weights.{name}")
                distinct = cursor.fetchone()[0]
                cursor.execute(f"SELECT a.version, b.version FROM weights.{name} a JOIN weights.{name} b ON a.id = b.id")
                pairs = cursor.fetchall()
            mine = [cells.collated(column, text) for text in texts]
            self.assertEqual(distinct, len(set(mine)), name)
            for one, other in pairs:
                self.assertEqual(mine[one], mine[other], f"{name}: {texts[one]!r}, {texts[other]!r}")
        connection.close()


class ProxyOnLoopback(unittest.TestCase):
    """Against an echo server."""

    def setUp(self):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(self._server.close)
        self.proxy = Proxy(self._server.getsockname()[1])
        self.addCleanup(self.proxy.close)

    def pair(self):
        client = socket.create_connection(("127.0.0.1", self.proxy.port))
        client.settimeout(5)
        self.addCleanup(client.close)
        server, _ = self._server.accept()
        server.settimeout(5)
        self.addCleanup(server.close)
        return client, server

    def assert_held_back(self, to):
        to.settimeout(0.2)
        with self.assertRaises(TimeoutError):
            to.recv(10)
        to.settimeout(5)

    def test_forwards_both_ways(self):
        client, server = self.pair()
        client.sendall(b"ping")
        self.assertEqual(b"ping", server.recv(10))
        server.sendall(b"pong")
        self.assertEqual(b"pong", client.recv(10))

    def test_drops_what_is_open_and_takes_new_connections(self):
        client, server = self.pair()
        client.sendall(b"x")
        server.recv(1)
        self.proxy.drop()
        self.assertEqual(b"", client.recv(1))
        self.assertEqual(b"", server.recv(1))
        self.pair()

    def test_stalls_and_flows_again(self):
        client, server = self.pair()
        self.proxy.stall()
        client.sendall(b"late")
        self.assert_held_back(server)
        self.proxy.flow()
        self.assertEqual(b"late", server.recv(10))

    def test_stalls_after_so_many_bytes_of_the_server(self):
        client, server = self.pair()
        self.proxy.stall_after(6)
        client.sendall(b"a long question")
        self.assertEqual(b"a long question", server.recv(100))
        server.sendall(b"five.")
        self.assertEqual(b"five.", client.recv(10))
        server.sendall(b"late")
        self.assert_held_back(client)
        self.proxy.flow()
        self.assertEqual(b"late", client.recv(10))
        server.sendall(b"no second stall")
        self.assertEqual(b"no second stall", client.recv(100))

    def test_counts_them_behind_a_statement(self):
        client, server = self.pair()
        self.proxy.stall_after(1, b"SNAPSHOT")
        server.sendall(b"before")
        self.assertEqual(b"before", client.recv(10))
        client.sendall(b"WITH CONSISTENT SNAPSHOT")
        server.recv(100)
        server.sendall(b"late")
        self.assert_held_back(client)
        self.assertTrue(self.proxy.stalled())

    def test_holds_back_dumps_alone(self):
        dump_client, dump_server = self.pair()
        client, server = self.pair()
        dump_client.sendall(b"\x0b\0\0\0\x12\4\0\0\0")
        self.assertEqual(0x12, dump_server.recv(100)[4])
        self.assertEqual(1, self.proxy.dumps())
        self.proxy.lag()
        server.sendall(b"row")
        self.assertEqual(b"row", client.recv(10))
        dump_server.sendall(b"event")
        self.assert_held_back(dump_client)
        self.proxy.flow()
        self.assertEqual(b"event", dump_client.recv(10))

    def test_refuses(self):
        self.proxy.refusing = True
        client = socket.create_connection(("127.0.0.1", self.proxy.port))
        self.addCleanup(client.close)
        client.settimeout(5)
        self.assertEqual(b"", client.recv(1))


if __name__ == "__main__":
    unittest.main()
