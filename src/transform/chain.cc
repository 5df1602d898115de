// SPDX-License-Identifier: Apache-2.0
#include "transform/chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json_slice.h"
#include "base/log.h"
#include "base/nearest.h"
#include "transform/catalogue.h"

namespace tidemark::transform {
namespace {

// Then the batch goes to the sink: schemas make records many times as large.
constexpr std::size_t kOutBytes = 1U << 20U;

struct Range {
  std::uint32_t at = 0;
  std::uint32_t size = Record::kNull;
};

Range append_text(std::string& buffer, std::string_view text) {
  const Range range{static_cast<std::uint32_t>(buffer.size()),
                    static_cast<std::uint32_t>(text.size())};
  buffer.append(text);
  return range;
}

// As JsonConverter prints it: nothing at all for a null without schema, else wrapped if schemas are on.
Range append_datum(std::string& buffer, const Datum& datum, bool wrapped) {
  if (datum.schema == nullptr && datum.is_null()) return {};
  if (!wrapped) return append_text(buffer, datum.json);
  const auto at = static_cast<std::uint32_t>(buffer.size());
  buffer.append("{\"schema\":");
  buffer.append(datum.schema == nullptr ? kNullJson : std::string_view(datum.schema->text()));
  buffer.append(",\"payload\":").append(datum.json).append("}");
  return {at, static_cast<std::uint32_t>(buffer.size() - at)};
}

// Where an envelope comes from: binlog.000002:4711.
std::string position_of(const Datum& value) {
  if (!value.is_struct() || value.is_null()) return {};
  const auto index = value.schema->index_of("source");
  if (!index) return {};
  const auto source = field_of(value, *index);
  if (!source || !source->is_struct()) return {};
  const auto part = [&](std::string_view name) -> std::string {
    const auto at = source->schema->index_of(name);
    if (!at) return {};
    const auto field = field_of(*source, *at);
    if (!field) return {};
    return field->json.starts_with('"') ? unquoted_json(field->json) : std::string(field->json);
  };
  return fmt::format("{}:{}", part("file"), part("pos"));
}

// Turns the operator's words into a chain, collecting what is wrong with them.
class Builder {
 public:
  explicit Builder(const TransformSettings& settings) : settings_(settings) {}

  std::map<std::string, std::unique_ptr<Predicate>, std::less<>> predicates() {
    std::map<std::string, std::unique_ptr<Predicate>, std::less<>> out;
    for (const auto& link : settings_.predicates) {
      const std::string head = fmt::format("predicates.{}.", link.alias);
      if (out.contains(link.alias)) {
        problem("predicates", fmt::format("names {} twice", link.alias), "different aliases");
        continue;
      }
      const PredicateType* const type = type_of<PredicateType>(head, link, predicate_types(), {});
      auto made = type == nullptr ? nullptr : make(head, link, *type, kPredicateOptions);
      out.emplace(link.alias, std::move(made));
    }
    return out;
  }

  struct Made {
    std::string alias;
    std::unique_ptr<Transform> transform = {};
    std::string predicate = {};
    bool negate = false;
  };
  std::vector<Made> transforms() {
    std::vector<Made> out;
    for (const auto& link : settings_.transforms) {
      const std::string head = fmt::format("transforms.{}.", link.alias);
      if (std::any_of(out.begin(), out.end(),
                      [&](const Made& made) { return made.alias == link.alias; })) {
        problem("transforms", fmt::format("names {} twice", link.alias), "different aliases");
        continue;
      }
      Made made{.alias = link.alias};
      const TransformType* const type =
          type_of<TransformType>(head, link, transform_types(), refused_types());
      if (type != nullptr) made.transform = make(head, link, *type, kTransformOptions);
      read_predicate(head, link, made);
      out.push_back(std::move(made));
    }
    return out;
  }

  ChainProblems& problems() { return problems_; }

 private:
  static constexpr auto kTransformOptions =
      std::to_array<std::string_view>({"type", "predicate", "negate", "plugin.version"});
  static constexpr auto kPredicateOptions =
      std::to_array<std::string_view>({"type", "plugin.version"});

  void problem(std::string property, std::string what, std::string allowed, bool later = false) {
    problems_.push_back({.option = std::move(property),
                         .problem = std::move(what),
                         .allowed = std::move(allowed),
                         .not_there_yet = later});
  }

