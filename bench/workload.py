"""The tables that are measured, their rows, and the writers that run beside a measurement.

As a program, a writer in a process of its own (its clock and pace are not the bench's):
    workload.py rate PORT ROWS ROWS_PER_SECOND ROWS_PER_COMMIT    updates random rows until its standard input ends
    workload.py clock PORT COUNT PAUSE_MS      inserts rows that carry the time, prints when each commit began and ended
"""

import random
import select
import sys
import time

import pymysql

SIGNALS = "bench.signals"
CLOCK = "bench.clock"
MARK = "bench.mark"
MANY = "bench.many"

DDL = (
    "CREATE DATABASE bench",
    f"CREATE TABLE {SIGNALS} (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data VARCHAR(2048) NULL)",
    f"CREATE TABLE {CLOCK} (id BIGINT PRIMARY KEY, began_ns BIGINT NOT NULL)",
    f"CREATE TABLE {MARK} (id BIGINT PRIMARY KEY)",
)

_ORDERS = """
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, customer INT NOT NULL, quantity INT UNSIGNED NOT NULL,
  amount DECIMAL(12,2) NOT NULL, status VARCHAR(16) NOT NULL, email VARCHAR(64) NOT NULL, note VARCHAR(200) NULL,
  ratio DOUBLE NOT NULL, ordered DATETIME(3) NOT NULL, changed TIMESTAMP NOT NULL"""

# Row n, made by the server: the same rows in every run.
_ROW = """n, n * 7919 % 200003, 1 + n % 12, (n * 104729 % 10000000) / 100,
  ELT(1 + n % 4, 'new', 'paid', 'shipped', 'returned'), CONCAT('customer.', n * 7919 % 200003, '@harbour.example'),
  IF(n % 10 = 0, NULL, CONCAT('Leave at the pier "', n % 97, '", ', SHA2(n, 256))),
  n / 7, TIMESTAMP('2024-01-01 00:00:00') + INTERVAL n * 610010 MICROSECOND,
  TIMESTAMP('2025-01-01 00:00:00') + INTERVAL n % 31000000 SECOND"""


class Table:
    """A table whose rows the server makes of their number n; its key is id = n."""

    def __init__(self, name, title, columns, row, one_in=1, per_commit=500):
        self.name, self.title, self.columns, self.row = f"bench.{name}", title, columns, row
        self.one_in = one_in  # it has so much fewer rows than the orders
        self.per_commit = per_commit

    def create(self, server):
        server.execute(f"CREATE TABLE {self.name} ({self.columns})")

    def load(self, server, rows):
        """Inserts rows 1..rows, per_commit rows to a statement and transaction."""
        connection = server.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION cte_max_recursion_depth = 1000000, time_zone = '+00:00'")
                for at in range(1, rows + 1, self.per_commit):
                    end = min(at + self.per_commit - 1, rows)
                    cursor.execute(
                        f"INSERT INTO {self.name} WITH RECURSIVE numbers AS (SELECT {at} AS n UNION ALL SELECT n + 1 FROM numbers"
                        f" WHERE n < {end}) SELECT {self.row} FROM numbers"
                    )
        finally:
            connection.close()


ORDERS = Table("orders", "", _ORDERS, _ROW)

# 40 columns of each of five types.
_WIDE = (
    ("i{} INT NOT NULL", "n * {0} % 1000003"),
    ("u{} BIGINT UNSIGNED NULL", "IF((n + {0}) % 5 = 0, NULL, n * 1000003 + {0})"),
    ("s{} VARCHAR(40) NOT NULL", "CONCAT('pier ', n * {0} % 997, ' of {0}')"),
    ("d{} DECIMAL(10,2) NOT NULL", "(n * {0} % 10000000) / 100"),
    ("t{} DATETIME NOT NULL", "TIMESTAMP('2024-01-01 00:00:00') + INTERVAL (n + {0}) SECOND"),
)
# A document of about 1 kB, with every kind of JSON value, and a small one.
_ITEM = "JSON_OBJECT('sku', CONCAT('sku-', (n + {0}) % 5003), 'quantity', 1 + n % {0}, 'price', (n * {0} % 100000) / 100, 'gift', n % {0} = 0)"
_DOCUMENT = ("JSON_OBJECT('order', n, 'customer', JSON_OBJECT('name', CONCAT('customer ', n % 20011), 'mail', CONCAT(SHA2(n, 224), '@harbour.example'),"
             " 'since', CAST(DATE('2001-01-01') + INTERVAL n % 8000 DAY AS CHAR), 'score', n / 7, 'address', JSON_OBJECT('street', 'Quay \"North\"',"
             " 'number', n % 301, 'lines', JSON_ARRAY('c/o', NULL, 'Größe'))), 'items', JSON_ARRAY("
             + ", ".join(_ITEM.format(i) for i in range(2, 10)) + "), 'paid', n % 3 = 0, 'note', NULL)")

