import Civic
import PostgreSQL

/// The township's categories by slug, made where a file brings new ones.
struct ImportedCategories {
  /// More would mean that the mapping names the wrong column.
  static let limit = 2000

  struct Entry {
    let id: Int
    let departmentID: Int?
    let defaultPriority: Priority
    let isPrivate: Bool
  }

  private let database: Database
  private var entries: [String: Entry] = [:]
  private(set) var made = 0

  /// - Parameter database: the township's.
  init(database: Database) async throws {
    self.database = database
    try await read()
  }

  subscript(_ category: ImportedCategory) -> Entry? { entries[category.slug] }

  /// Makes what these rows need and the mapping allows.
  mutating func makeMissing(of rows: ArraySlice<ImportedRow>, _ mapping: ImportMapping) async throws {
    guard mapping.newCategories != nil else { return }
    for row in rows where entries[row.category.slug] == nil { try await make(row.category) }
  }

  private mutating func make(_ category: ImportedCategory) async throws {
    guard entries.count < Self.limit else {
      throw ImportError("There are more than \(Self.limit) categories: does the mapping name the right column?")
    }
    try await database.write { transaction in
      if let department = category.department {
        try await transaction.execute(
          """
          INSERT INTO departments (tenant_id, slug, name)
          VALUES (current_tenant(), \(Slug.of(department)), \(department)) ON CONFLICT DO NOTHING
          """)
      }
      try await transaction.execute(
        """
        INSERT INTO categories (tenant_id, slug, name, group_name, department_id)
        VALUES (current_tenant(), \(category.slug), \(category.name), \(category.group),
                (SELECT id FROM departments
                  WHERE tenant_id = current_tenant() AND slug = \(category.department.map { Slug.of($0) })))
        ON CONFLICT DO NOTHING
        """)
    }
    made += 1
    try await read()
  }

  private mutating func read() async throws {
    let rows = try await database.read(
      """
      SELECT slug, id, department_id, default_priority, private FROM categories WHERE tenant_id = current_tenant()
      """)
    for row in rows {
      let (slug, id, department, priority, isPrivate) = try row.decode(
        String.self, Int.self, Int?.self, Int16.self, Bool.self)
      entries[slug] = Entry(
        id: id, departmentID: department, defaultPriority: Priority(rawValue: priority) ?? .medium,
        isPrivate: isPrivate)
    }
  }
}
