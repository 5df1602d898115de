// SPDX-License-Identifier: Apache-2.0
// PKCS#12 stores as PEM, which is what the client library takes. The PEM lives in memory (memfd), so that a
// private key never reaches a disk.
// Thread: any
#pragma once

#include <string>

#include "base/result.h"

namespace tidemark {

// "/proc/self/fd/<n>": a file with every certificate of the store and, if there is one, its private key. It
// stays for the life of the process.
// Errors: kRejected: a wrong password, or no PKCS#12 file; the text never holds the password
Result<std::string> pem_of_pkcs12(const std::string& path, const std::string& password);

}  // namespace tidemark
