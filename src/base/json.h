// SPDX-License-Identifier: Apache-2.0
// JSON that people and our own files bring: small, checked, never on the hot path.
// Read with parse_json and walk it with JsonReader, which notes the first thing that is wrong instead of
// throwing; look at error() once at the end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/function_ref.h"
#include "base/result.h"

namespace tidemark {

// What was wrong and where: "line 3, column 14: ..." while parsing, "offset.pos: ..." while reading.
// Holds no value of the text.
struct JsonProblem {
  std::string place;
  std::string what;
  std::string text() const { return place.empty() ? what : place + ": " + what; }
};

class JsonReader;

// A parsed document. Resource; moves only.
class JsonDocument {
 public:
  // Refuses what JSON forbids, member names that repeat and nesting beyond 64.
  static std::expected<JsonDocument, JsonProblem> parse(std::string_view text);
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  // A reader of the whole. Lifetime: the document and the problem outlive the reader.
  JsonReader root(std::optional<JsonProblem>& problem) const;

 private:
  struct Tree;
  explicit JsonDocument(std::unique_ptr<Tree> tree);
  std::unique_ptr<Tree> tree_;
};

// Walks one value. After the first problem every read yields a default, and later problems are dropped.
class JsonReader {
 public:
  bool has(std::string_view name) const;  // present and not null
  bool is_array_at(std::string_view name) const;
  bool is_text_at(std::string_view name) const;

  // Members of an object; a missing one is a problem.
  std::uint64_t u64(std::string_view name) const;
  std::int64_t i64(std::string_view name) const;
  double number(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::string text(std::string_view name) const;
  JsonReader object(std::string_view name) const;
  // The same where absence (or null) has a meaning.
  std::uint64_t u64_or(std::string_view name, std::uint64_t other) const;
  std::int64_t i64_or(std::string_view name, std::int64_t other) const;
  bool boolean_or(std::string_view name, bool other) const;
  std::string text_or(std::string_view name, std::string_view other) const;
  // A u64 that fits 32 bits.
  std::uint32_t u32_or(std::string_view name, std::uint32_t other) const;

  // Items of a member array; a missing array is a problem for each, an empty list for each_or_none.
  void each(std::string_view name, FunctionRef<void(const JsonReader&)> handle) const;
  void each_or_none(std::string_view name, FunctionRef<void(const JsonReader&)> handle) const;
  // Members of this object.
  void members(FunctionRef<void(std::string_view name, const JsonReader& value)> handle) const;
  std::vector<std::string> texts_or_none(std::string_view name) const;

  // This value itself.
  bool is_object() const;
  bool is_array() const;
  bool is_text() const;
  std::string as_text() const;
  std::uint64_t as_u64() const;
  // As JSON, without blanks.
  std::string as_json() const;

  bool failed() const { return problem_->has_value(); }
  // Notes a problem at this value, or at its member.
  void note(std::string_view what, std::string_view member = {}) const;

 private:
  friend class JsonDocument;
  using Node = const void*;  // a node of the library, whose header stays out of ours

  JsonReader(Node node, std::optional<JsonProblem>* problem, std::string path)
      : node_(node), problem_(problem), path_(std::move(path)) {}
  Node member(std::string_view name) const;  // nullptr: absent or null
  Node needed(std::string_view name) const;
  std::uint64_t u64_of(Node node, std::string_view name) const;
  std::int64_t i64_of(Node node, std::string_view name) const;
  bool boolean_of(Node node, std::string_view name) const;
  std::string text_of(Node node, std::string_view name) const;
  void each_of(Node node, std::string_view name, FunctionRef<void(const JsonReader&)> handle) const;
  std::string path_to(std::string_view name) const;

  Node node_;
  std::optional<JsonProblem>* problem_;
  std::string path_;
};

// Appends `text` as a JSON string with its quotes. Control characters, quotes and backslashes are
// escaped; bytes that are no UTF-8 become U+FFFD, so that the result is always JSON. All else stays as it is;
// Connect's converter also escapes what lies beyond 16 bits (encode/json_text.h).
void append_json_string(std::string& out, std::string_view text);
std::string quoted_json(std::string_view text);
bool is_utf8(std::string_view text);

// Writes JSON for people: two blanks of indent, or a whole container on one line.
// Use: begin, then key() before each value of an object, then end. Misuse is not checked.
class JsonWriter {
 public:
  enum class Layout : std::uint8_t { kLines, kOneLine };

  void begin_object(Layout layout = Layout::kLines) { begin('{', layout); }
  void end_object() { end('}'); }
  void begin_array(Layout layout = Layout::kLines) { begin('[', layout); }
  void end_array() { end(']'); }
  void key(std::string_view name);
  void text(std::string_view value);
  void u64(std::uint64_t value);
  void i64(std::int64_t value);
  void number(double value);  // null where it is not finite
  void boolean(bool value);

  void member(std::string_view name, std::string_view value) { key(name), text(value); }
  void member(std::string_view name, const char* value) { key(name), text(value); }
  void member(std::string_view name, bool value) { key(name), boolean(value); }
  void member(std::string_view name, std::uint64_t value) { key(name), u64(value); }
  void member(std::string_view name, std::int64_t value) { key(name), i64(value); }
  void member(std::string_view name, double value) { key(name), number(value); }

  // The text so far; leaves the writer empty.
  std::string take();

 private:
  struct Level {
    Layout layout;
    bool empty;
  };
  void begin(char bracket, Layout layout);
  void end(char bracket);
  void before_value();
  void new_line();

  std::string out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace tidemark
