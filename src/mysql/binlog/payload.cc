// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/payload.h"

#include <fmt/format.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>

namespace tidemark {
namespace {

// What the buffer has at least, and what it keeps from one payload to the next.
constexpr std::size_t kBufferMin = std::size_t{256} << 10U;
constexpr std::size_t kBufferKept = std::size_t{8} << 20U;

std::unexpected<Error> corrupt(std::string_view what) {
  return corrupt_event(EventType::kTransactionPayload, what);
}

// What may stand inside a transaction. Others would move the stream's place.
bool may_be_inside(EventType type) {
  switch (type) {
    case EventType::kStop:
    case EventType::kRotate:
    case EventType::kFormatDescription:
    case EventType::kIncident:
    case EventType::kHeartbeat:
    case EventType::kHeartbeatV2:
    case EventType::kGtid:
    case EventType::kAnonymousGtid:
    case EventType::kGtidTagged:
    case EventType::kPreviousGtids:
    case EventType::kTransactionPayload:
      return false;
    default:
      return true;
  }
}

}  // namespace

// Type and length (lenenc), value; type 0 ends the list and the payload follows. Values are lenenc, too.
Result<PayloadHead> parse_payload(const Event& event) {
  ByteReader reader(event.body);
  PayloadHead head;
  std::uint64_t size = 0;
  std::uint64_t compression = static_cast<std::uint64_t>(PayloadCompression::kNone);
  for (;;) {
    const std::uint64_t field = reader.lenenc();
    if (reader.failed()) return corrupt("ends early");
    if (field == 0) break;
    ByteReader value(reader.bytes(reader.lenenc()));
    if (reader.failed()) return corrupt("ends early");
    if (field == 1) size = value.lenenc();
    if (field == 2) compression = value.lenenc();
    if (field == 3) head.uncompressed_size = value.lenenc();
    if (value.failed()) return corrupt("has a field without a value");
  }
  head.payload = reader.bytes(size);
  if (reader.failed()) return corrupt("ends early");
  head.compression = static_cast<PayloadCompression>(compression);
  if (compression > 255 || (head.compression != PayloadCompression::kZstd &&
                            head.compression != PayloadCompression::kNone)) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("a transaction in compression {} of TRANSACTION_PAYLOAD", compression),
                "use a version of Tidemark that knows this server");
  }
  return head;
}

void PayloadReader::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

PayloadReader::PayloadReader() = default;
PayloadReader::~PayloadReader() = default;

Status PayloadReader::open(const Event& event) {
  head_ = TRY(parse_payload(event));
  input_ = head_.payload;
  begin_ = end_ = 0;
  produced_ = 0;
  frame_open_ = false;
  if (head_.compression == PayloadCompression::kNone) return {};
  if (!context_) context_.reset(ZSTD_createDCtx());
  if (!context_) return fail(ErrorKind::kStorage, "no memory for decompressing a transaction");
  ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
  frame_open_ = true;
  return {};
}

void PayloadReader::make_room(std::size_t size) {
  if (begin_ != 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, buffered());
    end_ -= begin_;
    begin_ = 0;
  }
  // Never more than twice what has really come: a size in a damaged header is not believed.
  const std::size_t wanted = std::clamp(size, kBufferMin, std::max(kBufferMin, 2 * end_));
  if (buffer_.size() < wanted) buffer_.resize(wanted);
}

Status PayloadReader::decompress_some() {
  ZSTD_inBuffer in{input_.data(), input_.size(), 0};
  ZSTD_outBuffer out{buffer_.data() + end_, buffer_.size() - end_, 0};
  const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &in);
  if (ZSTD_isError(left) != 0)
    return corrupt(fmt::format("does not decompress: {}", ZSTD_getErrorName(left)));
  input_ = input_.subspan(in.pos);
  end_ += out.pos;
  produced_ += out.pos;
  frame_open_ = left != 0;
  const bool stuck = in.pos == 0 && out.pos == 0;
  if (stuck && (frame_open_ || !input_.empty())) return corrupt("ends within its compressed data");
  if (produced_ > head_.uncompressed_size) return corrupt("decompresses to more than it says");
  return {};
}

Status PayloadReader::fill(std::size_t size) {
  while (buffered() < size && (frame_open_ || !input_.empty())) {
    if (buffer_.size() - begin_ < size || end_ == buffer_.size()) make_room(size);
    TRY(decompress_some());
  }
  return {};
}

Result<std::optional<Event>> PayloadReader::next() {
  const bool plain = head_.compression == PayloadCompression::kNone;
  if (!plain) TRY(fill(kEventHeaderSize));
  const auto ready = [&] { return plain ? input_ : Bytes(buffer_).subspan(begin_, buffered()); };
  if (ready().empty()) {
    if (!plain && produced_ != head_.uncompressed_size)
      return corrupt("decompresses to less than it says");
    if (buffer_.size() > kBufferKept) std::vector<std::uint8_t>().swap(buffer_);
    begin_ = end_ = 0;
    return std::nullopt;
  }
  if (ready().size() < kEventHeaderSize) return corrupt("ends within the header of an event");
  EventHeader header = TRY(parse_header(ready().first(kEventHeaderSize)));
  if (!plain) TRY(fill(header.size));
  if (ready().size() < header.size) return corrupt("ends within an event");
  if (!may_be_inside(header.type))
    return corrupt(fmt::format("has a {} event inside", to_string(header.type)));
  const Bytes raw = ready().first(header.size);
  if (plain) {
    input_ = input_.subspan(header.size);
  } else {
    begin_ += header.size;
  }
  header.end_log_pos = 0;
  return Event{header, raw.subspan(kEventHeaderSize)};
}

}  // namespace tidemark
