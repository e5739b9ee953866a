// The service worker: the report page opens without a connection, and reports that were written then are sent as soon as
// there is one, be the page open or not.
import { sendWaiting } from "../lib/sending";

declare const VERSION: string;
const scope = self as unknown as ServiceWorkerGlobalScope & { registration: { sync?: unknown } };
const CACHE = `lamppost-${VERSION}`;
const PAGES = ["/report", "/offline"];

scope.addEventListener("install", (event) => {
  event.waitUntil(fill().then(() => scope.skipWaiting()));
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(clean().then(() => scope.clients.claim()));
});

/** The pages as a stranger sees them, so that nothing of anybody is kept, with everything they link. */
async function fill(): Promise<void> {
  const cache = await caches.open(CACHE);
  const links = new Set<string>();
  for (const page of PAGES) {
    const response = await fetch(page, { credentials: "omit", cache: "no-store" });
    if (!response.ok) continue;
    const text = await response.clone().text();
    for (const match of text.matchAll(/(?:href|src)="(\/(?:static|theme)\/[^"]+)"/g)) links.add(match[1] as string);
    await cache.put(page, response);
  }
  for (const link of [...links]) {
    if (!link.endsWith(".js")) continue;
    // What a module imports at once lies beside it.
    const text = await (await fetch(link)).text();
    for (const match of text.matchAll(/from"\.\/([\w.-]+\.js)"|import"\.\/([\w.-]+\.js)"/g)) links.add(`/static/${match[1] ?? match[2]}`);
  }
  await cache.addAll([...links]);
}

async function clean(): Promise<void> {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
}

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== scope.location.origin) return;
  if (/^\/(static|theme)\//.test(url.pathname)) event.respondWith(fromCache(request));
  else if (request.mode === "navigate") event.respondWith(fromNetwork(request, url.pathname));
});

/** Names carry a digest: what is there is right. */
async function fromCache(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

async function fromNetwork(request: Request, path: string): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    const cache = await caches.open(CACHE);
    const page = await cache.match(path === "/report" ? "/report" : "/offline");
    if (page) return page;
    throw error;
  }
}

// Background Sync, where there is one: the browser wakes us when the connection returns.
scope.addEventListener("sync", (event) => {
  (event as ExtendableEvent).waitUntil(sendWaiting());
});

scope.addEventListener("message", (event) => {
  if (event.data === "send") event.waitUntil(sendWaiting());
});
