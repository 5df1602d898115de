// SPDX-License-Identifier: Apache-2.0
#include "snapshot/window.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/log.h"

namespace tidemark {
namespace {

const TableId kTable{"shop", "orders"};

class WindowTest : public ::testing::Test {
 protected:
  WindowTest() { log::set_level(log::Level::kError); }

  WindowSet make(Watermarking how = Watermarking::kInsertInsert, std::size_t keys_max = 1000) {
    return WindowSet({.watermarking = how, .noted_keys_max = keys_max});
  }
  static TablePtr table(std::uint64_t version) {
    auto out = std::make_shared<TableDef>();
    out->id = kTable;
    out->version = version;
    return out;
  }
  static WindowSpec spec(const std::string& id, std::uint64_t version = 1) {
    return {.id = id, .table = kTable, .table_version = version};
  }
  static ChunkRows rows(const std::string& id, const std::vector<std::string>& keys,
                        std::uint64_t version = 1) {
    ChunkRows out;
    out.window = id;
    out.table = table(version);
    for (const std::string& key : keys) {
      RowSlot slot;
      slot.identity = {out.arena.size(), static_cast<std::uint32_t>(key.size())};
      out.arena += key;
      const std::string weight = "w" + std::string(1, static_cast<char>(key[0] | 0x20));
      slot.weight = {out.arena.size(), static_cast<std::uint32_t>(weight.size())};
      out.arena += weight;
      out.rows.push_back(slot);
    }
    out.rows_read = keys.size();
    return out;
  }
  static std::string drained(WindowSet& set, const std::string& id) {
    std::string out;
    set.drain(id, [&](const ChunkRows& chunk, const RowSlot& row) {
      out += chunk.text(row.identity);
      out += ' ';
    });
    return out;
  }
};

TEST_F(WindowTest, ARowTouchedByAnEventWithGapsIsReadAgain) {
  for (const bool rows_first : {false, true}) {
    WindowSet set = make();
    EXPECT_EQ(set.add(spec("w"), {}), MarkResult::kNoted);
    EXPECT_EQ(set.low_mark("w"), MarkResult::kNoted);
    if (!rows_first) set.note(kTable, "b", true);
    EXPECT_EQ(set.hand_over(rows("w", {"a", "b"})), MarkResult::kNoted);
    if (rows_first) set.note(kTable, "b", true);
    EXPECT_EQ(set.high_mark("w"), MarkResult::kVoided);
    EXPECT_EQ(set.find("w"), nullptr);
  }
}

TEST_F(WindowTest, AnEventThatHidesItsRowVoidsWhatIsOpen) {
  WindowSet set = make();
  EXPECT_EQ(set.add(spec("w"), {}), MarkResult::kNoted);
  set.note_hidden(kTable);  // before LW: the SELECT sees it
  EXPECT_EQ(set.low_mark("w"), MarkResult::kNoted);
  EXPECT_EQ(set.add(spec("v"), {}), MarkResult::kNoted);
  EXPECT_EQ(set.low_mark("v"), MarkResult::kNoted);
  EXPECT_EQ(set.hand_over(rows("w", {"a"})), MarkResult::kNoted);
  EXPECT_EQ(set.high_mark("w"), MarkResult::kReady);
  EXPECT_EQ(drained(set, "w"), "a ");
  set.note_hidden(kTable);
  EXPECT_EQ(set.hand_over(rows("v", {"a"})), MarkResult::kNoted);
  EXPECT_EQ(set.high_mark("v"), MarkResult::kVoided);
}

TEST_F(WindowTest, EventsWithGapsOnOtherRowsDoNotMatter) {
  WindowSet set = make();
  EXPECT_EQ(set.add(spec("w"), {}), MarkResult::kNoted);
  set.note(kTable, "a", true);  // before LW: the SELECT sees it
  EXPECT_EQ(set.low_mark("w"), MarkResult::kNoted);
  set.note(kTable, "x", true);
  EXPECT_EQ(set.hand_over(rows("w", {"a", "b"})), MarkResult::kNoted);
  set.note(kTable, "y", true);
  set.note(kTable, "b");
  EXPECT_EQ(set.high_mark("w"), MarkResult::kReady);
  EXPECT_EQ(drained(set, "w"), "a ");
  // Nor do they for the next window in the same memory.
  EXPECT_EQ(set.add(spec("v"), {}), MarkResult::kNoted);
  EXPECT_EQ(set.low_mark("v"), MarkResult::kNoted);
  EXPECT_EQ(set.hand_over(rows("v", {"x", "y"})), MarkResult::kNoted);
  EXPECT_EQ(set.high_mark("v"), MarkResult::kReady);
}

TEST_F(WindowTest, ARowOfEqualCollationTouchedByAnEventWithGapsIsReadAgain) {
  WindowSet set = make();
  WindowSpec with_weights = spec("w");
  with_weights.keep_unmatched = true;
  EXPECT_EQ(set.add(std::move(with_weights), {}), MarkResult::kNoted);
  EXPECT_EQ(set.low_mark("w"), MarkResult::kNoted);
  set.note(kTable, "A", true);
  EXPECT_EQ(set.hand_over(rows("w", {"a", "b"})), MarkResult::kNoted);
  EXPECT_EQ(set.high_mark("w"), MarkResult::kReady);
  EXPECT_FALSE(set.find("w")->read_again());
  set.find("w")->drop_weight("wx");
  EXPECT_FALSE(set.find("w")->read_again());
  set.find("w")->drop_weight("wa");
  EXPECT_TRUE(set.find("w")->read_again());
}

TEST_F(WindowTest, EmitsAtTheHighMarkWhatNoEventTouched) {
  WindowSet set = make();
  EXPECT_EQ(set.add(spec("w"), {}), MarkResult::kNoted);
  set.note(kTable, "a");  // before LW: the SELECT sees it
  EXPECT_EQ(set.low_mark("w"), MarkResult::kNoted);
  set.note(kTable, "b");
  set.note({"shop", "other"}, "c");
  EXPECT_EQ(set.hand_over(rows("w", {"a", "b", "c", "d"})), MarkResult::kNoted);
  set.note(kTable, "d");
  EXPECT_EQ(set.high_mark("w"), MarkResult::kReady);
  EXPECT_EQ(set.find("w")->rows_dropped(), 2U);
  EXPECT_EQ(drained(set, "w"), "a c ");
  EXPECT_EQ(set.size(), 0U);
  EXPECT_EQ(set.high_mark("w"), MarkResult::kIgnored);
}

TEST_F(WindowTest, NotesWhenTheStreamLagsBehindTheSelect) {
  WindowSet set = make();
  set.add(spec("w"), {});
  set.hand_over(rows("w", {"a", "b"}));
  set.note(kTable, "a");  // still before LW
  set.low_mark("w");
  set.note(kTable, "b");
  ASSERT_EQ(set.high_mark("w"), MarkResult::kReady);
  EXPECT_EQ(drained(set, "w"), "a ");
}

TEST_F(WindowTest, DropsARowDeletedAndInsertedAgain) {
  WindowSet set = make();
  set.add(spec("w"), {});
  set.low_mark("w");
  set.hand_over(rows("w", {"a"}));
  set.note(kTable, "a");
  set.note(kTable, "a");
  set.high_mark("w");
  EXPECT_EQ(set.find("w")->rows_dropped(), 1U);
  EXPECT_EQ(drained(set, "w"), "");
}

TEST_F(WindowTest, KeepsRowsByPosition) {
  WindowSet set = make();
  set.add(spec("w"), {});
  set.low_mark("w");
  set.hand_over(rows("w", {"a", "b", "a", "b"}));
  set.note(kTable, "a");
  set.high_mark("w");
  EXPECT_EQ(drained(set, "w"), "b b ");
}

TEST_F(WindowTest, NotesInEveryOpenWindowOfTheTable) {
  WindowSet set = make();
  for (const char* id : {"v", "w"}) {
    set.add(spec(id), {});
    set.low_mark(id);
    set.hand_over(rows(id, {"a", "b"}));
  }
  EXPECT_EQ(set.open_windows(kTable).size(), 2U);
  EXPECT_TRUE(set.open_windows({"shop", "other"}).empty());
  set.note(kTable, "a");
  set.high_mark("v");
  EXPECT_EQ(drained(set, "v"), "b ");
  set.note(kTable, "b");
  set.high_mark("w");
  EXPECT_EQ(drained(set, "w"), "");
}

TEST_F(WindowTest, IgnoresMarksOfUnknownIds) {
  WindowSet set = make();
  EXPECT_EQ(set.low_mark("x"), MarkResult::kIgnored);
  EXPECT_EQ(set.high_mark("x"), MarkResult::kIgnored);
  EXPECT_EQ(set.mark_deleted("x"), MarkResult::kIgnored);
  EXPECT_EQ(set.hand_over(rows("x", {"a"})), MarkResult::kIgnored);
  EXPECT_EQ(set.confirm_close("x", 1), MarkResult::kIgnored);
}

TEST_F(WindowTest, IsVoidWhenItsHighMarkComesWithoutLowMarkOrRows) {
  WindowSet set = make();
  set.add(spec("v"), {});
  set.hand_over(rows("v", {"a"}));
  EXPECT_EQ(set.high_mark("v"), MarkResult::kVoided);
  set.add(spec("w"), {});
  set.low_mark("w");
  EXPECT_EQ(set.high_mark("w"), MarkResult::kVoided);
  EXPECT_EQ(set.size(), 0U);
}

TEST_F(WindowTest, IsVoidWhenAMarkIsDeletedBySomeoneElse) {
  WindowSet set = make();
  set.add(spec("w"), {});
  set.low_mark("w");
  set.hand_over(rows("w", {"a"}));
  EXPECT_EQ(set.mark_deleted("w"), MarkResult::kVoided);
}

TEST_F(WindowTest, ClosesByItsOwnConfirmedDeleteOnly) {
  WindowSet set = make(Watermarking::kInsertDelete);
  set.add(spec("w"), {});
  set.low_mark("w");
  set.hand_over(rows("w", {"a", "b"}));
  EXPECT_EQ(set.high_mark("w"), MarkResult::kIgnored);
  EXPECT_EQ(set.mark_deleted("w"), MarkResult::kNoted);  // whose? the reader will say
  set.note(kTable, "a");                                 // until then it goes on noting
  EXPECT_EQ(set.confirm_close("w", 1), MarkResult::kReady);
  EXPECT_EQ(drained(set, "w"), "b ");
}

TEST_F(WindowTest, ClosesAtTheDeleteWhenItWasConfirmedBefore) {
  WindowSet set = make(Watermarking::kInsertDelete);
  set.add(spec("w"), {});
  set.hand_over(rows("w", {"a"}));
  EXPECT_EQ(set.confirm_close("w", 1), MarkResult::kNoted);
  EXPECT_EQ(set.low_mark("w"), MarkResult::kNoted);
  EXPECT_EQ(set.mark_deleted("w"), MarkResult::kReady);
}

TEST_F(WindowTest, IsVoidWhenAStrangerDeletedTheOpenRow) {
  WindowSet set = make(Watermarking::kInsertDelete);
  set.add(spec("v"), {});
  set.low_mark("v");
  EXPECT_EQ(set.mark_deleted("v"), MarkResult::kVoided);  // the rows are not here yet
  set.add(spec("w"), {});
  set.low_mark("w");
  set.hand_over(rows("w", {"a"}));
  // Committed before the SELECT, met after it: the reader's own DELETE then found nothing.
  EXPECT_EQ(set.mark_deleted("w"), MarkResult::kNoted);
  EXPECT_EQ(set.confirm_close("w", 0), MarkResult::kVoided);
}

TEST_F(WindowTest, IsVoidUnderANewLayoutWheneverItComes) {
  WindowSet set = make();
  set.add(spec("idle"), {});
  set.add(spec("open"), {});
  set.low_mark("open");
  EXPECT_EQ(set.void_table(kTable, VoidReason::kLayoutChanged, 2).size(), 2U);
  EXPECT_EQ(set.add(spec("late", 1), {}), MarkResult::kVoided);
  EXPECT_EQ(set.add(spec("new", 2), {}), MarkResult::kNoted);
  EXPECT_EQ(set.hand_over(rows("new", {"a"}, 3)), MarkResult::kVoided);
}

TEST_F(WindowTest, TruncateVoidsButLetsTheSameLayoutIn) {
  WindowSet set = make();
  set.add(spec("w"), {});
  set.void_table(kTable, VoidReason::kTruncated);
  EXPECT_EQ(set.add(spec("v"), {}), MarkResult::kNoted);
  EXPECT_EQ(set.void_all(VoidReason::kServerChanged), std::vector<WindowId>{"v"});
}

TEST_F(WindowTest, IsVoidWhenItHoldsTooManyKeys) {
  WindowSet set = make(Watermarking::kInsertInsert, 2);
  set.add(spec("w"), {});
  set.low_mark("w");
  for (const char* key : {"a", "b", "c"}) set.note(kTable, key);
  EXPECT_EQ(set.hand_over(rows("w", {"c"})), MarkResult::kVoided);
}

TEST_F(WindowTest, IsVoidWhenARowWithoutAKeyWasPerhapsTouched) {
  for (const bool rows_first : {true, false}) {
    WindowSet set = make();
    WindowSpec by_content = spec("w");
    by_content.by_content = true;
    set.add(by_content, {});
    set.low_mark("w");
    if (rows_first) set.hand_over(rows("w", {"C1", "K2"}));
    set.note(kTable, "C1");
    if (!rows_first) set.hand_over(rows("w", {"C1", "K2"}));
    EXPECT_EQ(set.high_mark("w"), MarkResult::kVoided);
    EXPECT_EQ(set.void_reason(), VoidReason::kPerhapsTouched);
  }
}

TEST_F(WindowTest, TouchedRowsOfOtherContentDoNotMatter) {
  WindowSet set = make();
  WindowSpec by_content = spec("w");
  by_content.by_content = true;
  set.add(by_content, {});
  set.low_mark("w");
  set.hand_over(rows("w", {"C1", "K2", "C3"}));
  set.note(kTable, "C9");
  set.note(kTable, "K2");  // known by its key: dropped
  EXPECT_EQ(set.high_mark("w"), MarkResult::kReady);
  EXPECT_EQ(drained(set, "w"), "C1 C3 ");
}

TEST_F(WindowTest, HoldsNoKeysOnceTheRowsAreHere) {
  WindowSet set = make(Watermarking::kInsertInsert, 2);
  set.add(spec("w"), {});
  set.low_mark("w");
  set.hand_over(rows("w", {"c"}));
  for (const char* key : {"a", "b", "d", "e"}) set.note(kTable, key);
  EXPECT_EQ(set.high_mark("w"), MarkResult::kReady);
  EXPECT_EQ(drained(set, "w"), "c ");
}

TEST_F(WindowTest, TellsWhichKeysMatchedNoRowForTheirWeights) {
  WindowSet set = make();
  WindowSpec kept = spec("w");
  kept.keep_unmatched = true;
  set.add(kept, {});
  set.low_mark("w");
  set.note(kTable, "A");
  set.hand_over(rows("w", {"a", "b", "c"}));
  set.note(kTable, "b");
  set.note(kTable, "C");
  set.high_mark("w");
  Window* const window = set.find("w");
  EXPECT_EQ(window->unmatched(), (std::vector<std::string_view>{"A", "C"}));
  window->drop_weight("wa");
  window->drop_weight("wc");
  EXPECT_EQ(window->rows_dropped(), 3U);
}

TEST_F(WindowTest, UsesItsMemoryAgain) {
  WindowSet set = make();
  for (int round = 0; round < 3; ++round) {
    const std::string id = "w" + std::to_string(round);
    set.add(spec(id), {});
    set.low_mark(id);
    if (round == 0) set.note(kTable, "a");
    set.hand_over(rows(id, {"a"}));
    EXPECT_EQ(set.buffered_rows(), 1U);
    set.high_mark(id);
    EXPECT_EQ(drained(set, id), round == 0 ? "" : "a ");
  }
}

TEST_F(WindowTest, ReadOnlyNotesFromItsRegistrationOnAndWaitsForItsPlace) {
  WindowSet set = make(Watermarking::kReadOnly);
  EXPECT_EQ(set.add(spec("w"), {}), MarkResult::kNoted);
  EXPECT_EQ(set.find("w")->state(), Window::State::kOpen);
  set.note(kTable, "b");
  EXPECT_TRUE(set.reached({"log.9", 1}).empty()) << "its rows are not here";
  ChunkRows chunk = rows("w", {"a", "b", "c"});
  chunk.close_at = {"log.2", 500};
  EXPECT_EQ(set.hand_over(std::move(chunk)), MarkResult::kNoted);
  set.note(kTable, "c");
  EXPECT_TRUE(set.reached({"log.2", 499}).empty());
  EXPECT_TRUE(set.reached({"log.1", 900}).empty());
  EXPECT_EQ(set.reached({"log.2", 500}), std::vector<WindowId>{"w"});
  EXPECT_EQ(set.reached({"log.10", 4}), std::vector<WindowId>{"w"}) << "a later file";
  EXPECT_EQ(set.high_mark("w"), MarkResult::kReady);
  EXPECT_EQ(drained(set, "w"), "a ");
}

TEST_F(WindowTest, ReportsWindowsWhoseMarksDoNotCome) {
  WindowSet set = make();
  const SteadyTime start{std::chrono::hours(1)};
  set.add(spec("old"), start);
  set.add(spec("new"), start + std::chrono::minutes(5));
  const auto late = set.older_than(start + std::chrono::minutes(1));
  ASSERT_EQ(late.size(), 1U);
  EXPECT_EQ(late[0]->spec().id, "old");
}

TEST(IdentitySet, HoldsWhatWasInserted) {
  IdentitySet set;
  EXPECT_FALSE(set.contains(""));
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 5000; ++i) EXPECT_TRUE(set.insert(std::to_string(i)));
    EXPECT_TRUE(set.insert(""));
    EXPECT_FALSE(set.insert("4999"));
    EXPECT_EQ(set.size(), 5001U);
    EXPECT_TRUE(set.contains("77"));
    EXPECT_FALSE(set.contains("5000"));
    EXPECT_EQ(set.at(12), "12");
    set.clear();
    EXPECT_FALSE(set.contains("77"));
  }
}

}  // namespace
}  // namespace tidemark
