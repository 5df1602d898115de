"""Records in topics of a real broker, read back with tools that nobody here wrote."""

import json
import re
import sys
import threading
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import kafka, standard  # pylint: disable=wrong-import-position
from live.support import CONFLICT, SERVER, KafkaTest, said  # pylint: disable=wrong-import-position

try:
    import confluent_kafka as client
except ImportError:
    client = None

ITEMS = "tm.shop.items"
TIMES = re.compile(r'"(ts_ms|ts_us|ts_ns)":\d+')
RUN_ID = re.compile(r'"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]+"')


def alike(text):
    """Without what differs from run to run."""
    return None if text is None else RUN_ID.sub('"run"', TIMES.sub(r'"\1":0', text))


class OnABroker(KafkaTest):
    maxDiff = None
    broker_options = {"sasl": {"tide": "mark"}}

    def setUp(self):
        super().setUp()
        # Topics stay from test to test, prefixes do not.
        self.prefix = f"t{time.monotonic_ns()}"
        self.create_items()

    def on_kafka(self, name="engine", **more):
        return self.engine(sink="kafka", name=name, signals=False, **{
            "topic.prefix": self.prefix,
            "snapshot.mode": "no_data",
            "offset.storage.file.filename": self.folder / f"{name}-offsets.json",
            "debezium.sink.kafka.producer.bootstrap.servers": self.kafka.bootstrap,
            "header.converter": "org.apache.kafka.connect.json.JsonConverter",
            "debezium.sink.kafka.producer.key.serializer": "org.apache.kafka.common.serialization.StringSerializer",
            **more})

    def topic(self, table="items"):
        return f"{self.prefix}.shop.{table}"

    def streaming(self, engine):
        engine.start()
        engine.wait_for_log(r"event=stream.started", timeout=60)
        return engine

    def values(self, topic=None):
        """The `name` cells of a topic by id, each in the order of the topic; and how many records there are."""
        names = {}
        records = self.kafka.read_if_there(topic or self.topic())
        for record in records:
            if record.value is not None:
                after = json.loads(record.value)["after"]
                names.setdefault(after["id"], []).append(after["name"])
        return names, len(records)

    # -- what is written -------------------------------------------------------------------------------------------

    def test_records_are_those_of_the_file_sink(self):
        both = {"topic.prefix": self.prefix, "snapshot.mode": "no_data", "extended.headers.enabled": "true"}
        files = self.streaming(self.engine(signals=False, name="files", **both))
        topics = self.streaming(self.on_kafka(**both, **{
            "topic.creation.default.partitions": 3, "topic.creation.default.replication.factor": 1,
            "topic.creation.default.cleanup.policy": "compact"}))
        self.items(*(f"name {i}" for i in range(20)))
        self.sql("UPDATE shop.items SET name = 'grüß' WHERE id < 5", "UPDATE shop.items SET id = 100 WHERE id = 7",
                 "DELETE FROM shop.items WHERE id > 15")
        expected = 20 + 4 + 3 + 6 * 2
        ours = files.wait_for_records(expected, self.folder / "records")
        topics.wait_until(lambda: len(self.kafka.read_if_there(self.topic())) >= expected)
        self.assert_stops(topics)
        raw = [line for file in sorted((self.folder / "records").glob("*.jsonl"))
               for line in file.read_text(encoding="utf-8").splitlines()]
        self.assertEqual(expected, len(raw))

        def parts(line):
            """The texts of key, value and headers as they stand in the line, by key."""
            found = re.fullmatch(r'\{"topic":"[^"]*","key":(.*),"value":(.*),"headers":(\{.*\})\}', line)
            key, value, headers = found.groups()
            # No header's text holds what separates two of them.
            return key, None if value == "null" else alike(value), alike(headers)

        by_key = {}
        for line in raw:
            key, value, headers = parts(line)
            by_key.setdefault(key, []).append((value, headers))
        seen, partitions = {}, {}
        for record in self.kafka.read(self.topic()):
            headers = "{" + ",".join(f'"{name}":{value}' for name, value in record.headers) + "}"
            value = None if record.value is None else alike(record.value.decode())
            seen.setdefault(record.key.decode(), []).append((value, alike(headers)))
            partitions.setdefault(record.key.decode(), set()).add(record.partition)
        self.assertEqual(by_key, seen)
        self.assertTrue(any(value is None for values in seen.values() for value, _ in values), "a tombstone")
        self.assertEqual(len(ours), sum(len(values) for values in seen.values()))
        self.check_partitions(partitions)
        self.check_other_readers(seen)
        settings = self.kafka.run("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.kafka.bootstrap,
                                  "--describe", "--topic", self.topic())
        self.assertIn("PartitionCount: 3", settings)
        self.assertIn("cleanup.policy=compact", settings)

    def check_partitions(self, partitions):
        """Java puts the same keys where we put them."""
        topic = f"{self.prefix}.java"
        self.kafka.create_topic(topic, partitions=3)
        self.kafka.run("org.apache.kafka.tools.ConsoleProducer", "--bootstrap-server", self.kafka.bootstrap, "--topic", topic,
                       "--reader-property", "parse.key=true", "--reader-property", "key.separator=|",
                       stdin="".join(f"{key}|x\n" for key in partitions))
        java = {record.key.decode(): {record.partition} for record in self.kafka.read(topic)}
        self.assertEqual(java, partitions)
        self.assertEqual({0, 1, 2}, set().union(*partitions.values()))

    def check_other_readers(self, seen):
        count = sum(len(values) for values in seen.values())
        said_by = self.kafka.run("org.apache.kafka.tools.consumer.ConsoleConsumer", "--bootstrap-server", self.kafka.bootstrap,
                                 "--topic", self.topic(), "--from-beginning", "--max-messages", count, "--timeout-ms", 20000,
                                 "--formatter-property", "print.key=true", "--formatter-property", "key.separator=|")
        by_console = {}
        for line in said_by.splitlines():
            key, value = line.split("|", 1)
            by_console.setdefault(key, []).append(None if value == "null" else alike(value))
        expected = {key: [value for value, _ in values] for key, values in seen.items()}
        self.assertEqual(expected, by_console)
        if client is None:
            self.skipTest("python3-confluent-kafka is not there: ./dev setup installs it")
        consumer = client.Consumer({"bootstrap.servers": self.kafka.bootstrap, "group.id": self.prefix,
                                    "auto.offset.reset": "earliest", "isolation.level": "read_committed"})
        self.addCleanup(consumer.close)
        consumer.assign([client.TopicPartition(self.topic(), partition, 0) for partition in range(3)])
        by_python = {}
        for message in consumer.consume(count, 20):
            self.assertIsNone(message.error())
            value = message.value()
            by_python.setdefault(message.key().decode(), []).append(None if value is None else alike(value.decode()))
        self.assertEqual(expected, by_python)

    def test_batches_are_compressed_as_asked_for(self):
        codecs = ("gzip", "snappy", "lz4", "zstd")
        for codec in codecs:
            engine = self.streaming(self.on_kafka(name=codec, **{
                "topic.prefix": f"{self.prefix}-{codec}",
                "debezium.sink.kafka.producer.compression.type": codec}))
            self.items("x" * 80)
            engine.wait_until(lambda: f"{self.prefix}-{codec}.shop.items" in self.kafka.topics())  # pylint: disable=cell-var-from-loop
            self.assert_stops(engine)
        logs = sorted((self.kafka.folder / "data").glob(f"{self.prefix}-*.shop.items-0/*.log"))
        told = self.kafka.run("org.apache.kafka.tools.DumpLogSegments", "--files", ",".join(map(str, logs)))
        stored = re.findall(rf"Dumping \S+/{self.prefix}-(\w+)\.shop\.items-0/.*?compresscodec: (\w+)", told, re.S)
        self.assertEqual({codec: codec for codec in codecs}, {name: codec.lower() for name, codec in stored})

    # -- what goes wrong -------------------------------------------------------------------------------------------

    def test_a_killed_broker_costs_neither_records_nor_their_order(self):
        engine = self.streaming(self.on_kafka(**{
            "topic.creation.default.partitions": 3, "topic.creation.default.replication.factor": 1,
            "debezium.sink.kafka.producer.buffer.memory": 1 << 20}))
        self.items(*(f"{i} 0" for i in range(1, 11)))
        self.addCleanup(self.kafka.start)  # for the other tests, whatever happens here
        stop = threading.Event()
        rounds = []

        def write():
            connection = self.server.connect(database=self.database)
            with connection.cursor() as cursor:
                for number in range(1, 100_000):
                    if stop.is_set():
                        break
                    cursor.execute(f"UPDATE items SET name = '{number} {'x' * 60}'")
                    rounds.append(number)
                    time.sleep(0.01)
            connection.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for outage, kill in enumerate((True, False), 1):
                engine.wait_until(lambda goal=len(rounds) + 60: len(rounds) >= goal)
                (self.kafka.kill if kill else self.kafka.shut_down)()
                engine.wait_for_log("event=kafka.unreachable", count=outage)
                engine.wait_until(lambda goal=len(rounds) + 100: len(rounds) >= goal)
                self.kafka.start()
                engine.wait_for_log("event=kafka.reachable", count=outage, timeout=60)
        finally:
            stop.set()
            writer.join()
        count = 10 + 10 * len(rounds)
        last = {"now": 0}

        def all_there():
            names, last["now"] = self.values()
            return last["now"] >= count and names

        names = engine.wait_until(all_there, timeout=60, what=f"{count} records")
        self.assert_peak(engine.peak_mb(), 128)
        self.assert_stops(engine)
        self.assertEqual(count, last["now"], "an idempotent producer repeats nothing")
        for row in range(1, 11):
            self.assertEqual([int(name.split()[0]) for name in names[row][1:]], rounds, f"row {row}")

    def test_a_record_the_broker_does_not_take_ends_the_run_with_its_size(self):
        self.sql("CREATE TABLE shop.large (id INT PRIMARY KEY, secret LONGTEXT)")
        engine = self.streaming(self.on_kafka())
        self.sql("INSERT INTO shop.large VALUES (1, REPEAT('s3cret', 400000))")
        line = self.ends_with(engine, SERVER, r"topic \S+shop\.large does not take a record \(key 8 bytes, value 24\d{5} bytes\)")
        self.assertIn("max.request.size", line)
        self.assertNotIn("s3crets3cret", engine.log())

    def test_a_record_too_large_may_go_to_a_file(self):
        self.sql("CREATE TABLE shop.large (id INT PRIMARY KEY, text LONGTEXT)")
        path = self.folder / "large.jsonl"
        path.write_text("half a li", encoding="utf-8")
        engine = self.streaming(self.on_kafka(**{
            "tidemark.kafka.oversize": "divert", "tidemark.kafka.oversize.path": path,
            "topic.creation.default.partitions": 1, "topic.creation.default.replication.factor": 1,
            "topic.creation.default.max.message.bytes": 10000}))
        self.sql("INSERT INTO shop.large VALUES (1, 'a'), (2, REPEAT('b', 9999)), (3, REPEAT('c', 8000))")
        engine.wait_until(lambda: len(self.kafka.read_if_there(self.topic("large"))) >= 2)
        self.assert_stops(engine)
        self.assertEqual([b'{"id":1}', b'{"id":3}'], [record.key for record in self.kafka.read(self.topic("large"))])
        half, line = path.read_text(encoding="utf-8").splitlines()
        self.assertEqual("half a li", half)
        self.assertEqual(9999, len(json.loads(line)["value"]["after"]["text"]))
        self.assertRegex(engine.log(), "event=kafka.record_diverted .*value_bytes=10[0-9]{3} bytes_max=10000")

    # -- exactly once ----------------------------------------------------------------------------------------------

    def once(self, name="engine", **more):
        return self.on_kafka(name=name, **{
            "exactly.once.support": "required", **standard.OFFSETS_IN_A_TOPIC,
            "offset.storage.topic": f"{self.prefix}-offsets",
            "tidemark.data.dir": self.folder / "data", **more})

    def writing(self):
        """Inserts rows, one transaction each, until stopped; (ids written so far, stop)."""
        stop, ids = threading.Event(), []

        def write():
            connection = self.server.connect(database=self.database)
            with connection.cursor() as cursor:
                while not stop.is_set():
                    cursor.execute("INSERT INTO items (name) VALUES ('x'), ('y')")
                    ids.extend((len(ids) + 1, len(ids) + 2))
                    time.sleep(0.002)
            connection.close()

        thread = threading.Thread(target=write)
        thread.start()

        def end():
            stop.set()
            thread.join()

        self.addCleanup(end)
        return ids, end

    def wait_for_each_once(self, engine, ids):
        """Readers of committed records see every row exactly once, in order."""
        def seen():
            return [json.loads(record.key)["id"] for record in self.kafka.read_if_there(self.topic())]

        engine.wait_until(lambda: len(seen()) >= len(ids), timeout=60, what=f"{len(ids)} committed records")
        self.assertEqual(ids, seen())

    def test_an_outage_longer_than_a_transaction_may_last(self):
        """The transaction is lost; all of it comes again, once."""
        engine = self.streaming(self.once(**{"debezium.sink.kafka.producer.transaction.timeout.ms": 3000}))
        ids, stop = self.writing()
        try:
            engine.wait_until(lambda: len(ids) >= 100)
            self.kafka.kill()
            engine.wait_for_log("event=connector.restarting", timeout=30)
            self.kafka.start()
            engine.wait_for_log("event=stream.started", count=2, timeout=60)
        finally:
            stop()
        self.wait_for_each_once(engine, ids)
        self.assert_stops(engine)

    def test_a_killed_engine_repeats_nothing_for_readers_of_committed_records(self):
        engine = self.once()
        self.streaming(engine)
        ids, end = self.writing()
        for _ in range(3):
            engine.wait_until(lambda goal=len(ids) + 200: len(ids) >= goal)
            engine.kill()
            self.streaming(engine)
        end()
        self.wait_for_each_once(engine, ids)
        self.assert_stops(engine)

    def test_of_two_at_once_the_older_ends_and_names_the_newer(self):
        old = self.streaming(self.once())
        ids, end = self.writing()
        old.wait_until(lambda: len(ids) >= 200)
        new = self.streaming(self.once(name="second"))
        self.assertEqual(CONFLICT, old.wait(30), said(old.log()))
        self.assertRegex(old.log(), f"event=connector.failed kind=conflict .*process {new.pid} on host .*transactional id")
        new.wait_until(lambda goal=len(ids) + 200: len(ids) >= goal)
        end()
        self.wait_for_each_once(new, ids)
        self.assert_stops(new)

    def test_logins(self):
        def login(name, mechanism, module, password):
            return self.on_kafka(name=name, **{
                "debezium.sink.kafka.producer.bootstrap.servers": self.kafka.sasl_bootstrap,
                "debezium.sink.kafka.producer.security.protocol": "SASL_PLAINTEXT",
                "debezium.sink.kafka.producer.sasl.mechanism": mechanism,
                "debezium.sink.kafka.producer.sasl.jaas.config":
                    f'org.apache.kafka.common.security.{module} required username="tide" password="{password}";'})

        engine = self.streaming(login("right", "PLAIN", "plain.PlainLoginModule", "mark"))
        self.items("one")
        engine.wait_until(lambda: self.topic() in self.kafka.topics())
        self.assert_stops(engine)
        self.ends_with(login("wrong", "PLAIN", "plain.PlainLoginModule", "wrong-pw"), SERVER,
                       "a broker refused the login", "check user, password and sasl.mechanism")
        if client is not None and client.libversion()[1] < 0x02060100:
            self.ends_with(login("scram", "SCRAM-SHA-256", "scram.ScramLoginModule", "mark"), SERVER,
                           "a broker refused the login", "older than 2.6.1")


if __name__ == "__main__":
    unittest.main()
