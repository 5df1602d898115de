// SPDX-License-Identifier: Apache-2.0
#include "connector/delivery.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/log.h"

namespace tidemark {
namespace {

// Enough to keep the producer and the writer busy at once.
constexpr std::size_t kSpareBatches = 16;
constexpr std::size_t kSpareBytesMax = 1U << 20U;

}  // namespace

void AnswerLog::add(SnapshotOutcome outcome) {
  outcomes.push_back(std::move(outcome));
  if (outcomes.size() > kVerdictsMax)
    outcomes.erase(outcomes.begin(), outcomes.end() - static_cast<std::ptrdiff_t>(kVerdictsMax));
}

Delivery::Delivery(Options options, Sink& sink, OffsetStore& offsets, StructureStore& schemas,
                   const Clock& clock)
    : options_(std::move(options)),
      sink_(sink),
      offsets_(offsets),
      schemas_(schemas),
      clock_(clock),
      queue_(options_.queue_bytes_max),
      last_commit_(clock.steady()),
      thread_([this] { run(); }) {}

Delivery::~Delivery() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

Status Delivery::send(RecordBatch batch, std::optional<Checkpoint> checkpoint) {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (failure_) return std::unexpected(*failure_);
    if (checkpoint) number = ++sent_;
  }
  const std::size_t bytes = batch.bytes();
  if (!queue_.push({std::move(batch), std::move(checkpoint), number}, bytes))
    return std::unexpected(failure());
  return {};
}

RecordBatch Delivery::recycled() {
  const std::lock_guard lock(mutex_);
  if (spare_.empty()) return {};
  RecordBatch batch = std::move(spare_.back());
  spare_.pop_back();
  return batch;
}

Status Delivery::wait_committed() {
  std::unique_lock lock(mutex_);
  const std::uint64_t target = sent_;
  committed_.wait(lock, [&] { return failure_ || stored_ >= target; });
  if (failure_) return std::unexpected(*failure_);
  return {};
}

Status Delivery::finish() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
  return check();
}

DeliveryStats Delivery::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

void Delivery::on_failure(std::function<void()> callback) {
  const std::lock_guard lock(mutex_);
  on_failure_ = std::move(callback);
}

void Delivery::run() {
  for (;;) {
    std::optional<Parcel> parcel = queue_.try_pop();
    if (!parcel) {
      if (auto rested = sink_.rest(); !rested) return end(std::move(rested).error());
      parcel = next();
    }
    if (!parcel && queue_.finished()) break;
    auto done = parcel ? handle(*parcel) : sink_.tend();
    if (done) done = commit_if_due();
    if (!done) return end(std::move(done).error());
  }
  auto done = commit();
  if (done) done = settle();
  if (!done) end(std::move(done).error());
}

// Never in a transaction with records, either.
Status Delivery::settle() {
  return sink_.exactly_once() && unstored_bytes_ > 0 ? Status() : offsets_.settle();
}

// Nothing when something else is due.
std::optional<Delivery::Parcel> Delivery::next() {
  std::optional<std::chrono::milliseconds> patience = sink_.tend_interval();
  if (const auto interval =
          pending_ ? std::optional(options_.flush_interval) : offsets_.restate_interval()) {
    const auto due = std::max(std::chrono::duration_cast<std::chrono::milliseconds>(
                                  last_commit_ + *interval - clock_.steady()),
                              std::chrono::milliseconds(1));
    patience = std::min(patience.value_or(due), due);
  }
  return patience ? queue_.pop_for(*patience) : queue_.pop();
}

Status Delivery::commit_if_due() {
  const auto since = clock_.steady() - last_commit_;
  if (pending_ && (pending_->urgent || since >= options_.flush_interval ||
                   unstored_bytes_ >= options_.flush_bytes)) {
    return commit();
  }
  if (!pending_ && unstored_bytes_ > 0 && last_ && since >= *options_.uncovered_max)
    return store_uncovered();
  return restate_if_due(since);
}

// Never in a transaction with records: it would be committed beneath an offset before them.
Status Delivery::restate_if_due(std::chrono::nanoseconds since) {
  const auto interval = offsets_.restate_interval();
  if (!interval || pending_ || since < *interval) return {};
  if (sink_.exactly_once() && unstored_bytes_ > 0) return {};
  last_commit_ = clock_.steady();
  return offsets_.restate();
}

Status Delivery::write(const RecordBatch& batch) {
  if (batch.records().empty()) return {};
  TRY(sink_.write(batch));
  written_.records += batch.records().size();
  written_.bytes += batch.bytes();
  return {};
}

