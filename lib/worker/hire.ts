import { address, type Packet } from "../channel/codec.ts";
import type { RingRecord } from "../channel/ring.ts";
import { enlist } from "../memory/process_table.ts";
import { bell } from "./bell.ts";
import { hireChild } from "./child.ts";
import type { HireOptions, Hold } from "./hold.ts";
import { killThread, startThread } from "./host.ts";
import { identity } from "./info.ts";
import { allocateLane, Lane, type LaneEvents } from "./lane.ts";
import { definitionKey, Order, type ThreadSpec, WITH_SIDE } from "./protocol.ts";
import { sendSide } from "./side.ts";

export type { HireOptions, Hold } from "./hold.ts";

/** Starts a worker; `events` hears what comes from it. */
export function hire(options: HireOptions, events: LaneEvents): Hold {
  if (options.isolation === "process") return hireChild(options, events);
  if (options.permissions !== undefined) {
    throw new TypeError(
      `Cannot give a worker permissions of its own: this runtime supports that only for isolation "process"`,
    );
  }
  const me = identity();
  const pid = enlist(me.pid);
  const lane = allocateLane();
  const watched: LaneEvents = {
    onRecord: (record: RingRecord) => events.onRecord(record),
    onBatch: () => events.onBatch?.(),
    onReady: () => events.onReady?.(),
    onEnd: (exitCode: number) => {
      bell().unwatch(link);
      events.onEnd(exitCode);
    },
  };
  const link = new Lane(pid, lane, watched);
  const spec: ThreadSpec = {
    pid,
    lane,
    parent: me.pid,
    parentName: me.name,
    bell: bell().offset,
    name: options.name,
    path: options.path,
    daemon: options.daemon,
    pooled: options.pooled,
    ...(options.maxHeapSize === undefined ? {} : { maxHeapSize: options.maxHeapSize }),
  };
  startThread(spec);
  bell().watch(link);
  return { pid, link, sharesMemory: true, kill: (exitCode) => killThread(pid, exitCode) };
}

/** Tells a worker which function orders call `number` from now on; `false` when there is no room. */
export function sendDefinition(hold: Hold, number: number, { packet, id }: { packet: Packet; id: number }): boolean {
  const { bytes, side } = packet;
  const aux2 = side.length > 0 ? WITH_SIDE : 0;
  address(packet, hold.pid);
  if (hold.link.send(Order.Define, id, { aux: number, aux2, bytes, length: bytes.length }) === null) return false;
  if (side.length > 0) sendSide(hold.pid, definitionKey(hold.pid, id), { objects: side, transfer: [] });
  return true;
}
