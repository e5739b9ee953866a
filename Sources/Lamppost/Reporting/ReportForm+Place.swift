import HTML
import Localization

/// Where it is: by words alone; the script adds the device's location and a map.
extension ReportForm {
  var place: HTML {
    """
    <div id="place-ways"></div>
    \(fields.text("street", t("Street, address or corner"), .init(
      hint: t("For example “Maple Street”, “12 Maple Street”, “Maple Street and Elm Avenue” or coordinates."),
      autocomplete: "off", maximumLength: PlaceQuery.limit)))\
    <p><button class="quiet" name="action" value="find" id="find">\(t("Find the place"))</button></p>
    <div id="places">\(places)</div>
    \(fields.checkbox("unknown_place", t("I do not know the place"),
      hint: t("We then ask for it, or find it by your description.")))
    """
  }

  /// Every place that was found, and the one that was chosen before.
  private var places: HTML? {
    let chosen = draft.chosenPlace
    guard let typed = draft.form["street"] else {
      return chosen.map { place in
        let spot = choice(
          id: "spot-0", value: Spot(place).value, label: place.address, isChosen: true, isFocused: false)
        return "<fieldset class=\"field\" id=\"found\">\n<legend>\(t("The place"))</legend>\n\(spot)</fieldset>\n"
      }
    }
    if draft.places.isEmpty && chosen == nil && draft.form["action"] != "find" && fields.errors.isEmpty { return nil }
    var places = draft.places
    if let chosen, !places.contains(where: { $0.address == chosen.address }) { places.insert(chosen, at: 0) }
    let isFirst = draft.form["action"] == "find"
    return """
      <fieldset class="field" id="found">
      <legend>\(places.isEmpty ? t("We do not know that street") : t("Which of these is it?"))</legend>
      <input type="hidden" name="found_for" value="\(typed)">
      \(places.enumerated().map { index, place in
        let place = Spot(place)
        return choice(
          id: "spot-\(index)", value: place.value, label: place.label(t), isChosen: chosen?.address == place.address,
          isFocused: isFirst && index == 0)
      })\(choice(
        id: "spot-text", value: "text", label: t("None: send “{text}” as I wrote it", ["text": typed]),
        isChosen: draft.isPlaceAsWritten, isFocused: isFirst && places.isEmpty))</fieldset>

      """
  }

  private func choice(id: String, value: String, label: String, isChosen: Bool, isFocused: Bool) -> HTML {
    """
    <div class="choice"><input type="radio" id="\(id)" name="spot" value="\(value)"\(isChosen ? " checked" as HTML : nil)\
    \(isFocused ? " autofocus" as HTML : nil)> <label for="\(id)">\(label)</label></div>

    """
  }

  /// A place as a radio button holds it.
  private struct Spot {
    let address: String
    let value: String
    private let isStreet: Bool

    init(_ place: Place) {
      let (at, accuracy) = (place.location.coordinate, place.location.accuracy ?? 0)
      (address, isStreet) = (place.address, place.isStreet)
      value = "\(at.latitude),\(at.longitude),\(accuracy);\(place.address)"
    }

    func label(_ t: Translator) -> String {
      isStreet ? t("{street}, somewhere along it", ["street": address]) : address
    }
  }
}
