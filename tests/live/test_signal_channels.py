"""Signals by a Kafka topic and by a file, and what is told of them.

The numbers of SilentFailure are those of the list the project works by (test_silent_failures has the others).
"""

import json
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness import kafka  # pylint: disable=wrong-import-position
from harness.daemon import free_port  # pylint: disable=wrong-import-position
from harness.servers import Mysql  # pylint: disable=wrong-import-position
from live.support import USAGE, LiveTest, fields, said  # pylint: disable=wrong-import-position

NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) SELECT i, CONCAT('n', i) FROM n"


class Channels(LiveTest):
    """One server for all of them, and one broker."""

    server_shared = None
    broker = None

    @classmethod
    def setUpClass(cls):
        if Channels.server_shared is None:
            Channels.server_shared = Mysql()
            unittest.addModuleCleanup(Channels.server_shared.stop)
        cls.server = Channels.server_shared

    def setUp(self):
        super().setUp()
        self.sql("CREATE TABLE shop.items (id INT PRIMARY KEY, name VARCHAR(80))")

    def fill(self, rows, first=1):
        self.sql("SET SESSION cte_max_recursion_depth = 1000000",
                 "INSERT INTO shop.items SELECT i + {}, name FROM (".format(first - 1) + NUMBERS.format(rows).replace(
                     "CONCAT('n', i)", "CONCAT('n', i) AS name") + ") AS t")

    def begin(self, until="event=stream.started", **more):
        engine = self.engine(**{"snapshot.mode": "no_data", "signal.poll.interval.ms": 50, **more}).start()
        engine.wait_for_log(until)
        return engine

    def reads(self, engine):
        return [c["value"]["after"]["id"] for c in self.changes(engine) if c["value"]["op"] == "r"]

    def completes(self, engine, signal_id, expected, timeout=60):
        verdict = self.verdict(engine, signal_id)
        self.assertTrue(verdict["accepted"], verdict)
        outcome = self.outcome(engine, signal_id, "shop.items", timeout)
        self.assertEqual("COMPLETED", outcome["status"], f"{outcome} {said(engine.log())}")
        self.assertEqual(sorted(expected), sorted(self.reads(engine)))

    def refused(self, engine, signal_id, *parts):
        verdict = self.verdict(engine, signal_id)
        self.assertFalse(verdict["accepted"], verdict)
        for part in parts:
            self.assertIn(part, verdict["reason"])

    def every_command(self, engine, send):
        """`send(id, type, data)` by the channel; every command does what it does as a row."""
        self.fill(20)
        send("log", "log", {"message": "here: {}"})
        engine.wait_for_log(r'event=signal.message id=log message="here: \S+:\d+"')
        send("some", "execute-snapshot", {"data-collections": ["shop.items"], "additional-conditions": [
            {"data-collection": "shop.items", "filter": "id > 15"}]})
        self.completes(engine, "some", range(16, 21))
        send("all", "execute-snapshot", {"data-collections": ["shop.items"], "type": "blocking"})
        self.completes(engine, "all", [*range(16, 21), *range(1, 21)])
        self.fill(20000, 21)
        send("long", "execute-snapshot", {"data-collections": ["shop.items"]})
        send("pause", "pause-snapshot", {})
        self.assertIn("paused: chunks in flight", self.verdict(engine, "pause")["reason"])
        send("resume", "resume-snapshot", {})
        self.assertTrue(self.verdict(engine, "resume")["accepted"])
        send("stop", "stop-snapshot", {"data-collections": ["shop.items"]})
        self.assertIn("stopped shop.items", self.verdict(engine, "stop")["reason"])
        self.assertEqual("STOPPED", self.outcome(engine, "long", "shop.items")["status"])
        send("again", "schema-changes", {"database": "shop", "changes": [{"type": "ALTER", "id": '"shop"."items"'}]})
        self.assertIn("shop.items was read again", self.verdict(engine, "again")["reason"])
        executed = self.server.connect()
        with executed.cursor() as cursor:
            cursor.execute("SELECT @@GLOBAL.gtid_executed")
            gtids = cursor.fetchone()[0].replace("\n", "")
        executed.close()
        self.sql("INSERT INTO shop.items VALUES (-1, 'moved')")
        self.wait_for_changes(engine, 1, where=lambda c: c["value"]["op"] == "c" and c["value"]["after"]["id"] == -1)
        send("move", "set-binlog-position", {"gtid_set": gtids})
        self.assertIn("the stream goes on behind", self.verdict(engine, "move")["reason"])
        self.wait_for_changes(engine, 2, where=lambda c: c["value"]["op"] == "c" and c["value"]["after"]["id"] == -1)
        engine.kill()
        engine.start()
        engine.wait_for_log("event=stream.started")
        self.sql("INSERT INTO shop.items VALUES (-2, 'on')")
        self.wait_for_changes(engine, 1, where=lambda c: c["value"]["op"] == "c" and c["value"]["after"]["id"] == -2)
        time.sleep(0.5)
        self.assert_stops(engine)
        log = engine.log_path.read_text(encoding="utf-8")
        for signal_id in ("some", "all", "long", "pause", "resume", "stop", "again", "move"):
            self.assertEqual(1, log.count(f"event=signal.accepted id={signal_id} "), f"{signal_id}: {said(log)}")


