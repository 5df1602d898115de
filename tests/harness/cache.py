"""A folder for what is dear to make: server packages, initialised data folders.

An entry appears whole or not at all: it is built in a scratch folder and renamed. A lock file per entry keeps two
processes from building the same one; the second waits and finds it done.
"""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path


def cache_dir():
    """${TIDEMARK_CACHE:-${XDG_CACHE_HOME:-~/.cache}/tidemark}, created."""
    explicit = os.environ.get("TIDEMARK_CACHE")
    if explicit:
        path = Path(explicit)
    else:
        path = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tidemark"
    path.mkdir(parents=True, exist_ok=True)
    return path.absolute()


@contextlib.contextmanager
def locked(path):
    """Holds an exclusive lock on the file `path` for the length of a with block."""
    with open(path, "a", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def entry(name, build):
    """The folder cache_dir()/name, made by build(scratch) when it is not there yet."""
    target = cache_dir() / name
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target.parent / (target.name + ".lock")):
        if target.is_dir():
            return target
        scratch = Path(tempfile.mkdtemp(prefix=target.name + ".tmp-", dir=target.parent))
        try:
            build(scratch)
            os.rename(scratch, target)
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
    return target
