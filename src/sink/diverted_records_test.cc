// SPDX-License-Identifier: Apache-2.0
#include "sink/diverted_records.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "sink/batch_builder.h"

namespace tidemark {
namespace {

TEST(DivertedRecords, AreLinesBehindWhatIsThere) {
  const std::string path = testing::TempDir() + "diverted_" + std::to_string(::getpid());
  ASSERT_TRUE(replace_file(path, "{\"cut", Durability::kNone));
  const Topic topic{"t"};
  const BatchBuilder records = numbered(topic, 1, 2);
  for (int round = 0; round < 2; ++round) {
    const auto file = DivertedRecords::open(path);
    ASSERT_TRUE(file) << file.error().text();
    ASSERT_TRUE((*file)->add(records.batch(), records.batch().records()[0], 10));
    ASSERT_TRUE((*file)->add(records.batch(), records.batch().records()[1], 10));
    EXPECT_EQ((*file)->count(), 2U);
  }
  const std::string both = numbered_line("t", 1) + "\n" + numbered_line("t", 2) + "\n";
  EXPECT_EQ(read_file(path, 1000).value().value(), "{\"cut\n" + both + both);
  ASSERT_TRUE(remove_file(path));
}

TEST(DivertedRecords, NeedAFolder) {
  const auto file = DivertedRecords::open(testing::TempDir() + "nowhere/at/all");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind(), ErrorKind::kStorage);
}

}  // namespace
}  // namespace tidemark
