// SPDX-License-Identifier: Apache-2.0
// The source thread's side of incremental snapshots: signal rows become verdicts and commands for the
// director or the blocking snapshots, watermark rows open and close windows, and windows that close are
// emitted on the spot.
//
// Signals of other channels than the table are executed in poll(), between two events, like rows.
//
// Thread: the source thread; readers and channels speak through the mailbox
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "change/change.h"
#include "change/offset.h"
#include "connector/blocking.h"
#include "connector/delivery.h"
#include "connector/mailbox.h"
#include "connector/notifications.h"
#include "connector/output.h"
#include "connector/row_images.h"
#include "connector/server_desk.h"
#include "connector/status_board.h"
#include "connector/tables.h"
#include "connector/window_watch.h"
#include "control/collections.h"
#include "control/signal.h"
#include "mysql/client/server_info.h"
#include "snapshot/director.h"
#include "snapshot/window.h"

namespace tidemark {

// The signal table, as the channels of signals are called in configurations.
inline constexpr std::string_view kSourceChannel = "source";

// A signal row that must come back through the binlog before the stream has passed `by`: by a known position, or with
// the GTIDs executed by then, for a stream to which nothing is sent has no position to compare.
struct Probe {
  std::string id;
  LogEnd by;
};

// The stream is to go on elsewhere, once the transaction that asks for it has ended.
struct Jump {
  std::string signal_id;
  Offset to;
  std::string channel = {};  // that the signal came by
};

class Incremental {
 public:
  struct Parts {  // all outlive this object
    const Clock& clock;
    Director& director;
    Mailbox& mailbox;
    BlockingSnapshots& blocking;
    Tables& tables;
    Output& output;
    ServerDesk& desk;
    StatusBoard& status;
    const Notifications* notifications = nullptr;  // null: none
  };
  Incremental(Parts parts, WindowSet::Options windows, AnswerLog answers, SignalMarks marks = {});

  // Expect this row; poll() fails once the stream has passed its place without it.
  void expect(Probe probe) { probe_ = std::move(probe); }

  // A row of the signal table, before it is emitted itself. `row` is the inserted or deleted image.
  Status signal_row(const TableDef& table, Op op, RowView row, const SourceInfo& info,
                    const Offset& offset);
  // A row change that is about to be emitted. A row that it touches and that was read must be read again
  // where the after image has gaps; all rows, where gaps hide which one it touches.
  void note(const CapturedTable& table, RowView before, RowView after, ImageGaps gaps = {});

  // Queues these tables as if a signal had asked, under an id made here; before the stream begins.
  // Errors: kUnsupported naming those that cannot be read in chunks; nothing is queued then.
  Status first_load(const std::vector<TablePtr>& tables);

  Status table_truncated(const TableId& id);
  // Rows of the table were emitted as of now by other means: chunks read before may be older, where not
  // every operation is emitted and noted.
  void table_emitted(const TableId& id);
  Status table_changed(const TablePtr& table);
  Status table_gone(const TableId& id);
  // The link was opened again: watermarks of open windows may be lost.
  Status reconnected();

  // A signal moves the stream. Until jump() has been called no checkpoint may be made: a restart has to
  // meet the signal again.
  bool jump_pending() const { return jump_.has_value(); }
  // Answers that signal; where the stream is to go on. Call between two transactions.
  Offset jump(const Offset& from);

  // How snapshots ended, to be stored and shown.
  void remember(std::vector<SnapshotOutcome> outcomes);

  // Between two events: messages, voids, signals of other channels, progress, the probe. A signal may move
  // the stream.
  // `moved`: the offset's position is one of the server that is streamed.
  Status poll(const Offset& offset, bool moved = true);

