// SPDX-License-Identifier: Apache-2.0
// A model of one window over rows that no key tells apart, with the real WindowSet: rows of few different contents
// come, change and go before LW, between LW and SELECT, between SELECT and HW; each row has a hidden number. What
// must hold when the window is emitted: a row goes out exactly when it was read and no event of the window touched it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/log.h"
#include "snapshot/window.h"

namespace tidemark {
namespace {

struct Row {
  int number;
  int content;
};

class ContentWorld {
 public:
  explicit ContentWorld(std::uint64_t seed) : random_(seed) {
    contents_ = pick(1, 40);
    writes_ = pick(0, 8);
    for (int i = pick(0, 30); i > 0; --i) rows_.push_back({++number_, pick(1, contents_)});
  }

  enum class End { kBroken, kVoid, kEmitted };
  End run() {
    WindowSpec spec{.id = "w", .table = kTable, .table_version = 1};
    spec.by_content = true;
    set_.add(spec, {});
    write();  // before LW: not noted
    set_.low_mark("w");
    inside_ = true;
    write();
    const std::vector<Row> read = rows_;
    const bool late = pick(0, 1) == 0;  // the stream is ahead of the SELECT's answer
    if (!late) hand_over(read);
    write();
    if (late) hand_over(read);
    if (set_.high_mark("w") == MarkResult::kVoided) {
      return set_.void_reason() == VoidReason::kPerhapsTouched ? End::kVoid : End::kBroken;
    }
    std::vector<int> emitted;
    set_.drain("w", [&](const ChunkRows& rows, const RowSlot& slot) {
      emitted.push_back(read[static_cast<std::size_t>(&slot - rows.rows.data())].number);
    });
    std::vector<int> wanted;
    for (const Row& row : read) {
      if (!touched_.contains(row.number)) wanted.push_back(row.number);
    }
    return emitted == wanted ? End::kEmitted : End::kBroken;
  }

 private:
  inline static const TableId kTable{"shop", "log"};

  int pick(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }
  static std::string identity(int content) { return fmt::format("C{}", content); }
  void note(const Row& row) {
    if (!inside_) return;
    set_.note(kTable, identity(row.content));
    touched_.insert(row.number);
  }
  void write() {
    for (int i = pick(0, writes_); i > 0; --i) {
      const int what = pick(0, 2);
      if (what == 0 || rows_.empty()) {
        rows_.push_back({++number_, pick(1, contents_)});
        note(rows_.back());
        continue;
      }
      const auto at = rows_.begin() + pick(0, static_cast<int>(rows_.size()) - 1);
      note(*at);
      if (what == 1) {
        at->content = pick(1, contents_);
        note(*at);
      } else {
        rows_.erase(at);
      }
    }
  }
  void hand_over(const std::vector<Row>& read) {
    auto table = std::make_shared<TableDef>();
    table->id = kTable;
    table->version = 1;
    ChunkRows rows;
    rows.window = "w";
    rows.table = table;
    for (const Row& row : read) {
      const std::string bytes = identity(row.content);
      RowSlot slot;
      slot.identity = {rows.arena.size(), static_cast<std::uint32_t>(bytes.size())};
      rows.arena += bytes;
      rows.rows.push_back(slot);
    }
    set_.hand_over(std::move(rows));
  }

  std::mt19937_64 random_;
  int contents_ = 1;
  int writes_ = 0;
  int number_ = 0;
  bool inside_ = false;
  std::vector<Row> rows_;
  std::set<int> touched_;
  WindowSet set_{{}};
};

TEST(ContentModel, EmitsExactlyTheUntouchedRowsOrNothing) {
  log::set_level(log::Level::kError);
  std::map<ContentWorld::End, int> ends;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    const auto end = ContentWorld(seed).run();
    ++ends[end];
    ASSERT_NE(end, ContentWorld::End::kBroken) << "seed " << seed;
  }
  EXPECT_GT(ends[ContentWorld::End::kVoid], 1000);
  EXPECT_GT(ends[ContentWorld::End::kEmitted], 1000);
}

}  // namespace
}  // namespace tidemark
