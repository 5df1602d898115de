// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "cli/commands.h"
#include "store/java_key.h"

namespace tidemark {
namespace {

// The commands on an offset file of Debezium that holds two connectors of one topic.prefix.
class OffsetsCommand : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_);
    put("offsets", write_java_map(std::vector<JavaMapEntry>{
                       {R"(["one",{"server":"p"}])", R"({"file":"b.000001","pos":11})"},
                       {R"(["two",{"server":"p"}])", R"({"file":"b.000001","pos":22})"}}));
    put("config.properties",
        "name=one\nconnector.class=MySqlConnector\ndebezium.sink.type=stdout\ntopic.prefix="
        "p\ndatabase.hostname=h\ndatabase.user=u\ndatabase.password=w\n"
        "database.server.id=7\noffset.storage.file.filename=" +
            at("offsets") + "\n");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string at(const std::string& name) const { return folder_ + "/" + name; }
  void put(const std::string& name, std::string_view content) const {
    ASSERT_TRUE(replace_file(at(name), content, Durability::kNone));
  }
  OffsetsArguments arguments(std::vector<std::string> defines = {}) const {
    OffsetsArguments out;
    out.config = {.path = at("config.properties"), .defines = std::move(defines), .worker = {}};
    return out;
  }
  // What the command printed.
  static std::string said(ExitCode (*command)(const OffsetsArguments&),
                          const OffsetsArguments& arguments) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(command(arguments), ExitCode::kOk);
    return testing::internal::GetCapturedStdout();
  }

  const std::string folder_ = testing::TempDir() + "tidemark_offsets_" + std::to_string(::getpid());
};

TEST_F(OffsetsCommand, ShowsTheOffsetOfTheConnectorThatIsNamed) {
  EXPECT_NE(said(offsets_show_command, arguments()).find("\"pos\" : 11"), std::string::npos);
  EXPECT_NE(said(offsets_show_command, arguments({"name=two"})).find("\"pos\" : 22"),
            std::string::npos);
}

TEST_F(OffsetsCommand, ExportsTheOffsetOfTheConnectorThatIsNamed) {
  OffsetsArguments wanted = arguments();
  wanted.format = "connect";
  const std::string body = said(offsets_export_command, wanted);
  EXPECT_NE(body.find("\"pos\" : 11"), std::string::npos) << body;
  EXPECT_EQ(body.find("\"pos\" : 22"), std::string::npos) << body;
}

TEST_F(OffsetsCommand, ImportsTheOffsetOfTheConnectorThatIsNamed) {
  const std::string elsewhere = "offset.storage.file.filename=" + at("new");
  OffsetsArguments wanted = arguments({elsewhere});
  wanted.file = at("offsets");
  said(offsets_import_command, wanted);
  const std::string shown = said(offsets_show_command, arguments({elsewhere}));
  EXPECT_NE(shown.find("\"pos\" : 11"), std::string::npos) << shown;
}

TEST_F(OffsetsCommand, AsksWhichOneIsMeant) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(offsets_show_command(arguments({"name=three"})), ExitCode::kUsage);
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("with topic.prefix p: one, two"), std::string::npos) << log;
}

}  // namespace
}  // namespace tidemark
