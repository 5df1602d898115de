// SPDX-License-Identifier: Apache-2.0
#include "connector/tables.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mysql/binlog/golden_fixture.h"

namespace tidemark {
namespace {

// A recorded table with the TABLE_MAP events that a server wrote for it.
struct Recording {
  explicit Recording(const std::string& name)
      : recorded(golden::read_case("testdata/events/" + name + ".txt")) {
    for (const golden::Item& item : recorded.items) {
      if (item.kind == golden::Item::Kind::kTable) structures.push_back(*item.table);
      if (item.kind != golden::Item::Kind::kEvent) continue;
      auto event = parser.parse(item.raw());
      EXPECT_TRUE(event) << event.error().text();
      if (event && event->header.type == EventType::kTableMap) maps.push_back(*event);
    }
    EXPECT_FALSE(structures.empty());
    EXPECT_FALSE(maps.empty());
  }
  std::uint64_t id_of(std::size_t map) const {
    return parse_table_map(maps.at(map), parser.format())->table_id;
  }

  golden::Case recorded;
  EventParser parser{true};
  std::vector<TableDef> structures;
  std::vector<Event> maps;  // views of `recorded`
};

class TablesTest : public testing::Test {
 protected:
  Tables tables(CaptureFilter::Rules rules = {}, std::optional<TableId> signals = {}) {
    return {CaptureFilter(std::move(rules)),
            EncoderContext{.settings = {},
                           .topic_prefix = "tm",
                           .connector_version = "0",
                           .run_id = "run",
                           .topics = &topics_},
            std::move(signals)};
  }
  TableBinding* bind(Tables& tables, const Recording& from, std::size_t map = 0) {
    why_.clear();
    auto bound = tables.bind(from.maps.at(map), from.parser.format(), &why_);
    EXPECT_TRUE(bound) << bound.error().text();
    return bound.value_or(nullptr);
  }
  static RegexList list(std::string_view text) {
    return *RegexList::compile(text, RegexCase::kInsensitive);
  }

