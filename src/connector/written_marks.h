// SPDX-License-Identifier: Apache-2.0
// Marks as rows of the signal table. Closing one chunk and opening the next is one transaction where the
// director has a next chunk at once.
// The stream may have moved to another server that has yet to execute what was seen at the first: so the first
// chunk on a new link waits for that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/watermark_strategy.h"
#include "connector/barrier.h"
#include "connector/mailbox.h"
#include "connector/window_marks.h"
#include "control/watermark.h"

namespace tidemark {

class WrittenMarks final : public WindowMarks {
 public:
  struct Parts {  // all outlive this object
    const Clock& clock;
    Director& director;
    Mailbox& mailbox;
    const WatermarkWriter& watermarks;
    WatermarkStrategy strategy;
  };
  explicit WrittenMarks(Parts parts) : parts_(parts), barrier_(parts.mailbox, parts.director) {}

  Result<bool> open(Connection& connection, const ChunkTask& task, WindowSpec spec,
                    const std::stop_token& stop) override;
  Result<Position> selected(Connection&) override { return Position(); }
  Status withdraw(Connection& connection) override;
  bool is_open() const override { return open_.has_value(); }
  Status close(Connection& connection) override;
  std::optional<WindowId> abandon() override;

 private:
  struct OpenWindow {  // its low watermark is written, its high one is not
    WindowId id;
    std::string signal_id;
    std::string collection;
    std::int64_t opened_ns = 0;
  };

  WindowRow row_of(const OpenWindow& window) const;
  Status write(Connection& connection, const OpenWindow& opening);

  const Parts parts_;
  Barrier barrier_;
  std::uint64_t link_ = 0;  // the stream's, whose barrier was passed; the first needs none
  std::optional<OpenWindow> open_;
};

}  // namespace tidemark
