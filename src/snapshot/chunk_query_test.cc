// SPDX-License-Identifier: Apache-2.0
#include "snapshot/chunk_query.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace tidemark {
namespace {

KeyCell number(std::int64_t value) {
  KeyCell cell;
  cell.i64 = value;
  return cell;
}
KeyCell natural(std::uint64_t value) {
  KeyCell cell;
  cell.kind = KeyCell::Kind::kUint;
  cell.u64 = value;
  return cell;
}
KeyCell text(std::string value) {
  KeyCell cell;
  cell.kind = KeyCell::Kind::kText;
  cell.text = std::move(value);
  return cell;
}
KeyCell bytes(std::string value) {
  KeyCell cell = text(std::move(value));
  cell.kind = KeyCell::Kind::kBinary;
  return cell;
}

ChunkKeyColumn plain(const std::string& name, KeyCell::Kind kind = KeyCell::Kind::kInt) {
  ChunkKeyColumn column;
  column.quoted = "`" + name + "`";
  column.kind = kind;
  return column;
}
ChunkKeyColumn collated(const std::string& name, std::string charset, std::string collation) {
  ChunkKeyColumn column = plain(name, KeyCell::Kind::kText);
  column.charset = std::move(charset);
  column.collation = std::move(collation);
  return column;
}
// A key whose rows are told apart by these very columns.
ChunkKey key_of(std::vector<ChunkKeyColumn> columns) {
  ChunkKey key;
  for (const ChunkKeyColumn& column : columns) {
    const bool text = column.kind == KeyCell::Kind::kText;
    key.identity.columns.push_back(
        {.column = static_cast<std::uint32_t>(key.identity.columns.size()),
         .form = text ? IdentityColumn::Form::kText : IdentityColumn::Form::kWord,
         .quoted = column.quoted,
         .charset = column.charset,
         .collation = column.collation,
         .collated = text});
  }
  key.columns = std::move(columns);
  key.in_identity = true;
  return key;
}
std::string literal(const KeyCell& cell) { return key_literal(plain("k", cell.kind), cell); }

const ChunkKey kOne = key_of({plain("id")});
const ChunkKey kTwo = key_of({plain("a"), plain("b")});
const ChunkKey kThree = key_of({plain("a"), plain("b"), plain("c")});
const ChunkKey kText = key_of({collated("k", "latin1", "latin1_swedish_ci")});
const TableId kTable{"shop", "or`ders"};

TEST(KeyLiteral, NeedsNoEscapes) {
  EXPECT_EQ(literal(number(std::numeric_limits<std::int64_t>::min())), "-9223372036854775808");
  EXPECT_EQ(literal(natural(std::numeric_limits<std::uint64_t>::max())), "18446744073709551615");
  EXPECT_EQ(literal(text("it's \\")), "_utf8mb4 0x69742773205c");
  EXPECT_EQ(literal(text("ä")), "_utf8mb4 0xc3a4");
  EXPECT_EQ(literal(text("")), "''");
  EXPECT_EQ(literal(bytes(std::string("\0\xff", 2))), "x'00ff'");
  EXPECT_EQ(literal(bytes("")), "x''");
  const auto of = [](KeyCell::Kind kind, std::string value) {
    KeyCell cell = text(std::move(value));
    cell.kind = kind;
    return cell;
  };
  EXPECT_EQ(literal(of(KeyCell::Kind::kDecimal, "-0.50")), "-0.50");
  EXPECT_EQ(literal(of(KeyCell::Kind::kDouble, "1.5")), "1.5e0");
  EXPECT_EQ(literal(of(KeyCell::Kind::kDouble, "1e300")), "1e300");
  EXPECT_EQ(literal(of(KeyCell::Kind::kTime, "-838:59:59")), "'-838:59:59'");
  EXPECT_EQ(
      key_literal(collated("k", "cp932", "cp932_bin"), of(KeyCell::Kind::kEncoded, "\x81\x40")),
      "_cp932 x'8140'");
}

TEST(ChunkBounds, ExpandCompositeKeys) {
  const KeyTuple lower{number(1), number(2), number(3)};
  const KeyTuple upper{number(4), number(5), number(6)};
  EXPECT_EQ(bounds_predicate(kThree, {&lower, nullptr}),
            "((`a` > 1) OR (`a` = 1 AND `b` > 2) OR (`a` = 1 AND `b` = 2 AND `c` > 3))");
  EXPECT_EQ(bounds_predicate(kThree, {nullptr, &upper}),
            "((`a` < 4) OR (`a` = 4 AND `b` < 5) OR (`a` = 4 AND `b` = 5 AND `c` <= 6))");
}

TEST(ChunkBounds, TakePrefixes) {
  const KeyTuple lower{number(1)};
  const KeyTuple upper{number(4), number(5)};
  EXPECT_EQ(bounds_predicate(kThree, {&lower, &upper}),
            "((`a` > 1)) AND ((`a` < 4) OR (`a` = 4 AND `b` <= 5))");
}

TEST(ChunkBounds, AreNothingWhenEmpty) {
  const KeyTuple none;
  EXPECT_EQ(bounds_predicate(kThree, {&none, nullptr}), "");
}

TEST(ChunkBounds, ListTheMembersOfAnEnum) {
  ChunkKeyColumn column = plain("e", KeyCell::Kind::kUint);
  column.order = ChunkKeyColumn::Order::kEnum;
  column.members = 5;
  const ChunkKey key = key_of({column, plain("b")});
  const KeyTuple lower{natural(3), number(7)};
  const KeyTuple upper{natural(5), number(9)};
  EXPECT_EQ(bounds_predicate(key, {&lower, &upper}),
            "((`e` IN (4, 5)) OR (`e` = 3 AND `b` > 7)) AND "
            "((`e` IN (0, 1, 2, 3, 4)) OR (`e` = 5 AND `b` <= 9))");
  const KeyTuple last{natural(5)};
  EXPECT_EQ(bounds_predicate(key, {&last, nullptr}), "((FALSE))");
  const KeyTuple invalid{natural(0), number(9)};
  EXPECT_EQ(bounds_predicate(key, {nullptr, &invalid}), "((FALSE) OR (`e` = 0 AND `b` <= 9))");
  ChunkKeyColumn wide = column;
  wide.members = 9000;
  const KeyTuple middle{natural(4000)};
  EXPECT_EQ(bounds_predicate(key_of({wide}), {&middle, &middle}),
            "((`e` > 4000)) AND ((`e` <= 4000))");
}

TEST(ChunkBounds, CompareTheBitsOfASet) {
  ChunkKeyColumn column = plain("s", KeyCell::Kind::kUint);
  column.order = ChunkKeyColumn::Order::kSet;
  const KeyTuple bound{natural(std::numeric_limits<std::uint64_t>::max())};
  EXPECT_EQ(bounds_predicate(key_of({column}), {&bound, nullptr}),
            "((CAST(`s` AS UNSIGNED) > 18446744073709551615))");
}

TEST(ChunkBounds, PutNullFirst) {
  ChunkKeyColumn column = plain("a");
  column.nullable = true;
  const ChunkKey key = key_of({column, column});
  KeyCell null;
  null.null = true;
  const KeyTuple low{null, number(2)};
  const KeyTuple high{number(5), null};
  EXPECT_EQ(bounds_predicate(key, {&low, &high}),
            "((`a` IS NOT NULL) OR (`a` IS NULL AND `a` > 2)) AND "
            "(((`a` < 5 OR `a` IS NULL)) OR (`a` = 5 AND `a` IS NULL))");
  EXPECT_EQ(bounds_predicate(key, {nullptr, &low}),
            "((FALSE) OR (`a` IS NULL AND (`a` <= 2 OR `a` IS NULL)))");
}

TEST(ChunkSelect, ReadsBoundsThatTheRowDoesNotTell) {
  ChunkKey key = key_of({plain("id")});
  key.in_identity = false;
  key.columns[0].kind = KeyCell::Kind::kDouble;
  key.columns[0].computed = true;
  EXPECT_EQ(chunk_select(kTable, key, {.select_columns = "`v`", .limit = 2}),
            "SELECT `v`, (`id` * 1e0) FROM `shop`.`or``ders` ORDER BY `id` LIMIT 2");
  EXPECT_EQ(chunk_end_select(kTable, key, {.condition = "v = 1", .limit = 2}),
            "SELECT (`id` * 1e0) FROM `shop`.`or``ders` WHERE (v = 1\n) ORDER BY `id` LIMIT 1, 1");
}

TEST(ChunkSelect, ReadsATableWithoutAKeyAsItLies) {
  ChunkKey key;
  key.unique = false;
  EXPECT_EQ(chunk_select(kTable, key, {.select_columns = "`v`", .limit = 9}),
            "SELECT `v` FROM `shop`.`or``ders` LIMIT 9");
  EXPECT_EQ(min_key_select(kTable, key), "SELECT 1 FROM `shop`.`or``ders` LIMIT 1");
}

TEST(ChunkSelect, OrdersByTheKeyAndLimits) {
  const KeyTuple upper{number(9)};
  EXPECT_EQ(chunk_select(kTable, kOne,
                         {.select_columns = "`id`, `v`",
                          .condition = "",
                          .bounds = {nullptr, &upper},
                          .limit = 7}),
            "SELECT `id`, `v` FROM `shop`.`or``ders` WHERE ((`id` <= 9)) ORDER BY `id` LIMIT 7");
}

TEST(ChunkSelect, ReadsAWholeRangeInTheOrderOfThePrimaryKey) {
  ChunkKey key = kOne;
  key.primary = true;
  const KeyTuple lower{number(7)};
  EXPECT_EQ(
      chunk_select(kTable, key, {.select_columns = "`v`", .bounds = {.lower = &lower}}),
      "SELECT `v` FROM `shop`.`or``ders` FORCE INDEX (PRIMARY) WHERE ((`id` > 7)) ORDER BY `id`");
}

TEST(ChunkSelect, ClosesAConditionThatEndsInAComment) {
  ChunkKey key = kOne;
  key.primary = true;
  EXPECT_EQ(chunk_select(kTable, key,
                         {.select_columns = "`id`", .condition = "v = 1 -- all", .limit = 7}),
            "SELECT `id` FROM `shop`.`or``ders` FORCE INDEX (PRIMARY) WHERE (v = 1 -- all\n) "
            "ORDER BY `id` LIMIT 7");
}

TEST(ChunkSelect, AddsWeightsOfCollatedColumnsOnly) {
  const ChunkKey key = key_of({plain("id"), collated("k", "utf8mb4", "utf8mb4_0900_ai_ci"),
                               collated("l", "latin1", "latin1_swedish_ci")});
  const std::string sql =
      chunk_select(kTable, key, {.select_columns = "`v`", .limit = 1, .with_weights = true});
  EXPECT_TRUE(sql.starts_with(
      "SELECT `v`, WEIGHT_STRING(`k`), TRIM(TRAILING WEIGHT_STRING(_latin1' ' COLLATE "
      "latin1_swedish_ci) FROM WEIGHT_STRING(`l`)) FROM"))
      << sql;
}

TEST(KeyEdges, ReadOneRowInEachDirection) {
  EXPECT_EQ(min_key_select(kTable, kTwo),
            "SELECT `a`, `b` FROM `shop`.`or``ders` ORDER BY `a`, `b` LIMIT 1");
  EXPECT_EQ(max_key_select(kTable, kTwo),
            "SELECT `a`, `b` FROM `shop`.`or``ders` ORDER BY `a` DESC, `b` DESC LIMIT 1");
}

TEST(SplitCheck, ComparesAsTheColumnDoes) {
  EXPECT_EQ(split_check_query(kText, {text("a")}, {text("b")}, {text("c")}),
            "SELECT ((CONVERT(_utf8mb4 0x62 USING latin1) COLLATE latin1_swedish_ci < "
            "CONVERT(_utf8mb4 0x63 USING latin1) COLLATE latin1_swedish_ci)) AND "
            "((CONVERT(_utf8mb4 0x61 USING latin1) COLLATE latin1_swedish_ci < "
            "CONVERT(_utf8mb4 0x62 USING latin1) COLLATE latin1_swedish_ci))");
}

TEST(WeightQuery, GivesOneRowForEachKey) {
  const ChunkKey key = key_of({plain("id"), collated("k", "utf8mb4", "utf8mb4_0900_ai_ci")});
  std::string a;
  std::string empty;
  append_identity(a, key.identity, std::array{Value::of_int(1), Value::of_text("a")});
  append_identity(empty, key.identity, std::array{Value::of_int(2), Value::of_text("")});
  EXPECT_EQ(
      weight_query(key.identity, std::vector<std::string_view>{a, "no identity", empty}),
      "SELECT 0, WEIGHT_STRING(CONVERT(_utf8mb4 0x61 USING utf8mb4) COLLATE utf8mb4_0900_ai_ci) "
      "UNION ALL SELECT 2, WEIGHT_STRING(CONVERT('' USING utf8mb4) COLLATE utf8mb4_0900_ai_ci)");
  EXPECT_EQ(weight_query(key.identity, {}), "");
}

// -- split points --

std::int64_t middle(std::int64_t low, std::int64_t high) {
  const auto point = midpoint(kOne, {number(low)}, {number(high)});
  return point ? point->split[0].i64 : -1;
}

TEST(SplitPoint, LiesBetweenIntegersOfEveryWidth) {
  constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(middle(0, 10), 5);
  EXPECT_EQ(middle(-10, 10), 0);
  EXPECT_EQ(middle(kMin, kMax), -1);  // the true middle, too
  EXPECT_EQ(middle(kMax - 2, kMax), kMax - 1);
  EXPECT_FALSE(midpoint(kOne, {number(4)}, {number(5)}));
  EXPECT_FALSE(midpoint(kOne, {number(5)}, {number(5)}));
  EXPECT_FALSE(midpoint(kOne, {number(6)}, {number(5)}));
  constexpr auto kTop = std::numeric_limits<std::uint64_t>::max();
  const ChunkKey key = key_of({plain("u", KeyCell::Kind::kUint)});
  const auto point = midpoint(key, {natural(0)}, {natural(kTop)});
  ASSERT_TRUE(point);
  EXPECT_EQ(point->split[0].u64, kTop / 2);
  EXPECT_FALSE(point->needs_check);
}

TEST(SplitPoint, IsAPrefixUpToTheColumnThatDiffers) {
  const auto first = midpoint(kTwo, {number(1), number(900)}, {number(9), number(3)});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->split, (KeyTuple{number(5)}));
  const auto second = midpoint(kTwo, {number(7), number(10)}, {number(7), number(30)});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->split, (KeyTuple{number(7), number(20)}));
  EXPECT_FALSE(midpoint(kTwo, {number(7), number(10)}, {number(7)}));
  EXPECT_FALSE(midpoint(kTwo, {}, {number(7)}));
}

