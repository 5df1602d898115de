"""Our tidy: what no compiler checks. Each finding is `file:line: what: what to do`.

    check.py [--only NAME] [--all] [--root DIR] [PATH...]

PATH: only findings in this file or folder; --all: clang-tidy on every source, too (minutes, the first time).

The last line is `N passed, N failed`, one for each check. Dear results (format, headers) are kept by content in
build/check, so that the second run is quick.
"""

import argparse
import ast
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

SPDX = "// SPDX-License-Identifier: Apache-2.0"
CLANG_FORMAT = "clang-format-19"
CLANG_TIDY = "clang-tidy-19"
COMPILER = ["g++", "-std=c++23", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion",
            "-Werror", "-Wno-restrict"]

# (pattern, where it is allowed, why not and what instead). Comments and strings are blanked before the search.
BANNED = [
    (r"\bstd::(cout|cerr|clog|endl)\b|\b(std::)?(f?printf|puts|putchar)\s*\(|\bfmt::print\b",
     r"^src/(cli/|base/(assert|log)\.cc)|^fuzz/driver\.cc$|^bench/", "only cli prints", "log through base/log.h, or hand the text up to cli"),
    (r"\bthrow\b", r"^$", "we throw no exceptions", "return an Error"),
    (r"\b(std::)?(exit|_Exit|quick_exit|abort)\s*\(", r"^src/(cli/|testing/|base/assert\.cc)|_(test|bench)\.cc$", "only cli ends the process",
     "return an Error, or ASSERT our own mistake"),
    (r"\b(sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w.>:])sleep\s*\(", r"^src/base/clock",
     "a sleep hides what is waited for", "wait on a condition, or say why not in a comment `// sleep: ...`"),
    (r"\b(steady_clock|system_clock|high_resolution_clock)::now\b", r"^src/base/clock|_(test|bench|fuzz)\.cc$|^(fuzz|bench)/",
     "time comes from Clock", "take a Clock"),
    (r"(?<![\w_.])assert\s*\(", r"^$", "assert is off in release", "ASSERT or DEBUG_ASSERT of base/assert.h"),
    (r"\b(std::)?(atoi|atol|atoll|strtol|strtoul|strtoull|strtoll|stoi|stol|stoul|stoll|stoull|stod|stof)\s*\(", r"^$",
     "it throws, or hides what was not a number", "std::from_chars"),
    (r"^\s*#\s*include\s*<(iostream|regex|format|print)>", r"^src/cli/", "this header is not for us",
     "fmt to format, base/regex.h for patterns"),
    (r"^\s*#\s*include\s*<librdkafka/", r"^(src/kafka/|bench/)", "the client library of Kafka is the business of one room",
     "kafka/producer.h, consumer.h or admin.h"),
    (r"\bstd::regex\b", r"^$", "std::regex recurses and is slow", "base/regex.h"),
    (r"\b(gets|strcpy|strcat|sprintf|vsprintf)\s*\(", r"^$", "it knows no bounds", "std::string or fmt"),
]
# In headers only.
BANNED_IN_HEADERS = [
    (r"\busing\s+namespace\b", "a header puts names nowhere", "write the qualified name"),
    (r"^\s*#\s*include\s*[<\"](CLI/|spdlog/|nlohmann/)", "this header costs seconds in each file that includes it",
     "include it in one .cc"),
]
# Hosts of package registries and archives, as the start of their SHA-256: naming them here would be naming them.
REGISTRY_HOSTS = {
    "a4aa2ac280bb8d1a", "8b5bb5eb9d758455", "789e46d79514e280", "8743857e3ea00fd1", "87d14f070cb96869",
    "00a7dc5a0cc38858", "9da5f32d96412512", "43c04ed1dabe979b", "317d2d52829b7812", "095fbbaf0076d564",
    "e680c440a2e92079", "1ba4e37997a2e986", "c2b35955576ffa71", "2e97613f5a81eaa4", "71741fe2460a6150",
    "a0f007d863a0ed19", "3530c4415dd857fb", "0fd460f0568e29c1", "271dacc9f4d0caf8",
}
# Folders of one machine; written in two parts so that this file passes its own check.
MACHINE_PATH = re.compile(r"(?<![\w.$}~/-])/(?:wo" r"rk|ro" r"ot)/[\w.]")
TEXT_LIMIT = 2_000_000


class Problem(NamedTuple):
    """One finding."""

    file: str
    line: int
    what: str
    remedy: str

    def __str__(self):
        return f"{self.file}:{self.line}: {self.what}: {self.remedy}"


