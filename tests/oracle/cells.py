"""What a cell is, whichever way it came: from Debezium's JSON or from the server's own text.

Both readers yield the same canonical value for the same stored cell, so that `==` compares cells:

    integers, YEAR, BIT      int
    DECIMAL                  decimal.Decimal
    FLOAT                    float rounded to single precision;  DOUBLE: float
    character types, ENUM, SET, JSON    str
    binary types             bytes
    spatial types            bytes: SRID, little-endian, and WKB
    UUID, INET4, INET6       str; of INET6 the form of RFC 5952
    DATE                     days since 1970-01-01
    TIME                     signed microseconds
    DATETIME, TIMESTAMP      microseconds since 1970-01-01 00:00:00 (TIMESTAMP: UTC)

Debezium's forms are those of its default options: decimals as Base64 of the unscaled value, DATE as days, TIME as
MicroTime, DATETIME as Timestamp or MicroTimestamp by its digits, TIMESTAMP as text, BIT as little-endian bytes.
"""

import base64
import ipaddress
import re
import struct
import unicodedata
from dataclasses import dataclass, field
from decimal import Context, Decimal

# More digits than DECIMAL has: scaling never rounds.
_EXACT = Context(prec=100)

INTEGERS = ("tinyint", "smallint", "mediumint", "int", "bigint")
TEXTS = ("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set", "json", "uuid", "inet4")
BINARIES = ("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob")
GEOMETRIES = ("geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geomcollection",
              "geometrycollection")


@dataclass
class Column:
    """One column as information_schema describes it."""

    name: str
    data_type: str  # lower case: int, varchar, ...
    column_type: str  # int unsigned, enum('a','b'), ...
    nullable: bool = True
    scale: int = 0
    digits: int = 0  # of fractional seconds
    collation: str | None = None

    @property
    def unsigned(self):
        return "unsigned" in self.column_type


@dataclass
class Table:
    """One table: its columns in order and the columns of its record key."""

    database: str
    name: str
    columns: list
    key: list = field(default_factory=list)

    def __post_init__(self):
        self.by_name = {column.name: column for column in self.columns}
        self._readers = {column.name: json_reader(column) for column in self.columns}
        self._key = [(self.by_name[name], self._readers[name]) for name in self.key]

    @property
    def id(self):
        return f"{self.database}.{self.name}"

    def row(self, image):
        """A record's before or after image as canonical cells."""
        readers = self._readers
        return {name: None if value is None else readers[name](value) for name, value in image.items()}

    def identity(self, image):
        """The key cells of an image (or of a record key) as the server compares them."""
        return tuple(
            None if image[column.name] is None else collated(column, reader(image[column.name]))
            for column, reader in self._key
        )

    def identity_of_row(self, row):
        """The same for canonical cells."""
        return tuple(collated(column, row[column.name]) for column, _ in self._key)


# -- equality of keys --------------------------------------------------------------------------------------------------


def collated(column, value):
    """A key cell in a form that is equal exactly when the server takes two keys for one.

    Exact for the alphabets that the workload uses: letters, digits, blanks, accented Latin letters.
    """
    if not isinstance(value, str) or column.collation is None:
        return value
    collation = column.collation
    if "_0900_" not in collation and "_nopad_" not in collation:
        value = value.rstrip(" ")  # PAD SPACE
    if collation.endswith(("_bin", "_as_cs")):
        return value
    if collation == "latin1_swedish_ci":
        return "".join(_swedish(c) for c in value.casefold())
    if not collation.endswith("_as_ci"):
        value = "".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c))
    return value.casefold()


def _swedish(letter):
    """å, ä and ö are letters of their own."""
    if letter in "åäö":
        return letter
    return unicodedata.normalize("NFD", letter)[0]


# -- from Debezium's JSON ----------------------------------------------------------------------------------------------


