"""Processes that a test starts and that never outlive it.

A daemon lives in a temporary folder and ends with the process that started it, whatever way that one ends: stop() at
the end of the with block, atexit, and the kernel's parent-death signal should Python be killed. Only the daemon's own
pid is ever signalled.
"""

import atexit
import fcntl
import os
import queue
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HOST = "127.0.0.1"


class ServerError(RuntimeError):
    """A server that did not start, answer or stop; carries the end of its log."""


class _Launcher:
    """Starts processes from one thread that lives as long as Python.

    The parent-death signal comes when the *thread* that forked ends, so a server started from a passing thread would
    die with it.
    """

    def __init__(self):
        self._requests = queue.SimpleQueue()
        self._thread = None
        self._lock = threading.Lock()

    def popen(self, argv, **options):
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, daemon=True, name="launcher")
                self._thread.start()
        answer = queue.SimpleQueue()
        self._requests.put((argv, options, answer))
        result = answer.get()
        if isinstance(result, BaseException):
            raise result
        return result

    def _serve(self):
        while True:
            argv, options, answer = self._requests.get()
            try:
                answer.put(subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *argv], **options))
            except BaseException as error:  # pylint: disable=broad-except
                answer.put(error)


_launcher = _Launcher()
_running = set()
_signals_ready = False


def launch(argv, **options):
    """subprocess.Popen for a child that the kernel kills when this Python ends."""
    return _launcher.popen(argv, **options)


def _leave(number, _frame):
    sys.exit(128 + number)


def clean_up_at_exit():
    """SIGTERM and SIGHUP end Python by way of atexit, unless the program has its own handler."""
    global _signals_ready  # pylint: disable=global-statement
    if _signals_ready:
        return
    _signals_ready = True
    atexit.register(stop_all)
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) == signal.SIG_DFL:
                signal.signal(number, _leave)


def stop_all():
    """Stops every server that this process started and that still runs."""
    for server in list(_running):
        try:
            server.stop()
        except Exception as error:  # pylint: disable=broad-except
            print(f"harness: {error}", file=sys.stderr)


def free_port():
    """A TCP port on loopback that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def temporary_folder(name):
    """A new folder, and the open lock file that tells others it is in use."""
    base = tempfile.gettempdir()
    if len(base) > 60:  # a Unix socket's path has to fit into 107 bytes
        base = "/tmp"
    _sweep(Path(base))
    folder = Path(tempfile.mkdtemp(prefix=f"tidemark-{name}-", dir=base))
    lock = open(folder / "owner.lock", "w", encoding="utf-8")  # pylint: disable=consider-using-with
    fcntl.flock(lock, fcntl.LOCK_EX)
    return folder, lock


def _sweep(base):
    """Removes folders whose owner was killed before it could."""
    for lock_path in base.glob("tidemark-*/owner.lock"):
        try:
            if time.time() - lock_path.stat().st_mtime < 60:
                continue
            with open(lock_path, encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(lock_path.parent, ignore_errors=True)
        except OSError:
            continue


class Daemon:
    """One process with a folder of its own; subclasses start it."""

    def __init__(self):
        self.folder = None
        self._process = None
        self._folder_lock = None

    @property
    def log_path(self):
        return self.folder / "server.log"

    @property
    def pid(self):
        return self._process.pid if self._process else None

    def running(self):
        return self._process is not None and self._process.poll() is None

    def make_folder(self, name):
        """The folder, empty; once per life."""
        clean_up_at_exit()
        self.folder, self._folder_lock = temporary_folder(name)

    def launch(self, argv, **options):
        """Starts the process; what it prints goes to the end of log_path."""
        with open(self.log_path, "ab") as log:
            self._process = launch(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder, **options)
        _running.add(self)

    def stop(self):
        """Ends the server and removes its folder. At once, by SIGKILL: nobody will read what a clean end would write."""
        self.kill()
        _running.discard(self)
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            self._folder_lock.close()
            self.folder = None

    def shut_down(self, timeout=30):
        """Stops cleanly (SIGTERM, after timeout seconds SIGKILL) and keeps the data: start() or restart() goes on."""
        if self.running():
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self._process.kill()
        if self._process is not None:
            self._process.wait()
            self._process = None

    def kill(self):
        """SIGKILL: what a crash leaves behind stays."""
        if self.running():
            self._process.kill()
        if self._process is not None:
            self._process.wait()
            self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
