// SPDX-License-Identifier: Apache-2.0
#include "connector/delivery.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <thread>

#include "sink/batch_builder.h"
#include "store/file_offset_store.h"
#include "store/schema_store.h"
#include "testing/memory_sink.h"

namespace tidemark {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours kNever{1};  // an interval that no test lives to see

// Calls the test at each step; the steps of the delivery are seen from inside.
class SpySink final : public Sink {
 public:
  std::string_view name() const override { return "spy"; }
  bool exactly_once() const override { return exactly_once_; }
  Status open(const std::optional<SinkFields>&) override { return {}; }
  Status write(const RecordBatch&) override { return on_write(); }
  Result<SinkFields> flush() override {
    on_flush();
    return SinkFields{};
  }

  Status rest() override { return on_rest(); }

  std::function<Status()> on_write = [] { return Status(); };
  std::function<Status()> on_rest = [] { return Status(); };
  std::function<void()> on_flush = [] {};
  bool exactly_once_ = false;
};

ResumeState named(std::uint64_t revision) {
  ResumeState out;
  out.schema_revision = revision;
  return out;
}

class DeliveryTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    auto opened = FileOffsetStore::open({path_, "c", "p"});
    ASSERT_TRUE(opened) << opened.error().text();
    offsets_ = std::move(*opened);
    ASSERT_TRUE(offsets_->load());
    ASSERT_TRUE(sink_.open({}));
  }
  void TearDown() override {
    delivery_.reset();
    std::filesystem::remove_all(folder_);
  }

  Delivery& start(milliseconds interval = kNever) { return start(sink_, interval); }
  Delivery& start(Sink& sink, milliseconds interval = kNever, std::size_t queue_bytes_max = 1000) {
    return delivery_.emplace(Delivery::Options{queue_bytes_max, interval, Uuid::random()}, sink,
                             *offsets_, schemas_, clock_);
  }
  RecordBatch records(int count) {
    const int first = std::exchange(next_, next_ + count);
    return numbered(topic_, first, count).batch();
  }
  static Checkpoint at(std::uint64_t pos) {
    Checkpoint point;
    point.offset.position = {"binlog.000001", pos};
    return point;
  }
  static Checkpoint urgent_at(std::uint64_t pos) {
    Checkpoint point = at(pos);
    point.urgent = true;
    return point;
  }
  static Checkpoint of_revision(std::uint64_t revision) {
    Checkpoint point = urgent_at(revision);
    auto def = std::make_shared<TableDef>();
    def->id = {"shop", "orders"};
    point.schema = std::make_shared<SchemaSnapshot>(SchemaSnapshot{revision, {std::move(def)}});
    return point;
  }
  // The stored position; 0 while nothing is stored.
  std::uint64_t stored() {
    const auto state = read_offset_file(path_);
    return state && *state ? (*state)->offset.position.pos : 0;
  }
  // How many records the stored state covers.
  std::string covered() { return (*read_offset_file(path_))->sink.fields.at("records"); }
  static void wait_until(const std::function<bool()>& condition) {
    // sleep: stores and counters tell nobody of their changes
    for (int i = 0; i < 5000 && !condition(); ++i) std::this_thread::sleep_for(milliseconds(1));
    EXPECT_TRUE(condition());
  }

  const std::string folder_ =
      testing::TempDir() + "tidemark_delivery_" + std::to_string(::getpid());
  const std::string path_ = folder_ + "/offsets.json";
  const Topic topic_{"t"};
  int next_ = 0;
  SystemClock clock_;
  MemoryOutput output_;
  MemorySink sink_{output_};
  std::unique_ptr<OffsetStore> offsets_;
  SchemaStore schemas_{path_};
  std::optional<Delivery> delivery_;
};

TEST_F(DeliveryTest, StoresACheckpointWithTheRecordsItCovers) {
  Delivery& delivery = start();
  ASSERT_TRUE(delivery.send(records(2), std::nullopt));
  ASSERT_TRUE(delivery.send(records(1), urgent_at(7)));
  ASSERT_TRUE(delivery.wait_committed());
  EXPECT_EQ(stored(), 7U);
  EXPECT_EQ(covered(), "3");
  ASSERT_TRUE(delivery.finish());
  EXPECT_EQ(output_.flushed, 3U);
}

