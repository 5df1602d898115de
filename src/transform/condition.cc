// SPDX-License-Identifier: Apache-2.0
#include "transform/condition.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "transform/operand.h"

namespace tidemark::transform {

struct Condition::Node {
  enum class Kind : std::uint8_t { kLiteral, kPath, kNot, kAnd, kOr, kCompare, kChoice };
  enum class Relation : std::uint8_t {
    kEqual,
    kUnequal,
    kLess,
    kLessEqual,
    kGreater,
    kGreaterEqual
  };
  enum class Root : std::uint8_t { kValue, kKey, kTopic };
  struct Step {
    std::string name;
    bool null_safe = false;
  };

  Kind kind = Kind::kLiteral;
  std::size_t column = 0;  // where it begins
  Operand literal = {};
  Root root = Root::kValue;
  std::vector<Step> steps = {};
  Relation relation = Relation::kEqual;
  std::vector<std::unique_ptr<const Node>> children = {};
};

namespace {

using Node = Condition::Node;
using NodePtr = std::unique_ptr<const Node>;

constexpr std::size_t kScriptMax = 16U << 10U;
constexpr std::size_t kDepthMax = 64;
constexpr std::string_view kUnderstood =
    "understood are value, key and topic with .field, ?.field or ['field'], texts in quotes, "
    "numbers, true, "
    "false, null, == != < <= > >=, && || !, (), ?:";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}
bool in_name(char c) { return begins_name(c) || is_digit(c); }

class Parser {
 public:
  explicit Parser(std::string_view script) : script_(script) {}

  Result<NodePtr> run() {
    if (script_.size() > kScriptMax) return refuse("the script is longer than 16 KiB");
    NodePtr out = TRY(choice());
    skip();
    if (at_ < script_.size()) return refuse(unexpected());
    return out;
  }

 private:
  std::unexpected<Error> refuse(std::string_view why) const {
    return fail(ErrorKind::kRejected, fmt::format("column {}: {}", at_ + 1, why),
                std::string(kUnderstood));
  }

  // Says what stands here, in the words of somebody who knows Groovy.
  std::string unexpected() const {
    const std::string_view rest = script_.substr(at_);
    if (rest.empty()) return "the script ends, where a value was expected";
    for (const std::string_view name :
         {"==~", "=~", "<=>", "?:", "===", "!==", "->", "in ", "instanceof "}) {
      if (rest.starts_with(name)) return fmt::format("the operator '{}' is not understood", name);
    }
    if (rest.front() == '(') return "methods cannot be called";
    std::size_t size = 1;
    while (size < rest.size() && size < 20 && !is_blank(rest[size])) ++size;
    return fmt::format("'{}' is not understood here", rest.substr(0, size));
  }

  void skip() {
    while (at_ < script_.size() && is_blank(script_[at_])) ++at_;
  }
  bool looking_at(std::string_view text) const { return script_.substr(at_).starts_with(text); }
  bool take(std::string_view text) {
    skip();
    if (!looking_at(text)) return false;
    at_ += text.size();
    return true;
  }

  Node begin(Node::Kind kind) const { return {.kind = kind, .column = at_ + 1}; }
  static NodePtr finish(Node node) { return std::make_unique<const Node>(std::move(node)); }

  Result<NodePtr> choice() {
    if (++depth_ > kDepthMax) return refuse("nested deeper than 64 levels");
    skip();
    Node node = begin(Node::Kind::kChoice);
    NodePtr first = TRY(or_expression());
    skip();
    if (looking_at("?") && !looking_at("?.") && !looking_at("?:")) {
      ++at_;
      node.children.push_back(std::move(first));
      node.children.push_back(TRY(choice()));
      if (!take(":")) return refuse("':' was expected");
      node.children.push_back(TRY(choice()));
      first = finish(std::move(node));
    }
    --depth_;
    return first;
  }

  Result<NodePtr> or_expression() {
    Node node = begin(Node::Kind::kOr);
    NodePtr first = TRY(and_expression());
    while (take("||")) {
      if (node.children.empty()) node.children.push_back(std::move(first));
      node.children.push_back(TRY(and_expression()));
    }
    return node.children.empty() ? std::move(first) : finish(std::move(node));
  }

  Result<NodePtr> and_expression() {
    Node node = begin(Node::Kind::kAnd);
    NodePtr first = TRY(equality());
    while (take("&&")) {
      if (node.children.empty()) node.children.push_back(std::move(first));
      node.children.push_back(TRY(equality()));
    }
    return node.children.empty() ? std::move(first) : finish(std::move(node));
  }

