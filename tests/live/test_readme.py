"""README.md does what it says: its blocks are run as printed, against a private MySQL.

Before each fenced shell, sql, properties or json block stands an HTML comment that says what to do with it:

    <!-- test: SCENARIO [WORD...] [NAME=VALUE...] -->      run the block that follows
    <!-- test: none REASON -->                             don't, because of REASON

Blocks of one scenario run in their order, in one empty folder, against one server. By language:

    sql          fed to the mysql client as root
    properties, json   written to the file named by file=...
    shell, sh, bash, console   run by bash; in console only lines that begin with "$ ", the others are expected output
    text         expected output of the last shell block: each line must come, "..." or an ellipsis stands for anything

Words and values of a shell block:

    background       left running until the scenario ends
    wait=REGEX       (background) goes on when its output or the records match; blanks as \\s
    exit=N           expected status, 0 unless said
    retry=SECONDS    run again until the expected output comes

On PATH are the engine as `tidemark` and a `mysql` that leads to the private server whatever host and port it is told.
Host and port of the configuration reach the engine through the environment, which wins over the file.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from harness.engine import ROOT, binary  # pylint: disable=wrong-import-position
from harness.daemon import launch  # pylint: disable=wrong-import-position
from harness.servers import Mysql  # pylint: disable=wrong-import-position

README = ROOT / "README.md"
RUNNABLE = ("sql", "properties", "json", "shell", "sh", "bash", "console")
SHELLS = ("shell", "sh", "bash", "console")
BLOCK_TIMEOUT_S = 120


@dataclass
class Block:
    """A fenced block and its marker."""

    line: int
    language: str
    text: str
    scenario: str | None = None
    words: list = field(default_factory=list)
    values: dict = field(default_factory=dict)


def parse(text):
    """All fenced blocks of a Markdown text."""
    blocks, marker, fence, lines = [], None, None, []
    for number, line in enumerate(text.splitlines(), 1):
        if fence is not None:
            if line.strip() == "```":
                fence.text = "\n".join(lines) + "\n"
                blocks.append(fence)
                fence, lines = None, []
            else:
                lines.append(line)
            continue
        found = re.match(r"^\s*<!--\s*test:\s*(\S+)\s*(.*?)\s*-->\s*$", line)
        if found:
            marker = found.groups()
        elif line.lstrip().startswith("```"):
            fence = Block(number, line.strip().strip("`").split()[0] if line.strip("` \n") else "", "")
            if marker:
                fence.scenario = marker[0]
                for word in shlex.split(marker[1]) if marker[0] != "none" else ():
                    name, equals, value = word.partition("=")
                    if equals:
                        fence.values[name] = value
                    else:
                        fence.words.append(word)
            marker = None
        elif line.strip():
            marker = None
    if fence is not None:
        raise ValueError(f"line {fence.line}: the block does not end")
    return blocks


def pattern_of(line):
    """A line of expected output as a regular expression."""
    return ".*".join(re.escape(part) for part in re.split(r"\.\.\.|…", line.strip()))


class Scenario:
    """Runs the blocks of one scenario."""

    def __init__(self, name):
        self.name = name
        self.folder = Path(tempfile.mkdtemp(prefix="tidemark-readme-"))
        self.server = Mysql()
        self._background = []
        self._output = ""
        self._last = None
        self._env = self._environment()

    def _environment(self):
        tools = self.folder / ".bin"
        tools.mkdir()
        (tools / "tidemark").symlink_to(binary())
        client = " ".join(map(shlex.quote, self.server.tool("mysql") + ["--no-defaults"]))
        lead = f"--host={self.server.host} --port={self.server.port} --protocol=TCP --user=root --password="
        (tools / "mysql").write_text(f'#!/bin/sh\nexec {client} "$@" {lead}\n', encoding="utf-8")
        (tools / "mysql").chmod(0o755)
        return {
            **os.environ,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "DEBEZIUM_SOURCE_DATABASE_HOSTNAME": self.server.host,
            "DEBEZIUM_SOURCE_DATABASE_PORT": str(self.server.port),
        }

    def run(self, block):
        language = block.language
        if language == "sql":
            self._output = self.server.run_sql(block.text)
        elif language in ("properties", "json"):
            (self.folder / block.values["file"]).write_text(block.text, encoding="utf-8")
        elif language in SHELLS:
            self._shell(block)
        elif language == "text":
            self._expect(block.text.splitlines(), block.line)
        else:
            raise AssertionError(f"README.md:{block.line}: no way to run {language!r}")

    def _shell(self, block):
        expected = []
        script = block.text
        if block.language == "console":
            lines = block.text.splitlines()
            script = "\n".join(line[2:] for line in lines if line.startswith("$ "))
            expected = [line for line in lines if not line.startswith("$ ")]
        self._last = (script, block)
        if "background" in block.words:
            self._start(script, block)
        else:
            self._execute(script, int(block.values.get("exit", 0)), block.line)
        self._expect(expected, block.line)

    def _execute(self, script, status, line):
        done = subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=self.folder, env=self._env, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=BLOCK_TIMEOUT_S, check=False)
        self._output = done.stdout
        if done.returncode != status:
            raise AssertionError(f"README.md:{line}: status {done.returncode}, not {status}\n{script}\n{done.stdout[-3000:]}")

    def _start(self, script, block):
        path = self.folder / f".output-{len(self._background)}"
        with open(path, "wb") as output:
            # bash becomes the command itself when there is but one, so that SIGTERM reaches it
            child = launch(["bash", "-c", script], cwd=self.folder, env=self._env, stdout=output, stderr=subprocess.STDOUT,
                           stdin=subprocess.DEVNULL)
        self._background.append((child, path, block))
        deadline = time.monotonic() + 30
        while "wait" in block.values:
            self._output = path.read_text(encoding="utf-8", errors="replace")
            if re.search(block.values["wait"], self._output):
                return
            if child.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"README.md:{block.line}: no {block.values['wait']!r} in\n{self._output[-3000:]}")
            time.sleep(0.05)

    def _expect(self, lines, line_number):
        missing = self._missing(lines)
        script, block = self._last or ("", None)
        deadline = time.monotonic() + float(block.values.get("retry", 5 if "background" in block.words else 0)) if block else 0
        while missing and block and time.monotonic() < deadline:
            time.sleep(0.2)
            if "background" in block.words:
                self._output = self._background[-1][1].read_text(encoding="utf-8", errors="replace")
            else:
                self._execute(script, int(block.values.get("exit", 0)), block.line)
            missing = self._missing(lines)
        if missing:
            raise AssertionError(f"README.md:{line_number}: not in the output: {missing}\n{self._output[-3000:]}")

    def _missing(self, lines):
        return [line for line in lines if line.strip() and not re.search(pattern_of(line), self._output)]

    def stop(self):
        """Ends what still runs; the engine must stop as documented."""
        codes = []
        for child, path, block in reversed(self._background):
            if child.poll() is None:
                child.terminate()
            try:
                codes.append((block.line, child.wait(15), path.read_text(encoding="utf-8", errors="replace")[-1500:]))
            except subprocess.TimeoutExpired:
                child.kill()
                codes.append((block.line, "killed", ""))
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        bad = [code for code in codes if code[1] != 0]
        if bad:
            raise AssertionError(f"README.md: background commands ended with {bad}")


def run_scenario(name, blocks):
    """Runs blocks in order; raises AssertionError at the first that does not do as printed."""
    scenario = Scenario(name)
    try:
        for block in blocks:
            scenario.run(block)
    except BaseException:
        try:
            scenario.stop()
        except AssertionError as error:
            print(error, file=sys.stderr)
        raise
    scenario.stop()


class Readme(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.blocks = parse(README.read_text(encoding="utf-8"))

    def test_every_block_is_run_or_says_why_not(self):
        unmarked = [f"README.md:{b.line} ({b.language})" for b in self.blocks if b.language in RUNNABLE and b.scenario is None]
        self.assertEqual([], unmarked)

    def test_scenarios(self):
        scenarios = {}
        for block in self.blocks:
            if block.scenario not in (None, "none"):
                scenarios.setdefault(block.scenario, []).append(block)
        self.assertTrue(scenarios, "README.md has no block to run")
        for name, blocks in scenarios.items():
            with self.subTest(name):
                run_scenario(name, blocks)


class TheRunner(unittest.TestCase):
    """The runner on a text of its own."""

    TEXT = """
