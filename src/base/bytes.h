// SPDX-License-Identifier: Apache-2.0
// Reading and writing little-endian bytes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace tidemark {

static_assert(std::endian::native == std::endian::little, "the load functions below assume it");

using Bytes = std::span<const std::uint8_t>;

inline Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Unchecked loads: the caller has made sure that `p` has the bytes.
template <class T>
inline T load_le(const std::uint8_t* p) {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}
inline std::uint32_t load_le24(const std::uint8_t* p) {
  return static_cast<std::uint32_t>(p[0] | (p[1] << 8) | (p[2] << 16));
}
inline std::uint64_t load_le48(const std::uint8_t* p) {
  return load_le<std::uint32_t>(p) |
         (static_cast<std::uint64_t>(load_le<std::uint16_t>(p + 4)) << 32);
}
// Big-endian unsigned of `size` bytes, 0 <= size <= 8.
inline std::uint64_t load_be(const std::uint8_t* p, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = (value << 8) | p[i];
  return value;
}

// Reads forward through bytes it does not own. Failure is sticky: a read past the end yields zeros or
// nothing and sets failed(); the caller checks once, after a group of reads.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : p_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool failed() const { return failed_; }
  bool at_end() const { return p_ == end_; }
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - p_); }
  const std::uint8_t* position() const { return p_; }

  std::uint8_t u8() { return fixed<std::uint8_t>(); }
  std::uint16_t u16() { return fixed<std::uint16_t>(); }
  std::uint32_t u32() { return fixed<std::uint32_t>(); }
  std::uint64_t u64() { return fixed<std::uint64_t>(); }
  std::uint32_t u24() { return take(3) ? load_le24(p_ - 3) : 0; }
  std::uint64_t u48() { return take(6) ? load_le48(p_ - 6) : 0; }
  std::uint64_t u56() { return take(7) ? (load_le48(p_ - 7) | (std::uint64_t{p_[-1]} << 48)) : 0; }

  // MySQL length-encoded integer: <= 250 one byte; 0xFC+2, 0xFD+3, 0xFE+8. Other lead bytes fail.
  std::uint64_t lenenc() {
    const std::uint8_t lead = u8();
    if (lead <= 250) return lead;
    if (lead == 0xFC) return u16();
    if (lead == 0xFD) return u24();
    if (lead == 0xFE) return u64();
    failed_ = true;
    return 0;
  }

  Bytes bytes(std::size_t size) { return take(size) ? Bytes(p_ - size, size) : Bytes(); }
  std::string_view text(std::size_t size) { return as_text(bytes(size)); }
  Bytes rest() { return bytes(remaining()); }
  void skip(std::size_t size) { take(size); }

 private:
  template <class T>
  T fixed() {
    return take(sizeof(T)) ? load_le<T>(p_ - sizeof(T)) : T{0};
  }
  bool take(std::size_t size) {
    if (size > remaining()) [[unlikely]] {
      failed_ = true;
      p_ = end_;
      return false;
    }
    p_ += size;
    return true;
  }

  const std::uint8_t* p_;
  const std::uint8_t* end_;
  bool failed_ = false;
};

// Appends little-endian values to a string.
template <class T>
inline void append_le(std::string& out, T value) {
  char raw[sizeof(T)];
  std::memcpy(raw, &value, sizeof value);
  out.append(raw, sizeof raw);
}

}  // namespace tidemark
