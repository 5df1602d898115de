// SPDX-License-Identifier: Apache-2.0
// What happens to rows with a value that its form cannot say (event.converting.failure.handling.mode).
// Thread: one
#pragma once

#include <set>

#include "base/encode_settings.h"
#include "base/result.h"
#include "encode/table_encoder.h"

namespace tidemark {

class Misfits {
 public:
  explicit Misfits(MisfitMode mode) : mode_(mode) {}

  // Wants an encoder that may_misfit(). The first value of a column that shows as null is logged.
  // Errors: kUnsupported, naming the column: in mode `fail`, and in every mode where the column takes
  //         no null and has no default.
  Status check(const TableEncoder& encoder, RowView row);

 private:
  MisfitMode mode_;
  std::set<std::string> told_;  // columns
};

}  // namespace tidemark
