"""The Kafka sink beside what bounds it: the same messages sent by a bare librdkafka loop, and by Kafka's own perf test.

MySQL, broker and engine share the machine. A run ends when the broker shows the last record to readers of committed ones.
"""

import collections
import functools
import json
import shutil
import statistics
import struct
import subprocess
import time

import confluent_kafka as client

import workload
from harness import standard
from harness.engine import binary, record_files
from harness.kafka import Kafka, java
from measure import BenchError, Run, program, ticks_s, timed

PREFIX = "tm"
PAYLOADS = 10_000  # values that the perf test holds in memory and draws from
# Delivery as the engine's, with a buffer large enough.
SETTINGS = ("enable.idempotence=true", "linger.ms=5", "batch.size=1000000", "queue.buffering.max.kbytes=65536",
            "queue.buffering.max.messages=1000000")
FORMS = (("at least once", {}), ("exactly once", {
    "exactly.once.support": "required",
    "offset.storage": "org.apache.kafka.connect.storage.KafkaOffsetBackingStore",
    "offset.storage.partitions": 1,
    "offset.storage.replication.factor": 1,
}))


def measure(bench):
    broker = Kafka(settings={"log.retention.bytes": 1 << 30, "log.segment.bytes": 256 << 20})
    try:
        _measure(bench, broker)
    finally:
        broker.stop()


def _measure(bench, broker):
    topic = f"{PREFIX}.{workload.ORDERS.name}"
    for name in (topic, "bare", "perf"):
        broker.create_topic(name)
    messages, lines, size = _messages(bench)
    each = size / bench.rows
    bench.figures.note(f"Kafka: {each:.0f} bytes a message, key, value and headers; one topic of one partition, no compression")
    bare, tool, engine = [], [], {name: [] for name, _ in FORMS}
    for repetition in range(bench.repeat):
        bare.append(timed([program("bench_produce"), broker.bootstrap, "bare", str(messages), *SETTINGS]))
        tool.append(timed(java("org.apache.kafka.tools.ProducerPerformance", "--topic", "perf", "--num-records", bench.rows,
                               "--payload-file", lines, "--throughput", -1, "--producer-props",
                               f"bootstrap.servers={broker.bootstrap}", "acks=all", "batch.size=1000000", "linger.ms=5")))
        for name, settings in FORMS:
            engine[name].append(_run(bench, broker, topic, f"offsets-{repetition}", settings))
    bare_rate = bench.rate("Kafka: bare librdkafka loop", bare)
    tool_rate = bench.rate("Kafka: kafka-producer-perf-test", tool)
    rates = {}
    for name, runs in engine.items():
        title = f"Kafka, {name}"
        rates[name] = bench.rate(f"{title}: streaming", [run["took"] for run in runs])
        bench.figures.value(f"{title}: streaming", rates[name] * each / 1e6, "MB/s")
        for process in ("engine", "broker", "server"):
            cpu = statistics.median(run[process] for run in runs) / bench.rows * 1e6
            bench.figures.value(f"{title}: CPU seconds per million rows, {process}", cpu, "s")
        bench.figures.aim_below(f"{title}: peak memory", max(run["peak"] for run in runs), 128, "MB")
    bench.figures.aim("Kafka: at least once / bare librdkafka loop", rates["at least once"] / bare_rate, 0.6)
    bench.figures.aim("Kafka: exactly once / at least once", rates["exactly once"] / rates["at least once"], 0.85)
    bench.figures.ratio("Kafka: at least once / kafka-producer-perf-test", rates["at least once"] / tool_rate)


def _messages(bench):
    """The stream's messages as the engine makes them: for bench_produce, a sample as lines for the perf test, and their size."""
    messages, lines = bench.folder / "messages.bin", bench.folder / "messages.txt"
    size, count, one_in = 0, 0, max(1, bench.rows // PAYLOADS)
    with Run(bench.server, bench.orders.offsets(bench), keep=True) as run:
        run.until_last(bench.orders.last)
        run.stop()
    with open(messages, "wb") as binary, open(lines, "wb") as text:
        for path in record_files(run.folder / "records"):
            with open(path, "rb") as records:
                for line in records:
                    value_at, headers_at = line.index(b',"value":'), line.rindex(b',"headers":')
                    key = line[line.index(b'"key":') + 6 : value_at]
                    value = line[value_at + 9 : headers_at]
                    headers = _headers(line[headers_at + 11 : line.rindex(b"}")])
                    binary.write(struct.pack("<III", len(key), len(value), headers.count) + key + value + headers.bytes)
                    if count % one_in == 0:
                        text.write(value + b"\n")
                    count += 1
                    size += len(key) + len(value) + len(headers.bytes) - 8 * headers.count
            path.unlink()
    return messages, lines, size


Headers = collections.namedtuple("Headers", "count bytes")


@functools.cache
def _headers(text):
    """As bench_produce takes them; texts go without their quotes, as from the engine."""
    pairs = [(name.encode(), value.encode()) for name, value in json.loads(text).items()]
    return Headers(len(pairs), b"".join(struct.pack("<II", len(n), len(v)) + n + v for n, v in pairs))


def _run(bench, broker, topic, offsets, settings):
    """One run from before the load until its last record is committed."""
    follower = client.Consumer({"bootstrap.servers": broker.bootstrap, "group.id": "bench", "isolation.level": "read_committed"})
    partition = client.TopicPartition(topic, 0)
    try:
        _, before = follower.get_watermark_offsets(partition, timeout=10)
        folder = bench.orders.offsets(bench)
        settings = {"debezium.sink.kafka.producer.bootstrap.servers": broker.bootstrap, **settings}
        if "offset.storage" in settings:
            settings |= {"offset.storage.topic": offsets, "offset.storage.file.filename": None, "tidemark.data.dir": folder / "data"}
            _import(folder, standard.properties(bench.server, folder, "kafka", **settings))
        costs = {"broker": broker.pid, "server": bench.server.pid}
        began = {name: ticks_s(pid) for name, pid in costs.items()}
        with Run(bench.server, folder, sink="kafka", **settings) as run:
            while True:
                _, end = follower.get_watermark_offsets(partition, timeout=10)
                if end - before >= bench.rows:
                    took = time.monotonic() - run.began
                    break
                run.check("its last record")
                time.sleep(0.01)
            out = {"took": took, "engine": run.cpu_s(), "peak": run.peak_mb(), **{n: ticks_s(p) - began[n] for n, p in costs.items()}}
            run.stop()
        return out
    finally:
        follower.close()


def _import(folder, settings):
    """Puts the offset of the folder's file into the topic, and its table structures where the topic's reader looks for them."""
    config = folder / "import.properties"
    config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
    data = folder / "data"
    data.mkdir()
    for path in folder.glob("offsets.json.schema.*"):
        shutil.copy(path, data / f"{settings['name']}{path.name.removeprefix('offsets.json')}")
    done = subprocess.run([binary(), "offsets", "import", str(config), str(folder / "offsets.json")], capture_output=True, text=True,
                          check=False)
    if done.returncode != 0:
        raise BenchError(f"offsets import ended with {done.returncode}: {done.stderr[-2000:]}")
