"""The tables of the workload: what their keys are like, and how to make keys and cells at random.

A table has `slots` 0 .. n-1. A slot is a row identity: key(slot, form) makes its key cells, and forms of one slot are
different texts that the server takes for one key (case, trailing blanks). A slot belongs to one worker.
"""

import ipaddress
import json
import string
import struct
import uuid

from oracle.cells import scaled

_WORDS = ("naïve", "größe", "plain", "O'Brien", 'say "x"', "back\\slash", "tab\there", "two\nlines", "日本語", "🌊 wave", "", " ")
_EPOCH_RANGE = 2_000_000_000  # seconds, for dates


class WorkloadTable:
    """DDL and generators of one table."""

    database = "oracle"

    def __init__(self, name, key_ddl, primary, make_key, cargo, forms=1, options="DEFAULT CHARSET=utf8mb4", flavour=None):
        self.name = name
        self.flavour = flavour  # the one server that has it
        self.key_names = [part.strip() for part in primary.split(",")]
        self.forms = forms
        self._make_key = make_key
        self.cargo = [(column, *_ALL_CARGO[column]) for column in cargo]
        columns = [f"  {line}" for line in key_ddl]
        columns.append("  version BIGINT NOT NULL")
        columns += [f"  {column} {ddl}" for column, ddl, _ in self.cargo]
        self.ddl = f"CREATE TABLE {self.id} (\n" + ",\n".join(columns) + f",\n  PRIMARY KEY ({primary})\n) {options}"
        # Columns it may be read by instead of its key: they repeat, may be NULL, and change while it is read.
        self.surrogates = ["version"] + [column for column, _, _ in self.cargo if column in _SURROGATES]
        self.columns = self.key_names + ["version"] + [column for column, _, _ in self.cargo]

    @property
    def id(self):
        return f"{self.database}.{self.name}"

    def key(self, slot, form=0):
        """Canonical key cells of a slot by name."""
        return self._make_key(slot, form)

    def random_cargo(self, rng, some=False):
        """Canonical cells for the other columns: all of them, or one to three of them."""
        chosen = self.cargo
        if some and chosen:
            chosen = rng.sample(chosen, rng.randint(1, min(3, len(chosen))))
        return {column: None if nullable(ddl) and rng.random() < 0.1 else make(rng) for column, ddl, make in chosen}


def nullable(ddl):
    return "NOT NULL" not in ddl


def parameter(name, value):
    """A canonical cell as a parameter of pymysql."""
    if value is None:
        return None
    convert = _TO_SQL.get(name)
    return convert(value) if convert else value


# -- cells -------------------------------------------------------------------------------------------------------------


def _date_text(days):
    """Civil date of days since the epoch."""
    days += 719468
    era = days // 146097
    of_era = days - era * 146097
    year_of_era = (of_era - of_era // 1460 + of_era // 36524 - of_era // 146096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * of_year + 2) // 153
    day = of_year - (153 * shifted + 2) // 5 + 1
    month = shifted + 3 if shifted < 10 else shifted - 9
    return f"{year_of_era + era * 400 + (month <= 2):04d}-{month:02d}-{day:02d}"


def _instant_text(micros):
    seconds, fraction = divmod(micros, 1_000_000)
    days, clock = divmod(seconds, 86400)
    return f"{_date_text(days)} {clock // 3600:02d}:{clock // 60 % 60:02d}:{clock % 60:02d}.{fraction:06d}"


def _duration_text(micros):
    sign, micros = ("-", -micros) if micros < 0 else ("", micros)
    seconds, fraction = divmod(micros, 1_000_000)
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{fraction:06d}"


def _text(rng):
    return " ".join(rng.choice(_WORDS) for _ in range(rng.randint(0, 6)))


def _latin(rng):
    return "".join(rng.choice("abcäöüéß€ÿ ") for _ in range(rng.randint(0, 20))).strip() + "."


def _json(rng):
    """A document as the server prints it: keys by length, then bytes."""

    def value(depth):
        kind = rng.randint(0, 6 if depth < 2 else 4)
        if kind == 0:
            return rng.randint(-(2**40), 2**40)
        if kind == 1:
            return rng.choice(("", "x", "größe", 'a"b', "🌊", "line\nline"))
        if kind == 2:
            return rng.choice((True, False))
        if kind == 3:
            return None
        if kind == 4:
            return rng.randint(-1000, 1000) + 0.5
        if kind == 5:
            return [value(depth + 1) for _ in range(rng.randint(0, 4))]
        names = sorted({rng.choice("abcdefgh") * rng.randint(1, 3) for _ in range(rng.randint(0, 4))},
                       key=lambda n: (len(n), n))
        return {name: value(depth + 1) for name in names}

    return json.dumps({"v": value(0)}, ensure_ascii=False)


def _sorted(value):
    """Members in the server's order."""
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value, key=lambda n: (len(n), n))}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _containers(value, path="$"):
    """Objects and arrays of a document with their paths."""
    if isinstance(value, dict):
        yield path, value
        for name, item in value.items():
            yield from _containers(item, f"{path}.{name}")
    elif isinstance(value, list):
        yield path, value
        for at, item in enumerate(value):
            yield from _containers(item, f"{path}[{at}]")


