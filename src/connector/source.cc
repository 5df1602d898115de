// SPDX-License-Identifier: Apache-2.0
#include "connector/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/log.h"
#include "connector/backoff.h"
#include "mysql/binlog/mariadb_event.h"
#include "mysql/client/server_info.h"

namespace tidemark {
namespace {

// How long the source thread waits for events before it looks at its mailbox and the stop token.
constexpr std::chrono::milliseconds kIdleWait{100};
// What a link may hold back while we decode: enough for smooth transfer, little against the memory aim.
constexpr std::size_t kLinkBytesMax = 2U << 20U;

// Within a compressed transaction: what a block of the link would be elsewhere.
constexpr std::size_t kPayloadBytesBetweenCheckpoints = 1U << 20U;

// Between two heartbeats of a link that does not move although the log goes on.
constexpr std::chrono::milliseconds kStuckTimeMin{500};

// Neither about the file nor about the link.
bool is_of_transaction(EventType type) {
  return type != EventType::kRotate && type != EventType::kFormatDescription &&
         type != EventType::kHeartbeat && type != EventType::kHeartbeatV2 &&
         type != EventType::kTransactionPayload;  // its events come through here one by one
}

}  // namespace

Source::Source(Parts parts, Start start)
    : parts_(parts),
      start_(std::move(start)),
      cursor_(start_.offset),
      buffer_(kLinkBytesMax),
      misfits_(parts.settings.encode.misfits),
      gtid_sources_(parts.settings.gtid),
      xa_(folder_of(parts.settings.offset.path)) {
  const Settings& settings = parts_.settings;
  if (settings.events.transaction_metadata) {
    meta_.emplace(TransactionRecords(settings.encode, settings.topics.transaction, parts_.topics),
                  std::move(start_.transaction));
  }
  if (settings.heartbeat.interval_ms > 0) {
    Heartbeat::Options options{.interval =
                                   std::chrono::milliseconds(settings.heartbeat.interval_ms)};
    if (!settings.heartbeat.action_query.empty())
      options.action = [this] { return heartbeat_action(); };
    heartbeat_.emplace(std::move(options),
                       HeartbeatRecords(settings.encode, settings.topics.heartbeat,
                                        settings.topic_prefix, parts_.topics),
                       parts_.clock);
  }
}

Status Source::run(const std::stop_token& stop) {
  stop_ = stop;
  Backoff backoff(parts_.settings.retry);
  while (!stop.stop_requested()) {
    made_progress_ = false;
    auto ended = run_link(stop);
    if (stop.stop_requested()) break;
    if (ended) continue;
    // Another link to the server does not mend a delivery that has ended.
    TRY(parts_.output.delivery().check());
    if (ended.error().kind() != ErrorKind::kRetryable) {
      // What was done before the place that ended the stream still goes out.
      if (made_progress_) TRY(checkpoint());
      return ended;
    }
    if (made_progress_) backoff.reset();
    const auto wait = backoff.next();
    if (!wait) {
      return std::unexpected(std::move(ended).error().with_remedy(
          "the server stayed away for all of errors.max.retries attempts: see that it runs and "
          "start again"));
    }
    log::failure(log::Level::kWarn, "stream.link_lost", ended.error());
    log::info("stream.reconnecting",
              {{"in_ms", wait->count()}, {"position", cursor_.offset().position.text()}});
    parts_.status.update([](StatusView& view) { view.state = "reconnecting"; });
    sleep_unless_stopped(stop, *wait);
    query_.reset();
    // Of what is replayed only the whole counts: a name may have been an earlier transaction's, too.
    if (cursor_.catching_up()) xa_.forget();
    xa_.abandon_open();
    cursor_.reconnect(xa_.holds_all(cursor_.offset().prepared));
    parts_.tables.forget_bindings();
    parts_.blocking.reconnected();
    TRY(parts_.incremental.reconnected());
  }
  TRY(checkpoint());
  return {};
}

Status Source::run_link(const std::stop_token& stop) {
  LinkStart where{.offset = cursor_.dump_start(xa_.holds_all(cursor_.offset().prepared)),
                  .replica_uuid = start_.replica_uuid,
                  .register_name = start_.register_name};
  TRY(check_position(where.offset));
  auto link = TRY(BinlogLink::open(parts_.settings.server, where, stop));
  parser_ = std::make_unique<EventParser>(link->checksum());
  idle_.reset();
  relink_ = false;
  placed_ = false;
  located_ = !where.offset.maria_gtids || where.offset.maria_gtids->gtids().empty();
  buffer_.reset();
  block_.clear();
  next_in_block_ = 0;
  ahead_.clear();
  log::info("stream.started", {{"position", where.offset.position.text()},
                               {"gtids", where.offset.gtids_text()},
                               {"skip_events", cursor_.offset().events_to_skip}});
  parts_.status.update([](StatusView& view) { view.state = "streaming"; });

  std::thread receiver([&] {
    for (;;) {
      auto event = link->read();
      if (!event) {
        if (event.error().kind() == ErrorKind::kRetryable) parts_.desk.shut_down();
        return buffer_.finish(std::move(event).error());
      }
      if (!buffer_.push(*event))
        return buffer_.finish({ErrorKind::kCancelled, "the stream was stopped"});
    }
  });
  const std::stop_callback on_stop(stop, [&] { buffer_.wake(); });
  auto ended = work(stop);
  buffer_.stop();
  link->interrupt();
  receiver.join();
  parts_.desk.reopen();
  return ended;
}

// Not repeated on a connection that was lost in between: nobody knows what the statement does.
Status Source::heartbeat_action() {
  std::optional<Error> lost;
  return parts_.desk.ask([&](Connection& connection) -> Status {
    if (lost) return fail(ErrorKind::kServer, lost->text());
    auto done = connection.execute(parts_.settings.heartbeat.action_query);
    if (!done && done.error().kind() == ErrorKind::kRetryable) lost = done.error();
    return done;
  });
}

// Puts in place what is to be asked for.
Status Source::check_position(Offset& start) {
  GtidSet purged;
  if (gtid_sources_.filters() && start.gtid_mode) {
    purged = TRY(parts_.desk.ask([](Connection& connection) {
               return read_server_info(connection);
             })).gtid_purged;
  }
  GtidSources::Resume resume = TRY(gtid_sources_.resume(start, purged));
  start = std::move(resume.ask);
  return parts_.desk.ask(
      [&](Connection& connection) { return check_position_available(connection, resume.check); });
}

Status Source::work(const std::stop_token& stop) {
  const auto patience = heartbeat_ ? std::min(kIdleWait, heartbeat_->interval()) : kIdleWait;
  while (!stop.stop_requested() && !relink_) {
    if (!ahead_.empty()) {
      block_ = std::move(ahead_.front());
      ahead_.pop_front();
    } else {
      TRY(buffer_.take(block_, patience));
    }
    next_in_block_ = 0;
    TRY(handle_block());
    TRY(beat());
    TRY(parts_.incremental.poll(cursor_.offset(), cursor_.moved()));
    if (parts_.incremental.jump_pending() && !cursor_.in_transaction()) TRY(jump());
    TRY(advance_windows());
    if (parts_.blocking.waiting()) TRY(advance_blocking());
    TRY(parts_.output.delivery().check());
    TRY(checkpoint());
    publish();
  }
  return {};
}

// An action query would wait for locks that we ourselves keep.
Status Source::beat() {
  const bool acts = !parts_.settings.heartbeat.action_query.empty();
  if (!heartbeat_ || (acts && parts_.blocking.holds_writes())) return {};
  return heartbeat_->beat_if_due(parts_.output.batch());
}

Status Source::handle_block() {
  if (!block_.empty()) made_progress_ = true;
  while (next_in_block_ < block_.size()) {
    const Bytes raw = block_[next_in_block_++];
    TRY(handle(raw));
    if (parts_.incremental.jump_pending() && !cursor_.in_transaction()) return jump();
    if (parts_.blocking.open() && between_transactions() && parts_.blocking.due(here()))
      TRY(emit_blocking());
    if (parts_.incremental.awaits_place()) TRY(advance_windows());
    // Between two events: a good place for a checkpoint.
    if (parts_.output.full()) TRY(checkpoint());
  }
  return {};
}

Status Source::handle(Bytes raw) {
  auto event = parser_->parse(raw);
  if (!event)
    return std::unexpected(std::move(event).error().at("after " + cursor_.file() + ":" +
                                                       std::to_string(cursor_.event_end())));
  cursor_.begin_event(event->header);
  ++events_handled_;
  auto done = dispatch(*event);
  if (!done) return std::unexpected(std::move(done).error().at(cursor_.place()));
  return {};
}

// For every event inside, the place in the log is the payload's own; a resume point is a count of events.
Status Source::on_payload(const Event& event) {
  TRY(payload_.open(event));
  std::size_t since_checkpoint = 0;
  for (std::uint64_t number = 1;; ++number) {
    const std::optional<Event> inner = TRY(payload_.next());
    if (!inner) return {};
    cursor_.begin_event(inner->header);
    ++events_handled_;
    TRY_AT(dispatch(*inner), fmt::format("event {} of the compressed transaction", number));
    since_checkpoint += inner->header.size;
    if (since_checkpoint >= kPayloadBytesBetweenCheckpoints) {
      since_checkpoint = 0;
      TRY(beat());
      TRY(parts_.incremental.poll(cursor_.offset(), cursor_.moved()));
      TRY(advance_windows());
      TRY(parts_.output.delivery().check());
      TRY(checkpoint());
      publish();
    }
    if (stop_.stop_requested())
      return fail(ErrorKind::kCancelled, "stopped within a compressed transaction");
  }
}

Status Source::dispatch(const Event& event) {
  if (cursor_.replaying() && is_of_transaction(event.header.type)) return replay(event);
  switch (event.header.type) {
    case EventType::kRotate: {
      const RotateEvent rotate = TRY(parse_rotate(event));
      cursor_.rotated(rotate.file, rotate.pos);
      placed_ = true;
      parts_.tables.forget_bindings();
      return {};
    }
    case EventType::kFormatDescription:
      return on_format_description(event);
    case EventType::kHeartbeat:
    case EventType::kHeartbeatV2:
      return on_heartbeat(event);
    case EventType::kPreviousGtids:
    case EventType::kMariaBinlogCheckpoint:
    case EventType::kStop:
      return {};
    case EventType::kGtid:
    case EventType::kGtidTagged:
    case EventType::kAnonymousGtid:
      return on_gtid(event);
    case EventType::kMariaGtid:
      return on_maria_gtid(event);
    case EventType::kMariaGtidList:
      // Made by the sender: there begins what was not done yet.
      located_ |= event.header.artificial();
      cursor_.gtid_list(TRY(parse_maria_gtid_list(event)).gtids);
      return {};
    case EventType::kQuery:
    case EventType::kMariaQueryCompressed:
      return on_query(event);
    case EventType::kTableMap:
      return on_table_map(event);
    case EventType::kRowsQuery:
    case EventType::kMariaAnnotateRows:
      return on_rows_query(event);
    case EventType::kTransactionPayload:
      return on_payload(event);
    case EventType::kXid:
      transaction_ended(event);
      return {};
    case EventType::kXaPrepare:
      return on_xa_prepare(event);
    default:
      return is_rows(event.header.type) ? on_rows(event) : on_other(event);
  }
}

Status Source::on_other(const Event& event) {
  if (event.header.type == EventType::kIncident) {
    return fail(ErrorKind::kCorrupt,
                "the server logged an incident: changes may be missing from its binlog here",
                "find out what happened on the server, then take a new initial snapshot (remove "
                "the offset file)");
  }
  if (event.header.type == EventType::kMariaStartEncryption) return check_encryption(event.header);
  if (!is_ignorable(event.header.type, event.header.flags)) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("a {} event ({} bytes) cannot be decoded yet",
                            to_string(event.header.type), event.header.size),
                "turn off what makes the server write it, and take a new snapshot past this "
                "position");
  }
  if (cursor_.in_transaction()) cursor_.event_in_transaction_done();
  return {};
}

