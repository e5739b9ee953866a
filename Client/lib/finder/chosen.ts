// The report whose pin was chosen, on a card over the map.
import { find, make } from "../dom";
import { t } from "../messages";

export class ChosenCard {
  private readonly card = find("#chosen")!;
  private returnsTo: Element | null = null;
  private wanted: string | null = null;

  constructor(private readonly close: () => void) {
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.card.hidden) this.close();
    });
  }

  /** @param takesFocus where somebody has just chosen it */
  async show(reference: string, takesFocus: boolean): Promise<void> {
    this.wanted = reference;
    if (takesFocus) this.returnsTo = document.activeElement;
    const response = await fetch("/map/requests/" + encodeURIComponent(reference), { credentials: "same-origin" }).catch(() => null);
    if (this.wanted !== reference) return;
    const content = make("div");
    if (response?.ok) content.innerHTML = await response.text();
    else content.append(make("p", {}, t("The reports could not be loaded.")));
    const button = make("button", { type: "button", class: "quiet close", "aria-label": t("Close") }, "×");
    button.addEventListener("click", () => this.close());
    this.card.replaceChildren(content, button);
    this.card.hidden = false;
    if (takesFocus) find("a", content)?.focus({ preventScroll: true });
  }

  /** Where it lies in the window. */
  box(): DOMRect | null { return this.card.hidden ? null : this.card.getBoundingClientRect(); }

  hide(): void {
    this.wanted = null;
    const hadFocus = this.card.contains(document.activeElement);
    this.card.hidden = true;
    this.card.replaceChildren();
    if (hadFocus) this.wayBack()?.focus({ preventScroll: true });
    this.returnsTo = null;
  }

  /** What it was opened from; where the list has been made anew since, the same entry's button in it. */
  private wayBack(): HTMLElement | null {
    if (!(this.returnsTo instanceof HTMLElement)) return find("#map");
    if (this.returnsTo.isConnected && this.returnsTo !== document.body) return this.returnsTo;
    const reference = this.returnsTo.closest<HTMLElement>(".result")?.dataset.reference;
    return (reference && find(`.result[data-reference="${CSS.escape(reference)}"] .locate`)) || find("#map");
  }
}
