// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <gtest/gtest.h>

#include <limits>

namespace tidemark {
namespace {

std::string problem_of(std::string_view text) {
  const auto document = JsonDocument::parse(text);
  return document ? "none" : document.error().text();
}

TEST(Json, NamesThePlaceOfWhatIsNoJson) {
  EXPECT_EQ(problem_of("{\"a\": 1,\n \"b\": x}"), "line 2, column 7: this is not JSON");
  EXPECT_EQ(problem_of("{\"a\": "), "line 1, column 7: this is not JSON");
  EXPECT_NE(problem_of(""), "none");
  EXPECT_NE(problem_of("{} {}"), "none");
  EXPECT_NE(problem_of("{\"a\": 1e999}"), "none");
  EXPECT_NE(problem_of("\"\xFF\""), "none");
}

TEST(Json, RefusesRepeatedNamesAndDeepNesting) {
  EXPECT_EQ(problem_of(R"({"a": 1, "a": 2})"), "the name \"a\" is there twice in one object");
  EXPECT_EQ(problem_of(R"({"a": {"b": 1}, "b": {"a": 1}})"), "none");
  EXPECT_EQ(problem_of(std::string(64, '[') + std::string(64, ']')), "none");
  EXPECT_EQ(problem_of(std::string(65, '[') + std::string(65, ']')),
            "nested deeper than 64 levels");
}

TEST(Json, KeepsTheFirstProblemWithItsPath) {
  const auto document = JsonDocument::parse(R"({"a": {"list": [1, "x"], "n": -1}})");
  ASSERT_TRUE(document);
  std::optional<JsonProblem> problem;
  const JsonReader a = document->root(problem).object("a");
  EXPECT_EQ(a.i64("n"), -1);
  EXPECT_FALSE(problem);
  a.each("list", [](const JsonReader& item) { item.as_text(); });
  EXPECT_EQ(a.u64("n"), 0u);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->text(), "a.list[0]: is not a string");
}

TEST(Json, TellsAbsenceFromAWrongType) {
  const auto document = JsonDocument::parse(R"({"null": null, "text": "t", "big": 4294967296})");
  ASSERT_TRUE(document);
  std::optional<JsonProblem> problem;
  const JsonReader root = document->root(problem);
  EXPECT_EQ(root.u64_or("null", 7), 7u);
  EXPECT_EQ(root.text_or("none", "x"), "x");
  EXPECT_FALSE(root.has("null"));
  EXPECT_FALSE(problem);
  EXPECT_EQ(root.u32_or("big", 0), 0u);
  EXPECT_EQ(problem->text(), "big: is larger than 32 bits");
  problem.reset();
  root.u64_or("text", 1);
  EXPECT_EQ(problem->text(), "text: is not a whole number from 0");
  problem.reset();
  root.object("text").text("x");
  EXPECT_EQ(problem->text(), "text: is not an object");
  problem.reset();
  root.text("none");
  EXPECT_EQ(problem->text(), "none: is missing");
}

TEST(Json, WritesWhatItReads) {
  JsonWriter out;
  const std::string odd("q\"b\\n\n\x01\0z\xC3\xA9", 11);
  out.begin_object();
  out.member("odd", odd);
  out.member("min", std::numeric_limits<std::int64_t>::min());
  out.member("max", std::numeric_limits<std::uint64_t>::max());
  out.member("inf", std::numeric_limits<double>::infinity());
  out.key("list");
  out.begin_array(JsonWriter::Layout::kOneLine);
  out.begin_object();
  out.end_object();
  out.boolean(true);
  out.end_array();
  out.end_object();
  const std::string text = out.take();
  EXPECT_NE(text.find("\n  \"list\": [{}, true]\n}"), std::string::npos) << text;
  const auto document = JsonDocument::parse(text);
  ASSERT_TRUE(document) << text;
  std::optional<JsonProblem> problem;
  const JsonReader root = document->root(problem);
  EXPECT_EQ(root.text("odd"), odd);
  EXPECT_EQ(root.i64("min"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(root.u64("max"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_FALSE(root.has("inf"));
  EXPECT_FALSE(problem) << problem->text();
}

TEST(Json, QuotesTextAndLeavesItsCharactersAsTheyAre) {
  EXPECT_EQ(quoted_json(""), R"("")");
  EXPECT_EQ(quoted_json("a\"\\\n\x01/\xC3\xA9\xF0\x9F\x90\xA2"),
            "\"a\\\"\\\\\\n\\u0001/\xC3\xA9\xF0\x9F\x90\xA2\"");
}

TEST(Json, ReplacesWhatIsNoUtf8) {
  for (const char* bad : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(is_utf8(bad));
    std::string out;
    append_json_string(out, bad);
    EXPECT_TRUE(JsonDocument::parse(out)) << out;
  }
  EXPECT_TRUE(is_utf8("\xF0\x9F\x90\xA2 \xE2\x82\xAC \xC3\xA9 a"));
}

}  // namespace
}  // namespace tidemark
