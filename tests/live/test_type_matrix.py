"""Every column type of every server, in every handling mode, one row read in every way: initial snapshot, stream (insert,
update, delete), incremental snapshot."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.servers import MariaDb, MariaDbUnstable, Mysql  # pylint: disable=wrong-import-position
from live.support import LiveTest, said  # pylint: disable=wrong-import-position
from live.type_schemas import schema  # pylint: disable=wrong-import-position
from live.type_table import COLUMNS, PROPERTY_SETS  # pylint: disable=wrong-import-position

# Rows by identity: their values' index, in the base of the way they take.
INITIAL, STREAMED, UPDATED, DELETED = 0, 100, 200, 300
NULLS, OMITTED = 90, 91  # instead of an index
SQL_MODE = "SET time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'"


def same(expected, got):
    """Equal, and of one type throughout: True is not 1, and 1.0 not 1."""
    if isinstance(expected, dict):
        return isinstance(got, dict) and list(expected) == list(got) and all(same(expected[k], got[k]) for k in expected)
    if isinstance(expected, list):
        return isinstance(got, list) and len(expected) == len(got) and all(map(same, expected, got))
    return type(expected) is type(got) and expected == got


class TypeMatrix(LiveTest):
    """All columns in one table; the classes below say on which server, and test_* with which properties."""

    logs_generated = True  # whether updates and deletes are logged with generated columns

    def setUp(self):
        super().setUp()
        version = tuple(int(part) for part in self.server.version.split(".")[:2])
        self.columns = [c for c in COLUMNS if c.here(self.server.flavour, version) and (self.logs_generated or not c.generated)]

    def indexes(self):
        return list(range(max(len(c.values) for c in self.columns))) + [NULLS]

    def literal(self, column, which):
        """A column without value number `which` begins with its first again."""
        if which == NULLS:
            return column.values[0][0] if column.required else "NULL"
        return column.values[which % len(column.values)][0]

    def assignments(self, which):
        return [(c.name, self.literal(c, which)) for c in self.columns if not c.generated]

    def insert(self, base, which):
        pairs = self.assignments(which)
        return (f"INSERT INTO shop.items (id, {', '.join(name for name, _ in pairs)})"
                f" VALUES ({base + which}, {', '.join(value for _, value in pairs)})")

    def inserts(self, base):
        omitted = [c.name for c in self.columns if c.required and "DEFAULT" not in c.ddl]
        values = [self.literal(c, 0) for c in self.columns if c.name in omitted]
        return [self.insert(base, which) for which in self.indexes()] + [
            f"INSERT INTO shop.items (id, {', '.join(omitted)}) VALUES ({base + OMITTED}, {', '.join(values)})"]

    def update(self, base, which, to):
        pairs = ", ".join(f"{name} = {value}" for name, value in self.assignments(to))
        return f"UPDATE shop.items SET {pairs} WHERE id = {base + which}"

    def expected(self, column, which, modes):
        """What an image shows, or a function of what the server shows."""
        if column.generated:
            return column.omitted
        if which in (NULLS, OMITTED) and not column.required:
            return column.of_default(column.null if which == NULLS else column.omitted, modes)
        if which == OMITTED and column.default:
            return column.of_default(column.omitted, modes)
        return column.expected(0 if which in (NULLS, OMITTED) else which % len(column.values), modes)

    def server_rows(self):
        """What SELECT shows of columns whose records depend on just that, by identity."""
        asked = [c.name for c in self.columns if callable(c.omitted) or any(callable(shown) for _, shown in c.values)]
        rows = self.server.query(f"SELECT id, {', '.join(asked)} FROM shop.items", init_command="SET time_zone = '+00:00'")
        return {row[0]: dict(zip(asked, row[1:])) for row in rows}

    def check(self, way, row, which, modes, shown):
        """One image of a row against the table, and against what the server said when the row was there."""
        for column in self.columns:
            expected, got = self.expected(column, which, modes), row[column.name]
            if callable(expected):
                expected = expected(shown[column.name])
            if not same(expected, got):
                self.wrong.append(f"{column.name} {column.ddl[:60]}, value {which}, {way}: {str(expected)[:200]!r} expected, {str(got)[:200]!r} found")

    def check_schemas(self, changes, modes):
        """All records have the same, and each column's is the documented one."""
        rows = [next(f for f in change["value"]["schema"]["fields"] if f["field"] == "after")["fields"] for change in changes]
        for found, change in zip(rows, changes):
            self.assertEqual(rows[0], found, change["value"]["payload"]["source"])
        found = {field["field"]: field for field in rows[0]}
        self.assertEqual(["id"] + [c.name for c in self.columns], list(found))
        for column in self.columns:
            expected = schema(column, modes, self.server.flavour)
            if not same(expected, found[column.name]):
                self.wrong.append(f"schema of {column.name} {column.ddl[:60]}: {expected} expected, {found[column.name]} found")

    def matrix(self, property_set):
        self.wrong = []
        properties, modes = PROPERTY_SETS[property_set]
        ddl = ", ".join(f"{c.name} {c.ddl}" for c in self.columns)
        self.sql(f"CREATE TABLE shop.items (id INT PRIMARY KEY, {ddl}) DEFAULT CHARSET = utf8mb4")
        self.sql(SQL_MODE, *self.inserts(INITIAL))
        rows = len(self.indexes()) + 1
        engine = self.engine(**{"incremental.snapshot.chunk.size": 7, "value.converter.schemas.enable": "true", **properties}).start()
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
        self.check_schemas(changes, modes)
        seen = {}
        for change in changes:
            value, identity = change["value"]["payload"], change["key"]["id"]
            op, which, base = value["op"], identity % 100, identity // 100 * 100
            way = {"c": "insert", "u": "update", "d": "delete"}.get(op) or (
                "incremental snapshot" if value["source"]["snapshot"] == "incremental" else "initial snapshot")
            seen[way] = seen.get(way, 0) + 1
            if value["before"]:
                self.check(f"before of {way}", value["before"], which, modes, shown[identity])
            if value["after"]:
                updated = op == "u" or (op == "r" and base == UPDATED)
                after = followers.get(which, which) if updated else which
                self.check(way, value["after"], after, modes, (shown_after if updated or op == "r" else shown)[identity])
        self.assertEqual({"initial snapshot": rows, "insert": 3 * rows, "update": rows - 1, "delete": rows, "incremental snapshot": 3 * rows}, seen)
        if self.wrong:
            self.fail(f"{len(self.wrong)} cells with {property_set}:\n" + "\n".join(self.wrong[:60]))


