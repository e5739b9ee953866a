// The order of the rules by dragging. The buttons beside each rule do the same, one place at a time.
import { find, findAll, make } from "../lib/dom";
import { t } from "../lib/messages";

const list = find("#rules");
const form = find<HTMLFormElement>("#order-form");

/** The rules' numbers as they stand on the page. */
function order(): string { return findAll("[data-rule]", list!).map((rule) => rule.dataset.rule).join(","); }

if (list && form && findAll("[data-rule]", list).length > 1) {
  for (const rule of findAll("[data-rule]", list)) {
    const grip = make("span", { class: "grip", title: t("Drag to move"), "aria-hidden": "true" }, "⠿");
    find(".rule-moves", rule)?.prepend(grip);
    grip.addEventListener("pointerdown", (event) => drag(rule, grip, event));
  }
}

function drag(rule: HTMLElement, grip: HTMLElement, start: PointerEvent): void {
  if (start.button !== 0 || !list || !form) return;
  const before = order();
  start.preventDefault();
  grip.setPointerCapture(start.pointerId);
  rule.classList.add("dragged");
  const move = (event: PointerEvent): void => {
    if (event.clientY < 50) scrollBy(0, -15);
    if (event.clientY > innerHeight - 50) scrollBy(0, 15);
    const other = findAll("[data-rule]", list).find((candidate) => {
      const box = candidate.getBoundingClientRect();
      return candidate !== rule && event.clientY >= box.top && event.clientY <= box.bottom;
    });
    if (!other) return;
    const box = other.getBoundingClientRect();
    const isAbove = (rule.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
    // Only past the other's middle, or two of different heights would change places for ever.
    // The other one moves: whoever is taken out of the document loses the pointer.
    if (isAbove && event.clientY < box.top + box.height / 2) rule.after(other);
    if (!isAbove && event.clientY > box.top + box.height / 2) rule.before(other);
  };
  const end = (event: PointerEvent): void => {
    grip.removeEventListener("pointermove", move);
    rule.classList.remove("dragged");
    if (event.type === "pointercancel" || order() === before) return;
    find<HTMLInputElement>("[name=order]", form)!.value = order();
    form.submit();
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", end, { once: true });
  grip.addEventListener("pointercancel", end, { once: true });
}
