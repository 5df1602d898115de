// SPDX-License-Identifier: Apache-2.0
// TRANSACTION_PAYLOAD: the events of one transaction, compressed together.
// Layout:   docs/formats/transaction_payload.md (server 9.7: libs/mysql/binlog/event/codecs/binary.cpp)
// Use:      open() on the event, then next() until it yields nothing; one reader serves any number of
//           events, one after the other
// Lifetime: the payload event outlives the reading of it; an event that next() gave lives until the next call
// Cost:     memory of the largest event inside and of zstd's window, whatever the transaction's size
// Thread:   one
// Errors:   kCorrupt when the payload does not decompress to whole events; kUnsupported for a compression
//           that is not known
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "mysql/binlog/event.h"

struct ZSTD_DCtx_s;

namespace tidemark {

enum class PayloadCompression : std::uint8_t { kZstd = 0, kNone = 255 };

struct PayloadHead {
  PayloadCompression compression = PayloadCompression::kNone;
  std::uint64_t uncompressed_size = 0;  // of all events together
  Bytes payload;
};
Result<PayloadHead> parse_payload(const Event& event);

class PayloadReader {
 public:
  PayloadReader();
  ~PayloadReader();
  PayloadReader(const PayloadReader&) = delete;
  PayloadReader& operator=(const PayloadReader&) = delete;

  Status open(const Event& event);
  // An event inside has no checksum and no place of its own: its end_log_pos is 0.
  Result<std::optional<Event>> next();

 private:
  struct Free {
    void operator()(ZSTD_DCtx_s* context) const;
  };

  // At least `size` bytes from `begin_` on, unless the payload has ended before.
  Status fill(std::size_t size);
  Status decompress_some();
  void make_room(std::size_t size);
  std::size_t buffered() const { return end_ - begin_; }

  PayloadHead head_;
  Bytes input_;  // still to be decompressed; without compression: still to be given out
  std::uint64_t produced_ = 0;  // bytes decompressed
  bool frame_open_ = false;  // more input is to come
  std::unique_ptr<ZSTD_DCtx_s, Free> context_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace tidemark
