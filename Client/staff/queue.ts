// The list: the server's own markup, exchanged when the filter changes or something happens.
import { find, findAll } from "../lib/dom";
import { showPresence } from "../lib/presence";
import { address, fill, params } from "./state";
import { choose, isSelected, onSelection } from "./selection";

const listeners: (() => void)[] = [];
let running: AbortController | null = null;
let last: string | null = null;

export const rows = (): HTMLElement[] => findAll("#queue-list > .row");
export const rowOf = (reference: string): HTMLElement | null => document.getElementById("row-" + reference);

/** After the list was exchanged. */
export function onQueue(listener: () => void): void { listeners.push(listener); }

/** The row that has the focus, or had it last. */
export function currentRow(): HTMLElement | null {
  const focused = document.activeElement?.closest<HTMLElement>(".row");
  return focused ?? (last ? rowOf(last) : null);
}

export function focusRow(row: HTMLElement | null | undefined): void {
  const link = row && find<HTMLElement>(".row-title", row);
  if (!link) return;
  link.focus();
  link.scrollIntoView({ block: "nearest" });
}

/** Up or down by one. */
export function move(step: 1 | -1): void {
  const all = rows();
  const now = currentRow();
  const index = now ? all.indexOf(now) + step : step > 0 ? 0 : all.length - 1;
  focusRow(all[Math.max(0, Math.min(all.length - 1, index))]);
}

async function fetchPage(path: string, signal: AbortSignal): Promise<Document> {
  const response = await fetch(path, { signal, credentials: "same-origin", headers: { Accept: "text/html" } });
  if (response.redirected && !response.url.includes(location.pathname)) location.reload();
  if (!response.ok) throw new TypeError(String(response.status));
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Reads the list anew; what is chosen and what has the focus stay. */
export async function refreshQueue(): Promise<void> {
  running?.abort();
  const controller = running = new AbortController();
  const page = await fetchPage(address(params()), controller.signal);
  if (controller.signal.aborted) return;
  const focused = document.activeElement?.closest<HTMLElement>(".row");
  const isBox = document.activeElement instanceof HTMLInputElement;
  const scrolled = find("#queue-panel")?.scrollTop ?? 0;
  for (const selector of ["#queue", "#views"]) {
    const [old, fresh] = [find(selector), find(selector, page)];
    if (old && fresh) old.replaceWith(document.adoptNode(fresh));
  }
  const query = find<HTMLInputElement>("#queue-form input[name=query]", page)?.value ?? "";
  for (const field of findAll<HTMLInputElement>("input[name=query]")) field.value = query;
  const [summary, fresh] = [find("#more-filters > summary"), find("#more-filters > summary", page)];
  if (summary && fresh) summary.textContent = fresh.textContent;
  const panel = find("#queue-panel");
  if (panel) panel.scrollTop = scrolled;
  const again = focused && rowOf(focused.dataset.reference ?? "");
  if (again) find<HTMLElement>(isBox ? "input" : ".row-title", again)?.focus({ preventScroll: true });
  marked();
}

/** The next page, below this one. */
async function showMore(link: HTMLAnchorElement): Promise<void> {
  link.setAttribute("aria-disabled", "true");
  const page = await fetchPage(link.href, new AbortController().signal);
  const list = find("#queue-list");
  const fresh = findAll("#queue-list > .row", page).filter((row) => !rowOf(row.dataset.reference ?? ""));
  fresh.forEach((row) => list?.append(document.adoptNode(row)));
  const next = find<HTMLAnchorElement>("#queue-more", page);
  if (next) { link.href = next.href; link.removeAttribute("aria-disabled"); } else link.parentElement?.remove();
  focusRow(fresh[0] as HTMLElement | undefined);
  marked();
}

/** Rows show what is chosen. */
function mark(): void {
  for (const row of rows()) {
    const isChosen = isSelected(row.dataset.reference ?? "");
    row.classList.toggle("chosen", isChosen);
    const box = find<HTMLInputElement>("input[name=references]", row);
    if (box) box.checked = isChosen;
  }
}

function marked(): void {
  mark();
  showPresence();
  listeners.forEach((listener) => listener());
}

export function startQueue(changed: () => void): void {
  onSelection(mark);
  const panel = find("#queue-panel");
  panel?.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    if (box.name === "references") choose([box.value], box.checked);
  });
  panel?.addEventListener("focusin", (event) => {
    last = (event.target as Element).closest<HTMLElement>(".row")?.dataset.reference ?? last;
  });
  panel?.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("#queue-more");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    void showMore(link).catch(() => { location.href = link.href; });
  });
  // Boxes that a browser kept ticked over a reload.
  const kept = findAll<HTMLInputElement>("input[name=references]:checked").map((box) => box.value);
  if (kept.length > 0) choose(kept, true);
  const form = find<HTMLFormElement>("#filters");
  addEventListener("popstate", () => { if (form) fill(form); changed(); });
}
