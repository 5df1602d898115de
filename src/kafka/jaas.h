// SPDX-License-Identifier: Apache-2.0
// sasl.jaas.config: a login module and its options on one line.
//   <class> required|requisite|sufficient|optional { <name>=<value> } ;
//   a value is bare, or in double quotes with \" and \\ in it
// Source: JAAS login configuration file (javax.security.auth.login.Configuration), as Kafka parses it
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace tidemark::kafka {

struct JaasEntry {
  std::string module;  // the class without its package: PlainLoginModule
  std::map<std::string, std::string, std::less<>> options;  // secrets: never print them
};

// The error says what is wrong and never quotes the text.
std::expected<JaasEntry, std::string> parse_jaas(std::string_view text);

}  // namespace tidemark::kafka
