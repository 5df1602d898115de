"""Golden events: what a real server writes to its binlog for a matrix of tables, and what it says the rows are.

    run.py --update   records testdata/events/*.txt anew
    run.py            records into a temporary folder and runs the decoder's golden tests on that

A case file is text, one item a line: the server's version, the SQL, the columns as information_schema has them, every
event of the case in hex (FORMAT_DESCRIPTION first), and after a rows event its rows as the server's SELECT gives them.
Cells stand between tabs; bytes other than printable ASCII, '%' and blanks are %XX, NULL is \\N.
"""

import argparse
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pymysql

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from golden.cases import CASES  # noqa: E402  pylint: disable=wrong-import-position
from harness.servers import MariaDb, Mysql  # noqa: E402  pylint: disable=wrong-import-position

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "testdata" / "events"
FORMAT_DESCRIPTION, TABLE_MAP, WRITE, UPDATE, DELETE = 15, 19, 30, 31, 32
HEADER = 19
COLUMN_FIELDS = (
    "COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE, CHARACTER_SET_NAME, COLLATION_NAME, CHARACTER_MAXIMUM_LENGTH,"
    " CHARACTER_OCTET_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE, DATETIME_PRECISION"
)


def encode(cell):
    """A cell as it stands in the file."""
    if cell is None:
        return "\\N"
    raw = cell.encode() if isinstance(cell, str) else cell
    return "".join(chr(b) if 0x21 <= b <= 0x7E and b not in b"%\\" else f"%{b:02X}" for b in raw)


def read_events(path, start):
    """(type, raw bytes) of each event from a place in a binlog file."""
    raw = path.read_bytes()
    while start < len(raw):
        kind, size = raw[start + 4], struct.unpack_from("<I", raw, start + 9)[0]
        yield kind, raw[start : start + size]
        start += size


class Recorder:
    """Runs one case on a server and writes its file."""

    def __init__(self, server):
        self.server = server
        self.connection = pymysql.connect(
            host=server.host, port=server.port, user="root", autocommit=True, charset="utf8mb4", conv={}
        )
        self.cursor = self.connection.cursor()

    def run(self, sql):
        self.cursor.execute(sql)
        return list(self.cursor.fetchall())

    def place(self):
        row = self.run("SHOW MASTER STATUS" if self.server.flavour == "mariadb" else "SHOW BINARY LOG STATUS")[0]
        return self.server.data / row[0], int(row[1])

    def columns(self):
        return self.run(
            f"SELECT {COLUMN_FIELDS} FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'golden' AND TABLE_NAME = 't'"
            " ORDER BY ORDINAL_POSITION"
        )

    def key(self):
        rows = self.run(
            "SELECT COLUMN_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = 'golden' AND TABLE_NAME = 't'"
            " AND INDEX_NAME = 'PRIMARY' ORDER BY SEQ_IN_INDEX"
        )
        return [row[0] for row in rows]

    def rows(self, columns, order):
        """Every row as a snapshot's SELECT sees it; FLOAT and DOUBLE(M,D) in full."""
        forms = {"float": "(`{}` * 1e0)", **dict.fromkeys(("point", "geometry", "vector"), "CAST(`{}` AS BINARY)")}
        kinds = ["float" if c[2].startswith("double(") else c[1] for c in columns]
        wanted = ", ".join(forms.get(kind, "`{}`").format(c[0]) for kind, c in zip(kinds, columns))
        return self.run(f"SELECT {wanted} FROM golden.t ORDER BY {order}")

    def record(self, name, case, folder):
        self.run("DROP DATABASE IF EXISTS golden")
        self.run("CREATE DATABASE golden")
        self.run("USE golden")
        self.run("SET SESSION sql_mode = '', time_zone = '+00:00', binlog_row_image = FULL")
        self.run(f"SET GLOBAL binlog_row_metadata = {case.get('metadata', 'FULL')}")
        self.run(f"SET GLOBAL binlog_checksum = {case.get('checksum', 'CRC32')}")
        for sql in case.get("before", []):
            self.run(sql)
        if case.get("rotate"):  # for what stands at a file's start
            self.run("FLUSH BINARY LOGS")
        lines = [
            "# Recorded by tests/golden/run.py --update: not to be edited.",
            f"server {self.run('SELECT VERSION()')[0][0]}",
        ]
        path, start = self.place()
        head = [(kind, event) for kind, event in read_events(path, 4)]
        for kind, event in head if case.get("rotate") else head[:1]:
            lines.append(f"event {event.hex()}")
            assert kind == FORMAT_DESCRIPTION or case.get("rotate"), name
        columns, order = [], case.get("order", "id")
        for sql in case["sql"]:
            if isinstance(sql, tuple):  # one transaction; its rows are those of its first change
                self.transaction(sql, lines, columns, order)
                continue
            verb = sql.split()[0].upper()
            images_before = self.rows(columns, order) if verb in ("UPDATE", "DELETE", "INSERT") else []
            path, start = self.place()
            self.run(sql)
            lines.append(f"sql {sql}")
            if verb in ("CREATE", "ALTER"):
                columns = self.columns()
                lines += ["column " + "\t".join(encode(field) for field in column) for column in columns]
                lines.append("key " + "\t".join(encode(field) for field in self.key()))
            images_after = self.rows(columns, order) if verb in ("UPDATE", "DELETE", "INSERT") else []
            lines += [f"event {event.hex()}" for _, event in read_events(path, start)]
            lines += self.images(verb, images_before, images_after)
        for sql in case.get("after", []):
            self.run(sql)
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def transaction(self, statements, lines, columns, order):
        path, start = self.place()
        seen = []
        for sql in statements:
            verb = sql.split()[0].upper()
            lines.append(f"sql {sql}")
            if verb not in ("INSERT", "UPDATE", "DELETE"):
                self.run(sql)
                continue
            before = self.rows(columns, order)
            self.run(sql)
            seen += self.images(verb, before, self.rows(columns, order))
        lines += [f"event {event.hex()}" for _, event in read_events(path, start)]
        lines += seen

    @staticmethod
    def images(verb, before, after):
        def row(word, cells):
            return word + " " + "\t".join(encode(cell) for cell in cells)

        if verb == "INSERT":
            return [row("after", cells) for cells in after if cells not in before]
        if verb == "DELETE":
            return [row("before", cells) for cells in before if cells not in after]
        if verb != "UPDATE":
            return []
        return [r for old, new in zip(before, after) if old != new for r in (row("before", old), row("after", new))]


def record_all(folder, names):
    wanted = {name: case for name, case in CASES.items() if not names or name in names}
    for kind, flavour in ((Mysql, "mysql"), (MariaDb, "mariadb")):
        mine = {name: case for name, case in wanted.items() if case.get("server", "mysql") == flavour}
        if not mine:
            continue
        with kind(binlog_row_metadata="FULL", server_id=7) as server:
            recorder = Recorder(server)
            for name, case in mine.items():
                recorder.record(name, case, folder)
                print(name, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write testdata/events")
    parser.add_argument("names", nargs="*", help="cases; all if none")
    options = parser.parse_args()
    if options.update:
        FOLDER.mkdir(parents=True, exist_ok=True)
        record_all(FOLDER, options.names)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        record_all(Path(folder), options.names)
        test = ROOT / "build" / "release" / "mysql_binlog_test"
        environment = dict(os.environ, TIDEMARK_GOLDEN=folder)
        return subprocess.run([test, "--gtest_filter=Golden*"], cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
