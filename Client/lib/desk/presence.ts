// Who else has the request open.
import { call } from "../api";
import { find } from "../dom";
import { t } from "../messages";

interface Person { id: number; name: string }

function show(people: Person[]): void {
  const element = find("#presence");
  if (!element) return;
  const text = people.length === 0 ? "" : t("Also open here: {names}", { names: people.map((person) => person.name).join(", ") });
  if (element.textContent !== text) element.textContent = text;
}

/** Says that this page is open, every ten seconds while it is looked at. */
export function tellPresence(): void {
  const reference = find("#presence")?.dataset.reference;
  if (!reference) return;
  const path = `/requests/${reference}/presence`;
  const tell = (): void => {
    if (document.hidden) return;
    call<{ people: Person[] }>("POST", path).then((answer) => show(answer.people)).catch(() => undefined);
  };
  tell();
  setInterval(tell, 10_000);
  document.addEventListener("visibilitychange", tell);
  addEventListener("pagehide", () => { call("DELETE", path).catch(() => undefined); });
}
