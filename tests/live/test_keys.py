"""Incremental snapshots by keys of every type: nothing lost, nothing repeated, nothing stale.

Each table has, beside its key, a number `n` that names the row for ever and a version `v` that only grows.
"""

import random
import sys
import threading
import unittest
from pathlib import Path

import pymysql

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from live.support import LiveTest, fields, said  # pylint: disable=wrong-import-position


def quoted(*values):
    return [f"'{value}'" for value in values]


def spread(form, count, *more):
    return [form.format(i, i * 7919 % 1000, i % 60) for i in range(count)] + list(more)


_TEXTS = ["", " ", "A", "a b", "b", "É", "f", "ß", "Æ", "ö", "%", "_", "~", "x'y", 'x"y', "x`y", "zz", "Z9", "n", "o", "p", "q", "r"]
_SAFE = quoted(*(text.replace("'", "''") for text in _TEXTS)) + [r"'back\\slash'", r"'new\nline'", r"'nul\0'"]
_MEMBERS = ["small", "large", "medium", "10", "2", "1", "é", "it''s", *(f"m{i * 7 % 23}x{i}" for i in range(40))]

# name: (type, values). The server drops values that are one key to it (INSERT IGNORE).
KEYS = {
    "tinyint": ("TINYINT", [str(i) for i in range(-128, 128, 11)] + ["127"]),
    "bigint": ("BIGINT", spread("{}", 20, "-9223372036854775808", "9223372036854775807", "-1")),
    "bigint_unsigned": ("BIGINT UNSIGNED", spread("{}", 20, "18446744073709551615", "9223372036854775808")),
    "zerofill": ("INT(7) ZEROFILL", spread("{}", 30)),
    "decimal": ("DECIMAL(10,2)", [f"{i}.{i * 3 % 100:02}" for i in range(-15, 20)]
                + ["99999999.99", "-99999999.99", "0.01", "-0.01"]),
    "decimal_wide": ("DECIMAL(65,30)", [f"{i}.000000000000000000000000000001" for i in range(-12, 12)]
                     + ["9" * 35 + "." + "9" * 30, "-" + "9" * 35 + "." + "9" * 30, "0." + "0" * 29 + "2"]),
    "decimal_zerofill": ("DECIMAL(9,3) ZEROFILL", [f"{i}.5" for i in range(30)]),
    "float": ("FLOAT", [f"{i}.1" for i in range(-12, 12)] + ["16777216", "16777217", "3.40282e38", "-3.40282e38", "1.4e-45", "0.1", "-0.0"]),
    "float_scaled": ("FLOAT(7,2)", [f"{i}.33" for i in range(-12, 12)] + ["99999.99", "-99999.99", "0.07"]),
    "double": ("DOUBLE", [f"{i}.1" for i in range(-12, 12)]
               + ["1.7976931348623157e308", "-1.7976931348623157e308", "4.9e-324", "2.2250738585072014e-308", "0.30000000000000004",
                  "9007199254740993", "-0.0", "1e20"]),
    "double_scaled": ("DOUBLE(12,3)", [f"{i}.333" for i in range(-12, 12)] + ["123456789.123"]),
    "date": ("DATE", quoted("0000-00-00", "1000-01-01", "9999-12-31", "2024-02-31", "2024-02-00", *(f"2024-03-{i:02}" for i in range(1, 25)))),
    "datetime": ("DATETIME(6)", quoted("0000-00-00 00:00:00", "1000-01-01 00:00:00", "9999-12-31 23:59:59.999999", "2024-02-31 10:00:00",
                                       *(f"2024-03-01 00:00:{i:02}.{i * 41:06}" for i in range(24)))),
    "datetime0": ("DATETIME", quoted(*(f"2024-{i % 12 + 1:02}-01 00:{i:02}:00" for i in range(30)))),
    "timestamp": ("TIMESTAMP(6)", quoted("0000-00-00 00:00:00", "1970-01-01 00:00:01", "1970-01-01 00:00:01.000001",
                                         "2038-01-19 03:14:07.999999", "2024-10-27 00:59:59", "2024-10-27 01:00:00",
                                         *(f"2024-03-01 00:00:{i:02}.{i * 41:06}" for i in range(20)))),
    "time": ("TIME(6)", quoted("-838:59:59", "838:59:59", "00:00:00", "-00:00:00.000001", *(f"{i}:00:{i:02}.{i:06}" for i in range(-12, 0)),
                               *(f"{i}:00:{i:02}.{i:06}" for i in range(1, 12)))),
    "year": ("YEAR", [str(i) for i in range(1901, 2155, 9)] + ["2155", "'0000'"]),
    "bit": ("BIT(64)", spread("{}", 20, "18446744073709551615", "9223372036854775808", "9007199254740993", "9007199254740992")),
    "bit1": ("BIT(1)", ["0", "1"]),
    "binary": ("BINARY(3)", [f"x'{i * 9 % 256:02x}00'" for i in range(24)] + ["x'ffffff'", "''"]),
    "varbinary": ("VARBINARY(9)", [f"x'{i * 9 % 256:02x}'" for i in range(24)] + ["''", "x'00'", "x'0000'", "x'ffffffff'", "'%'"]),
    "enum": ("ENUM({})".format(",".join(f"'{m}'" for m in _MEMBERS)), [f"'{m}'" for m in _MEMBERS] + ["0"]),
    "set": ("SET('z','y','x','a','it''s','é')", [str(i) for i in range(64)]),
    "set64": ("SET({})".format(",".join(f"'m{i}'" for i in range(64))), [str(1 << i) for i in range(0, 64, 3)]
              + ["0", "18446744073709551615", "18446744073709551614", "9007199254740993", "9007199254740992", "9223372036854775808"]),
    "char_pad": ("CHAR(9) COLLATE utf8mb4_general_ci", _SAFE),
    "text_ai_ci": ("VARCHAR(20) COLLATE utf8mb4_0900_ai_ci", _SAFE + quoted("🌊", "漢字")),
    "text_as_cs": ("VARCHAR(20) COLLATE utf8mb4_0900_as_cs", _SAFE + quoted("a", "B", "é", "Q")),
    "text_bin": ("VARCHAR(20) COLLATE utf8mb4_bin", _SAFE + quoted("a", "B", "é", "🌊")),
    "text_unicode": ("VARCHAR(20) COLLATE utf8mb4_unicode_ci", _SAFE),
    "text_utf8mb3": ("VARCHAR(20) CHARACTER SET utf8mb3", _SAFE),
    "text_latin1": ("VARCHAR(20) CHARACTER SET latin1", _SAFE),
    "text_german2": ("VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_german2_ci", _SAFE),
}
COMPOSITES = {
    "enum_int": ("a ENUM('z','m','a') NOT NULL, b INT NOT NULL", "a, b", [f"{i % 4}, {i}" for i in range(40)]),
    "set_int": ("a SET('z','m','a') NOT NULL, b INT NOT NULL", "a, b", [f"{i % 8}, {i}" for i in range(40)]),
    "decimal_text_datetime": ("a DECIMAL(6,2) NOT NULL, b VARCHAR(9) COLLATE utf8mb4_0900_ai_ci NOT NULL, c DATETIME(6) NOT NULL", "a, b, c",
                              [f"{i % 3}.5, '{'aAbÉ'[i % 4]}', '2024-01-01 00:00:{i:02}.000001'" for i in range(40)]),
    "float_bit_year": ("a FLOAT NOT NULL, b BIT(5) NOT NULL, c YEAR NOT NULL", "a, b, c", [f"{i % 3}.1, {i % 2}, {1990 + i}" for i in range(40)]),
    "time_date": ("a TIME NOT NULL, b DATE NOT NULL", "a, b", [f"'-{i % 3}:00:00', '2024-01-{i % 28 + 1:02}'" for i in range(60)]),
}


