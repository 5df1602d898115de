"""Every column type of both servers with its edge values and what a record shows for them.

Expected values follow Debezium's documentation of its types (docs/types.md and docs/differences.md), not our output. A row:

    column(name, DDL, [(SQL literal, expected JSON), ...], null=.., omitted=.., on=.., **{property set: [expected, ...]})

null      what SQL NULL shows (a default, where there is one)
omitted   what the column shows in a row inserted without it
on        "mysql" or "mariadb" for types that only one of them has
A property set (see PROPERTY_SETS) names the values it changes; None for the whole list: as by default.
"""

import base64
import datetime
import struct

SERVER_TEXT = object()  # as the server prints it for SELECT

# Properties under which the matrix is run; the first is the default.
PROPERTY_SETS = {"default": {}}

COLUMNS = []


class Column:
    def __init__(self, name, ddl, values, null, omitted, on, others):
        self.name, self.ddl, self.values, self.on, self.others = name, ddl, values, on, others
        self.null = null
        self.omitted = omitted
        self.required = "NOT NULL" in ddl
        self.generated = " AS (" in ddl

    def expected(self, which, property_set):
        other = self.others.get(property_set)
        return self.values[which][1] if other is None else other[which]


def column(name, ddl, values, null=None, omitted=..., on=None, **others):
    COLUMNS.append(Column(name, ddl, values, null, null if omitted is ... else omitted, on, others))


# -- how values look ---------------------------------------------------------------------------------------------------


def b64(raw):
    return base64.b64encode(raw).decode()


