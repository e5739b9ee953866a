// The dashboard's table as a chart. The table stays: it is what a screen reader reads.
import { CategoryScale, Chart, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip } from "chart.js";
import { find, findAll, make } from "../lib/dom";
import { language, t } from "../lib/messages";

Chart.register(LineController, LineElement, PointElement, CategoryScale, LinearScale, Tooltip, Legend);

const holder = find("#trend-chart");
const table = find("#trend-table");
let chart: Chart | null = null;

function token(name: string): string { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

function draw(): void {
  if (!holder || !table) return;
  chart?.destroy();
  const rows = findAll<HTMLTableRowElement>("tbody tr", table);
  const days = rows.map((row) => new Date(find("th", row)?.dataset.day + "T12:00:00Z"));
  const short = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", timeZone: "UTC" });
  const isWeekly = holder.dataset.interval === "week";
  const counts = (column: number): number[] =>
    rows.map((row) => Number(findAll("td", row)[column]?.dataset.count ?? 0));
  const canvas = make("canvas", { role: "img", "aria-label": isWeekly ? t("Reports per week") : t("Reports per day"),
    "aria-describedby": "trend-details" });
  holder.replaceChildren(canvas);
  holder.hidden = false;
  const [text, line] = [token("--muted"), token("--line")];
  const axis = { ticks: { color: text, maxRotation: 0, autoSkipPadding: 16, precision: 0 }, grid: { color: line } };
  chart = new Chart(canvas, {
    type: "line",
    data: {
      labels: days.map((day) => short.format(day)),
      // Told apart by line and point as well as by colour.
      datasets: [
        { label: t("Reported"), data: counts(0), borderColor: token("--info"), backgroundColor: token("--info"),
          borderWidth: 2, pointStyle: "circle", pointRadius: isWeekly ? 4 : 2, tension: 0.2 },
        { label: t("Closed"), data: counts(1), borderColor: token("--good"), backgroundColor: token("--good"),
          borderWidth: 2, borderDash: [6, 4], pointStyle: "rectRot", pointRadius: isWeekly ? 5 : 3, tension: 0.2 },
      ],
    },
    options: {
      responsive: true, maintainAspectRatio: false, locale: language,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 300 },
      interaction: { mode: "index", intersect: false },
      scales: { x: axis, y: { ...axis, beginAtZero: true } },
      plugins: {
        legend: { labels: { color: text, usePointStyle: true } },
        tooltip: { callbacks: { title: (items: { label: string }[]) =>
          isWeekly ? t("Week from {day}", { day: items[0]?.label ?? "" }) : items[0]?.label ?? "" } },
      },
    },
  });
}

draw();
// Colours come from the page's: other light, other colours; on paper those for white.
for (const query of ["(prefers-color-scheme: dark)", "print"]) matchMedia(query).addEventListener("change", draw);
