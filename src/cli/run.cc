// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

#include "base/clock.h"
#include "base/log.h"
#include "cli/commands.h"
#include "config/settings.h"
#include "connector/connector.h"

namespace tidemark {
namespace {

// Turns SIGTERM and SIGINT into a stop request. Signals are blocked in every thread and taken by one
// that waits for them, so no handler runs anywhere.
class StopOnSignal {
 public:
  StopOnSignal() {
    sigemptyset(&set_);
    for (const int number : {SIGTERM, SIGINT, SIGUSR1}) sigaddset(&set_, number);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    // A reader of standard output that went away is the sink's error, not our death.
    std::signal(SIGPIPE, SIG_IGN);
    waiter_ = std::thread([this] { wait(); });
  }
  ~StopOnSignal() {
    over_.store(true);
    pthread_kill(waiter_.native_handle(), SIGUSR1);
    waiter_.join();
  }
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  void wait() {
    int number = 0;
    while (sigwait(&set_, &number) == 0) {
      if (over_.load()) return;
      if (number == SIGUSR1) continue;  // a stranger's
      log::info("connector.stopping", {{"signal", number == SIGTERM ? "SIGTERM" : "SIGINT"}});
      source_.request_stop();
    }
  }

  sigset_t set_{};
  std::stop_source source_;
  std::atomic<bool> over_{false};
  std::thread waiter_;
};

}  // namespace

ExitCode run_command(const ConfigArguments& arguments) {
  const auto config = load_or_explain(arguments);
  if (!config) return ExitCode::kUsage;
  Settings settings = settings_of(*config);
  log::set_level(settings.log_level);
  for (const EffectiveValue& value : config->describe()) {
    log::info("config.value", {{"name", value.name}, {"value", value.value}, {"from", value.from}});
  }
  const StopOnSignal signals;
  const SystemClock clock;
  Connector connector(std::move(settings), clock);
  const auto ended = connector.run(signals.token());
  if (ended) return ExitCode::kOk;
  log::failure(log::Level::kError, "connector.failed", ended.error());
  return exit_code_of(ended.error().kind());
}

}  // namespace tidemark
