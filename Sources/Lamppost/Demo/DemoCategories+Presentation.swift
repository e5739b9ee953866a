/// How the demo's categories are shown and looked for.
extension DemoCategory {
  struct Presentation: Sendable {
    var icon = ""
    var keywords = ""
    var notice = ""
  }

  var presentation: Presentation { Self.presentations[name] ?? Presentation() }

  /// What nobody should fill in a form for.
  static let stopping: [(name: String, group: String, icon: String, keywords: String, message: String)] = [
    (
      "Downed power line", "Danger", "⚡", "wire cable electric electricity sparks",
      "Stay at least 30 feet away and call 911 now. Do not touch the line or anything that it touches."
    ),
    (
      "Smell of gas", "Danger", "🔥", "gas leak odor rotten eggs",
      "Leave the building, do not use switches or telephones inside, and call 911 from outside."
    ),
  ]

  private static let presentations: [String: Presentation] = [
    "Pothole": .init(icon: "🕳️", keywords: "hole road asphalt pavement bump crater tire damage"),
    "Sidewalk repair": .init(icon: "🚶", keywords: "pavement footpath crack slab trip ramp curb wheelchair"),
    "Street light out": .init(
      icon: "💡", keywords: "lamp lamppost streetlight dark bulb flicker",
      notice: "The number on the pole helps the crew to find the right lamp."),
    "Traffic signal": .init(
      icon: "🚦", keywords: "traffic light stoplight pedestrian button crossing",
      notice: "Is the crossing dangerous right now? Call 911 first."),
    "Street sign": .init(icon: "🛑", keywords: "stop sign name missing bent post"),
    "Snow and ice": .init(icon: "❄️", keywords: "plow slippery sand salt winter"),
    "Crosswalk marking": .init(icon: "🦓", keywords: "zebra paint lines faded"),
    "Abandoned vehicle": .init(
      icon: "🚗", keywords: "car truck trailer wreck tow", notice: "Photos of licence plates are seen by staff alone."),
    "Speeding": .init(icon: "🏎️", keywords: "fast cars traffic calming"),
    "Bike lane obstruction": .init(icon: "🚲", keywords: "bicycle cycle parked blocked"),
    "Missed trash collection": .init(
      icon: "🗑️", keywords: "garbage rubbish bin waste recycling pickup",
      notice: "Crews work until 7 PM: report a missed round in the evening or on the next day."),
    "Bulky item pickup": .init(icon: "🛋️", keywords: "furniture sofa mattress refrigerator"),
    "Illegal dumping": .init(icon: "🚯", keywords: "fly tipping waste rubble tires"),
    "Litter": .init(icon: "🧃", keywords: "trash dirty street basket cleaning"),
    "Rats and mice": .init(icon: "🐀", keywords: "rodents pest vermin"),
    "Graffiti": .init(icon: "🎨", keywords: "spray paint tag vandalism"),
    "Fallen tree or branch": .init(
      icon: "🌳", keywords: "limb storm blocked trunk",
      notice: "A tree that touches wires is dangerous: keep away and call 911."),
    "Tree pruning": .init(icon: "🌿", keywords: "trim cut branches overgrown"),
    "Playground equipment": .init(icon: "🛝", keywords: "swing slide broken children"),
    "Park maintenance": .init(icon: "🏞️", keywords: "grass bench fountain mowing"),
    "Clogged storm drain": .init(icon: "🌧️", keywords: "flood gutter grate sewer puddle"),
    "Water leak": .init(icon: "🚰", keywords: "pipe main hydrant burst"),
    "Sewer odor": .init(icon: "👃", keywords: "smell stink manhole"),
    "Noise": .init(icon: "🔊", keywords: "loud music construction machines"),
    "Housing conditions": .init(
      icon: "🏠", keywords: "landlord heat mold roof apartment tenant",
      notice: "Reports about homes are never public: only you and staff read them."),
  ]
}
