// SPDX-License-Identifier: Apache-2.0
// Names made fit for Kafka topics and for Avro, character by character as Java counts them (UTF-16).
// Source:  Debezium, AbstractTopicNamingStrategy, AbstractUnicodeTopicNamingStrategy,
//          SchemaNameAdjuster, UnicodeReplacementFunction
#pragma once

#include <string>
#include <string_view>

#include "base/encode_settings.h"

namespace tidemark {

// Letters, digits, '.', '_' and '-' stay, others become '_'; with `unicode` they become _u and their
// hex, and so does '_'. Cut at 249; "." becomes "_", ".." "__".
std::string legal_topic_name(std::string_view name, bool unicode);

// Letters, digits, '_' and '.' stay (kAvroUnicode: '_' does not), a leading digit is put behind '_' or
// escaped.
std::string adjusted_schema_name(std::string_view name, NameAdjustment adjustment);
// The same without '.'.
std::string adjusted_field_name(std::string_view name, NameAdjustment adjustment);

}  // namespace tidemark
