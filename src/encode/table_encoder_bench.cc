// SPDX-License-Identifier: Apache-2.0
// Rows per second and allocations per row of the encoder: 10 columns, about 170 bytes of data.
#include "encode/table_encoder.h"

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

namespace {
std::atomic<std::size_t> allocations{0};
}  // namespace

// Counts; not inlined, so that the compiler does not take malloc and delete for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* p = std::malloc(size)) return p;  // NOLINT: this is the allocator
  std::abort();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }  // NOLINT
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }  // NOLINT

namespace tidemark {
namespace {

constexpr int kRowsPerBatch = 256;
constexpr RecordTime kNow{1'700'000'001'234'567'891};

ColumnDef column(std::string name, std::string data_type, ColumnKind kind) {
  ColumnDef c;
  c.name = std::move(name);
  c.data_type = data_type;
  c.column_type = std::move(data_type);
  c.kind = kind;
  return c;
}

TablePtr orders() {
  TableDef table;
  table.id = {"shop", "orders"};
  table.columns = {
      column("id", "bigint", ColumnKind::kInt),
      column("customer_id", "int", ColumnKind::kInt),
      column("status", "enum", ColumnKind::kEnum),
      column("amount", "decimal", ColumnKind::kDecimal64),
      column("name", "varchar", ColumnKind::kString),
      column("email", "varchar", ColumnKind::kString),
      column("created_at", "datetime", ColumnKind::kDatetime),
      column("updated_at", "timestamp", ColumnKind::kTimestamp),
      column("weight", "double", ColumnKind::kDouble),
      column("note", "varchar", ColumnKind::kString),
  };
  table.columns[0].nullable = false;
  table.columns[2].members = {"new", "paid", "shipped"};
  table.columns[3].precision = 12;
  table.columns[3].scale = 2;
  table.columns[7].fraction_digits = 3;
  table.key_columns = {0};
  return std::make_shared<const TableDef>(std::move(table));
}

std::vector<Value> row(std::int64_t id) {
  return {Value::of_int(id),
          Value::of_int(100'000 + id % 1000),
          Value::of_text("shipped"),
          Value::of_int(1'234'567 + id),
          Value::of_text("Adalbert Wolkenstein"),
          Value::of_text("adalbert.wolkenstein@mail.example.org"),
          Value::of_civil({2024, 2, 29, 13, 14, 15}, 0),
          Value::of_int(1'700'000'000'123'000 + id * 1000),
          Value::of_double(12.625),
          Value::of_text("please leave it with the neighbours on the second floor, thanks")};
}

SourceInfo source() {
  return {.ts_us = 1'700'000'000'500'001,
          .snapshot = SnapshotMark::kFalse,
          .server_id = 223344,
          .gtid = "3e11fa47-71ca-11e1-9e33-c80aa9429562:2317",
          .file = "binlog.000003",
          .pos = 1'234'567,
          .row = 2,
          .thread = 17};
}

struct Bench {
  explicit Bench(bool schemas) {
    context.topic_prefix = "inventory";
    context.connector_version = "0.1.0";
    context.run_id = "01910000-0000-7000-8000-000000000001";
    context.topics = &topics;
    context.settings.schemas_enable_key = schemas;
    context.settings.schemas_enable_value = schemas;
    context.settings.schemas_enable_headers = schemas;
    encoder = std::move(*TableEncoder::compile(context, orders()));
    for (int i = 0; i < kRowsPerBatch; ++i) rows.push_back(row(i));
  }

  TopicRegistry topics;
  EncoderContext context;
  std::unique_ptr<TableEncoder> encoder;
  std::vector<std::vector<Value>> rows;
  RecordBatch batch;
};

// Runs `round` (one batch) over and over; the first one only warms up.
template <class Round>
void run(benchmark::State& state, Bench& bench, Round round) {
  round();
  const std::size_t allocated = allocations.load();
  for (auto _ : state) {
    bench.batch.clear();
    round();
    benchmark::DoNotOptimize(bench.batch.buffer().data());
  }
  const auto rows = state.iterations() * kRowsPerBatch;
  state.SetItemsProcessed(rows);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bench.batch.bytes()));
  state.counters["allocations_per_row"] =
      static_cast<double>(allocations.load() - allocated) / static_cast<double>(rows);
  state.counters["bytes_per_row"] = static_cast<double>(bench.batch.bytes()) / kRowsPerBatch;
}

void stream(benchmark::State& state, Op op, bool schemas) {
  Bench bench(schemas);
  run(state, bench, [&] {
    for (const auto& r : bench.rows) {
      const RowView before = op == Op::kCreate ? RowView() : RowView(r);
      bench.encoder->encode({op, before, r, source()}, kNow, bench.batch);
    }
  });
}

void BM_Create(benchmark::State& state) { stream(state, Op::kCreate, false); }
void BM_CreateWithSchemas(benchmark::State& state) { stream(state, Op::kCreate, true); }
void BM_Update(benchmark::State& state) { stream(state, Op::kUpdate, false); }

// What a chunk reader does for each row.
void BM_EncodeRowAndKey(benchmark::State& state) {
  Bench bench(false);
  run(state, bench, [&] {
    for (const auto& r : bench.rows) {
      bench.encoder->encode_row(r, bench.batch.buffer());
      bench.encoder->encode_key(r, bench.batch.buffer());
    }
  });
}

// What the source thread does for each row of a closed window.
void BM_AssembleRead(benchmark::State& state) {
  Bench bench(false);
  std::string row_json;
  std::string key_json;
  bench.encoder->encode_row(bench.rows[0], row_json);
  bench.encoder->encode_key(bench.rows[0], key_json);
  std::string end;
  bench.encoder->read_end(source(), kNow, end);
  run(state, bench, [&] {
    for (int i = 0; i < kRowsPerBatch; ++i) {
      bench.encoder->assemble_read(key_json, row_json, end, bench.batch);
    }
  });
}

BENCHMARK(BM_Create);
BENCHMARK(BM_CreateWithSchemas);
BENCHMARK(BM_Update);
BENCHMARK(BM_EncodeRowAndKey);
BENCHMARK(BM_AssembleRead);

}  // namespace
}  // namespace tidemark
