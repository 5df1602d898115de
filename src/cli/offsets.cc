// SPDX-License-Identifier: Apache-2.0
// tidemark offsets: the stored resume point, in a file or in a topic.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/commands.h"
#include "config/settings.h"
#include "connector/kafka_parts.h"
#include "connector/kafka_stores.h"
#include "store/file_offset_store.h"
#include "store/java_key.h"
#include "store/java_stream.h"
#include "store/json_layout.h"
#include "store/kafka_offset_store.h"
#include "store/offset_format.h"
#include "store/process.h"

namespace tidemark {
namespace {

constexpr std::uint64_t kOffsetFileMax = 256U << 20U;
// An instance elsewhere that stored its offset less than so long ago is taken to be running; or three of its
// intervals, where these are longer.
constexpr std::chrono::milliseconds kAliveFor = 3 * kOffsetRestateInterval;

// What is stored: our state, or Debezium's map alone.
struct Found {
  std::optional<std::string> state;  // offset_format.h
  std::string map;  // debezium_offset.h
};

std::optional<Settings> settings_or_explain(const ConfigArguments& arguments) {
  const auto config = load_or_explain(arguments);
  if (!config) return std::nullopt;
  return settings_of(*config);
}

bool in_topic(const Settings& settings) { return settings.offset.kind == OffsetKind::kKafka; }

std::string where(const Settings& settings) {
  return in_topic(settings) ? "topic " + settings.offset.topic : settings.offset.path;
}

ExitCode explain(const Error& error) {
  log::failure(log::Level::kError, "offsets.failed", error);
  return exit_code_of(error.kind());
}

FileOffsetStoreOptions file_options(const Settings& settings) {
  return {settings.offset.path, settings.connector_name, settings.topic_prefix};
}

Result<std::optional<Found>> find_in_file(const Settings& settings) {
  std::optional<std::string> text = TRY(read_file(settings.offset.path, kOffsetFileMax));
  if (!text) return std::nullopt;
  Found out;
  if (text->starts_with(kJavaMagic)) {
    out.map = TRY(pick_offset(*text, file_options(settings), OtherOffsets::kRefused)).map;
    return std::optional(std::move(out));
  }
  out.map = encode_debezium_offset(TRY_AT(decode_offset(*text), settings.offset.path).state);
  out.state = *std::move(text);
  return std::optional(std::move(out));
}

Result<std::optional<Found>> find_in_topic(const Settings& settings) {
  auto record =
      TRY(read_offset_record(offset_topic_of(settings), kafka::Isolation::kCommitted, {}));
  if (!record || !record->value) return std::nullopt;
  return std::optional(Found{.state = std::move(record->state), .map = *std::move(record->value)});
}

Result<std::optional<Found>> find(const Settings& settings) {
  return in_topic(settings) ? find_in_topic(settings) : find_in_file(settings);
}

// -- the guard --

std::unexpected<Error> alive(const OffsetWriter& writer, const std::string& when,
                             const std::string& remedy) {
  return fail(ErrorKind::kConflict, fmt::format("{} {}", writer.text(), when), remedy);
}

Status check_stopped(const Settings& settings, const KafkaOffsetStoreOptions& topic, bool force) {
  const auto record = TRY(read_offset_record(topic, kafka::Isolation::kCommitted, {}));
  if (!record || record->writer.pid == 0) return {};
  if (runs_here(record->writer)) return alive(record->writer, "is running", "stop it first");
  const std::chrono::milliseconds age(SystemClock().wall_ns() / 1'000'000 - record->writer.at_ms);
  const std::chrono::milliseconds interval(settings.offset.flush_interval_ms);
  const bool elsewhere = record->writer.host != host_name();
  if (force || !elsewhere || age > std::max(kAliveFor, 3 * interval)) return {};
  return alive(record->writer, fmt::format("stored this offset {} s ago", age.count() / 1000),
               "make sure that it is stopped, and say --force");
}

struct Opened {
  std::unique_ptr<kafka::Producer> producer;  // declared first: it outlives the store
  std::unique_ptr<OffsetStore> store;
};

// For writing. A file is locked by the instance that runs with it.
Result<Opened> open(const Settings& settings, bool force) {
  Opened out;
  if (!in_topic(settings)) {
    out.store = TRY(FileOffsetStore::open(file_options(settings)));
    return out;
  }
  const KafkaOffsetStoreOptions topic = offset_topic_of(settings);
  TRY(prepare_offset_topic(topic));
  TRY(check_stopped(settings, topic, force));
  // With exactly-once delivery an instance that runs in spite of that is fenced here, and stops.
  out.producer = TRY(connect_producer(settings, {}));
  out.store = TRY(KafkaOffsetStore::open(topic, *out.producer, KafkaOffsetStore::Claim::kLook, {}));
  return out;
}

// -- formats --

std::string connect_body(const Settings& settings, const std::string& map) {
  return pretty_json("{\"offsets\":[{\"partition\":{\"server\":" +
                     quoted_json(settings.topic_prefix) + "},\"offset\":" + map + "}]}") +
         "\n";
}

Result<std::string> formatted(const Settings& settings, const Found& found,
                              const OffsetsArguments& arguments) {
  if (arguments.format == "connect") return connect_body(settings, found.map);
  if (arguments.format == "debezium") {
    const std::string& name = arguments.name.empty() ? settings.connector_name : arguments.name;
    const JavaMapEntry entry{.key = encode_offset_key(name, settings.topic_prefix),
                             .value = found.map};
    return write_java_map(std::span(&entry, 1));
  }
  if (found.state) return *found.state;
  return fail(
      ErrorKind::kRejected,
      fmt::format("what is stored in {} is Debezium's, and not taken over yet", where(settings)),
      "export it with --format connect or debezium");
}

// What Debezium has no place for, and a hand-back therefore leaves behind.
void warn_of_what_stays(const Found& found) {
  const auto stored = found.state ? decode_offset(*found.state) : Result<StoredOffset>();
  if (!found.state || !stored) return;
  const ResumeState& state = stored->state;
  if (!state.blocking.empty())
    log::warn("offsets.not_handed_back",
              {{"what", "blocking snapshots that wait: send them again"}});
  if (state.incremental.paused)
    log::warn("offsets.not_handed_back", {{"what", "the pause of the incremental snapshot"}});
}

// Debezium's map out of a body of Connect's REST interface.
Result<std::string> map_of_body(const JsonReader& root, const std::string& topic_prefix,
                                std::optional<JsonProblem>& problem) {
  std::optional<std::string> map;
  root.each("offsets", [&](const JsonReader& item) {
    if (item.object("partition").text("server") == topic_prefix)
      map = item.object("offset").as_json();
  });
  if (problem) return fail(ErrorKind::kRejected, "the file: " + problem->text());
  if (map) return *map;
  return fail(ErrorKind::kRejected,
              fmt::format("the file holds no offset of topic.prefix {}", topic_prefix));
}

Status import(OffsetStore& store, const Settings& settings, const std::string& text) {
  if (text.starts_with(kJavaMagic)) {
    // Others in the file are not ours to move, and stay where they are.
    const PickedOffset picked =
        TRY(pick_offset(text, file_options(settings), OtherOffsets::kPassedOver));
    return store.place(picked.map);
  }
  const auto document = JsonDocument::parse(text);
  if (!document) return fail(ErrorKind::kRejected, "the file: " + document.error().text());
  std::optional<JsonProblem> problem;
  const JsonReader root = document->root(problem);
  if (root.has("offsets"))
    return store.place(TRY(map_of_body(root, settings.topic_prefix, problem)));
  TRY(store.commit(TRY(decode_offset(text)).state));
  return store.settle();
}

ExitCode done(const Status& status, const std::string& text) {
  if (!status) return explain(status.error());
  fmt::print("{}\n", text);
  return ExitCode::kOk;
}

}  // namespace

ExitCode offsets_show_command(const OffsetsArguments& arguments) {
  const auto settings = settings_or_explain(arguments.config);
  if (!settings) return ExitCode::kUsage;
  const auto found = find(*settings);
  if (!found) return explain(found.error());
  if (!*found) {
    fmt::print("no offset is stored in {}\n", where(*settings));
    return ExitCode::kOk;
  }
  // Shown as it is stored, once it is known to be whole.
  if ((*found)->state) {
    if (auto stored = decode_offset(*(*found)->state); !stored) return explain(stored.error());
    fmt::print("{}", *(*found)->state);
    return ExitCode::kOk;
  }
  if (auto stored = decode_debezium_offset((*found)->map); !stored) return explain(stored.error());
  std::fprintf(stderr, "tidemark: Debezium stored this offset; run takes it over\n");
  fmt::print("{}\n", pretty_json((*found)->map));
  return ExitCode::kOk;
}

ExitCode offsets_set_command(const OffsetsArguments& arguments) {
  const auto settings = settings_or_explain(arguments.config);
  if (!settings) return ExitCode::kUsage;
  const auto opened = open(*settings, arguments.force);
  if (!opened) return explain(opened.error());
  return done(opened->store->place(arguments.data),
              "the offset in " + where(*settings) + " is set; the next run goes on from there");
}

ExitCode offsets_reset_command(const OffsetsArguments& arguments) {
  const auto settings = settings_or_explain(arguments.config);
  if (!settings) return ExitCode::kUsage;
  const auto opened = open(*settings, arguments.force);
  if (!opened) return explain(opened.error());
  return done(opened->store->remove(), "no offset is stored in " + where(*settings) + " any more");
}

ExitCode offsets_export_command(const OffsetsArguments& arguments) {
  const auto settings = settings_or_explain(arguments.config);
  if (!settings) return ExitCode::kUsage;
  const auto found = find(*settings);
  if (!found) return explain(found.error());
  if (!*found) {
    return explain(Error(ErrorKind::kRejected, "no offset is stored in " + where(*settings)));
  }
  const auto text = formatted(*settings, **found, arguments);
  if (!text) return explain(text.error());
  if (arguments.format != "tidemark") warn_of_what_stays(**found);
  if (arguments.file.empty() || arguments.file == "-") {
    std::fwrite(text->data(), 1, text->size(), stdout);
    return ExitCode::kOk;
  }
  const Status written = replace_file(arguments.file, *text, Durability::kSynced);
  return done(written, "written to " + arguments.file);
}

ExitCode offsets_import_command(const OffsetsArguments& arguments) {
  const auto settings = settings_or_explain(arguments.config);
  if (!settings) return ExitCode::kUsage;
  const auto text = read_file(arguments.file, kOffsetFileMax);
  if (!text) return explain(text.error());
  if (!*text) return explain(Error(ErrorKind::kRejected, arguments.file + " is not there"));
  const auto opened = open(*settings, arguments.force);
  if (!opened) return explain(opened.error());
  return done(import(*opened->store, *settings, **text),
              "the offset of " + arguments.file + " is in " + where(*settings));
}

}  // namespace tidemark
