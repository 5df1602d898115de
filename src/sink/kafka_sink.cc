// SPDX-License-Identifier: Apache-2.0
#include "sink/kafka_sink.h"

#include <limits>
#include <map>
#include <utility>

#include "sink/diverted_records.h"
#include "sink/kafka_headers.h"

namespace tidemark {
namespace {

// How often an idle producer is looked after: outages are to be seen and told.
constexpr std::chrono::milliseconds kTendInterval{1000};

// What Kafka's record and batch add to the bytes of a record.
constexpr std::size_t kFraming = 128;

class KafkaSink final : public Sink {
 public:
  explicit KafkaSink(KafkaSinkOptions options)
      : options_(std::move(options)), headers_(options_.plain_headers) {}

  std::string_view name() const override { return "kafka"; }
  bool exactly_once() const override { return options_.producer.transactional(); }
  Status open(const std::optional<SinkFields>& /*position*/) override {
    if (!options_.divert_path.empty()) diverted_ = TRY(DivertedRecords::open(options_.divert_path));
    return {};
  }

  Status write(const RecordBatch& batch) override {
    const std::vector<Placement>& placements = batch.placements();
    for (std::size_t i = 0; i < batch.records().size(); ++i) {
      const Record& record = batch.records()[i];
      TRY(prepare(record.topic->name));
      if (diverted_ != nullptr && size_of(batch, record) > bytes_max_) [[unlikely]] {
        TRY(diverted_->add(batch, record, bytes_max_));
        continue;
      }
      kafka::Message message{.topic = record.topic->name};
      if (record.key_size != Record::kNull) message.key = batch.key(record);
      if (record.value_size != Record::kNull) message.value = batch.value(record);
      if (record.headers_size != 0) message.headers = TRY(headers_.of(batch.headers(record)));
      if (!placements.empty()) {
        message.partition = placements[i].partition;
        message.timestamp_ms = placements[i].timestamp_ms;
      }
      TRY(options_.producer.send(message));
    }
    return {};
  }

  Result<SinkFields> flush() override {
    if (!exactly_once()) TRY(options_.producer.flush());
    return SinkFields();
  }

  std::optional<std::chrono::milliseconds> tend_interval() const override { return kTendInterval; }
  Status rest() override { return options_.producer.rest(); }
  Status tend() override { return options_.producer.tend(); }
  void stop_waiting() override { options_.producer.stop_waiting(); }

 private:
  Status prepare(const std::string& topic) {
    if (topic == last_topic_) [[likely]]
      return {};
    auto found = prepared_.find(topic);
    if (found == prepared_.end()) {
      if (options_.prepare_topic) TRY(options_.prepare_topic(topic));
      const std::size_t bytes_max = diverted_ == nullptr ? std::numeric_limits<std::size_t>::max()
                                                         : TRY(options_.record_bytes_max(topic));
      found = prepared_.emplace(topic, bytes_max).first;
    }
    last_topic_ = topic;
    bytes_max_ = found->second;
    return {};
  }

  static std::size_t size_of(const RecordBatch& batch, const Record& record) {
    return batch.key(record).size() + batch.value(record).size() + batch.headers(record).size() +
           kFraming;
  }

  const KafkaSinkOptions options_;
  KafkaHeaders headers_;
  std::unique_ptr<DivertedRecords> diverted_;  // null: too large is an error
  std::map<std::string, std::size_t> prepared_;  // with the largest record
  std::string last_topic_;
  std::size_t bytes_max_ = 0;  // of last_topic_
};

}  // namespace

std::unique_ptr<Sink> make_kafka_sink(KafkaSinkOptions options) {
  return std::make_unique<KafkaSink>(std::move(options));
}

}  // namespace tidemark
