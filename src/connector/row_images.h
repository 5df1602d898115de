// SPDX-License-Identifier: Apache-2.0
// Rows events whose images do not carry every column: which of them make records.
//
// binlog_row_image=NOBLOB leaves out BLOB, TEXT and JSON columns that did not change: records have a
// placeholder there. FULL_NODUP of MariaDB 11.4 leaves what did not change out of the after image alone. Any other column that is missing would have to read null and be false: with MINIMAL, and
// generated columns in what MariaDB 11.8 logs of an UPDATE or DELETE, whatever the setting.
#pragma once

#include "base/result.h"
#include "mysql/binlog/row_plan.h"
#include "mysql/binlog/rows.h"
#include "schema/table.h"

namespace tidemark {

struct ImageGaps {
  bool any = false;  // an image lacks a captured column
  bool after = false;  // the after image does
  bool unchanged =
      false;  // the after image lacks columns that the before image has: they did not change
};
// For an event whose images are not full.
// Errors: kUnsupported, naming table and column, where a column is missing that has no placeholder
Result<ImageGaps> check_images(const RowsReader& reader, const RowPlan& plan, const TableDef& table,
                               bool on_mariadb);

}  // namespace tidemark
