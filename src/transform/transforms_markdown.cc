// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "transform/catalogue.h"

namespace tidemark::transform {
namespace {

constexpr std::string_view kIntroduction = R"(# Transforms

<!-- Printed from src/transform/catalogue.cc; TIDEMARK_UPDATE_DOCS=1 with transform_test writes it anew. -->

Records can be changed between the encoder and the sink, as Kafka Connect's single message transforms do it, under the
same names. They are native: no Java is loaded, and a class that is not listed here is refused at start.

```properties
debezium.transforms=outbox,unwrap
debezium.transforms.outbox.type=io.debezium.transforms.outbox.EventRouter
debezium.transforms.outbox.predicate=isOutbox
debezium.transforms.unwrap.type=io.debezium.transforms.ExtractNewRecordState
debezium.transforms.unwrap.predicate=isOutbox
debezium.transforms.unwrap.negate=true
debezium.transforms.unwrap.add.fields=op,source.ts_ms
debezium.predicates=isOutbox
debezium.predicates.isOutbox.type=org.apache.kafka.connect.transforms.predicates.TopicNameMatches
debezium.predicates.isOutbox.pattern=shop[.]inventory[.]outbox
```

In the other forms of a configuration the names are `transforms`, `transforms.<alias>.type` and so on. In the server form
a dollar of a replacement is written `$$`. Every record passes the chain in its order, heartbeats and other records that
are not of tables included; a predicate leaves some of them out of one transform.

A record that a transform drops counts as delivered: the stored position moves past it, and after a restart it is not seen
again. Each cause of dropping is logged once per transform (`transform.drops`), the number at the end
(`connector.stopped`, `dropped`). A transform that fails ends the run with its alias, the topic and the position.

Values are what Debezium and the JSON converter print. The delete that ExtractNewRecordState leaves in the mode
`tombstone` has a schema and no value: in JSON it is the text `null`, not a Kafka tombstone; `delete-to-tombstone` makes
that.

The file and stdout sinks do not show a record's partition and timestamp, which EventRouter sets.

## Conditions

Filter and ContentBasedRouter take the part of Groovy that compares fields with literals:

```text
value.op == 'u' && value.after.n > 2
!(value.source.table == 'audit') || value.before?.state != value.after?.state
topic == 'p.shop.items' ? 'items' : (value.op == 'd' ? 'gone' : null)
```

Understood are `value`, `key` and `topic` with `.field`, `?.field` or `['field']`, texts in quotes, numbers, `true`, `false`,
`null`, `==`, `!=`, `<`, `<=`, `>`, `>=`, `&&`, `||`, `!`, parentheses and `? :`. Anything else is refused at start with
its column. The meaning is Groovy's:

- `a.b` fails if `a` is null, and ends the run; `a?.b` is null then. So does a field that the struct does not have.
- null is less than everything else.
- Numbers compare by value: DECIMAL exactly, FLOAT and DOUBLE as doubles.
- A text of one character against a number is the character's code; other pairs of different kinds are unequal, and cannot
  be ordered.
- Texts are ordered by their UTF-16 units. Temporal columns are what the record shows: numbers, or texts in ISO form.
)";

std::string_view kind_name(OptionKind kind) {
  switch (kind) {
    case OptionKind::kText:
      return "text";
    case OptionKind::kBool:
      return "bool";
    case OptionKind::kInt:
      return "int";
    case OptionKind::kEnum:
      return "one of";
    case OptionKind::kList:
      return "list";
  }
  return "";
}

std::string type_cell(const OptionSpec& option) {
  std::string out(kind_name(option.kind));
  std::string_view allowed = option.allowed;
  while (!allowed.empty()) {
    const std::size_t blank = allowed.find(' ');
    out += fmt::format(" `{}`", allowed.substr(0, blank));
    allowed = blank == std::string_view::npos ? std::string_view() : allowed.substr(blank + 1);
  }
  return out;
}

// A bar would end the cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string option_rows(std::span<const OptionSpec> options) {
  if (options.empty()) return "No options.\n";
  std::string out = "| option | type | default | |\n| --- | --- | --- | --- |\n";
  for (const OptionSpec& option : options) {
    const std::string name =
        option.required ? fmt::format("**`{}`**", option.name) : fmt::format("`{}`", option.name);
    const std::string fallback =
        option.fallback.empty() ? std::string() : fmt::format("`{}`", option.fallback);
    out +=
        fmt::format("| {} | {} | {} | {} |\n", name, type_cell(option), fallback, cell(option.doc));
  }
  return out;
}

}  // namespace

std::string transforms_markdown() {
  std::string out(kIntroduction);
  out += "\n## Transforms there are\n\nBold options are required.\n";
  for (const TransformType& type : transform_types()) {
    out += fmt::format("\n### `{}`\n\n{}\n\n{}", type.type, type.doc, option_rows(type.options));
  }
  out += "\n## Predicates\n";
  for (const PredicateType& type : predicate_types()) {
    out += fmt::format("\n### `{}`\n\n{}\n\n{}", type.type, type.doc, option_rows(type.options));
  }
  out += "\n## Not there\n\nRefused by name:\n\n| class | instead |\n| --- | --- |\n";
  for (const RefusedType& type : refused_types()) {
    out += fmt::format("| `{}` | {} |\n", type.type, type.advice);
  }
  return out;
}

}  // namespace tidemark::transform
