"""The property walk: each property of priority P0 or P1 acts, and a test sees it, or is refused by name, or cannot matter."""

import ast
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pymysql  # pylint: disable=wrong-import-position

from harness import standard  # pylint: disable=wrong-import-position
from harness.engine import ROOT, binary  # pylint: disable=wrong-import-position
from live.support import OK, USAGE, LiveTest, said  # pylint: disable=wrong-import-position

HERE = Path(__file__).resolve().parent

PLAIN = {
    "name": "walk",
    "connector.class": "MySqlConnector",
    "topic.prefix": "tm",
    "database.hostname": "127.0.0.1",
    "database.user": "u",
    "database.password": "p",
    "database.server.id": "5401",
    "debezium.sink.type": "stdout",
}


def rows():
    """(property, priority, what, seen) of the table."""
    for line in (HERE / "properties.tsv").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield tuple(line.split("\t"))


def pattern_of(name):
    """An expression for a property's name: <x> and * stand for anything."""
    parts = re.split(r"<[^>]*>|\*", name)
    return re.compile(r"[\w.${}-]+".join(map(re.escape, parts)))


def base_text(source, body, node):
    """What its bases give to a class: those of its module, and those of other modules of live tests, which are whole."""
    text = []
    bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
    for part in body:
        if isinstance(part, ast.ClassDef) and part.name in bases:
            text += [ast.get_source_segment(source, part), base_text(source, body, part)]
        elif isinstance(part, ast.ImportFrom) and part.module.startswith("live."):
            if bases & {alias.name for alias in part.names}:
                text.append((HERE / f"{part.module.removeprefix('live.')}.py").read_text(encoding="utf-8"))
    return "\n".join(text)


def live_test_text(name):
    """What a live test rests on: its own text, what class, bases and module share, and what every test sets. None: no such test."""
    module, of_class, method = name.split(".")
    path = HERE / f"{module}.py"
    if not path.exists():
        return None
    source = path.read_text(encoding="utf-8")
    body = ast.parse(source).body
    shared = [ast.get_source_segment(source, node) for node in body if not isinstance(node, ast.ClassDef)]
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name == of_class:
            parts = [n for n in node.body if not isinstance(n, ast.FunctionDef) or n.name in (method, "setUp") or
                     not n.name.startswith("test")]
            if any(isinstance(n, ast.FunctionDef) and n.name == method for n in parts):
                text = shared + [ast.get_source_segment(source, n) for n in parts] + [base_text(source, body, node)]
                return "\n".join(text) + (ROOT / "tests/harness/standard.py").read_text(encoding="utf-8")
    return None


def unit_test_text(name, sources={}):  # pylint: disable=dangerous-default-value
    """The text of a case Suite.Case in any *_test.cc; None: there is none."""
    if not sources:
        for path in (ROOT / "src").rglob("*_test.cc"):
            for part in re.split(r"(?m)^(?=TEST(?:_F|_P)?\()", path.read_text(encoding="utf-8"))[1:]:
                found = re.match(r"TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", part)
                if found:
                    sources[f"{found[1]}.{found[2]}"] = part
    return sources.get(name)


