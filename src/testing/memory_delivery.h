// SPDX-License-Identifier: Apache-2.0
// For tests: a delivery into memory, with real stores in a folder that goes with it.
#pragma once

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/assert.h"
#include "connector/delivery.h"
#include "store/file_offset_store.h"
#include "store/schema_store.h"
#include "testing/memory_sink.h"

namespace tidemark {

class MemoryDelivery {
 public:
  // Stores nothing by itself before the interval is over.
  explicit MemoryDelivery(const std::string& name,
                          std::chrono::milliseconds interval = std::chrono::hours(1),
                          std::optional<std::chrono::milliseconds> uncovered_max = {})
      : folder_(std::filesystem::temp_directory_path() /
                ("tidemark_" + name + "_" + std::to_string(::getpid()))),
        offsets_(open_store()),
        schemas_(path()),
        delivery_(Delivery::Options{.queue_bytes_max = 1 << 20,
                                    .flush_interval = interval,
                                    .replica_uuid = Uuid::random(),
                                    .uncovered_max = uncovered_max},
                  sink_, *offsets_, schemas_, clock_) {}
  ~MemoryDelivery() {
    (void)delivery_.finish();  // a test that cares has called it
    std::filesystem::remove_all(folder_);
  }
  MemoryDelivery(const MemoryDelivery&) = delete;
  MemoryDelivery& operator=(const MemoryDelivery&) = delete;

  Delivery& operator*() { return delivery_; }
  // Look at it after finish() only.
  MemoryOutput& output() { return output_; }
  std::string path() const { return folder_ / "offsets.json"; }

 private:
  std::unique_ptr<OffsetStore> open_store() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    auto store = FileOffsetStore::open({path(), "c", "p"});
    ASSERT(store && (*store)->load(), "a new offset file cannot be used");
    return std::move(*store);
  }

  const std::filesystem::path folder_;
  SystemClock clock_;
  MemoryOutput output_;
  MemorySink sink_{output_};
  std::unique_ptr<OffsetStore> offsets_;
  SchemaStore schemas_;
  Delivery delivery_;
};

}  // namespace tidemark
