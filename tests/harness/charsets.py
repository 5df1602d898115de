"""Charsets by what a real server stores: every sequence it lets into a column, and what it converts it to."""

import warnings

SINGLE = """ascii armscii8 cp1250 cp1251 cp1256 cp1257 cp850 cp852 cp866 dec8 geostd8 greek hebrew hp8 keybcs2 koi8r koi8u
    latin1 latin2 latin5 latin7 macce macroman swe7 tis620""".split()
MULTI = "big5 gb2312 gbk gb18030 sjis cp932 ujis eucjpms euckr".split()
WIDE = {"ucs2": "utf-16-be", "utf16": "utf-16-be", "utf16le": "utf-16-le", "utf32": "utf-32-be"}  # by their Python codecs
UNICODE = {"utf8mb3": "utf-8", "utf8mb4": "utf-8", **WIDE}
THREE_BYTES = {"ujis", "eucjpms"}  # 0x8F and two more
_ROWS_PER_INSERT = 4000


def of_server(server):
    """The server's own names, binary left out."""
    return [name for (name,) in server.query("SELECT CHARACTER_SET_NAME FROM information_schema.CHARACTER_SETS"
                                             " WHERE CHARACTER_SET_NAME <> 'binary' ORDER BY 1")]


def candidates(charset):
    """Sequences that may be characters, up to three bytes."""
    out = [bytes([b]) for b in range(256)]
    if charset in MULTI:
        out += [bytes([a, b]) for a in range(128, 256) for b in range(256)]
    if charset in THREE_BYTES:
        out += [bytes([0x8F, a, b]) for a in range(128, 256) for b in range(128, 256)]
    return out


def four_bytes(linear):
    """The linear-th four-byte sequence of gb18030."""
    return bytes([0x81 + linear // 12600, 0x30 + linear // 1260 % 10, 0x81 + linear // 10 % 126, 0x30 + linear % 10])


def stored(server, charset, sequences):
    """{sequence: its UTF-8 bytes} for those the server lets into a column of the charset as they are."""
    connection = server.connect()
    found = {}
    with connection.cursor() as cursor, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        cursor.execute("SET SESSION sql_mode = ''")
        cursor.execute("CREATE DATABASE IF NOT EXISTS charsets")
        cursor.execute("DROP TABLE IF EXISTS charsets.t")
        cursor.execute(f"CREATE TABLE charsets.t (b VARBINARY(8) PRIMARY KEY, c VARCHAR(8) CHARACTER SET {charset})")
        for at in range(0, len(sequences), _ROWS_PER_INSERT):
            rows = ",".join(f"(x'{s.hex()}', x'{s.hex()}')" for s in sequences[at : at + _ROWS_PER_INSERT])
            cursor.execute(f"INSERT IGNORE INTO charsets.t VALUES {rows}")
        cursor.execute("SELECT b, HEX(c), HEX(CONVERT(c USING utf8mb4)) FROM charsets.t")
        for sequence, kept, text in cursor.fetchall():
            if kept is not None and bytes.fromhex(kept) == sequence:
                found[sequence] = bytes.fromhex(text)
        cursor.execute("DROP TABLE charsets.t")
    connection.close()
    return found