// Keeps records for which the condition holds.
std::unique_ptr<transform::Chain> filter(const std::string& condition) {
  const TransformSettings settings{
      .transforms = {{.alias = "f",
                      .options = {{"type", "io.debezium.transforms.Filter"},
                                  {"language", "jsr223.groovy"},
                                  {"condition", condition}}}},
      .predicates = {}};
  auto chain = transform::Chain::build(
      settings, {.schemas_key = false, .schemas_value = false, .schemas_headers = false});
  return chain ? *std::move(chain) : nullptr;
}

TEST_F(DeliveryTest, StoresThePositionBehindRecordsThatTransformsDrop) {
  Delivery& delivery =
      delivery_.emplace(Delivery::Options{1000, kNever, Uuid::random(), filter("topic != 't'")},
                        sink_, *offsets_, schemas_, clock_);
  ASSERT_TRUE(delivery.send(records(2), std::nullopt));
  ASSERT_TRUE(delivery.send(records(1), urgent_at(7)));
  ASSERT_TRUE(delivery.wait_committed());
  EXPECT_EQ(stored(), 7U);
  EXPECT_EQ(covered(), "0");
  ASSERT_TRUE(delivery.finish());
  EXPECT_EQ(delivery.stats().records, 0U);
  EXPECT_EQ(delivery.stats().dropped, 3U);
}

TEST_F(DeliveryTest, StoresNothingBehindARecordThatATransformFailedOn) {
  Delivery& delivery =
      delivery_.emplace(Delivery::Options{1000, kNever, Uuid::random(), filter("value.n == 1")},
                        sink_, *offsets_, schemas_, clock_);
  ASSERT_TRUE(delivery.send(records(1), urgent_at(7)));
  const auto failed = delivery.wait_committed();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind(), ErrorKind::kRejected);
  EXPECT_NE(failed.error().text().find("transforms.f, topic t"), std::string::npos)
      << failed.error().text();
  EXPECT_EQ(stored(), 0U);
}

TEST_F(DeliveryTest, FlushesBeforeItStores) {
  SpySink spy;
  std::vector<std::uint64_t> stored_at_flush;
  spy.on_flush = [&] { stored_at_flush.push_back(stored()); };
  Delivery& delivery = start(spy);
  ASSERT_TRUE(delivery.send(records(1), urgent_at(7)));
  ASSERT_TRUE(delivery.wait_committed());
  ASSERT_TRUE(delivery.send(records(1), urgent_at(8)));
  ASSERT_TRUE(delivery.finish());
  EXPECT_EQ(stored_at_flush, (std::vector<std::uint64_t>{0, 7}));
  EXPECT_EQ(stored(), 8U);
}

TEST_F(DeliveryTest, StoresNothingWhenTheFlushFails) {
  output_.flushes_left = 1;
  Delivery& delivery = start();
  ASSERT_TRUE(delivery.send(records(1), urgent_at(7)));
  ASSERT_TRUE(delivery.wait_committed());
  ASSERT_TRUE(delivery.send(records(1), urgent_at(8)));
  EXPECT_EQ(delivery.wait_committed().error().kind(), ErrorKind::kStorage);
  EXPECT_EQ(stored(), 7U);
}

TEST_F(DeliveryTest, WithdrawsACheckpointWhenRecordsFollowThatItDoesNotCover) {
  Delivery& delivery = start();
  ASSERT_TRUE(delivery.send(records(1), urgent_at(7)));
  ASSERT_TRUE(delivery.send(records(1), at(8)));
  ASSERT_TRUE(delivery.send(records(1), std::nullopt));
  ASSERT_TRUE(delivery.finish());
  EXPECT_EQ(output_.records.size(), 3U);
  EXPECT_EQ(stored(), 7U) << "8 would have been stored with the place behind the third record";
  EXPECT_EQ(covered(), "1");
}

TEST_F(DeliveryTest, KeepsACheckpointWhenAnEmptyBatchFollows) {
  Delivery& delivery = start();
  ASSERT_TRUE(delivery.send(records(1), at(8)));
  ASSERT_TRUE(delivery.send({}, std::nullopt));
  ASSERT_TRUE(delivery.finish());
  EXPECT_EQ(stored(), 8U);
}

TEST_F(DeliveryTest, WaitsForTheInterval) {
  Delivery& delivery = start();
  ASSERT_TRUE(delivery.send(records(1), at(7)));
  wait_until([&] { return delivery.stats().records == 1; });
  EXPECT_EQ(delivery.stats().commits, 0U);
  EXPECT_EQ(stored(), 0U);
}

