"""A seeded workload: several workers, each on its own connection, each owning the slots that are its own.

What a worker does follows from the seed alone; how the workers interleave does not. A slot belongs to one worker, so
a worker knows the state of its rows without asking, and its order of commits is the order along each of their keys.

A transaction is journalled only after COMMIT has returned. Where a connection breaks inside COMMIT, the connection is
killed off and the transaction's row in the ledger tells how it ended. The ledger is captured like any other table.

Some transactions may be XA's: prepared, left alone for a while, often without their connection, then decided.
"""

import random
import threading
import time
from collections import Counter

import pymysql

from oracle import tables as all_tables
from oracle.journal import Change, Journal, Transaction

LEDGER = "oracle.ledger"
MARKER = "oracle.marker"
LEDGER_DDL = f"CREATE TABLE {LEDGER} (id BIGINT PRIMARY KEY, worker INT NOT NULL, version BIGINT NOT NULL)"
MARKER_DDL = f"CREATE TABLE {MARKER} (id INT PRIMARY KEY AUTO_INCREMENT, text VARCHAR(300) NOT NULL)"
_VERSIONS_EACH = 1_000_000_000  # of one worker


class Lost(Exception):
    """The connection broke before COMMIT was sent: the transaction is rolled back."""


class _Undo:
    """What a transaction changed in the worker's idea of its rows, to take it back."""

    def __init__(self, rows):
        self._rows = rows
        self._log = []

    def mark(self):
        return len(self._log)

    def put(self, table, slot, row):
        self._log.append((table, slot, self._rows[table].get(slot)))
        if row is None:
            self._rows[table].pop(slot, None)
        else:
            self._rows[table][slot] = row

    def back_to(self, mark=0):
        while len(self._log) > mark:
            table, slot, row = self._log.pop()
            if row is None:
                self._rows[table].pop(slot, None)
            else:
                self._rows[table][slot] = row


