import Civic
import Localization
import PostgreSQL

/// What nearly every township is told of, so that a new one can be used within minutes. Its administrators rename them,
/// add their own and switch off what they do not do.
struct StarterCategory: Sendable {
  /// The same in every language, so that lists of several townships can be laid side by side.
  let slug: String
  let icon: String
  let priority: Priority
  /// Hours until it is done; nil where no date is promised.
  let hours: Int?
  let english: Words
  let spanish: Words
  let french: Words

  struct Words: Sendable {
    let group: String
    let name: String
    /// Other words that people look for it by.
    let keywords: String

    init(_ group: String, _ name: String, _ keywords: String) {
      (self.group, self.name, self.keywords) = (group, name, keywords)
    }
  }

  func words(_ language: Language) -> Words {
    switch language {
    case .english: english
    case .spanish: spanish
    case .french: french
    }
  }
}

enum StarterCategories {
  /// In the order they are offered.
  static func insertions(_ language: Language) -> [SQL] {
    all.enumerated().map { index, category in
      let words = category.words(language)
      return """
        INSERT INTO categories (tenant_id, slug, name, group_name, icon, keywords, default_priority, resolution_hours, sort)
        VALUES (current_tenant(), \(category.slug), \(words.name), \(words.group), \(category.icon), \(words.keywords),
                \(Int16(category.priority.rawValue)), \(category.hours), \(index))
        """
    }
  }

  static let all: [StarterCategory] = streets + surroundings

  private static let streets: [StarterCategory] = [
    StarterCategory(
      slug: "pothole", icon: "🕳️", priority: .medium, hours: 120,
      english: .init("Streets", "Pothole", "hole road asphalt crack"),
      spanish: .init("Calles", "Bache", "hoyo asfalto grieta calzada"),
      french: .init("Voirie", "Nid-de-poule", "trou chaussée bitume fissure")),
    StarterCategory(
      slug: "sidewalk", icon: "🚶", priority: .medium, hours: 720,
      english: .init("Streets", "Broken sidewalk", "pavement slab curb ramp"),
      spanish: .init("Calles", "Acera dañada", "vereda banqueta baldosa rampa"),
      french: .init("Voirie", "Trottoir abîmé", "dalle bordure rampe")),
    StarterCategory(
      slug: "street-light", icon: "💡", priority: .medium, hours: 72,
      english: .init("Streets", "Street light out", "lamp lighting dark flicker"),
      spanish: .init("Calles", "Farola apagada", "luz lámpara alumbrado oscuro"),
      french: .init("Voirie", "Lampadaire en panne", "lumière lampe éclairage sombre")),
    StarterCategory(
      slug: "traffic-signal", icon: "🚦", priority: .high, hours: 24,
      english: .init("Streets", "Traffic signal", "light crossing button red"),
      spanish: .init("Calles", "Semáforo", "cruce botón luz"),
      french: .init("Voirie", "Feu de circulation", "passage piéton bouton signal")),
    StarterCategory(
      slug: "street-sign", icon: "🛑", priority: .low, hours: 336,
      english: .init("Streets", "Street sign", "stop missing bent name"),
      spanish: .init("Calles", "Señal de tráfico", "letrero placa doblada falta"),
      french: .init("Voirie", "Panneau de signalisation", "stop plaque plié manque")),
    StarterCategory(
      slug: "snow-and-ice", icon: "❄️", priority: .high, hours: 24,
      english: .init("Streets", "Snow and ice", "plow slippery salt"),
      spanish: .init("Calles", "Nieve y hielo", "resbaladizo sal quitanieves"),
      french: .init("Voirie", "Neige et verglas", "déneigement glissant sel")),
    StarterCategory(
      slug: "abandoned-vehicle", icon: "🚗", priority: .low, hours: 240,
      english: .init("Streets", "Abandoned vehicle", "car trailer wreck"),
      spanish: .init("Calles", "Vehículo abandonado", "coche auto remolque"),
      french: .init("Voirie", "Véhicule abandonné", "voiture remorque épave")),
  ]

  private static let surroundings: [StarterCategory] = [
    StarterCategory(
      slug: "missed-collection", icon: "🗑️", priority: .medium, hours: 48,
      english: .init("Cleanliness", "Trash not collected", "garbage recycling bin missed"),
      spanish: .init("Limpieza", "Basura sin recoger", "contenedor reciclaje residuos"),
      french: .init("Propreté", "Déchets non ramassés", "poubelle ordures recyclage bac")),
    StarterCategory(
      slug: "illegal-dumping", icon: "🛋️", priority: .medium, hours: 96,
      english: .init("Cleanliness", "Illegal dumping", "rubbish mattress debris litter"),
      spanish: .init("Limpieza", "Vertido ilegal", "escombros colchón basura"),
      french: .init("Propreté", "Dépôt sauvage", "gravats matelas encombrants")),
    StarterCategory(
      slug: "graffiti", icon: "🎨", priority: .low, hours: 168,
      english: .init("Cleanliness", "Graffiti", "paint tag vandalism sticker"),
      spanish: .init("Limpieza", "Grafiti", "pintada vandalismo pegatina"),
      french: .init("Propreté", "Graffiti", "tag peinture vandalisme affiche")),
    StarterCategory(
      slug: "tree", icon: "🌳", priority: .medium, hours: 336,
      english: .init("Parks", "Tree or branch", "fallen limb roots prune"),
      spanish: .init("Parques", "Árbol o rama", "caído raíces poda"),
      french: .init("Parcs", "Arbre ou branche", "tombé racines taille")),
    StarterCategory(
      slug: "park-equipment", icon: "🛝", priority: .medium, hours: 240,
      english: .init("Parks", "Park or playground", "bench swing fence"),
      spanish: .init("Parques", "Parque o área de juegos", "banco columpio valla"),
      french: .init("Parcs", "Parc ou aire de jeux", "banc balançoire clôture")),
    StarterCategory(
      slug: "drain", icon: "💧", priority: .high, hours: 48,
      english: .init("Water", "Blocked drain or flooding", "gutter sewer puddle"),
      spanish: .init("Agua", "Alcantarilla atascada o inundación", "desagüe charco cloaca"),
      french: .init("Eau", "Égout bouché ou inondation", "caniveau flaque avaloir")),
    StarterCategory(
      slug: "other", icon: "📌", priority: .low, hours: nil,
      english: .init("Other", "Something else", "other question"),
      spanish: .init("Otros", "Otra cosa", "otro pregunta"),
      french: .init("Autres", "Autre chose", "autre question")),
  ]
}
