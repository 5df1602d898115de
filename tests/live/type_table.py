"""Every column type of both servers with its edge values and what a record shows for them, in every handling mode.

Expected values follow Debezium's documentation of its types (docs/types.md and docs/differences.md), not our output. A row:

    column(name, DDL, [(SQL literal, expected JSON), ...], null=.., omitted=.., on=.., mode=.., **{mode: [expected, ...]})

null      what SQL NULL shows (a default, where there is one)
omitted   what the column shows in a row inserted without it; as null where nothing is said
on        "mysql" or "mariadb" for types that only one of them has, with the first version: "mariadb 11.7"
A mode is a value of a handling mode, such as `hex`; it names what it changes: a list of what the values show, then, where the
column has a default, what null shows. Helpers below write all forms of one kind of value.
A callable instead of a value makes it of what SELECT gives.
"""

import base64
import datetime
import struct

# Properties under which the matrix is run, and the modes they switch on; every value of every handling mode is in one.
PROPERTY_SETS = {
    "default": ({}, ()),
    "strings": ({"decimal.handling.mode": "string", "bigint.unsigned.handling.mode": "precise", "time.precision.mode": "isostring",
                 "binary.handling.mode": "base64"}, ("string", "precise", "isostring", "base64")),
    "kafka": ({"decimal.handling.mode": "double", "time.precision.mode": "connect", "binary.handling.mode": "hex"},
              ("double", "connect", "hex")),
    "microseconds": ({"decimal.handling.mode": "string", "time.precision.mode": "microseconds", "binary.handling.mode": "base64-url-safe"},
                     ("string", "microseconds", "url_safe")),
    "nanoseconds": ({"bigint.unsigned.handling.mode": "precise", "time.precision.mode": "nanoseconds"}, ("precise", "nanoseconds")),
}

COLUMNS = []


class Column:
    def __init__(self, name, ddl, values, null, omitted, on, modes):
        self.name, self.ddl, self.values, self.modes = name, ddl, values, modes
        self.null, self.omitted = null, omitted
        self.flavour, _, since = (on or "").partition(" ")
        self.since = tuple(map(int, since.split("."))) if since else ()
        self.required = "NOT NULL" in ddl
        self.generated = " AS (" in ddl
        self.default = " DEFAULT " in ddl
        for mode, shown in modes.items():
            wanted = len(values) + (self.null is not None or self.required and self.default)
            assert len(shown) == wanted, f"{name}: {mode} has {len(shown)} of {wanted}"

    def here(self, flavour, version):
        """Whether a server has the type."""
        return self.flavour in ("", flavour) and version >= self.since

    def _shown(self, modes):
        return next((self.modes[mode] for mode in modes if mode in self.modes), None)

    def expected(self, which, modes):
        shown = self._shown(modes)
        return self.values[which][1] if shown is None else shown[which]

    def of_default(self, plain, modes):
        """What stands for NULL, or for a value not given (plain: by default)."""
        shown = self._shown(modes)
        return plain if plain is None or callable(plain) or shown is None else shown[len(self.values)]


def column(name, ddl, values, null=None, omitted=..., on=None, **modes):
    COLUMNS.append(Column(name, ddl, values, null, null if omitted is ... else omitted, on, modes))


# -- how values look ---------------------------------------------------------------------------------------------------


def server_text(value):
    """As the server prints it for SELECT; times in UTC."""
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime.datetime) else value


def b64(raw):
    return base64.b64encode(raw).decode()


