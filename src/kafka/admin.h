// SPDX-License-Identifier: Apache-2.0
// Questions to a cluster about its topics, and new topics.
// Thread: one at a time
// Errors: kRetryable when no broker answers within the patience; kServer when one refuses
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "kafka/properties.h"

namespace tidemark::kafka {

struct TopicDescription {
  std::int32_t partitions = 0;
  std::int32_t replication_factor = 0;
};

struct NewTopic {
  std::string name;
  std::int32_t partitions = -1;  // -1: as the broker is set
  std::int32_t replication_factor = -1;  // -1: as the broker is set
  std::map<std::string, std::string, std::less<>> configs = {};  // cleanup.policy and the like
};

class Admin {
 public:
  // Talks to no broker. Errors: kRejected for a property that cannot be translated.
  static Result<std::unique_ptr<Admin>> open(
      const ClientProperties& properties,
      std::chrono::milliseconds patience = std::chrono::milliseconds(30'000));
  ~Admin();
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  // Does a broker answer?
  Status check();
  // Nothing when there is no such topic; it is not made by asking.
  Result<std::optional<TopicDescription>> describe(const std::string& topic);
  // cleanup.policy and all other settings of a topic, defaults included.
  Result<std::map<std::string, std::string, std::less<>>> configs(const std::string& topic);
  // False: it was there already.
  Result<bool> create(const NewTopic& topic);

 private:
  class Client;
  explicit Admin(std::unique_ptr<Client> client);
  std::unique_ptr<Client> client_;
};

}  // namespace tidemark::kafka
