// SPDX-License-Identifier: Apache-2.0
// An event of any type under a server's format: framing, then its body, printed.
// Input: u8 flags (1: MariaDB, 2: the input goes on with a raw event to be parsed), u8 type, body
#include "mysql/binlog/payload.h"
#include "mysql/binlog/printer.h"

using namespace tidemark;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  FormatDescription format;
  format.server_version = (data[0] & 1) != 0 ? "10.11.6-MariaDB" : "9.7.4";
  format.post_header_sizes.fill(8);
  EventParser parser((data[0] & 4) != 0);
  PrintState state;
  std::string out;
  if ((data[0] & 2) != 0) {
    const Result<Event> event = parser.parse(Bytes(data + 1, size - 1));
    if (event) (void)print_event(*event, parser.format(), state, out);
    return 0;
  }
  Event event;
  event.header.type = static_cast<EventType>(data[1]);
  event.header.size = static_cast<std::uint32_t>(kEventHeaderSize + size - 2);
  event.header.end_log_pos = event.header.size;
  event.body = Bytes(data + 2, size - 2);
  (void)print_event(event, format, state, out);
  return 0;
}
