// What we use of Chart.js 3.9; Debian's package brings no types.
declare module "chart.js" {
  export interface Dataset {
    label: string; data: number[]; borderColor?: string; backgroundColor?: string; borderWidth?: number;
    borderDash?: number[]; pointStyle?: string; pointRadius?: number; tension?: number;
  }
  export class Chart {
    constructor(canvas: HTMLCanvasElement, configuration: {
      type: string; data: { labels: string[]; datasets: Dataset[] }; options: Record<string, unknown>;
    });
    static register(...parts: unknown[]): void;
    data: { datasets: Dataset[] };
    options: Record<string, unknown>;
    destroy(): void;
    update(mode?: string): void;
  }
  export const LineController: unknown, LineElement: unknown, PointElement: unknown, CategoryScale: unknown,
    LinearScale: unknown, Tooltip: unknown, Legend: unknown;
}
