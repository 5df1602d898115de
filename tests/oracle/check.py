"""The proof: what must hold for the records of the file sink, given the journal and the source.

Every property is a named check; a violation carries the record (file and line) and the key it is about.
The names, and what each promises:

    parse         every line is a record, every cell decodes
    tombstone     a delete is followed by its tombstone, and nothing else is
    key_change    an update of the key is delete, tombstone, create, with the headers that join them
    exactly_once  every committed change is there once
    phantom       nothing is there that was not committed
    transaction   the changes of a transaction come together, complete, in order
    order         along a key each change starts from the state that the one before left
    position      file and position in the binlog only grow
    content       each row image is the row that was written, cell by cell
    version_back  along the records of a key the version never goes back
    resurrected   no read event follows the delete of the same incarnation of its row
    stale_read    a read event shows the state that the stream has reached, neither older nor newer
    read_repeat   no read event repeats within one snapshot run of a table that does not block; where it is read by a
                  surrogate key, which updates change, none of the same version does
    read_outside  no read event without a running snapshot of its table, none after its stop
    read_filter   a snapshot with a condition reads only rows that satisfy it
    run_complete  after a completed run every row was read or changed since its start
    initial       the initial snapshot is the source at one point between two transactions, and whole; what a cut left of it
                  is read by a run, and nothing twice
    signal        each signal row is there once
    state         the rows built from the records equal the source
"""

import collections
import re
from dataclasses import dataclass, field

from oracle import records as record_files
from oracle.journal import Change

CHECKS = re.findall(r"^    (\w+)  +\S", __doc__, re.M)
KEEP = 20  # violations whose text is kept, for each check


@dataclass
class Run:
    """One snapshot of one table, as asked for by one signal."""

    signal_id: str
    table: str
    matches: object = None  # predicate over canonical rows, of a condition; None: all rows
    status: str = ""  # how it ended: COMPLETED, STOPPED, ...
    moves: bool = False  # rows may move in the order of reading
    # The first load, or what a cut left of the initial snapshot: it runs from the start, no signal asks for it.
    first: bool = False
    blocking: bool = False  # all rows as of one place; after a lost connection again, as of another
    goes_on: bool = False  # a blocking one: cut off amid its rows, the rest may come in chunks
    # filled by the check
    started: bool = False
    place: tuple = None  # of a blocking one's rows
    in_chunks: bool = False  # a blocking one has gone on so
    read: set = field(default_factory=set)
    versions: set = field(default_factory=set)  # of rows that were read
    touched: set = field(default_factory=set)


class Report:
    """Violations by check."""

    def __init__(self):
        self.counts = collections.Counter()
        self.texts = collections.defaultdict(list)
        self.numbers = collections.Counter()  # how much was looked at

    def violation(self, check, text):
        assert check in CHECKS, check
        self.counts[check] += 1
        if len(self.texts[check]) < KEEP:
            self.texts[check].append(str(text))

    @property
    def ok(self):
        return not self.counts

    def lines(self):
        """One line a check, then what was looked at."""
        for check in CHECKS:
            yield f"{check:13s} " + (f"VIOLATED {self.counts[check]} times" if self.counts[check] else "holds")
        yield ", ".join(f"{count} {what}" for what, count in self.numbers.items())

    def explain(self, first=3):
        """The first violations of each check in full."""
        for check in CHECKS:
            for text in self.texts[check][:first]:
                yield f"{check}: {text}"


class State:
    """Rows built by applying records in order: {table id: {identity: row image as it stands in the record}}."""

    def __init__(self, tables):
        self.tables = tables
        self.rows = {name: {} for name in tables}

    def apply(self, record):
        table = self.tables.get(record.table)
        if table is None:
            return
        rows = self.rows[record.table]
        if record.op in ("r", "c"):
            rows[table.identity(record.after)] = record.after
        elif record.op == "u":
            rows[table.identity(record.after)] = record.after
        elif record.op == "d":
            rows.pop(table.identity(record.before), None)
        elif record.op == "t":
            rows.clear()

    def compare(self, name, source, violation):
        """Compares one table with the source's rows, cell by cell; the number of equal rows."""
        table, mine, equal = self.tables[name], self.rows[name], 0
        for identity, row in source.items():
            image = mine.get(identity)
            if image is None:
                violation(f"{name} key {identity}: in the source, not in the records")
                continue
            try:
                decoded = table.row(image)
            except (ValueError, TypeError, KeyError) as error:
                violation(f"{name} key {identity}: a cell does not decode: {error}")
                continue
            if decoded == row:
                equal += 1
            else:
                violation(f"{name} key {identity}: {differences(row, decoded, 'source', 'records')}")
        for identity in mine.keys() - source.keys():
            violation(f"{name} key {identity}: in the records, not in the source")
        return equal


