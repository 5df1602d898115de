// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/json.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/assert.h"
#include "mysql/value/decimal.h"
#include "mysql/value/json_view.h"
#include "mysql/value/temporal.h"

namespace tidemark {
namespace {

// Column types that an opaque value names and that are printed in their own way.
constexpr std::uint8_t kOpaqueDate = 10;
constexpr std::uint8_t kOpaqueTime = 11;
constexpr std::uint8_t kOpaqueDatetime = 12;
constexpr std::uint8_t kOpaqueTimestamp = 7;
constexpr std::uint8_t kOpaqueDecimal = 246;

template <class T>
void append_number(std::string& out, T value) {
  std::array<char, 24> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  out.append(text.data(), end);
}

// Text between quotes, with the server's escapes.
void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<std::uint8_t>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, from, i - from);
    from = i + 1;
    out += '\\';
    switch (c) {
      case '"':
        out += '"';
        break;
      case '\\':
        out += '\\';
        break;
      case '\b':
        out += 'b';
        break;
      case '\f':
        out += 'f';
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += kHex[c >> 4];
        out += kHex[c & 0x0F];
    }
  }
  out.append(text, from);
}

// The server breaks its Base64 lines after 76 characters; within JSON the break reads `\n`.
void append_base64(std::string& out, Bytes bytes) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t kBytesPerLine = 57;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    if (i != 0 && i % kBytesPerLine == 0) out += "\\n";
    const std::size_t left = bytes.size() - i;
    std::uint32_t group = std::uint32_t{bytes[i]} << 16;
    if (left > 1) group |= std::uint32_t{bytes[i + 1]} << 8;
    if (left > 2) group |= bytes[i + 2];
    out += kAlphabet[group >> 18];
    out += kAlphabet[(group >> 12) & 0x3F];
    out += left > 1 ? kAlphabet[(group >> 6) & 0x3F] : '=';
    out += left > 2 ? kAlphabet[group & 0x3F] : '=';
  }
}

template <class T>
Status number(std::string& out, const ByteReader& reader, T value) {
  if (reader.failed()) return corrupt_json("a number ends early");
  append_number(out, value);
  return {};
}

}  // namespace

std::unexpected<Error> corrupt_json(const char* what) {
  return fail(ErrorKind::kCorrupt, std::string("binary JSON: ") + what);
}

JsonValue json_document(Bytes document) {
  static constexpr std::uint8_t kNull[] = {0};
  if (document.empty()) return {JsonTag::kLiteral, Bytes(kNull), true};
  return {static_cast<JsonTag>(document[0]), document.subspan(1)};
}

// -- containers --

Result<JsonContainer> JsonContainer::open(const JsonValue& value) {
  JsonContainer out;
  out.large_ = value.tag == JsonTag::kLargeObject || value.tag == JsonTag::kLargeArray;
  out.object_ = value.is_object();
  const std::size_t head = 2 * out.offset_size();
  if (value.body.size() < head) return corrupt_json("a container ends early");
  out.count_ = out.offset(value.body.data());
  const std::size_t size = out.offset(value.body.data() + out.offset_size());
  if (size > value.body.size() || size < head)
    return corrupt_json("a container is larger than its place");
  out.body_ = value.body.first(size);
  if (out.count_ > (size - head) / (out.key_entry_size() + out.value_entry_size()))
    return corrupt_json("a container has too many members");
  return out;
}

std::size_t JsonContainer::head_size() const {
  return 2 * offset_size() + count_ * (key_entry_size() + value_entry_size());
}

Result<std::string_view> JsonContainer::key(std::size_t i) const {
  const std::uint8_t* const entry = body_.data() + 2 * offset_size() + i * key_entry_size();
  const std::size_t at = offset(entry);
  const std::size_t size = load_le<std::uint16_t>(entry + offset_size());
#ifdef TIDEMARK_FUZZ_CANARY  // never in a room: see CMakeLists.txt
  ASSERT(at <= body_.size() && size <= body_.size() - at);
#endif
  if (at > body_.size() || size > body_.size() - at)
    return corrupt_json("a key lies outside its object");
  return as_text(body_.subspan(at, size));
}

