"""A broker that is away for long while rows keep coming: nothing is lost, and memory stays within its bound.

    outage.py [--minutes 10] [--rows 200000]

Two engines read the same MySQL into one broker, at least once and exactly once. The broker is killed, `rows` of about 1 kB
are written at once and then some every second, and after so many minutes the broker comes back. Each topic must then hold
every row in the order of its commits, the exactly-once one no row twice. The last line is `N passed, N failed`.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import confluent_kafka as client  # pylint: disable=wrong-import-position

from harness import standard  # pylint: disable=wrong-import-position
from harness.kafka import Kafka  # pylint: disable=wrong-import-position
from harness.servers import Mysql  # pylint: disable=wrong-import-position

PEAK_MB = 128


def start(server, broker, folder, prefix, **more):
    run = standard.engine(server, folder / prefix, sink="kafka", **{
        "name": prefix, "topic.prefix": prefix, "snapshot.mode": "no_data", "table.include.list": "shop.items",
        "debezium.sink.kafka.producer.bootstrap.servers": broker.bootstrap, **more})
    run.start()
    run.wait_for_log("event=stream.started", timeout=60)
    return run


def write(server, first, count):
    connection = server.connect(database="shop")
    with connection.cursor() as cursor:
        for at in range(first, first + count, 100):
            ids = range(at, min(at + 100, first + count))
            cursor.executemany("INSERT INTO items VALUES (%s, REPEAT('x', 900))", [(number,) for number in ids])
            connection.commit()
    connection.close()
    return first + count


def ids_of(broker, topic, count, timeout=300):
    """The keys of a topic in its order, when the row `count - 1` is there."""
    consumer = client.Consumer({"bootstrap.servers": broker.bootstrap, "group.id": topic, "isolation.level": "read_committed",
                                "enable.auto.commit": "false"})
    consumer.assign([client.TopicPartition(topic, 0, client.OFFSET_BEGINNING)])
    ids, deadline = [], time.monotonic() + timeout
    while (not ids or max(ids[-200:]) < count - 1) and time.monotonic() < deadline:
        for message in consumer.consume(1000, timeout=1):
            if message.error() is None:
                ids.append(int(message.key()[message.key().index(b":") + 1 : -1]))
    consumer.close()
    return ids


def verdict(name, ids, count, exact, peak):
    """What is wrong, or nothing."""
    if exact and len(ids) != len(set(ids)):
        return f"{len(ids) - len(set(ids))} rows came twice"
    seen, high = set(), -1
    for number in ids:
        if number not in seen and number < high:
            return f"row {number} came behind row {high}"
        seen.add(number)
        high = max(high, number)
    if missing := count - len(seen):
        return f"{missing} of {count} rows are missing"
    if peak >= PEAK_MB:
        return f"{peak:.0f} MB at the peak, {PEAK_MB} are allowed"
    print(f"outage: {name}: {count} rows in {len(ids)} records, {peak:.0f} MB at the peak", flush=True)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rows", type=int, default=200_000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="tidemark-outage-"))
    parts, failed = [], 0
    try:
        server = Mysql()
        parts.append(server)
        broker = Kafka()
        parts.append(broker)
        server.execute("CREATE DATABASE shop", "CREATE TABLE shop.items (id INT PRIMARY KEY, text VARCHAR(1000))")
        standard.account(server)
        engines = {
            "loose": start(server, broker, folder, "loose"),
            "exact": start(server, broker, folder, "exact", **{"exactly.once.support": "required", **standard.OFFSETS_IN_A_TOPIC,
                                                               "offset.storage.topic": "offsets",
                                                               "tidemark.data.dir": folder / "data"}),
        }
        parts += engines.values()
        count = write(server, 0, 1000)
        for name in engines:
            ids_of(broker, f"{name}.shop.items", count)
        broker.kill()
        print(f"outage: the broker is away for {options.minutes:g} minutes", flush=True)
        until = time.monotonic() + 60 * options.minutes
        count = write(server, count, options.rows)
        while time.monotonic() < until:
            count = write(server, count, 100)
            time.sleep(1)
        broker.start()
        for name, engine in engines.items():
            ids = ids_of(broker, f"{name}.shop.items", count)
            wrong = verdict(name, ids, count, name == "exact", engine.peak_mb())
            if wrong is None and (code := engine.stop()) != 0:
                wrong = f"ended with {code}"
            if wrong is not None:
                failed += 1
                print(f"outage: {name}: {wrong}\n{engine.log()[-3000:]}", flush=True)
    finally:
        for part in reversed(parts):
            (part.kill if hasattr(part, "kill") and part not in parts[:2] else part.stop)()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{2 - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
