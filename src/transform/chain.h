// SPDX-License-Identifier: Apache-2.0
// The configured transforms, applied to records between encoder and sink.
//
// Input:    batches whose keys, values and headers carry no {"schema":..,"payload":..}, and whose topics hold
//           the schemas; the chain adds the wrapping at the end
// Order:    records leave in the order they came; a record becomes one record or none
// Thread:   delivery thread only, once built
// Lifetime: the chain outlives the batches it wrote (it owns their topics)
// Errors:   of a transform, with transform, topic and position in the trail; the run ends, nothing is skipped
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/record.h"
#include "base/result.h"
#include "encode/topic.h"
#include "transform/options.h"
#include "transform/settings.h"
#include "transform/transform.h"

namespace tidemark::transform {

// How records are printed; the converters' options.
struct ChainFormat {
  bool schemas_key = true;
  bool schemas_value = true;
  bool schemas_headers = true;
  bool nulls_replaced = true;  // null in a field with a default is the default
};

// A problem of the configuration: the option is the whole property, `transforms.unwrap.type`.
using ChainProblems = std::vector<OptionProblem>;

class Chain {
 public:
  static std::expected<std::unique_ptr<Chain>, ChainProblems> build(
      const TransformSettings& settings, const ChainFormat& format);

  // Applies the chain to the records from `begin` on and appends what remains to `out`, until that is large.
  // Yields the first record that was not looked at.
  Result<std::size_t> run(const RecordBatch& in, std::size_t begin, RecordBatch& out);

  std::uint64_t dropped() const { return dropped_; }

 private:
  struct Link {
    std::string alias;
    std::unique_ptr<Transform> transform;
    const Predicate* predicate = nullptr;
    bool negate = false;
    std::map<std::string_view, std::uint64_t> drops;  // by cause
  };
  // What a topic of the source means.
  struct Source {
    SchemaPtr key;
    SchemaPtr value;
    const Topic* out = nullptr;  // the topic of the same name
  };

  explicit Chain(const ChainFormat& format) : format_(format) {}

  Result<const Source*> source_of(const Topic& topic);
  Status begin_message(const RecordBatch& in, const Record& record, const Source& source);
  // False: the message was dropped.
  Result<bool> pass(Link& link, std::string_view place_topic);
  Status append(const RecordBatch& in, const Record& record, const Source& source,
                RecordBatch& out);
  const Topic* topic_of(const Source& source, std::string_view original);

  const ChainFormat format_;
  std::map<std::string, std::unique_ptr<Predicate>, std::less<>> predicates_;
  std::vector<Link> links_;
  TopicRegistry topics_;
  std::unordered_map<const Topic*, Source> sources_;
  const Topic* last_topic_ = nullptr;
  const Source* last_source_ = nullptr;
  std::string last_name_;  // of the last topic that was no source's
  const Topic* last_out_ = nullptr;
  Arena arena_;
  Message message_;
  std::string headers_;  // being printed
  std::uint64_t dropped_ = 0;
};

}  // namespace tidemark::transform