Status Source::on_format_description(const Event& event) {
  if (cursor_.file_described(event.header)) {
    if (cursor_.take_repeats())
      log::warn("stream.transaction_repeats",
                {{"position", cursor_.offset().position.text()},
                 {"gtids", cursor_.offset().gtids_text()},
                 {"why",
                  "the last run ended within a transaction, and this is another server, which may "
                  "have logged it in other events: its changes come again from the first"},
                 {"do", "nothing: consumers see that transaction's records twice"}});
    return {};
  }
  return fail(
      ErrorKind::kPositionLost,
      fmt::format("{} is another file than the one of that name in the offset: the server's "
                  "binlog was begun anew (RESET BINARY LOGS AND GTIDS, or a restore)",
                  cursor_.file()),
      "changes may be missing in between: take a new initial snapshot (remove the offset "
      "file)");
}

// A server sends heartbeats when it has nothing to send. After a RESET it waits on the deleted file and
// would do so for ever; only its status tells.
Status Source::on_heartbeat(const Event& event) {
  const HeartbeatEvent heartbeat = TRY(parse_heartbeat(event));
  if (heartbeat.file != cursor_.file()) return {};
  located_ = true;
  const Position here{cursor_.file(), cursor_.event_end()};
  const SteadyTime now = parts_.clock.steady();
  const bool again = idle_ && idle_->here == here;
  // Heartbeats that waited for us together tell no more than one.
  if (again && now - idle_->seen < kStuckTimeMin) return {};
  const Position end = TRY(parts_.desk.ask([&](Connection& connection) {
                         return read_log_end(connection);
                       })).position;
  const bool stuck = again && idle_->end > here;
  if (end >= here && !stuck) {
    idle_ = {.here = here, .end = end, .seen = now};
    return {};
  }
  return fail(
      ErrorKind::kRetryable,
      fmt::format("the server waits at {} although its binlog ends at {}", here.text(), end.text()),
      "nothing, if it passes: the link is opened anew, which tells whether the position is "
      "lost");
}

