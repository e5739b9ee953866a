// The list beside the map, made by the server.
import { find, findAll, make } from "../dom";
import type { Box } from "../map";
import { language, t } from "../messages";
import type { Found } from "./pins";

export class MapResults {
  /** Told over which entry the pointer or the keyboard is. */
  onHover: (reference: string | null) => void = () => {};
  private readonly element = find("#results")!;
  private readonly found = find("#found")!;
  private controller: AbortController | null = null;
  private hasFailed = false;

  constructor(private readonly locate: (reference: string) => void) {
    this.element.addEventListener("click", (event) => this.clicked(event));
    const over = (event: Event): void => this.onHover(this.entry(event)?.dataset.reference ?? null);
    for (const type of ["mouseover", "focusin"]) this.element.addEventListener(type, over);
    this.element.addEventListener("mouseleave", () => this.onHover(null));
    this.element.addEventListener("focusout", () => this.onHover(null));
    this.dress(this.element);
  }

  async load(search: URLSearchParams, box: Box, selected: string | null): Promise<void> {
    const query = new URLSearchParams(search);
    query.set("bbox", box.join(","));
    const html = await this.fetch("/map/list?" + query);
    if (html === null) return;
    const side = this.element.parentElement!;
    const held = this.held();
    this.element.innerHTML = html;
    this.dress(this.element);
    this.mark(selected);
    held?.();
    side.scrollTop = Math.min(side.scrollTop, this.element.offsetTop);
  }

  /** Says how many there are. */
  tell(found: Found | undefined, again: () => void): void {
    // A later question is on its way.
    if (found === undefined) return;
    this.found.classList.toggle("wrong", found === null || this.hasFailed);
    if (found === null || this.hasFailed) {
      const button = make("button", { type: "button", class: "small quiet" }, t("Try again"));
      button.addEventListener("click", again);
      const sentence = navigator.onLine ? t("The reports could not be loaded.") : t("You are offline.");
      this.found.replaceChildren(sentence, button);
      return;
    }
    const count = found.count.toLocaleString(language);
    const sentence = found.isMore ? t("More than {count} reports in view", { count })
      : found.count === 0 ? t("No reports in view")
      : found.count === 1 ? t("1 report in view") : t("{count} reports in view", { count });
    if (this.found.textContent !== sentence) this.found.textContent = sentence;
  }

  mark(reference: string | null): void {
    for (const entry of findAll(".result", this.element)) {
      const isHere = reference !== null && entry.dataset.reference === reference;
      entry.classList.toggle("here", isHere);
      if (isHere) entry.setAttribute("aria-current", "true");
      else entry.removeAttribute("aria-current");
    }
  }

  placeOf(reference: string): [number, number] | null {
    const entry = findAll(".result", this.element).find((each) => each.dataset.reference === reference);
    const [latitude, longitude] = [Number(entry?.dataset.latitude), Number(entry?.dataset.longitude)];
    return Number.isFinite(latitude) && Number.isFinite(longitude) ? [latitude, longitude] : null;
  }

  private entry(event: Event): HTMLElement | null {
    return (event.target as Element).closest<HTMLElement>(".result");
  }

  /** Gives the keyboard its place back in the new list: the same entry, else the first. */
  private held(): (() => void) | null {
    const focused = document.activeElement;
    if (!focused || !this.element.contains(focused)) return null;
    const reference = focused.closest<HTMLElement>(".result")?.dataset.reference;
    const kind = focused.matches(".locate") ? ".locate" : "a";
    return () => {
      const entries = findAll(".result", this.element);
      const entry = entries.find((each) => each.dataset.reference === reference) ?? entries[0];
      (entry ? find(kind, entry) : find("#field-q"))?.focus({ preventScroll: true });
    };
  }

  private clicked(event: Event): void {
    const target = event.target as Element;
    if (target.closest(".locate")) {
      const reference = this.entry(event)?.dataset.reference;
      if (reference) this.locate(reference);
    } else if (target.closest("#next-page")) {
      event.preventDefault();
      void this.more(target.closest<HTMLAnchorElement>("#next-page")!);
    }
  }

  /** Adds the next page below. */
  private async more(link: HTMLAnchorElement): Promise<void> {
    const html = await this.fetch("/map/list" + new URL(link.href).search);
    if (html === null) return;
    const page = make("div");
    page.innerHTML = html;
    this.dress(page);
    const entries = findAll(".result", page);
    const next = find(".finder-next", page);
    find(".results", this.element)?.append(...entries);
    link.parentElement!.remove();
    if (next) this.element.append(next);
    find("a", entries[0])?.focus();
  }

  /** @returns null where a newer question has taken this one's place, or it has failed */
  private async fetch(address: string): Promise<string | null> {
    this.controller?.abort();
    const controller = this.controller = new AbortController();
    this.element.setAttribute("aria-busy", "true");
    this.hasFailed = false;
    try {
      const response = await fetch(address, { signal: controller.signal, credentials: "same-origin" });
      if (!response.ok) throw new Error(String(response.status));
      return await response.text();
    } catch {
      if (!controller.signal.aborted) this.hasFailed = true;
      return null;
    } finally {
      if (this.controller === controller) this.element.removeAttribute("aria-busy");
    }
  }

  private dress(within: HTMLElement): void {
    for (const button of findAll<HTMLButtonElement>(".locate", within)) button.hidden = false;
  }
}
