// SPDX-License-Identifier: Apache-2.0
#include "store/history_format.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/file.h"
#include "store/history_log_file.h"
#include "store/history_store.h"
#include "store/json_layout.h"

namespace tidemark {
namespace {

ColumnDef column(std::string name, std::string type, ColumnKind kind) {
  ColumnDef out;
  out.name = std::move(name);
  out.data_type = type.substr(0, type.find_first_of("( "));
  out.column_type = std::move(type);
  out.kind = kind;
  return out;
}

TableDef table(std::string name, std::vector<std::string> more = {}) {
  TableDef out;
  out.id = {"shop", std::move(name)};
  out.columns.push_back(column("id", "int", ColumnKind::kInt));
  out.columns[0].nullable = false;
  for (const std::string& each : more) out.columns.push_back(column(each, "int", ColumnKind::kInt));
  out.key_columns = {0};
  out.key_is_primary = true;
  out.charset_name = "utf8mb4";
  return out;
}
TablePtr shared(TableDef def) { return std::make_shared<const TableDef>(std::move(def)); }

Offset at(std::uint64_t pos, std::string file = "binlog.000001") {
  Offset out;
  out.position = {std::move(file), pos};
  return out;
}
Offset with_gtids(std::string_view set, std::uint64_t event = 0) {
  Offset out = at(4);
  out.gtid_mode = true;
  out.gtids = *GtidSet::parse(set);
  out.events_to_skip = event;
  return out;
}

HistoryStatement statement(TableAction action, const TablePtr& def, std::uint64_t pos) {
  HistoryStatement out{.database = "shop", .ddl = "ALTER TABLE ..", .at = at(pos), .ts_ms = 5};
  out.changes.push_back({.action = action, .id = def->id, .table = def});
  return out;
}

TEST(JsonLayout, IsThatOfJacksonsPrettyPrinter) {
  const std::string compact =
      R"({"a":{"b":1,"c":[1,"x, {\" y"],"d":[]},"e":[{"f":null},{}],"g":{}})";
  EXPECT_EQ(pretty_json(compact),
            "{\n  \"a\" : {\n    \"b\" : 1,\n    \"c\" : [ 1, \"x, {\\\" y\" ],\n    \"d\" : [ ]\n"
            "  },\n  \"e\" : [ {\n    \"f\" : null\n  }, { } ],\n  \"g\" : { }\n}");
  EXPECT_EQ(compact_json(pretty_json(compact)), compact);
}

TEST(HistoryFormat, WritesARecordAsDebeziumDoes) {
  HistoryStatement drop{.database = "a",
                        .ddl = "DROP TABLE IF EXISTS `a`.`b`",
                        .at = at(500, "bin.000001"),
                        .ts_ms = 1700000000123};
  drop.at.ts_sec = 1700000000;
  drop.at.initial_snapshot_running = true;
  drop.changes.push_back({.action = TableAction::kDrop, .id = {"a", "b"}});
  EXPECT_EQ(encode_history("p", drop),
            R"({"source":{"server":"p"},"position":{"ts_sec":1700000000,"file":"bin.000001",)"
            R"("pos":500,"snapshot":"INITIAL"},"ts_ms":1700000000123,"databaseName":"a",)"
            R"("ddl":"DROP TABLE IF EXISTS `a`.`b`","tableChanges":[{"type":"DROP",)"
            R"("id":"\"a\".\"b\""}]})");
}

TEST(HistoryFormat, WritesTheModelOfATable) {
  HistoryStatement rename = statement(TableAction::kAlter, shared(table("t", {"x"})), 4);
  rename.changes[0].renamed_from = TableId{"shop", "old\"t"};
  EXPECT_NE(
      encode_history("p", rename)
          .find(R"("tableChanges":[{"type":"ALTER","id":"\"shop\".\"t\"",)"
                R"("previousId":"\"shop\".\"old\"\"t\"","table":{"defaultCharsetName":"utf8mb4",)"
                R"("primaryKeyColumnNames":["id"],"columns":[{"name":"id","jdbcType":4,)"
                R"("typeName":"INT","typeExpression":"INT","charsetName":null,"position":1,)"
                R"("optional":false,"autoIncremented":false,"generated":false,"comment":null,)"
                R"("hasDefaultValue":false,"enumValues":[]},{"name":"x")"),
      std::string::npos)
      << encode_history("p", rename);
}