  static std::string option(const TransformSettings::Link& link, std::string_view name) {
    const auto found = link.options.find(name);
    return found == link.options.end() ? std::string() : found->second;
  }

  // Null, and a problem, where the class is not one of ours.
  template <class Type>
  const Type* type_of(const std::string& head, const TransformSettings::Link& link,
                      std::span<const Type> types, std::span<const RefusedType> refused) {
    const std::string property = head + "type";
    const std::string name = option(link, "type");
    std::vector<std::string_view> names;
    for (const Type& type : types) {
      if (type.type == name) return &type;
      names.push_back(type.type);
    }
    const std::string all = fmt::format("{}", fmt::join(names, ", "));
    if (name.empty()) {
      problem(property, "is required", all);
      return nullptr;
    }
    for (const RefusedType& type : refused) {
      if (type.type != name) continue;
      problem(property, "is not there yet", std::string(type.advice), true);
      return nullptr;
    }
    const auto near = nearest(name, names);
    problem(property,
            near ? fmt::format("is not known, did you mean {}?", *near)
                 : std::string("is not known; classes of Java cannot be loaded"),
            all);
    return nullptr;
  }

  template <class Type>
  auto make(const std::string& head, const TransformSettings::Link& link, const Type& type,
            std::span<const std::string_view> known) ->
      typename std::remove_cvref_t<
          decltype(type.make(std::declval<const Options&>()))>::value_type {
    auto options = Options::check(link.options, type.options, known);
    if (!options) {
      for (OptionProblem& found : options.error()) {
        found.option = head + found.option;
        problems_.push_back(std::move(found));
      }
      return nullptr;
    }
    auto made = type.make(*options);
    if (made) return *std::move(made);
    const OptionProblem& found = made.error();
    problem(head + found.option, found.problem, found.allowed, found.not_there_yet);
    return nullptr;
  }

  void read_predicate(const std::string& head, const TransformSettings::Link& link, Made& made) {
    made.predicate = option(link, "predicate");
    const std::string negate = option(link, "negate");
    if (negate != "true" && negate != "false" && !negate.empty()) {
      problem(head + "negate", "is neither true nor false", "true, false");
    }
    made.negate = negate == "true";
    if (made.predicate.empty()) {
      if (!negate.empty()) problem(head + "negate", "needs a predicate", head + "predicate");
      return;
    }
    const auto& all = settings_.predicates;
    if (std::any_of(all.begin(), all.end(),
                    [&](const auto& predicate) { return predicate.alias == made.predicate; })) {
      return;
    }
    problem(head + "predicate",
            fmt::format("names '{}', which is not in predicates", made.predicate),
            "an alias of predicates");
  }

