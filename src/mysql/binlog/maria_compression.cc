// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/maria_compression.h"

#include <zlib.h>

#include <optional>

namespace tidemark {
namespace {

// Head byte: four bits method (0 plain, 8 zlib), one bit "without zlib's own head and checksum", three
// bits count of the bytes that follow with the size, most significant first.
constexpr std::uint8_t kMethod = 0xF0;
constexpr std::uint8_t kZlib = 0x80;
constexpr std::uint8_t kRaw = 0x08;
constexpr std::uint8_t kSizeBytes = 0x07;
constexpr std::size_t kSizeBytesMax = 4;
// Deflate makes at most 1032 bytes out of one.
constexpr std::size_t kRatioMax = 1032;

struct Packed {
  std::size_t size = 0;  // of what is inside
  bool raw = false;
  Bytes stream;
};

std::optional<Packed> read_head(Bytes bytes) {
  ByteReader reader(bytes);
  const std::uint8_t head = reader.u8();
  const std::size_t size_bytes = head & kSizeBytes;
  if ((head & kMethod) != kZlib || size_bytes == 0 || size_bytes > kSizeBytesMax)
    return std::nullopt;
  const Bytes size = reader.bytes(size_bytes);
  if (reader.failed()) return std::nullopt;
  Packed packed{.size = load_be(size.data(), size.size()),
                .raw = (head & kRaw) != 0,
                .stream = reader.rest()};
  if (packed.size > kRatioMax * packed.stream.size()) return std::nullopt;
  return packed;
}

// Exactly packed.size bytes into `out`, and nothing left over.
bool inflate_all(const Packed& packed, char* out) {
  z_stream stream{};
  if (inflateInit2(&stream, packed.raw ? -MAX_WBITS : MAX_WBITS) != Z_OK) return false;
  stream.next_in = const_cast<Bytef*>(packed.stream.data());  // zlib does not write there
  stream.avail_in = static_cast<uInt>(packed.stream.size());
  stream.next_out = reinterpret_cast<Bytef*>(out);
  stream.avail_out = static_cast<uInt>(packed.size);
  const int end = inflate(&stream, Z_FINISH);
  const bool whole = end == Z_STREAM_END && stream.avail_out == 0;
  inflateEnd(&stream);
  return whole;
}

}  // namespace

bool unpack_maria(Bytes packed, std::string& out) {
  const std::optional<Packed> head = read_head(packed);
  if (!head || head->raw) return false;
  out.resize(head->size);
  return inflate_all(*head, out.data());
}

bool unpack_maria_cell(Bytes packed, Arena& arena, std::string_view* out) {
  if (packed.empty() || (packed[0] & kMethod) == 0) {
    *out = as_text(packed.subspan(packed.empty() ? 0 : 1));
    return true;
  }
  const std::optional<Packed> head = read_head(packed);
  if (!head) return false;
  char* const text = arena.allocate(head->size);
  *out = {text, head->size};
  return inflate_all(*head, text);
}

}  // namespace tidemark
