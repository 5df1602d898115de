// SPDX-License-Identifier: Apache-2.0
// What all encoders of one connector share.
#pragma once

#include <string>

#include "base/encode_settings.h"
#include "base/record_rules.h"
#include "encode/topic.h"

namespace tidemark {

struct EncoderContext {
  EncodeSettings settings = {};
  RecordRules rules = {};
  std::string topic_prefix = {};  // source.name, too
  std::string topic_delimiter = ".";
  TopicNaming topic_naming = {};
  std::string connector_version = {};  // source.version
  std::string connector_name = "mysql";
  std::string run_id = {};  // text of a UUID, one per run
  std::string task_id = "0";
  TopicRegistry* topics = nullptr;  // not null
};

}  // namespace tidemark
