// SPDX-License-Identifier: Apache-2.0
#include "store/java_key.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <limits>

#include "base/hex.h"
#include "base/utf8.h"
#include "store/java_stream.h"

namespace tidemark {
namespace {

using Kind = JavaCell::Kind;

// -- numbers --

// Decimal digits of a big-endian number.
std::string digits_of(std::string_view magnitude) {
  std::string out = "0";  // lowest digit first
  for (const char byte : magnitude) {
    unsigned carry = static_cast<unsigned char>(byte);
    for (char& digit : out) {
      carry += static_cast<unsigned>(digit - '0') * 256;
      digit = static_cast<char>('0' + carry % 10);
      carry /= 10;
    }
    for (; carry > 0; carry /= 10) out += static_cast<char>('0' + carry % 10);
  }
  std::ranges::reverse(out);
  return out;
}

std::string magnitude_of(std::string_view digits) {
  std::string out;  // lowest byte first
  for (const char digit : digits) {
    unsigned carry = static_cast<unsigned>(digit - '0');
    for (char& byte : out) {
      carry += static_cast<unsigned char>(byte) * 10U;
      byte = static_cast<char>(carry & 0xFF);
      carry >>= 8;
    }
    if (carry > 0) out += static_cast<char>(carry);
  }
  std::ranges::reverse(out);
  return out;
}

// Of BigInteger.
std::optional<std::string> integer_of(const JavaNode& node) {
  const JavaNode* const sign = node.field("signum");
  const JavaNode* const magnitude = node.field("magnitude");
  if (sign == nullptr || magnitude == nullptr || magnitude->kind != JavaNode::Kind::kBytes ||
      magnitude->bytes.size() > 64) {
    return std::nullopt;
  }
  const std::string digits = digits_of(magnitude->bytes);
  return (sign->number < 0 && digits != "0" ? "-" : "") + digits;
}

std::optional<std::string> decimal_of(const JavaNode& node) {
  const JavaNode* const scale_node = node.field("scale");
  const JavaNode* const unscaled = node.field("intVal");
  if (scale_node == nullptr || unscaled == nullptr) return std::nullopt;
  const std::int64_t scale = scale_node->number;
  std::optional<std::string> digits = integer_of(*unscaled);
  if (!digits || scale > 1000 || scale < -1000) return std::nullopt;
  const std::string sign = digits->starts_with('-') ? "-" : "";
  std::string out = digits->substr(sign.size());
  if (scale <= 0) return sign + out + std::string(static_cast<std::size_t>(-scale), '0');
  const auto places = static_cast<std::size_t>(scale);
  if (out.size() <= places) out.insert(0, places + 1 - out.size(), '0');
  out.insert(out.size() - places, 1, '.');
  return sign + out;
}

// -- java.time --

class Block {
 public:
  explicit Block(std::string_view bytes) : in_(bytes) {}
  bool at_end() const { return in_.empty(); }
  std::int64_t take(std::size_t size) {
    if (in_.size() < size) {
      short_ = true;
      return 0;
    }
    std::int64_t out = static_cast<signed char>(in_.front());  // the sign is in the first byte
    for (const char byte : in_.substr(1, size - 1))
      out = out * 256 + static_cast<unsigned char>(byte);
    in_.remove_prefix(size);
    return out;
  }
  bool complete() const { return !short_ && in_.empty(); }