TEST(SplitPoint, LiesBetweenBytes) {
  const ChunkKey key = key_of({plain("b", KeyCell::Kind::kBinary)});
  for (const auto& [low, high] : std::vector<std::pair<std::string, std::string>>{
           {std::string("\0", 1), "\xff"}, {"aaaa", "aaab"}, {"", "z"}, {"id-0001", "id-9999"}}) {
    const auto point = midpoint(key, {bytes(low)}, {bytes(high)});
    ASSERT_TRUE(point) << low << " " << high;
    EXPECT_LT(low, point->split[0].text);
    EXPECT_LT(point->split[0].text, high);
    EXPECT_FALSE(point->needs_check);
  }
  EXPECT_FALSE(midpoint(key, {bytes("a")}, {bytes("a")}));
  EXPECT_FALSE(midpoint(key, {bytes("b")}, {bytes("a")}));
}

TEST(SplitPoint, OfTextIsAGuessToBeChecked) {
  const auto point = midpoint(kText, {text("user-0100")}, {text("user-9000")});
  ASSERT_TRUE(point);
  EXPECT_TRUE(point->needs_check);
  EXPECT_EQ(point->split[0].text, "user-4");
  const auto near = midpoint(kText, {text("ab")}, {text("b")});
  ASSERT_TRUE(near);
  EXPECT_EQ(near->split[0].text, "an");
}

