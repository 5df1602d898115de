// SPDX-License-Identifier: Apache-2.0
// Damaged events: every prefix of every recorded body, and seeded random damage. Nothing may be read out
// of bounds (run under the sanitizers), and what is cut short must not pass as whole.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>

#include "mysql/binlog/golden_fixture.h"
#include "mysql/binlog/mariadb_event.h"
#include "mysql/binlog/payload.h"
#include "mysql/binlog/printer.h"
#include "mysql/binlog/row_plan.h"
#include "mysql/binlog/rows.h"
#include "mysql/binlog/table_map.h"

namespace tidemark {
namespace {

// The bytes in a block of their own, so that a sanitizer sees every step beyond them.
struct Copy {
  explicit Copy(Bytes bytes) : block(bytes.begin(), bytes.end()) { block.shrink_to_fit(); }
  Bytes view() const { return block; }
  std::vector<std::uint8_t> block;
};

// Rows of an event, or nothing when the event is refused.
std::optional<std::size_t> count_rows(const Event& event, const FormatDescription& format,
                                      const RowPlan& plan, RowScratch& scratch) {
  Result<RowsReader> reader = RowsReader::open(event, format, plan, scratch);
  if (!reader) return std::nullopt;
  for (std::size_t rows = 0;; ++rows) {
    RowView before;
    RowView after;
    const Result<bool> more = reader->next(&before, &after);
    if (!more) return std::nullopt;
    if (!*more) return rows;
  }
}

using Plans = std::map<std::uint64_t, RowPlan>;

void add_plan(const Event& event, const FormatDescription& format, Plans& plans) {
  if (event.header.type != EventType::kTableMap) return;
  const Result<TableMap> map = parse_table_map(event, format);
  ASSERT_TRUE(map);
  Result<RowPlan> plan = RowPlan::compile(*map);
  ASSERT_TRUE(plan);
  plans.insert_or_assign(map->table_id, std::move(*plan));
}

// Calls visit(raw, event, format, plans) for each event of each case, with the plans of the maps before it.
// Events inside a compressed transaction come after it, without raw bytes.
template <class Visit>
void each_event(Visit visit) {
  for (const auto& path : golden::case_paths()) {
    const golden::Case scenario = golden::read_case(path);
    EventParser parser(true);
    Plans plans;
    for (const golden::Item& item : scenario.items) {
      if (item.kind != golden::Item::Kind::kEvent) continue;
      const Result<Event> event = parser.parse(item.raw());
      ASSERT_TRUE(event) << event.error().text();
      SCOPED_TRACE(scenario.name + " " + std::string(to_string(event->header.type)));
      visit(item.raw(), *event, parser.format(), plans);
      add_plan(*event, parser.format(), plans);
      if (event->header.type != EventType::kTransactionPayload) continue;
      PayloadReader payload;
      ASSERT_TRUE(payload.open(*event));
      for (;;) {
        const Result<std::optional<Event>> inner = payload.next();
        ASSERT_TRUE(inner) << inner.error().text();
        if (!*inner) break;
        visit(Bytes(), **inner, parser.format(), plans);
        add_plan(**inner, parser.format(), plans);
      }
    }
  }
}

// Every event inside is read to its end.
bool unpacks(const Event& event) {
  PayloadReader payload;
  if (!payload.open(event)) return false;
  for (;;) {
    const Result<std::optional<Event>> inner = payload.next();
    if (!inner) return false;
    if (!*inner) return true;
  }
}

// Reads a body with whatever reads its type; true if it is accepted.
bool accepts(const Event& event, const FormatDescription& format, const Plans& plans,
             RowScratch& scratch) {
  switch (event.header.type) {
    case EventType::kFormatDescription:
      return parse_format_description(event).has_value();
    case EventType::kTableMap: {
      const Result<TableMap> map = parse_table_map(event, format);
      return map && RowPlan::compile(*map).has_value();
    }
    case EventType::kGtid:
    case EventType::kAnonymousGtid:
    case EventType::kGtidTagged:
      return parse_gtid(event).has_value();
    case EventType::kPreviousGtids:
      return parse_previous_gtids(event).has_value();
    case EventType::kQuery:
    case EventType::kMariaQueryCompressed:
      return parse_query(event, scratch.unpacked).has_value();
    case EventType::kXid:
      return parse_xid(event).has_value();
    case EventType::kRotate:
      return parse_rotate(event).has_value();
    case EventType::kRowsQuery:
    case EventType::kMariaAnnotateRows:
      return parse_rows_query(event).has_value();
    case EventType::kTransactionPayload:
      return unpacks(event);
    case EventType::kXaPrepare:
      return parse_xa_prepare(event).has_value();
    case EventType::kMariaGtid:
      return parse_maria_gtid(event).has_value();
    case EventType::kMariaGtidList:
      return parse_maria_gtid_list(event).has_value();
    case EventType::kMariaBinlogCheckpoint:
      return parse_binlog_checkpoint(event).has_value();
    default: {
      if (!is_rows(event.header.type)) return false;
      const Result<RowsTarget> target = peek_table_id(event, format);
      const auto plan = target ? plans.find(target->table_id) : plans.end();
      return plan != plans.end() && count_rows(event, format, plan->second, scratch).has_value();
    }
  }
}

// Long bodies are cut at every byte near both ends and at steps between.
std::size_t next_cut(std::size_t cut, std::size_t size) {
  constexpr std::size_t kEnds = 600;
  return cut < kEnds || cut + kEnds > size ? cut + 1 : cut + 97;
}

TEST(DamagedEvent, IsRefusedByTheParserAtEveryLength) {
  each_event([](Bytes raw, const Event& event, const FormatDescription&, const Plans&) {
    for (std::size_t size = 0; size < raw.size(); size = next_cut(size, raw.size())) {
      const Copy cut(raw.first(size));
      EventParser parser(true);
      EXPECT_FALSE(parser.parse(cut.view())) << to_string(event.header.type) << " of " << size;
    }
  });
}

TEST(DamagedEvent, CutRowsNeverPassForAllRows) {
  RowScratch scratch;
  each_event([&](Bytes, const Event& event, const FormatDescription& format, const Plans& plans) {
    if (!is_rows(event.header.type)) return;
    const RowPlan& plan = plans.at(peek_table_id(event, format)->table_id);
    const std::optional<std::size_t> all = count_rows(event, format, plan, scratch);
    ASSERT_TRUE(all);
    for (std::size_t size = 0; size < event.body.size(); size = next_cut(size, event.body.size())) {
      const Copy cut(event.body.first(size));
      // A cut between two rows leaves fewer rows; any other is an error.
      const std::optional<std::size_t> rows =
          count_rows({event.header, cut.view()}, format, plan, scratch);
      EXPECT_LT(rows.value_or(0), *all);
    }
  });
}

TEST(DamagedEvent, CutBodiesOfFixedShapeAreRefused) {
  RowScratch scratch;
  each_event([&](Bytes, const Event& event, const FormatDescription& format, const Plans& plans) {
    constexpr std::array kWholeOnly{EventType::kXid,
                                    EventType::kPreviousGtids,
                                    EventType::kXaPrepare,
                                    EventType::kTransactionPayload,
                                    EventType::kMariaGtidList,
                                    EventType::kMariaBinlogCheckpoint,
                                    EventType::kMariaQueryCompressed};
    const bool whole_only =
        std::find(kWholeOnly.begin(), kWholeOnly.end(), event.header.type) != kWholeOnly.end();
    for (std::size_t size = 0; size < event.body.size(); size = next_cut(size, event.body.size())) {
      const Copy cut(event.body.first(size));
      const bool accepted = accepts({event.header, cut.view()}, format, plans, scratch);
      EXPECT_FALSE(whole_only && accepted) << size;
    }
  });
}

TEST(DamagedEvent, FlippedBitIsCaughtByTheChecksum) {
  each_event([](Bytes raw, const Event& event, const FormatDescription& format, const Plans&) {
    if (!format.checksums || raw.empty() || event.header.type != EventType::kTableMap) return;
    for (std::size_t bit = 0; bit < 8 * raw.size(); bit += 5) {
      Copy damaged(raw);
      damaged.block[bit / 8] =
          static_cast<std::uint8_t>(damaged.block[bit / 8] ^ (1U << (bit % 8)));
      EventParser parser(true);
      EXPECT_FALSE(parser.parse(damaged.view()));
    }
  });
}

TEST(DamagedEvent, RandomDamageNeverReadsOutOfBounds) {
  std::mt19937 random(20240229);  // the same damage each time
  RowScratch scratch;
  std::size_t accepted = 0;
  std::size_t refused = 0;
  each_event([&](Bytes, const Event& event, const FormatDescription& format, const Plans& plans) {
    for (int round = 0; round < 200; ++round) {
      Copy damaged(event.body);
      const std::size_t places = 1 + random() % 4;
      for (std::size_t i = 0; i < places && !damaged.block.empty(); ++i) {
        damaged.block[random() % damaged.block.size()] = static_cast<std::uint8_t>(random());
      }
      const Event copy{event.header, damaged.view()};
      (accepts(copy, format, plans, scratch) ? accepted : refused) += 1;
      PrintState state;
      std::string out;
      (void)print_event(event, format, state, out);
      (void)print_event(copy, format, state, out);
    }
  });
  EXPECT_GT(accepted, 0U);
  EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace tidemark