<!-- test: own sql -->
```sql
CREATE DATABASE shop; CREATE TABLE shop.t (a INT); INSERT INTO shop.t VALUES (41);
```
<!-- test: own file=x.properties -->
```properties
a=b
```
<!-- test: own -->
```console
$ cat x.properties
a=b
$ mysql -h db.example -P 3306 -u root -p shop -e 'SELECT a + 1 FROM t' --batch
42
```
<!-- test: own background wait="re[a]dy" -->
```shell
trap 'exit 0' TERM; echo ready; while sleep 0.1; do :; done
```
<!-- test: own exit=3 -->
```sh
echo one two three; exit 3
```
<!-- test: own -->
```text
one ... three
```
<!-- test: none it is an example -->
```shell
rm -rf /nowhere
```
Text between marker and block makes it unmarked:
<!-- test: own -->
words
```shell
false
```
"""

    def test_parses_and_runs(self):
        blocks = parse(self.TEXT)
        self.assertEqual(["own"] * 6 + ["none", None], [block.scenario for block in blocks])
        run_scenario("own", [block for block in blocks if block.scenario == "own"])

    def test_fails_where_the_text_is_wrong(self):
        for wrong in ("$ echo one\ntwo", "$ false"):
            blocks = parse(f"<!-- test: own -->\n```console\n{wrong}\n```\n")
            with self.assertRaises(AssertionError):
                run_scenario("own", blocks)
        with self.assertRaises(ValueError):
            parse("```shell\n")


if __name__ == "__main__":
    unittest.main()
