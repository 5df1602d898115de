"""The schema that a record has for a column of type_table.py in a mode: Debezium's documented one of the 3.6 line."""

import re

TIME, CONNECT, DATA = "io.debezium.time.", "org.apache.kafka.connect.data.", "io.debezium.data."
WKB, SRID = {"type": "bytes", "optional": False, "field": "wkb"}, {"type": "int32", "optional": True, "field": "srid"}
COORDINATES = [{"type": "double", "optional": False, "field": name} for name in "xy"]

# First word of the type -> JSON type and name; with " UNSIGNED" where that differs.
PLAIN = {
    "TINYINT": ("int16",), "BOOL": ("int16",), "SMALLINT": ("int16",), "SMALLINT UNSIGNED": ("int32",), "MEDIUMINT": ("int32",),
    "INT": ("int32",), "INT UNSIGNED": ("int64",), "BIGINT": ("int64",), "BIGINT UNSIGNED": ("int64",),
    "FLOAT": ("float",), "DOUBLE": ("double",), "REAL": ("double",),
    "CHAR": ("string",), "NCHAR": ("string",), "VARCHAR": ("string",), "TINYTEXT": ("string",), "TEXT": ("string",), "MEDIUMTEXT": ("string",),
    "LONGTEXT": ("string",), "BINARY": ("bytes",), "VARBINARY": ("bytes",), "TINYBLOB": ("bytes",), "BLOB": ("bytes",), "MEDIUMBLOB": ("bytes",),
    "LONGBLOB": ("bytes",), "ENUM": ("string", DATA + "Enum"), "SET": ("string", DATA + "EnumSet"),
    "DATE": ("int32", TIME + "Date"), "TIME": ("int64", TIME + "MicroTime"), "TIMESTAMP": ("string", TIME + "ZonedTimestamp"),
    "YEAR": ("int32", TIME + "Year"), "UUID": ("string", DATA + "Uuid"), "INET4": ("string",), "INET6": ("string",),
}
# (first word, mode) -> the same.
IN_MODE = {
    ("DECIMAL", "string"): ("string",), ("DECIMAL", "double"): ("double",),
    ("DATE", "connect"): ("int32", CONNECT + "Date"), ("DATE", "isostring"): ("string", TIME + "IsoDate"),
    ("TIME", "connect"): ("int32", CONNECT + "Time"), ("TIME", "isostring"): ("string", TIME + "IsoTime"),
    ("TIME", "nanoseconds"): ("int64", TIME + "NanoTime"),
    ("DATETIME", "connect"): ("int64", CONNECT + "Timestamp"), ("DATETIME", "isostring"): ("string", TIME + "IsoTimestamp"),
    ("DATETIME", "microseconds"): ("int64", TIME + "MicroTimestamp"), ("DATETIME", "nanoseconds"): ("int64", TIME + "NanoTimestamp"),
}
IN_MODE.update({(word, mode): ("string",) for word in PLAIN if PLAIN[word] == ("bytes",) for mode in ("base64", "hex", "url_safe")})
GEOMETRIES = ("GEOMETRY", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION")


def decimal(precision, scale):
    return "bytes", CONNECT + "Decimal", {"scale": str(scale), "connect.decimal.precision": str(precision)}


def form(ddl, modes, flavour):
    """JSON type, name, parameters; as much as there is."""
    word, digits, scale = re.match(r"(\w+)(?:\((\d+)(?:,(\d+))?\))?", ddl).groups()
    if word in ("ENUM", "SET"):
        members = [quoted.replace("''", "'") for quoted in re.findall(r"'((?:[^']|'')*)'", ddl[: ddl.rindex(")")])]
        return (*PLAIN[word], {"allowed": ",".join(members)})
    if word == "BIT":
        return ("boolean",) if digits == "1" else ("bytes", DATA + "Bits", {"length": digits})
    if word == "JSON":
        return ("string", DATA + "Json") if flavour == "mysql" else ("string",)
    if word == "FLOAT" and (scale or int(digits or 0) > 24):
        return ("double",)
    if word == "BIGINT" and ("UNSIGNED" in ddl or "ZEROFILL" in ddl) and "precise" in modes:
        return decimal(20, 0)
    for mode in modes:
        if (word, mode) in IN_MODE:
            return IN_MODE[word, mode]
    if word == "DECIMAL":
        return decimal(digits or 10, scale or 0)
    if word == "DATETIME":
        return "int64", TIME + ("MicroTimestamp" if int(digits or 0) > 3 else "Timestamp")
    return PLAIN[f"{word} UNSIGNED" if f"{word} UNSIGNED" in PLAIN and ("UNSIGNED" in ddl or "ZEROFILL" in ddl) else word]


def schema(column, modes, flavour):
    """The whole object, in the order of its keys."""
    word, optional = re.match(r"\w+", column.ddl).group(), not column.required
    if word in GEOMETRIES:  # optional whatever the column is
        return {"type": "struct", "fields": [WKB, SRID], "optional": True, "name": DATA + "geometry.Geometry", "version": 1,
                "doc": "Geometry", "field": column.name}
    if word == "POINT":
        return {"type": "struct", "fields": [*COORDINATES, {**WKB, "optional": True}, SRID], "optional": optional,
                "name": DATA + "geometry.Point", "version": 1, "doc": "Geometry (POINT)", "field": column.name}
    if word == "VECTOR":
        return {"type": "array", "items": {"type": "float", "optional": False}, "optional": optional, "name": DATA + "FloatVector", "version": 1,
                "field": column.name}
    kind, name, parameters = (*form(column.ddl, modes, flavour), None, None)[:3]
    out = {"type": kind, "optional": optional}
    if name:
        out.update(name=name, version=1)
    if parameters:
        out["parameters"] = parameters
    if column.default:
        default = "1970-01-01T00:00:00Z" if "CURRENT_TIMESTAMP" in column.ddl else column.of_default(column.null, modes)
        if default is not None:
            out["default"] = default
    return {**out, "field": column.name}