def differences(expected, actual, expected_name="written", actual_name="record"):
    """The cells that differ, as text."""
    found = []
    for name in list(expected) + [n for n in actual if n not in expected]:
        one, other = expected.get(name, "(absent)"), actual.get(name, "(absent)")
        if one != other:
            found.append(f"column {name}: {expected_name} {one!r}, {actual_name} {other!r}")
    return "; ".join(found)


class Proof:
    """Checks one run of the oracle.

    tables         {'db.table': cells.Table} of the journalled tables
    journal        journal.Journal
    signal_table   'db.table'
    marker_table   'db.table' whose rows are (id, text): 'start' (from here on every transaction must be in the
                   stream) and 'ended <signal id> <table>' (that run was seen to have ended)
    runs           [Run], in the order in which they were asked for
    stops          {id of a stop-snapshot signal: ['db.table', ...] that it names}
    initial        whether the engine took an initial snapshot
    must_from      monotonic time: transactions begun later must be in the stream; None when unknown
    repeats        a run may read a row again: the sink delivers at least once (its repeated changes are not among the
                   records any more)
    late_reads     windows close by DELETE: the engine takes a delete for its own only when the server has told it how
                   many rows went, so read events may come after the close row, inside a transaction that follows
    """

    def __init__(self, tables, journal, *, signal_table, marker_table, runs=(), stops=None, initial=True,
                 must_from=None, late_reads=False, repeats=False, signals=(), prefix="tm"):
        self.tables = tables
        self.journal = journal
        self.signal_table = signal_table
        self.marker_table = marker_table
        self.runs = list(runs)
        self.stops = dict(stops or {})
        self.initial = initial
        self.must_from = must_from
        self.late_reads = late_reads
        self.repeats = repeats
        self.signals = list(signals)
        self.prefix = prefix
        self.report = Report()
        self._violation = self.report.violation
        self._began, self._ended, self._owner = {}, {}, {}
        for transaction in journal.transactions:
            for change in transaction.changes:
                self._owner[id(change)] = transaction
                if change.began is not None:
                    self._began[change.began] = change
                if change.ended is not None:
                    self._ended[change.ended] = change

    def check(self, path, source):
        """Checks the output at path against the journal and source {'db.table': {identity: row}}; the Report."""
        records = list(record_files.read(path, lambda text: self._violation("parse", text)))
        records = [record for record in records if self._decodes(record)]
        self._check_framing(records)
        streamed = self._match(records)
        state = self._base(streamed)
        self._walk(records, state)
        self._check_state(records, source)
        numbers = self.report.numbers
        numbers["records"] = len(records)
        numbers["transactions"] = len(self.journal.transactions)
        numbers["changes"] = self.journal.changes()
        numbers["in the stream"] = sum(len(t.changes) for t in self.journal.transactions if t.number in streamed)
        numbers["snapshot runs"] = len(self.runs)
        return self.report

    # -- single records --------------------------------------------------------------------------------------------

    def _decodes(self, record):
        """Parses the images of a record of ours; False when it is unusable."""
        if record.tombstone or record.table not in self.tables:
            return True
        table = self.tables[record.table]
        wanted = {"r": (False, True), "c": (False, True), "u": (True, True), "d": (True, False)}.get(record.op)
        has = (record.before is not None, record.after is not None)
        if wanted != has:
            self._violation("parse", f"{record}: op {record.op!r} with images before, after = {has}")
            return False
        names = {column.name for column in table.columns}
        for image in (record.before, record.after):
            if image is None:
                continue
            if image.keys() != names:
                self._violation("parse", f"{record}: columns {sorted(image.keys() ^ names)} missing or too many")
                return False
            try:
                table.row(image)
            except (ValueError, TypeError) as error:
                self._violation("parse", f"{record}: {error}")
                return False
        expected_topic = f"{self.prefix}.{record.table}"
        if record.topic != expected_topic:
            self._violation("parse", f"{record}: topic should be {expected_topic}")
        image = record.before if record.op == "d" else record.after
        key = {name: image[name] for name in table.key}
        if table.key and record.key != key:
            self._violation("parse", f"{record}: key should be {key}")
        return True

    def _check_framing(self, records):
        """Tombstones, key changes, and positions: what each record says about its neighbours."""
        last_place = None
        owed = None
        for at, record in enumerate(records):
            if record.tombstone:
                if owed is None:
                    self._violation("tombstone", f"{record}: follows no delete")
                elif (record.topic, record.key) != (owed.topic, owed.key):
                    self._violation("tombstone", f"{record}: follows the delete {owed}")
                owed = None
                continue
            if owed is not None:
                self._violation("tombstone", f"{owed}: its tombstone does not follow, but {record}")
                owed = None
            if record.op == "d":
                owed = record
                if record.header("__debezium.newkey") is not None:
                    self._check_key_change(records, at)
            if record.op == "c" and record.header("__debezium.oldkey") is not None:
                opener = records[at - 2] if at >= 2 else None
                if opener is None or opener.op != "d" or opener.header("__debezium.newkey") != record.key:
                    self._violation("key_change", f"{record}: has oldkey, but no delete with newkey stands before it")
            if record.op and (record.snapshot == "" or record.snapshot == "incremental" and not self.late_reads):
                place = (record.source["file"], record.source["pos"])
                if last_place is not None and place < last_place:
                    self._violation("position", f"{record}: comes after {last_place}")
                last_place = place
        if owed is not None:
            self._violation("tombstone", f"{owed}: the output ends before its tombstone")

    def _check_key_change(self, records, at):
        delete = records[at]
        create = records[at + 2] if at + 2 < len(records) else None
        if create is None or create.op != "c" or create.table != delete.table:
            self._violation("key_change", f"{delete}: has newkey, but {create} follows its tombstone")
            return
        if create.header("__debezium.oldkey") != delete.key or delete.header("__debezium.newkey") != create.key:
            self._violation("key_change", f"{delete} and {create}: their headers do not name each other's key")
        if records[at + 1].headers != delete.headers:
            self._violation("key_change", f"{records[at + 1]}: other headers than the delete before it")

    # -- the stream against the journal ----------------------------------------------------------------------------

    def _is_change(self, record):
        return record.table in self.tables and record.op in ("c", "u", "d") and record.snapshot == ""

    def _change_of(self, record):
        """The journalled change that a record shows, or None."""
        if record.op == "d":
            change = self._ended.get(record.before["version"])
            fits = change is not None and change.op in ("d", "k")
        else:
            change = self._began.get(record.after["version"])
            fits = change is not None and change.op in ({"c": "ck", "u": "u"}[record.op])
        return change if fits and change.table == record.table else None

    def _match(self, records):
        """Every change once and nothing else, transactions whole and in order; the numbers of those in the stream."""
        seen = collections.Counter()
        groups = []  # [transaction, [change, ...]] in the order of the stream
        gtid, gtids = None, set()
        for record in records:
            if record.table not in self.tables or not record.op:
                continue
            if record.op == "r" or record.snapshot:
                if record.snapshot == "incremental" and not self.late_reads and groups and self._is_open(groups[-1]):
                    self._violation("transaction", f"{record}: a read event inside transaction {groups[-1][0].number}")
                continue
            change = self._change_of(record)
            if change is None:
                self._violation("phantom", f"{record}: no such change was committed")
                continue
            if change.op == "k" and record.op == "c":
                seen[(id(change), "c")] += 1
                if seen[(id(change), "c")] > 1:
                    self._violation("exactly_once", f"{record}: this change came before")
                if not groups or groups[-1][0] is not self._owner[id(change)]:
                    self._violation("transaction", f"{record}: outside its transaction")
                continue
            seen[id(change)] += 1
            if seen[id(change)] > 1:
                self._violation("exactly_once", f"{record}: this change came before")
                continue
            transaction = self._owner[id(change)]
            if not groups or groups[-1][0] is not transaction:
                if groups and self._is_open(groups[-1]):
                    self._violation(
                        "transaction",
                        f"{record}: of transaction {transaction.number}, while {groups[-1][0].number} is incomplete:"
                        f" {len(groups[-1][1])} of {len(groups[-1][0].changes)} changes",
                    )
                groups.append([transaction, []])
                gtid = record.source.get("gtid")
                if gtid is not None and gtid in gtids:
                    self._violation("transaction", f"{record}: gtid {gtid} was another transaction's")
                gtids.add(gtid)
            if record.source.get("gtid") != gtid:
                self._violation("transaction", f"{record}: gtid {record.source.get('gtid')}, its transaction's {gtid}")
            groups[-1][1].append(change)
        self._check_groups(groups)
        streamed = {transaction.number for transaction, _ in groups}
        self._check_lost(streamed, seen)
        return streamed

    @staticmethod
    def _is_open(group):
        return len(group[1]) < len(group[0].changes)

    def _check_groups(self, groups):
        for transaction, changes in groups:
            statements = [change.statement for change in changes]
            if statements != sorted(statements):
                self._violation("transaction", f"transaction {transaction.number}: statements in order {statements}")

    def _check_lost(self, streamed, seen):
        """Each worker's transactions outside the stream must be those before its first one in the stream."""
        started = set()
        for transaction in self.journal.transactions:
            if transaction.number in streamed:
                started.add(transaction.worker)
                for change in transaction.changes:
                    if not seen[id(change)]:
                        self._violation("exactly_once", f"lost: {self._text(change)} of transaction {transaction.number}")
                    elif change.op == "k" and not seen[(id(change), "c")]:
                        self._violation("exactly_once", f"lost: the create of {self._text(change)}")
                continue
            late = self.must_from is not None and transaction.begun >= self.must_from
            if transaction.worker in started or late:
                self._violation(
                    "exactly_once",
                    f"lost: transaction {transaction.number} of worker {transaction.worker}, whole:"
                    f" {', '.join(map(self._text, transaction.changes[:5]))}",
                )

    def _text(self, change: Change):
        row = change.row or (self._began[change.ended].row if change.ended in self._began else {})
        key = {name: row.get(name) for name in self.tables[change.table].key}
        return f"{change.table} {change.op} key {key} version {change.ended} -> {change.began}"

    def _base(self, streamed):
        """{table: {identity: version}} before the first change of the stream."""
        state = {name: {} for name in self.tables}
        begun = set()
        for transaction in self.journal.transactions:
            if transaction.number in streamed:
                begun.add(transaction.worker)
            elif transaction.worker not in begun:
                for change in transaction.changes:
                    rows, table = state[change.table], self.tables[change.table]
                    if change.ended is not None:
                        rows.pop(table.identity_of_row(self._began[change.ended].row), None)
                    if change.began is not None:
                        rows[table.identity_of_row(change.row)] = change.began
        return state

    # -- the walk --------------------------------------------------------------------------------------------------

    def _walk(self, records, state):
        base = {name: dict(rows) for name, rows in state.items()}
        initially = {name: set() for name in self.tables}
        newest = {name: {} for name in self.tables}  # identity -> highest version seen in any record
        dead = {name: {} for name in self.tables}  # identity -> highest version whose delete was emitted
        by_signal = collections.defaultdict(list)
        for run in self.runs:
            by_signal[run.signal_id].append(run)
        current = {run.table: run for run in self.runs if run.first}
        signals = collections.Counter()
        streaming = False
        for record in records:
            if not record.op:
                continue
            if record.table == self.signal_table:
                if record.op == "c":
                    signals[record.after["id"]] += 1
                    self._signal(record, by_signal, current)
                continue
            if record.table == self.marker_table:
                if record.op == "c":
                    self._marker(record, current, state, initially)
                continue
            if record.table not in self.tables:
                continue
            table = self.tables[record.table]
            self._check_versions(record, table, newest[record.table], dead[record.table])
            if record.op != "r":
                streaming = True
                self._apply(record, table, state[record.table], current.get(record.table))
            elif record.snapshot == "initial" and not self._blocks(current.get(record.table)):
                self._check_initial(record, table, base[record.table], initially[record.table], streaming)
            else:
                self._check_read(record, table, state[record.table], current.get(record.table), initially[record.table])
        if self.initial:
            cut_off = {run.table for run in self.runs if run.first}
            for name, rows in base.items():
                if name in cut_off:
                    continue
                for identity in rows.keys() - initially[name]:
                    self._violation("initial", f"{name} key {identity} version {rows[identity]}: not read, and no"
                                    " change since is in the stream before it")
        for signal_id in self.signals:
            if signals[signal_id] != 1:
                self._violation("signal", f"signal {signal_id}: {signals[signal_id]} records of it")

    def _check_versions(self, record, table, newest, dead):
        """What the versions alone say, without the journal."""
        if record.after is not None:
            identity, version = table.identity(record.after), record.after["version"]
            if version < newest.get(identity, version):
                self._violation("version_back", f"{record}: version {newest[identity]} of this key was there before")
            if record.op == "r" and version <= dead.get(identity, version - 1):
                self._violation("resurrected", f"{record}: the delete of version {dead[identity]} was there before")
            newest[identity] = max(version, newest.get(identity, version))
        if record.op == "d":
            identity, version = table.identity(record.before), record.before["version"]
            dead[identity] = max(version, dead.get(identity, version))

    def _apply(self, record, table, state, run):
        for image, name in ((record.before, "before"), (record.after, "after")):
            if image is not None:
                self._check_content(record, table, image, name)
        if record.before is not None:
            identity, version = table.identity(record.before), record.before["version"]
            if state.get(identity) != version:
                self._violation("order", f"{record}: starts from version {version}, but the key's state is"
                                f" {state.get(identity)}")
            state.pop(identity, None)
            if run:
                run.touched.add(identity)
        if record.after is not None:
            identity, version = table.identity(record.after), record.after["version"]
            if record.op == "c" and identity in state:
                self._violation("order", f"{record}: creates a row that is there, version {state[identity]}")
            state[identity] = version
            if run:
                run.touched.add(identity)

    def _check_content(self, record, table, image, name):
        written = self._began.get(image["version"])
        if written is None or written.table != record.table:
            self._violation("phantom", f"{record}: no committed row has the {name} version {image['version']}")
            return
        row = table.row(image)
        if row != written.row:
            self._violation("content", f"{record}: {name}: {differences(written.row, row)}")

    def _check_initial(self, record, table, base, read, streaming):
        identity, version = table.identity(record.after), record.after["version"]
        if streaming:
            self._violation("initial", f"{record}: an initial read after the first change of the stream")
        if not self.initial:
            self._violation("initial", f"{record}: no initial snapshot was asked for")
        if identity in read:
            self._violation("initial", f"{record}: read twice")
        if base.get(identity) != version:
            self._violation("initial", f"{record}: at the point where the stream begins the version is"
                            f" {base.get(identity)}")
        read.add(identity)
        self._check_content(record, table, record.after, "after")

    def _check_read(self, record, table, state, run, initially):
        identity, version = table.identity(record.after), record.after["version"]
        if state.get(identity) != version:
            self._violation("stale_read", f"{record}: the stream has reached version {state.get(identity)} of this key")
        self._check_content(record, table, record.after, "after")
        if run is None:
            self._violation("read_outside", f"{record}: no snapshot of {record.table} is running")
            return
        if run.blocking:
            self._check_blocking(record, run)
        elif record.snapshot == "initial":
            self._violation("read_outside", f"{record}: run {run.signal_id} reads in chunks")
        if (run.in_chunks or not run.blocking) and not self.repeats and (((identity, version) in run.versions) if run.moves else (identity in run.read)):
            self._violation("read_repeat", f"{record}: read before in run {run.signal_id}")
        if run.first and identity in initially:
            self._violation("initial", f"{record}: read before it was cut off, too")
        run.read.add(identity)
        run.versions.add((identity, version))
        if run.matches is not None and not run.matches(table.row(record.after)):
            self._violation("read_filter", f"{record}: does not satisfy the condition of {run.signal_id}")

    def _check_blocking(self, record, run):
        if record.snapshot != "initial":
            run.in_chunks = run.goes_on
        if record.snapshot != "initial" and not run.goes_on or record.snapshot == "initial" and run.in_chunks:
            self._violation("read_outside", f"{record}: run {run.signal_id} reads otherwise")
        elif not run.in_chunks:
            place = (record.source["file"], record.source["pos"])
            if run.place != place:
                run.place = place
                run.read.clear()
                run.versions.clear()

    @staticmethod
    def _blocks(run):
        return run is not None and run.blocking

    # -- snapshot runs ---------------------------------------------------------------------------------------------

    def _signal(self, record, by_signal, current):
        kind = record.after["type"]
        if kind == "execute-snapshot":
            for run in by_signal.get(record.after["id"], ()):
                run.started = True
                current[run.table] = run
        elif kind == "stop-snapshot":
            for name in self.stops.get(record.after["id"], ()):
                current.pop(name, None)

    def _marker(self, record, current, state, initially):
        words = record.after["text"].split()
        if words[:1] != ["ended"]:
            return
        signal_id, name = words[1:3]
        run = current.get(name)
        if run is None or run.signal_id != signal_id:
            return
        del current[name]
        if run.status != "COMPLETED":
            return
        table = self.tables[name]
        self.report.numbers["rows read by completed runs"] += len(run.read)
        for identity, version in state[name].items():
            if identity in run.read or identity in run.touched or (run.first and identity in initially[name]):
                continue
            written = self._began.get(version)
            if run.matches is None or (written and run.matches(written.row)):
                self._violation("run_complete", f"{table.id} key {identity} version {version}: neither read nor changed"
                                f" in the completed run {signal_id}")

    # -- the end ---------------------------------------------------------------------------------------------------

    def _check_state(self, records, source):
        state = State(self.tables)
        for record in records:
            if record.op:
                state.apply(record)
        for name in self.tables:
            equal = state.compare(name, source[name], lambda text: self._violation("state", text))
            self.report.numbers["rows equal to the source"] += equal
