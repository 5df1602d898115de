// SPDX-License-Identifier: Apache-2.0
#include "connector/xa_transactions.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tidemark {
namespace {

constexpr std::uint64_t kOurs = 11;
constexpr std::uint64_t kOthers = 12;

// Events by what they say; an event ends with its body.
struct Words {
  explicit Words(std::string text) : body(std::move(text)) {}
  Event event(EventType type) const {
    return {.header = {.timestamp = 7,
                       .type = type,
                       .server_id = 3,
                       .size = static_cast<std::uint32_t>(body.size()),
                       .end_log_pos = 100,
                       .flags = 0},
            .body = as_bytes(body)};
  }
  std::string body;
};

class XaTransactionsTest : public testing::Test {
 protected:
  void table_map(std::string text, std::uint64_t table_id) {
    ASSERT_TRUE(xa_.table_map(Words(std::move(text)).event(EventType::kTableMap), table_id,
                              table_id == kOurs));
  }
  void rows(std::string text, std::uint64_t table_id) {
    ASSERT_TRUE(xa_.rows(Words(std::move(text)).event(EventType::kWriteRows), table_id));
  }
  // Of one captured table, with one event of rows.
  void prepare(const std::string& xid, std::string text) {
    xa_.begin(xid);
    table_map("map", kOurs);
    rows(std::move(text), kOurs);
    EXPECT_TRUE(xa_.prepared().has_rows);
  }
  std::vector<std::string> held(const std::string& xid) const {
    const HeldEvents* const events = xa_.find(xid);
    if (events == nullptr) return {"nothing"};
    std::vector<std::string> out;
    EXPECT_TRUE(events->each([&](const Event& event) -> Status {
      out.emplace_back(as_text(event.body));
      return {};
    }));
    return out;
  }

  XaTransactions xa_{testing::TempDir()};
};

TEST_F(XaTransactionsTest, HoldRowsOfCapturedTablesAlone) {
  xa_.begin("one");
  EXPECT_TRUE(xa_.open());
  ASSERT_TRUE(xa_.statement(Words("INSERT").event(EventType::kRowsQuery)));
  table_map("ours", kOurs);
  table_map("others", kOthers);
  rows("r1", kOurs);
  rows("o1", kOthers);
  rows("r2", kOurs);
  EXPECT_EQ(xa_.find("one"), nullptr) << "not before it is prepared";
  const XaTransactions::Prepared prepared = xa_.prepared();
  EXPECT_EQ(prepared.xid, "one");
  EXPECT_TRUE(prepared.has_rows);
  EXPECT_FALSE(xa_.open());
  EXPECT_EQ(held("one"), (std::vector<std::string>{"INSERT", "ours", "r1", "r2"}));
  xa_.drop("one");
  EXPECT_EQ(xa_.find("one"), nullptr);
}

TEST_F(XaTransactionsTest, ATableIdMayBecomeAnotherTables) {
  xa_.begin("one");
  table_map("ours", kOurs);
  ASSERT_TRUE(xa_.table_map(Words("others").event(EventType::kTableMap), kOurs, false));
  rows("o1", kOurs);
  EXPECT_FALSE(xa_.prepared().has_rows);
  EXPECT_EQ(held("one"), std::vector<std::string>{"ours"});
}

TEST_F(XaTransactionsTest, WaitSideBySideUntilEachIsDecided) {
  prepare("one", "r1");
  prepare("two", "r2");
  xa_.begin("three");
  xa_.abandon_open();
  EXPECT_FALSE(xa_.open());
  EXPECT_EQ(held("one"), (std::vector<std::string>{"map", "r1"}));
  xa_.drop("one");
  EXPECT_EQ(xa_.find("one"), nullptr);
  EXPECT_EQ(xa_.find("three"), nullptr);
  EXPECT_EQ(held("two"), (std::vector<std::string>{"map", "r2"}));
  xa_.forget();
  EXPECT_EQ(xa_.find("two"), nullptr);
}

TEST_F(XaTransactionsTest, TheLatestOfANameCounts) {
  prepare("one", "old");
  prepare("one", "new");
  EXPECT_EQ(held("one"), (std::vector<std::string>{"map", "new"}));
}

TEST_F(XaTransactionsTest, KnowWhetherAllThatIsNamedIsHeld) {
  const auto named = [](std::string xid, bool has_rows) {
    return PreparedXa{.xid = std::move(xid), .gtid = "", .position = {}, .has_rows = has_rows};
  };
  EXPECT_TRUE(xa_.holds_all({}));
  EXPECT_TRUE(xa_.holds_all({named("empty", false)})) << "there is nothing to hold";
  EXPECT_FALSE(xa_.holds_all({named("one", true)}));
  prepare("one", "r1");
  EXPECT_TRUE(xa_.holds_all({named("empty", false), named("one", true)}));
  EXPECT_FALSE(xa_.holds_all({named("one", true), named("two", true)}));
}

// Memory is shared, and what does not fit goes to a file; the order stays.
TEST_F(XaTransactionsTest, LargeOnesGoToDisk) {
  constexpr int kEvents = 40;
  const std::string large(1U << 20U, 'x');
  for (const std::string xid : {"one", "two"}) {
    xa_.begin(xid);
    table_map("map", kOurs);
    for (int i = 0; i < kEvents; ++i) rows(xid + std::to_string(i) + large, kOurs);
    xa_.prepared();
  }
  for (const std::string xid : {"one", "two"}) {
    const std::vector<std::string> got = held(xid);
    ASSERT_EQ(got.size(), kEvents + 1U);
    for (int i = 0; i < kEvents; ++i)
      EXPECT_TRUE(got[static_cast<std::size_t>(i) + 1] == xid + std::to_string(i) + large) << i;
  }
}

TEST(XaTransactions, SayWhereTheyCannotWrite) {
  XaTransactions xa("/nonexistent-folder");
  xa.begin("one");
  const std::string large(20U << 20U, 'x');
  ASSERT_TRUE(xa.table_map(Words("map").event(EventType::kTableMap), kOurs, true));
  const Status failed = xa.rows(Words(large).event(EventType::kWriteRows), kOurs);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::kStorage);
}

}  // namespace
}  // namespace tidemark