class Tree:
    """The files of a work tree that are ours: tracked, or new and not ignored."""

    def __init__(self, root):
        self.root = Path(root).resolve()
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=self.root, capture_output=True, check=True
        ).stdout.decode()
        self.files = sorted({f for f in listed.split("\0") if f and (self.root / f).is_file()})
        self._texts = {}

    def text(self, name):
        if name not in self._texts:
            self._texts[name] = (self.root / name).read_text(encoding="utf-8", errors="replace")
        return self._texts[name]

    def matching(self, pattern):
        return [f for f in self.files if re.search(pattern, f)]

    def cxx(self):
        return self.matching(r"\.(cc|h)$")

    def has(self, name):
        return (self.root / name).is_file()


# -- the room graph ----------------------------------------------------------------------------------------------------


def parse_rooms(text):
    """Room -> its declared dependencies, from the tidemark_room() calls."""
    rooms = {}
    body = "\n".join(line.split("#", 1)[0] for line in text.splitlines())
    for call in re.finditer(r"^tidemark_room\(([^)]*)\)", body, re.M):
        words, section, name, deps = call.group(1).split(), None, None, []
        for word in words:
            if word in ("NAME", "DEPS", "LIBS"):
                section = word
            elif section == "NAME":
                name = word
            elif section == "DEPS":
                deps.append(word)
        rooms[name] = deps
    return rooms


def reach(rooms, room):
    """Every room that `room` may include, itself among them."""
    seen, todo = set(), [room]
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            todo += rooms.get(at, [])
    return seen


def room_of(path, rooms):
    """The room whose folder holds src/<room>/file, or None."""
    match = re.match(r"src/(.*)/[^/]+$", path)
    return match.group(1) if match and match.group(1) in rooms else None


def includes(text):
    """(line, path) of every quoted include."""
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
        if match:
            yield number, match.group(1)


def check_rooms(tree):
    """Each quoted include follows the graph in cmake/rooms.cmake."""
    home = "cmake/rooms.cmake"
    rooms = parse_rooms(tree.text(home))
    for room, deps in rooms.items():
        for dep in deps:
            if dep not in rooms:
                yield Problem(home, 1, f"room {room} depends on {dep}, which is no room", "declare it or mend the name")
            elif room in reach(rooms, dep):
                yield Problem(home, 1, f"rooms {room} and {dep} depend on each other", "arrows point down only")
    for path in tree.matching(r"^src/.*\.(cc|h)$"):
        room = room_of(path, rooms)
        if room is None:
            yield Problem(path, 1, "lies in no room", "move it into a room's folder, or declare the room in " + home)
            continue
        allowed = reach(rooms, room)
        if re.search(r"_(test|bench|fuzz)\.cc$", path):
            allowed |= {"testing"}
        for line, target in includes(tree.text(path)):
            seen = room_of("src/" + target, rooms)
            if not tree.has("src/" + target) and not tree.has("src/" + target + ".in"):
                yield Problem(path, line, f'"{target}" is no file below src',
                              "write the path from src on, or <> for a library")
            elif seen is not None and seen not in allowed:
                yield Problem(path, line, f"{room} may not know {seen}",
                              f"it may know {', '.join(sorted(allowed - {room})) or 'nothing'}; see {home}")


# -- text --------------------------------------------------------------------------------------------------------------


def without_comments_and_strings(text):
    """C++ text with comments and literals blanked, lines kept."""
    pattern = re.compile(
        r'R"(?P<tag>[^()\s\\"]*)\((?s:.*?)\)(?P=tag)"'  # raw string
        r'|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'"  # not a digit separator
        r"|//[^\n]*"
        r"|/\*(?s:.*?)\*/"
    )
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def line_at(text, at):
    return text.count("\n", 0, at) + 1


def check_banned(tree):
    """No construct of the list BANNED."""
    for path in tree.cxx():
        raw = tree.text(path)
        # An include's path is kept, it looks like a string.
        code = "\n".join(
            line if line.lstrip().startswith("#") else blank
            for line, blank in zip(raw.split("\n"), without_comments_and_strings(raw).split("\n"))
        )
        lines = raw.split("\n")
        rules = [(p, what, remedy) for p, where, what, remedy in BANNED if not re.search(where, path)]
        if path.endswith(".h"):
            rules += BANNED_IN_HEADERS
        for pattern, what, remedy in rules:
            for match in re.finditer(pattern, code, re.M):
                at = match.start() + len(match.group(0)) - len(match.group(0).lstrip())
                line = line_at(code, at)
                if "sleep" in pattern and any("sleep:" in near for near in lines[max(0, line - 2) : line]):
                    continue
                yield Problem(path, line, f"{match.group(0).strip()}: {what}", remedy)


