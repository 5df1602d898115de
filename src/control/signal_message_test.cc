// SPDX-License-Identifier: Apache-2.0
#include "control/signal_message.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

constexpr std::string_view kPlace = "signals[0]@7";

SignalMessage message(std::string_view text) {
  return parse_signal_message(text, SignalForm::kMessage, kPlace);
}
SignalMessage line(std::string_view text) {
  return parse_signal_message(text, SignalForm::kLine, kPlace);
}

void expect_refused(const SignalMessage& got, std::string_view part) {
  ASSERT_FALSE(got.command) << part;
  EXPECT_EQ(got.command.error().kind(), ErrorKind::kRejected);
  EXPECT_NE(got.command.error().message().find(part), std::string::npos)
      << got.command.error().text();
  EXPECT_FALSE(got.command.error().remedy().empty());
}

TEST(SignalMessage, IsACommandWithAnId) {
  constexpr std::string_view kText =
      R"({"id":"a1","type":"execute-snapshot","data":{"data-collections":["a.b"],)"
      R"("additional-conditions":[{"data-collection":"a.b","filter":"id > 3"}]}})";
  for (const SignalMessage& got : {message(kText), line(kText)}) {
    EXPECT_EQ(got.id, "a1");
    EXPECT_EQ(got.type, "execute-snapshot");
    EXPECT_EQ(got.command.value(), Command(ExecuteSnapshot{{"a.b"}, {{"a.b", "id > 3"}}}));
  }
}

TEST(SignalMessage, WithoutAnIdIsNamedByItsPlace) {
  const SignalMessage got = message(R"({"type":"log","data":{"message":"hi {}"}})");
  EXPECT_EQ(got.id, kPlace);
  EXPECT_EQ(got.command.value(), Command(LogMessage{"hi {}"}));
  EXPECT_EQ(message(R"({"id":null,"type":"pause-snapshot","data":{}})").id, kPlace);
  EXPECT_EQ(message(R"({"id":"","type":"pause-snapshot","data":{}})").id, kPlace);
}

TEST(SignalMessage, MayCarryWhatNobodyReads) {
  const SignalMessage got =
      line(R"({"id":"x","type":"resume-snapshot","data":{},"additionalData":{"by":"me"}})");
  EXPECT_EQ(got.command.value(), Command(ResumeSnapshot{}));
}

TEST(SignalMessage, NeedsDataThatIsAnObject) {
  expect_refused(message(R"({"id":"a","type":"pause-snapshot"})"), "\"data\" is missing");
  expect_refused(message(R"({"id":"a","type":"pause-snapshot","data":null})"),
                 "\"data\" is missing");
  expect_refused(message(R"({"id":"a","type":"log","data":"{\"message\":\"m\"}"})"),
                 "data is not a JSON object");
  expect_refused(message(R"({"id":"a","type":"log","data":["message"]})"),
                 "data is not a JSON object");
  EXPECT_EQ(message(R"({"id":"a","type":"log","data":7})").id, "a");
}

TEST(SignalMessage, IsJsonAllOfIt) {
  expect_refused(message(""), "empty");
  expect_refused(message("execute-snapshot"), "no JSON");
  expect_refused(message("[]"), "not a JSON object");
  expect_refused(message(R"({"type":"log","data":{"message":"m"}} x)"), "no JSON");
  EXPECT_EQ(message("{").id, kPlace);
}

TEST(SignalMessage, NeedsATypeAndALineAnId) {
  expect_refused(message(R"({"id":"a","data":{}})"), "\"type\" is missing");
  expect_refused(message(R"({"id":"a","type":3,"data":{}})"), "\"type\" is not a string");
  expect_refused(message(R"({"id":4,"type":"log","data":{}})"), "\"id\" is not a string");
  expect_refused(line(R"({"type":"pause-snapshot","data":{}})"), "\"id\" is missing");
  EXPECT_EQ(line(R"({"type":"pause-snapshot","data":{}})").type, "pause-snapshot");
}

// What its data may hold is signal.h's; it applies here as well.
TEST(SignalMessage, IsAsStrictAsARow) {
  expect_refused(message(R"({"type":"execute-snapshots","data":{}})"), "did you mean");
  expect_refused(message(R"({"type":"execute-snapshot","data":{"data-collection":["a.b"]}})"),
                 "unknown field \"data-collection\"");
}

}  // namespace
}  // namespace tidemark
