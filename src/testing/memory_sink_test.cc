// SPDX-License-Identifier: Apache-2.0
#include "testing/memory_sink.h"

#include "sink/json_lines.h"
#include "sink/sink_contract.h"

namespace tidemark {
namespace {

class MemoryHarness final : public SinkHarness {
 public:
  std::unique_ptr<Sink> make() override { return std::make_unique<MemorySink>(output_); }
  std::vector<std::string> lines() override {
    std::vector<std::string> out;
    for (const MemoryRecord& record : output_.records) {
      const Topic topic{record.topic};
      BatchBuilder builder;
      builder.add(topic, record.key.value_or(""), record.value.value_or(""));
      if (!record.headers.empty()) builder.headers(record.headers);
      JsonLines text;
      text.append(builder.batch(), builder.batch().records().front());
      out.emplace_back(text.text().substr(0, text.size() - 1));
    }
    return out;
  }

 private:
  MemoryOutput output_;
};

std::unique_ptr<SinkHarness> memory() { return std::make_unique<MemoryHarness>(); }
INSTANTIATE_TEST_SUITE_P(Memory, SinkContract, testing::Values(&memory));

TEST(MemorySink, FailsAsScripted) {
  MemoryOutput output;
  output.writes_left = 1;
  output.flushes_left = 0;
  MemorySink sink(output);
  const Topic topic{"t"};
  ASSERT_TRUE(sink.open({}));
  EXPECT_TRUE(sink.write(numbered(topic, 0, 2).batch()));
  EXPECT_FALSE(sink.write(numbered(topic, 2, 2).batch()));
  EXPECT_FALSE(sink.flush());
  EXPECT_EQ(output.records.size(), 2u);
  EXPECT_EQ(output.flushed, 0u);
}

}  // namespace
}  // namespace tidemark
