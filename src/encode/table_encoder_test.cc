// SPDX-License-Identifier: Apache-2.0
#include "encode/table_encoder.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace {
std::atomic<std::size_t> allocations{0};
}  // namespace

// Counts; not inlined, so that the compiler does not take malloc and delete for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* p = std::malloc(size)) return p;  // NOLINT: this is the allocator
  std::abort();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }  // NOLINT
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }  // NOLINT

namespace tidemark {
namespace {

constexpr RecordTime kNow{1'700'000'001'234'567'891};

ColumnDef column(std::string name, std::string data_type, ColumnKind kind) {
  ColumnDef c;
  c.name = std::move(name);
  c.data_type = data_type;
  c.column_type = std::move(data_type);
  c.kind = kind;
  return c;
}

// a.b(id INT PRIMARY KEY, v DECIMAL(5,2)).
TableDef small_table() {
  TableDef table;
  table.id = {"a", "b"};
  ColumnDef id = column("id", "int", ColumnKind::kInt);
  id.nullable = false;
  ColumnDef v = column("v", "decimal", ColumnKind::kDecimal64);
  v.precision = 5;
  v.scale = 2;
  table.columns = {id, v};
  table.key_columns = {0};
  table.key_is_primary = true;
  return table;
}

class TableEncoderTest : public testing::Test {
 protected:
  TableEncoderTest() {
    context_.topic_prefix = "p";
    context_.connector_version = "0.1.0";
    context_.run_id = "01910000-0000-7000-8000-000000000001";
    context_.topics = &topics_;
    plain();
  }

  void plain() {
    context_.settings.schemas_enable_key = false;
    context_.settings.schemas_enable_value = false;
    context_.settings.schemas_enable_headers = false;
  }
  std::unique_ptr<TableEncoder> compile(TableDef table) {
    auto encoder =
        TableEncoder::compile(context_, std::make_shared<const TableDef>(std::move(table)));
    EXPECT_TRUE(encoder.has_value()) << encoder.error().text();
    return std::move(*encoder);
  }
  std::string_view key(std::size_t i) const { return batch_.key(batch_.records().at(i)); }
  std::string_view value(std::size_t i) const { return batch_.value(batch_.records().at(i)); }
  std::string_view headers(std::size_t i) const { return batch_.headers(batch_.records().at(i)); }

  static SourceInfo source() {
    return {.ts_us = 1'700'000'000'500'001,
            .snapshot = SnapshotMark::kFalse,
            .server_id = 223344,
            .gtid = "3e11fa47-71ca-11e1-9e33-c80aa9429562:23",
            .file = "binlog.000003",
            .pos = 1234,
            .row = 2,
            .thread = 17};
  }

