// SPDX-License-Identifier: Apache-2.0
#include "control/signal_text.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

TEST(SignalText, IsReadBackAsTheCommandItMeans) {
  const std::vector<std::string> tables{"shop.orders", "shop\\.cust.*"};
  const std::vector<AdditionalCondition> conditions{{"shop.orders", "note = 'say \"hi\"'"}};
  const auto text = snapshot_signal_data("execute-snapshot", tables, conditions);
  ASSERT_TRUE(text);
  const auto command = parse_signal("execute-snapshot", *text);
  ASSERT_TRUE(command) << command.error().text();
  EXPECT_EQ(std::get<ExecuteSnapshot>(*command), (ExecuteSnapshot{tables, conditions}));
}

TEST(SignalText, AsksForABlockingSnapshotAndTakesItBack) {
  const std::vector<std::string> tables{"shop.orders"};
  const std::vector<AdditionalCondition> conditions{{"shop.orders", "SELECT * FROM shop.orders"}};
  const auto asked =
      snapshot_signal_data("execute-snapshot", tables, conditions, {}, SnapshotKind::kBlocking);
  ASSERT_TRUE(asked);
  EXPECT_EQ(parse_signal("execute-snapshot", *asked).value(),
            Command(ExecuteSnapshot{
                .collections = tables, .conditions = conditions, .kind = SnapshotKind::kBlocking}));
  const auto taken_back =
      snapshot_signal_data("stop-snapshot", tables, {}, {}, SnapshotKind::kBlocking);
  ASSERT_TRUE(taken_back);
  EXPECT_EQ(parse_signal("stop-snapshot", *taken_back).value(),
            Command(StopSnapshot{.collections = tables, .kind = SnapshotKind::kBlocking}));
}

TEST(SignalText, StopsEverythingWithoutTables) {
  const auto text = snapshot_signal_data("stop-snapshot", {}, {});
  ASSERT_TRUE(text);
  const auto command = parse_signal("stop-snapshot", *text);
  ASSERT_TRUE(command) << command.error().text();
  EXPECT_TRUE(std::get<StopSnapshot>(*command).collections.empty());
}

TEST(SignalText, RefusesWhatTheTypeDoesNotTake) {
  const std::vector<std::string> tables{"a.b"};
  const std::vector<AdditionalCondition> conditions{{"a.b", "1"}};
  EXPECT_FALSE(snapshot_signal_data("pause-snapshot", tables, {}));
  EXPECT_FALSE(snapshot_signal_data("pause-snapshot", {}, {}, {}, SnapshotKind::kBlocking));
  EXPECT_FALSE(snapshot_signal_data("stop-snapshot", {}, conditions));
  EXPECT_FALSE(snapshot_signal_data("stop-snapshot", tables, {}, "at"));
  EXPECT_EQ(std::get<ExecuteSnapshot>(
                *parse_signal("execute-snapshot",
                              *snapshot_signal_data("execute-snapshot", tables, {}, "at")))
                .surrogate,
            "at");
  EXPECT_TRUE(parse_signal("log", log_signal_data("hello \"you\"")));
}

}  // namespace
}  // namespace tidemark
