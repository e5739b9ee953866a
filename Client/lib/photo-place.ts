// A photo that knows where it was taken: its place is offered for the report.
import { find, make } from "./dom";
import type { Spot } from "./exif";
import { t } from "./messages";
import type { Places } from "./places";

/** How far from the chosen place a photo must have been taken to be worth a question, in metres. */
const worthAsking = 60;

/** @returns what is to be told where the photos were taken; null where none knows */
export function makePhotoPlace(form: HTMLFormElement, places: Places): (spot: Spot | null) => void {
  const offer = make("div", { class: "notice", id: "photo-place", hidden: "" });
  find("#drop", form)!.after(offer);
  return (spot) => {
    const place = places.chosen()?.location;
    const isNew = spot && (!place || metres(spot, place) > worthAsking);
    offer.hidden = !isNew;
    if (!spot || !isNew) return;
    const take = make("button", { type: "button", class: "small" }, t("Take the photo’s place"));
    take.addEventListener("click", async () => {
      await places.choose(spot);
      offer.replaceChildren(make("p", { role: "status" }, t("The place is now: {place}", { place: places.chosen()?.address ?? "" })));
    });
    offer.replaceChildren(
      make("p", {}, place ? t("This photo was taken {metres} m from the place you chose.", { metres: Math.round(metres(spot, place)) })
        : t("This photo knows where it was taken.")), make("p", {}, take));
  };
}

/** By Pythagoras: good to a few metres over the breadth of a township. */
function metres(one: Spot, other: Spot): number {
  const north = (one.latitude - other.latitude) * 111195;
  const east = (one.longitude - other.longitude) * 111195 * Math.cos(one.latitude * Math.PI / 180);
  return Math.hypot(north, east);
}
