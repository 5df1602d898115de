// SPDX-License-Identifier: Apache-2.0
#include "snapshot/chunk_key.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace tidemark {
namespace {

ColumnDef column(std::string name, std::string type, ColumnKind kind,
                 Charset charset = Charset::kNone, std::string charset_name = "",
                 std::string collation = "") {
  ColumnDef out;
  out.name = std::move(name);
  out.data_type = type;
  out.column_type = std::move(type);
  out.kind = kind;
  out.nullable = false;
  out.charset = charset;
  out.charset_name = std::move(charset_name);
  out.collation_name = std::move(collation);
  return out;
}

TableDef table(std::vector<ColumnDef> columns, std::vector<std::uint32_t> key) {
  TableDef out;
  out.id = {"shop", "orders"};
  out.columns = std::move(columns);
  out.key_columns = std::move(key);
  out.key_is_primary = true;
  return out;
}

TEST(ChunkKey, TakesTheKeyColumnsInKeyOrder) {
  const TableDef def = table(
      {column("a", "int", ColumnKind::kInt),
       column("b", "varchar", ColumnKind::kString, Charset::kUtf8, "utf8mb4", "utf8mb4_0900_ai_ci"),
       column("c", "bigint", ColumnKind::kUint)},
      {2, 1});
  const Result<ChunkKey> key = chunk_key_of(def);
  ASSERT_TRUE(key) << key.error().text();
  ASSERT_EQ(key->columns.size(), 2U);
  EXPECT_EQ(key->columns[0].kind, KeyCell::Kind::kUint);
  EXPECT_EQ(key->columns[0].quoted, "`c`");
  EXPECT_EQ(key->columns[1].kind, KeyCell::Kind::kText);
  EXPECT_TRUE(key->identity.columns[1].collated);
  EXPECT_TRUE(key->identity.collation_dependent());
  EXPECT_TRUE(key->unique);
  EXPECT_TRUE(key->in_identity);
  EXPECT_TRUE(key->primary);
}

TEST(ChunkKey, DependsOnNoCollationThatIsBinary) {
  for (const char* collation : {"utf8mb4_bin", "utf8mb4_0900_bin"}) {
    const TableDef def = table(
        {column("k", "char", ColumnKind::kString, Charset::kUtf8, "utf8mb4", collation)}, {0});
    EXPECT_FALSE(chunk_key_of(def)->identity.collation_dependent()) << collation;
  }
  const TableDef bytes = table({column("k", "binary", ColumnKind::kBinary)}, {0});
  EXPECT_FALSE(chunk_key_of(bytes)->identity.collation_dependent());
}

TEST(ChunkKey, RefusesTypesWithoutAnOrderByName) {
  for (const auto& [type, kind] : {std::pair{"blob", ColumnKind::kBinary},
                                   {"json", ColumnKind::kJson},
                                   {"text", ColumnKind::kString},
                                   {"geometry", ColumnKind::kUnsupported}}) {
    const Result<ChunkKey> key = chunk_key_of(table({column("made_on", type, kind)}, {0}));
    ASSERT_FALSE(key) << type;
    EXPECT_EQ(key.error().kind(), ErrorKind::kUnsupported);
    EXPECT_NE(key.error().text().find("made_on of type " + std::string(type)), std::string::npos);
    EXPECT_NE(key.error().text().find("shop.orders"), std::string::npos);
    EXPECT_FALSE(key.error().remedy().empty());
  }
}

TEST(ChunkKey, GivesEveryTypeTheFormItsBoundsAreComparedIn) {
  using Kind = KeyCell::Kind;
  for (const auto& [type, kind, bound] :
       {std::tuple{"decimal", ColumnKind::kDecimal64, Kind::kDecimal},
        {"decimal", ColumnKind::kDecimalText, Kind::kDecimal},
        {"float", ColumnKind::kFloat, Kind::kDouble},
        {"double", ColumnKind::kDouble, Kind::kDouble},
        {"date", ColumnKind::kDate, Kind::kDate},
        {"time", ColumnKind::kTime, Kind::kTime},
        {"datetime", ColumnKind::kDatetime, Kind::kDatetime},
        {"timestamp", ColumnKind::kTimestamp, Kind::kDatetime},
        {"year", ColumnKind::kYear, Kind::kInt},
        {"bit", ColumnKind::kBit, Kind::kUint},
        {"enum", ColumnKind::kEnum, Kind::kUint},
        {"set", ColumnKind::kSet, Kind::kUint}}) {
    const Result<ChunkKey> key = chunk_key_of(table({column("k", type, kind)}, {0}));
    ASSERT_TRUE(key) << type;
    EXPECT_EQ(key->columns[0].kind, bound) << type;
    const bool word = kind == ColumnKind::kYear || kind == ColumnKind::kBit;
    EXPECT_EQ(key->in_identity, word) << type;
  }
  const TableDef legacy =
      table({column("k", "char", ColumnKind::kString, Charset::kOther, "cp932", "cp932_bin")}, {0});
  EXPECT_EQ(chunk_key_of(legacy)->columns[0].kind, Kind::kEncoded);
}

TEST(ChunkKey, RefusesAPrefix) {
  TableDef prefix = table(
      {column("k", "varchar", ColumnKind::kString, Charset::kUtf8, "utf8mb4", "utf8mb4_bin")}, {0});
  prefix.key_has_prefix = true;
  const Result<ChunkKey> key = chunk_key_of(prefix);
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().message().find("prefix"), std::string::npos);
}