def json_reader(column):
    """The function that makes a non-null JSON value of this column canonical."""
    kind = column.data_type
    if kind == "bigint" and column.unsigned:
        return lambda v: _integer(v) & 0xFFFFFFFFFFFFFFFF
    if kind in INTEGERS or kind == "year":
        return _integer
    if kind == "decimal":
        scale = column.scale
        return lambda v: scaled(int.from_bytes(_bytes(v), "big", signed=True), scale)
    if kind == "float":
        return lambda v: single(_number(v))
    if kind == "double":
        return _number
    if kind in TEXTS:
        return _text
    if kind in BINARIES:
        return _bytes
    if kind in GEOMETRIES:
        return _geometry
    if kind == "inet6":
        return _address
    if kind in ("date", "time"):
        return _integer
    if kind == "datetime":
        return _integer if column.digits > 3 else lambda v: _integer(v) * 1000
    if kind == "timestamp":
        return _zoned
    if kind == "bit":
        return _bits
    raise ValueError(f"no reader for column {column.name} of type {column.column_type}")


def _integer(value):
    if type(value) is not int:
        raise ValueError(f"an integer was expected, not {value!r}")
    return value


def _number(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"a number was expected, not {value!r}")
    return float(value)


def _text(value):
    if not isinstance(value, str):
        raise ValueError(f"a string was expected, not {value!r}")
    return value


def _bytes(value):
    return base64.b64decode(_text(value), validate=True)


def _geometry(value):
    """Debezium leaves an SRID of 0 out."""
    return struct.pack("<I", value["srid"] or 0) + _bytes(value["wkb"])


def _address(value):
    """Servers shorten a lone group of zeros, others do not."""
    return ipaddress.IPv6Address(value.decode() if isinstance(value, bytes) else _text(value)).compressed


def _bits(value):
    if isinstance(value, bool):
        return int(value)
    return int.from_bytes(_bytes(value), "little")


_ZONED = re.compile(r"^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?Z$")


def _zoned(value):
    match = _ZONED.match(_text(value))
    if not match:
        raise ValueError(f"a timestamp like 2024-02-29T23:59:59.12Z was expected, not {value!r}")
    *parts, fraction = match.groups()
    return micros(*map(int, parts), fraction)


# -- from the server's text --------------------------------------------------------------------------------------------


def select_expression(column):
    """How to select a column so that its text holds the whole cell."""
    name = "`" + column.name.replace("`", "``") + "`"
    if column.data_type in ("float", "bit"):
        return f"{name} + 0.0e0" if column.data_type == "float" else f"{name} + 0"
    return name


def text_reader(column):
    """The function that makes a non-null text (or bytes) of the server canonical."""
    kind = column.data_type
    if kind in INTEGERS or kind in ("year", "bit"):
        return int
    if kind == "decimal":
        return Decimal
    if kind == "float":
        return lambda v: single(float(v))
    if kind == "double":
        return float
    if kind in TEXTS:
        return lambda v: v.decode() if isinstance(v, bytes) else v
    if kind == "inet6":
        return _address
    if kind in BINARIES + GEOMETRIES:
        return lambda v: v.encode() if isinstance(v, str) else v
    empty = None if column.nullable else 0
    if kind == "date":
        return lambda v: days(v, empty)
    if kind == "time":
        return duration
    if kind in ("datetime", "timestamp"):
        return lambda v: instant(v, empty)
    raise ValueError(f"no reader for column {column.name} of type {column.column_type}")


def scaled(unscaled, scale):
    """unscaled / 10**scale."""
    return Decimal(unscaled).scaleb(-scale, _EXACT)


def single(value):
    return struct.unpack("f", struct.pack("f", value))[0]


def days_from_civil(year, month, day):
    """Days since 1970-01-01 of the proleptic Gregorian calendar."""
    year -= month <= 2
    era = year // 400
    of_era = year - era * 400
    of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719468


def micros(year, month, day, hour, minute, second, fraction):
    seconds = days_from_civil(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    return seconds * 1_000_000 + int((fraction or "").ljust(6, "0"))


def days(text, empty=None):
    year, month, day = map(int, text.split("-"))
    return days_from_civil(year, month, day) if year and month and day else empty


def instant(text, empty=None):
    date, _, clock = text.partition(" ")
    year, month, day = map(int, date.split("-"))
    if not (year and month and day):
        return empty
    clock, _, fraction = clock.partition(".")
    return micros(year, month, day, *map(int, clock.split(":")), fraction)


def duration(text):
    sign = -1 if text.startswith("-") else 1
    clock, _, fraction = text.lstrip("-").partition(".")
    hours, minutes, seconds = map(int, clock.split(":"))
    return sign * ((hours * 3600 + minutes * 60 + seconds) * 1_000_000 + int(fraction.ljust(6, "0")))
