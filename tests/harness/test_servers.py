"""The harness itself: servers start, answer, stop, come back, and never outlive their test."""

import os
import signal
import ssl
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest
from pathlib import Path

import pymysql
from pymysql.constants import CLIENT

from harness import packages
from harness.engine import read_records
from harness.daemon import ServerError
from harness.servers import MariaDb, Mysql

TESTS = Path(__file__).resolve().parent.parent


def alive(pid):
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class BothServers:
    """What MySQL and MariaDB both do; `kind` is the class under test."""

    kind = None

    def test_starts_answers_and_stops(self):
        server = self.kind()
        pid, folder = server.pid, server.folder
        self.assertTrue(server.query("SELECT VERSION()")[0][0].startswith(server.version))
        self.assertEqual([("ROW", "FULL")], server.query("SELECT @@binlog_format, @@binlog_row_image"))
        self.assertEqual([("FULL",)], server.query("SELECT @@binlog_row_metadata"))
        self.assertEqual(1, len(server.binlogs()))
        server.stop()
        self.assertFalse(alive(pid))
        self.assertFalse(folder.exists())

    def test_two_at_a_time_do_not_meet(self):
        with self.kind() as one, self.kind() as two:
            self.assertNotEqual(one.port, two.port)
            one.execute("CREATE DATABASE shop")
            self.assertEqual([], two.query("SHOW DATABASES LIKE 'shop'"))
            self.assertNotEqual(one.query("SELECT @@server_id"), two.query("SELECT @@server_id"))

    def test_comes_back_after_a_kill_with_port_and_data(self):
        with self.kind(flush_log_at_trx_commit=1, sync_binlog=1) as server:
            port, pid = server.port, server.pid
            server.execute("CREATE DATABASE shop", "CREATE TABLE shop.t (a INT PRIMARY KEY)", "INSERT shop.t VALUES (1)")
            server.kill()
            self.assertFalse(alive(pid))
            with self.assertRaises(pymysql.err.OperationalError):
                server.connect()
            server.restart()
            self.assertEqual(port, server.port)
            self.assertEqual([(1,)], server.query("SELECT a FROM shop.t"))

    def test_starts_from_a_thread_that_ends(self):
        started = []
        thread = threading.Thread(target=lambda: started.append(self.kind()))
        thread.start()
        thread.join()
        time.sleep(0.3)
        with started[0] as server:
            self.assertTrue(server.running())

    def test_offers_tls_that_the_ca_vouches_for(self):
        with self.kind(tls=True) as server:
            context = ssl.create_default_context(cafile=server.ca)
            rows = server.query("SHOW STATUS LIKE 'Ssl_cipher'", ssl=context, host="127.0.0.1")
            self.assertNotEqual("", rows[0][1])

    def test_offers_no_tls_when_told_so(self):
        with self.kind(tls=False) as server:
            self.assertEqual("", server.query("SHOW STATUS LIKE 'Ssl_cipher'")[0][1])
            with server.connect() as connection:
                self.assertFalse(connection.server_capabilities & CLIENT.SSL)

    def test_client_tools_run(self):
        with self.kind() as server:
            self.assertEqual("7\n", server.run_sql("SELECT 3+4 AS n").split("n\n")[-1])
            server.execute("CREATE DATABASE shop", "CREATE TABLE shop.t (a INT)", "INSERT shop.t VALUES (1),(2)")
            dump = server.tool("mysqldump") + server.connection_args() + ["shop"]
            dumped = subprocess.run(dump, capture_output=True, text=True, check=True).stdout
            self.assertIn("VALUES(1),(2)", "".join(dumped.split()))
            log = str(server.data / server.binlogs()[0][0])
            shown = server.tool("mysqlbinlog") + ["--no-defaults", "-vv", log]
            self.assertIn("###   @1=2", subprocess.run(shown, capture_output=True, text=True, check=True).stdout)

    def test_users_log_in_with_their_password_only(self):
        with self.kind() as server:
            server.create_user("ann", "it's", ["SELECT ON *.*"])
            self.assertEqual([("ann@%",)], server.query("SELECT CURRENT_USER()", user="ann", password="it's"))
            with self.assertRaises(pymysql.err.OperationalError):
                server.connect(user="ann", password="wrong")

    def test_replica_follows(self):
        with self.kind() as primary:
            primary.execute("CREATE DATABASE shop", "CREATE TABLE shop.t (a INT PRIMARY KEY)")
            with self.kind(replica_of=primary) as replica:
                primary.execute("INSERT shop.t VALUES (5)")
                replica.wait_for(primary)
                self.assertEqual([(5,)], replica.query("SELECT a FROM shop.t"))

    def test_a_bad_option_is_told_with_the_log(self):
        with self.assertRaisesRegex(ServerError, "no-such-option"):
            self.kind(args=["--no-such-option=1"])

    def test_a_killed_parent_leaves_no_server(self):
        self._parent_ends(signal.SIGKILL)

    def test_a_terminated_parent_leaves_nothing(self):
        folder = self._parent_ends(signal.SIGTERM)
        self.assertFalse(Path(folder).exists())

    def _parent_ends(self, how):
        code = f"""
            import time
            from harness.servers import {self.kind.__name__} as Kind
            server = Kind()
            print(server.pid, server.folder, flush=True)
            time.sleep(600)
        """
        env = {**os.environ, "PYTHONPATH": str(TESTS)}
        with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True, env=env) as p:
            pid, folder = p.stdout.readline().split()
            self.assertTrue(alive(int(pid)))
            p.send_signal(how)
            p.wait()
        deadline = time.monotonic() + 10
        while alive(int(pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertFalse(alive(int(pid)))
        return folder


class MysqlTest(BothServers, unittest.TestCase):
    """MySQL, and what only it has."""

    kind = Mysql

    def test_is_not_mariadb(self):
        with Mysql() as server:
            self.assertNotIn("MariaDB", server.query("SELECT VERSION()")[0][0])
            self.assertGreaterEqual(server.installation.version_numbers(), (8, 0, 0))

    def test_options_reach_the_server(self):
        options = {"gtid": False, "binlog_row_metadata": "MINIMAL", "row_image": "NOBLOB", "checksum": False,
                   "compression": True, "partial_json": True, "server_id": 77, "sync_binlog": 9}
        with Mysql(**options, args=["--max-binlog-size=4096"]) as server:
            wanted = [("gtid_mode", "OFF"), ("binlog_row_metadata", "MINIMAL"), ("binlog_row_image", "NOBLOB"),
                      ("binlog_checksum", "NONE"), ("binlog_transaction_compression", 1),
                      ("binlog_row_value_options", "PARTIAL_JSON"), ("server_id", 77), ("sync_binlog", 9),
                      ("max_binlog_size", 4096)]
            for name, value in wanted:
                self.assertEqual([(value,)], server.query(f"SELECT @@GLOBAL.{name}"), name)

    def test_replica_follows_by_file_and_position(self):
        with Mysql(gtid=False) as primary, Mysql(gtid=False, replica_of=primary) as replica:
            primary.execute("CREATE DATABASE shop")
            deadline = time.monotonic() + 20
            while not replica.query("SHOW DATABASES LIKE 'shop'") and time.monotonic() < deadline:
                time.sleep(0.05)
            self.assertTrue(replica.query("SHOW DATABASES LIKE 'shop'"))

    def test_each_server_has_its_own_uuid(self):
        with Mysql() as one, Mysql() as two:
            self.assertNotEqual(one.query("SELECT @@server_uuid"), two.query("SELECT @@server_uuid"))


class MariaDbTest(BothServers, unittest.TestCase):
    """MariaDB."""

    kind = MariaDb


class AptSources(unittest.TestCase):
    """Which of the machine's apt entries is Debian's own."""

    def pick(self, **files):
        with tempfile.TemporaryDirectory() as folder:
            etc = Path(folder)
            (etc / "sources.list.d").mkdir()
            for name, text in files.items():
                stem, _, kind = name.rpartition("_")
                path = etc / "sources.list" if stem == "main" else etc / "sources.list.d" / f"{stem}.{kind}"
                path.write_text(textwrap.dedent(text), encoding="utf-8")
            return packages.debian_entry(etc)

    VENDOR = """\
        Types: deb
        URIs: https://vendor.example.org/debian
        Suites: bookworm
        Components: main
        Signed-By: /usr/share/keyrings/vendor.gpg
        """
    OURS = """\
        Types: deb
        # a comment
        URIs: http://mirror.example.org/debian
        Suites: bookworm bookworm-updates
        Components: main
        Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

        Types: deb
        URIs: http://mirror.example.org/debian-security
        Suites: bookworm-security
        Components: main
        Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
        """

    def test_picks_debian_among_vendors(self):
        found = self.pick(a_sources=self.VENDOR, b_sources=self.OURS)
        self.assertEqual(["http://mirror.example.org/debian"], found.uris)

    def test_reads_one_line_entries(self):
        found = self.pick(
            main_list="""\
                # deb http://old.example.org/debian bookworm main
                deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] http://x.example.org/debian bookworm main
                deb http://mirror.example.org/debian/ bookworm main contrib # ours
                """
        )
        self.assertEqual(["http://mirror.example.org/debian/"], found.uris)
        self.assertIn("Suites: sid\n", packages.unstable_source(found))

    def test_passes_over_disabled_and_source_entries(self):
        disabled = self.OURS.replace("Types: deb\n", "Types: deb-src\n")
        with self.assertRaisesRegex(RuntimeError, "no Debian entry"):
            self.pick(a_sources=disabled, b_sources=self.VENDOR)

    def test_keeps_a_key_written_in_place(self):
        text = self.OURS.replace("/usr/share/keyrings/debian-archive-keyring.gpg", "\n         -----BEGIN\n         .\n         abc")
        self.assertIn("-----BEGIN\n .\n abc", packages.unstable_source(self.pick(a_sources=text)))


class Records(unittest.TestCase):
    """What read_records makes of a file's end."""

    def test_leaves_out_the_half_line_at_the_end(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.jsonl"
            path.write_text('{"topic":"t","key":null,"value":1,"headers":[]}\n{"top', encoding="utf-8")
            self.assertEqual(["t"], [record["topic"] for record in read_records(path)])

    def test_a_broken_line_elsewhere_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.jsonl"
            path.write_text('{"top\n{}\n', encoding="utf-8")
            with self.assertRaisesRegex(ValueError, "a.jsonl:1"):
                read_records(path)


if __name__ == "__main__":
    unittest.main()
