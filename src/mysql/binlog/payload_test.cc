// SPDX-License-Identifier: Apache-2.0
#include "mysql/binlog/payload.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <string>

namespace tidemark {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMegabyte = std::size_t{1} << 20U;

// An event as it stands inside a payload.
std::string inner_event(EventType type, std::string_view body) {
  std::string out;
  append_le(out, std::uint32_t{1'700'000'000});
  out += static_cast<char>(type);
  append_le(out, std::uint32_t{7});
  append_le(out, static_cast<std::uint32_t>(kEventHeaderSize + body.size()));
  append_le(out, std::uint32_t{4711});  // a place in the server's cache, which says nothing
  append_le(out, std::uint16_t{0});
  return out.append(body);
}

void append_field(std::string& out, std::uint8_t type, std::uint64_t value) {
  out += static_cast<char>(type);
  out += static_cast<char>(9);
  out += static_cast<char>(0xFE);
  append_le(out, value);
}

// The body of a TRANSACTION_PAYLOAD.
std::string payload_body(std::string_view payload, std::uint64_t compression, std::uint64_t whole) {
  std::string out;
  append_field(out, 2, compression);
  append_field(out, 3, whole);
  append_field(out, 1, payload.size());
  out += '\0';
  return out.append(payload);
}

std::string zstd(std::string_view text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

Event event_of(const std::string& body) {
  Event event;
  event.header.type = EventType::kTransactionPayload;
  event.header.end_log_pos = 1000;
  event.body = as_bytes(body);
  return event;
}

// Sizes of the events inside; the error's text at the end where there is one.
struct Unpacked {
  std::vector<std::size_t> sizes;
  std::string error;
};
Unpacked unpack(PayloadReader& reader, const std::string& body) {
  Unpacked out;
  const Status opened = reader.open(event_of(body));
  if (!opened) return {{}, opened.error().text()};
  for (;;) {
    const Result<std::optional<Event>> event = reader.next();
    if (!event) {
      out.error = event.error().text();
      return out;
    }
    if (!*event) return out;
    EXPECT_EQ((*event)->header.end_log_pos, 0U);
    out.sizes.push_back((*event)->body.size());
  }
}

TEST(Payload, EventsComeOutWhole) {
  const std::string events = inner_event(EventType::kQuery, "begin") +
                             inner_event(EventType::kWriteRows, std::string(3 * kMegabyte, 'x')) +
                             inner_event(EventType::kXid, "12345678");
  PayloadReader reader;
  const std::vector<std::size_t> sizes{5, 3 * kMegabyte, 8};
  EXPECT_EQ(unpack(reader, payload_body(zstd(events), 0, events.size())).sizes, sizes);
  EXPECT_EQ(unpack(reader, payload_body(events, 255, events.size())).sizes, sizes);
  // Frame after frame.
  const std::string halves = zstd(events.substr(0, 100)) + zstd(events.substr(100));
  EXPECT_EQ(unpack(reader, payload_body(halves, 0, events.size())).sizes, sizes);
}

TEST(Payload, AnyNumberOfEventsThroughOneReader) {
  std::string events;
  for (std::size_t i = 0; i < 5000; ++i)
    events += inner_event(EventType::kWriteRows, std::string(i % 997, 'r'));
  PayloadReader reader;
  for (int round = 0; round < 2; ++round) {
    const Unpacked out = unpack(reader, payload_body(zstd(events), 0, events.size()));
    EXPECT_EQ(out.error, "");
    ASSERT_EQ(out.sizes.size(), 5000U);
    EXPECT_EQ(out.sizes[4321], 4321U % 997);
  }
}

TEST(Payload, DamageIsNamed) {
  const std::string event = inner_event(EventType::kQuery, "begin");
  PayloadReader reader;
  const auto error = [&](const std::string& body) { return unpack(reader, body).error; };
  EXPECT_THAT(error(payload_body(zstd(event), 0, event.size() - 1)),
              HasSubstr("more than it says"));
  EXPECT_THAT(error(payload_body(zstd(event), 0, event.size() + 1)),
              HasSubstr("less than it says"));
  EXPECT_THAT(error(payload_body("no zstd at all", 0, 14)), HasSubstr("does not decompress"));
  const std::string cut = zstd(event).substr(0, 20);
  EXPECT_THAT(error(payload_body(cut, 0, event.size())), HasSubstr("ends within"));
  const std::string half = event.substr(0, 12);
  EXPECT_THAT(error(payload_body(zstd(half), 0, half.size())), HasSubstr("ends within the header"));
  EXPECT_THAT(error(payload_body(half, 255, half.size())), HasSubstr("ends within the header"));
  const std::string more = event.substr(0, 22);
  EXPECT_THAT(error(payload_body(zstd(more), 0, more.size())), HasSubstr("ends within an event"));
  const std::string rotate = inner_event(EventType::kRotate, "12345678file");
  EXPECT_THAT(error(payload_body(zstd(rotate), 0, rotate.size())), HasSubstr("has a ROTATE event"));
  EXPECT_THAT(error(payload_body(event, 1, event.size())), HasSubstr("compression 1"));
}

TEST(Payload, AHugeSizeInADamagedHeaderTakesNoMemory) {
  std::string event = inner_event(EventType::kQuery, "begin");
  event.replace(9, 4, "\xFF\xFF\xFF\xFF", 4);
  PayloadReader reader;
  EXPECT_THAT(unpack(reader, payload_body(zstd(event), 0, event.size())).error,
              HasSubstr("ends within an event"));
}

}  // namespace
}  // namespace tidemark
