import { performance } from "node:perf_hooks";

/** Requests and turns that one organization may have under way in this process, so that others find room. */
const sendsMax = 1_000;
const turnsMax = 64;
/** What an organization may begin in one window however busy the process is; more only while that has time to spare. */
const windowMs = 100;
const windowSends = 20;
/**
 * While there are several, the share of its time that the process gives to those who send much; the rest is for
 * whoever comes with little. One that has been alone for so long has all of it.
 */
const busyMax = 0.4;
const besideMs = 2_000;
const sampleMs = 20;
/** Turns beyond that which wait a little for one of them to end, and for how long. */
const waitingMax = 64;
const waitMs = 250;

type Share = {
  sends: number;
  turns: number;
  waiting: (() => void)[];
  windowFrom: number;
  begun: number;
};

const shares = new Map<string, Share>();

function shareOf(organizationId: string): Share {
  let share = shares.get(organizationId);
  if (!share) {
    share = { sends: 0, turns: 0, waiting: [], windowFrom: 0, begun: 0 };
    shares.set(organizationId, share);
  }
  return share;
}

function forgetUnused(organizationId: string, { sends, turns, waiting }: Share): void {
  if (sends === 0 && turns === 0 && waiting.length === 0) shares.delete(organizationId);
}

/**
 * Takes one of the organization's slots for a request; false when all are taken, or when it has begun many just now
 * and the process has no time to spare: then it is to ask again in a moment.
 */
export function takeSend(organizationId: string): boolean {
  const share = shareOf(organizationId);
  if (share.sends >= sendsMax) return false;
  const now = performance.now();
  if (now - share.windowFrom > windowMs) Object.assign(share, { windowFrom: now, begun: 0 });
  if (share.begun >= windowSends && isBusy(now)) return false;
  share.begun++;
  share.sends++;
  return true;
}

let busy = false;
let sampledAt = 0;
let sampled = performance.eventLoopUtilization();
let lastTurnOf = "";
let changedAt = Number.NEGATIVE_INFINITY;

/** Whether the process was working for too much of the last moment, and somebody else has come. */
function isBusy(now: number): boolean {
  if (now - sampledAt < sampleMs) return busy;
  const present = performance.eventLoopUtilization();
  const { utilization } = performance.eventLoopUtilization(present, sampled);
  busy = utilization > busyMax && now - changedAt < besideMs;
  sampled = present;
  sampledAt = now;
  return busy;
}

/** Gives a request's slot back. */
export function endSend(organizationId: string): void {
  const share = shareOf(organizationId);
  share.sends--;
  forgetUnused(organizationId, share);
}

/** Takes one of the organization's turns, waiting for a moment when all are taken; false when none comes free. */
export async function takeTurn(organizationId: string): Promise<boolean> {
  const share = shareOf(organizationId);
  if (organizationId !== lastTurnOf) changedAt = performance.now();
  lastTurnOf = organizationId;
  if (share.turns < turnsMax) {
    share.turns++;
    return true;
  }
  if (share.waiting.length >= waitingMax) return false;
  return new Promise((resolve) => {
    const given = () => {
      clearTimeout(timer);
      resolve(true);
    };
    const timer = setTimeout(() => {
      share.waiting.splice(share.waiting.indexOf(given), 1);
      forgetUnused(organizationId, share);
      resolve(false);
    }, waitMs);
    share.waiting.push(given);
  });
}

/** Gives a turn back, to whoever has waited longest. */
export function endTurn(organizationId: string): void {
  const share = shareOf(organizationId);
  const next = share.waiting.shift();
  if (next) return next();
  share.turns--;
  forgetUnused(organizationId, share);
}
