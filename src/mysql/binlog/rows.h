// SPDX-License-Identifier: Apache-2.0
// Splits the rows of one rows event into cells.
// Layout:   docs/formats/rows_event.md (server 9.7: libs/mysql/binlog/event/rows_event.h)
// Use:      peek_table_id() to find the plan, RowsReader::open(), then next() until it yields false
// Lifetime: a row lives until the next one; its texts are views into the event and the scratch's arena
// Thread:   one
// Cost:     no allocation per row once the scratch has seen rows of this size
// Errors:   kCorrupt when an image does not end where it should, naming table and column
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "change/value.h"
#include "mysql/binlog/cell_decoder.h"
#include "mysql/binlog/event.h"
#include "mysql/binlog/row_plan.h"
#include "mysql/value/row_scratch.h"

namespace tidemark {

inline constexpr std::uint16_t kRowsStatementEnd = 0x0001;  // table maps may be forgotten after it

struct RowsHeader {
  std::uint64_t table_id = 0;
  std::uint16_t flags = 0;
  std::size_t width = 0;  // columns of the table, as the event says
  Bytes before_bitmap;  // which columns an image carries, low bit first
  Bytes after_bitmap;  // the same one, but for updates
  Bytes rows;
};

// The table id and flags alone, for looking up the plan. kDummyTableId means that there are no rows.
struct RowsTarget {
  std::uint64_t table_id = 0;
  std::uint16_t flags = 0;
};
Result<RowsTarget> peek_table_id(const Event& event, const FormatDescription& format);
// Every rows event (rows_form()); the rows of MariaDB's compressed ones are still packed.
Result<RowsHeader> parse_rows_header(const Event& event, const FormatDescription& format);

class RowsReader {
 public:
  // The event's bytes, `plan` and `scratch` outlive the reader; one reader per scratch at a time.
  // Errors: kCorrupt, or kUnsupported when the event has another number of columns than the plan
  static Result<RowsReader> open(const Event& event, const FormatDescription& format,
                                 const RowPlan& plan, RowScratch& scratch);

  // The next row. False: there is none. WRITE_ROWS fills `after`, DELETE_ROWS `before`, UPDATE_ROWS both;
  // the other one becomes empty. Columns that the image does not carry are null and absent().
  Result<bool> next(RowView* before, RowView* after);

  // From the next row on, a column that only the before image carries reads in `after` as in `before`: an update
  // leaves out of its after image what it did not change (binlog_row_image=FULL_NODUP of MariaDB).
  void repeat_unchanged();

  // Both images carry every column: binlog_row_image=FULL.
  bool full_images() const { return before_.full && after_.full; }
  // Does the image carry this column? For telling NULL from absent.
  bool before_carries(std::size_t column) const { return carries(header_.before_bitmap, column); }
  bool after_carries(std::size_t column) const { return carries(header_.after_bitmap, column); }
  const RowsHeader& header() const { return header_; }
  RowsForm form() const { return form_; }
  // Index of the row that next() gave last, from 0.
  std::uint32_t row_index() const { return rows_read_ - 1; }

 private:
  struct Image {
    Value* values = nullptr;
    std::span<const std::uint32_t> columns;  // of a partial image, in order
    bool full = true;
    std::size_t count = 0;  // of columns carried
  };

  RowsReader(EventType type, RowsHeader header, const RowPlan& plan, RowScratch& scratch);
  static Image prepare(Bytes bitmap, std::size_t width, std::vector<Value>& values,
                       std::vector<std::uint32_t>& columns);
  static bool carries(Bytes bitmap, std::size_t column) {
    return ((bitmap[column / 8] >> (column % 8)) & 1) != 0;
  }
  Status read_image(const Image& image);
  // PARTIAL_UPDATE_ROWS: the before image, whose JSON documents are kept, then the after image, whose JSON
  // columns may be differences to them.
  Status read_before_documents();
  Status read_after_patches();
  Status read_patch(std::size_t column);
  Status cell_failed(std::size_t column, CellOutcome outcome) const;
  Status fail_at(std::size_t column, Error error) const;

  EventType type_;
  RowsForm form_;
  RowsHeader header_;
  const RowPlan* plan_;
  RowScratch* scratch_;
  Image before_;
  Image after_;
  std::span<const std::uint32_t> unchanged_;  // columns to repeat
  const std::uint8_t* p_;
  const std::uint8_t* end_;
  std::uint32_t rows_read_ = 0;
};

}  // namespace tidemark
