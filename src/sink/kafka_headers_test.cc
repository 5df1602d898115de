// SPDX-License-Identifier: Apache-2.0
#include "sink/kafka_headers.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tidemark {
namespace {

// "name=value;" of each, "?" for an error.
std::string shown(KafkaHeaders& headers, std::string_view json) {
  const auto found = headers.of(json);
  if (!found) return "?";
  std::string out;
  for (const kafka::Header& header : *found)
    out += std::string(header.name) + "=" + std::string(header.value.value_or("NULL")) + ";";
  return out;
}

TEST(KafkaHeaders, AreTheMembersOfTheObjectAsTheirJson) {
  KafkaHeaders headers(false);
  EXPECT_EQ(shown(headers, R"({"a":"x","b":{"c":[1,"}"],"d":"\""},"e":null,"f":-1.5})"),
            R"(a="x";b={"c":[1,"}"],"d":"\""};e=NULL;f=-1.5;)");
  EXPECT_EQ(shown(headers, "{}"), "");
  EXPECT_EQ(shown(headers, ""), "");
  EXPECT_EQ(shown(headers, R"({"a":""})"), R"(a="";)");
}

TEST(KafkaHeaders, AreBareTextWhereTheyArePlain) {
  KafkaHeaders headers(true);
  EXPECT_EQ(shown(headers, R"({"a":"x","b":"\u00e9\"\n","c":{"id":"1"},"d":5,"e":""})"),
            "a=x;b=\u00e9\"\n;c={\"id\":\"1\"};d=5;e=;");
}

TEST(KafkaHeaders, UnescapeNames) {
  KafkaHeaders headers(false);
  EXPECT_EQ(shown(headers, R"({"a\"b":1,"\u0041":2})"), "a\"b=1;A=2;");
}

TEST(KafkaHeaders, RefuseWhatIsNoObject) {
  KafkaHeaders headers(true);
  for (const std::string_view text :
       {"[", "{", R"({"a)", R"({"a")", R"({"a":)", R"({"a":1)", R"({"a":1,)", R"({"a":1,})",
        R"({"a":[1})", R"({a:1})", R"({"a":"\)", R"({"a":1]})"})
    EXPECT_EQ(shown(headers, text), "?") << text;
  // And go on with the next.
  EXPECT_EQ(shown(headers, R"({"a":1})"), "a=1;");
}

}  // namespace
}  // namespace tidemark
