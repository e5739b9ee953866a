// A map with a pin in its middle: move the map, by hand or by arrow keys, until the pin stands at the place; or tap it.
import { make } from "./dom";
import type { Places } from "./places";
import { createMap } from "./map";
import { t } from "./messages";

/** @param style the map's style sheet, which no page without a map has to load */
export async function openPicker(box: HTMLElement, style: string, places: Pick<Places, "chosen" | "choose">): Promise<void> {
  await loaded(style);
  const hint = make("p", { class: "hint", id: "map-hint" },
    t("Tap the place, or move the map until the pin points at it. Arrow keys move, + and − zoom."));
  const element = make("div", { class: "picker" });
  const pin = make("div", { class: "picker-pin", "aria-hidden": "true" });
  const use = make("button", { type: "button", id: "use-pin" }, t("Take the place under the pin"));
  box.append(hint, make("div", { class: "picker-frame" }, element, pin), make("p", {}, use));
  const at = places.chosen()?.location;
  const map = createMap(element, {
    label: t("Map to choose the place on"), center: at ? [at.latitude, at.longitude] : undefined, zoom: at ? 18 : undefined,
  });
  const take = async () => {
    const { lat, lng } = map.getCenter().wrap();
    await places.choose({ latitude: lat, longitude: lng });
  };
  let isTouched = false;
  map.on("click", (event) => { isTouched = true; map.panTo((event as unknown as { latlng: { lat: number; lng: number } }).latlng); });
  map.on("dragstart keydown", () => { isTouched = true; });
  // What was loaded at first is nobody's choice.
  map.on("moveend", () => { if (isTouched) void take(); });
  use.addEventListener("click", () => void take());
}

function loaded(style: string): Promise<void> {
  return new Promise((resolve) => {
    if (!style || document.querySelector(`link[href="${style}"]`)) return resolve();
    const link = make("link", { rel: "stylesheet", href: style });
    // Without its style the map is ugly, not absent.
    link.onload = link.onerror = () => resolve();
    document.head.append(link);
  });
}
