// "Is it one of these?": open reports nearby, asked before the details are written.
import { Refused, call } from "./api";
import { announce, find, make } from "./dom";
import { language, t } from "./messages";
import type { Place } from "./places";

interface Similar {
  reference: string; title: string; category_name: string; created_at: string; distance: number; supporters: number;
  thumbnail: string | null;
}

/** What is open nearby and looks the same; nothing where it cannot be asked. */
export async function findSimilar(place: Place | null, category: string): Promise<Similar[]> {
  if (!place) return [];
  const answer = await call<{ items: Similar[] }>("POST", "/requests/similar", { category, location: place.location }).catch(() => null);
  return answer?.items ?? [];
}

export function makeSimilar(): { section: HTMLElement; show(items: Similar[]): void } {
  const list = make("ul", { class: "similar" });
  const section = make("section", { class: "step", id: "similar", "aria-labelledby": "similar-title" },
    make("h2", { id: "similar-title", tabindex: "-1" }, t("Is it one of these?")),
    make("p", {}, t("These open reports are close to your place. If one of them is about your problem, say so: your voice is counted, and you need not report it again.")),
    list);
  return {
    section,
    show(items) {
      list.replaceChildren(...items.map(card));
      const next = find("button.next", section);
      if (next) next.textContent = t("None of these, go on");
    },
  };
}

function card(item: Similar): HTMLElement {
  const path = `/requests/${item.reference}`;
  const facts = make("p", { class: "hint" }, [
    t("{count} m away", { count: Math.round(item.distance) }), t("reported {when}", { when: ago(item.created_at) }),
    ...(item.supporters > 0 ? [t("Others who have it too: {count}", { count: item.supporters })] : []),
  ].join(" · "));
  const same = make("button", { type: "button", class: "small", "aria-label": t("Same problem: {title}", { title: item.title }) }, t("Same problem"));
  const body = make("div", {},
    make("h3", {}, make("a", { href: path, target: "_blank" }, item.title,
      make("span", { class: "visually-hidden" }, " " + t("(opens in a new tab)")))),
    facts, same);
  same.addEventListener("click", () => void support(item, path, same));
  const entry = make("li", { class: "card" }, body);
  if (item.thumbnail) entry.prepend(make("img", { src: item.thumbnail, alt: "", width: "96", height: "72" }));
  return entry;
}

async function support(item: Similar, path: string, button: HTMLButtonElement): Promise<void> {
  button.disabled = true;
  try {
    const { supporters } = await call<{ supporters: number }>("POST", `/requests/${item.reference}/support`);
    const words = t("Thank you. You are counted: {count} in all. You need not send a report of your own.", { count: supporters });
    const undo = make("button", { type: "button", class: "quiet small" }, t("Undo"));
    const thanks = make("div", { class: "notice good" }, make("p", {}, words),
      make("p", { class: "cluster" }, make("a", { class: "button small", href: path + "?supported=1" }, t("See and follow that report")), undo));
    undo.addEventListener("click", async () => {
      await call("DELETE", `/requests/${item.reference}/support`).catch(() => undefined);
      thanks.replaceWith(button);
      button.disabled = false;
      button.focus();
    });
    button.replaceWith(thanks);
    find("a", thanks)?.focus();
    announce(words);
  } catch (error) {
    button.disabled = false;
    announce(error instanceof Refused ? error.message : t("There is no connection. Try again."));
  }
}

const units: [Intl.RelativeTimeFormatUnit, number][] = [["day", 86400], ["hour", 3600], ["minute", 60]];

function ago(time: string): string {
  const seconds = Math.max(0, (Date.now() - Date.parse(time)) / 1000);
  const [unit, length] = units.find(([, length]) => seconds >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(-Math.round(seconds / length), unit);
}
