// SPDX-License-Identifier: Apache-2.0
#include "control/signal.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/ascii.h"
#include "base/json.h"
#include "base/nearest.h"
#include "control/stream_signal.h"

namespace tidemark {
namespace {

constexpr std::string_view kExecute = "execute-snapshot";
constexpr std::string_view kStop = "stop-snapshot";
constexpr std::string_view kPause = "pause-snapshot";
constexpr std::string_view kResume = "resume-snapshot";
constexpr std::string_view kLog = "log";
constexpr std::array kTypes{kExecute,           kStop, kPause, kResume, kSchemaChanges,
                            kSetBinlogPosition, kLog};

constexpr std::string_view kCollections = "data-collections";
constexpr std::string_view kConditions = "additional-conditions";
constexpr std::string_view kKind = "type";
constexpr std::string_view kSurrogate = "surrogate-key";

constexpr std::array kExecuteFields{kCollections, kKind, kConditions, kSurrogate};
constexpr std::array kStopFields{kCollections, kKind};
constexpr std::array kPauseFields{kKind};
constexpr std::array<std::string_view, 1> kLogFields{"message"};
constexpr std::array<std::string_view, 2> kConditionFields{"data-collection", "filter"};

constexpr std::string_view kExecuteForm =
    R"(send data such as {"data-collections": ["shop.orders"], "type": "incremental", )"
    R"("additional-conditions": [{"data-collection": "shop.orders", "filter": "id > 100"}]})";
constexpr std::string_view kStopForm =
    R"(send data such as {"data-collections": ["shop.orders"], "type": "incremental"}, or {} to )"
    R"(stop everything)";
constexpr std::string_view kPauseForm = R"(send {} as data)";
constexpr std::string_view kLogForm = R"(send data such as {"message": "text"})";

class DataReader {
 public:
  DataReader(const JsonReader& in, std::span<const std::string_view> fields)
      : in_(in), fields_(fields) {}

  void check_fields(const JsonReader& in, std::span<const std::string_view> fields);
  std::vector<std::string> collections(bool needed);
  std::vector<AdditionalCondition> conditions();
  std::string surrogate(SnapshotKind kind);
  SnapshotKind kind();
  void check_can_pause();
  std::string message();

  const std::optional<Refusal>& refusal() const { return refusal_; }
  void start() { check_fields(in_, fields_); }

 private:
  void refuse(std::string what) {
    if (!refusal_) refusal_ = Refusal{ErrorKind::kRejected, std::move(what)};
  }
  std::string pattern(const JsonReader& item, std::string_view place);
  std::string needed_text(const JsonReader& in, std::string_view name, std::string_view place);
  AdditionalCondition condition(const JsonReader& item, std::size_t i);