def number(unscaled):
    """Decimal: Base64 of the shortest two's complement."""
    return b64(unscaled.to_bytes((unscaled if unscaled >= 0 else ~unscaled).bit_length() // 8 + 1, "big", signed=True))


def day(text):
    return (datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days


def micros(text):
    """Microseconds since the epoch of a UTC time."""
    delta = datetime.datetime.fromisoformat(text) - datetime.datetime(1970, 1, 1)
    return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds


def millis(text):
    return micros(text) // 1000


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
    _shown = [0, -1, -(2**63)] if _bits == 64 else [0, _top, _top // 2 + 1]  # BIGINT UNSIGNED: the same bits, signed
    column(f"u{_bits}", f"{_type} UNSIGNED", list(zip(("0", str(_top), str(_top // 2 + 1)), _shown)))
    column(f"z{_bits}", f"{_type} ZEROFILL", [("7", 7), ("100", 100)])
column("boo", "BOOL", [("TRUE", 1), ("FALSE", 0), ("-5", -5)])
column("def_i", "INT DEFAULT 42", [("1", 1)], null=42, omitted=42)
column("req_i", "INT NOT NULL DEFAULT 7", [("1", 1)], omitted=7)
column("flo", "FLOAT", [("16777216", 16777216.0), ("0.1", 0.1), ("-3.4028235e38", -3.4028235e38), ("1.17549435e-38", 1.1754944e-38), ("-0e0", -0.0)])
column("flu", "FLOAT UNSIGNED", [("0", 0.0), ("1e-7", 1e-7)])
column("fmd", "FLOAT(7,2)", [("12345.67", 12345.669921875), ("0.1", 0.10000000149011612)])
column("dou", "DOUBLE", [("1e-7", 1e-7), ("-1.7976931348623157e308", -1.7976931348623157e308), ("2.2250738585072014e-308", 2.2250738585072014e-308), ("0.1", 0.1), ("100", 100.0)])
column("dmd", "DOUBLE(10,3)", [("1234567.891", 1234567.891), ("-0.5", -0.5)])
column("rea", "REAL", [("1e23", 1e23)])
column("dc5", "DECIMAL(5,2)", [("-123.45", number(-12345)), ("0", "AA=="), ("999.99", number(99999)), ("12.34", "BNI=")])
column("dc0", "DECIMAL", [("-128", "gA=="), ("128", "AIA="), ("9999999999", number(9999999999))])
column("d18", "DECIMAL(18,4)", [("99999999999999.9999", number(10**18 - 1)), ("-0.0001", "/w==")])
column("d19", "DECIMAL(19,4)", [("-999999999999999.9999", number(1 - 10**19)), ("0.0001", "AQ=="), ("0", "AA==")])
column("d65", "DECIMAL(65,30)", [("9" * 35 + "." + "9" * 30, number(10**65 - 1)), ("-" + "9" * 35 + "." + "9" * 30, number(1 - 10**65)), ("0." + "0" * 29 + "1", "AQ==")])
column("dun", "DECIMAL(6,3) UNSIGNED ZEROFILL", [("1.5", number(1500)), ("999.999", number(999999))])
column("def_d", "DECIMAL(5,2) DEFAULT 1.5", [("2", number(200))], null=number(150), omitted=number(150))
column("bt1", "BIT(1)", [("b'1'", True), ("b'0'", False)])
column("bt8", "BIT(8)", [("b'10000000'", "gA=="), ("b'0'", "AA==")])
column("b10", "BIT(10)", [("b'1000000001'", "AQI="), ("b'0'", "AAA=")])
column("b63", "BIT(63)", [("b'1'", b64((1).to_bytes(8, "little"))), (f"{2**63 - 1}", b64((2**63 - 1).to_bytes(8, "little")))])
column("b64", "BIT(64)", [("x'8000000000000001'", b64((2**63 + 1).to_bytes(8, "little"))), ("x'ffffffffffffffff'", "//////////8=")])
column("def_b", "BIT(10) DEFAULT b'101'", [("b'1'", "AQA=")], null="BQA=", omitted="BQA=")

# -- texts and bytes ---------------------------------------------------------------------------------------------------

column("c0", "CHAR(0)", [("''", "")])
column("chr", "CHAR(6)", [("'ab  '", "ab"), ("'größe'", "größe"), ("''", ""), ("'  '", "")])
column("c255", "CHAR(255)", [("REPEAT('🌊', 255)", "🌊" * 255), ("'x'", "x")])
column("nch", "NCHAR(5)", [("'ä'", "ä")])
column("vch", "VARCHAR(60)", [("'🌊 \"q\" \\\\ \\n tab\\t'", '🌊 "q" \\ \n tab\t'), ("''", ""), ("'trail  '", "trail  ")])
column("vc2", "VARCHAR(300)", [("REPEAT('ä', 300)", "ä" * 300), ("'\\0\\Z'", "\0\x1a")])
column("lat", "VARCHAR(20) CHARACTER SET latin1", [("'é€ÿ'", "é€ÿ"), ("''", "")])
column("tny", "TINYTEXT", [("REPEAT('t', 255)", "t" * 255), ("''", "")])
column("txt", "TEXT", [("REPEAT('x', 60000)", "x" * 60000), ("'日本'", "日本")])
column("mtx", "MEDIUMTEXT", [("REPEAT('y', 70000)", "y" * 70000), ("' '", " ")])
column("ltx", "LONGTEXT", [("'z'", "z"), ("'\\r'", "\r")])
column("def_s", "VARCHAR(9) DEFAULT 'd''e'", [("'x'", "x")], null="d'e", omitted="d'e")
column("bin", "BINARY(4)", [("'ab'", "YWIAAA=="), ("x'00ff00ff'", "AP8A/w=="), ("''", "AAAAAA==")])
column("b255", "BINARY(255)", [("x'01'", b64(b"\1" + bytes(254)))])
column("vbn", "VARBINARY(10)", [("x'00010200'", "AAECAA=="), ("''", "")])
column("vb2", "VARBINARY(300)", [("REPEAT(x'ff', 300)", b64(b"\xff" * 300))])
column("tbl", "TINYBLOB", [("x'00'", "AA==")])
column("blb", "BLOB", [("x'ff'", "/w=="), ("''", ""), ("REPEAT('a', 65535)", b64(b"a" * 65535))])
column("mbl", "MEDIUMBLOB", [("REPEAT('b', 65536)", b64(b"b" * 65536))])
column("lbl", "LONGBLOB", [("REPEAT('a', 3)", "YWFh"), ("x'0a'", "Cg==")])
column("enm", "ENUM('a','it''s','ü','')", [("'it''s'", "it's"), ("'ü'", "ü"), ("'a'", "a"), ("'none'", "")])
column("enl", "ENUM(" + ",".join(f"'m{i}'" for i in range(300)) + ")", [("'m0'", "m0"), ("'m255'", "m255"), ("'m299'", "m299")])
column("sst", "SET('a','b','ü')", [("'ü,a'", "a,ü"), ("''", ""), ("7", "a,b,ü")])
column("s64", "SET(" + ",".join(f"'s{i}'" for i in range(64)) + ")",
       [("'s63'", "s63"), ("'s0,s32,s63'", "s0,s32,s63"), (f"{2**64 - 1}", ",".join(f"s{i}" for i in range(64)))])
column("def_e", "ENUM('x','y') DEFAULT 'y'", [("'x'", "x")], null="y", omitted="y")

# -- dates and times ---------------------------------------------------------------------------------------------------

column("dat", "DATE", [("'2024-02-29'", 19782), ("'1969-12-31'", -1), ("'1000-01-01'", day("1000-01-01")), ("'9999-12-31'", day("9999-12-31")),
                       ("'0000-00-00'", None), ("'2024-02-00'", None), ("'2024-00-01'", None), ("'2024-02-31'", None), ("'0000-05-06'", None),
                       ("'0001-01-01'", day("2001-01-01")), ("'0069-12-31'", day("2069-12-31")), ("'0070-01-01'", day("1970-01-01"))])
column("req_dat", "DATE NOT NULL DEFAULT '2000-01-01'", [("'0000-00-00'", day("2000-01-01")), ("'1999-12-31'", day("1999-12-31"))], omitted=day("2000-01-01"))
column("non_dat", "DATE NOT NULL", [("'0000-00-00'", 0), ("'2024-02-31'", 0), ("'1970-01-02'", 1)], omitted=0)
for _n in range(7):
    _fraction = "." + "123456"[:_n] if _n else ""
    _us = int("123456"[:_n].ljust(6, "0")) if _n else 0
    _unit = (lambda text: micros(text)) if _n > 3 else (lambda text: millis(text))
    column(f"tm{_n}", f"TIME({_n})", [(f"'-838:59:58{_fraction}'", -(3020398000000 + _us)), (f"'00:00:00{_fraction}'", _us), ("'838:59:59'", 3020399000000),
                                      ("'-838:59:59'", -3020399000000), (f"'-00:00:00{_fraction}'", -_us), ("'25:00:01'", 90001000000)])
    column(f"dt{_n}", f"DATETIME({_n})", [(f"'2024-02-29 23:59:59{_fraction}'", _unit(f"2024-02-29T23:59:59.{'123456'[:_n].ljust(6, '0')}")),
                                          ("'1000-01-01 00:00:00'", _unit("1000-01-01T00:00:00")), ("'9999-12-31 23:59:59'", _unit("9999-12-31T23:59:59")),
                                          ("'1969-12-31 23:59:59'", _unit("1969-12-31T23:59:59")), ("'0000-00-00 00:00:00'", None),
                                          ("'2024-02-31 00:00:00'", None), ("'0069-01-01 00:00:00'", _unit("2069-01-01T00:00:00"))])
    _digits = lambda digits, n=_n: "." + digits[:n].ljust(n, "0") if n else ""
    column(f"ts{_n}", f"TIMESTAMP({_n}) NULL", [(f"'2024-02-29 23:59:59{_fraction}'", f"2024-02-29T23:59:59{_digits('123456')}Z"),
                                                ("'1970-01-01 00:00:01'", f"1970-01-01T00:00:01{_digits('')}Z"),
                                                ("'2038-01-19 03:14:07'", f"2038-01-19T03:14:07{_digits('')}Z"), ("'0000-00-00 00:00:00'", None)])
column("req_ts", "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP", [("'0000-00-00 00:00:00'", "1970-01-01T00:00:00Z"), ("'2001-02-03 04:05:06'", "2001-02-03T04:05:06Z")],
       omitted=SERVER_TEXT)
column("def_dt", "DATETIME DEFAULT '2001-02-03 04:05:06'", [("'2000-01-01 00:00:00'", 946684800000)], null=981173106000, omitted=981173106000)
column("def_ti", "TIME DEFAULT '-01:00:00'", [("'00:00:01'", 1000000)], null=-3600000000, omitted=-3600000000)
column("yar", "YEAR", [("1901", 1901), ("2155", 2155), ("0000", 0), ("1970", 1970)])

# -- JSON --------------------------------------------------------------------------------------------------------------

_DOCUMENTS = [
    """'{"bb": [1, 2.50, null, true], "a": "x"}'""", "'null'", "'[]'", "'{}'", "'\"\"'", "'true'", "'[1e10, 1e-7, -0.0, 1e300, 12345678901234567890]'",
    "'[-9223372036854775808, -2147483649, -32769, 65536, 4294967296, 18446744073709551615]'", """'"\\\\u0001\\\\n\\\\"/é🌊"'""",
    "CONCAT('[', REPEAT('\"0123456789\", ', 9000), 'null]')", "CONCAT('{\"', REPEAT('k', 300), '\": ', REPEAT('[', 50), REPEAT(']', 50), '}')"]
column("jsn", "JSON", [(text, SERVER_TEXT) for text in _DOCUMENTS], on="mysql")
column("jop", "JSON", [(text, SERVER_TEXT) for text in (
    "JSON_OBJECT('d', CAST('2024-02-29' AS DATE), 't', CAST('-01:02:03.5' AS TIME(6)), 'dt', CAST('2024-02-29 23:59:58.12' AS DATETIME(2)))",
    "JSON_ARRAY(TIMESTAMP'2024-02-29 23:59:58.000001', TIME'838:59:59', 1.10, -0.000000000000000000000000000001, 99999999999999999999999999999999.5)",
    "JSON_ARRAY(CAST(x'00ff' AS BINARY), b'1010', CAST(1.5 AS FLOAT), YEAR('2024-01-01'), ST_GeomFromText('POINT(1 2)'))",
    "JSON_ARRAY(CAST(REPEAT('x', 200) AS BINARY))", "CAST(1.50 AS JSON)", "CAST(TIME'-00:00:01' AS JSON)", "CAST(DATE'2024-01-01' AS JSON)")], on="mysql")
column("jma", "JSON", [("""'{"b":  1,"a":[ ]}'""", '{"b":  1,"a":[ ]}')], on="mariadb")

# -- spatial and vectors -----------------------------------------------------------------------------------------------

_RING = [(0, 0), (4, 0), (4, 4), (0, 0)]
column("pnt", "POINT", [("ST_GeomFromText('POINT(1 -2.5)')", {"x": 1.0, "y": -2.5, **geometry(wkb_point(1, -2.5))}),
                        ("ST_GeomFromText('POINT(1e300 0.1)', 0)", {"x": 1e300, "y": 0.1, **geometry(wkb_point(1e300, 0.1))})])
column("srd", "POINT", [("ST_SRID(ST_GeomFromText('POINT(10 20)'), 4326)", {"x": 10.0, "y": 20.0, **geometry(wkb_point(10, 20), 4326)})], on="mysql")
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
column("vec", "VECTOR(3)", [("STRING_TO_VECTOR('[1, -2.5, 3.4028235e38]')", [1.0, -2.5, 3.4028235e38]), ("STRING_TO_VECTOR('[0, 0, 0]')", [0.0, 0.0, 0.0])], on="mysql")

# -- MariaDB's own -----------------------------------------------------------------------------------------------------

_UUIDS = ["123e4567-e89b-12d3-a456-426655440000", "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", "01890a5d-ac96-774b-bcce-b302099a8000"]
column("uid", "UUID", [(f"'{u}'", u) for u in _UUIDS], on="mariadb")
column("in4", "INET4", [(f"'{a}'", a) for a in ("0.0.0.0", "255.255.255.255", "192.0.2.0")], on="mariadb")
column("in6", "INET6", [(f"'{a}'", a) for a in ("::", "::1", "2001:db8::", "1::2:0:0:3:4", "::ffff:192.0.2.1", "::192.0.2.0", "fe80::1:2:3:4")]
       + [("'1:0:2:3:4:5:6:7'", "1::2:3:4:5:6:7")], on="mariadb")
column("cmt", "TEXT COMPRESSED", [("REPEAT('ä', 2000)", "ä" * 2000), ("'short'", "short"), ("''", "")], on="mariadb")
column("cmb", "VARBINARY(3000) COMPRESSED", [("REPEAT('b', 3000)", b64(b"b" * 3000)), ("x'00'", "AA==")], on="mariadb")
column("cml", "VARCHAR(1000) CHARACTER SET latin1 COMPRESSED", [("REPEAT('é', 1000)", "é" * 1000)], on="mariadb")

# -- columns of other kinds --------------------------------------------------------------------------------------------

column("gen", "INT AS (id % 100 + 1) STORED", [], omitted=SERVER_TEXT)
column("vir", "VARCHAR(20) AS (CONCAT('v', id % 100)) VIRTUAL", [], omitted=SERVER_TEXT)
column("inv", "INT INVISIBLE DEFAULT 5", [("6", 6)], null=5, omitted=5)
