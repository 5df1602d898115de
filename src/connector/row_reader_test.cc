// SPDX-License-Identifier: Apache-2.0
#include "connector/row_reader.h"

#include <gtest/gtest.h>

#include <array>

namespace tidemark {
namespace {

ColumnDef column(std::string name, std::string type, ColumnKind kind) {
  ColumnDef out;
  out.name = std::move(name);
  out.data_type = type;
  out.column_type = std::move(type);
  out.kind = kind;
  return out;
}

class RowReaderTest : public testing::Test {
 protected:
  RowReaderTest() {
    def_.id = {"shop", "items"};
    def_.columns = {column("id", "int", ColumnKind::kInt), column("f", "float", ColumnKind::kFloat),
                    column("a`b", "varbinary", ColumnKind::kBinary)};
    def_.key_columns = {0};
  }
  Result<std::unique_ptr<RowReader>> make() {
    return RowReader::make(encoding_, std::make_shared<const TableDef>(def_));
  }

  TopicRegistry topics_;
  EncoderContext encoding_{.settings = {.schemas_enable_key = false, .schemas_enable_value = false},
                           .topic_prefix = "tm",
                           .connector_version = "0",
                           .run_id = "run",
                           .topics = &topics_};
  TableDef def_;
};

TEST_F(RowReaderTest, NamesEveryColumnInTheOrderOfTheTable) {
  const auto reader = make();
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->select_columns(), "`id`, (`f` * 1e0), `a``b`");
}

TEST_F(RowReaderTest, DecodesCellsAndLeavesWhatComesAfterThem) {
  const auto reader = make();
  ASSERT_TRUE(reader);
  const std::string bytes("x\0y", 3);
  const std::array<const char*, 4> cells{"-7", nullptr, bytes.data(), "a weight"};
  const std::array<unsigned long, 4> lengths{2, 0, 3, 8};
  const auto row = (*reader)->decode(cells.data(), lengths.data());
  ASSERT_TRUE(row) << row.error().text();
  ASSERT_EQ(row->size(), 3U);
  EXPECT_EQ((*row)[0].i64, -7);
  EXPECT_TRUE((*row)[1].null);
  EXPECT_EQ((*row)[2].text(), bytes);
  std::string key;
  (*reader)->encoder().encode_key(*row, key);
  EXPECT_EQ(key, R"({"id":-7})");
}

TEST_F(RowReaderTest, ReportsACellThatIsNotOfItsColumn) {
  const auto reader = make();
  ASSERT_TRUE(reader);
  const std::array<const char*, 3> cells{"seven", "1.5", ""};
  const std::array<unsigned long, 3> lengths{5, 3, 0};
  const auto row = (*reader)->decode(cells.data(), lengths.data());
  ASSERT_FALSE(row);
  EXPECT_EQ(row.error().text().find("seven"), std::string::npos) << "no row contents in errors";
}

TEST_F(RowReaderTest, NamesTheTableWithAColumnThatCannotBeRead) {
  def_.columns[1] = column("g", "geometry", ColumnKind::kUnsupported);
  const auto reader = make();
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().kind(), ErrorKind::kUnsupported);
  EXPECT_NE(reader.error().text().find("shop.items"), std::string::npos) << reader.error().text();
}

TEST_F(RowReaderTest, SelectsWhatRecordsShowAndWhatTellsRowsApart) {
  encoding_.rules.column_exclude =
      *RegexList::compile("shop.items.(f|a`b)", RegexCase::kInsensitive);
  def_.columns[1] = column("f", "geometry", ColumnKind::kUnsupported);
  const std::uint32_t also[] = {2};
  const auto reader = RowReader::make(encoding_, std::make_shared<const TableDef>(def_), also);
  ASSERT_TRUE(reader) << reader.error().text();
  EXPECT_EQ((*reader)->select_columns(), "`id`, `a``b`");
  EXPECT_EQ((*reader)->columns_selected(), 2U);
  const std::array<const char*, 3> cells{"7", "x", "a weight"};
  const std::array<unsigned long, 3> lengths{1, 1, 8};
  const auto row = (*reader)->decode(cells.data(), lengths.data());
  ASSERT_TRUE(row) << row.error().text();
  EXPECT_EQ((*row)[2].text(), "x");
  std::string json;
  (*reader)->encoder().encode_row(*row, json);
  EXPECT_EQ(json, R"({"id":7})");
}

TEST_F(RowReaderTest, SelectsAConstantWhereNoColumnIsNeeded) {
  encoding_.rules.column_include = *RegexList::compile("nothing", RegexCase::kInsensitive);
  def_.key_columns = {};
  const auto reader = make();
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader)->select_columns(), "1");
  EXPECT_EQ((*reader)->columns_selected(), 1U);
}

TEST_F(RowReaderTest, RefusesValuesThatDoNotFitWhereThatIsAskedFor) {
  def_.columns[1] = column("t", "time", ColumnKind::kTime);
  encoding_.settings.cells.time = TimeMode::kConnect;
  const std::array<const char*, 3> cells{"1", "25:00:00", ""};
  const std::array<unsigned long, 3> lengths{1, 8, 0};
  EXPECT_TRUE((*make())->decode(cells.data(), lengths.data())) << "shown as null";
  encoding_.settings.misfits = MisfitMode::kFail;
  const auto row = (*make())->decode(cells.data(), lengths.data());
  ASSERT_FALSE(row);
  EXPECT_EQ(row.error().kind(), ErrorKind::kUnsupported);
  EXPECT_NE(row.error().text().find("shop.items.t"), std::string::npos);
  EXPECT_EQ(row.error().text().find("25:00"), std::string::npos) << "no row contents in errors";
  encoding_.settings.misfits = MisfitMode::kSkip;
  def_.columns[1].nullable = false;
  EXPECT_FALSE((*make())->decode(cells.data(), lengths.data())) << "nothing can stand for it";
}

}  // namespace
}  // namespace tidemark