class Worker:
    """Owns the slots s with s % of == number, and one connection."""

    def __init__(self, workload, number, of):
        self.workload = workload
        self.number = number
        self._rng = random.Random(f"{workload.seed}-worker-{number}")
        self._slots = {t.id: range(number, workload.slots, of) for t in workload.tables}
        # table id -> slot -> (form, row as canonical cells)
        self.rows = {t.id: {} for t in workload.tables}
        self._version = number * _VERSIONS_EACH
        self._transactions = 0
        self._connection = None
        self._thread_id = None
        self.counts = Counter()

    # -- the connection --------------------------------------------------------------------------------------------

    def _connect(self):
        deadline = time.monotonic() + 60
        while self._connection is None:
            try:
                self._connection = self.workload.server.connect(autocommit=False, read_timeout=60)
                self._thread_id = self._connection.thread_id()
                self._run("SET SESSION time_zone = '+00:00', innodb_lock_wait_timeout = 5, sql_mode ="
                          " 'STRICT_ALL_TABLES'")
                self._run("SET SESSION TRANSACTION ISOLATION LEVEL "
                          + self._rng.choice(("READ COMMITTED", "REPEATABLE READ")))
                if self.workload.partial_json:
                    self._run("SET SESSION binlog_row_value_options = 'PARTIAL_JSON'")
                if self.workload.compress and self._rng.random() < 0.5:
                    self._run("SET SESSION binlog_transaction_compression = ON")
            except (pymysql.MySQLError, OSError):
                self._connection = None
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _run(self, sql, args=None):
        with self._connection.cursor() as cursor:
            cursor.execute(sql, args)

    def _drop(self):
        """Makes sure that the server has ended our connection, whatever it was doing."""
        try:
            self._connection.close()
        except (pymysql.MySQLError, OSError):
            pass  # gone already
        self._connection = None
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if self.workload.server.ended(self._thread_id):
                    return
                try:
                    self.workload.server.execute(f"KILL CONNECTION {self._thread_id}")
                except pymysql.MySQLError:
                    pass  # gone in between: the next look tells
            except (pymysql.MySQLError, OSError):
                pass  # the server is away: until the deadline
            time.sleep(0.02)
        raise RuntimeError(f"connection {self._thread_id} does not go away")

    # -- transactions ----------------------------------------------------------------------------------------------

    def load(self, rows_each):
        """The rows that are there before anything runs."""
        self._connect()
        for table in self.workload.tables:
            mine = [slot for slot in self._slots[table.id] if slot < rows_each]
            for at in range(0, len(mine), 500):
                self.transaction(lambda t, table=table, part=mine[at : at + 500]: self._insert(t, table, part), sure=True)

    def run(self):
        """One transaction after the other until the workload is told to stop."""
        workload = self.workload
        self._connect()
        while not workload.stopping.is_set():
            workload.go.wait(1)
            if not workload.go.is_set():
                continue
            started = time.monotonic()
            if workload.xa and self._rng.random() < workload.xa:
                self.xa_transaction(self._mixture)
            else:
                self.transaction(self._mixture)
            pause = workload.seconds_each - (time.monotonic() - started)
            if pause > 0:
                workload.stopping.wait(pause * self._rng.uniform(0.2, 1.8))
        if self._connection is not None:
            self._connection.close()

    def transaction(self, body, sure=False):
        """Runs body(context) inside a transaction and journals it when it is committed."""
        rng = self._rng
        if self._connection is None:
            self._connect()
        self._transactions += 1
        number = self._transactions * 1000 + self.number
        transaction = Transaction(number, self.number, begun=time.monotonic())
        context = _Context(transaction, _Undo(self.rows))
        fate = 1.0 if sure else rng.random()
        committing = False
        try:
            self._run("BEGIN")
            ledger_first = rng.random() < 0.3
            if ledger_first:
                self._ledger(context)
            body(context)
            if not ledger_first:
                self._ledger(context)
            if fate < 0.08:
                self._run("ROLLBACK")
                self._forget(context, "rolled back")
                return
            if fate < 0.10:
                self._drop()  # without a word
                self._forget(context, "dropped")
                return
            committing = True
            self._run("COMMIT")
        except pymysql.MySQLError as error:
            self.counts[f"error {error.args[0]}"] += 1
            if error.args[0] in (1213, 1205):
                try:
                    self._run("ROLLBACK")
                    self._forget(context, "deadlock")
                    return
                except pymysql.MySQLError:
                    pass  # then the connection is lost, too
            elif not _connection_lost(error):
                raise
            self._drop()
            if not committing or not self._in_ledger(number):
                self._forget(context, "connection lost")
                return
            self.workload.journal.resolved += 1
        except OSError:
            self._drop()
            if not committing or not self._in_ledger(number):
                self._forget(context, "connection lost")
                return
            self.workload.journal.resolved += 1
        self.workload.journal.add(transaction)
        self.counts["committed"] += 1

    def xa_transaction(self, body):
        """As transaction(), in two phases."""
        if self._connection is None:
            self._connect()
        self._transactions += 1
        number = self._transactions * 1000 + self.number
        transaction = Transaction(number, self.number, begun=time.monotonic())
        context = _Context(transaction, _Undo(self.rows))
        verdict = self._rng.choices(("COMMIT", "ROLLBACK"), (80, 20))[0]
        try:
            committed = self._in_phases(context, body, f"t{number}", verdict)
        except (pymysql.MySQLError, OSError) as error:
            code = error.args[0] if error.args else 0
            if not isinstance(error, OSError) and not _connection_lost(error) and code not in _XA_REFUSED:
                raise
            self.counts[f"xa error {code}"] += 1
            self._drop()
            committed = self._decide(number, verdict)
            self.workload.journal.resolved += committed
        if not committed:
            self._forget(context, "xa rolled back")
            return
        self.workload.journal.add(transaction)
        self.counts["xa committed"] += 1

    def _in_phases(self, context, body, xid, verdict):
        rng = self._rng
        self._run(f"XA START '{xid}'")
        body(context)
        self._ledger(context)
        self._run(f"XA END '{xid}'")
        if rng.random() < 0.15:
            self._run(f"XA {verdict} '{xid}'" + (" ONE PHASE" if verdict == "COMMIT" else ""))
            return verdict == "COMMIT"
        self._run(f"XA PREPARE '{xid}'")
        alone = rng.random() < 0.4
        if alone:
            self._drop()
        self.workload.stopping.wait(rng.choice((0, rng.uniform(0, 0.3), rng.uniform(0.3, 1.5))))
        if alone:
            return self._decide(context.transaction.number, verdict)
        self._run(f"XA {verdict} '{xid}'")
        return verdict == "COMMIT"

    def _decide(self, number, verdict):
        """Its connection is gone: decides the transaction if it is prepared. Whether it is committed."""
        server = self.workload.server
        deadline = time.monotonic() + 60
        while True:
            try:
                names = [row[3] if isinstance(row[3], str) else row[3].decode() for row in server.query("XA RECOVER")]
                if f"t{number}" not in names:
                    return self._in_ledger(number)
                server.execute(f"XA {verdict} 't{number}'")
            except (pymysql.MySQLError, OSError):
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.02)

    def _forget(self, context, why):
        context.undo.back_to()
        self.workload.journal.rolled_back += 1
        self.counts[why] += 1

    def _in_ledger(self, number):
        deadline = time.monotonic() + 60
        while True:
            try:
                return bool(self.workload.server.query(f"SELECT 1 FROM {LEDGER} WHERE id = %s", (number,)))
            except (pymysql.MySQLError, OSError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def _ledger(self, context):
        version = self._next_version()
        row = {"id": context.transaction.number, "worker": self.number, "version": version}
        self._run(f"INSERT INTO {LEDGER} (id, worker, version) VALUES (%s, %s, %s)", tuple(row.values()))
        context.add(Change(LEDGER, "c", None, version, row))
        context.next_statement()

    def _next_version(self):
        self._version += 1
        return self._version

    # -- what a transaction does -----------------------------------------------------------------------------------

    def _mixture(self, context):
        rng = self._rng
        size = rng.choices((1, rng.randint(2, 6), rng.randint(10, 40), 0), (40, 48, 10, 2))[0]
        tables = rng.sample(self.workload.tables, min(len(self.workload.tables), rng.randint(1, 3)))
        if size == 0:
            self._bulk(context, rng.choice(tables))
            return
        for _ in range(size):
            table = rng.choice(tables)
            if rng.random() < 0.03:
                self._savepoint(context, table)
            else:
                self._step(context, table)

    def _step(self, context, table):
        steps = (
            (self._insert_some, 22),
            (self._update, 38),
            (self._delete, 12),
            (self._move, 9),
            (self._respell, 4 if table.forms > 1 else 0),
            (self._delete_and_insert, 5),
            (self._upsert, 5),
            (self._update_many, 3),
            (self._delete_many, 2),
        )
        if self.workload.partial_json and any(name == "doc" for name, _, _ in table.cargo):
            steps += ((self._patch, 60),)
        step = self._rng.choices([s for s, _ in steps], [w for _, w in steps])[0]
        step(context, table)
        context.next_statement()

    def _savepoint(self, context, table):
        """Steps that are taken back, between others that stay."""
        self._run("SAVEPOINT here")
        undo_mark, change_mark = context.undo.mark(), len(context.transaction.changes)
        for _ in range(self._rng.randint(1, 4)):
            self._step(context, table)
        self._run("ROLLBACK TO SAVEPOINT here")
        context.undo.back_to(undo_mark)
        del context.transaction.changes[change_mark:]
        self.counts["savepoint"] += 1

    def _pick(self, table, live):
        """A slot that has a row (or has none), often one of a few hot ones; None when there is none."""
        rng, rows, slots = self._rng, self.rows[table.id], self._slots[table.id]
        hot = rng.random() < 0.25
        for _ in range(30):
            slot = slots[rng.randrange(min(len(slots), 12) if hot else len(slots))]
            if (slot in rows) == live:
                return slot
        return None

    def _new_row(self, table, slot):
        form = self._rng.randrange(table.forms)
        row = {**table.key(slot, form), "version": self._next_version()}
        cargo = table.random_cargo(self._rng)
        row.update({name: value for name, value in cargo.items() if name not in row})
        return form, row

    def _insert_some(self, context, table):
        slots = {self._pick(table, False) for _ in range(self._rng.choice((1, 1, 1, 3)))} - {None}
        self._insert(context, table, sorted(slots))

    def _insert(self, context, table, slots, tail=""):
        if not slots:
            return
        made = [(slot, *self._new_row(table, slot)) for slot in slots]
        names = list(made[0][2])
        places = ", ".join(["(" + ", ".join(["%s"] * len(names)) + ")"] * len(made))
        values = [all_tables.parameter(name, row[name]) for _, _, row in made for name in names]
        self._run(f"INSERT INTO {table.id} ({', '.join(names)}) VALUES {places}{tail}", values)
        for slot, form, row in made:
            self._became(context, table, slot, form, row)

    def _became(self, context, table, slot, form, row):
        """Notes that a slot's row is now `row`."""
        before = self.rows[table.id].get(slot)
        if before is None:
            context.add(Change(table.id, "c", None, row["version"], row))
        else:
            same_key = all(before[1][name] == row[name] for name in table.key_names)
            context.add(Change(table.id, "u" if same_key else "k", before[1]["version"], row["version"], row))
        context.undo.put(table.id, slot, (form, row))

    def _upsert(self, context, table):
        """INSERT ... ON DUPLICATE KEY UPDATE over rows that are there and rows that are not."""
        rng, rows = self._rng, self.rows[table.id]
        slots = {self._pick(table, rng.random() < 0.6) for _ in range(rng.randint(2, 4))} - {None}
        if not slots:
            return
        made = []
        for slot in sorted(slots):
            form, row = self._new_row(table, slot)
            if slot in rows:  # the key keeps its spelling
                form = rows[slot][0]
                row.update(table.key(slot, form))
            made.append((slot, form, row))
        names = list(made[0][2])
        others = [name for name in names if name not in table.key_names]
        places = ", ".join(["(" + ", ".join(["%s"] * len(names)) + ")"] * len(made))
        values = [all_tables.parameter(name, row[name]) for _, _, row in made for name in names]
        maria = self.workload.server.flavour == "mariadb"  # VALUES() is deprecated on MySQL, an alias unknown here
        alias, new = ("", "VALUES({})") if maria else (" AS new", "new.{}")
        self._run(f"INSERT INTO {table.id} ({', '.join(names)}) VALUES {places}{alias} ON DUPLICATE KEY UPDATE "
                  + ", ".join(f"{name} = {new.format(name)}" for name in others), values)
        for slot, form, row in made:
            self._became(context, table, slot, form, row)

    def _where(self, table, slot):
        """Condition and parameters that meet a slot's row, in any spelling of its key."""
        key = table.key(slot, self._rng.randrange(table.forms))
        return " AND ".join(f"{name} = %s" for name in key), [all_tables.parameter(name, value) for name, value in key.items()]

    def _update(self, context, table, slot=None):
        slot = self._pick(table, True) if slot is None else slot
        if slot is None:
            return
        form, row = self.rows[table.id][slot]
        changed = {name: value for name, value in table.random_cargo(self._rng, some=True).items() if name not in table.key_names}
        changed["version"] = self._next_version()
        self._set(table, slot, changed)
        self._became(context, table, slot, form, {**row, **changed})

    def _patch(self, context, table):
        """An update inside a JSON document, of which the log holds only what is different."""
        slot = self._pick(table, True)
        if slot is None:
            return
        form, row = self.rows[table.id][slot]
        expression, parameters, document = all_tables.patched(self._rng, row["doc"])
        version = self._next_version()
        condition, values = self._where(table, slot)
        self._run(f"UPDATE {table.id} SET version = %s, doc = {expression} WHERE {condition}", [version, *parameters, *values])
        self._became(context, table, slot, form, {**row, "version": version, "doc": document})

    def _set(self, table, slot, changed):
        condition, values = self._where(table, slot)
        assignments = ", ".join(f"{name} = %s" for name in changed)
        parameters = [all_tables.parameter(name, value) for name, value in changed.items()]
        self._run(f"UPDATE {table.id} SET {assignments} WHERE {condition}", parameters + values)

    def _delete(self, context, table, slot=None):
        slot = self._pick(table, True) if slot is None else slot
        if slot is None:
            return
        condition, values = self._where(table, slot)
        self._run(f"DELETE FROM {table.id} WHERE {condition}", values)
        self._gone(context, table, slot)

    def _gone(self, context, table, slot):
        _, row = self.rows[table.id][slot]
        context.add(Change(table.id, "d", row["version"], None, None))
        context.undo.put(table.id, slot, None)

    def _move(self, context, table):
        """A change of the key, anywhere: into what a snapshot has read or has yet to read."""
        old, new = self._pick(table, True), self._pick(table, False)
        if old is None or new is None:
            return
        _, row = self.rows[table.id][old]
        form = self._rng.randrange(table.forms)
        changed = {**table.key(new, form), "version": self._next_version()}
        self._set(table, old, changed)
        row = {**row, **changed}
        before = self.rows[table.id][old][1]
        context.add(Change(table.id, "k", before["version"], row["version"], row))
        context.undo.put(table.id, old, None)
        context.undo.put(table.id, new, (form, row))

    def _respell(self, context, table):
        """Another spelling of the same key, which is another record key of the same row."""
        slot = self._pick(table, True)
        if slot is None:
            return
        form = self._rng.randrange(table.forms)
        changed = {**table.key(slot, form), "version": self._next_version()}
        self._set(table, slot, changed)
        self._became(context, table, slot, form, {**self.rows[table.id][slot][1], **changed})

    def _delete_and_insert(self, context, table):
        slot = self._pick(table, True)
        if slot is None:
            return
        self._delete(context, table, slot)
        context.next_statement()
        if self._rng.random() < 0.3:
            self._step(context, table)
            if slot in self.rows[table.id]:
                return
        self._insert(context, table, [slot])

    def _update_many(self, context, table):
        """One UPDATE over several rows, each with its own version."""
        slots = sorted({self._pick(table, True) for _ in range(self._rng.randint(2, 8))} - {None})
        if not slots:
            return
        self._update_these(context, table, slots)

    def _update_these(self, context, table, slots):
        cases, case_values, conditions, values, versions = [], [], [], [], []
        for slot in slots:
            condition, key = self._where(table, slot)
            version = self._next_version()
            versions.append(version)
            cases.append(f"WHEN {condition} THEN %s")
            case_values += key + [version]
            conditions.append(f"({condition})")
            values += key
        self._run(f"UPDATE {table.id} SET version = CASE {' '.join(cases)} END WHERE {' OR '.join(conditions)}",
                  case_values + values)
        for slot, version in zip(slots, versions):
            form, row = self.rows[table.id][slot]
            self._became(context, table, slot, form, {**row, "version": version})

    def _delete_many(self, context, table):
        slots = sorted({self._pick(table, True) for _ in range(self._rng.randint(2, 6))} - {None})
        if not slots:
            return
        conditions, values = zip(*(self._where(table, slot) for slot in slots))
        self._run(f"DELETE FROM {table.id} WHERE {' OR '.join(f'({c})' for c in conditions)}", sum(values, []))
        for slot in slots:
            self._gone(context, table, slot)

    def _bulk(self, context, table):
        """A transaction that is large: many rows of one table, then some of them again."""
        rng = self._rng
        free = [slot for slot in self._slots[table.id] if slot not in self.rows[table.id]]
        rng.shuffle(free)
        for at in range(0, min(len(free), rng.randint(50, self.workload.bulk)), 100):
            self._insert(context, table, sorted(free[at : at + 100]))
            context.next_statement()
        live = list(self.rows[table.id])
        rng.shuffle(live)
        for at in range(0, min(len(live), rng.randint(20, 100)), 25):
            self._update_these(context, table, sorted(live[at : at + 25]))
            context.next_statement()
        victims = [slot for slot in live if slot in self.rows[table.id]][: rng.randint(20, self.workload.bulk)]
        for at in range(0, len(victims), 50):
            part = victims[at : at + 50]
            conditions, values = zip(*(self._where(table, slot) for slot in part))
            self._run(f"DELETE FROM {table.id} WHERE {' OR '.join(f'({c})' for c in conditions)}", sum(values, []))
            for slot in part:
                self._gone(context, table, slot)
            context.next_statement()
        self.counts["bulk"] += 1


class _Context:
    """The transaction under way: its changes and how to take them back."""

    def __init__(self, transaction, undo):
        self.transaction = transaction
        self.undo = undo
        self._statement = 0

    def add(self, change):
        change.statement = self._statement
        self.transaction.changes.append(change)

    def next_statement(self):
        self._statement += 1


# What XA statements answer after a deadlock, a lock not had in time, or where they should be repeated.
_XA_REFUSED = (1205, 1213, 1399, 1402, 1613, 1614, 3969)


def _connection_lost(error):
    return isinstance(error, (pymysql.err.OperationalError, pymysql.err.InterfaceError, pymysql.err.InternalError)) and (
        error.args[0] in (0, 1053, 1077, 1079, 1152, 1158, 1159, 1160, 1161, 1184, 1317, 1927, 2003, 2006, 2013, 2055, 3169)
    )


class Workload:
    """Sets the tables up, loads rows, and changes them from several threads."""

    def __init__(self, server, seed, *, tables=8, workers=3, rows=1500, slots=None, rate=150, bulk=400, xa=0, partial_json=False,
                 compress=False):
        self.xa = xa  # share of XA transactions
        self.partial_json = partial_json
        self.compress = compress  # in half of the sessions
        self.server = server
        self.seed = seed
        self.tables = [table for table in all_tables.ALL if table.flavour in (None, server.flavour)][:tables]
        self.slots = slots or rows * 2
        self.bulk = bulk
        self.rows = rows
        self.seconds_each = workers / rate  # between the transactions of a worker
        self.journal = Journal()
        self.go = threading.Event()
        self.stopping = threading.Event()
        self.failures = []
        self._workers = [Worker(self, number, workers) for number in range(workers)]
        self._threads = []

    @property
    def table_ids(self):
        """The journalled tables."""
        return [table.id for table in self.tables] + [LEDGER]

    def set_up(self):
        """Creates database and tables and loads the first rows."""
        tables = [table.ddl for table in self.tables]
        if self.server.flavour == "mariadb":  # the nearest it has: accents and case alike, blanks count
            tables = [ddl.replace("utf8mb4_0900_ai_ci", "utf8mb4_unicode_nopad_ci") for ddl in tables]
        self.server.execute("CREATE DATABASE oracle", LEDGER_DDL, MARKER_DDL, *tables)
        for worker in self._workers:
            worker.load(self.rows)

    def start(self):
        self.go.set()
        for worker in self._workers:
            thread = threading.Thread(target=self._guarded, args=(worker,), name=f"worker {worker.number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def _guarded(self, worker):
        try:
            worker.run()
        except Exception as error:  # pylint: disable=broad-except
            self.failures.append(f"worker {worker.number}: {type(error).__name__}: {error}")

    def stop(self):
        """Ends all workers; raises if one of them failed."""
        self.stopping.set()
        for thread in self._threads:
            thread.join(120)
        if self.failures:
            raise RuntimeError("; ".join(self.failures))

    def connections(self):
        """Connection ids of the workers."""
        return [worker._thread_id for worker in self._workers if worker._thread_id]  # pylint: disable=protected-access

    def counts(self):
        return sum((worker.counts for worker in self._workers), Counter())

    def expected_rows(self):
        """{'db.table': {identity tuple of the key: row}} as the workers believe it; a check of the workload itself."""
        return {table.id: [row for w in self._workers for _, row in w.rows[table.id].values()] for table in self.tables}


def mark(server, text):
    """Writes a marker row."""
    connection = server.connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {MARKER} (text) VALUES (%s)", (text,))
    finally:
        connection.close()
