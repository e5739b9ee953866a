// What we use of Leaflet 1.6, which Debian packages without types.
declare module "leaflet" {
  export interface LatLngLiteral { lat: number; lng: number }
  export class LatLng implements LatLngLiteral {
    constructor(latitude: number, longitude: number);
    lat: number;
    lng: number;
    wrap(): LatLng;
    distanceTo(other: LatLngLiteral): number;
  }
  export type Place = LatLng | LatLngLiteral | [number, number];
  export class LatLngBounds {
    constructor(southWest: Place, northEast: Place);
    getWest(): number;
    getSouth(): number;
    getEast(): number;
    getNorth(): number;
    getCenter(): LatLng;
    getSouthWest(): LatLng;
    getNorthEast(): LatLng;
    contains(place: Place): boolean;
    extend(place: Place): this;
    pad(share: number): LatLngBounds;
    isValid(): boolean;
  }
  export class Point {
    constructor(x: number, y: number);
    x: number;
    y: number;
    add(other: Point): Point;
    subtract(other: Point): Point;
    distanceTo(other: Point): number;
  }
  export interface MapEvent {
    type: string;
    latlng: LatLng;
    containerPoint: Point;
    layerPoint: Point;
    originalEvent: MouseEvent & KeyboardEvent;
    target: unknown;
    tile: HTMLElement;
  }
  export class Evented {
    on(types: string, listener: (event: MapEvent) => void): this;
    once(types: string, listener: (event: MapEvent) => void): this;
    off(types?: string, listener?: (event: MapEvent) => void): this;
    fire(type: string, data?: object): this;
  }
  export class Layer extends Evented {
    addTo(map: Map | LayerGroup): this;
    remove(): this;
    bindPopup(content: HTMLElement | string, options?: object): this;
    bindTooltip(content: HTMLElement | string, options?: object): this;
    unbindTooltip(): this;
    openPopup(): this;
    closePopup(): this;
  }
  export class LayerGroup extends Layer {
    addLayer(layer: Layer): this;
    removeLayer(layer: Layer): this;
    clearLayers(): this;
    eachLayer(each: (layer: Layer) => void): this;
    getLayers(): Layer[];
  }
  export interface TileCoordinates { x: number; y: number; z: number }
  export interface GridLayerOptions {
    tileSize?: number;
    minZoom?: number;
    maxZoom?: number;
    maxNativeZoom?: number;
    zoomOffset?: number;
    attribution?: string;
    updateWhenIdle?: boolean;
    keepBuffer?: number;
    className?: string;
    referrerPolicy?: string;
    bounds?: LatLngBounds;
  }
  export class GridLayer extends Layer {
    constructor(options?: GridLayerOptions);
    createTile(coordinates: TileCoordinates, done: (error: unknown, tile: HTMLElement) => void): HTMLElement;
    getContainer(): HTMLElement | null;
    redraw(): this;
  }
  export interface DivIconOptions {
    html?: HTMLElement | string;
    className?: string;
    iconSize?: [number, number];
    iconAnchor?: [number, number];
    popupAnchor?: [number, number];
  }
  export class DivIcon { constructor(options: DivIconOptions) }
  export interface MarkerOptions {
    icon?: DivIcon;
    title?: string;
    keyboard?: boolean;
    draggable?: boolean;
    autoPan?: boolean;
    interactive?: boolean;
    zIndexOffset?: number;
    riseOnHover?: boolean;
  }
  export class Marker extends Layer {
    constructor(place: Place, options?: MarkerOptions);
    getLatLng(): LatLng;
    setLatLng(place: Place): this;
    setIcon(icon: DivIcon): this;
    setZIndexOffset(offset: number): this;
    getElement(): HTMLElement | undefined;
  }
  export interface PathOptions {
    className?: string;
    interactive?: boolean;
    stroke?: boolean;
    color?: string;
    weight?: number;
    opacity?: number;
    dashArray?: string;
    fill?: boolean;
    fillColor?: string;
    fillOpacity?: number;
    radius?: number;
  }
  export class Path extends Layer {
    setStyle(style: PathOptions): this;
    redraw(): this;
    bringToFront(): this;
    getElement(): Element | undefined;
  }
  export class Polyline extends Path {
    constructor(places: Place[] | Place[][], options?: PathOptions);
    setLatLngs(places: Place[] | Place[][]): this;
    getLatLngs(): LatLng[] | LatLng[][];
    getBounds(): LatLngBounds;
    addLatLng(place: Place): this;
  }
  export class Polygon extends Polyline {}
  export class Rectangle extends Polygon {
    constructor(bounds: LatLngBounds, options?: PathOptions);
    setBounds(bounds: LatLngBounds): this;
  }
  export class CircleMarker extends Path {
    constructor(place: Place, options?: PathOptions);
    setLatLng(place: Place): this;
    getLatLng(): LatLng;
  }
  export class Circle extends CircleMarker {
    /** `radius` in metres. */
    constructor(place: Place, options?: PathOptions);
    getBounds(): LatLngBounds;
    setRadius(metres: number): this;
  }
  export class GeoJSON extends LayerGroup {
    constructor(data?: unknown, options?: {
      style?: PathOptions | ((feature: { properties: Record<string, unknown> }) => PathOptions);
      onEachFeature?: (feature: { properties: Record<string, unknown> }, layer: Polygon) => void;
      interactive?: boolean;
    });
    getBounds(): LatLngBounds;
    addData(data: unknown): this;
  }
  export interface PanOptions { animate?: boolean; padding?: [number, number]; maxZoom?: number }
  export class Handler { enable(): this; disable(): this; enabled(): boolean }
  export class Map extends Evented {
    constructor(element: HTMLElement, options?: object);
    readonly boxZoom: Handler;
    readonly doubleClickZoom: Handler;
    readonly dragging: Handler;
    readonly keyboard: Handler;
    readonly scrollWheelZoom: Handler;
    attributionControl: { setPrefix(prefix: string | false): void; addAttribution(html: string): void };
    setView(center: Place, zoom?: number, options?: PanOptions): this;
    setZoom(zoom: number): this;
    panTo(place: Place, options?: PanOptions): this;
    panBy(offset: [number, number], options?: PanOptions): this;
    panInside(place: Place, options?: PanOptions): this;
    fitBounds(bounds: LatLngBounds, options?: PanOptions): this;
    getBoundsZoom(bounds: LatLngBounds): number;
    getBounds(): LatLngBounds;
    getCenter(): LatLng;
    getZoom(): number;
    getMaxZoom(): number;
    getSize(): Point;
    getContainer(): HTMLElement;
    hasLayer(layer: Layer): boolean;
    removeLayer(layer: Layer): this;
    addLayer(layer: Layer): this;
    addControl(control: Control): this;
    invalidateSize(): this;
    latLngToContainerPoint(place: Place): Point;
    containerPointToLatLng(point: Point | [number, number]): LatLng;
    mouseEventToLatLng(event: MouseEvent): LatLng;
    whenReady(ready: () => void): this;
    closePopup(): this;
    stop(): this;
    remove(): this;
  }
  export class Control {
    constructor(options?: { position?: string });
    addTo(map: Map): this;
    remove(): this;
    onAdd(map: Map): HTMLElement;
    getContainer(): HTMLElement | undefined;
  }
  export const control: {
    zoom(options: { position?: string; zoomInTitle: string; zoomOutTitle: string }): Control;
    scale(options: { position?: string; imperial?: boolean; metric?: boolean }): Control;
  };
  export const DomEvent: {
    disableClickPropagation(element: HTMLElement): void;
    disableScrollPropagation(element: HTMLElement): void;
    stop(event: Event): void;
  };
  export function tileLayer(template: string, options?: GridLayerOptions): GridLayer;
  export function layerGroup(layers?: Layer[]): LayerGroup;
}