  TopicRegistry topics_;
  EncoderContext context_;
  RecordBatch batch_;
};

constexpr std::string_view kSource =
    R"({"version":"0.1.0","connector":"mysql","name":"p","ts_ms":1700000000500,"snapshot":"false",)"
    R"("db":"a","sequence":null,"ts_us":1700000000500001,"ts_ns":1700000000500001000,"table":"b",)"
    R"("server_id":223344,"gtid":"3e11fa47-71ca-11e1-9e33-c80aa9429562:23","file":"binlog.000003",)"
    R"("pos":1234,"row":2,"thread":17,"query":null})";
constexpr std::string_view kTimes =
    R"("ts_ms":1700000001234,"ts_us":1700000001234567,"ts_ns":1700000001234567891)";
constexpr std::string_view kContextHeaders =
    R"("__debezium.context.connectorLogicalName":"p","__debezium.context.taskId":"0",)"
    R"("__debezium.context.connectorName":"mysql",)"
    R"("__debezium.context.runId":"01910000-0000-7000-8000-000000000001")";

std::string envelope(std::string_view before, std::string_view after, std::string_view op) {
  std::string out = R"({"before":)";
  out.append(before).append(R"(,"after":)").append(after).append(R"(,"source":)").append(kSource);
  out.append(R"(,"transaction":null,"op":")").append(op).append(R"(",)").append(kTimes);
  return out + "}";
}

TEST_F(TableEncoderTest, WritesAnInsertWithoutSchemas) {
  const auto encoder = compile(small_table());
  const Value row[] = {Value::of_int(1), Value::of_int(1234)};
  encoder->encode({Op::kCreate, {}, row, source()}, kNow, batch_);
  ASSERT_EQ(batch_.records().size(), 1U);
  EXPECT_EQ(batch_.records()[0].topic->name, "p.a.b");
  EXPECT_EQ(key(0), R"({"id":1})");
  EXPECT_EQ(value(0), envelope("null", R"({"id":1,"v":"BNI="})", "c"));
  EXPECT_EQ(headers(0), "{" + std::string(kContextHeaders) + "}");
}

TEST_F(TableEncoderTest, WritesAnInsertWithSchemas) {
  context_.settings = {};
  const auto encoder = compile(small_table());
  const Value row[] = {Value::of_int(1), Value::of_null()};
  encoder->encode({Op::kCreate, {}, row, source()}, kNow, batch_);
  EXPECT_EQ(key(0), R"({"schema":{"type":"struct","fields":[{"type":"int32","optional":false,)"
                    R"("field":"id"}],)"
                    R"("optional":false,"name":"p.a.b.Key"},"payload":{"id":1}})");
  const std::string fields =
      R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"},)"
      R"({"type":"bytes","optional":true,"name":"org.apache.kafka.connect.data.Decimal",)"
      R"("version":1,"parameters":{"scale":"2","connect.decimal.precision":"5"},"field":"v"}],)"
      R"("optional":true,"name":"p.a.b.Value","field":)";
  const std::string schema =
      R"({"type":"struct","fields":[)" + fields + R"("before"},)" + fields + R"("after"},)" +
      R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"version"},)"
      R"({"type":"string","optional":false,"field":"connector"},)"
      R"({"type":"string","optional":false,"field":"name"},)"
      R"({"type":"int64","optional":false,"field":"ts_ms"},)"
      R"({"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,)"
      R"("parameters":{"allowed":"true,first,first_in_data_collection,last_in_data_collection,)"
      R"(last,false,incremental"},"default":"false","field":"snapshot"},)"
      R"({"type":"string","optional":false,"field":"db"},)"
      R"({"type":"string","optional":true,"field":"sequence"},)"
      R"({"type":"int64","optional":true,"field":"ts_us"},)"
      R"({"type":"int64","optional":true,"field":"ts_ns"},)"
      R"({"type":"string","optional":true,"field":"table"},)"
      R"({"type":"int64","optional":false,"field":"server_id"},)"
      R"({"type":"string","optional":true,"field":"gtid"},)"
      R"({"type":"string","optional":false,"field":"file"},)"
      R"({"type":"int64","optional":false,"field":"pos"},)"
      R"({"type":"int32","optional":false,"field":"row"},)"
      R"({"type":"int64","optional":true,"field":"thread"},)"
      R"({"type":"string","optional":true,"field":"query"}],)"
      R"("optional":false,"name":"io.debezium.connector.mysql.Source","version":1,)"
      R"("field":"source"},)"
      R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"},)"
      R"({"type":"int64","optional":false,"field":"total_order"},)"
      R"({"type":"int64","optional":false,"field":"data_collection_order"}],)"
      R"("optional":true,"name":"event.block","version":1,"field":"transaction"},)"
      R"({"type":"string","optional":false,"field":"op"},)"
      R"({"type":"int64","optional":true,"field":"ts_ms"},)"
      R"({"type":"int64","optional":true,"field":"ts_us"},)"
      R"({"type":"int64","optional":true,"field":"ts_ns"}],)"
      R"("optional":false,"name":"p.a.b.Envelope","version":2})";
  EXPECT_EQ(encoder->envelope_schema(), schema);
  EXPECT_EQ(value(0), R"({"schema":)" + schema + R"(,"payload":)" +
                          envelope("null", R"({"id":1,"v":null})", "c") + "}");
  EXPECT_EQ(
      headers(0),
      R"({"__debezium.context.connectorLogicalName":{"schema":{"type":"string",)"
      R"("optional":false},"payload":"p"},)"
      R"("__debezium.context.taskId":{"schema":{"type":"string","optional":false},"payload":"0"},)"
      R"("__debezium.context.connectorName":{"schema":{"type":"string",)"
      R"("optional":false},"payload":"mysql"},)"
      R"("__debezium.context.runId":{"schema":{"type":"string","optional":false},)"
      R"("payload":"01910000-0000-7000-8000-000000000001"}})");
}