// Small scalars stand in the entry itself, in place of the offset.
Result<JsonValue> JsonContainer::member(std::size_t i) const {
  const std::uint8_t* const entry =
      body_.data() + 2 * offset_size() + count_ * key_entry_size() + i * value_entry_size();
  const auto tag = static_cast<JsonTag>(*entry);
  const bool inlined = tag == JsonTag::kLiteral || tag == JsonTag::kInt16 ||
                       tag == JsonTag::kUint16 ||
                       (large_ && (tag == JsonTag::kInt32 || tag == JsonTag::kUint32));
  if (inlined) return JsonValue{tag, Bytes(entry + 1, offset_size()), true};
  const std::size_t at = offset(entry + 1);
  if (at >= body_.size()) return corrupt_json("a value lies outside its container");
  return JsonValue{tag, body_.subspan(at), false};
}

// -- printing --

Status JsonPrinter::spend(std::size_t bytes) {
  if (bytes > budget_) return corrupt_json("values share their bytes");
  budget_ -= bytes;
  return {};
}

Status JsonPrinter::value(const JsonValue& value, unsigned depth) {
  if (value.is_container()) return container(value, depth);
  if (value.tag == JsonTag::kString) return string(value.body);
  if (value.tag == JsonTag::kOpaque) return opaque(value.body);
  if (!value.inlined) TRY(spend(1));
  return scalar(value.tag, value.body);
}

void JsonPrinter::key(std::string_view text) {
  out_ += '"';
  append_escaped(out_, text);
  out_ += "\": ";
}

Status JsonPrinter::container(const JsonValue& value, unsigned depth) {
  if (depth >= kJsonDepthMax) return corrupt_json("nested too deeply");
  const JsonContainer members = TRY(JsonContainer::open(value));
  TRY(spend(members.head_size()));
  out_ += members.is_object() ? '{' : '[';
  for (std::size_t i = 0; i < members.count(); ++i) {
    if (i != 0) out_ += ", ";
    if (members.is_object()) {
      const std::string_view text = TRY(members.key(i));
      TRY(spend(text.size()));
      key(text);
    }
    TRY(this->value(TRY(members.member(i)), depth + 1));
  }
  out_ += members.is_object() ? '}' : ']';
  return {};
}

Status JsonPrinter::scalar(JsonTag tag, Bytes body) {
  ByteReader reader(body);
  switch (tag) {
    case JsonTag::kLiteral:
      return literal(reader);
    case JsonTag::kInt16:
      return number(out_, reader, static_cast<std::int16_t>(reader.u16()));
    case JsonTag::kUint16:
      return number(out_, reader, reader.u16());
    case JsonTag::kInt32:
      return number(out_, reader, static_cast<std::int32_t>(reader.u32()));
    case JsonTag::kUint32:
      return number(out_, reader, reader.u32());
    case JsonTag::kInt64:
      return number(out_, reader, static_cast<std::int64_t>(reader.u64()));
    case JsonTag::kUint64:
      return number(out_, reader, reader.u64());
    case JsonTag::kDouble:
      return real(reader);
    default:
      return corrupt_json("unknown type of value");
  }
}

Status JsonPrinter::literal(ByteReader& reader) {
  constexpr std::array<std::string_view, 3> kLiterals{"null", "true", "false"};
  const std::uint8_t which = reader.u8();
  if (reader.failed() || which >= kLiterals.size()) return corrupt_json("unknown literal");
  out_ += kLiterals[which];
  return {};
}

Status JsonPrinter::real(ByteReader& reader) {
  const auto value = std::bit_cast<double>(reader.u64());
  if (reader.failed() || !std::isfinite(value))
    return corrupt_json("a double that JSON cannot hold");
  append_json_double(out_, value);
  return {};
}

// Size in groups of 7 bits, low ones first, then so many bytes.
Result<Bytes> JsonPrinter::sized(ByteReader& reader) {
  std::uint64_t size = 0;
  for (unsigned shift = 0;; shift += 7) {
    if (shift > 28) return corrupt_json("a size has more than five bytes");
    const std::uint8_t byte = reader.u8();
    size |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if ((byte & 0x80) == 0) break;
  }
  const Bytes bytes = reader.bytes(size);
  if (reader.failed()) return corrupt_json("a string ends early");
  TRY(spend(1 + size));
  return bytes;
}

