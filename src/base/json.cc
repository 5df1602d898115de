// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

namespace tidemark {
namespace {

using Json = nlohmann::json;
using Dom = nlohmann::detail::json_sax_dom_parser<Json>;

constexpr std::size_t kDepthMax = 64;

// The library's builder, which also sees what the library lets pass, and keeps the place of an error.
// The library calls these names through a template; they hide those of Dom.
class StrictDom : public Dom {
 public:
  explicit StrictDom(Json& tree) : Dom(tree, false) {}

  bool start_object(std::size_t size) {
    names_.emplace_back();
    return deeper() && Dom::start_object(size);
  }
  bool end_object() {
    names_.pop_back();
    --depth_;
    return Dom::end_object();
  }
  bool start_array(std::size_t size) { return deeper() && Dom::start_array(size); }
  bool end_array() {
    --depth_;
    return Dom::end_array();
  }
  bool key(Json::string_t& name) {
    if (!names_.back().insert(name).second) {
      return refuse({}, fmt::format("the name \"{}\" is there twice in one object", name));
    }
    return Dom::key(name);
  }
  // `at` counts the bytes read, the offending one included.
  bool parse_error(std::size_t at, const std::string&, const nlohmann::detail::exception&) {
    error_at_ = at;
    return refuse({}, "this is not JSON");
  }

  std::optional<JsonProblem> problem;
  std::optional<std::size_t> error_at() const { return error_at_; }

 private:
  bool deeper() {
    if (++depth_ <= kDepthMax) return true;
    return refuse({}, fmt::format("nested deeper than {} levels", kDepthMax));
  }
  bool refuse(std::string place, std::string what) {
    if (!problem) problem = JsonProblem{std::move(place), std::move(what)};
    return false;
  }

