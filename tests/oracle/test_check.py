"""The proof itself: it passes what a right engine writes, and each of its checks fails on the fault it is for."""

import base64
import copy
import json
import struct
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

from oracle import cells, check
from oracle.cells import Column, Table
from oracle.journal import Change, Journal, Transaction

INT = "shop.items"
TEXT = "shop.names"
SIGNALS, MARKERS = "oracle.signals", "oracle.marker"


def tables():
    version = Column("version", "bigint", "bigint", False)
    return {
        INT: Table("shop", "items", [Column("id", "int", "int", False), version,
                                     Column("price", "decimal", "decimal(9,2)", True, scale=2)], ["id"]),
        TEXT: Table("shop", "names", [Column("name", "varchar", "varchar(20)", False, collation="utf8mb4_0900_ai_ci"),
                                      version], ["name"]),
    }


def decimal_json(value, scale=2):
    unscaled = int(value.scaleb(scale))
    size = max(1, (unscaled.bit_length() + 8) // 8)
    return base64.b64encode(unscaled.to_bytes(size, "big", signed=True)).decode()


def image(row):
    """A canonical row as Debezium's JSON shows it."""
    return {name: decimal_json(value) if isinstance(value, Decimal) else value for name, value in row.items()}


class World:
    """A small source, its journal, and the records that a right engine writes for it."""

    def __init__(self, initial=True):
        self.initial = initial
        self.tables = tables()
        self.journal = Journal()
        self.lines = []
        self.rows = {}  # (table, key) -> row
        self.runs = []
        self.stops = {}
        self.signals = []
        self._pos = 100
        self._transaction = 0
        self._version = 0

    # -- the source ------------------------------------------------------------------------------------------------

    def version(self):
        self._version += 1
        return self._version

    def commit(self, *steps, emit=True, worker=0):
        """A transaction of (op, table, key cells, ...); emits its records unless told otherwise."""
        self._transaction += 1
        transaction = Transaction(self._transaction, worker, begun=float(self._transaction))
        for number, (op, table, key, *rest) in enumerate(steps):
            name = self.tables[table].key[0]
            old = self.rows.get((table, key))
            if op in ("c", "u"):
                row = {name: key, "version": self.version()}
                if table == INT:
                    row["price"] = Decimal("-1.25") * row["version"] if row["version"] % 3 else None
            elif op == "k":
                row = {**old, name: rest[0], "version": self.version()}
            else:
                row = None
            change = Change(table, op, old["version"] if old else None, row["version"] if row else None, row, number)
            transaction.changes.append(change)
            self.rows.pop((table, key), None)
            if row:
                self.rows[(table, row[name])] = row
            if emit:
                self._emit_change(op, table, old, row)
        transaction.committed = transaction.begun
        self.journal.transactions.append(transaction)
        self._pos += 50

    def source(self):
        result = {name: {} for name in self.tables}
        for (table, _), row in self.rows.items():
            result[table][self.tables[table].identity_of_row(row)] = row
        return result

    # -- the engine ------------------------------------------------------------------------------------------------

    def emit(self, table, op, before, after, key, snapshot="false", headers=None):
        database, _, name = table.partition(".")
        if snapshot != "true":  # rows of a view have its place
            self._pos += 1
        source = {"snapshot": snapshot, "db": database, "table": name, "file": "binlog.000001", "pos": self._pos,
                  "row": 0, "gtid": None if snapshot == "true" else f"u:{self._transaction}"}
        value = {"before": before, "after": after, "source": source, "op": op}
        self.lines.append({"topic": f"tm.{table}", "key": key, "value": value, "headers": headers or {}})
        if op == "d":
            self.lines.append({"topic": f"tm.{table}", "key": key, "value": None, "headers": headers or {}})

    def _emit_change(self, op, table, old, row):
        name = self.tables[table].key[0]
        before, after = old and image(old), row and image(row)
        old_key, new_key = old and {name: old[name]}, row and {name: row[name]}
        if op == "k":
            self.emit(table, "d", before, None, old_key, headers={"__debezium.newkey": new_key})
            self.emit(table, "c", None, after, new_key, headers={"__debezium.oldkey": old_key})
        else:
            self.emit(table, op, before, after, new_key or old_key)

    def initial_snapshot(self):
        for (table, _), row in self.rows.items():
            self.read(table, row, "true")

    def read(self, table, row, snapshot="incremental"):
        name = self.tables[table].key[0]
        self.emit(table, "r", None, image(row), {name: row[name]}, snapshot)

    def signal(self, signal_id, kind, *names, matches=None, status="COMPLETED", blocking=False):
        self.signals.append(signal_id)
        if kind == "execute-snapshot":
            self.runs += [check.Run(signal_id, name, matches, status, blocking=blocking) for name in names]
        else:
            self.stops[signal_id] = names
        self.emit(SIGNALS, "c", None, {"id": signal_id, "type": kind, "data": "{}"}, {"id": signal_id})

    def mark(self, text):
        self.emit(MARKERS, "c", None, {"id": 1, "text": text}, {"id": 1})

    # -- the verdict -----------------------------------------------------------------------------------------------

    def check(self, lines=None, source=None):
        with tempfile.TemporaryDirectory() as folder:
            text = [line if isinstance(line, str) else json.dumps(line) for line in lines or self.lines]
            half = len(text) // 2
            Path(folder, "out-000001.jsonl").write_text("".join(t + "\n" for t in text[:half]), encoding="utf-8")
            Path(folder, "out-000002.jsonl").write_text("".join(t + "\n" for t in text[half:]), encoding="utf-8")
            runs = [check.Run(r.signal_id, r.table, r.matches, r.status, first=r.first, blocking=r.blocking, goes_on=r.goes_on)
                    for r in self.runs]
            proof = check.Proof(self.tables, self.journal, signal_table=SIGNALS, marker_table=MARKERS, runs=runs,
                                stops=self.stops, initial=self.initial, signals=self.signals,
                                must_from=None if self.initial else 4.0)
            return proof.check(folder, source or self.source())


def story(initial=True):
    """Everything an engine may meet, told right."""
    world = World(initial)
    world.commit(*[("c", INT, key) for key in range(10)], emit=False)
    world.commit(("c", TEXT, "ann"), ("c", TEXT, "Bob"), ("c", TEXT, "zoë"), emit=False, worker=1)
    world.commit(("u", INT, 3), ("d", INT, 9), emit=False)
    if initial:
        world.initial_snapshot()
    world.commit(("u", INT, 3), ("c", INT, 20), ("d", INT, 4))
    world.commit(("k", TEXT, "Bob", "bob"), ("k", TEXT, "ann", "eve"), worker=1)
    world.commit(("d", INT, 5), ("c", INT, 5))
    world.signal("s1", "execute-snapshot", INT, TEXT)
    for key in (0, 1, 2):
        world.read(INT, world.rows[(INT, key)])
    world.commit(("u", INT, 6), ("u", INT, 6))
    world.commit(("k", INT, 7, 30))
    for key in (3, 5, 8):
        world.read(INT, world.rows[(INT, key)])
    world.read(INT, world.rows[(INT, 20)])
    for name in ("bob", "eve", "zoë"):
        world.read(TEXT, world.rows[(TEXT, name)])
    world.mark(f"ended s1 {INT}")
    world.mark(f"ended s1 {TEXT}")
    world.signal("s2", "execute-snapshot", INT, matches=lambda row: row["version"] % 2 == 0)
    for (table, _), row in list(world.rows.items()):
        if table == INT and row["version"] % 2 == 0:
            world.read(INT, row)
    world.mark(f"ended s2 {INT}")
    world.signal("s3", "execute-snapshot", INT, status="STOPPED")
    world.read(INT, world.rows[(INT, 0)])
    world.signal("s4", "stop-snapshot", INT)
    world.signal("s5", "execute-snapshot", TEXT, blocking=True)
    for name in ("bob", "zoë"):
        world.read(TEXT, world.rows[(TEXT, name)], "true")
    world.commit(("d", TEXT, "zoë"), worker=1)
    for name in ("bob", "eve"):  # the connection was lost
        world.read(TEXT, world.rows[(TEXT, name)], "true")
    world.mark(f"ended s5 {TEXT}")
    world.commit(("u", INT, 0))
    return world


def first_load(without=()):
    """Tables that the engine reads in chunks from the start, unasked."""
    world = World(initial=False)
    world.commit(*[("c", INT, key) for key in range(10)], emit=False)
    world.commit(("u", INT, 3), ("d", INT, 9), emit=False)
    world.runs.append(check.Run("first-load-1", INT, status="COMPLETED", first=True))
    world.commit(("u", INT, 3), ("c", INT, 20))
    for (_, key), row in list(world.rows.items()):
        if key not in (3, 20, *without):
            world.read(INT, row)
    world.mark(f"ended first-load-1 {INT}")
    return world


def cut_off(*again, without=()):
    """An initial snapshot that a kill cut off behind key 4, and what was left of it in chunks; `again`: keys that come twice."""
    world = World()
    world.commit(*[("c", INT, key) for key in range(10)], emit=False)
    rows = list(world.rows.values())
    for row in rows[:5]:
        world.read(INT, row, "true")
    world.runs.append(check.Run("first-load-1", INT, status="COMPLETED", first=True))
    world.commit(("u", INT, 3), ("u", INT, 7))
    for row in rows[5:]:
        if row["id"] not in (7, *without):
            world.read(INT, row)
    for key in again:
        world.read(INT, world.rows[(INT, key)])
    world.mark(f"ended first-load-1 {INT}")
    return world


def blocking_cut_off(*again, marks=("incremental",), goes_on=True):
    """A blocking snapshot that was cut off behind key 4, and what was left of it, with these marks."""
    world = World()
    world.commit(*[("c", INT, key) for key in range(10)])
    world.signal("s1", "execute-snapshot", INT, blocking=True)
    world.runs[-1].goes_on = goes_on
    rows = list(world.rows.values())
    for row in rows[:5]:
        world.read(INT, row, "true")
    world.commit(("u", INT, 3))
    for number, row in enumerate(rows[5:]):
        world.read(INT, row, marks[number % len(marks)])
    for key in again:
        world.read(INT, world.rows[(INT, key)])
    world.mark(f"ended s1 {INT}")
    return world


class RightOutput(unittest.TestCase):
    def test_passes_with_a_blocking_snapshot_that_was_cut_off(self):
        report = blocking_cut_off().check()
        self.assertTrue(report.ok, list(report.explain()))

    def test_passes_with_an_initial_snapshot_that_was_cut_off(self):
        report = cut_off().check()
        self.assertTrue(report.ok, list(report.explain()))

    def test_passes_with_a_first_load_in_chunks(self):
        report = first_load().check()
        self.assertTrue(report.ok, list(report.explain()))

    def test_passes_with_an_initial_snapshot(self):
        report = story().check()
        self.assertTrue(report.ok, list(report.explain()))
        self.assertGreater(report.numbers["rows equal to the source"], 8)
        self.assertEqual(12, report.numbers["in the stream"])

    def test_passes_without_an_initial_snapshot_once_all_was_read(self):
        report = story(initial=False).check()
        self.assertTrue(report.ok, list(report.explain()))


class Faults(unittest.TestCase):
    """Each test breaks the right output in one way; `caught` names the checks that must speak, no others may."""

    def setUp(self):
        self.world = story()
        self.lines = copy.deepcopy(self.world.lines)

    def caught(self, *names, lines=None, also=(), source=None):
        report = self.world.check(lines or self.lines, source)
        found = set(report.counts)
        self.assertLessEqual(set(names), found, list(report.explain()))
        self.assertLessEqual(found, set(names) | set(also), list(report.explain()))
        for name in names:
            self.assertTrue(report.texts[name])

    def find(self, op, table, key, snapshot="false", nth=0):
        hits = [at for at, line in enumerate(self.lines)
                if line["value"] and line["value"]["op"] == op and line["topic"] == f"tm.{table}"
                and line["key"] == key and line["value"]["source"]["snapshot"] == snapshot]
        return hits[nth]

    def test_a_line_that_is_no_json(self):
        self.lines[5] = json.dumps(self.lines[5])[:-10]
        self.caught("parse", also=("initial", "run_complete", "state"))

    def test_a_cell_that_does_not_decode(self):
        at = self.find("r", INT, {"id": 1}, "incremental")
        self.lines[at]["value"]["after"]["price"] = 17
        self.caught("parse", also=("run_complete",))

    def test_a_missing_column(self):
        at = self.find("r", INT, {"id": 1}, "incremental")
        del self.lines[at]["value"]["after"]["price"]
        self.caught("parse", also=("run_complete",))

    def test_a_key_that_is_not_the_rows(self):
        self.lines[self.find("u", INT, {"id": 3})]["key"] = {"id": 4}
        self.caught("parse")

    def test_a_topic_that_is_not_the_tables(self):
        self.lines[self.find("u", INT, {"id": 3})]["topic"] = f"tm.{TEXT}"
        self.caught("parse")

    def test_a_delete_without_tombstone(self):
        del self.lines[self.find("d", INT, {"id": 4}) + 1]
        self.caught("tombstone")

    def test_a_tombstone_without_delete(self):
        self.lines.insert(4, self.lines[self.find("d", INT, {"id": 4}) + 1])
        self.caught("tombstone")

    def test_a_tombstone_of_another_key(self):
        self.lines[self.find("d", INT, {"id": 4}) + 1]["key"] = {"id": 5}
        self.caught("tombstone")

    def test_an_output_that_ends_before_a_tombstone(self):
        self.caught("tombstone", "exactly_once", lines=self.lines[: self.find("d", TEXT, {"name": "zoë"}) + 1], also=("state",))

    def test_a_key_change_in_the_wrong_order(self):
        at = self.find("d", INT, {"id": 7})
        self.lines[at : at + 3] = [self.lines[at + 2], *self.lines[at : at + 2]]
        self.caught("key_change", also=("position", "transaction", "order"))

    def test_a_key_change_whose_headers_name_another_key(self):
        self.lines[self.find("d", INT, {"id": 7})]["headers"]["__debezium.newkey"] = {"id": 31}
        self.caught("key_change")

    def test_a_key_change_whose_create_has_no_header(self):
        self.lines[self.find("c", INT, {"id": 30})]["headers"] = {}
        self.caught("key_change")

    def test_a_lost_change(self):
        del self.lines[self.find("u", INT, {"id": 3})]
        self.caught("exactly_once", also=("stale_read", "transaction", "run_complete"))

    def test_a_lost_transaction(self):
        at = self.find("u", INT, {"id": 6})
        del self.lines[at : at + 2]
        self.caught("exactly_once", "run_complete", "state")

    def test_a_lost_create_of_a_key_change(self):
        del self.lines[self.find("c", INT, {"id": 30})]
        self.caught("exactly_once", "key_change", "stale_read")

    def test_a_change_that_repeats(self):
        at = self.find("u", INT, {"id": 3})
        self.lines.insert(at + 1, self.lines[at])
        self.caught("exactly_once", "order")

    def test_a_transaction_that_repeats(self):
        at = self.find("c", INT, {"id": 5})
        again = copy.deepcopy(self.lines[at - 2 : at + 1])
        self.lines[at + 1 : at + 1] = again
        self.caught("exactly_once", also=("order", "position", "version_back"))

    def test_a_change_that_was_rolled_back(self):
        self.world.emit(INT, "c", None, image({"id": 77, "version": 7700, "price": None}), {"id": 77})
        self.caught("phantom", "state", lines=self.world.lines)

    def test_an_update_shown_as_a_create(self):
        at = self.find("u", INT, {"id": 3})
        self.lines[at]["value"].update(op="c", before=None)
        self.caught("phantom", "exactly_once", "order", also=("transaction",))

    def test_changes_of_a_transaction_in_another_order(self):
        at = self.find("u", INT, {"id": 3})
        self.lines[at], self.lines[at + 1] = self.lines[at + 1], self.lines[at]
        self.lines[at]["value"]["source"], self.lines[at + 1]["value"]["source"] = (
            self.lines[at + 1]["value"]["source"], self.lines[at]["value"]["source"])
        self.caught("transaction")

    def test_transactions_that_mix(self):
        at = self.find("c", INT, {"id": 20})
        self.lines.insert(at, self.lines.pop(self.find("d", TEXT, {"name": "Bob"}) + 2))
        self.caught("transaction", "key_change", "order", also=("position", "stale_read"))

    def test_a_read_inside_a_transaction(self):
        read = self.lines.pop(self.find("r", INT, {"id": 0}, "incremental"))
        at = self.find("d", INT, {"id": 5})
        self.lines.insert(at + 2, read)
        self.caught("transaction", "read_outside", also=("position", "run_complete"))

    def test_two_transactions_under_one_gtid(self):
        first, second = self.find("u", INT, {"id": 3}), self.find("c", INT, {"id": 5})
        gtid = self.lines[first]["value"]["source"]["gtid"]
        for at in (second - 2, second):
            self.lines[at]["value"]["source"]["gtid"] = gtid
        self.caught("transaction")

    def test_changes_of_a_key_in_another_order(self):
        at = self.find("u", INT, {"id": 6})
        self.lines[at], self.lines[at + 1] = self.lines[at + 1], self.lines[at]
        self.caught("order", "version_back", "transaction", also=("position", "run_complete", "state"))

    def test_a_position_that_goes_back(self):
        self.lines[self.find("c", INT, {"id": 5})]["value"]["source"]["pos"] = 4
        self.caught("position")

    def test_a_cell_that_is_not_what_was_written(self):
        self.lines[self.find("u", INT, {"id": 3})]["value"]["after"]["price"] = decimal_json(Decimal("99.99"))
        self.caught("content")

    def test_a_wrong_before_image(self):
        self.lines[self.find("d", INT, {"id": 4})]["value"]["before"]["price"] = decimal_json(Decimal("99.99"))
        self.caught("content")

    def test_a_read_that_is_stale(self):
        """The window was closed without regard to the update inside it."""
        stale = self.world.rows[(INT, 6)]
        old = next(c.row for t in self.world.journal.transactions for c in t.changes if c.began and c.row.get("id") == 6)
        self.assertLess(old["version"], stale["version"])
        at = self.find("r", INT, {"id": 8}, "incremental")
        line = copy.deepcopy(self.lines[at])
        line["key"], line["value"]["after"] = {"id": 6}, image(old)
        self.lines.insert(at, line)
        self.caught("stale_read", "version_back", also=("state",))

    def test_a_read_from_ahead(self):
        """The row's next state is shown before the stream has come to it."""
        at = self.find("r", INT, {"id": 2}, "incremental")
        line = copy.deepcopy(self.lines[at])
        line["key"], line["value"]["after"] = {"id": 6}, image(self.world.rows[(INT, 6)])
        self.lines.insert(at, line)
        self.caught("stale_read", "version_back")

    def test_a_read_after_the_rows_delete(self):
        at = self.find("r", INT, {"id": 8}, "incremental")
        dead = next(c.row for t in self.world.journal.transactions for c in t.changes if c.began and c.row.get("id") == 7)
        line = copy.deepcopy(self.lines[at])
        line["key"], line["value"]["after"] = {"id": 7}, image(dead)
        self.lines.insert(at, line)
        self.caught("stale_read", "resurrected", "state")

    def test_a_read_under_another_spelling_of_a_deleted_key(self):
        """The old spelling of a key is the same row to the server."""
        at = self.find("r", TEXT, {"name": "bob"}, "incremental")
        old = next(c.row for t in self.world.journal.transactions for c in t.changes if c.row and c.row.get("name") == "Bob")
        self.lines[at]["key"], self.lines[at]["value"]["after"] = {"name": "Bob"}, image(old)
        self.caught("stale_read", "resurrected", "version_back", also=("state",))

    def test_a_read_that_repeats(self):
        at = self.find("r", INT, {"id": 2}, "incremental")
        self.lines.insert(at, self.lines[at])
        self.caught("read_repeat")

    def test_a_read_without_a_run(self):
        at = self.find("r", INT, {"id": 2}, "incremental")
        line = copy.deepcopy(self.lines[at])
        line["value"]["source"]["pos"] = self.lines[-1]["value"]["source"]["pos"] + 1
        self.lines.append(line)
        self.caught("read_outside")

    def test_a_read_after_the_stop(self):
        at = self.find("r", INT, {"id": 0}, "incremental", nth=-1)
        self.lines[at], self.lines[at + 1] = self.lines[at + 1], self.lines[at]
        self.caught("read_outside", also=("position",))

    def test_a_read_that_the_condition_excludes(self):
        odd = next(row for (table, _), row in self.world.rows.items() if table == INT and row["id"] == 8)
        self.assertEqual(1, odd["version"] % 2)
        at = next(i for i, line in enumerate(self.lines) if line["key"] == {"id": "s2"}) + 1
        line = copy.deepcopy(self.lines[self.find("r", INT, {"id": 8}, "incremental")])
        self.lines.insert(at, line)
        self.caught("read_filter", also=("position",))

    def test_a_completed_run_that_skipped_a_row(self):
        del self.lines[self.find("r", INT, {"id": 2}, "incremental")]
        self.caught("run_complete")

    def test_a_first_load_that_skipped_a_row(self):
        report = first_load(without=(8,)).check()
        self.assertIn("run_complete", report.counts)

    def test_a_blocking_read_that_is_stale(self):
        """Its rows went out before the stream had come to their place, or behind it."""
        at = self.find("r", TEXT, {"name": "zoë"}, "true", nth=-1)
        delete = self.find("d", TEXT, {"name": "zoë"})
        self.lines.insert(delete + 2, self.lines.pop(at))
        self.caught("stale_read", "resurrected", also=("state", "run_complete"))  # rows of the view before count no more

    def test_a_blocking_run_that_skipped_a_row(self):
        del self.lines[self.find("r", TEXT, {"name": "eve"}, "true", nth=-1)]
        self.caught("run_complete")

    def test_a_chunk_that_is_emitted_in_a_blocking_run(self):
        self.lines[self.find("r", TEXT, {"name": "eve"}, "true", nth=-1)]["value"]["source"]["snapshot"] = "incremental"
        self.caught("read_outside", also=("position",))

    def test_a_cut_off_blocking_run_that_repeats_a_row_or_comes_back(self):
        self.assertIn("read_repeat", blocking_cut_off(2).check().counts)
        self.assertIn("read_outside", blocking_cut_off(marks=("incremental", "true")).check().counts)
        self.assertIn("read_outside", blocking_cut_off(goes_on=False).check().counts)

    def test_an_initial_snapshot_that_skipped_a_row(self):
        del self.lines[self.find("r", INT, {"id": 2}, "true")]
        self.caught("initial")

    def test_an_initial_snapshot_that_repeats_a_row(self):
        at = self.find("r", INT, {"id": 2}, "true")
        self.lines.insert(at, self.lines[at])
        self.caught("initial")

    def test_a_cut_off_initial_snapshot_that_repeats_or_skips_a_row(self):
        self.assertIn("initial", cut_off(2).check().counts)
        self.assertIn("run_complete", cut_off(without=(8,)).check().counts)

    def test_an_initial_snapshot_that_is_ahead_of_the_stream(self):
        later = next(c.row for t in self.world.journal.transactions[3:] for c in t.changes if c.row and c.row.get("id") == 3)
        self.lines[self.find("r", INT, {"id": 3}, "true")]["value"]["after"] = image(later)
        self.caught("initial")

    def test_a_signal_row_that_repeats(self):
        at = next(i for i, line in enumerate(self.lines) if line["key"] == {"id": "s4"})
        self.lines.insert(at, self.lines[at])
        self.caught("signal")

    def test_a_source_that_differs(self):
        source = self.world.source()
        source[INT][(1,)] = {**source[INT][(1,)], "price": Decimal("0.01")}
        self.caught("state", source=source)

    def test_a_source_without_a_row_that_the_records_have(self):
        source = self.world.source()
        del source[INT][(1,)]
        self.caught("state", source=source)

    def test_every_check_has_a_fault_that_it_caught(self):
        """Reads this file: each check is named by a call of caught()."""
        text = Path(__file__).read_text(encoding="utf-8")
        for name in check.CHECKS:
            self.assertRegex(text, rf'self\.caught\([^)]*"{name}"', name)


class Cells(unittest.TestCase):
    """Debezium's form and the server's text of one cell meet in one value."""

    def both(self, column, as_json, as_text, value):
        from_json, from_text = cells.json_reader(column)(as_json), cells.text_reader(column)(as_text)
        self.assertEqual(value, from_json)
        self.assertEqual(value, from_text)

    def test_values(self):
        def column(kind, full=None, **more):
            return Column("c", kind, full or kind, True, **more)

        self.both(column("int"), -5, "-5", -5)
        self.both(column("bigint", "bigint unsigned"), -1, "18446744073709551615", 2**64 - 1)
        self.both(column("decimal", scale=2), "BNI=", "12.34", Decimal("12.34"))
        self.both(column("decimal", scale=2), "gA==", "-1.28", Decimal("-1.28"))
        self.both(column("decimal"), "gAAAAAAAAAAAAAAAAAAAAA==", str(-(2**127)), Decimal(-(2**127)))
        self.both(column("float"), 1.6777216e7, "16777216", 16777216.0)
        self.both(column("float"), 0.1, "0.10000000149011612", struct.unpack("f", struct.pack("f", 0.1))[0])
        self.both(column("double"), 1e-7, "1e-7", 1e-7)
        self.both(column("varbinary"), "AAH/", b"\x00\x01\xff", b"\x00\x01\xff")
        self.both(column("date"), -1, "1969-12-31", -1)
        self.both(column("date"), 19782, "2024-02-29", 19782)
        self.both(column("time", digits=3), -3723004000, "-01:02:03.004", -3723004000)
        self.both(column("datetime", digits=0), 1709251199000, "2024-02-29 23:59:59", 1709251199000000)
        self.both(column("datetime", digits=6), -1, "1969-12-31 23:59:59.999999", -1)
        self.both(column("timestamp", digits=3), "2024-02-29T23:59:59.120Z", "2024-02-29 23:59:59.120", 1709251199120000)
        self.both(column("bit", "bit(10)"), "AQI=", "513", 513)
        self.both(column("bit", "bit(1)"), True, "1", 1)

    def test_zero_dates_are_null_or_the_epoch(self):
        self.assertIsNone(cells.text_reader(Column("c", "date", "date", True))("0000-00-00"))
        self.assertEqual(0, cells.text_reader(Column("c", "date", "date", False))("0000-00-00"))
        self.assertIsNone(cells.text_reader(Column("c", "datetime", "datetime", True))("2024-00-01 00:00:00"))

    def test_wrong_shapes_are_errors(self):
        for kind, value in (("int", "5"), ("int", True), ("double", "1.0"), ("varchar", 5), ("varbinary", "*"),
                            ("timestamp", "2024-02-29 00:00:00"), ("decimal", 3)):
            with self.assertRaises(ValueError, msg=kind):
                cells.json_reader(Column("c", kind, kind))(value)

    def test_keys_are_equal_where_the_server_says_so(self):
        def same(collation, one, other):
            column = Column("c", "varchar", "varchar(9)", False, collation=collation)
            return cells.collated(column, one) == cells.collated(column, other)

        self.assertTrue(same("utf8mb4_0900_ai_ci", "Zoë", "zoe"))
        self.assertFalse(same("utf8mb4_0900_ai_ci", "a", "a "))
        self.assertTrue(same("utf8mb4_general_ci", "A", "a "))
        self.assertFalse(same("utf8mb4_bin", "A", "a"))
        self.assertTrue(same("latin1_swedish_ci", "É", "e"))
        self.assertFalse(same("latin1_swedish_ci", "ä", "a"))


if __name__ == "__main__":
    unittest.main()