TEST(HistoryFormat, ReadsWhatItWrites) {
  const TablePtr def = shared(table("t", {"x"}));
  const std::string text =
      pretty_json(encode_history("p", statement(TableAction::kCreate, def, 9)));
  const auto theirs = decode_history(text, std::nullopt);
  ASSERT_TRUE(theirs) << theirs.error().text();
  EXPECT_EQ(theirs->topic_prefix, "p");
  EXPECT_EQ(theirs->at.position, (Position{"binlog.000001", 9}));
  EXPECT_FALSE(theirs->structures);
  ASSERT_EQ(theirs->changes.size(), 1U);
  ASSERT_TRUE(theirs->changes[0].model);
  EXPECT_EQ(theirs->changes[0].model->columns.size(), 2U);
  const std::string structures = encode_structures(std::span(&def, 1));
  for (const auto& ours :
       {decode_history(text, structures), decode_history(with_structures(text, structures), {})}) {
    ASSERT_TRUE(ours) << ours.error().text();
    ASSERT_TRUE(ours->structures);
    EXPECT_TRUE(ours->structures->at(0).same_structure(*def));
  }
  EXPECT_FALSE(decode_history("{}", std::nullopt));
  EXPECT_FALSE(decode_history(text, "{}"));
}

TEST(HistoryPosition, IsComparedAsDebeziumDoes) {
  EXPECT_TRUE(holds_at(at(4), at(4)));
  EXPECT_TRUE(holds_at(at(4), at(5)));
  EXPECT_FALSE(holds_at(at(5), at(4)));
  EXPECT_TRUE(holds_at(at(500, "b.000009"), at(4, "b.000010")));
  EXPECT_FALSE(holds_at(at(4, "b.000010"), at(500, "b.000009")));
  EXPECT_TRUE(holds_at(at(500, "old.000010"), at(4, "new.000001")));
  Offset later = at(4);
  later.rows_to_skip = 1;
  EXPECT_FALSE(holds_at(later, at(4)));
  // Of another server: by time.
  Offset here = at(4);
  here.server_id = 1, here.ts_sec = 10;
  Offset there = at(900);
  there.server_id = 2, there.ts_sec = 9;
  EXPECT_TRUE(holds_at(there, here));
  EXPECT_FALSE(holds_at(here, there));
}

TEST(HistoryPosition, GoesByGtidsWhereBothHaveThem) {
  const std::string uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  EXPECT_TRUE(holds_at(with_gtids(uuid + ":1-5"), with_gtids(uuid + ":1-9")));
  EXPECT_FALSE(holds_at(with_gtids(uuid + ":1-9"), with_gtids(uuid + ":1-5")));
  EXPECT_TRUE(holds_at(with_gtids(uuid + ":1-5"), with_gtids(uuid + ":1-5", 2)));
  EXPECT_FALSE(holds_at(with_gtids(uuid + ":1-5", 2), with_gtids(uuid + ":1-5")));
  EXPECT_TRUE(holds_at(at(900), with_gtids(uuid + ":1-5")));
  EXPECT_FALSE(holds_at(with_gtids(uuid + ":1-5"), at(900)));
  Offset maria = at(4);
  maria.maria_gtids = *MariaGtidPosition::parse("0-1-5,1-1-7");
  Offset behind = at(4);
  behind.maria_gtids = *MariaGtidPosition::parse("0-9-4");
  EXPECT_TRUE(holds_at(behind, maria));
  EXPECT_FALSE(holds_at(maria, behind));
}

TEST(HistoryModel, IsCompletedByWhatTheServerHas) {
  const TableDef now = table("t", {"a", "b", "added"});
  TableModel noted = model_of(table("t", {"b", "a"}));
  const auto def = completed(noted, now);
  ASSERT_TRUE(def);
  ASSERT_EQ(def->columns.size(), 3U);
  EXPECT_EQ(def->columns[1].name, "b");
  EXPECT_EQ(def->key_columns, now.key_columns);
  EXPECT_FALSE(completed(model_of(table("t", {"dropped"})), now));
  noted.columns[1].type = "BIGINT";
  EXPECT_FALSE(completed(noted, now));
  noted = model_of(now);
  noted.key = {"a"};
  EXPECT_FALSE(completed(noted, now));
}

class HistoryStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    open();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void open() {
    auto log = FileHistoryLog::open(path_);
    ASSERT_TRUE(log) << log.error().text();
    store_ = std::make_unique<HistoryStore>(HistoryStore::Options{.topic_prefix = "p"},
                                            *std::move(log), clock_);
  }
  void save(std::uint64_t pos, std::vector<TablePtr> tables,
            std::vector<HistoryStatement> statements = {}) {
    const Offset offset = at(pos);
    const Status saved = store_->save(
        {.at = offset, .revision = ++revision_, .tables = tables, .statements = statements});
    ASSERT_TRUE(saved) << saved.error().text();
  }
  StoredStructures load(std::uint64_t pos) {
    open();
    ResumeState state;
    state.offset = at(pos);
    auto out = store_->load(state);
    EXPECT_TRUE(out) << out.error().text();
    return out ? *std::move(out) : StoredStructures{};
  }
  std::size_t lines() {
    const std::string text = read_file(path_, 1 << 20)->value_or("");
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  }
  static std::size_t columns(const StoredStructures& of, const std::string& name) {
    for (const TableDef& def : of.tables) {
      if (def.id.table == name) return def.columns.size();
    }
    return 0;
  }

  const std::string folder_ = testing::TempDir() + "tidemark_history_" + std::to_string(::getpid());
  const std::string path_ = folder_ + "/history.jsonl";
  SystemClock clock_;
  std::uint64_t revision_ = 0;
  std::unique_ptr<HistoryStore> store_;
};

