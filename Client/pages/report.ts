// The report page: the server's one form, as four screens. Whatever goes wrong here leaves the form as it was, which works.
import { Refused } from "../lib/api";
import { makeCategories } from "../lib/categories";
import { find, findAll, make } from "../lib/dom";
import { Mistake, clearMistakes, showMistakes } from "../lib/errors";
import { t } from "../lib/messages";
import { keepForLater } from "../lib/offline";
import type { Report } from "../lib/outbox";
import { makePhotos } from "../lib/photos";
import { makePlaces } from "../lib/places";
import { send } from "../lib/reports";
import { findSimilar, makeSimilar } from "../lib/similar";
import { makeSteps } from "../lib/steps";

const form = find<HTMLFormElement>("form#report");
// Photos that wait on the server are sent with the form itself.
if (form && !find("[name=held]", form)) start(form);

function start(form: HTMLFormElement): void {
  const key = find<HTMLInputElement>("[name=idempotency_key]", form)!;
  // A page that was kept for times without a connection has the key of a report that may have been sent long ago.
  // Without a secure context there is no such page, and no randomUUID.
  const renewKey = () => { if ("randomUUID" in crypto) key.value = crypto.randomUUID(); };
  renewKey();
  let isSent = false;
  window.addEventListener("pageshow", (event) => { if (event.persisted && isSent) location.reload(); });
  window.addEventListener("beforeunload", (event) => {
    if (isSent || !(photos.files().length > 0 || value("title") || value("description"))) return;
    event.preventDefault();
    // Browsers of before 2023 ask only for this.
    event.returnValue = "";
  });
  // Enter in a field presses the form's first button: that one must be the one that sends.
  const findButton = find<HTMLButtonElement>("#find", form);
  if (findButton) findButton.type = "button";

  const places = makePlaces(form, preview);
  const categories = makeCategories(form, preview);
  const photos = makePhotos(form, offerPlace, preview);
  const steps = makeSteps(form, mayLeave);
  const similar = makeSimilar();
  steps.insert(similar.section, "details");
  let asked = "";

  const value = (name: string) => (find<HTMLInputElement>(`[name=${name}]:not([type=radio]), [name=${name}]:checked`, form)?.value ?? "").trim();

  // MARK: What is wrong

  const openField = (field: HTMLElement) => {
    const step = field.closest(".step")?.id;
    if (step) steps.go(step);
  };

  function mistakesOf(step: string): Mistake[] {
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

  async function mayLeave(step: string): Promise<boolean | string> {
    const mistakes = mistakesOf(step);
    if (mistakes.length > 0) {
      showMistakes(form, mistakes, openField);
      wasWrong = step;
      return false;
    }
    clearMistakes(form);
    if (step === "photos") {
      const [place, category] = [places.chosen(), categories.chosen()];
      const question = JSON.stringify([place?.location, category?.slug]);
      if (question !== asked) {
        asked = question;
        const items = await findSimilar(place, category?.slug ?? "");
        similar.show(items);
        if (items.length > 0) return "similar";
      }
      return "details";
    }
    return true;
  }

  // MARK: The photo's place

  const offer = make("div", { class: "notice", id: "photo-place", hidden: "" });
  find("#drop", form)!.after(offer);

  function offerPlace(spot: { latitude: number; longitude: number } | null): void {
    const place = places.chosen()?.location;
    const isNew = spot && (!place || metres(spot, place) > 60);
    offer.hidden = !isNew;
    if (!spot || !isNew) return;
    const take = make("button", { type: "button", class: "small" }, t("Take the photo’s place"));
    take.addEventListener("click", async () => {
      await places.choose(spot);
      offer.replaceChildren(make("p", { role: "status" }, t("The place is now: {place}", { place: places.chosen()?.address ?? "" })));
    });
    offer.replaceChildren(
      make("p", {}, place ? t("This photo was taken {metres} m from the place you chose.", { metres: Math.round(metres(spot, place)) })
        : t("This photo knows where it was taken.")), make("p", {}, take));
  }

  // MARK: What becomes public

  let wasWrong = "";

  function preview(): void {
    // What has been put right is no longer held against anybody.
    if (wasWrong && mistakesOf(wasWrong).length === 0) {
      clearMistakes(form);
      wasWrong = "";
    }
    const box = find("#preview", form);
    if (!box) return;
    let list = find("dl", box);
    if (!list) box.append(list = make("dl", { class: "facts" }));
    const category = categories.chosen();
    const note = find("p", box)!;
    note.textContent = category?.isPrivate
      ? t("Nothing: reports of this kind are read by staff alone.")
      : t("Everybody can see this, the photos once they are scanned. Your name, email address and telephone number are for staff alone.");
    const rows: [string, string][] = category?.isPrivate ? [] : [
      [t("Title"), value("title")], [t("Description"), value("description")], [t("About"), category?.name ?? ""],
      [t("Place"), places.isUnknown() ? t("unknown") : places.chosen()?.address ?? places.asWritten() ?? ""],
      [t("Photos"), photos.files().length > 0 ? String(photos.files().length) : ""],
    ];
    list.replaceChildren(...rows.filter(([, text]) => text !== "").flatMap(([label, text]) => [make("dt", {}, label), make("dd", {}, text)]));
  }
  form.addEventListener("input", preview);
  preview();

  // MARK: Sending

  function report(): Report {
    const place = places.chosen();
    const request: Report["request"] = { title: value("title"), category: categories.chosen()?.slug ?? "", location: place?.location ?? null };
    const set = (name: string, entry: unknown) => { if (entry) request[name] = entry; };
    set("description", value("description"));
    set("address", place?.address ?? places.asWritten());
    const who = value("who");
    if (who === "anonymous") request.anonymous = true;
    if (who === "contact") {
      const contact = ["name", "email", "phone"].map((name) => [name, value(name)]).filter(([, entry]) => entry);
      request.contact = Object.fromEntries(contact);
    }
    const answers = categories.answers();
    if (Object.keys(answers).length > 0) request.attributes = answers;
    return { request, files: photos.files(), idempotencyKey: key.value };
  }

  const button = find<HTMLButtonElement>("button[value=send]", form)!;
  const meter = make("progress", { max: "1", value: "0", "aria-label": t("Sending") });
  const state = make("p", { class: "hint", role: "status" });
  const sending = make("div", { id: "sending", hidden: "" }, meter, state);
  button.after(sending);
  let isSending = false;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // Enter in a field of an earlier screen means: go on.
    const step = steps.current();
    if (step === "details") void submit();
    else find<HTMLButtonElement>(`#${step} button.next`)?.click();
  });

  async function submit(): Promise<void> {
    if (isSending) return;
    const mistakes = ["where", "what", "details"].flatMap(mistakesOf);
    if (mistakes.length > 0) return showMistakes(form, mistakes, openField);
    clearMistakes(form);
    const current = report();
    isSending = button.disabled = true;
    sending.hidden = false;
    state.textContent = t("Sending…");
    try {
      const receipt = await send(current, (share) => {
        meter.value = share;
        if (share >= 1) state.textContent = t("Nearly done…");
      });
      isSent = true;
      location.assign((receipt.tracking_code ? `/track/${receipt.tracking_code}` : `/requests/${receipt.reference}`) + "?sent=1");
    } catch (error) {
      isSending = button.disabled = false;
      sending.hidden = true;
      if (error instanceof Refused) return refused(error);
      if (!(error instanceof TypeError)) throw error;
      await keep(current);
    }
  }

  async function keep(current: Report): Promise<void> {
    try {
      await keepForLater(current);
    } catch {
      return showMistakes(form, [{ id: "", message: t("There is no connection, and this browser cannot keep the report. Try again later.") }], openField);
    }
    isSent = true;
    const heading = make("h1", { tabindex: "-1" }, t("Kept until there is a connection"));
    const again = make("a", { class: "button", href: location.pathname }, t("Report another problem"));
    find("h1")?.remove();
    form.replaceWith(heading,
      make("p", {}, t("Your report and its photos are safe on this device. They are sent by themselves, once, as soon as there is a connection: come back to this page to see its number.")),
      make("p", {}, again));
    heading.focus();
  }

  function refused(error: Refused): void {
    if (error.code === "idempotency_conflict") {
      renewKey();
      return showMistakes(form, [{ id: "", message: t("This report was sent already. Send it again only if it is about another problem.") }], openField);
    }
    if (error.code === "unauthenticated" || error.code === "csrf_token_required") {
      return showMistakes(form, [{ id: "", message: t("You have been signed out. Sign in in another tab, then reload this page.") }], openField);
    }
    const slug = categories.chosen()?.slug ?? "";
    const mistakes = error.errors.map(({ field, code, message }) => {
      const id = fieldID(field, slug);
      const label = labelOf(id);
      const words = code === "category_stopped" || !label ? message
        : code === "outside_area" ? t("The place lies outside of the township.")
        : code === "required" ? missing(label)
        : code === "too_long" ? t("{label} is too long.", { label })
        : t("{label} does not look right.", { label });
      return { id, message: words };
    });
    const whole = error.status === 429 ? t("Too many reports came from here. Wait a minute and send it again.")
      : error.status === 413 ? t("The photos are too large together. Remove some.")
      : t("The report could not be sent: {reason}", { reason: error.message });
    showMistakes(form, mistakes.length > 0 ? mistakes : [{ id: "", message: whole }], openField);
    const first = mistakes.find((one) => one.id)?.id;
    const field = first ? document.getElementById(first) : null;
    if (field) openField(field);
    find(".error-summary")?.focus();
  }

  // Errors that the server found before this script ran stand somewhere in the form.
  const wrong = find(".field.wrong, .error", form)?.closest(".step")?.id;
  if (find(".error-summary") && wrong) {
    steps.go(wrong);
    findAll<HTMLAnchorElement>(".error-summary a").forEach((link) => link.addEventListener("click", (event) => {
      const field = document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      openField(field);
      field.focus();
    }));
    find(".error-summary")?.focus();
  }
}

const missing = (label: string) => (label.endsWith("?") ? t("Answer “{label}”", { label }) : t("{label} is missing.", { label }));

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

interface Spot { latitude: number; longitude: number }

/** By Pythagoras: good to a few metres over the breadth of a township. */
function metres(one: Spot, other: Spot): number {
  const north = (one.latitude - other.latitude) * 111195;
  const east = (one.longitude - other.longitude) * 111195 * Math.cos(one.latitude * Math.PI / 180);
  return Math.hypot(north, east);
}
