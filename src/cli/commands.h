// SPDX-License-Identifier: Apache-2.0
// The subcommands. Each prints its answer to standard output and what went wrong to standard error, and
// returns the process's exit code.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "cli/exit_code.h"
#include "config/config.h"

namespace tidemark {

struct ConfigArguments {
  std::string path;
  std::vector<std::string> defines;  // name=value
  std::string worker;  // path of a Kafka Connect worker's properties; empty: there is none
};
// Loads the configuration, or prints every error of it.
std::optional<Config> load_or_explain(const ConfigArguments& arguments);

struct SignalArguments {
  ConfigArguments config;
  std::string type;  // execute-snapshot, stop-snapshot, ...
  std::vector<std::string> tables;  // data-collections
  std::vector<std::string> filters;  // db.table=SQL
  std::string surrogate;
  bool blocking = false;
  std::string message;  // of log
  std::string data;  // JSON, in place of tables, filters and message
  std::string id;  // empty: a new UUID
  std::string channel = "source";  // or kafka, file
  std::int64_t timeout_s = 30;
};

ExitCode run_command(const ConfigArguments& arguments);
ExitCode signal_command(const SignalArguments& arguments);
ExitCode status_command(const ConfigArguments& arguments, bool json);

struct OffsetsArguments {
  ConfigArguments config;
  std::string file;  // of export and import; empty or "-": standard output
  std::string format = "tidemark";  // of export: tidemark, connect or debezium
  std::string name;  // of export: the connector's name in Debezium's key; empty: ours
  std::string data;  // of set: Debezium's map as JSON
  bool force = false;  // although an instance may be running
};
ExitCode offsets_show_command(const OffsetsArguments& arguments);
ExitCode offsets_set_command(const OffsetsArguments& arguments);
ExitCode offsets_reset_command(const OffsetsArguments& arguments);
ExitCode offsets_export_command(const OffsetsArguments& arguments);
ExitCode offsets_import_command(const OffsetsArguments& arguments);
ExitCode binlog_command(const std::string& path);

}  // namespace tidemark
