// SPDX-License-Identifier: Apache-2.0
#include "control/signal.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

Error refused(std::string_view type, std::optional<std::string_view> data) {
  const Result<Command> command = parse_signal(type, data);
  EXPECT_FALSE(command) << type << " " << data.value_or("NULL");
  return command ? Error(ErrorKind::kCancelled, "accepted") : command.error();
}

// Kind, a part of the message, and the form that would be accepted.
void expect_refused(std::string_view type, std::optional<std::string_view> data,
                    std::string_view message, ErrorKind kind = ErrorKind::kRejected) {
  const Error error = refused(type, data);
  EXPECT_EQ(error.kind(), kind) << error.text();
  EXPECT_NE(error.message().find(message), std::string::npos) << error.text();
  EXPECT_FALSE(error.remedy().empty()) << error.text();
}

TEST(Signal, TakesAnExecuteSnapshot) {
  EXPECT_EQ(parse_signal("execute-snapshot", R"({"data-collections": [" shop.orders ", "crm\\..*"],
      "type": "INCREMENTAL", "additional-conditions":
        [{"data-collection": "shop.orders", "filter": "id > 3"}]})")
                .value(),
            Command(ExecuteSnapshot{{"shop.orders", "crm\\..*"}, {{"shop.orders", "id > 3"}}}));
  EXPECT_EQ(parse_signal("execute-snapshot", R"({"data-collections": ["a.b"]})").value(),
            Command(ExecuteSnapshot{{"a.b"}, {}}));
}

TEST(Signal, TakesTheOthers) {
  for (const char* data : {"", "{}", R"({"data-collections": []})", R"({"type": "incremental"})"}) {
    EXPECT_EQ(parse_signal("stop-snapshot", data).value(), Command(StopSnapshot{})) << data;
  }
  EXPECT_EQ(parse_signal("stop-snapshot", R"({"data-collections": ["a.b"]})").value(),
            Command(StopSnapshot{{"a.b"}}));
  EXPECT_EQ(parse_signal("pause-snapshot", std::nullopt).value(), Command(PauseSnapshot{}));
  EXPECT_EQ(parse_signal("resume-snapshot", "  ").value(), Command(ResumeSnapshot{}));
  EXPECT_EQ(parse_signal("log", R"({"message": " hello "})").value(),
            Command(LogMessage{" hello "}));
}

TEST(Signal, NamesThePlaceOfMalformedJson) {
  expect_refused("execute-snapshot", "{\"data-collections\": [\"a.b\"}", "line 1, column 28");
  expect_refused("log", "[]", "is not a JSON object");
  expect_refused("log", R"({"message": "a", "message": "b"})", "there twice");
}

TEST(Signal, NamesTheNearestTypeAndField) {
  expect_refused("execute-snapshots", "{}", "did you mean \"execute-snapshot\"?");
  expect_refused("frobnicate", "{}", "unknown signal type \"frobnicate\"");
  EXPECT_NE(refused("frobnicate", "{}").remedy().find("stop-snapshot"), std::string::npos);
  expect_refused("execute-snapshot", R"({"data-colections": ["a.b"]})",
                 "did you mean \"data-collections\"?");
  expect_refused("execute-snapshot",
                 R"({"data-collections": ["a.b"], "additional-condition": "id > 1"})",
                 "use \"additional-conditions\"");
  expect_refused("pause-snapshot", R"({"data-collections": ["a.b"]})", "accepted are type");
  expect_refused("log", R"({"message": "a", "level": "b"})", "unknown field \"level\"");
}

