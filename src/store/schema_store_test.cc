// SPDX-License-Identifier: Apache-2.0
#include "store/schema_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/file.h"
#include "store/schema_format.h"

namespace tidemark {
namespace {

// Every field differs from its default, and from one n to the next.
ColumnDef column(std::uint32_t n) {
  ColumnDef out;
  out.name = "c\"" + std::to_string(n);
  out.data_type = n % 23 == 0 ? "odd" : "enum";
  out.column_type = "enum('a','b''c')";
  out.kind = static_cast<ColumnKind>(n % 23);
  out.nullable = n % 2 == 0;
  out.is_unsigned = true;
  out.auto_increment = true;
  out.generated = true;
  out.invisible = true;
  out.charset_name = n % 2 == 0 ? "utf8mb4" : "gbk";
  out.charset = charset_of(out.charset_name);
  out.collation_name = "utf8mb4_0900_ai_ci";
  out.length = 1 + n;
  out.octets = 0xFFFFFFFF;
  out.precision = 3;
  out.scale = 4;
  out.fraction_digits = 5;
  out.members = {"a", "b'c", ""};
  if (n % 3 != 0) out.default_text = n % 3 == 1 ? "" : "x\n";
  out.default_is_expression = true;
  out.comment = "\xE2\x82\xAC";
  return out;
}

TableDef table(const std::string& name) {
  TableDef out;
  out.id = {"shop", name};
  out.version = 7;
  for (std::uint32_t n = 0; n < 36; ++n) out.columns.push_back(column(n));
  out.columns.push_back({});
  out.key_columns = {3, 0};
  out.key_is_primary = true;
  out.key_has_prefix = true;
  out.engine = "InnoDB";
  out.rows_estimated = 18'000'000'000'000'000'000u;
  out.bytes_estimated = 2;
  return out;
}

bool same(const TableDef& a, const TableDef& b) {
  return a.id == b.id && a.version == b.version && a.columns == b.columns &&
         a.key_columns == b.key_columns && a.key_is_primary == b.key_is_primary &&
         a.key_has_prefix == b.key_has_prefix && a.engine == b.engine &&
         a.rows_estimated == b.rows_estimated && a.bytes_estimated == b.bytes_estimated;
}

std::vector<TablePtr> tables() {
  return {std::make_shared<TableDef>(table("a")), std::make_shared<TableDef>(TableDef{})};
}

TEST(SchemaFormat, RoundTripsEveryField) {
  const auto decoded = decode_tables(encode_tables(tables()));
  ASSERT_TRUE(decoded) << decoded.error().text();
  ASSERT_EQ(decoded->size(), 2u);
  EXPECT_TRUE(same((*decoded)[0], table("a")));
  EXPECT_TRUE(same((*decoded)[1], TableDef{}));
}

TEST(SchemaFormat, RefusesWhatItDidNotWrite) {
  std::string text = encode_tables(tables());
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string out = text;
    return out.replace(out.find(from), from.size(), to);
  };
  const auto kind_of_error = [](const std::string& changed) {
    const auto decoded = decode_tables(changed);
    return decoded ? ErrorKind::kCancelled : decoded.error().kind();
  };
  EXPECT_EQ(kind_of_error(with("\"version\": 1", "\"version\": 2")), ErrorKind::kRejected);
  EXPECT_EQ(kind_of_error(with("\"kind\": \"int\"", "\"kind\": \"what\"")), ErrorKind::kCorrupt);
  EXPECT_EQ(kind_of_error(with("[3, 0]", "[3, 37]")), ErrorKind::kCorrupt);
  EXPECT_EQ(kind_of_error(text.substr(0, text.size() / 2)), ErrorKind::kCorrupt);
}

StructuresToSave revision(std::uint64_t number, const std::vector<TablePtr>& tables) {
  static const Offset kNowhere;
  return {.at = kNowhere, .revision = number, .tables = tables};
}
ResumeState named(std::uint64_t revision) {
  ResumeState out;
  out.schema_revision = revision;
  return out;
}

class SchemaStoreTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  const std::string folder_ = testing::TempDir() + "tidemark_schema_" + std::to_string(::getpid());
  SchemaStore store_{folder_ + "/o.json"};
};

TEST_F(SchemaStoreTest, KeepsOldRevisionsUntilTold) {
  ASSERT_TRUE(store_.save(revision(1, tables())));
  ASSERT_TRUE(store_.save(revision(12, tables())));
  ASSERT_TRUE(replace_file(folder_ + "/o.json.schema.13.tmp", "half", Durability::kNone));
  ASSERT_TRUE(replace_file(folder_ + "/o.json.schema.old", "theirs", Durability::kNone));
  ASSERT_TRUE(replace_file(folder_ + "/other.json.schema.1", "theirs", Durability::kNone));
  EXPECT_EQ(store_.load(named(1))->tables.size(), 2u);
  ASSERT_TRUE(store_.keep_only(12));
  EXPECT_EQ(store_.load(named(12))->tables.size(), 2u);
  EXPECT_FALSE(std::filesystem::exists(store_.path_of(1)));
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/o.json.schema.13.tmp"));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/o.json.schema.old"));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/other.json.schema.1"));
}

TEST_F(SchemaStoreTest, NamesTheMissingFile) {
  const auto loaded = store_.load(named(3));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().kind(), ErrorKind::kCorrupt);
  EXPECT_NE(loaded.error().message().find("o.json.schema.3"), std::string::npos);
}

TEST_F(SchemaStoreTest, FailsToSaveIntoAMissingFolder) {
  SchemaStore lost(folder_ + "/no/o.json");
  const Status saved = lost.save(revision(1, tables()));
  ASSERT_FALSE(saved);
  EXPECT_EQ(saved.error().kind(), ErrorKind::kStorage);
  EXPECT_FALSE(lost.keep_only(1));
}

}  // namespace
}  // namespace tidemark
