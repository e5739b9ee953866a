// What stands where: pins that would cover each other become one mark, so that each can be met by a finger.
import { Point } from "leaflet";
import { riseOf } from "../pins";

export interface Feature {
  geometry: { coordinates: [number, number] };
  properties: {
    reference?: string; title?: string; status?: string;
    cluster?: true; count?: number; by_status?: Record<string, number>;
  };
}

/** A pin, a group of pins, or a cluster that the server has counted. */
export interface Mark {
  key: string;
  latitude: number;
  longitude: number;
  count: number;
  /** Of a pin, or of a cluster of one. */
  status?: string;
  reference?: string;
  title?: string;
  /** Of a group of pins: the box to zoom to; null where they share one point. */
  spread?: [number, number, number, number] | null;
}

/** Pixels between the middles of two marks, below which one covers the other. */
const reach = 34;

/** Between places and pixels. */
export interface Projection {
  latLngToContainerPoint(place: [number, number]): Point;
  containerPointToLatLng(point: Point): { lat: number; lng: number };
}

/** @param alone stays a pin of its own */
export function arrange(features: Feature[], map: Projection, alone: string | null): Mark[] {
  const marks = features.filter((feature) => feature.properties.cluster).map(cluster);
  const groups: { point: Point; members: Feature[]; isAlone: boolean }[] = [];
  for (const feature of features) {
    if (feature.properties.cluster) continue;
    const [longitude, latitude] = feature.geometry.coordinates;
    const foot = map.latLngToContainerPoint([latitude, longitude]);
    const point = new Point(foot.x, foot.y - riseOf(feature.properties.status ?? ""));
    const isAlone = feature.properties.reference === alone;
    const group = isAlone ? undefined : groups.find((each) =>
      !each.isAlone && Math.abs(each.point.x - point.x) < reach && Math.abs(each.point.y - point.y) < reach);
    if (group) group.members.push(feature);
    else groups.push({ point, members: [feature], isAlone });
  }
  return marks.concat(groups.map(({ members, point }) =>
    members.length === 1 ? pin(members[0]) : gather(members, map.containerPointToLatLng(point))));
}

function pin(feature: Feature): Mark {
  const [longitude, latitude] = feature.geometry.coordinates;
  const { reference, title, status } = feature.properties;
  return { key: `${reference} ${status}`, latitude, longitude, count: 1, status, reference, title };
}

function cluster(feature: Feature): Mark {
  const [longitude, latitude] = feature.geometry.coordinates;
  const { count = 0, by_status = {} } = feature.properties;
  const status = count === 1 ? Object.keys(by_status)[0] : undefined;
  return { key: `${longitude} ${latitude} ${count} ${status}`, latitude, longitude, count, status };
}

/** Stands where its first pin stands: a middle could come near to another mark. */
function gather(members: Feature[], { lat, lng }: { lat: number; lng: number }): Mark {
  const [longitudes, latitudes] = [0, 1].map((index) => members.map((member) => member.geometry.coordinates[index]));
  const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
  const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
  const isOnePoint = east - west < 1e-5 && north - south < 1e-5;
  return {
    key: `${lat.toFixed(6)} ${lng.toFixed(6)} ${members.length} group`, latitude: lat, longitude: lng, count: members.length,
    spread: isOnePoint ? null : [west, south, east, north],
  };
}
