// SPDX-License-Identifier: Apache-2.0
// What a record costs in the chain, apart from reading and writing it.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "encode/table_encoder.h"
#include "transform/chain.h"

namespace tidemark::transform {
namespace {

constexpr int kRecords = 300;  // about one batch

ColumnDef column(std::string name, std::string type, ColumnKind kind) {
  ColumnDef out;
  out.name = std::move(name);
  out.data_type = type;
  out.column_type = std::move(type);
  out.kind = kind;
  if (kind == ColumnKind::kString) out.charset = Charset::kUtf8;
  return out;
}

// Updates of a table with ten columns, rows of about 170 bytes.
class Records {
 public:
  Records() {
    TableDef table;
    table.id = {"shop", "orders"};
    for (int i = 0; i < 10; ++i) {
      const std::string name = "column_" + std::to_string(i);
      table.columns.push_back(i % 3 == 1 ? column(name, "varchar", ColumnKind::kString)
                                         : column(name, "bigint", ColumnKind::kInt));
    }
    table.columns[0].nullable = false;
    table.key_columns = {0};
    EncoderContext context{.settings = {.schemas_enable_key = false,
                                        .schemas_enable_value = false,
                                        .schemas_enable_headers = false,
                                        .carry_schemas = true},
                           .topic_prefix = "p",
                           .connector_version = "1",
                           .run_id = "01910000-0000-7000-8000-000000000001",
                           .topics = &topics_};
    encoder_ = TableEncoder::compile(context, std::make_shared<const TableDef>(table)).value();
    std::vector<Value> row;
    for (int i = 0; i < 10; ++i) {
      row.push_back(i % 3 == 1 ? Value::of_text("some text") : Value::of_int(1000 + i));
    }
    const SourceInfo source{.ts_us = 1, .gtid = "g:1", .file = "binlog.000001", .pos = 4};
    for (int i = 0; i < kRecords; ++i) {
      encoder_->encode({Op::kUpdate, row, row, source}, {1'700'000'000'000'000'000}, batch_);
    }
  }
  const RecordBatch& batch() const { return batch_; }

 private:
  TopicRegistry topics_;
  std::unique_ptr<TableEncoder> encoder_;
  RecordBatch batch_;
};

void run(benchmark::State& state, TransformSettings::Options options) {
  const Records records;
  auto chain = Chain::build(
      {.transforms = {{.alias = "t", .options = std::move(options)}}, .predicates = {}},
      {.schemas_key = false, .schemas_value = false, .schemas_headers = false});
  if (!chain) return state.SkipWithError(chain.error().front().problem.c_str());
  RecordBatch out;
  for (auto _ : state) {
    out.clear();
    const auto end = (*chain)->run(records.batch(), 0, out);
    if (!end || *end != records.batch().records().size()) return state.SkipWithError("not all");
  }
  const auto passes = static_cast<std::int64_t>(state.iterations());
  state.SetItemsProcessed(passes * kRecords);
  state.SetBytesProcessed(passes * static_cast<std::int64_t>(records.batch().bytes()));
}

void Unwrap(benchmark::State& state) {
  run(state, {{"type", "io.debezium.transforms.ExtractNewRecordState"}});
}
void UnwrapAndAdd(benchmark::State& state) {
  run(state, {{"type", "io.debezium.transforms.ExtractNewRecordState"},
              {"add.fields", "op,source.ts_ms"}});
}
void Condition(benchmark::State& state) {
  run(state, {{"type", "io.debezium.transforms.Filter"},
              {"language", "jsr223.groovy"},
              {"condition", "value.op == 'u' && value.after.column_2 > 2"}});
}
void Route(benchmark::State& state) {
  run(state, {{"type", "org.apache.kafka.connect.transforms.RegexRouter"},
              {"regex", "p\\.(.*)"},
              {"replacement", "$1"}});
}

BENCHMARK(Unwrap);
BENCHMARK(UnwrapAndAdd);
BENCHMARK(Condition);
BENCHMARK(Route);

}  // namespace
}  // namespace tidemark::transform