class KafkaChannel(Channels):
    @classmethod
    def setUpClass(cls):
        kafka.fetch_or_skip()
        super().setUpClass()
        if Channels.broker is None:
            Channels.broker = kafka.Kafka(sasl={"tide": "secret-9"})
            unittest.addModuleCleanup(Channels.broker.stop)

    def setUp(self):
        super().setUp()
        self.topic = f"signals-{self.id().split('.')[-1]}"

    def begin(self, topic=True, **more):
        """The topic is there and empty, with a message nobody minds, unless it is not to be."""
        if topic:
            self.broker.produce(self.topic, "before everything", key="nobody")
        return super().begin(**{"signal.enabled.channels": "source,kafka", "signal.kafka.topic": self.topic,
                                "signal.kafka.bootstrap.servers": self.broker.bootstrap, **more})

    def send(self, signal_id, kind, data, key="tm", partition=None):
        message = {"type": kind, "data": data}
        if signal_id is not None:
            message["id"] = signal_id
        self.broker.produce(self.topic, json.dumps(message), key=key, partition=partition)

    def wait_for_place(self, engine):
        """Until the channel knows where to begin: what is sent from now on is no old message."""
        engine.wait_until(lambda: (self.stored_signals() or {}).get("topic") == self.topic, 20, "the topic in the offset")

    def stored_signals(self):
        path = self.folder / "offsets.json"
        return json.loads(path.read_text(encoding="utf-8")).get("signals") if path.exists() else None


