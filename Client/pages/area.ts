// An area's boundary on a map: drawn anew, or moved corner by corner. What is sent is what stands in the text field.
import * as Leaflet from "leaflet";
import { announce, find, make } from "../lib/dom";
import { createMap } from "../lib/map";
import { t } from "../lib/messages";
import { Drawing, type Ring } from "../staff/draw";

interface Geometry { type: string; coordinates: number[][][] | number[][][][] }

const field = find<HTMLTextAreaElement>("#field-geometry");
const holder = find("#area-drawing");
/** Corners that can be moved one by one; more would cover the line that they are to move. */
const most = 150;

if (field && holder) begin(field, holder);

function begin(field: HTMLTextAreaElement, holder: HTMLElement): void {
  holder.hidden = false;
  const map = createMap(find("#area-map")!, { label: t("Map of the area"), wheel: false });
  const hint = find("#area-hint")!;
  const shape = new Leaflet.Polygon([], { className: "drawn-shape", interactive: false }).addTo(map);
  let corners: Leaflet.Marker[] = [];

  const say = (words: string): void => { hint.textContent = words; };
  const show = (): void => {
    const polygons = read(field.value);
    shape.setLatLngs(polygons as unknown as Leaflet.Place[][]);
    corners.forEach((corner) => corner.remove());
    corners = [];
    const ring = polygons.length === 1 && polygons[0].length === 1 ? polygons[0][0] : null;
    if (ring && ring.length <= most) {
      corners = ring.map((place, index) => corner(place, index, ring.length));
      say(t("Drag a corner to move it. With the keyboard: arrow keys move it, Delete removes it."));
    } else {
      say(polygons.length === 0 ? "" : t("This boundary has too many corners to be moved one by one. It can be drawn anew."));
    }
  };

  /** Writes what the corners say. */
  const write = (): void => {
    const places = corners.map((marker) => marker.getLatLng());
    shape.setLatLngs(places);
    field.value = text(places);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const corner = (place: [number, number], index: number, count: number): Leaflet.Marker => {
    const icon = new Leaflet.DivIcon({ className: "corner", iconSize: [24, 24], iconAnchor: [12, 12] });
    const label = t("Corner {number} of {count}", { number: String(index + 1), count: String(count) });
    const marker = new Leaflet.Marker(place, { icon, draggable: true, title: label, autoPan: true });
    marker.on("drag", write);
    marker.on("add", () => {
      const element = marker.getElement();
      element?.setAttribute("role", "button");
      element?.setAttribute("aria-label", label);
      element?.addEventListener("keydown", (event) => key(event, marker));
    });
    return marker.addTo(map);
  };

  const steps: Record<string, [number, number]> = {
    ArrowUp: [0, -10], ArrowDown: [0, 10], ArrowLeft: [-10, 0], ArrowRight: [10, 0],
  };
  const key = (event: KeyboardEvent, marker: Leaflet.Marker): void => {
    const step = steps[event.key];
    if (step) {
      const point = map.latLngToContainerPoint(marker.getLatLng());
      marker.setLatLng(map.containerPointToLatLng(new Leaflet.Point(point.x + step[0], point.y + step[1])));
      write();
    } else if ((event.key === "Delete" || event.key === "Backspace") && corners.length > 3) {
      const index = corners.indexOf(marker);
      corners = corners.filter((other) => other !== marker);
      marker.remove();
      write();
      show();
      corners[Math.min(index, corners.length - 1)]?.getElement()?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const drawing = new Drawing(map, (isDrawing: boolean, ring: Ring | null) => {
    if (isDrawing) {
      say(drawing.hint);
      corners.forEach((marker) => marker.remove());
      shape.setLatLngs([]);
      return;
    }
    if (ring) {
      drawing.clear();
      field.value = text(ring.slice(0, -1).map(([longitude, latitude]) => ({ lat: latitude, lng: longitude })));
      field.dispatchEvent(new Event("input", { bubbles: true }));
      announce(t("Drawn. Save it to keep it."));
    }
    show();
    if (ring) say(t("Drawn. Save it to keep it."));
  });
  const button = make("button", { type: "button", class: "small quiet", id: "area-draw" },
    field.value.trim() ? t("Draw anew") : t("Draw the boundary"));
  button.addEventListener("click", () => drawing.start("polygon"));
  find("#area-tools")?.append(button);
  field.addEventListener("change", show);
  show();
  const bounds = shape.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { padding: [24, 24], animate: false });
  void others(map, holder);
}

/** The other areas of the layer, for who draws the next one beside them. */
async function others(map: Leaflet.Map, holder: HTMLElement): Promise<void> {
  const { layer, area } = holder.dataset;
  if (!layer) return;
  const response = await fetch(`/api/v1/areas?${new URLSearchParams({ layer })}`).catch(() => null);
  if (!response?.ok) return;
  const collection = await response.json() as { features: { properties: { area: string } }[] };
  const features = collection.features.filter((feature) => feature.properties.area !== area);
  new Leaflet.GeoJSON({ type: "FeatureCollection", features }, { style: { className: "area-other" }, interactive: false }).addTo(map);
}

/** Each polygon's rings, without their last corner, which is the first; nothing for a text that is no boundary. */
function read(text: string): [number, number][][][] {
  const turned = (ring: number[][]): [number, number][] =>
    ring.slice(0, -1).map(([longitude, latitude]): [number, number] => [latitude, longitude]);
  try {
    const geometry = JSON.parse(text) as Geometry;
    if (geometry.type === "Polygon") return [(geometry.coordinates as number[][][]).map(turned)];
    if (geometry.type === "MultiPolygon") return (geometry.coordinates as number[][][][]).map((rings) => rings.map(turned));
    return [];
  } catch {
    const lines = text.split("\n").map((line) => line.split(",").map(Number)).filter((pair) => pair.length === 2);
    const isBoundary = lines.length > 2 && lines.every((pair) => pair.every(Number.isFinite));
    return isBoundary ? [[lines as [number, number][]]] : [];
  }
}

function text(places: { lat: number; lng: number }[]): string {
  const rounded = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;
  const ring = places.map(({ lat, lng }) => [rounded(lng), rounded(lat)]);
  return JSON.stringify({ type: "Polygon", coordinates: [[...ring, ring[0]]] });
}
