// SPDX-License-Identifier: Apache-2.0
#include "kafka/topic_maker.h"

#include "base/log.h"

namespace tidemark::kafka {

Status TopicMaker::ensure(const std::string& name) {
  const std::optional<NewTopic> wanted = TRY(rules_(name));
  if (!wanted) return {};
  if (!admin_) admin_ = TRY(Admin::open(properties_));
  if (TRY(admin_->describe(name))) return {};
  if (TRY(admin_->create(*wanted))) {
    log::info("kafka.topic_created", {{"topic", name},
                                      {"partitions", wanted->partitions},
                                      {"replication_factor", wanted->replication_factor}});
  }
  return {};
}

}  // namespace tidemark::kafka