  Result<NodePtr> equality() {
    using R = Node::Relation;
    NodePtr left = TRY(relation());
    skip();
    if (looking_at("==~") || looking_at("===") || looking_at("!==")) return refuse(unexpected());
    if (take("==")) return compare(R::kEqual, std::move(left), TRY(relation()));
    if (take("!=")) return compare(R::kUnequal, std::move(left), TRY(relation()));
    return left;
  }

  Result<NodePtr> relation() {
    using R = Node::Relation;
    NodePtr left = TRY(unary());
    skip();
    if (looking_at("<=>") || looking_at("<<") || looking_at(">>")) return refuse(unexpected());
    if (take("<=")) return compare(R::kLessEqual, std::move(left), TRY(unary()));
    if (take(">=")) return compare(R::kGreaterEqual, std::move(left), TRY(unary()));
    if (take("<")) return compare(R::kLess, std::move(left), TRY(unary()));
    if (take(">")) return compare(R::kGreater, std::move(left), TRY(unary()));
    return left;
  }

  static Result<NodePtr> compare(Node::Relation relation, NodePtr left, NodePtr right) {
    Node node{.kind = Node::Kind::kCompare, .column = left->column};
    node.relation = relation;
    node.children.push_back(std::move(left));
    node.children.push_back(std::move(right));
    return finish(std::move(node));
  }

  Result<NodePtr> unary() {
    skip();
    if (!looking_at("!") || looking_at("!=")) return primary();
    if (++depth_ > kDepthMax) return refuse("nested deeper than 64 levels");
    Node node = begin(Node::Kind::kNot);
    ++at_;
    node.children.push_back(TRY(unary()));
    --depth_;
    return finish(std::move(node));
  }

  Result<NodePtr> primary() {
    skip();
    if (at_ >= script_.size()) return refuse(unexpected());
    const char c = script_[at_];
    if (c == '(') {
      ++at_;
      NodePtr inner = TRY(choice());
      if (!take(")")) return refuse("')' was expected");
      return inner;
    }
    if (c == '\'' || c == '"') {
      Node node = begin(Node::Kind::kLiteral);
      node.literal = Operand::of_text(TRY(quoted()));
      return finish(std::move(node));
    }
    if (is_digit(c) || (c == '-' && at_ + 1 < script_.size() && is_digit(script_[at_ + 1]))) {
      return number();
    }
    if (begins_name(c)) return named();
    return refuse(unexpected());
  }

  // Whole numbers without a point are integers, others DECIMAL unless they end in d or f.
  Result<NodePtr> number() {
    Node node = begin(Node::Kind::kLiteral);
    const std::size_t begin_at = at_;
    if (script_[at_] == '-') ++at_;
    const bool zero_first = script_[at_] == '0';
    const auto digits = [&] {
      const std::size_t from = at_;
      while (at_ < script_.size() && is_digit(script_[at_])) ++at_;
      return at_ - from;
    };
    const std::size_t whole = digits();
    bool plain = true;
    if (at_ + 1 < script_.size() && script_[at_] == '.' && is_digit(script_[at_ + 1])) {
      ++at_;
      digits();
      plain = false;
    }
    if (at_ < script_.size() && (script_[at_] == 'e' || script_[at_] == 'E')) {
      ++at_;
      if (at_ < script_.size() && (script_[at_] == '-' || script_[at_] == '+')) ++at_;
      const std::size_t size = digits();
      if (size == 0 || size > 6) return refuse("a number was expected");
      plain = false;
    }
    if (plain && zero_first && whole > 1) {
      at_ = begin_at;
      return refuse("octal numbers are not understood");
    }
    const std::string_view text = script_.substr(begin_at, at_ - begin_at);
    const char suffix = at_ < script_.size() ? script_[at_] : ' ';
    Operand& out = node.literal;
    if (suffix == 'd' || suffix == 'D' || suffix == 'f' || suffix == 'F') {
      out.kind = Operand::Kind::kDouble;
      std::from_chars(text.data(), text.data() + text.size(), out.real);
      if (suffix == 'f' || suffix == 'F')
        out.real = static_cast<double>(static_cast<float>(out.real));
      ++at_;
    } else {
      const auto [end, error] =
          std::from_chars(text.data(), text.data() + text.size(), out.integer);
      const bool fits = plain && error == std::errc() && end == text.data() + text.size();
      out.kind = fits ? Operand::Kind::kInteger : Operand::Kind::kDecimal;
      out.text = text;
      const bool integer_suffix = plain && (suffix == 'l' || suffix == 'L' || suffix == 'i' ||
                                            suffix == 'I' || suffix == 'g' || suffix == 'G');
      if (integer_suffix || (!plain && (suffix == 'g' || suffix == 'G'))) ++at_;
    }
    if (at_ < script_.size() && in_name(script_[at_])) return refuse("a number was expected");
    return finish(std::move(node));
  }