TEST_F(TableEncoderTest, SwitchesSchemasOfKeyAndValueSeparately) {
  context_.settings.schemas_enable_key = true;
  const Value row[] = {Value::of_int(1), Value::of_int(0)};
  compile(small_table())->encode({Op::kCreate, {}, row, source()}, kNow, batch_);
  EXPECT_TRUE(key(0).starts_with(R"({"schema":)"));
  EXPECT_TRUE(value(0).starts_with(R"({"before":)"));
  context_.settings.schemas_enable_key = false;
  context_.settings.schemas_enable_value = true;
  compile(small_table())->encode({Op::kCreate, {}, row, source()}, kNow, batch_);
  EXPECT_EQ(key(1), R"({"id":1})");
  EXPECT_TRUE(value(1).starts_with(R"({"schema":)"));
}

TEST_F(TableEncoderTest, WritesBothImagesOfAnUpdate) {
  const auto encoder = compile(small_table());
  const Value before[] = {Value::of_int(1), Value::of_int(100)};
  const Value after[] = {Value::of_int(1), Value::of_null()};
  encoder->encode({Op::kUpdate, before, after, source()}, kNow, batch_);
  ASSERT_EQ(batch_.records().size(), 1U);
  EXPECT_EQ(value(0), envelope(R"({"id":1,"v":"ZA=="})", R"({"id":1,"v":null})", "u"));
}

TEST_F(TableEncoderTest, FollowsADeleteWithATombstone) {
  const auto encoder = compile(small_table());
  const Value row[] = {Value::of_int(-7), Value::of_int(-1)};
  encoder->encode({Op::kDelete, row, {}, source()}, kNow, batch_);
  ASSERT_EQ(batch_.records().size(), 2U);
  EXPECT_EQ(value(0), envelope(R"({"id":-7,"v":"/w=="})", "null", "d"));
  EXPECT_EQ(key(1), R"({"id":-7})");
  EXPECT_EQ(batch_.records()[1].value_size, Record::kNull);
  EXPECT_EQ(headers(1), headers(0));
}

TEST_F(TableEncoderTest, LeavesTheTombstoneOutWhenSwitchedOff) {
  context_.settings.tombstones = false;
  const auto encoder = compile(small_table());
  const Value row[] = {Value::of_int(1), Value::of_int(1)};
  const Value moved[] = {Value::of_int(2), Value::of_int(1)};
  encoder->encode({Op::kDelete, row, {}, source()}, kNow, batch_);
  EXPECT_EQ(batch_.records().size(), 1U);
  encoder->encode({Op::kUpdate, row, moved, source()}, kNow, batch_);
  EXPECT_EQ(batch_.records().size(), 3U);
}

TEST_F(TableEncoderTest, TurnsAKeyChangeIntoDeleteTombstoneAndCreate) {
  const auto encoder = compile(small_table());
  const Value before[] = {Value::of_int(1), Value::of_int(1)};
  const Value after[] = {Value::of_int(2), Value::of_int(0)};
  encoder->encode({Op::kUpdate, before, after, source()}, kNow, batch_);
  ASSERT_EQ(batch_.records().size(), 3U);
  EXPECT_EQ(key(0), R"({"id":1})");
  EXPECT_EQ(value(0), envelope(R"({"id":1,"v":"AQ=="})", "null", "d"));
  EXPECT_EQ(headers(0), R"({"__debezium.newkey":{"id":2},)" + std::string(kContextHeaders) + "}");
  EXPECT_EQ(key(1), R"({"id":1})");
  EXPECT_EQ(batch_.records()[1].value_size, Record::kNull);
  EXPECT_EQ(headers(1), headers(0));
  EXPECT_EQ(key(2), R"({"id":2})");
  EXPECT_EQ(value(2), envelope("null", R"({"id":2,"v":"AA=="})", "c"));
  EXPECT_EQ(headers(2), R"({"__debezium.oldkey":{"id":1},)" + std::string(kContextHeaders) + "}");
  // The next record has its own headers again.
  encoder->encode({Op::kCreate, {}, after, source()}, kNow, batch_);
  EXPECT_EQ(headers(3), "{" + std::string(kContextHeaders) + "}");
}

