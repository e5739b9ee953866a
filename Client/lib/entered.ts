// What has been entered into the report's form: what of it becomes public, and what is sent.
import type { Categories } from "./categories";
import { find, make } from "./dom";
import { t } from "./messages";
import type { Report } from "./outbox";
import type { Photos } from "./photos";
import type { Places } from "./places";

/** The form's parts, and what stands in a field by its name. */
export interface Entered { places: Places; categories: Categories; photos: Photos; value(name: string): string }

/** The place in words, whichever way it was said. */
const addressOf = (places: Places): string | null => places.chosen()?.address ?? places.asWritten();

export function showPreview(form: HTMLFormElement, { places, categories, photos, value }: Entered): void {
  const box = find("#preview", form);
  if (!box) return;
  let list = find("dl", box);
  if (!list) box.append(list = make("dl", { class: "facts" }));
  const category = categories.chosen();
  find("p", box)!.textContent = category?.isPrivate
    ? t("Nothing: reports of this kind are read by staff alone.")
    : t("Everybody can see this, the photos once they are scanned. Your name, email address and telephone number are for staff alone.");
  const rows: [string, string][] = category?.isPrivate ? [] : [
    [t("Title"), value("title")], [t("Description"), value("description")], [t("About"), category?.name ?? ""],
    [t("Place"), places.isUnknown() ? t("unknown") : addressOf(places) ?? ""],
    [t("Photos"), photos.files().length > 0 ? String(photos.files().length) : ""],
  ];
  list.replaceChildren(...rows.filter(([, text]) => text !== "").flatMap(([label, text]) => [make("dt", {}, label), make("dd", {}, text)]));
}

/** The API's request: of the fields those that are filled in. */
export function requestOf({ places, categories, value }: Entered): Report["request"] {
  const place = places.chosen();
  const request: Report["request"] = {
    title: value("title"), category: categories.chosen()?.slug ?? "", location: place?.location ?? null,
  };
  const set = (name: string, entry: unknown): void => { if (entry) request[name] = entry; };
  set("description", value("description"));
  set("address", addressOf(places));
  const who = value("who");
  if (who === "anonymous") request.anonymous = true;
  if (who === "caller") request.for_caller = true;
  if (who === "contact" || who === "caller") {
    const contact = ["name", "email", "phone"].map((name) => [name, value(name)]).filter(([, entry]) => entry);
    if (contact.length > 0 || who === "contact") request.contact = Object.fromEntries(contact);
  }
  const answers = categories.answers();
  if (Object.keys(answers).length > 0) request.attributes = answers;
  return request;
}
