// SPDX-License-Identifier: Apache-2.0
#include "sink/diverted_records.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/log.h"

namespace tidemark {

Result<std::unique_ptr<DivertedRecords>> DivertedRecords::open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) return std::unexpected(storage_error("open", path, errno));
  TRY(sync_folder_of(path));
  const off_t size = ::lseek(fd.get(), 0, SEEK_END);
  char last = '\n';
  if (size < 0 || (size > 0 && ::pread(fd.get(), &last, 1, size - 1) != 1))
    return std::unexpected(storage_error("read", path, errno));
  if (last != '\n' && ::write(fd.get(), "\n", 1) != 1)
    return std::unexpected(storage_error("write", path, errno));
  return std::unique_ptr<DivertedRecords>(new DivertedRecords(path, std::move(fd)));
}

Status DivertedRecords::add(const RecordBatch& batch, const Record& record, std::size_t bytes_max) {
  lines_.clear();
  lines_.append(batch, record);
  const WriteOutcome outcome = write_all(fd_.get(), lines_.text());
  if (outcome.error_number != 0)
    return std::unexpected(storage_error("write", path_, outcome.error_number));
  if (::fdatasync(fd_.get()) != 0) return std::unexpected(storage_error("sync", path_, errno));
  ++count_;
  log::warn("kafka.record_diverted", {{"topic", record.topic->name},
                                      {"key_bytes", batch.key(record).size()},
                                      {"value_bytes", batch.value(record).size()},
                                      {"bytes_max", bytes_max},
                                      {"path", path_},
                                      {"count", count_}});
  lines_.clear();
  return {};
}

}  // namespace tidemark
