// SPDX-License-Identifier: Apache-2.0
// How fast records become lines, alone and written to a file.
#include "sink/file_sink.h"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <filesystem>

#include "sink/json_lines.h"

namespace tidemark {
namespace {

// Records as a row of 10 columns and about 170 bytes makes them, schemas off.
RecordBatch make_batch(const Topic& topic, int count) {
  RecordBatch out;
  const std::string key = R"({"id":123456})";
  const std::string value =
      std::string("{\"before\":null,\"after\":\"") + std::string(580, 'x') + "\"}";
  for (int i = 0; i < count; ++i) {
    Record record{.topic = &topic};
    record.key_at = static_cast<std::uint32_t>(out.buffer().size());
    record.key_size = static_cast<std::uint32_t>(key.size());
    out.buffer() += key;
    record.value_at = static_cast<std::uint32_t>(out.buffer().size());
    record.value_size = static_cast<std::uint32_t>(value.size());
    out.buffer() += value;
    out.records().push_back(record);
  }
  return out;
}

void Format(benchmark::State& state) {
  const Topic topic{"inventory.shop.orders"};
  const RecordBatch batch = make_batch(topic, 256);
  JsonLines lines;
  std::size_t bytes = 0;
  for (auto _ : state) {
    for (const Record& record : batch.records()) lines.append(batch, record);
    benchmark::DoNotOptimize(lines.text().data());
    bytes += lines.size();
    lines.clear();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(state.iterations() * 256);
}
BENCHMARK(Format);

void WriteToFile(benchmark::State& state) {
  const std::string folder =
      std::filesystem::temp_directory_path() / ("tidemark_bench_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const Topic topic{"inventory.shop.orders"};
  const RecordBatch batch = make_batch(topic, 1024);
  const auto sink = make_file_sink(folder + "/out", 0);
  if (!sink->open({})) state.SkipWithError("cannot open");
  for (auto _ : state) {
    if (!sink->write(batch)) state.SkipWithError("cannot write");
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(batch.bytes()));
  state.SetItemsProcessed(state.iterations() * 1024);
  std::filesystem::remove_all(folder);
}
// Bounded: about 2 GB.
BENCHMARK(WriteToFile)->Iterations(3000);

}  // namespace
}  // namespace tidemark
