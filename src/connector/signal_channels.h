// SPDX-License-Identifier: Apache-2.0
// The channels of signals that are not rows: each is read on a thread of its own, which hands signals to the
// source thread and keeps on whatever it meets.
//
// Lifecycle: the constructor starts the threads, the destructor stops them within a second
// Thread:    any; what comes in goes through Mailbox::post()
// Errors:    none end the engine: what keeps a channel from being read is logged, once a minute
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "change/offset.h"
#include "config/settings.h"
#include "connector/delivery.h"
#include "connector/mailbox.h"

namespace tidemark {

class SignalChannels {
 public:
  struct Parts {  // all outlive the channels
    const Settings& settings;
    Mailbox& mailbox;
    const Delivery& delivery;
    const Clock& clock;
  };
  // `marks`: where reading goes on.
  SignalChannels(Parts parts, const SignalMarks& marks);
  ~SignalChannels();
  SignalChannels(const SignalChannels&) = delete;
  SignalChannels& operator=(const SignalChannels&) = delete;

 private:
  void read_topic(const std::stop_token& stop, const SignalMarks& marks);
  void read_file(const std::stop_token& stop, FileMark mark);

  const Parts parts_;
  std::vector<std::jthread> threads_;
};

}  // namespace tidemark
