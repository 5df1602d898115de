// SPDX-License-Identifier: Apache-2.0
#include "encode/topic.h"

#include "encode/adjusted_name.h"

namespace tidemark {
namespace {

std::string raw_name(std::string_view prefix, std::string_view delimiter, const TableId& id) {
  std::string raw;
  raw.append(prefix).append(delimiter).append(id.database).append(delimiter).append(id.table);
  return raw;
}

}  // namespace

std::string topic_name(std::string_view prefix, std::string_view delimiter, const TableId& id) {
  return legal_topic_name(raw_name(prefix, delimiter, id), false);
}

Result<std::string> topic_name(std::string_view prefix, std::string_view delimiter,
                               const TopicNaming& naming, const TableId& id) {
  std::string name = legal_topic_name(raw_name(prefix, delimiter, id), naming.unicode);
  if (!naming.rename) return name;
  const auto replaced = TRY_AT(naming.rename->apply(name), "topic.regex");
  if (!replaced || replaced->empty()) return name;
  if (legal_topic_name(*replaced, false) != *replaced) {
    return fail(ErrorKind::kRejected,
                "topic.regex and topic.replacement make of " + name + " the name " + *replaced +
                    ", which no topic can have",
                "letters, digits, '.', '_' and '-', 249 at most");
  }
  return *replaced;
}

Result<std::string> key_field_of(std::string_view prefix, std::string_view delimiter,
                                 const TopicNaming& naming, const TableId& id) {
  const std::string name = raw_name(prefix, delimiter, id);
  if (!naming.key_field_rename) return name;
  const auto replaced = TRY_AT(naming.key_field_rename->apply(name), "topic.key.field.regex");
  return replaced.value_or(name);
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
