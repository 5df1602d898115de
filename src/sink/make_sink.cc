// SPDX-License-Identifier: Apache-2.0
#include "sink/make_sink.h"

#include <fmt/format.h>

#include <array>

#include "base/nearest.h"
#include "sink/file_sink.h"
#include "sink/stdout_sink.h"

namespace tidemark {
namespace {

constexpr std::array<std::string_view, 2> kKinds{"stdout", "file"};

}  // namespace

Result<std::unique_ptr<Sink>> make_sink(const SinkOptions& options) {
  if (options.kind == "stdout") return make_stdout_sink();
  if (options.kind == "file" && options.path.empty()) {
    return fail(ErrorKind::kRejected, "the file sink has no path",
                "set debezium.sink.file.path to a stem such as out/changes");
  }
  if (options.kind == "file") return make_file_sink(options.path, options.rotate_bytes);
  const std::optional<std::string_view> meant = nearest(options.kind, kKinds);
  return fail(ErrorKind::kRejected,
              fmt::format("debezium.sink.type is \"{}\"{}", options.kind,
                          meant ? fmt::format(", did you mean {}?", *meant) : std::string()),
              "set it to stdout or file");
}

}  // namespace tidemark
