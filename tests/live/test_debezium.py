"""Our records beside those of a real Debezium, which reads the same server at the same time.

What may differ is listed here, each with its line of docs/differences.md; anything else is a bug.
"""

import json
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import kafka, standard  # pylint: disable=wrong-import-position
from harness.servers import MariaDb  # pylint: disable=wrong-import-position
from live.support import KafkaTest, said  # pylint: disable=wrong-import-position
from live.type_table import COLUMNS, PROPERTY_SETS  # pylint: disable=wrong-import-position

SQL_MODE = "SET time_zone = '+00:00', sql_mode = 'ALLOW_INVALID_DATES'"
NULLS = 90
# Values with which the original stops in a snapshot: impossible dates, zero dates, the year 0000.
UNREADABLE = re.compile(r"'\d{4}-(00|02-3\d)|-00['\s]|^'?0000")
# Columns whose tables it cannot read: Connector/J fills zeros into less room than there is, no INET in its grammar,
# no compressed columns in its binlog reader.
UNREADABLE_COLUMNS = re.compile(r"ZEROFILL|INET|COMPRESSED")

# The properties of each run, which both are given: every handling mode, and what adds to records.
RUNS = {name: dict(properties) for name, (properties, _) in PROPERTY_SETS.items()}
RUNS["default"]["include.schema.changes"] = "true"
RUNS["strings"].update({"column.propagate.source.type": ".*", "provide.transaction.metadata": "true"})
RUNS["kafka"].update({"tombstones.on.delete": "false", "skipped.operations": "none"})
WITH_SCHEMAS = {"key.converter.schemas.enable": "true", "value.converter.schemas.enable": "true"}


def shifted(theirs, ours):
    """A UUID that ends in zero bytes: the original has them in front."""
    whole, cut = (bytes.fromhex(text.replace("-", "")) for text in (ours, theirs))
    return whole.rstrip(b"\0") == cut.lstrip(b"\0")


# (path of the value within the record, does it hold for this pair?): see docs/differences.md.
KNOWN = [
    (r"value\.payload\.(source\.)?ts_[mun]s|value\.payload\.source\.version", lambda theirs, ours: True),  # when and who
    (r".*\.(after|before)\.(ts\d|te\d|def_ts)", lambda theirs, ours: theirs.rstrip("Z") == ours.rstrip("Z").rstrip("0").rstrip(".")),
    (r".*\.(after|before)\.(flo|sma)", lambda theirs, ours: abs(theirs - ours) <= abs(ours) * 1e-5),
    (r".*\.(after|before)\.(jsn|jop|jma)", lambda theirs, ours: True),  # the server's text or a text of its own
    (r".*\.(after|before)\.uid", lambda theirs, ours: shifted(theirs, ours)),
    # MariaDB: TRUNCATE is a transaction of its own.
    (r"value\.payload\.transaction", lambda theirs, ours: ours is None and theirs["total_order"] == 1),
    # Defaults that it parses from the text of a statement: quotes, escapes, large numbers, bytes.
    (r".*\.(after|before)(\.fields)?\.def_([osuvwxy]|uid)(\.default)?", lambda theirs, ours: True),
    # Statements: defaults as above; DROP of several tables as it was logged; no row is counted through.
    (r"value\.payload\.tableChanges\..*\.defaultValueExpression", lambda theirs, ours: True),
    (r"value\.payload\.tableChanges\..*\.length", lambda theirs, ours: theirs is None),  # MariaDB: bigint(20)
    (r"value\.payload\.ddl", lambda theirs, ours: ours.startswith("DROP TABLE ") and theirs.removeprefix("DROP TABLE ") in ours),
    (r"value\.payload\.source\.row", lambda theirs, ours: ours == 0),
    # A comma in a member of an ENUM.
    (r".*\.eni(\.parameters\.allowed)?", lambda theirs, ours: theirs.replace("\\", "") == ours),
    # Nanoseconds beyond 2262 run over.
    (r".*\.(after|before)\.dt\d", lambda theirs, ours: ours is None and abs(theirs) > 2**62),
]