 private:
  std::string_view in_;
  bool short_ = false;
};

// Empty where the server has no such date.
std::string date_of(Block& in) {
  const std::int64_t year = in.take(4);
  const std::int64_t month = in.take(1);
  const std::int64_t day = in.take(1);
  const auto within = [](std::int64_t n, std::int64_t low, std::int64_t high) {
    return n >= low && n <= high;
  };
  if (!within(year, 0, 9999) || !within(month, 1, 12) || !within(day, 1, 31)) return {};
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

// Hour, minute, second and nanoseconds; the last one that is not 0 stands inverted and ends it.
std::string time_of(Block& in) {
  std::int64_t parts[4] = {};
  for (std::size_t i = 0; i < 3; ++i) {
    parts[i] = in.take(1);
    if (parts[i] < 0) {
      parts[i] = ~parts[i];
      break;
    }
    if (i == 2) parts[3] = in.take(4);
  }
  return fmt::format("{:02}:{:02}:{:02}.{:09}", parts[0], parts[1], parts[2], parts[3]);
}

// java.time.Ser: one block, whose first byte says which class.
std::optional<JavaCell> time_cell(const JavaNode& node) {
  constexpr std::int64_t kDuration = 1;
  constexpr std::int64_t kDate = 3;
  constexpr std::int64_t kDatetime = 5;
  if (node.items.size() != 1 || node.items[0]->kind != JavaNode::Kind::kBytes) return std::nullopt;
  Block in(node.items[0]->bytes);
  const std::int64_t type = in.take(1);
  if (type == kDuration)
    return JavaCell{.kind = Kind::kOther, .text = {}, .class_name = "java.time.Duration"};
  if (type != kDate && type != kDatetime)
    return JavaCell{.kind = Kind::kOther, .text = {}, .class_name = "java.time"};
  JavaCell out{.kind = Kind::kDate, .text = date_of(in), .class_name = "java.time.LocalDate"};
  if (out.text.empty()) return std::nullopt;
  if (type == kDatetime) {
    out.kind = Kind::kDatetime;
    out.text += " " + time_of(in);
    out.class_name = "java.time.LocalDateTime";
  }
  if (!in.complete()) return std::nullopt;
  return out;
}

// -- reading --

std::optional<JavaCell> cell_of(const JavaNode& node) {
  switch (node.kind) {
    case JavaNode::Kind::kNull:
      return JavaCell{};
    case JavaNode::Kind::kText:
      return JavaCell{.kind = Kind::kText, .text = node.bytes, .class_name = "java.lang.String"};
    case JavaNode::Kind::kBytes:
      return JavaCell{.kind = Kind::kBytes, .text = node.bytes, .class_name = "byte[]"};
    case JavaNode::Kind::kNumber:
    case JavaNode::Kind::kArray:
      return std::nullopt;
    case JavaNode::Kind::kObject:
      break;
  }
  JavaCell out{.kind = Kind::kOther, .text = {}, .class_name = node.class_name};
  std::optional<std::string> text;
  const std::string& name = node.class_name;
  if (name == "java.lang.Integer" || name == "java.lang.Long" || name == "java.lang.Short" ||
      name == "java.lang.Byte") {
    const JavaNode* const value = node.field("value");
    if (value != nullptr) text = std::to_string(value->number);
    out.kind = Kind::kInteger;
  } else if (name == "java.math.BigInteger") {
    text = integer_of(node);
    out.kind = Kind::kInteger;
  } else if (name == "java.math.BigDecimal") {
    text = decimal_of(node);
    out.kind = Kind::kDecimal;
  } else if (name == "java.time.Ser") {
    return time_cell(node);
  } else {
    return out;
  }
  if (!text) return std::nullopt;
  out.text = *std::move(text);
  return out;
}

std::unexpected<Error> no_key() {
  return fail(ErrorKind::kCorrupt, "what should be a chunk key is no array of Java objects");
}

// -- writing --

class StreamWriter {
 public:
  StreamWriter() : out_(kJavaMagic) {}
  std::string take() { return std::move(out_); }

  void raw(std::string_view bytes) { out_ += bytes; }
  void number(std::uint64_t value, unsigned size) {
    for (unsigned i = size; i-- > 0;) out_ += static_cast<char>(value >> (i * 8) & 0xFF);
  }
  void text(std::string_view value) {
    number(value.size(), 2);
    raw(value);
  }
  void text_object(std::string_view value) {
    const bool fits = value.size() <= 0xFFFF;
    out_ += fits ? '\x74' : '\x7C';
    number(value.size(), fits ? 2 : 8);
    raw(value);
  }
  void new_handle() { ++handles_; }
  void null() { out_ += '\x70'; }

  // True: it was described before, and what stands here refers to that.
  bool refer(std::string_view name) {
    for (const auto& [known, handle] : named_) {
      if (known != name) continue;
      out_ += '\x71';
      number(handle, 4);
      return true;
    }
    named_.emplace_back(name, kFirstHandle + handles_);
    return false;
  }
  // Class descriptions. `fields` is their count and what follows it.
  void open_class(std::string_view name, std::uint64_t version, std::uint8_t flags) {
    out_ += '\x72';
    text(name);
    number(version, 8);
    new_handle();
    out_ += static_cast<char>(flags);
  }
  void close_class() { out_ += '\x78'; }
  void field(char type, std::string_view name) {
    out_ += type;
    text(name);
  }
  void field(char type, std::string_view name, std::string_view of) {
    field(type, name);
    if (refer("type " + std::string(of))) return;  // a text, not the class itself
    out_ += '\x74';
    text(of);
    new_handle();
  }

  void plain_class(std::string_view name, std::uint64_t version) {
    if (refer(name)) return;
    open_class(name, version, 2);
    number(0, 2);
    close_class();
    null();
  }
  void java_number() { plain_class("java.lang.Number", 0x86AC951D0B94E08BU); }

  void bytes(std::string_view value) {
    out_ += '\x75';
    plain_class("[B", 0xACF317F8060854E0U);
    new_handle();
    number(value.size(), 4);
    raw(value);
  }
  void boxed(std::string_view name, std::uint64_t version, char type, std::uint64_t value) {
    out_ += '\x73';
    if (!refer(name)) {
      open_class(name, version, 2);
      number(1, 2);
      field(type, "value");
      close_class();
      java_number();
    }
    new_handle();
    number(value, type == 'I' ? 4 : 8);
  }
  void big_integer(std::string_view digits) {
    const bool negative = digits.starts_with('-');
    const std::string magnitude = magnitude_of(digits.substr(negative ? 1 : 0));
    out_ += '\x73';
    if (!refer("java.math.BigInteger")) {
      open_class("java.math.BigInteger", 0x8CFC9F1FA93BFB1DU, 3);
      number(6, 2);
      for (const char* const name :
           {"bitCount", "bitLength", "firstNonzeroByteNum", "lowestSetBit", "signum"})
        field('I', name);
      field('[', "magnitude", "[B");
      close_class();
      java_number();
    }
    new_handle();
    for (const std::int32_t unset : {-1, -1, -2, -2}) number(static_cast<std::uint32_t>(unset), 4);
    number(magnitude.empty() ? 0U : negative ? 0xFFFFFFFFU : 1U, 4);
    bytes(magnitude);
    out_ += '\x78';
  }
  void big_decimal(std::string_view value) {
    const std::size_t point = value.find('.');
    std::string digits(value);
    if (point != std::string_view::npos) digits.erase(point, 1);
    out_ += '\x73';
    if (!refer("java.math.BigDecimal")) {
      open_class("java.math.BigDecimal", 0x54C71557F981284FU, 3);
      number(2, 2);
      field('I', "scale");
      field('L', "intVal", "Ljava/math/BigInteger;");
      close_class();
      java_number();
    }
    new_handle();
    number(point == std::string_view::npos ? 0 : value.size() - point - 1, 4);
    big_integer(digits);
    out_ += '\x78';
  }
  void date(std::string_view value) {
    out_ += '\x73';
    if (!refer("java.time.Ser")) {
      open_class("java.time.Ser", 0x955D84BA1B2248B2U, 12);
      number(0, 2);
      close_class();
      null();
    }
    new_handle();
    raw("\x77\x07\x03");
    number(part(value, 0, 4), 4);
    number(part(value, 5, 2), 1);
    number(part(value, 8, 2), 1);
    out_ += '\x78';
  }

 private:
  static constexpr std::uint32_t kFirstHandle = 0x7E0000;
  static std::uint64_t part(std::string_view value, std::size_t at, std::size_t size) {
    std::uint64_t out = 0;
    const std::string_view digits = value.substr(std::min(at, value.size()), size);
    std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return out;
  }

  std::string out_;
  std::uint32_t handles_ = 0;
  std::vector<std::pair<std::string, std::uint32_t>> named_;
};

void write_integer(StreamWriter& out, const std::string& digits) {
  std::int64_t value = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem != std::errc() || end != digits.data() + digits.size())
    return out.big_integer(digits);
  if (value >= std::numeric_limits<std::int32_t>::min() &&
      value <= std::numeric_limits<std::int32_t>::max()) {
    return out.boxed("java.lang.Integer", 0x12E2A0A4F7818738U, 'I',
                     static_cast<std::uint64_t>(value));
  }
  out.boxed("java.lang.Long", 0x3B8BE490CC8F23DFU, 'J', static_cast<std::uint64_t>(value));
}

void write_cell(StreamWriter& out, const JavaCell& cell) {
  switch (cell.kind) {
    case Kind::kInteger:
      return write_integer(out, cell.text);
    case Kind::kDecimal:
      return out.big_decimal(cell.text);
    case Kind::kText: {
      std::string text;
      append_modified_utf8(text, cell.text);
      out.text_object(text);
      return out.new_handle();
    }
    case Kind::kBytes:
      return out.bytes(cell.text);
    case Kind::kDate:
      return out.date(cell.text);
    case Kind::kNull:
    case Kind::kDatetime:
    case Kind::kOther:
      return out.null();
  }
}

std::unexpected<Error> no_map() {
  return fail(ErrorKind::kCorrupt,
              "the file holds a serialised Java object that is no map of byte arrays",
              "give the offset file of Kafka Connect or Debezium Server as it is");
}

}  // namespace

Result<std::optional<JavaKey>> read_java_key(std::string_view hex) {
  const std::optional<std::string> bytes = from_hex(hex);
  if (!bytes) return no_key();
  const JavaNodePtr root = TRY(read_java_stream(*bytes));
  if (root->kind == JavaNode::Kind::kNull) return std::optional<JavaKey>();
  if (root->kind != JavaNode::Kind::kArray) return no_key();
  JavaKey out;
  for (const JavaNodePtr& item : root->items) {
    std::optional<JavaCell> cell = item == nullptr ? std::nullopt : cell_of(*item);
    if (!cell) return no_key();
    out.push_back(*std::move(cell));
  }
  return std::optional<JavaKey>(std::move(out));
}

std::string write_java_key(const std::optional<JavaKey>& key) {
  StreamWriter out;
  if (!key) {
    out.null();
    return to_hex(out.take());
  }
  out.raw("\x75");
  out.plain_class("[Ljava.lang.Object;", 0x90CE589F1073296CU);
  out.new_handle();
  out.number(key->size(), 4);
  for (const JavaCell& cell : *key) write_cell(out, cell);
  return to_hex(out.take());
}

Result<std::vector<JavaMapEntry>> read_java_map(std::string_view bytes) {
  const JavaNodePtr root = TRY(read_java_stream(bytes));
  // What HashMap writes itself: a block with its sizes, then key and value in turns.
  if (root->class_name != "java.util.HashMap" || root->items.size() % 2 != 1) return no_map();
  std::vector<JavaMapEntry> out;
  for (std::size_t i = 1; i < root->items.size(); i += 2) {
    const JavaNode& key = *root->items[i];
    const JavaNode& value = *root->items[i + 1];
    const bool null = value.kind == JavaNode::Kind::kNull;
    if (key.kind != JavaNode::Kind::kBytes || (!null && value.kind != JavaNode::Kind::kBytes))
      return no_map();
    out.push_back(
        {.key = key.bytes, .value = null ? std::nullopt : std::optional<std::string>(value.bytes)});
  }
  return out;
}

std::string write_java_map(std::span<const JavaMapEntry> entries) {
  std::uint32_t buckets = 16;
  while (buckets * 3 / 4 < entries.size()) buckets *= 2;
  StreamWriter out;
  out.raw("\x73");
  out.open_class("java.util.HashMap", 0x0507DAC1C31660D1U, 3);
  out.number(2, 2);
  out.field('F', "loadFactor");
  out.field('I', "threshold");
  out.close_class();
  out.null();
  out.new_handle();
  out.raw("\x3F\x40");  // 0.75
  out.number(0, 2);
  out.number(buckets * 3 / 4, 4);
  out.raw("\x77\x08");
  out.number(buckets, 4);
  out.number(entries.size(), 4);
  for (const JavaMapEntry& entry : entries) {
    out.bytes(entry.key);
    if (entry.value) {
      out.bytes(*entry.value);
    } else {
      out.null();
    }
  }
  out.raw("\x78");
  return out.take();
}

}  // namespace tidemark
