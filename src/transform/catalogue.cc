// SPDX-License-Identifier: Apache-2.0
#include "transform/catalogue.h"

#include <array>

namespace tidemark::transform {

std::span<const TransformType> transform_types() {
  static const auto kTypes = std::to_array<TransformType>({
      {"io.debezium.transforms.ExtractNewRecordState", extract_new_record_state_options(),
       make_extract_new_record_state,
       "The row in the place of its envelope: `after`, of a delete `before` or nothing. TRUNCATE "
       "is dropped; "
       "records that are no envelopes pass."},
      {"io.debezium.transforms.outbox.EventRouter", event_router_options(), make_event_router,
       "Rows of an outbox table become events of their own: topic, key, payload and headers out of "
       "columns. Deletes and tombstones are dropped, updates are invalid, records that are no "
       "envelopes pass: restrict it to the outbox table by a predicate."},
      {"io.debezium.transforms.ByLogicalTableRouter", by_logical_table_router_options(),
       make_by_logical_table_router,
       "Several tables into one topic: new topic, new schema names, and a field in the key that "
       "tells the "
       "tables apart."},
      {"io.debezium.transforms.ToLogicalTopicRouter", to_logical_topic_router_options(),
       make_to_logical_topic_router, "The newer name of ByLogicalTableRouter."},
      {"io.debezium.transforms.Filter", filter_options(), make_filter,
       "Keeps records for which a condition holds."},
      {"io.debezium.transforms.ContentBasedRouter", content_based_router_options(),
       make_content_based_router, "The topic by conditions."},
      {"io.debezium.connector.mysql.transforms.ReadToInsertEvent",
       {},
       make_read_to_insert_event,
       "A snapshot's reads (`r`) become inserts (`c`)."},
      {"io.debezium.transforms.SchemaChangeEventFilter", schema_change_event_filter_options(),
       make_schema_change_event_filter, "Drops records of the schema-change topic by their kind."},
      {"io.debezium.transforms.HeaderToValue", header_to_value_options(), make_header_to_value,
       "Headers become fields of the value."},
      {"io.debezium.transforms.ExtractChangedRecordState", extract_changed_record_state_options(),
       make_extract_changed_record_state, "The names of an update's changed fields, as headers."},
      {"org.apache.kafka.connect.transforms.RegexRouter", regex_router_options(), make_regex_router,
       "The topic by a regular expression."},
      {"org.apache.kafka.connect.transforms.ExtractField$Key", extract_field_options(),
       make_extract_field_key, "A field of the key in the place of the key."},
      {"org.apache.kafka.connect.transforms.ExtractField$Value", extract_field_options(),
       make_extract_field_value, "A field of the value in the place of the value."},
      {"org.apache.kafka.connect.transforms.ValueToKey", value_to_key_options(), make_value_to_key,
       "A key out of fields of the value."},
      {"org.apache.kafka.connect.transforms.InsertField$Key", insert_field_options(),
       make_insert_field_key, "A field with a fixed text, or the topic, in the key."},
      {"org.apache.kafka.connect.transforms.InsertField$Value", insert_field_options(),
       make_insert_field_value, "A field with a fixed text, or the topic, in the value."},
  });
  return kTypes;
}

std::span<const PredicateType> predicate_types() {
  static const auto kTypes = std::to_array<PredicateType>({
      {"org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
       topic_name_matches_options(), make_topic_name_matches, "The topic matches an expression."},
      {"org.apache.kafka.connect.transforms.predicates.HasHeaderKey", has_header_key_options(),
       make_has_header_key, "There is a header of that name."},
      {"org.apache.kafka.connect.transforms.predicates.RecordIsTombstone",
       {},
       make_record_is_tombstone,
       "The value is null."},
  });
  return kTypes;
}

std::span<const RefusedType> refused_types() {
  static constexpr std::string_view kColumns =
      "the connector does this at the source: column.include.list, column.exclude.list, "
      "column.mask.*";
  static constexpr std::string_view kConsumer = "do it in the consumer";
  static constexpr std::string_view kServer = "leave it out; Tidemark has no such back-end";
  static constexpr auto kTypes = std::to_array<RefusedType>({
      {"io.debezium.transforms.TimezoneConverter", kConsumer},
      {"io.debezium.transforms.partitions.PartitionRouting",
       "leave it out: records are partitioned by their key"},
      {"io.debezium.transforms.partitions.ComputePartition",
       "leave it out: records are partitioned by their key"},
      {"io.debezium.transforms.EnforceRecordSize", "leave large columns out: column.exclude.list"},
      {"io.debezium.transforms.GeometryFormatTransformer", kConsumer},
      {"io.debezium.transforms.SwapGeometryCoordinates", kConsumer},
      {"io.debezium.transforms.VectorToJsonConverter", kConsumer},
      {"io.debezium.transforms.tracing.ActivateTracingSpan", kServer},
      {"io.debezium.transforms.openlineage.OpenLineage", kServer},
      {"io.debezium.transforms.ExtractSchemaToNewRecord", kConsumer},
      {"io.debezium.connector.mysql.transforms.GeometryFormatTransformer", kConsumer},
      {"org.apache.kafka.connect.transforms.Cast$Key", kConsumer},
      {"org.apache.kafka.connect.transforms.Cast$Value", kConsumer},
      {"org.apache.kafka.connect.transforms.DropHeaders",
       "set extended.headers.enabled=false to have no context headers"},
      {"org.apache.kafka.connect.transforms.Filter",
       "use io.debezium.transforms.Filter with a condition"},
      {"org.apache.kafka.connect.transforms.Flatten$Key", kConsumer},
      {"org.apache.kafka.connect.transforms.Flatten$Value",
       "use io.debezium.transforms.ExtractNewRecordState with add.fields"},
      {"org.apache.kafka.connect.transforms.HeaderFrom$Key", kConsumer},
      {"org.apache.kafka.connect.transforms.HeaderFrom$Value",
       "use io.debezium.transforms.ExtractNewRecordState with add.headers"},
      {"org.apache.kafka.connect.transforms.HoistField$Key", kConsumer},
      {"org.apache.kafka.connect.transforms.HoistField$Value", kConsumer},
      {"org.apache.kafka.connect.transforms.InsertHeader", kConsumer},
      {"org.apache.kafka.connect.transforms.MaskField$Key", kColumns},
      {"org.apache.kafka.connect.transforms.MaskField$Value", kColumns},
      {"org.apache.kafka.connect.transforms.ReplaceField$Key", kConsumer},
      {"org.apache.kafka.connect.transforms.ReplaceField$Value", kColumns},
      {"org.apache.kafka.connect.transforms.SetSchemaMetadata$Key", kConsumer},
      {"org.apache.kafka.connect.transforms.SetSchemaMetadata$Value", kConsumer},
      {"org.apache.kafka.connect.transforms.TimestampConverter$Key", kConsumer},
      {"org.apache.kafka.connect.transforms.TimestampConverter$Value", kConsumer},
      {"org.apache.kafka.connect.transforms.TimestampRouter",
       "use org.apache.kafka.connect.transforms.RegexRouter for fixed names"},
  });
  return kTypes;
}

}  // namespace tidemark::transform
