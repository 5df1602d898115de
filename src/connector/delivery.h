// SPDX-License-Identifier: Apache-2.0
// The way out: batches of records and the resume state that becomes durable behind them.
//
// Contract: a checkpoint covers every record of its own batch and of all batches before it. It is
//           stored only after the sink has made those records durable, never earlier.
// Thread:   send(), recycled() and the waits belong to the source thread (or whoever produces); writing,
//           flushing and storing happen on the delivery's own thread
// Errors:   the first failure of sink or store stops the delivery; it is kept and every later call
//           returns it. A sink told to stop waiting ends it with kCancelled; the checkpoint at hand is
//           stored before
#pragma once

#include <condition_variable>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/queue.h"
#include "base/record.h"
#include "base/result.h"
#include "change/offset.h"
#include "schema/table.h"
#include "sink/sink.h"
#include "store/offset_store.h"
#include "store/structure_store.h"
#include "transform/chain.h"

namespace tidemark {

// Table structures as of one revision. Immutable; shared with the source thread.
struct SchemaSnapshot {
  std::uint64_t revision = 0;
  std::vector<TablePtr> tables;
};

// Verdicts and outcomes to remember. Immutable; a new one is made when something is added.
struct AnswerLog {
  std::vector<Verdict> verdicts;
  std::vector<SnapshotOutcome> outcomes;  // the latest, oldest first, at most kVerdictsMax

  void add(SnapshotOutcome outcome);
};

struct Checkpoint {
  Offset offset = {};
  TransactionState transaction = {};
  std::shared_ptr<const IncrementalState> incremental =
      {};  // shared: unchanged between most checkpoints
  // Instead of `incremental`, where it is too dear to be made for checkpoints that are not stored. Called at most
  // once, on the delivery's thread.
  std::function<IncrementalState()> make_incremental = {};
  std::shared_ptr<const std::vector<BlockingRequest>> blocking = {};
  std::shared_ptr<const AnswerLog> answers = {};
  std::shared_ptr<const SignalMarks> signals = {};
  std::shared_ptr<const SchemaSnapshot> schema = {};
  bool urgent = false;  // store now rather than at the next interval
  // Of a schema history: what defined tables since the checkpoint before.
  std::vector<HistoryStatement> statements = {};
};

struct DeliveryStats {
  std::uint64_t records = 0;  // that went to the sink
  std::uint64_t dropped = 0;  // by transforms
  std::uint64_t bytes = 0;
  std::uint64_t commits = 0;
};

class Delivery {
 public:
  struct Options {
    std::size_t queue_bytes_max;
    std::chrono::milliseconds flush_interval;
    Uuid replica_uuid;
    std::unique_ptr<transform::Chain> transforms = {};  // null: records go out as they come
    // A checkpoint is stored after so many bytes even before the interval is over.
    std::size_t flush_bytes = std::numeric_limits<std::size_t>::max();
    // For a sink that cannot hold records back for ever: so long after the last commit records go out
    // beneath the checkpoint of that, although they lie behind it. A restart repeats them.
    std::optional<std::chrono::milliseconds> uncovered_max = {};
  };
  // `sink`, `offsets` and `schemas` outlive the delivery; `sink` is open.
  Delivery(Options options, Sink& sink, OffsetStore& offsets, StructureStore& schemas,
           const Clock& clock);
  ~Delivery();

  // Waits while too many bytes are queued.
  Status send(RecordBatch batch, std::optional<Checkpoint> checkpoint);
  // An empty batch, with the capacity of one that was written where there is one.
  RecordBatch recycled();
  // Until the last urgent or final checkpoint sent so far is stored.
  Status wait_committed();
  // The failure, if there was one.
  Status check() const;
  // Writes and stores what is queued, then ends the thread. Idempotent.
  Status finish();
  DeliveryStats stats() const;
  // The sink cannot hold records back until the checkpoint that covers them, however long that takes.
  bool covers_in_parts() const { return options_.uncovered_max.has_value(); }
  // Of the last checkpoint stored in this run; null: none yet. Any thread.
  std::shared_ptr<const SignalMarks> stored_signals() const;
  // Called on the delivery thread when it fails, so that a source that waits elsewhere can stop. Under the
  // delivery's lock: it must not call back, and is done when on_failure() has replaced it.
  void on_failure(std::function<void()> callback);

 private:
  struct Parcel {
    RecordBatch batch;
    std::optional<Checkpoint> checkpoint;
    std::uint64_t number = 0;
  };

  void run();
  std::optional<Parcel> next();
  Status commit_if_due();
  Status restate_if_due(std::chrono::nanoseconds since);
  Status settle();
  Status store(const ResumeState& state);
  Status store_uncovered();
  Status handle(Parcel& parcel);
  Status write(const RecordBatch& batch);
  Status commit();
  Status save_structures(ResumeState& state);
  Error failure() const;
  void end(Error error);

  const Options options_;
  Sink& sink_;
  OffsetStore& offsets_;
  StructureStore& schemas_;
  const Clock& clock_;
  BoundedQueue<Parcel> queue_;

  mutable std::mutex mutex_;
  std::condition_variable committed_;
  std::vector<RecordBatch> spare_;  // guarded by mutex_
  std::optional<Error> failure_;  // guarded by mutex_
  std::uint64_t sent_ = 0;  // guarded by mutex_: checkpoints handed in
  std::uint64_t stored_ = 0;  // guarded by mutex_: number of the last one stored
  DeliveryStats stats_;  // guarded by mutex_
  std::shared_ptr<const SignalMarks> stored_signals_;  // guarded by mutex_
  std::function<void()> on_failure_;  // guarded by mutex_

  // Delivery thread only.
  RecordBatch transformed_;
  DeliveryStats written_;  // by the parcel at hand
  std::optional<Checkpoint> pending_;
  std::vector<HistoryStatement> statements_;  // of all checkpoints since the last commit
  std::uint64_t pending_number_ = 0;
  std::size_t unstored_bytes_ = 0;  // written since the last commit
  std::optional<ResumeState> last_;  // stored by this delivery; kept with `uncovered_max` only
  std::uint64_t schema_stored_ = 0;
  SteadyTime last_commit_;
  bool uncovered_told_ = false;

  std::thread thread_;
};

}  // namespace tidemark
