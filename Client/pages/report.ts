// The report page: the server's one form, as four screens. Whatever goes wrong here leaves the form as it was, which works.
import { Refused } from "../lib/api";
import { makeCategories } from "../lib/categories";
import { find, findAll, make } from "../lib/dom";
import { pointOutDetails } from "../lib/details";
import { Entered, requestOf, showPreview } from "../lib/entered";
import { Mistake, clearMistakes, showMistakes } from "../lib/errors";
import { t } from "../lib/messages";
import { mistakesIn, mistakesOf } from "../lib/mistakes";
import { keepForLater } from "../lib/offline";
import type { Report } from "../lib/outbox";
import { makePhotoPlace } from "../lib/photo-place";
import { makePhotos } from "../lib/photos";
import { makePlaces } from "../lib/places";
import { send } from "../lib/reports";
import { findSimilar, makeSimilar } from "../lib/similar";
import { Steps, makeSteps } from "../lib/steps";

function start(form: HTMLFormElement): void {
  // Enter in a field presses the form's first button: that one must be the one that sends.
  const findButton = find<HTMLButtonElement>("#find", form);
  if (findButton) findButton.type = "button";

  let wasWrong = "";
  const value = (name: string): string =>
    (find<HTMLInputElement>(`[name=${name}]:not([type=radio]), [name=${name}]:checked`, form)?.value ?? "").trim();
  const places = makePlaces(form, preview);
  const categories = makeCategories(form, preview);
  const photos = makePhotos(form, (spot) => offerPlace(spot), preview);
  const entered: Entered = { places, categories, photos, value };
  const pointOut = pointOutDetails(form, value, () => categories.chosen()?.isPrivate ?? false);
  const similar = makeSimilar();
  let asked = "";
  const steps = makeSteps(form, mayLeave);
  steps.insert(similar.section, "details");
  const offerPlace = makePhotoPlace(form, places);

  function preview(): void {
    // What has been put right is no longer held against anybody.
    if (wasWrong && mistakesOf(wasWrong, entered).length === 0) {
      clearMistakes(form);
      wasWrong = "";
    }
    showPreview(form, entered);
    pointOut();
  }
  form.addEventListener("input", preview);
  preview();

  async function mayLeave(step: string): Promise<boolean | string> {
    const mistakes = mistakesOf(step, entered);
    if (mistakes.length > 0) {
      showMistakes(form, mistakes, openerOf(steps));
      wasWrong = step;
      return false;
    }
    clearMistakes(form);
    if (step !== "photos") return true;
    const [place, category] = [places.chosen(), categories.chosen()];
    const question = JSON.stringify([place?.location, category?.slug]);
    if (question === asked) return "details";
    asked = question;
    const items = await findSimilar(place, category?.slug ?? "");
    similar.show(items);
    return items.length > 0 ? "similar" : "details";
  }

  const sending = new Sending(form, steps, entered);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // Enter in a field of an earlier screen means: go on.
    const step = steps.current();
    if (step === "details") void sending.submit();
    else find<HTMLButtonElement>(`#${step} button.next`)?.click();
  });
  showServersMistakes(form, steps);
}

/** Shows a field: on the screen where it stands. */
function openerOf(steps: Steps): (field: HTMLElement) => void {
  return (field) => {
    const step = field.closest(".step")?.id;
    if (step) steps.go(step);
  };
}

/** Errors that the server found before this script ran stand somewhere in the form. */
function showServersMistakes(form: HTMLFormElement, steps: Steps): void {
  const wrong = find(".field.wrong, .error", form)?.closest(".step")?.id;
  if (!find(".error-summary") || !wrong) return;
  steps.go(wrong);
  findAll<HTMLAnchorElement>(".error-summary a").forEach((link) => link.addEventListener("click", (event) => {
    const field = document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    openerOf(steps)(field);
    field.focus();
  }));
  find(".error-summary")?.focus();
}

