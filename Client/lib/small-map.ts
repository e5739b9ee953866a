// Where one request is, beside its words. Fetched by itself: most of a page's script is its map.
import * as Leaflet from "leaflet";
import { createMap, pinIcon } from "./map";
import { t } from "./messages";

/** @param element with data-latitude, data-longitude and data-status */
export function drawSmallMap(element: HTMLElement): void {
  const place: Leaflet.Place = [Number(element.dataset.latitude), Number(element.dataset.longitude)];
  const map = createMap(element, { center: place, zoom: 16, wheel: false, label: t("Map of the place") });
  const icon = pinIcon(element.dataset.status ?? "");
  new Leaflet.Marker(place, { icon, interactive: false, keyboard: false }).addTo(map);
}
