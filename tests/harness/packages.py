"""Server programs: those on PATH, or Debian unstable's, unpacked into a private prefix.

Nothing is installed: apt runs with a state of its own (lists, cache, an empty status file) and one source made from
the machine's own Debian entry with the suite set to sid; it only downloads, and `dpkg -x` unpacks. The programs run
through the prefix's own loader and libraries, so that they don't care how old the machine's C library is.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from harness import cache

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_SUITE = re.compile(r"^(bookworm|trixie|forky|sid|unstable|testing|stable|oldstable)(-updates)?$")


@dataclass
class AptEntry:
    """One `deb` source: where it lies, which suites and components, and who signs it."""

    uris: list
    suites: list
    components: list
    options: dict = field(default_factory=dict)  # deb822 names, lower case, to values

    def score(self):
        """How sure we are that this is Debian itself and not another vendor's archive; 0 is no."""
        if "main" not in self.components or not any(_SUITE.match(s) for s in self.suites):
            return 0
        signer = self.options.get("signed-by", "")
        if "debian-archive" in signer:
            return 3
        in_place = signer.startswith("\n")  # the key itself, not a file's name
        if signer and not in_place and "debian" not in signer:
            return 0
        return 2 if any(re.search(r"/debian/?$", uri) for uri in self.uris) else 1


def parse_deb822(text):
    """The `deb` entries of a .sources file."""
    entries = []
    for stanza in re.split(r"\n[ \t]*\n", text):
        fields, last = {}, None
        for line in stanza.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if line[0] in " \t" and last:
                fields[last] += "\n" + line
            elif ":" in line:
                last, value = line.split(":", 1)
                last = last.strip().lower()
                fields[last] = value.strip()
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
            continue
        entries.append(
            AptEntry(
                fields.get("uris", "").split(),
                fields.get("suites", "").split(),
                fields.get("components", "").split(),
                {k: v for k, v in fields.items() if k == "signed-by"},
            )
        )
    return entries


def parse_one_line(text):
    """The `deb` entries of a .list file."""
    entries = []
    for line in text.splitlines():
        match = re.match(r"^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)", line)
        if not match:
            continue
        options, uri, suite, components = match.groups()
        pairs = dict(o.split("=", 1) for o in (options or "").split() if "=" in o)
        entries.append(
            AptEntry(
                [uri],
                [suite],
                components.split(),
                {k.lower(): v for k, v in pairs.items() if k.lower() == "signed-by"},
            )
        )
    return entries


def debian_entry(etc=Path("/etc/apt")):
    """The machine's entry for Debian itself."""
    entries = []
    files = [etc / "sources.list"] + sorted((etc / "sources.list.d").glob("*"))
    for path in files:
        if path.suffix == ".sources":
            entries += parse_deb822(path.read_text(encoding="utf-8"))
        elif path.suffix == ".list" and path.is_file():
            entries += parse_one_line(path.read_text(encoding="utf-8"))
    best = max(entries, key=AptEntry.score, default=None)
    if best is None or best.score() == 0:
        raise RuntimeError(f"no Debian entry among the apt sources in {etc}; put a mysqld >= 8.0 on PATH instead")
    return best


def unstable_source(found):
    """The text of a .sources file that names Debian unstable where `found` lies."""
    signer = found.options.get("signed-by", _KEYRING)
    return f"Types: deb\nURIs: {' '.join(found.uris)}\nSuites: sid\nComponents: main\nSigned-By: {signer}\n"


def _download(packages, alone, scratch):
    """Downloads packages and all they depend on from unstable, and `alone` without; the .deb files."""
    state, archives, parts = scratch / "state", scratch / "cache", scratch / "parts"
    for folder in (state / "lists/partial", archives / "archives/partial", parts):
        folder.mkdir(parents=True)
    (state / "status").touch()
    (parts / "unstable.sources").write_text(unstable_source(debian_entry()), encoding="utf-8")
    settings = {
        "Dir::State": state,
        "Dir::State::lists": state / "lists",
        "Dir::State::status": state / "status",
        "Dir::Cache": archives,
        "Dir::Etc::sourcelist": "/dev/null",
        "Dir::Etc::sourceparts": parts,
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "APT::Sandbox::User": "root",
        "APT::Install-Recommends": "false",
        "APT::Default-Release": "",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Keep-Downloaded-Packages": "true",
    }
    apt = ["apt-get", "-q", "-y"]
    for name, value in settings.items():
        apt += ["-o", f"{name}={value}"]
    folder = archives / "archives"
    commands = [["update"], ["install", "--download-only", *packages]]
    if alone:
        commands.append(["download", *alone])
    for command in commands:
        done = subprocess.run(
            apt + command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, cwd=folder
        )
        if done.returncode != 0:
            raise RuntimeError(f"apt-get {command[0]} for {' '.join(packages)} failed:\n{done.stdout[-3000:]}")
    return sorted(folder.glob("*.deb"))


