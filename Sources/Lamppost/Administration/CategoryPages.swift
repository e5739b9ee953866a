import Civic
import HTML
import HTTPServer
import Localization

/// The categories by their groups, in the order of the form: moved here by buttons.
enum CategoryPages {
  static func list(_ request: Request, _ context: Context) async throws -> Response {
    let t = context.t
    let categories = try await context.application.changeCategory.list(as: context.actor)
    let order = CategoryOrder(categories.map { .init(slug: $0.slug, group: $0.group) })
    let bySlug = Dictionary(categories.map { ($0.slug, $0) }) { $1 }
    let moved = request.query["moved"]
    return Page(
      title: t("Categories"), width: .wide, styles: ["administration"], isPrivate: true,
      main: """
        \(AdministrationPage.back(Paths.administration(), t("Administration")))\
        <h1>\(t("Categories"))</h1>
        <p>\(t("What people can report, in the order of the form. Nothing is deleted: what is not offered any more keeps its reports."))</p>
        <p><a class="button" href="\(Paths.adminNewCategory())">\(t("New category"))</a></p>
        \(categories.isEmpty
          ? "<p class=\"empty card\">\(t("There are no categories yet. Nobody can report anything before there is one."))</p>\n"
          : "" as HTML)\
        <form method="post" action="\(Paths.adminCategories())" id="categories">\(context.hiddenToken)
        \(order.groups.enumerated().map { index, group in
          section(index, group.name, group.slugs.compactMap { bySlug[$0] }, order.groups.count, moved, t)
        })</form>
        """
    ).response(context)
  }

  static func submit(_ request: Request, _ context: Context) async throws -> Response {
    let form = try context.postedForm()
    for direction in CategoryOrder.Direction.allCases {
      for (name, withGroup) in [(direction.rawValue, false), ("group_" + direction.rawValue, true)] {
        guard let slug = form[name] else { continue }
        try await context.application.changeCategory.move(
          slug, direction, withGroup: withGroup, as: context.actor)
        let moved = Query([("moved", "\(name).\(slug)")]).encoded
        return .redirect(to: Paths.adminCategories() + "?" + moved)
      }
    }
    throw Problem.field("up", .required, "is required")
  }

  private static func section(
    _ index: Int, _ name: String?, _ categories: [KeptCategory], _ groups: Int, _ moved: String?, _ t: Translator
  ) -> HTML {
    guard let first = categories.first else { return "" }
    let title = name ?? t("Other")
    let buttons = Self.buttons(
      "group_", first.slug, title, isFirst: index == 0, isLast: index == groups - 1, moved: moved, t)
    return """
      <section aria-labelledby="group-\(index)"><div class="group-head"><h2 id="group-\(index)">\(title)</h2>\
      \(groups > 1 ? buttons : nil)</div>
      <div class="scroll" tabindex="0" role="region" aria-label="\(title): \(t("Categories"))"><table class="rows categories">
      <thead><tr><th scope="col">\(t("Category"))</th><th scope="col">\(t("Priority"))</th>\
      <th scope="col" class="number">\(t("Hours"))</th><th scope="col" class="number">\(t("Questions"))</th>\
      <th scope="col">\(t("Reports"))</th>\
      <th scope="col">\(t("Order"))</th></tr></thead>
      <tbody>
      \(categories.enumerated().map { row($0, $1, of: categories.count, moved, t) })</tbody></table></div></section>

      """
  }

  private static func row(
    _ index: Int, _ category: KeptCategory, of count: Int, _ moved: String?, _ t: Translator
  ) -> HTML {
    let state =
      !category.isActive ? t("Not offered") : category.stopMessage.isEmpty ? t("Taken") : t("Stopped by a message")
    let asked = category.questions.filter { !$0.isRetired }.count
    return """
      <tr><th scope="row"><a href="\(Paths.adminCategory(category.slug))">\(category.icon) \(category.name)</a>\
      \(category.isPrivate ? " <span class=\"muted\">\(t("private"))</span>" as HTML : nil)</th>\
      <td>\(category.defaultPriority.title(t))</td>\
      <td class="number" data-label="\(t("Hours"))">\(category.resolutionHours.map { t.number($0) })</td>\
      <td class="number" data-label="\(t("Questions"))">\(t.number(asked))</td>\
      <td data-label="\(t("Reports"))">\(state)</td>\
      <td>\(buttons("", category.slug, category.name, isFirst: index == 0, isLast: index == count - 1, moved: moved, t))\
      </td></tr>

      """
  }

  /// The button that was used has the focus again; at an end, the other.
  private static func buttons(
    _ prefix: String, _ slug: String, _ name: String, isFirst: Bool, isLast: Bool, moved: String?, _ t: Translator
  ) -> HTML {
    let used = CategoryOrder.Direction.allCases.first { moved == "\(prefix)\($0.rawValue).\(slug)" }
    let focused: CategoryOrder.Direction? = used.map { used in
      used == .up && isFirst ? .down : used == .down && isLast ? .up : used
    }
    func button(_ direction: CategoryOrder.Direction, _ sign: String, _ words: String, _ isOff: Bool) -> HTML {
      """
      <button class="quiet small" name="\(prefix)\(direction.rawValue)" value="\(slug)"\
      \(isOff ? " disabled" as HTML : nil)\(focused == direction ? " autofocus" as HTML : nil)>\
      <span aria-hidden="true">\(sign)</span><span class="visually-hidden">\(words)</span></button>
      """
    }
    return """
      <span class="movers">\
      \(button(.up, "↑", t("Move {name} up", ["name": name]), isFirst))\
      \(button(.down, "↓", t("Move {name} down", ["name": name]), isLast))</span>
      """
  }
}