TEST(SplitPoint, OfTextCutsNoCharacter) {
  // ä and ö share their first byte.
  const auto point = midpoint(kText, {text("xä")}, {text("xö")});
  if (point) {
    EXPECT_EQ(point->split[0].text.find('\xc3'), std::string::npos);
  }
  EXPECT_FALSE(midpoint(kText, {text("ä")}, {text("ö")}));
}

TEST(SplitPoint, OfOtherTypesIsAGuessTheirColumnCanHold) {
  const auto middle_of = [](ChunkKeyColumn column, KeyCell::Kind kind, std::string low,
                            std::string high) {
    column.kind = kind;
    KeyCell lower = text(std::move(low));
    lower.kind = kind;
    KeyCell upper = text(std::move(high));
    upper.kind = kind;
    const auto point = midpoint(key_of({column}), {lower}, {upper});
    EXPECT_TRUE(!point || point->needs_check);
    return point ? point->split[0].text : "none";
  };
  using Kind = KeyCell::Kind;
  ChunkKeyColumn two = plain("k");
  two.scale = 2;
  EXPECT_EQ(middle_of(two, Kind::kDecimal, "-1.00", "2.01"), "0.50");
  EXPECT_EQ(middle_of(two, Kind::kDecimal, "2", "1"), "none");
  EXPECT_EQ(middle_of(plain("k"), Kind::kDouble, "1", "2.5"), "1.75");
  EXPECT_EQ(middle_of(plain("k"), Kind::kDouble, "-1.7e308", "1.7e308"), "0");
  EXPECT_EQ(middle_of(plain("k"), Kind::kDate, "2024-01-01", "2024-03-01"), "2024-02-01");
  EXPECT_EQ(middle_of(plain("k"), Kind::kDate, "0000-00-00", "0000-00-30"), "0000-01-15");
  EXPECT_EQ(middle_of(plain("k"), Kind::kDatetime, "2024-01-01 00:00:00.5", "2024-01-01 00:00:10"),
            "2024-01-01 00:00:05");
  EXPECT_EQ(middle_of(plain("k"), Kind::kTime, "-10:00:00.5", "00:00:00"), "-05:00:00");
  KeyCell null;
  null.null = true;
  EXPECT_FALSE(midpoint(kOne, {null}, {number(9)}));
}

