// SPDX-License-Identifier: Apache-2.0
#include "control/watermark.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace tidemark {
namespace {

TableDef signal_table() {
  TableDef out;
  out.id = {"db", "sig`nal"};
  for (const char* name : {"id", "type", "data"}) {
    ColumnDef column;
    column.name = name;
    out.columns.push_back(column);
  }
  return out;
}

const Uuid kFirst = *Uuid::parse("01234567-89ab-cdef-0123-456789abcdef");
const Uuid kSecond = *Uuid::parse("11111111-2222-3333-4444-555555555555");
// 2026-01-02T03:04:05.000678Z
constexpr std::int64_t kOpened = 1767323045'000678'000;

WindowRow window(const Uuid& uuid) {
  return {uuid, "sig-1", "shop.orders", kOpened, kOpened + 1'000'000'000};
}

TEST(Watermark, WritesTheRowsOfTheOriginal) {
  const WatermarkWriter writer(signal_table(), WatermarkStrategy::kInsertInsert);
  EXPECT_EQ(writer.open(window(kFirst)),
            "INSERT INTO `db`.`sig``nal` (`id`, `type`, `data`) VALUES "
            "('01234567-89ab-cdef-0123-456789abcdef-open', 'snapshot-window-open', "
            R"('{"openWindowTimestamp": "2026-01-02T03:04:05.000678Z", )"
            R"("correlationId": "sig-1", "dataCollectionId": "shop.orders"}'))");
  EXPECT_EQ(writer.close(window(kFirst)),
            "INSERT INTO `db`.`sig``nal` (`id`, `type`, `data`) VALUES "
            "('01234567-89ab-cdef-0123-456789abcdef-close', 'snapshot-window-close', "
            R"('{"openWindowTimestamp": "2026-01-02T03:04:05.000678Z", )"
            R"("closeWindowTimestamp": "2026-01-02T03:04:06.000678Z", )"
            R"("correlationId": "sig-1", "dataCollectionId": "shop.orders"}'))");
}

TEST(Watermark, ClosesByDeleteWhereAsked) {
  const WatermarkWriter writer(signal_table(), WatermarkStrategy::kInsertDelete);
  EXPECT_EQ(writer.close(window(kFirst)),
            "DELETE FROM `db`.`sig``nal` WHERE `id` = '01234567-89ab-cdef-0123-456789abcdef-open'");
}

TEST(Watermark, ClosesAndOpensInOneTransaction) {
  const WatermarkWriter twice(signal_table(), WatermarkStrategy::kInsertInsert);
  const auto statements = twice.close_and_open(window(kFirst), window(kSecond));
  ASSERT_EQ(statements.size(), 1u);
  const std::size_t close = statements[0].find("abcdef-close'");
  const std::size_t open = statements[0].find("), ('11111111-2222-3333-4444-555555555555-open'");
  EXPECT_NE(open, std::string::npos) << statements[0];
  EXPECT_LT(close, open);
  EXPECT_EQ(statements[0].find("INSERT", 1), std::string::npos);

  const WatermarkWriter deleting(signal_table(), WatermarkStrategy::kInsertDelete);
  EXPECT_EQ(deleting.close_and_open(window(kFirst), window(kSecond)),
            (std::vector<std::string>{"BEGIN", deleting.close(window(kFirst)),
                                      deleting.open(window(kSecond)), "COMMIT"}));
}

TEST(Watermark, QuotesWhateverTheSqlModeIs) {
  const WatermarkWriter writer(signal_table(), WatermarkStrategy::kInsertInsert);
  EXPECT_EQ(writer.insert_row("a'b", "log", "\\"),
            "INSERT INTO `db`.`sig``nal` (`id`, `type`, `data`) VALUES "
            "('a''b', 'log', _utf8mb4 x'5c')");
  WindowRow odd = window(kFirst);
  odd.signal_id = "q\"'";
  // JSON escapes the quote with a backslash, so all of it goes in hex.
  EXPECT_NE(writer.open(odd).find("_utf8mb4 x'7b226f70656e"), std::string::npos);
}

TEST(Watermark, ReadsBackWhoseWindowARowMarks) {
  const std::string uuid = kFirst.text();
  using Kind = Watermark::Kind;
  EXPECT_EQ(parse_inserted(uuid + "-open", "snapshot-window-open"),
            (Watermark{Kind::kOpen, kFirst}));
  EXPECT_EQ(parse_inserted(uuid + "-close", "snapshot-window-close"),
            (Watermark{Kind::kClose, kFirst}));
  EXPECT_EQ(parse_deleted(uuid + "-open", "snapshot-window-open"),
            (Watermark{Kind::kOpenDeleted, kFirst}));
}

TEST(Watermark, TakesNothingElseForAMark) {
  const std::string uuid = kFirst.text();
  EXPECT_EQ(parse_inserted(uuid + "-close", "snapshot-window-open"), Watermark{});
  EXPECT_EQ(parse_inserted(uuid + "-open", "snapshot-window-close"), Watermark{});
  EXPECT_EQ(parse_inserted(uuid + "-open", "log"), Watermark{});
  EXPECT_EQ(parse_inserted(uuid, "snapshot-window-open"), Watermark{});
  EXPECT_EQ(parse_inserted("x" + uuid + "-open", "snapshot-window-open"), Watermark{});
  EXPECT_EQ(parse_inserted(std::string(36, 'z') + "-open", "snapshot-window-open"), Watermark{});
  EXPECT_EQ(parse_inserted("", ""), Watermark{});
  // A deleted close row, as a clean-up job makes them, closes nothing.
  EXPECT_EQ(parse_deleted(uuid + "-close", "snapshot-window-close"), Watermark{});
}

TEST(Watermark, FindsTheVisibleColumns) {
  TableDef table = signal_table();
  EXPECT_EQ(signal_columns(table), (SignalColumns{0, 1, 2}));
  ColumnDef hidden;
  hidden.name = "my_row_id";
  hidden.invisible = true;
  table.columns.insert(table.columns.begin(), hidden);
  EXPECT_EQ(signal_columns(table), (SignalColumns{1, 2, 3}));
  table.columns[0].invisible = false;
  EXPECT_FALSE(signal_columns(table));
}

TEST(Watermark, CountsTheLongestData) {
  const WatermarkWriter writer(signal_table(), WatermarkStrategy::kInsertInsert);
  const std::string close = writer.close(window(kFirst));
  const std::size_t start = close.find("'{");
  const std::size_t chars = close.rfind("'") - start - 1;
  EXPECT_EQ(watermark_data_chars(WatermarkStrategy::kInsertInsert, 11, 5), chars);
  EXPECT_LT(watermark_data_chars(WatermarkStrategy::kInsertDelete, 11, 5), chars);
}

}  // namespace
}  // namespace tidemark
