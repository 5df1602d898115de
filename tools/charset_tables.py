#!/usr/bin/env python3
"""Writes src/mysql/value/charset_*.h (one for each charset of several bytes) and collations.h from what real servers convert.

    tools/charset_tables.py     starts a MySQL and a MariaDB of its own, writes the files

Every byte sequence of a charset that a server lets into a column is stored there and read back as CONVERT(... USING
utf8mb4). Both servers must agree, else nothing is written. The wide charsets (ucs2, utf16, utf16le, utf32) and the
four-byte part of gb18030 beyond the BMP follow a rule and need no table.
"""

import sys
import unicodedata
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from harness.charsets import MULTI, SINGLE, THREE_BYTES, candidates, four_bytes, stored  # pylint: disable=wrong-import-position
from harness.servers import MariaDb, Mysql  # pylint: disable=wrong-import-position

FOLDER = Path(__file__).resolve().parent.parent / "src/mysql/value"
MALFORMED = "\uffff"
CHARACTERS_PER_LINE = 60
HEAD = """// SPDX-License-Identifier: Apache-2.0
// {what}
// Made by tools/charset_tables.py from {servers}; not edited by hand.
"""


def of_both(servers, charset, sequences):
    """What the servers that have the charset agree upon; a sequence that only one admits counts, too."""
    agreed = {}
    for server in servers:
        for sequence, text in stored(server, charset, sequences).items():
            if agreed.setdefault(sequence, text) != text:
                sys.exit(f"{charset}: the servers differ about {sequence.hex()}")
    return agreed


def character(found, sequence):
    """The one character a sequence is, '?' for one without; MALFORMED where it is not one character."""
    text = found.get(sequence)
    if text is None:
        return MALFORMED
    text = text.decode("utf-8")
    return text if len(text) == 1 else MALFORMED


def literal(text):
    def one(c):
        if c in '"\\':
            return "\\" + c
        plain = c.isprintable() and unicodedata.category(c)[0] not in "MC" and unicodedata.bidirectional(c) not in ("R", "AL", "AN")
        return c if plain else f"\\u{ord(c):04X}"

    return 'u"' + "".join(map(one, text)) + '"'


def lines(text):
    return "\n".join("    " + literal(text[at : at + CHARACTERS_PER_LINE])
                     for at in range(0, len(text), CHARACTERS_PER_LINE))


def camel(charset):
    return charset[0].upper() + charset[1:]


def single(servers):
    out = []
    for charset in SINGLE:
        if charset == "ascii":
            continue
        found = of_both(servers, charset, candidates(charset))
        text = [character(found, bytes([b])) for b in range(256)]
        if charset != "swe7" and text[:128] != [chr(b) for b in range(128)]:
            sys.exit(f"{charset}: the lower half is not ASCII")
        whole = charset == "swe7"
        out.append(f"constexpr char16_t k{camel(charset)}[] =\n{lines(''.join(text if whole else text[128:]))};\n")
    return "\n".join(out)


def ranges(values):
    """[first, last] of each run of numbers."""
    out = []
    for value in sorted(values):
        if out and out[-1][1] == value - 1:
            out[-1][1] = value
        else:
            out.append([value, value])
    return out


def range_list(name, values):
    inner = ", ".join(f"{{0x{a:02X}, 0x{b:02X}}}" for a, b in ranges(values))
    return f"constexpr ByteRange {name}[] = {{{inner}}};\n"


def multi(servers, charset):
    have = [s for s in servers if charset != "gb18030" or s.flavour == "mysql"]
    found = of_both(have, charset, candidates(charset))
    singles = [b for b in range(128, 256) if bytes([b]) in found]
    two = [s for s in found if len(s) == 2 and s[0] not in singles and character(found, s) != MALFORMED]
    leads, trails = {s[0] for s in two}, {s[1] for s in two}
    name = camel(charset)
    flat = lambda values: [b for a, z in ranges(values) for b in range(a, z + 1)]
    text = "".join(character(found, bytes([a, b])) for a in flat(leads) for b in flat(trails))
    out = [range_list(f"k{name}Leads", leads), range_list(f"k{name}Trails", trails),
           f"constexpr char16_t k{name}[] =\n{lines(text)};\n"]
    for b in singles:  # half-width katakana
        if character(found, bytes([b])) != chr(0xFF61 + b - 0xA1):
            sys.exit(f"{charset}: byte {b:02x} is no half-width katakana")
    if charset in THREE_BYTES:
        three = {s: text for s, text in found.items() if len(s) == 3}
        if {tuple(r) for i in (1, 2) for r in ranges({s[i] for s in three})} != {(0xA1, 0xFE)}:
            sys.exit(f"{charset}: other three-byte sequences than 8F A1..FE A1..FE")
        text = "".join(character(three, bytes([0x8F, a, b])) for a in range(0xA1, 0xFF) for b in range(0xA1, 0xFF))
        out.append(f"constexpr char16_t k{name}Three[] =\n{lines(text)};\n")
    return "\n".join(out)