def check_preamble(tree):
    """Every C++ file starts with its licence line, every header with #pragma once."""
    for path in tree.matching(r"\.(cc|h)$|^src/.*\.h\.in$"):
        lines = tree.text(path).splitlines()
        if not lines or lines[0] != SPDX:
            yield Problem(path, 1, "no licence line", f"start with {SPDX}")
        if re.search(r"\.h(\.in)?$", path) and "#pragma once" not in lines:
            yield Problem(path, 1, "no #pragma once", "add it below the header's comment")


def names_registry(text):
    """The hosts in text that belong to package registries."""
    for match in re.finditer(r"(?<![\w-])(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,}(?![\w-])", text):
        labels = match.group(0).lower().split(".")
        for first in range(len(labels) - 1):
            host = ".".join(labels[first:])
            if hashlib.sha256(host.encode()).hexdigest()[:16] in REGISTRY_HOSTS:
                yield match
                break


def check_text(tree):
    """No path of one machine and no registry host in any text file; no trailing blanks, one newline at the end."""
    for path in tree.files:
        full = tree.root / path
        if path == "LICENSE" or full.is_symlink() or full.stat().st_size > TEXT_LIMIT:
            continue
        if b"\0" in full.read_bytes()[:4096]:
            continue
        text = tree.text(path)
        for match in MACHINE_PATH.finditer(text):
            yield Problem(path, line_at(text, match.start()), f"{match.group(0)}... is a path of one machine",
                          "write it relative to the tree, or find it at run time")
        for match in names_registry(text):
            yield Problem(path, line_at(text, match.start()), f"{match.group(0)} is a registry's host",
                          "say which package, not where from")
        if re.search(r"\.(cc|h|py|md|cmake|txt|sh)$", path):
            for number, line in enumerate(text.split("\n"), 1):
                if line != line.rstrip() and not re.search(r"\.md$|^testdata/", path):
                    yield Problem(path, number, "blanks at the end of the line", "remove them")
            if text and not text.endswith("\n"):
                yield Problem(path, line_at(text, len(text)), "no newline at the end", "add it")


# -- dear checks, kept by content --------------------------------------------------------------------------------------


class Kept:
    """Keys of inputs that passed, in build/check/<name>."""

    def __init__(self, tree, name):
        self._path = tree.root / "build/check" / name
        try:
            self._old = set(self._path.read_text(encoding="utf-8").split())
        except OSError:
            self._old = set()
        self._now = set()

    def has(self, key):
        if key in self._old:
            self._now.add(key)
        return key in self._now

    def add(self, key):
        self._now.add(key)

    def save(self):
        self._path.parent.mkdir(parents=True, exist_ok=True)
        scratch = self._path.with_suffix(f".{os.getpid()}")
        scratch.write_text("\n".join(sorted(self._now)), encoding="utf-8")
        scratch.rename(self._path)


def digest(*parts):
    total = hashlib.sha256()
    for part in parts:
        total.update(part.encode("utf-8", "replace") + b"\0")
    return total.hexdigest()


def check_format(tree):
    """clang-format has nothing to change."""
    kept = Kept(tree, "format")
    style = tree.text(".clang-format") if tree.has(".clang-format") else ""
    keys = {path: digest(path, style, tree.text(path)) for path in tree.cxx()}
    todo = [path for path, key in keys.items() if not kept.has(key)]
    bad = {}
    for start in range(0, len(todo), 40):
        done = subprocess.run([CLANG_FORMAT, "--dry-run", "-Werror", *todo[start : start + 40]], cwd=tree.root,
                              capture_output=True, text=True, check=False)
        for match in re.finditer(r"^(.+?):(\d+):\d+: error: code should be", done.stderr, re.M):
            bad.setdefault(match.group(1), int(match.group(2)))
        if done.returncode != 0 and not bad:
            yield Problem(".clang-format", 1, done.stderr.strip()[:300], f"make {CLANG_FORMAT} run")
            return
    for path in todo:
        if path not in bad:
            kept.add(keys[path])
    kept.save()
    for path, line in sorted(bad.items()):
        yield Problem(path, line, "not formatted", "./dev fmt")


def closure(tree, path, seen=None):
    """A file and all that it includes of ours, by path."""
    seen = {} if seen is None else seen
    if path in seen:
        return seen
    seen[path] = tree.text(path)
    for _, target in includes(seen[path]):
        for candidate in ("src/" + target, "src/" + target + ".in"):
            if tree.has(candidate):
                closure(tree, candidate, seen)
    return seen


