// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/json_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "mysql/value/json_path.h"

namespace tidemark {
namespace {

using testing::HasSubstr;

// {"a": [true, -1]}
constexpr std::string_view kDocument(
    "\x00\x01\x00\x16\x00\x0b\x00\x01\x00\x02\x0c\x00"
    "a\x02\x00\x0a\x00\x04\x01\x00\x05\xff\xff",
    23);
// 7
constexpr std::string_view kSeven("\x05\x07\x00", 3);

enum Op : char { kReplace = 0, kInsert = 1, kRemove = 2 };

std::string diff(Op op, std::string_view path, std::string_view value = kSeven) {
  std::string out(1, op);
  out += static_cast<char>(path.size());
  out += path;
  if (op == kRemove) return out;
  out += static_cast<char>(value.size());
  return out.append(value);
}

std::string patched(const std::string& diffs, std::string_view document = kDocument) {
  std::string out;
  const Status done = append_patched_json_text(out, as_bytes(document), as_bytes(diffs));
  return done ? out : "! " + done.error().text();
}

TEST(JsonDiff, NothingChangesNothing) { EXPECT_EQ(patched(""), R"({"a": [true, -1]})"); }

TEST(JsonDiff, ReplacesInsertsAndRemoves) {
  EXPECT_EQ(patched(diff(kReplace, "$.a[1]")), R"({"a": [true, 7]})");
  EXPECT_EQ(patched(diff(kReplace, "$.a[last]")), R"({"a": [true, 7]})");
  EXPECT_EQ(patched(diff(kReplace, "$.a[last-1]")), R"({"a": [7, -1]})");
  EXPECT_EQ(patched(diff(kReplace, "$.a")), R"({"a": 7})");
  EXPECT_EQ(patched(diff(kReplace, "$")), "7");
  EXPECT_EQ(patched(diff(kInsert, "$.a[0]")), R"({"a": [7, true, -1]})");
  EXPECT_EQ(patched(diff(kInsert, "$.a[99]")), R"({"a": [true, -1, 7]})");
  EXPECT_EQ(patched(diff(kRemove, "$.a[0]")), R"({"a": [-1]})");
  EXPECT_EQ(patched(diff(kRemove, "$.a")), "{}");
}

TEST(JsonDiff, KeysStayInTheServersOrder) {
  EXPECT_EQ(patched(diff(kInsert, "$.bb") + diff(kInsert, "$.b") + diff(kInsert, "$.\"A\"")),
            R"({"A": 7, "a": [true, -1], "b": 7, "bb": 7})");
}

TEST(JsonDiff, OneChangeSeesTheOnesBeforeIt) {
  EXPECT_EQ(patched(diff(kInsert, "$.b", kDocument) + diff(kRemove, "$.b.a[0]") +
                    diff(kInsert, "$.b.a[1]", kDocument) + diff(kReplace, "$.b.a[1].a")),
            R"({"a": [true, -1], "b": {"a": [-1, {"a": 7}]}})");
}

TEST(JsonDiff, KeysAreUnquoted) {
  EXPECT_EQ(patched(diff(kInsert, R"($."x\"y\\z\u00e4\ud83d\ude00 [1].b")")),
            R"({"a": [true, -1], "x\"y\\zä😀 [1].b": 7})");
  EXPECT_EQ(patched(diff(kInsert, R"($."")")), R"({"": 7, "a": [true, -1]})");
}

TEST(JsonDiff, WhatDoesNotFitTheDocumentIsCorrupt) {
  for (const std::string& diffs :
       {diff(kReplace, "$.b"), diff(kRemove, "$.a[2]"), diff(kReplace, "$.a[0].x"),
        diff(kReplace, "$.a.x"), diff(kReplace, "$[0]"), diff(kInsert, "$.a"), diff(kRemove, "$"),
        diff(kReplace, "a"), diff(kReplace, "$."), diff(kReplace, "$.a["), diff(kReplace, "$.a[x]"),
        diff(kReplace, "$.\"a"), diff(kReplace, "$.\"\\q\""), diff(kReplace, "$.\"\\ud800\""),
        diff(kReplace, "$.a[1]", ""), diff(kReplace, "$**"), std::string("\x03\x01$\x01x")}) {
    EXPECT_THAT(patched(diffs), HasSubstr("! ")) << diffs;
  }
  const std::string whole = diff(kReplace, "$.a[1]");
  for (std::size_t size = 1; size < whole.size(); ++size)
    EXPECT_THAT(patched(whole.substr(0, size)), HasSubstr("! ")) << size;
}

TEST(JsonDiff, AnEmptyDocumentIsNull) {
  EXPECT_EQ(patched("", ""), "null");
  EXPECT_THAT(patched(diff(kInsert, "$.a"), ""), HasSubstr("! "));
}

}  // namespace
}  // namespace tidemark
