"""The files that Kafka Connect runs a connector with, on a broker that asks for TLS, a certificate and a password."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import kafka, tls  # pylint: disable=wrong-import-position
from harness.daemon import free_port  # pylint: disable=wrong-import-position
from live.support import SERVER, USAGE, LiveTest, fields  # pylint: disable=wrong-import-position

USER, PASSWORD = "tide", "mark 9:x"
CONVERTER = "org.apache.kafka.connect.json.JsonConverter"
PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
STORE_PASSWORD = "st ore"


class OnAGuardedBroker(LiveTest):
    @classmethod
    def setUpClass(cls):
        kafka.fetch_or_skip()
        super().setUpClass()
        cls.stores = Path(tempfile.mkdtemp(prefix="tidemark-stores-"))
        cls.addClassCleanup(shutil.rmtree, cls.stores, ignore_errors=True)
        cls.certificates = tls.make(cls.stores)
        cls.others = tls.make(cls.stores / "others")
        cls.trust = cls.pkcs12("trust.p12", "-nokeys", "-in", cls.certificates.ca)
        cls.key = cls.pkcs12("key.p12", "-in", cls.certificates.client_cert, "-inkey", cls.certificates.client_key)
        broker = cls.pkcs12("broker.p12", "-in", cls.certificates.server_cert, "-inkey", cls.certificates.server_key)
        guarded = {"keystore.type": "PKCS12", "keystore.location": broker, "keystore.password": STORE_PASSWORD,
                   "truststore.type": "PEM", "truststore.location": cls.certificates.ca, "client.auth": "required"}
        cls.kafka = kafka.Kafka(sasl={USER: PASSWORD}, settings={
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_SSL",
            **{f"listener.name.sasl.ssl.{name}": value for name, value in guarded.items()}})
        cls.addClassCleanup(cls.kafka.stop)

    @classmethod
    def pkcs12(cls, name, *arguments):
        path = cls.stores / name
        subprocess.run(["openssl", "pkcs12", "-export", *map(str, arguments), "-out", str(path), "-passout", f"pass:{STORE_PASSWORD}"],
                       check=True)
        return path

    def setUp(self):
        super().setUp()
        self.create_items()
        # Topics stay from test to test, prefixes do not.
        self.prefix = f"t{time.monotonic_ns()}"

    def login(self, password=PASSWORD, **more):
        """Of a producer: by password, under TLS, with stores of PKCS#12."""
        return {"security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN",
                "sasl.jaas.config": f'{PLAIN} required username="{USER}" password="{password}";',
                "ssl.truststore.location": self.trust, "ssl.truststore.password": STORE_PASSWORD,
                "ssl.keystore.location": self.key, "ssl.keystore.password": STORE_PASSWORD, **more}

    def with_worker(self, login, brokers=None, **more):
        """An engine on a connector's JSON, and the arguments that name a standalone worker's properties."""
        engine = self.engine(name="inv", signals=False)
        connector = {name: str(value) for name, value in self.settings_of(engine).items()
                     if not name.startswith(("debezium.", "offset.")) and ".converter" not in name}
        connector.update({"name": self.prefix, "topic.prefix": self.prefix, "snapshot.mode": "no_data",
                          "schema.history.internal": "io.debezium.relational.history.MemorySchemaHistory", **more})
        engine.write_config(json.dumps(connector))
        worker = {"bootstrap.servers": brokers or self.kafka.sasl_bootstrap, "key.converter": CONVERTER, "value.converter": CONVERTER,
                  "value.converter.schemas.enable": "false", "offset.storage.file.filename": self.folder / "offsets",
                  "offset.flush.interval.ms": 100, "plugin.path": "/usr/share/java", "listeners": "http://:8083",
                  **{f"producer.{name}": value for name, value in login.items()}}
        path = self.folder / "worker.properties"
        path.write_text("".join(f"{name}={value}\n" for name, value in worker.items()), encoding="utf-8")
        return engine, ("--worker", path)

    @staticmethod
    def settings_of(engine):
        return dict(line.split("=", 1) for line in engine.config_path.read_text(encoding="utf-8").splitlines())

    def arrives(self, login, **more):
        """Rows come into a topic that the connector's rules made."""
        engine, arguments = self.with_worker(login, **{"topic.creation.default.partitions": "3",
                                                       "topic.creation.default.replication.factor": "1", **more})
        engine.start(*arguments)
        engine.wait_for_log("event=stream.started", timeout=60)
        self.items("a", "b")
        topic = f"{self.prefix}.shop.items"
        engine.wait_until(lambda: len(self.kafka.read_if_there(topic)) == 2, 30, "two records")
        self.assert_stops(engine)
        records = self.kafka.read(topic)
        self.assertEqual({"a", "b"}, {json.loads(record.value)["after"]["name"] for record in records})
        for record in records:
            self.assertEqual({"schema", "payload"}, set(json.loads(record.key)))
            self.assertEqual(self.prefix, dict(record.headers)["__debezium.context.connectorLogicalName"], "without quotes")
        self.assertNotIn(PASSWORD, engine.log())
        self.assertNotIn(STORE_PASSWORD, engine.log())

    def test_stores_of_pkcs12(self):
        self.arrives(self.login())

    def test_stores_of_pem_over_the_workers_settings(self):
        both = self.folder / "both.pem"
        both.write_text(self.certificates.client_key.read_text() + self.certificates.client_cert.read_text())
        login = {name: value for name, value in self.login(password="wrong").items() if not name.startswith("ssl.")}
        self.arrives(login, **{
            "producer.override.ssl.truststore.type": "PEM",
            "producer.override.ssl.truststore.location": str(self.certificates.ca),
            "producer.override.ssl.keystore.type": "PEM",
            "producer.override.ssl.keystore.location": str(both),
            "producer.override.sasl.jaas.config": self.login()["sasl.jaas.config"],
            "producer.override.compression.type": "zstd"})

    def test_a_wrong_password_is_named(self):
        engine, arguments = self.with_worker(self.login(password="wrong-one"))
        engine.start(*arguments)
        self.ends_with(engine, SERVER, "authentication")
        self.assertNotIn("wrong-one", engine.log())

    def test_a_certificate_of_another_authority_is_named(self):
        engine, arguments = self.with_worker(self.login(**{
            "ssl.truststore.type": "PEM", "ssl.truststore.location": self.others.ca, "ssl.truststore.password": ""}))
        engine.start(*arguments)
        self.ends_with(engine, SERVER, "certificate verify failed", "check security.protocol, ssl.truststore.location")

    def test_a_broker_that_is_not_there_is_waited_for(self):
        nowhere = f"127.0.0.1:{free_port()}"
        engine, arguments = self.with_worker({}, brokers=nowhere)
        engine.start(*arguments)
        engine.wait_for_log(nowhere, timeout=30)
        self.assertTrue(engine.running())
        self.assert_stops(engine)

    def test_a_property_that_no_producer_has(self):
        engine, arguments = self.with_worker(self.login(**{"lingr.ms": 5, "ssl.keystore.password": "not it"}))
        engine.start(*arguments)
        line = self.ends_with(engine, USAGE, r"producer\.lingr\.ms=5 .*worker.properties:\d+", r"producer\.ssl\.keystore\.")
        self.assertTrue(fields(line)["do"])
        self.assertNotIn("not it", engine.log())


if __name__ == "__main__":
    unittest.main()
