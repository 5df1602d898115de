// SPDX-License-Identifier: Apache-2.0
// The headers of a record as those of a message: records in a row mostly have the same.
// Cost: a comparison where the text is that of the record before
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kafka/producer.h"

namespace tidemark {

class KafkaHeaders {
 public:
  explicit KafkaHeaders(bool plain) : plain_(plain) {}
  KafkaHeaders(const KafkaHeaders&) = delete;
  KafkaHeaders& operator=(const KafkaHeaders&) = delete;

  // `json`: one JSON object as encoders print it, or nothing. Lives until the next call.
  // Errors: kCorrupt where it is no such object.
  Result<std::span<const kafka::Header>> of(std::string_view json);

 private:
  Status parse();
  std::string_view text_of(std::string_view json_string);

  const bool plain_;
  std::string json_;
  std::vector<kafka::Header> headers_;  // into json_ and unescaped_
  std::deque<std::string> unescaped_;  // whose items stay where they are
};

}  // namespace tidemark
