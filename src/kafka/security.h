// SPDX-License-Identifier: Apache-2.0
// The properties of SASL and TLS: security.protocol, sasl.mechanism, sasl.jaas.config, ssl.*.
// Thread: any
#pragma once

#include "kafka/translation.h"

namespace tidemark::kafka {

void translate_security(Translation& out);

}  // namespace tidemark::kafka