  const TableId id_{"golden", "t"};
  TopicRegistry topics_;
  std::string why_;
};

TEST_F(TablesTest, BindsAnIdToTheStructureThatIsKnown) {
  const Recording recording("integers");
  Tables all = tables();
  EXPECT_TRUE(*all.put(recording.structures[0], true));
  TableBinding* const bound = bind(all, recording);
  ASSERT_NE(bound, nullptr) << why_;
  EXPECT_EQ(bound->captured, all.find(id_));
  EXPECT_EQ(bound->id, id_);
  EXPECT_TRUE(bound->plan);
  EXPECT_EQ(all.binding(recording.id_of(0)), bound);
  EXPECT_EQ(bind(all, recording), bound) << "the same map once more";
  all.forget_bindings();
  EXPECT_EQ(all.binding(recording.id_of(0)), nullptr);
}

TEST_F(TablesTest, BindsTablesThatAreNotCapturedToNothing) {
  const Recording recording("integers");
  Tables none = tables({.table_exclude = list("golden\\.t")});
  TableBinding* const bound = bind(none, recording);
  ASSERT_NE(bound, nullptr);
  EXPECT_EQ(bound->captured, nullptr);
  EXPECT_FALSE(bound->plan);
}

TEST_F(TablesTest, AsksForAStructureThatIsNotKnown) {
  const Recording recording("integers");
  Tables all = tables();
  EXPECT_EQ(bind(all, recording), nullptr);
  EXPECT_EQ(why_, "its structure is not known");
  EXPECT_EQ(all.binding(recording.id_of(0)), nullptr);
}

TEST_F(TablesTest, AsksForAStructureThatTheMapContradicts) {
  const Recording recording("integers");
  Tables all = tables();
  TableDef narrower = recording.structures[0];
  narrower.columns.pop_back();
  ASSERT_TRUE(all.put(std::move(narrower), true));
  EXPECT_EQ(bind(all, recording), nullptr);
  EXPECT_NE(why_.find("columns"), std::string::npos) << why_;
}

TEST_F(TablesTest, FullMetadataMakesAStructureCertain) {
  const Recording recording("integers");
  Tables all = tables();
  ASSERT_TRUE(all.put(recording.structures[0], false));
  EXPECT_TRUE(all.snapshot()->tables.empty()) << "what is not certain is not stored";
  const std::uint64_t revision = all.snapshot()->revision;
  ASSERT_NE(bind(all, recording), nullptr) << why_;
  EXPECT_TRUE(all.find(id_)->certain);
  EXPECT_GT(all.snapshot()->revision, revision);
  EXPECT_EQ(all.snapshot()->tables.size(), 1U);
}

TEST_F(TablesTest, MinimalMetadataDoesNot) {
  const Recording recording("minimal_metadata");
  Tables all = tables();
  ASSERT_TRUE(all.put(recording.structures[0], false));
  EXPECT_EQ(bind(all, recording), nullptr);
  EXPECT_NE(why_.find("no column names"), std::string::npos) << why_;
  all.confirm(*all.find(id_));
  TableBinding* const bound = bind(all, recording);
  ASSERT_NE(bound, nullptr) << why_;
  // DDL that changed nothing: the next rows need a new word on it, though the map is the same.
  EXPECT_FALSE(*all.put(recording.structures[0], false));
  EXPECT_EQ(bind(all, recording), nullptr);
}

TEST_F(TablesTest, ANewStructureTakesThePlaceOfTheOldAndItsBindings) {
  const Recording recording("instant_alter");
  ASSERT_GE(recording.structures.size(), 2U);
  Tables all = tables();
  ASSERT_TRUE(all.put(recording.structures[0], true));
  TableBinding* bound = bind(all, recording, 0);
  ASSERT_NE(bound, nullptr) << why_;
  const std::uint64_t version = bound->captured->def->version;
  const auto before = all.snapshot();
  EXPECT_FALSE(*all.put(recording.structures[0], true));
  EXPECT_EQ(all.snapshot(), before) << "nothing changed";

  EXPECT_TRUE(*all.put(recording.structures[1], true));
  EXPECT_EQ(all.binding(recording.id_of(0)), nullptr);
  EXPECT_GT(all.find(id_)->def->version, version);
  EXPECT_GT(all.snapshot()->revision, before->revision);
  EXPECT_EQ(bind(all, recording, 0), nullptr) << "a map of the old structure";
  bound = bind(all, recording, 1);
  ASSERT_NE(bound, nullptr) << why_;
  EXPECT_EQ(bound->captured->def->columns.size(), 3U);
}

TEST_F(TablesTest, RemovesATableWithItsBindings) {
  const Recording recording("integers");
  Tables all = tables();
  ASSERT_TRUE(all.put(recording.structures[0], true));
  ASSERT_NE(bind(all, recording), nullptr);
  EXPECT_TRUE(all.remove(id_));
  EXPECT_FALSE(all.remove(id_));
  EXPECT_EQ(all.find(id_), nullptr);
  EXPECT_EQ(all.binding(recording.id_of(0)), nullptr);
  EXPECT_TRUE(all.ids().empty());
  EXPECT_TRUE(all.snapshot()->tables.empty());
}

TEST_F(TablesTest, KnowsTheSignalTableAndWhatTellsRowsApart) {
  const Recording keyed("integers");
  const Recording keyless("no_key");
  Tables all = tables({}, TableId{"golden", "signals"});
  TableDef signals = keyless.structures[0];
  signals.id.table = "signals";
  ASSERT_TRUE(all.put(std::move(signals), true));
  ASSERT_TRUE(all.put(keyed.structures[0], true));
  EXPECT_TRUE(all.find({"golden", "signals"})->is_signal_table);
  EXPECT_TRUE(all.find({"golden", "signals"})->identity.by_content);
  EXPECT_FALSE(all.find(id_)->is_signal_table);
  EXPECT_FALSE(all.find(id_)->identity.by_content);
}

TEST_F(TablesTest, RefusesAColumnThatCannotBeRead) {
  TableDef def = Recording("integers").structures[0];
  def.columns.back().kind = ColumnKind::kUnsupported;
  def.columns.back().data_type = "geometry";
  Tables all = tables();
  const auto put = all.put(def, true);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(all.find(id_), nullptr);
}

TEST_F(TablesTest, RevisionsGoOnAfterThoseOfAnEarlierRun) {
  Tables all = tables();
  all.set_revision(41);
  EXPECT_EQ(all.snapshot()->revision, 42U);
  all.set_revision(7);
  EXPECT_GT(all.snapshot()->revision, 42U);
}

TEST_F(TablesTest, ReportsAMapThatEndsTooSoon) {
  const Recording recording("integers");
  Tables all = tables();
  ASSERT_TRUE(all.put(recording.structures[0], true));
  const Event whole = recording.maps[0];
  constexpr std::size_t kUpToTheTableName = 15;
  for (std::size_t size = 0; size < kUpToTheTableName; ++size) {
    Event shorter = whole;
    shorter.body = whole.body.first(size);
    const auto bound = all.bind(shorter, recording.parser.format(), &why_);
    ASSERT_FALSE(bound) << size << " bytes were bound";
    EXPECT_EQ(bound.error().kind(), ErrorKind::kCorrupt);
  }
}

TEST_F(TablesTest, DecodesOnlyWhatIsShownAndTheKey) {
  const Recording recording("integers");
  EncoderContext encoding{.topic_prefix = "tm", .topics = &topics_};
  encoding.rules.column_include = list("nothing");
  Tables few{CaptureFilter({}), encoding, {}};
  EXPECT_TRUE(*few.put(recording.structures[0], true));
  const TableBinding* const bound = bind(few, recording);
  ASSERT_NE(bound, nullptr) << why_;
  const TableDef& table = *bound->captured->def;
  ASSERT_FALSE(table.key_columns.empty());
  for (std::uint32_t i = 0; i < table.columns.size(); ++i) {
    const bool in_key =
        std::find(table.key_columns.begin(), table.key_columns.end(), i) != table.key_columns.end();
    EXPECT_EQ(bound->plan->steps()[i].decode != Decode::kSkipFixed, in_key)
        << table.columns[i].name;
  }
  Tables signals{CaptureFilter({}), encoding, id_};
  EXPECT_TRUE(*signals.put(recording.structures[0], true));
  const TableBinding* const all = bind(signals, recording);
  ASSERT_NE(all, nullptr) << why_;
  for (const ColumnStep& step : all->plan->steps()) {
    EXPECT_NE(step.decode, Decode::kSkipFixed) << "signals need their columns";
  }
}

}  // namespace
}  // namespace tidemark
