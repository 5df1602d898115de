// SPDX-License-Identifier: Apache-2.0
#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace tidemark {
namespace {

TEST(Nearest, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("ab", "ba"), 1u);
  EXPECT_EQ(edit_distance("Shop.Orders", "shop.orders"), 0u);
}

TEST(Nearest, PicksTheClosestAndTheFirstOfEquals) {
  const std::array<std::string_view, 3> names{"shop.orders", "shop.order", "crm.users"};
  EXPECT_EQ(nearest("shop.oders", names), "shop.orders");
  const std::array<std::string_view, 2> twins{"aax", "aay"};
  EXPECT_EQ(nearest("aaz", twins), "aax");
}

TEST(Nearest, NamesNothingWhereAllIsFar) {
  const std::array<std::string_view, 2> names{"shop.orders", "x"};
  EXPECT_FALSE(nearest("warehouse.stock", names));
  EXPECT_FALSE(nearest("q", names));
  EXPECT_FALSE(nearest("shop.orders", std::span<const std::string_view>()));
}

TEST(Nearest, BoundsTheWorkOnHugeWords) {
  const std::string huge(1'000'000, 'a');
  EXPECT_LE(edit_distance(huge, huge), 256u);
}

}  // namespace
}  // namespace tidemark
