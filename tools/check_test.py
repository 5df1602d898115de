"""check.py finds what it is for, and keeps quiet where all is well."""

import subprocess
import tempfile
import unittest
from pathlib import Path

import check

ROOMS = """\
# tidemark_room(NAME ghost) in a comment is no room
function(tidemark_room)
endfunction()
tidemark_room(NAME base LIBS fmt::fmt)
tidemark_room(NAME change DEPS base)
tidemark_room(NAME mysql/value DEPS change)
tidemark_room(NAME sink DEPS base)
tidemark_room(NAME testing DEPS
  sink mysql/value)
"""
HEAD = check.SPDX + "\n#pragma once\n"


class Findings(unittest.TestCase):
    """Each check on a small tree of its own."""

    def run_check(self, name, **files):
        """Findings as text; a file's name has '__' for '/' and its extension after the last '_'."""
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            files.setdefault("cmake__rooms_cmake", ROOMS)
            for key, text in files.items():
                stem, _, kind = key.replace("__", "/").rpartition("_")
                path = root / f"{stem}.{kind}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            subprocess.run(["git", "init", "-q"], cwd=root, check=True)
            return [str(p) for p in check.CHECKS[name](check.Tree(root))]

    def assert_one(self, expected, found):
        self.assertEqual(1, len(found), found)
        self.assertIn(expected, found[0])

    # rooms

    def test_an_include_up_or_across_is_found_with_its_line(self):
        found = self.run_check("rooms", src__sink__a_cc='//\n#include "change/b.h"\n', src__change__b_h="")
        self.assert_one("src/sink/a.cc:2: sink may not know change: it may know base", found)

    def test_what_a_room_reaches_over_another_is_allowed(self):
        found = self.run_check("rooms", src__mysql__value__a_cc='#include "base/b.h"\n', src__base__b_h="")
        self.assertEqual([], found)

    def test_only_tests_see_testing(self):
        include = '#include "testing/t.h"\n'
        found = self.run_check("rooms", src__sink__a_cc=include, src__sink__a_test_cc=include, src__testing__t_h="")
        self.assert_one("src/sink/a.cc:1: sink may not know testing", found)

    def test_a_missing_file_and_a_generated_one(self):
        found = self.run_check("rooms", src__sink__a_cc='#include "base/version.h"\n#include "base/gone.h"\n',
                               **{"src__base__version.h_in": ""})
        self.assert_one('src/sink/a.cc:2: "base/gone.h" is no file', found)

    def test_a_source_outside_every_room(self):
        self.assert_one("src/other/a.cc:1: lies in no room", self.run_check("rooms", src__other__a_cc=""))
        self.assert_one("lies in no room", self.run_check("rooms", src__sink__deep__a_cc=""))

    def test_rooms_that_depend_on_each_other(self):
        rooms = "tidemark_room(NAME a DEPS b)\ntidemark_room(NAME b DEPS a)\n"
        self.assertEqual(2, len(self.run_check("rooms", cmake__rooms_cmake=rooms)))

    # text

    def test_banned_constructs_with_their_replacement(self):
        for line, remedy in [
            ("  throw 1;", "return an Error"),
            ("  std::cout << 1;", "base/log.h"),
            ("  std::printf(x);", "base/log.h"),
            ("  std::this_thread::sleep_for(x);", "wait on a condition"),
            ("  auto t = std::chrono::steady_clock::now();", "take a Clock"),
            ("  int i = std::stoi(s);", "std::from_chars"),
            ("  std::exit(1);", "return an Error"),
            ("  assert(x);", "ASSERT"),
            ("#include <regex>", "base/regex.h"),
        ]:
            with self.subTest(line):
                found = self.run_check("banned", src__sink__a_cc=f"\n{line}\n")
                self.assert_one("src/sink/a.cc:2: ", found)
                self.assertIn(remedy, found[0])

    def test_banned_words_in_comments_strings_and_names_are_fine(self):
        text = "\n".join([
            "// we throw nothing; printf(x)", "/* throw */", 'auto s = "throw \\" throw";', "auto r = R\"(throw)\";",
            "int thrown = 1'000'000;", "ASSERT(x); static_assert(x);", "fmt::format_to(x); snprintf(a, b);",
            "clock.sleep(x); DEBUG_ASSERT(x);",
        ])
        self.assertEqual([], self.run_check("banned", src__sink__a_cc=text + "\n"))

    def test_a_sleep_with_its_reason(self):
        text = "// sleep: the server has no event for this\nstd::this_thread::sleep_for(x);\n"
        self.assertEqual([], self.run_check("banned", src__sink__a_cc=text))

    def test_only_cli_prints(self):
        self.assertEqual([], self.run_check("banned", src__cli__a_cc="std::cout << 1;\n"))

    def test_headers_use_no_namespace_and_no_heavy_header(self):
        self.assert_one("using namespace", self.run_check("banned", src__sink__a_h="using namespace std;\n"))
        self.assertEqual([], self.run_check("banned", src__sink__a_cc="using namespace std;\n"))
        self.assert_one("nlohmann/", self.run_check("banned", src__sink__a_h="#include <nlohmann/json.hpp>\n"))

    def test_licence_line_and_pragma_once(self):
        self.assertEqual([], self.run_check("preamble", src__sink__a_h=HEAD))
        self.assert_one("no licence line", self.run_check("preamble", src__sink__a_cc="int a;\n"))
        self.assert_one("no #pragma once", self.run_check("preamble", src__sink__a_h=check.SPDX + "\n"))

    def test_paths_of_one_machine(self):
        path = "/wo" + "rk/x"
        self.assert_one("b.md:2:", self.run_check("text", b_md=f"\nsee {path}\n"))
        self.assertEqual([], self.run_check("text", b_md="see docs/work/x and /usr/share and ./root/a\n"))

    def test_registry_hosts(self):
        host = "cra" + "tes.io"
        self.assert_one(host, self.run_check("text", b_md=f"see https://static.{host}/x\n"))
        self.assertEqual([], self.run_check("text", b_md="see https://example.org and a.b.c\n"))

    def test_blanks_and_the_last_newline(self):
        self.assert_one("a.cc:1: blanks", self.run_check("text", src__sink__a_cc="int a; \n"))
        self.assert_one("a.cc:1: no newline", self.run_check("text", src__sink__a_cc="int a;"))

    # compilers

    def test_a_header_that_needs_another_first(self):
        found = self.run_check("headers", src__sink__a_h=HEAD + "std::string a();\n",
                               src__sink__b_h=HEAD + "#include <string>\nstd::string b();\n")
        self.assert_one("src/sink/a.h:3: does not compile alone", found)

    def test_a_header_is_tried_again_when_what_it_includes_changes(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "src/sink").mkdir(parents=True)
            (root / "src/sink/a.h").write_text(HEAD + '#include "sink/b.h"\ninline Late a() { return {}; }\n')
            for text, findings in [("struct Late {};\n", 0), ("struct Soon {};\n", 1), ("struct Late {};\n", 0)]:
                (root / "src/sink/b.h").write_text(HEAD + text)
                subprocess.run(["git", "init", "-q"], cwd=root, check=True)
                self.assertEqual(findings, len(list(check.check_headers(check.Tree(root)))))

    def test_format(self):
        style = "BasedOnStyle: Google\n"
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / ".clang-format").write_text(style)
            subprocess.run(["git", "init", "-q"], cwd=root, check=True)
            for text, findings in [("int a;\n", 0), ("int  a;\n", 1), ("int  a;\n", 1)]:
                (root / "a.cc").write_text(text)
                self.assertEqual(findings, len(list(check.check_format(check.Tree(root)))))

    # orphans

    def test_a_test_that_no_target_builds(self):
        found = self.run_check("built", src__sink__deep__a_test_cc="TEST(A, B) {}\n",
                               src__sink__b_test_cc="TEST(A, B) {}\n")
        self.assert_one("src/sink/deep/a_test.cc:1: no target builds it", found)

    def test_a_test_file_without_tests(self):
        self.assert_one("no TEST in it", self.run_check("built", src__sink__a_test_cc="int a;\n"))
        self.assert_one("no test in it", self.run_check("python", tests__live__test_a_py="import os\n"))

    def test_a_live_test_that_nobody_runs(self):
        text = "class A:\n    def test_b(self):\n        pass\n"
        self.assertEqual([], self.run_check("python", tests__live__test_a_py=text))
        self.assert_one("does not run it", self.run_check("python", tests__live__deep__test_a_py=text))

    def test_python_and_shell_that_do_not_parse(self):
        self.assert_one("a.py:1: no Python", self.run_check("python", a_py="def\n"))
        self.assert_one("a.sh:1:", self.run_check("shell", a_sh="#!/bin/sh\nif\n"))

    # pages

    def test_a_room_that_the_architecture_forgets(self):
        found = self.run_check("architecture", ARCHITECTURE_md="base, change, mysql/value, testing and sinks\n")
        self.assert_one("does not name the room sink", found)

    def test_links(self):
        page = "# A `b`: C\n[x](other.md) [y](#a-b-c) [z](https://example.org) `[code](gone.md)`\n"
        self.assertEqual([], self.run_check("links", a_md=page, other_md="\n"))
        self.assert_one("a.md:2: link to gone.md", self.run_check("links", a_md="\n[x](gone.md)\n"))
        self.assert_one("no heading #b", self.run_check("links", a_md="# A\n[x](#b)\n"))


class Graph(unittest.TestCase):
    """The graph as read from CMake."""

    def test_is_read_over_lines_and_without_comments(self):
        rooms = check.parse_rooms(ROOMS)
        self.assertEqual({"base", "change", "mysql/value", "sink", "testing"}, set(rooms))
        self.assertEqual(["sink", "mysql/value"], rooms["testing"])
        self.assertEqual({"testing", "sink", "mysql/value", "change", "base"}, check.reach(rooms, "testing"))

    def test_the_tree_s_own_graph_has_the_rooms_we_know(self):
        root = Path(__file__).resolve().parent.parent
        rooms = check.parse_rooms((root / "cmake/rooms.cmake").read_text(encoding="utf-8"))
        self.assertEqual({"base", "kafka"}, check.reach(rooms, "sink") - {"sink"})
        self.assertIn("mysql/binlog", rooms["snapshot"])


if __name__ == "__main__":
    unittest.main()