class Keys(LiveTest):
    strategy = "insert_insert"
    server_options = {"args": ["--innodb-flush-log-at-trx-commit=0", "--sync-binlog=0"]}

    def create(self):
        tables = []
        mode = "SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'"
        for name, (kind, values) in KEYS.items():
            rows = ", ".join(f"({value}, {n}, 0)" for n, value in enumerate(values))
            tables.append(f"k_{name}")
            self.sql(mode, f"CREATE TABLE shop.k_{name} (k {kind} NOT NULL PRIMARY KEY, n INT NOT NULL, v INT NOT NULL)",
                     f"INSERT IGNORE INTO shop.k_{name} VALUES {rows}", f"ANALYZE TABLE shop.k_{name}")
        for name, (columns, key, values) in COMPOSITES.items():
            rows = ", ".join(f"({value}, {n}, 0)" for n, value in enumerate(values))
            tables.append(f"c_{name}")
            self.sql(mode, f"CREATE TABLE shop.c_{name} ({columns}, n INT NOT NULL, v INT NOT NULL, PRIMARY KEY ({key}))",
                     f"INSERT IGNORE INTO shop.c_{name} VALUES {rows}", f"ANALYZE TABLE shop.c_{name}")
        return tables

    def begin(self, **more):
        engine = self.engine(**{"snapshot.mode": "no_data", "incremental.snapshot.watermarking.strategy": self.strategy,
                                "incremental.snapshot.chunk.size": 1, "incremental.snapshot.max.threads": 4, **more}).start()
        engine.wait_for_log("event=stream.started")
        return engine

    def snapshot(self, engine, tables, timeout=60, **data):
        signal_id = self.signal("execute-snapshot", {"data-collections": [f"shop\\.({'|'.join(tables)})"], **data})
        verdict = self.verdict(engine, signal_id)
        self.assertTrue(verdict["accepted"], verdict)
        self.assertNotIn("refused", verdict["reason"])
        done = engine.wait_until(lambda: (lambda all: all if len(all) == len(tables) else None)(self.done(engine, signal_id)), timeout,
                                 f"{len(tables)} outcomes")
        self.assertEqual({"COMPLETED"}, {end["status"] for end in done}, done)
        if len(tables) == 1:
            self.outcome(engine, signal_id, f"shop.{tables[0]}")  # what is stored is in the file, too

    @staticmethod
    def done(engine, signal_id):
        """The ends of tables as the log tells them; the offset file keeps the latest only."""
        lines = [fields(line) for line in engine.log().splitlines() if " event=snapshot.table_done " in line]
        return [line for line in lines if line["signal"] == signal_id]

    def source(self, table):
        return dict(self.server.query(f"SELECT n, v FROM shop.{table}"))

    def replay(self, engine, table):
        """Applies a table's records; {n: v}. No version goes back, no read comes after the row's delete."""
        rows, newest, deleted = {}, {}, set()
        for change in self.changes(engine, table):
            value = change["value"]
            op = value["op"]
            row = value["after"] or value["before"]
            n, v = row["n"], row["v"]
            self.assertGreaterEqual(v, newest.get(n, 0), f"{table}: {op} of row {n} goes back")
            newest[n] = v
            if op == "d":
                rows.pop(n, None)
                deleted.add((n, v))
                continue
            if op == "r":
                self.assertNotIn((n, v), deleted, f"{table}: row {n} was deleted before it was read")
            rows[n] = v
        return rows

    def test_each_alone_every_row_a_bound_in_many_stripes(self):
        tables = self.create()
        engine = self.begin()
        for table in tables:
            with self.subTest(table=table):
                self.snapshot(engine, [table])
                read = [change["value"]["after"]["n"] for change in self.changes(engine, table)]
                self.assertEqual(sorted(self.source(table)), sorted(read), said(engine.log(), 1500))
        self.assert_stops(engine)

    def test_all_at_once_under_changes_of_rows_and_keys(self):
        tables = self.create()
        engine = self.begin(**{"incremental.snapshot.chunk.size": 3})
        stop = threading.Event()
        troubles = []
        threads = [threading.Thread(target=self.disturb, args=(tables, seed, stop, troubles)) for seed in range(2)]
        for thread in threads:
            thread.start()
        try:
            self.snapshot(engine, tables, timeout=120)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual([], troubles)
        self.assert_stops(engine)
        for table in tables:
            with self.subTest(table=table):
                self.assertEqual(self.source(table), self.replay(engine, table))

    def disturb(self, tables, seed, stop, troubles):
        """Updates, deletes and key changes: a row takes the key of one that was deleted."""
        chance = random.Random(seed)
        connection = self.server.connect(database=self.database)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION sql_mode = 'ALLOW_INVALID_DATES', time_zone = '+00:00'")
                while not stop.is_set():
                    table = chance.choice(tables)
                    keys = "k" if table.startswith("k_") else COMPOSITES[table[2:]][1]
                    try:
                        self.change(cursor, chance, table, [key.strip() for key in keys.split(",")])
                    except pymysql.err.OperationalError as error:
                        if error.args[0] not in (1205, 1213):
                            raise
                    stop.wait(0.002)
        except Exception as error:  # pylint: disable=broad-except
            troubles.append(f"{table}: {error}")
        finally:
            connection.close()

    @staticmethod
    def change(cursor, chance, table, keys):
        cursor.execute(f"SELECT n FROM {table} ORDER BY RAND({chance.randrange(10**6)}) LIMIT 2")
        found = [row[0] for row in cursor.fetchall()]
        if len(found) < 2:
            return
        if chance.random() < 0.6:
            cursor.execute(f"UPDATE {table} SET v = v + 1 WHERE n = {found[0]}")
            return
        # One row goes, another takes its key in the same transaction.
        cursor.execute("BEGIN")
        variables = ", ".join(f"@{key} := {key}{' + 0' if table[2:].startswith(('enum', 'set', 'bit', 'float_bit')) and key in 'kab' else ''}"
                              for key in keys)
        cursor.execute(f"SELECT {variables} FROM {table} WHERE n = {found[0]} FOR UPDATE")
        cursor.execute(f"DELETE FROM {table} WHERE n = {found[0]}")
        cursor.execute(f"UPDATE {table} SET v = v + 1, {', '.join(f'{key} = @{key}' for key in keys)} WHERE n = {found[1]}")
        cursor.execute("COMMIT")


class KeysWithDeletedMarks(Keys):
    strategy = "insert_delete"


if __name__ == "__main__":
    unittest.main()
