// What the page shows, as the address bar holds it: the list's filters, and the map's place behind the #.
import { find } from "../lib/dom";

const root = find("#triage");

/** Every status of what is to be worked on. */
const openStatuses = root?.dataset.open ?? "";
/** Whether the reader changes requests at all. */
export const mayChange = root?.dataset.may === "change";
/** Names of layers of areas. */
export const layers = (root?.dataset.layers ?? "").split(" ").filter(Boolean);

/** What the form does not show but a link may bring. */
const carried = ["bbox", "near", "radius", "created_after", "created_before", "updated_after"];

export const params = (): URLSearchParams => new URLSearchParams(location.search);

/** The page's own address with these filters. */
export function address(query: URLSearchParams): string {
  const text = query.toString();
  return location.pathname + (text ? "?" + text : "") + location.hash;
}

/** The filters as the API takes them. */
export function filters(): Record<string, string> {
  const query = params();
  const status = query.get("status");
  if (!status) query.set("status", openStatuses);
  else if (status === "all") query.delete("status");
  for (const name of ["sort", "cursor"]) query.delete(name);
  return Object.fromEntries([...query].filter(([, value]) => value !== ""));
}

/** What the filter form says, with what it does not show. */
export function read(form: HTMLFormElement): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && value.trim() && !carried.includes(name)) query.append(name, value.trim());
  }
  const now = params();
  for (const name of carried) if (now.get(name)) query.set(name, now.get(name) ?? "");
  return query;
}

/** Puts the address into the form: after "back". */
export function fill(form: HTMLFormElement): void {
  const query = params();
  for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input[type=search], select")) {
    field.value = query.get(field.name) ?? "";
  }
}
