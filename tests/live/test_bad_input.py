"""What may be wrong around the engine: each a clear error with its remedy, its exit code, and nothing lost."""

import socket
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import standard  # pylint: disable=wrong-import-position
from harness.daemon import free_port  # pylint: disable=wrong-import-position
from harness.servers import Mysql  # pylint: disable=wrong-import-position
from live.support import (  # pylint: disable=wrong-import-position
    CONFLICT, OK, POSITION_LOST, SERVER, SIGNAL, STORAGE, STREAM, USAGE, LiveTest, fields, said)


class Continues(LiveTest):
    """Tests that break something between two good runs: rows a, b before; c while broken; d after mending."""

    def begin(self, **more):
        """A good run: a from the initial snapshot, b from the stream."""
        self.create_items()
        self.items("a")
        engine = self.engine(**more)
        engine.start()
        self.wait_for_names(engine, ["a"])
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)
        self.items("c")
        return engine

    def mended(self, engine):
        """After mending, the records go on exactly where they were."""
        engine.start()
        self.items("d")
        self.wait_for_names(engine, ["a", "b", "c", "d"])
        self.assert_stops(engine)
        self.assertEqual(["a", "b", "c", "d"], self.names(engine))


class Connection(Continues):
    def test_wrong_password(self):
        engine = self.begin()
        self.sql(f"ALTER USER {standard.USER} IDENTIFIED BY 'another'")
        self.ends_with(engine, SERVER, "access denied", standard.USER, "database.password")
        self.sql(f"ALTER USER {standard.USER} IDENTIFIED BY '{standard.PASSWORD}'")
        self.mended(engine)

    def test_wrong_user(self):
        engine = self.engine(**{"database.user": "nobody"})
        self.ends_with(engine, SERVER, "access denied", "nobody")

    def test_wrong_port(self):
        """At the first start it is an error; where an offset is stored, the server may be away for a while."""
        port = free_port()
        self.ends_with(self.engine(self.folder / "new", **{"database.port": port}), SERVER, str(port), "127.0.0.1")
        engine = self.begin()
        engine.defines = {"database.port": port}
        engine.start()
        engine.wait_for_log("event=connector.restarting")
        self.assertIn(str(port), engine.log())
        self.assert_stops(engine)
        engine.defines = {}
        self.mended(engine)

    def test_wrong_host(self):
        engine = self.engine(**{"database.hostname": "no-such-host.invalid"})
        self.ends_with(engine, SERVER, "no-such-host.invalid", "database.hostname")

    def test_a_port_where_something_else_answers(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def answer():
                try:
                    while True:
                        peer, _ = listener.accept()
                        peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
                        peer.close()
                except OSError:
                    pass

            threading.Thread(target=answer, daemon=True).start()
            engine = self.engine(**{"database.port": listener.getsockname()[1]})
            self.ends_with(engine, SERVER, str(listener.getsockname()[1]))

    def test_a_port_where_nobody_speaks(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            engine = self.engine(**{"database.port": listener.getsockname()[1], "connect.timeout.ms": 1500})
            self.ends_with(engine, SERVER, str(listener.getsockname()[1]), timeout=20)


class Grants(Continues):
    def missing(self, privilege, *patterns, begin=True):
        engine = self.begin() if begin else self.engine()
        if not begin:
            self.create_items()
            self.items("a", "b", "c")
        self.sql(f"REVOKE {privilege} ON *.* FROM {standard.USER}")
        line = self.ends_with(engine, SERVER, "GRANT", privilege, *patterns)
        self.assertRegex(fields(line)["do"], f"GRANT .*{privilege}")
        self.sql(f"GRANT {privilege} ON *.* TO {standard.USER}")
        self.mended(engine)

    def test_replication_slave(self):
        self.missing("REPLICATION SLAVE")

    def test_replication_client(self):
        self.missing("REPLICATION CLIENT")

    def test_select(self):
        """Without SELECT the tables are not to be seen at all."""
        self.missing("SELECT", begin=False)

    def test_reload_for_the_initial_snapshot(self):
        """Without the global lock there are table locks, and without these an error."""
        self.create_items()
        self.items("a", "b", "c")
        self.sql(f"REVOKE RELOAD, LOCK TABLES ON *.* FROM {standard.USER}")
        engine = self.engine()
        self.ends_with(engine, SERVER, "RELOAD")
        self.sql(f"GRANT RELOAD ON *.* TO {standard.USER}")
        self.mended(engine)

    def test_insert_on_the_signal_table(self):
        engine = self.begin()
        self.sql(f"REVOKE INSERT ON {self.signals} FROM {standard.USER}")
        line = self.ends_with(engine, SERVER, "INSERT", self.signals)
        self.assertRegex(fields(line)["do"].replace("`", ""), f"GRANT .*INSERT.* ON {self.signals}")
        self.sql(f"GRANT INSERT ON {self.signals} TO {standard.USER}")
        self.mended(engine)

    def test_delete_on_the_signal_table_where_windows_close_by_delete(self):
        engine = self.begin(**{"incremental.snapshot.watermarking.strategy": "insert_delete"})
        self.sql(f"REVOKE DELETE ON {self.signals} FROM {standard.USER}")
        line = self.ends_with(engine, SERVER, "DELETE", self.signals)
        self.assertRegex(fields(line)["do"].replace("`", ""), f"GRANT .*DELETE.* ON {self.signals}")
        self.sql(f"GRANT DELETE ON {self.signals} TO {standard.USER}")
        self.mended(engine)


class ServerSettings(Continues):
    def setting(self, name, bad, good, *patterns):
        engine = self.begin()
        self.sql(f"SET GLOBAL {name} = '{bad}'")
        self.addCleanup(self.sql, f"SET GLOBAL {name} = '{good}'")
        line = self.ends_with(engine, SERVER, name, bad, *patterns)
        self.assertIn(good, fields(line)["do"])
        self.sql(f"SET GLOBAL {name} = '{good}'")
        self.mended(engine)

    def test_binlog_format_statement(self):
        self.setting("binlog_format", "STATEMENT", "ROW")

    def test_binlog_format_mixed(self):
        self.setting("binlog_format", "MIXED", "ROW")

    def test_row_image_minimal(self):
        self.setting("binlog_row_image", "MINIMAL", "FULL")

    def test_no_binlog_at_all(self):
        with Mysql(args=["--skip-log-bin"], gtid=False) as server:
            server.execute("CREATE DATABASE shop", "CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(9))")
            standard.account(server)
            engine = standard.engine(server, self.folder, **{"database.include.list": "shop"})
            self.addCleanup(engine.kill)
            self.ends_with(engine, SERVER, "log_bin|binary log")


class Position(Continues):
    def test_purged(self):
        engine = self.begin()
        stored = (self.folder / "offsets.json").read_bytes()
        self.sql("FLUSH BINARY LOGS", "FLUSH BINARY LOGS")
        last = self.server.binlogs()[-1][0]
        self.sql(f"PURGE BINARY LOGS TO '{last}'")
        self.ends_with(engine, POSITION_LOST, "purged", "offset")
        self.assertEqual(stored, (self.folder / "offsets.json").read_bytes())
        self.assertEqual(["a", "b"], self.names(engine))
        # The remedy: begin anew.
        (self.folder / "offsets.json").unlink()
        for path in (self.folder / "records").iterdir():
            path.unlink()
        for path in self.folder.glob("offsets.json*"):
            path.unlink()
        engine.start()
        self.wait_for_names(engine, ["a", "b", "c"])
        self.assert_stops(engine)

    def test_of_another_server(self):
        """The stored GTIDs are not the ones of this server."""
        engine = self.begin()
        with Mysql() as other:
            other.execute("CREATE DATABASE shop", "CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(9))",
                          standard.SIGNAL_DDL.format(self.signals))
            standard.account(other, self.signals)
            engine.defines = {"database.port": other.port}
            self.ends_with(engine, POSITION_LOST, "gtid|another server")
        engine.defines = {}
        self.mended(engine)


class Signals(LiveTest):
    """Malformed signals: refused with a reason, streaming goes on."""

    CASES = (
        ("an unknown type", "execute-snapshots", {"data-collections": ["shop.items"]}, ["execute-snapshots", "execute-snapshot"]),
        ("bad JSON", "execute-snapshot", '{"data-collections": ["shop.items"', ["JSON"]),
        ("JSON that is no object", "execute-snapshot", '["shop.items"]', ["object"]),
        ("no data", "execute-snapshot", None, ["data-collections"]),
        ("an unknown field", "execute-snapshot", {"data-collection": ["shop.items"]}, ["data-collection", "data-collections"]),
        ("a missing table", "execute-snapshot", {"data-collections": ["shop.itmes"]}, ["shop.itmes", "shop.items"]),
        ("the singular condition", "execute-snapshot",
         {"data-collections": ["shop.items"], "additional-condition": "id > 1"}, ["additional-condition", "additional-conditions"]),
        ("no collections", "execute-snapshot", {"data-collections": []}, ["data-collections", "empty"]),
        ("a collection that is no string", "execute-snapshot", {"data-collections": [5]}, ["data-collections", "string"]),
        ("a bad expression", "execute-snapshot", {"data-collections": ["shop.(items"]}, [r"shop.\(items"]),
        ("a condition with an SQL error", "execute-snapshot",
         {"data-collections": ["shop.items"],
          "additional-conditions": [{"data-collection": "shop.items", "filter": "no_such > 1"}]}, ["no_such"]),
        ("a condition for no table", "execute-snapshot",
         {"data-collections": ["shop.items"],
          "additional-conditions": [{"data-collection": "shop.other", "filter": "id > 1"}]}, ["shop.other"]),
        ("an unknown snapshot type", "execute-snapshot", {"data-collections": ["shop.items"], "type": "quick"},
         ["quick", "incremental"]),
        ("a pause of what cannot be paused", "pause-snapshot", {"type": "blocking"}, ["blocking", "cannot be paused"]),
        ("a log without message", "log", {}, ["message"]),
        ("a resume of nothing", "resume-snapshot", None, ["paused|running"]),
        ("a pause of nothing", "pause-snapshot", None, ["running"]),
    )

    def test_each_is_refused_with_its_reason(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        for name, kind, data, patterns in self.CASES:
            with self.subTest(name):
                verdict = self.verdict(engine, self.signal(kind, data))
                self.assertFalse(verdict["accepted"], verdict)
                for pattern in patterns:
                    self.assertRegex(verdict["reason"], pattern)
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        log = engine.log()
        self.assertRegex(log, r"event=signal\.\w+ .*shop\.itmes")
        self.assert_stops(engine)

    def test_an_update_of_a_signal_row_is_no_signal(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        first = self.signal("log", {"message": "hello"})
        self.assertTrue(self.verdict(engine, first)["accepted"])
        self.sql(f"UPDATE {self.signals} SET type = 'execute-snapshot', data = '{{\"data-collections\": [\"shop.items\"]}}'"
                 f" WHERE id = '{first}'")
        engine.wait_for_log("event=signal.update_ignored")
        self.assert_stops(engine)

    def test_the_command_says_so_too(self):
        self.create_items()
        engine = self.engine().start()
        engine.wait_for_log("event=stream.started")
        done = engine.call("signal", "execute-snapshot", "shop.itmes")
        self.assertEqual(SIGNAL, done.returncode, done.stdout + done.stderr)
        self.assertIn("shop.items", done.stdout + done.stderr)
        self.assert_stops(engine)
        done = engine.call("signal", "execute-snapshot", "shop.items", "--timeout", "1")
        self.assertEqual(SIGNAL, done.returncode, "no engine runs: no verdict can come")


class SignalTable(Continues):
    def faulty(self, ddl, *patterns, code=SERVER):
        engine = self.begin()
        self.sql(f"DROP TABLE {self.signals}", *([ddl] if ddl else []))
        self.ends_with(engine, code, "shop.signals|`shop`.`signals`", *patterns)
        self.sql(f"DROP TABLE IF EXISTS {self.signals}", standard.SIGNAL_DDL.format(self.signals))
        self.mended(engine)

    def test_missing(self):
        self.faulty(None, "CREATE TABLE")

    def test_short_id(self):
        self.faulty(f"CREATE TABLE {self.signals} (id VARCHAR(36) PRIMARY KEY, type VARCHAR(32), data VARCHAR(2048))", "36", "42",
                    "ALTER TABLE")

    def test_extra_column(self):
        self.faulty(f"CREATE TABLE {self.signals} (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32), data VARCHAR(2048), note INT)",
                    "note|three|3", "ALTER TABLE|CREATE TABLE")

    def test_missing_column(self):
        self.faulty(f"CREATE TABLE {self.signals} (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32))", "three|3",
                    "ALTER TABLE|CREATE TABLE")

    def test_column_that_is_no_string(self):
        self.faulty(f"CREATE TABLE {self.signals} (id INT PRIMARY KEY, type VARCHAR(32), data VARCHAR(2048))", "id", "string|VARCHAR")

    def test_another_case(self):
        """The name is taken as the server spells it; the error names the table that was meant."""
        engine = self.begin()
        engine.defines = {"signal.data.collection": "shop.SIGNALS"}
        self.ends_with(engine, SERVER, "shop.signals")
        engine.defines = {}
        self.mended(engine)

    def test_without_a_primary_key_it_works_with_a_warning(self):
        self.create_items()
        self.items("a")
        self.sql(f"ALTER TABLE {self.signals} DROP PRIMARY KEY")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.assertRegex(engine.log(), r" warn event=\S+ .*[Pp]rimary|PRIMARY KEY")
        signal = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.assertEqual("COMPLETED", self.outcome(engine, signal, "shop.items")["status"])
        self.assert_stops(engine)


class Tables(Continues):
    def test_a_list_that_matches_nothing_is_a_warning(self):
        self.create_items()
        engine = self.engine(**{"table.include.list": "shop.nothing"}).start()
        engine.wait_for_log("event=stream.started")
        self.assertIn(" warn event=", said(engine.log()))
        self.sql("CREATE TABLE shop.nothing (id INT PRIMARY KEY, name VARCHAR(9))", "INSERT INTO shop.nothing VALUES (1, 'x')")
        self.wait_for_changes(engine, 1, "nothing")
        self.assert_stops(engine)

    def test_a_table_dropped_while_the_engine_was_down(self):
        self.create_items()
        self.sql("CREATE TABLE shop.gone (id INT PRIMARY KEY)")
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        self.sql("INSERT INTO shop.gone VALUES (1)", "DROP TABLE shop.gone")
        self.items("b")
        engine.start()
        self.wait_for_names(engine, ["a", "b"])
        self.wait_for_changes(engine, 1, "gone")
        refused = self.verdict(engine, self.signal("execute-snapshot", {"data-collections": ["shop.gone"]}))
        self.assertFalse(refused["accepted"])
        self.assertIn("shop.gone", refused["reason"])
        self.assert_stops(engine)

    def test_a_table_dropped_during_its_snapshot_fails_the_run(self):
        self.create_items()
        self.sql("CREATE TABLE shop.big (id INT PRIMARY KEY, pad CHAR(100))")
        self.sql("SET SESSION cte_max_recursion_depth = 100000", "INSERT INTO shop.big WITH RECURSIVE n (i) AS (SELECT 1 UNION"
                 " ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT i, 'x' FROM n")
        self.items("a")
        engine = self.engine(**{"snapshot.mode": "no_data", "incremental.snapshot.chunk.size": 10}).start()
        engine.wait_for_log("event=stream.started")
        signal = self.signal("execute-snapshot", {"data-collections": ["shop.big"]})
        self.wait_for_changes(engine, 100, "big")
        self.sql("DROP TABLE shop.big")
        outcome = self.outcome(engine, signal, "shop.big")
        self.assertEqual("FAILED", outcome["status"], outcome)
        self.assertTrue(outcome["reason"])
        self.items("b")
        self.wait_for_names(engine, ["b"])
        self.assert_stops(engine)


class ServerKilled(LiveTest):
    server_options = {"flush_log_at_trx_commit": 1, "sync_binlog": 1}

    def test_and_back(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"errors.retry.delay.initial.ms": 50}).start()
        self.wait_for_names(engine, ["a"])
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.server.kill()
        line = engine.wait_for_log(r"event=\S*reconnect\S*").string
        self.assertIn(" warn " if " warn " in line else " info ", line)
        time.sleep(1)
        self.server.restart()
        self.items("c")
        self.wait_for_names(engine, ["a", "b", "c"])
        self.server.restart()
        self.items("d")
        self.wait_for_names(engine, ["a", "b", "c", "d"])
        self.assert_stops(engine)

    def test_during_an_incremental_snapshot(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(80))", "SET SESSION cte_max_recursion_depth = 100000",
                 "INSERT INTO shop.items WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                 " SELECT i, i FROM n")
        engine = self.engine(**{"errors.retry.delay.initial.ms": 50, "snapshot.mode": "no_data",
                                "incremental.snapshot.chunk.size": 20}).start()
        engine.wait_for_log("event=stream.started")
        signal = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.wait_for_changes(engine, 100)
        self.server.kill()
        time.sleep(0.5)
        self.server.restart()
        self.assertEqual("COMPLETED", self.outcome(engine, signal, "shop.items", timeout=60)["status"])
        self.assert_stops(engine)
        self.assertEqual(list(range(1, 20001)), sorted(c["key"]["id"] for c in self.changes(engine)))


class Storage(Continues):
    def small_disk(self, size):
        """A file system that is soon full, at folder/small."""
        small = self.folder / "small"
        small.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(small)], capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest(f"a small file system needs root: {done.stderr.decode().strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", str(small)], check=True)
        return small

    def test_full_disk_under_the_records(self):
        self.create_items()
        self.items("a")
        small = self.small_disk("256k")
        (small / "records").mkdir()
        engine = self.engine(**{"debezium.sink.file.path": f"{small}/records/"}).start()
        expected = ["a"] + [f"{n:05d} {'x' * 60}" for n in range(2000)]
        self.items(*expected[1:1000])
        self.ends_with(engine, STORAGE, "no space left", str(small))
        self.items(*expected[1000:])
        self.ends_with(engine, STORAGE, "no space left")  # again, still full
        subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
        engine.start()
        names = lambda: [c["value"]["after"]["name"] for c in engine.records(small / "records")
                         if c["topic"] == "tm.shop.items" and c["value"]]
        engine.wait_until(lambda: len(names()) >= len(expected), 30, "all rows")
        self.assert_stops(engine)
        self.assertEqual(expected, names())

    def test_full_disk_under_the_offset(self):
        self.create_items()
        self.items("a")
        small = self.small_disk("256k")
        engine = self.engine(**{"offset.storage.file.filename": small / "offsets.json"}).start()
        self.wait_for_names(engine, ["a"])
        engine.wait_until(lambda: (small / "offsets.json").exists(), 10, "an offset file")
        with open(small / "ballast", "wb", buffering=0) as ballast:
            with self.assertRaises(OSError):
                while True:
                    ballast.write(b"x" * 1024)
        self.items("b")
        self.ends_with(engine, STORAGE, "no space left", "offsets.json")
        (small / "ballast").unlink()
        engine.start()
        self.items("c")
        self.wait_for_names(engine, ["a", "b", "c"])
        self.assert_stops(engine)

    def test_standard_output_that_is_full(self):
        self.create_items()
        self.items("a")
        engine = self.engine(sink="stdout")
        with open("/dev/full", "wb") as full:
            done = subprocess.run(engine.command("run"), stdout=full, stderr=subprocess.PIPE, text=True, timeout=30, check=False)
        self.assertEqual(STORAGE, done.returncode, done.stderr)
        self.assertRegex(done.stderr, "(?i)no space left")

    def test_standard_output_that_nobody_reads(self):
        """`tidemark run ... | head -1` ends, and says why."""
        self.create_items()
        self.items("a", "b")
        engine = self.engine(sink="stdout")
        with subprocess.Popen(engine.command("run"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            child.stdout.readline()
            child.stdout.close()
            self.items(*("x" * 70 for _ in range(50)))
            child.wait(30)
            text = child.stderr.read()
        self.assertEqual(STORAGE, child.returncode, text)
        self.assertRegex(said(text), "reader of standard output|[Bb]roken pipe")

    def test_an_offset_folder_that_is_none(self):
        (self.folder / "file").write_text("", encoding="utf-8")
        engine = self.engine(**{"offset.storage.file.filename": self.folder / "file/offsets.json"})
        self.ends_with(engine, STORAGE, "file/offsets.json|/file")

    def test_an_offset_folder_that_is_read_only(self):
        small = self.small_disk("64k")
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        engine = self.engine(**{"offset.storage.file.filename": small / "offsets.json"})
        self.ends_with(engine, STORAGE, "read-only|permission", str(small))

    def test_a_damaged_offset_file(self):
        engine = self.begin()
        path = self.folder / "offsets.json"
        good = path.read_text(encoding="utf-8")
        path.write_text(good[: len(good) // 2], encoding="utf-8")
        got = self.ends_with(engine.start(), STREAM, "offsets.json")
        self.assertTrue(got)
        self.assertEqual(good[: len(good) // 2], path.read_text(encoding="utf-8"), "it is left as it is")
        path.write_text(good, encoding="utf-8")
        self.mended(engine)

    def test_debeziums_offset_file_is_never_overwritten(self):
        theirs = bytes.fromhex("aced0005737200116a6176612e7574696c2e486173684d61700507dac1c31660d103000246000a6c6f6164466163"
                               "746f724900097468726573686f6c6478703f4000000000000c770800000010000000007878")
        path = self.folder / "offsets.json"
        engine = self.engine()
        path.write_bytes(theirs)
        self.ends_with(engine, USAGE, "Debezium|Java", "offsets.json")
        self.assertEqual(theirs, path.read_bytes())

    def test_records_without_an_offset_are_not_overwritten(self):
        """Without its offset the output cannot be gone on with."""
        engine = self.begin()
        before = {path: path.read_bytes() for path in (self.folder / "records").iterdir()}
        moved = self.folder / "moved"
        (self.folder / "offsets.json").rename(moved)
        self.assertNotEqual(OK, engine.run(timeout=30))
        self.assertRegex(engine.log(), "records")
        self.assertEqual(before, {path: path.read_bytes() for path in (self.folder / "records").iterdir()})
        moved.rename(self.folder / "offsets.json")
        self.mended(engine)


class Conflicts(Continues):
    def test_a_second_instance(self):
        self.create_items()
        self.items("a")
        engine = self.engine().start()
        self.wait_for_names(engine, ["a"])
        second = self.engine(name="second", **{"database.server.id": 4711})
        self.ends_with(second, CONFLICT, str(engine.pid), "offsets.json")
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)

    def test_a_server_id_that_another_holds(self):
        self.create_items()
        self.items("a")
        engine = self.engine(**{"database.server.id": 5001}).start()
        self.wait_for_names(engine, ["a"])
        engine.wait_until(lambda: any(row[0] == 5001 for row in self.server.query("SHOW REPLICAS")), 10, "registration")
        second = self.engine(self.folder / "second", **{"database.server.id": 5001})
        self.ends_with(second, CONFLICT, "5001", "database.server.id")
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)

    def test_the_server_id_of_the_server(self):
        engine = self.engine(**{"database.server.id": self.server.server_id})
        self.ends_with(engine, USAGE, str(self.server.server_id), "database.server.id")

    def test_the_same_instance_comes_back_at_once_after_a_kill(self):
        """The server may still list the killed client: the same name takes its place."""
        self.create_items()
        self.items("a")
        engine = self.engine(**{"database.server.id": 5002}).start()
        self.wait_for_names(engine, ["a"])
        engine.wait_until(lambda: standard.stored(self.folder), 10, "a stored offset")
        time.sleep(0.3)
        engine.kill()
        engine.start()
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)


class Configuration(LiveTest):
    def refused(self, *patterns, **more):
        engine = self.engine(**more)
        code = engine.run(timeout=15)
        self.assertEqual(USAGE, code, engine.log())
        for pattern in patterns:
            self.assertRegex(engine.log(), pattern)
        self.assertNotIn(standard.PASSWORD, engine.log())

    def test_an_unknown_property_names_the_nearest(self):
        self.refused("snapshot.moed", "snapshot.mode", **{"snapshot.moed": "initial"})

    def test_an_unknown_property_may_pass_with_a_warning(self):
        self.create_items()
        engine = self.engine(**{"snapshot.moed": "initial", "tidemark.unknown.properties": "warn"}).start()
        engine.wait_for_log("event=stream.started")
        self.assertRegex(engine.log(), " warn .*snapshot.moed")
        self.assert_stops(engine)

    def test_all_errors_come_together(self):
        self.refused("database.port", "77777777", "snapshot.mode", "quickly", "initial_only", "no.such.thing",
                     **{"database.port": 77777777, "snapshot.mode": "quickly", "no.such.thing": 1})

    def test_a_required_property_is_missing(self):
        self.refused("topic.prefix", **{"topic.prefix": None})

    def test_what_is_not_there_yet_is_refused_by_name(self):
        self.refused("errors.tolerance", "all", **{"errors.tolerance": "all"})

    def test_no_file(self):
        engine = self.engine()
        engine.config_path.unlink()
        self.assertEqual(USAGE, engine.run())
        self.assertIn("engine.properties", engine.log())

    def test_no_command(self):
        engine = self.engine()
        done = subprocess.run([engine.command()[0], "fly"], capture_output=True, text=True, check=False)
        self.assertEqual(USAGE, done.returncode)


if __name__ == "__main__":
    unittest.main()