def patched(rng, text):
    """A change inside a document: an SQL expression over the column `doc`, its parameters, and what comes out."""
    if text is None or len(text) < 300:  # a small one is logged whole
        document = {"list": [rng.randint(0, 99) for _ in range(rng.randint(0, 9))], "v": json.loads(_json(rng)), "long": "größe " * 60}
        text = json.dumps(_sorted(document), ensure_ascii=False)
        return "%s", [text], text
    document = json.loads(text)
    expression, parameters = "doc", []
    for _ in range(rng.randint(1, 3)):
        path, inside = rng.choice(list(_containers(document)))
        is_list = isinstance(inside, list)
        there = list(range(len(inside))) if is_list else sorted(set(inside) - {"long"})
        kind = rng.choice(("SET", "SET", "REPLACE", "REMOVE")) if there else "SET"
        new = len(inside) if is_list else rng.choice("abcdefgh") * rng.randint(1, 3)
        at = rng.choice(there) if there and (kind != "SET" or rng.random() < 0.5) else new
        parameters.append(f"{path}[{at}]" if is_list else f"{path}.{at}")
        if kind == "REMOVE":
            expression = f"JSON_REMOVE({expression}, %s)"
            del inside[at]
            continue
        value = rng.choice((None, True, rng.randint(-(2**40), 2**40), rng.randint(-1000, 1000) + 0.5, "", "größe", 'a"b\n', [], {"a": 1}))
        expression = f"JSON_{kind}({expression}, %s, CAST(%s AS JSON))"
        parameters.append(json.dumps(value, ensure_ascii=False))
        if is_list and at == len(inside):
            inside.append(value)
        else:
            inside[at] = value
    return expression, parameters, json.dumps(_sorted(document), ensure_ascii=False)


def _integer(least, most):
    return lambda rng: rng.choice((least, most, rng.randint(least, most)))


def _raw(most):
    return lambda rng: rng.randbytes(rng.choice((0, 1, rng.randint(0, most))))


def _letters_of(alphabet):
    return lambda rng: ("".join(rng.choice(alphabet) for _ in range(rng.randint(0, 12))) + "x")[:20]


def _coordinates(rng, points):
    return struct.pack(f"<{2 * points}d", *(rng.choice((0.0, -0.5, rng.uniform(-180, 180))) for _ in range(2 * points)))


def _geometry(kind, srid, coordinates):
    """As a server stores it: SRID, byte order, type, body."""
    return struct.pack("<IBI", srid, 1, kind) + coordinates


def _shape(rng):
    points = rng.randint(2, 5)
    line = struct.pack("<I", points) + _coordinates(rng, points)
    return rng.choice((_geometry(1, 3857, _coordinates(rng, 1)), _geometry(2, rng.choice((0, 3857)), line)))


