"""The main job, end to end, on a private MySQL: an INSERT re-reads live tables, and the records prove that all is there.

    demo.py [--rows N] [--keep] [--kafka]

Starts a MySQL with a small `inventory` and one large table under constant writes, runs `tidemark run` into files,
asks for an incremental snapshot with an SQL INSERT, shows what comes, and compares what the records add up to with
the source, cell by cell. Stops everything. The last line says how it went. With --kafka the records go to a private
broker instead (demo_kafka.py).
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import pymysql  # pylint: disable=wrong-import-position

from harness import standard  # pylint: disable=wrong-import-position
from harness.daemon import ServerError  # pylint: disable=wrong-import-position
from harness.engine import EngineError  # pylint: disable=wrong-import-position
from harness.servers import Mysql  # pylint: disable=wrong-import-position
from oracle import records, source  # pylint: disable=wrong-import-position
from oracle.check import State  # pylint: disable=wrong-import-position

SIGNALS = "inventory.tidemark_signals"
TABLES = ["inventory.customers", "inventory.addresses", "inventory.products", "inventory.products_on_hand",
          "inventory.orders", "inventory.readings"]
BIG = "inventory.readings"

INVENTORY = """
CREATE DATABASE inventory;
CREATE TABLE inventory.customers (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, first_name VARCHAR(255) NOT NULL, last_name VARCHAR(255) NOT NULL,
  email VARCHAR(255) NOT NULL UNIQUE KEY
) AUTO_INCREMENT = 1001;
CREATE TABLE inventory.addresses (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, customer_id INT NOT NULL, street VARCHAR(255) NOT NULL,
  city VARCHAR(255) NOT NULL, zip VARCHAR(20) NOT NULL, type ENUM('SHIPPING','BILLING','LIVING') NOT NULL,
  FOREIGN KEY (customer_id) REFERENCES inventory.customers (id)
) AUTO_INCREMENT = 10;
CREATE TABLE inventory.products (
  id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL, description VARCHAR(512), weight FLOAT
) AUTO_INCREMENT = 101;
CREATE TABLE inventory.products_on_hand (
  product_id INT NOT NULL PRIMARY KEY, quantity INT NOT NULL, FOREIGN KEY (product_id) REFERENCES inventory.products (id)
);
CREATE TABLE inventory.orders (
  order_number INT NOT NULL AUTO_INCREMENT PRIMARY KEY, order_date DATE NOT NULL, purchaser INT NOT NULL,
  quantity INT NOT NULL, product_id INT NOT NULL,
  FOREIGN KEY (purchaser) REFERENCES inventory.customers (id), FOREIGN KEY (product_id) REFERENCES inventory.products (id)
) AUTO_INCREMENT = 10001;
CREATE TABLE inventory.readings (
  id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, sensor VARCHAR(40) NOT NULL, taken DATETIME(6) NOT NULL,
  level DECIMAL(10,3) NOT NULL, quality TINYINT UNSIGNED NOT NULL, note VARCHAR(120) NULL
);
INSERT INTO inventory.customers (first_name, last_name, email) VALUES
  ('Ada', 'Brook', 'ada.brook@harbour.example'), ('Jonas', 'Falk', 'jonas@falk.example'),
  ('Mei', 'Tanaka', 'mei.tanaka@pier.example'), ('Zoë', 'O''Hara', 'zoe@ohara.example');
INSERT INTO inventory.addresses (customer_id, street, city, zip, type) VALUES
  (1001, '12 Quay Road', 'Whitby', 'YO22 4DN', 'SHIPPING'), (1001, '3 Mill Lane', 'York', 'YO1 7HU', 'BILLING'),
  (1002, 'Hafenstraße 9', 'Kiel', '24103', 'LIVING'), (1003, '2-4 Minato', 'Yokohama', '220-0012', 'SHIPPING'),
  (1004, 'Strand Street 80', 'Galway', 'H91 X5R3', 'LIVING');
