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
  EXPECT_TRUE(key->columns[1].collated);
  EXPECT_TRUE(key->collation_dependent());
  EXPECT_TRUE(key->primary);
}

TEST(ChunkKey, DependsOnNoCollationThatIsBinary) {
  for (const char* collation : {"utf8mb4_bin", "utf8mb4_0900_bin"}) {
    const TableDef def = table(
        {column("k", "char", ColumnKind::kString, Charset::kUtf8, "utf8mb4", collation)}, {0});
    EXPECT_FALSE(chunk_key_of(def)->collation_dependent()) << collation;
  }
  const TableDef bytes = table({column("k", "binary", ColumnKind::kBinary)}, {0});
  EXPECT_FALSE(chunk_key_of(bytes)->collation_dependent());
}

TEST(ChunkKey, RefusesOtherTypesByName) {
  for (const auto& [type, kind] : {std::pair{"decimal", ColumnKind::kDecimal64},
                                   {"float", ColumnKind::kFloat},
                                   {"datetime", ColumnKind::kDatetime},
                                   {"timestamp", ColumnKind::kTimestamp},
                                   {"enum", ColumnKind::kEnum},
                                   {"set", ColumnKind::kSet},
                                   {"bit", ColumnKind::kBit},
                                   {"year", ColumnKind::kYear},
                                   {"date", ColumnKind::kDate},
                                   {"blob", ColumnKind::kBinary},
                                   {"geometry", ColumnKind::kUnsupported}}) {
    const Result<ChunkKey> key = chunk_key_of(table({column("made_on", type, kind)}, {0}));
    ASSERT_FALSE(key) << type;
    EXPECT_EQ(key.error().kind(), ErrorKind::kUnsupported);
    EXPECT_NE(key.error().text().find("made_on of type " + std::string(type)), std::string::npos);
    EXPECT_NE(key.error().text().find("shop.orders"), std::string::npos);
    EXPECT_FALSE(key.error().remedy().empty());
  }
  const TableDef text = table(
      {column("k", "text", ColumnKind::kString, Charset::kUtf8, "utf8mb4", "utf8mb4_bin")}, {0});
  EXPECT_FALSE(chunk_key_of(text));
}

TEST(ChunkKey, RefusesTablesWithoutAWholeKey) {
  EXPECT_FALSE(chunk_key_of(table({column("a", "int", ColumnKind::kInt)}, {})));
  TableDef prefix = table(
      {column("k", "varchar", ColumnKind::kString, Charset::kUtf8, "utf8mb4", "utf8mb4_bin")}, {0});
  prefix.key_has_prefix = true;
  const Result<ChunkKey> key = chunk_key_of(prefix);
  ASSERT_FALSE(key);
  EXPECT_NE(key.error().message().find("prefix"), std::string::npos);
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

TEST(ChunkKey, KnowsWhichCollationsPadWithSpace) {
  EXPECT_TRUE(pads_with_space("utf8mb4_general_ci"));
  EXPECT_TRUE(pads_with_space("utf8mb4_bin"));
  EXPECT_TRUE(pads_with_space("latin1_swedish_ci"));
  EXPECT_FALSE(pads_with_space("utf8mb4_0900_ai_ci"));
  EXPECT_FALSE(pads_with_space("utf8mb4_de_pb_0900_as_cs"));
  EXPECT_FALSE(pads_with_space("utf8mb4_nopad_bin"));
  EXPECT_FALSE(pads_with_space("binary"));
}

class Identity : public ::testing::Test {
 protected:
  Identity() {
    const TableDef def =
        table({column("a", "bigint", ColumnKind::kInt), column("u", "bigint", ColumnKind::kUint),
               column("k", "varchar", ColumnKind::kString, Charset::kUtf8, "utf8mb4",
                      "utf8mb4_0900_ai_ci"),
               column("b", "varbinary", ColumnKind::kBinary)},
              {1, 0, 2, 3});
    key_ = *chunk_key_of(def);
  }
  std::string identity(std::int64_t a, std::uint64_t u, std::string_view k,
                       std::string_view b) const {
    const std::array row{Value::of_int(a), Value::of_uint(u), Value::of_text(k), Value::of_text(b)};
    std::string out;
    append_identity(out, key_, row);
    EXPECT_EQ(tuple_of_identity(key_, out), key_tuple(key_, row));
    return out;
  }
  ChunkKey key_;
};

TEST_F(Identity, GoesThereAndBackAtTheLimits) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
  const KeyTuple tuple =
      tuple_of_identity(key_, identity(kMin, kMax, "", std::string_view("\0x", 2)));
  ASSERT_EQ(tuple.size(), 4U);
  EXPECT_EQ(tuple[0].u64, kMax);
  EXPECT_EQ(tuple[1].i64, kMin);
  EXPECT_EQ(tuple[2].text, "");
  EXPECT_EQ(tuple[3].text, std::string("\0x", 2));
}

TEST_F(Identity, TellsWhereOneCellEnds) {
  EXPECT_NE(identity(1, 1, "ab", "c"), identity(1, 1, "a", "bc"));
  EXPECT_NE(identity(1, 1, "a", ""), identity(1, 1, "A", ""));
}

TEST_F(Identity, RefusesBytesThatAreNone) {
  const std::string whole = identity(1, 2, "abc", "d");
  EXPECT_TRUE(tuple_of_identity(key_, whole.substr(0, whole.size() - 1)).empty());
  EXPECT_TRUE(tuple_of_identity(key_, whole + "x").empty());
  EXPECT_TRUE(tuple_of_identity(key_, "").empty());
}

TEST_F(Identity, WeighsOnlyCollatedCells) {
  const KeyTuple lower = tuple_of_identity(key_, identity(1, 2, "abc", "d"));
  const KeyTuple upper = tuple_of_identity(key_, identity(1, 2, "ABC", "d"));
  const KeyTuple other = tuple_of_identity(key_, identity(1, 2, "ABC", "D"));
  const std::array<std::string_view, 1> weight{"\x1c\x47"};
  std::string a;
  std::string b;
  std::string c;
  append_weight(a, key_, lower, weight);
  append_weight(b, key_, upper, weight);
  append_weight(c, key_, other, weight);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

}  // namespace
}  // namespace tidemark
