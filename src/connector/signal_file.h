// SPDX-License-Identifier: Apache-2.0
// The file of the `file` signal channel: one signal a line, written by `echo .. >> file`, emptied when what it
// held has been executed and that is stored.
//
// How far it was worked off is a number of bytes and their hash, stored together with the verdicts: so a crash
// between execution and emptying repeats nothing, a file that was emptied and written anew is told from one
// that was not, and a file that cannot be emptied is simply read on.
// A line without its end is taken once it is a whole JSON document, or when it has stopped growing.
// Emptying waits for writers that have the file open, where the system can tell (a write lease); elsewhere a
// line that is written in the very moment between the last look at the size and the truncation is lost.
// Source: Debezium 3.6 FileSignalChannel, which empties the file before it executes what it read
// Thread: one
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connector/outside_signal.h"

namespace tidemark {

class SignalFile {
 public:
  // `mark`: as stored. Nothing is opened yet.
  SignalFile(std::string path, FileMark mark);

  // The signals since the last call, each with the mark behind it. A file that is not there holds none.
  // Errors: kStorage
  Result<std::vector<OutsideSignal>> read();

  // Empties the file if all that it holds is in `stored`; true: done, and mark() is at its start again.
  // False: there is more in it, or somebody has it open; try again later.
  // Errors: kStorage
  Result<bool> empty_if_done(const FileMark& stored);

  const FileMark& mark() const { return mark_; }

  static constexpr std::uint64_t kBytesMax = 16U << 20U;

 private:
  void take_line(std::string_view line, std::vector<OutsideSignal>& out);

  const std::string path_;
  FileMark mark_;  // behind the last line given out
  std::uint64_t line_ = 0;  // number of that line in the file, as far as known
  std::uint64_t size_seen_ = 0;  // with an end that was no whole line
};

// 64-bit FNV-1a of `bytes`, continuing `hash`.
std::uint64_t file_hash(std::string_view bytes, std::uint64_t hash);
inline constexpr std::uint64_t kEmptyFileHash = 14695981039346656037U;

}  // namespace tidemark
