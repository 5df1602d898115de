"""The broker of the tests, and what Debian's librdkafka does on it: the ground that the Kafka sink stands on.

The client is librdkafka's binding for Python; what it wrote is read with kcat and with Kafka's own tools.
"""

import re
import time
import unittest

from harness import kafka

try:
    import confluent_kafka as client
except ImportError:
    client = None

CODECS = ("none", "gzip", "snappy", "lz4", "zstd")
WAIT_S = 20


class Broker(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        kafka.fetch_or_skip()
        if client is None:
            raise unittest.SkipTest("python3-confluent-kafka is not there: ./dev setup installs it")
        cls.broker = kafka.Kafka(sasl={"tide": "mark"})
        cls.addClassCleanup(cls.broker.stop)

    def producer(self, **settings):
        return client.Producer({"bootstrap.servers": self.broker.bootstrap,
                                **{name.replace("_", "."): value for name, value in settings.items()}})

    def values(self, topic, **options):
        return [record.value for record in self.broker.read(topic, **options)]

    def test_a_topic_keeps_its_records_when_the_broker_is_killed(self):
        self.broker.create_topic("kept", partitions=2)
        self.broker.produce("kept", "one", key="a")
        self.broker.restart(kill=True)
        self.assertEqual([(b"a", b"one")], [(r.key, r.value) for r in self.broker.read("kept")])
        self.assertIn("kept", self.broker.topics())

    def test_each_codec_is_what_the_broker_stores(self):
        for codec in CODECS:
            producer = self.producer(compression_type=codec, enable_idempotence=True)
            for _ in range(50):
                producer.produce(f"codec-{codec}", b"x" * 500)
            self.assertEqual(0, producer.flush(WAIT_S), codec)
        logs = sorted((self.broker.folder / "data").glob("codec-*/*.log"))
        self.assertEqual(len(CODECS), len(logs))
        said = self.broker.run("org.apache.kafka.tools.DumpLogSegments", "--files", ",".join(map(str, logs)))
        stored = re.findall(r"Dumping \S+/codec-(\w+)-0/.*?compresscodec: (\w+)", said, re.S)
        self.assertEqual({codec: codec for codec in CODECS}, {name: codec.lower() for name, codec in stored})

    def test_what_is_aborted_is_for_no_reader_of_committed_records(self):
        producer = self.producer(transactional_id="aborts")
        producer.init_transactions(WAIT_S)
        for value, end in ((b"one", producer.commit_transaction), (b"two", producer.abort_transaction),
                           (b"three", producer.commit_transaction)):
            producer.begin_transaction()
            producer.produce("aborts", value)
            producer.flush(WAIT_S)
            end(WAIT_S)
        self.assertEqual([b"one", b"three"], self.values("aborts"))
        self.assertEqual([b"one", b"two", b"three"], self.values("aborts", committed=False))

    def test_the_second_of_one_transactional_id_fences_the_first(self):
        first, second = self.producer(transactional_id="fence"), self.producer(transactional_id="fence")
        first.init_transactions(WAIT_S)
        first.begin_transaction()
        first.produce("fence", b"first")
        first.flush(WAIT_S)
        second.init_transactions(WAIT_S)
        with self.assertRaises(client.KafkaException) as failed:
            first.commit_transaction(WAIT_S)
        self.assertEqual(client.KafkaError._FENCED, failed.exception.args[0].code())  # pylint: disable=protected-access
        self.assertTrue(failed.exception.args[0].fatal())
        second.begin_transaction()
        second.produce("fence", b"second")
        second.commit_transaction(WAIT_S)
        self.assertEqual([b"second"], self.values("fence"))

    def refused(self, mechanism, password):
        """Whether the broker refuses the login; a record that gets through is in topic `who`."""
        errors = []
        producer = client.Producer({
            "bootstrap.servers": self.broker.sasl_bootstrap, "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": mechanism, "sasl.username": "tide", "sasl.password": password, "error_cb": errors.append})
        producer.produce("who", f"{mechanism} {password}".encode())
        refusal = client.KafkaError._AUTHENTICATION  # pylint: disable=protected-access
        deadline = time.monotonic() + WAIT_S
        while producer.flush(0.2) and time.monotonic() < deadline:
            if refusal in [error.code() for error in errors]:
                producer.purge()
                return True
        return False

    def test_passwords_are_checked(self):
        self.assertFalse(self.refused("PLAIN", "mark"))
        self.assertTrue(self.refused("PLAIN", "wrong"))
        self.assertEqual([b"PLAIN mark"], self.values("who"))

    def test_scram_does_not_hold_before_librdkafka_2_6_1(self):
        """docs/decisions/0006: Kafka 4 refuses the right password from older ones."""
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            self.assertEqual(client.libversion()[1] < 0x02060100, self.refused(mechanism, "mark"), mechanism)


if __name__ == "__main__":
    unittest.main()