class Commands(KafkaChannel):
    def test_every_command_by_kafka(self):
        engine = self.begin(**{"incremental.snapshot.chunk.size": 10})
        self.wait_for_place(engine)
        self.every_command(engine, self.send)

    def test_a_restart_neither_repeats_nor_misses(self):
        engine = self.begin()
        self.wait_for_place(engine)
        for number in range(4):
            self.send(f"up{number}", "log", {"message": f"up {number}"})
            self.verdict(engine, f"up{number}")
            (engine.kill if number % 2 else engine.stop)()
            self.send(f"down{number}", "log", {"message": f"down {number}"})
            engine.start()
            self.verdict(engine, f"down{number}")
        self.assert_stops(engine)
        log = engine.log_path.read_text(encoding="utf-8")
        for number in range(4):
            for which in ("up", "down"):
                self.assertEqual(1, log.count(f"event=signal.accepted id={which}{number} "), f"{which}{number}: {said(log, 6000)}")
        # One message of before the first start; the group says the same, for people's tools.
        self.assertEqual({"0": 9}, self.stored_signals()["next"])

    def test_from_the_command_line(self):
        engine = self.begin()
        self.wait_for_place(engine)
        self.sql("INSERT INTO shop.items VALUES (1, 'a')")
        done = engine.call("signal", "execute-snapshot", "shop.items", "--channel", "kafka", "--id", "cli")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("cli execute-snapshot accepted: queued shop.items", done.stdout)
        self.completes(engine, "cli", [1])
        done = engine.call("signal", "execute-snapshot", "shop.items", "--channel", "file")
        self.assertEqual(USAGE, done.returncode, done.stderr)
        self.assertIn("signal.enabled.channels does not name file", done.stderr)
        self.assertEqual(USAGE, engine.call("signal", "log", "--message", "m", "--channel", "jmx").returncode)
        self.assert_stops(engine)

    def test_a_broker_that_is_away(self):
        engine = super().begin(**{"signal.kafka.bootstrap.servers": f"127.0.0.1:{free_port()}"})
        line = engine.wait_for_log("event=signal.topic_unreadable")
        self.assertTrue(fields(line if isinstance(line, str) else engine.log()).get("do"), said(engine.log()))
        self.sql("INSERT INTO shop.items VALUES (1, 'a')")
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)

    def test_a_topic_that_comes_later(self):
        engine = self.begin(topic=False, **{"signal.kafka.topic": self.topic})
        engine.wait_for_log("event=signal.topic_missing")
        self.send("first", "log", {"message": "m"})
        self.assertTrue(self.verdict(engine, "first", 30)["accepted"])
        self.assert_stops(engine)

    def test_without_the_channel_nothing_is_read(self):
        engine = self.begin(**{"signal.enabled.channels": "source"})
        self.send("x", "log", {"message": "m"})
        own = self.signal("log", {"message": "by the table"})
        self.verdict(engine, own)
        self.assertNotIn("id=x ", engine.log())
        self.assertIsNone(self.stored_signals())
        self.assert_stops(engine)


class SilentFailure03(KafkaChannel):
    """A key that is not topic.prefix, or none."""

    def test_is_told_with_the_key_that_would_be_right(self):
        engine = self.begin(**{"notification.enabled.channels": "log"})
        self.wait_for_place(engine)
        self.send("lost", "log", {"message": "m"}, key="shop")
        engine.wait_for_log(r'event=signal.message_ignored .*its key is \\"shop\\".*have the key \\"tm\\"')
        engine.wait_for_log(r"event=notification .*type=REFUSED .*its key is")
        self.send("lost", "log", {"message": "m"}, key=None)
        self.send("found", "log", {"message": "m"})
        self.verdict(engine, "found")
        self.assertNotIn("id=lost ", engine.log())
        self.assertEqual(1, engine.log().count("event=signal.message_ignored"))  # at most once a minute
        self.assert_stops(engine)

    def test_none_at_all(self):
        engine = self.begin()
        self.wait_for_place(engine)
        self.send("lost", "log", {"message": "m"}, key=None)
        engine.wait_for_log(r'event=signal.message_ignored .*it has no key.*do="send it with the key tm"')
        self.assert_stops(engine)


class SilentFailure04(KafkaChannel):
    """Messages and files at which the original's poller dies."""

    def test_messages_without_data_are_answered(self):
        engine = self.begin()
        self.wait_for_place(engine)
        self.broker.produce(self.topic, '{"id":"a","type":"pause-snapshot"}', key="tm")
        self.broker.produce(self.topic, '{"id":"b","type":"log","data":"{}"}', key="tm")
        self.broker.produce(self.topic, "execute it", key="tm")
        self.broker.produce(self.topic, None, key="tm")
        self.send("good", "log", {"message": "m"})
        self.refused(engine, "a", '"data" is missing')
        self.refused(engine, "b", "data is not a JSON object")
        self.refused(engine, f"{self.topic}[0]@3", "it is no JSON")
        self.refused(engine, f"{self.topic}[0]@4", "it is empty")
        self.assertTrue(self.verdict(engine, "good")["accepted"])
        self.assert_stops(engine)


    def test_a_login_that_is_refused_is_said_and_tried_again(self):
        login = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="tide" password="{}";'
        by_login = {"signal.kafka.bootstrap.servers": self.broker.sasl_bootstrap, "signal.consumer.sasl.mechanism": "PLAIN",
                    "signal.consumer.security.protocol": "SASL_PLAINTEXT"}
        engine = self.begin(**by_login, **{"signal.consumer.sasl.jaas.config": login.format("wrong-9")})
        engine.wait_for_log(r"event=signal.topic_unreadable .*do=")
        self.sql("INSERT INTO shop.items VALUES (1, 'a')")
        self.wait_for_names(engine, ["a"])
        self.assert_stops(engine)
        self.assertNotIn("wrong-9", engine.log())
        engine.defines = {"signal.consumer.sasl.jaas.config": login.format("secret-9")}
        engine.start()
        self.wait_for_place(engine)
        self.send("good", "log", {"message": "m"})
        self.assertTrue(self.verdict(engine, "good")["accepted"])
        self.assert_stops(engine)


