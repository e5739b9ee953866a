// Triage: map and list kept in step, selection by drawing, bulk changes, and the keyboard throughout.
import { announce, find, findAll, make } from "../lib/dom";
import { onLive } from "../lib/live";
import { t } from "../lib/messages";
import { hearPresence, startPresence } from "../lib/presence";
import { toast } from "../lib/desk/toast";
import { onClear, startBulk } from "../staff/bulk";
import { startKeys } from "../staff/keys";
import { TriageMap } from "../staff/map";
import { currentRow, onQueue, refreshQueue, startQueue } from "../staff/queue";
import { number, replaceSelection, selected, wordsFor } from "../staff/selection";
import { address, params, read } from "../staff/state";

const root = find("#triage");
const panel = find("#map-panel");
const form = find<HTMLFormElement>("#filters");

if (root && panel && form) {
  root.dataset.ready = "true";
  // First: the map asks how large its place is.
  root.dataset.show = "list";
  const map = new TriageMap(panel, (box) => {
    const query = params();
    query.set("bbox", box.join(","));
    query.delete("near");
    query.delete("radius");
    go(query, true);
  });

  tabs(root, () => map.appear());

  /** Shows what the address says, in the list and on the map. */
  const showAll = async (): Promise<void> => {
    await Promise.all([refreshQueue(), map.refresh()]).catch((error) => {
      if (!(error instanceof DOMException)) toast(wordsFor(error));
    });
  };

  const go = (query: URLSearchParams, isReplaced = false): void => {
    history[isReplaced ? "replaceState" : "pushState"](null, "", address(query));
    void showAll().then(() => announce(t("{count} requests in the list", { count: number(findAll(".row").length) })));
  };

  startQueue(() => { map.fit(); void showAll(); });
  startBulk(() => void showAll());
  onClear(() => map.drawing.clear());
  onQueue(() => map.highlight(currentRow()?.dataset.reference ?? ""));
  startKeys();

  form.addEventListener("submit", (event) => { event.preventDefault(); go(read(form)); });
  form.addEventListener("change", () => go(read(form)));
  findAll("input[type=hidden]", form).forEach((field) => field.remove());
  find("#filter-apply")?.classList.add("visually-hidden");
  find("#queue-panel")?.addEventListener("focusin", () => map.highlight(currentRow()?.dataset.reference ?? ""));
  find("#queue-panel")?.addEventListener("mouseover", (event) => {
    const row = (event.target as Element).closest<HTMLElement>(".row");
    if (row) map.highlight(row.dataset.reference ?? "");
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]), select");
    if (event.key === "Escape" && !isTyping && !find("dialog[open]") && selected().length > 0) {
      replaceSelection([]);
      map.drawing.clear();
    }
  });

  // What happens elsewhere shows here: at once, then at most once a second.
  let timer = 0;
  const refresh = (): void => {
    if (timer) return;
    timer = window.setTimeout(() => { timer = 0; void showAll(); }, document.hidden ? 1000 : 150);
  };
  onLive((event) => {
    hearPresence(event);
    if (event.name === "request.created") announce(t("A new request has arrived"));
    if (event.name === "request.created" || event.name === "request.changed") refresh();
  }, { poll: refresh });
  void startPresence();
}

/** List or map, where there is no room for both. */
function tabs(root: HTMLElement, mapShown: () => void): void {
  const bar = make("div", { class: "tabs", role: "group", "aria-label": t("Map") + " / " + t("List") });
  const show = (which: string): void => {
    root.dataset.show = which;
    if (which === "map") mapShown();
    for (const button of findAll("button", bar)) button.setAttribute("aria-pressed", String(button.dataset.show === which));
  };
  for (const [which, label] of [["list", t("List")], ["map", t("Map")]]) {
    const button = make("button", { type: "button", class: "quiet small", id: "show-" + which, "data-show": which }, label);
    button.addEventListener("click", () => show(which));
    bar.append(button);
  }
  find(".triage-head", root)?.append(bar);
  show("list");
}
