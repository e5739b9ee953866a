// Which requests are chosen: by box in the list, by drawing on the map, or all that a filter finds.
import { announce } from "../lib/dom";
import { Refused, call } from "../lib/api";
import { language, t } from "../lib/messages";

export interface Outcome {
  matched: number;
  selected: string[];
  changed: { count: number; references: string[] };
  unchanged: { count: number; references: string[] };
  refused: { code: string; count: number; references: string[] }[];
  undo: { reference: string; version: number }[];
  versions: { reference: string; version: number }[];
  survivor: { reference: string; title: string } | null;
}

const chosen = new Set<string>();
const listeners: (() => void)[] = [];

export const selected = (): string[] => [...chosen];
export const isSelected = (reference: string): boolean => chosen.has(reference);
export const number = (count: number): string => count.toLocaleString(language);

export function onSelection(listener: () => void): void { listeners.push(listener); }

function tell(): void {
  listeners.forEach((listener) => listener());
  announce(chosen.size === 0 ? t("Nothing selected") : chosen.size === 1 ? t("1 selected")
    : t("{count} selected", { count: number(chosen.size) }));
}

export function choose(references: string[], isChosen: boolean): void {
  for (const reference of references) if (isChosen) chosen.add(reference); else chosen.delete(reference);
  tell();
}

export function replaceSelection(references: string[]): void {
  chosen.clear();
  choose(references, true);
}

/** Chooses what a polygon or a filter finds; the server looks. */
export async function selectBy(body: Record<string, unknown>): Promise<boolean> {
  announce(t("Looking inside the shape…"));
  try {
    const outcome = await call<Outcome>("POST", "/bulk", { ...body, dry_run: true });
    replaceSelection(outcome.selected);
    return true;
  } catch (error) {
    const code = error instanceof Refused ? error.code : "";
    complain(code === "too_many" ? t("More than 5,000 requests lie there. Draw a smaller shape.")
      : code === "invalid_format" ? t("The lines cross each other. Please draw again.") : wordsFor(error));
    return false;
  }
}

export function wordsFor(error: unknown): string {
  return error instanceof TypeError ? t("No connection. Nothing was changed.") : t("That did not work. Please try again.");
}

let complaint: (message: string) => void = announce;
/** Who shows what went wrong. */
export function onComplaint(show: (message: string) => void): void { complaint = show; }
export function complain(message: string): void { complaint(message); }

const portion = 500;

/** One key for each portion: an answer that got lost on its way is asked for again, and nothing is done twice. */
async function send(body: Record<string, unknown>, signal?: AbortSignal): Promise<Outcome> {
  const isOnce = body.dry_run !== true && "randomUUID" in crypto;
  const options = isOnce ? { signal, headers: { "Idempotency-Key": crypto.randomUUID() } } : { signal };
  try {
    return await call<Outcome>("POST", "/bulk", body, options);
  } catch (error) {
    if (!(error instanceof TypeError) || signal?.aborted || !isOnce) throw error;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return await call<Outcome>("POST", "/bulk", body, options);
  }
}

/** Changes what is chosen, in portions; `step` hears how far it is. What has another version than `seen` stays. */
export async function bulk(
  action: Record<string, unknown>, isDryRun: boolean, step: (done: number) => void = () => undefined, signal?: AbortSignal,
  seen: Outcome["versions"] = []
): Promise<Outcome> {
  const all = selected();
  const known = new Map(seen.map((each) => [each.reference, each]));
  const sum: Outcome = {
    matched: 0, selected: [], changed: { count: 0, references: [] }, unchanged: { count: 0, references: [] }, refused: [], undo: [],
    versions: [], survivor: null,
  };
  for (let start = 0; start < all.length; start += portion) {
    const references = all.slice(start, start + portion);
    const versions = references.flatMap((reference) => known.get(reference) ?? []);
    add(sum, await send({ references, action, dry_run: isDryRun, ...(versions.length > 0 ? { versions } : {}) }, signal));
    step(start + references.length);
  }
  return sum;
}

/** Takes back what was done, where nothing has happened since. */
export async function undo(changes: Outcome["undo"]): Promise<number> {
  let count = 0;
  for (let start = 0; start < changes.length; start += portion) {
    const action = { type: "undo", changes: changes.slice(start, start + portion) };
    count += (await send({ action })).changed.count;
  }
  return count;
}

function add(sum: Outcome, part: Outcome): void {
  sum.matched += part.matched;
  for (const group of ["changed", "unchanged"] as const) {
    sum[group].count += part[group].count;
    sum[group].references.push(...part[group].references);
  }
  for (const group of part.refused) {
    const known = sum.refused.find((one) => one.code === group.code);
    if (known) { known.count += group.count; known.references.push(...group.references); } else sum.refused.push(group);
  }
  sum.undo.push(...part.undo);
  sum.versions.push(...part.versions);
  sum.survivor ??= part.survivor;
}
