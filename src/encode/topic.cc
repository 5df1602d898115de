// SPDX-License-Identifier: Apache-2.0
#include "encode/topic.h"

namespace tidemark {
namespace {

constexpr std::size_t kTopicNameMax = 249;  // Kafka's limit

bool is_legal(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

// One '_' for each UTF-16 unit that `lead`, the first byte of a UTF-8 sequence, stands for;
// continuation bytes stand for none.
std::string_view replacement(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  if ((byte & 0xC0U) == 0x80U) return "";
  return byte >= 0xF0 ? "__" : "_";
}

}  // namespace

std::string topic_name(std::string_view prefix, std::string_view delimiter, const TableId& id) {
  std::string raw;
  raw.append(prefix).append(delimiter).append(id.database).append(delimiter).append(id.table);
  std::string name;
  for (const char c : raw) {
    if (is_legal(c)) {
      name += c;
    } else {
      name += replacement(c);
    }
  }
  if (name.size() > kTopicNameMax) name.resize(kTopicNameMax);
  if (name == ".") return "_";
  if (name == "..") return "__";
  return name;
}

const Topic* TopicRegistry::intern(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = topics_.find(name);
  if (found != topics_.end()) return found->second.get();
  auto topic = std::make_unique<Topic>(Topic{std::string(name)});
  return topics_.emplace(std::string(name), std::move(topic)).first->second.get();
}

const Topic* TopicRegistry::intern(std::string_view name, RecordSchemas schemas) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Topic>& topic =
      with_schemas_[std::tuple(std::string(name), schemas.key, schemas.value)];
  if (topic == nullptr) {
    topic = std::make_unique<Topic>(
        Topic{std::string(name), std::make_shared<const RecordSchemas>(std::move(schemas))});
  }
  return topic.get();
}

}  // namespace tidemark
