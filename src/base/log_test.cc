// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;

template <class Write>
std::string captured(Write&& write) {
  testing::internal::CaptureStderr();
  write();
  return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesTimeLevelEventAndFields) {
  const std::string line = captured([] {
    log::info("snapshot.chunk_closed",
              {{"table", "a.b"}, {"rows", 1024}, {"share", 0.25}, {"last", true}});
  });
  EXPECT_THAT(
      line,
      MatchesRegex("[0-9]+-[0-9]+-[0-9]+T[0-9]+:[0-9]+:[0-9]+\\.[0-9][0-9][0-9]Z info "
                   "event=snapshot.chunk_closed table=a.b rows=1024 share=0.[23] last=true\n"));
}

TEST(Log, QuotesWhatWouldBreakALine) {
  const auto value_of = [](std::string_view value) {
    return captured([&] { log::info("e", {{"v", value}}); });
  };
  EXPECT_THAT(value_of(""), EndsWith(" v=\"\"\n"));
  EXPECT_THAT(value_of("two words"), EndsWith(" v=\"two words\"\n"));
  EXPECT_THAT(value_of("a=b"), EndsWith(" v=\"a=b\"\n"));
  EXPECT_THAT(value_of("a\"b\\c"), EndsWith(" v=\"a\\\"b\\\\c\"\n"));
  EXPECT_THAT(value_of("x\ny\x01\x7f"), EndsWith(" v=\"x\\ny\\x01\\x7f\"\n"));
  EXPECT_THAT(value_of("{braces}"), EndsWith(" v={braces}\n"));
  EXPECT_THAT(value_of("\xC3\xA9"), EndsWith(" v=\xC3\xA9\n"));
}

TEST(Log, DropsLinesBelowTheLevel) {
  EXPECT_EQ(captured([] { log::debug("quiet"); }), "");
  log::set_level(log::Level::kDebug);
  EXPECT_THAT(captured([] { log::debug("loud"); }), HasSubstr(" debug event=loud\n"));
  log::set_level(log::Level::kError);
  EXPECT_EQ(captured([] { log::warn("quiet"); }), "");
  log::set_level(log::Level::kInfo);
}

TEST(Log, WritesAFailureWithItsTrailAndRemedy) {
  const Error error =
      Error(ErrorKind::kCorrupt, "bad row", "restore the log").at("a.b").at("binlog.000001:4");
  EXPECT_THAT(
      captured([&] { log::failure(log::Level::kError, "stream.failed", error); }),
      HasSubstr("event=stream.failed kind=corrupt error=\"bad row\" at=\"a.b, binlog.000001:4\" "
                "do=\"restore the log\"\n"));
}

TEST(Log, KnowsItsLevelsByName) {
  EXPECT_EQ(log::parse_level("WARN").value(), log::Level::kWarn);
  EXPECT_EQ(log::parse_level("debug").value(), log::Level::kDebug);
  const auto unknown = log::parse_level("chatty");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind(), ErrorKind::kRejected);
}

}  // namespace
}  // namespace tidemark