TEST_F(DeliveryTest, StoresAtTheIntervalWithoutAnotherBatch) {
  Delivery& delivery = start(milliseconds(20));
  ASSERT_TRUE(delivery.send(records(1), at(7)));
  wait_until([&] { return delivery.stats().commits == 1; });
  EXPECT_EQ(stored(), 7U);
}

TEST_F(DeliveryTest, StoresAtOnceWhatIsUrgentThoughLaterCheckpointsAreNot) {
  SpySink spy;
  std::atomic<bool> held = true;
  spy.on_write = [&] {
    held.wait(true);
    return Status();
  };
  Delivery& delivery = start(spy);
  ASSERT_TRUE(delivery.send(records(1), urgent_at(7)));
  ASSERT_TRUE(delivery.send({}, at(8)));
  held = false;
  held.notify_all();
  wait_until([&] { return delivery.stats().commits > 0; });
  EXPECT_GE(stored(), 7U);
  ASSERT_TRUE(delivery.finish());  // before the spy goes
}

TEST_F(DeliveryTest, StoresTheLastCheckpointWhenItFinishes) {
  Delivery& delivery = start();
  for (std::uint64_t i = 1; i <= 100; ++i) ASSERT_TRUE(delivery.send(records(1), at(i)));
  ASSERT_TRUE(delivery.finish());
  ASSERT_TRUE(delivery.finish()) << "twice does no harm";
  EXPECT_EQ(stored(), 100U);
  EXPECT_EQ(covered(), "100");
  EXPECT_EQ(delivery.stats().records, 100U);
}

// The last parcel may come just when a wait for one has ended.
TEST_F(DeliveryTest, LosesNoParcelThatComesWithTheEnd) {
  for (std::uint64_t round = 1; round <= 200; ++round) {
    Delivery& delivery = start(milliseconds(1));
    ASSERT_TRUE(delivery.send(records(1), at(2 * round)));
    // sleep: to meet the end of a wait of one millisecond
    std::this_thread::sleep_for(std::chrono::microseconds(900 + 2 * round));
    ASSERT_TRUE(delivery.send(records(1), at(2 * round + 1)));
    ASSERT_TRUE(delivery.finish());
    ASSERT_EQ(stored(), 2 * round + 1);
  }
}

TEST_F(DeliveryTest, LetsTheSinkRestWhenNothingMoreIsThere) {
  SpySink sink;
  std::atomic<bool> rested = false;
  sink.on_write = [&] {
    rested = false;
    return Status();
  };
  sink.on_rest = [&] {
    rested = true;
    return Status();
  };
  Delivery& delivery = start(sink);
  ASSERT_TRUE(delivery.send(records(1), std::nullopt));
  ASSERT_TRUE(delivery.send(records(1), std::nullopt));
  wait_until([&] { return delivery.stats().records == 2 && rested; });
  ASSERT_TRUE(delivery.finish());
}

TEST_F(DeliveryTest, EndsWithWhatTheSinkFindsWhileItRests) {
  SpySink sink;
  sink.on_rest = [] { return Status(fail(ErrorKind::kServer, "the topic is gone")); };
  const Status done = start(sink).finish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message(), "the topic is gone");
}

TEST_F(DeliveryTest, KeepsTheFirstFailureAndReturnsItFromEveryLaterCall) {
  output_.writes_left = 1;
  std::atomic<int> told = 0;
  Delivery& delivery = start();
  delivery.on_failure([&] { ++told; });
  ASSERT_TRUE(delivery.send(records(1), at(7)));
  ASSERT_TRUE(delivery.send(records(1), at(8)));
  wait_until([&] { return told == 1; });
  const std::string cause = delivery.check().error().text();
  EXPECT_NE(cause.find("scripted failure of a write"), std::string::npos) << cause;
  EXPECT_EQ(delivery.send(records(1), at(9)).error().text(), cause);
  EXPECT_EQ(delivery.wait_committed().error().text(), cause);
  EXPECT_EQ(delivery.finish().error().text(), cause);
  EXPECT_EQ(stored(), 0U) << "a checkpoint whose records may be cut off is not stored";
  EXPECT_EQ(told, 1);
}

