// Pins: what happens with a request can be told by a pin's shape and sign, not by its colour alone.
import * as Leaflet from "leaflet";
import { make } from "./dom";

type Look = "new" | "work" | "hold" | "done" | "ended";

const looks: Record<string, Look> = {
  submitted: "new", under_review: "new", assigned: "work", in_progress: "work", on_hold: "hold",
  completed: "done", closed: "done", rejected: "ended", duplicate: "ended", withdrawn: "ended",
};

/** Outline and sign in a square of 32: drop with "!", lozenge with an arrow, square with bars, disc with a tick or cross. */
const shapes: Record<Look | "place", [string, string]> = {
  new: ["M16 30C10 22 6 18 6 12a10 10 0 0 1 20 0c0 6-4 10-10 18z", "M16 6.5v7M16 17v.2"],
  work: ["M16 3 29 16 16 29 3 16z", "M11 16h9M16.5 11.5l4.5 4.5-4.5 4.5"],
  hold: ["M5 7a2 2 0 0 1 2-2h18a2 2 0 0 1 2 2v18a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2z", "M12.5 11v10M19.5 11v10"],
  done: ["M16 4a12 12 0 1 1 0 24 12 12 0 0 1 0-24z", "M10.5 16.5l4 4 7.5-8.5"],
  ended: ["M16 5a11 11 0 1 1 0 22 11 11 0 0 1 0-22z", "M12 12l8 8M20 12l-8 8"],
  place: ["M16 31C8 21 4 17 4 12a12 12 0 0 1 24 0c0 5-4 9-12 19z", "M16 9v6M13 12h6"],
};

function picture(look: Look | "place"): SVGSVGElement {
  const namespace = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(namespace, "svg");
  svg.setAttribute("viewBox", "0 0 32 32");
  svg.setAttribute("aria-hidden", "true");
  shapes[look].forEach((outline, index) => {
    const path = document.createElementNS(namespace, "path");
    path.setAttribute("d", outline);
    path.setAttribute("class", index === 0 ? "body" : "sign");
    svg.append(path);
  });
  return svg;
}

/** By how many pixels the middle of a pin lies above its place. */
export const riseOf = (status: string): number => (looks[status] ?? "new") === "new" ? 14 : 0;

/**
 * The pin of a request with this status.
 * @param isAbout whether the place is not an exact one, so that nothing shall point to it
 */
export function pinIcon(status: string, isSelected = false, isAbout = false): Leaflet.DivIcon {
  const look = looks[status] ?? "new";
  const anchor: [number, number] = [16, isAbout ? 16 : 16 + riseOf(status)];
  const frame = make("span", { class: "frame" });
  frame.append(picture(look));
  return new Leaflet.DivIcon({
    className: `pin pin-${look}${isSelected ? " selected" : ""}`, html: frame, iconSize: [32, 32], iconAnchor: anchor,
    popupAnchor: [0, look === "new" ? -26 : -14],
  });
}

/** A pin that can be reached and chosen by keyboard; `label` says what it stands for. */
export function pinMarker(
  place: Leaflet.Place, status: string, label: string, isSelected = false, isAbout = false
): Leaflet.Marker {
  return named(new Leaflet.Marker(place, { icon: pinIcon(status, isSelected, isAbout), title: label, riseOnHover: true }), label);
}

/** A number that stands for `count` requests around here. */
export function clusterMarker(place: Leaflet.Place, count: number, label: string, text = String(count)): Leaflet.Marker {
  const size = count < 10 ? 34 : count < 100 ? 40 : count < 1000 ? 48 : 56;
  const icon = new Leaflet.DivIcon({
    className: "cluster-pin", html: make("span", {}, text), iconSize: [size, size], iconAnchor: [size / 2, size / 2],
  });
  return named(new Leaflet.Marker(place, { icon, title: label }), label);
}

/** The one place a form is about: may be dragged. */
export function placeMarker(place: Leaflet.Place, label: string, draggable = true): Leaflet.Marker {
  const frame = make("span", { class: "frame" });
  frame.append(picture("place"));
  const icon = new Leaflet.DivIcon({
    className: "pin pin-place", html: frame, iconSize: [44, 44], iconAnchor: [22, 43],
  });
  return named(new Leaflet.Marker(place, { icon, title: label, draggable, autoPan: true, zIndexOffset: 1000 }), label);
}

/** Leaflet makes a focusable division: says what it is. */
function named(marker: Leaflet.Marker, label: string): Leaflet.Marker {
  return marker.on("add", () => {
    const element = marker.getElement();
    element?.setAttribute("role", "button");
    element?.setAttribute("aria-label", label);
    // What says that it is a button must be one for the keyboard too.
    element?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      marker.fire("click");
    });
  });
}