# name -> (DDL, generator of canonical values)
_CARGO = {
    "note": ("VARCHAR(200) NULL", _text),
    "body": ("TEXT NULL", lambda r: _text(r) * r.choice((1, 1, 1, 40))),
    "latin": ("VARCHAR(40) CHARACTER SET latin1 NULL", _latin),
    "code": ("CHAR(8) NOT NULL", lambda r: "".join(r.choice(string.ascii_letters) for _ in range(r.randint(0, 8)))),
    "amount": ("DECIMAL(12,2) NOT NULL", lambda r: scaled(r.randint(-(10**11), 10**11), 2)),
    "wide": ("DECIMAL(38,10) NULL", lambda r: scaled(r.randint(-(10**37), 10**37), 10)),
    "ratio": ("DOUBLE NULL", lambda r: r.choice((0.0, r.uniform(-1e9, 1e9), r.uniform(-1, 1) * 10.0 ** r.randint(-200, 200)))),
    "small": ("FLOAT NULL", lambda r: float(r.randint(-(2**24), 2**24))),
    "tiny": ("TINYINT UNSIGNED NOT NULL", lambda r: r.randint(0, 255)),
    "medium": ("MEDIUMINT NULL", lambda r: r.randint(-(2**23), 2**23 - 1)),
    "huge": ("BIGINT UNSIGNED NULL", lambda r: r.choice((0, 2**63, 2**64 - 1, r.randint(0, 2**64 - 1)))),
    "born": ("DATE NULL", lambda r: r.randint(-100_000, 100_000)),
    "span": ("TIME(3) NULL", lambda r: r.randint(-3_020_399_000, 3_020_399_000) * 1000),
    "seen": ("DATETIME(6) NULL", lambda r: r.randint(-_EPOCH_RANGE, _EPOCH_RANGE) * 1_000_000 + r.randint(0, 999_999)),
    "made": ("DATETIME NULL", lambda r: r.randint(-_EPOCH_RANGE, _EPOCH_RANGE) * 1_000_000),
    "moment": ("TIMESTAMP(3) NULL", lambda r: r.randint(1, 2**31 - 1) * 1_000_000 + r.randint(0, 999) * 1000),
    "era": ("YEAR NULL", lambda r: r.randint(1901, 2155)),
    "kind": ("ENUM('new','old','it''s','ü') NULL", lambda r: r.choice(("new", "old", "it's", "ü"))),
    "tags": ("SET('a','b','c','d') NOT NULL", lambda r: ",".join(t for t in "abcd" if r.random() < 0.5)),
    "bits": ("BIT(10) NULL", lambda r: r.randint(0, 1023)),
    "flag": ("BIT(1) NOT NULL", lambda r: r.randint(0, 1)),
    "doc": ("JSON NULL", _json),
    "raw": ("VARBINARY(60) NULL", lambda r: r.randbytes(r.randint(0, 60))),
    "fixed": ("BINARY(6) NULL", lambda r: (r.randbytes(r.randint(0, 6)) + bytes(6))[:6]),
    # What is left of the types that both servers have.
    "tiny_signed": ("TINYINT NULL", _integer(-(2**7), 2**7 - 1)),
    "short": ("SMALLINT NULL", _integer(-(2**15), 2**15 - 1)),
    "short_natural": ("SMALLINT UNSIGNED NULL", _integer(0, 2**16 - 1)),
    "medium_natural": ("MEDIUMINT UNSIGNED NULL", _integer(0, 2**24 - 1)),
    "plain": ("INT NULL", _integer(-(2**31), 2**31 - 1)),
    "counting": ("INT UNSIGNED NULL", _integer(0, 2**32 - 1)),
    "long_signed": ("BIGINT NULL", _integer(-(2**63), 2**63 - 1)),
    "widest": ("DECIMAL(65,30) NULL", lambda r: scaled(r.randint(-(10**65) + 1, 10**65 - 1), 30)),
    "whole": ("DECIMAL(20,0) NOT NULL", lambda r: scaled(r.randint(-(10**20) + 1, 10**20 - 1), 0)),
    "span_whole": ("TIME NULL", lambda r: r.randint(-3_020_399, 3_020_399) * 1_000_000),
    "span_fine": ("TIME(6) NULL", lambda r: r.randint(-3_020_399_000_000, 3_020_399_000_000)),
    "seen_coarse": ("DATETIME(2) NULL", lambda r: r.randint(-_EPOCH_RANGE, _EPOCH_RANGE) * 1_000_000 + r.randint(0, 99) * 10_000),
    "moment_whole": ("TIMESTAMP NULL", lambda r: r.randint(1, 2**31 - 1) * 1_000_000),
    "moment_fine": ("TIMESTAMP(6) NULL", lambda r: r.randint(1, 2**31 - 1) * 1_000_000 + r.randint(0, 999_999)),
    "kinds": ("ENUM(" + ",".join(f"'k{n}'" for n in range(300)) + ") NULL", lambda r: f"k{r.randint(0, 299)}"),
    "many_tags": ("SET(" + ",".join(f"'s{n}'" for n in range(64)) + ") NULL",
                  lambda r: ",".join(f"s{n}" for n in range(64) if r.random() < 0.2)),
    "all_bits": ("BIT(64) NULL", _integer(0, 2**64 - 1)),
    "tiny_text": ("TINYTEXT NULL", _text),
    "medium_text": ("MEDIUMTEXT NULL", lambda r: _text(r) * r.choice((1, 1, 1, 3000))),
    "long_text": ("LONGTEXT NULL", _text),
    "tiny_blob": ("TINYBLOB NULL", _raw(255)),
    "blob_": ("BLOB NULL", _raw(600)),
    "medium_blob": ("MEDIUMBLOB NULL", lambda r: _raw(60)(r) * r.choice((1, 1, 1, 2000))),
    "long_blob": ("LONGBLOB NULL", _raw(60)),
    "cyrillic": ("VARCHAR(40) CHARACTER SET cp1251 NULL", _letters_of("абвЯЖё№ x")),
    "chinese": ("VARCHAR(40) CHARACTER SET gbk NULL", _letters_of("汉字中文ax。")),
    "japanese": ("CHAR(20) CHARACTER SET sjis NULL", _letters_of("ソ表日本カx")),
    "korean": ("VARCHAR(40) CHARACTER SET euckr NULL", _letters_of("한국어x")),
    "two_bytes": ("VARCHAR(40) CHARACTER SET ucs2 NULL", _letters_of("aß汉№")),
    "four_bytes": ("TEXT CHARACTER SET utf32 NULL", _letters_of("aß汉🌊")),
    "surrogates": ("TEXT CHARACTER SET utf16 NULL", _letters_of("aß汉🌊")),
    "spot": ("POINT NULL", lambda r: _geometry(1, 0, _coordinates(r, 1))),
    "shape": ("GEOMETRY NULL", _shape),
}
# Types that only MariaDB has. (VECTOR takes no parameter of ours: tests/live/type_table.py.)
_CARGO_MARIADB = {
    "uid": ("UUID NULL", lambda r: str(uuid.UUID(bytes=r.randbytes(16), version=4))),
    "address": ("INET6 NULL", lambda r: ipaddress.IPv6Address(b"\x20\x01" + r.randbytes(14)).compressed),
    "address4": ("INET4 NULL", lambda r: str(ipaddress.IPv4Address(r.randbytes(4)))),
}
_ALL_CARGO = {**_CARGO, **_CARGO_MARIADB}
_SURROGATES = ("note", "born", "huge", "flag", "small", "span", "tags", "medium", "bits", "era", "kind", "moment", "amount")
_SPELLED = {"DATE": _date_text, "TIME": _duration_text, "DATETIME": _instant_text, "TIMESTAMP": _instant_text}
_TO_SQL = {name: _SPELLED[kind] for name, (ddl, _) in _CARGO.items() if (kind := ddl.split()[0].split("(")[0]) in _SPELLED}


