// SPDX-License-Identifier: Apache-2.0
// What every sink must do, for tests: a fixture describes how to make one and how to read what it
// holds. It defines the tests themselves, so one source file of a test program includes it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sink/batch_builder.h"
#include "sink/sink.h"

namespace tidemark {

// One kind of sink under test. Lines are as json_lines.h has them, without line ends.
class SinkHarness {
 public:
  virtual ~SinkHarness() = default;
  // A sink on the same output as the one before, as after a restart.
  virtual std::unique_ptr<Sink> make() = 0;
  virtual std::vector<std::string> lines() = 0;
};

class SinkContract : public testing::TestWithParam<std::unique_ptr<SinkHarness> (*)()> {
 protected:
  std::vector<std::string> expected(int count) const {
    std::vector<std::string> out;
    for (int i = 0; i < count; ++i) out.push_back(numbered_line(topic_.name, i));
    return out;
  }
  const Topic topic_{"p.d.t"};
  const std::unique_ptr<SinkHarness> harness_ = GetParam()();
};

TEST_P(SinkContract, WritesRecordsInOrder) {
  const auto sink = harness_->make();
  ASSERT_TRUE(sink->open({}));
  for (int i = 0; i < 30; i += 3) ASSERT_TRUE(sink->write(numbered(topic_, i, 3).batch()));
  ASSERT_TRUE(sink->flush());
  EXPECT_EQ(harness_->lines(), expected(30));
}

TEST_P(SinkContract, TakesNullsHeadersAndEmptyBatches) {
  const auto sink = harness_->make();
  const Topic odd{"a\"b"};
  ASSERT_TRUE(sink->open({}));
  ASSERT_TRUE(sink->write(RecordBatch()));
  ASSERT_TRUE(sink->write(BatchBuilder()
                              .add(odd, R"({"id":1})", "")
                              .add(topic_, "", "{}")
                              .headers(R"({"h":1})")
                              .batch()));
  ASSERT_TRUE(sink->flush());
  EXPECT_EQ(
      harness_->lines(),
      (std::vector<std::string>{R"({"topic":"a\"b","key":{"id":1},"value":null,"headers":{}})",
                                R"({"topic":"p.d.t","key":null,"value":{},"headers":{"h":1}})"}));
}

TEST_P(SinkContract, GivesTheSamePositionWhereNothingWasWritten) {
  const auto sink = harness_->make();
  ASSERT_TRUE(sink->open({}));
  ASSERT_TRUE(sink->write(numbered(topic_, 0, 1).batch()));
  const auto first = sink->flush();
  const auto second = sink->flush();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(*first, *second);
}

TEST_P(SinkContract, GoesOnAtAPositionExactlyOnceOrSaysThatItCannot) {
  auto sink = harness_->make();
  const bool exactly_once = sink->exactly_once();
  ASSERT_TRUE(sink->open({}));
  ASSERT_TRUE(sink->write(numbered(topic_, 0, 5).batch()));
  const auto position = sink->flush();
  ASSERT_TRUE(position);
  ASSERT_TRUE(sink->write(numbered(topic_, 5, 7).batch()));
  sink.reset();
  sink = harness_->make();
  ASSERT_TRUE(sink->open(*position));
  ASSERT_TRUE(sink->write(numbered(topic_, 5, 5).batch()));
  ASSERT_TRUE(sink->flush());
  const std::vector<std::string> lines = harness_->lines();
  if (exactly_once) {
    EXPECT_EQ(lines, expected(10));
  } else {
    EXPECT_EQ(lines.size(), 17u);
  }
}

TEST_P(SinkContract, WritesRecordsLargerThanItsBuffers) {
  const auto sink = harness_->make();
  const std::string huge = "\"" + std::string(3 << 20, 'x') + "\"";
  ASSERT_TRUE(sink->open({}));
  ASSERT_TRUE(sink->write(
      BatchBuilder().add(topic_, "1", huge).add(topic_, "2", "2").add(topic_, "3", huge).batch()));
  ASSERT_TRUE(sink->flush());
  const std::vector<std::string> lines = harness_->lines();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_NE(lines[0].find(huge), std::string::npos);
  EXPECT_NE(lines[2].find(huge), std::string::npos);
}

}  // namespace tidemark