def generated_headers(tree, folder):
    """Writes a stand-in for each header that CMake generates from a .h.in."""
    for path in tree.matching(r"^src/.*\.h\.in$"):
        target = folder / path[len("src/") : -len(".in")]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(re.sub(r"@\w+@", "0", tree.text(path)), encoding="utf-8")


def library_flags():
    done = subprocess.run(["pkg-config", "--cflags", "libmariadb"], capture_output=True, text=True, check=False)
    return done.stdout.split()


def check_headers(tree):
    """Every header of src compiles by itself."""
    kept = Kept(tree, "headers")
    generated = tree.root / "build/check/generated"
    generated_headers(tree, generated)
    flags = COMPILER + ["-Isrc", f"-I{generated}", *library_flags()]
    keys = {}
    for path in tree.matching(r"^src/.*\.h$"):
        files = closure(tree, path)
        keys[path] = digest(" ".join(flags[1:]), *[part for name in sorted(files) for part in (name, files[name])])
    todo = [path for path, key in keys.items() if not kept.has(key)]

    def compile_one(path):
        source = f'#include "{path[len("src/"):]}"\n'
        return path, subprocess.run([*flags, "-x", "c++", "-"], input=source, cwd=tree.root, capture_output=True,
                                    text=True, check=False)

    problems = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for path, done in pool.map(compile_one, todo):
            if done.returncode == 0:
                kept.add(keys[path])
                continue
            match = re.search(r"^(.*?):(\d+):(?:\d+:)? (?:fatal )?error: (.*)$", done.stderr, re.M)
            where, line, text = match.groups() if match else (path, "1", done.stderr.strip()[:300])
            problems.append(Problem(path, int(line) if where == path else 1,
                                    f"does not compile alone ({where}:{line}: {text})", "include what it uses"))
    kept.save()
    yield from problems


def check_tidy(tree):
    """clang-tidy has nothing to say about any source; needs a built release preset."""
    database = tree.root / "build/release/compile_commands.json"
    if not database.exists():
        yield Problem("build/release", 1, "not built", "./dev build")
        return
    kept = Kept(tree, "tidy")
    built = {os.path.relpath(entry["file"], tree.root) for entry in json.loads(database.read_text(encoding="utf-8"))}
    keys = {}
    for path in tree.matching(r"^src/.*\.cc$"):
        if path in built:
            files = closure(tree, path)
            keys[path] = digest(tree.text(".clang-tidy"), *[part for n in sorted(files) for part in (n, files[n])])
    todo = [path for path, key in keys.items() if not kept.has(key)]

    def tidy_one(path):
        command = [CLANG_TIDY, "-p", str(database.parent), "--quiet", "--extra-arg=-Wno-unknown-warning-option", path]
        return path, subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)

    problems = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for path, done in pool.map(tidy_one, todo):
            found = re.findall(r"^(\S+?):(\d+):\d+: (?:warning|error): (.*)$", done.stdout, re.M)
            if done.returncode == 0 and not found:
                kept.add(keys[path])
            elif not found:
                problems.append(Problem(path, 1, f"clang-tidy ended with {done.returncode}", done.stderr[-300:].strip()))
            for file, line, text in found:
                problems.append(Problem(os.path.relpath(file, tree.root), int(line), text, "mend it"))
    kept.save()
    yield from problems


# -- orphans -----------------------------------------------------------------------------------------------------------


def check_built(tree):
    """Every test, bench and fuzz source is built: it lies directly in a room's folder, and holds what runs."""
    rooms = parse_rooms(tree.text("cmake/rooms.cmake"))
    runs = {
        "test": (r"^\s*(TYPED_)?TEST(_F|_P)?\s*\(|^INSTANTIATE_(TYPED_)?TEST_SUITE_P\(", "no TEST in it"),
        "bench": (r"\bBENCHMARK", "no BENCHMARK in it"),
        "fuzz": (r"\bLLVMFuzzerTestOneInput\b", "no LLVMFuzzerTestOneInput in it"),
    }
    for path in tree.matching(r"_(test|bench|fuzz)\.cc$"):
        kind = re.search(r"_(test|bench|fuzz)\.cc$", path).group(1)
        if room_of(path, rooms) is None:
            yield Problem(path, 1, "no target builds it", "move it beside its source in a room's folder")
        pattern, what = runs[kind]
        if not re.search(pattern, tree.text(path), re.M):
            yield Problem(path, 1, what, "add one or remove the file")
    for path in tree.matching(r"^fuzz/corpus/[^/]+/"):
        target = path.split("/")[2]
        if not tree.matching(rf"/{re.escape(target)}\.cc$"):
            yield Problem(path, 1, f"no fuzz target {target}", "name the folder like the target's source")


