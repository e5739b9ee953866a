// Where it is: the device's location, a map, or streets by name. Whatever way is taken, the choice ends as a radio button of
// the form, as it does without this script.
import { Refused, call } from "./api";
import { announce, find, findAll, make } from "./dom";
import type { Spot } from "./exif";
import { t } from "./messages";

export interface Place { address: string; location: Spot & { accuracy?: number }; street?: boolean }

export interface Places {
  /** The chosen place; null for none, or unknown. */
  chosen(): Place | null;
  isUnknown(): boolean;
  /** What goes as it was written, without a point. */
  asWritten(): string | null;
  choose(spot: Spot, accuracy?: number, label?: string): Promise<void>;
}

export function makePlaces(form: HTMLFormElement, onChange: () => void): Places {
  const street = find<HTMLInputElement>("#field-street", form)!;
  const list = find("#places", form)!;
  const unknown = find<HTMLInputElement>("[name=unknown_place]", form)!;
  let places: Place[] = [];
  let picked: Place | null = null;
  let typed = "";

  const radio = () => find<HTMLInputElement>("input[name=spot]:checked", list);

  function show(focus = false): void {
    const before = radio()?.value;
    const all = picked ? [picked, ...places.filter((place) => place.address !== picked!.address)] : places;
    const isSearch = typed !== "";
    if (all.length === 0 && !isSearch) { list.replaceChildren(); return; }
    const legend = make("legend", {}, all.length === 0 ? t("We do not know that street")
      : all.length === 1 && !isSearch ? t("The place") : t("Which of these is it?"));
    const fieldset = make("fieldset", { class: "field", id: "found" }, legend,
      make("input", { type: "hidden", name: "found_for", value: street.value.trim() }));
    all.forEach((place, index) => {
      const { latitude, longitude, accuracy } = place.location;
      const label = place.street ? t("{street}, somewhere along it", { street: place.address }) : place.address;
      fieldset.append(choice(`spot-${index}`, `${latitude},${longitude},${accuracy ?? 0};${place.address}`, label));
    });
    if (isSearch) fieldset.append(choice("spot-text", "text", t("None: send “{text}” as I wrote it", { text: typed })));
    list.replaceChildren(fieldset);
    const inputs = findAll<HTMLInputElement>("input[name=spot]", fieldset);
    const kept = picked ? inputs[0] : inputs.find((input) => input.value === before);
    if (kept) kept.checked = true;
    if (focus) inputs[0]?.focus();
    warn();
    onChange();
  }

  const outside = make("p", { class: "notice warn", role: "status", hidden: "" }, t("This place seems to lie outside of the township."));
  list.after(outside);

  /** By the box around the township, which is no proof: the server knows its border. */
  function warn(): void {
    const [west, south, east, north] = (find<HTMLMetaElement>('meta[name="map"]')?.dataset.bounds ?? "").split(",").map(Number);
    const spot = chosen()?.location;
    outside.hidden = !spot || north === undefined
      || (spot.longitude >= west! && spot.longitude <= east! && spot.latitude >= south! && spot.latitude <= north);
  }

  function choice(id: string, value: string, label: string): HTMLElement {
    return make("div", { class: "choice" }, make("input", { type: "radio", id, name: "spot", value }),
      " ", make("label", { for: id }, label));
  }

  let latest = 0;
  async function search(focus = false): Promise<void> {
    const text = street.value.trim();
    const number = ++latest;
    if (text === typed && !focus) return;
    if (text !== "") picked = null;
    if (text.length < 2) { typed = ""; places = []; show(); return; }
    try {
      const answer = await call<{ items: Place[] }>("GET", "/places?q=" + encodeURIComponent(text));
      // A later search was faster.
      if (number !== latest) return;
      places = answer.items;
    } catch (error) {
      if (number !== latest) return;
      if (!(error instanceof Refused || error instanceof TypeError)) throw error;
      places = [];
    }
    typed = text;
    show(focus);
    announce(places.length === 0 ? t("We do not know that street")
      : places.length === 1 ? t("One place was found") : t("{count} places were found", { count: places.length }));
  }

  let timer = 0;
  street.addEventListener("input", () => { clearTimeout(timer); timer = window.setTimeout(() => void search(), 300); });
  street.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    void search(true);
  });
  find("#find", form)!.addEventListener("click", (event) => { event.preventDefault(); void search(true); });
  list.addEventListener("change", () => { unknown.checked = false; warn(); onChange(); });
  unknown.addEventListener("change", () => {
    const checked = radio();
    if (unknown.checked && checked) checked.checked = false;
    warn();
    onChange();
  });

  async function choose(spot: Spot, accuracy?: number, label?: string): Promise<void> {
    const [latitude, longitude] = [Math.round(spot.latitude * 1e6) / 1e6, Math.round(spot.longitude * 1e6) / 1e6] as const;
    const location = { latitude, longitude, accuracy: accuracy === undefined ? undefined : Math.round(accuracy) };
    const own: Place = picked = { address: label ?? `${latitude}, ${longitude}`, location };
    unknown.checked = false;
    show();
    const near = await call<{ items: Place[] }>("GET", `/places?near=${latitude},${longitude}`).catch(() => null);
    const name = near?.items[0]?.address;
    if (picked !== own || !name) return;
    picked = { address: t("Near {street}", { street: name }), location };
    show();
  }

  addWays(form, { chosen, choose });

  function chosen(): Place | null {
    const value = radio()?.value;
    if (!value || value === "text" || unknown.checked) return null;
    const end = value.indexOf(";");
    const [latitude, longitude, accuracy] = value.slice(0, end).split(",").map(Number) as [number, number, number];
    return { address: value.slice(end + 1), location: { latitude, longitude, accuracy: accuracy || undefined } };
  }

  // What the server found before this script ran.
  if (find("#found", list)) typed = find<HTMLInputElement>("[name=found_for]", list)?.value ?? "";
  return {
    chosen, choose, isUnknown: () => unknown.checked,
    asWritten: () => (radio()?.value === "text" ? street.value.trim() : null),
  };
}

