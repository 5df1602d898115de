// SPDX-License-Identifier: Apache-2.0
#include "connector/transaction_meta.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

class TransactionMetaTest : public testing::Test {
 protected:
  TransactionMeta make(TransactionState resumed = {}) {
    return {TransactionRecords({.schemas_enable_key = false, .schemas_enable_value = false}, "t",
                               topics_),
            std::move(resumed)};
  }
  // What an encoder does with one record.
  static std::string number(const TransactionOrder& order) {
    if (!order.on()) return "none";
    char buffer[256];
    char* end = EnvelopeText::write_until_order(buffer, order);
    end = EnvelopeText::write_next_order(end, order);
    return {buffer, end};
  }
  std::vector<std::string> values() {
    std::vector<std::string> out;
    for (const Record& record : batch_.records()) out.emplace_back(batch_.value(record));
    batch_.clear();
    return out;
  }

  TopicRegistry topics_;
  RecordBatch batch_;
};

TEST_F(TransactionMetaTest, NumbersRecordsInAllAndByTable) {
  TransactionMeta meta = make();
  meta.begin("u:1", 5, batch_);
  const TransactionOrder a = meta.order("d.a");
  EXPECT_EQ(number(a), R"({"id":"u:1","total_order":1,"data_collection_order":1})");
  EXPECT_EQ(number(a), R"({"id":"u:1","total_order":2,"data_collection_order":2})");
  EXPECT_EQ(number(meta.order("d.b")), R"({"id":"u:1","total_order":3,"data_collection_order":1})");
  EXPECT_EQ(number(meta.order("d.a")), R"({"id":"u:1","total_order":4,"data_collection_order":3})");
  (void)meta.order("d.filtered");  // an event all of whose rows are skipped
  meta.end(6, batch_);
  const auto out = values();
  ASSERT_EQ(out.size(), 2U);
  EXPECT_NE(out[1].find(R"("event_count":4)"), std::string::npos);
  EXPECT_NE(out[1].find(R"({"data_collection":"d.a","event_count":3})"), std::string::npos);
  EXPECT_EQ(out[1].find("filtered"), std::string::npos);
  EXPECT_EQ(meta.state(), TransactionState());
}

TEST_F(TransactionMetaTest, GoesOnWithATransactionThatBeginsAgain) {
  TransactionMeta before = make();
  before.begin("u:1", 5, batch_);
  (void)number(before.order("d.a"));
  (void)number(before.order("d.b"));
  EXPECT_EQ(values().size(), 1U);
  // The next process, from what was stored.
  TransactionMeta after = make(before.state());
  after.begin("u:1", 5, batch_);
  EXPECT_TRUE(values().empty());
  EXPECT_EQ(number(after.order("d.b")),
            R"({"id":"u:1","total_order":3,"data_collection_order":2})");
  after.end(6, batch_);
  EXPECT_NE(values()[0].find(R"("event_count":3)"), std::string::npos);
  // The same id later is another transaction.
  after.begin("u:1", 7, batch_);
  EXPECT_EQ(values().size(), 1U);
  EXPECT_EQ(number(after.order("d.b")),
            R"({"id":"u:1","total_order":1,"data_collection_order":1})");
}

TEST_F(TransactionMetaTest, BeginsAnewUnderAnotherId) {
  TransactionMeta meta = make({.id = "u:1", .counts = {{"d.a", 5}}});
  meta.begin("u:2", 1, batch_);
  EXPECT_EQ(number(meta.order("d.a")), R"({"id":"u:2","total_order":1,"data_collection_order":1})");
}

TEST_F(TransactionMetaTest, NumbersNothingOutsideATransaction) {
  TransactionMeta meta = make();
  EXPECT_EQ(number(meta.order("d.a")), "none");
  meta.end(1, batch_);
  EXPECT_TRUE(values().empty());
}

TEST_F(TransactionMetaTest, NamesTransactionsByGtidOrPlace) {
  EXPECT_EQ(TransactionMeta::make_id("u:1", "b.000001", 4), "u:1");
  EXPECT_EQ(TransactionMeta::make_id("", "b.000001", 4), "file=b.000001,pos=4");
}

}  // namespace
}  // namespace tidemark
