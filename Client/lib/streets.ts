// The offline base map: the township's own streets, fetched as small tiles of numbers and drawn on canvas. Nobody else
// learns where people look.
import * as Leaflet from "leaflet";
import { type Line, drawLabel } from "./labels";

/** What /basemap/{z}/{x}/{y} answers. Coordinates are whole numbers, `extent` to a tile's side. */
interface Tile {
  extent: number;
  /** Rank (0 motorway … 5 path), name, lines; the greatest first. */
  streets: [number, string, Line[]][];
  /** Polygons of rings of what belongs to the township; null where its boundary is not known. */
  land: Line[][] | null;
}

interface Colours { land: string; beyond: string; boundary: string; street: string; main: string; casing: string; label: string }

/** Pixels of the sides of a tile: large, so that a street's name fits into one. */
const side = 512;

/** Widths in pixels by rank at zoom 16; each zoom less is about two thirds of it. */
const widths = [13, 12, 10, 8, 6.5, 2.5];

/** From which zoom a street of a rank has its name. */
const namedFrom = [13, 14, 15, 15, 16, 18];

export class StreetLayer extends Leaflet.GridLayer {
  private readonly running = new WeakMap<HTMLElement, AbortController>();
  private colours: Colours | null = null;
  private hasGaps = false;

  constructor(options: Leaflet.GridLayerOptions = {}) {
    super({ ...options, tileSize: side, maxZoom: 20, keepBuffer: 1 });
    this.on("tileunload", (event) => this.running.get(event.tile)?.abort());
    window.addEventListener("online", () => {
      if (this.hasGaps && this.getContainer()) this.redraw();
      this.hasGaps = false;
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.colours = null;
      if (this.getContainer()) this.redraw();
    });
  }

  createTile(coordinates: Leaflet.TileCoordinates, done: (error: unknown, tile: HTMLElement) => void): HTMLElement {
    const canvas = document.createElement("canvas");
    const density = Math.min(window.devicePixelRatio || 1, 2);
    canvas.width = canvas.height = side * density;
    const controller = new AbortController();
    this.running.set(canvas, controller);
    // Tiles of twice the usual size: those of the zoom before.
    const { x, y, z } = coordinates;
    const count = 2 ** (z - 1);
    if (y < 0 || y >= count) {
      setTimeout(() => done(null, canvas), 0);
      return canvas;
    }
    this.fetch(`/basemap/${z - 1}/${((x % count) + count) % count}/${y}`, controller.signal)
      .then((tile) => { this.draw(canvas, density, tile, z); done(null, canvas); })
      .catch((error) => { if (!controller.signal.aborted) { this.hasGaps = true; done(error, canvas); } });
    return canvas;
  }

  /** Tries a few times: a gap in the map would stay until it is moved. */
  private async fetch(address: string, signal: AbortSignal, attempt = 0): Promise<Tile> {
    try {
      const response = await fetch(address, { signal, credentials: "omit" });
      if (response.ok) return await response.json() as Tile;
      throw new Error(String(response.status));
    } catch (error) {
      if (signal.aborted || attempt >= 2 || !navigator.onLine) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1500 * 3 ** attempt));
      return this.fetch(address, signal, attempt + 1);
    }
  }

  private draw(canvas: HTMLCanvasElement, density: number, tile: Tile, zoom: number): void {
    const context = canvas.getContext("2d");
    if (!context) return;
    const colours = this.colours ??= this.readColours();
    const scale = side / tile.extent;
    context.scale(density, density);
    context.lineJoin = context.lineCap = "round";
    context.fillStyle = tile.land ? colours.beyond : colours.land;
    context.fillRect(0, 0, side, side);
    if (tile.land) drawLand(context, tile.land, scale, colours);
    const growth = 1.5 ** (zoom - 16);
    const casing = zoom >= 14;
    for (const pass of casing ? ["casing", "street"] : ["street"]) {
      // The small ones first, so that the great ones lie above.
      for (const [rank, , lines] of [...tile.streets].reverse()) {
        const width = Math.max(widths[rank] * growth, rank <= 2 ? 1.6 : 0.8);
        context.lineWidth = pass === "casing" ? width + 2 : width;
        context.strokeStyle = pass === "casing" || !casing && rank > 2 ? colours.casing : rank <= 2 ? colours.main : colours.street;
        if (rank === 5) { context.strokeStyle = colours.casing; context.setLineDash([4, 4]); }
        context.beginPath();
        for (const line of lines) trace(context, line, scale);
        context.stroke();
        context.setLineDash([]);
      }
    }
    const taken: DOMRect[] = [];
    for (const [rank, name, lines] of tile.streets) {
      if (zoom < namedFrom[rank] || !name) continue;
      const size = Math.max(11, Math.min(14, widths[rank] * growth * 0.9));
      for (const line of lines.slice(0, 3)) drawLabel(context, line, scale, side, name, size, colours.label, colours.land, taken);
    }
  }

  private readColours(): Colours {
    const style = getComputedStyle(this.getContainer() ?? document.body);
    const value = (name: string): string => style.getPropertyValue(`--map-${name}`).trim() || "#888";
    return {
      land: value("land"), beyond: value("beyond"), boundary: value("boundary"), street: value("street"), main: value("main"),
      casing: value("casing"), label: value("label"),
    };
  }
}

function drawLand(context: CanvasRenderingContext2D, land: Line[][], scale: number, colours: Colours): void {
  context.beginPath();
  for (const rings of land) for (const ring of rings) trace(context, ring, scale);
  context.fillStyle = colours.land;
  context.fill("evenodd");
  context.strokeStyle = colours.boundary;
  context.lineWidth = 1.5;
  context.setLineDash([6, 4]);
  context.stroke();
  context.setLineDash([]);
}

function trace(context: CanvasRenderingContext2D, line: Line, scale: number): void {
  line.forEach(([x, y], index) => index === 0 ? context.moveTo(x * scale, y * scale) : context.lineTo(x * scale, y * scale));
}