# -- keys --------------------------------------------------------------------------------------------------------------

_VOWELS = {"a": "aáàA", "e": "eéèE", "o": "oóòO", "u": "uúùU"}


def _spread(slot):
    """Another order than that of the slots."""
    return (slot * 2_654_435_761) % 2**32


def _letters(slot):
    """A word for a slot: no two alike, some a beginning of others."""
    word = ""
    n = slot
    while True:
        n, digit = divmod(n, 26)
        word += string.ascii_lowercase[digit]
        if n == 0:
            return word


def _folded(word, form):
    """Texts that an accent- and case-insensitive collation takes for the same."""
    if form == 0:
        return word
    if form == 1:
        return word.upper()
    if form == 2:
        return "".join(_VOWELS.get(c, c)[1 % len(_VOWELS.get(c, c))] for c in word)
    return word.capitalize()


def _swedish_forms(word, form):
    """Texts that latin1_swedish_ci takes for the same: case, é, trailing blanks."""
    if form == 0:
        return word
    if form == 1:
        return word.upper()
    if form == 2:
        return word.replace("e", "é")
    return word + "  "


def _signed(slot, _form):
    return {"id": (slot - 300) * 7}


def _unsigned(slot, _form):
    edges = (0, 1, 2**63 - 1, 2**63, 2**64 - 1)
    return {"id": edges[slot] if slot < len(edges) else 2**62 + _spread(slot) * 1_000_003}


