import Civic

/// One category of Lampworth with what people write about it.
struct DemoCategory: Sendable {
  let name: String
  let group: String
  let department: String
  let priority: Priority
  /// Hours from report to resolution.
  let hours: Int?
  /// How often it is reported beside the others.
  let weight: Int
  /// `{street}`, `{near}`, `{since}` and `{when}` are filled in.
  let titles: [String]
  let stories: [String]
  /// What a crew says when it is done.
  let endings: [String]
  /// JSON, as the column holds it.
  var questions = "[]"
  var isPrivate = false
  /// Months in which it happens; all by default.
  var months = Set(1...12)

  var slug: String { Slug.of(name) }

  static let all: [DemoCategory] = streets + surroundings

  private static let streets: [DemoCategory] = [
    DemoCategory(
      name: "Pothole", group: "Streets", department: "roads", priority: .medium, hours: 120, weight: 14,
      titles: [
        "Pothole on {street}", "Deep pothole {near}", "Two potholes in a row on {street}",
        "Pothole reopened on {street}",
      ],
      stories: [
        "About a hand deep and it fills with water when it rains.",
        "Drivers swerve into the other lane to get around it.",
        "A cyclist went down here {when}.", "It was patched last year and the patch has come out.",
      ],
      endings: [
        "Cut out, filled with hot mix and rolled.", "Filled with cold patch; permanent repair is on the spring list.",
      ],
      questions:
        #"[{"key": "size", "label": "How large is it?", "type": "choice", "required": true, "#
        + #""options": ["plate", "tyre", "door"]}, "#
        + #"{"key": "lane", "label": "Is it in a travel lane?", "type": "boolean"}]"#
    ),
    DemoCategory(
      name: "Sidewalk repair", group: "Streets", department: "roads", priority: .medium, hours: 720, weight: 7,
      titles: ["Broken sidewalk on {street}", "Raised slab {near}", "Sidewalk sinking on {street}"],
      stories: [
        "A tree root has lifted one slab by several inches.", "My mother tripped here {when}.",
        "A stroller or wheelchair has to go into the road.", "The edge is crumbling and gravel is all over.",
      ],
      endings: ["Slab ground down and joint filled.", "Two panels replaced in concrete."],
      questions:
        #"[{"key": "blocked", "label": "Is the way blocked for a wheelchair?", "type": "boolean", "required": true}]"#),
    DemoCategory(
      name: "Street light out", group: "Lighting", department: "lighting", priority: .medium, hours: 72, weight: 13,
      titles: [
        "Street light out on {street}", "Lamp flickers {near}", "Dark stretch on {street}", "Light on all day {near}",
      ],
      stories: [
        "It has been dark {since}.", "The lamp goes on for a minute and then off again.",
        "Three in a row are out, so it may be the cable.", "The bus stop underneath is pitch dark in the evening.",
      ],
      endings: ["Lamp replaced, tested after dusk.", "Blown fuse in the pole; replaced."],
      questions:
        #"[{"key": "pole", "label": "Number on the pole", "type": "text", "max_length": 12}, "#
        + #"{"key": "lamps", "label": "How many lamps?", "type": "number", "min": 1, "max": 20}]"#
    ),
    DemoCategory(
      name: "Traffic signal", group: "Streets", department: "lighting", priority: .high, hours: 24, weight: 4,
      titles: ["Signal stuck on red at {street}", "Pedestrian button dead {near}", "Signal out on {street}"],
      stories: [
        "Traffic backs up to the next corner.", "The walk sign never comes, whatever you press.",
        "It has been blinking yellow {since}.",
      ],
      endings: ["Controller reset and timing checked.", "Detector loop replaced."]),
    DemoCategory(
      name: "Street sign", group: "Streets", department: "roads", priority: .low, hours: 336, weight: 5,
      titles: ["Stop sign bent {near}", "Street name sign missing on {street}", "Sign hidden by branches on {street}"],
      stories: [
        "A truck must have hit it.", "Delivery drivers cannot find us without it.",
        "You see it only when you are past it.",
      ],
      endings: ["New sign and post set.", "Straightened and tightened."],
      questions:
        #"[{"key": "sign", "label": "Which sign?", "type": "choice", "options": ["stop", "yield", "#
        + #""name", "parking", "other"]}]"#
    ),
    DemoCategory(
      name: "Snow and ice", group: "Streets", department: "roads", priority: .high, hours: 24, weight: 9,
      titles: ["{street} not plowed", "Ice on the sidewalk {near}", "Snow bank blocks the crossing {near}"],
      stories: [
        "The plow has passed twice without coming down here.", "Black ice where the downspout runs across the walk.",
        "Children climb over the bank to get to school.",
      ],
      endings: ["Plowed and sanded.", "Crossing cleared by hand."], months: [12, 1, 2, 3]),
    DemoCategory(
      name: "Crosswalk marking", group: "Streets", department: "roads", priority: .low, hours: 1440, weight: 3,
      titles: ["Crosswalk worn away on {street}", "Lines faded {near}"],
      stories: ["Nobody stops because nobody sees it.", "The paint has been gone {since}."],
      endings: ["Repainted in thermoplastic."], months: Set(3...11)),
    DemoCategory(
      name: "Abandoned vehicle", group: "Streets", department: "code", priority: .low, hours: 240, weight: 5,
      titles: ["Abandoned car on {street}", "Trailer parked {near} for weeks"],
      stories: [
        "It has not moved {since} and one tyre is flat.", "No plates, and the rear window is broken.",
        "It takes two parking places in front of the shop.",
      ],
      endings: ["Tagged, then towed after the notice ran out.", "Owner moved it after our call."],
      questions:
        #"[{"key": "plate", "label": "Licence plate", "type": "text", "max_length": 10}, "#
        + #"{"key": "days", "label": "For how many days?", "type": "number", "min": 1, "max": 365}]"#
    ),
    DemoCategory(
      name: "Speeding", group: "Streets", department: "roads", priority: .medium, hours: nil, weight: 3,
      titles: ["Cars race down {street}", "Please slow traffic {near}"],
      stories: ["Worst between four and six.", "There is a playground on this block."],
      endings: ["Speed display set up for two weeks; data go to the traffic board."]),
    DemoCategory(
      name: "Bike lane obstruction", group: "Streets", department: "code", priority: .low, hours: 48, weight: 2,
      titles: ["Bike lane blocked on {street}", "Vans in the bike lane {near}"],
      stories: ["Every morning, the same van.", "I have to merge into traffic just before the hill."],
      endings: ["Officer spoke with the driver and will pass by this week."]),
  ]
}