TEST_F(DeliveryTest, FreesWhoWaitsForRoomWhenItFails) {
  SpySink spy;
  std::atomic<bool> held = true;
  spy.on_write = [&]() -> Status {
    held.wait(true);
    return fail(ErrorKind::kStorage, "disk full", "none");
  };
  Delivery& delivery = start(spy, kNever, 1);
  std::atomic<int> sent = 0;
  std::jthread producer([&] {
    while (delivery.send(records(1), std::nullopt)) ++sent;
  });
  wait_until([&] { return sent >= 2; });
  held = false;
  held.notify_all();
  producer.join();
  EXPECT_EQ(delivery.finish().error().message(), "disk full");
}

TEST_F(DeliveryTest, ReportsAStoreThatFails) {
  std::atomic<bool> told = false;
  Delivery& delivery = start();
  delivery.on_failure([&] { told = true; });
  std::filesystem::remove_all(folder_);
  ASSERT_TRUE(delivery.send(records(1), urgent_at(7)));
  EXPECT_EQ(delivery.wait_committed().error().kind(), ErrorKind::kStorage);
  wait_until([&] { return told.load(); });
}

TEST_F(DeliveryTest, StoresWhatWentOutBeforeAnImpatientSinkGaveUp) {
  SpySink spy;
  int writes = 0;
  spy.on_write = [&]() -> Status {
    if (++writes == 1) return {};
    return fail(ErrorKind::kCancelled, "stopped while the reader took nothing");
  };
  Delivery& delivery = start(spy);
  ASSERT_TRUE(delivery.send(records(1), at(7)));
  ASSERT_TRUE(delivery.send(records(1), at(8)));
  EXPECT_EQ(delivery.finish().error().kind(), ErrorKind::kCancelled);
  EXPECT_EQ(stored(), 7U);
}

// Its position would lie behind records that the checkpoint does not cover.
TEST_F(DeliveryTest, StoresNothingWhenAnExactSinkGivesUp) {
  SpySink spy;
  spy.exactly_once_ = true;
  int writes = 0;
  spy.on_write = [&]() -> Status {
    if (++writes == 1) return {};
    return fail(ErrorKind::kCancelled, "stopped");
  };
  Delivery& delivery = start(spy);
  ASSERT_TRUE(delivery.send(records(1), at(7)));
  ASSERT_TRUE(delivery.send(records(1), at(8)));
  EXPECT_EQ(delivery.finish().error().kind(), ErrorKind::kCancelled);
  EXPECT_EQ(stored(), 0U);
}

TEST_F(DeliveryTest, SavesStructuresBeforeTheOffsetThatNamesThem) {
  Delivery& delivery = start();
  ASSERT_TRUE(delivery.send(records(1), of_revision(3)));
  ASSERT_TRUE(delivery.wait_committed());
  ASSERT_TRUE(schemas_.load(named(3)));
  ASSERT_TRUE(delivery.send(records(1), of_revision(4)));
  ASSERT_TRUE(delivery.wait_committed());
  EXPECT_EQ((*read_offset_file(path_))->schema_revision, 4U);
  EXPECT_TRUE(schemas_.load(named(4)));
  wait_until([&] { return !std::filesystem::exists(schemas_.path_of(3)); });
  // From here no offset can be stored.
  std::filesystem::create_directories(path_ + ".tmp/x");
  ASSERT_TRUE(delivery.send(records(1), of_revision(5)));
  ASSERT_FALSE(delivery.wait_committed());
  EXPECT_TRUE(schemas_.load(named(5))) << "saved first";
  EXPECT_TRUE(schemas_.load(named(4))) << "the stored offset still names it";
  EXPECT_EQ((*read_offset_file(path_))->schema_revision, 4U);
}

TEST_F(DeliveryTest, StoresACheckpointAfterSoManyBytes) {
  Delivery::Options options{1000, kNever, Uuid::random()};
  options.flush_bytes = 10;
  Delivery& delivery = delivery_.emplace(std::move(options), sink_, *offsets_, schemas_, clock_);
  ASSERT_TRUE(delivery.send(records(2), at(1)));
  ASSERT_TRUE(delivery.send(records(5), at(2)));
  wait_until([&] { return stored() == 2; });
  EXPECT_EQ(covered(), "7");
}

