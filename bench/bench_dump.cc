// SPDX-License-Identifier: Apache-2.0
// The floor of streaming: receives a server's binlog as the engine does, from one position to another,
// and decodes nothing.
//   bench_dump HOST PORT USER PASSWORD FILE POS END_FILE END_POS
// Prints "events=N bytes=N"; exit code 1 and the error when it fails.
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "mysql/client/link.h"

namespace {

using tidemark::Bytes;

constexpr std::size_t kTypeAt = 4;
constexpr std::size_t kEndAt = 13;  // end_log_pos
constexpr std::size_t kHeaderSize = 19;
constexpr std::uint8_t kRotate = 4;

std::uint32_t end_of(Bytes event) {
  return static_cast<std::uint32_t>(event[kEndAt]) |
         static_cast<std::uint32_t>(event[kEndAt + 1]) << 8U |
         static_cast<std::uint32_t>(event[kEndAt + 2]) << 16U |
         static_cast<std::uint32_t>(event[kEndAt + 3]) << 24U;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 9) {
    std::fputs("usage: bench_dump HOST PORT USER PASSWORD FILE POS END_FILE END_POS\n", stderr);
    return 2;
  }
  tidemark::ServerSettings server;
  server.host = argv[1];
  server.port = static_cast<std::uint16_t>(number(argv[2]));
  server.user = argv[3];
  server.password = argv[4];
  server.server_id = 4'200'000'001U;
  server.ssl.mode = tidemark::SslMode::kDisabled;
  tidemark::LinkStart start;
  start.offset.position = {argv[5], number(argv[6])};
  start.replica_uuid = tidemark::Uuid::random();
  start.register_name = "bench_dump";
  const std::string end_file = argv[7];
  const std::uint64_t end_pos = number(argv[8]);

  auto link = tidemark::BinlogLink::open(server, start);
  if (!link) {
    std::fprintf(stderr, "bench_dump: %s\n", link.error().text().c_str());
    return 1;
  }
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::string file;
  for (;;) {
    const auto event = (*link)->read();
    if (!event) {
      std::fprintf(stderr, "bench_dump: %s\n", event.error().text().c_str());
      return 1;
    }
    ++events;
    bytes += event->size();
    if (event->size() <= kHeaderSize) continue;
    if ((*event)[kTypeAt] == kRotate) {
      const std::size_t name_at = kHeaderSize + 8;
      file.assign(reinterpret_cast<const char*>(event->data()) + name_at, event->size() - name_at);
      continue;
    }
    if (file.starts_with(end_file) && end_of(*event) >= end_pos) break;
  }
  std::printf("events=%llu bytes=%llu\n", static_cast<unsigned long long>(events),
              static_cast<unsigned long long>(bytes));
  return 0;
}