  Result<std::string> quoted() {
    const char quote = script_[at_];
    if (looking_at("'''") || looking_at("\"\"\""))
      return refuse("texts over lines are not understood");
    std::string out;
    for (++at_; at_ < script_.size() && script_[at_] != quote; ++at_) {
      const char c = script_[at_];
      if (c == '\n') return refuse("the text does not end on its line");
      if (c == '$' && quote == '"') return refuse("'$' in a text: write the text in single quotes");
      if (c != '\\') {
        out += c;
        continue;
      }
      if (++at_ == script_.size()) break;
      constexpr std::string_view kFrom = "nrtbf\\'\"$";
      constexpr std::string_view kTo = "\n\r\t\b\f\\'\"$";
      const std::size_t which = kFrom.find(script_[at_]);
      if (which == std::string_view::npos) return refuse("an unknown escape");
      out += kTo[which];
    }
    if (at_ >= script_.size()) return refuse("the text has no end");
    ++at_;
    return out;
  }

  std::string name() {
    const std::size_t from = at_;
    while (at_ < script_.size() && in_name(script_[at_])) ++at_;
    return std::string(script_.substr(from, at_ - from));
  }

  Result<NodePtr> named() {
    const std::size_t from = at_;
    Node node = begin(Node::Kind::kLiteral);
    const std::string word = name();
    if (word == "null") return finish(std::move(node));
    if (word == "true" || word == "false") {
      node.literal = Operand::of_boolean(word == "true");
      return finish(std::move(node));
    }
    node.kind = Node::Kind::kPath;
    if (word == "value") {
      node.root = Node::Root::kValue;
    } else if (word == "key") {
      node.root = Node::Root::kKey;
    } else if (word == "topic") {
      node.root = Node::Root::kTopic;
    } else {
      at_ = from;
      return refuse(fmt::format("the name '{}' is not understood", word));
    }
    TRY(steps(node));
    return finish(std::move(node));
  }

  Status steps(Node& node) {
    for (;;) {
      skip();
      Node::Step step;
      const std::size_t from = at_;
      if (looking_at("?.")) {
        step.null_safe = true;
        at_ += 2;
      } else if (looking_at(".")) {
        ++at_;
      } else if (looking_at("[")) {
        ++at_;
      } else if (looking_at("(")) {
        return refuse("methods cannot be called");
      } else {
        return {};
      }
      const bool bracket = script_[from] == '[';
      skip();
      if (at_ < script_.size() && (script_[at_] == '\'' || script_[at_] == '"')) {
        step.name = TRY(quoted());
      } else if (!bracket && at_ < script_.size() && begins_name(script_[at_])) {
        step.name = name();
      } else {
        return refuse(bracket ? "a field's name in quotes was expected"
                              : "a field's name was expected");
      }
      if (bracket && !take("]")) return refuse("']' was expected");
      if (node.root == Node::Root::kTopic) {
        at_ = from;
        return refuse("topic is a text and has no fields");
      }
      if (step.name == "class") {
        at_ = from;
        return refuse("'class' is the Java class in Groovy, not a field");
      }
      node.steps.push_back(std::move(step));
    }
  }