TEST(SplitPoint, NeverLiesBetweenZeroAndTheFirstValue) {
  ChunkKeyColumn column = plain("k", KeyCell::Kind::kDatetime);
  column.has_gap = true;
  KeyCell zero = text("0000-00-00 00:00:00");
  zero.kind = KeyCell::Kind::kDatetime;
  KeyCell last = zero;
  last.text = "1970-01-03 00:00:01";
  EXPECT_EQ(midpoint(key_of({column}), {zero}, {last})->split[0].text, "1970-01-02 00:00:01");
  column.kind = KeyCell::Kind::kInt;
  EXPECT_EQ(midpoint(key_of({column}), {number(0)}, {number(1911)})->split[0].i64, 1906);
  EXPECT_FALSE(midpoint(key_of({column}), {number(0)}, {number(1901)}));
}

TEST(RangeShare, MeasuresNumbersAndTimes) {
  const auto decimal = [](std::string value) {
    KeyCell cell = text(std::move(value));
    cell.kind = KeyCell::Kind::kDecimal;
    return KeyTuple{cell};
  };
  EXPECT_DOUBLE_EQ(*range_share(decimal("2.5"), decimal("10"), decimal("0"), decimal("10")), 0.75);
  EXPECT_FALSE(range_share({}, {}, {}, {}));
}

