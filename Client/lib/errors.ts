// What is wrong with a form, as the server's own error summary shows it: all of it at the top, each with a link.
import { find, findAll, make } from "./dom";
import { t } from "./messages";

export interface Mistake {
  /** The id of the field; empty where it is about the whole. */
  id: string;
  message: string;
}

export function clearMistakes(form: HTMLElement): void {
  find(".error-summary")?.remove();
  findAll(".script-error", form).forEach((element) => element.remove());
  findAll(".field.wrong", form).forEach((element) => element.classList.remove("wrong"));
  findAll("[aria-invalid]", form).forEach((element) => element.removeAttribute("aria-invalid"));
}

/** @param open shows the field: it may stand on another screen */
export function showMistakes(form: HTMLElement, mistakes: Mistake[], open: (field: HTMLElement) => void): void {
  clearMistakes(form);
  const list = make("ul");
  const title = make("h2", { id: "error-summary-title" }, t("There is a problem"));
  const summary = make("div", {
    class: "error-summary", role: "alert", tabindex: "-1", "aria-labelledby": "error-summary-title",
  }, title, list);
  for (const { id, message } of mistakes) {
    const field = id ? document.getElementById(id) : null;
    if (!field) { list.append(make("li", {}, message)); continue; }
    const link = make("a", { href: "#" + id }, message);
    link.addEventListener("click", (event) => { event.preventDefault(); open(field); field.focus(); });
    list.append(make("li", {}, link));
    mark(field, message);
  }
  form.before(summary);
  summary.focus();
  summary.scrollIntoView({ block: "start" });
}

function mark(field: HTMLElement, message: string): void {
  const frame = field.closest(".field");
  const note = make("p", { class: "error script-error", id: field.id + "-error" },
    make("span", { class: "visually-hidden" }, t("Error:")), " " + message);
  frame?.classList.add("wrong");
  if (field.matches("input:not([type=radio], [type=checkbox]), textarea, select")) {
    field.setAttribute("aria-invalid", "true");
    const described = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== note.id);
    field.setAttribute("aria-describedby", [...described, note.id].join(" "));
    field.before(note);
  } else {
    const legend = frame && find("legend", frame);
    if (legend) legend.after(note); else field.before(note);
  }
}
