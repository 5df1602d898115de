// SPDX-License-Identifier: Apache-2.0
#include "cli/write_signal.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <stop_token>

#include "base/file.h"
#include "base/json.h"
#include "connector/signal_topic.h"
#include "control/signal_table.h"
#include "control/watermark.h"
#include "kafka/producer.h"
#include "mysql/client/connection.h"
#include "mysql/client/schema_reader.h"

namespace tidemark {
namespace {

constexpr int kBrokerPatienceMs = 15'000;

Status write_row(const Settings& settings, const SignalToWrite& signal) {
  if (!settings.signal.data_collection) {
    return fail(ErrorKind::kRejected,
                "signal.data.collection is not set, so there is no table to write to",
                "set it to db.table and create the table as the README shows");
  }
  const TableId id{settings.signal.data_collection->database,
                   settings.signal.data_collection->table};
  const auto connection = TRY(Connection::open(settings.server, ConnectionUse::kSql));
  const auto defs = TRY(read_tables(*connection, TableSelection::of({id})));
  if (defs.empty() || !signal_columns(defs.front())) {
    return fail(
        ErrorKind::kServer,
        fmt::format("the signal table {} is missing or has not exactly three columns", id.text()),
        "create it as the README shows");
  }
  const WatermarkWriter writer(defs.front(), settings.incremental.strategy);
  return connection->execute(writer.insert_row(signal.id, signal.type, signal.data));
}

// On one line: what ends lines in JSON is white space.
std::string message_of(const SignalToWrite& signal) {
  std::string data = signal.data.empty() ? "{}" : signal.data;
  std::replace_if(data.begin(), data.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return R"({"id":)" + quoted_json(signal.id) + R"(,"type":)" + quoted_json(signal.type) +
         R"(,"data":)" + data + "}";
}

std::unexpected<Error> lacks(std::string_view channel) {
  return fail(ErrorKind::kRejected,
              fmt::format("signal.enabled.channels does not name {}: nobody would read the signal",
                          channel),
              "add it, or use another --channel");
}

Status write_line(const Settings& settings, const SignalToWrite& signal) {
  const std::string& path = settings.signal.file;
  if (path.empty()) return lacks("file");
  constexpr int kMode = 0644;
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode));
  if (!file.valid()) return std::unexpected(storage_error("open the signal file", path, errno));
  const WriteOutcome outcome = write_all(file.get(), message_of(signal) + "\n");
  if (outcome.error_number != 0)
    return std::unexpected(storage_error("write the signal file", path, outcome.error_number));
  return {};
}

Status write_message(const Settings& settings, const SignalToWrite& signal) {
  if (!settings.signal.kafka) return lacks("kafka");
  const KafkaSignalSettings& kafka = *settings.signal.kafka;
  const auto producer = TRY(kafka::Producer::open({.properties = connection_of(kafka.consumer)}));
  TRY(producer->connect(std::stop_token(), kBrokerPatienceMs));
  const std::string message = message_of(signal);
  TRY(producer->send({.topic = kafka.topic, .key = settings.topic_prefix, .value = message}));
  return producer->flush();
}

}  // namespace

Status write_signal(const Settings& settings, WriteChannel channel, const SignalToWrite& signal) {
  switch (channel) {
    case WriteChannel::kKafka:
      return write_message(settings, signal);
    case WriteChannel::kFile:
      return write_line(settings, signal);
    case WriteChannel::kSource:
      break;
  }
  return write_row(settings, signal);
}

}  // namespace tidemark
