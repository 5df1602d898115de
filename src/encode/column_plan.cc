// SPDX-License-Identifier: Apache-2.0
#include "encode/column_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/regex.h"
#include "encode/adjusted_name.h"
#include "encode/column_default.h"
#include "encode/column_type.h"
#include "encode/converter.h"
#include "encode/json_text.h"

namespace tidemark {
namespace {

class Planner {
 public:
  Planner(const EncoderContext& context, const TableDef& table)
      : context_(context), settings_(context.settings), rules_(context.rules), table_(table) {}

  Result<ColumnPlan> run() {
    plan_.needed.resize(table_.columns.size());
    for (std::uint32_t i = 0; i < table_.columns.size(); ++i) {
      if (!TRY(kept(table_.columns[i]))) continue;
      plan_.row.push_back(TRY(row_field(i)));
      plan_.needed[i] = 1;
    }
    plan_.key_columns = TRY(key_columns());
    for (const std::uint32_t i : plan_.key_columns) {
      plan_.key.push_back(TRY(key_field(i)));
      plan_.needed[i] = 1;
    }
    if (context_.topic_naming.key_field) plan_.key.push_back(TRY(table_field()));
    TRY(check_names(plan_.row, "row"));
    TRY(check_names(plan_.key, "key"));
    return std::move(plan_);
  }

 private:
  std::string name_of(const ColumnDef& column) const {
    return table_.id.text() + "." + column.name;
  }

  Result<bool> kept(const ColumnDef& column) const {
    if (rules_.column_include) return rules_.column_include->matches(name_of(column));
    if (rules_.column_exclude) return !TRY(rules_.column_exclude->matches(name_of(column)));
    return true;
  }

  // The column without mappings: as it stands in a key.
  Result<PlannedField> field(std::uint32_t index, const CellModes& modes, bool null_as_default) {
    const ColumnDef& column = table_.columns[index];
    std::optional<CellFormat> format = cell_format_of(column, modes);
    if (!format) return unsupported(column);
    PlannedField out;
    out.index = index;
    out.schema.column = &column;
    out.schema.name = adjusted_field_name(column.name, settings_.field_names);
    out.schema.optional = column.nullable;
    const std::optional<Conversion> conversion =
        TRY_AT(convert(rules_.converters, table_.id, column), name_of(column));
    if (conversion) {
      format = conversion->format;
      out.schema.parameters = conversion->parameters;
      out.schema.optional = column.nullable || conversion->optional;
    }
    out.schema.format = out.cell = *format;
    if (conversion && conversion->replaces_null) {
      out.schema.default_json = conversion->default_json;
      out.null_json = conversion->null_json;
      return out;
    }
    out.schema.default_json = default_json(column, *format);
    const std::string& shown =
        out.schema.default_json ? *out.schema.default_json : fallback_json(column, *format);
    out.null_json = shown;
    if (column.nullable && !(null_as_default && out.schema.default_json)) out.null_json = "null";
    return out;
  }

  Result<PlannedField> row_field(std::uint32_t index) {
    PlannedField out = TRY(field(index, settings_.cells, settings_.replace_null_with_default));
    if (const ColumnMapping* const mapping = TRY(mapping_of(*out.schema.column))) {
      TRY(apply(*mapping, out));
    }
    return out;
  }

  Result<PlannedField> key_field(std::uint32_t index) {
    CellModes modes = settings_.cells;
    modes.decimal_numbers = settings_.decimal_numbers_in_key;
    return field(index, modes, settings_.replace_null_with_default_in_key);
  }

  // The constant member that tells tables of one topic apart.
  Result<PlannedField> table_field() const {
    const TopicNaming& naming = context_.topic_naming;
    PlannedField out;
    out.schema.name = adjusted_field_name(naming.key_field_name, settings_.field_names);
    out.cell.kind = CellKind::kConstant;
    out.null_json = json_string(
        TRY(key_field_of(context_.topic_prefix, context_.topic_delimiter, naming, table_.id)));
    return out;
  }

  Result<std::vector<std::uint32_t>> key_columns() const {
    std::vector<std::uint32_t> out;
    for (const Regex& wanted : rules_.message_keys) {
      for (std::uint32_t i = 0; i < table_.columns.size(); ++i) {
        if (TRY(wanted.full_match(name_of(table_.columns[i])))) out.push_back(i);
      }
    }
    return out.empty() ? table_.key_columns : out;
  }

  // -- mappings --

  Result<const ColumnMapping*> mapping_of(const ColumnDef& column) const {
    for (const ColumnMapping& mapping : rules_.mappings) {
      const bool by_type = mapping.action == ColumnMapping::Action::kPropagateTypeOf;
      const std::string subject =
          by_type ? table_.id.text() + "." + source_type_name(column) : name_of(column);
      if (TRY(mapping.columns.matches(subject))) return &mapping;
    }
    return nullptr;
  }

