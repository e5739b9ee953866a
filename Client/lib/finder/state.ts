// What the address of the map page says.
import type { Box } from "../map";

/** What narrows the list, beside the place. */
const searchNames = ["q", "category", "status", "priority", "area", "since", "sort", "created_after", "created_before", "updated_after"];

export class State {
  selected: string | null = null;
  view: "map" | "list" = "map";

  constructor(readonly parameters: URLSearchParams) {
    this.selected = parameters.get("selected") || null;
    this.view = parameters.get("view") === "list" ? "list" : "map";
  }

  setView(box: Box, zoom: number): void {
    this.parameters.set("bbox", box.join(","));
    this.parameters.set("zoom", String(zoom));
  }

  setSearch(values: Map<string, string>): void {
    for (const [name, value] of values) {
      if (value) this.parameters.set(name, value);
      else this.parameters.delete(name);
    }
  }

  /** The search without the place. */
  search(): URLSearchParams {
    const search = new URLSearchParams();
    for (const name of searchNames) {
      const value = this.parameters.get(name)?.trim();
      if (value) search.set(name, value);
    }
    return search;
  }
}

export function readState(query: string): State {
  return new State(new URLSearchParams(query));
}

export function boxIn(state: State): Box | null {
  const numbers = (state.parameters.get("bbox") ?? "").split(",").map(Number);
  const isBox = numbers.length === 4 && numbers.every(Number.isFinite) && numbers[1] <= numbers[3];
  return isBox ? (numbers as Box) : null;
}

export function sameSearch(one: State, other: State): boolean {
  const place = (state: State): string => (state.parameters.get("bbox") ?? "") + " " + (state.parameters.get("zoom") ?? "");
  return one.search().toString() === other.search().toString() && place(one) === place(other);
}

/** Path and query of the whole state; commas stay readable. */
export function stateAddress(state: State): string {
  const all = state.search();
  for (const name of ["bbox", "zoom"]) {
    const value = state.parameters.get(name);
    if (value) all.set(name, value);
  }
  if (state.selected) all.set("selected", state.selected);
  if (state.view === "list") all.set("view", "list");
  const query = all.toString().replace(/%2C/g, ",").replace(/%3A/g, ":");
  return location.pathname + (query ? "?" + query : "");
}

/** The search as the API takes it: it knows moments, not periods. */
export function forAPI(search: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams(search);
  const days = Number(query.get("since"));
  query.delete("since");
  query.delete("sort");
  // A whole hour, so that moving the map asks for the same list.
  if (days > 0) query.set("created_after", new Date(Math.floor((Date.now() - days * 86_400_000) / 3_600_000) * 3_600_000).toISOString());
  return query;
}
