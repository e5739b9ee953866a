// The map beside the list: the same requests, wards with what is open in them, and shapes to select by.
import * as Leaflet from "leaflet";
import { announce, find, make } from "../lib/dom";
import { call } from "../lib/api";
import { boxOf, clusterMarker, createMap, fitTo, pinIcon, pinMarker, townshipBox } from "../lib/map";
import type { Box } from "../lib/map";
import { t } from "../lib/messages";
import { Drawing } from "./draw";
import type { Ring } from "./draw";
import { focusRow, rowOf } from "./queue";
import { isSelected, number, onSelection, selectBy } from "./selection";
import { filters, layers, mayChange, params } from "./state";

interface Feature {
  geometry: { coordinates: [number, number] };
  properties: { reference: string; title: string; status: string; cluster?: boolean; count: number };
}

export class TriageMap {
  readonly drawing: Drawing;
  private readonly map: Leaflet.Map;
  private readonly pins = Leaflet.layerGroup();
  private readonly markers = new Map<string, { marker: Leaflet.Marker; status: string }>();
  private areas: Leaflet.GeoJSON | null = null;
  private shownLayer = "";
  private running: AbortController | null = null;
  private isMovedByHand = false;
  private current = "";
  private hasAppeared = false;
  private countedAt = 0;
  private readonly follow: HTMLInputElement;
  private readonly hint = make("p", { class: "map-hint", id: "map-hint" });

  /** @param moved hears that the reader looks elsewhere, and the list shall follow. */
  constructor(panel: HTMLElement, private readonly moved: (box: Box) => void) {
    panel.hidden = false;
    const element = make("div", { id: "map" });
    this.follow = make("input", { type: "checkbox", id: "map-follow", checked: "" });
    panel.append(this.toolbar(), this.hint, element);
    this.hint.hidden = true;
    this.map = createMap(element, { label: t("Map of the requests"), bounds: boxInAddress() ?? undefined });
    this.pins.addTo(this.map);
    this.hasAppeared = element.offsetHeight > 0;
    this.drawing = new Drawing(this.map, (isDrawing, ring) => void this.drawn(isDrawing, ring));
    for (const kind of ["pointerdown", "wheel", "keydown"]) {
      element.addEventListener(kind, () => { this.isMovedByHand = true; }, { capture: true, passive: true });
    }
    this.map.on("moveend", () => {
      if (this.isMovedByHand && this.follow.checked && !this.drawing.isActive) this.moved(boxOf(this.map));
      else void this.load();
    });
    onSelection(() => this.mark());
    void this.load();
  }

  private toolbar(): HTMLElement {
    const bar = make("div", { class: "map-tools", role: "group", "aria-label": t("Map") });
    const button = (id: string, label: string, act: () => void): HTMLButtonElement => {
      const element = make("button", { type: "button", class: "quiet small", id }, label);
      element.addEventListener("click", act);
      bar.append(element);
      return element;
    };
    if (mayChange) {
      button("draw-polygon", t("Draw around requests"), () => this.drawing.start("polygon"));
      button("draw-box", t("Draw a box"), () => this.drawing.start("box"));
      button("select-view", t("Select what the map shows"), () =>
        void selectBy({ filter: { ...filters(), bbox: boxOf(this.map).join(",") } }));
      const cancel = button("draw-cancel", t("Cancel"), () => this.drawing.cancel());
      cancel.hidden = true;
    }
    for (const layer of layers.slice(0, 3)) {
      const toggle = button("layer-" + layer, layer === "wards" ? t("Show wards") : layer, () => {
        void this.showLayer(this.shownLayer === layer ? "" : layer);
      });
      toggle.setAttribute("aria-pressed", "false");
    }
    bar.append(make("label", { class: "follow" }, this.follow, " " + t("List follows the map")));
    return bar;
  }

  /** The wards, or another layer; each with its open requests. */
  async showLayer(layer: string): Promise<void> {
    this.areas?.remove();
    this.areas = null;
    this.shownLayer = layer;
    for (const name of layers) document.getElementById("layer-" + name)?.setAttribute("aria-pressed", String(name === layer));
    if (!layer) return;
    this.countedAt = Date.now();
    const collection = await call("GET", `/areas?layer=${encodeURIComponent(layer)}&counts=true`).catch(() => null);
    if (!collection || this.shownLayer !== layer) return;
    this.areas = new Leaflet.GeoJSON(collection, {
      style: { className: "ward" },
      onEachFeature: (feature, shape) => {
        const { name, open, area } = feature.properties as { name: string; open: number; area: string };
        const label = make("span", {}, t("{name}: {count} open", { name, count: number(open) }));
        shape.bindTooltip(label, { permanent: true, direction: "center", className: "ward-label", interactive: false });
        if (!mayChange) return;
        shape.on("click", () => { if (!this.drawing.isActive) void selectBy({ filter: { ...withoutPlace(), area } }); });
      },
    }).addTo(this.map);
  }

