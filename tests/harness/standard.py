"""What most tests give the engine: an account with its grants, a signal table, a configuration, signals by SQL."""

import json
import random
import uuid

from harness.engine import Engine

SIGNAL_DDL = "CREATE TABLE {} (id VARCHAR(42) PRIMARY KEY, type VARCHAR(32) NOT NULL, data VARCHAR(2048) NULL)"
USER, PASSWORD = "tidemark", "tide-Mark.9"
GLOBAL_GRANTS = ("SELECT, RELOAD, LOCK TABLES, SHOW DATABASES, REPLICATION SLAVE, REPLICATION CLIENT ON *.*",)

# One partition is as many as a test needs.
OFFSETS_IN_A_TOPIC = {
    "offset.storage": "org.apache.kafka.connect.storage.KafkaOffsetBackingStore",
    "offset.storage.partitions": 1, "offset.storage.replication.factor": 1, "offset.storage.file.filename": None,
}

CLASSES = {
    "mysql": "io.debezium.connector.mysql.MySqlConnector",
    "mariadb": "io.debezium.connector.mariadb.MariaDbConnector",
}


def account(server, signal_table=None, name=USER, password=PASSWORD):
    """Creates the engine's account with exactly what the README says it needs."""
    grants = list(GLOBAL_GRANTS)
    if signal_table:
        grants.append(f"INSERT, DELETE ON {signal_table}")
    server.create_user(name, password, grants)


def properties(server, folder, sink="file", **more):
    """A configuration for a server; names with dots go through `more` as a dict: **{"snapshot.mode": "no_data"}."""
    settings = {
        "name": "tidemark-test",
        "connector.class": CLASSES[server.flavour],
        "topic.prefix": "tm",
        "database.hostname": server.host,
        "database.port": server.port,
        "database.user": USER,
        "database.password": PASSWORD,
        "database.server.id": random.SystemRandom().randrange(10_000, 2**31),
        "offset.storage.file.filename": folder / "offsets.json",
        "offset.flush.interval.ms": 100,
        "key.converter.schemas.enable": "false",
        "value.converter.schemas.enable": "false",
        "header.converter.schemas.enable": "false",
        # Only some tests are about them.
        "include.schema.changes": "false",
        "debezium.sink.type": sink,
    }
    if sink == "file":
        settings["debezium.sink.file.path"] = f"{folder / 'records'}/"
    settings.update(more)
    return {name: value for name, value in settings.items() if value is not None}


def engine(server, folder, sink="file", name="engine", env=None, **more):
    """An Engine on such a configuration; its records are engine.records(folder / "records") with the file sink."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "records").mkdir(exist_ok=True)
    return Engine(folder, properties(server, folder, sink, **more), name=name, env=env)


def stored(folder):
    """The offset file as JSON; None while there is none."""
    try:
        return json.loads((folder / "offsets.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def send_signal(server, table, kind, data=None, signal_id=None):
    """Inserts a signal row as an operator would; its id."""
    signal_id = signal_id or str(uuid.uuid4())
    connection = server.connect()
    try:
        with connection.cursor() as cursor:
            text = data if data is None or isinstance(data, str) else json.dumps(data)
            cursor.execute(f"INSERT INTO {table} VALUES (%s, %s, %s)", (signal_id, kind, text))
    finally:
        connection.close()
    return signal_id


def answers(folder, signal_id):
    """What the offset file tells about a signal: (verdict or None, {collection: outcome})."""
    state = stored(folder) or {}
    verdict = next((v for v in state.get("verdicts", ()) if v.get("signal_id", v.get("id")) == signal_id), None)
    outcomes = {o["collection"]: o for o in state.get("outcomes", ()) if o.get("signal_id") == signal_id}
    return verdict, outcomes
