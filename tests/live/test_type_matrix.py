"""Every column type, one row read in every way: initial snapshot, stream (insert, update, delete), incremental snapshot."""

import datetime
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.servers import MariaDb, Mysql  # pylint: disable=wrong-import-position
from live.support import LiveTest, said  # pylint: disable=wrong-import-position
from live.type_table import COLUMNS, PROPERTY_SETS, SERVER_TEXT  # pylint: disable=wrong-import-position

# Rows by identity: their values' index, in the base of the way they take.
INITIAL, STREAMED, UPDATED, DELETED = 0, 100, 200, 300
NULLS, OMITTED = 90, 91  # instead of an index
SQL_MODE = "SET time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'"


def as_record(value):
    """What SELECT gives for a generated or current-time column, as a record shows it."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime.datetime) else value


def same(expected, got):
    """Equal, and of one type throughout: True is not 1, and 1.0 not 1."""
    if isinstance(expected, dict):
        return isinstance(got, dict) and list(expected) == list(got) and all(same(expected[k], got[k]) for k in expected)
    if isinstance(expected, list):
        return isinstance(got, list) and len(expected) == len(got) and all(map(same, expected, got))
    return type(expected) is type(got) and expected == got


class OnMysql(LiveTest):
    flavour = "mysql"

    @classmethod
    def setUpClass(cls):
        cls.server = Mysql() if cls.flavour == "mysql" else MariaDb()
        cls.addClassCleanup(cls.server.stop)

    def columns(self):
        return [c for c in COLUMNS if c.on in (None, self.flavour)]

    def indexes(self):
        return list(range(max(len(c.values) for c in self.columns()))) + [NULLS]

    def literal(self, column, which):
        """A column without value number `which` begins with its first again."""
        if which == NULLS:
            return column.values[0][0] if column.required else "NULL"
        return column.values[which % len(column.values)][0]

    def assignments(self, which):
        return [(c.name, self.literal(c, which)) for c in self.columns() if not c.generated]

    def insert(self, base, which):
        pairs = self.assignments(which)
        return (f"INSERT INTO shop.items (id, {', '.join(name for name, _ in pairs)})"
                f" VALUES ({base + which}, {', '.join(value for _, value in pairs)})")

    def inserts(self, base):
        omitted = [c.name for c in self.columns() if c.required and "DEFAULT" not in c.ddl]
        values = [self.literal(c, 0) for c in self.columns() if c.name in omitted]
        return [self.insert(base, which) for which in self.indexes()] + [
            f"INSERT INTO shop.items (id, {', '.join(omitted)}) VALUES ({base + OMITTED}, {', '.join(values)})"]

    def update(self, base, which, to):
        pairs = ", ".join(f"{name} = {value}" for name, value in self.assignments(to))
        return f"UPDATE shop.items SET {pairs} WHERE id = {base + which}"

    def expected(self, column, which, property_set):
        if column.generated:
            return SERVER_TEXT
        if which == OMITTED:
            return column.expected(0, property_set) if column.required and "DEFAULT" not in column.ddl else column.omitted
        if which == NULLS:
            return column.expected(0, property_set) if column.required else column.null
        return column.expected(which % len(column.values), property_set)

    def server_rows(self):
        """What SELECT shows of columns whose records show just that, by identity."""
        asked = [c.name for c in self.columns() if c.generated or any(v[1] is SERVER_TEXT for v in c.values) or c.omitted is SERVER_TEXT]
        rows = self.server.query(f"SELECT id, {', '.join(asked)} FROM shop.items", init_command="SET time_zone = '+00:00'")
        return {row[0]: dict(zip(asked, map(as_record, row[1:]))) for row in rows}

    def check(self, way, row, which, property_set, shown):
        """One image of a row against the table, and against what the server said when the row was there."""
        for column in self.columns():
            expected = self.expected(column, which, property_set)
            if expected is SERVER_TEXT:
                expected = shown[column.name]
            got = row[column.name]
            if not same(expected, got):
                self.wrong.append(f"{column.name} {column.ddl[:60]}, value {which}, {way}: {str(expected)[:200]!r} expected, {str(got)[:200]!r} found")

    def run_set(self, property_set):
        self.wrong = []
        ddl = ", ".join(f"{c.name} {c.ddl}" for c in self.columns())
        self.sql(f"CREATE TABLE shop.items (id INT PRIMARY KEY, {ddl}) DEFAULT CHARSET = utf8mb4")
        self.sql(SQL_MODE, *self.inserts(INITIAL))
        rows = len(self.indexes()) + 1
        engine = self.engine(**{"incremental.snapshot.chunk.size": 7, **PROPERTY_SETS[property_set]}).start()
        self.wait_for_changes(engine, rows)
        engine.wait_for_log("event=stream.started")
        followers = {w: self.indexes()[(i + 1) % (rows - 1)] for i, w in enumerate(self.indexes())}
        self.sql(SQL_MODE, *self.inserts(STREAMED), *self.inserts(UPDATED), *self.inserts(DELETED))
        shown = self.server_rows()
        self.sql(SQL_MODE, *(self.update(UPDATED, which, to) for which, to in followers.items()),
                 f"DELETE FROM shop.items WHERE id >= {DELETED}")
        shown_after = self.server_rows()
        self.wait_for_changes(engine, rows * 4 + rows - 1 + rows)
        signal_id = self.signal("execute-snapshot", {"data-collections": ["shop.items"]})
        self.assertEqual("COMPLETED", self.outcome(engine, signal_id, "shop.items")["status"])
        changes = self.wait_for_changes(engine, rows * 9 - 1)
        self.assert_stops(engine)
        self.assertEqual(rows * 9 - 1, len(changes), said(engine.log()))
        seen = {}
        for change in changes:
            value, identity = change["value"], change["key"]["id"]
            op, which, base = value["op"], identity % 100, identity // 100 * 100
            way = {"c": "insert", "u": "update", "d": "delete"}.get(op) or (
                "incremental snapshot" if value["source"]["snapshot"] == "incremental" else "initial snapshot")
            seen[way] = seen.get(way, 0) + 1
            if value["before"]:
                self.check(f"before of {way}", value["before"], which, property_set, shown[identity])
            if value["after"]:
                updated = op == "u" or (op == "r" and base == UPDATED)
                after = followers.get(which, which) if updated else which
                self.check(way, value["after"], after, property_set, (shown_after if updated or op == "r" else shown)[identity])
        self.assertEqual({"initial snapshot": rows, "insert": 3 * rows, "update": rows - 1, "delete": rows, "incremental snapshot": 3 * rows}, seen)
        if self.wrong:
            self.fail(f"{len(self.wrong)} cells with {property_set}:\n" + "\n".join(self.wrong[:60]))

    def test_every_type(self):
        for property_set in PROPERTY_SETS:
            with self.subTest(properties=property_set):
                self.setUp()
                self.run_set(property_set)

    def engine(self, *args, **more):  # pylint: disable=arguments-differ
        if self.flavour == "mariadb":
            more.setdefault("connector.class", "io.debezium.connector.mariadb.MariaDbConnector")
        return super().engine(*args, **more)


if __name__ == "__main__":
    unittest.main()
