// SPDX-License-Identifier: Apache-2.0
// Key and trust stores as the original names them: PEM files are taken, told by their content; JKS and
// PKCS#12 are refused with the commands that convert them.
#pragma once

#include <optional>
#include <string>

#include "config/value_check.h"

namespace tidemark {

enum class StoreKind { kTrust, kKey };

// Nothing when the file is a PEM file with what is needed: certificates, of a key store a key as well.
std::optional<Complaint> check_store(StoreKind kind, const std::string& path);

}  // namespace tidemark
