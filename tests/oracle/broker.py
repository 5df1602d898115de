"""Kafka as the engine's sink: a broker behind a proxy, and a reader of committed records that writes them down as lines.

All records go through one topic of one partition, so that their order is whole. The reader is librdkafka's binding for
Python, which shares no code with the engine.
"""

import json
import threading

import confluent_kafka as client

from harness import standard
from harness.daemon import HOST, free_port
from harness.kafka import Kafka
from oracle.proxy import Proxy

TOPIC = "oracle.all"
OFFSETS = "oracle.offsets"
_POLL_S = 0.1


class Broker:
    """One broker that is reached through `proxy`; what is committed appears in folder/records.

    exactly_once: offsets are in a topic, too; else records may repeat, and offsets are in a file.
    """

    def __init__(self, folder, exactly_once=True):
        self._folder = folder
        port = free_port()
        self.proxy = Proxy(port)
        self._records = self._offsets = None
        self._kafka = Kafka(port=port, settings={"advertised.listeners": f"PLAINTEXT://{HOST}:{self.proxy.port}"}, start=False)
        try:
            self._kafka.start()
            self._kafka.create_topic(TOPIC)
        except BaseException:
            self.stop()
            raise
        self.exactly_once = exactly_once
        self._records = _Lines(self._direct(), folder / "records/committed.jsonl", repeats=not exactly_once)
        self._offsets = _Latest(self._direct()) if exactly_once else None

    def properties(self):
        """What the engine's configuration says beside the source."""
        out = {
            "debezium.sink.type": "kafka",
            "debezium.sink.file.path": None,
            "debezium.sink.file.rotate.bytes": None,
            "debezium.sink.kafka.producer.bootstrap.servers": f"{HOST}:{self.proxy.port}",
            "header.converter": "org.apache.kafka.connect.json.JsonConverter",
            "transforms": "one",
            "transforms.one.type": "org.apache.kafka.connect.transforms.RegexRouter",
            "transforms.one.regex": ".*",
            "transforms.one.replacement": TOPIC,
        }
        if self.exactly_once:
            out |= {
                "exactly.once.support": "required",
                "offset.storage": "org.apache.kafka.connect.storage.KafkaOffsetBackingStore",
                "offset.storage.file.filename": None,
                "offset.storage.topic": OFFSETS,
                "offset.storage.partitions": 1,
                "offset.storage.replication.factor": 1,
                "tidemark.data.dir": str(self._folder / "data"),
            }
        return out

    def _direct(self):
        """Where this side reads: cut connections are the engine's trouble."""
        return {"bootstrap.servers": f"{HOST}:{self.proxy.port}", "isolation.level": "read_committed", "auto.offset.reset": "earliest",
                "group.id": "oracle", "enable.auto.commit": False, "enable.partition.eof": True, "check.crcs": True,
                "reconnect.backoff.max.ms": 200, "fetch.error.backoff.ms": 50, "fetch.wait.max.ms": 50,
                "log_level": 2}

    def state(self):
        """What the engine has stored, of what is committed; None while there is nothing."""
        return self._offsets.state() if self._offsets else standard.stored(self._folder)

    @property
    def repeated(self):
        """Records that came again."""
        return self._records.repeated

    def restart(self):
        """Kills the broker and starts it again."""
        self._kafka.restart(kill=True)

    def drain(self):
        """Waits until everything that is committed is written down."""
        self._records.drain()

    def stop(self):
        for follower in filter(None, (self._records, self._offsets)):
            follower.stop()
        self.proxy.close()
        self._kafka.stop()


class _Follower:
    """Reads a topic's only partition from its beginning, for ever, on a thread."""

    topic = None

    def __init__(self, settings):
        self._settings = settings
        self._stopping = threading.Event()
        self._failure = None
        self._at_end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name=self.topic)
        self._thread.start()

    def _run(self):
        consumer = client.Consumer(self._settings)
        consumer.assign([client.TopicPartition(self.topic, 0, 0)])
        try:
            while not self._stopping.is_set():
                message = consumer.poll(_POLL_S)
                if message is None:
                    continue
                error = message.error()
                if error is None:
                    self.take(message)
                elif error.code() == client.KafkaError._PARTITION_EOF:  # pylint: disable=protected-access
                    self.at_end()
                    self._at_end.set()
                elif error.fatal():
                    raise client.KafkaException(error)
        except Exception as error:  # pylint: disable=broad-except
            self._failure = error  # whatever it is: check() raises it where somebody waits
        finally:
            consumer.close()

    def take(self, message):
        raise NotImplementedError

    def at_end(self):
        pass

    def check(self):
        if self._failure:
            raise RuntimeError(f"the reader of {self.topic} failed: {self._failure}") from self._failure

    def drain(self, timeout=60):
        """Until the end as it is now has been reached: EOF is told anew whenever something came."""
        consumer = client.Consumer({**self._settings, "group.id": "oracle-end"})
        consumer.assign([client.TopicPartition(self.topic, 0, 0)])
        _, end = consumer.get_watermark_offsets(client.TopicPartition(self.topic, 0), timeout=timeout)
        consumer.close()
        deadline = threading.Event()
        for _ in range(int(timeout / _POLL_S)):
            self.check()
            if self.reached(end):
                return
            deadline.wait(_POLL_S)
        raise RuntimeError(f"the reader of {self.topic} did not come to {end}")

    def reached(self, end):
        raise NotImplementedError

    def stop(self):
        self._stopping.set()
        self._thread.join(10)


class _Lines(_Follower):
    """Writes records down as the file sink would, each under its table's topic.

    repeats: changes may come again after a restart, from an earlier place in the same order; only the first is written.
    """

    topic = TOPIC

    def __init__(self, settings, path, repeats):
        self._file = open(path, "wb")  # pylint: disable=consider-using-with
        self._next = 0
        self._seen = set() if repeats else None
        self._last = (None, False)  # the topic of the last change, and whether it came before
        self.repeated = 0
        super().__init__(settings)

    def take(self, message):
        self._next = message.offset() + 1
        value = message.value()
        value = None if value is None else json.loads(value)
        if value is not None:
            self._last = (self._topic_of(value), self._came_before(message.key(), value))
        topic, came_before = self._last  # a tombstone follows its delete
        if came_before:
            self.repeated += 1
            return
        fields = {"topic": topic, "key": json.loads(message.key()), "value": value,
                  "headers": {name: json.loads(text) for name, text in message.headers() or ()}}
        self._file.write(json.dumps(fields, ensure_ascii=False).encode() + b"\n")

    def _topic_of(self, value):
        return f"{value['source']['name']}.{value['source']['db']}.{value['source']['table']}"

    def _came_before(self, key, value):
        if self._seen is None or value["op"] == "r":
            return False
        source = value["source"]
        change = (source["file"], source["pos"], source["row"], value["op"], key)
        if change in self._seen:
            return True
        self._seen.add(change)
        return False

    def at_end(self):
        self._file.flush()

    def reached(self, end):
        # Behind the last record are the marks of its transaction.
        if self._at_end.is_set() and end - self._next <= 1:
            return True
        self._at_end.clear()
        return False

    def stop(self):
        super().stop()
        self._file.close()


class _Latest(_Follower):
    """Keeps what the engine stored last."""

    topic = OFFSETS

    def __init__(self, settings):
        self._state = None
        super().__init__(settings)

    def take(self, message):
        held = dict(message.headers() or ()).get("tidemark")
        if held is not None:
            self._state = json.loads(held)

    def reached(self, end):
        return True

    def state(self):
        self.check()
        return self._state