Status Source::checkpoint() {
  if (parts_.incremental.jump_pending() || parts_.blocking.broken_off()) return {};
  // An idle stream has nothing new to store.
  if (parts_.output.batch().empty() && !parts_.incremental.dirty() &&
      cursor_.offset() == sent_offset_)
    return {};
  return send_checkpoint(false);
}

Status Source::send_checkpoint(bool urgent) {
  sent_offset_ = cursor_.offset();
  Checkpoint point = this->point();
  point.urgent = parts_.incremental.take_urgent() || urgent;
  return parts_.output.send(std::move(point));
}

// What a restart here needs.
Checkpoint Source::point() {
  return {.offset = cursor_.offset(),
          .transaction = meta_ ? meta_->state() : TransactionState(),
          .incremental = parts_.incremental.state(),
          .blocking = parts_.blocking.state(),
          .answers = parts_.incremental.answers(),
          .signals = parts_.incremental.marks(),
          .schema = parts_.tables.snapshot()};
}

void Source::publish() {
  if (events_handled_ == 0) return;
  const std::uint64_t events = std::exchange(events_handled_, 0);
  const Offset& offset = cursor_.offset();
  const std::int64_t now_ms = parts_.clock.wall_ns() / 1'000'000;
  parts_.status.update([&](StatusView& view) {
    view.offset = offset;
    view.last_event_ms = commit_ts_us_ != 0 ? commit_ts_us_ / 1000 : offset.ts_sec * 1000;
    view.lag_ms =
        view.last_event_ms == 0 ? -1 : std::max<std::int64_t>(0, now_ms - view.last_event_ms);
    view.events += events;
  });
}

}  // namespace tidemark
