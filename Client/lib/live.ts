// What happens while a page is open: one stream of events a browser, whichever tab holds it, and polling where there is
// none.
import { find } from "./dom";
import { t } from "./messages";

export interface Person { id: number; name: string }

/** Tells where to look, no more: whoever wants the words asks the API. An event may come twice. */
export interface LiveEvent {
  name: "request.created" | "request.changed" | "comment.added" | "attachment.changed" | "presence";
  data: {
    reference: string;
    version?: number; status?: string; category?: string; priority?: string;
    location?: { latitude: number; longitude: number } | null;
    attachment?: { id: string; state: string };
    /** For staff: of the history's row. */
    kind?: string; visibility?: "public" | "internal" | "private";
    people?: Person[]; seconds?: number;
  };
}

export interface LiveOptions {
  /** Below /api/v1; a tracking page has one of its own. */
  path?: string;
  /** Looks for news without the stream: every 15 seconds while it is away, and once when too much has happened. */
  poll?: () => void;
}

type Handler = (event: LiveEvent) => void;
/** What tabs say to each other: an event of the stream, the stream's loss, or "is somebody there?". */
type Message = { name: string; data?: LiveEvent["data"]; id?: string };

const names = ["request.created", "request.changed", "comment.added", "attachment.changed", "presence"];
const ownNames = ["hello", "alive", "reset"];
const pollEvery = 15_000;
/** The stream says every 20 seconds that it lives. */
const silenceLimit = 50_000;

/** @returns what ends it */
export function onLive(handler: Handler, options: LiveOptions = {}): () => void {
  const stream = new Stream(options.path ?? "/stream", handler, options.poll ?? (() => undefined));
  stream.start();
  return () => stream.stop();
}

class Stream {
  private source: EventSource | null = null;
  private last = "";
  private failures = 0;
  private isLive = false;
  private isStopped = false;
  private isWaiting = false;
  private heardAt = Date.now();
  private timers: number[] = [];
  private reopening = 0;
  private lead: { release: () => void } | null = null;
  private readonly name: string;
  private readonly tabs: BroadcastChannel | null;

  constructor(private readonly path: string, private readonly handler: Handler, private readonly poll: () => void) {
    this.name = "live:" + path;
    this.tabs = "locks" in navigator && "BroadcastChannel" in window ? new BroadcastChannel(this.name) : null;
  }

  start(): void {
    this.show(false);
    this.timers.push(window.setInterval(() => this.look(), pollEvery));
    // A page that is put aside holds no stream; coming back, it has missed something.
    addEventListener("pagehide", this.aside);
    addEventListener("pageshow", this.back);
    if (this.tabs) {
      this.tabs.onmessage = (event: MessageEvent<Message>) => this.hear(event.data);
      this.tabs.postMessage({ name: "ask" });
    }
    this.begin();
  }

  private begin(): void { if (this.tabs) this.stand(false); else this.open(); }

  stop(): void {
    this.isStopped = true;
    this.timers.forEach(clearInterval);
    this.close();
    this.tabs?.close();
    removeEventListener("pagehide", this.aside);
    removeEventListener("pageshow", this.back);
  }

  private readonly aside = () => this.close();
  private readonly back = (event: PageTransitionEvent) => {
    if (!event.persisted || this.isStopped) return;
    this.begin();
    this.poll();
  };

  /** Waits to become the tab that holds the stream. */
  private stand(steal: boolean): void {
    if (this.isWaiting && !steal) return;
    this.isWaiting = true;
    navigator.locks.request(this.name, { steal }, () => new Promise<void>((release) => {
      this.isWaiting = false;
      if (this.isStopped || this.lead) return release();
      this.lead = { release };
      this.open();
    })).catch(() => {
      // Another tab took it from this one, which had fallen silent.
      this.lead = null;
      this.source?.close();
      this.source = null;
      if (!this.isStopped) this.stand(false);
    });
  }

  private close(): void {
    clearTimeout(this.reopening);
    this.source?.close();
    this.source = null;
    this.lead?.release();
    this.lead = null;
  }

  private open(): void {
    clearTimeout(this.reopening);
    this.source?.close();
    const where = this.last ? "?last_event_id=" + encodeURIComponent(this.last) : "";
    const source = new EventSource("/api/v1" + this.path + where);
    this.source = source;
    this.heardAt = Date.now();
    for (const name of [...names, ...ownNames]) {
      source.addEventListener(name, (event) => {
        const message = event as MessageEvent<string>;
        this.tell({ name, data: JSON.parse(message.data), id: message.lastEventId });
      });
    }
    // Not left to the browser, which gives up for good where the answer is an error.
    source.onerror = () => {
      if (this.source !== source) return;
      source.close();
      this.tell({ name: "lost" });
      this.failures += 1;
      const pause = Math.min(30_000, 500 * 2 ** this.failures) * (0.5 + Math.random() / 2);
      this.reopening = window.setTimeout(() => this.open(), pause);
    };
  }

  private tell(message: Message): void {
    this.tabs?.postMessage(message);
    this.hear(message);
  }

  private hear({ name, data, id }: Message): void {
    if (name === "ask") {
      if (this.source && this.isLive) this.tabs?.postMessage({ name: "alive", id: this.last });
      return;
    }
    this.heardAt = Date.now();
    if (id) this.last = id;
    if (name === "lost") return this.show(false);
    this.failures = 0;
    this.show(true);
    if (name === "reset") return this.poll();
    if (data && names.includes(name)) this.handler({ name: name as LiveEvent["name"], data });
  }

  /** Every 15 seconds: whether the stream lives, here or in the tab that holds it. */
  private look(): void {
    if (Date.now() - this.heardAt > silenceLimit) {
      this.show(false);
      this.heardAt = Date.now();
      if (this.source || !this.tabs) this.open(); else this.stand(true);
    }
    if (!this.isLive && !document.hidden) this.poll();
  }

  /** Says so where the page has a place for it. Nobody is interrupted by it: aria-live is off. */
  private show(isLive: boolean): void {
    const changed = this.isLive !== isLive;
    this.isLive = isLive;
    const element = find("#live-status");
    if (!element || (!changed && element.textContent)) return;
    element.setAttribute("aria-live", "off");
    element.dataset.state = isLive ? "live" : "lost";
    element.textContent = isLive ? t("Live") : t("Reconnecting…");
  }
}
