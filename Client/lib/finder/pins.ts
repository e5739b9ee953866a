// Pins and clusters of what is in view.
import type * as Leaflet from "leaflet";
import { announce, find, findAll } from "../dom";
import { type Box, clusterMarker, fitTo, isCalm, pinIcon, pinMarker } from "../map";
import { language, t } from "../messages";
import { type Feature, type Mark, arrange } from "./layout";
import { forAPI } from "./state";

interface Answer { features: Feature[]; truncated: boolean }

/** How many there are in view; null where it could not be found out. */
export type Found = { count: number; isMore: boolean } | null;

/** The words of pages for a request's state. */
const states: Record<string, string> = {
  submitted: t("Received"), under_review: t("Being looked at"), assigned: t("With a team"), in_progress: t("Being worked on"),
  on_hold: t("Waiting"), completed: t("Done"), closed: t("Closed"), rejected: t("Not taken up"), duplicate: t("Reported already"),
  withdrawn: t("Withdrawn"),
  // What the township calls them.
  ...JSON.parse(find("#finder")?.dataset.states ?? "{}") as Record<string, string>,
};

export class PinLayer {
  private features: Feature[] = [];
  private shown = new Map<string, { marker: Leaflet.Marker; mark: Mark }>();
  private selected: string | null = null;
  private highlighted: string | null = null;
  private controller: AbortController | null = null;

  constructor(
    private readonly map: Leaflet.Map, private readonly choose: (reference: string) => void,
    private readonly busy: (isBusy: boolean) => void
  ) {
    // At another zoom others cover each other; the new answer is on its way.
    map.on("zoomend", () => this.draw());
    map.on("moveend", () => this.setAside());
  }

  /** Asks for what is in view; an older question that is still open is given up and resolves to `undefined`. */
  async load(search: URLSearchParams, box: Box, zoom: number, selected: string | null): Promise<Found | undefined> {
    this.controller?.abort();
    const controller = this.controller = new AbortController();
    const query = forAPI(search);
    query.set("bbox", box.join(","));
    query.set("zoom", String(zoom));
    // Staff who are limited to a part of the township see the rest of it here as everybody does.
    const eyes = document.getElementById("finder")?.dataset["eyes"];
    if (eyes) query.set("as", eyes);
    this.busy(true);
    try {
      const response = await fetch("/api/v1/map?" + query, { signal: controller.signal, credentials: "same-origin" });
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json() as Answer;
      [this.features, this.selected] = [answer.features, selected];
      this.draw();
      const count = answer.features.reduce((sum, feature) => sum + (feature.properties.count ?? 1), 0);
      return { count, isMore: answer.truncated };
    } catch {
      return controller.signal.aborted ? undefined : null;
    } finally {
      if (this.controller === controller) this.busy(false);
    }
  }

  /** Makes the chosen one stand out and stand alone. */
  select(reference: string | null): void {
    this.selected = reference;
    this.draw();
    this.highlight(reference);
  }

  /** Makes one pin stand out. */
  highlight(reference: string | null): void {
    if (this.highlighted === reference) return;
    this.highlighted = reference;
    for (const { marker, mark } of this.shown.values()) {
      if (mark.reference && mark.status) this.dress(marker, mark.status, mark.reference === reference);
    }
  }

  placeOf(reference: string): [number, number] | null {
    const feature = this.features.find((each) => each.properties.reference === reference);
    return feature ? [feature.geometry.coordinates[1], feature.geometry.coordinates[0]] : null;
  }

  /** Keeps the marks that stay, and with them the keyboard's place. */
  private draw(): void {
    const before = this.shown;
    const focused = document.activeElement;
    this.shown = new Map();
    for (const mark of arrange(this.features, this.map, this.selected)) {
      const old = before.get(mark.key);
      before.delete(mark.key);
      this.shown.set(mark.key, old ?? { marker: this.marker(mark).addTo(this.map), mark });
    }
    for (const { marker } of before.values()) marker.remove();
    if (focused && !focused.isConnected) this.map.getContainer().focus({ preventScroll: true });
    this.setAside();
  }

  /** What lies half under a button or a card cannot be met well: it is out of the way until the map has moved. */
  setAside(): void {
    const covers = findAll(".leaflet-bar, .finder-chosen:not([hidden])").map((element) => element.getBoundingClientRect());
    for (const { marker } of this.shown.values()) {
      const element = marker.getElement();
      const box = element?.getBoundingClientRect();
      const isCovered = box !== undefined && covers.some((cover) =>
        box.left < cover.right && box.right > cover.left && box.top < cover.bottom && box.bottom > cover.top);
      element?.toggleAttribute("inert", isCovered);
    }
  }

  private marker(mark: Mark): Leaflet.Marker {
    const place: [number, number] = [mark.latitude, mark.longitude];
    if (mark.reference) {
      const reference = mark.reference;
      const label = t("{title}: {status}", { title: mark.title ?? "", status: states[mark.status ?? ""] ?? "" });
      return pinMarker(place, mark.status ?? "", label, reference === this.highlighted).on("click", () => this.choose(reference));
    }
    const count = mark.count.toLocaleString(language);
    const label = mark.count === 1 ? t("1 report here. Zoom in") : t("{count} reports here. Zoom in", { count });
    const text = mark.count < 1000 ? count
      : new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }).format(mark.count);
    const marker = mark.status ? pinMarker(place, mark.status, label, false, true) : clusterMarker(place, mark.count, label, text);
    return marker.on("click", () => this.open(mark));
  }

  /** Comes nearer until the reports stand apart. */
  private open(mark: Mark): void {
    if (mark.spread === null || this.map.getZoom() >= this.map.getMaxZoom()) {
      announce(t("These reports are all in one place. The list shows them."));
      this.map.setView([mark.latitude, mark.longitude], this.map.getMaxZoom(), { animate: !isCalm() });
    } else if (mark.spread) {
      fitTo(this.map, mark.spread, this.map.getMaxZoom());
    } else {
      this.map.setView([mark.latitude, mark.longitude], Math.min(this.map.getZoom() + 2, this.map.getMaxZoom()), { animate: !isCalm() });
    }
  }

  private dress(marker: Leaflet.Marker, status: string, isSelected: boolean): void {
    const element = marker.getElement();
    if (element?.classList.contains("selected") === isSelected) return;
    const [hadFocus, label] = [element === document.activeElement, element?.getAttribute("aria-label")];
    marker.setIcon(pinIcon(status, isSelected)).setZIndexOffset(isSelected ? 2000 : 0);
    // Leaflet dresses the same element anew.
    const dressed = marker.getElement();
    dressed?.setAttribute("role", "button");
    if (label) dressed?.setAttribute("aria-label", label);
    if (hadFocus) dressed?.focus({ preventScroll: true });
  }
}
