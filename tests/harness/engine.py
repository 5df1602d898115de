"""Runs the engine as an operator would: a configuration file, a process, its log and its records.

    engine = Engine(folder, {"database.hostname": server.host, ...})
    engine.start()
    engine.wait_for_log(r"event=streaming.started")
    ...
    code = engine.stop()
    for record in engine.records(): ...

Knows nothing of the engine's inner life: what it reads is what anyone may read.
"""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

from harness.daemon import launch

ROOT = Path(__file__).resolve().parent.parent.parent


def binary():
    """The program under test: TIDEMARK_BIN, or the release build."""
    path = Path(os.environ.get("TIDEMARK_BIN") or ROOT / "build/release/tidemark")
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: ./dev build")
    return str(path)


class EngineError(AssertionError):
    """The engine did not do in time what the test waits for; carries the end of its log."""


class Engine:
    """One engine process at a time on one configuration; may be started again after it ended.

    folder     where the configuration, the log and the output lie; made when missing
    config     properties without prefix, such as "database.hostname"; a text is written as it is
    """

    def __init__(self, folder, config, *, defines=None, env=None, name="engine"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config_path = self.folder / f"{name}.properties"
        self.log_path = self.folder / f"{name}.log"  # standard error of every run, one after the other
        self.name = name
        self.runs = 0  # how often it was started
        self.defines = dict(defines or {})  # -D name=value
        self.env = dict(env or {})
        self.process = None
        self._log_from = 0  # where the present run's log begins
        self.write_config(config)

    @property
    def out_path(self):
        """Standard output of the present run; each has its own, for a killed engine may leave half a line."""
        return self.folder / f"{self.name}.{max(1, self.runs)}.out"

    def write_config(self, config):
        """(Re)writes the configuration; takes effect at the next start."""
        if not isinstance(config, str):
            config = "".join(f"{name}={value}\n" for name, value in config.items())
        self.config_path.write_text(config, encoding="utf-8")

    # -- life ------------------------------------------------------------------------------------------------------

    def command(self, subcommand="run", *arguments):
        """argv of a subcommand on this configuration."""
        defines = [word for name, value in self.defines.items() for word in ("-D", f"{name}={value}")]
        return [binary(), subcommand, str(self.config_path), *defines, *map(str, arguments)]

    def start(self, *arguments):
        """Starts `tidemark run`; returns at once."""
        if self.running():
            raise RuntimeError("the engine runs already")
        self._log_from = self.log_path.stat().st_size if self.log_path.exists() else 0
        self.runs += 1
        with open(self.log_path, "ab") as log, open(self.out_path, "wb") as out:
            self.process = launch(
                self.command("run", *arguments),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, **self.env},
            )
        return self

    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self):
        return self.process.pid if self.process else None

    def peak_mb(self):
        """The most memory that was ever resident."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) // 1024

    def stop(self, timeout=15):
        """SIGTERM; the exit code. An engine that does not end in time is killed, and that is an error."""
        if self.running():
            self.process.send_signal(signal.SIGTERM)
        return self.wait(timeout)

    def kill(self):
        """SIGKILL; the exit code, -9 if it still ran."""
        if self.running():
            self.process.kill()
        return self.process.wait() if self.process else None

    def wait(self, timeout=60):
        """Waits until the engine ends by itself; the exit code."""
        if self.process is None:
            return None
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise EngineError(f"the engine did not end within {timeout} s\n{self._tail()}") from None

    def run(self, *arguments, timeout=60):
        """start() and wait(): for runs that end by themselves."""
        self.start(*arguments)
        return self.wait(timeout)

    def __enter__(self):
        return self if self.running() else self.start()

    def __exit__(self, *_):
        self.kill()

    def call(self, subcommand, *arguments, timeout=60, input=None):  # pylint: disable=redefined-builtin
        """Runs another subcommand (signal, status, offsets show ...) to its end: CompletedProcess with text."""
        if " " in subcommand:
            first, rest = subcommand.split(" ", 1)
            command = [binary(), first, *rest.split(), str(self.config_path), *map(str, arguments)]
        else:
            command = self.command(subcommand, *arguments)
        return subprocess.run(
            command,
            input=input,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            cwd=self.folder,
            env={**os.environ, **self.env},
        )

    # -- what it says ----------------------------------------------------------------------------------------------

    def log(self, all_runs=False):
        """Standard error of the present run (or of all runs) as text."""
        if not self.log_path.exists():
            return ""
        with open(self.log_path, "rb") as log:
            log.seek(0 if all_runs else self._log_from)
            return log.read().decode("utf-8", "replace")

    def wait_for_log(self, pattern, timeout=30, count=1):
        """Waits until `count` lines of the present run match; the match of the last. Fails early if the engine ends."""
        wanted = re.compile(pattern)

        def look():
            matches = [m for m in map(wanted.search, self.log().splitlines()) if m]
            return matches[count - 1] if len(matches) >= count else None

        return self.wait_until(look, timeout, f"a log line like {pattern!r}")

    def wait_until(self, condition, timeout=30, what="the condition"):
        """Calls condition() until it is true; its value. Fails early if the engine ends."""
        deadline = time.monotonic() + timeout
        while True:
            ended = not self.running()
            value = condition()
            if value:
                return value
            if ended:
                code = self.process.returncode if self.process else None
                raise EngineError(f"the engine ended with {code} before {what}\n{self._tail()}")
            if time.monotonic() > deadline:
                raise EngineError(f"not within {timeout} s: {what}\n{self._tail()}")
            time.sleep(0.01)

    def _tail(self, size=4000):
        return f"--- end of {self.log_path}\n{self.log()[-size:]}"

    # -- what it emits ---------------------------------------------------------------------------------------------

    def records(self, path=None):
        """All complete records of the file sink's output at path, or of this run's standard output."""
        return read_records(path or self.out_path)

    def wait_for_records(self, count, path=None, timeout=30, where=lambda record: True):
        """Waits until at least `count` records satisfy `where`; those records."""

        def look():
            found = [record for record in self.records(path) if where(record)]
            return found if len(found) >= count else None

        return self.wait_until(look, timeout, f"{count} records")


def record_files(path):
    """The files of a file sink's output, oldest first.

    path is what the sink was configured with (a stem, or a folder whose stem is then `changes`), or one file.
    """
    path = Path(path)
    if path.is_file():
        return [path]
    stem = path / "changes" if path.is_dir() else path.with_suffix("") if path.suffix == ".jsonl" else path
    return sorted(f for f in stem.parent.glob(f"{stem.name}-*.jsonl") if f.stem[len(stem.name) + 1 :].isdigit())


def read_records(path):
    """Records as dicts with topic, key, value, headers. A half line at the very end is left out; elsewhere an error."""
    records = []
    files = record_files(path)
    for number, file in enumerate(files):
        data = file.read_bytes()
        *lines, rest = data.split(b"\n")
        if rest and number != len(files) - 1:
            raise ValueError(f"{file}: half a line at the end of a file that is not the last")
        for at, line in enumerate(lines, 1):
            try:
                records.append(json.loads(line))
            except ValueError as error:
                raise ValueError(f"{file}:{at}: {error}: {line[:200]!r}") from None
    return records
