// The map of every page: base map, pins, clusters. Needs Page(styles: ["map"]), which also brings <meta name="map">.
import * as Leaflet from "leaflet";
import { find } from "./dom";
import { t } from "./messages";
import { StreetLayer } from "./streets";

/** West, south, east, north, as the API's `bbox`. */
export type Box = [number, number, number, number];

export interface MapOptions {
  center?: Leaflet.Place;
  zoom?: number;
  /** Shown whole; the township where neither this nor a center is given. */
  bounds?: Box;
  /** What the map shows, for who cannot see it. */
  label: string;
  /** Whether arrow keys pan and + and - zoom while it has the focus. */
  keyboard?: boolean;
  /** Whether turning the wheel zooms; off where the map stands inside a page that is to be scrolled. */
  wheel?: boolean;
}

/** What the page says about maps. */
const settings = find<HTMLMetaElement>('meta[name="map"]')?.dataset ?? {};

/** Whether movement is welcome. */
export const isCalm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The township's extent; null where nobody has drawn it. */
export function townshipBox(): Box | null {
  const numbers = (settings.bounds ?? "").split(",").map(Number);
  return numbers.length === 4 && numbers.every(Number.isFinite) ? (numbers as Box) : null;
}

/** Makes `element` a map. It must have a height by style sheet. */
export function createMap(element: HTMLElement, options: MapOptions): Leaflet.Map {
  const moves = !isCalm();
  const map = new Leaflet.Map(element, {
    zoomControl: false, minZoom: 3, maxZoom: 20, worldCopyJump: true, keyboard: options.keyboard ?? true,
    scrollWheelZoom: options.wheel ?? true,
    // Leaflet would take a hidden element's size, none at all, for the new one: the observer below asks first.
    trackResize: false,
    zoomAnimation: moves, fadeAnimation: moves, markerZoomAnimation: moves, inertia: moves,
  });
  element.classList.add("map");
  element.setAttribute("role", "region");
  element.setAttribute("aria-label", options.label);
  map.attributionControl.setPrefix(false);
  Leaflet.control.zoom({ position: "topright", zoomInTitle: t("Zoom in"), zoomOutTitle: t("Zoom out") }).addTo(map);
  baseLayer().addTo(map);
  const township = townshipBox();
  if (options.center) map.setView(options.center, options.zoom ?? 16, { animate: false });
  else if (options.bounds) fitTo(map, options.bounds, options.zoom);
  else if (township) showTownship(map, township);
  else map.setView([20, 0], options.zoom ?? 3, { animate: false });
  // The element's size may change with the page's layout, which Leaflet does not notice.
  // Hidden, as on paper, it keeps the size it had: what it shows is what the list beside it holds.
  new ResizeObserver(() => { if (element.offsetWidth > 0) map.invalidateSize(); }).observe(element);
  return map;
}

/** The tiles that the township chose, or its own streets. */
export function baseLayer(): Leaflet.GridLayer {
  const attribution = escaped(settings.attribution ?? "");
  return settings.tiles
    ? Leaflet.tileLayer(settings.tiles, { maxZoom: 20, maxNativeZoom: 19, attribution })
    : new StreetLayer({ attribution });
}

/** Shows the whole of `box`. */
export function fitTo(map: Leaflet.Map, box: Box, maxZoom = 18): void {
  const [west, south, east, north] = box;
  // Beyond the 180th meridian the map goes on.
  const bounds = new Leaflet.LatLngBounds([south, west], [north, east < west ? east + 360 : east]);
  map.fitBounds(bounds, { padding: [16, 16], maxZoom, animate: false });
}

/** Zooms are whole numbers: rather cuts the township's edges off a little than shows it at half its size. */
export function showTownship(map: Leaflet.Map, [west, south, east, north]: Box): void {
  const bounds = new Leaflet.LatLngBounds([south, west], [north, east < west ? east + 360 : east]);
  const zoom = map.getBoundsZoom(bounds);
  map.setView(bounds.getCenter(), zoom, { animate: false });
  const [one, other] = [map.latLngToContainerPoint(bounds.getSouthWest()), map.latLngToContainerPoint(bounds.getNorthEast())];
  const size = map.getSize();
  const share = 2 * Math.max((other.x - one.x) / size.x, (one.y - other.y) / size.y);
  if (share < 1.3 && zoom < 17) map.setView(bounds.getCenter(), zoom + 1, { animate: false });
}

/** What is in view, as the API takes it. */
export function boxOf(map: Leaflet.Map): Box {
  const bounds = map.getBounds();
  if (bounds.getEast() - bounds.getWest() >= 360) return [-180, latitude(bounds.getSouth()), 180, latitude(bounds.getNorth())];
  return [longitude(bounds.getWest()), latitude(bounds.getSouth()), longitude(bounds.getEast()), latitude(bounds.getNorth())];
}

const rounded = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;
const latitude = (degrees: number): number => rounded(Math.max(-90, Math.min(90, degrees)));
const longitude = (degrees: number): number => rounded(((((degrees + 180) % 360) + 360) % 360) - 180);

/** Leaflet sets the attribution as markup. */
function escaped(text: string): string {
  const element = document.createElement("span");
  element.textContent = text;
  return element.innerHTML;
}

export { clusterMarker, pinIcon, pinMarker, placeMarker, riseOf } from "./pins";