# What the part `tables` measures beside the orders.
TABLES = (
    Table("narrow", "narrow (2 columns)", "id BIGINT NOT NULL PRIMARY KEY, v INT NOT NULL", "n, n * 7919 % 200003"),
    Table("wide", "wide (200 columns)",
          "id BIGINT NOT NULL PRIMARY KEY, " + ", ".join(ddl.format(i) for ddl, _ in _WIDE for i in range(1, 41 if ddl[0] != "t" else 40)),
          "n, " + ", ".join(row.format(i) for ddl, row in _WIDE for i in range(1, 41 if ddl[0] != "t" else 40)), one_in=10, per_commit=100),
    Table("blobs", "blobs of 64 KiB", "id BIGINT NOT NULL PRIMARY KEY, data MEDIUMBLOB NOT NULL", "n, REPEAT(UNHEX(SHA2(n, 512)), 1024)", one_in=100,
          per_commit=10),
    Table("documents", "JSON documents of 1 kB", "id BIGINT NOT NULL PRIMARY KEY, doc JSON NOT NULL, tags JSON NULL",
          f"n, {_DOCUMENT}, IF(n % 10 = 0, NULL, JSON_ARRAY(n, 'tag', n % 7))", one_in=5, per_commit=200),
)


def empty_many():
    """Statements that make an empty table for rows of any number and size."""
    return [f"DROP TABLE IF EXISTS {MANY}", f"CREATE TABLE {MANY} (id BIGINT NOT NULL PRIMARY KEY, v INT NOT NULL, data MEDIUMTEXT NULL)"]


_DIGITS = "(SELECT 0 AS d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)"
# 0 .. 99,999
_NUMBERS = ("(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n FROM "
            + ", ".join(f"{_DIGITS} AS {name}" for name in "abcef") + ") AS numbers")


def many_rows(rows):
    """Statements that make that many narrow rows, a multiple of 100,000; not in the binlog."""
    fill = [f"INSERT INTO {MANY} (id, v) SELECT {at} + n + 1, n * 7919 FROM {_NUMBERS} ORDER BY n" for at in range(0, rows, 100_000)]
    return [*empty_many(), "SET SESSION sql_log_bin = 0", *fill, f"ANALYZE TABLE {MANY}"]


def large_transaction(rows, row_kb):
    """One statement that inserts rows of text; no two are alike."""
    return (f"INSERT INTO {MANY} WITH RECURSIVE rows_ AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM rows_ WHERE n < {rows})"
            f" SELECT /*+ SET_VAR(cte_max_recursion_depth=10000000) */ n, n, REPEAT(SHA2(n, 512), {row_kb * 8}) FROM rows_")


def _connect(port):
    return pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True)


def _write_at_rate(port, rows, rate, per_commit):
    """Updates of random rows, spread evenly over time; prints how many rows were changed in how many seconds."""
    connection = _connect(port)
    pick = random.Random(1)
    began = time.monotonic()
    changed = 0
    with connection.cursor() as cursor:
        while not select.select([sys.stdin], [], [], 0)[0]:
            ids = ",".join(str(pick.randint(1, rows)) for _ in range(per_commit))
            changed += cursor.execute(f"UPDATE {ORDERS.name} SET quantity = quantity + 1 WHERE id IN ({ids})")
            ahead = began + changed / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
    print(changed, time.monotonic() - began, flush=True)


def _write_clock(port, count, pause_ms):
    connection = _connect(port)
    told = []  # at the end: nobody reads before
    with connection.cursor() as cursor:
        for number in range(count):
            began = time.time_ns()
            cursor.execute(f"INSERT INTO {CLOCK} VALUES ({number}, {began})")
            told.append(f"{number} {began} {time.time_ns()}")
            time.sleep(pause_ms / 1000)
    print("\n".join(told))


if __name__ == "__main__":
    kind, *numbers = sys.argv[1:]
    {"rate": _write_at_rate, "clock": _write_clock}[kind](*map(int, numbers))