  const TransformSettings& settings_;
  ChainProblems problems_;
};

}  // namespace

std::expected<std::unique_ptr<Chain>, ChainProblems> Chain::build(const TransformSettings& settings,
                                                                  const ChainFormat& format) {
  Builder builder(settings);
  std::unique_ptr<Chain> chain(new Chain(format));
  chain->predicates_ = builder.predicates();
  std::vector<Builder::Made> made = builder.transforms();
  if (!builder.problems().empty()) return std::unexpected(std::move(builder.problems()));
  for (Builder::Made& link : made) {
    const auto predicate = chain->predicates_.find(link.predicate);
    chain->links_.push_back(
        {.alias = std::move(link.alias),
         .transform = std::move(link.transform),
         .predicate = predicate == chain->predicates_.end() ? nullptr : predicate->second.get(),
         .negate = link.negate,
         .drops = {}});
  }
  return chain;
}

Result<const Chain::Source*> Chain::source_of(const Topic& topic) {
  if (last_topic_ == &topic) return last_source_;
  auto found = sources_.find(&topic);
  if (found == sources_.end()) {
    Source source{.key = {}, .value = {}, .out = topics_.intern(topic.name)};
    if (topic.schemas != nullptr) {
      if (!topic.schemas->key.empty()) source.key = TRY(Schema::parse(topic.schemas->key));
      source.value = TRY(Schema::parse(topic.schemas->value));
    }
    found = sources_.emplace(&topic, std::move(source)).first;
  }
  last_topic_ = &topic;
  last_source_ = &found->second;
  return last_source_;
}

Status Chain::begin_message(const RecordBatch& in, const Record& record, const Source& source) {
  arena_.reset();
  message_.headers.clear();
  message_.headers_known = false;
  message_.headers_json = in.headers(record);
  message_.topic = record.topic->name;
  message_.partition = -1;
  message_.timestamp_ms = -1;
  message_.arena = &arena_;
  message_.nulls_replaced = format_.nulls_replaced;
  const bool has_key = record.key_size != Record::kNull;
  const bool has_value = record.value_size != Record::kNull;
  message_.key = has_key ? Datum{source.key.get(), in.key(record)} : Datum{};
  message_.value = has_value ? Datum{source.value.get(), in.value(record)} : Datum{};
  const bool bare = (has_key && source.key == nullptr && format_.schemas_key) ||
                    (has_value && source.value == nullptr && format_.schemas_value);
  if (bare) {
    return fail(ErrorKind::kUnsupported,
                "records of the topic " + record.topic->name + " carry no schema",
                "run without transforms, or with schemas.enable=false");
  }
  return {};
}

Result<bool> Chain::pass(Link& link, std::string_view place_topic) {
  if (link.predicate != nullptr && TRY(link.predicate->test(message_)) == link.negate) return true;
  const Verdict verdict = TRY(link.transform->apply(message_));
  if (verdict.keep) return true;
  ++dropped_;
  if (++link.drops[verdict.cause] == 1) {
    log::info("transform.drops",
              {{"transform", link.alias}, {"cause", verdict.cause}, {"topic", place_topic}});
  }
  return false;
}

const Topic* Chain::topic_of(const Source& source, std::string_view original) {
  if (message_.topic == original) return source.out;
  if (last_out_ == nullptr || last_name_ != message_.topic) {
    last_name_ = message_.topic;
    last_out_ = topics_.intern(message_.topic);
  }
  return last_out_;
}

Status Chain::append(const RecordBatch& in, const Record& record, const Source& source,
                     RecordBatch& out) {
  if (format_.schemas_headers) TRY(message_.open_headers());
  std::string_view headers = in.headers(record);
  if (message_.headers_known) {
    headers_ = "{";
    for (const Header& header : message_.headers) {
      if (headers_.size() > 1) headers_ += ',';
      headers_ += header.label;
      if (format_.schemas_headers && header.value.schema != nullptr) {
        append_datum(headers_, header.value, true);
      } else {
        headers_ += header.value.json;
      }
    }
    headers_ += '}';
    headers = headers_;
  }
  std::string& buffer = out.buffer();
  Range range;
  if (!out.empty() && out.headers(out.records().back()) == headers) {
    range = {out.records().back().headers_at, out.records().back().headers_size};
  } else {
    range = append_text(buffer, headers);
  }
  const Range key = append_datum(buffer, message_.key, format_.schemas_key);
  const Range value = append_datum(buffer, message_.value, format_.schemas_value);
  out.records().push_back({.topic = topic_of(source, record.topic->name),
                           .key_at = key.at,
                           .key_size = key.size,
                           .value_at = value.at,
                           .value_size = value.size,
                           .headers_at = range.at,
                           .headers_size = range.size});
  const Placement placement{message_.partition, message_.timestamp_ms};
  if (placement != Placement{} || !out.placements().empty()) {
    out.placements().resize(out.records().size() - 1);
    out.placements().push_back(placement);
  }
  return {};
}

Result<std::size_t> Chain::run(const RecordBatch& in, std::size_t begin, RecordBatch& out) {
  std::size_t at = begin;
  for (; at < in.records().size() && out.bytes() < kOutBytes; ++at) {
    const Record& record = in.records()[at];
    const Source* const source = TRY_AT(source_of(*record.topic), record.topic->name);
    TRY(begin_message(in, record, *source));
    if (!in.placements().empty()) {
      message_.partition = in.placements()[at].partition;
      message_.timestamp_ms = in.placements()[at].timestamp_ms;
    }
    const Datum original = message_.value;
    bool keep = true;
    for (Link& link : links_) {
      auto passed = pass(link, record.topic->name);
      if (!passed) {
        Error error = std::move(passed).error();
        error = std::move(error).at("transforms." + link.alias).at("topic " + record.topic->name);
        const std::string position = position_of(original);
        if (!position.empty()) error = std::move(error).at(position);
        return std::unexpected(std::move(error));
      }
      keep = *passed;
      if (!keep) break;
    }
    if (keep) TRY(append(in, record, *source, out));
  }
  return at;
}

}  // namespace tidemark::transform
