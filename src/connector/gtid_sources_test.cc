// SPDX-License-Identifier: Apache-2.0
#include "connector/gtid_sources.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

constexpr std::string_view kOurs = "aaaaaaaa-0000-0000-0000-000000000001";
constexpr std::string_view kTheirs = "bbbbbbbb-0000-0000-0000-000000000002";

Uuid uuid(std::string_view text) { return *Uuid::parse(text); }
GtidSet set(const std::string& text) { return *GtidSet::parse(text); }
std::string ours(std::string_view intervals) {
  return std::string(kOurs) + ":" + std::string(intervals);
}
std::string theirs(std::string_view intervals) {
  return std::string(kTheirs) + ":" + std::string(intervals);
}
RegexList list(std::string_view text) { return *RegexList::compile(text, RegexCase::kInsensitive); }

Offset at(const std::string& gtids) {
  Offset offset;
  offset.gtid_mode = true;
  offset.gtids = set(gtids);
  return offset;
}

TEST(GtidSources, TakesLiteralsAndExpressions) {
  const GtidSettings include{.includes = list(std::string(kOurs) + ",cccc.*")};
  GtidSources sources(include);
  EXPECT_TRUE(*sources.counts(uuid(kOurs)));
  EXPECT_FALSE(*sources.counts(uuid(kTheirs)));
  EXPECT_TRUE(*sources.counts(uuid("cccccccc-0000-0000-0000-000000000002")));
  const GtidSettings exclude{.excludes = list("BBBB.*")};
  GtidSources others(exclude);
  EXPECT_TRUE(*others.counts(uuid(kOurs)));
  EXPECT_FALSE(*others.counts(uuid(kTheirs)));
  const GtidSettings none;
  EXPECT_TRUE(*GtidSources(none).counts(uuid(kTheirs)));
}

TEST(GtidSources, DropsRowsUnlessToldNotTo) {
  const GtidSettings drops{.excludes = list("bbbb.*")};
  EXPECT_TRUE(*GtidSources(drops).drops_rows(uuid(kTheirs)));
  EXPECT_FALSE(*GtidSources(drops).drops_rows(uuid(kOurs)));
  const GtidSettings keeps{.excludes = list("bbbb.*"), .drop_rows = false};
  EXPECT_FALSE(*GtidSources(keeps).drops_rows(uuid(kTheirs)));
}

TEST(GtidSources, OthersAreNeitherMissedNorExpected) {
  const GtidSettings settings{.excludes = list("bbbb.*")};
  GtidSources sources(settings);
  const auto resume =
      sources.resume(at(ours("1-5") + "," + theirs("1-3")), set(ours("1-2") + "," + theirs("1-9")));
  ASSERT_TRUE(resume);
  EXPECT_EQ(resume->ask.gtids, set(ours("1-5") + "," + theirs("1-9")));
  EXPECT_EQ(resume->check.gtids, set(ours("1-5") + "," + theirs("1-9")));

  const auto elsewhere = sources.resume(at(ours("1-5") + "," + theirs("1-3")), set(ours("1-2")));
  ASSERT_TRUE(elsewhere);
  EXPECT_EQ(elsewhere->ask.gtids, set(ours("1-5") + "," + theirs("1-3"))) << "nothing comes twice";
  EXPECT_EQ(elsewhere->check.gtids, set(ours("1-5"))) << "that server need not know the others";
}

TEST(GtidSources, WithoutAFilterNothingChanges) {
  const GtidSettings settings;
  const Offset offset = at(ours("1-5"));
  const auto resume = GtidSources(settings).resume(offset, set(theirs("1-9")));
  ASSERT_TRUE(resume);
  EXPECT_EQ(resume->ask, offset);
  EXPECT_EQ(resume->check, offset);
}

}  // namespace
}  // namespace tidemark
