// SPDX-License-Identifier: Apache-2.0
#include "sink/sink_contract.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/json.h"
#include "kafka/consumer.h"
#include "kafka/mock_cluster.h"
#include "sink/file_sink.h"
#include "sink/kafka_sink.h"
#include "sink/segments.h"
#include "sink/stdout_sink.h"

namespace tidemark {
namespace {

void append_lines(const std::string& path, std::vector<std::string>& out) {
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) out.push_back(line);
}

std::string fresh_folder() {
  static std::atomic<int> number = 0;
  const std::string folder = testing::TempDir() + "tidemark_sink_" + std::to_string(::getpid()) +
                             "_" + std::to_string(number++);
  std::filesystem::create_directories(folder);
  return folder;
}

class FileHarness final : public SinkHarness {
 public:
  explicit FileHarness(std::uint64_t rotate_bytes) : rotate_bytes_(rotate_bytes) {}
  ~FileHarness() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Sink> make() override { return make_file_sink(folder_ + "/out", rotate_bytes_); }
  std::vector<std::string> lines() override {
    std::vector<std::string> out;
    const auto segments = list_segments(folder_ + "/out");
    for (const Segment& segment : *segments) append_lines(segment.path, out);
    return out;
  }

 private:
  const std::string folder_ = fresh_folder();
  const std::uint64_t rotate_bytes_;
};

// A file stands for the pipe.
class StdoutHarness final : public SinkHarness {
 public:
  ~StdoutHarness() override { std::filesystem::remove_all(folder_); }
  std::unique_ptr<Sink> make() override { return make_stdout_sink(fd_.get()); }
  std::vector<std::string> lines() override {
    std::vector<std::string> out;
    append_lines(folder_ + "/stdout", out);
    return out;
  }

 private:
  const std::string folder_ = fresh_folder();
  const UniqueFd fd_{
      ::open((folder_ + "/stdout").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)};
};

// On the library's own imitation of a cluster, which knows no transactions.
class KafkaHarness final : public SinkHarness {
 public:
  KafkaHarness() {
    for (const char* const topic : kTopics) cluster_.create(topic, 1);
    kafka::ClientProperties properties = cluster_.properties();
    properties["max.request.size"] = "10000000";
    properties["compression.type"] = "zstd";  // the imitation keeps 5 MB of a topic
    producer_ = kafka::Producer::open({.properties = properties}).value();
    EXPECT_TRUE(producer_->connect({}, 10'000));
  }
  std::unique_ptr<Sink> make() override { return make_kafka_sink({.producer = *producer_}); }
  std::vector<std::string> lines() override {
    std::vector<std::string> out;
    const auto consumer = kafka::Consumer::open({.properties = cluster_.properties()}).value();
    const auto visit = [&](const kafka::ConsumedRecord& record) -> Status {
      out.push_back(line_of(record));
      return {};
    };
    for (const char* const topic : kTopics) EXPECT_TRUE(consumer->read_topic(topic, visit, {}));
    return out;
  }

 private:
  static constexpr std::array<const char*, 2> kTopics{"a\"b", "p.d.t"};

  static std::string line_of(const kafka::ConsumedRecord& record) {
    std::string headers;
    for (const auto& [name, value] : record.headers) {
      headers += headers.empty() ? "" : ",";
      headers += '"' + std::string(name) + "\":" + std::string(value.value_or("null"));
    }
    std::string topic;
    append_json_string(topic, record.topic);
    return R"({"topic":)" + topic + R"(,"key":)" + std::string(record.key.value_or("null")) +
           R"(,"value":)" + std::string(record.value.value_or("null")) + R"(,"headers":{)" +
           headers + "}}";
  }

  kafka::MockCluster cluster_;
  std::unique_ptr<kafka::Producer> producer_;
};

std::unique_ptr<SinkHarness> kafka_topics() { return std::make_unique<KafkaHarness>(); }
std::unique_ptr<SinkHarness> file() { return std::make_unique<FileHarness>(0); }
std::unique_ptr<SinkHarness> rotated_file() { return std::make_unique<FileHarness>(200); }
std::unique_ptr<SinkHarness> standard_output() { return std::make_unique<StdoutHarness>(); }

INSTANTIATE_TEST_SUITE_P(Kafka, SinkContract, testing::Values(&kafka_topics));
INSTANTIATE_TEST_SUITE_P(File, SinkContract, testing::Values(&file));
INSTANTIATE_TEST_SUITE_P(RotatedFile, SinkContract, testing::Values(&rotated_file));
INSTANTIATE_TEST_SUITE_P(Stdout, SinkContract, testing::Values(&standard_output));

}  // namespace
}  // namespace tidemark
