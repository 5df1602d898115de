// SPDX-License-Identifier: Apache-2.0
// Opens what a connector writes to: its stores and its sink first, and, once the server has been looked at, the
// delivery to them.
// Lifecycle: open_stores() -> the checks, what is taken over -> start_delivery()
// Thread:    the source thread; start_delivery() starts the delivery's own
// Errors:    of the stores and the sink: kStorage, kConflict, kCorrupt; of Kafka: kRetryable, kServer;
//            kRejected for transforms that cannot be built
#pragma once

#include <stop_token>

#include "base/encode_settings.h"
#include "base/result.h"
#include "connector/connector_parts.h"

namespace tidemark {

// The offset is loaded, and the sink cut back to what it covers. What is open already when this fails stays so.
Status open_stores(ConnectorParts& parts, const std::stop_token& stop);

// `printed`: how records are to look to the sink, whatever transforms do between.
Status start_delivery(ConnectorParts& parts, const EncodeSettings& printed);

}  // namespace tidemark
