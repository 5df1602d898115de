// SPDX-License-Identifier: Apache-2.0
// Looks after windows that are open for long. One whose marks do not come would wait for ever: what can be told of
// the cause is logged, and where they cannot come any more the table's snapshot ends as FAILED.
// Thread: the source thread
// Errors: none: a server that cannot be asked is a cause to log
#pragma once

#include <map>
#include <span>
#include <string>

#include "base/clock.h"
#include "change/offset.h"
#include "connector/server_desk.h"
#include "mysql/client/server_info.h"
#include "snapshot/director.h"
#include "snapshot/window.h"

namespace tidemark {

// The stream, which resumes at `offset`, has read everything up to what was the log's end. `moved`: its position is
// one of the same server's; after a fail-over it is not until it has moved.
bool has_passed(const Offset& offset, bool moved, const LogEnd& end);

class WindowWatch {
 public:
  struct Parts {  // all outlive the watch
    const WindowSet& windows;
    Director& director;
    ServerDesk& desk;
    bool read_only = false;
  };
  explicit WindowWatch(Parts parts) : parts_(parts) {}

  // Cheap while no window is old. `asked`: windows whose readers wait to hear what the stream has begun to see.
  void look(SteadyTime now, const Offset& offset, bool moved, std::span<const WindowId> asked);

 private:
  struct Delay {  // of a window
    std::string cause;
    bool for_ever = false;
  };
  Delay delay_of(const Window& window, const Offset& offset, bool moved);
  static std::string delay_of_read_only(const Window& window, const Offset& offset,
                                        std::span<const WindowId> asked);

  const Parts parts_;
  SteadyTime looked_{};
  SteadyTime warned_{};
  std::map<WindowId, LogEnd> log_ends_;  // the log's end after a window had become old
};

}  // namespace tidemark
