// SPDX-License-Identifier: Apache-2.0
#include "snapshot/row_identity.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <vector>

#include "snapshot/chunk_key.h"

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
ColumnDef text_column(std::string name, std::string charset, std::string collation) {
  ColumnDef out = column(std::move(name), "varchar", ColumnKind::kString);
  out.charset_name = std::move(charset);
  out.collation_name = std::move(collation);
  out.charset = Charset::kUtf8;
  return out;
}
TableDef table(std::vector<ColumnDef> columns, std::vector<std::uint32_t> key) {
  TableDef out;
  out.id = {"shop", "orders"};
  out.columns = std::move(columns);
  out.key_columns = std::move(key);
  return out;
}

TEST(Collation, PadsWithSpaceOrNot) {
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
               text_column("k", "utf8mb4", "utf8mb4_0900_ai_ci"),
               column("b", "varbinary", ColumnKind::kBinary)},
              {1, 0, 2, 3});
    key_ = *chunk_key_of(def);
  }
  std::string identity(std::int64_t a, std::uint64_t u, std::string_view k,
                       std::string_view b) const {
    const std::array row{Value::of_int(a), Value::of_uint(u), Value::of_text(k), Value::of_text(b)};
    std::string out;
    append_identity(out, key_.identity, row);
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
  const std::array<std::string_view, 1> weight{"\x1c\x47"};
  std::string a;
  std::string b;
  std::string c;
  append_weight(a, key_.identity, identity(1, 2, "abc", "d"), weight);
  append_weight(b, key_.identity, identity(1, 2, "ABC", "d"), weight);
  append_weight(c, key_.identity, identity(1, 2, "ABC", "D"), weight);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
}

TEST(IdentityOfNumbers, HasOneZero) {
  const RowIdentity of = row_identity_of(
      table({column("f", "float", ColumnKind::kFloat), column("d", "double", ColumnKind::kDouble)},
            {0, 1}));
  std::string plus;
  std::string minus;
  append_identity(plus, of, std::array{Value::of_float(0.0F), Value::of_double(0.0)});
  append_identity(minus, of, std::array{Value::of_float(-0.0F), Value::of_double(-0.0)});
  EXPECT_EQ(plus, minus);
}

TEST(IdentityOfTimes, HasTheFraction) {
  const RowIdentity of =
      row_identity_of(table({column("t", "datetime", ColumnKind::kDatetime)}, {0}));
  std::string a;
  std::string b;
  append_identity(a, of, std::array{Value::of_civil({2024, 2, 29, 1, 2, 3}, 1)});
  append_identity(b, of, std::array{Value::of_civil({2024, 2, 29, 1, 2, 3}, 2)});
  EXPECT_NE(a, b);
}

class Content : public ::testing::Test {
 protected:
  static std::string identity(const RowIdentity& of, const std::vector<Value>& row) {
    std::string out;
    append_identity(out, of, row);
    return out;
  }
};

TEST_F(Content, IsWhatRowsWithoutAKeyAreKnownBy) {
  const RowIdentity of = row_identity_of(table(
      {column("a", "int", ColumnKind::kInt), text_column("k", "utf8mb4", "utf8mb4_bin")}, {}));
  const std::string one = identity(of, {Value::of_int(1), Value::of_text("x")});
  EXPECT_TRUE(is_content(of, one));
  EXPECT_EQ(one, identity(of, {Value::of_int(1), Value::of_text("x")}));
  EXPECT_NE(one, identity(of, {Value::of_int(2), Value::of_text("x")}));
  EXPECT_NE(one, identity(of, {Value::of_int(1), Value::of_null()}));
  EXPECT_NE(identity(of, {Value::of_null(), Value::of_null()}),
            identity(of, {Value::of_int(0), Value::of_null()}));
  EXPECT_TRUE(parts_of(of, one).empty());
}

TEST_F(Content, LeavesOutWhatAnImageMayLackOrSpellInTwoWays) {
  const RowIdentity of = row_identity_of(
      table({column("a", "int", ColumnKind::kInt), column("t", "text", ColumnKind::kString),
             column("b", "blob", ColumnKind::kBinary), column("j", "json", ColumnKind::kJson)},
            {}));
  EXPECT_EQ(
      identity(of, {Value::of_int(1), Value::of_text("x"), Value::of_text("y"), Value::of_null()}),
      identity(of, {Value::of_int(1), Value::of_null(), Value::of_null(), Value::of_text("1")}));
}

TEST_F(Content, StandsInForANullableKeyOnlyWhereItIsNull) {
  TableDef def =
      table({column("a", "int", ColumnKind::kInt), column("v", "int", ColumnKind::kInt)}, {});
  def.nullable_key_columns = {0};
  const RowIdentity of = row_identity_of(def);
  const std::string keyed = identity(of, {Value::of_int(1), Value::of_int(5)});
  EXPECT_FALSE(is_content(of, keyed));
  EXPECT_EQ(keyed, identity(of, {Value::of_int(1), Value::of_int(6)}));
  const std::string null = identity(of, {Value::of_null(), Value::of_int(5)});
  EXPECT_TRUE(is_content(of, null));
  EXPECT_NE(null, identity(of, {Value::of_null(), Value::of_int(6)}));
}

TEST_F(Content, IsAllThatTextsTellWhichStandForSeveralValues) {
  ColumnDef member = column("e", "enum", ColumnKind::kEnum);
  member.members = {"", "a"};
  EXPECT_TRUE(row_identity_of(table({member}, {0})).by_content);
  member.members = {"a"};
  EXPECT_FALSE(row_identity_of(table({member}, {0})).by_content);
  EXPECT_TRUE(row_identity_of(table({text_column("k", "cp932", "cp932_bin")}, {0})).by_content);
}

}  // namespace
}  // namespace tidemark
