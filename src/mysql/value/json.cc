// SPDX-License-Identifier: Apache-2.0
#include "mysql/value/json.h"

#include <array>
#include <charconv>
#include <cmath>

#include "mysql/value/decimal.h"
#include "mysql/value/temporal.h"

namespace tidemark {
namespace {

enum class Tag : std::uint8_t {
  kSmallObject = 0x00,
  kLargeObject = 0x01,
  kSmallArray = 0x02,
  kLargeArray = 0x03,
  kLiteral = 0x04,
  kInt16 = 0x05,
  kUint16 = 0x06,
  kInt32 = 0x07,
  kUint32 = 0x08,
  kInt64 = 0x09,
  kUint64 = 0x0A,
  kDouble = 0x0B,
  kString = 0x0C,
  kOpaque = 0x0F,
};

// Column types that an opaque value names and that are printed in their own way.
constexpr std::uint8_t kOpaqueDate = 10;
constexpr std::uint8_t kOpaqueTime = 11;
constexpr std::uint8_t kOpaqueDatetime = 12;
constexpr std::uint8_t kOpaqueTimestamp = 7;
constexpr std::uint8_t kOpaqueDecimal = 246;

std::unexpected<Error> corrupt(const char* what) {
  return fail(ErrorKind::kCorrupt, std::string("binary JSON: ") + what);
}

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

// Prints one document. A method per shape; `budget_` bounds the work by the size of the document.
class Printer {
 public:
  Printer(std::string& out, std::size_t document_size) : out_(out), budget_(document_size + 1) {}

  // A value whose bytes start at body[0] and may reach to the end of `body`.
  Status value(Tag tag, Bytes body, unsigned depth) {
    switch (tag) {
      case Tag::kSmallObject:
        return container(body, {.large = false, .object = true}, depth);
      case Tag::kLargeObject:
        return container(body, {.large = true, .object = true}, depth);
      case Tag::kSmallArray:
        return container(body, {.large = false, .object = false}, depth);
      case Tag::kLargeArray:
        return container(body, {.large = true, .object = false}, depth);
      case Tag::kString:
        return string(body);
      case Tag::kOpaque:
        return opaque(body);
      default:
        TRY(spend(1));
        return scalar(tag, body);
    }
  }

 private:
  struct Shape {
    bool large;
    bool object;
    std::size_t offset_size() const { return large ? 4 : 2; }
    std::size_t key_entry_size() const { return object ? offset_size() + 2 : 0; }
    std::size_t value_entry_size() const { return 1 + offset_size(); }
  };

  static std::uint32_t offset(const std::uint8_t* p, Shape shape) {
    return shape.large ? load_le<std::uint32_t>(p) : load_le<std::uint16_t>(p);
  }
  // Every byte of a document belongs to one value only.
  Status spend(std::size_t bytes) {
    if (bytes > budget_) return corrupt("values share their bytes");
    budget_ -= bytes;
    return {};
  }

  Status container(Bytes body, Shape shape, unsigned depth) {
    if (depth >= kJsonDepthMax) return corrupt("nested too deeply");
    const std::size_t head = 2 * shape.offset_size();
    if (body.size() < head) return corrupt("a container ends early");
    const std::size_t count = offset(body.data(), shape);
    const std::size_t size = offset(body.data() + shape.offset_size(), shape);
    if (size > body.size() || size < head) return corrupt("a container is larger than its place");
    body = body.first(size);
    const std::size_t entry_size = shape.key_entry_size() + shape.value_entry_size();
    if (count > (size - head) / entry_size) return corrupt("a container has too many members");
    TRY(spend(head + count * entry_size));

    const std::uint8_t* const keys = body.data() + head;
    const std::uint8_t* const values = keys + count * shape.key_entry_size();
    out_ += shape.object ? '{' : '[';
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) out_ += ", ";
      if (shape.object) TRY(key(body, keys + i * shape.key_entry_size(), shape));
      TRY(member(body, values + i * shape.value_entry_size(), shape, depth));
    }
    out_ += shape.object ? '}' : ']';
    return {};
  }

  Status key(Bytes body, const std::uint8_t* entry, Shape shape) {
    const std::size_t at = offset(entry, shape);
    const std::size_t size = load_le<std::uint16_t>(entry + shape.offset_size());
    if (at > body.size() || size > body.size() - at)
      return corrupt("a key lies outside its object");
    TRY(spend(size));
    out_ += '"';
    append_escaped(out_, as_text(body.subspan(at, size)));
    out_ += "\": ";
    return {};
  }