class SilentFailure05(KafkaChannel):
    """A message in another partition than 0."""

    def test_is_read_as_well(self):
        self.broker.create_topic(self.topic, partitions=3)
        engine = self.begin(topic=False)
        self.wait_for_place(engine)
        for partition in (2, 0, 1):
            self.send(f"in{partition}", "log", {"message": "m"}, partition=partition)
        for partition in (0, 1, 2):
            self.assertTrue(self.verdict(engine, f"in{partition}")["accepted"])
        self.assert_stops(engine)
        self.assertEqual({"0": 1, "1": 1, "2": 1}, self.stored_signals()["next"])


class SilentFailure24(KafkaChannel):
    """Two connectors with one topic and one group."""

    def test_each_goes_on_where_it_was(self):
        shared = {"signal.kafka.groupId": "kafka-signal"}
        first = self.begin(**shared)
        self.wait_for_place(first)
        other = self.engine(folder=self.folder / "other", signals=False, **{
            "topic.prefix": "tn", "snapshot.mode": "no_data", "signal.enabled.channels": "source,kafka",
            "signal.data.collection": self.signals, "signal.kafka.topic": self.topic,
            "signal.kafka.bootstrap.servers": self.broker.bootstrap, **shared}).start()
        other.wait_for_log("event=stream.started")
        self.send("a", "log", {"message": "m"})
        self.verdict(first, "a")
        self.assert_stops(first)
        self.send("b", "log", {"message": "m"})
        self.send("c", "log", {"message": "m"}, key="tn")
        other.wait_for_log("event=signal.accepted id=c ")
        time.sleep(0.5)  # for its commit to the group, behind b
        self.assert_stops(other)
        first.start()
        self.assertTrue(self.verdict(first, "b")["accepted"])
        self.assert_stops(first)
        self.assertEqual(1, first.log_path.read_text(encoding="utf-8").count("event=signal.accepted id=a "))


class SilentFailure25(KafkaChannel):
    """A first start on a topic that holds old signals."""

    def test_old_ones_are_left_alone_and_said(self):
        for number in range(3):
            self.send(f"old{number}", "log", {"message": "m"})
        engine = self.begin()
        engine.wait_for_log(r"event=signal.old_messages_ignored topic=\S+ messages=4 .*auto.offset.reset=earliest")
        self.wait_for_place(engine)
        self.send("new", "log", {"message": "m"})
        self.verdict(engine, "new")
        self.assert_stops(engine)
        self.assertNotIn("id=old", engine.log())

    def test_they_are_executed_where_that_is_asked_for(self):
        self.send("old", "log", {"message": "m"})
        engine = self.begin(**{"signal.consumer.auto.offset.reset": "earliest"})
        self.assertTrue(self.verdict(engine, "old")["accepted"])
        self.assert_stops(engine)
        engine.start()
        self.send("new", "log", {"message": "m"})
        self.verdict(engine, "new")
        self.assert_stops(engine)
        self.assertEqual(1, engine.log_path.read_text(encoding="utf-8").count("event=signal.accepted id=old "))

    def test_signals_sent_during_the_first_snapshot_are_new(self):
        self.fill(10)
        engine = self.begin(until="event=snapshot.completed", **{"snapshot.mode": "initial", "streaming.delay.ms": 1000})
        self.send("early", "log", {"message": "m"})
        self.assertTrue(self.verdict(engine, "early")["accepted"])
        self.assert_stops(engine)


