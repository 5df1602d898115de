// SPDX-License-Identifier: Apache-2.0
// The numbered files of a file sink: names, listing, and the position that names one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "sink/sink.h"

namespace tidemark {

struct SegmentPosition {
  std::uint64_t segment = 1;  // from 1
  std::uint64_t length = 0;   // bytes
  bool operator==(const SegmentPosition&) const = default;
};

SinkFields to_fields(const SegmentPosition& position);
// Errors: kRejected for fields that another sink wrote.
Result<SegmentPosition> parse_position(const SinkFields& fields);

struct Segment {
  std::uint64_t number = 0;
  std::string path;
  std::uint64_t bytes = 0;
};

std::string segment_path(const std::string& stem, std::uint64_t number);
// Ascending. Errors: kStorage when the folder is missing or cannot be read.
Result<std::vector<Segment>> list_segments(const std::string& stem);

}  // namespace tidemark
