// SPDX-License-Identifier: Apache-2.0
#include "sink/kafka_sink.h"

#include <set>
#include <utility>

#include "sink/kafka_headers.h"

namespace tidemark {
namespace {

// How often an idle producer is looked after: outages are to be seen and told.
constexpr std::chrono::milliseconds kTendInterval{1000};

class KafkaSink final : public Sink {
 public:
  explicit KafkaSink(KafkaSinkOptions options)
      : options_(std::move(options)), headers_(options_.plain_headers) {}

  std::string_view name() const override { return "kafka"; }
  bool exactly_once() const override { return options_.producer.transactional(); }
  Status open(const std::optional<SinkFields>& /*position*/) override { return {}; }

  Status write(const RecordBatch& batch) override {
    const std::vector<Placement>& placements = batch.placements();
    for (std::size_t i = 0; i < batch.records().size(); ++i) {
      const Record& record = batch.records()[i];
      TRY(prepare(record.topic->name));
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
  Status tend() override { return options_.producer.tend(); }
  void stop_waiting() override { options_.producer.stop_waiting(); }

 private:
  Status prepare(const std::string& topic) {
    if (topic == last_topic_ || !options_.prepare_topic) [[likely]]
      return {};
    if (!prepared_.contains(topic)) {
      TRY(options_.prepare_topic(topic));
      prepared_.insert(topic);
    }
    last_topic_ = topic;
    return {};
  }

  const KafkaSinkOptions options_;
  KafkaHeaders headers_;
  std::set<std::string> prepared_;
  std::string last_topic_;
};

}  // namespace

std::unique_ptr<Sink> make_kafka_sink(KafkaSinkOptions options) {
  return std::make_unique<KafkaSink>(std::move(options));
}

}  // namespace tidemark