  Status apply(const ColumnMapping& mapping, PlannedField& field) {
    const ColumnDef& column = *field.schema.column;
    switch (mapping.action) {
      case ColumnMapping::Action::kTruncate:
        truncate(mapping, field);
        return {};
      case ColumnMapping::Action::kMask:
        field.schema.parameters.emplace_back("masked", "true");
        if (!may_mask(mapping, column)) return {};
        field.cell = {};
        field.cell.kind = CellKind::kConstant;
        field.null_json = json_string(std::string(mapping.chars, '*'));
        return {};
      case ColumnMapping::Action::kHash:
      case ColumnMapping::Action::kHashV2:
        field.schema.parameters.emplace_back("masked", "true");
        if (!may_mask(mapping, column)) return {};
        return hash(mapping, field);
      case ColumnMapping::Action::kPropagateType:
      case ColumnMapping::Action::kPropagateTypeOf:
        propagate(field);
        return {};
    }
    return {};
  }

  // A number that was to be hidden is shown, here as in the original: say so.
  bool may_mask(const ColumnMapping& mapping, const ColumnDef& column) {
    if (is_character(column)) return true;
    plan_.notes.push_back(fmt::format(
        "{} matches {} of type {}, which is no character type: its values are NOT masked; use "
        "column.exclude.list to keep them out",
        mapping.property, name_of(column), column.column_type));
    return false;
  }

  void truncate(const ColumnMapping& mapping, PlannedField& field) {
    const auto length = source_length(*field.schema.column);
    if (length && *length <= mapping.chars) return;
    field.schema.parameters.emplace_back("truncateLength", std::to_string(mapping.chars));
    map_cell(field, {.base = field.cell, .cut = mapping.chars, .hash = {}});
  }

  Status hash(const ColumnMapping& mapping, PlannedField& field) {
    const bool v2 = mapping.action == ColumnMapping::Action::kHashV2;
    TextHash hash =
        TRY_AT(TextHash::make(mapping.algorithm, mapping.salt,
                              v2 ? TextHash::Form::kPlain : TextHash::Form::kJavaSerialised),
               mapping.property);
    const auto length = source_length(*field.schema.column);
    map_cell(field, {.base = field.cell,
                     .cut = length && *length > 0 ? length : std::nullopt,
                     .hash = std::move(hash)});
    return {};
  }

  void map_cell(PlannedField& field, CellMapping mapping) {
    plan_.mappings.push_back(std::make_unique<const CellMapping>(std::move(mapping)));
    field.cell = {};
    field.cell.kind = CellKind::kMapped;
    field.cell.mapping = plan_.mappings.back().get();
  }

  static void propagate(PlannedField& field) {
    const ColumnDef& column = *field.schema.column;
    auto& parameters = field.schema.parameters;
    parameters.emplace_back("__debezium.source.column.type", source_type_name(column));
    if (const auto length = source_length(column)) {
      parameters.emplace_back("__debezium.source.column.length", std::to_string(*length));
    }
    if (const auto scale = source_scale(column)) {
      parameters.emplace_back("__debezium.source.column.scale", std::to_string(*scale));
    }
    parameters.emplace_back("__debezium.source.column.name", column.name);
  }

  // -- errors --

  std::unexpected<Error> unsupported(const ColumnDef& column) const {
    Error error(ErrorKind::kUnsupported,
                "column " + column.name + " has type " + column.column_type +
                    ", which records cannot carry yet",
                "add " + name_of(column) + " to column.exclude.list, or leave the table out");
    return std::unexpected(std::move(error).at(table_.id.text()));
  }

  Status check_names(const std::vector<PlannedField>& fields, std::string_view what) const {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (fields[i].schema.name != fields[j].schema.name) continue;
        return fail(ErrorKind::kRejected,
                    fmt::format("two members of the {} of {} would have the name {}", what,
                                table_.id.text(), fields[i].schema.name),
                    what == "key" ? "see that message.key.columns names each column once for this "
                                    "table, and that topic.key.field.name is no column"
                                  : "field.name.adjustment.mode=avro_unicode keeps names apart");
      }
    }
    return {};
  }

  const EncoderContext& context_;
  const EncodeSettings& settings_;
  const RecordRules& rules_;
  const TableDef& table_;
  ColumnPlan plan_;
};

}  // namespace

Result<ColumnPlan> plan_columns(const EncoderContext& context, const TableDef& table) {
  return Planner(context, table).run();
}

}  // namespace tidemark
