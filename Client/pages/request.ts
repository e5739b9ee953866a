// A request's page stays as it is on the server: the parts marked data-live are fetched again and exchanged.
import { announce, find, findAll } from "../lib/dom";
import { onLive } from "../lib/live";

const quick = 2500, slow = 30000;
let timer = 0;

function pause(): number { return find("[data-scanning]") ? quick : slow; }

function schedule(): void {
  clearTimeout(timer);
  timer = window.setTimeout(refresh, pause());
}

/** Whether the reader is busy inside of it: nothing is taken away under their hands. */
function isInUse(part: Element): boolean {
  return part.contains(document.activeElement)
    || findAll<HTMLTextAreaElement>("textarea", part).some((area) => area.value !== area.defaultValue);
}

async function refresh(): Promise<void> {
  if (document.hidden) return schedule();
  try {
    const response = await fetch(location.pathname, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (response.ok) exchange(new DOMParser().parseFromString(await response.text(), "text/html"));
    // Removed, or no longer to be seen: the page itself says so.
    if (response.status === 404 || response.status === 410) return location.reload();
  } catch { /* Away from the network: the next time will tell. */ }
  schedule();
}

function exchange(fresh: Document): void {
  const news: string[] = [];
  for (const part of findAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (!other || other.innerHTML === part.innerHTML || isInUse(part)) continue;
    part.replaceWith(document.adoptNode(other));
    news.push(other.dataset.live ?? "");
  }
  if (news.length) announce(news.join(" "));
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) void refresh(); });
schedule();

/** The page's last step: a reference, in whatever way it was typed, or a tracking code. */
const subject = location.pathname.split("/").pop() ?? "";
const plain = (reference: string): string => reference.replace(/-/g, "").toUpperCase();
const isTracked = location.pathname.startsWith("/track/");
onLive((event) => {
  if (!isTracked && plain(event.data.reference) !== plain(subject)) return;
  clearTimeout(timer);
  // What happens at once is fetched at once.
  timer = window.setTimeout(refresh, 200);
}, { path: isTracked ? `/track/${subject}/stream` : "/stream" });