TEST(Signal, RefusesWhatTheOriginalIgnores) {
  constexpr std::string_view kType = "execute-snapshot";
  expect_refused(kType, std::nullopt, "\"data-collections\" is missing");
  expect_refused(kType, R"({"data-collections": []})", "is empty");
  expect_refused(kType, R"({"data-collections": "a.b"})", "is not an array");
  expect_refused(kType, R"({"data-collections": ["a.b", 5]})", "\"data-collections\"[1] is not");
  expect_refused(kType, R"({"data-collections": ["a.b", " "]})",
                 "\"data-collections\"[1] is empty");
  expect_refused(kType, R"({"data-collections": ["a.b"], "type": 5})", "\"type\" is not a string");
  expect_refused(kType, R"({"data-collections": ["a.b"], "type": "full"})", "\"type\" is \"full\"");
  const auto with = [](std::string_view conditions) {
    return R"({"data-collections": ["a.b"], "additional-conditions": )" + std::string(conditions) +
           "}";
  };
  expect_refused(kType, with(R"({"a": 1})"), "is not an array");
  expect_refused(kType, with(R"(["id > 1"])"), "\"additional-conditions\"[0] is not an object");
  expect_refused(kType, with(R"([{"filter": "x"}])"), "has no \"data-collection\"");
  expect_refused(kType, with(R"([{"data-collection": "a.b"}])"), "has no \"filter\"");
  expect_refused(kType, with(R"([{"data-collection": "a.b", "filter": 1}])"), "is not a string");
  expect_refused(kType, with(R"([{"data-collection": "a.b", "filter": ""}])"), "is empty");
  expect_refused(kType, with(R"([{"data-collection": "a.b", "fliter": "x"}])"),
                 "did you mean \"filter\"?");
  expect_refused("stop-snapshot", R"({"data-collections": {}})", "is not an array");
  expect_refused("log", "{}", "\"message\" is missing");
  expect_refused("log", R"({"message": 5})", "is not a string");
}

TEST(Signal, TakesASurrogateKey) {
  const auto command =
      parse_signal("execute-snapshot", R"({"data-collections": ["a.b"], "surrogate-key": " at "})");
  ASSERT_TRUE(command) << command.error().text();
  EXPECT_EQ(std::get<ExecuteSnapshot>(*command).surrogate, "at");
  constexpr std::string_view kType = "execute-snapshot";
  expect_refused(kType, R"({"data-collections": ["a.b"], "surrogate-key": " "})", "is empty");
  expect_refused(kType, R"({"data-collections": ["a.b"], "surrogate-key": ["at"]})",
                 "is not a string");
  expect_refused("stop-snapshot", R"({"surrogate-key": "at"})", "unknown field");
}

TEST(Signal, TellsBlockingSnapshotsFromIncrementalOnes) {
  const auto asked =
      parse_signal("execute-snapshot",
                   R"({"data-collections": ["a.b"], "type": " Blocking", "additional-conditions":)"
                   R"( [{"data-collection": "a.b", "filter": "SELECT * FROM a.b"}]})");
  ASSERT_TRUE(asked) << asked.error().text();
  EXPECT_EQ(std::get<ExecuteSnapshot>(*asked),
            (ExecuteSnapshot{.collections = {"a.b"},
                             .conditions = {{"a.b", "SELECT * FROM a.b"}},
                             .kind = SnapshotKind::kBlocking}));
  const auto stopped = parse_signal("stop-snapshot", R"({"type": "BLOCKING"})");
  ASSERT_TRUE(stopped) << stopped.error().text();
  EXPECT_EQ(std::get<StopSnapshot>(*stopped),
            (StopSnapshot{.collections = {}, .kind = SnapshotKind::kBlocking}));
  for (const char* const data : {"{}", R"({"type": "incremental"})"}) {
    const auto plain = parse_signal("stop-snapshot", data);
    ASSERT_TRUE(plain) << plain.error().text();
    EXPECT_EQ(std::get<StopSnapshot>(*plain).kind, SnapshotKind::kIncremental);
  }
}

TEST(Signal, RefusesWhatABlockingSnapshotCannotDo) {
  expect_refused("execute-snapshot",
                 R"({"data-collections": ["a.b"], "type": "blocking", "surrogate-key": "at"})",
                 "a blocking one reads no chunks");
  expect_refused("pause-snapshot", R"({"type": "blocking"})", "cannot be paused");
  expect_refused("resume-snapshot", R"({"type": "blocking"})", "cannot be paused");
  expect_refused("execute-snapshot", R"({"type": "blocking"})", "\"data-collections\" is missing");
}

TEST(Signal, KnowsItsOwnRows) {
  EXPECT_EQ(classify_signal("snapshot-window-open"), SignalClass::kWatermark);
  EXPECT_EQ(classify_signal("snapshot-window-close"), SignalClass::kWatermark);
  EXPECT_EQ(classify_signal("tidemark-probe"), SignalClass::kProbe);
  EXPECT_EQ(classify_signal("log"), SignalClass::kCommand);
  EXPECT_EQ(classify_signal("Snapshot-window-open"), SignalClass::kCommand);
}

}  // namespace
}  // namespace tidemark
