"""What tests with a real Debezium share: a broker, its connector's configuration, a worker, and an engine on both's files."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import kafka, standard  # pylint: disable=wrong-import-position
from live.support import KafkaTest  # pylint: disable=wrong-import-position


class TakeOverTest(KafkaTest):
    maxDiff = None
    prefix = "tm"  # of the test's topics

    @property
    def offsets(self):
        """The topic of offsets: a worker of another test reads none of it."""
        return f"{self.prefix}-offsets"

    def original(self, **more):
        """The connector's configuration, as both of us read it."""
        settings = {
            "connector.class": standard.CLASSES[self.server.flavour],
            "topic.prefix": self.prefix,
            "database.hostname": self.server.host,
            "database.port": self.server.port,
            "database.user": standard.USER,
            "database.password": standard.PASSWORD,
            "database.server.id": 7001,
            "table.include.list": "shop.items",
            "include.schema.changes": "false",
            "key.converter.schemas.enable": "false",
            "value.converter.schemas.enable": "false",
            "key.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            **more,
        }
        return {name: str(value) for name, value in settings.items()}

    def in_topics(self, **more):
        """The same with its schema history in a topic."""
        return self.original(**{"schema.history.internal.kafka.bootstrap.servers": self.kafka.bootstrap,
                                "schema.history.internal.kafka.topic": f"{self.prefix}-history", **more})

    def connect(self, config, name="tidemark-test", **options):
        """Connect with one connector, or with those of `config` where `name` is None."""
        connect = kafka.Connect(self.kafka, config if name is None else {name: config}, **options)
        self.addCleanup(connect.stop)
        return connect

    def ours(self, config, name="tidemark-test", folder=None, **worker):
        """An engine on Connect's own files: the connector's JSON and the worker's properties."""
        engine = self.engine(folder=folder, signals=False)
        engine.config_path = engine.folder / "connector.json"
        engine.config_path.write_text(json.dumps({"name": name, "config": config}), encoding="utf-8")
        path = engine.folder / "worker.properties"
        settings = {
            "bootstrap.servers": self.kafka.bootstrap,
            "group.id": "tidemark",
            "key.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "offset.storage.topic": self.offsets,
            "offset.storage.replication.factor": 1,
            "config.storage.topic": "connect-config",
            "status.storage.topic": "connect-status",
            "offset.flush.interval.ms": 100,
            **worker,
        }
        settings = {key: value for key, value in settings.items() if value is not None}
        path.write_text("".join(f"{key}={value}\n" for key, value in settings.items()), encoding="utf-8")
        return engine, ("--worker", str(path))

    def records_in_topic(self, table="items"):
        return self.kafka.read_if_there(f"{self.prefix}.shop.{table}")

    def in_topic(self):
        """The ids of the rows, without tombstones."""
        return [json.loads(r.value)["after"]["id"] for r in self.records_in_topic() if r.value is not None]

    def stored_offset(self, name="tidemark-test"):
        """Debezium's map as it is stored now, and whether we wrote it."""
        records = [r for r in self.kafka.read(self.offsets) if json.loads(r.key)[0] == name and r.value is not None]
        if not records:
            return None, False
        last = records[-1]
        return json.loads(last.value), any(header == "tidemark" for header, _ in last.headers)
