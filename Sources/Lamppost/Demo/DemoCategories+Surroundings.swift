extension DemoCategory {
  static let surroundings: [DemoCategory] = [
    DemoCategory(
      name: "Missed trash collection", group: "Trash", department: "sanitation", priority: .medium, hours: 48,
      weight: 10,
      titles: ["Trash not collected on {street}", "Recycling left behind {near}", "Whole block missed on {street}"],
      stories: [
        "The bins were out before seven.", "The neighbours' were emptied, ours were not.",
        "This is the second week in a row.",
      ],
      endings: ["Collected on the next round.", "Truck sent back the same afternoon."],
      questions:
        #"[{"key": "kind", "label": "What was missed?", "type": "choice", "required": true, "#
        + #""options": ["trash", "recycling", "yard"]}]"#
    ),
    DemoCategory(
      name: "Bulky item pickup", group: "Trash", department: "sanitation", priority: .low, hours: 168, weight: 9,
      titles: ["Pickup of a sofa on {street}", "Old refrigerator {near}", "Mattress and bed frame on {street}"],
      stories: [
        "It stands at the curb, dry and tied.", "The door is taken off as asked.",
        "Two people will be needed to lift it.",
      ],
      endings: ["Picked up.", "Picked up; freon is recovered at the yard."],
      questions:
        #"[{"key": "items", "label": "How many items?", "type": "number", "required": true, "min": 1, "max": 10}]"#),
    DemoCategory(
      name: "Illegal dumping", group: "Trash", department: "sanitation", priority: .medium, hours: 96, weight: 6,
      titles: ["Dumped construction waste {near}", "Tyres dumped on {street}", "Bags thrown behind {street}"],
      stories: [
        "It appeared overnight.", "About a pickup load, some of it roofing.", "Paint cans are leaking into the gutter.",
      ],
      endings: ["Removed, two loads; evidence handed to code enforcement."]),
    DemoCategory(
      name: "Litter", group: "Trash", department: "sanitation", priority: .low, hours: 120, weight: 5,
      titles: ["Litter all along {street}", "Basket overflowing {near}"],
      stories: ["Worse after every market day.", "The wind carries it into the river."],
      endings: ["Swept; the basket is on the daily round now."]),
    DemoCategory(
      name: "Rats and mice", group: "Health", department: "code", priority: .high, hours: 120, weight: 4,
      titles: ["Rats behind {street}", "Rat burrows {near}"],
      stories: ["Seen every evening {since}.", "They come from the open dumpster of the restaurant."],
      endings: ["Burrows baited, the owner of the dumpster was cited."]),
    DemoCategory(
      name: "Graffiti", group: "Public places", department: "parks", priority: .low, hours: 240, weight: 8,
      titles: ["Graffiti on the wall {near}", "Tags on the bridge on {street}", "Bench sprayed {near}"],
      stories: [
        "Large letters in blue and silver.", "Offensive words, right across from the school.", "It appeared {when}.",
      ],
      endings: ["Washed off.", "Painted over in the wall's own colour."],
      questions:
        #"[{"key": "surface", "label": "On what?", "type": "choice", "options": ["brick", "metal", "#
        + #""wood", "sign"]}, "#
        + #"{"key": "offensive", "label": "Is it offensive?", "type": "boolean"}]"#
    ),
    DemoCategory(
      name: "Fallen tree or branch", group: "Trees", department: "parks", priority: .high, hours: 24, weight: 6,
      titles: ["Branch down on {street}", "Tree across the sidewalk {near}", "Large limb hanging over {street}"],
      stories: ["It came down in last night's wind.", "It rests on the cable to our house.", "One lane is passable."],
      endings: ["Cut up and chipped.", "Limb taken down with the bucket truck."],
      questions: #"[{"key": "wires", "label": "Does it touch wires?", "type": "boolean", "required": true}]"#),
    DemoCategory(
      name: "Tree pruning", group: "Trees", department: "parks", priority: .low, hours: 1440, weight: 5,
      titles: ["Prune the tree on {street}", "Branches in front of the lamp {near}"],
      stories: ["They scrape along every truck that passes.", "The light no longer reaches the sidewalk."],
      endings: ["Pruned in the round of this quarter."]),
    DemoCategory(
      name: "Playground equipment", group: "Parks", department: "parks", priority: .high, hours: 72, weight: 3,
      titles: ["Swing chain broken {near}", "Sharp edge on the slide {near}"],
      stories: ["A child was scratched {when}.", "I tied it up so that nobody uses it."],
      endings: ["Part replaced and the whole set inspected."], months: Set(3...11)),
    DemoCategory(
      name: "Park maintenance", group: "Parks", department: "parks", priority: .low, hours: 336, weight: 4,
      titles: ["Grass knee-high {near}", "Fountain dry {near}", "Bench slat missing {near}"],
      stories: [
        "The dog park is hard to use like this.", "It would be nice to have it back before the summer concert.",
      ],
      endings: ["Mown.", "Repaired by the parks crew."], months: Set(3...11)),
    DemoCategory(
      name: "Clogged storm drain", group: "Water", department: "water", priority: .medium, hours: 48, weight: 6,
      titles: ["Storm drain clogged on {street}", "Street floods {near}", "Leaves over the grate on {street}"],
      stories: [
        "The water stands up to the curb.", "Cars splash everybody at the bus stop.", "It ran into a cellar {when}.",
      ],
      endings: ["Grate cleared and basin pumped.", "Line flushed for 200 feet."]),
    DemoCategory(
      name: "Water leak", group: "Water", department: "water", priority: .urgent, hours: 12, weight: 3,
      titles: ["Water coming up through {street}", "Hydrant dripping {near}"],
      stories: ["A steady stream, clear and cold.", "It freezes over at night."],
      endings: ["Main repaired; the road is closed with a temporary patch.", "Hydrant seat replaced."],
      questions:
        #"[{"key": "flow", "label": "How strong?", "type": "choice", "required": true, "#
        + #""options": ["drip", "stream", "gush"]}]"#
    ),
    DemoCategory(
      name: "Sewer odor", group: "Water", department: "water", priority: .medium, hours: 72, weight: 2,
      titles: ["Sewer smell {near}", "Smell from the manhole on {street}"],
      stories: ["Strongest in the morning.", "It has been like this {since}."],
      endings: ["Trap was dry: refilled and dosed."]),
    DemoCategory(
      name: "Noise", group: "Neighborhood", department: "code", priority: .low, hours: nil, weight: 3,
      titles: ["Loud machines before six on {street}", "Fan on the roof {near} howls"],
      stories: ["Every weekday {since}.", "We cannot open the window."],
      endings: ["Measured; the owner has thirty days to insulate it."]),
    DemoCategory(
      name: "Housing conditions", group: "Neighborhood", department: "code", priority: .high, hours: 72, weight: 3,
      titles: ["No heat in the apartment on {street}", "Leaking roof on {street}"],
      stories: ["The landlord has not answered {since}.", "There is mould in the children's room."],
      endings: ["Inspected; the violation is corrected."], isPrivate: true),
  ]
}
