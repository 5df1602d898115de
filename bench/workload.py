"""The table that is measured, its rows, and the writers that run beside a measurement.

As a program, a writer in a process of its own (its clock and pace are not the bench's):
    workload.py rate PORT ROWS ROWS_PER_SECOND ROWS_PER_COMMIT    updates random rows until its standard input ends
    workload.py clock PORT COUNT PAUSE_MS      inserts rows that carry the time, prints when each commit began and ended
"""

import random
import select
import sys
import time

import pymysql

TABLE = "bench.orders"
SIGNALS = "bench.signals"
CLOCK = "bench.clock"
MARK = "bench.mark"

DDL = (
    "CREATE DATABASE bench",
    f"""CREATE TABLE {TABLE} (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, customer INT NOT NULL, quantity INT UNSIGNED NOT NULL,
  amount DECIMAL(12,2) NOT NULL, status VARCHAR(16) NOT NULL, email VARCHAR(64) NOT NULL, note VARCHAR(200) NULL,
  ratio DOUBLE NOT NULL, ordered DATETIME(3) NOT NULL, changed TIMESTAMP NOT NULL)""",
    f"CREATE TABLE {SIGNALS} (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data VARCHAR(2048) NULL)",
    f"CREATE TABLE {CLOCK} (id BIGINT PRIMARY KEY, began_ns BIGINT NOT NULL)",
    f"CREATE TABLE {MARK} (id BIGINT PRIMARY KEY)",
)

# Row n, made by the server: the same rows in every run.
_ROW = """n, n * 7919 % 200003, 1 + n % 12, (n * 104729 % 10000000) / 100,
  ELT(1 + n % 4, 'new', 'paid', 'shipped', 'returned'), CONCAT('customer.', n * 7919 % 200003, '@harbour.example'),
  IF(n % 10 = 0, NULL, CONCAT('Leave at the pier "', n % 97, '", ', SHA2(n, 256))),
  n / 7, TIMESTAMP('2024-01-01 00:00:00') + INTERVAL n * 610010 MICROSECOND,
  TIMESTAMP('2025-01-01 00:00:00') + INTERVAL n % 31000000 SECOND"""


def load(server, first, last, per_commit):
    """Inserts rows first..last, per_commit rows to a statement and transaction."""
    connection = server.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION cte_max_recursion_depth = 1000000, time_zone = '+00:00'")
            for at in range(first, last + 1, per_commit):
                end = min(at + per_commit - 1, last)
                cursor.execute(
                    f"INSERT INTO {TABLE} WITH RECURSIVE numbers AS (SELECT {at} AS n UNION ALL SELECT n + 1 FROM numbers"
                    f" WHERE n < {end}) SELECT {_ROW} FROM numbers"
                )
    finally:
        connection.close()


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
            changed += cursor.execute(f"UPDATE {TABLE} SET quantity = quantity + 1 WHERE id IN ({ids})")
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