  std::string_view script_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

std::string path_text(const Node& node, std::size_t steps) {
  std::string out = node.root == Node::Root::kValue ? "value"
                    : node.root == Node::Root::kKey ? "key"
                                                    : "topic";
  for (std::size_t i = 0; i < steps; ++i) {
    out += (node.steps[i].null_safe ? "?." : ".") + node.steps[i].name;
  }
  return out;
}

std::unexpected<Error> failed(const Node& node, std::string_view what, std::string remedy) {
  return fail(ErrorKind::kRejected, fmt::format("column {}: {}", node.column, what),
              std::move(remedy));
}

Result<Operand> walk(const Node& node, const Message& message) {
  if (node.root == Node::Root::kTopic) return Operand::of_text(std::string(message.topic));
  Datum at = node.root == Node::Root::kValue ? message.value : message.key;
  for (std::size_t i = 0; i < node.steps.size(); ++i) {
    const Node::Step& step = node.steps[i];
    if (at.is_null()) {
      if (step.null_safe) continue;
      return failed(node, fmt::format("{} is null", path_text(node, i)),
                    fmt::format("write {}?.{}", path_text(node, i), step.name));
    }
    const auto index = at.is_struct() ? at.schema->index_of(step.name) : std::nullopt;
    if (!index) {
      return failed(node, fmt::format("{} has no field {}", path_text(node, i), step.name),
                    "restrict the transform by topic.regex, or by a predicate");
    }
    at = TRY(field_of(at, *index));
    at.json = or_default(*at.schema, at.json);
  }
  return Operand::of_datum(at);
}

Result<Operand> evaluate(const Node& node, const Message& message);

Result<bool> holds(const Node& node, const Message& message) {
  using R = Node::Relation;
  const Operand left = TRY(evaluate(*node.children[0], message));
  const Operand right = TRY(evaluate(*node.children[1], message));
  const std::optional<int> order = compare(left, right);
  if (node.relation == R::kEqual) return order == 0;
  if (node.relation == R::kUnequal) return order != 0;
  if (!order) {
    return failed(
        node,
        fmt::format("{} and {} cannot be ordered", to_string(left.kind), to_string(right.kind)),
        "compare values of one kind");
  }
  switch (node.relation) {
    case R::kLess:
      return *order < 0;
    case R::kLessEqual:
      return *order <= 0;
    case R::kGreater:
      return *order > 0;
    default:
      return *order >= 0;
  }
}

Result<Operand> evaluate(const Node& node, const Message& message) {
  switch (node.kind) {
    case Node::Kind::kLiteral:
      return node.literal;
    case Node::Kind::kPath:
      return walk(node, message);
    case Node::Kind::kNot:
      return Operand::of_boolean(!is_true(TRY(evaluate(*node.children[0], message))));
    case Node::Kind::kAnd:
    case Node::Kind::kOr: {
      const bool stops_at = node.kind == Node::Kind::kOr;
      for (const NodePtr& child : node.children) {
        if (is_true(TRY(evaluate(*child, message))) == stops_at) {
          return Operand::of_boolean(stops_at);
        }
      }
      return Operand::of_boolean(!stops_at);
    }
    case Node::Kind::kCompare:
      return Operand::of_boolean(TRY(holds(node, message)));
    case Node::Kind::kChoice: {
      const bool first = is_true(TRY(evaluate(*node.children[0], message)));
      return evaluate(*node.children[first ? 1 : 2], message);
    }
  }
  return Operand();
}

// What can be said of a result before there is a record.
Status check_result(const Node& node, Condition::Goal goal) {
  if (node.kind == Node::Kind::kChoice) {
    TRY(check_result(*node.children[1], goal));
    return check_result(*node.children[2], goal);
  }
  if (node.kind == Node::Kind::kPath) return {};
  const Operand::Kind kind =
      node.kind == Node::Kind::kLiteral ? node.literal.kind : Operand::Kind::kBoolean;
  const bool right = goal == Condition::Goal::kBoolean
                         ? kind == Operand::Kind::kBoolean
                         : kind == Operand::Kind::kText || kind == Operand::Kind::kNull;
  if (right) return {};
  return failed(node,
                fmt::format("the result is {}, not {}", to_string(kind),
                            goal == Condition::Goal::kBoolean ? "true or false" : "a topic"),
                std::string(kUnderstood));
}

}  // namespace

Condition::Condition(std::unique_ptr<const Node> root) : root_(std::move(root)) {}
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition&&) noexcept = default;
Condition::~Condition() = default;

Result<Condition> Condition::compile(std::string_view script, Goal goal) {
  NodePtr root = TRY(Parser(script).run());
  TRY(check_result(*root, goal));
  return Condition(std::move(root));
}

Result<bool> Condition::test(const Message& message) const {
  const Operand out = TRY(evaluate(*root_, message));
  if (out.kind == Operand::Kind::kBoolean) return out.boolean;
  return failed(*root_, fmt::format("the result is {}, not true or false", to_string(out.kind)),
                "compare it with a literal");
}

Result<std::optional<std::string>> Condition::text(const Message& message) const {
  Operand out = TRY(evaluate(*root_, message));
  if (out.kind == Operand::Kind::kNull) return std::nullopt;
  if (out.kind == Operand::Kind::kText) return std::move(out.text);
  return failed(*root_, fmt::format("the result is {}, not a topic", to_string(out.kind)),
                "let the script yield a text, or null");
}

}  // namespace tidemark::transform
