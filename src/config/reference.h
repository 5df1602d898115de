// SPDX-License-Identifier: Apache-2.0
// The reference of all properties, printed from their declarations.
#pragma once

#include <string>

namespace tidemark::config {

// docs/operating/configuration.md. Its test says how the page is written anew.
std::string reference_markdown();

}  // namespace tidemark::config
