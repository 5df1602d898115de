// SPDX-License-Identifier: Apache-2.0
#include "connector/chunk_readers.h"

#include "connector/read_only_marks.h"
#include "connector/written_marks.h"

namespace tidemark {
namespace {

std::unique_ptr<WindowMarks> marks_of(const ChunkReaders::Parts& parts) {
  if (parts.watermarks == nullptr)
    return std::make_unique<ReadOnlyMarks>(parts.mailbox, parts.director, parts.fault);
  return std::make_unique<WrittenMarks>(
      WrittenMarks::Parts{.clock = parts.clock,
                          .director = parts.director,
                          .mailbox = parts.mailbox,
                          .watermarks = *parts.watermarks,
                          .strategy = parts.settings.incremental.strategy});
}

}  // namespace

ChunkReaders::ChunkReaders(const Parts& parts) {
  for (ReaderId id = 0; id < parts.settings.incremental.readers_max; ++id) {
    readers_.push_back(std::make_unique<ChunkReader>(
        id,
        ChunkReader::Parts{
            .server = parts.settings.server,
            .encoding = parts.encoding,
            .clock = parts.clock,
            .director = parts.director,
            .mailbox = parts.mailbox,
            .status = parts.status,
            .operations_skipped = parts.settings.skipped_operations.some_row_changes()},
        marks_of(parts)));
    threads_.emplace_back(
        [&one = *readers_.back()](const std::stop_token& stop) { one.run(stop); });
  }
}

// All are told before any is waited for.
ChunkReaders::~ChunkReaders() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

}  // namespace tidemark
