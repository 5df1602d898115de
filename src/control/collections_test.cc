// SPDX-License-Identifier: Apache-2.0
#include "control/collections.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

const std::vector<TableId> kCaptured{
    {"shop", "orders"}, {"shop", "items"}, {"crm", "users"}, {"shop", "a+b"}};
const std::vector<TableId> kOutside{{"shop", "secrets"}};

Result<Resolution> resolve(std::vector<std::string> patterns,
                           std::vector<AdditionalCondition> conditions = {}) {
  return resolve_collections(patterns, conditions, {kCaptured, kOutside});
}

std::vector<std::string> names(const Resolution& resolution) {
  std::vector<std::string> out;
  for (const SelectedTable& table : resolution.tables) out.push_back(table.id.text());
  return out;
}

TEST(Collections, OrdersByExpressionThenNameWithoutRepeats) {
  const auto found = resolve({"shop\\.[i-o].*", "crm.users", ".*"});
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(names(*found),
            (std::vector<std::string>{"shop.items", "shop.orders", "crm.users", "shop.a+b"}));
  EXPECT_TRUE(found->unmatched.empty());
}

TEST(Collections, MatchesTheWholeNameInItsCase) {
  EXPECT_TRUE(resolve({"shop"})->tables.empty());
  EXPECT_TRUE(resolve({"Shop.Orders"})->tables.empty());
}

TEST(Collections, TakesALiteralNameThatIsNoMatchingExpression) {
  for (const char* name : {"shop.a+b", "`shop`.`a+b`", "\"shop\".\"a+b\""}) {
    EXPECT_EQ(names(*resolve({name})), std::vector<std::string>{"shop.a+b"}) << name;
  }
}

TEST(Collections, SaysWhyNothingMatches) {
  const auto found = resolve({"shop.order", "shop.secrets", "zzz.zzz"});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->unmatched.size(), 3u);
  EXPECT_EQ(found->unmatched[0].reason, "matches no captured table; did you mean shop.orders?");
  EXPECT_EQ(found->unmatched[1].reason,
            "matches shop.secrets, which the include and exclude lists leave out");
  EXPECT_EQ(found->unmatched[2].reason, "matches no captured table");
  EXPECT_EQ(text_of(std::span(found->unmatched).subspan(2)),
            "\"zzz.zzz\" matches no captured table");
}

TEST(Collections, RefusesABadExpressionByName) {
  const auto bad = resolve({"shop.(orders"});
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind(), ErrorKind::kRejected);
  EXPECT_NE(bad.error().text().find("shop.(orders"), std::string::npos);
  EXPECT_FALSE(resolve({"shop.orders"}, {{"(", "x"}}));
}

TEST(Collections, AttachesTheFirstConditionThatMatchesInAnyCase) {
  const auto found = resolve({"shop.(orders|items)"}, {{"SHOP.orders", "a"}, {"shop\\..*", "b"}});
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->tables,
            (std::vector<SelectedTable>{{{"shop", "items"}, "b"}, {{"shop", "orders"}, "a"}}));
}

TEST(Collections, RefusesAConditionThatWouldFilterNothing) {
  const auto found = resolve({"shop.orders"}, {{"shop.orders", "a"}, {"shop.items", "b"}});
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind(), ErrorKind::kRejected);
  EXPECT_NE(found.error().message().find("\"shop.items\""), std::string::npos);
  // Where no table is found that is the answer.
  EXPECT_EQ(resolve({"no.such"}, {{"no.such", "a"}})->unmatched.size(), 1u);
}

}  // namespace
}  // namespace tidemark
