// What is wrong with a report, in words beside its fields: what the form itself sees, and what the server refused.
import type { Refused } from "./api";
import type { Entered } from "./entered";
import type { Mistake } from "./errors";
import { t } from "./messages";

const missing = (label: string): string => (label.endsWith("?") ? t("Answer “{label}”", { label }) : t("{label} is missing.", { label }));

/** What the form itself sees, of one of its screens. */
export function mistakesOf(step: string, { places, categories, value }: Entered): Mistake[] {
  const list: Mistake[] = [];
  if (step === "where" && !places.chosen() && !places.isUnknown() && !places.asWritten()) {
    list.push({ id: "field-street", message: t("Say where it is, or that you do not know the place.") });
  }
  if (step === "what") {
    const category = categories.chosen();
    if (!category) list.push({ id: "field-category", message: t("Choose what it is about.") });
    if (category?.stops) list.push({ id: "field-category", message: category.stops });
    for (const { id, label } of categories.missing()) list.push({ id, message: missing(label) });
  }
  if (step === "details") {
    if (!value("title")) list.push({ id: "field-title", message: missing(t("Title")) });
    const who = value("who");
    if (!who) list.push({ id: "field-who", message: t("Choose how you want to report.") });
    if (who === "contact" && !value("email") && !value("phone")) {
      list.push({ id: "field-email", message: t("Enter an email address or a telephone number.") });
    }
  }
  return list;
}

/** @param category the chosen one's slug: each has questions of its own */
export function mistakesIn(error: Refused, category: string): Mistake[] {
  const mistakes = error.errors.map(({ field, code, message }) => {
    const id = fieldID(field, category);
    const label = labelOf(id);
    const words = code === "category_stopped" || !label ? message
      : code === "outside_area" ? t("The place lies outside of the township.")
      : code === "required" ? missing(label)
      : code === "too_long" ? t("{label} is too long.", { label })
      : t("{label} does not look right.", { label });
    return { id, message: words };
  });
  return mistakes.length > 0 ? mistakes : [{ id: "", message: ofTheWhole(error) }];
}

function ofTheWhole(error: Refused): string {
  switch (error.code) {
    case "idempotency_conflict": return t("This report was sent already. Send it again only if it is about another problem.");
    case "unauthenticated": case "csrf_token_required":
      return t("You have been signed out. Sign in in another tab, then reload this page.");
  }
  return error.status === 429 ? t("Too many reports came from here. Wait a minute and send it again.")
    : error.status === 413 ? t("The photos are too large together. Remove some.")
    : t("The report could not be sent: {reason}", { reason: error.message });
}

function fieldID(field: string, category: string): string {
  if (field.startsWith("location") || field === "address") return "field-street";
  if (field.startsWith("attributes.")) return `field-q-${category}-${field.slice(11)}`;
  return "field-" + field.replace("contact.", "");
}

function labelOf(id: string): string {
  const field = document.getElementById(id);
  if (!field) return "";
  if (id === "field-street") return t("The place");
  const isChoice = field.matches("[type=radio], [type=checkbox]");
  const label = (isChoice && field.closest("fieldset")?.querySelector("legend")) || document.querySelector(`label[for="${id}"]`);
  return (label?.firstChild?.textContent ?? "").trim();
}
