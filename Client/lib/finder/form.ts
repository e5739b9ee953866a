// The filter form: an ordinary one, which with scripts takes effect as it is changed.
import { find, findAll } from "../dom";
import type { State } from "./state";

export class FilterForm {
  private readonly form = find<HTMLFormElement>("#filters")!;
  private readonly fields = findAll<HTMLInputElement | HTMLSelectElement>("[name]:not([type=hidden])", this.form);
  private timer = 0;

  constructor(private readonly changed: () => void) {
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.tell(); });
    this.form.addEventListener("change", () => this.tell());
    const search = find<HTMLInputElement>("#field-q")!;
    search.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = window.setTimeout(() => this.tell(), 500);
    });
    find("#clear-filters")!.addEventListener("click", (event) => {
      event.preventDefault();
      for (const field of this.fields) if (field instanceof HTMLSelectElement) field.selectedIndex = 0;
      for (const field of findAll<HTMLInputElement>("input[type=hidden]", this.form)) {
        if (field.name !== "bbox" && field.name !== "zoom") field.value = "";
      }
      this.tell();
    });
  }

  /** Every field with what it says; an empty text where it says nothing. */
  values(): Map<string, string> {
    const values = new Map<string, string>();
    for (const field of this.fields) values.set(field.name, field.value.trim());
    for (const field of findAll<HTMLInputElement>("input[type=hidden]", this.form)) {
      if (field.name !== "bbox" && field.name !== "zoom") values.set(field.name, field.value);
    }
    return values;
  }

  fill(state: State): void {
    for (const field of this.fields) {
      const value = state.parameters.get(field.name) ?? "";
      field.value = value;
      if (field instanceof HTMLSelectElement && field.selectedIndex < 0) field.selectedIndex = 0;
    }
    this.count();
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.count();
    this.changed();
  }

  private count(): void {
    const narrowing = this.fields.filter((field) => field instanceof HTMLSelectElement && field.name !== "sort" && field.value).length;
    const shown = find("#narrowing")!;
    shown.hidden = narrowing === 0;
    find("span", shown)!.textContent = String(narrowing);
  }
}