TEST(ChunkKey, PutsASurrogateBeforeTheKey) {
  const TableDef def = table(
      {column("id", "int", ColumnKind::kInt), column("At", "datetime", ColumnKind::kDatetime)},
      {0});
  const Result<ChunkKey> key = chunk_key_of(def, {.surrogate = "at"});
  ASSERT_TRUE(key) << key.error().text();
  ASSERT_EQ(key->columns.size(), 2U);
  EXPECT_EQ(key->columns[0].quoted, "`At`");
  EXPECT_EQ(key->columns[1].quoted, "`id`");
  EXPECT_TRUE(key->unique);
  EXPECT_FALSE(key->primary);
  EXPECT_FALSE(key->in_identity);
  ASSERT_EQ(key->identity.columns.size(), 1U);
  EXPECT_EQ(key->identity.columns[0].quoted, "`id`");
  EXPECT_EQ(chunk_key_of(def, {.surrogate = "id"})->columns.size(), 1U);
}

TEST(ChunkKey, RefusesASurrogateThatIsNoneOrGivesNoOrder) {
  TableDef def =
      table({column("id", "int", ColumnKind::kInt), column("doc", "json", ColumnKind::kJson),
             column("k", "varchar", ColumnKind::kString, Charset::kUtf8, "utf8mb4", "utf8mb4_bin")},
            {0});
  def.columns[2].length = 256;
  const Result<ChunkKey> unknown = chunk_key_of(def, {.surrogate = "nothing"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().kind(), ErrorKind::kRejected);
  EXPECT_NE(unknown.error().text().find("no column nothing"), std::string::npos);
  EXPECT_FALSE(chunk_key_of(def, {.surrogate = "doc"}));
  EXPECT_FALSE(chunk_key_of(def, {.surrogate = "k"}));
  def.columns[2].length = 255;
  EXPECT_TRUE(chunk_key_of(def, {.surrogate = "k"}));
}

TEST(ChunkKey, OfRowsThatMayRepeatIsNotUnique) {
  const TableDef none = table({column("a", "int", ColumnKind::kInt)}, {});
  const Result<ChunkKey> whole = chunk_key_of(none);
  ASSERT_TRUE(whole);
  EXPECT_TRUE(whole->columns.empty());
  EXPECT_FALSE(whole->unique);
  EXPECT_TRUE(whole->identity.by_content);
  const Result<ChunkKey> by_a = chunk_key_of(none, {.surrogate = "a"});
  ASSERT_TRUE(by_a);
  EXPECT_EQ(by_a->columns.size(), 1U);
  EXPECT_FALSE(by_a->unique);

  TableDef nullable = none;
  nullable.columns[0].nullable = true;
  nullable.nullable_key_columns = {0};
  const Result<ChunkKey> by_key = chunk_key_of(nullable);
  ASSERT_TRUE(by_key);
  EXPECT_EQ(by_key->columns.size(), 1U);
  EXPECT_TRUE(by_key->columns[0].nullable);
  EXPECT_FALSE(by_key->unique);
  EXPECT_TRUE(by_key->identity.by_content);
}

// What is not emitted is not noted.
TEST(ChunkKey, NeedsEveryOperationWhereRowsMoveOrAreKnownByContent) {
  const TableDef keyed = table({column("a", "int", ColumnKind::kInt)}, {0});
  const TableDef keyless = table({column("a", "int", ColumnKind::kInt)}, {});
  EXPECT_TRUE(chunk_key_of(keyed, {.operations_skipped = true}));
  EXPECT_FALSE(chunk_key_of(keyed, {.surrogate = "a", .operations_skipped = true}));
  EXPECT_FALSE(chunk_key_of(keyless, {.operations_skipped = true}));
}

TEST(BoundCell, TakesWhatTheServerPrints) {
  ChunkKeyColumn decimal;
  decimal.kind = KeyCell::Kind::kDecimal;
  EXPECT_EQ(bound_cell(decimal, "-0.50")->text, "-0.50");
  EXPECT_TRUE(bound_cell(decimal, std::nullopt)->null);
  EXPECT_FALSE(bound_cell(decimal, "1 OR 1"));
  ChunkKeyColumn date;
  date.kind = KeyCell::Kind::kDate;
  EXPECT_EQ(bound_cell(date, "0000-00-00")->text, "0000-00-00");
  EXPECT_FALSE(bound_cell(date, "'; --"));
  ChunkKeyColumn number;
  number.kind = KeyCell::Kind::kDouble;
  EXPECT_EQ(bound_cell(number, "1.7976931348623157e308")->text, "1.7976931348623157e308");
  EXPECT_FALSE(bound_cell(number, "1x"));
}

TEST(ChunkKey, KeepsItsOrderOnlyWithNameKindAndCollation) {
  const TableDef before = table({column("k", "varchar", ColumnKind::kString, Charset::kUtf8,
                                        "utf8mb4", "utf8mb4_0900_ai_ci")},
                                {0});
  TableDef after = before;
  after.columns[0].octets = 400;
  EXPECT_TRUE(chunk_key_of(before)->same_order(*chunk_key_of(after)));
  after.columns[0].collation_name = "utf8mb4_bin";
  EXPECT_FALSE(chunk_key_of(before)->same_order(*chunk_key_of(after)));
  after = before;
  after.columns[0].name = "l";
  EXPECT_FALSE(chunk_key_of(before)->same_order(*chunk_key_of(after)));
}

TEST(ChunkKey, OfAnEnumEndsWithItsMembers) {
  TableDef before = table({column("k", "enum", ColumnKind::kEnum)}, {0});
  before.columns[0].members = {"a", "b"};
  before.columns[0].column_type = "enum('a','b')";
  TableDef after = before;
  after.columns[0].column_type = "enum('b','a')";
  EXPECT_TRUE(chunk_key_of(before)->same_order(*chunk_key_of(before)));
  EXPECT_FALSE(chunk_key_of(before)->same_order(*chunk_key_of(after)));
}

}  // namespace
}  // namespace tidemark
