/// What `Client/pages/report.ts` and what it loads say.
extension ReportForm {
  static let scriptMessages: [String] = []
}