/** Buttons for what only a script can do. */
function addWays(form: HTMLFormElement, places: Pick<Places, "chosen" | "choose">): void {
  const row = find("#place-ways", form)!;
  const status = make("p", { class: "hint", id: "place-status", role: "status" });
  const box = make("div", { id: "map-box", hidden: "" });
  if ("geolocation" in navigator) {
    const here = make("button", { type: "button", id: "use-location" },
      make("span", { "aria-hidden": "true" }, "◎"), t("Use my location"));
    here.addEventListener("click", () => {
      status.textContent = t("Looking for your location…");
      navigator.geolocation.getCurrentPosition(async ({ coords }) => {
        await places.choose(coords, coords.accuracy);
        status.textContent = t("Found, to about {metres} m. Check that the place is right.", { metres: Math.max(1, Math.round(coords.accuracy)) });
      }, () => {
        status.textContent = t("Your location could not be found. Type the street instead, or use the map.");
      }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
    });
    row.append(here);
  }
  const open = make("button", { type: "button", class: "quiet", id: "use-map", "aria-expanded": "false", "aria-controls": "map-box" },
    make("span", { "aria-hidden": "true" }, "▦"), t("Choose on a map"));
  let isOpening = false;
  open.addEventListener("click", async () => {
    box.hidden = !box.hidden;
    open.setAttribute("aria-expanded", String(!box.hidden));
    if (box.hidden || box.childElementCount > 0 || isOpening) return;
    isOpening = true;
    status.textContent = t("The map is loading…");
    try {
      const { openPicker } = await import("./picker");
      await openPicker(box, form.dataset.map ?? "", places);
      status.textContent = "";
    } catch {
      box.hidden = true;
      open.setAttribute("aria-expanded", "false");
      status.textContent = t("The map could not be loaded. Type the street instead.");
    }
    isOpening = false;
  });
  row.append(open);
  row.after(status, box);
}
