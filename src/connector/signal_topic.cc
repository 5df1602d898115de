// SPDX-License-Identifier: Apache-2.0
#include "connector/signal_topic.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace tidemark {
namespace {

// How often we look whether the topic is there, and whether it has more partitions.
constexpr std::chrono::seconds kLookEvery{10};
constexpr std::chrono::seconds kLookEveryMissing{1};
// Messages with other keys are told of this often.
constexpr std::chrono::minutes kTellEvery{1};
constexpr std::size_t kKeyShownMax = 100;
constexpr std::size_t kSignalsAtOnceMax = 500;

// Where a group has nothing, the original begins at the start; we do where that is asked for.
bool from_start(const KafkaSignalSettings& settings) {
  const auto reset = settings.consumer.find("auto.offset.reset");
  return reset != settings.consumer.end() && reset->second == "earliest";
}

}  // namespace

ClientProperties connection_of(const ClientProperties& properties) {
  ClientProperties out;
  for (const auto& [name, value] : properties) {
    if (name == "bootstrap.servers" || name == "client.dns.lookup" ||
        name.starts_with("security.") || name.starts_with("sasl.") || name.starts_with("ssl."))
      out.emplace(name, value);
  }
  return out;
}

SignalTopic::SignalTopic(Options options, const SignalMarks& marks, const Clock& clock)
    : options_(std::move(options)), clock_(clock) {
  if (marks.topic == options_.settings.topic) mark_ = {.topic = marks.topic, .next = marks.next};
}

OutsideSignal SignalTopic::signal_of(const kafka::ConsumedRecord& record, std::string_view key,
                                     std::uint64_t& ignored) {
  const std::string place = fmt::format("{}[{}]@{}", record.topic, record.partition, record.offset);
  OutsideSignal out{.mark = KafkaMark{.topic = std::string(record.topic),
                                      .next = {{record.partition, record.offset + 1}}},
                    .channel = "kafka"};
  if (record.key == key) {
    out.message = parse_signal_message(record.value.value_or(""), SignalForm::kMessage, place);
    return out;
  }
  const std::string reason =
      record.key ? fmt::format("its key is \"{}\", signals to this connector have the key \"{}\"",
                               record.key->substr(0, kKeyShownMax), key)
                 : fmt::format("it has no key, signals to this connector have the key \"{}\"", key);
  out.passed_over = PassedOver{.place = place, .reason = reason, .count = ++ignored};
  return out;
}

// A broker that does not answer, or refuses us, is asked again by the clients there are.
std::unexpected<Error> SignalTopic::failed(Error error) {
  looked_ = {};
  const bool passes = error.kind() == ErrorKind::kRetryable || error.kind() == ErrorKind::kServer;
  if (!passes) {
    consumer_.reset();
    admin_.reset();
    placed_.clear();
  }
  return std::unexpected(std::move(error));
}

Status SignalTopic::place() {
  if (auto done = find_partitions(); !done) return failed(std::move(done).error());
  return {};
}

Result<std::vector<OutsideSignal>> SignalTopic::read(std::chrono::milliseconds wait) {
  TRY(place());
  auto signals = read_on(wait);
  if (!signals) return failed(std::move(signals).error());
  return signals;
}

