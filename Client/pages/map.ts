// The public map: pins and clusters of what is in view, the list beside it, and an address that holds all of it.
import type * as Leaflet from "leaflet";
import { find } from "../lib/dom";
import { type Box, boxOf, createMap, fitTo, isCalm, showTownship, townshipBox } from "../lib/map";
import { FilterForm } from "../lib/finder/form";
import { MapResults } from "../lib/finder/list";
import { PinLayer } from "../lib/finder/pins";
import { type State, boxIn, readState, sameSearch, stateAddress } from "../lib/finder/state";
import { ChosenCard } from "../lib/finder/chosen";
import { t } from "../lib/messages";

const finder = find("#finder")!;
const side = find("#map-side")!;

class Finder {
  private readonly map: Leaflet.Map;
  private readonly form = new FilterForm(() => this.searched());
  private readonly list = new MapResults((reference) => this.choose(reference, true));
  private readonly pins: PinLayer;
  private readonly card = new ChosenCard(() => this.choose(null));
  private state: State = readState(location.search);
  private timer = 0;
  /** While the map is moved by us and not by somebody. */
  private isRestoring = false;
  /** When the address last changed. */
  private lastStep = 0;
  /** Whether somebody has moved the map. Before that it is the page finding its form. */
  private isTouched = false;

  constructor() {
    finder.classList.add("live");
    side.hidden = false;
    this.showView(this.state.view);
    const box = boxIn(this.state) ?? undefined;
    this.map = createMap(find("#map")!, { label: t("Map of reports"), bounds: box });
    this.pins = new PinLayer(this.map, (reference) => this.choose(reference), (busy) => side.classList.toggle("loading", busy));
    if (this.state.parameters.has("bbox")) this.restoreView();
    this.map.on("moveend", () => this.moved());
    for (const type of ["pointerdown", "keydown", "wheel"]) {
      find("#map")!.addEventListener(type, () => { this.isTouched = true; }, { passive: true, capture: true });
    }
    this.list.onHover = (reference) => this.pins.highlight(reference ?? this.state.selected);
    window.addEventListener("popstate", () => this.wentBack());
    this.bindViews();
    this.load();
    if (this.state.selected) void this.card.show(this.state.selected, false);
  }

  /** The map was moved: the list follows. */
  private moved(): void {
    if (this.isRestoring) return;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.state.setView(boxOf(this.map), this.map.getZoom());
      this.remember(false);
      this.load();
    }, 250);
  }

  /** The form asks for something else. */
  private searched(): void {
    this.state.setSearch(this.form.values());
    this.remember(true);
    this.load();
  }

  private choose(reference: string | null, fromList = false): void {
    if (reference === this.state.selected && !fromList) return;
    this.state.selected = reference;
    this.remember(true);
    this.pins.select(reference);
    this.list.mark(reference);
    if (!reference) { this.card.hide(); this.pins.setAside(); return; }
    if (fromList) {
      this.showView("map");
      const place = this.list.placeOf(reference);
      if (place) this.map.setView(place, Math.max(this.map.getZoom(), 17), { animate: !isCalm() });
    }
    void this.card.show(reference, true).then(() => this.uncover(reference));
  }

  /** Moves the map so that the card does not lie over what it is about. */
  private uncover(reference: string): void {
    const [pin, card] = [this.pins.placeOf(reference), this.card.box()];
    this.pins.setAside();
    if (!pin || !card) return;
    const [point, frame] = [this.map.latLngToContainerPoint(pin), this.map.getContainer().getBoundingClientRect()];
    const [left, top, right] = [card.left - frame.left, card.top - frame.top, card.right - frame.left];
    if (point.x > left - 20 && point.x < right + 20 && point.y > top - 20) {
      this.map.panBy([0, Math.round(point.y - top + 50)], { animate: !isCalm() });
    }
  }

  /** Backwards or forwards: everything as the address says. */
  private wentBack(): void {
    const before = this.state;
    this.state = readState(location.search);
    this.form.fill(this.state);
    this.showView(this.state.view);
    this.restoreView();
    this.pins.select(this.state.selected);
    if (this.state.selected) void this.card.show(this.state.selected, false);
    else this.card.hide();
    if (!sameSearch(before, this.state)) this.load();
  }

  private restoreView(): void {
    const [box, township] = [boxIn(this.state), townshipBox()];
    this.isRestoring = true;
    if (box) this.showBox(box);
    else if (township) showTownship(this.map, township);
    this.isRestoring = false;
  }

  private showBox(box: Box): void {
    const [west, south, east, north] = box;
    const zoom = Number(this.state.parameters.get("zoom"));
    const middle: [number, number] = [(south + north) / 2, (west + (east < west ? east + 360 : east)) / 2];
    if (zoom > 0 && zoom <= 20) this.map.setView(middle, this.fits(box, zoom), { animate: false });
    else fitTo(this.map, box);
  }

  /** The zoom at which the box was looked at, or the one at which it fits into a smaller window. */
  private fits([west, south, east, north]: Box, zoom: number): number {
    const size = this.map.getSize();
    const corner = this.map.latLngToContainerPoint([north, west]);
    const other = this.map.latLngToContainerPoint([south, east]);
    const scale = 2 ** (zoom - this.map.getZoom());
    const share = Math.max(Math.abs(other.x - corner.x) * scale / size.x, Math.abs(other.y - corner.y) * scale / size.y);
    // A few pixels are rounding.
    return share > 1.02 ? zoom - Math.ceil(Math.log2(share / 1.02)) : zoom;
  }

  private remember(isStep: boolean): void {
    const address = stateAddress(this.state);
    if (address === location.pathname + location.search) return;
    // A walk over the map is one step back, not twenty.
    const isNew = isStep || (this.isTouched && Date.now() - this.lastStep > 1500);
    if (isStep || this.isTouched) this.lastStep = Date.now();
    history[isNew ? "pushState" : "replaceState"](null, "", address);
  }

  private load(): void {
    const box = boxOf(this.map);
    const query = this.state.search();
    void Promise.all([
      this.pins.load(query, box, this.map.getZoom(), this.state.selected),
      this.list.load(query, box, this.state.selected),
    ]).then(([found]) => this.list.tell(found, () => this.load()));
  }

  private bindViews(): void {
    const views = find("#views")!;
    views.hidden = false;
    find("#show-map")!.addEventListener("click", () => { this.showView("map"); this.remember(false); });
    find("#show-list")!.addEventListener("click", () => { this.showView("list"); this.remember(false); });
  }

  private showView(view: "map" | "list"): void {
    this.state.view = view;
    finder.classList.toggle("shows-map", view === "map");
    finder.classList.toggle("shows-list", view === "list");
    find("#show-map")!.setAttribute("aria-pressed", String(view === "map"));
    find("#show-list")!.setAttribute("aria-pressed", String(view === "list"));
  }
}

new Finder();
