// SPDX-License-Identifier: Apache-2.0
// For tests: records as the encoder makes them, sent through a chain.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "encode/table_encoder.h"
#include "transform/chain.h"

namespace tidemark::transform {

struct Line {
  std::string topic;
  std::optional<std::string> key;  // absent: none
  std::optional<std::string> value;  // absent: a tombstone of Kafka's
  std::string headers;
  Placement placement = {};
};

using Row = std::vector<Value>;

// Builds the chain out of properties as an operator writes them, without "transforms." in front:
//   {"a.type", ".."}, {"a.regex", ".."}; aliases run in the order of `aliases`.
class ChainFixture : public testing::Test {
 protected:
  using Properties = std::vector<std::pair<std::string, std::string>>;

  ChainFixture() {
    context_.settings.schemas_enable_key = false;
    context_.settings.schemas_enable_value = false;
    context_.settings.schemas_enable_headers = false;
    context_.settings.extended_headers = false;
    context_.topic_prefix = "p";
    context_.connector_version = "1";
    context_.run_id = "run";
    context_.topics = &topics_;
    context_.settings.carry_schemas = true;
    format_ = {.schemas_key = false, .schemas_value = false, .schemas_headers = false};
  }

  static ColumnDef column(std::string name, std::string type, ColumnKind kind,
                          bool nullable = true) {
    ColumnDef out;
    out.name = std::move(name);
    out.data_type = type;
    out.column_type = std::move(type);
    out.kind = kind;
    out.nullable = nullable;
    if (kind == ColumnKind::kString) out.charset = Charset::kUtf8;
    return out;
  }
  static Value text(std::string_view text) { return Value::of_text(text); }
  static Value number(std::int64_t number) { return Value::of_int(number); }

  // shop.items (id INT PRIMARY KEY, name VARCHAR(20) NULL, n INT NULL DEFAULT 7)
  static TableDef items() {
    TableDef table;
    table.id = {"shop", "items"};
    table.columns = {column("id", "int", ColumnKind::kInt, false),
                     column("name", "varchar", ColumnKind::kString),
                     column("n", "int", ColumnKind::kInt)};
    table.columns[2].default_text = "7";
    table.key_columns = {0};
    table.key_is_primary = true;
    return table;
  }

  void use(TableDef table) {
    auto made = TableEncoder::compile(context_, std::make_shared<const TableDef>(std::move(table)));
    ASSERT_TRUE(made.has_value()) << made.error().text();
    encoders_.push_back(*std::move(made));
  }
  void change(Op op, const Row& before, const Row& after) {
    if (encoders_.empty()) use(items());
    const SourceInfo source{.ts_us = 1'700'000'000'000'000,
                            .server_id = 1,
                            .gtid = "g:1",
                            .file = "binlog.000003",
                            .pos = 1234,
                            .row = 0,
                            .thread = -1};
    if (op == Op::kTruncate) {
      encoders_.back()->encode_truncate(source, {1'700'000'001'000'000'000}, in_);
    } else {
      encoders_.back()->encode({op, before, after, source}, {1'700'000'001'000'000'000}, in_);
    }
  }
  void insert(const Row& row) { change(Op::kCreate, {}, row); }
  void update(const Row& before, const Row& after) { change(Op::kUpdate, before, after); }
  void remove(const Row& row) { change(Op::kDelete, row, {}); }

  void add(const std::string& topic, RecordSchemas schemas, std::string_view key,
           std::string_view value) {
    Record record{.topic = topics_.intern(topic, std::move(schemas))};
    const auto put = [&](std::string_view json, std::uint32_t& at, std::uint32_t& size) {
      if (json.empty()) return;
      at = static_cast<std::uint32_t>(in_.buffer().size());
      size = static_cast<std::uint32_t>(json.size());
      in_.buffer() += json;
    };
    put(key, record.key_at, record.key_size);
    put(value, record.value_at, record.value_size);
    in_.records().push_back(record);
  }

  static TransformSettings settings(const Properties& properties) {
    TransformSettings out;
    for (const auto& [name, value] : properties) {
      const bool predicate = name.starts_with("predicates.");
      const std::string rest = predicate ? name.substr(11) : name;
      const std::size_t dot = rest.find('.');
      auto& links = predicate ? out.predicates : out.transforms;
      if (links.empty() || links.back().alias != rest.substr(0, dot))
        links.push_back({.alias = rest.substr(0, dot), .options = {}});
      links.back().options[rest.substr(dot + 1)] = value;
    }
    return out;
  }

  // What is wrong with the properties: "option: problem".
  static std::vector<std::string> problems(const Properties& properties) {
    std::vector<std::string> out;
    const auto chain = Chain::build(settings(properties), {});
    if (chain) return out;
    for (const OptionProblem& problem : chain.error()) {
      out.push_back(problem.option + ": " + problem.problem);
    }
    return out;
  }

  Result<std::vector<Line>> try_run(const Properties& properties) {
    auto chain = Chain::build(settings(properties), format_);
    if (!chain) {
      ADD_FAILURE() << chain.error().front().option << ": " << chain.error().front().problem;
      return {};
    }
    chain_ = *std::move(chain);
    std::vector<Line> lines;
    for (std::size_t at = 0; at < in_.records().size();) {
      RecordBatch out;
      at = TRY(chain_->run(in_, at, out));
      const auto owned = [](std::string_view view, std::uint32_t size) {
        return size == Record::kNull ? std::nullopt : std::optional(std::string(view));
      };
      for (std::size_t i = 0; i < out.records().size(); ++i) {
        const Record& record = out.records()[i];
        lines.push_back(
            {.topic = record.topic->name,
             .key = owned(out.key(record), record.key_size),
             .value = owned(out.value(record), record.value_size),
             .headers = std::string(out.headers(record)),
             .placement = out.placements().empty() ? Placement{} : out.placements()[i]});
      }
    }
    return lines;
  }
  std::vector<Line> run(const Properties& properties) {
    auto lines = try_run(properties);
    if (lines) return *std::move(lines);
    ADD_FAILURE() << lines.error().text();
    return {};
  }
  // The error's text, or "".
  std::string failure(const Properties& properties) {
    auto lines = try_run(properties);
    return lines ? std::string() : lines.error().text();
  }
  std::vector<std::string> values(const Properties& properties) {
    std::vector<std::string> out;
    for (const Line& line : run(properties)) out.push_back(line.value.value_or("(none)"));
    return out;
  }

  TopicRegistry topics_;
  EncoderContext context_;
  ChainFormat format_;
  std::vector<std::unique_ptr<TableEncoder>> encoders_;
  RecordBatch in_;
  std::unique_ptr<Chain> chain_;
};

}  // namespace tidemark::transform
