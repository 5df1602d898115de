// SPDX-License-Identifier: Apache-2.0
#include "config/property.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "config/reference.h"
#include "config/value_check.h"

namespace tidemark {
namespace {

TEST(Property, IsDeclaredOnce) {
  std::set<std::string_view> names;
  for (const PropertyGroup& group : property_groups()) {
    EXPECT_FALSE(group.properties.empty()) << group.title;
    for (const Property& property : group.properties) {
      EXPECT_TRUE(names.insert(property.name).second) << property.name;
      EXPECT_FALSE(property.doc.empty()) << property.name;
      EXPECT_EQ(property.doc.find('|'), std::string_view::npos) << property.name;
    }
  }
  EXPECT_GT(names.size(), 200U);
}

TEST(Property, DefaultsAndWorkingValuesAreLegal) {
  for (const PropertyGroup& group : property_groups()) {
    for (const Property& property : group.properties) {
      for (const std::string_view value : words(property.here)) {
        EXPECT_TRUE(check_value(property, value)) << property.name << "=" << value;
      }
      if (property.fallback.empty()) continue;
      const auto checked = check_value(property, property.fallback);
      ASSERT_TRUE(checked) << property.name << ": " << checked.error().problem;
      EXPECT_EQ(*checked, property.fallback) << property.name;
    }
  }
}

TEST(Property, IsFoundByNameThenByTheLongestPattern) {
  EXPECT_EQ(find_property("topic.prefix")->name, "topic.prefix");
  EXPECT_EQ(find_property("database.hostname")->name, "database.hostname");
  EXPECT_EQ(find_property("database.someOption")->name, "database.<x>");
  EXPECT_EQ(find_property("column.mask.hash.v2.SHA-256.with.salt.x.y")->name,
            "column.mask.hash.v2.<algo>.with.salt.<salt>");
  EXPECT_EQ(find_property("transforms.a.type")->name, "transforms.<alias>.<option>");
  EXPECT_EQ(find_property("topic.prefx"), nullptr);
}

TEST(Property, PatternsWantSomethingForEachPart) {
  EXPECT_TRUE(fits_pattern("column.mask.with.<n>.chars", "column.mask.with.12.chars"));
  EXPECT_FALSE(fits_pattern("column.mask.with.<n>.chars", "column.mask.with.x.chars"));
  EXPECT_FALSE(fits_pattern("column.mask.with.<n>.chars", "column.mask.with..chars"));
  EXPECT_FALSE(fits_pattern("database.<x>", "database."));
  EXPECT_FALSE(fits_pattern("transforms.<a>.<b>", "transforms.a"));
  EXPECT_TRUE(fits_pattern("transforms.<a>.<b>", "transforms.a.b.c"));
}

const Property& declared(std::string_view name) {
  const Property* property = find_property(name);
  EXPECT_NE(property, nullptr) << name;
  return *property;
}

struct ValueCase {
  std::string_view name;
  std::string_view value;
  std::string_view expected;  // "!" and a part of the complaint, or the value as kept
};

TEST(PropertyValue, FollowsTheTable) {
  const ValueCase cases[] = {
      {"database.port", " 3306 ", "3306"},
      {"database.port", "+7", "7"},
      {"database.port", "0", "!out of bounds"},
      {"database.port", "65536", "!out of bounds"},
      {"database.port", "3306x", "!not a whole number"},
      {"database.port", "", "!not a whole number"},
      {"database.query.timeout.ms", "3000000000", "!32 bits"},
      {"database.server.id", "4294967295", "4294967295"},
      {"database.server.id", "4294967296", "!out of bounds"},
      {"connect.timeout.ms", "0", "!out of bounds"},
      {"tasks.max", "2", "!not there yet"},
      {"tombstones.on.delete", "FALSE", "false"},
      {"tombstones.on.delete", "yes", "!neither true nor false"},
      {"snapshot.mode", " Initial_Only ", "initial_only"},
      {"snapshot.mode", "WHEN_NEEDED", "when_needed"},
      {"snapshot.mode", "schema_only", "!not a value"},
      {"time.precision.mode", "adaptive", "!withdrawn by the original"},
      {"time.precision.mode", "Connect", "connect"},
      {"time.precision.mode", "structured", "!'structured' is not there yet"},
      {"decimal.handling.mode", "PRECISE", "precise"},
      {"include.schema.changes", "True", "true"},
      {"heartbeat.interval.ms", "0", "0"},
      {"heartbeat.interval.ms", "1000", "1000"},
      {"heartbeat.interval.ms", "-1", "!out of bounds"},
      {"message.key.columns", " ", " "},
      {"message.key.columns", "a.b:c", "a.b:c"},
      {"skipped.operations", "c,u", "c,u"},
      {"skipped.operations", "C", "!unknown item 'C'"},
      {"signal.enabled.channels", "source,kafka", "source,kafka"},
      {"signal.enabled.channels", "source,jmx", "!'jmx' is not there yet"},
      {"signal.enabled.channels", "sauce", "!unknown item 'sauce'"},
      {"incremental.snapshot.chunk.size", "0", "!out of bounds"},
      {"incremental.snapshot.max.threads", "65", "!out of bounds"},
      {"table.include.list", "a,(b", "!parenthes"},
      {"table.include.list", "a\\", "!backslash"},
      {"connector.class", "io.debezium.connector.mysql.MySqlConnector",
       "io.debezium.connector.mysql.MySqlConnector"},
      {"connector.class", "io.debezium.connector.mariadb.MariaDbConnector",
       "io.debezium.connector.mariadb.MariaDbConnector"},
      {"connector.class", "io.debezium.connector.postgresql.PostgresConnector", "!not there yet"},
      {"connector.class", "not a class", "!class name"},
      {"key.converter.decimal.format", "numeric", "NUMERIC"},
      {"debezium.sink.type", "Kafka", "kafka"},
      {"debezium.sink.type", "kinesis", "!'kinesis' is not there yet"},
      {"debezium.sink.type", "teleport", "!not a value"},
  };
  for (const ValueCase& c : cases) {
    const auto checked = check_value(declared(c.name), c.value);
    if (c.expected.starts_with('!')) {
      ASSERT_FALSE(checked) << c.name << "=" << c.value;
      EXPECT_NE(checked.error().problem.find(c.expected.substr(1)), std::string::npos)
          << c.name << "=" << c.value << ": " << checked.error().problem;
      EXPECT_FALSE(checked.error().allowed.empty());
    } else {
      ASSERT_TRUE(checked) << c.name << "=" << c.value << ": " << checked.error().problem;
      EXPECT_EQ(*checked, c.expected) << c.name;
    }
  }
}

// Run from the root of the repository, as the build does.
TEST(Reference, IsThePageInDocs) {
  constexpr const char* kPath = "docs/operating/configuration.md";
  const std::string rendered = config::reference_markdown();
  if (std::getenv("TIDEMARK_UPDATE_DOCS") != nullptr) {
    std::ofstream(kPath) << rendered;
  }
  std::ifstream file(kPath);
  ASSERT_TRUE(file) << kPath << ": run the tests from the root of the repository";
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_TRUE(text.str() == rendered)
      << kPath << " is not what src/config declares: run config_test with TIDEMARK_UPDATE_DOCS=1";
}

}  // namespace
}  // namespace tidemark