def number(unscaled):
    """Decimal: Base64 of the shortest two's complement."""
    return b64(unscaled.to_bytes((unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1, "big", signed=True))


def decimals(name, ddl, scale, values, default=None, **more):
    """values: (SQL literal, plain text with all digits of the fraction)."""
    texts = [text for _, text in values] + ([default] if default is not None else [])
    precise = [number(int(text.replace(".", ""))) for text in texts]
    assert all(len(text.partition(".")[2]) == scale for text in texts), name
    column(name, ddl, [(literal, shown) for (literal, _), shown in zip(values, precise)],
           null=precise[-1] if default is not None else None, string=texts, double=[float(text) for text in texts], **more)


def unsigned(name, ddl, values, default=None, **more):
    """BIGINT UNSIGNED: the same bits as a signed number, or a decimal."""
    numbers = values + ([default] if default is not None else [])
    signed = [n - 2**64 if n >= 2**63 else n for n in numbers]
    column(name, ddl, [(str(n), shown) for n, shown in zip(values, signed)],
           null=signed[-1] if default is not None else None, precise=[number(n) for n in numbers], **more)


def binaries(name, ddl, values, default=None, **more):
    """values: (SQL literal, bytes)."""
    raw = [value for _, value in values] + ([default] if default is not None else [])
    plain = [b64(value) for value in raw]
    column(name, ddl, [(literal, shown) for (literal, _), shown in zip(values, plain)],
           null=plain[-1] if default is not None else None, base64=plain, hex=[value.hex() for value in raw],
           url_safe=[base64.urlsafe_b64encode(value).decode() for value in raw], **more)


def day(text):
    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def dates(name, ddl, values, default=None, **more):
    """values: (SQL literal, ISO date or None)."""
    texts = [text for _, text in values] + ([default] if default is not None else [])
    plain = [text and day(text) for text in texts]
    column(name, ddl, [(literal, shown) for (literal, _), shown in zip(values, plain)],
           null=plain[-1] if default is not None else None, isostring=[text and text + "Z" for text in texts], **more)


def micros(text):
    """Microseconds since the epoch of a UTC time."""
    delta = datetime.datetime.fromisoformat(text) - datetime.datetime(1970, 1, 1)
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


def fraction(us):
    """Of a second, without trailing zeros, as ISO modes write it."""
    return f".{us:06}".rstrip("0").rstrip(".")


def times(name, ddl, values, default=None, **more):
    """values: (SQL literal, microseconds); the forms of a time of day end at 24:00:00 and cannot be negative."""
    us = [value for _, value in values] + ([default] if default is not None else [])
    of_day = [value if value is not None and 0 <= value <= 86_400_000_000 else None for value in us]
    column(name, ddl, values, null=default,
           connect=[value if value is None else value // 1000 for value in of_day],
           isostring=[value if value is None else
                      f"{value // 3_600_000_000 % 24:02}:{value // 60_000_000 % 60:02}:{value // 1_000_000 % 60:02}{fraction(value % 1_000_000)}Z"
                      for value in of_day],
           microseconds=us, nanoseconds=[value if value is None else value * 1000 for value in us], **more)


def moments(name, ddl, digits, values, default=None, **more):
    """DATETIME; values: (SQL literal, ISO text of six digits or None)."""
    us = [text and micros(text) for text in [text for _, text in values] + ([default] if default is not None else [])]
    each = lambda form: [value if value is None else form(value) for value in us]
    plain = us if digits > 3 else each(lambda value: value // 1000)
    text = lambda value: (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=value // 1_000_000)).isoformat() + fraction(value % 1_000_000) + "Z"
    column(name, ddl, [(literal, shown) for (literal, _), shown in zip(values, plain)],
           null=plain[-1] if default is not None else None, connect=each(lambda value: value // 1000), isostring=each(text), microseconds=us,
           nanoseconds=each(lambda value: value * 1000 if -(2**63) <= value * 1000 < 2**63 else None), **more)


def geometry(wkb, srid=None):
    return {"wkb": b64(wkb), "srid": srid}


def wkb_points(*coordinates):
    return b"".join(struct.pack("<dd", *c) for c in coordinates)


def wkb_point(x, y):
    return struct.pack("<BI", 1, 1) + wkb_points((x, y))


def wkb_many(kind, *parts):
    return struct.pack("<BII", 1, kind, len(parts)) + b"".join(parts)


def wkb_line(*coordinates):
    return struct.pack("<BII", 1, 2, len(coordinates)) + wkb_points(*coordinates)


def wkb_polygon(*ring):
    return struct.pack("<BIII", 1, 3, 1, len(ring)) + wkb_points(*ring)


# -- numbers -----------------------------------------------------------------------------------------------------------

for _name, _type, _bits in (("i8", "TINYINT", 8), ("i16", "SMALLINT", 16), ("i24", "MEDIUMINT", 24), ("i32", "INT", 32), ("i64", "BIGINT", 64)):
    _low, _high, _top = -(2 ** (_bits - 1)), 2 ** (_bits - 1) - 1, 2**_bits - 1
    column(_name, _type, [(str(_low), _low), ("0", 0), (str(_high), _high)])
    if _bits == 64:
        unsigned("u64", "BIGINT UNSIGNED", [0, _top, 2**63, _high])
        unsigned("z64", "BIGINT ZEROFILL", [7, 100])
    else:
        column(f"u{_bits}", f"{_type} UNSIGNED", [(str(n), n) for n in (0, _top, _top // 2 + 1)])
        column(f"z{_bits}", f"{_type} ZEROFILL", [("7", 7), ("100", 100)])
unsigned("def_u", f"BIGINT UNSIGNED DEFAULT {2**64 - 1}", [1], default=2**64 - 1)
column("boo", "BOOL", [("TRUE", 1), ("FALSE", 0), ("-5", -5)])
column("def_i", "INT DEFAULT 42", [("1", 1)], null=42)
column("req_i", "INT NOT NULL DEFAULT 7", [("1", 1)], null=7)
column("flo", "FLOAT", [("16777216", 16777216.0), ("0.1", 0.1), ("-3.4028235e38", -3.4028235e38), ("1.17549435e-38", 1.1754944e-38), ("-0e0", -0.0)])
column("flu", "FLOAT UNSIGNED", [("0", 0.0), ("1e-7", 1e-7)])
column("fmd", "FLOAT(7,2)", [("12345.67", 12345.669921875), ("0.1", 0.10000000149011612)])
column("dou", "DOUBLE", [("1e-7", 1e-7), ("-1.7976931348623157e308", -1.7976931348623157e308), ("2.2250738585072014e-308", 2.2250738585072014e-308), ("0.1", 0.1), ("100", 100.0)])
column("dmd", "DOUBLE(10,3)", [("1234567.891", 1234567.891), ("-0.5", -0.5)])
column("rea", "REAL", [("1e23", 1e23)])
column("f30", "FLOAT(30)", [("0.1", 0.1), ("16777217", 16777217.0)])
column("dus", "DOUBLE UNSIGNED", [("1e300", 1e300), ("0", 0.0)])
column("exp_i", "INT DEFAULT (1 + 1)", [("1", 1)], omitted=2)  # an expression is no default in a schema, and does not stand for NULL
decimals("dc5", "DECIMAL(5,2)", 2, [("-123.45", "-123.45"), ("0", "0.00"), ("999.99", "999.99"), ("12.34", "12.34"), ("-0.01", "-0.01")])
decimals("dc0", "DECIMAL", 0, [("-128", "-128"), ("128", "128"), ("9999999999", "9999999999")])
decimals("d18", "DECIMAL(18,4)", 4, [("99999999999999.9999", "99999999999999.9999"), ("-0.0001", "-0.0001")])
decimals("d19", "DECIMAL(19,4)", 4, [("-999999999999999.9999", "-999999999999999.9999"), ("0.0001", "0.0001"), ("0", "0.0000")])
decimals("d65", "DECIMAL(65,30)", 30, [("9" * 35 + "." + "9" * 30, "9" * 35 + "." + "9" * 30), ("-" + "9" * 35 + "." + "9" * 30, "-" + "9" * 35 + "." + "9" * 30),
                                       ("1e-30", "0." + "0" * 29 + "1"), ("0.0000001", "0.0000001" + "0" * 23)])
decimals("d30", "DECIMAL(30,30)", 30, [("-1e-30", "-0." + "0" * 29 + "1"), ("0." + "9" * 30, "0." + "9" * 30)])
decimals("d10", "DECIMAL(10,10)", 10, [("-0.0000000001", "-0.0000000001"), ("0", "0.0000000000")])
decimals("dun", "DECIMAL(6,3) UNSIGNED ZEROFILL", 3, [("1.5", "1.500"), ("999.999", "999.999")])
decimals("def_d", "DECIMAL(5,2) DEFAULT 1.5", 2, [("2", "2.00")], default="1.50")
column("bt1", "BIT(1)", [("b'1'", True), ("b'0'", False)])
column("bt8", "BIT(8)", [("b'10000000'", "gA=="), ("b'0'", "AA==")])
column("b10", "BIT(10)", [("b'1000000001'", "AQI="), ("b'0'", "AAA=")])
column("b63", "BIT(63)", [("b'1'", b64((1).to_bytes(8, "little"))), (f"{2**63 - 1}", b64((2**63 - 1).to_bytes(8, "little")))])
column("b64", "BIT(64)", [("x'8000000000000001'", b64((2**63 + 1).to_bytes(8, "little"))), ("x'ffffffffffffffff'", "//////////8=")])
column("def_b", "BIT(10) DEFAULT b'101'", [("b'1'", "AQA=")], null="BQA=")

# -- texts and bytes ---------------------------------------------------------------------------------------------------

column("c0", "CHAR(0)", [("''", "")])
column("chr", "CHAR(6)", [("'ab  '", "ab"), ("'größe'", "größe"), ("''", ""), ("'  '", "")])
column("c255", "CHAR(255)", [("REPEAT('🌊', 255)", "🌊" * 255), ("'x'", "x")])
column("nch", "NCHAR(5)", [("'ä'", "ä")])
column("vch", "VARCHAR(60)", [("'🌊 \"q\" \\\\ \\n tab\\t'", '🌊 "q" \\ \n tab\t'), ("''", ""), ("'trail  '", "trail  ")])
column("vc2", "VARCHAR(300)", [("REPEAT('ä', 300)", "ä" * 300), ("'\\0\\Z'", "\0\x1a")])
column("lat", "VARCHAR(20) CHARACTER SET latin1", [("'é€ÿ'", "é€ÿ"), ("''", "")])
column("tny", "TINYTEXT", [("REPEAT('t', 255)", "t" * 255), ("''", "")])
_SMALL = [("'日本'", "日本"), ("''", ""), ("' '", " "), ("'a'", "a"), ("'\\0'", "\0")]  # so that few rows have the large value
column("txt", "TEXT", [("REPEAT('x', 60000)", "x" * 60000)] + _SMALL)
column("mtx", "MEDIUMTEXT", [("REPEAT('y', 70000)", "y" * 70000)] + _SMALL)
column("ltx", "LONGTEXT", [("'z'", "z"), ("'\\r'", "\r")])
column("def_s", "VARCHAR(9) DEFAULT 'd''e\\\\\\n\\t?'", [("'x'", "x")], null="d'e\\\n\t?")
binaries("bin", "BINARY(4)", [("'ab'", b"ab\0\0"), ("x'00ff00ff'", b"\0\xff\0\xff"), ("''", bytes(4)), ("x'fbefbeff'", b"\xfb\xef\xbe\xff")])
binaries("bi0", "BINARY(0)", [("''", b"")])
binaries("vb0", "VARBINARY(0)", [("''", b"")])
binaries("b255", "BINARY(255)", [("x'01'", b"\1" + bytes(254))])
binaries("vbn", "VARBINARY(10)", [("x'00010200'", b"\0\1\2\0"), ("''", b"")])
binaries("vb2", "VARBINARY(300)", [("REPEAT(x'ff', 300)", b"\xff" * 300)])
binaries("tbl", "TINYBLOB", [("x'00'", b"\0")])
_BYTES = [("x'ff'", b"\xff"), ("''", b""), ("x'00'", b"\0"), ("' '", b" "), ("x'0d0a'", b"\r\n")]
binaries("blb", "BLOB", [("REPEAT('a', 65535)", b"a" * 65535)] + _BYTES)
binaries("mbl", "MEDIUMBLOB", [("REPEAT('b', 65536)", b"b" * 65536)] + _BYTES)
binaries("lbl", "LONGBLOB", [("REPEAT('a', 3)", b"aaa"), ("x'0a'", b"\n")])
column("exp_s", "VARCHAR(36) DEFAULT (UUID())", [("'x'", "x")], omitted=server_text)
column("exp_t", "TEXT DEFAULT ('abc')", [("'x'", "x")], omitted="abc", on="mysql")
column("def_x", "TEXT DEFAULT 'a?\\\\\\n'", [("'x'", "x")], null="a?\\\n", on="mariadb")
binaries("def_o", "BLOB DEFAULT x'ff00'", [("x'01'", b"\1")], default=b"\xff\0", on="mariadb")
binaries("def_y", "BINARY(4) DEFAULT 'ab'", [("x'ff'", b"\xff\0\0\0")], default=b"ab\0\0")
binaries("def_v", "VARBINARY(4) DEFAULT x'fb00ef'", [("''", b"")], default=b"\xfb\0\xef")
binaries("def_w", "VARBINARY(20) DEFAULT '0x41\\\\\\n\\r\\t''?\\0'", [("'?'", b"?")], default=b"0x41\\\n\r\t'?\0")
column("enm", "ENUM('a','it''s','ü','')", [("'it''s'", "it's"), ("'ü'", "ü"), ("'a'", "a"), ("'none'", "")])
column("eni", "ENUM('a','b,c')", [("'none'", ""), ("'b,c'", "b,c")])  # no member: index 0
column("enc", "ENUM('é','ÿ') CHARACTER SET latin1", [("'ÿ'", "ÿ"), ("'é'", "é")])
column("ssb", "SET('x','ÿ') CHARACTER SET latin1", [("'ÿ,x'", "x,ÿ"), ("''", "")])
column("enl", "ENUM(" + ",".join(f"'m{i}'" for i in range(300)) + ")", [("'m0'", "m0"), ("'m255'", "m255"), ("'m299'", "m299")])
column("sst", "SET('a','b','ü')", [("'ü,a'", "a,ü"), ("''", ""), ("7", "a,b,ü")])
column("s64", "SET(" + ",".join(f"'s{i}'" for i in range(64)) + ")",
       [("'s63'", "s63"), ("'s0,s32,s63'", "s0,s32,s63"), (f"{2**64 - 1}", ",".join(f"s{i}" for i in range(64)))])
column("def_e", "ENUM('x','y') DEFAULT 'y'", [("'x'", "x")], null="y")
column("def_m", "SET('x','y') DEFAULT 'y,x'", [("''", "")], null="x,y")

# -- dates and times ---------------------------------------------------------------------------------------------------

dates("dat", "DATE", [("'2024-02-29'", "2024-02-29"), ("'1969-12-31'", "1969-12-31"), ("'1000-01-01'", "1000-01-01"), ("'9999-12-31'", "9999-12-31"),
                      ("'0000-00-00'", None), ("'2024-02-00'", None), ("'2024-00-01'", None), ("'2024-02-31'", None), ("'0000-05-06'", None),
                      ("'0001-01-01'", "2001-01-01"), ("'0069-12-31'", "2069-12-31"), ("'0070-01-01'", "1970-01-01")])
dates("req_dat", "DATE NOT NULL DEFAULT '2000-01-01'", [("'0000-00-00'", "2000-01-01"), ("'1999-12-31'", "1999-12-31")], default="2000-01-01")
dates("non_dat", "DATE NOT NULL", [("'0000-00-00'", "1970-01-01"), ("'2024-02-31'", "1970-01-01"), ("'1970-01-02'", "1970-01-02")])
for _n in range(7):
    _fraction = "." + "123456"[:_n] if _n else ""
    _us = int("123456"[:_n].ljust(6, "0")) if _n else 0
    times(f"tm{_n}", f"TIME({_n})", [(f"'-838:59:58{_fraction}'", -(3020398000000 + _us)), (f"'00:00:00{_fraction}'", _us), ("'838:59:59'", 3020399000000),
                                     ("'-838:59:59'", -3020399000000), (f"'-00:00:00{_fraction}'", -_us), ("'25:00:01'", 90001000000),
                                     ("'24:00:00'", 86400000000), (f"'13:14:15{_fraction}'", 47655000000 + _us)])
    moments(f"dt{_n}", f"DATETIME({_n})", _n, [
        (f"'2024-02-29 23:59:59{_fraction}'", f"2024-02-29T23:59:59.{'123456'[:_n].ljust(6, '0')}"), ("'1000-01-01 00:00:00'", "1000-01-01T00:00:00"),
        ("'9999-12-31 23:59:59'", "9999-12-31T23:59:59"), ("'1969-12-31 23:59:59'", "1969-12-31T23:59:59"), ("'0000-00-00 00:00:00'", None),
        ("'2024-02-31 00:00:00'", None), ("'0069-01-01 00:00:00'", "2069-01-01T00:00:00"),
        (f"'1969-12-31 23:59:59{_fraction}'", f"1969-12-31T23:59:59.{'123456'[:_n].ljust(6, '0')}"),
        ("'1677-09-21 00:12:43'", "1677-09-21T00:12:43"), ("'1677-09-21 00:12:44'", "1677-09-21T00:12:44"),
        ("'2262-04-11 23:47:16'", "2262-04-11T23:47:16"), ("'2262-04-11 23:47:17'", "2262-04-11T23:47:17")])
    _digits = lambda digits, n=_n: "." + digits[:n].ljust(n, "0") if n else ""
    _stamps = [(f"'2024-02-29 23:59:59{_fraction}'", f"2024-02-29T23:59:59{_digits('123456')}Z"), ("'1970-01-01 00:00:01'", f"1970-01-01T00:00:01{_digits('')}Z"),
               (f"'2038-01-19 03:14:07{_digits('999999')}'", f"2038-01-19T03:14:07{_digits('999999')}Z"), ("'0000-00-00 00:00:00'", None)]
    column(f"ts{_n}", f"TIMESTAMP({_n}) NULL", _stamps)
    if _n in (1, 6):  # MariaDB: any fraction of the first second
        column(f"te{_n}", f"TIMESTAMP({_n}) NULL", [("'1970-01-01 00:00:00.5'", f"1970-01-01T00:00:00{_digits('5')}Z")], on="mariadb")
    if _n in (0, 3, 6):  # and, since 11.5, seconds without a sign
        column(f"tl{_n}", f"TIMESTAMP({_n}) NULL", [(f"'2106-02-07 06:28:15{_digits('999999')}'", f"2106-02-07T06:28:15{_digits('999999')}Z"),
                                                    ("'2038-01-19 03:14:08'", f"2038-01-19T03:14:08{_digits('')}Z")], on="mariadb 11.5")
column("req_ts", "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP", [("'0000-00-00 00:00:00'", "1970-01-01T00:00:00Z"), ("'2001-02-03 04:05:06'", "2001-02-03T04:05:06Z")],
       omitted=server_text)
column("def_ts", "TIMESTAMP(3) NULL DEFAULT '2001-02-03 04:05:06.5'", [("'2000-01-01 00:00:00'", "2000-01-01T00:00:00.000Z")], null="2001-02-03T04:05:06.500Z")
moments("def_dt", "DATETIME DEFAULT '2001-02-03 04:05:06'", 0, [("'2000-01-01 00:00:00'", "2000-01-01T00:00:00")], default="2001-02-03T04:05:06")
times("def_ti", "TIME DEFAULT '-01:00:00'", [("'00:00:01'", 1000000)], default=-3600000000)
times("def_t2", "TIME(2) DEFAULT '01:02:03.4'", [("'00:00:01'", 1000000)], default=3723400000)
column("yar", "YEAR", [("1901", 1901), ("2155", 2155), ("0000", 0), ("1970", 1970)])
column("def_yr", "YEAR DEFAULT 1999", [("2000", 2000)], null=1999)

# -- JSON --------------------------------------------------------------------------------------------------------------

_DOCUMENTS = [
    """'{"bb": [1, 2.50, null, true], "a": "x"}'""", "'null'", "'[]'", "'{}'", "'\"\"'", "'true'", "'[1e10, 1e-7, -0.0, 1e300, 12345678901234567890]'",
    "'[-9223372036854775808, -2147483649, -32769, 65536, 4294967296, 18446744073709551615]'", """'"\\\\u0001\\\\n\\\\"/é🌊"'""",
    "CONCAT('[', REPEAT('\"0123456789\", ', 9000), 'null]')", "CONCAT('{\"', REPEAT('k', 300), '\": ', REPEAT('[', 50), REPEAT(']', 50), '}')"]
column("jsn", "JSON", [(text, server_text) for text in _DOCUMENTS], on="mysql")
column("jop", "JSON", [(text, server_text) for text in (
    "JSON_OBJECT('d', CAST('2024-02-29' AS DATE), 't', CAST('-01:02:03.5' AS TIME(6)), 'dt', CAST('2024-02-29 23:59:58.12' AS DATETIME(2)))",
    "JSON_ARRAY(TIMESTAMP'2024-02-29 23:59:58.000001', TIME'838:59:59', 1.10, -0.000000000000000000000000000001, 99999999999999999999999999999999.5)",
    "JSON_ARRAY(CAST(x'00ff' AS BINARY), b'1010', CAST(1.5 AS FLOAT), YEAR('2024-01-01'), ST_GeomFromText('POINT(1 2)'))",
    "JSON_ARRAY(CAST(REPEAT('x', 200) AS BINARY))", "CAST(1.50 AS JSON)", "CAST(TIME'-00:00:01' AS JSON)", "CAST(DATE'2024-01-01' AS JSON)")], on="mysql")
column("jma", "JSON", [("""'{"b":  1,"a":[ ]}'""", '{"b":  1,"a":[ ]}'), ("'[1.50, 1e2,\\n null]'", "[1.50, 1e2,\n null]")], on="mariadb")
column("jch", "LONGTEXT CHARACTER SET latin1 CHECK (JSON_VALID(jch))", [("""'{"é": 1 }'""", '{"é": 1 }'), ("'0'", "0")], on="mariadb")

# -- spatial and vectors -----------------------------------------------------------------------------------------------

_RING = [(0, 0), (4, 0), (4, 4), (0, 0)]
column("pnt", "POINT", [("ST_GeomFromText('POINT(1 -2.5)')", {"x": 1.0, "y": -2.5, **geometry(wkb_point(1, -2.5))}),
                        ("ST_GeomFromText('POINT(1e300 0.1)', 0)", {"x": 1e300, "y": 0.1, **geometry(wkb_point(1e300, 0.1))})])
column("srd", "POINT", [("ST_SRID(ST_GeomFromText('POINT(10 20)'), 4326)", {"x": 10.0, "y": 20.0, **geometry(wkb_point(10, 20), 4326)})], on="mysql")
column("src", "POINT SRID 3857", [("ST_GeomFromText('POINT(10 20)', 3857)", {"x": 10.0, "y": 20.0, **geometry(wkb_point(10, 20), 3857)})], on="mysql")
column("gsr", "GEOMETRY SRID 4326", [("ST_SRID(ST_GeomFromText('LINESTRING(0 0, 1 1)'), 4326)", geometry(wkb_line((0, 0), (1, 1)), 4326))], on="mysql")
column("srm", "POINT", [("ST_GeomFromText('POINT(10 20)', 4326)", {"x": 10.0, "y": 20.0, **geometry(wkb_point(10, 20), 4326)})], on="mariadb")
column("geo", "GEOMETRY", [("ST_GeomFromText('POINT(1 2)')", geometry(wkb_point(1, 2))), ("ST_GeomFromText('LINESTRING(0 0, 1 1)')", geometry(wkb_line((0, 0), (1, 1)))),
                           ("ST_GeomFromText('POLYGON((0 0, 4 0, 4 4, 0 0))')", geometry(wkb_polygon(*_RING)))])
column("req_geo", "GEOMETRY NOT NULL", [("ST_GeomFromText('POINT(1 2)')", geometry(wkb_point(1, 2)))])
column("lin", "LINESTRING", [("ST_GeomFromText('LINESTRING(0 0, 1 1, 2 -2)')", geometry(wkb_line((0, 0), (1, 1), (2, -2))))])
column("pol", "POLYGON", [("ST_GeomFromText('POLYGON((0 0, 4 0, 4 4, 0 0))')", geometry(wkb_polygon(*_RING)))])
column("mpt", "MULTIPOINT", [("ST_GeomFromText('MULTIPOINT(1 2, 3 4)')", geometry(wkb_many(4, wkb_point(1, 2), wkb_point(3, 4))))])
column("mli", "MULTILINESTRING", [("ST_GeomFromText('MULTILINESTRING((0 0, 1 1), (2 2, 3 3))')", geometry(wkb_many(5, wkb_line((0, 0), (1, 1)), wkb_line((2, 2), (3, 3)))))])
column("mpo", "MULTIPOLYGON", [("ST_GeomFromText('MULTIPOLYGON(((0 0, 4 0, 4 4, 0 0)))')", geometry(wkb_many(6, wkb_polygon(*_RING))))])
column("gco", "GEOMETRYCOLLECTION", [("ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(0 0, 1 1))')", geometry(wkb_many(7, wkb_point(1, 2), wkb_line((0, 0), (1, 1)))))])
column("vec", "VECTOR(3)", [("STRING_TO_VECTOR('[1, -2.5, 3.4028235e38]')", [1.0, -2.5, 3.4028235e38]), ("STRING_TO_VECTOR('[0, 0, 0]')", [0.0, 0.0, 0.0])],
       on="mysql 9.0")
column("vem", "VECTOR(3)", [("VEC_FromText('[1, -2.5, 1e18]')", [1.0, -2.5, 1e18]), ("VEC_FromText('[0, 0, 0]')", [0.0, 0.0, 0.0]), ("x'0000803f000000000000e03f'", [1.0, 0.0, 1.75])],
       on="mariadb 11.7")
column("vel", "VECTOR(1000)", [("VEC_FromText(CONCAT('[', REPEAT('0.1,', 999), '-1]'))", [0.1] * 999 + [-1.0])], on="mariadb 11.7")

# -- MariaDB's own -----------------------------------------------------------------------------------------------------

_UUIDS = ["123e4567-e89b-12d3-a456-426655440000", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "01890a5d-ac96-774b-bcce-b302099a8000"]
column("uid", "UUID", [(f"'{u}'", u) for u in _UUIDS], on="mariadb")
column("def_uid", f"UUID DEFAULT '{_UUIDS[0]}'", [(f"'{_UUIDS[2].upper()}'", _UUIDS[2])], null=_UUIDS[0], on="mariadb")
column("in4", "INET4", [(f"'{a}'", a) for a in ("0.0.0.0", "255.255.255.255", "192.0.2.0")], on="mariadb")
column("in6", "INET6", [(f"'{a}'", a) for a in ("::", "::1", "2001:db8::", "1::2:0:0:3:4", "::ffff:192.0.2.1", "::192.0.2.0", "fe80::1:2:3:4")]
       + [("'1:0:2:3:4:5:6:7'", "1::2:3:4:5:6:7")], on="mariadb")
column("def_in", "INET6 DEFAULT '2001:db8::'", [("'::1'", "::1")], null="2001:db8::", on="mariadb")
column("cmt", "TEXT COMPRESSED", [("REPEAT('ä', 2000)", "ä" * 2000), ("'short'", "short"), ("''", "")], on="mariadb")
column("cmm", "MEDIUMTEXT COMPRESSED", [("REPEAT('🌊', 20000)", "🌊" * 20000)] + _SMALL, on="mariadb")
binaries("cmb", "VARBINARY(3000) COMPRESSED", [("REPEAT('b', 3000)", b"b" * 3000), ("x'00'", b"\0"), ("''", b"")], on="mariadb")
binaries("cmk", "LONGBLOB COMPRESSED", [("REPEAT(x'00ff', 40000)", b"\0\xff" * 40000)] + _BYTES, on="mariadb")
column("cml", "VARCHAR(1000) COMPRESSED CHARACTER SET latin1", [("REPEAT('é', 1000)", "é" * 1000)], on="mariadb")

# -- columns of other kinds --------------------------------------------------------------------------------------------

column("gen", "INT AS (id % 100 + 1) STORED", [], omitted=server_text)
column("vir", "VARCHAR(20) AS (CONCAT('v', id % 100)) VIRTUAL", [], omitted=server_text)
column("inv", "INT INVISIBLE DEFAULT 5", [("6", 6)], null=5)
