// SPDX-License-Identifier: Apache-2.0
// The row events of one XA transaction from its PREPARE to its verdict: in memory up to a bound that all
// of them share, behind it in an unnamed file beside the offset, so that a huge one costs no memory.
// Resource with one owner. Thread: one
// Errors:   kStorage where the file cannot be written or read
#pragma once

#include <cstdint>
#include <string>

#include "base/file.h"
#include "base/function_ref.h"
#include "base/result.h"
#include "mysql/binlog/event.h"

namespace tidemark {

// What is left of the memory that held events may take together.
struct HeldBudget {
  std::uint64_t bytes_left = 16U << 20U;
};

class HeldEvents {
 public:
  // `folder` is where the file goes; `budget` outlives this object.
  HeldEvents(std::string folder, HeldBudget& budget)
      : folder_(std::move(folder)), budget_(budget) {}
  ~HeldEvents() { budget_.bytes_left += memory_.size(); }
  HeldEvents(const HeldEvents&) = delete;
  HeldEvents& operator=(const HeldEvents&) = delete;

  Status append(const Event& event);
  bool empty() const { return memory_.empty() && spilled_ == 0; }
  std::uint64_t bytes() const { return memory_.size() + spilled_; }

  // Hands out every event in order; they live until the callback returns.
  Status each(FunctionRef<Status(const Event&)> take) const;

 private:
  Status spill(std::string_view bytes);

  const std::string folder_;
  HeldBudget& budget_;
  std::string memory_;  // events up to the first one that did not fit: size, header, body
  UniqueFd file_;  // the others, in the same form
  std::uint64_t spilled_ = 0;
};

}  // namespace tidemark
