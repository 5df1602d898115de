// SPDX-License-Identifier: Apache-2.0
// Key and trust stores as the original names them, told by their content: PEM and PKCS#12 files are taken, JKS
// is refused with the command that converts it.
#pragma once

#include <expected>
#include <string>

#include "config/value_check.h"

namespace tidemark {

enum class StoreKind { kTrust, kKey };

// A file as the client library takes it: PEM, with certificates, of a key store a key as well. It is `path`
// itself, or what was made of it (pkcs12.h).
std::expected<std::string, Complaint> pem_of_store(StoreKind kind, const std::string& path,
                                                   const std::string& password);

}  // namespace tidemark
