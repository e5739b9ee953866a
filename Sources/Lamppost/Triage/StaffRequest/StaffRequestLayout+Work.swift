import Civic
import FoundationEssentials
import HTML

/// How the request stands, each line with the form that changes it for those who may.
extension StaffRequestLayout {
  var work: HTML {
    """
    <section class="card" id="work" aria-labelledby="work-title">
    <h2 id="work-title">\(t("State"))</h2>
    <dl class="facts work">
    \(line(t("Status"), request.facts.status.badge(t), may(.changeStatus) ? statusForm : nil))\
    \(line(t("Assigned to"), assigned, may(.assign) ? assignmentForms : nil))\
    \(line(t("Priority"), request.priority.badge(t), may(.editRequest) ? priorityForm : nil))\
    \(line(t("Category"), HTML(text: request.categoryName), may(.editRequest) ? categoryForm : nil))\
    \(line(t("Seen by"), HTML(text: visibilityTitle(request.visibility)), may(.editRequest) ? visibilityForm : nil))\
    \(line(t("Tags"), tags, may(.editRequest) ? tagsForm : nil))\
    \(request.supporters > 0 ? line(t("Supporters"), supporters) : nil)\
    \(line(t("Due"), due))\
    \(request.respondBy.map { line(t("Answer due"), answer(by: $0)) })\
    \(line(t("Reported"), time(request.createdAt)))\
    \(line(t("Last change"), time(request.updatedAt)))\
    \(request.closedAt.map { line(t("Ended"), time($0)) })</dl>
    </section>

    """
  }

  private func line(_ label: String, _ value: HTML, _ change: HTML? = nil) -> HTML {
    "<dt>\(label)</dt><dd><div>\(value)</div>\(change)</dd>\n"
  }

  private var supporters: HTML {
    let words = t.plural(
      "{count} other person has this problem", "{count} other people have this problem", request.supporters)
    return "<span id=\"supporters\">\(words)</span>"
  }

  private var due: HTML {
    guard let expectedBy = request.expectedBy else { return "<span class=\"muted\">\(t("No target date"))</span>" }
    let day = t.weekdayAndDate(expectedBy)
    if request.closedAt != nil { return HTML(text: day) }
    return isOverdue
      ? "<strong class=\"late\">\(t("Overdue since {date}", ["date": day]))</strong>"
      : "\(day) <span class=\"muted small\">(\(t.relative(expectedBy, to: now)))</span>"
  }

  private func answer(by target: Date) -> HTML {
    if let respondedAt = request.respondedAt {
      let words = respondedAt <= target ? t("Answered on time") : t("Answered late")
      return "\(words) <span class=\"muted small\">(\(t.relative(respondedAt, to: now)))</span>"
    }
    let moment = t.weekdayAndTime(target)
    if request.closedAt != nil || target >= now { return HTML(text: moment) }
    return "<strong class=\"late\">\(t("Overdue since {date}", ["date": moment]))</strong>"
  }

  private var assigned: HTML {
    let department = request.department.map { slug in view.departments.first { $0.slug == slug }?.name ?? slug }
    switch (request.assigneeName, department) {
    case (nil, nil): return "<span class=\"muted\">\(t("Nobody yet"))</span>"
    case (let name?, nil): return HTML(text: name)
    case (nil, let department?): return HTML(text: department)
    case (let name?, let department?): return "\(name)<br><span class=\"muted small\">\(department)</span>"
    }
  }

  /// What may follow, without what has a way of its own.
  private var successors: [Status] {
    let possible = context.actor.tenant.workflow.successors(of: request.facts.status)
    return Status.allCases.filter { possible.contains($0) && $0 != .duplicate }
  }

  private var statusForm: HTML? {
    if successors.isEmpty || request.isMerged { return nil }
    let fields = fields(.status)
    let reasons = successors.filter { Workflow.needs(of: $0).contains(.reason) }.map { $0.title(t) }
    let notes = successors.filter { Workflow.needs(of: $0).contains(.note) }.map { $0.title(t) }
    let chosen = fields.value("status")
    let options = successors.map { status in
      """
      <option value="\(status.rawValue)" data-needs="\(need(status))"\(status.rawValue == chosen ? " selected" as HTML : nil)>\
      \(status.title(t))</option>

      """ as HTML
    }
    return disclosed(
      .status, t("Change status"),
      form(
        .status, button: t("Change status"), takesFiles: takesProof,
        """
        <div class="field"><label for="field-status">\(t("New status"))</label>
        <select id="field-status" name="status">
        \(options)</select></div>
        \(reasons.isEmpty ? nil : fields.textArea("reason", t("Reason"), .init(
          hint: t("Needed for: {statuses}. The reporter and everyone can read it.",
            ["statuses": reasons.joined(separator: ", ")]), maximumLength: 2000, rows: 3, isSpellchecked: true)))\
        \(notes.isEmpty ? nil : fields.textArea("note", t("What was done"), .init(
          hint: t("Needed for: {statuses}. The reporter and everyone can read it.",
            ["statuses": notes.joined(separator: ", ")]), maximumLength: 2000, rows: 3, isSpellchecked: true)))\
        \(takesProof ? proofField(fields) : nil)
        """))
  }

