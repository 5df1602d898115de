"""Records of the file sink: read line by line, each knowing the file and line it stands in."""

import json
from pathlib import Path

# `source.snapshot` of rows that the initial snapshot read.
INITIAL = ("first", "true", "first_in_data_collection", "last_in_data_collection", "last")


class Record:
    """One line of the output. A tombstone has no value; a record that is no row change has no op."""

    __slots__ = ("file", "line", "topic", "key", "headers", "op", "before", "after", "source", "tombstone", "table")

    def __init__(self, file, line, fields):
        self.file = file
        self.line = line
        self.topic = fields["topic"]
        self.key = _payload(fields["key"])
        self.headers = fields.get("headers") or {}
        value = _payload(fields["value"])
        self.tombstone = fields["value"] is None
        self.op = self.before = self.after = self.source = None
        if isinstance(value, dict):
            self.op = value.get("op")
            self.before = value.get("before")
            self.after = value.get("after")
            self.source = value.get("source")
        self.table = f"{self.source['db']}.{self.source['table']}" if self.op and self.source else None

    @property
    def snapshot(self):
        """'initial', 'incremental' or '' for a change of the stream."""
        mark = self.source.get("snapshot") if self.source else None
        if mark in INITIAL:
            return "initial"
        return "incremental" if mark == "incremental" else ""

    def header(self, name):
        return _payload(self.headers.get(name))

    def __str__(self):
        if self.tombstone:
            what = "tombstone"
        else:
            what = f"op={self.op} snapshot={self.source.get('snapshot') if self.source else None}"
            for image in ("before", "after"):
                row = getattr(self, image)
                if row is not None and "version" in row:
                    what += f" {image}.version={row['version']}"
            if self.source:
                what += f" at {self.source.get('file')}:{self.source.get('pos')}:{self.source.get('row')}"
        return f"{self.file}:{self.line}: {self.topic} key={json.dumps(self.key, ensure_ascii=False)} {what}"


def _payload(value):
    """The data of a key or value, with schemas or without."""
    if isinstance(value, dict) and value.keys() == {"schema", "payload"}:
        return value["payload"]
    return value


def segments(path):
    """The files of the sink's output in order."""
    path = Path(path)
    if path.is_file():
        return [path]
    return sorted(f for f in path.iterdir() if f.is_file() and f.suffix in (".jsonl", ".json", ".ndjson", ".out"))


def read(path, problem):
    """Yields the records at path (a file, or a folder of segments); problem(text) hears of each bad line."""
    for file in segments(path):
        name = file.name
        with open(file, "rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    problem(f"{name}:{number}: the last line does not end: {line[-80:]!r}")
                    continue
                try:
                    record = Record(name, number, json.loads(line))
                except (ValueError, KeyError, TypeError) as error:
                    problem(f"{name}:{number}: {type(error).__name__} {error}: {line[:200]!r}")
                    continue
                yield record