TEST(RangeShare, MeasuresIntegersOfAnySize) {
  const KeyTuple low{number(1)};
  const KeyTuple high{number(1001)};
  EXPECT_DOUBLE_EQ(*range_share({number(501)}, high, low, high), 0.5);
  EXPECT_DOUBLE_EQ(*range_share(low, high, low, high), 1.0);
  EXPECT_DOUBLE_EQ(*range_share(high, high, low, high), 0.0);
  EXPECT_DOUBLE_EQ(*range_share({number(5000)}, high, low, high), 0.0);
}

TEST(RangeShare, LooksAtTheFirstColumnThatDiffers) {
  const KeyTuple low{number(7), number(0)};
  const KeyTuple high{number(7), number(100)};
  EXPECT_DOUBLE_EQ(*range_share({number(7), number(75)}, high, low, high), 0.25);
}

// The whole of DOUBLE is longer than the largest DOUBLE.
TEST(RangeShare, MeasuresAllOfDouble) {
  const auto floating = [](std::string text) {
    return KeyTuple{{.kind = KeyCell::Kind::kDouble, .text = std::move(text)}};
  };
  const KeyTuple low = floating("-1.7976931348623157e308");
  const KeyTuple high = floating("1.7976931348623157e308");
  EXPECT_DOUBLE_EQ(*range_share(low, high, low, high), 1.0);
  EXPECT_DOUBLE_EQ(*range_share(floating("0"), high, low, high), 0.5);
  EXPECT_DOUBLE_EQ(*range_share(high, high, low, high), 0.0);
}

TEST(RangeShare, KnowsNothingOfText) {
  EXPECT_FALSE(range_share({text("a")}, {text("b")}, {text("a")}, {text("z")}));
}

}  // namespace
}  // namespace tidemark
