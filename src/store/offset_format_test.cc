// SPDX-License-Identifier: Apache-2.0
#include "store/offset_format.h"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <random>

namespace tidemark {
namespace {

// Random states; edges come often.
class States {
 public:
  explicit States(std::uint32_t seed) : random_(seed) {}

  ResumeState next() {
    ResumeState out;
    out.offset = offset();
    if (coin()) out.transaction.id = "u:1" + text();
    for (std::size_t n = small(); n > 0; --n) out.transaction.counts["d." + text()] = u64();
    out.incremental.paused = coin();
    for (std::size_t n = small(); n > 0; --n) out.incremental.tables.push_back(table());
    for (std::size_t n = small(); n > 0; --n) out.blocking.push_back(blocking());
    for (std::size_t n = small(); n > 0; --n) {
      out.verdicts.push_back({text(), text(), coin(), text(), i64()});
      out.outcomes.push_back({text(), text(), text(), text(), u64(), i64()});
    }
    if (coin()) {
      out.signals.topic = "t" + text();
      for (std::size_t n = small(); n > 0; --n)
        out.signals.next[static_cast<std::int32_t>(n)] = static_cast<std::int64_t>(u64() >> 1U);
    }
    if (coin()) {
      out.signals.file_bytes = u64();
      if (out.signals.file_bytes != 0) out.signals.file_hash = u64();
    }
    out.schema_revision = u64();
    for (std::size_t n = small(); n > 0; --n) out.sink.fields[text()] = text();
    out.replica_uuid = uuid();
    return out;
  }

 private:
  std::uint64_t u64() {
    constexpr std::uint64_t kEdges[] = {0, 1, std::numeric_limits<std::uint64_t>::max(),
                                        std::uint64_t{1} << 63, (std::uint64_t{1} << 53) + 1};
    return coin() ? kEdges[random_() % std::size(kEdges)] : random_();
  }
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  bool coin() { return random_() % 2 == 0; }
  std::size_t small() { return random_() % 4; }
  std::string text() {
    constexpr const char* kTexts[] = {"", "a", "\"q\\", "\n\t\x01", "\xF0\x9F\x90\xA2", "a.b"};
    return kTexts[random_() % std::size(kTexts)];
  }
  std::string bytes() {
    std::string out;
    for (std::size_t n = small() * 3; n > 0; --n) out += static_cast<char>(random_());
    return out;
  }
  Uuid uuid() {
    Uuid out;
    for (std::uint8_t& byte : out.bytes) byte = static_cast<std::uint8_t>(random_());
    return out;
  }
  KeyTuple key() {
    KeyTuple out;
    for (std::size_t n = small(); n > 0; --n) {
      KeyCell cell;
      cell.kind = static_cast<KeyCell::Kind>(random_() % 10);
      cell.null = random_() % 8 == 0;
      if (cell.null) {
        out.push_back(cell);
        continue;
      }
      if (cell.kind == KeyCell::Kind::kInt) cell.i64 = i64();
      if (cell.kind == KeyCell::Kind::kUint) cell.u64 = u64();
      if (cell.kind == KeyCell::Kind::kText) cell.text = coin() ? text() : bytes();
      if (cell.kind == KeyCell::Kind::kBinary || cell.kind == KeyCell::Kind::kEncoded)
        cell.text = bytes();
      if (cell.kind == KeyCell::Kind::kDecimal || cell.kind == KeyCell::Kind::kDouble)
        cell.text = "-0.50";
      if (cell.kind == KeyCell::Kind::kDate) cell.text = "0000-00-00";
      if (cell.kind == KeyCell::Kind::kTime) cell.text = "-838:59:59.000000";
      if (cell.kind == KeyCell::Kind::kDatetime) cell.text = "2024-02-29 23:59:58.123456";
      out.push_back(cell);
    }
    return out;
  }
  TableSnapshotState table() {
    TableSnapshotState out{text(), text(), text(), text(), text(), coin(), key(),
                           key(),  {},     u64(),  u64(),  u64(),  u64()};
    for (std::size_t n = small(); n > 0; --n) out.stripes.push_back({key(), key()});
    return out;
  }
  BlockingRequest blocking() {
    BlockingRequest out{.signal_id = text(), .tables = {}};
    for (std::size_t n = small(); n > 0; --n) out.tables.push_back({text(), text(), text()});
    return out;
  }
  Offset offset() {
    Offset out;
    out.position = {text(), u64()};
    out.gtid_mode = coin();
    if (!out.gtid_mode && coin()) out.maria_gtids = maria_position();
    if (out.gtid_mode) {
      for (std::size_t n = small(); n > 0; --n) {
        out.gtids.add(Gtid{uuid(), coin() ? "tag" : "", random_() % 1000 + 1});
      }
    }
    out.events_to_skip = u64();
    out.rows_to_skip = u64();
    out.server_id = static_cast<std::uint32_t>(u64());
    out.ts_sec = i64();
    out.file_created_sec = i64();
    if (out.file_created_sec != 0) out.file_server_id = static_cast<std::uint32_t>(u64());
    out.initial_snapshot_running = coin();
    for (std::size_t n = small(); n > 0; --n)
      out.prepared.push_back({text(), coin() ? text() : "", {text(), u64()}, coin(), {}});
    for (PreparedXa& one : out.prepared)
      if (out.maria_gtids) one.before = maria_position();
    return out;
  }
  MariaGtidPosition maria_position() {
    MariaGtidPosition out;
    for (std::uint32_t n = static_cast<std::uint32_t>(small()); n > 0; --n)
      out.advance({.domain = n, .server_id = n * 3, .sequence = random_() | 1U});
    return out;
  }

