"""The source as it is: table structures and rows, read over a connection of our own."""

from pymysql import converters

from oracle.cells import Column, Table, select_expression, text_reader

# Values come as the server's text; only parameters are converted.
_ENCODERS = {key: value for key, value in converters.conversions.items() if not isinstance(key, int)}


def plain_connection(server, **options):
    """A connection whose results are text (bytes for binary columns), with session values that hide nothing."""
    connection = server.connect(conv=_ENCODERS, **options)
    with connection.cursor() as cursor:
        unlimited = "max_statement_time" if server.flavour == "mariadb" else "max_execution_time"
        cursor.execute(f"SET SESSION time_zone = '+00:00', sql_mode = '', {unlimited} = 0")
    return connection


def describe(connection, names):
    """{'db.table': Table} for names of the form db.table."""
    tables = {}
    for name in names:
        database, _, table = name.partition(".")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT column_name, data_type, column_type, is_nullable, numeric_scale, datetime_precision,"
                " collation_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
                " ORDER BY ordinal_position",
                (database, table),
            )
            columns = [
                Column(_str(row[0]), _str(row[1]).lower(), _str(row[2]).lower(), _str(row[3]) == "YES",
                       int(row[4] or 0), int(row[5] or 0), _str(row[6]))
                for row in cursor.fetchall()
            ]
            cursor.execute(
                "SELECT column_name FROM information_schema.statistics WHERE table_schema = %s AND table_name = %s"
                " AND index_name = 'PRIMARY' ORDER BY seq_in_index",
                (database, table),
            )
            key = [_str(row[0]) for row in cursor.fetchall()]
        if not columns:
            raise LookupError(f"no table {name} on the server")
        tables[name] = Table(database, table, columns, key)
    return tables


def rows(connection, table):
    """All rows of a table as {identity: canonical row}."""
    names = [column.name for column in table.columns]
    readers = [text_reader(column) for column in table.columns]
    sql = "SELECT " + ", ".join(map(select_expression, table.columns))
    sql += f" FROM `{table.database}`.`{table.name}`"
    found = {}
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for cells in cursor.fetchall():
            row = {n: None if c is None else read(c) for n, read, c in zip(names, readers, cells)}
            found[table.identity_of_row(row)] = row
    return found


def _str(value):
    return value.decode() if isinstance(value, bytes) else value