class Walk(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="tidemark-walk-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def check(self, setting):
        """(exit code, errors) of the program on a configuration with this setting; it asks nobody but the file."""
        name, _, value = setting.partition("=")
        of_server = name.startswith(("debezium.", "quarkus.")) and not name.startswith("debezium.sink.")
        settings = dict(PLAIN, **{"offset.storage.file.filename": self.folder / "offsets"})
        if of_server:
            settings = {n if n.startswith("debezium.") else f"debezium.source.{n}": v for n, v in settings.items()}
        settings[name] = value
        config = self.folder / "walk.properties"
        config.write_text("".join(f"{n}={v}\n" for n, v in settings.items()), encoding="utf-8")
        done = subprocess.run([binary(), "offsets", "show", str(config)], capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stderr

    def test_the_base_is_accepted(self):
        code, errors = self.check("tasks.max=1")
        self.assertNotEqual(USAGE, code, errors)

    def test_every_property(self):
        seen = set()
        for name, priority, what, where in rows():
            with self.subTest(property=name):
                self.assertNotIn(name, seen, "twice in the table")
                seen.add(name)
                self.assertIn(priority, ("P0", "P1"))
                getattr(self, f"walk_{what}")(name, where)
        self.assertGreater(len(seen), 150)

    def walk_acts(self, name, where):
        text = live_test_text(where) if where.count(".") == 2 else unit_test_text(where)
        self.assertIsNotNone(text, f"there is no test {where}")
        # A name put together: flag = "a.b."; {flag + "c": ...}
        for variable, start in re.findall(r'(\w+) = "([\w.]+\.)"', text):
            text = text.replace(f'{variable} + "', f'"{start}')
        self.assertRegex(text, pattern_of(name), f"{where} does not set it")

    def walk_refused(self, name, setting):
        self.assertRegex(setting, pattern_of(name))
        code, errors = self.check(setting)
        self.assertEqual(USAGE, code, f"{setting} is accepted now: name the test that sees it act")
        self.assertIn(setting.partition("=")[0], errors)
        self.assertIn(" do=", errors)

    def walk_accepted(self, name, setting):
        self.assertRegex(setting, pattern_of(name))
        code, errors = self.check(setting)
        self.assertNotEqual(USAGE, code, errors)


class Acts(LiveTest):
    """Properties that no other test sets."""

    def test_initial_statements(self):
        self.create_items()
        self.sql("CREATE TABLE shop.log (text VARCHAR(20))", f"GRANT INSERT ON shop.log TO '{standard.USER}'@'%'")
        engine = self.engine(signals=False, **{"table.include.list": "shop.items",
                                               "database.initial.statements": "SET @a = 'x;;y'; INSERT INTO shop.log VALUES (@a);"})
        engine.start()
        engine.wait_for_log("event=stream.started")
        self.assert_stops(engine)
        self.assertGreaterEqual(self.count("SELECT COUNT(*) FROM shop.log WHERE text = 'x;y'"), 1)
        self.assertEqual(0, self.count("SELECT COUNT(*) FROM shop.log WHERE text <> 'x;y'"))

    def count(self, sql):
        connection = self.server.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchone()[0]
        finally:
            connection.close()

    def test_query_timeout(self):
        engine = self.engine(signals=False, **{"database.query.timeout.ms": "700", "heartbeat.interval.ms": "100",
                                               "heartbeat.action.query": "SELECT SLEEP(20)"})
        began = time.monotonic()
        engine.start()
        engine.wait_for_log("event=heartbeat.action_failed", timeout=15)
        self.assertLess(time.monotonic() - began, 15)
        engine.kill()

    def test_excluded_databases(self):
        self.create_items()
        self.sql("DROP DATABASE IF EXISTS other", "CREATE DATABASE other", "CREATE TABLE other.t (id INT PRIMARY KEY)")
        self.addCleanup(self.sql, "DROP DATABASE other")
        engine = self.engine(signals=False, **{"database.include.list": None, "database.exclude.list": "oth.*"}).start()
        engine.wait_for_log("event=stream.started")
        self.sql("INSERT INTO other.t VALUES (1)")
        self.items("a")
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        self.assertEqual({"tm.shop.items"}, {r["topic"] for r in engine.records(self.folder / "records")})

    def test_delays(self):
        self.create_items()
        engine = self.engine(signals=False, **{"streaming.delay.ms": "1500"}).start()
        engine.wait_for_log("event=snapshot.completed")
        began = time.monotonic()
        engine.wait_for_log("event=stream.started")
        self.assertGreater(time.monotonic() - began, 1.0)

    def test_years_are_not_moved(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, at DATE)", "SET sql_mode = ''", "INSERT INTO shop.items VALUES (1, '0024-01-01')")
        for adjuster, year in (("true", 2024), ("false", 24)):
            folder = self.folder / adjuster
            engine = self.engine(folder, name="e" + adjuster, signals=False, **{"enable.time.adjuster": adjuster}).start()
            engine.wait_for_log("event=stream.started")
            self.assert_stops(engine)
            days = self.changes(engine, folder=folder)[0]["value"]["after"]["at"]
            self.assertAlmostEqual(year, 1970 + days / 365.2425, delta=0.1)

    def test_headers_can_be_left_out(self):
        self.create_items()
        self.items("a")
        engine = self.engine(signals=False, **{"extended.headers.enabled": "false"}).start()
        self.assertEqual({}, self.wait_for_changes(engine, 1)[0]["headers"])

    def test_null_stays_null(self):
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, n INT DEFAULT 5)", "INSERT INTO shop.items VALUES (1, NULL)")
        for replace, value in (("true", 5), ("false", None)):
            folder = self.folder / replace
            engine = self.engine(folder, name="e" + replace, signals=False, **{"value.converter.replace.null.with.default": replace}).start()
            engine.wait_for_log("event=stream.started")
            self.assert_stops(engine)
            self.assertEqual(value, self.changes(engine, folder=folder)[0]["value"]["after"]["n"])

    def test_retries_end(self):
        engine = self.engine(signals=False, **{"errors.max.retries": "2", "errors.retry.delay.initial.ms": "50",
                                               "errors.retry.delay.max.ms": "100"}).start()
        engine.wait_for_log("event=stream.started")
        connection = self.server.connect()
        self.addCleanup(connection.close)
        # No account, no link: each attempt fails at the log-in, which nobody repeats for ever.
        self.sql(f"ALTER USER '{standard.USER}'@'%' ACCOUNT LOCK")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '{standard.USER}'")
            for (thread,) in cursor.fetchall():
                try:
                    cursor.execute(f"KILL {thread}")
                except pymysql.MySQLError as error:
                    self.assertEqual(1094, error.args[0])  # it was over
        self.assertNotEqual(OK, engine.wait(30), said(engine.log()))

    def test_a_queue_of_one_byte(self):
        self.create_items()
        engine = self.engine(signals=False, **{"max.queue.size.in.bytes": "1"}).start()
        engine.wait_for_log("event=stream.started")
        names = [str(n) for n in range(50)]
        self.items(*names)
        self.wait_for_names(engine, names)
        self.assert_stops(engine)

    def test_log_level(self):
        config = {name if name.startswith("debezium.") else f"debezium.source.{name}": value
                  for name, value in standard.properties(self.server, self.folder, "stdout", **{"database.include.list": "shop"}).items()
                  if not name.startswith(("key.converter", "value.converter", "header.converter"))}
        for number, level, shown in ((7001, "INFO", True), (7002, "WARN", False)):
            engine = self.engine(self.folder, name=level)
            engine.write_config(dict(config, **{"quarkus.log.level": level, "debezium.source.database.server.id": number,
                                                "debezium.source.offset.storage.file.filename": self.folder / level}))
            engine.start()
            engine.wait_until(lambda folder=level: (self.folder / folder).exists(), 20, "an offset")
            time.sleep(0.5)
            self.assert_stops(engine)
            self.assertEqual(shown, " info event=" in engine.log())

    def test_a_limit_on_tables(self):
        limit = {"table.include.list": r"shop\.[abc]"}
        self.sql("CREATE TABLE shop.a (id INT PRIMARY KEY)", "CREATE TABLE shop.b (id INT PRIMARY KEY)", "CREATE TABLE shop.other (id INT)")
        engine = self.engine(**limit, **{"guardrail.collections.max": "2", "guardrail.collections.limit.action": "fail"}).start()
        engine.wait_for_log("event=stream.started")
        # Another name is not another table.
        self.sql("RENAME TABLE shop.b TO shop.c", "INSERT INTO shop.c VALUES (1)")
        self.wait_for_changes(engine, 1, "c")
        self.sql("CREATE TABLE shop.b (id INT PRIMARY KEY)", "INSERT INTO shop.b VALUES (1)")
        self.ends_with(engine, USAGE, r"3 tables are captured, and guardrail\.collections\.max allows 2")
        self.assertEqual([], self.changes(engine, "b"))
        self.ends_with(engine, USAGE, "3 tables are captured")
        engine = self.engine(**limit, **{"guardrail.collections.max": "2"}).start()
        engine.wait_for_log("event=capture.above_guardrail")
        self.wait_for_changes(engine, 1, "b")
        self.assert_stops(engine)

    def test_tables_of_the_server(self):
        self.create_items()
        self.items("a")
        number = 9_000_001
        self.addCleanup(self.sql, f"DELETE FROM mysql.time_zone WHERE Time_zone_id >= {number}")
        self.sql(f"INSERT INTO mysql.time_zone VALUES ({number}, 'Y')")
        tables = {"database.include.list": None, "table.include.list": r"shop\.items,mysql\.time_zone,performance_schema\..*"}
        engine = self.engine(**tables, **{"table.ignore.builtin": "false"}).start()
        engine.wait_for_log("event=capture.builtin .*tables=1 ")
        engine.wait_for_log("event=stream.started")
        self.sql(f"INSERT INTO mysql.time_zone VALUES ({number + 1}, 'N')")
        name = self.signal("execute-snapshot", {"data-collections": ["mysql.time_zone"]})
        self.assertEqual("COMPLETED", self.outcome(engine, name, "mysql.time_zone")["status"])
        self.sql(f"DELETE FROM mysql.time_zone WHERE Time_zone_id = {number}")
        self.items("b")
        self.wait_for_names(engine, ["a", "b"])
        self.assert_stops(engine)
        records = engine.records(self.folder / "records")
        self.assertEqual({"tm.mysql.time_zone", "tm.shop.items", "tm.shop.signals"}, {r["topic"] for r in records})
        zones = [(v["op"], (v["after"] or v["before"])["Time_zone_id"], (v["after"] or v["before"])["Use_leap_seconds"])
                 for v in (r["value"] for r in records if r["topic"] == "tm.mysql.time_zone") if v is not None]
        of_test = [zone for zone in zones if zone[1] >= number]
        self.assertEqual([("r", number, "Y"), ("c", number + 1, "N"), ("r", number, "Y"), ("r", number + 1, "N"), ("d", number, "Y")], of_test)
        folder = self.folder / "without"
        engine = self.engine(folder, name="without", signals=False, **tables, **{"database.server.id": 7003}).start()
        self.wait_for_changes(engine, 2, folder=folder)
        self.assert_stops(engine)
        self.assertEqual({"tm.shop.items"}, {r["topic"] for r in engine.records(folder / "records")})


if __name__ == "__main__":
    unittest.main()