  const JsonReader& in_;
  std::span<const std::string_view> fields_;
  std::optional<Refusal> refusal_;
};

std::string meant(std::string_view word, std::span<const std::string_view> names) {
  const std::optional<std::string_view> name = nearest(word, names);
  return name ? fmt::format("; did you mean \"{}\"?", *name) : std::string();
}

std::string unknown_field(std::string_view name, std::span<const std::string_view> fields) {
  if (name == "additional-condition" && std::ranges::find(fields, kConditions) != fields.end()) {
    return "field \"additional-condition\" is of Debezium before 3.0; use "
           "\"additional-conditions\": "
           "an array of {\"data-collection\", \"filter\"}";
  }
  return fmt::format("unknown field \"{}\"{}; accepted are {}", name, meant(name, fields),
                     fmt::join(fields, ", "));
}

void DataReader::check_fields(const JsonReader& in, std::span<const std::string_view> fields) {
  in.members([&](std::string_view name, const JsonReader&) {
    if (std::ranges::find(fields, name) != fields.end()) return;
    refuse(unknown_field(name, fields));
  });
}

std::string DataReader::pattern(const JsonReader& item, std::string_view place) {
  if (!item.is_text()) {
    refuse(fmt::format("{} is not a string", place));
    return {};
  }
  std::string text(trim(item.as_text()));
  if (text.empty()) refuse(fmt::format("{} is empty", place));
  return text;
}

std::vector<std::string> DataReader::collections(bool needed) {
  std::vector<std::string> out;
  if (!in_.has(kCollections)) {
    if (needed) refuse("\"data-collections\" is missing: an array of table names or expressions");
    return out;
  }
  if (!in_.is_array_at(kCollections)) {
    refuse("\"data-collections\" is not an array of strings");
    return out;
  }
  in_.each(kCollections, [&](const JsonReader& item) {
    out.push_back(pattern(item, fmt::format("\"data-collections\"[{}]", out.size())));
  });
  if (needed && out.empty()) refuse("\"data-collections\" is empty: name at least one table");
  return out;
}

std::string DataReader::needed_text(const JsonReader& in, std::string_view name,
                                    std::string_view place) {
  if (!in.has(name)) {
    refuse(fmt::format("{} has no \"{}\"", place, name));
    return {};
  }
  if (!in.is_text_at(name)) {
    refuse(fmt::format("\"{}\" of {} is not a string", name, place));
    return {};
  }
  std::string text(trim(in.text(name)));
  if (text.empty()) refuse(fmt::format("\"{}\" of {} is empty", name, place));
  return text;
}

AdditionalCondition DataReader::condition(const JsonReader& item, std::size_t i) {
  const std::string place = fmt::format("\"additional-conditions\"[{}]", i);
  if (!item.is_object()) {
    refuse(place + " is not an object of \"data-collection\" and \"filter\"");
    return {};
  }
  check_fields(item, kConditionFields);
  return {.pattern = needed_text(item, "data-collection", place),
          .filter = needed_text(item, "filter", place)};
}

std::vector<AdditionalCondition> DataReader::conditions() {
  std::vector<AdditionalCondition> out;
  if (!in_.has(kConditions)) return out;
  if (!in_.is_array_at(kConditions)) {
    refuse("\"additional-conditions\" is not an array of {\"data-collection\", \"filter\"}");
    return out;
  }
  in_.each(kConditions,
           [&](const JsonReader& item) { out.push_back(condition(item, out.size())); });
  return out;
}

std::string DataReader::surrogate(SnapshotKind kind) {
  if (!in_.has(kSurrogate)) return {};
  if (kind == SnapshotKind::kBlocking) {
    refuse("\"surrogate-key\" is of incremental snapshots: a blocking one reads no chunks");
    return {};
  }
  return needed_text(in_, kSurrogate, "the signal");
}

SnapshotKind DataReader::kind() {
  if (!in_.has(kKind)) return SnapshotKind::kIncremental;
  if (!in_.is_text_at(kKind)) {
    refuse(R"("type" is not a string; accepted are "incremental" and "blocking")");
    return SnapshotKind::kIncremental;
  }
  const std::string kind = lower(trim(in_.text(kKind)));
  if (kind == "blocking") return SnapshotKind::kBlocking;
  if (kind != "incremental") {
    refuse(fmt::format(R"("type" is "{}"; accepted are "incremental" and "blocking")", kind));
  }
  return SnapshotKind::kIncremental;
}

// pause-snapshot and resume-snapshot.
void DataReader::check_can_pause() {
  if (kind() == SnapshotKind::kIncremental) return;
  refuse(
      "a blocking snapshot cannot be paused: the stream stands still until it is done; "
      "stop-snapshot takes back one that has not begun");
}

std::string DataReader::message() {
  if (!in_.has("message")) {
    refuse("\"message\" is missing");
    return {};
  }
  if (!in_.is_text_at("message")) {
    refuse("\"message\" is not a string");
    return {};
  }
  return in_.text("message");
}

Command read_command(std::string_view type, DataReader& data) {
  data.start();
  if (type == kLog) return LogMessage{data.message()};
  if (type == kExecute) {
    ExecuteSnapshot out;
    out.kind = data.kind();
    out.collections = data.collections(true);
    out.conditions = data.conditions();
    out.surrogate = data.surrogate(out.kind);
    return out;
  }
  if (type == kStop) {
    const SnapshotKind kind = data.kind();
    return StopSnapshot{.collections = data.collections(false), .kind = kind};
  }
  data.check_can_pause();
  if (type == kPause) return PauseSnapshot{};
  return ResumeSnapshot{};
}

struct Form {
  std::span<const std::string_view> fields;
  std::string_view remedy;
};

Form form_of(std::string_view type) {
  if (type == kExecute) return {kExecuteFields, kExecuteForm};
  if (type == kStop) return {kStopFields, kStopForm};
  if (type == kLog) return {kLogFields, kLogForm};
  if (type == kSetBinlogPosition) return {{}, kSetBinlogPositionForm};
  if (type == kSchemaChanges) return {{}, kSchemaChangesForm};
  return {kPauseFields, kPauseForm};
}

std::unexpected<Error> unknown_type(std::string_view type) {
  return fail(ErrorKind::kRejected,
              fmt::format("unknown signal type \"{}\"{}", type, meant(type, kTypes)),
              fmt::format("use one of {}", fmt::join(kTypes, ", ")));
}

}  // namespace

SignalClass classify_signal(std::string_view type) {
  if (type == kWindowOpenType || type == kWindowCloseType) return SignalClass::kWatermark;
  return type == kProbeType ? SignalClass::kProbe : SignalClass::kCommand;
}

Result<Command> parse_signal(std::string_view type, std::optional<std::string_view> data) {
  if (std::ranges::find(kTypes, type) == kTypes.end()) return unknown_type(type);
  const Form form = form_of(type);
  const std::string_view text = trim(data.value_or(""));
  const std::expected<JsonDocument, JsonProblem> document =
      JsonDocument::parse(text.empty() ? "{}" : text);
  if (!document) {
    return fail(ErrorKind::kRejected, fmt::format("data: {}", document.error().text()),
                std::string(form.remedy));
  }
  std::optional<JsonProblem> problem;
  return parse_signal(type, document->root(problem), problem);
}

Result<Command> parse_signal(std::string_view type, const JsonReader& root,
                             const std::optional<JsonProblem>& problem) {
  if (std::ranges::find(kTypes, type) == kTypes.end()) return unknown_type(type);
  const Form form = form_of(type);
  if (!root.is_object()) {
    return fail(ErrorKind::kRejected, "data is not a JSON object", std::string(form.remedy));
  }
  std::optional<Refusal> refusal;
  Command command;
  if (type == kSetBinlogPosition) {
    command = read_set_binlog_position(root, refusal);
  } else if (type == kSchemaChanges) {
    command = read_schema_changes(root, refusal);
  } else {
    DataReader reader(root, form.fields);
    command = read_command(type, reader);
    refusal = reader.refusal();
  }
  if (refusal) return fail(refusal->kind, refusal->what, std::string(form.remedy));
  if (problem) return fail(ErrorKind::kRejected, problem->text(), std::string(form.remedy));
  return command;
}

}  // namespace tidemark