  /// The photo can come along with the completion.
  private var takesProof: Bool { successors.contains(.completed) && may(.attach) }

  private func proofField(_ fields: FormFields) -> HTML {
    let hint =
      view.needsProof
      ? t(
        "{status} needs one in this category. Everyone who sees the request sees it.",
        ["status": Status.completed.title(t)])
      : t("Everyone who sees the request sees it.")
    return fields.file(
      "proof", t("Photo of what was done"), accept: "image/*", .init(hint: hint, isOptional: !view.needsProof))
  }

  private func need(_ status: Status) -> String {
    let needs = Workflow.needs(of: status)
    return needs.contains(.reason) ? "reason" : needs.contains(.note) ? "note" : "nothing"
  }

  private var assignmentForms: HTML {
    let fields = fields(
      .assign, ["assignee": request.facts.assigneeID.map(String.init), "department": request.department])
    let people = view.staff.filter(\.takesRequests).map { person in
      (value: String(person.id), label: person.label)
    }
    let canTake =
      request.facts.assigneeID != context.actor.person?.id
      && view.staff.contains { $0.id == context.actor.person?.id && $0.takesRequests }
    let take = canTake ? form(.take, button: t("Assign to me"), style: "small quiet", .empty) : nil
    return """
      \(take)\(disclosed(
        .assign, t("Assign"),
        form(
          .assign, button: t("Assign"),
          """
          \(fields.select("assignee", t("Person"), [("", t("Nobody"))] + people))\
          \(fields.select("department", t("Department"),
            [("", t("None"))] + view.departments.map { ($0.slug, $0.name) }))
          """)))
      """
  }

  private var priorityForm: HTML {
    disclosed(
      .priority, t("Change priority"),
      form(
        .priority, button: t("Change priority"),
        fields(.priority, ["priority": request.priority.name]).select(
          "priority", t("Priority"), Priority.allCases.map { ($0.name, $0.title(t)) })))
  }

  private var categoryForm: HTML {
    disclosed(
      .category, t("Change category"),
      form(
        .category, button: t("Change category"),
        fields(.category, ["category": request.category]).select(
          "category", t("Category"),
          view.categories.map { category in
            (category.slug, category.group.map { "\($0): \(category.name)" } ?? category.name)
          },
          .init(
            hint: t(
              "The target date follows the category. The rules route it anew, unless somebody has assigned it by hand.")
          ))))
  }

  private var visibilityForm: HTML {
    disclosed(
      .visibility, t("Change who sees it"),
      form(
        .visibility, button: t("Change who sees it"),
        fields(.visibility, ["visibility": request.visibility]).select(
          "visibility", t("Who sees the request"),
          RequestChange.visibilities.map { ($0, visibilityTitle($0)) })))
  }

  private var tags: HTML {
    TagBadges.html(request.tags) ?? "<span class=\"muted\">\(t("None"))</span>"
  }

  private var tagsForm: HTML {
    disclosed(
      .tags, t("Change tags"),
      form(
        .tags, button: t("Change tags"),
        fields(.tags, ["tags": request.tags.joined(separator: ", ")]).text(
          "tags", t("Tags"), .init(hint: t("Separated by commas. Only staff see them."), maximumLength: 1000)))
    )
  }

  var textForm: HTML {
    let fields = fields(.text, ["title": request.title, "description": request.description])
    return disclosed(
      .text, t("Edit title and description"),
      form(
        .text, button: t("Save title and description"),
        """
        \(fields.text("title", t("Title"), .init(maximumLength: 200, isSpellchecked: true)))\
        \(fields.textArea("description", t("Description"), .init(maximumLength: 10_000, rows: 6, isSpellchecked: true)))
        """))
  }

  var pinForm: HTML {
    let place = request.location?.coordinate
    let fields = fields(
      .pin,
      [
        "latitude": place.map { "\($0.latitude)" }, "longitude": place.map { "\($0.longitude)" },
        "address": request.address,
      ])
    return disclosed(
      .pin, t("Move the pin"),
      form(
        .pin, button: t("Save place"),
        """
        <p class="hint" id="pin-hint" hidden>\(t("Drag the pin, or type coordinates."))</p>
        <div class="pair">\(fields.text("latitude", t("Latitude"), .init(inputMode: "decimal")))\
        \(fields.text("longitude", t("Longitude"), .init(inputMode: "decimal")))</div>
        \(fields.text("address", t("Address"), .init(maximumLength: 500, isOptional: true)))
        """))
  }

  var uploadForm: HTML {
    let fields = fields(.upload, ["file_visibility": "internal"])
    let error = fields.error("files").map { _ in
      "<p class=\"error\" id=\"field-files-error\">\(t("Choose at least one file."))</p>" as HTML
    }
    return disclosed(
      .upload, t("Add files"),
      form(
        .upload, button: t("Add files"), takesFiles: true,
        """
        <div class="field"><label for="field-files">\(t("Files"))</label>\(error)
        <input type="file" id="field-files" name="files" multiple accept="image/*,application/pdf"></div>
        \(fields.select("file_visibility", t("Who sees the files"), [
          ("internal", t("Staff only")), ("private", t("Reporter and staff")),
          ("public", t("Everyone who sees the request")),
        ]))
        """))
  }
}