  std::mt19937_64 random_;
};

TEST(OffsetFormat, RoundTripsRandomStates) {
  States states(1);
  for (int i = 0; i < 2000; ++i) {
    const ResumeState state = states.next();
    const std::string text = encode_offset("conn", "pre\"fix", state);
    const Result<StoredOffset> stored = decode_offset(text);
    ASSERT_TRUE(stored) << stored.error().text() << "\n" << text;
    ASSERT_EQ(*stored, (StoredOffset{"conn", "pre\"fix", state})) << text;
  }
}

TEST(OffsetFormat, RefusesEveryTornFile) {
  const std::string text = encode_offset("c", "p", States(7).next());
  for (std::size_t size = 0; size + 2 < text.size(); ++size) {
    const Result<StoredOffset> stored = decode_offset(std::string_view(text).substr(0, size));
    ASSERT_FALSE(stored) << size;
    ASSERT_EQ(stored.error().kind(), ErrorKind::kCorrupt);
  }
}

TEST(OffsetFormat, UsesTheOriginalsNamesAndLeavesOutZeros) {
  ResumeState state;
  state.offset.position = {"binlog.000003", 154};
  const std::string plain = encode_offset("c", "p", state);
  EXPECT_NE(plain.find("\"offset\": {\n    \"file\": \"binlog.000003\",\n    \"pos\": 154\n  }"),
            std::string::npos)
      << plain;
  state.offset.gtid_mode = true;
  state.offset.ts_sec = 1;
  state.offset.server_id = 2;
  state.offset.events_to_skip = 3;
  state.offset.rows_to_skip = 4;
  state.offset.initial_snapshot_running = true;
  state.transaction = {.id = "u:7", .counts = {{"d.t", 5}}};
  const std::string full = encode_offset("c", "p", state);
  for (const char* part :
       {R"("gtids": "")", R"("ts_sec": 1)", R"("server_id": 2)", R"("event": 3)", R"("row": 4)",
        R"("snapshot": "INITIAL")", R"("transaction_id": "u:7")",
        R"("transaction_data_collection_order_d.t": 5)", R"("partition": {"server": "p"})"}) {
    EXPECT_NE(full.find(part), std::string::npos) << part;
  }
}

std::string changed(std::string_view from, std::string_view to) {
  ResumeState state;
  state.offset.position = {"binlog.000003", 154};
  state.offset.gtid_mode = true;
  KeyCell five;
  five.i64 = 5;
  TableSnapshotState table;
  table.database = "d";
  table.minimum = {five};
  state.incremental.tables.push_back(table);
  std::string text = encode_offset("c", "p", state);
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(OffsetFormat, NamesTheMemberThatIsWrong) {
  const auto message = [](const std::string& text) {
    const Result<StoredOffset> stored = decode_offset(text);
    EXPECT_FALSE(stored);
    EXPECT_EQ(stored.error().kind(), ErrorKind::kCorrupt);
    return stored.error().message();
  };
  EXPECT_NE(message(changed("154", "\"x\"")).find("offset.pos: is not a whole number"),
            std::string::npos);
  EXPECT_NE(
      message(changed("\"gtids\": \"\"", "\"gtids\": \"zz\"")).find("offset.gtids: is no GTID"),
      std::string::npos);
  EXPECT_NE(message(changed("{\"int\": 5}", "{\"what\": 5}"))
                .find("incremental_snapshot.tables[0].minimum[0]: is no key cell"),
            std::string::npos);
  EXPECT_NE(message(changed("{\"int\": 5}", "{\"binary\": \"abc\"}")).find("binary: is not hex"),
            std::string::npos);
  for (const char* const cell : {"{\"decimal\": \"1 OR 1\"}", "{\"date\": \"' OR '\"}",
                                 "{\"datetime\": \"\"}", "{\"double\": \"sleep(9)\"}"}) {
    EXPECT_NE(message(changed("{\"int\": 5}", cell)).find("is no value of its kind"),
              std::string::npos)
        << cell;
  }
  EXPECT_NE(message(changed("{\"int\": 5}", "{\"null\": \"what\"}")).find("is no kind of key cell"),
            std::string::npos);
  EXPECT_NE(message(changed("\"file\": \"binlog.000003\",", "")).find("offset.file: is missing"),
            std::string::npos);
  EXPECT_NE(message(changed("\"version\": 1", "\"version\": 0")).find("version"),
            std::string::npos);
  EXPECT_NE(message("[]").find("is not an object"), std::string::npos);
}

TEST(OffsetFormat, RejectsWhatIsNotOursToReplace) {
  const Result<StoredOffset> java = decode_offset(std::string_view("\xAC\xED\x00\x05sr", 6));
  ASSERT_FALSE(java);
  EXPECT_EQ(java.error().kind(), ErrorKind::kRejected);
  EXPECT_NE(java.error().remedy().find("takes it over"), std::string::npos);
  const Result<StoredOffset> newer = decode_offset(R"({"version": 2, "unheard": []})");
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().kind(), ErrorKind::kRejected);
}

TEST(OffsetFormat, IgnoresUnknownMembers) {
  EXPECT_TRUE(decode_offset(changed("\"pos\": 154", "\"pos\": 154, \"transaction_id\": null")));
}

TEST(OffsetFormat, KnowsMariaDbGtidsByTheirShapeAndAnEmptyPositionByItsFlavour) {
  ResumeState state;
  state.offset.position = {"binlog.000003", 154};
  state.offset.maria_gtids.emplace();
  const std::string empty = encode_offset("c", "p", state);
  EXPECT_NE(empty.find("\"gtids\": \"\",\n    \"flavour\": \"mariadb\""), std::string::npos)
      << empty;
  EXPECT_EQ(decode_offset(empty)->state.offset, state.offset);

  state.offset.maria_gtids = *MariaGtidPosition::parse("0-1-5,7-2-9");
  std::string text = encode_offset("c", "p", state);
  EXPECT_NE(text.find("\"gtids\": \"0-1-5,7-2-9\""), std::string::npos) << text;
  // As the original stores it, which knows no flavour.
  const std::string flavour = ",\n    \"flavour\": \"mariadb\"";
  text.erase(text.find(flavour), flavour.size());
  const Result<StoredOffset> plain = decode_offset(text);
  ASSERT_TRUE(plain) << plain.error().text();
  EXPECT_EQ(plain->state.offset, state.offset);
  EXPECT_TRUE(plain->state.offset.by_gtid());
  EXPECT_EQ(plain->state.offset.gtids_text(), "0-1-5,7-2-9");
}

TEST(OffsetFormat, RefusesAMySqlSetUnderMariaDbsFlavour) {
  ResumeState state;
  state.offset.position = {"binlog.000003", 154};
  state.offset.maria_gtids.emplace();
  std::string text = encode_offset("c", "p", state);
  text.replace(text.find("\"gtids\": \"\""), 11,
               "\"gtids\": \"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5\"");
  const Result<StoredOffset> stored = decode_offset(text);
  ASSERT_FALSE(stored);
  EXPECT_NE(stored.error().text().find("GTID position of MariaDB"), std::string::npos)
      << stored.error().text();
}

TEST(OffsetFormat, EncodesATypicalStateInMicroseconds) {
  ResumeState state;
  state.offset.position = {"binlog.000003", 154};
  state.offset.gtid_mode = true;
  state.offset.gtids.add(Gtid{Uuid::random(), "", 5});
  const auto start = std::chrono::steady_clock::now();
  std::size_t bytes = 0;
  for (int i = 0; i < 1000; ++i) bytes += encode_offset("c", "p", state).size();
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GT(bytes, 0u);
  // Sanitizers and a busy machine included; about 3 us otherwise.
  EXPECT_LT(took, std::chrono::milliseconds(1000));
}

}  // namespace
}  // namespace tidemark
