// SPDX-License-Identifier: Apache-2.0
#include "encode/topic.h"

#include <gtest/gtest.h>

#include <string>

namespace tidemark {
namespace {

TEST(TopicName, JoinsPrefixDatabaseAndTable) {
  EXPECT_EQ(topic_name("p", ".", {"shop", "orders"}), "p.shop.orders");
  EXPECT_EQ(topic_name("my-p", "_", {"Shop", "A-1"}), "my-p_Shop_A-1");
}

TEST(TopicName, ReplacesEachUtf16UnitThatIsNotLegal) {
  EXPECT_EQ(topic_name("p", ".", {"a b", "c$d"}), "p.a_b.c_d");
  EXPECT_EQ(topic_name("p", ".", {"d", "\xC3\xBC"}), "p.d._");              // ü
  EXPECT_EQ(topic_name("p", ".", {"d", "\xE4\xB8\xAD"}), "p.d._");          // 中
  EXPECT_EQ(topic_name("p", ".", {"d", "\xF0\x9F\x98\x80x"}), "p.d.__x");  // an emoji is two units
  EXPECT_EQ(topic_name("p", "#", {"d", "t"}), "p_d_t");
}

TEST(TopicName, IsCutAtKafkasLimit) {
  EXPECT_EQ(topic_name("p", ".", {"d", std::string(300, 't')}), "p.d." + std::string(245, 't'));
}

TEST(TopicName, IsNeverADirectory) {
  EXPECT_EQ(topic_name("", ".", {"", ""}), "__");
  EXPECT_EQ(topic_name(".", "", {"", ""}), "_");
}

TEST(TopicRegistry, KeepsOneTopicPerNameInPlace) {
  TopicRegistry topics;
  const Topic* const first = topics.intern("a");
  for (int i = 0; i < 100; ++i) topics.intern("t" + std::to_string(i));
  EXPECT_EQ(topics.intern("a"), first);
  EXPECT_EQ(first->name, "a");
  EXPECT_NE(topics.intern("b"), first);
}

}  // namespace
}  // namespace tidemark
