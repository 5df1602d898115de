"""The matrix of golden cases: tables named golden.t, with `id` to order rows by unless a case says otherwise."""


def _list(values):
    return ", ".join(values)


def _quoted(texts):
    return _list(f"'{text}'" for text in texts)


def _fractions(kind):
    return _list(f"f{n} {kind}({n}) NULL" for n in range(7))


def _rows(*rows):
    return "INSERT INTO t VALUES " + _list(f"({row})" for row in rows)


_INTS = ("tinyint", "smallint", "mediumint", "int", "bigint")
_BITS = (8, 16, 24, 32, 64)

CASES = {
    "integers": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, "
            + _list(f"s{n} {t}, u{n} {t} unsigned" for n, t in enumerate(_INTS))
            + ", z int zerofill, b bool NOT NULL)",
            _rows(
                "1, " + _list(f"{-(2 ** (b - 1))}, {2 ** b - 1}" for b in _BITS) + ", 7, true",
                "2, " + _list(f"{2 ** (b - 1) - 1}, {2 ** (b - 1)}" for b in _BITS) + ", 4294967295, false",
                "3, " + _list("-1, 0" for _ in _BITS) + ", 0, -1",
                "4, " + _list("NULL, NULL" for _ in _BITS) + ", NULL, 127",
            ),
            "UPDATE t SET s0 = 1, u4 = 1, z = NULL WHERE id > 2",
            "DELETE FROM t WHERE id IN (1, 4)",
        ]
    },
    "floats": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, f float, fu float unsigned, fm float(7,2), fz float zerofill,"
            " d double, dm double(10,3), dz double zerofill)",
            _rows(
                "1, 16777216, 0.1, 12345.67, 1.5, 1.7976931348623157e308, 1234567.891, 2.5",
                "2, -3.4028234e38, 3.4028234e38, -0.01, 1e10, 5e-324, -0.001, 1e100",
                "3, 1.17549435e-38, 1e-40, -0e0, 0, -0e0, -0e0, 0",
                "4, 0.333333333, 123456.789, 99999.99, 1e-5, 0.1, 0.1, 123456789.125",
                "5, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
                "6, -0e0, 0, 0, 0, 0, 0, 0",
            ),
            "UPDATE t SET f = f / 3, d = d / 3 WHERE id < 3",
        ]
    },
    "decimals": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, a decimal(1,0), b decimal(9,0), c decimal(10,0), d decimal(10,2),"
            " e decimal(18,9), f decimal(18,18), g decimal(18,0) unsigned, h decimal(19,0), i decimal(20,20),"
            " j decimal(65,30), k decimal(65,0), l decimal(30,30), m decimal(12,4) zerofill, n decimal(25,5) zerofill,"
            " o decimal(5,4), p decimal(28,10))",
            _rows(
                "1, 9, 999999999, 9999999999, 99999999.99, 999999999.999999999, 0.999999999999999999,"
                " 999999999999999999, 9999999999999999999, 0.99999999999999999999, "
                + "9" * 35 + "." + "9" * 30 + ", " + "9" * 65 + ", 0." + "9" * 30
                + ", 12345678.1234, 12345678901234567890.12345, 9.9999, 123456789012345678.0123456789",
                "2, -9, -999999999, -9999999999, -99999999.99, -999999999.999999999, -0.999999999999999999,"
                " 0, -9999999999999999999, -0.99999999999999999999, -"
                + "9" * 35 + "." + "9" * 30 + ", -" + "9" * 65 + ", -0." + "9" * 30
                + ", 0.0001, 0.00001, -9.9999, -123456789012345678.0123456789",
                "3, " + _list("0" for _ in range(16)),
                "4, " + _list("NULL" for _ in range(16)),
                "5, 1, 1, 1, 0.01, 0.000000001, 0.000000000000000001, 1, 1, 0.00000000000000000001,"
                " 0.000000000000000000000000000001, 1, 0.000000000000000000000000000001, 1, 1, 0.0001, -0.5",
                "6, -1, -100, -1000000000, -0.01, -1.5, -0.5, 100, -1000000000, -0.5, -1000000000.000000001, -1, -0.1,"
                " 99999999.9999, 99999999999999999999.99999, -0.0001, 100000000000000000.1",
            ),
            "UPDATE t SET d = -d, j = -j, k = k + 1 WHERE id IN (2, 3, 6)",
        ]
    },
    "temporal": {
        "sql": [
            f"CREATE TABLE t (id int PRIMARY KEY, d date, y year, {_fractions('time')})",
            _rows(
                "1, '2024-02-29', 2024, " + _list(["'12:34:56.123456'"] * 7),
                "2, '0000-00-00', 0, " + _list(["'-00:00:00.100001'"] * 7),
                "3, '9999-12-31', 2155, " + _list(["'838:59:59'"] * 7),
                "4, '1000-01-01', 1901, " + _list(["'-838:59:59'"] * 7),
                "5, '2024-00-00', 1970, " + _list(["'-01:02:03.999999'"] * 7),
                "6, NULL, NULL, " + _list(["NULL"] * 7),
                "7, '0001-01-01', 1999, " + _list(["'00:00:00'"] * 7),
                "8, '2024-11-00', 1999, " + _list(["'-00:00:01'"] * 7),
                "9, '0000-01-01', 1999, " + _list(["'-00:00:00.000001'"] * 7),
            ),
        ]
    },
    "datetimes": {
        "sql": [
            f"CREATE TABLE t (id int PRIMARY KEY, {_fractions('datetime')})",
            _rows(
                "1, " + _list(["'2024-02-29 12:34:56.123456'"] * 7),
                "2, " + _list(["'0000-00-00 00:00:00'"] * 7),
                "3, " + _list(["'9999-12-31 23:59:59'"] * 7),
                "4, " + _list(["'0001-01-01 00:00:00.000001'"] * 7),
                "5, " + _list(["'2024-00-00 01:00:00.9'"] * 7),
                "6, " + _list(["NULL"] * 7),
                "7, " + _list(["'1969-12-31 23:59:59.999999'"] * 7),
            ),
        ]
    },
    "timestamps": {
        "sql": [
            f"CREATE TABLE t (id int PRIMARY KEY, {_fractions('timestamp')})",
            _rows(
                "1, " + _list(["'2024-02-29 12:34:56.123456'"] * 7),
                "2, " + _list(["'0000-00-00 00:00:00'"] * 7),
                "3, " + _list(["'2038-01-19 03:14:07'"] * 7),
                "4, " + _list(["'1970-01-01 00:00:01'"] * 7),
                "5, " + _list(["'2000-02-29 00:00:00.000001'"] * 7),
                "6, " + _list(["NULL"] * 7),
            ),
        ]
    },
    "invalid_dates": {
        "before": ["SET SESSION sql_mode = 'ALLOW_INVALID_DATES'"],
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, d date, dt datetime(6))",
            _rows("1, '2024-02-31', '2024-02-31 01:02:03.5'", "2, '2023-04-31', '2023-11-31 23:59:59'"),
        ],
    },
    "strings": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, c0 char(0), c1 char(1), c10 char(10), c63 char(63), c64 char(64),"
            " c255 char(255), v63 varchar(63), v64 varchar(64), v0 varchar(0), v1000 varchar(1000), tt tinytext, t text,"
            " mt mediumtext, lt longtext, u3 varchar(10) CHARACTER SET utf8mb3, a varchar(10) CHARACTER SET ascii)"
            " CHARACTER SET utf8mb4",
            _rows(
                "1, '', 'ä', 'abc', repeat('x', 63), repeat('é', 64), repeat('日', 255), repeat('z', 63),"
                " repeat('😀', 64), '', repeat('q', 1000), 'tiny', 'text', 'medium', repeat('long', 80), 'äöü', 'ascii'",
                "2, '', '', '  pad  ', '', '', '', 'trail  ', '', '', '', '', '', '', '', '', ''",
                "3, " + _list(["NULL"] * 16),
                "4, '', '😀', 'a\\0b\\n\\t\"', 'x', 'x', 'x', '\\\\', '''', '', '%', '\\Z', '~', ' ', 'a ', 'ß', '~'",
            ),
            "UPDATE t SET c255 = 'new', lt = NULL WHERE id IN (1, 2)",
            "DELETE FROM t WHERE id = 3",
        ]
    },
    "latin1": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, c char(255), v255 varchar(255), v256 varchar(256), t text,"
            " e enum('ä', 'b', '€') , s set('ä', 'ö', 'c')) CHARACTER SET latin1",
            "INSERT INTO t VALUES (1, 'plain ascii', repeat('a', 255), repeat('b', 256), 'text', 'b', 'c'),"
            " (2, 'äöü€', repeat('ÿ', 255), repeat('€', 256), 'Ünïcödé', 'ä', 'ä,ö'),"
            " (3, convert(unhex('"
            + "".join(f"{n:02X}" for n in range(0x80, 0x100))
            + "') USING latin1), 'x', 'y', convert(unhex('818D8F909D') USING latin1), '€', 'ä,ö,c'),"
            " (4, NULL, NULL, NULL, NULL, NULL, NULL)",
        ]
    },
    "binary": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, b1 binary(1), b16 binary(16), b255 binary(255), v255 varbinary(255),"
            " v256 varbinary(256), tb tinyblob, b blob, mb mediumblob, lb longblob)",
            "INSERT INTO t VALUES (1, x'00', x'00FF00', repeat(x'FF', 255), repeat(x'80', 255), repeat(x'00', 256),"
            " x'0001', repeat(x'AB', 300), x'', x'FF'), (2, x'', x'', x'', x'', x'', x'', x'', x'', x''),"
            " (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),"
            " (4, 'a', 'abcdefghijklmnop', 'x', 'trail ', x'6100', 'ä', x'C3', x'00', x'0000')",
            "UPDATE t SET b16 = x'0100', lb = NULL WHERE id < 3",
        ]
    },
    "bits": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, " + _list(f"b{n} bit({n})" for n in (1, 7, 8, 9, 16, 17, 33, 63, 64)) + ")",
            _rows(
                "1, " + _list(str(2**n - 1) for n in (1, 7, 8, 9, 16, 17, 33, 63, 64)),
                "2, " + _list("0" for _ in range(9)),
                "3, " + _list("NULL" for _ in range(9)),
                "4, " + _list(str(2 ** (n - 1)) for n in (1, 7, 8, 9, 16, 17, 33, 63, 64)),
                "5, " + _list("1" for _ in range(9)),
            ),
        ]
    },
    "enums": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, e enum('a', 'b,c', 'd''e', ''), e255 enum("
            + _quoted(f"m{n}" for n in range(255))
            + "), e300 enum("
            + _quoted(f"m{n}" for n in range(300))
            + "), s1 set('x'), s8 set("
            + _quoted(f"s{n}" for n in range(8))
            + "), s9 set("
            + _quoted(f"s{n}" for n in range(9))
            + "), s33 set("
            + _quoted(f"s{n}" for n in range(33))
            + "), s64 set("
            + _quoted(f"s{n}" for n in range(64))
            + "), u enum('日本', '😀'))",
            "INSERT INTO t VALUES (1, 'a', 'm0', 'm0', 'x', 's0', 's0', 's0', 's0', '日本'),"
            " (2, 'b,c', 'm254', 'm255', '', 's0,s7', 's8', 's0,s32', 's63', '😀'),"
            " (3, 'd''e', 'm7', 'm299', 'x', '', '', '', 18446744073709551615, '日本'),"
            " (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),"
            " (5, '', 'm1', 'm256', 'x', 255, 511, 8589934591, 's0,s63', NULL)",
            "INSERT IGNORE INTO t (id, e, e300) VALUES (6, 'no such member', 'nor this')",
        ]
    },
    "json": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, j json, k json NOT NULL)",
            "INSERT INTO t VALUES (1, '{\"a\": 1, \"b\": [1, 2]}', '[]'), (2, NULL, '{}'), (3, 'null', 'true'),"
            " (4, 'false', '\"text\"'), (5, '[1e20, 1e-5, 100.0, 0.1, 1.7976931348623157e308, -0.0,"
            " 123456789012345680, 1e14, 1e15, 1e-15, 1e-16, 1.5e-14, 5e-324, 123456789012345.0, 1234567890123456.0]',"
            " '-0.0'),"
            " (6, '[0, -1, 32767, 32768, 65535, 65536, -32768, -32769, 2147483647, 2147483648, 4294967295, 4294967296,"
            " -2147483648, -2147483649, 9223372036854775807, 9223372036854775808, 18446744073709551615,"
            " -9223372036854775808]', '18446744073709551615'),"
            " (7, json_array(1.50, -0.5, 0.00, cast(3 as decimal(10, 2)), 12345678901234567890123456789012345.5), '7'),"
            " (8, json_array(date'2024-02-29', time'-01:02:03.5', timestamp'2024-01-02 03:04:05.1234', time'838:59:59',"
            " time'-00:00:00.000001', timestamp'0001-01-01 00:00:00', cast(2024 as year)), '8'),"
            " (9, json_array(b'101', x'0102', repeat(x'FF', 57), repeat(x'FF', 58), repeat(x'FE', 200), x''), '9'),"
            " (10, json_object('q\"', '\\\\', 'n', concat('\\n\\r\\t\\b', char(12 using utf8mb4), char(1 using utf8mb4),"
            " char(31 using utf8mb4), char(127 using utf8mb4), '/<>&ü😀')), '10'),"
            " (11, json_object('long key', 1, 'k', 2, 'kk', 3, '', 4, 'ü', 5), '11'),"
            " (12, concat('[', repeat('\"0123456789012345678901234567890123456789\",', 100), '1]'), '12'),"
            " (13, concat(repeat('[', 100), repeat(']', 100)), '13'),"
            " (14, concat('[', repeat('[],', 50), '{}]'), '{\"a\": {\"b\": {\"c\": [null, true, false, {}]}}}'),"
            " (15, concat('[', repeat('123456,', 300), '-123456]'), concat('\"', repeat('x', 200), '\"'))",
            "INSERT INTO t VALUES (16, concat('[', repeat('123456, 1.25, \"abc\", null, true, 7, ', 2000), '{\"k\": -70000,"
            " \"l\": 4000000000}]'), '16')",
            "UPDATE t SET j = json_set(j, '$.a', 2, '$.b[0]', 'x') WHERE id = 1",
            "UPDATE t SET k = json_array(k, 1) WHERE id IN (1, 2, 3)",
        ]
    },
    "json_columns": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, y year, d date, dt datetime(3), ts timestamp NULL, b bit(10), bl blob,"
            " vb varbinary(10), bi binary(5), e enum('a', 'b'), s set('a', 'b'), f float, n decimal(10, 3), j json)",
            "INSERT INTO t VALUES (1, 2024, '2024-01-01', '2024-01-01 01:02:03.123', '2024-01-01 00:00:00', b'11', 'abc',"
            " 'x', 'y', 'a', 'a,b', 1.1, 1.5, NULL)",
            "UPDATE t SET j = json_array(y, d, dt, ts, b, bl, vb, bi, e, s, f, n)",
        ]
    },
    "null_bitmaps": {
        "sql": [
            "CREATE TABLE t (id int, " + _list(f"c{n} tinyint" for n in range(70)) + ", PRIMARY KEY (id))",
            _rows(
                "1, " + _list("NULL" if n % 2 else str(n) for n in range(70)),
                "2, " + _list("NULL" for n in range(70)),
                "3, " + _list(str(n) for n in range(70)),
            ),
        ]
    },
    "minimal_image": {
        "before": ["SET SESSION binlog_row_image = MINIMAL"],
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(20), c blob, d json, e datetime(3))",
            "INSERT INTO t (id, b) VALUES (1, 'one'), (2, 'two')",
            "INSERT INTO t VALUES (3, 3, 'three', 'blob', '[1]', '2024-01-01 00:00:00.5')",
            "UPDATE t SET b = 'changed', e = '2024-05-05 05:05:05.55' WHERE id IN (1, 3)",
            "DELETE FROM t WHERE id = 3",
        ],
    },
    "noblob_image": {
        "before": ["SET SESSION binlog_row_image = NOBLOB"],
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, a int, b text, c blob, d json)",
            "INSERT INTO t VALUES (1, 1, 'text', 'blob', '[1]'), (2, NULL, NULL, NULL, NULL)",
            "UPDATE t SET a = 5",
            "UPDATE t SET b = 'new' WHERE id = 1",
            "DELETE FROM t WHERE id = 1",
        ],
    },
    "minimal_metadata": {
        "metadata": "MINIMAL",
        "sql": [
            "CREATE TABLE t (id int unsigned PRIMARY KEY, a bigint unsigned, b varchar(20) CHARACTER SET latin1, c text,"
            " d blob, y year, e enum('x', 'y'), s set('p', 'q'), f decimal(10, 2) unsigned, i int)",
            "INSERT INTO t VALUES (4000000000, 18446744073709551615, 'ä', 'ü', x'FF', 2001, 'y', 'p,q', 1.5, -1)",
        ],
    },
    "no_checksum": {
        "checksum": "NONE",
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, v varchar(5))",
            "INSERT INTO t VALUES (1, 'one'), (2, NULL)",
        ],
    },
    "keys": {
        "order": "a, b, c",
        "sql": [
            "CREATE TABLE t (a varchar(20), b int, c int, d text, PRIMARY KEY (c, a(5)), KEY (b))",
            "INSERT INTO t VALUES ('one', 1, 1, 'x'), ('two', 2, 2, 'y')",
            "UPDATE t SET c = c + 10",
        ],
    },
    "no_key": {
        "order": "a",
        "sql": [
            "CREATE TABLE t (a int, b int)",
            "INSERT INTO t VALUES (1, 1), (2, 2)",
            "DELETE FROM t WHERE a = 1",
        ],
    },
    "generated": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, a int, v int GENERATED ALWAYS AS (a * 2) VIRTUAL,"
            " s varchar(20) GENERATED ALWAYS AS (concat('x', a)) STORED, i int INVISIBLE DEFAULT 5, z int,"
            " KEY functional ((a + 1)), KEY (v))",
            "INSERT INTO t (id, a, z) VALUES (1, 10, 1), (2, NULL, 2)",
            "UPDATE t SET a = 7, i = 6 WHERE id = 2",
            "DELETE FROM t WHERE id = 1",
        ]
    },
    "generated_key": {
        "before": ["SET SESSION sql_generate_invisible_primary_key = ON"],
        "order": "a",
        "sql": [
            "CREATE TABLE t (a int, b varchar(3))",
            "INSERT INTO t VALUES (1, 'x'), (2, 'y')",
        ],
    },
    "instant_alter": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, a int)",
            "INSERT INTO t VALUES (1, 1)",
            "ALTER TABLE t ADD COLUMN b varchar(10) NOT NULL DEFAULT 'new' FIRST, ALGORITHM = INSTANT",
            "UPDATE t SET a = 2",
            "ALTER TABLE t DROP COLUMN a, ALGORITHM = INSTANT",
            "INSERT INTO t VALUES ('x', 2)",
        ]
    },
    "rare_types": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, p point, g geometry, v vector(3), u varchar(10) CHARACTER SET ucs2,"
            " w varchar(10) CHARACTER SET latin2, b blob, n int)",
            "INSERT INTO t VALUES (1, point(1, 2), st_geomfromtext('LINESTRING(0 0, 1 1)'), to_vector('[1, 2, 3]'), 'ä',"
            " 'ł', x'FF', 42), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL)",
        ]
    },
    "gtids": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY)",
            "SET gtid_next = '11111111-2222-3333-4444-555555555555:9223372036854775806'",
            "INSERT INTO t VALUES (1)",
            "SET gtid_next = '11111111-2222-3333-4444-555555555555:some_tag:77'",
            "INSERT INTO t VALUES (2)",
            "SET gtid_next = '11111111-2222-3333-4444-555555555555:a:4611686018427387904'",
            "SET SESSION original_commit_timestamp = 1700000000123456",
            "INSERT INTO t VALUES (3)",
            "SET gtid_next = '11111111-2222-3333-4444-555555555555:12'",
            "INSERT INTO t VALUES (4)",
            "SET gtid_next = 'AUTOMATIC', SESSION original_commit_timestamp = 36028797018963968",
            "FLUSH BINARY LOGS",
        ]
    },
    "statements": {
        "before": ["SET SESSION binlog_rows_query_log_events = ON"],
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, v varchar(5))",
            "INSERT INTO t VALUES (1, 'one')",
            "TRUNCATE TABLE t",
        ],
    },
    "partial_json": {
        "before": ["SET SESSION binlog_row_value_options = PARTIAL_JSON"],
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, a json, n int, b json, c json, d json)",
            "INSERT INTO t VALUES (1, '{\"a\": [1, 2, {\"deep\": \"text\"}], \"bb\": {\"x\": 1.5}}', 1, '[]', NULL, '{}'), (2,"
            " json_object('k', repeat('v', 300), 'quote \"it\"', cast('2024-02-29' as date)), 2, '[1, 2, 3, 4]', '7', '{\"a\": 1}')",
            "UPDATE t SET a = json_set(a, '$.a[2].deep', 'set', '$.new', 7) WHERE id = 1",
            "UPDATE t SET a = json_replace(a, '$.bb.x', cast(-0.5 as decimal(5,2))), d = json_set(d, '$.y', true) WHERE id = 1",
            "UPDATE t SET a = json_remove(a, '$.a[0]', '$.bb'), n = 9 WHERE id = 1",
            "UPDATE t SET b = json_array_append(b, '$', 5), d = json_remove(d, '$.a') WHERE id = 2",
            "UPDATE t SET b = json_array_insert(b, '$[1]', 'in'), a = json_set(a, '$.\"quote \\\\\"it\\\\\"\"', 1) WHERE id = 2",
            "UPDATE t SET c = '{}', d = NULL WHERE id = 2",
            "UPDATE t SET a = json_set(a, '$.k', json_array(1, json_object('z', null))) WHERE id = 2",
            "UPDATE t SET a = json_merge_patch(a, '{\"k\": null}') WHERE id = 2",
            "UPDATE t SET n = n + 1",
        ],
        "after": ["SET SESSION binlog_row_value_options = ''"],
    },
    "compressed": {
        "before": ["SET SESSION binlog_transaction_compression = ON, SESSION binlog_rows_query_log_events = ON"],
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, v varchar(300), b mediumblob)",
            "INSERT INTO t VALUES (1, repeat('a', 300), repeat('b', 3000)), (2, 'two', NULL), (3, NULL, '')",
            ("START TRANSACTION", "UPDATE t SET v = 'changed' WHERE id < 3", "DELETE FROM t WHERE id = 3",
             "INSERT INTO t VALUES (4, repeat('z', 100), repeat(x'00', 2000))", "COMMIT"),
        ],
        "after": ["SET SESSION binlog_transaction_compression = OFF, SESSION binlog_rows_query_log_events = OFF"],
    },
    "mariadb_rows": {
        "server": "mariadb",
        "rotate": True,
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, v varchar(300) CHARACTER SET utf8mb4, l char(5) CHARACTER SET latin1,"
            " n bigint unsigned, d decimal(12,4), e enum('a','ä') CHARACTER SET latin1, s set('x','y'), b blob,"
            " t timestamp(6) NULL, h time(3), y datetime(2), j json)",
            "INSERT INTO t VALUES (1, 'one 🌊', 'é', 18446744073709551615, -1.5, 'ä', 'x,y', x'00FF', '2024-02-29 12:34:56.5',"
            " '-01:02:03.004', '2024-02-29 23:59:59.99', '{\"a\": 1}'), (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,"
            " NULL, NULL, NULL)",
            "UPDATE t SET n = 1, v = repeat('x', 300) WHERE id = 1",
            ("START TRANSACTION", "INSERT INTO t (id, v) VALUES (3, 'three')", "DELETE FROM t WHERE id = 1", "COMMIT"),
            "TRUNCATE TABLE t",
        ],
    },
    "mariadb_compressed": {
        "server": "mariadb",
        "before": ["SET GLOBAL log_bin_compress = ON", "SET GLOBAL log_bin_compress_min_len = 10"],
        "after": ["SET GLOBAL log_bin_compress = OFF"],
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, v varchar(300), c text COMMENT 'a comment that is long enough to gain by it')",
            "INSERT INTO t VALUES (1, repeat('a', 300), repeat('b', 3000)), (2, 'two', NULL), (3, NULL, '')",
            "UPDATE t SET v = repeat('c', 200) WHERE id < 3",
            "DELETE FROM t WHERE id = 1",
        ],
    },
    "mariadb_compressed_columns": {
        "server": "mariadb",
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY, v varchar(300) COMPRESSED CHARACTER SET utf8mb4, s varchar(80) COMPRESSED"
            " CHARACTER SET latin1, x text COMPRESSED CHARACTER SET utf8mb4, m mediumtext COMPRESSED CHARACTER SET latin1,"
            " b blob COMPRESSED, w varbinary(400) COMPRESSED, n int)",
            "INSERT INTO t VALUES (1, repeat('ä', 300), repeat('é', 80), repeat('🌊', 500), repeat('ü', 70000),"
            " repeat(x'00ff', 200), repeat(x'01', 400), 42), (2, 'short', '', 'x', '', '', x'00', 1), (3, NULL, NULL, NULL,"
            " NULL, NULL, NULL, NULL)",
            "SET column_compression_zlib_wrap = ON",
            "UPDATE t SET v = repeat('b', 299), x = repeat('c', 400) WHERE id = 1",
        ],
    },
    "mariadb_minimal_metadata": {
        "server": "mariadb",
        "metadata": "NO_LOG",
        "sql": [
            "CREATE TABLE t (id int unsigned PRIMARY KEY, v varchar(10) CHARACTER SET latin1, e enum('a','b'))",
            "INSERT INTO t VALUES (4294967295, 'ä', 'b')",
        ],
    },
    "mariadb_xa": {
        "server": "mariadb",
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY)",
            ("XA START 'branch', 'q', 3", "INSERT INTO t VALUES (1)", "XA END 'branch', 'q', 3", "XA PREPARE 'branch', 'q', 3"),
            "XA COMMIT 'branch', 'q', 3",
        ],
    },
    "xa": {
        "sql": [
            "CREATE TABLE t (id int PRIMARY KEY)",
            ("XA START 'branch', 'q', 3", "INSERT INTO t VALUES (1)", "XA END 'branch', 'q', 3", "XA PREPARE 'branch', 'q', 3"),
            "XA COMMIT 'branch', 'q', 3",
            ("XA START 'one'", "INSERT INTO t VALUES (2)", "XA END 'one'", "XA COMMIT 'one' ONE PHASE"),
        ],
    },
}