Status JsonPrinter::string(Bytes body) {
  ByteReader reader(body);
  const Bytes text = TRY(sized(reader));
  out_ += '"';
  append_escaped(out_, as_text(text));
  out_ += '"';
  return {};
}

Status JsonPrinter::opaque(Bytes body) {
  ByteReader reader(body);
  const std::uint8_t type = reader.u8();
  const Bytes payload = TRY(sized(reader));
  if (type == kOpaqueDecimal) return decimal(payload);
  if (type == kOpaqueDate || type == kOpaqueTime || type == kOpaqueDatetime ||
      type == kOpaqueTimestamp) {
    return temporal(type, payload);
  }
  out_ += "\"base64:type";
  append_number(out_, type);
  out_ += ':';
  append_base64(out_, payload);
  out_ += '"';
  return {};
}

Status JsonPrinter::decimal(Bytes payload) {
  if (payload.size() < 2) return corrupt_json("a decimal ends early");
  const DecimalType type{payload[0], payload[1]};
  std::array<char, kDecimalTextMax> text;
  std::size_t size = 0;
  if (!type.valid() || payload.size() != 2 + type.bytes() ||
      !decode_decimal_text(payload.data() + 2, type, text.data(), &size)) {
    return corrupt_json("not a decimal");
  }
  out_.append(text.data(), size);
  return {};
}

Status JsonPrinter::temporal(std::uint8_t type, Bytes payload) {
  if (payload.size() != sizeof(std::int64_t))
    return corrupt_json("a date or time has another size");
  const auto packed = load_le<std::int64_t>(payload.data());
  Civil civil;
  std::uint32_t micros = 0;
  std::int64_t time = 0;
  const bool valid = type == kOpaqueTime ? decode_packed_time(packed, &time)
                                         : decode_packed_datetime(packed, &civil, &micros);
  if (!valid) return corrupt_json("not a date or time");
  out_ += '"';
  if (type == kOpaqueTime) {
    append_time(out_, time, kFractionDigitsMax);
  } else if (type == kOpaqueDate) {
    append_date(out_, civil);
  } else {
    append_datetime(out_, civil, micros, kFractionDigitsMax);
  }
  out_ += '"';
  return {};
}

void append_json_double(std::string& out, double value) {
  // Shortest digits that read back the same, d.ddde[+-]xx; then laid out as my_gcvt does.
  constexpr int kPlainExponentMax = 14;   // 100000000000000.0, but 1e15
  constexpr int kPlainExponentMin = -15;  // 0.000000000000001, but 1e-16
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific)
          .ptr;
  std::string_view all(text.data(), static_cast<std::size_t>(end - text.data()));
  if (all[0] == '-') {
    out += '-';
    all.remove_prefix(1);
  }
  const std::size_t mark = all.find('e');
  int exponent = 0;
  const char* const exponent_text = all.data() + mark + (all[mark + 1] == '+' ? 2 : 1);
  std::from_chars(exponent_text, all.data() + all.size(), exponent);
  const std::string_view fraction = mark > 2 ? all.substr(2, mark - 2) : std::string_view();

  const bool more_digits_than_places =
      exponent >= 0 && fraction.size() > static_cast<std::size_t>(exponent);
  if (exponent < kPlainExponentMin || (exponent > kPlainExponentMax && !more_digits_than_places)) {
    out += all[0];
    if (!fraction.empty()) {
      out += '.';
      out += fraction;
    }
    out += 'e';
    append_number(out, exponent);
    return;
  }
  if (exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-exponent - 1), '0');
    out += all[0];
    out += fraction;
    return;
  }
  const auto places = static_cast<std::size_t>(exponent);
  out += all[0];
  out += fraction.substr(0, places);
  if (fraction.size() < places) out.append(places - fraction.size(), '0');
  out += '.';
  out += more_digits_than_places ? fraction.substr(places) : std::string_view("0");
}

Status append_json_text(std::string& out, Bytes document) {
  if (document.empty()) {
    out += "null";
    return {};
  }
  JsonPrinter printer(out, document.size());
  return printer.value(json_document(document), 0);
}

}  // namespace tidemark