INSERT INTO inventory.products (name, description, weight) VALUES
  ('lantern', 'Storm lantern, brass', 1.85), ('rope', '20 m of mooring rope', 6.4), ('chart', 'Tide chart, waterproof', 0.05),
  ('anchor', 'Folding anchor', 3.2), ('bell', 'Ship''s bell', 2.75), ('compass', NULL, 0.61);
INSERT INTO inventory.products_on_hand VALUES (101, 31), (102, 8), (103, 180), (104, 4), (105, 0), (106, 44);
INSERT INTO inventory.orders (order_date, purchaser, quantity, product_id) VALUES
  ('2026-01-16', 1001, 1, 102), ('2026-01-17', 1002, 2, 105), ('2026-02-19', 1002, 2, 106), ('2026-02-21', 1003, 1, 107 - 4);
"""


class Shown:
    """Prints with the time since the start."""

    def __init__(self):
        self._started = time.monotonic()

    def __call__(self, text=""):
        print(f"{time.monotonic() - self._started:5.1f}s  {text}" if text else "", flush=True)

    def indented(self, text):
        for line in text.splitlines():
            print(f"          {line}", flush=True)


def fill(server, rows):
    """Rows of the large table, made by the server."""
    server.execute(
        "SET SESSION cte_max_recursion_depth = 1000000",
        "INSERT INTO inventory.readings (sensor, taken, level, quality, note) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL"
        f" SELECT i + 1 FROM n WHERE i < {rows}) SELECT CONCAT('gauge-', i % 97, ' ', ELT(1 + i % 3, 'north', 'süd', '東')),"
        " TIMESTAMPADD(MICROSECOND, i * 1234567, '2026-01-01'), (i * 7919 % 9000000) / 1000, i % 101,"
        " IF(i % 5 = 0, NULL, CONCAT('note ', i)) FROM n",
        f"ANALYZE TABLE {BIG}",
    )


class Writers:
    """Changes rows all the time, until stopped."""

    def __init__(self, server, rows, threads=4):
        self._server = server
        self._rows = rows
        self._stopping = threading.Event()
        self.changes = [0] * threads
        self._threads = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def _write(self, number):
        rng = random.Random(number)
        connection = self._server.connect()
        with connection.cursor() as cursor:
            while not self._stopping.is_set():
                try:
                    self.changes[number] += self._change(rng, cursor)
                except pymysql.err.OperationalError as error:
                    if error.args[0] not in (1205, 1213):  # a deadlock of two writers
                        raise
                self._stopping.wait(0.001)
        connection.close()

    def _change(self, rng, cursor):
        row = rng.randint(1, self._rows)
        dice = rng.random()
        if dice < 0.45:
            return cursor.execute(f"UPDATE {BIG} SET level = level + 0.125, quality = 255 - quality WHERE id = %s", (row,))
        if dice < 0.65:
            return cursor.execute(f"INSERT INTO {BIG} (sensor, taken, level, quality) VALUES (%s, NOW(6), %s, 7)",
                                  (f"gauge-{row % 97}", rng.randint(0, 9000)))
        if dice < 0.8:
            return cursor.execute(f"DELETE FROM {BIG} WHERE id = %s", (row,))
        if dice < 0.85:
            return cursor.execute(f"UPDATE {BIG} SET id = %s WHERE id = %s", (-row, row))  # the key moves
        if dice < 0.95:
            return cursor.execute("INSERT INTO inventory.orders (order_date, purchaser, quantity, product_id) VALUES"
                                  " (CURRENT_DATE, %s, %s, %s)", (rng.randint(1001, 1004), row % 9 + 1, rng.randint(101, 106)))
        return cursor.execute("UPDATE inventory.products_on_hand SET quantity = quantity + 1 WHERE product_id = %s",
                              (rng.randint(101, 106),))

    def stop(self):
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        return sum(self.changes)


class Demo:
    def __init__(self, options):
        self.rows = options.rows
        self.say = Shown()
        self.folder = Path(tempfile.mkdtemp(prefix="tidemark-demo-"))
        self.arguments = ()  # of tidemark run, behind the configuration
        self.server = self.engine = self.writers = None
        self._shown = 0  # bytes of the engine's log that were looked at

    def run(self):
        self._start_server()
        self._start_engine()
        self._take_snapshot()
        self._end_stream()
        return self._compare()

    def stop(self):
        for part in (self.writers, self.engine, self.server):
            if part is not None:
                (part.kill if part is self.engine else part.stop)()

    def _start_server(self):
        self.server = Mysql(buffer_pool="256M")
        self.say(f"MySQL {self.server.version} runs on {self.server.host}:{self.server.port}")
        self.server.run_sql(INVENTORY)
        self.server.execute(standard.SIGNAL_DDL.format(SIGNALS))
        fill(self.server, self.rows)
        standard.account(self.server, SIGNALS)
        self.say(f"inventory holds {len(TABLES)} tables; {BIG} has {self.rows:,} rows, and rows change all the time from now on")
        self.writers = Writers(self.server, self.rows)

    def _start_engine(self):
        self._make_engine()
        self.engine.start(*self.arguments)
        self.engine.wait_for_log(r"event=stream\.started")
        self.say("the stream is on; the first change that comes:")
        self._show_first()

    def _make_engine(self):
        self.engine = standard.engine(
            self.server, self.folder, name="demo",
            **{"topic.prefix": "demo", "database.include.list": "inventory", "signal.data.collection": SIGNALS,
               "snapshot.mode": "no_data"},
        )
        self.say("tidemark run demo.properties, with snapshot.mode=no_data: only changes, nothing of what is there already")

    def _show_first(self):
        self._show_records(1, lambda r: r["value"] and r["topic"] == f"demo.{BIG}")

    def _answers(self, signal_id):
        return standard.answers(self.folder, signal_id)

    def _output(self):
        """Where the records lie, a line each."""
        return self.folder / "records"

    def _show_records(self, count, wanted):
        """Prints records that have come, shortened."""
        deadline = time.monotonic() + 20
        while True:
            found = [r for r in self._first_records() if wanted(r)][:count]
            if len(found) == count or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        for record in found:
            value = record["value"]
            block = value["source"]
            shown = {"op": value["op"], "before": value["before"], "after": value["after"],
                     "source": {name: block[name] for name in ("snapshot", "gtid", "file", "pos")}}
            self.say.indented(f"{record['topic']} {json.dumps(record['key'])}")
            self.say.indented("  " + json.dumps(shown, ensure_ascii=False))

    def _first_records(self):
        """The beginning and the end of the output."""
        found = []
        for path in records.segments(self.folder / "records"):
            with open(path, "rb") as file:
                head = file.read(1 << 16)
                file.seek(max(len(head), path.stat().st_size - (1 << 20)))
                for part in (head, file.read().partition(b"\n")[2] if path.stat().st_size > 1 << 16 else b""):
                    found += [json.loads(line) for line in part.split(b"\n")[:-1]]
        return found

    def _take_snapshot(self):
        data = {"data-collections": ["inventory\\.(?!tidemark).*"]}
        self.say("now an incremental snapshot of all tables, asked for by SQL:")
        text = json.dumps(data).replace("\\", "\\\\")
        sql = f"INSERT INTO {SIGNALS} VALUES ('demo-1', 'execute-snapshot', '{text}')"
        self.say.indented(sql + ";")
        self.server.execute(sql)
        asked = time.monotonic()
        verdict = self._await(lambda: self._answers("demo-1")[0], "a verdict")
        self.say(f"verdict: {'accepted' if verdict['accepted'] else 'REFUSED'}: {verdict['reason']}")
        if not verdict["accepted"]:
            raise EngineError("the signal was refused")
        outcomes = self._await(self._all_ended, "the end of the snapshot")
        took = time.monotonic() - asked
        self.say("one of the rows that were read between the changes:")
        self._show_records(1, lambda r: r["value"] and r["value"]["op"] == "r" and r["topic"] == f"demo.{BIG}")
        for name in TABLES:
            outcome = outcomes[name]
            self.say(f"snapshot of {name}: {outcome['status']}, {outcome['rows']:,} rows")
            if outcome["status"] != "COMPLETED":
                raise EngineError(f"the snapshot of {name} ended as {outcome}")
        self.say(f"all of it in {took:.1f} s")

    def _all_ended(self):
        outcomes = self._answers("demo-1")[1]
        return outcomes if outcomes.keys() >= set(TABLES) else None

    def _await(self, condition, what, timeout=60):
        """Waits, showing the engine's progress lines and a count now and then."""
        deadline = time.monotonic() + timeout
        last = time.monotonic()
        while not (value := condition()):
            if not self.engine.running():
                raise EngineError(f"the engine ended before {what}:\n{self.engine.log()[-3000:]}")
            if time.monotonic() > deadline:
                raise EngineError(f"not within {timeout} s: {what}\n{self.engine.log()[-3000:]}")
            if time.monotonic() - last > 0.5:
                last = time.monotonic()
                self._show_progress()
            time.sleep(0.05)
        return value

    def _show_progress(self):
        log = self.engine.log()
        for line in log[self._shown :].splitlines():
            if "event=snapshot." in line:
                self.say.indented(line)
        self._shown = len(log)
        state = (standard.stored(self.folder) or {}).get("incremental_snapshot", {})
        for table in state.get("tables", ()):
            if table["started"]:
                self.say(f"progress: {table['database']}.{table['table']} {table['rows_read']:,} of about"
                         f" {table['rows_estimated']:,} rows, {table['chunks_done']} chunks; {sum(self.writers.changes):,} changes"
                         " written meanwhile")

    def _end_stream(self):
        changes = self.writers.stop()
        self.writers = None
        self.say(f"the writers stop after {changes:,} changes; the stream catches up")
        standard.send_signal(self.server, SIGNALS, "log", {"message": "the end"}, "demo-2")
        self._await(lambda: self._answers("demo-2")[0], "the last signal")
        code = self.engine.stop()
        if code != 0:
            raise EngineError(f"the engine ended with {code}:\n{self.engine.log()[-3000:]}")
        self.say("tidemark stopped")

    def _compare(self):
        """From here on only the output and the source."""
        output = self._output()
        connection = source.plain_connection(self.server)
        tables = source.describe(connection, TABLES)
        problems = []
        state, count = State(tables), 0
        for record in records.read(output, problems.append):
            count += 1
            if record.op:
                state.apply(record)
        size = sum(path.stat().st_size for path in records.segments(output))
        self.say(f"the output: {count:,} records, {size / 1e6:.0f} MB")
        rows = cells = 0
        for name, table in tables.items():
            held = source.rows(connection, table)
            before = len(problems)
            equal = state.compare(name, held, problems.append)
            rows, cells = rows + equal, cells + equal * len(table.columns)
            self.say(f"{name}: {equal:,} of {len(held):,} rows equal, {len(problems) - before} differ")
        connection.close()
        for problem in problems[:5]:
            self.say(f"  {problem}")
        return len(problems), rows, cells


def main():
    options = argparse.ArgumentParser(description="The main job, end to end, on a private MySQL.")
    options.add_argument("--rows", type=int, help="of the large table; 500,000 by default, 20,000 with --kafka")
    options.add_argument("--keep", action="store_true", help="keep the output")
    options.add_argument("--kafka", action="store_true", help="records go to a private broker")
    options = options.parse_args()
    options.rows = options.rows or (20_000 if options.kafka else 500_000)
    if options.kafka:
        from demo_kafka import KafkaDemo  # pylint: disable=import-outside-toplevel
        demo = KafkaDemo(options)
    else:
        demo = Demo(options)
    try:
        problems, rows, cells = demo.run()
    except (EngineError, ServerError) as error:
        print(f"the demo failed: {error}", flush=True)
        return 1
    finally:
        demo.stop()
        if options.keep:
            print(f"kept: {demo.folder}", flush=True)
        else:
            shutil.rmtree(demo.folder, ignore_errors=True)
    print()
    if problems:
        print(f"NOT EQUAL: {problems} differences between the records and the source", flush=True)
        return 1
    print(f"Every captured table equals the source, cell by cell, from the records alone: {len(TABLES)} tables, {rows:,} rows,"
          f" {cells:,} cells.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
