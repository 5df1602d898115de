// SPDX-License-Identifier: Apache-2.0
// Makes the topics that are not there, by rules.
// Thread: one at a time
// Errors: of the rules and of the admin client
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "kafka/admin.h"

namespace tidemark::kafka {

class TopicMaker {
 public:
  // How a topic of that name is to be; nothing: it is left to the broker.
  using Rules = std::function<Result<std::optional<NewTopic>>(const std::string& name)>;

  TopicMaker(ClientProperties admin, Rules rules)
      : properties_(std::move(admin)), rules_(std::move(rules)) {}

  // The topic is there afterwards, unless it is left to the broker.
  Status ensure(const std::string& name);

 private:
  const ClientProperties properties_;
  const Rules rules_;
  std::unique_ptr<Admin> admin_;  // made when it is first needed
};

}  // namespace tidemark::kafka
