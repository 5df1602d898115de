// SPDX-License-Identifier: Apache-2.0
#include "connector/output.h"

#include <gtest/gtest.h>

#include "sink/batch_builder.h"
#include "testing/memory_delivery.h"

namespace tidemark {
namespace {

class OutputTest : public testing::Test {
 protected:
  void add(std::size_t bytes) {
    RecordBatch& batch = output_.batch();
    Record record{.topic = &topic_};
    record.value_at = static_cast<std::uint32_t>(batch.buffer().size());
    record.value_size = static_cast<std::uint32_t>(bytes);
    batch.buffer().append(bytes, '1');
    batch.records().push_back(record);
  }
  std::size_t written() {
    EXPECT_TRUE((*delivery_).finish());
    return delivery_.output().records.size();
  }

  const Topic topic_{"t"};
  MemoryDelivery delivery_{"output"};
  Output output_{*delivery_};
};

TEST_F(OutputTest, KeepsASmallBatchToItself) {
  add(100);
  ASSERT_TRUE(output_.relieve());
  EXPECT_FALSE(output_.full());
  EXPECT_EQ(output_.batch().records().size(), 1U);
  EXPECT_EQ(written(), 0U);
}

TEST_F(OutputTest, HandsALargeBatchOverWithoutACheckpoint) {
  add(1 << 20);
  EXPECT_TRUE(output_.full());
  ASSERT_TRUE(output_.relieve());
  EXPECT_TRUE(output_.batch().empty());
  EXPECT_EQ(written(), 1U);
  EXPECT_EQ((*delivery_).stats().commits, 0U);
}

TEST_F(OutputTest, SendsTheBatchWithItsCheckpoint) {
  add(10);
  Checkpoint point;
  point.offset.position = {"binlog.000001", 7};
  ASSERT_TRUE(output_.send(std::move(point)));
  EXPECT_TRUE(output_.batch().empty());
  EXPECT_EQ(written(), 1U);
  EXPECT_EQ((*read_offset_file(delivery_.path()))->offset.position.pos, 7U);
}

TEST_F(OutputTest, ReportsADeliveryThatHasEnded) {
  delivery_.output().writes_left = 0;
  add(10);
  (void)output_.send(std::nullopt);
  EXPECT_FALSE((*delivery_).finish());
  add(1 << 20);
  EXPECT_EQ(output_.relieve().error().kind(), ErrorKind::kStorage);
}

}  // namespace
}  // namespace tidemark