/** The report on its way: once, with its key, or kept on the device until there is a connection. */
class Sending {
  private readonly key: HTMLInputElement;
  private readonly button: HTMLButtonElement;
  private readonly meter = make("progress", { max: "1", value: "0", "aria-label": t("Sending") });
  private readonly state = make("p", { class: "hint", role: "status" });
  private readonly box = make("div", { id: "sending", hidden: "" }, this.meter, this.state);
  private isSending = false;
  private isSent = false;

  constructor(private readonly form: HTMLFormElement, private readonly steps: Steps, private readonly entered: Entered) {
    this.key = find<HTMLInputElement>("[name=idempotency_key]", form)!;
    this.button = find<HTMLButtonElement>("button[value=send]", form)!;
    this.button.after(this.box);
    this.renewKey();
    window.addEventListener("pageshow", (event) => { if (event.persisted && this.isSent) location.reload(); });
    window.addEventListener("beforeunload", (event) => this.guard(event));
  }

  /**
   * A page that was kept for times without a connection has the key of a report that may have been sent long ago.
   * Without a secure context there is no such page, and no randomUUID.
   */
  private renewKey(): void {
    if ("randomUUID" in crypto) this.key.value = crypto.randomUUID();
  }

  /** What was written is not lost by a slip. */
  private guard(event: BeforeUnloadEvent): void {
    const { photos, value } = this.entered;
    if (this.isSent || !(photos.files().length > 0 || value("title") || value("description"))) return;
    event.preventDefault();
    // Browsers of before 2023 ask only for this.
    event.returnValue = "";
  }

  async submit(): Promise<void> {
    if (this.isSending) return;
    const mistakes = ["where", "what", "details"].flatMap((step) => mistakesOf(step, this.entered));
    if (mistakes.length > 0) return this.complain(mistakes);
    clearMistakes(this.form);
    const report = { request: requestOf(this.entered), files: this.entered.photos.files(), idempotencyKey: this.key.value };
    this.isSending = this.button.disabled = true;
    this.box.hidden = false;
    this.state.textContent = t("Sending…");
    try {
      const receipt = await send(report, (share) => {
        this.meter.value = share;
        if (share >= 1) this.state.textContent = t("Nearly done…");
      });
      this.isSent = true;
      location.assign((receipt.tracking_code ? `/track/${receipt.tracking_code}` : `/requests/${receipt.reference}`) + "?sent=1");
    } catch (error) {
      this.isSending = this.button.disabled = false;
      this.box.hidden = true;
      if (error instanceof Refused) return this.refused(error);
      if (!(error instanceof TypeError)) throw error;
      await this.keep(report);
    }
  }

  private async keep(report: Report): Promise<void> {
    try {
      await keepForLater(report);
    } catch {
      return this.complain([{ id: "", message: t("There is no connection, and this browser cannot keep the report. Try again later.") }]);
    }
    this.isSent = true;
    const heading = make("h1", { tabindex: "-1" }, t("Kept until there is a connection"));
    const again = make("a", { class: "button", href: location.pathname }, t("Report another problem"));
    find("h1")?.remove();
    this.form.replaceWith(heading,
      make("p", {}, t("Your report and its photos are safe on this device. They are sent by themselves, once, as soon as there is a connection: come back to this page to see its number.")),
      make("p", {}, again));
    heading.focus();
  }

  private refused(error: Refused): void {
    if (error.code === "idempotency_conflict") this.renewKey();
    const mistakes = mistakesIn(error, this.entered.categories.chosen()?.slug ?? "");
    this.complain(mistakes);
    const first = mistakes.find((one) => one.id)?.id;
    const field = first ? document.getElementById(first) : null;
    if (field) openerOf(this.steps)(field);
    find(".error-summary")?.focus();
  }

  private complain(mistakes: Mistake[]): void {
    showMistakes(this.form, mistakes, openerOf(this.steps));
  }
}

const form = find<HTMLFormElement>("form#report");
// Photos that wait on the server are sent with the form itself.
if (form && !find("[name=held]", form)) start(form);
