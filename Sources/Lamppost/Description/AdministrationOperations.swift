import HTTPServer

extension Operation {
  static let settings = [
    Operation(
      .get, Paths.settings, "readSettings", .administration, "The township's settings",
      answer: .versioned("Settings", "The settings.")),
    Operation(
      .patch, Paths.settings, "changeSettings", .administration, "Change the township's settings",
      note: "What is left out stays. Other processes know of it within a few seconds.", parameters: [.ifMatch],
      body: .json("SettingsChange"),
      answer: .versioned("Settings", "The settings as they are now."), problems: [.invalidFormat, .versionMismatch]),
    Operation(
      .get, Paths.workflow, "readWorkflow", .administration, "Which statuses the township uses, and what it calls them",
      note: "Everywhere else a status is told by its own word, whatever the township calls it.",
      answer: .versioned("Workflow", "The settings.")),
    Operation(
      .patch, Paths.workflow, "changeWorkflow", .administration,
      "Rename statuses, switch them off, close after silence",
      note: "What is left out stays. Who changed what is kept.", parameters: [.ifMatch], body: .json("WorkflowChange"),
      answer: .versioned("Workflow", "The settings as they are now."),
      problems: [.outOfRange, .unknownOption, .notOptional, .tooMany, .versionMismatch]),
  ]
}