Status Delivery::handle(Parcel& parcel) {
  written_ = {};
  if (options_.transforms == nullptr) {
    TRY(write(parcel.batch));
  } else {
    for (std::size_t at = 0; at < parcel.batch.records().size();) {
      transformed_.clear();
      at = TRY(options_.transforms->run(parcel.batch, at, transformed_));
      TRY(write(transformed_));
    }
    written_.dropped = parcel.batch.records().size() - written_.records;
  }
  const std::size_t bytes = parcel.batch.bytes();
  unstored_bytes_ += written_.bytes;
  if (parcel.checkpoint) {
    const bool urgent = parcel.checkpoint->urgent || (pending_ && pending_->urgent);
    pending_ = std::move(parcel.checkpoint);
    std::ranges::move(pending_->statements, std::back_inserter(statements_));
    pending_->urgent = urgent;
    pending_number_ = parcel.number;
  } else if (written_.records > 0) {
    // Records beyond the checkpoint at hand: what the sink holds now is no longer what it describes.
    pending_.reset();
  }
  const std::lock_guard lock(mutex_);
  stats_.records += written_.records;
  stats_.dropped += written_.dropped;
  stats_.bytes += written_.bytes;
  if (bytes > 0 && bytes <= kSpareBytesMax && spare_.size() < kSpareBatches) {
    parcel.batch.clear();
    spare_.push_back(std::move(parcel.batch));
  }
  return {};
}

Status Delivery::commit() {
  if (!pending_) return {};
  ResumeState state;
  state.sink.fields = TRY(sink_.flush());
  state.offset = std::move(pending_->offset);
  state.transaction = std::move(pending_->transaction);
  if (pending_->make_incremental) {
    state.incremental = pending_->make_incremental();
  } else if (pending_->incremental) {
    state.incremental = *pending_->incremental;
  }
  if (pending_->blocking) state.blocking = *pending_->blocking;
  if (pending_->answers) {
    state.verdicts = pending_->answers->verdicts;
    state.outcomes = pending_->answers->outcomes;
  }
  if (pending_->signals) state.signals = *pending_->signals;
  state.replica_uuid = options_.replica_uuid;
  TRY(save_structures(state));
  TRY(store(state));
  statements_.clear();
  if (pending_->schema && schema_stored_ != pending_->schema->revision) {
    schema_stored_ = pending_->schema->revision;
    TRY(schemas_.keep_only(schema_stored_));
  }
  const std::shared_ptr<const SignalMarks> signals = std::move(pending_->signals);
  pending_.reset();
  {
    const std::lock_guard lock(mutex_);
    stored_ = pending_number_;
    stored_signals_ = signals;
  }
  if (options_.uncovered_max) last_ = std::move(state);
  committed_.notify_all();
  return {};
}

Status Delivery::store(const ResumeState& state) {
  TRY(offsets_.commit(state));
  last_commit_ = clock_.steady();
  unstored_bytes_ = 0;
  const std::lock_guard lock(mutex_);
  ++stats_.commits;
  return {};
}

Status Delivery::store_uncovered() {
  if (!std::exchange(uncovered_told_, true)) {
    log::warn(
        "snapshot.committed_in_parts",
        {{"meaning",
          "the snapshot takes longer than a transaction may, and this part of it cannot be gone on "
          "with: a "
          "crash before its end repeats what is committed now"},
         {"do",
          fmt::format(
              "where that matters raise transaction.timeout.ms of the producer (a third of it, "
              "{} ms, is how long records are held back), or use snapshot.mode=incremental; "
              "with signal.data.collection or read.only=true a snapshot goes on where it was cut "
              "off, as far as the primary keys allow (docs/operating/kafka.md)",
              options_.uncovered_max->count())}});
  }
  return store(*last_);
}

std::shared_ptr<const SignalMarks> Delivery::stored_signals() const {
  const std::lock_guard lock(mutex_);
  return stored_signals_;
}

Status Delivery::save_structures(ResumeState& state) {
  if (!pending_->schema) return {};
  const SchemaSnapshot& schema = *pending_->schema;
  state.schema_revision = schema.revision;
  const bool changed = schema_stored_ != schema.revision;
  if (!changed && statements_.empty()) return {};
  StructuresToSave what{.at = state.offset, .tables = schema.tables, .statements = statements_};
  if (changed) what.revision = schema.revision;
  return schemas_.save(what);
}

Status Delivery::check() const {
  const std::lock_guard lock(mutex_);
  if (failure_) return std::unexpected(*failure_);
  return {};
}

Error Delivery::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_ ? *failure_ : Error(ErrorKind::kCancelled, "the delivery has ended");
}

void Delivery::end(Error error) {
  // Part of a batch is out, behind what the checkpoint at hand covers: it comes again, as it may with the
  // sinks that give up.
  if (error.kind() == ErrorKind::kCancelled && !sink_.exactly_once()) {
    if (auto stored = commit(); !stored) error = std::move(stored).error();
  }
  {
    const std::lock_guard lock(mutex_);
    failure_ = std::move(error);
    if (on_failure_) on_failure_();
  }
  queue_.close();
  committed_.notify_all();
}

}  // namespace tidemark
