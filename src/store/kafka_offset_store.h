// SPDX-License-Identifier: Apache-2.0
// The resume point in a compacted topic, as Kafka Connect keeps that of Debezium: either can go on where the
// other stopped.
//
//   key      ["<connector name>",{"server":"<topic.prefix>"}]
//   value    Debezium's map (debezium_offset.h); null: there is none
//   headers  tidemark       the whole ResumeState (offset_format.h); absent in Debezium's records
//            tidemark.host  } who wrote it; both are there as soon as an instance has started, so that
//            tidemark.pid   } one that was fenced can say by whom
//            tidemark.copy  exactly once: ours is under a key of our own (OffsetKeyKind::kOurs)
//
// The producer is the sink's: in its transaction the offset is the last record, so it becomes visible with
// what it covers. Whoever reads what is not committed would see an aborted offset, too, and a worker of Connect
// does, unless it delivers exactly once itself: go on behind records that were never committed. So the new offset
// has a key of our own, and under the one that Debezium looks for each transaction has what the one before it
// committed. There it is a transaction behind, until settle(): Debezium repeats, and leaves nothing out.
// Thread:   open() and load() before the threads start; commit() on the delivery thread only
// Errors:   of producer, consumer and admin (kafka/*.h); kRejected where the topic's settings would lose offsets
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "kafka/admin.h"
#include "kafka/consumer.h"
#include "kafka/producer.h"
#include "store/offset_store.h"

namespace tidemark {

struct KafkaOffsetStoreOptions {
  std::string connector_name;
  std::string topic_prefix;
  kafka::NewTopic topic;  // how it is made when it is not there; compaction is added
  kafka::ClientProperties consumer;
  kafka::ClientProperties admin;
};

// Who wrote the last record.
struct OffsetWriter {
  std::string host;
  std::int64_t pid = 0;
  std::int64_t at_ms = 0;  // wall clock
  bool operator==(const OffsetWriter&) const = default;

  std::string text() const;  // "process 7 on host db1"
};

// The last record of a connector in the topic, for commands: nothing when there is none.
struct StoredOffsetRecord {
  std::optional<std::string> value;  // Debezium's map; absent: a tombstone
  std::optional<std::string> state;  // our header; absent: Debezium's
  OffsetWriter writer;  // pid 0: Debezium
};
Result<std::optional<StoredOffsetRecord>> read_offset_record(const KafkaOffsetStoreOptions& options,
                                                             kafka::Isolation isolation,
                                                             const std::stop_token& stop);

// An instance that runs writes its record again so often, even when nothing moves.
inline constexpr std::chrono::milliseconds kOffsetRestateInterval{20'000};
// And so soon after the last commit, where Debezium would find the one before.
inline constexpr std::chrono::milliseconds kOffsetSettleInterval{1000};

class KafkaOffsetStore : public OffsetStore {
 public:
  enum class Claim : std::uint8_t {
    kTake,  // write that we are the one from now on
    kLook,  // only read, write when asked to
  };
  // The topic is prepared. `producer` is connected, so that no other instance with its transactional id writes any more, and
  // outlives the store. Without a transactional id another instance on this host is kConflict.
  static Result<std::unique_ptr<KafkaOffsetStore>> open(KafkaOffsetStoreOptions options,
                                                        kafka::Producer& producer, Claim claim,
                                                        const std::stop_token& stop);

  Result<std::optional<LoadedOffset>> load() override;
  Status commit(const ResumeState& state) override;
  Status place(std::string_view map) override;
  std::optional<std::chrono::milliseconds> restate_interval() const override {
    return behind_ ? kOffsetSettleInterval : kOffsetRestateInterval;
  }
  Status restate() override;
  Status settle() override;
  Status remove() override;
  std::string where() const override { return "topic " + options_.topic.name; }
  Error explained(Error error) override;

 private:
  KafkaOffsetStore(KafkaOffsetStoreOptions options, kafka::Producer& producer)
      : options_(std::move(options)), producer_(producer) {}

  Result<std::optional<LoadedOffset>> decode() const;
  Status check_alone() const;
  Status replace(StoredOffsetRecord record);
  Status send_pair(const std::optional<std::string>& map, const StoredOffsetRecord& ours);
  Status send(OffsetKeyKind kind, const StoredOffsetRecord& record, bool copy = false);
  Status end(StoredOffsetRecord record);  // commits it

  const KafkaOffsetStoreOptions options_;
  kafka::Producer& producer_;
  std::optional<StoredOffsetRecord> stored_;  // the last one, read or written
  bool behind_ = false;  // Debezium's key has an older one
};

// Makes the topic if it is not there, and checks that it is compacted.
Status prepare_offset_topic(const KafkaOffsetStoreOptions& options);

// Is a process of this host, other than ours, that wrote this still there?
bool runs_here(const OffsetWriter& writer);

}  // namespace tidemark