def unpacked(name, packages, program, alone=()):
    """The prefix cache_dir()/name with packages of Debian unstable; `program` must be in it.

    Packages `alone` come without what they depend on.
    """

    def build(scratch):
        print(f"harness: fetching {' '.join(packages)} into a private prefix (once)", file=sys.stderr, flush=True)
        fetched = scratch / ".apt"
        fetched.mkdir()
        debs = _download(packages, alone, fetched)
        for deb in debs:
            subprocess.run(["dpkg", "-x", str(deb), str(scratch)], check=True)
        (scratch / "PACKAGES").write_text("\n".join(d.name for d in debs) + "\n", encoding="utf-8")
        shutil.rmtree(fetched)
        for unused in ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/perl", "usr/lib/debug"):
            shutil.rmtree(scratch / unused, ignore_errors=True)
        if not (scratch / program).exists():
            raise RuntimeError(f"{program} is not among the unpacked files of {' '.join(packages)}")

    return cache.entry(name, build)


@dataclass
class Installation:
    """Where a server's programs are and how to run them."""

    flavour: str  # mysql or mariadb
    version: str
    prefix: Path  # holds usr/...; / when installed on the machine
    loader: list  # argv that comes before each program; empty when installed on the machine

    def program(self, name):
        """argv that runs one of its programs, such as mysqlbinlog."""
        for folder in ("usr/sbin", "usr/bin", "usr/local/sbin", "usr/local/bin"):
            path = self.prefix / folder / name
            if path.exists():
                return self.loader + [str(path)]
        found = shutil.which(name)
        if not self.loader and found:
            return [found]
        raise FileNotFoundError(f"{self.flavour} {self.version} has no program {name}")

    def version_numbers(self):
        return tuple(int(part) for part in self.version.split("."))


def _loader(prefix):
    """argv of the prefix's own dynamic loader with its library folders."""
    loaders = sorted(prefix.glob("usr/lib/*/ld-linux*.so.*")) + sorted(prefix.glob("usr/lib64/ld-linux*.so.*"))
    if not loaders:
        raise RuntimeError(f"no dynamic loader under {prefix}")
    triplet = loaders[0].parent.name
    folders = [f"usr/lib/{triplet}", f"lib/{triplet}", "usr/lib/mysql/private", "usr/lib"]
    path = ":".join(str(prefix / folder) for folder in folders if (prefix / folder).is_dir())
    return [str(loaders[0]), "--library-path", path]


def _version_line(argv):
    done = subprocess.run([*argv, "--no-defaults", "--version"], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr if done.returncode == 0 else ""


def _parse_version(line):
    match = re.search(r"(?:Ver|from)\s+(\d+\.\d+\.\d+)", line)
    return match.group(1) if match else None


def _on_path(name):
    """Every program of this name on PATH and in the sbin folders."""
    folders = os.environ.get("PATH", "").split(":") + ["/usr/sbin", "/usr/local/sbin", "/usr/local/mysql/bin"]
    for folder in dict.fromkeys(f for f in folders if f):
        path = Path(folder) / name
        if path.is_file() and os.access(path, os.X_OK):
            yield path


_found = {}


def find_mysql():
    """A MySQL of at least 8.0: from PATH, or fetched."""
    if "mysql" not in _found:
        _found["mysql"] = _mysql_on_path() or _mysql_fetched()
    return _found["mysql"]


def _mysql_on_path():
    for path in _on_path("mysqld"):
        line = _version_line([str(path)])
        version = _parse_version(line)
        # MariaDB installs a mysqld symlink of its own.
        if version and "MariaDB" not in line and int(version.split(".")[0]) >= 8:
            real = path.resolve()
            prefix = real.parent.parent.parent if real.parent.parent.name == "usr" else Path("/")
            return Installation("mysql", version, prefix, [])
    return None


def _mysql_fetched():
    prefix = unpacked("mysql-unstable", ["mysql-server-core", "mysql-client-core"], "usr/sbin/mysqld")
    found = Installation("mysql", "", prefix, _loader(prefix))
    line = _version_line(found.program("mysqld"))
    found.version = _parse_version(line)
    if not found.version:
        raise RuntimeError(f"the mysqld under {prefix} does not tell its version: {line!r}")
    return found


def find_mariadb_unstable():
    """Debian unstable's MariaDB server, fetched; with the plugins of its package, ed25519 among them."""
    if "mariadb-unstable" not in _found:
        core = ["mariadb-server-core", "mariadb-client-core"]
        prefix = unpacked("mariadb-unstable", core, "usr/sbin/mariadbd", alone=["mariadb-server"])
        found = Installation("mariadb", "", prefix, _loader(prefix))
        line = _version_line(found.program("mariadbd"))
        found.version = _parse_version(line)
        if not found.version:
            raise RuntimeError(f"the mariadbd under {prefix} does not tell its version: {line!r}")
        _found["mariadb-unstable"] = found
    return _found["mariadb-unstable"]


def find_mariadb():
    """The machine's MariaDB server."""
    if "mariadb" not in _found:
        for path in _on_path("mariadbd"):
            version = _parse_version(_version_line([str(path)]))
            if version:
                _found["mariadb"] = Installation("mariadb", version, Path("/"), [])
                break
        else:
            raise RuntimeError("no mariadbd on this machine: ./dev setup installs it (package mariadb-server-core)")
    return _found["mariadb"]