TEST_F(TableEncoderTest, WritesOnlyTheKeyHeaderWithoutExtendedHeaders) {
  context_.settings.extended_headers = false;
  context_.settings.schemas_enable_headers = true;
  const auto encoder = compile(small_table());
  const Value before[] = {Value::of_int(1), Value::of_int(1)};
  const Value after[] = {Value::of_int(2), Value::of_int(1)};
  encoder->encode({Op::kUpdate, before, after, source()}, kNow, batch_);
  EXPECT_EQ(headers(0),
            R"({"__debezium.newkey":{"schema":{"type":"struct","fields":[{"type":"int32",)"
            R"("optional":false,"field":"id"}],"optional":false,"name":"p.a.b.Key"},)"
            R"("payload":{"id":2}}})");
  encoder->encode({Op::kCreate, {}, after, source()}, kNow, batch_);
  EXPECT_EQ(headers(3), "{}");
}

TEST_F(TableEncoderTest, GivesKeylessTablesNullKeysAndStillATombstone) {
  TableDef table = small_table();
  table.key_columns.clear();
  const auto encoder = compile(std::move(table));
  EXPECT_FALSE(encoder->has_key());
  const Value before[] = {Value::of_int(1), Value::of_int(1)};
  const Value after[] = {Value::of_int(2), Value::of_int(1)};
  encoder->encode({Op::kUpdate, before, after, source()}, kNow, batch_);
  ASSERT_EQ(batch_.records().size(), 1U);
  EXPECT_EQ(batch_.records()[0].key_size, Record::kNull);
  EXPECT_EQ(value(0), envelope(R"({"id":1,"v":"AQ=="})", R"({"id":2,"v":"AQ=="})", "u"));
  encoder->encode({Op::kDelete, before, {}, source()}, kNow, batch_);
  ASSERT_EQ(batch_.records().size(), 3U);
  EXPECT_EQ(batch_.records()[2].key_size, Record::kNull);
  EXPECT_EQ(batch_.records()[2].value_size, Record::kNull);
  std::string text;
  encoder->encode_key(before, text);
  EXPECT_EQ(text, "");
  EXPECT_FALSE(encoder->key_changed(before, after));
}

TEST_F(TableEncoderTest, WritesKeyColumnsInKeyOrder) {
  TableDef table = small_table();
  ColumnDef second = column("k2", "varchar", ColumnKind::kString);
  second.nullable = false;
  table.columns.push_back(second);
  table.key_columns = {2, 0};
  const auto encoder = compile(std::move(table));
  const Value row[] = {Value::of_int(5), Value::of_null(), Value::of_text("x\"y")};
  std::string text;
  encoder->encode_key(row, text);
  EXPECT_EQ(text, R"({"k2":"x\"y","id":5})");
}

TEST_F(TableEncoderTest, ShowsAbsentSourceFieldsAsNull) {
  SourceInfo info = source();
  info.gtid = "";
  info.thread = -1;
  info.ts_us = -1;
  info.snapshot = SnapshotMark::kLastInDataCollection;
  const Value row[] = {Value::of_int(1), Value::of_int(1)};
  compile(small_table())->encode({Op::kRead, {}, row, info}, {-1}, batch_);
  EXPECT_NE(value(0).find(R"("ts_ms":-1,"snapshot":"last_in_data_collection","db")"),
            std::string_view::npos);
  EXPECT_NE(value(0).find(R"("ts_us":-1,"ts_ns":-1000,"table")"), std::string_view::npos);
  EXPECT_NE(value(0).find(R"("gtid":null,"file")"), std::string_view::npos);
  EXPECT_NE(value(0).find(R"("thread":null,)"), std::string_view::npos);
  EXPECT_TRUE(value(0).ends_with(R"("op":"r","ts_ms":-1,"ts_us":-1,"ts_ns":-1})"));
}

