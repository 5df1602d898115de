// SPDX-License-Identifier: Apache-2.0
// The library's own imitation of a cluster, for unit tests: brokers on loopback in this process. It knows
// nothing of transactions but their requests, and makes topics when they are asked for.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>
#include <cstdint>
#include <string>

#include "kafka/properties.h"

namespace tidemark::kafka {

class MockCluster {
 public:
  MockCluster() {
    std::array<char, 512> text{};
    rd_kafka_conf_t* const conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "2", nullptr, 0);
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size());
    cluster_ = rd_kafka_mock_cluster_new(client_, 1);
  }
  ~MockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(client_);
  }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  ClientProperties properties() const {
    return {{"bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_)}};
  }
  void create(const std::string& topic, int partitions) {
    rd_kafka_mock_topic_create(cluster_, topic.c_str(), partitions, 1);
  }
  void set_up(bool up) {
    up ? rd_kafka_mock_broker_set_up(cluster_, 1) : rd_kafka_mock_broker_set_down(cluster_, 1);
  }
  void set_round_trip(int ms) { rd_kafka_mock_broker_set_rtt(cluster_, 1, ms); }
  // The next produce request is answered so.
  void fail_produce(rd_kafka_resp_err_t code) {
    constexpr std::int16_t kProduce = 0;
    rd_kafka_mock_push_request_errors(cluster_, kProduce, 1, code);
  }
  void refuse_topic(const std::string& topic, rd_kafka_resp_err_t code) {
    rd_kafka_mock_topic_set_error(cluster_, topic.c_str(), code);
  }

 private:
  rd_kafka_t* client_;
  rd_kafka_mock_cluster_t* cluster_;
};

// One for all tests that only use topics of their own: each cluster takes a second to end.
inline MockCluster& shared_cluster() {
  static MockCluster cluster;
  return cluster;
}

}  // namespace tidemark::kafka
