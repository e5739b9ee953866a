// Who else of the staff has a report open: shown on its page and in the queue.
import { call } from "./api";
import { find, findAll } from "./dom";
import type { LiveEvent, Person } from "./live";
import { t } from "./messages";

const beat = 10_000;

/** By reference: who has it open, and until when that is believed. */
const sights = new Map<string, { people: Person[]; until: number }>();
let me: number | null = null;

/** "Ann Lee has this open" */
function words(people: Person[]): string {
  const [first, ...others] = people;
  if (!first) return "";
  if (others.length === 0) return t("{name} has this open", { name: first.name });
  return t("{name} and {count} more have this open", { name: first.name, count: others.length });
}

/** The people other than the reader who have a request open now. */
export function peopleAt(reference: string): Person[] {
  const sight = sights.get(reference);
  if (!sight || sight.until < Date.now()) return [];
  return sight.people.filter((person) => person.id !== me);
}

/** Fills every `[data-presence="REFERENCE"]` and the page's own, also those that have just been put there. */
export function showPresence(within: ParentNode = document): void {
  for (const element of findAll("[data-presence], #presence[data-reference]", within)) {
    const text = words(peopleAt(element.dataset.presence ?? element.dataset.reference ?? ""));
    if (element.textContent !== text) element.textContent = text;
    element.hidden = text === "";
    element.classList.toggle("badge", text !== "");
  }
}

function note(reference: string, people: Person[], seconds: number): void {
  sights.set(reference, { people, until: Date.now() + seconds * 1000 + 5000 });
  showPresence();
}

/** To be handed every event of the stream. */
export function hearPresence(event: LiveEvent): void {
  if (event.name === "presence") note(event.data.reference, event.data.people ?? [], event.data.seconds ?? 30);
}

/** Says that the report of `<div id="presence" data-reference>` is open, as long as it can be seen. */
export async function startPresence(): Promise<void> {
  me = await call<{ id: number }>("GET", "/me").then((person) => person.id, () => null);
  setInterval(() => showPresence(), beat);
  const element = find("#presence[data-reference]");
  if (!element) return;
  const reference = element.dataset.reference ?? "";
  const path = `/requests/${reference}/presence`;
  const enter = async (): Promise<void> => {
    if (document.hidden) return;
    const answer = await call<{ people: Person[] }>("POST", path).catch(() => null);
    if (answer) note(reference, answer.people, 30);
  };
  const leave = (): void => { void call("DELETE", path, undefined, { keepalive: true }).catch(() => undefined); };
  setInterval(() => void enter(), beat);
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); else void enter(); });
  await enter();
}
