/// Draws what a report is about: sky, houses, road, and the trouble itself. No photograph of a real place is needed.
enum DemoScenes {
  private static let (width, height) = (320, 240)
  private static let horizon = 110

  static func draw(_ category: String, seed: UInt64) -> Picture {
    var random = SeededGenerator(seed: seed)
    var picture = Picture(width: width, height: height)
    background(&picture, &random)
    switch category {
    case "pothole", "sidewalk-repair", "crosswalk-marking", "clogged-storm-drain", "water-leak":
      hole(&picture, isWet: category.contains("water") || category.contains("drain"), &random)
    case "street-light-out", "traffic-signal", "street-sign": lamp(&picture, &random)
    case "graffiti", "litter", "noise": graffiti(&picture, &random)
    case "fallen-tree-or-branch", "tree-pruning", "park-maintenance", "playground-equipment": tree(&picture, &random)
    case "snow-and-ice": snow(&picture, &random)
    default: heap(&picture, &random)
    }
    picture.addGrain(14, using: &random)
    return picture
  }

  private static func background(_ picture: inout Picture, _ random: inout SeededGenerator) {
    let light = Int.random(in: 0...70, using: &random)
    for row in 0..<horizon {
      let fade = row / 2
      picture.paint(color(120 + fade - light, 160 + fade - light, 215 - light), x: 0..<width, y: row..<row + 1)
    }
    picture.paint(color(96 - light / 3, 97 - light / 3, 100 - light / 3), x: 0..<width, y: horizon..<height)
    picture.paint(color(168 - light / 2, 164 - light / 2, 158 - light / 2), x: 0..<width, y: horizon..<horizon + 18)
    var x = Int.random(in: -40...10, using: &random)
    while x < width {
      let wide = Int.random(in: 45...90, using: &random)
      let top = horizon - Int.random(in: 35...85, using: &random)
      let tone = Int.random(in: 90...190, using: &random) - light
      picture.paint(color(tone, tone * 4 / 5, tone * 2 / 3), x: x..<x + wide, y: top..<horizon)
      for window in stride(from: x + 8, to: x + wide - 12, by: 18) {
        picture.paint(color(60, 70, 95), x: window..<window + 9, y: top + 10..<top + 24)
      }
      x += wide + Int.random(in: 0...14, using: &random)
    }
    for dash in stride(from: Int.random(in: 0...30, using: &random), to: width, by: 60) {
      picture.paint(color(225, 220, 190), x: dash..<dash + 32, y: 178..<182)
    }
  }

  private static func hole(_ picture: inout Picture, isWet: Bool, _ random: inout SeededGenerator) {
    let (x, y) = (Int.random(in: 90...230, using: &random), Int.random(in: 165...205, using: &random))
    let wide = Int.random(in: 24...60, using: &random)
    picture.ellipse(color(70, 68, 66), x: x, y: y, width: wide + 6, height: wide / 3 + 5)
    picture.ellipse(isWet ? color(84, 110, 130) : color(34, 31, 30), x: x, y: y, width: wide, height: wide / 3)
    for _ in 0..<Int.random(in: 6...20, using: &random) {
      let (dx, dy) = (Int.random(in: -70...70, using: &random), Int.random(in: -22...22, using: &random))
      picture.ellipse(color(58, 56, 54), x: x + dx, y: y + dy, width: 3, height: 2)
    }
  }

  private static func lamp(_ picture: inout Picture, _ random: inout SeededGenerator) {
    let x = Int.random(in: 60...240, using: &random)
    let lean = Int.random(in: -6...6, using: &random)
    for row in 14..<124 {
      let shift = lean * (124 - row) / 110
      picture.paint(color(44, 52, 50), x: x + shift..<x + shift + 5, y: row..<row + 1)
    }
    picture.paint(color(44, 52, 50), x: x + lean..<x + lean + 42, y: 14..<18)
    picture.ellipse(color(200, 196, 150), x: x + lean + 40, y: 22, width: 12, height: 6)
    picture.ellipse(color(38, 44, 43), x: x + 2, y: 124, width: 10, height: 4)
  }

  private static func graffiti(_ picture: inout Picture, _ random: inout SeededGenerator) {
    picture.paint(color(150, 92, 74), x: 0..<width, y: 60..<150) { column, row in
      row % 12 != 0 && (column + (row / 12 % 2) * 12) % 24 != 0
    }
    for _ in 0..<Int.random(in: 3...6, using: &random) {
      let paint = color(
        Int.random(in: 20...250, using: &random), Int.random(in: 20...250, using: &random),
        Int.random(in: 20...250, using: &random))
      var (x, y) = (Int.random(in: 40...260, using: &random), Int.random(in: 80...130, using: &random))
      for _ in 0..<70 {
        picture.ellipse(paint, x: x, y: y, width: 4, height: 4)
        x = min(max(x + Int.random(in: -6...7, using: &random), 5), width - 5)
        y = min(max(y + Int.random(in: -6...6, using: &random), 66), 145)
      }
    }
  }

  private static func tree(_ picture: inout Picture, _ random: inout SeededGenerator) {
    let x = Int.random(in: 70...250, using: &random)
    picture.paint(color(92, 66, 44), x: x - 6..<x + 6, y: 60..<124)
    for _ in 0..<26 {
      let green = Int.random(in: 80...150, using: &random)
      picture.ellipse(
        color(green / 2, green, green / 3), x: x + Int.random(in: -45...45, using: &random),
        y: 48 + Int.random(in: -34...26, using: &random), width: 16, height: 13)
    }
    let down = Int.random(in: -60...60, using: &random)
    for step in 0..<70 {
      picture.ellipse(color(100, 74, 50), x: x + down + step, y: 200 - step / 5, width: 3, height: 3)
      if step % 9 == 0 {
        picture.ellipse(color(60, 110, 45), x: x + down + step, y: 194 - step / 5, width: 9, height: 7)
      }
    }
  }

  private static func snow(_ picture: inout Picture, _ random: inout SeededGenerator) {
    for _ in 0..<40 {
      let tone = Int.random(in: 215...250, using: &random)
      picture.ellipse(
        color(tone, tone, 252), x: Int.random(in: 0..<width, using: &random),
        y: Int.random(in: 135...225, using: &random), width: Int.random(in: 14...44, using: &random), height: 12)
    }
    for _ in 0..<220 {
      let (x, y) = (Int.random(in: 0..<width, using: &random), Int.random(in: 0..<height, using: &random))
      picture.paint(color(250, 250, 255), x: x..<x + 2, y: y..<y + 2)
    }
  }

  private static func heap(_ picture: inout Picture, _ random: inout SeededGenerator) {
    let middle = Int.random(in: 110...220, using: &random)
    for _ in 0..<Int.random(in: 8...16, using: &random) {
      let tone = Int.random(in: 20...120, using: &random)
      let (x, y) = (middle + Int.random(in: -55...55, using: &random), 165 + Int.random(in: -18...22, using: &random))
      if random.chance(0.6) {
        picture.ellipse(color(tone, tone, tone + 12), x: x, y: y, width: 20, height: 16)
      } else {
        picture.paint(color(tone + 90, tone + 50, tone), x: x..<x + 34, y: y..<y + 22)
      }
    }
  }

  private static func color(_ red: Int, _ green: Int, _ blue: Int) -> Picture.Color {
    (UInt8(clamping: red), UInt8(clamping: green), UInt8(clamping: blue))
  }
}