def gb18030_ranges(mysql):
    """Runs of four-byte sequences and the BMP characters they stand for."""
    found = stored(mysql, "gb18030", [four_bytes(i) for i in range(12600 * 4)])
    runs = []
    for linear in range(12600 * 4):
        c = character(found, four_bytes(linear))
        if c in ("?", MALFORMED) and found.get(four_bytes(linear)) != b"\xef\xbf\xbf":
            continue
        if runs and runs[-1][0] + runs[-1][2] == linear and runs[-1][1] + runs[-1][2] == ord(c):
            runs[-1][2] += 1
        else:
            runs.append([linear, ord(c), 1])
    for linear in (0, 0x10FFFF - 0x10000):  # beyond the BMP there is a rule
        sequence = four_bytes(linear + 15 * 12600)
        if stored(mysql, "gb18030", [sequence]) != {sequence: chr(0x10000 + linear).encode()}:
            sys.exit("gb18030: another rule beyond the BMP")
    cells = [f"{{{a}, 0x{b:04X}, {n}}}" for a, b, n in runs]
    body = "\n".join("    " + ", ".join(cells[at : at + 4]) + "," for at in range(0, len(cells), 4))
    return f"constexpr Gb18030Run kGb18030Runs[] = {{\n{body}\n}};\n"


def collations(servers):
    """{id: charset name}; ids of MariaDB's NOPAD and UCA 14 collations follow a rule, which is checked here."""
    ids = {}
    blocks = {8: "utf8mb3", 9: "utf8mb4", 10: "ucs2", 11: "utf16", 12: "utf32"}
    for server in servers:
        table = "COLLATIONS" if server.flavour == "mysql" else "COLLATION_CHARACTER_SET_APPLICABILITY"
        for number, charset in server.query(f"SELECT ID, CHARACTER_SET_NAME FROM information_schema.{table} WHERE ID IS NOT NULL"):
            if ids.setdefault(number, charset) != charset:
                sys.exit(f"collation {number}: the servers differ")
    for number, charset in ids.items():
        by_rule = blocks[number >> 8] if number >= 2048 else ids.get(number & 1023, charset)
        if by_rule != charset:
            sys.exit(f"collation {number}: not by the rule")
    return {n: c for n, c in ids.items() if n < 1024} | {n & 1023: c for n, c in ids.items() if 1024 <= n < 2048}


def collation_ranges(ids):
    runs = []
    for number in sorted(ids):
        charset = "utf8" if ids[number].startswith("utf8") else ids[number]
        if runs and runs[-1][1] == number - 1 and runs[-1][2] == charset:
            runs[-1][1] = number
        else:
            runs.append([number, number, charset])
    cells = [f"{{{a}, {b}, Charset::k{camel(c)}}}" for a, b, c in runs]
    body = "\n".join("    " + ", ".join(cells[at : at + 3]) + "," for at in range(0, len(cells), 3))
    return f"constexpr CollationRange kCollations[] = {{\n{body}\n}};\n"


def write(name, what, versions, body):
    head = HEAD.format(what=what, servers=versions)
    text = f"{head}#pragma once\n\n#include \"mysql/value/charset_table.h\"\n\nnamespace tidemark::charset_table {{\n\n// clang-format off\n{body}// clang-format on\n\n}}  // namespace tidemark::charset_table\n"
    (FOLDER / name).write_text(text, encoding="utf-8")


def main():
    with Mysql() as mysql, MariaDb() as mariadb:
        servers = [mysql, mariadb]
        versions = " and ".join(f"CONVERT of {label} {s.query('SELECT VERSION()')[0][0].split('-')[0]}"
                                for label, s in zip(("MySQL", "MariaDB"), servers)).replace("and CONVERT of", "and")
        write("charset_single.h", "Single-byte charsets: the characters of 0x80 to 0xFF, all 256 of swe7; '?' for none.", versions,
              single(servers))
        for charset in MULTI:
            body = multi(servers, charset)
            if charset == "gb18030":
                body += "\n" + gb18030_ranges(mysql)
            write(f"charset_{charset}.h", "A row of trail bytes for each lead byte; '?' for no character, U+FFFF for no sequence.",
                  versions, body)
        write("collations.h", "Charsets of collation ids below 1024.", versions, collation_ranges(collations(servers)))


if __name__ == "__main__":
    main()