class ByFile(Channels):
    def begin(self, **more):
        return super().begin(**{"signal.enabled.channels": "source,file", "signal.file": self.file, **more})

    @property
    def file(self):
        return self.folder / "signals.txt"

    def send(self, signal_id, kind, data):
        self.append(json.dumps({"id": signal_id, "type": kind, "data": data}))

    def append(self, line):
        with open(self.file, "a", encoding="utf-8") as out:
            out.write(line + "\n")

    def wait_until_empty(self, engine):
        engine.wait_until(lambda: self.file.exists() and self.file.stat().st_size == 0, 20, "an empty file")


class FileChannel(ByFile):
    def test_every_command_by_file(self):
        engine = self.begin(**{"incremental.snapshot.chunk.size": 10})
        self.every_command(engine, self.send)
        self.assertEqual(0, self.file.stat().st_size)

    def test_lines_that_are_no_signals_are_answered(self):
        engine = self.begin()
        self.append("execute it")
        self.append('{"type":"log","data":{"message":"m"}}')
        self.append('{"id":"c","type":"log"}')
        self.append('{"id":"d","type":"log","data":{"message":"m"},"additionalData":{"by":"me"}}')
        self.refused(engine, f"{self.file}:1", "it is no JSON")
        self.refused(engine, f"{self.file}:2", '"id" is missing')
        self.refused(engine, "c", '"data" is missing')
        self.assertTrue(self.verdict(engine, "d")["accepted"])
        self.wait_until_empty(engine)
        self.send("e", "log", {"message": "m"})
        self.assertTrue(self.verdict(engine, "e")["accepted"])
        self.assert_stops(engine)

    def test_a_restart_neither_repeats_nor_misses(self):
        self.send("early", "log", {"message": "m"})
        engine = self.begin()
        self.verdict(engine, "early")
        expected = ["early"]
        for number in range(4):
            # In one go, and killed at once: what was executed and what was emptied differ each time.
            for part in range(3):
                self.send(f"up{number}{part}", "log", {"message": "m"})
                expected.append(f"up{number}{part}")
            time.sleep(0.05 * number)
            engine.kill()
            self.send(f"down{number}", "log", {"message": "m"})
            expected.append(f"down{number}")
            engine.start()
            self.verdict(engine, f"down{number}")
        self.wait_until_empty(engine)
        self.assert_stops(engine)
        verdicts = json.loads((self.folder / "offsets.json").read_text(encoding="utf-8"))["verdicts"]
        self.assertEqual(expected, [verdict["signal_id"] for verdict in verdicts])

    def test_lines_come_while_it_is_emptied(self):
        engine = self.begin(**{"signal.poll.interval.ms": 1})
        for number in range(400):
            self.send(f"n{number}", "log", {"message": "m"})
        engine.wait_for_log("event=signal.accepted id=n399 ")
        self.wait_until_empty(engine)
        self.assert_stops(engine)
        for number in range(400):
            self.assertEqual(1, engine.log().count(f"event=signal.accepted id=n{number} "), number)

    def test_from_the_command_line(self):
        engine = self.begin()
        done = engine.call("signal", "log", "--channel", "file", "--data", '{"message":\n"m"}')
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("log accepted: logged", done.stdout)
        self.assert_stops(engine)

    def test_a_file_that_cannot_be_read(self):
        self.file.mkdir()
        engine = self.begin(**{"signal.file": self.file})
        engine.wait_for_log(r"event=signal.file_unreadable .*is no regular file.* do=")
        time.sleep(0.3)
        self.assertEqual(1, engine.log().count("event=signal.file_unreadable"))
        self.file.rmdir()
        self.send("a", "log", {"message": "m"})
        self.assertTrue(self.verdict(engine, "a")["accepted"])
        self.assert_stops(engine)