TEST_F(TableEncoderTest, ShowsTheStreamingMarkAsNullWithoutDefaults) {
  context_.settings.replace_null_with_default = false;
  const Value row[] = {Value::of_int(1), Value::of_int(1)};
  compile(small_table())->encode({Op::kCreate, {}, row, source()}, kNow, batch_);
  EXPECT_NE(value(0).find(R"("snapshot":null,)"), std::string_view::npos);
}

TEST_F(TableEncoderTest, WritesATruncateWithoutKeyAndImages) {
  const auto encoder = compile(small_table());
  encoder->encode_truncate(source(), kNow, batch_);
  ASSERT_EQ(batch_.records().size(), 1U);
  EXPECT_EQ(batch_.records()[0].key_size, Record::kNull);
  EXPECT_EQ(value(0), envelope("null", "null", "t"));
}

TEST_F(TableEncoderTest, RowsOfOneEventReadAsEachChangeByItself) {
  for (const bool schemas : {false, true}) {
    context_.settings.schemas_enable_key = schemas;
    context_.settings.schemas_enable_value = schemas;
    const auto encoder = compile(small_table());
    const Value row[] = {Value::of_int(42), Value::of_int(-1234)};
    const Value same_key[] = {Value::of_int(42), Value::of_null()};
    const Value other_key[] = {Value::of_int(43), Value::of_int(7)};
    const struct {
      Op op;
      RowView before;
      RowView after;
    } cases[] = {{Op::kCreate, {}, row},
                 {Op::kUpdate, row, same_key},
                 {Op::kUpdate, row, other_key},
                 {Op::kDelete, row, {}}};
    EventEnd end;
    for (const auto& change : cases) {
      RecordBatch single;
      RecordBatch of_event;
      end.source = source();
      end.source.row = 0;
      end.op = change.op;
      end.now = kNow;
      encoder->begin_event(end);
      for (const std::uint32_t number : {0U, 4'000'000'000U}) {
        SourceInfo info = source();
        info.row = number;
        encoder->encode({change.op, change.before, change.after, info}, kNow, single);
        encoder->encode(change.before, change.after, number, end, of_event);
      }
      EXPECT_EQ(of_event.buffer(), single.buffer());
      ASSERT_EQ(of_event.records().size(), single.records().size());
      for (std::size_t i = 0; i < single.records().size(); ++i) {
        EXPECT_EQ(of_event.key(of_event.records()[i]), single.key(single.records()[i]));
        EXPECT_EQ(of_event.value(of_event.records()[i]), single.value(single.records()[i]));
        EXPECT_EQ(of_event.records()[i].value_size, single.records()[i].value_size);
        EXPECT_EQ(of_event.headers(of_event.records()[i]), single.headers(single.records()[i]));
      }
    }
  }
}

TEST_F(TableEncoderTest, AssemblesTheSameReadRecordFromParts) {
  for (const bool schemas : {false, true}) {
    context_.settings.schemas_enable_key = schemas;
    context_.settings.schemas_enable_value = schemas;
    for (const bool keyed : {false, true}) {
      TableDef table = small_table();
      if (!keyed) table.key_columns.clear();
      const auto encoder = compile(std::move(table));
      const Value row[] = {Value::of_int(42), Value::of_int(-1234)};
      SourceInfo info = source();
      info.snapshot = SnapshotMark::kIncremental;
      RecordBatch whole;
      RecordBatch parts;
      encoder->encode({Op::kRead, {}, row, info}, kNow, whole);
      std::string key_json;
      std::string row_json;
      std::string end;
      encoder->encode_key(row, key_json);
      encoder->encode_row(row, row_json);
      encoder->read_end(info, kNow, end);
      encoder->assemble_read(key_json, row_json, end, parts);
      ASSERT_EQ(parts.records().size(), 1U);
      EXPECT_EQ(parts.key(parts.records()[0]), whole.key(whole.records()[0]));
      EXPECT_EQ(parts.records()[0].key_size, whole.records()[0].key_size);
      EXPECT_EQ(parts.value(parts.records()[0]), whole.value(whole.records()[0]));
      EXPECT_EQ(parts.headers(parts.records()[0]), whole.headers(whole.records()[0]));
      EXPECT_EQ(parts.buffer(), whole.buffer());
    }
  }
}

TEST_F(TableEncoderTest, RefusesAColumnItCannotCarry) {
  TableDef table = small_table();
  table.columns.push_back(column("g", "geometry", ColumnKind::kUnsupported));
  const auto encoder =
      TableEncoder::compile(context_, std::make_shared<const TableDef>(std::move(table)));
  ASSERT_FALSE(encoder.has_value());
  EXPECT_EQ(encoder.error().kind(), ErrorKind::kUnsupported);
  EXPECT_NE(encoder.error().text().find("column g has type geometry"), std::string::npos);
  EXPECT_NE(encoder.error().text().find("a.b"), std::string::npos);
}

TEST_F(TableEncoderTest, SharesOneTopicBetweenVersions) {
  EXPECT_EQ(compile(small_table())->topic(), compile(small_table())->topic());
}

TEST_F(TableEncoderTest, AllocatesNothingPerRow) {
  TableDef table = small_table();
  table.columns.push_back(column("t", "varchar", ColumnKind::kString));
  ColumnDef b = column("bin", "blob", ColumnKind::kBinary);
  table.columns.push_back(b);
  const auto encoder = compile(std::move(table));
  const Value before[] = {Value::of_int(1), Value::of_int(1), Value::of_text("some \xC3\xBC text"),
                          Value::of_text("bytes")};
  const Value after[] = {Value::of_int(2), Value::of_null(), Value::of_text("other"),
                         Value::of_null()};
  std::string row_json;
  std::string key_json;
  std::string end;
  const auto round = [&] {
    batch_.clear();
    for (int i = 0; i < 100; ++i) {
      row_json.clear();
      key_json.clear();
      encoder->encode({Op::kCreate, {}, after, source()}, kNow, batch_);
      encoder->encode({Op::kUpdate, before, after, source()}, kNow, batch_);
      encoder->encode({Op::kDelete, before, {}, source()}, kNow, batch_);
      encoder->encode_row(after, row_json);
      encoder->encode_key(after, key_json);
      encoder->read_end(source(), kNow, end);
      encoder->assemble_read(key_json, row_json, end, batch_);
    }
  };
  round();
  const std::size_t before_rounds = allocations.load();
  round();
  round();
  EXPECT_EQ(allocations.load() - before_rounds, 0U);
}

TEST_F(TableEncoderTest, APlaceholderStandsForWhatTheImageDoesNotCarry) {
  TableDef table = small_table();
  table.columns.push_back(column("t", "text", ColumnKind::kString));
  table.columns.push_back(column("b", "blob", ColumnKind::kBinary));
  table.columns.push_back(column("j", "json", ColumnKind::kJson));
  context_.settings.unavailable_value = "?\"";
  const auto encoder = compile(std::move(table));
  const std::vector<Value> row{Value::of_int(1), Value::of_null(), Value::of_absent(),
                               Value::of_absent(), Value::of_absent()};
  std::string out;
  encoder->encode_row(row, out);
  EXPECT_EQ(out, R"({"id":1,"v":null,"t":"?\"","b":"PyI=","j":"?\""})");
}

// A cut date is no text that a placeholder could take the place of.
TEST_F(TableEncoderTest, APlaceholderStandsForTextOnly) {
  TableDef table = small_table();
  table.columns.push_back(column("d", "date", ColumnKind::kDate));
  table.columns.push_back(column("t", "text", ColumnKind::kString));
  context_.settings.cells.time = TimeMode::kIsoString;
  context_.settings.unavailable_value = "absent";
  context_.rules.mappings = {{.action = ColumnMapping::Action::kTruncate,
                              .columns = *RegexList::compile(".*", RegexCase::kInsensitive),
                              .chars = 4}};
  const auto encoder = compile(std::move(table));
  const std::vector<Value> row{Value::of_int(1), Value::of_null(),
                               Value::of_civil({2024, 2, 29, 0, 0, 0}, 0), Value::of_absent()};
  std::string out;
  encoder->encode_row(row, out);
  EXPECT_EQ(out, R"({"id":1,"v":null,"d":"2024","t":"abse"})");
}

}  // namespace
}  // namespace tidemark
