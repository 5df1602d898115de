// SPDX-License-Identifier: Apache-2.0
#include "change/change.h"

namespace tidemark {

std::string_view to_string(SnapshotMark mark) {
  switch (mark) {
    case SnapshotMark::kFalse:
      return "false";
    case SnapshotMark::kTrue:
      return "true";
    case SnapshotMark::kFirst:
      return "first";
    case SnapshotMark::kFirstInDataCollection:
      return "first_in_data_collection";
    case SnapshotMark::kLastInDataCollection:
      return "last_in_data_collection";
    case SnapshotMark::kLast:
      return "last";
    case SnapshotMark::kIncremental:
      return "incremental";
  }
  return "false";
}

}  // namespace tidemark
