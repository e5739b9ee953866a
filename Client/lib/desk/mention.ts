// Colleagues by name after an @, as one types: a list below the field, chosen by arrow keys and Enter, or by a click.
import { call } from "../api";
import { announce, find, make } from "../dom";
import { t } from "../messages";

interface Colleague { id: number; name: string; role: string; departments: string[] }

const begun = /(^|[^\p{L}\p{N}])@([\p{L}\p{N}][\p{L}\p{N}'’.-]*(?: [\p{L}\p{N}'’.-]*)?)?$/u;

class MentionList {
  private readonly list = make("ul", { role: "listbox", class: "mention-list", id: "mention-list", "aria-label": t("Colleagues") });
  private people: Colleague[] = [];
  private chosen = 0;
  private asked = 0;
  private timer = 0;

  constructor(private readonly field: HTMLTextAreaElement) {
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", this.list.id);
    field.setAttribute("aria-haspopup", "listbox");
    field.setAttribute("autocomplete", "off");
    this.list.hidden = true;
    field.after(this.list);
    field.addEventListener("input", () => this.look());
    field.addEventListener("keydown", (event) => this.press(event));
    // A click on the list takes the focus first: it must still be there then.
    field.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = (event.target as Element).closest<HTMLElement>("[role=option]");
      if (option) this.take(Number(option.dataset.index));
    });
  }

  /** What stands between the @ and the cursor; null where there is no @. */
  private query(): string | null {
    const match = begun.exec(this.field.value.slice(0, this.field.selectionStart));
    return match ? match[2] ?? "" : null;
  }

  private look(): void {
    clearTimeout(this.timer);
    const query = this.query();
    if (query === null) { this.close(); return; }
    this.timer = window.setTimeout(() => void this.ask(query.trim()), 120);
  }

  private async ask(query: string): Promise<void> {
    const number = ++this.asked;
    const path = "/users?staff=true&limit=8" + (query ? "&q=" + encodeURIComponent(query) : "");
    const answer = await call<{ items: Colleague[] }>("GET", path).catch(() => ({ items: [] as Colleague[] }));
    if (number !== this.asked || this.query() === null) return;
    // Behind a name that is written out, a sentence goes on.
    this.people = answer.items;
    if (this.people.length === 0) { this.close(); return; }
    this.chosen = 0;
    this.draw();
    announce(t("{count} colleagues found", { count: this.people.length }));
  }

  private draw(): void {
    this.list.replaceChildren(...this.people.map((person, index) => make(
      "li", { role: "option", id: `mention-${index}`, "data-index": String(index), "aria-selected": String(index === this.chosen) },
      make("strong", {}, person.name), person.departments.length ? ` ${person.departments.join(", ")}` : "")));
    this.list.hidden = false;
    this.field.setAttribute("aria-activedescendant", `mention-${this.chosen}`);
    this.list.children[this.chosen]?.scrollIntoView({ block: "nearest" });
  }

  private press(event: KeyboardEvent): void {
    if (this.list.hidden) return;
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) {
      this.chosen = (this.chosen + step + this.people.length) % this.people.length;
      this.draw();
    } else if (event.key === "Enter" || event.key === "Tab") {
      this.take(this.chosen);
    } else if (event.key === "Escape") {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
  }

  private take(index: number): void {
    const person = this.people[index];
    const query = this.query();
    if (!person || query === null) return;
    const end = this.field.selectionStart;
    this.field.setRangeText(`@${person.name} `, end - query.length - 1, end, "end");
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
  }

  private close(): void {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }
}

/** Offers colleagues in the internal composer. */
export function offerMentions(): void {
  const field = find<HTMLTextAreaElement>("#field-internal_body");
  if (field && !field.hasAttribute("aria-autocomplete")) new MentionList(field);
}