  /** What the map shows, anew. */
  async load(): Promise<void> {
    this.running?.abort();
    const controller = this.running = new AbortController();
    const query = new URLSearchParams({
      // Squares of two zooms less are wide enough for their numbers to stand beside each other.
      ...filters(), bbox: boxOf(this.map).join(","), zoom: String(Math.max(0, Math.min(22, this.map.getZoom() - 2))),
    });
    const answer = await call<{ features: Feature[] }>("GET", "/map?" + query, undefined, { signal: controller.signal })
      .catch(() => null);
    if (!answer || controller.signal.aborted) return;
    const focused = (document.activeElement as HTMLElement | null)?.dataset.reference;
    this.pins.clearLayers();
    this.markers.clear();
    for (const feature of answer.features) this.add(feature);
    if (focused) this.markers.get(focused)?.marker.getElement()?.focus();
    this.highlight(this.current);
  }

  /** The areas' counts too: something has happened. */
  async refresh(): Promise<void> {
    await this.load();
    // Counting all that is open costs more than one view of the map.
    if (!this.shownLayer || Date.now() - this.countedAt < 10_000) return;
    await this.showLayer(this.shownLayer);
  }

  private add({ geometry, properties }: Feature): void {
    const place: [number, number] = [geometry.coordinates[1], geometry.coordinates[0]];
    if (properties.cluster) {
      const label = t("{count} requests here", { count: number(properties.count) });
      clusterMarker(place, properties.count, label).on("click", () => {
        if (this.drawing.isActive) return;
        this.isMovedByHand = true;
        this.map.setView(place, Math.min(this.map.getZoom() + 2, 19));
      }).addTo(this.pins);
      return;
    }
    const { reference, title, status } = properties;
    const label = t("Request {reference}: {title}", { reference, title });
    const marker = pinMarker(place, status, label, isSelected(reference));
    marker.addTo(this.pins).on("click", () => { if (!this.drawing.isActive) this.open(reference, title, marker); });
    const element = marker.getElement();
    if (element) element.dataset.reference = reference;
    this.markers.set(reference, { marker, status });
  }

  private open(reference: string, title: string, marker: Leaflet.Marker): void {
    const row = rowOf(reference);
    if (row && row.offsetParent) return focusRow(row);
    marker.bindPopup(make("a", { href: "/staff/requests/" + reference }, `${reference} ${title}`)).openPopup();
  }

  private mark(): void {
    for (const [reference, { marker, status }] of this.markers) {
      marker.setIcon(pinIcon(status, isSelected(reference)));
      const element = marker.getElement();
      if (!element) continue;
      element.dataset.reference = reference;
      element.setAttribute("role", "button");
    }
    this.highlight(this.current);
  }

  /** The pin of the row that has the focus. */
  highlight(reference: string): void {
    this.markers.get(this.current)?.marker.getElement()?.classList.remove("current");
    this.current = reference;
    this.markers.get(reference)?.marker.getElement()?.classList.add("current");
  }

  /** It has just been given its place: a map that was hidden does not know its size. */
  appear(): void {
    this.map.invalidateSize();
    if (this.hasAppeared) return;
    this.hasAppeared = true;
    const box = boxInAddress() ?? townshipBox();
    this.isMovedByHand = false;
    if (box) fitTo(this.map, box);
  }

  /** After "back": where the address says. */
  fit(): void {
    const box = boxInAddress();
    this.isMovedByHand = false;
    if (box) fitTo(this.map, box);
    else void this.load();
  }

  private async drawn(isDrawing: boolean, ring: Ring | null): Promise<void> {
    this.hint.hidden = !isDrawing;
    this.hint.textContent = isDrawing ? this.drawing.hint : "";
    const cancel = find("#draw-cancel");
    if (cancel) cancel.hidden = !isDrawing;
    if (!isDrawing && !ring) announce("");
    if (!ring) return;
    const isFound = await selectBy({ polygon: { type: "Polygon", coordinates: [ring] }, filter: withoutPlace() });
    if (!isFound) this.drawing.clear();
  }
}

/** The filter without the part of the map that the list shows: a shape says by itself where. */
function withoutPlace(): Record<string, string> {
  const { bbox, ...others } = filters();
  return others;
}

function boxInAddress(): Box | null {
  const numbers = (params().get("bbox") ?? "").split(",").map(Number);
  return numbers.length === 4 && numbers.every(Number.isFinite) ? (numbers as Box) : null;
}
