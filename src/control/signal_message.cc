// SPDX-License-Identifier: Apache-2.0
#include "control/signal_message.h"

#include <fmt/format.h>

#include <utility>

#include "base/json.h"

namespace tidemark {
namespace {

constexpr std::string_view kMessageForm =
    R"(send {"id": "any-name", "type": "execute-snapshot", "data": {"data-collections": )"
    R"(["shop.orders"]}}, or "data": {} where the type takes none)";

std::unexpected<Error> refused(std::string what) {
  return fail(ErrorKind::kRejected, std::move(what), std::string(kMessageForm));
}

// The text of a member; empty where it is absent or no string, and `problem` says so where it matters.
std::string text_of(const JsonReader& in, std::string_view name, bool needed,
                    std::string& problem) {
  if (in.is_text_at(name)) return in.text(name);
  if (!problem.empty()) return {};
  if (in.has(name)) {
    problem = fmt::format("\"{}\" is not a string", name);
  } else if (needed) {
    problem = fmt::format("\"{}\" is missing", name);
  }
  return {};
}

}  // namespace

SignalMessage parse_signal_message(std::string_view text, SignalForm form, std::string_view place) {
  SignalMessage out{.id = std::string(place), .type = {}, .command = refused("")};
  if (text.empty()) {
    out.command = refused("it is empty");
    return out;
  }
  const std::expected<JsonDocument, JsonProblem> document = JsonDocument::parse(text);
  if (!document) {
    out.command = refused("it is no JSON: " + document.error().text());
    return out;
  }
  std::optional<JsonProblem> problem;
  const JsonReader root = document->root(problem);
  if (!root.is_object()) {
    out.command = refused("it is not a JSON object");
    return out;
  }
  std::string wrong;
  std::string id = text_of(root, "id", form == SignalForm::kLine, wrong);
  if (!id.empty()) out.id = std::move(id);
  out.type = text_of(root, "type", true, wrong);
  if (wrong.empty() && !root.has("data")) wrong = "\"data\" is missing";
  if (!wrong.empty()) {
    out.command = refused(std::move(wrong));
    return out;
  }
  out.command = parse_signal(out.type, root.object("data"), problem);
  return out;
}

}  // namespace tidemark
