// SPDX-License-Identifier: Apache-2.0
#include "schema/capture.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

RegexList list(std::string_view text) {
  auto out = RegexList::compile(text, RegexCase::kInsensitive);
  EXPECT_TRUE(out) << text;
  return out ? *out : RegexList();
}
bool captures(const CaptureFilter& filter, std::string database, std::string table) {
  return filter.captures({.database = std::move(database), .table = std::move(table)}).value();
}

TEST(CaptureFilter, TakesAllButBuiltinDatabasesByDefault) {
  const CaptureFilter filter({});
  EXPECT_TRUE(captures(filter, "shop", "orders"));
  for (const char* name : {"mysql", "SYS", "Performance_Schema", "information_schema"}) {
    EXPECT_FALSE(captures(filter, name, "t")) << name;
    EXPECT_FALSE(filter.captures_database(name).value());
  }
  const CaptureFilter all({.ignore_builtin = false});
  EXPECT_TRUE(captures(all, "mysql", "user"));
  EXPECT_TRUE(captures(all, "sys", "sys_config"));
  EXPECT_FALSE(captures(all, "performance_schema", "threads"));
  EXPECT_FALSE(captures(all, "INFORMATION_SCHEMA", "TABLES"));
}

TEST(CaptureFilter, NeedsBothDatabaseAndTableToPass) {
  const CaptureFilter filter(
      {.database_include = list("shop,crm"), .table_exclude = list(".*\\.secret")});
  EXPECT_TRUE(captures(filter, "SHOP", "orders"));
  EXPECT_FALSE(captures(filter, "shop", "secret"));
  EXPECT_FALSE(captures(filter, "shop2", "orders"));
  const CaptureFilter crossed({.database_include = list("shop"), .table_include = list("crm\\.t")});
  EXPECT_FALSE(captures(crossed, "crm", "t"));
  EXPECT_FALSE(captures(crossed, "shop", "t"));
}

TEST(CaptureFilter, ExcludesDatabases) {
  const CaptureFilter filter({.database_exclude = list("test.*")});
  EXPECT_FALSE(captures(filter, "test_1", "t"));
  EXPECT_TRUE(captures(filter, "prod", "t"));
  EXPECT_FALSE(filter.captures_database("test_1").value());
  EXPECT_TRUE(filter.captures_database("prod").value());
}

TEST(CaptureFilter, TreatsAnEmptyListAsNone) {
  const CaptureFilter filter({.database_include = list(" , "), .table_include = list("")});
  EXPECT_TRUE(captures(filter, "shop", "orders"));
}

TEST(CaptureFilter, AlwaysTakesTheSignalTableAsSpelled) {
  const CaptureFilter filter({.table_include = list("shop\\.orders"),
                              .signal_table = TableId{.database = "ops", .table = "sig"}});
  EXPECT_TRUE(captures(filter, "ops", "sig"));
  EXPECT_FALSE(captures(filter, "ops", "SIG"));
  const CaptureFilter of_shop({.database_include = list("shop"),
                               .signal_table = TableId{.database = "ops", .table = "sig"}});
  EXPECT_TRUE(captures(of_shop, "ops", "sig"));
  EXPECT_FALSE(of_shop.captures_database("ops").value());
}

TEST(CaptureFilter, ReportsAnExpressionPastItsLimits) {
  const CaptureFilter filter({.table_include = list("(a|aa)+(a|aa)+(a|aa)+[.][yz]")});
  const auto outcome = filter.captures({.database = std::string(64, 'a'), .table = "x"});
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().kind(), ErrorKind::kRejected);
}

}  // namespace
}  // namespace tidemark