class Known:
    """Compares two records and says what differs beyond KNOWN."""

    def __init__(self):
        self.odd = {}  # by path, the first of its kind
        self.compared = 0

    def compare(self, path, theirs, ours):
        if isinstance(theirs, dict) and isinstance(ours, dict) and list(theirs) == list(ours):
            for name in theirs:
                self.compare(f"{path}.{name}", theirs[name], ours[name])
        elif path.endswith("fields") and isinstance(theirs, list) and isinstance(ours, list):
            self.compare(path, by_field(theirs), by_field(ours))
        elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours) and theirs and isinstance(theirs[0], dict):
            for at, pair in enumerate(zip(theirs, ours)):
                self.compare(f"{path}.{theirs[at].get('name', at)}", *pair)
        else:
            self.compared += 1
            same = theirs == ours and type(theirs) is type(ours)
            if not same and not any(re.fullmatch(known, path) and holds(theirs, ours) for known, holds in KNOWN):
                self.odd.setdefault(path.replace("before", "after"), f"theirs {theirs!r:.200}, ours {ours!r:.200}")


def by_field(fields):
    return {field["field"]: field for field in fields}


def document(text):
    return None if text is None else json.loads(text)


class BesideMysql(KafkaTest):
    maxDiff = None
    connector = "io.debezium.connector.mysql.MySqlConnector"

    # -- the work --------------------------------------------------------------------------------------------------

    def columns(self):
        version = tuple(int(part) for part in self.server.version.split(".")[:2])
        return [c for c in COLUMNS if c.here(self.server.flavour, version) and not c.generated
                and not UNREADABLE_COLUMNS.search(c.ddl.upper())]

    @staticmethod
    def literal(column, which):
        if which == NULLS and not column.required:
            return "NULL"
        readable = [literal for literal, _ in column.values if not UNREADABLE.search(literal)]
        return readable[which % len(readable)]

    def indexes(self):
        return [*range(max(len(c.values) for c in self.columns())), NULLS]

    def insert(self, base, which):
        names = ", ".join(c.name for c in self.columns())
        values = ", ".join(self.literal(c, which) for c in self.columns())
        return f"INSERT INTO shop.types (id, {names}) VALUES ({base + which}, {values})"

    def update(self, base, which, to):
        return (f"UPDATE shop.types SET {', '.join(f'{c.name} = {self.literal(c, to)}' for c in self.columns())}"
                f" WHERE id = {base + which}")

    def before(self):
        """What a snapshot finds."""
        yield f"CREATE TABLE shop.types (id INT PRIMARY KEY, {', '.join(f'{c.name} {c.ddl}' for c in self.columns())})"
        yield from (self.insert(0, which) for which in self.indexes())
        yield "CREATE TABLE shop.orders (a INT, b VARCHAR(20), note VARCHAR(40) DEFAULT 'none', PRIMARY KEY (b, a))"
        yield "INSERT INTO shop.orders VALUES (1, 'one', NULL), (2, 'two', 'x')"
        yield "CREATE TABLE shop.keyless (a INT, b TEXT)"
        yield "INSERT INTO shop.keyless VALUES (1, 'one')"

    def after(self):
        """What a stream brings."""
        yield from (self.insert(100, which) for which in self.indexes())
        yield from (self.update(0, which, self.indexes()[at - 1]) for at, which in enumerate(self.indexes()))
        yield "DELETE FROM shop.types WHERE id >= 100"
        yield "INSERT INTO shop.orders VALUES (3, 'three', 'a'), (4, 'four', 'b'), (5, 'five', 'c')"
        yield "UPDATE shop.orders SET a = a + 10 WHERE a IN (3, 4)"  # other keys
        yield "ALTER TABLE shop.orders ADD COLUMN late DECIMAL(10,2) NOT NULL DEFAULT 7.5, DROP COLUMN note"
        yield "INSERT INTO shop.orders VALUES (6, 'six', 1)"
        yield "UPDATE shop.keyless SET b = 'other'"
        yield "DELETE FROM shop.keyless"
        yield "TRUNCATE TABLE shop.orders"
        yield "START TRANSACTION"
        yield "INSERT INTO shop.orders VALUES (7, 'seven', 1)"
        yield "INSERT INTO shop.keyless VALUES (7, NULL)"
        yield "DELETE FROM shop.orders"
        yield "COMMIT"
        yield "DROP TABLE shop.keyless, shop.types"
        yield "CREATE TABLE shop.keyless (e ENUM('a','b''c') NOT NULL DEFAULT 'a', n BIGINT UNSIGNED AUTO_INCREMENT, PRIMARY KEY (n)) COMMENT 'of all'"
        yield "INSERT INTO shop.orders VALUES (99, 'last', 1)"

    # -- both ------------------------------------------------------------------------------------------------------

    def settings(self, name):
        return {"topic.prefix": name, "table.include.list": "shop.types,shop.orders,shop.keyless", **RUNS[name]}

    def original(self, name, number):
        return {
            "connector.class": self.connector,
            "database.hostname": self.server.host,
            "database.port": self.server.port,
            "database.user": standard.USER,
            "database.password": standard.PASSWORD,
            "database.server.id": 7000 + number,
            "include.schema.changes": "false",
            "schema.history.internal.kafka.bootstrap.servers": self.kafka.bootstrap,
            "schema.history.internal.kafka.topic": f"{name}-history",
            **self.settings(name),
        }

    def ours(self, engine):
        out = {}
        for record in engine.records(engine.folder / "records"):
            out.setdefault(record["topic"], []).append((record["key"], record["value"]))
        return out

    def theirs(self, name):
        topics = [t for t in self.kafka.topics() if t == name or t.startswith(f"{name}.")]
        out = {t: [(document(r.key), document(r.value)) for r in self.kafka.read(t)] for t in topics}
        return {t: self.ended(records) if t.endswith(".transaction") else records for t, records in out.items()}

    @staticmethod
    def ended(records):
        """Without the BEGIN of what never ends: DDL on MariaDB."""
        ends = {key["payload"]["id"] for key, value in records if value["payload"]["status"] == "END"}
        return [(key, value) for key, value in records if key["payload"]["id"] in ends]

    @staticmethod
    def is_last(pair):
        return bool(pair[1]) and pair[1]["payload"].get("op") == "c" and pair[1]["payload"]["after"].get("b") == "last"

    def test_the_same_records_but_for_known_differences(self):
        self.sql(SQL_MODE, *self.before())
        engines = {name: self.engine(self.folder / name, signals=False, **{**WITH_SCHEMAS, **self.settings(name)}) for name in RUNS}
        connect = kafka.Connect(self.kafka, {name: self.original(name, at) for at, name in enumerate(RUNS)})
        self.addCleanup(connect.stop)
        for engine in engines.values():
            engine.start().wait_for_log("event=stream.started")
        connect.wait_for_log("Keepalive thread is running", count=len(RUNS))
        self.sql(SQL_MODE, *self.after())
        for name, engine in engines.items():
            with self.subTest(run=name):
                connect.wait_until(lambda name=name: any(map(self.is_last, self.theirs(name).get(f"{name}.shop.orders", []))),
                                   "the last record")
                engine.wait_until(lambda engine=engine, name=name: any(map(self.is_last, self.ours(engine)[f"{name}.shop.orders"])),
                                  20, "the last record")
                self.assertEqual(0, engine.stop(), said(engine.log()))
                self.compare(self.theirs(name), self.ours(engine))

    def compare(self, theirs, ours):
        self.assertEqual(sorted(theirs), sorted(ours))
        known = Known()
        for topic, records in theirs.items():
            self.assertEqual([self.gist(r) for r in records], [self.gist(r) for r in ours[topic]], topic)
            for (their_key, their_value), (our_key, our_value) in zip(records, ours[topic]):
                known.compare("key", their_key, our_key)
                known.compare("value", their_value, our_value)
        self.assertEqual({}, known.odd, f"of {known.compared} values")

    @staticmethod
    def gist(pair):
        """What the order of a topic is told by."""
        key, value = pair
        return (key and key["payload"], value and value["payload"].get("op"), value and value["payload"].get("status"))


class BesideMariaDb(BesideMysql):
    server_class = MariaDb
    connector = "io.debezium.connector.mariadb.MariaDbConnector"


if __name__ == "__main__":
    unittest.main()
