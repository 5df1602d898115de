// SPDX-License-Identifier: Apache-2.0
#include "connector/outside_signal.h"

namespace tidemark {

void move_marks(SignalMarks& marks, const SignalMark& mark) {
  if (const auto* const file = std::get_if<FileMark>(&mark)) {
    marks.file_bytes = file->bytes;
    marks.file_hash = file->hash;
    return;
  }
  const auto& kafka = std::get<KafkaMark>(mark);
  // What another topic's offsets were says nothing here.
  if (marks.topic != kafka.topic) marks.next.clear();
  marks.topic = kafka.topic;
  for (const auto& [partition, next] : kafka.next) marks.next[partition] = next;
}

}  // namespace tidemark
