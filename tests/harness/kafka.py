"""Apache Kafka on loopback: a broker in KRaft mode, its tools, and Connect with a connector.

    with Kafka() as kafka:
        kafka.create_topic("shop.orders", partitions=3)
        for record in kafka.read("shop.orders", until=10): ...

The programs are KAFKA_HOME's, or what Maven resolves with the machine's own settings, kept in the cache.
TIDEMARK_TEST_KAFKA=host:port stands for a broker that runs already: then nothing is started or stopped.
"""

import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
import unittest
import urllib.request
import uuid
from dataclasses import dataclass
from pathlib import Path

from harness import cache
from harness.daemon import HOST, Daemon, ServerError, free_port

_DESCRIPTORS = Path(__file__).resolve().parent / "maven"
_START_ATTEMPTS = 5
_START_TIMEOUT_S = 90
# Short runs on a busy machine: the second compiler costs more than it brings.
_JAVA = ["java", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


class KafkaError(ServerError):
    """A broker, tool or connector that did not do as asked; carries the end of what it said."""


class Unavailable(KafkaError):
    """Kafka cannot be had here: a test on it is to be skipped with this reason."""


def fetch():
    """Fills the cache; nothing to do the second time."""
    for program in ("java", "kcat"):
        if shutil.which(program) is None:
            raise Unavailable(f"{program} is not there: ./dev setup installs it")
    _kafka_class_path()
    jars("debezium")


def fetch_or_skip():
    """fetch(); what needs it is skipped where it cannot be had, with the reason."""
    try:
        fetch()
    except Unavailable as missing:
        raise unittest.SkipTest(str(missing)) from missing


def jars(name):
    """The class path of maven/NAME.xml: a folder of the cache, filled the first time."""
    descriptor = _DESCRIPTORS / f"{name}.xml"
    digest = hashlib.sha256(descriptor.read_bytes()).hexdigest()[:12]

    def build(scratch):
        if shutil.which("mvn") is None:
            raise Unavailable("mvn is not there: ./dev setup installs it")
        # A project of its own folder: Maven writes beside the descriptor it is given.
        (scratch / "pom.xml").write_bytes(descriptor.read_bytes())
        done = subprocess.run(
            ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={scratch}"],
            cwd=scratch, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode != 0:
            raise Unavailable(f"Maven could not resolve {descriptor.name}:\n{done.stdout[-2000:]}")

    return f"{cache.entry(f'{name}-{digest}', build)}/*"


def _kafka_class_path():
    home = os.environ.get("KAFKA_HOME")
    return f"{home}/libs/*" if home else jars("kafka")


def java(main, *arguments, class_path=None, heap="256m", properties=()):
    """argv that runs a Java program of Kafka's."""
    return [*_JAVA, f"-Xmx{heap}", *properties, "-Dorg.slf4j.simpleLogger.logFile=System.out", "-cp",
            class_path or _kafka_class_path(), main, *map(str, arguments)]


@dataclass
class Record:
    """What a consumer sees; key and value are bytes or None."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: list


class Kafka(Daemon):
    """One broker that is its own controller.

    sasl        {user: password}: a second listener, which asks for SCRAM-SHA-256, SCRAM-SHA-512 or PLAIN
    settings    more lines of server.properties, the last word
    port        where it listens, for who has to know before it is there; else it asks for a free one
    """

    def __init__(self, *, sasl=None, settings=None, port=None, start=True):
        super().__init__()
        self.host = HOST
        self.port = None
        self._wanted_port = port
        self.sasl_port = None
        self.sasl = dict(sasl or {})
        self.settings = dict(settings or {})
        self._given = os.environ.get("TIDEMARK_TEST_KAFKA")
        if start:
            self.start()

    @property
    def bootstrap(self):
        return self._given or f"{self.host}:{self.port}"

    @property
    def sasl_bootstrap(self):
        return f"{self.host}:{self.sasl_port}"

    # -- life ------------------------------------------------------------------------------------------------------

    def start(self):
        """Formats the storage (first time), starts the broker and waits until it answers."""
        if self._given or self.running():
            return self
        fresh = self.folder is None
        try:
            if fresh:
                self.make_folder("kafka")
            self._start_on_ports()
        except BaseException:
            if fresh:
                self.stop()
            raise
        return self

    def restart(self, *, kill=False):
        """Stops (or kills) and starts again on the same ports and data."""
        if kill:
            self.kill()
        else:
            self.shut_down()
        return self.start()

    def _start_on_ports(self):
        keep_port = self.port is not None
        for attempt in range(_START_ATTEMPTS):
            if not keep_port:
                self.port = self._wanted_port or free_port()
                self.sasl_port = free_port() if self.sasl else None
                self._write_settings(controller=free_port())
                shutil.rmtree(self.folder / "data", ignore_errors=True)
                scram = [part for user, password in self.sasl.items() for kind in ("SCRAM-SHA-256", "SCRAM-SHA-512")
                         for part in ("--add-scram", f"{kind}=[name={user},password={password}]")]
                self.run("kafka.tools.StorageTool", "format", "-t", _cluster_id(), "-c", self.folder / "server.properties", *scram)
            log_from = self.log_path.stat().st_size if self.log_path.exists() else 0
            self.launch(java("kafka.Kafka", self.folder / "server.properties",
                             properties=["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]))
            if self._wait_until_it_answers():
                return
            text = self.log_path.read_bytes()[log_from:].decode("utf-8", "replace")
            self.kill()
            if "ddress already in use" not in text or attempt == _START_ATTEMPTS - 1:
                raise KafkaError(f"Kafka did not start:\n{text[-3000:]}")

    def _write_settings(self, controller):
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@{HOST}:{controller}",
            "listeners": f"PLAINTEXT://{HOST}:{self.port},CONTROLLER://{HOST}:{controller}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self.port}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "PLAINTEXT",
            "log.dirs": self.folder / "data",
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "transaction.state.log.num.partitions": 1,
            "group.initial.rebalance.delay.ms": 0,
            "log.segment.bytes": 64 << 20,
            **self._sasl_settings(controller),
            **self.settings,
        }
        (self.folder / "server.properties").write_text("".join(f"{k}={v}\n" for k, v in settings.items()), encoding="utf-8")

    def _sasl_settings(self, controller):
        if not self.sasl:
            return {}
        plain = "".join(f' user_{user}="{password}"' for user, password in self.sasl.items())
        where = f"SASL://{HOST}:{self.sasl_port}"
        return {
            "listeners": f"PLAINTEXT://{HOST}:{self.port},{where},CONTROLLER://{HOST}:{controller}",
            "advertised.listeners": f"PLAINTEXT://{HOST}:{self.port},{where}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_PLAINTEXT",
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
            "listener.name.sasl.plain.sasl.jaas.config": f"org.apache.kafka.common.security.plain.PlainLoginModule required{plain};",
            **{f"listener.name.sasl.scram-sha-{bits}.sasl.jaas.config":
               "org.apache.kafka.common.security.scram.ScramLoginModule required;" for bits in (256, 512)},
        }

    def _wait_until_it_answers(self):
        deadline = time.monotonic() + _START_TIMEOUT_S
        while time.monotonic() < deadline and self.running():
            try:
                socket.create_connection((self.host, self.port), 1).close()
                if subprocess.run(["kcat", "-b", self.bootstrap, "-L", "-m", "5"], capture_output=True, check=False).returncode == 0:
                    return True
            except OSError:
                pass  # not yet
            time.sleep(0.05)
        return False

    # -- talking to it ---------------------------------------------------------------------------------------------

    def run(self, main, *arguments, stdin=None):
        """Runs one of Kafka's own tools to its end; what it printed."""
        done = subprocess.run(java(main, *arguments, properties=["-Dorg.slf4j.simpleLogger.defaultLogLevel=error"]),
                              input=stdin, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise KafkaError(f"{main} {arguments[0]}: {(done.stdout + done.stderr)[-2000:]}")
        return done.stdout

    def create_topic(self, name, partitions=1, **config):
        settings = [part for key, value in config.items() for part in ("--config", f"{key.replace('_', '.')}={value}")]
        self.run("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.bootstrap, "--create", "--topic", name,
                 "--partitions", partitions, "--replication-factor", 1, *settings)

    def topics(self):
        """Names of all topics that are not Kafka's own."""
        listed = json.loads(self._kcat("-L", "-J"))
        return sorted(topic["topic"] for topic in listed["topics"] if not topic["topic"].startswith("__"))

    def read(self, topic, *, committed=True):
        """All records that are there now, by partition and offset; of finished transactions only where `committed`."""
        isolation = "read_committed" if committed else "read_uncommitted"
        # The end is where the broker has nothing to send, if only for a moment: a stream that is written all the time has no
        # other.
        lines = self._kcat("-C", "-t", topic, "-o", "beginning", "-e", "-J", "-q", "-X", f"isolation.level={isolation}",
                           "-X", "check.crcs=true", "-X", "fetch.wait.max.ms=10")
        out = []
        for line in lines.splitlines():
            it = json.loads(line)
            headers = it.get("headers") or []
            out.append(Record(topic=it["topic"], partition=it["partition"], offset=it["offset"], timestamp=it["ts"],
                              key=_bytes(it["key"]), value=_bytes(it["payload"]),
                              headers=list(zip(headers[::2], headers[1::2]))))
        return sorted(out, key=lambda record: (record.partition, record.offset))

    def read_if_there(self, topic, *, committed=True):
        """Like read(); nothing where there is no such topic yet."""
        return self.read(topic, committed=committed) if topic in self.topics() else []

    def produce(self, topic, value, key=None, partition=None):
        """One record, by kcat; of one line, a value of None is null."""
        arguments = ["-P", "-t", topic]
        if partition is not None:
            arguments += ["-p", str(partition)]
        if value is None:
            arguments += ["-Z", "-K", "\t"]
            value = f"{key}\t\n"
        elif key is not None:
            arguments += ["-k", key]
        self._kcat(*arguments, stdin=value)

    def _kcat(self, *arguments, stdin=None):
        done = subprocess.run(["kcat", "-b", self.bootstrap, *arguments], input=stdin, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise KafkaError(f"kcat {' '.join(arguments)}: {done.stderr[-1000:]}")
        return done.stdout


def _cluster_id():
    """Never one that looks like an option: as Kafka makes them."""
    while (made := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return made


def _bytes(text):
    return None if text is None else text.encode("utf-8", "surrogateescape")


class Connect(Daemon):
    """Kafka Connect with Debezium on its class path: standalone, its offsets in a file, or with them in a topic.

    connectors    by name: the properties of each
    worker        more properties of the worker, the last word
    offset_topic  a worker of the distributed kind, with this topic for offsets
    """

    def __init__(self, kafka, connectors, *, worker=None, offset_topic=None):
        super().__init__()
        self.kafka = kafka
        self.connectors = {name: dict(config) for name, config in connectors.items()}
        self.worker = dict(worker or {})
        self.offset_topic = offset_topic
        self.make_folder("connect")
        self.start()

    def start(self):
        """Starts the worker; what the connectors do is seen in their topics and in the log."""
        port = free_port()
        worker = {
            "bootstrap.servers": self.kafka.bootstrap,
            "key.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "offset.flush.interval.ms": 500,
            "listeners": f"http://{HOST}:{port}",
            **(self._distributed() if self.offset_topic else {"offset.storage.file.filename": self.folder / "offsets"}),
            **self.worker,
        }
        files = [self.folder / "worker.properties"]
        files[0].write_text("".join(f"{k}={v}\n" for k, v in worker.items()), encoding="utf-8")
        main = "org.apache.kafka.connect.cli.ConnectDistributed"
        if not self.offset_topic:
            main = "org.apache.kafka.connect.cli.ConnectStandalone"
            for name, config in self.connectors.items():
                files.append(self.folder / f"{name}.json")
                files[-1].write_text(json.dumps({"name": name, "config": config}), encoding="utf-8")
        self.launch(java(main, *files, heap="768m", class_path=f"{_kafka_class_path()}:{jars('debezium')}"))
        if self.offset_topic:
            self._submit(f"http://{HOST}:{port}/connectors")
        return self

    def _distributed(self):
        names = {"offset.storage": self.offset_topic, "config.storage": f"{self.offset_topic}-config",
                 "status.storage": f"{self.offset_topic}-status"}
        return {
            "group.id": f"{self.offset_topic}-workers",
            **{f"{kind}.topic": name for kind, name in names.items()},
            **{f"{kind}.replication.factor": 1 for kind in names},
            "offset.storage.partitions": 3,
            "status.storage.partitions": 1,
            "scheduled.rebalance.max.delay.ms": 0,
        }

    def _submit(self, url):
        """Gives a distributed worker its connectors, as soon as it takes them; those it has already stay."""
        for name, config in self.connectors.items():
            request = urllib.request.Request(f"{url}/{name}/config", json.dumps(config).encode(), method="PUT",
                                             headers={"Content-Type": "application/json"})

            def put(request=request):
                try:
                    with urllib.request.urlopen(request, timeout=10) as answer:
                        return answer.status in (200, 201)
                except OSError:
                    return False

            self.wait_until(put, f"a worker that takes {name}")

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def wait_for_log(self, text, count=1, timeout=120):
        self.wait_until(lambda: self.log().count(text) >= count, f"a log line with {text!r}", timeout)

    def wait_until(self, look, what, timeout=120):
        """Waits until look() is true. A connector that failed is an error at once."""
        deadline = time.monotonic() + timeout
        while not look():
            failed = [line for line in self.log().splitlines() if " ERROR " in line or line.startswith("Caused by")]
            if failed or not self.running():
                raise KafkaError(f"Connect failed before {what}:\n" + "\n".join(failed[:10] or [self.log()[-3000:]]))
            if time.monotonic() > deadline:
                raise KafkaError(f"not within {timeout} s: {what}:\n{self.log()[-3000:]}")
            time.sleep(0.2)
