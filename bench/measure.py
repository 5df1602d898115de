"""Runs the engine and its rivals, and tells how long they took and what they cost."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import workload
from harness import standard
from harness.engine import binary, record_files
from harness.daemon import launch

_TICKS = os.sysconf("SC_CLK_TCK")
_POLL_S = 0.002
_TAIL = 1 << 17  # more than any record


class BenchError(RuntimeError):
    """Something measured did not do what it should."""


def program(name):
    """A program of bench/, built beside the engine."""
    path = Path(binary()).parent / name
    if not path.exists():
        raise BenchError(f"{path} is not there: build the target {name}")
    return str(path)


def timed(argv, output=None):
    """Runs a rival to its end: seconds it took."""
    began = time.monotonic()
    with open(output or os.devnull, "wb") as out:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, check=False)
    took = time.monotonic() - began
    if done.returncode != 0:
        raise BenchError(f"{argv[0]} ended with {done.returncode}: {done.stderr.decode('utf-8', 'replace')[-2000:]}")
    if output:
        os.unlink(output)
    return took


def ticks_s(pid):
    """Seconds of processor time that a process has used."""
    return _ticks_of(pid) / _TICKS


def _ticks_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


class Neighbours:
    """What everything but our own processes takes of the machine from now on."""

    def __init__(self, *pids):
        self._pids = pids
        self._began = self._now()

    def _now(self):
        with open("/proc/stat", encoding="ascii") as stat:
            ticks = [int(word) for word in next(stat).split()[1:9]]
        busy = sum(ticks) - ticks[3] - ticks[4]
        mine = os.times()
        ours = sum(map(_ticks_of, self._pids)) + sum(mine[:4]) * _TICKS
        return sum(ticks), busy, ours

    def share(self):
        """Of all processors' time; 0 to 1."""
        total, busy, ours = (now - then for now, then in zip(self._now(), self._began))
        return max(0.0, (busy - ours) / max(1, total))


class Run:
    """One run of the engine into a file sink, into a pipe ("stdout"), into the void ("null") or to Kafka, in a folder that holds
    its offsets.

    keep: the folder stays as the run left it, for others to go on from a copy of it. build: another build of the engine.
    """

    def __init__(self, server, folder, sink="file", keep=False, build=None, **properties):
        self.folder = folder
        self._keep = keep
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "records").mkdir(exist_ok=True)
        settings = standard.properties(server, folder, "stdout" if sink == "null" else sink, **{
            "table.include.list": workload.ORDERS.name,
            "database.ssl.mode": "disabled",
            "offset.flush.interval.ms": None,
            **properties,
        })
        config = folder / "engine.properties"
        config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()), encoding="utf-8")
        self._output_before = self.output_bytes()
        self._log = open(folder / "engine.log", "wb")  # pylint: disable=consider-using-with
        self.began = time.monotonic()
        self.process = launch(
            [build or binary(), "run", str(config)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if sink == "stdout" else subprocess.DEVNULL,
            stderr=self._log,
        )

    def log(self):
        return (self.folder / "engine.log").read_text("utf-8", "replace")

    def check(self, what):
        """Whatever is waited for: the engine must be there."""
        self._check(what, self.began + 300)

    def _check(self, what, deadline):
        if self.process.poll() is not None:
            raise BenchError(f"the engine ended with {self.process.returncode} before {what}\n{self.log()[-3000:]}")
        if time.monotonic() > deadline:
            raise BenchError(f"too long: {what}\n{self.log()[-3000:]}")

    def until_first_record(self, timeout=60):
        """Seconds from start until the output grows."""
        deadline = time.monotonic() + timeout
        while self.output_bytes() == self._output_before:
            self._check("its first record", deadline)
            time.sleep(0.0005)
        return time.monotonic() - self.began

    def until_last(self, text, timeout=120):
        """Seconds from start until the output's end shows `text`, whose record is the last."""
        deadline = time.monotonic() + timeout
        wanted = text.encode()
        while True:
            files = record_files(self.folder / "records")
            if files:
                with open(files[-1], "rb") as last:
                    last.seek(max(0, last.seek(0, os.SEEK_END) - _TAIL))
                    if wanted in last.read():
                        return time.monotonic() - self.began
            self._check(f"a record with {text}", deadline)
            time.sleep(_POLL_S)

    def until_log(self, text, timeout=120):
        """The instant (monotonic seconds) at which the log shows `text`."""
        deadline = time.monotonic() + timeout
        while text not in self.log():
            self._check(f"the log's {text}", deadline)
            time.sleep(_POLL_S)
        return time.monotonic()

    def until_snapshot_done(self, timeout=120):
        """The instant at which an incremental snapshot ended well."""
        at = self.until_log("event=snapshot.table_done", timeout)
        if "status=COMPLETED" not in self.log():
            raise BenchError(f"the incremental snapshot failed\n{self.log()[-3000:]}")
        return at

    def until_stored(self, text, timeout=120):
        """Until the offset file shows `text`."""
        deadline = time.monotonic() + timeout
        path = self.folder / "offsets.json"
        while not path.exists() or text not in path.read_text(encoding="utf-8"):
            self._check(f"an offset with {text}", deadline)
            time.sleep(_POLL_S)

    def peak_mb(self):
        """The most memory that was ever resident."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            line = next(line for line in status if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024

    def cpu_s(self):
        """Seconds of processor time used so far, by all threads."""
        return ticks_s(self.process.pid)

    def output_bytes(self):
        return sum(f.stat().st_size for f in record_files(self.folder / "records"))

    def stop(self):
        """SIGTERM; seconds until the end."""
        began = time.monotonic()
        if self.process.stdout:
            self.process.stdout.close()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return time.monotonic() - began

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._log.close()
        if not self._keep:
            shutil.rmtree(self.folder / "records", ignore_errors=True)


class Writer:
    """A writer of workload.py beside a measurement."""

    def __init__(self, *arguments):
        argv = [sys.executable, workload.__file__, *map(str, arguments)]
        self.process = launch(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def finish(self):
        """What it printed; a writer at a rate ends with this."""
        if self.process.poll() is None and not self.process.stdin.closed:
            out, _ = self.process.communicate("\n")
            return out
        return self.process.stdout.read()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
