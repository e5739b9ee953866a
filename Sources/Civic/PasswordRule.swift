/// What a password has to be: long, and none of those that everybody tries first. It need not mix letters, digits and
/// signs: such rules make people choose what is hard to remember and easy to guess (NIST SP 800-63B, 5.1.1.2).
public enum PasswordRule {
  /// In characters (Unicode scalars).
  public static let shortest = 10

  public enum Refusal: Error, Sendable, Equatable {
    case tooShort
    /// One of those that are tried first, or little more than the person's own name.
    case tooCommon
  }

  /// - Parameter personal: what strangers know of the person: name, email address, township.
  public static func check(_ password: String, personal: [String] = []) throws(Refusal) {
    if password.unicodeScalars.count < shortest { throw .tooShort }
    let lower = password.lowercased()
    if isPattern(Array(lower.unicodeScalars.map(\.value))) { throw .tooCommon }
    let known = words.union(personal.flatMap(parts))
    // What surrounds the letters goes before digits are read as letters, and after.
    let trimmed = trim(lower)
    let forms = [lower, trimmed, plain(trimmed), trim(plain(lower))]
    for form in forms + forms.map(squeeze) where isMade(of: known, form) { throw .tooCommon }
  }

  /// The words in a name or an address that are long enough to be looked for.
  private static func parts(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter }.map(String.init).filter { $0.count >= 4 }
  }

  /// With the letters that digits and signs often stand for.
  private static func plain(_ text: String) -> String {
    let letters: [Character: Character] = [
      "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i",
    ]
    return String(text.map { letters[$0] ?? $0 })
  }

  /// Without what stands before and behind the letters: years, numbers, exclamation marks.
  private static func trim(_ text: String) -> String {
    String(text.drop { !$0.isLetter }.reversed().drop { !$0.isLetter }.reversed())
  }

  /// Letters and digits alone.
  private static func squeeze(_ text: String) -> String { String(text.filter { $0.isLetter || $0.isNumber }) }

  /// Whether nothing but at most two known words, or the same one over and over, is left.
  private static func isMade(of words: Set<String>, _ text: String) -> Bool {
    if text.isEmpty { return false }
    if words.contains(text) { return true }
    let letters = Array(text)
    for cut in stride(from: 3, through: letters.count - 1, by: 1) {
      let (head, tail) = (String(letters[..<cut]), String(letters[cut...]))
      guard words.contains(head) else { continue }
      if words.contains(tail) || isRepetition(of: head, tail) { return true }
    }
    return false
  }

  private static func isRepetition(of word: String, _ text: String) -> Bool {
    !text.isEmpty && text.count % word.count == 0
      && String(repeating: word, count: text.count / word.count) == text
  }

  /// Runs such as 1234567890 or zyxwvutsrq, and blocks of up to four characters over and over.
  private static func isPattern(_ scalars: [UInt32]) -> Bool {
    let steps = zip(scalars, scalars.dropFirst()).map { Int($1) - Int($0) }
    // The 0 of 1234567890 steps back by nine.
    let isRun = [1, -1, 0].contains { step in steps.allSatisfy { $0 == step || $0 == -9 * step } }
    let isBlock = (1...4).contains { width in
      scalars.indices.dropFirst(width).allSatisfy { scalars[$0] == scalars[$0 - width] }
    }
    return isRun || isBlock
  }

  /// What heads the lists of leaked passwords, as far as it is words, runs of a keyboard, and names; numbers around them
  /// do not matter. Put together by hand.
  private static let words = Set(
    """
    password passwort passwords passw0rd pass pwd motdepasse contrasena contraseña clave secret secreto geheim hidden
    welcome bienvenue bienvenido willkommen hello hallo hola bonjour letmein openup access acceso zugang login logon signin
    admin administrator administrador root master owner user usuario guest test tester testing temp temporary default change
    changeme changethis example sample demo blank none nothing whatever unknown
    qwerty qwertz azerty qwertyuiop qwertzuiop azertyuiop asdf asdfgh asdfghjkl asdfghj zxcv zxcvbn zxcvbnm yxcvbnm qazwsx
    qazwsxedc wsxedc qweasd qweasdzxc asdzxc qwer rewq poiuy poiuytrewq lkjhgfdsa mnbvcxz qweqwe asdasd zaqwsx zaqxsw
    abc abcd abcde abcdef abcdefg abcdefgh abcdefghij aaaa xxxx zzzz q1w2e3r4t5 q1w2e3r4 q1w2e3 w2e3r4t5 q2w3e4r5t6 w2e3r4
    a1b2c3d4e5 a1b2c3d4 a1b2c3
    iloveyou iloveu loveyou loveme love lovely lover mylove amor amour liebe sweetheart darling honey baby babygirl princess
    princesa prince king queen angel angels beautiful pretty sunshine rainbow flower flowers butterfly heart friend friends
    forever family mother father mama papa brother sister daughter children happy smile lucky blessed
    football futbol fussball baseball basketball hockey soccer tennis golf cricket rugby boxing racing runner liverpool
    chelsea arsenal barcelona realmadrid juventus manchester yankees cowboys steelers lakers celtics redsox packers eagles
    monkey dragon tiger lion panther eagle falcon phoenix wolf shadow ninja pirate warrior hunter ranger knight wizard magic
    merlin gandalf batman superman spiderman starwars startrek pokemon naruto minecraft mario zelda matrix terminator
    mustang ferrari porsche mercedes corvette camaro harley yamaha honda toyota chevrolet subaru jaguar maverick
    michael jennifer jessica michelle daniel andrew joshua matthew anthony robert william thomas charlie george jordan
    ashley amanda nicole samantha elizabeth hannah sophie maria carlos antonio alejandro andrea alexander nicolas martin
    summer winter spring autumn january february march april june july august september october november december monday
    tuesday wednesday thursday friday saturday sunday weekend christmas halloween easter birthday holiday vacation today
    computer internet server network windows microsoft google facebook instagram twitter youtube amazon netflix apple iphone
    samsung android linux ubuntu system data database manager office office365 company business work worker service support
    security private public money dollar million cash bank business credit freedom america american england london boston
    newyork chicago texas california florida canada mexico espana france paris germany berlin canadian country city town
    township cityhall townhall village county council municipality government mayor lamppost lamp streetlight pothole
    orange purple yellow silver golden black white green blue red pepper cookie cheese chocolate banana cherry coffee
    whiskey corona music guitar rockstar metallica nirvana hiphop player gamer killer hacker trustno trustnoi trustno1 trustnoone 1q2w3e4r5t 1q2w3e4r 1qaz2wsx 1qaz2wsx3edc qaz2wsx qaz2wsx3edc
    jesus christ jesuschrist heaven faith blessing church bible god godisgood
    starfish dolphin turtle kitty kitten hellokitty puppy doggie buster bailey bella molly max rocky ginger tigger snoopy
    """.split { $0 == " " || $0 == "\n" }.map(String.init))
}