TEST_F(DeliveryTest, StoresTheLastCheckpointAgainBeneathRecordsThatNoneCoversForLong) {
  Delivery::Options options{1000, kNever, Uuid::random()};
  options.uncovered_max = milliseconds(1);
  Delivery& delivery = delivery_.emplace(std::move(options), sink_, *offsets_, schemas_, clock_);
  ASSERT_TRUE(delivery.send(records(1), std::nullopt));
  ASSERT_TRUE(delivery.send(records(1), urgent_at(3)));
  ASSERT_TRUE(delivery.wait_committed());
  const auto once = delivery.stats().commits;
  // sleep: longer than the longest time without a cover
  std::this_thread::sleep_for(milliseconds(5));
  ASSERT_TRUE(delivery.send(records(1), std::nullopt));
  wait_until([&] { return delivery.stats().commits > once; });
  EXPECT_EQ(stored(), 3U);
  ASSERT_TRUE(delivery.send({}, urgent_at(4)));
  ASSERT_TRUE(delivery.wait_committed());
  EXPECT_EQ(stored(), 4U);
}

TEST_F(DeliveryTest, MakesTheStateOfSnapshotsOnlyWhereItIsStored) {
  Delivery& delivery = start();
  int made = 0;
  const auto making = [&](Checkpoint point) {
    point.make_incremental = [&made] {
      ++made;
      IncrementalState out;
      out.tables.emplace_back().table = "items";
      return out;
    };
    return point;
  };
  ASSERT_TRUE(delivery.send(records(1), making(at(3))));
  ASSERT_TRUE(delivery.send(records(1), making(at(4))));
  ASSERT_TRUE(delivery.send(records(1), making(urgent_at(5))));
  ASSERT_TRUE(delivery.wait_committed());
  EXPECT_EQ(made, 1);
  EXPECT_EQ((*read_offset_file(path_))->incremental.tables.at(0).table, "items");
}

// Counts how often it is told to store the same again.
class WatchedStore final : public OffsetStore {
 public:
  explicit WatchedStore(OffsetStore& store) : store_(store) {}
  Result<std::optional<LoadedOffset>> load() override { return store_.load(); }
  Status commit(const ResumeState& state) override { return store_.commit(state); }
  Status place(std::string_view map) override { return store_.place(map); }
  Status remove() override { return store_.remove(); }
  std::string where() const override { return store_.where(); }
  std::optional<milliseconds> restate_interval() const override { return milliseconds(2); }
  Status restate() override {
    ++restated;
    return {};
  }

  Status settle() override {
    ++settled;
    return {};
  }

  std::atomic<int> restated = 0;
  std::atomic<int> settled = 0;

 private:
  OffsetStore& store_;
};

TEST_F(DeliveryTest, StoresTheSameAgainWhileNothingMoves) {
  WatchedStore store(*offsets_);
  Delivery& delivery = delivery_.emplace(Delivery::Options{1000, kNever, Uuid::random()}, sink_,
                                         store, schemas_, clock_);
  wait_until([&] { return store.restated > 1; });
  EXPECT_EQ(store.settled, 0);
  ASSERT_TRUE(delivery.finish());
  EXPECT_EQ(store.settled, 1);
}

TEST_F(DeliveryTest, EndsNoTransactionWithRecordsByStoringTheSameAgain) {
  WatchedStore store(*offsets_);
  SpySink sink;
  sink.exactly_once_ = true;
  Delivery& delivery = delivery_.emplace(Delivery::Options{1000, kNever, Uuid::random()}, sink,
                                         store, schemas_, clock_);
  ASSERT_TRUE(delivery.send(records(1), std::nullopt));
  wait_until([&] { return delivery.stats().records == 1; });
  const int before = store.restated;
  // sleep: many intervals, in which nothing may happen
  std::this_thread::sleep_for(milliseconds(30));
  EXPECT_LE(store.restated, before + 1);
  ASSERT_TRUE(delivery.finish());
  EXPECT_EQ(store.settled, 0);
}

TEST_F(DeliveryTest, GivesBackWrittenBatchesEmpty) {
  Delivery& delivery = start();
  EXPECT_TRUE(delivery.recycled().empty());
  ASSERT_TRUE(delivery.send(records(3), at(1)));
  ASSERT_TRUE(delivery.send({}, urgent_at(2)));
  ASSERT_TRUE(delivery.wait_committed());
  const RecordBatch batch = delivery.recycled();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(batch.bytes(), 0U);
  EXPECT_GT(batch.buffer().capacity(), 0U);
}

}  // namespace
}  // namespace tidemark
