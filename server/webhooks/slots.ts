/** Requests and turns that one organization may have under way in this process, so that others find room. */
const sendsMax = 1_000;
const turnsMax = 64;
/** Turns beyond that which wait a little for one of them to end, and for how long. */
const waitingMax = 64;
const waitMs = 250;

type Share = { sends: number; turns: number; waiting: (() => void)[] };

const shares = new Map<string, Share>();

function shareOf(organizationId: string): Share {
  let share = shares.get(organizationId);
  if (!share) {
    share = { sends: 0, turns: 0, waiting: [] };
    shares.set(organizationId, share);
  }
  return share;
}

function forgetUnused(organizationId: string, { sends, turns, waiting }: Share): void {
  if (sends === 0 && turns === 0 && waiting.length === 0) shares.delete(organizationId);
}

/** Takes one of the organization's slots for a request; false when all are taken. */
export function takeSend(organizationId: string): boolean {
  const share = shareOf(organizationId);
  if (share.sends >= sendsMax) return false;
  share.sends++;
  return true;
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
