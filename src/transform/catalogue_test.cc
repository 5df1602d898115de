// SPDX-License-Identifier: Apache-2.0
#include "transform/catalogue.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "transform/chain_fixture.h"

namespace tidemark::transform {
namespace {

TEST(Catalogue, IsThePageForOperators) {
  constexpr auto kPage = "docs/operating/transforms.md";
  if (std::getenv("TIDEMARK_UPDATE_DOCS") != nullptr) std::ofstream(kPage) << transforms_markdown();
  std::ifstream file(kPage);
  const std::string page{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  EXPECT_EQ(page, transforms_markdown())
      << "TIDEMARK_UPDATE_DOCS=1 build/release/transform_test writes it anew";
}

TEST(Catalogue, NamesEachClassOnce) {
  std::set<std::string_view> seen;
  for (const TransformType& type : transform_types())
    EXPECT_TRUE(seen.insert(type.type).second) << type.type;
  for (const RefusedType& type : refused_types()) {
    EXPECT_TRUE(seen.insert(type.type).second) << type.type;
    EXPECT_FALSE(type.advice.empty()) << type.type;
  }
}

}  // namespace
}  // namespace tidemark::transform
