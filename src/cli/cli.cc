// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/version.h"
#include "cli/commands.h"

namespace tidemark {
namespace {

constexpr const char* kRunExamples =
    "Examples:\n"
    "  tidemark run tidemark.properties\n"
    "  tidemark run connector.json -D debezium.sink.type=stdout | head\n"
    "  tidemark run connector.json --worker connect-distributed.properties\n";
constexpr const char* kSignalExamples =
    "Examples:\n"
    "  tidemark signal tidemark.properties execute-snapshot inventory.orders 'inventory\\.cust.*'\n"
    "  tidemark signal tidemark.properties execute-snapshot inventory.orders --filter "
    "'inventory.orders=id > 1000'\n"
    "  tidemark signal tidemark.properties stop-snapshot\n"
    "  tidemark signal tidemark.properties set-binlog-position --data "
    "'{\"binlog_filename\": \"binlog.000003\", \"binlog_position\": 157}'\n"
    "Exit code 8: the signal was refused, or no verdict came in time.\n";
constexpr const char* kFooter =
    "Exit codes: 0 done or stopped, 1 internal error, 2 configuration or usage, 3 the server "
    "refuses or cannot be\n"
    "reached, 4 position lost, 5 unsupported or corrupt data in the stream, 6 local storage "
    "failed, 7 conflict with\n"
    "another process, 8 signal refused.\n"
    "Start with the README: grants, server settings, the signal table, a first configuration.\n";

void add_config(CLI::App& command, ConfigArguments& arguments) {
  command
      .add_option("CONFIG", arguments.path,
                  "configuration file: .properties, or a Kafka Connect JSON body")
      ->required();
  command.add_option("--worker", arguments.worker,
                     "properties of a Kafka Connect worker: brokers, converters, offset topic, "
                     "producer.*; records go to Kafka then");
  command
      .add_option("-D", arguments.defines, "name=value, over environment and file; may be repeated")
      ->allow_extra_args(false);
}

constexpr const char* kOffsetsExamples =
    "Examples, with Tidemark stopped:\n"
    "  tidemark offsets set tidemark.properties --data '{\"file\": \"binlog.000003\", \"pos\": "
    "157}'\n"
    "  tidemark offsets export tidemark.properties offsets.dat --format debezium\n"
    "  tidemark offsets import tidemark.properties connect.offsets\n"
    "Exit code 7: an instance is running, or may be.\n";

void add_offsets(CLI::App& app, OffsetsArguments& arguments, ExitCode& code) {
  CLI::App* const offsets =
      app.add_subcommand("offsets", "the stored resume point: print, set, forget, hand over");
  offsets->require_subcommand(1);
  offsets->footer(kOffsetsExamples);
  const auto add = [&](const char* name, const char* text,
                       ExitCode (*run)(const OffsetsArguments&)) {
    CLI::App* const command = offsets->add_subcommand(name, text);
    add_config(*command, arguments.config);
    command->callback([&arguments, &code, run] { code = run(arguments); });
    return command;
  };
  const auto add_force = [&](CLI::App* command) {
    command->add_flag("--force", arguments.force,
                      "although an instance on another host stored its offset a moment ago");
  };
  add("show", "print it", offsets_show_command);
  CLI::App* const set = add("set", "put another one in its place; the next run goes on from there",
                            offsets_set_command);
  set->add_option("--data", arguments.data,
                  "JSON with file and pos, and as needed gtids, event, row, ts_sec, server_id")
      ->required();
  add_force(set);
  add_force(
      add("reset", "forget it: the next run begins as snapshot.mode says", offsets_reset_command));
  CLI::App* const out = add("export", "write it to a file", offsets_export_command);
  out->add_option("FILE", arguments.file, "where to; - or nothing: standard output");
  out->add_option(
         "--format", arguments.format,
         "tidemark, connect (the body of Connect's REST interface) or debezium (the offset "
         "file of Debezium Server and of Connect standalone)")
      ->check(CLI::IsMember({"tidemark", "connect", "debezium"}))
      ->capture_default_str();
  out->add_option("--name", arguments.name,
                  "the connector's name there (kafka, say, for Debezium Server); ours by default");
  CLI::App* const in = add(
      "import", "put the offset of a file in its place: any format of export, or Debezium's file",
      offsets_import_command);
  in->add_option("FILE", arguments.file, "where from")->required();
  add_force(in);
}

}  // namespace

int run_cli(int argc, char** argv) {
  CLI::App app{
      "Tidemark: change data capture for MySQL. Reads the binlog, snapshots tables while they "
      "change, and "
      "delivers every row change in Debezium's record format."};
  app.set_version_flag("--version", std::string("tidemark ") + TIDEMARK_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  ExitCode code = ExitCode::kOk;

  ConfigArguments run_arguments;
  CLI::App* const run =
      app.add_subcommand("run", "capture changes until stopped (SIGTERM or SIGINT)");
  add_config(*run, run_arguments);
  run->footer(kRunExamples);
  run->callback([&] { code = run_command(run_arguments); });

  SignalArguments signal_arguments;
  CLI::App* const signal =
      app.add_subcommand("signal", "send a signal, wait for the verdict and print it");
  add_config(*signal, signal_arguments.config);
  signal
      ->add_option("TYPE", signal_arguments.type,
                   "execute-snapshot, stop-snapshot, pause-snapshot, resume-snapshot, "
                   "set-binlog-position, schema-changes or log")
      ->required();
  signal->add_option("TABLES", signal_arguments.tables, "db.table, or regular expressions over it");
  signal->add_option("--filter", signal_arguments.filters,
                     "db.table=SQL condition, or with --blocking db.table=SELECT ..; "
                     "execute-snapshot only");
  signal->add_flag("--blocking", signal_arguments.blocking,
                   "a blocking snapshot rather than an incremental one; execute-snapshot and "
                   "stop-snapshot");
  signal->add_option("--surrogate-key", signal_arguments.surrogate,
                     "column to read the tables by instead of their keys; execute-snapshot only");
  signal
      ->add_option("--channel", signal_arguments.channel,
                   "how it is sent: source (a row of the signal table), kafka or file")
      ->capture_default_str();
  signal->add_option("--message", signal_arguments.message, "text of a log signal");
  signal->add_option("--data", signal_arguments.data,
                     "the signal's data as JSON, in place of TABLES, --filter and --message");
  signal->add_option("--id", signal_arguments.id, "the signal's id; a new UUID by default");
  signal->add_option("--timeout", signal_arguments.timeout_s, "seconds to wait for the verdict")
      ->capture_default_str();
  signal->footer(kSignalExamples);
  signal->callback([&] { code = signal_command(signal_arguments); });

  ConfigArguments status_arguments;
  bool json = false;
  CLI::App* const status =
      app.add_subcommand("status", "position, lag, snapshots and the last verdicts");
  add_config(*status, status_arguments);
  status->add_flag("--json", json, "print JSON");
  status->callback([&] { code = status_command(status_arguments, json); });

  OffsetsArguments offsets;
  add_offsets(app, offsets, code);

  std::string binlog_path;
  CLI::App* const binlog =
      app.add_subcommand("binlog", "print the events of a binlog file, rows as JSON");
  binlog->add_option("FILE", binlog_path, "a binlog file on this machine")->required();
  binlog->callback([&] { code = binlog_command(binlog_path); });

  // CLI11 reports by exception; it ends here.
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  return static_cast<int>(code);
}

}  // namespace tidemark