def _mixed(slot, form):
    """Every part repeats; members are declared in another order than their letters have."""
    return {"kind": ("z", "new", "old", "a")[slot % 4], "amount": scaled((slot // 4 % 5) * 25 - 50, 2),
            "seen": (slot // 20 - 3) * 86_400_000_000 + slot % 3, "word": _folded("w" + "aeou"[slot % 4], form)}


def _binary(slot, _form):
    """Binary strings: empty, zero bytes at the end, bytes that are no UTF-8."""
    if slot == 0:
        return {"id": b""}
    return {"id": slot.to_bytes(2, "big") + (b"\0" * (slot % 3)) + (b"\xff\x80" if slot % 5 == 0 else b"")}


ALL = [
    WorkloadTable("t_int", ["id INT NOT NULL"], "id", _signed,
                  ["note", "amount", "seen", "tiny", "doc", "kind", "moment"]),
    WorkloadTable("t_ci", ["id VARCHAR(40) COLLATE utf8mb4_0900_ai_ci NOT NULL"], "id",
                  lambda slot, form: {"id": _folded(_letters(slot), form)},
                  ["note", "wide", "born", "huge", "flag"], forms=4),
    WorkloadTable("t_pair", ["region VARCHAR(20) COLLATE utf8mb4_0900_ai_ci NOT NULL", "number SMALLINT UNSIGNED NOT NULL",
                             "part VARBINARY(8) NOT NULL"], "region, number, part",
                  lambda slot, form: {"region": _folded("reg" + "aeou"[slot % 4], form), "number": slot // 4 % 50,
                                      "part": bytes([slot // 200])},
                  ["ratio", "small", "span", "tags", "body"], forms=4),
    WorkloadTable("t_latin", ["id VARCHAR(30) CHARACTER SET latin1 COLLATE latin1_swedish_ci NOT NULL"], "id",
                  lambda slot, form: {"id": _swedish_forms("e" + "åäöx"[slot % 4] + _letters(slot), form)},
                  ["latin", "medium", "made", "raw"], forms=4),
    WorkloadTable("t_mixed", ["kind ENUM('z','new','old','a') NOT NULL", "amount DECIMAL(9,2) NOT NULL", "seen DATETIME(6) NOT NULL",
                              "word VARCHAR(9) COLLATE utf8mb4_0900_ai_ci NOT NULL"], "kind, amount, seen, word", _mixed,
                  ["note", "born", "small"], forms=4),
    WorkloadTable("t_types", ["id INT NOT NULL"], "id", _signed, list(_CARGO), flavour="mysql"),
    WorkloadTable("t_types", ["id INT NOT NULL"], "id", _signed, [*_CARGO, *_CARGO_MARIADB], flavour="mariadb"),
    WorkloadTable("t_bin", ["id VARBINARY(16) NOT NULL"], "id", _binary, ["code", "bits", "fixed", "era"]),
    WorkloadTable("t_big", ["id BIGINT UNSIGNED NOT NULL"], "id", _unsigned, ["note", "doc", "moment"]),
    WorkloadTable("t_exact", ["id CHAR(12) COLLATE utf8mb4_bin NOT NULL"], "id",
                  lambda slot, form: {"id": _letters(slot) if slot % 2 else _letters(slot - 1 if slot else 0).upper() + str(slot)},
                  ["amount", "note"]),
    WorkloadTable("t_late", ["b INT NOT NULL", "a INT NOT NULL"], "a, b",
                  lambda slot, _form: {"a": slot % 17, "b": slot // 17}, ["note", "seen", "small"]),
]
