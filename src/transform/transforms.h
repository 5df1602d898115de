// SPDX-License-Identifier: Apache-2.0
// How each transform and predicate is made of its options. The catalogue says which options there are.
#pragma once

#include <expected>
#include <memory>
#include <span>

#include "transform/options.h"
#include "transform/transform.h"

namespace tidemark::transform {

using MadeTransform = std::expected<std::unique_ptr<Transform>, OptionProblem>;
using MadePredicate = std::expected<std::unique_ptr<Predicate>, OptionProblem>;

MadeTransform make_extract_new_record_state(const Options& options);
MadeTransform make_event_router(const Options& options);
MadeTransform make_by_logical_table_router(const Options& options);
MadeTransform make_to_logical_topic_router(const Options& options);
MadeTransform make_regex_router(const Options& options);
MadeTransform make_filter(const Options& options);
MadeTransform make_content_based_router(const Options& options);
MadeTransform make_read_to_insert_event(const Options& options);
MadeTransform make_schema_change_event_filter(const Options& options);
MadeTransform make_header_to_value(const Options& options);
MadeTransform make_extract_changed_record_state(const Options& options);
MadeTransform make_extract_field_key(const Options& options);
MadeTransform make_extract_field_value(const Options& options);
MadeTransform make_value_to_key(const Options& options);
MadeTransform make_insert_field_key(const Options& options);
MadeTransform make_insert_field_value(const Options& options);

MadePredicate make_topic_name_matches(const Options& options);
MadePredicate make_has_header_key(const Options& options);
MadePredicate make_record_is_tombstone(const Options& options);

std::span<const OptionSpec> extract_new_record_state_options();
std::span<const OptionSpec> event_router_options();
std::span<const OptionSpec> by_logical_table_router_options();
std::span<const OptionSpec> to_logical_topic_router_options();
std::span<const OptionSpec> regex_router_options();
std::span<const OptionSpec> filter_options();
std::span<const OptionSpec> content_based_router_options();
std::span<const OptionSpec> schema_change_event_filter_options();
std::span<const OptionSpec> header_to_value_options();
std::span<const OptionSpec> extract_changed_record_state_options();
std::span<const OptionSpec> extract_field_options();
std::span<const OptionSpec> value_to_key_options();
std::span<const OptionSpec> insert_field_options();

std::span<const OptionSpec> topic_name_matches_options();
std::span<const OptionSpec> has_header_key_options();

}  // namespace tidemark::transform
