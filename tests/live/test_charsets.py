"""Every character of every charset of the server: a record shows what the server converts, from SELECT and from the stream."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import charsets  # pylint: disable=wrong-import-position
from harness.servers import Mysql  # pylint: disable=wrong-import-position
from live.support import LiveTest  # pylint: disable=wrong-import-position

CHARACTERS_PER_ROW = 5000
SUPPLEMENTARY_STEP = 997  # beyond the BMP there are rules and no tables: samples do


def code_points(supplementary):
    points = [p for p in range(0x10000) if not 0xD800 <= p <= 0xDFFF]
    return points + (list(range(0x10000, 0x110000, SUPPLEMENTARY_STEP)) + [0x10FFFF] if supplementary else [])


def utf8(raw):
    """Bytes the server sent as UTF-8; a record shows what is none (surrogates of ucs2) as U+FFFD."""
    return raw.decode("utf-8", "replace")


class OnMysql(LiveTest):
    """Tables of one column, a row for each few thousand characters; then ENUM, SET and defaults in each charset."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.make_server()
        cls.addClassCleanup(cls.server.stop)
        cls.names = charsets.of_server(cls.server)

    @classmethod
    def make_server(cls):
        return Mysql()

    def sequences(self, charset):
        """What the charset can hold, in order."""
        if charset in charsets.UNICODE:
            points = code_points(charset not in ("ucs2", "utf8mb3"))
            return [chr(p).encode(charsets.UNICODE[charset]) for p in points]
        found = list(charsets.stored(self.server, charset, charsets.candidates(charset)))
        if charset == "gb18030":
            found += [charsets.four_bytes(i) for i in range(4 * 12600)]
            found += [charsets.four_bytes(15 * 12600 + i) for i in range(0, 0x100000, SUPPLEMENTARY_STEP)]
        return found

    def fill(self, charset):
        """A table with all characters, in rows that are stored as they were sent; the texts by id."""
        found = self.sequences(charset)
        if charset == "ucs2":
            found += [bytes([high, low]) for high in range(0xD8, 0xE0) for low in range(0, 256, 51)]  # surrogates, unpaired
        rows = [b"".join(found[at : at + CHARACTERS_PER_ROW]) for at in range(0, len(found), CHARACTERS_PER_ROW)]
        self.sql(f"CREATE TABLE shop.all_{charset} (id INT PRIMARY KEY, t LONGTEXT CHARACTER SET {charset})")
        values = ", ".join(f"({i}, _binary x'{row.hex()}')" for i, row in enumerate(rows))
        self.sql(f"INSERT INTO shop.all_{charset} VALUES {values}")
        kept = self.server.query(f"SELECT id, HEX(t) FROM shop.all_{charset} ORDER BY id")
        self.assertEqual([row.hex().upper() for row in rows], [text for _, text in kept])
        texts = self.server.query(f"SELECT id, t FROM shop.all_{charset}", use_unicode=False)
        return {identity: utf8(text) for identity, text in texts}

    def test_every_character(self):
        expected = {charset: self.fill(charset) for charset in self.names}
        engine = self.engine(signals=False).start()
        engine.wait_for_log("event=stream.started", timeout=120)
        for charset in self.names:
            self.sql(f"INSERT INTO shop.all_{charset} SELECT id + 1000, t FROM shop.all_{charset}")
        for charset, texts in expected.items():
            with self.subTest(charset=charset):
                changes = self.wait_for_changes(engine, 2 * len(texts), f"all_{charset}", timeout=120)
                self.assertEqual(2 * len(texts), len(changes))
                for change in changes:
                    after = change["value"]["after"]
                    self.assertTrue(texts[after["id"] % 1000] == after["t"], f"{charset}, row {after['id']}")
        self.assert_stops(engine)

    def sample(self, charset):
        """A few characters that the charset has beyond ASCII, none of them beyond the BMP; as text."""
        wanted = "äßñřżłЖяΩαשا日本語中文한글がｱթბท☺"
        connection = self.server.connect()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT CONVERT(CONVERT(%s USING {charset}) USING utf8mb4)", (wanted,))
            text = cursor.fetchone()[0]
        connection.close()
        return "".join(c for c in text if c != "?")[:6] or "plain"

    def test_members_and_defaults(self):
        rows = {}
        for charset in self.names:
            one = self.sample(charset)
            rows[charset] = {"e": one + "x", "s": f"a,{one}", "c": one, "v": one + " ", "d": one}
            self.sql(f"CREATE TABLE shop.some_{charset} (id INT PRIMARY KEY, e ENUM('a', '{one}x'), s SET('a', '{one}', 'b'), c CHAR(9),"
                     f" v VARCHAR(9), d VARCHAR(9) NOT NULL DEFAULT '{one}') CHARACTER SET {charset}")
        insert = "INSERT INTO shop.some_{} (id, e, s, c, v) VALUES ({}, '{e}', '{s}', '{c}', '{v}')"
        self.sql(*(insert.format(charset, 1, **row) for charset, row in rows.items()))
        engine = self.engine(signals=False, **{"value.converter.schemas.enable": "true"}).start()
        engine.wait_for_log("event=stream.started")
        self.sql(*(insert.format(charset, 2, **row) for charset, row in rows.items()))
        for charset, row in rows.items():
            with self.subTest(charset=charset):
                for change in self.wait_for_changes(engine, 2, f"some_{charset}"):
                    value = change["value"]["payload"]
                    self.assertEqual({"id": value["after"]["id"], **row}, value["after"])
                    fields = {f["field"]: f for f in change["value"]["schema"]["fields"][1]["fields"]}
                    self.assertEqual(f"a,{row['e']}", fields["e"]["parameters"]["allowed"])
                    self.assertEqual(row["d"], fields["d"]["default"])
        self.assert_stops(engine)


class OnMysqlWithMinimalMetadata(OnMysql):
    """Members then come from information_schema."""

    @classmethod
    def make_server(cls):
        return Mysql(binlog_row_metadata="MINIMAL")

    test_every_character = None  # the same bytes as with FULL metadata


if __name__ == "__main__":
    unittest.main()
