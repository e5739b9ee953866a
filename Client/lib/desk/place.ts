// The place on a map; while it is being changed, the pin can be dragged or set by a click.
import type { Map as LeafletMap, Marker } from "leaflet";
import { find } from "../dom";
import { t } from "../messages";

/** Makes the page's map, once. */
export async function showPlace(): Promise<void> {
  const element = find("#map");
  if (!element || element.classList.contains("map")) return;
  const form = find<HTMLDetailsElement>("#change-pin");
  const { latitude, longitude } = element.dataset;
  const hasPlace = latitude !== undefined && longitude !== undefined;
  // Where nobody knows the place there is nothing to show until somebody sets it.
  if (!hasPlace && !form?.open) {
    form?.addEventListener("toggle", () => void showPlace(), { once: true });
    return;
  }
  element.classList.add("map");
  const library = await import("../map").catch(() => null);
  // Without its script the page has the coordinates.
  if (!library) return;
  element.hidden = false;
  const { createMap, pinMarker, placeMarker } = library;
  const center: [number, number] | undefined = hasPlace ? [Number(latitude), Number(longitude)] : undefined;
  const map: LeafletMap = createMap(element, { center, zoom: hasPlace ? 17 : undefined, label: t("Place of the request"), wheel: false });
  const fixed = center ? pinMarker(center, element.dataset.status ?? "", element.dataset.title ?? "") : null;
  fixed?.addTo(map);
  let moved: Marker | null = null;

  const fields = (): { north: HTMLInputElement | null; east: HTMLInputElement | null } =>
    ({ north: find("#field-latitude"), east: find("#field-longitude") });
  const write = (place: { lat: number; lng: number }): void => {
    const { north, east } = fields();
    if (north && east) { north.value = place.lat.toFixed(6); east.value = place.lng.toFixed(6); }
  };
  const put = (place: [number, number]): void => {
    if (!moved) {
      moved = placeMarker(place, t("Place of the request"));
      moved.on("drag", () => write(moved!.getLatLng()));
      moved.addTo(map);
    } else moved.setLatLng(place);
  };
  const isOpen = (): boolean => find<HTMLDetailsElement>("#change-pin")?.open ?? false;
  const follow = (): void => {
    const { north, east } = fields();
    const [y, x] = [Number(north?.value.replace(",", ".")), Number(east?.value.replace(",", "."))];
    if (north?.value && east?.value && Math.abs(y) <= 90 && Math.abs(x) <= 180) { put([y, x]); map.panTo([y, x]); }
  };
  map.on("click", (event) => {
    const { lat, lng } = (event as unknown as { latlng: { lat: number; lng: number } }).latlng;
    if (isOpen()) { put([lat, lng]); write({ lat, lng }); }
  });
  // Delegated: the form is made anew whenever the page is.
  document.addEventListener("toggle", (event) => {
    if ((event.target as Element).id !== "change-pin") return;
    const hint = find("#pin-hint");
    if (hint) hint.hidden = false;
    if (isOpen()) { fixed?.remove(); follow(); }
    else { moved?.remove(); moved = null; fixed?.addTo(map); }
  }, true);
  document.addEventListener("change", (event) => {
    if (["field-latitude", "field-longitude"].includes((event.target as Element).id)) follow();
  });
  if (isOpen()) { const hint = find("#pin-hint"); if (hint) hint.hidden = false; follow(); }
}