  // Readers wait to hear what the stream has begun to see; to be asked after poll().
  bool seen_asked() const { return !asked_.empty(); }
  void answer_seen(const Seen& seen);
  // Read-only windows wait for the stream to come to a place.
  bool awaits_place() const { return read_only_ && windows_.size() != 0; }
  // Between two transactions the stream stands at `here`: emits what may leave. `origin` is where the rows say they
  // come from.
  Status reached(const Position& here, const SourceInfo& origin);

  // What the next checkpoint has to say.
  bool dirty() const;
  std::shared_ptr<const IncrementalState> state();
  std::shared_ptr<const AnswerLog> answers() const { return answers_; }
  std::shared_ptr<const SignalMarks> marks() const { return marks_; }
  bool take_urgent() { return std::exchange(urgent_, false); }

 private:
  void void_windows(const TableId& id, VoidReason reason);
  void set_origin(const SourceInfo& info);
  Status read_messages();
  Status apply(ReaderMessage message);
  Status settle(MarkResult result, std::string_view window);
  Status emit(const WindowId& id);
  Result<bool> drop_equal_keys(Window& window);
  void discard_voided();

  struct Asked {  // a signal: its name, and how it came
    std::string id;
    std::string type;
    std::string channel;
  };
  Status work_off_signals(const Offset& offset);
  Status work_off(const OutsideSignal& signal, const Offset& offset);
  Status command(const Asked& asked, const Result<Command>& parsed, const Offset& offset);
  Result<std::string> obey(const Asked& asked, const Command& wanted, const Offset& offset);
  // read.only: may the server be read without writing to it, as it is set up now?
  Status check_read_only();
  Result<std::string> execute(const std::string& signal_id, const ExecuteSnapshot& request);
  Result<std::string> execute_blocking(const std::string& signal_id,
                                       const ExecuteSnapshot& request);
  Result<Resolution> resolve(const ExecuteSnapshot& request);
  Result<std::string> stop_blocking(const StopSnapshot& request);
  Result<std::string> stop(const StopSnapshot& request);
  Result<std::string> pause(const std::string& signal_id);
  Result<std::string> resume(const std::string& signal_id);
  Status prepare_jump(const std::string& signal_id, const SetBinlogPosition& wanted,
                      const Offset& now);
  Result<GtidSet> checked_gtids(const GtidSet& wanted);
  bool jumped_for(std::string_view signal_id) const;
  Result<std::string> change_schema(const SchemaChanges& request);
  Status check_condition(const TablePtr& table, const std::string& condition);
  Result<std::vector<TableId>> other_tables();
  Result<std::vector<TableId>> adopt_late(const std::vector<TableId>& others);
  void answer(Verdict verdict, std::string_view channel);
  const Notifications* notifications() const;  // null: nobody wants any
  void tell_queued(const std::string& signal_id, const std::vector<TableId>& queued,
                   const std::vector<TableId>& refused,
                   const std::vector<UnmatchedPattern>& unknown);
  void tell_of_run(std::string_view type, const std::string& signal_id);
  void tell_of_chunk(const Window& window);
  void tell_ended(const std::vector<SnapshotOutcome>& outcomes);

  Parts parts_;
  const bool read_only_;
  WindowSet windows_;
  WindowWatch watch_;
  std::vector<WindowId> asked_;  // by SeenAsked, not answered yet
  std::shared_ptr<const AnswerLog> answers_;
  std::shared_ptr<const SignalMarks> marks_;
  std::string stopped_by_;  // the last signal that stopped tables
  std::shared_ptr<const IncrementalState> state_;
  std::uint64_t state_revision_ = ~std::uint64_t{0};
  bool answers_changed_ = false;
  std::optional<Jump> jump_;
  bool urgent_ = false;
  std::string identity_;  // scratch
  std::string record_end_;  // scratch
  SteadyTime published_{};
  std::optional<Probe> probe_;  // not back yet

  // Where read events say they come from: the last signal row; read-only, the stream's place.
  SourceInfo info_;
  std::string info_file_;
  std::string info_gtid_;
  std::string info_query_;
};

}  // namespace tidemark