TEST_F(HistoryStoreTest, LoadsTheStructuresOfTheOffset) {
  const TablePtr old = shared(table("t"));
  const TablePtr wide = shared(table("t", {"x"}));
  const TablePtr other = shared(table("u"));
  save(10, {old, other});
  save(20, {wide, other}, {statement(TableAction::kAlter, wide, 15)});
  EXPECT_EQ(lines(), 3U) << "one for each table, and the statement";
  EXPECT_EQ(columns(load(12), "t"), 1U);
  EXPECT_EQ(columns(load(20), "t"), 2U);
  EXPECT_EQ(columns(load(20), "u"), 1U);
  save(30, {wide, other});
  EXPECT_EQ(lines(), 3U) << "nothing new";
}

TEST_F(HistoryStoreTest, LeavesOutWhatIsNotCertain) {
  const TablePtr old = shared(table("t"));
  const TablePtr wide = shared(table("t", {"x"}));
  save(10, {old});
  save(20, {}, {statement(TableAction::kAlter, wide, 15)});
  EXPECT_TRUE(load(20).tables.empty());
  EXPECT_TRUE(load(20).models.empty());
  save(30, {wide});  // rows have confirmed it
  EXPECT_EQ(columns(load(30), "t"), 2U);
  save(40, {});  // in doubt, without a statement
  EXPECT_TRUE(load(40).tables.empty());
  EXPECT_EQ(columns(load(30), "t"), 2U);
}

TEST_F(HistoryStoreTest, FollowsRenamesAndDrops) {
  const TablePtr old = shared(table("t"));
  const TablePtr renamed = shared(table("v"));
  save(10, {old});
  HistoryStatement rename = statement(TableAction::kAlter, renamed, 15);
  rename.changes[0].renamed_from = old->id;
  save(20, {renamed}, {rename});
  EXPECT_EQ(columns(load(20), "t"), 0U);
  EXPECT_EQ(columns(load(20), "v"), 1U);
  HistoryStatement drop{.database = "shop", .ddl = "DROP TABLE v", .at = at(25)};
  drop.changes.push_back({.action = TableAction::kDrop, .id = renamed->id});
  save(30, {}, {drop});
  EXPECT_TRUE(load(30).tables.empty());
}

TEST_F(HistoryStoreTest, TakesDebeziumsModelsAsSuch) {
  const TablePtr def = shared(table("t", {"x"}));
  ASSERT_TRUE(replace_file(
      path_,
      encode_history("p", statement(TableAction::kCreate, def, 9)) + "\n" +
          encode_history("other", statement(TableAction::kCreate, shared(table("z")), 9)) + "\n\n",
      Durability::kNone));
  const StoredStructures found = load(10);
  EXPECT_TRUE(found.tables.empty());
  ASSERT_EQ(found.models.size(), 1U);
  EXPECT_EQ(found.models[0].id, def->id);
  HistoryStatement gone{.database = "shop", .ddl = "DROP DATABASE `shop`", .at = at(11)};
  save(12, {}, {gone});
  EXPECT_TRUE(load(12).models.empty());
}

TEST_F(HistoryStoreTest, SaysThatItKnowsNothing) {
  open();
  const auto empty = store_->load({});
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().kind(), ErrorKind::kCorrupt);
  EXPECT_NE(empty.error().message().find("history.jsonl"), std::string::npos);
}

TEST_F(HistoryStoreTest, CutsALineThatACrashTore) {
  save(10, {shared(table("t"))});
  const std::string whole = **read_file(path_, 1 << 20);
  ASSERT_TRUE(replace_file(path_, whole + whole.substr(0, 50), Durability::kNone));
  EXPECT_EQ(columns(load(10), "t"), 1U);
  save(20, {shared(table("t")), shared(table("u"))});
  EXPECT_EQ(columns(load(20), "u"), 1U);
  // In the middle it is no crash's.
  ASSERT_TRUE(replace_file(path_, "{}\n" + whole, Durability::kNone));
  open();
  EXPECT_FALSE(store_->load({}));
}

}  // namespace
}  // namespace tidemark
