// SPDX-License-Identifier: Apache-2.0
#include "control/grants.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

const std::vector<std::string> kColumns{"id", "type", "data"};

std::vector<std::string> on(const TableId& table, std::vector<std::string> lines) {
  return privileges_on(table, kColumns, lines);
}
using Names = std::vector<std::string>;

TEST(Grants, ReadsEveryLevel) {
  const TableId t{"db", "sig"};
  EXPECT_EQ(on(t, {"GRANT INSERT ON `db`.`sig` TO `u`@`%`"}), Names{"INSERT"});
  EXPECT_EQ(on(t, {"GRANT SELECT, INSERT ON `db`.* TO `u`@`%` WITH GRANT OPTION"}),
            (Names{"INSERT", "SELECT"}));
  EXPECT_EQ(
      on(t, {"GRANT RELOAD, INSERT ON *.* TO `u`@`%`", "GRANT XA_RECOVER_ADMIN ON *.* TO `u`"}),
      (Names{"INSERT", "RELOAD", "XA_RECOVER_ADMIN"}));
  EXPECT_TRUE(has_privilege(on(t, {"GRANT ALL PRIVILEGES ON `db`.* TO `u`@`%`"}), "DELETE"));
  EXPECT_EQ(on(t, {"GRANT USAGE ON *.* TO `u`@`%`", "GRANT INSERT ON `db`.`other` TO `u`@`%`",
                   "GRANT INSERT ON `db2`.* TO `u`@`%`"}),
            Names{"USAGE"});
}

TEST(Grants, ComparesDatabasesAsPatterns) {
  EXPECT_EQ(on({"db_1", "t"}, {R"(GRANT INSERT ON `db\_1`.* TO `u`@`%`)"}), Names{"INSERT"});
  EXPECT_EQ(on({"dbx1", "t"}, {R"(GRANT INSERT ON `db\_1`.* TO `u`@`%`)"}), Names{});
  EXPECT_EQ(on({"dbx1", "t"}, {"GRANT INSERT ON `db_1`.* TO `u`@`%`"}), Names{"INSERT"});
  EXPECT_EQ(on({"shop_eu", "t"}, {"GRANT INSERT ON `shop%`.* TO `u`@`%`"}), Names{"INSERT"});
}

TEST(Grants, CountsColumnsOnlyWhenAllAreThere) {
  const TableId t{"db", "sig"};
  EXPECT_EQ(on(t, {"GRANT SELECT, INSERT (`data`, `id`, `type`) ON `db`.`sig` TO `u`@`%`"}),
            (Names{"INSERT", "SELECT"}));
  EXPECT_EQ(on(t, {"GRANT INSERT (`id`, `type`) ON `db`.`sig` TO `u`@`%`"}), Names{});
}

TEST(Grants, TakesPartialRevokesOffTheGlobalGrant) {
  const TableId t{"db", "sig"};
  const std::string all = "GRANT SELECT, INSERT ON *.* TO `u`@`%`";
  EXPECT_EQ(on(t, {"REVOKE INSERT ON `db`.* FROM `u`@`%`", all}), Names{"SELECT"});
  EXPECT_EQ(on({"other", "sig"}, {all, "REVOKE INSERT ON `db`.* FROM `u`@`%`"}),
            (Names{"INSERT", "SELECT"}));
}

TEST(Grants, ReadsQuotedNamesAndSkipsWhatIsNoTable) {
  EXPECT_EQ(on({"d`b", "t.x"}, {"GRANT INSERT ON `d``b`.`t.x` TO `u`@`%`"}), Names{"INSERT"});
  EXPECT_EQ(on({"db", "t"},
               {"GRANT `role`@`%` TO `u`@`%`", "GRANT EXECUTE ON PROCEDURE `db`.`t` TO `u`@`%`",
                "GRANT PROXY ON ``@`` TO `u`@`%`", "", "nonsense", "GRANT INSERT ON `db"}),
            Names{});
}

}  // namespace
}  // namespace tidemark