Status SignalTopic::find_partitions() {
  const SteadyTime now = clock_.steady();
  const auto every = is_there() ? kLookEvery : kLookEveryMissing;
  if (looked_ != SteadyTime{} && now - looked_ < every) return {};
  const KafkaSignalSettings& settings = options_.settings;
  if (!consumer_) {
    consumer_ = TRY(kafka::Consumer::open(
        {.properties = settings.consumer, .group = settings.group, .patience = options_.patience}));
  }
  if (!admin_)
    admin_ = TRY(kafka::Admin::open(connection_of(settings.consumer), options_.patience));
  const auto there = TRY(admin_->describe(settings.topic));
  looked_ = now;
  if (!there && !std::exchange(missing_, true)) {
    log::warn("signal.topic_missing",
              {{"topic", settings.topic},
               {"do",
                "create it (one partition, cleanup.policy=delete), or correct signal.kafka.topic: "
                "until it is there no signal comes by Kafka"}});
  }
  const bool first_start = mark_.topic.empty();
  skipped_ = 0;
  const std::int32_t partitions = there ? there->partitions : 0;
  std::map<std::int32_t, std::int64_t> next;
  for (std::int32_t partition = 0; partition < partitions; ++partition) {
    if (!placed_.contains(partition)) TRY(place_partition(*consumer_, partition, first_start));
    next[partition] = mark_.next[partition];
  }
  if (next.size() != placed_.size()) {
    TRY(consumer_->seek(settings.topic, next));
    placed_.clear();
    for (const auto& [partition, offset] : next) placed_.insert(partition);
  }
  if (partitions > 0) missing_ = false;
  mark_.topic = settings.topic;
  if (skipped_ > 0) {
    log::warn("signal.old_messages_ignored",
              {{"topic", settings.topic},
               {"messages", skipped_},
               {"why", "they were sent before the first start of this connector"},
               {"do",
                "send again what is to be executed; with "
                "signal.consumer.auto.offset.reset=earliest a first start executes all of them"}});
  }
  return {};
}

Status SignalTopic::place_partition(kafka::Consumer& consumer, std::int32_t partition,
                                    bool first_start) {
  const std::string& topic = options_.settings.topic;
  const auto range = TRY(consumer.range(topic, partition));
  const auto known = mark_.next.find(partition);
  std::int64_t next = range.first;
  if (known != mark_.next.end()) {
    next = known->second;
    if (next > range.end || next < range.first) {
      log::warn("signal.topic_position_gone",
                {{"topic", topic},
                 {"partition", partition},
                 {"offset", next},
                 {"first", range.first},
                 {"end", range.end},
                 {"meaning", next > range.end
                                 ? "the topic was made anew: all that it holds is executed"
                                 : "messages were deleted before they were read: their signals are "
                                   "lost, see retention.ms of the topic"}});
      next = range.first;
    }
  } else if (first_start && !from_start(options_.settings)) {
    const auto stands = TRY(consumer.committed(topic, partition));
    const bool goes_on = stands && *stands >= range.first && *stands <= range.end;
    next = goes_on ? *stands : range.end;
    if (!goes_on) skipped_ += static_cast<std::uint64_t>(range.end - range.first);
  }
  mark_.next[partition] = next;
  return {};
}

Result<std::vector<OutsideSignal>> SignalTopic::read_on(std::chrono::milliseconds wait) {
  std::vector<OutsideSignal> out;
  while (is_there() && out.size() < kSignalsAtOnceMax) {
    auto polled = consumer_->poll(out.empty() ? wait : std::chrono::milliseconds(0));
    // What came before goes out; the failure comes again.
    if (!polled && !out.empty()) break;
    const auto record = TRY(std::move(polled));
    if (!record) break;
    mark_.next[record->partition] = record->offset + 1;
    out.push_back(signal_of(*record, options_.key, ignored_));
    if (out.back().passed_over) hold_back(out.back());
  }
  return out;
}

// A topic of several connectors is full of other keys.
void SignalTopic::hold_back(OutsideSignal& signal) {
  const SteadyTime now = clock_.steady();
  if (told_ != SteadyTime{} && now - told_ < kTellEvery) {
    signal.passed_over.reset();
    return;
  }
  told_ = now;
  log::warn("signal.message_ignored", {{"message", signal.passed_over->place},
                                       {"why", signal.passed_over->reason},
                                       {"ignored", signal.passed_over->count},
                                       {"do", "send it with the key " + options_.key}});
}

Status SignalTopic::commit(const SignalMarks& stored) {
  if (!consumer_ || options_.settings.group.empty() || stored.topic != options_.settings.topic)
    return {};
  for (const auto& [partition, next] : stored.next) {
    const auto done = committed_.find(partition);
    if (done != committed_.end() && done->second == next) continue;
    TRY(consumer_->commit(stored.topic, partition, next));
    committed_[partition] = next;
  }
  return {};
}

}  // namespace tidemark
