// SPDX-License-Identifier: Apache-2.0
#include "connector/held_events.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidemark {
namespace {

Status add(HeldEvents& held, const std::string& body, std::uint32_t end) {
  return held.append({.header = {.timestamp = 7,
                                 .type = EventType::kWriteRows,
                                 .server_id = 3,
                                 .size = static_cast<std::uint32_t>(body.size()),
                                 .end_log_pos = end,
                                 .flags = 1},
                      .body = as_bytes(body)});
}

struct Seen {
  std::string body;
  std::uint32_t end;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> seen(const HeldEvents& held) {
  std::vector<Seen> out;
  const Status done = held.each([&](const Event& event) -> Status {
    EXPECT_EQ(event.header.type, EventType::kWriteRows);
    EXPECT_EQ(event.header.server_id, 3U);
    out.push_back({std::string(as_text(event.body)), event.header.end_log_pos});
    return {};
  });
  EXPECT_TRUE(done);
  return out;
}

TEST(HeldEvents, GivesBackWhatWasPutInAndItsMemory) {
  HeldBudget budget{.bytes_left = 10'000};
  {
    HeldEvents held(testing::TempDir(), budget);
    EXPECT_TRUE(held.empty());
    ASSERT_TRUE(add(held, "first", 100));
    ASSERT_TRUE(add(held, "", 200));
    EXPECT_EQ(seen(held), (std::vector<Seen>{{"first", 100}, {"", 200}}));
    EXPECT_LT(budget.bytes_left, 10'000U);
  }
  EXPECT_EQ(budget.bytes_left, 10'000U);
}

TEST(HeldEvents, KeepsTheOrderWhereMemoryEndsAndTheFileBegins) {
  HeldBudget budget{.bytes_left = 2'000};
  HeldEvents held(testing::TempDir(), budget);
  std::vector<Seen> expected;
  for (std::uint32_t i = 0; i < 300; ++i) {
    // Some of them are larger than a block that is read.
    expected.push_back(
        {std::string(i % 100 == 99 ? 700'000 : i * 3, static_cast<char>('a' + i % 26)), i});
    ASSERT_TRUE(add(held, expected.back().body, i));
  }
  EXPECT_GT(held.bytes(), 2'000'000U);
  EXPECT_EQ(seen(held), expected);
  EXPECT_EQ(seen(held), expected) << "a second time";
}

TEST(HeldEvents, SaysWhereItCannotWrite) {
  HeldBudget budget{.bytes_left = 0};
  HeldEvents held("/nonexistent-folder", budget);
  const Status failed = add(held, "x", 1);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::kStorage);
  EXPECT_NE(failed.error().text().find("/nonexistent-folder"), std::string::npos);
}

TEST(HeldEvents, EndsWithTheErrorOfTheOneWhoTakes) {
  HeldBudget budget;
  HeldEvents held(testing::TempDir(), budget);
  ASSERT_TRUE(add(held, "x", 1));
  ASSERT_TRUE(add(held, "y", 2));
  int calls = 0;
  const Status done = held.each([&](const Event&) -> Status {
    ++calls;
    return fail(ErrorKind::kCorrupt, "no", "do");
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace tidemark