class EveryMode:
    """A test for each set of properties."""

    def test_as_is(self):
        self.matrix("default")

    def test_strings(self):
        self.matrix("strings")

    def test_as_kafka_connect(self):
        self.matrix("kafka")

    def test_microseconds(self):
        self.matrix("microseconds")

    def test_nanoseconds(self):
        self.matrix("nanoseconds")


class OnMysql(EveryMode, TypeMatrix):
    server_class = Mysql


class OnTheMachinesMariaDb(EveryMode, TypeMatrix):
    server_class = MariaDb


class OnUnstablesMariaDb(EveryMode, TypeMatrix):
    """Generated columns: test_mariadb.OnUnstables."""

    server_class = MariaDbUnstable
    logs_generated = False


class OnMysqlWithMinimalMetadata(TypeMatrix):
    """Signs, members and charsets are then taken from information_schema."""

    server_class = Mysql
    server_options = {"binlog_row_metadata": "MINIMAL", "compression": True}

    def test_as_is(self):
        self.matrix("default")


class OnMariaDbWithoutMetadata(TypeMatrix):
    """As MariaDB comes, save that its log is compressed."""

    server_class = MariaDb
    server_options = {"binlog_row_metadata": None, "compression": True}

    def test_as_is(self):
        self.matrix("default")


class OnMariaDbWithItsOwnTimeFormats(TypeMatrix):
    """TIME, DATETIME and TIMESTAMP as MariaDB 5.3 stored them: tables made before an upgrade still do."""

    server_class = MariaDb

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.execute("SET GLOBAL mysql56_temporal_format = OFF")

    def test_as_is(self):
        self.matrix("default")

    def test_nanoseconds(self):
        self.matrix("nanoseconds")


if __name__ == "__main__":
    unittest.main()