class Notifications(ByFile):
    def told(self, engine):
        """(aggregate, type, additional data without the connector's name, id) in the order of the output."""
        records = [r["value"] for r in engine.records(self.folder / "records") if r["topic"] == "told"]
        for value in records:
            self.assertEqual(["id", "type", "aggregate_type", "additional_data", "timestamp"], list(value))
            self.assertEqual("tm", value["additional_data"].pop("connector_name"))
            self.assertAlmostEqual(time.time() * 1000, value["timestamp"], delta=120_000)
        return [(v["aggregate_type"], v["type"], v["additional_data"], v["id"]) for v in records]

    def test_of_snapshots_and_signals_in_a_topic_and_the_log(self):
        self.fill(3)
        engine = self.begin(**{"snapshot.mode": "initial", "notification.enabled.channels": "sink,log",
                               "notification.sink.topic.name": "told", "incremental.snapshot.chunk.size": 2,
                               "incremental.snapshot.max.threads": 1})
        self.send("s1", "execute-snapshot", {"data-collections": ["shop.items"]})
        self.outcome(engine, "s1", "shop.items")
        self.send("s2", "execute-snapshot", {"data-collections": ["shop.items"], "type": "blocking"})
        self.outcome(engine, "s2", "shop.items")
        self.send("s3", "stop-snapshots", {})
        self.verdict(engine, "s3")
        self.assert_stops(engine)
        engine.start()
        engine.wait_for_log("event=stream.started")
        self.assert_stops(engine)
        told = self.told(engine)
        of_items = {"data_collections": "shop.items"}
        read = {**of_items, "scanned_collection": "shop.items", "total_rows_scanned": "3", "status": "SUCCEEDED"}
        self.assertEqual([
            ("Initial Snapshot", "STARTED", {}),
            ("Initial Snapshot", "IN_PROGRESS", {**of_items, "current_collection_in_progress": "shop.items"}),
            ("Initial Snapshot", "TABLE_SCAN_COMPLETED", read),
            ("Initial Snapshot", "COMPLETED", {}),
            ("Incremental Snapshot", "STARTED", {**of_items, "signal_id": "s1"}),
            ("Incremental Snapshot", "IN_PROGRESS", {**of_items, "current_collection_in_progress": "shop.items",
                                                     "maximum_key": "3", "last_processed_key": "2", "signal_id": "s1"}),
            ("Incremental Snapshot", "IN_PROGRESS", {**of_items, "current_collection_in_progress": "shop.items",
                                                     "maximum_key": "3", "last_processed_key": "3", "signal_id": "s1"}),
            ("Incremental Snapshot", "TABLE_SCAN_COMPLETED", {**read, "signal_id": "s1"}),
            ("Incremental Snapshot", "COMPLETED", {"signal_id": "s1"}),
            ("Initial Snapshot", "STARTED", {"signal_id": "s2"}),
            ("Initial Snapshot", "IN_PROGRESS", {**of_items, "current_collection_in_progress": "shop.items", "signal_id": "s2"}),
            ("Initial Snapshot", "TABLE_SCAN_COMPLETED", {**read, "signal_id": "s2"}),
            ("Initial Snapshot", "COMPLETED", {"signal_id": "s2"}),
        ], [what[:3] for what in told[:13]])
        self.assertEqual(["s1"] * 5, [what[3] for what in told[4:9]])
        self.assertEqual(("Signal", "REFUSED", "s3"), (*told[13][:2], told[13][3]))
        self.assertIn("did you mean", told[13][2]["reason"])
        self.assertEqual([("Initial Snapshot", "SKIPPED", {})], [what[:3] for what in told[14:]])
        log = engine.log_path.read_text(encoding="utf-8")
        self.assertEqual(15, log.count("event=notification "), said(log))
        # In stream order: STARTED before the rows, COMPLETED behind them.
        records = engine.records(self.folder / "records")
        first = next(i for i, r in enumerate(records) if r["topic"] == "told" and r["value"]["id"] == "s1")
        rows = [i for i, r in enumerate(records) if r["topic"] == "tm.shop.items" and r["value"]["source"]["snapshot"] == "incremental"]
        last = next(i for i, r in enumerate(records) if r["topic"] == "told" and r["value"]["id"] == "s1" and r["value"]["type"] == "COMPLETED")
        self.assertEqual(3, len(rows))
        self.assertTrue(first < rows[0] and rows[-1] < last, (first, rows, last))


if __name__ == "__main__":
    unittest.main()
