// A request's page stays as it is on the server: the parts marked data-live are fetched again and exchanged.
import { announce, find, findAll } from "../lib/dom";
import { onLive } from "../lib/live";
import { t } from "../lib/messages";

/** How soon to look while a file is being checked: its sender waits for that. */
const scanPause = 2500;
let timer = 0;

function refreshIn(milliseconds: number): void {
  clearTimeout(timer);
  timer = window.setTimeout(refresh, milliseconds);
}

async function refresh(): Promise<void> {
  if (!document.hidden) {
    try {
      const response = await fetch(location.pathname, { credentials: "same-origin", headers: { Accept: "text/html" } });
      // Removed, or no longer to be seen: the page itself says so.
      if (response.status === 404 || response.status === 410) return location.reload();
      if (response.ok) exchange(new DOMParser().parseFromString(await response.text(), "text/html"));
    } catch { /* Away from the network: the next time will tell. */ }
  }
  if (find("[data-scanning]")) refreshIn(scanPause);
}

/** Whether the reader is busy inside of it: nothing is taken away under their hands. */
function isInUse(part: Element): boolean {
  return part.contains(document.activeElement)
    || findAll<HTMLTextAreaElement>("textarea", part).some((area) => area.value !== area.defaultValue);
}

function exchange(fresh: Document): void {
  const news: string[] = [];
  for (const part of findAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (!other || other.innerHTML === part.innerHTML || isInUse(part)) continue;
    part.replaceWith(document.adoptNode(other));
    if (other.textContent?.trim()) news.push(other.dataset.live ?? "");
  }
  if (news.length) announce(news.join(" "));
}

/** The page's last step: a reference, in whatever way it was typed, or a tracking code. */
const subject = location.pathname.split("/").pop() ?? "";
const plain = (reference: string): string => reference.replace(/-/g, "").toUpperCase();
const isTracked = location.pathname.startsWith("/track/");
onLive((event) => {
  // What happens at once is fetched at once.
  if (isTracked || plain(event.data.reference) === plain(subject)) refreshIn(200);
}, { path: isTracked ? `/track/${subject}/stream` : "/stream", poll: () => refreshIn(0) });

document.addEventListener("visibilitychange", () => { if (!document.hidden) refreshIn(0); });
if (find("[data-scanning]")) refreshIn(scanPause);

// The greeting: what needs a script is shown by it.
const keep = find("#keep");
if (keep) {
  keep.hidden = false;
  find("#print-page")?.addEventListener("click", () => print());
  find("#copy-link")?.addEventListener("click", async () => {
    await navigator.clipboard.writeText(find<HTMLAnchorElement>("#tracking-link")?.href ?? "");
    announce(t("The link has been copied."));
    const button = find("#copy-link");
    if (button) button.textContent = t("The link has been copied.");
  });
}

const place = find(".small-map");
if (place) void import("../lib/small-map").then(({ drawSmallMap }) => drawSmallMap(place));
