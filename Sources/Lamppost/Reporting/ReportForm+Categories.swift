import HTML
import Localization

/// What it is about: every category with what belongs to it, which a style sheet alone shows once it is chosen.
extension ReportForm {
  var categories: HTML {
    let error = fields.error("category")
    return """
      <fieldset class="field\(error == nil ? "" : " wrong")" id="categories">
      <legend class="visually-hidden">\(t("Kind of problem"))</legend>
      \(error.map { error in
        """
        <p class="error" id="field-category-error"><span class="visually-hidden">\(t("Error:"))</span> \
        \(FieldMessages.sentence(error, label: t("The kind of problem"), t))</p>

        """ as HTML
      })\(groups.enumerated().map(group))</fieldset>

      """
  }

  /// In the order of their first category.
  private var groups: [(name: String, categories: [ListCategories.Item])] {
    var groups: [(name: String, categories: [ListCategories.Item])] = []
    for category in draft.categories {
      let name = category.group ?? t("Other")
      if let index = groups.firstIndex(where: { $0.name == name }) {
        groups[index].categories.append(category)
      } else {
        groups.append((name, [category]))
      }
    }
    return groups
  }

  private func group(_ index: Int, _ group: (name: String, categories: [ListCategories.Item])) -> HTML {
    """
    <div class="group" role="group" aria-labelledby="group-\(index)">
    <h3 id="group-\(index)">\(group.name)</h3>
    <div class="categories">
    \(group.categories.map(category))</div>
    </div>

    """
  }

  private func category(_ category: ListCategories.Item) -> HTML {
    let isFirst = category.slug == draft.categories.first?.slug
    let id = isFirst ? "field-category" : "category-\(category.slug)"
    return """
      <div class="category"\(category.keywords.isEmpty ? nil : " data-words=\"\(category.keywords)\"" as HTML)\
      \(category.stopMessage.isEmpty ? nil : " data-stops" as HTML)\
      \(category.isPrivate ? " data-private" as HTML : nil)>
      <input type="radio" id="\(id)" name="category" value="\(category.slug)"\
      \(fields.value("category") == category.slug ? " checked" as HTML : nil)>
      <label for="\(id)">\(category.icon.isEmpty ? nil : "<span class=\"icon\" aria-hidden=\"true\">\(category.icon)</span> " as HTML)\
      <span>\(category.name)</span></label>
      \(more(category))</div>

      """
  }

  /// What is told and asked once the category is chosen.
  private func more(_ category: ListCategories.Item) -> HTML? {
    if !category.stopMessage.isEmpty {
      return """
        <div class="more"><div class="notice danger"><p><strong>\(t("Do not report this here."))</strong> \
        \(category.stopMessage)</p></div></div>

        """
    }
    let questions = Question.all(of: category)
    if questions.isEmpty && category.notice.isEmpty && !category.isPrivate && !category.blursLocation { return nil }
    return """
      <div class="more">
      \(category.notice.isEmpty ? nil : "<div class=\"notice\"><p>\(category.notice)</p></div>\n" as HTML)\
      \(category.isPrivate ? "<p class=\"hint\">🔒 \(t("Reports of this kind are not public."))</p>\n" as HTML : nil)\
      \(category.blursLocation && !category.isPrivate
        ? "<p class=\"hint blurs\">\(t("The public is shown only roughly where it is, never the exact place."))</p>\n" as HTML
        : nil)\
      \(questions.map(question))</div>

      """
  }

  private func question(_ question: Question) -> HTML {
    let (name, label) = (question.fieldName, question.definition.label)
    let isOptional = !question.definition.isRequired
    let (kind, field): (String, HTML) =
      switch question.definition.kind {
      case .text(let maximum):
        ("text", fields.text(name, label, .init(maximumLength: maximum, isOptional: isOptional)))
      case .number:
        ("number", fields.text(name, label, .init(inputMode: "decimal", maximumLength: 20, isOptional: isOptional)))
      case .boolean:
        (
          "boolean",
          fields.radios(name, label, [("true", t("Yes")), ("false", t("No"))], .init(isOptional: isOptional))
        )
      case .choice: ("choice", fields.radios(name, label, question.options, .init(isOptional: isOptional)))
      case .choices: ("choices", fields.checkboxes(name, label, question.options, .init(isOptional: isOptional)))
      }
    return """
      <div class="question" data-kind="\(kind)"\(isOptional ? nil : " data-required" as HTML)>\(field)</div>

      """
  }
}
