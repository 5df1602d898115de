"""The main job into Kafka: what Kafka Connect runs today, run by Tidemark, and read back by a consumer of committed records.

`demo.py --kafka` runs it: a private broker beside the private MySQL, the JSON of a connector as it is posted to Connect,
the properties of a distributed worker. Offset and schema history are in topics, delivery is exactly once. Records are
shown by Kafka's own console consumer.
"""

import json
import subprocess

from demo import BIG, SIGNALS, TABLES, Demo
from harness import kafka, standard
from harness.engine import EngineError

CONVERTER = "org.apache.kafka.connect.json.JsonConverter"


class KafkaDemo(Demo):
    def __init__(self, options):
        super().__init__(options)
        self.broker = None

    def stop(self):
        super().stop()
        if self.broker is not None:
            self.broker.stop()

    def _start_server(self):
        kafka.fetch()
        super()._start_server()
        self.broker = kafka.Kafka()
        self.say(f"Kafka runs on {self.broker.bootstrap}")

    def _make_engine(self):
        connector = standard.properties(
            self.server, self.folder, **{"topic.prefix": "demo", "database.include.list": "inventory", "snapshot.mode": "no_data",
                                         "signal.data.collection": SIGNALS, "exactly.once.support": "required",
                                         "schema.history.internal.kafka.topic": "demo.history",
                                         "schema.history.internal.kafka.bootstrap.servers": self.broker.bootstrap})
        connector = {name: str(value) for name, value in connector.items()
                     if not name.startswith(("debezium.", "offset.", "name")) and ".converter" not in name}
        worker = {"bootstrap.servers": self.broker.bootstrap, "group.id": "connect", "key.converter": CONVERTER,
                  "value.converter": CONVERTER, "key.converter.schemas.enable": "false", "value.converter.schemas.enable": "false",
                  "exactly.once.source.support": "enabled", "producer.compression.type": "lz4",
                  **{f"{what}.storage.{name}": value for what in ("offset", "config", "status")
                     for name, value in (("topic", f"connect-{what}s"), ("replication.factor", 1))}}
        self.engine = standard.engine(self.server, self.folder, name="demo")
        self.engine.config_path = self.folder / "inventory.json"
        self.engine.write_config(json.dumps({"name": "inventory", "config": connector}, indent=1))
        (self.folder / "worker.properties").write_text("".join(f"{n}={v}\n" for n, v in worker.items()), encoding="utf-8")
        self.arguments = ("--worker", "worker.properties")
        self.say("tidemark run inventory.json --worker worker.properties, with snapshot.mode=no_data: only changes, exactly once")

    def _show_first(self):
        topic = f"demo.{BIG}"
        self._await(lambda: topic in self.broker.topics(), "the first record")
        self.say(f"kafka-console-consumer --topic {topic} --from-beginning --max-messages 1 --isolation-level read_committed:")
        self.say.indented(self.broker.run(
            "org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", self.broker.bootstrap, "--topic", topic,
            "--from-beginning", "--max-messages", "1", "--isolation-level", "read_committed", "--timeout-ms", "20000",
            "--formatter-property", "print.key=true", "--formatter-property", "print.headers=true").strip())

    def _first_records(self):
        for record in self.broker.read(f"demo.{BIG}", last=20_000):
            if record.value is not None:
                yield {"topic": record.topic, "key": json.loads(record.key), "value": json.loads(record.value)}

    def _answers(self, signal_id):
        """What `tidemark status` says of a signal."""
        done = subprocess.run(self.engine.command("status", "--json", *self.arguments), cwd=self.folder, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0:
            raise EngineError(f"tidemark status ended with {done.returncode}:\n{done.stderr[-2000:]}")
        report = json.loads(done.stdout)
        verdict = next((v for v in report["verdicts"] if v.get("signal_id", v.get("id")) == signal_id), None)
        return verdict, {o["collection"]: o for o in report["outcomes"] if o["signal_id"] == signal_id}

    def _output(self):
        """All that a consumer of committed records reads, in the form of the file sink."""
        path = self.folder / "read.jsonl"
        with open(path, "w", encoding="utf-8") as lines:
            for table in TABLES:
                for record in self.broker.read(f"demo.{table}"):
                    text = {name: value and json.loads(value) for name, value in (("key", record.key), ("value", record.value))}
                    lines.write(json.dumps({"topic": record.topic, **text, "headers": dict(record.headers)}) + "\n")
        return path