  std::vector<std::set<std::string>> names_;
  std::size_t depth_ = 0;
  std::optional<std::size_t> error_at_;
};

std::string place_of(std::string_view text, std::size_t count) {
  const std::string_view before = text.substr(0, count == 0 ? 0 : count - 1);
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t last = before.rfind('\n');
  const std::size_t column = before.size() - (last == std::string_view::npos ? 0 : last + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

const Json& json(const void* node) { return *static_cast<const Json*>(node); }

const Json& null_node() {
  static const Json node;
  return node;
}

// The size of the UTF-8 sequence that starts at `at`, 0 where there is none.
std::size_t utf8_size(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  }
  const unsigned char second = byte(at + 1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second > 0x9F;
  const bool beyond = lead == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : size;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

}  // namespace

struct JsonDocument::Tree {
  Json root;
};

JsonDocument::JsonDocument(std::unique_ptr<Tree> tree) : tree_(std::move(tree)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

std::expected<JsonDocument, JsonProblem> JsonDocument::parse(std::string_view text) {
  auto tree = std::make_unique<Tree>();
  StrictDom dom(tree->root);
  if (!Json::sax_parse(text.begin(), text.end(), &dom) || dom.problem) {
    JsonProblem problem = dom.problem.value_or(JsonProblem{{}, "this is not JSON"});
    if (dom.error_at()) problem.place = place_of(text, *dom.error_at());
    return std::unexpected(std::move(problem));
  }
  return JsonDocument(std::move(tree));
}

JsonReader JsonDocument::root(std::optional<JsonProblem>& problem) const {
  return {&tree_->root, &problem, {}};
}

std::string JsonReader::path_to(std::string_view name) const {
  if (name.empty()) return path_;
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

void JsonReader::note(std::string_view what, std::string_view member) const {
  if (!*problem_) *problem_ = JsonProblem{path_to(member), std::string(what)};
}

JsonReader::Node JsonReader::member(std::string_view name) const {
  const Json& node = json(node_);
  if (!node.is_object()) {
    note("is not an object");
    return nullptr;
  }
  const auto it = node.find(name);
  return it == node.end() || it->is_null() ? nullptr : &*it;
}

JsonReader::Node JsonReader::needed(std::string_view name) const {
  const Node node = member(name);
  if (node == nullptr) note("is missing", name);
  return node;
}

bool JsonReader::has(std::string_view name) const {
  return json(node_).is_object() && member(name) != nullptr;
}

std::uint64_t JsonReader::u64_of(Node node, std::string_view name) const {
  if (node == nullptr) return 0;
  if (json(node).is_number_unsigned()) return json(node).get<std::uint64_t>();
  note("is not a whole number from 0", name);
  return 0;
}

std::int64_t JsonReader::i64_of(Node node, std::string_view name) const {
  if (node == nullptr) return 0;
  const Json& value = json(node);
  const bool fits = value.is_number_unsigned()
                        ? value.get<std::uint64_t>() <=
                              static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())
                        : value.is_number_integer();
  if (fits) return value.get<std::int64_t>();
  note("is not a whole number of 64 bits", name);
  return 0;
}

bool JsonReader::boolean_of(Node node, std::string_view name) const {
  if (node == nullptr) return false;
  if (json(node).is_boolean()) return json(node).get<bool>();
  note("is neither true nor false", name);
  return false;
}

std::string JsonReader::text_of(Node node, std::string_view name) const {
  if (node == nullptr) return {};
  if (json(node).is_string()) return json(node).get_ref<const std::string&>();
  note("is not a string", name);
  return {};
}

std::uint64_t JsonReader::u64(std::string_view name) const { return u64_of(needed(name), name); }
std::int64_t JsonReader::i64(std::string_view name) const { return i64_of(needed(name), name); }
bool JsonReader::boolean(std::string_view name) const { return boolean_of(needed(name), name); }
std::string JsonReader::text(std::string_view name) const { return text_of(needed(name), name); }

double JsonReader::number(std::string_view name) const {
  const Node node = needed(name);
  if (node == nullptr) return 0;
  if (json(node).is_number()) return json(node).get<double>();
  note("is not a number", name);
  return 0;
}

std::uint64_t JsonReader::u64_or(std::string_view name, std::uint64_t other) const {
  const Node node = member(name);
  return node == nullptr ? other : u64_of(node, name);
}
std::int64_t JsonReader::i64_or(std::string_view name, std::int64_t other) const {
  const Node node = member(name);
  return node == nullptr ? other : i64_of(node, name);
}
bool JsonReader::boolean_or(std::string_view name, bool other) const {
  const Node node = member(name);
  return node == nullptr ? other : boolean_of(node, name);
}
std::string JsonReader::text_or(std::string_view name, std::string_view other) const {
  const Node node = member(name);
  return node == nullptr ? std::string(other) : text_of(node, name);
}
std::uint32_t JsonReader::u32_or(std::string_view name, std::uint32_t other) const {
  const std::uint64_t value = u64_or(name, other);
  if (value <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(value);
  note("is larger than 32 bits", name);
  return 0;
}

JsonReader JsonReader::object(std::string_view name) const {
  const Node node = needed(name);
  if (node == nullptr || !json(node).is_object()) {
    note("is not an object", name);
    return {&null_node(), problem_, path_to(name)};
  }
  return {node, problem_, path_to(name)};
}

void JsonReader::each_of(Node node, std::string_view name,
                         FunctionRef<void(const JsonReader&)> handle) const {
  if (node == nullptr) return;
  if (!json(node).is_array()) return note("is not an array", name);
  std::size_t i = 0;
  for (const Json& item : json(node)) {
    handle({&item, problem_, fmt::format("{}[{}]", path_to(name), i)});
    ++i;
  }
}

void JsonReader::each(std::string_view name, FunctionRef<void(const JsonReader&)> handle) const {
  each_of(needed(name), name, handle);
}
void JsonReader::each_or_none(std::string_view name,
                              FunctionRef<void(const JsonReader&)> handle) const {
  each_of(member(name), name, handle);
}

void JsonReader::members(
    FunctionRef<void(std::string_view name, const JsonReader& value)> handle) const {
  if (!is_object()) return note("is not an object");
  for (const auto& [name, value] : json(node_).items()) {
    handle(name, {&value, problem_, path_to(name)});
  }
}

std::vector<std::string> JsonReader::texts_or_none(std::string_view name) const {
  std::vector<std::string> out;
  each_or_none(name, [&](const JsonReader& item) { out.push_back(item.as_text()); });
  return out;
}

bool JsonReader::is_array_at(std::string_view name) const {
  return has(name) && json(member(name)).is_array();
}
bool JsonReader::is_text_at(std::string_view name) const {
  return has(name) && json(member(name)).is_string();
}

bool JsonReader::is_object() const { return json(node_).is_object(); }
bool JsonReader::is_array() const { return json(node_).is_array(); }
bool JsonReader::is_text() const { return json(node_).is_string(); }
std::string JsonReader::as_text() const { return text_of(node_, {}); }
std::uint64_t JsonReader::as_u64() const { return u64_of(node_, {}); }
std::string JsonReader::as_json() const {
  // An absent value is null; texts are UTF-8, the parser saw to that.
  return json(node_).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = utf8_size(text, at);
    if (size == 0) return false;
    at += size;
  }
  return true;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t size = utf8_size(text, at);
    if (size == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
    } else if (size == 1 && (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\')) {
      append_escaped(out, c);
      ++at;
    } else {
      out.append(text, at, size);
      at += size;
    }
  }
  out += '"';
}

std::string quoted_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

void JsonWriter::new_line() {
  out_ += '\n';
  out_.append(levels_.size() * 2, ' ');
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) return;
  Level& level = levels_.back();
  if (!level.empty) out_ += level.layout == Layout::kOneLine ? ", " : ",";
  level.empty = false;
  if (level.layout == Layout::kLines) new_line();
}

// What lies inside a container on one line is on that line too.
void JsonWriter::begin(char bracket, Layout layout) {
  before_value();
  out_ += bracket;
  const bool inside_line = !levels_.empty() && levels_.back().layout == Layout::kOneLine;
  levels_.push_back({inside_line ? Layout::kOneLine : layout, true});
}

void JsonWriter::end(char bracket) {
  const Level level = levels_.back();
  levels_.pop_back();
  if (!level.empty && level.layout == Layout::kLines) new_line();
  out_ += bracket;
}

void JsonWriter::key(std::string_view name) {
  before_value();
  append_json_string(out_, name);
  out_ += ": ";
  after_key_ = true;
}

void JsonWriter::text(std::string_view value) {
  before_value();
  append_json_string(out_, value);
}
void JsonWriter::u64(std::uint64_t value) {
  before_value();
  fmt::format_to(std::back_inserter(out_), "{}", value);
}
void JsonWriter::i64(std::int64_t value) {
  before_value();
  fmt::format_to(std::back_inserter(out_), "{}", value);
}
void JsonWriter::number(double value) {
  before_value();
  if (std::isfinite(value)) {
    fmt::format_to(std::back_inserter(out_), "{}", value);
  } else {
    out_ += "null";
  }
}
void JsonWriter::boolean(bool value) {
  before_value();
  out_ += value ? "true" : "false";
}

std::string JsonWriter::take() {
  levels_.clear();
  after_key_ = false;
  return std::exchange(out_, {});
}

}  // namespace tidemark