def test_methods(text):
    """Names of the test methods in a Python test file."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef):
            found += [f.name for f in node.body if isinstance(f, ast.FunctionDef) and f.name.startswith("test")]
    return found


def check_python(tree):
    """Python parses; every test file is one that ./dev test runs, and holds tests."""
    run = r"^tests/(live|harness|oracle)/test_[^/]+\.py$|^tools/[^/]+_test\.py$"
    for path in tree.matching(r"\.py$"):
        try:
            ast.parse(tree.text(path))
        except SyntaxError as error:
            yield Problem(path, error.lineno or 1, f"no Python: {error.msg}", "mend it")
            continue
        if re.search(r"(^|/)test_[^/]*\.py$|_test\.py$", path):
            if not re.search(run, path):
                yield Problem(path, 1, "./dev test does not run it", "move it to tests/live, or see tools/test.py")
            elif not test_methods(tree.text(path)):
                yield Problem(path, 1, "no test in it", "add one or remove the file")


def check_shell(tree):
    """Shell scripts parse."""
    for path in tree.files:
        if not tree.text(path)[:40].startswith(("#!/usr/bin/env bash", "#!/bin/sh", "#!/bin/bash")):
            continue
        done = subprocess.run(["bash", "-n", path], cwd=tree.root, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            yield Problem(path, 1, done.stderr.strip(), "mend it")


# -- pages -------------------------------------------------------------------------------------------------------------


def check_architecture(tree):
    """ARCHITECTURE.md names every room."""
    page = "ARCHITECTURE.md"
    if not tree.has(page):
        return
    for room in parse_rooms(tree.text("cmake/rooms.cmake")):
        if not re.search(rf"(?<![\w/]){re.escape(room)}(?![\w])", tree.text(page)):
            yield Problem(page, 1, f"does not name the room {room}", "say what it is for")


def anchors(text):
    """The anchors that GitHub makes of a page's headings."""
    found, plain = set(), re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.M | re.S)
    for heading in re.findall(r"^#+\s+(.*?)\s*#*$", plain, re.M):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")
        number, base = 0, slug
        while slug in found:
            number += 1
            slug = f"{base}-{number}"
        found.add(slug)
    return found | set(re.findall(r'<a (?:id|name)="([^"]+)"', text))


def check_links(tree):
    """Relative links in pages lead somewhere."""
    for path in tree.matching(r"\.md$"):
        text = tree.text(path)
        prose = re.sub(r"^(```|~~~).*?^\1|`[^`\n]*`", lambda m: re.sub(r"[^\n]", " ", m.group(0)), text,
                       flags=re.M | re.S)
        for match in re.finditer(r"\[[^\]]*\]\(<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s*(\S+)", prose, re.M):
            link = match.group(1) or match.group(2)
            if re.match(r"[a-z][a-z0-9+.-]*:", link):
                continue
            file, _, anchor = link.partition("#")
            target = (tree.root / path).parent / file if file else tree.root / path
            line = line_at(text, match.start())
            if not target.exists():
                yield Problem(path, line, f"link to {link} leads nowhere", "mend or remove it")
            elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text(encoding="utf-8")):
                yield Problem(path, line, f"{file or 'this page'} has no heading #{anchor}", "mend or remove it")


CHECKS = {
    "rooms": check_rooms,
    "preamble": check_preamble,
    "banned": check_banned,
    "text": check_text,
    "built": check_built,
    "python": check_python,
    "shell": check_shell,
    "architecture": check_architecture,
    "links": check_links,
    "format": check_format,
    "headers": check_headers,
    "tidy": check_tidy,
}
ONLY_WITH_ALL = ("tidy",)


def main():
    parser = argparse.ArgumentParser(description="Our tidy: what no compiler checks.")
    parser.add_argument("--only", choices=CHECKS, action="append")
    parser.add_argument("--all", action="store_true", help="clang-tidy, too")
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("paths", nargs="*", metavar="PATH")
    options = parser.parse_args()
    tree = Tree(options.root)
    wanted = tuple(os.path.relpath(path, options.root) for path in options.paths)
    passed = failed = 0
    for name in options.only or [name for name in CHECKS if options.all or name not in ONLY_WITH_ALL]:
        problems = sorted(set(CHECKS[name](tree)))
        if wanted:
            problems = [p for p in problems if any(p.file == w or p.file.startswith(w + "/") for w in wanted)]
        for problem in problems:
            print(problem)
        if problems:
            failed += 1
            print(f"FAILED {name}: {len(problems)} findings")
        else:
            passed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
