// A process that answers every request after 20 ms, and tells its parent where it is.
import { startTimedReceiver } from "./timed-receiver.ts";

const receiver = await startTimedReceiver(20, () => {});
process.send?.(receiver.url);
