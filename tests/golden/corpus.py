"""Makes fuzz/corpus out of the recorded events of testdata/events: what the fuzz targets of the binlog start from.

    /usr/bin/python3 tests/golden/corpus.py

Each target's source says what its input looks like. Only events of up to 4000 bytes are taken, and of each case the
first few of a type.
"""

import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HEADER, CHECKSUM, SIZE_MAX, PER_TYPE = 19, 4, 4000, 3
FORMAT_DESCRIPTION, TABLE_MAP, PREVIOUS_GTIDS, PARTIAL = 15, 19, 35, 39
ROWS = {23, 24, 25, 30, 31, 32, PARTIAL, *range(166, 172)}
GTID_TEXTS = (
    "",
    "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:7:9-12",
    "3E11FA47-71CA-11E1-9E33-C80AA9429562:23,\n11111111-2222-3333-4444-555555555555:1-9223372036854775806",
    "11111111-2222-3333-4444-555555555555:1-3:some_tag:4-5:7,3e11fa47-71ca-11e1-9e33-c80aa9429562:a:1",
)
BINARY_SETS = (
    "0000000000000000",
    "01000000000000003e11fa4771ca11e19e33c80aa942956202000000000000000100000000000000060000000000000009000000000000000d00000000000000",
    "01010000000000013e11fa4771ca11e19e33c80aa94295620461620100000000000000010000000000000006000000000000 00".replace(" ", ""),
)
DIFFS = (  # a few of each kind, for documents with these paths
    b"\x00\x06$.a[0]\x02\x04\x01",
    b"\x01\x05$.new\x03\x05\x07\x00",
    b"\x02\x03$.a",
    b'\x01\x0a$."a b"[2]\x02\x04\x00\x02\x09$.b[last]',
)


def events(path):
    """(type, raw) of every event of a case."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("event "):
            raw = bytes.fromhex(line[6:])
            yield raw[4], raw


def documents(body):
    """What looks like a JSON container with its length before it."""
    for at in range(len(body) - 8):
        size = struct.unpack_from("<I", body, at)[0]
        if not 5 <= size <= min(SIZE_MAX, len(body) - at - 4) or body[at + 4] not in (0, 2):
            continue
        if struct.unpack_from("<H", body, at + 7)[0] == size - 1:
            yield body[at + 4 : at + 4 + size]


def main():
    made = {}

    def add(target, name, data):
        if len(data) <= SIZE_MAX:
            made.setdefault(target, {}).setdefault(data, name)

    for path in sorted((ROOT / "testdata/events").glob("*.txt")):
        maria, table_map, seen, checksum = path.stem.startswith("mariadb"), b"", {}, CHECKSUM
        for kind, raw in events(path):
            if kind == FORMAT_DESCRIPTION:
                checksum = CHECKSUM if raw[-CHECKSUM - 1] == 1 else 0
            body = raw[HEADER : len(raw) - checksum]
            seen[kind] = seen.get(kind, 0) + 1
            name = f"{path.stem}-{kind}-{seen[kind]}"
            if kind == TABLE_MAP:
                table_map = body
            if seen[kind] > PER_TYPE:
                continue
            add("event_fuzz", name, bytes([maria, kind]) + body)
            if kind == FORMAT_DESCRIPTION:
                add("event_fuzz", name + "-raw", b"\x02" + raw)
            if kind == TABLE_MAP:
                add("table_map_fuzz", name, bytes([maria]) + body)
            if kind in ROWS:
                add("rows_fuzz", name, bytes([kind]) + struct.pack("<H", len(table_map)) + table_map + body)
                for number, document in enumerate(documents(body)):
                    if path.stem in ("json", "partial_json", "json_columns") and number < 12:
                        add("json_fuzz", f"{name}-{number}", document)
                        diffs = DIFFS[number % len(DIFFS)]
                        add("json_diff_fuzz", f"{name}-{number}", struct.pack("<H", len(document)) + document + diffs)
            if kind == PREVIOUS_GTIDS:
                add("gtid_set_fuzz", name, b"\x01" + body)
    for number, text in enumerate(GTID_TEXTS):
        add("gtid_set_fuzz", f"text-{number}", b"\x00" + text.encode())
    for number, text in enumerate(BINARY_SETS):
        add("gtid_set_fuzz", f"bytes-{number}", b"\x01" + bytes.fromhex(text))
    for target, files in sorted(made.items()):
        folder = ROOT / "fuzz/corpus" / target
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for data, name in files.items():
            (folder / name).write_bytes(data)
        print(f"{target}: {len(files)} inputs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
