// Drawing a polygon or a box on a map: by mouse, by touch, and by keyboard from the middle of the map.
import * as Leaflet from "leaflet";
import { announce } from "../lib/dom";
import { t } from "../lib/messages";

/** Longitude and latitude of each corner; the last is the first. */
export type Ring = [number, number][];

const near = 12;

export class Drawing {
  private corners: Leaflet.LatLng[] = [];
  private mode: "polygon" | "box" | null = null;
  private readonly line: Leaflet.Polyline;
  private readonly shape: Leaflet.Polygon;
  private dots: Leaflet.CircleMarker[] = [];
  private pointer: Leaflet.LatLng | null = null;

  /** @param changed hears when drawing begins and ends; `ring` is null where there is nothing to select. */
  constructor(private readonly map: Leaflet.Map, private readonly changed: (isDrawing: boolean, ring: Ring | null) => void) {
    this.line = new Leaflet.Polyline([], { className: "drawn-line", interactive: false });
    this.shape = new Leaflet.Polygon([], { className: "drawn-shape", interactive: false });
    map.boxZoom.disable();
    map.on("click", (event) => this.mode === "polygon" && this.add(event.latlng));
    map.on("mousemove", (event) => { if (this.mode === "polygon") { this.pointer = event.latlng; this.show(); } });
    map.on("dblclick", () => this.mode === "polygon" && this.finish());
    map.getContainer().addEventListener("pointerdown", (event) => this.begin(event), true);
    document.addEventListener("keydown", (event) => this.key(event), true);
  }

  get isActive(): boolean { return this.mode !== null; }

  start(mode: "polygon" | "box"): void {
    this.clear();
    this.mode = mode;
    this.map.doubleClickZoom.disable();
    if (mode === "box") this.map.dragging.disable();
    this.map.getContainer().classList.add("drawing");
    this.map.getContainer().focus();
    this.changed(true, null);
    announce(this.hint);
  }

  get hint(): string {
    return this.mode === "box" ? t("Drag over the map to draw a box. Escape cancels.")
      : t("Click to set corners, double-click or press Enter to finish. Backspace takes one back, Escape cancels.");
  }

  /** Takes the shape away. */
  clear(): void {
    this.corners = [];
    this.shape.remove();
    this.end();
  }

  cancel(): void {
    this.clear();
    this.changed(false, null);
  }

  private end(): void {
    this.mode = null;
    this.pointer = null;
    this.line.remove();
    this.dots.forEach((dot) => dot.remove());
    this.dots = [];
    this.map.doubleClickZoom.enable();
    this.map.dragging.enable();
    this.map.getContainer().classList.remove("drawing");
  }

  private add(place: Leaflet.LatLng): void {
    const first = this.corners[0];
    const distance = (other: Leaflet.LatLng): number =>
      this.map.latLngToContainerPoint(other).distanceTo(this.map.latLngToContainerPoint(place));
    if (first && this.corners.length > 2 && distance(first) < near) return this.finish();
    const last = this.corners[this.corners.length - 1];
    // The second click of a double-click is no corner.
    if (last && distance(last) < 3) return;
    if (this.corners.length >= 400) return this.finish();
    this.corners.push(place);
    this.show();
  }

  private show(): void {
    this.dots.forEach((dot) => dot.remove());
    this.dots = this.corners.map((corner, index) =>
      new Leaflet.CircleMarker(corner, { radius: index === 0 ? 8 : 5, className: "drawn-dot", interactive: false }).addTo(this.map));
    this.line.setLatLngs(this.pointer ? [...this.corners, this.pointer] : this.corners).addTo(this.map);
  }

  private finish(): void {
    const corners = this.corners;
    if (corners.length < 3) return this.cancel();
    this.shape.setLatLngs(corners).addTo(this.map);
    this.end();
    this.corners = corners;
    const ring = [...corners, corners[0]].map((corner): [number, number] => {
      const place = corner.wrap();
      return [Math.round(place.lng * 1e6) / 1e6, Math.round(place.lat * 1e6) / 1e6];
    });
    this.changed(false, ring);
  }

  /** A box begins: after its button, or at once with Shift. */
  private begin(event: PointerEvent): void {
    const withShift = event.shiftKey && this.mode === null && event.button === 0;
    if (this.mode !== "box" && !withShift || (event.target as Element).closest(".leaflet-control")) return;
    event.preventDefault();
    event.stopPropagation();
    if (withShift) this.start("box");
    const container = this.map.getContainer();
    const from = this.map.mouseEventToLatLng(event);
    const box = (to: Leaflet.LatLng): Leaflet.LatLng[] =>
      [from, new Leaflet.LatLng(from.lat, to.lng), to, new Leaflet.LatLng(to.lat, from.lng)];
    container.setPointerCapture(event.pointerId);
    const drag = (moved: PointerEvent): void => { this.shape.setLatLngs(box(this.map.mouseEventToLatLng(moved))).addTo(this.map); };
    const drop = (ended: PointerEvent): void => {
      container.removeEventListener("pointermove", drag);
      container.removeEventListener("pointerup", drop);
      container.removeEventListener("pointercancel", drop);
      if (this.mode !== "box") return;
      const to = this.map.mouseEventToLatLng(ended);
      const size = this.map.latLngToContainerPoint(from).distanceTo(this.map.latLngToContainerPoint(to));
      if (ended.type === "pointercancel" || size < 8) return this.cancel();
      this.corners = box(to);
      this.finish();
    };
    container.addEventListener("pointermove", drag);
    container.addEventListener("pointerup", drop);
    container.addEventListener("pointercancel", drop);
  }

  private key(event: KeyboardEvent): void {
    if (!this.mode) return;
    const onMap = event.target === this.map.getContainer();
    if (event.key === "Escape") this.cancel();
    else if (event.key === "Enter" && this.mode === "polygon" && (onMap || event.target === document.body)) this.finish();
    else if (event.key === "Backspace" && onMap) { this.corners.pop(); this.show(); }
    else if (event.key === " " && onMap && this.mode === "polygon") this.add(this.map.getCenter());
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