  // Small scalars stand in the entry itself, in place of the offset.
  Status member(Bytes body, const std::uint8_t* entry, Shape shape, unsigned depth) {
    const auto tag = static_cast<Tag>(*entry);
    const bool inlined = tag == Tag::kLiteral || tag == Tag::kInt16 || tag == Tag::kUint16 ||
                         (shape.large && (tag == Tag::kInt32 || tag == Tag::kUint32));
    if (inlined) return scalar(tag, Bytes(entry + 1, shape.offset_size()));
    const std::size_t at = offset(entry + 1, shape);
    if (at >= body.size()) return corrupt("a value lies outside its container");
    return value(tag, body.subspan(at), depth + 1);
  }

  Status scalar(Tag tag, Bytes body) {
    ByteReader reader(body);
    switch (tag) {
      case Tag::kLiteral:
        return literal(reader);
      case Tag::kInt16:
        return number(reader, static_cast<std::int16_t>(reader.u16()));
      case Tag::kUint16:
        return number(reader, reader.u16());
      case Tag::kInt32:
        return number(reader, static_cast<std::int32_t>(reader.u32()));
      case Tag::kUint32:
        return number(reader, reader.u32());
      case Tag::kInt64:
        return number(reader, static_cast<std::int64_t>(reader.u64()));
      case Tag::kUint64:
        return number(reader, reader.u64());
      case Tag::kDouble:
        return real(reader);
      default:
        return corrupt("unknown type of value");
    }
  }

  template <class T>
  Status number(const ByteReader& reader, T value) {
    if (reader.failed()) return corrupt("a number ends early");
    append_number(out_, value);
    return {};
  }

  Status literal(ByteReader& reader) {
    constexpr std::array<std::string_view, 3> kLiterals{"null", "true", "false"};
    const std::uint8_t which = reader.u8();
    if (reader.failed() || which >= kLiterals.size()) return corrupt("unknown literal");
    out_ += kLiterals[which];
    return {};
  }

  Status real(ByteReader& reader) {
    const auto value = std::bit_cast<double>(reader.u64());
    if (reader.failed() || !std::isfinite(value)) return corrupt("a double that JSON cannot hold");
    append_json_double(out_, value);
    return {};
  }

  // Size in groups of 7 bits, low ones first, then so many bytes.
  Result<Bytes> sized(ByteReader& reader) {
    std::uint64_t size = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (shift > 28) return corrupt("a size has more than five bytes");
      const std::uint8_t byte = reader.u8();
      size |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if ((byte & 0x80) == 0) break;
    }
    const Bytes bytes = reader.bytes(size);
    if (reader.failed()) return corrupt("a string ends early");
    TRY(spend(1 + size));
    return bytes;
  }

  Status string(Bytes body) {
    ByteReader reader(body);
    const Bytes text = TRY(sized(reader));
    out_ += '"';
    append_escaped(out_, as_text(text));
    out_ += '"';
    return {};
  }

  Status opaque(Bytes body) {
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

  Status decimal(Bytes payload) {
    if (payload.size() < 2) return corrupt("a decimal ends early");
    const DecimalType type{payload[0], payload[1]};
    std::array<char, kDecimalTextMax> text;
    std::size_t size = 0;
    if (!type.valid() || payload.size() != 2 + type.bytes() ||
        !decode_decimal_text(payload.data() + 2, type, text.data(), &size)) {
      return corrupt("not a decimal");
    }
    out_.append(text.data(), size);
    return {};
  }

  Status temporal(std::uint8_t type, Bytes payload) {
    if (payload.size() != sizeof(std::int64_t)) return corrupt("a date or time has another size");
    const auto packed = load_le<std::int64_t>(payload.data());
    Civil civil;
    std::uint32_t micros = 0;
    std::int64_t time = 0;
    const bool valid = type == kOpaqueTime ? decode_packed_time(packed, &time)
                                           : decode_packed_datetime(packed, &civil, &micros);
    if (!valid) return corrupt("not a date or time");
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

  std::string& out_;
  std::size_t budget_;
};

}  // namespace

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
  Printer printer(out, document.size());
  return printer.value(static_cast<Tag>(document[0]), document.subspan(1), 0);
}

}  // namespace tidemark
